// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What lockdep is told of work items and timers: each runs under a map of its own, and whoever
 * waits for one says so, so that "waits for what needs the lock that I hold" is seen as an order of
 * locks.
 *
 * The map that is held is a copy: an item may free itself while it runs.
 *
 * Linux: lockdep_map of struct work_struct and struct timer_list, lockdep_copy_map.
 */
import type { LockKey, LockMap } from './lock-class.ts';
import { LOCK_KIND } from './lock-kind.ts';
import type { Lockdep } from './lockdep.ts';
import type { SiteRegistry } from '../../module/sites.ts';
import type { Execution } from '../../sched/execution.ts';

export class CallbackMaps {
  readonly #lockdep: Lockdep;
  readonly #sites: SiteRegistry;
  readonly #execution: Execution;
  /** By the line of a driver that initialises them. */
  readonly #siteKeys = new Map<string, LockKey>();
  readonly #keys = new Map<number, LockKey>();

  constructor(lockdep: Lockdep, sites: SiteRegistry, execution: Execution) {
    this.#lockdep = lockdep;
    this.#sites = sites;
    this.#execution = execution;
  }

  /**
   * Something that will run lies at `pointer`: all that one line initialises are of one class.
   * `kind` stands before the name of it.
   */
  define(pointer: number, kind: string): void {
    const { stack, sp } = this.#execution;
    const site = sp >= 2 ? stack[sp - 2]! : 0;
    const id = `${site}/${kind}`;
    let key = this.#siteKeys.get(id);
    if (key === undefined) {
      const { name, line } = this.#sites.resolve(site);
      const written = this.#sites.lockNameAt(site) ?? `${name}:${line ?? 0}`;
      key = this.#lockdep.table.makeKey(`${kind}(${written})`);
      this.#siteKeys.set(id, key);
    }
    this.#keys.set(pointer, key);
  }

  /** The same for one that has a name of its own. */
  defineNamed(pointer: number, name: string): void {
    this.#keys.set(pointer, this.#lockdep.table.makeKey(name));
  }

  /** The same for one that becomes a field of `module`: no line of its own makes it. */
  defineField(pointer: number, kind: string, module: string, field: string): void {
    this.#keys.set(pointer, this.#lockdep.table.fieldKey(module, `${kind}(${field})`));
  }

  /** It begins to run; `copy` is a place that nothing else of the running context has. */
  begin(pointer: number, copy: number): LockMap | undefined {
    const map = this.#mapOf(pointer, copy);
    if (map !== undefined) this.#lockdep.workBegin(map);
    return map;
  }

  end(map: LockMap | undefined): void {
    if (map !== undefined) this.#lockdep.workEnd(map);
  }

  /** Somebody waits until it does not run. */
  waitsFor(pointer: number): void {
    const map = this.#mapOf(pointer, pointer);
    if (map !== undefined) this.#lockdep.waitsFor(map);
  }

  #mapOf(pointer: number, at: number): LockMap | undefined {
    const key = this.#keys.get(pointer);
    return key === undefined ? undefined : this.#lockdep.mapOf(at, key.handle, LOCK_KIND.OTHER);
  }
}
