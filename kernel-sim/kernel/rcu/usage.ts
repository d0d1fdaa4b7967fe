// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whether what only readers may do is done by readers.
 *
 * Each place is reported once. Linux: include/linux/rcupdate.h (RCU_LOCKDEP_WARN),
 * kernel/rcu/update.c, lockdep_rcu_suspicious of kernel/locking/lockdep.c.
 */
import type { DebugLocks } from '../locking/debug-locks.ts';
import type { Lockdep } from '../locking/lockdep/lockdep.ts';
import type { LockMap } from '../locking/lockdep/lock-class.ts';
import { LOCK_KIND } from '../locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../locking/lockdep/lockdep.ts';
import { DUMP_STACK, type LockdepPrinter } from '../locking/lockdep/reports.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { RcuFlavor, RcuWatcher } from './rcu.ts';

export interface RcuUsageParts {
  readonly scheduler: Scheduler;
  readonly lockdep: Lockdep;
  readonly debugLocks: DebugLocks;
  /** `lockdep=off` takes this with it, as CONFIG_PROVE_RCU goes with CONFIG_PROVE_LOCKING. */
  readonly isOn: boolean;
  readonly printer: Pick<LockdepPrinter, 'framed'>;
  /** `file:line` of the driver's that runs, and its site. */
  readonly place: () => { readonly site: number; readonly text: string };
}

/** Where the maps lie in the kernel's image. */
const MAPS_AT = 0xffff_8283_e000;
const MAP_BYTES = 64;

export class RcuUsage implements RcuWatcher {
  readonly #parts: RcuUsageParts;
  readonly #maps: Readonly<Record<RcuFlavor | 'callback', LockMap>>;
  readonly #warned = new Set<string>();

  constructor(parts: RcuUsageParts) {
    this.#parts = parts;
    let at = MAPS_AT;
    const make = (name: string, kind: keyof typeof LOCK_KIND): LockMap =>
      parts.lockdep.initMap((at += MAP_BYTES), { ...LOCK_KIND[kind], name });
    this.#maps = {
      rcu: make('rcu_read_lock', 'RCU'),
      bh: make('rcu_read_lock_bh', 'RCU_BH'),
      sched: make('rcu_read_lock_sched', 'RCU_SCHED'),
      callback: make('rcu_callback', 'OTHER'),
    };
  }

  entered(flavor: RcuFlavor | 'callback'): void {
    const map = this.#maps[flavor];
    this.#parts.lockdep.acquire(map, ACQUIRE.READ_RECURSIVE);
    this.#parts.lockdep.acquired(map);
  }

  left(flavor: RcuFlavor | 'callback'): void {
    this.#parts.lockdep.release(this.#maps[flavor]);
  }

  /** True as well where nobody keeps account of it. Linux: rcu_read_lock_held and its like. */
  isHeld(flavor: RcuFlavor | 'any'): boolean {
    const { scheduler, lockdep, isOn, debugLocks } = this.#parts;
    if (!isOn || !debugLocks.isOn) return true;
    const { preempt } = scheduler;
    const isHeld = (each: RcuFlavor): boolean => lockdep.isHeld(this.#maps[each]);
    const isPreemptible = !preempt.inAtomic && !preempt.irqsDisabled;
    switch (flavor) {
      case 'rcu':
        return isHeld('rcu');
      case 'bh':
        return preempt.inSoftirq || preempt.irqsDisabled;
      case 'sched':
        return isHeld('sched') || !isPreemptible;
      case 'any':
        return isHeld('rcu') || isHeld('bh') || isHeld('sched') || !isPreemptible;
    }
  }

  /** Says `message` of the running code unless `isRight`. Linux: RCU_LOCKDEP_WARN. */
  check(isRight: boolean, message: string): void {
    if (isRight) return;
    const { debugLocks, isOn, scheduler, lockdep, printer, place } = this.#parts;
    if (!isOn || !debugLocks.isOn) return;
    const { site, text } = place();
    const key = `${site} ${message}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    printer.framed('WARNING: suspicious RCU usage', [
      `${text} ${message}!`,
      '',
      'other info that might help us debug this:',
      '',
      '',
      'rcu_scheduler_active = 2, debug_locks = 1',
      ...lockdep.heldBy(scheduler.current),
      '',
      'stack backtrace:',
      DUMP_STACK,
    ]);
  }

  /** What follows may sleep. Linux: rcu_sleep_check. */
  checkSleep(): void {
    const { lockdep } = this.#parts;
    const within = 'read-side critical section';
    const isBh = lockdep.isHeld(this.#maps.bh);
    this.check(!isBh, `Illegal context switch in RCU-bh ${within}`);
    const isSched = lockdep.isHeld(this.#maps.sched);
    this.check(!isSched, `Illegal context switch in RCU-sched ${within}`);
  }

  /** Who waits for readers must not be one. Linux: synchronize_rcu. */
  checkSynchronize(): void {
    const { lockdep } = this.#parts;
    const { rcu, bh, sched } = this.#maps;
    const isReader = [rcu, bh, sched].some((map) => lockdep.isHeld(map));
    this.check(!isReader, 'Illegal synchronize_rcu() in RCU read-side critical section');
  }
}
