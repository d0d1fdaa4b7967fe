// SPDX-License-Identifier: GPL-2.0-or-later
/** Work queues of one machine, joined to its reports. */
import { DUMP_STACK } from '../kernel/locking/lockdep/reports.ts';
import { Workqueues } from '../kernel/workqueue/workqueue.ts';
import type { Kernel } from './kernel.ts';

export function makeWorkqueues(kernel: Kernel): Workqueues {
  const { sim, scheduler, kthreads: threads, ram } = kernel;
  return new Workqueues({
    sim,
    scheduler,
    threads,
    ram,
    functions: () => kernel.functionCalls,
    maps: () => kernel.locks.callbackMaps,
    objects: kernel.debugObjects,
    rcuDepth: (task) => task.rcuDepth,
    onLeak(task, lines) {
      kernel.die.lockdep.plain([...lines, ...kernel.locks.lockdep.heldBy(task), DUMP_STACK]);
    },
  });
}
