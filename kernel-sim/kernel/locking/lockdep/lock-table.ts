// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * All locks by their place in memory, all keys, and the classes that were made of them.
 *
 * Linux: register_lock_class of kernel/locking/lockdep.c.
 */
import type { SiteRegistry } from '../../module/sites.ts';
import type { Execution } from '../../sched/execution.ts';
import type { DebugLocks } from '../debug-locks.ts';
import {
  LockClass,
  LockKey,
  LockMap,
  SUBCLASSES_MAX,
  WAIT_TYPE,
  type WaitTypes,
} from './lock-class.ts';
import type { Reports } from './reports.ts';

/** Linux: MAX_LOCKDEP_KEYS. */
export const CLASSES_MAX = 8192;
/** A lock whose memory nobody initialised has this key. */
const NO_KEY = 0;
const NO_WAIT_TYPES: WaitTypes = { inner: WAIT_TYPE.NONE, outer: WAIT_TYPE.NONE };

/** A power of two. */
const RECENT = 256;

/** What a lock says of itself when it is initialised. */
export interface LockSpec extends WaitTypes {
  /** As the driver wrote it; else the toolchain's name of the calling line, else `file:line`. */
  readonly name?: string | undefined;
  /** Locks with one key are of one class wherever they were made. */
  readonly key?: LockKey | undefined;
  /** Size of the lock in memory: one that is held must not be initialised again. */
  readonly sizeBytes?: number;
}

interface LockTableDependencies {
  readonly execution: Execution;
  readonly sites: SiteRegistry;
  readonly debugLocks: DebugLocks;
  readonly reports: Reports;
}

export class LockTable {
  readonly classes: LockClass[] = [];
  readonly #deps: LockTableDependencies;
  readonly #keys: LockKey[] = [];
  /** Keys of the lines of drivers that make locks: by site and wait type. */
  readonly #siteKeys = new Map<string, LockKey>();
  readonly #keysAt = new Map<number, LockKey>();
  readonly #maps = new Map<number, LockMap>();
  /** Some of them, by a few bits of their addresses: most locks are taken again and again. */
  readonly #recent: (LockMap | undefined)[] = Array.from({ length: RECENT });
  /** Stands for the key of a lock that has none; reported at its first use. */
  readonly #strayKey = new LockKey(NO_KEY, '');

  constructor(deps: LockTableDependencies) {
    this.#deps = deps;
  }

  initMap(pointer: number, spec: LockSpec): LockMap {
    const map = new LockMap(pointer, spec.key ?? this.#keyOf(spec), spec);
    this.#remember(map);
    return map;
  }

  mapAt(pointer: number): LockMap | undefined {
    return this.#maps.get(pointer);
  }

  mapOf(pointer: number, key: number, wait?: WaitTypes): LockMap {
    const recent = this.#recent[slotOf(pointer)];
    if (recent !== undefined && recent.pointer === pointer && recent.key === key) return recent;
    const known = this.#maps.get(pointer);
    if (known !== undefined && known.key === key) {
      this.#recent[slotOf(pointer)] = known;
      return known;
    }
    const lockKey = this.#keys[key - 1] ?? this.#strayKey;
    const types = wait ?? known?.wait ?? lockKey.classes[0]?.wait ?? NO_WAIT_TYPES;
    const map = new LockMap(pointer, lockKey, types);
    if (lockKey !== this.#strayKey) this.#remember(map);
    return map;
  }

  /** A key of its own, for locks that are to be told apart. Linux: lockdep_register_key. */
  makeKey(name: string): LockKey {
    const key = new LockKey(this.#keys.length + 1, name);
    this.#keys.push(key);
    return key;
  }

  /** The key of all locks that a module has in a field of this name. */
  fieldKey(module: string, name: string): LockKey {
    const id = `${module}:${name}`;
    let key = this.#siteKeys.get(id);
    if (key === undefined) {
      key = this.makeKey(name);
      this.#siteKeys.set(id, key);
    }
    return key;
  }

  /** The key that a driver has at an address of its own. Linux: struct lock_class_key. */
  keyAt(address: number, name: string): LockKey {
    let key = this.#keysAt.get(address);
    if (key === undefined) {
      key = this.makeKey(name);
      this.#keysAt.set(address, key);
    }
    return key;
  }

  /** The lock at `pointer` is of another class, or of another level. Linux: lockdep_set_class. */
  setClass(pointer: number, key: LockKey | undefined, subclass = 0): LockMap | undefined {
    const map = this.#maps.get(pointer);
    if (map === undefined) return undefined;
    const changed = new LockMap(pointer, key ?? map.lockKey, map.wait, subclass, map.key);
    this.#remember(changed);
    return changed;
  }

  /** The class of a lock at a nesting level. Linux: register_lock_class. */
  classOf(map: LockMap, subclass: number, checks: boolean): LockClass {
    const { lockKey } = map;
    const known = lockKey.classes[subclass];
    if (known !== undefined) return known;
    if (checks) this.#checkKey(lockKey, subclass);
    const level = Math.min(subclass, SUBCLASSES_MAX - 1);
    const version = this.#versionOf(lockKey);
    const name = lockKey.name + (version > 1 ? `#${version}` : '') + (level > 0 ? `/${level}` : '');
    const made = new LockClass(this.classes.length, lockKey, level, map.wait, name);
    if (lockKey === this.#strayKey) return made;
    this.classes.push(made);
    lockKey.classes[subclass] = made;
    return made;
  }

  #remember(map: LockMap): void {
    this.#maps.set(map.pointer, map);
    this.#recent[slotOf(map.pointer)] = map;
  }

  /** The key of the line of a driver that makes a lock. */
  #keyOf({ name, inner }: LockSpec): LockKey {
    if (name !== undefined) return this.makeKey(name);
    const { sites, execution } = this.#deps;
    const { stack, sp } = execution;
    const site = sp >= 2 ? stack[sp - 2]! : 0;
    const id = `${site}/${inner}`;
    let key = this.#siteKeys.get(id);
    if (key === undefined) {
      const { file, line, name: symbol } = sites.resolve(site);
      const written = sites.lockNameAt(site);
      key = this.makeKey(written ?? (file === undefined ? symbol : `${file}:${line}`));
      this.#siteKeys.set(id, key);
    }
    return key;
  }

  #checkKey(key: LockKey, subclass: number): void {
    const { debugLocks, reports } = this.#deps;
    if (subclass >= SUBCLASSES_MAX) {
      if (debugLocks.turnOff()) reports.invalidSubclass(subclass);
    } else if (key === this.#strayKey) {
      if (debugLocks.turnOff()) reports.nonStaticKey();
    } else if (this.classes.length >= CLASSES_MAX && debugLocks.turnOff()) {
      reports.outOf('MAX_LOCKDEP_KEYS');
    }
  }

  /** How many other keys of the same name came before. Linux: count_matching_names. */
  #versionOf(key: LockKey): number {
    const same = new Set<LockKey>();
    for (const { key: other } of this.classes) {
      if (other.name !== key.name) continue;
      if (other === key) break;
      same.add(other);
    }
    return same.size + 1;
  }
}

/** Locks are at least 8 bytes apart. */
function slotOf(pointer: number): number {
  return (pointer >>> 3) & (RECENT - 1);
}
