// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks that are taken and given back in one task, for what lockdep says of that. */
import { HARDIRQ_OFFSET } from '../../sched/preempt.ts';
import type { LockMap } from '../lockdep/lock-class.ts';
import { LOCK_KIND } from '../lockdep/lock-kind.ts';
import { ACQUIRE, type Acquire, type LockdepOptions } from '../lockdep/lockdep.ts';
import { LockRig } from './lock-rig.ts';

export class Taker extends LockRig {
  readonly maps = new Map<string, LockMap>();

  lock(name: string, kind: keyof typeof LOCK_KIND = 'SPINLOCK'): LockMap {
    let map = this.maps.get(name);
    map ??= this.lockdep.initMap(this.place(), { ...LOCK_KIND[kind], name });
    this.maps.set(name, map);
    return map;
  }

  take(name: string, how: Acquire = ACQUIRE.WRITE): void {
    this.lockdep.acquire(this.lock(name), how);
    if (how.trylock !== true) this.lockdep.acquired(this.lock(name));
  }

  /** Takes all, innermost last, and gives them back. */
  nest(...names: string[]): void {
    for (const name of names) this.take(name);
    for (const name of names.toReversed()) this.lockdep.release(this.lock(name));
  }

  /** As the scheduler does for a handler: interrupts are off in it. */
  interrupt(body: () => void): void {
    const { execution } = this;
    const wereOff = execution.irqsOff;
    execution.irqsOff = true;
    this.scheduler.preempt.add(HARDIRQ_OFFSET);
    body();
    this.scheduler.preempt.subtract(HARDIRQ_OFFSET);
    execution.irqsOff = wereOff;
  }
}

export function inTask(body: (rig: Taker) => void, options: Partial<LockdepOptions> = {}): Taker {
  const rig = new Taker(1, options);
  rig.spawn('t', function* () {
    body(rig);
    yield;
  });
  rig.run();
  return rig;
}
