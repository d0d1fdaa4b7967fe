// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/sync`: data that only one task at a time may touch.
 *
 * A lock owns its data, and the data is reached through a guard alone. Hold guards with `using`:
 * the lock is given back where the block ends, also when something is thrown.
 *
 * @subpath kernel/sync
 */
import type { ApiContext } from './context.ts';
import { MutexStatics } from './mutex.ts';
import { SpinlockStatics } from './spinlock.ts';

/** @exports */
export class SyncApi {
  readonly Mutex: MutexStatics;
  readonly Spinlock: SpinlockStatics;

  constructor(context: ApiContext) {
    this.Mutex = new MutexStatics(context);
    this.Spinlock = new SpinlockStatics(context);
  }
}
