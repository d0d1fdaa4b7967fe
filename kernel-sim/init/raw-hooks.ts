// SPDX-License-Identifier: GPL-2.0-or-later
/** What compiled drivers that touch memory by themselves need of the machine. */
import type { StructClasses } from '../api/struct-class.ts';
import { makeViews } from '../api/views.ts';
import { RamAccess } from '../hw/ram/module-memory.ts';
import type { Ram } from '../hw/ram/ram.ts';
import type { ModuleLoader } from '../kernel/module/loader.ts';
import { KERNEL_STACK_BYTES, type RawHooks } from '../kernel/module/runtime.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';

/** A variable takes eight bytes of a kernel stack, so no more of them than this live at once. */
const ROOTS_MAX = KERNEL_STACK_BYTES / 8;

export function makeRawHooks(parts: {
  readonly ram: Ram;
  readonly loader: ModuleLoader;
  readonly scheduler: Scheduler;
  readonly structs: StructClasses;
}): RawHooks {
  const { ram, loader, scheduler, structs } = parts;
  /** For an interrupt on an idle CPU. */
  const idleRoots = makeRoots();
  return {
    memory: new RamAccess(ram),
    views: makeViews(ram, structs),
    functions: loader.functions,
    badFetch: (pointer) =>
      ram.reporter.fault({
        pointer,
        sizeBytes: 1,
        isWrite: false,
        firstBad: pointer,
        isFetch: true,
      }),
    roots() {
      const task = scheduler.currentOrNone;
      if (task === undefined) return idleRoots;
      return (task.roots ??= makeRoots());
    },
  };
}

function makeRoots(): Float64Array {
  const roots = new Float64Array(ROOTS_MAX + 1);
  roots[0] = 1;
  return roots;
}
