// SPDX-License-Identifier: GPL-2.0-or-later
/** A scheduler on its own, with tasks that compute and sleep as a test says. */
import type { Strategy } from '../../../sim/oracle.ts';
import { Sim } from '../../../sim/sim.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ROOT } from '../../credentials.ts';
import { Execution } from '../execution.ts';
import { Scheduler } from '../scheduler.ts';
import { Task } from '../task.ts';
import { WaitQueue } from '../wait-queue.ts';

/** Longer than any test. */
export const FOREVER_NS = 60_000_000_000;

/** Always as usual. */
export const USUAL: Strategy = () => 0;

export class Rig {
  readonly execution: Execution;
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly queue: WaitQueue;
  readonly log: string[] = [];
  #nextPid = 100;

  constructor(
    cpus: number,
    strategy: Strategy = USUAL,
    make = Scheduler,
    execution = new Execution(),
  ) {
    this.execution = execution;
    this.sim = new Sim(strategy, this.execution);
    this.sim.trace.start();
    this.scheduler = new make(this.sim, this.execution, cpus);
    this.queue = new WaitQueue(this.scheduler, 'a queue');
    this.scheduler.hooks = {
      onEnd: (task, thrown) => {
        this.log.push(`${task.name}${thrown instanceof Error ? `: ${thrown.message}` : ' ends'}`);
      },
      onLockup: (task) => {
        throw new Error(`${task.name} hangs`);
      },
      onAtomicSchedule: (task, count) => this.log.push(`${task.name} schedules at ${count}`),
      onReaderSchedule: () => undefined,
      onAtomicCall: (task, count) => this.log.push(`${task.name} may sleep at ${count}`),
      onCpuLimit: (task) => this.log.push(`${task.name} is over its limit`),
    };
  }

  spawn(name: string, body: () => Sleeping<void>): Task {
    const pid = this.#nextPid++;
    const spec = { pid, name, credentials: ROOT, parent: undefined, isKernelThread: false };
    const task = new Task({ ...spec, body: body() });
    this.scheduler.start(task);
    return task;
  }

  /** Computes in a coroutine, with a point each `stepNs`. */
  *compute(totalNs: number, stepNs = 1000): Sleeping<void> {
    for (let doneNs = 0; doneNs < totalNs; doneNs += stepNs) {
      this.execution.budget -= stepNs;
      yield* this.scheduler.reschedule();
    }
  }

  /** Computes in a plain function of a driver. */
  computeStuck(totalNs: number, stepNs = 1000): void {
    for (let doneNs = 0; doneNs < totalNs; doneNs += stepNs) {
      if ((this.execution.budget -= stepNs) < 0) this.scheduler.overrun();
    }
  }

  say(text: string): void {
    this.log.push(`${text} @${this.sim.now()}`);
  }

  run(limitNs = FOREVER_NS): string {
    return this.scheduler.run(limitNs);
  }

  get outcome(): unknown {
    const { hash, count } = this.sim.trace;
    return { hash, count, log: this.log, choices: this.sim.oracle.log };
  }
}
