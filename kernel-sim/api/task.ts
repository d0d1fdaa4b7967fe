// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/task`: the running task, and threads that a driver makes.
 *
 * @subpath kernel/task
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { condResched } from './cond-resched.ts';
import type { ApiContext } from './context.ts';
import { ThreadStatics } from './thread.ts';

/** @exports */
export class TaskApi {
  readonly #context: ApiContext;
  readonly Thread: ThreadStatics;

  constructor(context: ApiContext) {
    this.#context = context;
    this.Thread = new ThreadStatics(context);
  }

  /**
   * Lets others run if it is their turn: for loops that take long, which the watchdog reports after
   * two seconds otherwise. True if somebody might have.
   *
   * Context: process. Linux: cond_resched.
   *
   * @symbol __cond_resched
   */
  *cond_resched(): Sleeping<boolean> {
    return yield* condResched(this.#context);
  }
}
