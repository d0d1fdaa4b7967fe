// SPDX-License-Identifier: GPL-2.0-or-later
/** What the API needs of one machine. The rooms below are reached through this and nothing else. */
import { assert } from '../lib/assert.ts';
import type { CharDevices } from '../drivers/char/chrdev.ts';
import type { MiscDevices } from '../drivers/char/misc-device.ts';
import type { DriverCalls } from '../kernel/module/driver-calls.ts';
import type { Interrupts } from '../kernel/irq/interrupts.ts';
import type { Tasklets } from '../kernel/irq/tasklet.ts';
import type { DebugObjects } from '../kernel/debug-objects.ts';
import type { FunctionCalls } from '../kernel/module/function-calls.ts';
import type { DriverRuntime } from '../kernel/module/runtime.ts';
import type { SiteRegistry } from '../kernel/module/sites.ts';
import type { Entropy } from '../kernel/entropy.ts';
import type { LockContexts } from '../kernel/locking/lock-contexts.ts';
import type { CallbackMaps } from '../kernel/locking/lockdep/callback-maps.ts';
import type { Lockdep } from '../kernel/locking/lockdep/lockdep.ts';
import type { Mutexes } from '../kernel/locking/mutex.ts';
import type { Rwlocks } from '../kernel/locking/rwlock.ts';
import type { RwSemaphores } from '../kernel/locking/rwsem.ts';
import type { Semaphores } from '../kernel/locking/semaphore.ts';
import type { Seqcounts } from '../kernel/locking/seqlock.ts';
import type { Spinlocks } from '../kernel/locking/spinlock.ts';
import type { Printk } from '../kernel/printk/printk.ts';
import type { ProcEntries } from '../fs/procfs/proc-entries.ts';
import type { ProcSysctl } from '../fs/procfs/proc-sysctl.ts';
import type { Atomics } from '../kernel/atomic.ts';
import type { Bitmaps } from '../kernel/bitmap.ts';
import type { Completions } from '../kernel/sched/completion.ts';
import type { DriverThreads } from '../kernel/kthread/driver-threads.ts';
import type { UsbNetParts } from '../drivers/net/usb/usbnet.ts';
import type { RawUrbs } from '../drivers/usb/raw-urbs.ts';
import type { UsbCore } from '../drivers/usb/core.ts';
import type { KernelThreads } from '../kernel/kthread/kthread.ts';
import type { PlatformBus } from '../drivers/base/platform.ts';
import type { DmaMappings } from '../mm/dma-mapping.ts';
import type { IoMappings } from '../mm/io-remap.ts';
import type { NetCore } from '../net/core/net-core.ts';
import type { Lists } from '../kernel/list.ts';
import type { ObjectSizes } from '../kernel/object-sizes.ts';
import type { RaceDetector } from '../kernel/kcsan/race-detector.ts';
import type { Refcounts } from '../kernel/refcount.ts';
import type { Sleepers } from '../kernel/sched/task-state.ts';
import type { WaitHeads } from '../kernel/sched/wait-head.ts';
import type { Strings } from '../kernel/string.ts';
import type { Warner } from '../kernel/warner.ts';
import type { PercpuAllocator } from '../mm/percpu.ts';
import type { UserAccess } from '../mm/uaccess.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import type { Rcu } from '../kernel/rcu/rcu.ts';
import type { RcuUsage } from '../kernel/rcu/usage.ts';
import type { HrTimers } from '../kernel/time/hrtimer.ts';
import type { Timers } from '../kernel/time/timer.ts';
import type { DelayedWorks } from '../kernel/workqueue/delayed-work.ts';
import type { Workqueues } from '../kernel/workqueue/workqueue.ts';
import type { Vmalloc } from '../mm/vmalloc.ts';
import { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { OwnedPointers } from '../mm/owned-pointers.ts';
import type { Allocation } from './allocation.ts';
import type { StructClasses } from './struct-class.ts';
import { KernelMemory } from './value-memory.ts';

/** What works on memory as C does: `kernel/raw`. */
export interface RawParts {
  readonly warner: Warner;
  readonly atomics: Atomics;
  readonly bitmaps: Bitmaps;
  readonly lists: Lists;
  readonly sleepers: Sleepers;
  readonly waits: WaitHeads;
  readonly completions: Completions;
  readonly threads: DriverThreads;
  readonly timers: Timers;
  readonly hrTimers: HrTimers;
  readonly delayedWorks: DelayedWorks;
  readonly refcounts: Refcounts;
  readonly sizes: ObjectSizes;
  readonly strings: Strings;
  readonly percpu: PercpuAllocator;
  readonly users: UserAccess;
}

export interface ApiServices {
  readonly scheduler: Scheduler;
  readonly runtime: DriverRuntime;
  readonly sites: SiteRegistry;
  readonly printk: Printk;
  readonly calls: DriverCalls;
  readonly charDevices: CharDevices;
  readonly miscDevices: () => MiscDevices;
  readonly slabs: SlabAllocator;
  readonly structs: StructClasses;
  readonly ownedPointers: OwnedPointers;
  readonly sysctl: ProcSysctl;
  readonly procEntries: () => ProcEntries;
  readonly entropy: () => Entropy;
  readonly lockdep: Lockdep;
  readonly callbackMaps: CallbackMaps;
  readonly mutexes: Mutexes;
  readonly spinlocks: Spinlocks;
  readonly lockContexts: LockContexts;
  readonly rwlocks: Rwlocks;
  readonly rwSemaphores: RwSemaphores;
  readonly semaphores: Semaphores;
  readonly seqcounts: Seqcounts;
  readonly races: RaceDetector | undefined;
  readonly rcu: Rcu;
  readonly rcuUsage: RcuUsage;
  readonly debugObjects: DebugObjects;
  readonly workqueues: Workqueues;
  readonly functions: () => FunctionCalls;
  readonly interrupts: Interrupts;
  /** The device that ticks: hw/tick-device.ts. */
  readonly tick: {
    readonly irq: number;
    start(afterNs: number, isPeriodic: boolean): void;
    stop(): void;
  };
  readonly tasklets: Tasklets;
  readonly platform: PlatformBus;
  readonly io: IoMappings;
  readonly dma: DmaMappings;
  readonly net: () => NetCore;
  readonly kthreads: KernelThreads;
  readonly usb: () => UsbCore;
  readonly rawUrbs: () => RawUrbs;
  readonly usbNetParts: () => UsbNetParts;
  readonly board: 'pc' | 'rpi3';
  /** What the board knows of an adapter that has no memory of its own; empty for nothing. */
  readonly adapterMac: string;
  /** Those that are loaded. */
  readonly modules: () => readonly LoadedModule[];
  readonly raw: RawParts;
  readonly vmalloc: Vmalloc;
  /** Bytes of a module's own data, as a pointer; 0 when it has no more room. */
  readonly moduleData: (module: LoadedModule, sizeBytes: number) => number;
}

export class ApiContext {
  readonly services: ApiServices;
  /** Structs of drivers. */
  readonly classes: StructClasses;
  readonly memory: KernelMemory;
  /** What values of the safe API own, by value. */
  readonly allocations = new WeakMap<object, Allocation>();

  constructor(services: ApiServices) {
    this.services = services;
    const { ram } = services.slabs;
    this.classes = services.structs;
    this.memory = new KernelMemory(ram);
  }

  get runtime(): DriverRuntime {
    return this.services.runtime;
  }

  /** The module whose code calls. */
  get module(): LoadedModule {
    const module = this.services.scheduler.current.modules.at(-1);
    assert(module instanceof LoadedModule, 'the API is called by modules');
    return module;
  }

  /** Logs a line together with the driver's line that asked for it. */
  print(level: number, text: string): void {
    const { runtime, sites, printk } = this.services;
    const frame = runtime.sp >= 2 ? sites.resolve(runtime.stack[runtime.sp - 2]!) : undefined;
    const { module, file, line } = frame ?? {};
    if (module === undefined || file === undefined || line === undefined) printk.print(level, text);
    else printk.print(level, text, { module, file, line });
  }
}
