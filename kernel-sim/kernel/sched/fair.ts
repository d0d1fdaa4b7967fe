// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The fair class on one CPU: earliest eligible virtual deadline first.
 *
 * Each task has a virtual run time, which grows the slower the more weight it has. The weighted
 * mean of all is where everybody should be; how far a task is behind it is what it is owed, its
 * lag. A task that is owed something (or nothing) is eligible; among these the one whose deadline
 * comes first runs, and the deadline is where its virtual time will be when it has had the slice
 * that it asked for. Once picked it keeps the CPU for that slice, unless a wake-up finds it no
 * longer eligible (Linux's RUN_TO_PARITY). Lag is kept over a sleep and a migration.
 *
 * Linux: kernel/sched/fair.c as of 6.6 (place_entity, pick_eevdf, check_preempt_wakeup_fair).
 * Differs: slices end on the nanosecond, since nothing ticks; a queue is an array, since it is
 * short; sched_yield forfeits the rest of the slice, as 6.18 does.
 */
import { SCHED } from '../../uapi/sched.ts';
import { type SchedEntity } from './entity.ts';
import type { Task } from './task.ts';
import { NICE_0_WEIGHT } from './weights.ts';

export class FairQueue {
  /** Runnable, in order of arrival; the running one is not among them. */
  readonly waiting: Task[] = [];
  /** The task that runs, if it is of this class. */
  current: Task | undefined = undefined;
  /** Near everybody's virtual time: differences from it are small numbers. */
  #floor = 0;
  #sequence = 0;

  /** The sum of weights: what this CPU has to do. */
  get load(): number {
    let load = this.current?.sched.weight ?? 0;
    for (const task of this.waiting) load += task.sched.weight;
    return load;
  }

  /** Adds a task that was somewhere else: asleep, on another CPU, or not there. */
  enqueue(task: Task, isNew: boolean): void {
    this.#place(task.sched, isNew);
    this.#push(task);
  }

  /** The running task gives way to another one. */
  putBack(task: Task): void {
    this.current = undefined;
    this.#push(task);
  }

  /** A task leaves, running or not: what it is owed goes with it. */
  dequeue(task: Task): void {
    const { sched } = task;
    const limit = 2 * virtual(sched.sliceNs, sched);
    sched.lag = Math.max(-limit, Math.min(limit, this.#average() - sched.vruntime));
    if (this.current === task) this.current = undefined;
    else this.waiting.splice(this.waiting.indexOf(task), 1);
    this.#raiseFloor();
  }

  /** Makes a waiting task the running one. */
  take(task: Task): void {
    this.waiting.splice(this.waiting.indexOf(task), 1);
    this.current = task;
  }

  /** Who should run: perhaps the one that does. */
  pick(): Task | undefined {
    if (this.waiting.length === 0) return this.current;
    this.#raiseFloor();
    const { sum, weight } = this.#sums();
    let best: Task | undefined;
    for (const task of this.waiting) {
      if (!this.#isEligible(task.sched, sum, weight)) continue;
      if (best === undefined || isBefore(task.sched, best.sched)) best = task;
    }
    const { current } = this;
    if (current === undefined || !this.#isEligible(current.sched, sum, weight)) {
      return best ?? this.waiting[0];
    }
    // Of equals, the one that has not just run.
    const isFirst = best === undefined || current.sched.deadline < best.sched.deadline;
    return isFirst ? current : best;
  }

  /** Whether a task that woke up takes the CPU from the one that runs. */
  preempts(task: Task): boolean {
    const { current } = this;
    if (current === undefined) return false;
    const isIdle = current.sched.policy === SCHED.IDLE;
    if (isIdle !== (task.sched.policy === SCHED.IDLE)) return isIdle;
    if (task.sched.policy !== SCHED.OTHER) return false;
    const { sum, weight } = this.#sums();
    return !this.#isEligible(current.sched, sum, weight) && this.pick() === task;
  }

  /** The running task's slice is over: its next one begins where its virtual time is. */
  renew(task: Task): void {
    if (task.sched.vruntime >= task.sched.deadline) this.defer(task);
  }

  /** Whoever is owed as much goes first: its slice begins anew. */
  defer({ sched }: Task): void {
    sched.deadline = sched.vruntime + virtual(sched.sliceNs, sched);
  }

  /** sched_yield(2): as if it had had all of its slice. */
  forfeit({ sched }: Task): void {
    sched.anchor(Math.max(sched.vruntime, sched.deadline));
    sched.deadline = sched.vruntime + virtual(sched.sliceNs, sched);
  }

  /** Virtual time for a task that comes: the mean, less what it is owed. Linux: place_entity. */
  #place(sched: SchedEntity, isNew: boolean): void {
    const { sum, weight } = this.#sums();
    let lag = 0;
    // What it is owed is measured by a mean that it will itself pull towards it.
    if (weight > 0 && !isNew) lag = Math.trunc((sched.lag * (weight + sched.weight)) / weight);
    const mean = weight === 0 ? this.#floor : this.#floor + Math.floor(sum / weight);
    sched.anchor(mean - lag);
    const slice = virtual(sched.sliceNs, sched);
    // A newcomer has its first turn soon, and a short one.
    sched.deadline = sched.vruntime + (isNew ? Math.floor(slice / 2) : slice);
  }

  #push(task: Task): void {
    task.sched.sequence = this.#sequence++;
    this.waiting.push(task);
  }

  #average(): number {
    const { sum, weight } = this.#sums();
    return weight === 0 ? this.#floor : this.#floor + Math.floor(sum / weight);
  }

  #sums(): { readonly sum: number; readonly weight: number } {
    let weight = 0;
    let sum = 0;
    if (this.current !== undefined) {
      const { sched } = this.current;
      weight = sched.weight;
      sum = sched.weight * (sched.vruntime - this.#floor);
    }
    for (const { sched } of this.waiting) {
      weight += sched.weight;
      sum += sched.weight * (sched.vruntime - this.#floor);
    }
    return { sum, weight };
  }

  /** Not ahead of the mean. */
  #isEligible({ vruntime }: SchedEntity, sum: number, weight: number): boolean {
    return (vruntime - this.#floor) * weight <= sum;
  }

  #raiseFloor(): void {
    let least = this.current?.sched.vruntime ?? Infinity;
    for (const { sched } of this.waiting) least = Math.min(least, sched.vruntime);
    if (least !== Infinity && least > this.#floor) this.#floor = least;
  }
}

/** Earlier deadline; of equals, who has waited longer. */
function isBefore(one: SchedEntity, other: SchedEntity): boolean {
  if (one.deadline !== other.deadline) return one.deadline < other.deadline;
  return one.sequence < other.sequence;
}

/** Nanoseconds of CPU as a task's virtual time. Linux: calc_delta_fair. */
function virtual(nanoseconds: number, { weight }: SchedEntity): number {
  if (weight === NICE_0_WEIGHT) return nanoseconds;
  return Math.floor((nanoseconds * NICE_0_WEIGHT) / weight);
}
