// SPDX-License-Identifier: GPL-2.0-or-later
/** What compiled drivers that touch memory by themselves need of the machine. */
import type { StructClasses } from '../api/struct-class.ts';
import { makeViews } from '../api/views.ts';
import type { RaceDetector } from '../kernel/kcsan/race-detector.ts';
import { WatchedMemory } from '../kernel/kcsan/watched-memory.ts';
import { WatchedObjects } from '../kernel/kcsan/watched-objects.ts';
import { RamAccess } from '../hw/ram/module-memory.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import type { Die } from '../kernel/die.ts';
import type { ModuleLoader } from '../kernel/module/loader.ts';
import { type DriverRuntime, KERNEL_STACK_BYTES, type RawHooks } from '../kernel/module/runtime.ts';
import { StackBuffers } from '../kernel/module/stack-buffers.ts';
import type { ObjectSizes } from '../kernel/object-sizes.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { KernelStacks } from '../mm/kernel-stacks.ts';
import { globalRoom } from '../uapi/module-sections.ts';
import { reportFetch } from '../mm/kernel-fault.ts';
import type { KernelSpace } from '../mm/kernel-space.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';

/** A variable takes eight bytes of a kernel stack, so no more of them than this live at once. */
const ROOTS_MAX = KERNEL_STACK_BYTES / 8;

export function makeRawHooks(parts: {
  readonly ram: Ram;
  readonly loader: ModuleLoader;
  readonly scheduler: Scheduler;
  readonly structs: StructClasses;
  readonly runtime: DriverRuntime;
  readonly kernelStacks: KernelStacks;
  readonly die: Die;
  readonly kernelSpace: KernelSpace;
  readonly objectSizes: ObjectSizes;
  readonly pages: PageAllocator;
  readonly races: RaceDetector | undefined;
}): RawHooks {
  const { ram, loader, scheduler, structs, runtime, objectSizes, pages, races } = parts;
  const stacks = new StackBuffers(ram, runtime, KERNEL_STACK_BYTES);
  return {
    watcher: races === undefined ? null : new WatchedObjects(ram, pages, races),
    memory: races === undefined ? new RamAccess(ram) : new WatchedMemory(ram, races),
    views: makeViews(ram, structs),
    functions: loader.functions,
    badFetch: (pointer) => reportFetch(parts.die, ram, parts.kernelSpace, pointer),
    roots() {
      const { context } = scheduler;
      return (context.roots ??= makeRoots());
    },
    stackBuffer(sizeBytes) {
      const bottom = parts.kernelStacks.bottom();
      const buffer = bottom === 0 ? 0 : stacks.open(bottom, sizeBytes);
      if (buffer !== 0) objectSizes.noteVariable(buffer, sizeBytes);
      return buffer;
    },
    closeFrame: (frame) => stacks.close(frame),
    variables: (base) => loader.variablesOf(base)?.address ?? 0,
    globalBuffer(base, offset, sizeBytes) {
      const bss = loader.variablesOf(base);
      const isInside = bss !== undefined && offset >= 0 && offset + sizeBytes <= bss.sizeBytes;
      if (!isInside || sizeBytes < 0) throw runtime.panic('a variable outside of its module');
      const start = bss.address + offset;
      const end = start + globalRoom(sizeBytes);
      ram.eachRun(start, end - start, (physical, bytes) =>
        ram.poison(physical, bytes, SHADOW.GLOBAL_REDZONE),
      );
      ram.eachRun(start, sizeBytes, (physical, bytes) => ram.unpoison(physical, bytes));
      objectSizes.noteGlobal(start, sizeBytes);
      return start;
    },
  };
}

function makeRoots(): Float64Array {
  const roots = new Float64Array(ROOTS_MAX + 1);
  roots[0] = 1;
  return roots;
}
