// SPDX-License-Identifier: GPL-2.0-or-later
/** What the takes of lockdep-programs.ts are in drivers. */
import type { Verb } from './lockdep-programs.ts';

/** The functions of a kind of locks, and the side of one that is taken. */
export interface Kind {
  readonly type: string;
  readonly init: string;
  readonly take: string;
  readonly drop: string;
}

// prettier-ignore
export const KINDS: Readonly<Record<Verb, Kind>> = {
  spin: { type: 'spinlock_t', init: 'spin_lock_init', take: 'spin_lock', drop: 'spin_unlock' },
  wlock: { type: 'rwlock_t', init: 'rwlock_init', take: 'write_lock', drop: 'write_unlock' },
  rlock: { type: 'rwlock_t', init: 'rwlock_init', take: 'read_lock', drop: 'read_unlock' },
  mutex: { type: 'mutex', init: 'mutex_init', take: 'mutex_lock', drop: 'mutex_unlock' },
  wsem: { type: 'rw_semaphore', init: 'init_rwsem', take: 'down_write', drop: 'up_write' },
  rsem: { type: 'rw_semaphore', init: 'init_rwsem', take: 'down_read', drop: 'up_read' },
};
