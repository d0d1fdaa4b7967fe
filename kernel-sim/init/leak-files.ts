// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * kmemleak of one machine: told by its allocators, led by its roots, and asked in debugfs.
 *
 * Linux: kmemleak_init, kmemleak_late_init of mm/kmemleak.c; kernel/module/debug_kmemleak.c.
 */
import type { Ram } from '../hw/ram/ram.ts';
import { EVENT } from '../sim/trace.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { numbersHeldBy } from '../kernel/module/held-pointers.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { LeakControl } from '../mm/kmemleak-control.ts';
import { LeakPrinter } from '../mm/kmemleak-report.ts';
import {
  type AddressOnCpu,
  type BytesOf,
  LeakScanner,
  type LeakRoots,
} from '../mm/kmemleak-scan.ts';
import { LeakThread } from '../mm/kmemleak-thread.ts';
import { Kmemleak, type LeakObject } from '../mm/kmemleak.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { Kernel } from './kernel.ts';

/** Sections of a module that its code writes to. */
const DATA_SECTION = /^\.(?:data|bss)/u;

export interface LeakDetector {
  readonly kmemleak: Kmemleak;
  readonly control: LeakControl;
  readonly thread: LeakThread;
}

export function detectLeaks(kernel: Kernel): LeakDetector {
  const { sim, ram, scheduler, runtime: execution, sites, printk, kthreads, slabs } = kernel;
  const { stackDepot: depot, image, percpu, vmalloc } = kernel;
  const kmemleak = new Kmemleak({ sim, scheduler, execution, depot });
  const bytesOf: BytesOf = (address, sizeBytes) => piecesOf(ram, address, sizeBytes);
  const cpu = (): number => scheduler.cpu.id;
  const addressOnCpu: AddressOnCpu = (place, id) => percpu.addressOf(place, id);
  const copies = { cpus: image.cpus, addressOnCpu };
  const roots = rootsOf(kernel);
  const scanner = new LeakScanner({ sim, ram, kmemleak, roots, bytesOf, ...copies });
  const printer = new LeakPrinter({ ram, sites, depot, bytesOf, cpu, addressOnCpu });
  const thread: LeakThread = new LeakThread({
    sim,
    kthreads,
    log: (text) => control.log(text),
    hasWork: () => kmemleak.objectCount > 0,
    scan: () => control.scan(),
  });
  const control = new LeakControl({ kmemleak, scanner, printer, thread, printk });
  kmemleak.onFirst = () => thread.arm();
  slabs.leaks = kmemleak;
  percpu.leaks = kmemleak;
  vmalloc.onAlloc = ({ start, pages, kind, requestedBytes }) => {
    if (sim.trace.all) sim.trace.emit(EVENT.VMALLOC, start, requestedBytes);
    if (kind === 'vmalloc') kmemleak.alloc(start, pages.length * PAGE_SIZE, 'vmalloc');
  };
  vmalloc.onFree = ({ start, requestedBytes }) => {
    if (sim.trace.all) sim.trace.emit(EVENT.VFREE, start, requestedBytes);
    kmemleak.free(start);
  };
  return { kmemleak, control, thread };
}

/** Makes the file, and starts the thread. Context: boot. */
export function startLeakDetector(kernel: Kernel): void {
  const { debugfs, leaks, loader, options } = kernel;
  const { control, thread } = leaks;
  debugfs.register('kmemleak', {
    mode: 0o644,
    show: () => control.show(),
    store: (bytes) => control.command(decodeUtf8(bytes)) || bytes.length,
  });
  const { watcher } = loader;
  loader.watcher = {
    added: (module) => watcher.added(module),
    removed(module) {
      watcher.removed(module);
      control.moduleGone(module.name, (object) => isOf(kernel, module, object));
    },
  };
  if (!options.detectors.kmemleak) {
    control.disable();
    return;
  }
  control.log(`Kernel memory leak detector initialized (mem pool available: ${POOL_OBJECTS})`);
  thread.start();
}

/** True for what the module's own code asked for, since it was loaded. */
function isOf(kernel: Kernel, { name, image }: LoadedModule, { trace }: LeakObject): boolean {
  const { sites, stackDepot } = kernel;
  const [site = 0] = stackDepot.sites(trace);
  return site >= image.siteBase && sites.resolve(site).module === name;
}

/** Linux: CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE. */
const POOL_OBJECTS = 16_000;

/** Pages of a range that memory answers for, each as it lies there. */
function* piecesOf(ram: Ram, address: number, sizeBytes: number): Generator<Uint8Array> {
  const end = address + sizeBytes;
  for (let at = address; at < end;) {
    const next = Math.min(end, at - (at % PAGE_SIZE) + PAGE_SIZE);
    const physical = ram.physicalOf(at);
    if (physical >= 0) yield ram.bytes.subarray(physical, physical + next - at);
    at = next;
  }
}

function rootsOf(kernel: Kernel): LeakRoots {
  return {
    *blocks() {
      for (const { image, staticBytes } of kernel.loader.modules) {
        yield* image.sections.filter(({ name }) => DATA_SECTION.test(name));
        yield { address: image.staticsAt, sizeBytes: staticBytes };
      }
    },
    *values() {
      for (const { roots } of kernel.tasks.all()) {
        if (roots !== undefined) yield* roots.subarray(1, roots[0]);
      }
      for (const { instance, instances } of kernel.loader.modules) {
        yield* numbersHeldBy([instance, ...instances]);
      }
      yield* kernel.rcu.pointers();
    },
    owned: () => kernel.ownedPointers.values(),
  };
}
