// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random sets of tasks, and what an onlooker sees of them: when each was on which CPU, when it
 * waited for one. It looks through the eyes of the tasks, not into the scheduler.
 */
import { Prng } from '../../../sim/prng.ts';
import { EVENT, type TraceEvent } from '../../../sim/trace.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SCHED } from '../../../uapi/sched.ts';
import type { Task } from '../task.ts';
import { weightOf } from '../weights.ts';
import { FOREVER_NS, type Rig } from './rig.ts';

/** A time in which a task had a CPU, and nobody else should have had it. */
export interface Stint {
  readonly task: Task;
  readonly cpu: number;
  readonly fromNs: number;
  toNs: number;
}

/** A time in which a task could have run and did not. */
export interface Wait {
  readonly task: Task;
  readonly fromNs: number;
  readonly toNs: number;
}

/** The longest section without preemption, and the longest step between two points. */
export const ATOMIC_NS = 20_000;
export const STEP_NS = 5_000;

export interface WorkloadSpec {
  readonly seed: number;
  readonly tasks: number;
  /** Real-time tasks too, which sleep often. */
  readonly hasRealTime: boolean;
  /** Fair ones compute all the time; else they sleep, lock and yield as well. */
  readonly isBusy: boolean;
  /** Some may run on some of the CPUs alone. */
  readonly hasAffinity: boolean;
}

export class Workload {
  readonly rig: Rig;
  readonly tasks: readonly Task[];
  /** In order of their beginnings, for each task. */
  readonly stints = new Map<Task, Stint[]>();
  readonly #spec: WorkloadSpec;
  readonly #random: Prng;
  readonly #wakes = new Map<number, number[]>();
  readonly #affinity = new Map<Task, number>();
  #isLocked = false;

  constructor(rig: Rig, spec: WorkloadSpec) {
    this.rig = rig;
    this.#spec = spec;
    this.#random = new Prng(spec.seed);
    rig.sim.trace.start((event) => this.#hear(event));
    this.tasks = Array.from({ length: spec.tasks }, (_, n) => this.#spawn(`task${n}`));
  }

  /** Whether the task may run there, whatever the scheduler thinks of it. */
  mayUse(task: Task, cpu: number): boolean {
    return ((this.#affinity.get(task) ?? ~0) & (1 << cpu)) !== 0;
  }

  /** The times in which tasks waited for a CPU, up to `endNs`. */
  waits(endNs: number): readonly Wait[] {
    return this.tasks.flatMap((task) => {
      const wakes = this.#wakes.get(task.pid) ?? [];
      const waits: Wait[] = [];
      let fromNs = task.startNs;
      let n = 0;
      /** From when it ran last, or was woken after that. */
      const add = (toNs: number): void => {
        for (; n < wakes.length && wakes[n]! <= toNs; n++) fromNs = Math.max(fromNs, wakes[n]!);
        waits.push({ task, fromNs, toNs });
      };
      for (const stint of this.stints.get(task) ?? []) {
        add(stint.fromNs);
        fromNs = stint.toNs;
      }
      // An interrupt may have ended a little past the end.
      const isPast = (wakes.at(-1) ?? 0) > endNs;
      if (task.state === 'R' && !isPast) add(endNs);
      return waits;
    });
  }

  /** Who was on each CPU, in order. */
  stintsByCpu(): readonly (readonly Stint[])[] {
    const all = [...this.stints.values()].flat();
    return this.rig.scheduler.cpus.map(({ id }) =>
      all.filter(({ cpu }) => cpu === id).toSorted((one, other) => one.fromNs - other.fromNs),
    );
  }

  #hear({ kind, a, timeNs }: TraceEvent): void {
    if (kind !== EVENT.WAKE) return;
    const wakes = this.#wakes.get(a);
    if (wakes === undefined) this.#wakes.set(a, [timeNs]);
    else wakes.push(timeNs);
  }

  #spawn(name: string): Task {
    const { rig } = this;
    const random = this.#random;
    const { hasRealTime, hasAffinity, isBusy } = this.#spec;
    const isRealTime = hasRealTime && random.below(3) === 0;
    const seed = random.next();
    const nice = random.below(21) - 10;
    const priority = 1 + random.below(50);
    const policy = random.below(2) === 0 ? SCHED.FIFO : SCHED.RR;
    const mask = 1 + random.below(2 ** rig.scheduler.cpus.length - 1);
    const isPinned = random.below(3) === 0;
    const task = rig.spawn(name, () =>
      isBusy && !isRealTime ? this.#busy() : this.#lively(new Prng(seed), isRealTime),
    );
    rig.scheduler.setPolicy(task, (sched) => {
      if (isRealTime) {
        sched.policy = policy;
        sched.rtPriority = priority;
      } else {
        sched.nice = nice;
        sched.weight = weightOf(SCHED.OTHER, nice);
      }
    });
    if (hasAffinity && isPinned) {
      this.#affinity.set(task, mask);
      rig.scheduler.setAffinity(task, mask);
    }
    return task;
  }

  *#busy(): Sleeping<void> {
    yield* this.#compute(FOREVER_NS, STEP_NS);
  }

  /** Computes, sleeps, takes a lock, yields, and turns preemption off, in any order. */
  *#lively(random: Prng, isRealTime: boolean): Sleeping<void> {
    const { scheduler } = this.rig;
    const mostNs = isRealTime ? 150_000 : 4_000_000;
    for (;;) {
      yield* this.#compute(random.below(mostNs), 1000 + random.below(STEP_NS - 1000));
      switch (random.below(isRealTime ? 3 : 5)) {
        case 0:
          yield* this.#atomic(random.below(ATOMIC_NS));
          break;
        case 1:
          yield* this.#locked(random.below(100_000));
          break;
        case 3:
          yield* scheduler.yieldCpu();
          break;
        default:
      }
      if (isRealTime || random.below(2) === 0) {
        yield* scheduler.sleepFor(1 + random.below(3_000_000), random.below(2) === 0);
      }
    }
  }

  *#compute(totalNs: number, stepNs: number, atomic?: Stint): Sleeping<void> {
    const { execution, scheduler, sim } = this.rig;
    const task = scheduler.current;
    for (let doneNs = 0; doneNs < totalNs; doneNs += stepNs) {
      const fromNs = sim.now();
      execution.budget -= stepNs;
      if (atomic === undefined) this.#note(task, scheduler.cpu.id, fromNs, sim.now());
      else atomic.toNs = sim.now();
      yield* scheduler.reschedule();
    }
  }

  /** A section without preemption is one stint, whatever happens in it. */
  *#atomic(totalNs: number): Sleeping<void> {
    const { preempt, current, cpu } = this.rig.scheduler;
    const nowNs = this.rig.sim.now();
    preempt.disable();
    yield* this.#compute(totalNs, 1000, this.#add(current, cpu.id, nowNs, nowNs));
    preempt.enable();
  }

  *#locked(totalNs: number): Sleeping<void> {
    while (this.#isLocked) yield* this.rig.queue.sleep();
    this.#isLocked = true;
    yield* this.#compute(totalNs, 1000);
    this.#isLocked = false;
    this.rig.queue.wakeOne();
  }

  #note(task: Task, cpu: number, fromNs: number, toNs: number): void {
    const last = this.stints.get(task)?.at(-1);
    if (last !== undefined && last.cpu === cpu && last.toNs === fromNs) last.toNs = toNs;
    else this.#add(task, cpu, fromNs, toNs);
  }

  #add(task: Task, cpu: number, fromNs: number, toNs: number): Stint {
    const stint = { task, cpu, fromNs, toNs };
    const stints = this.stints.get(task);
    if (stints === undefined) this.stints.set(task, [stint]);
    else stints.push(stint);
    return stint;
  }
}
