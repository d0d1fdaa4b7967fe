// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /sys/kernel/slab: a directory for each slab cache, which tells how it is made and has its objects
 * looked at.
 *
 * Linux: slab_attrs of mm/slub.c, Documentation/ABI/testing/sysfs-kernel-slab. Differs: a cache
 * that others may share has its own name instead of `:0000096`; those others are links to it.
 */
import type { PseudoFile, PseudoFs } from '../fs/pseudo-fs.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import type { SlabWatcher } from '../mm/slab-common.ts';
import { SLAB, SLAB_DEBUG_FLAGS } from '../mm/slab-flags.ts';
import type { SlabCache } from '../mm/slab.ts';
import { ERRNO } from '../uapi/errno.ts';

const FOLDER = 'kernel/slab';
const ONE = 0x31;

type Files = Record<string, () => PseudoFile>;

export class SlabFiles implements SlabWatcher {
  /** Who has each name in the folder. */
  readonly #owners = new Map<string, SlabCache>();
  #sysfs: PseudoFs | undefined;
  #slabs: SlabAllocator | undefined;

  /** From now on there are files, also of the caches that were made before. */
  mount(sysfs: PseudoFs, slabs: SlabAllocator): void {
    this.#sysfs = sysfs;
    this.#slabs = slabs;
    sysfs.registerDirectory(FOLDER);
    for (const cache of slabs.caches) this.added(cache);
  }

  added(cache: SlabCache): void {
    const slabs = this.#slabs;
    const path = this.#take(cache, cache.name);
    if (slabs === undefined || path === undefined) return;
    this.#sysfs?.registerLazily(path, filesOf(slabs, cache));
  }

  aliased(cache: SlabCache, name: string): void {
    const path = this.#take(cache, name);
    if (path !== undefined) this.#sysfs?.registerSymlink(path, () => fileName(cache.name));
  }

  removed(cache: SlabCache): void {
    for (const [name, owner] of this.#owners) {
      if (owner !== cache) continue;
      this.#owners.delete(name);
      this.#sysfs?.remove(`${FOLDER}/${name}`);
    }
  }

  /** Where the cache is shown; undefined if it cannot be, or another one has the name. */
  #take(cache: SlabCache, wanted: string): string | undefined {
    const name = fileName(wanted);
    if (this.#sysfs === undefined || this.#owners.has(name)) return undefined;
    if (name === '' || name === '.' || name === '..') return undefined;
    this.#owners.set(name, cache);
    return `${FOLDER}/${name}`;
  }
}

/** Linux: kobject_set_name. */
function fileName(name: string): string {
  return name.replaceAll('/', '!');
}

function filesOf(slabs: SlabAllocator, cache: SlabCache): Files {
  const number = (show: () => number) => (): PseudoFile => ({
    mode: 0o400,
    show: () => `${show()}\n`,
  });
  /** With the share of each node of memory, of which there is one. */
  const total = (show: () => number) => (): PseudoFile => ({
    mode: 0o400,
    show: () => `${show()} N0=${show()}\n`,
  });
  const flag = (bit: number): (() => PseudoFile) => number(() => Number((cache.flags & bit) !== 0));
  return {
    aliases: number(() => cache.references - 1),
    align: number(() => cache.align),
    destroy_by_rcu: flag(SLAB.TYPESAFE_BY_RCU),
    failslab: () => ({
      mode: 0o600,
      show: () => `${Number(cache.isFailslab)}\n`,
      store: (bytes) => setFailslab(cache, bytes),
    }),
    hwcache_align: flag(SLAB.HWCACHE_ALIGN),
    object_size: number(() => cache.objectBytes),
    objects: total(() => cache.info.activeObjects),
    objs_per_slab: number(() => cache.info.objectsPerSlab),
    order: number(() => cache.order),
    poison: flag(SLAB.POISON),
    reclaim_account: flag(SLAB.RECLAIM_ACCOUNT),
    red_zone: flag(SLAB.RED_ZONE),
    sanity_checks: flag(SLAB.CONSISTENCY_CHECKS),
    slab_size: number(() => cache.slotBytes),
    slabs: total(() => cache.info.slabs),
    store_user: flag(SLAB.STORE_USER),
    total_objects: total(() => cache.info.objects),
    usersize: number(() => cache.userBytes),
    validate: () => ({
      mode: 0o600,
      show: () => '',
      store: (bytes) => validate(slabs, cache, bytes),
    }),
  };
}

/** What shares a cache would fail with it. Linux: failslab_store. */
function setFailslab(cache: SlabCache, bytes: Uint8Array): number {
  if (cache.references > 1) return -ERRNO.EINVAL;
  cache.isFailslab = bytes[0] === ONE;
  return bytes.length;
}

/** Only where there is something to look at. Linux: validate_store. */
function validate(slabs: SlabAllocator, cache: SlabCache, bytes: Uint8Array): number {
  if (bytes[0] !== ONE || (cache.flags & SLAB_DEBUG_FLAGS) === 0) return -ERRNO.EINVAL;
  slabs.validate(cache);
  return bytes.length;
}
