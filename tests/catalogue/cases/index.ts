// SPDX-License-Identifier: GPL-2.0-or-later
/** All cases by their id. */
import type { BugCase } from '../bug-case.ts';
import { ATOMIC_CONTEXT_CASES } from './atomic-context.ts';
import { DRIVER_MODEL_CASES } from './driver-model.ts';
import { FORTIFY_CASES } from './fortify.ts';
import { HUNG_TASK_CASES } from './hung-task.ts';
import { KASAN_MEMPOOL_CASES } from './kasan-mempool.ts';
import { KASAN_OTHER_CASES } from './kasan-other.ts';
import { KASAN_SLAB_CASES } from './kasan-slab.ts';
import { KCSAN_CASES } from './kcsan.ts';
import { KMEMLEAK_CASES } from './kmemleak.ts';
import { LIST_CASES } from './list.ts';
import { LOCKDEP_EXTRA_CASES } from './lockdep-extra.ts';
import { LOCKDEP_CASES } from './lockdep.ts';
import { LOCKUP_CASES } from './lockup.ts';
import { OOPS_CASES } from './oops.ts';
import { RCU_CASES } from './rcu.ts';
import { REFCOUNT_CASES } from './refcount.ts';
import { SLUB_CASES } from './slub.ts';
import { USERCOPY_CASES } from './usercopy.ts';

const ALL: readonly BugCase[] = [
  ...KASAN_SLAB_CASES,
  ...KASAN_MEMPOOL_CASES,
  ...KASAN_OTHER_CASES,
  ...SLUB_CASES,
  ...KCSAN_CASES,
  ...KMEMLEAK_CASES,
  ...USERCOPY_CASES,
  ...FORTIFY_CASES,
  ...LIST_CASES,
  ...OOPS_CASES,
  ...LOCKDEP_CASES,
  ...LOCKDEP_EXTRA_CASES,
  ...REFCOUNT_CASES,
  ...RCU_CASES,
  ...HUNG_TASK_CASES,
  ...LOCKUP_CASES,
  ...DRIVER_MODEL_CASES,
  ...ATOMIC_CONTEXT_CASES,
];

export const CASES: ReadonlyMap<string, BugCase> = new Map(ALL.map((bug) => [bug.id, bug]));
