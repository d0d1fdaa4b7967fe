// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the credentials of tasks come from: one slab object for each process, another when its
 * identity changes.
 *
 * Linux: kernel/cred.c. Differs: an identity that nothing holds any more is freed at once, without
 * waiting for readers.
 */
import { changed, Cred, CRED_BYTES, putCred, type Credentials } from '../kernel/credentials.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import { SLAB } from '../mm/slab-flags.ts';
import type { SlabCache } from '../mm/slab.ts';
import { ERRNO } from '../uapi/errno.ts';

/** Of a cache line. */
const ALIGN = 64;
/** As in Linux: a driver's cache of the same size and flags may be merged with this one. */
const FLAGS = SLAB.HWCACHE_ALIGN | SLAB.PANIC | SLAB.ACCOUNT;

export class Creds {
  readonly #slabs: SlabAllocator;
  readonly #cache: SlabCache;

  constructor(slabs: SlabAllocator) {
    this.#slabs = slabs;
    this.#cache = slabs.createCache('cred_jar', CRED_BYTES, ALIGN, FLAGS);
  }

  /** A copy of its own, held once; undefined without memory. Linux: prepare_creds. */
  copy(of: Credentials): Cred | undefined {
    const { ram } = this.#slabs;
    const pointer = this.#slabs.alloc(this.#cache);
    if (pointer === 0) return undefined;
    const physical = ram.toPhysical(pointer);
    ram.bytes.fill(0, physical, physical + CRED_BYTES);
    return new Cred(ram, pointer, of, (it) => this.#slabs.kfree(it));
  }

  /** The task acts by other numbers from now on. 0, or -ENOMEM. Linux: commit_creds. */
  commit(task: Task, changes: Partial<Credentials>): number {
    const old = task.credentials;
    const cred = this.copy(changed(old, changes));
    if (cred === undefined) return -ERRNO.ENOMEM;
    task.credentials = cred;
    putCred(old);
    return 0;
  }
}
