// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/workqueue`: work that threads of the kernel do later, where it may sleep.
 *
 * An interrupt handler or a timer does what cannot wait, and leaves the rest to a `Work`.
 *
 * @subpath kernel/workqueue
 */
import type { ApiContext } from './context.ts';
import { WorkqueueStatics } from './work-queue.ts';
import { DelayedWorkStatics, WorkStatics } from './work.ts';

/** @exports */
export class WorkqueueApi {
  readonly Work: WorkStatics;
  readonly DelayedWork: DelayedWorkStatics;
  readonly Workqueue: WorkqueueStatics;

  constructor(context: ApiContext) {
    this.Work = new WorkStatics(context);
    this.DelayedWork = new DelayedWorkStatics(context);
    this.Workqueue = new WorkqueueStatics(context);
  }
}
