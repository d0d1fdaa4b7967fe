// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Moves tasks between CPUs, as balance.ts says.
 *
 * Linux: pull_rt_task, push_rt_task, sched_balance_newidle, sched_balance_rq, move_queued_task.
 */
import { BALANCE_NS, pullRealTime, pushTarget, refuge, steal } from './balance.ts';
import type { Cpu } from './cpu.ts';
import type { Task } from './task.ts';

export class Migration {
  readonly #cpus: readonly Cpu[];
  /** A CPU has got a task at an instant, and is to look at it soon. */
  readonly #onSent: (atNs: number) => void;

  constructor(cpus: readonly Cpu[], onSent: (atNs: number) => void) {
    this.#cpus = cpus;
    this.#onSent = onSent;
  }

  /** Takes what waits on other CPUs and should run here at once. */
  pull(cpu: Cpu): void {
    let task = pullRealTime(this.#cpus, cpu, priorityOf(cpu));
    if (task === undefined && cpu.isIdle) task = steal(this.#cpus, cpu);
    if (task !== undefined) this.moveTo(cpu, task, false);
  }

  /** Now and then the task that has just run goes to a CPU that has less to do. */
  push(cpu: Cpu, task: Task): void {
    const target = pushTarget(this.#cpus, cpu, task);
    if (target === undefined) return;
    cpu.nextBalanceNs = cpu.clockNs + BALANCE_NS;
    this.#send(cpu, task, target);
  }

  /** What waits here and could run elsewhere at once goes there. */
  spread(cpu: Cpu): void {
    for (const task of [...cpu.realTime.waiting, ...cpu.fair.waiting]) {
      const target = refuge(this.#cpus, cpu, task);
      if (target !== undefined) this.#send(cpu, task, target);
    }
  }

  /** A waiting task of the CPU whose turn it is goes to another one, which looks at it soon. */
  #send(cpu: Cpu, task: Task, target: Cpu): void {
    cpu.dequeue(task);
    if (target.isAtRest) target.skipIdle(cpu.clockNs);
    if (this.moveTo(target, task, false)) target.needsReschedule = true;
    this.#onSent(Math.max(cpu.clockNs, target.clockNs));
  }

  /** Queues a task on a CPU. True if it should run there at once. */
  moveTo(cpu: Cpu, task: Task, isNew: boolean): boolean {
    if (task.cpu !== cpu.id) {
      if (!isNew) task.sched.migrations++;
      task.sched.movedNs = cpu.clockNs;
      task.cpu = cpu.id;
    }
    return cpu.enqueue(task, isNew);
  }
}

function priorityOf(cpu: Cpu): number {
  return Math.max(cpu.current?.sched.rtPriority ?? 0, cpu.realTime.highest);
}
