// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/task`: threads of the kernel that a driver makes.
 *
 * @subpath kernel/task
 */
import type { ApiContext } from './context.ts';
import { ThreadStatics } from './thread.ts';

/** @exports */
export class TaskApi {
  readonly Thread: ThreadStatics;

  constructor(context: ApiContext) {
    this.Thread = new ThreadStatics(context);
  }
}
