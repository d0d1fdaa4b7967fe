// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/sync`: data that several use, and places to wait for each other.
 *
 * A lock owns its data, and the data is reached through a guard alone. Hold guards with `using`:
 * the lock is given back where the block ends, also when something is thrown.
 *
 * @subpath kernel/sync
 */
import { AtomicU32Statics } from './atomic.ts';
import { AtomicBoolStatics } from './atomic-bool.ts';
import { AtomicU64Statics } from './atomic-u64.ts';
import { CompletionStatics } from './completion.ts';
import { CondVarStatics } from './cond-var.ts';
import type { ApiContext } from './context.ts';
import { MutexStatics } from './mutex.ts';
import { PerCpuStatics } from './per-cpu.ts';
import { RwLockStatics } from './rw-lock.ts';
import { RwSemaphoreStatics } from './rw-semaphore.ts';
import { SemaphoreStatics } from './semaphore.ts';
import { SeqLockStatics } from './seq-lock.ts';
import { SpinlockStatics } from './spinlock.ts';

/** @exports */
export class SyncApi {
  readonly Completion: CompletionStatics;
  readonly CondVar: CondVarStatics;
  readonly Mutex: MutexStatics;
  readonly AtomicBool: AtomicBoolStatics;
  readonly AtomicU32: AtomicU32Statics;
  readonly AtomicU64: AtomicU64Statics;
  readonly PerCpu: PerCpuStatics;
  readonly RwLock: RwLockStatics;
  readonly RwSemaphore: RwSemaphoreStatics;
  readonly SeqLock: SeqLockStatics;
  readonly Semaphore: SemaphoreStatics;
  readonly Spinlock: SpinlockStatics;

  constructor(context: ApiContext) {
    this.Completion = new CompletionStatics(context);
    this.CondVar = new CondVarStatics(context);
    this.Mutex = new MutexStatics(context);
    this.AtomicBool = new AtomicBoolStatics(context);
    this.AtomicU64 = new AtomicU64Statics(context);
    this.PerCpu = new PerCpuStatics(context);
    this.SeqLock = new SeqLockStatics(context);
    this.AtomicU32 = new AtomicU32Statics(context);
    this.RwLock = new RwLockStatics(context);
    this.RwSemaphore = new RwSemaphoreStatics(context);
    this.Semaphore = new SemaphoreStatics(context);
    this.Spinlock = new SpinlockStatics(context);
  }
}
