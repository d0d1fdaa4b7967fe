// SPDX-License-Identifier: GPL-2.0-or-later
/** What the functions of `kernel/raw` work with, made for one machine. */
import type { RawParts } from '../api/context.ts';
import { Atomics } from '../kernel/atomic.ts';
import { Bitmaps } from '../kernel/bitmap.ts';
import { Completions } from '../kernel/sched/completion.ts';
import { DriverThreads } from '../kernel/kthread/driver-threads.ts';
import { Fortify } from '../kernel/fortify.ts';
import { Lists } from '../kernel/list.ts';
import type { FunctionCalls } from '../kernel/module/function-calls.ts';
import { KERNEL_STACK_BYTES } from '../kernel/module/runtime.ts';
import { Refcounts } from '../kernel/refcount.ts';
import { taskPointer } from '../kernel/sched/task-pointer.ts';
import { Sleepers } from '../kernel/sched/task-state.ts';
import { WaitHeads } from '../kernel/sched/wait-head.ts';
import { HrTimers } from '../kernel/time/hrtimer.ts';
import { Timers } from '../kernel/time/timer.ts';
import { Strings } from '../kernel/string.ts';
import { DelayedWorks } from '../kernel/workqueue/delayed-work.ts';
import type { Warner } from '../kernel/warner.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import { UserAccess } from '../mm/uaccess.ts';
import { type KernelPlaces, Usercopy } from '../mm/usercopy.ts';
import { processOf } from '../process/process.ts';
import type { Kernel } from './kernel.ts';
import { KERNEL_IMAGE, makeKernelSymbols } from './kernel-symbols.ts';

/** Called before there is a `die`: only what goes wrong later asks for it. */
export function makeRawParts(kernel: Kernel): RawParts {
  const { sim, ram, percpu, slabs, printk, scheduler, options, objectSizes: sizes } = kernel;
  const { fortify, hardenedUsercopy, listDebug, refcount } = options.detectors;
  const warner: Warner = {
    warn: (text) => kernel.die.warn(text),
    warnOnce: (text, kind) => kernel.die.warnOnce(text, kind),
    bug: (place) => kernel.die.bug(place),
    stopMachine: (text) => kernel.die.stopMachine(text),
  };
  const atomics = new Atomics(ram, kernel.races);
  const usercopy = new Usercopy(slabs, placesOf(kernel), printk, warner, hardenedUsercopy);
  const lists = new Lists(ram, warner, listDebug);
  const sleepers = new Sleepers(sim, scheduler);
  const waits = makeWaits(kernel, lists, sleepers);
  const timers = makeTimers(kernel, lists, warner);
  return {
    warner,
    atomics,
    sizes,
    bitmaps: new Bitmaps(ram, kernel.races),
    lists,
    sleepers,
    waits,
    completions: new Completions(ram, scheduler, waits),
    threads: makeThreads(kernel, sleepers),
    timers,
    hrTimers: makeHrTimers(kernel),
    delayedWorks: new DelayedWorks({
      ram,
      timers,
      workqueues: () => kernel.workqueues,
      functions: () => kernel.functionCalls,
      recordStack: (item) => slabs.recordAuxStack(item),
    }),
    refcounts: new Refcounts(atomics, warner, refcount),
    strings: new Strings(ram, new Fortify(sizes, warner, fortify), kernel.races),
    percpu,
    users: new UserAccess({
      ram,
      usercopy,
      sizes,
      warner,
      trace: sim.trace,
      memory: () => {
        const task = scheduler.current;
        return task.isKernelThread ? undefined : processOf(task)?.space;
      },
      mightFault: () => scheduler.mightSleep(),
    }),
  };
}

function makeWaits(kernel: Kernel, lists: Lists, sleepers: Sleepers): WaitHeads {
  const { ram, scheduler, runtime, board } = kernel;
  const symbols = makeKernelSymbols(board.memory);
  const addressOf = (name: string): number => symbols.get(name)?.address ?? 0;
  return new WaitHeads({
    ram,
    lists,
    scheduler,
    sleepers,
    runtime,
    pointerOf: (task) => taskPointer(ram, task),
    functions: {
      plain: addressOf('default_wake_function'),
      autoremove: addressOf('autoremove_wake_function'),
    },
  });
}

function makeTimers(kernel: Kernel, lists: Lists, warner: Warner): Timers {
  const { sim, ram, scheduler, softirqs } = kernel;
  return new Timers({
    sim,
    ram,
    lists,
    scheduler,
    softirqs,
    warner,
    functions: () => kernel.functionCalls,
    maps: () => kernel.locks.callbackMaps,
    objects: kernel.debugObjects,
  });
}

function makeHrTimers(kernel: Kernel): HrTimers {
  const { sim, ram, scheduler, softirqs, debugObjects: objects } = kernel;
  const functions = (): FunctionCalls => kernel.functionCalls;
  return new HrTimers({ sim, ram, scheduler, softirqs, functions, objects });
}

function makeThreads(kernel: Kernel, sleepers: Sleepers): DriverThreads {
  const { ram, scheduler, kthreads: threads, slabs } = kernel;
  return new DriverThreads({
    ram,
    scheduler,
    sleepers,
    threads,
    takeStruct() {
      const cache = slabs.caches.find(({ name }) => name === 'task_struct');
      const pointer = cache === undefined ? 0 : slabs.alloc(cache);
      // The list of all tasks leads to it.
      if (pointer !== 0) slabs.leaks.notLeak(pointer);
      return pointer;
    },
    giveStruct: (pointer) => slabs.kfree(pointer),
    functions: () => kernel.functionCalls,
  });
}

/** Where there is no heap. */
function placesOf({ ram, vmalloc, runtime, scheduler }: Kernel): KernelPlaces {
  const { text } = ram.board;
  const linear = ram.toPointer(0);
  return {
    text: { start: text, end: text + KERNEL_IMAGE.readOnlyBytes },
    linearText: { start: linear, end: linear + KERNEL_IMAGE.readOnlyBytes },
    stack() {
      const start = scheduler.context.kernelStack;
      if (start === 0) return undefined;
      const end = start + KERNEL_STACK_BYTES;
      return { start, end, pointer: end - (runtime.stack[runtime.sp - 1] ?? 0) };
    },
    isVmalloc: (pointer) => vmalloc.isVmallocAddress(pointer),
    vmallocArea(pointer) {
      const area = vmalloc.areas.find(pointer);
      return area && { start: area.start, end: area.start + area.pages.length * PAGE_SIZE };
    },
  };
}
