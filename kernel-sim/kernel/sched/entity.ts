// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the scheduler keeps of one task: how important it is, what it has had, and what it is owed.
 *
 * Linux: struct sched_entity, sched_rt_entity and the times of struct task_struct.
 */
import { SCHED, type SchedPolicy } from '../../uapi/sched.ts';
import { NICE_0_WEIGHT, weightOf } from './weights.ts';

/** What a task asks for unless sched_setattr(2) says otherwise. */
export const BASE_SLICE_NS = 3_000_000;
/** All CPUs that there can be. */
const ANY_CPU = 0xff;

export class SchedEntity {
  policy: SchedPolicy = SCHED.OTHER;
  /** -20 to 19; kept under a real-time policy, where it says nothing. */
  nice = 0;
  /** 1 to 99 under SCHED_FIFO and SCHED_RR, else 0. */
  rtPriority = 0;
  /** Children begin with SCHED_OTHER. */
  resetsOnFork = false;
  /** A bit for each CPU that it may run on. */
  affinity = ANY_CPU;
  /** The share that `nice` or SCHED_IDLE gives. */
  weight = NICE_0_WEIGHT;

  /** A kernel thread's affinity that nobody may change. Linux: PF_NO_SETAFFINITY. */
  isBound = false;

  // The fair class: fair.ts. Virtual times are nanoseconds at nice 0.
  sliceNs = BASE_SLICE_NS;
  vruntime = 0;
  deadline = 0;
  /** What it was owed when it left its queue; negative if it had had too much. */
  lag = 0;
  /** Order of arrival. */
  sequence = 0;
  #anchor = 0;
  #ranNs = 0;

  /** SCHED_RR: what is left of its time. */
  rrLeftNs = 0;

  // Accounting.
  /** Time spent in user mode; the rest of its run time is the system's. */
  userNs = 0;
  voluntarySwitches = 0;
  involuntarySwitches = 0;
  /** How often it went from one CPU to another. */
  migrations = 0;
  /** When it last did. */
  movedNs = 0;
  /** Since when it waits for a CPU, and how long it has waited in all. */
  queuedNs = 0;
  waitedNs = 0;
  /** Times that it was given a CPU. */
  runs = 0;

  /** A child begins as its parent is. Linux: sched_fork. */
  constructor(parent?: SchedEntity) {
    if (parent === undefined) return;
    this.affinity = parent.affinity;
    if (parent.resetsOnFork) {
      this.nice = parent.isRealTime ? 0 : Math.max(0, parent.nice);
    } else {
      this.policy = parent.policy;
      this.rtPriority = parent.rtPriority;
      this.nice = parent.nice;
    }
    this.weight = weightOf(this.policy, this.nice);
  }

  get isRealTime(): boolean {
    return this.rtPriority > 0;
  }

  /** As /proc/PID/stat and top show it: 0 to 39, or -2 to -100 for real-time tasks. */
  get shownPriority(): number {
    return this.isRealTime ? -1 - this.rtPriority : 20 + this.nice;
  }

  /** Sets its virtual time. */
  anchor(vruntime: number): void {
    this.#anchor = vruntime;
    this.#ranNs = 0;
    this.vruntime = vruntime;
  }

  /**
   * It has run. Virtual time follows from the sum, not from the parts: a host that stops a machine
   * cuts a run in two, and must not round twice.
   */
  ran(nanoseconds: number): void {
    this.#ranNs += nanoseconds;
    const { weight } = this;
    this.vruntime =
      this.#anchor +
      (weight === NICE_0_WEIGHT ? this.#ranNs : Math.floor((this.#ranNs * NICE_0_WEIGHT) / weight));
  }

  mayRunOn(cpu: number): boolean {
    return (this.affinity & (1 << cpu)) !== 0;
  }
}
