// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One simulated CPU: its own time, what it runs, and what waits for it.
 *
 * Linux: struct rq, __pick_next_task. Real-time tasks go before fair ones; but when fair ones have
 * waited for them for 950 ms, they get 50 ms (6.12's fair server, in place of RT throttling).
 */
import type { Oracle } from '../../sim/oracle.ts';
import { type Context, InterruptContext } from './context.ts';
import { makeIdleTask } from './idle.ts';
import { NICE_0_WEIGHT } from './weights.ts';
import { FairQueue } from './fair.ts';
import { RealTimeQueue } from './rt.ts';
import type { Task } from './task.ts';

/** The oracle may shorten a fair task's slice by quarters. */
const SLICE_QUARTERS = 4;
const FAIR_STARVES_NS = 950_000_000;
const FAIR_SERVED_NS = 50_000_000;

/** Where a CPU's time went, in nanoseconds since boot. */
export interface CpuTimes {
  readonly userNs: number;
  readonly niceNs: number;
  readonly systemNs: number;
  readonly idleNs: number;
  readonly irqNs: number;
  readonly softirqNs: number;
}

export class Cpu {
  readonly id: number;
  /** Its time when it last stopped running; the clock has it while it runs. */
  clockNs = 0;
  /** The task that it runs; none when it is idle. */
  current: Task | undefined = undefined;
  /** What it runs when there is no other: swapper/N. */
  readonly idle: Task;
  readonly fair = new FairQueue();
  readonly realTime = new RealTimeQueue();
  /** Somebody else should run as soon as the running task can be switched away from. */
  needsReschedule = false;
  /** Inside a plain function of a driver, so it cannot change tasks. */
  isStuck = false;
  /** Its task stepped aside: the other CPUs go first, up to this instant. */
  asideNs = 0;
  /** Nesting of interrupts and softirqs, those that have not ended. */
  irqDepth = 0;
  /** One for each level that there has been: outermost first. */
  readonly #interrupts: InterruptContext[] = [];
  /** Softirqs that wait to be served, a bit each: kernel/irq/softirq.ts. */
  softirqPending = 0;
  /** They are to be served at the next point: bottom halves are on again. */
  areSoftirqsDue = false;
  idleNs = 0;
  /** Time in user mode: of tasks with a nice value above 0, and of the others. */
  niceNs = 0;
  userNs = 0;
  irqNs = 0;
  softirqNs = 0;
  switches = 0;
  /** Interrupts of its own timer: the row LOC of /proc/interrupts. */
  timerInterrupts = 0;
  /** When it next looks whether others have too much to do. */
  nextBalanceNs = 0;
  /** Since when fair tasks wait for real-time ones, and until when they go before them. */
  #starvedNs = Infinity;
  #servedUntilNs = 0;

  constructor(id: number) {
    this.id = id;
    this.idle = makeIdleTask(id);
  }

  /** The innermost interrupt, or the task that runs. */
  get context(): Context {
    return this.irqDepth > 0 ? this.#interrupts[this.irqDepth - 1]! : (this.current ?? this.idle);
  }

  /** The innermost interrupt, if there is one. */
  get interrupt(): InterruptContext | undefined {
    return this.irqDepth > 0 ? this.#interrupts[this.irqDepth - 1] : undefined;
  }

  /** Those under way, innermost first. */
  get interrupts(): readonly InterruptContext[] {
    return this.#interrupts.slice(0, this.irqDepth).toReversed();
  }

  /** Begins another level. */
  nest(): InterruptContext {
    const depth = this.irqDepth++;
    return (this.#interrupts[depth] ??= new InterruptContext());
  }

  /** No task to run; an interrupt may be under way. */
  get isIdle(): boolean {
    return this.current === undefined && this.waitingCount === 0;
  }

  /** Nothing to do at all before its next event. */
  get isAtRest(): boolean {
    return this.irqDepth === 0 && this.isIdle;
  }

  /** Runnable tasks besides the running one. */
  get waitingCount(): number {
    return this.fair.waiting.length + this.realTime.waiting.length;
  }

  /** Has nothing to do up to `toNs`. */
  skipIdle(toNs: number): void {
    if (toNs <= this.clockNs) return;
    this.idleNs += toNs - this.clockNs;
    this.clockNs = toNs;
  }

  /** What it did with its time up to `nowNs`, or up to where it has got. */
  timesAt(nowNs: number): CpuTimes {
    const { userNs, niceNs, irqNs, softirqNs, isAtRest } = this;
    const idleNs = this.idleNs + (isAtRest ? nowNs - this.clockNs : 0);
    const busyNs = (isAtRest ? nowNs : this.clockNs) - idleNs;
    const systemNs = busyNs - userNs - niceNs - irqNs - softirqNs;
    return { userNs, niceNs, irqNs, softirqNs, idleNs, systemNs };
  }

  /** Adds a runnable task. True if it should run at once. */
  enqueue(task: Task, isNew: boolean): boolean {
    const { current } = this;
    if (!task.sched.isRealTime) {
      this.fair.enqueue(task, isNew);
      // A real-time task's time is limited only while fair ones wait.
      if (current?.sched.isRealTime === true) return this.#starvedNs === Infinity;
      return !isNew && this.fair.preempts(task);
    }
    this.realTime.enqueue(task);
    if (current === undefined || this.clockNs < this.#servedUntilNs) return false;
    return task.sched.rtPriority > current.sched.rtPriority;
  }

  /** Removes a task that waits. */
  dequeue(task: Task): void {
    if (task.sched.isRealTime) this.realTime.dequeue(task);
    else this.fair.dequeue(task);
  }

  /** The running task sleeps, ends, or goes elsewhere. */
  release(task: Task): void {
    if (!task.sched.isRealTime) this.fair.dequeue(task);
    this.current = undefined;
  }

  /** Who should run now: perhaps the one that does. */
  pick(): Task | undefined {
    const { current, clockNs } = this;
    const isOver = current !== undefined && clockNs > current.sliceEndNs;
    if (current?.sched.isRealTime === false && isOver) this.fair.renew(current);
    const realTime = this.realTime.pick(current, isOver);
    if (realTime === undefined) {
      this.#starvedNs = Infinity;
      return this.fair.pick();
    }
    if (this.fair.waiting.length === 0 && this.fair.current === undefined) {
      this.#starvedNs = Infinity;
      return realTime;
    }
    if (this.#starvedNs === Infinity) this.#starvedNs = clockNs;
    if (clockNs >= this.#starvedNs + FAIR_STARVES_NS) {
      this.#starvedNs = Infinity;
      this.#servedUntilNs = clockNs + FAIR_SERVED_NS;
    }
    return clockNs < this.#servedUntilNs ? (this.fair.pick() ?? realTime) : realTime;
  }

  /** The running task waits, since another one is to run. */
  putBack(task: Task): void {
    this.current = undefined;
    const { sched } = task;
    if (!sched.isRealTime) {
      this.fair.putBack(task);
      return;
    }
    const leftNs = task.sliceEndNs - this.clockNs;
    if (sched.rrLeftNs > 0) sched.rrLeftNs = Math.max(0, leftNs);
    this.realTime.enqueue(task, leftNs > 0);
  }

  /** Makes a waiting task the running one. */
  take(task: Task): void {
    if (task.sched.isRealTime) this.realTime.dequeue(task);
    else this.fair.take(task);
    this.current = task;
  }

  /** Sets how long the running task runs from now on, if nothing happens. */
  startSlice(task: Task, oracle: Oracle): void {
    const { sched } = task;
    let sliceNs: number;
    if (sched.isRealTime) {
      sliceNs = this.realTime.sliceOf(task);
      if (this.#starvedNs < Infinity) {
        sliceNs = Math.min(sliceNs, this.#starvedNs + FAIR_STARVES_NS - this.clockNs);
      }
    } else {
      if (this.fair.waiting.length > 0) this.#shortenSlice(task, oracle);
      const left = Math.max(1, sched.deadline - sched.vruntime);
      sliceNs = Math.ceil((left * sched.weight) / NICE_0_WEIGHT);
      if (this.clockNs < this.#servedUntilNs) {
        sliceNs = Math.min(sliceNs, this.#servedUntilNs - this.clockNs);
      }
    }
    task.sliceEndNs = this.clockNs + sliceNs;
  }

  /** As if the task had asked for less. */
  #shortenSlice({ sched }: Task, oracle: Oracle): void {
    const quarters = oracle.choose('slice', SLICE_QUARTERS);
    if (quarters === 0) return;
    const left = Math.max(0, sched.deadline - sched.vruntime);
    sched.deadline = sched.vruntime + Math.ceil((left * (SLICE_QUARTERS - quarters)) / 4);
  }
}
