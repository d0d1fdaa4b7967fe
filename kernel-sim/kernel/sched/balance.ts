// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which CPU a task waits on: where a wake-up puts it, what an idle CPU takes from a busy one, and
 * where a busy one sends what another has more time for.
 *
 * Linux: select_task_rq, sched_balance_newidle and sched_balance_rq of kernel/sched/fair.c and
 * rt.c. Differs: there is one domain, whose CPUs share all caches.
 */
import type { Oracle } from '../../sim/oracle.ts';
import type { Cpu } from './cpu.ts';
import type { Task } from './task.ts';

/** How often a busy CPU compares its load with the others'. */
export const BALANCE_NS = 16_000_000;

/** Where a task that becomes runnable goes: where it was if that is idle, else any idle CPU. */
export function selectCpu(cpus: readonly Cpu[], task: Task, isNew: boolean, oracle: Oracle): Cpu {
  const home = cpus[task.cpu]!;
  const isHomeAllowed = task.sched.mayRunOn(home.id);
  if (cpus.length === 1) return home;
  let idle = 0;
  let first: Cpu | undefined;
  for (const cpu of cpus) {
    if (!cpu.isIdle || cpu.isStuck || !task.sched.mayRunOn(cpu.id)) continue;
    idle++;
    first ??= cpu;
  }
  if (first === undefined) return leastBusy(cpus, task, isHomeAllowed ? home : undefined, isNew);
  const usual = isHomeAllowed && home.isIdle && !home.isStuck ? home : first;
  const answer = oracle.choose('place', idle);
  return answer === 0 ? usual : nthOther(cpus, task, usual, answer);
}

/** The n-th of the idle CPUs that the task may run on, `usual` left out. */
function nthOther(cpus: readonly Cpu[], task: Task, usual: Cpu, n: number): Cpu {
  const others = cpus.filter(
    (cpu) => cpu !== usual && cpu.isIdle && !cpu.isStuck && task.sched.mayRunOn(cpu.id),
  );
  return others[n - 1] ?? usual;
}

/** None is idle: a fair task stays at home, a new or real-time one goes where least is lost. */
function leastBusy(cpus: readonly Cpu[], task: Task, home: Cpu | undefined, isNew: boolean): Cpu {
  const { sched } = task;
  if (home !== undefined && !isNew && !sched.isRealTime) return home;
  let best: Cpu | undefined;
  let bestCost = Infinity;
  for (const cpu of cpus) {
    if (!sched.mayRunOn(cpu.id)) continue;
    const cost = sched.isRealTime ? priorityOf(cpu) : cpu.fair.load;
    // Of equals, home.
    if (cost > bestCost || (cost === bestCost && cpu !== home)) continue;
    best = cpu;
    bestCost = cost;
  }
  return best ?? home ?? cpus[0]!;
}

/** What an idle CPU takes: who has waited longest where most wait. Removes it from there. */
export function steal(cpus: readonly Cpu[], thief: Cpu): Task | undefined {
  let victim: Cpu | undefined;
  for (const cpu of cpus) {
    // One task that a CPU is about to run is not spare.
    const spare = cpu.waitingCount - (cpu.current === undefined ? 1 : 0);
    if (cpu === thief || spare <= 0) continue;
    if (cpu.waitingCount <= (victim?.waitingCount ?? 0)) continue;
    if (firstAllowed(cpu, thief) !== undefined) victim = cpu;
  }
  return victim === undefined ? undefined : takeFrom(victim, firstAllowed(victim, thief));
}

/** A real-time task that waits elsewhere and goes before what `cpu` would run. Removes it. */
export function pullRealTime(cpus: readonly Cpu[], cpu: Cpu, priority: number): Task | undefined {
  for (const other of cpus) {
    if (other === cpu || other.realTime.highest <= priority) continue;
    const task = other.realTime.waiting.find(
      ({ sched }) => sched.rtPriority > priority && sched.mayRunOn(cpu.id),
    );
    // What its own CPU is about to run stays there.
    if (task === undefined || task.sched.rtPriority > priorityOf(other)) continue;
    return takeFrom(other, task);
  }
  return undefined;
}

/**
 * Where a task that waits on `cpu` could run at once: where nobody runs, or for a real-time task
 * where only lesser ones do. Linux: find_lowest_rq; for fair tasks an idle CPU that takes what
 * others have too much of (nohz_idle_balance).
 */
export function refuge(cpus: readonly Cpu[], cpu: Cpu, { sched }: Task): Cpu | undefined {
  let best: Cpu | undefined;
  let least = sched.rtPriority;
  for (const other of cpus) {
    if (other === cpu || other.isStuck || !sched.mayRunOn(other.id)) continue;
    const priority = other.isIdle ? -1 : Math.max(priorityOf(other), other.realTime.highest);
    if (priority < least) [best, least] = [other, priority];
  }
  return best;
}

/**
 * Where a CPU sends the fair task that it has just run, if that leaves it no less to do than the
 * other had: so an odd task goes round, and all get equal parts. Who came last stays, or the same
 * task would go round alone.
 */
export function pushTarget(cpus: readonly Cpu[], cpu: Cpu, task: Task): Cpu | undefined {
  const { sched } = task;
  const isLast = (other: Task): boolean => other === task || other.sched.movedNs < sched.movedNs;
  if (sched.isRealTime || (isLast(cpu.current ?? task) && cpu.fair.waiting.every(isLast))) {
    return undefined;
  }
  let target: Cpu | undefined;
  let least = cpu.fair.load - sched.weight;
  for (let n = 1; n < cpus.length; n++) {
    const other = cpus[(cpu.id + n) % cpus.length]!;
    if (other.isStuck || !sched.mayRunOn(other.id)) continue;
    const load = other.fair.load;
    if (load > least || (load === least && target !== undefined)) continue;
    target = other;
    least = load;
  }
  return target;
}

function takeFrom(cpu: Cpu, task: Task | undefined): Task | undefined {
  if (task !== undefined) cpu.dequeue(task);
  return task;
}

function firstAllowed(cpu: Cpu, thief: Cpu): Task | undefined {
  const isAllowed = ({ sched }: Task): boolean => sched.mayRunOn(thief.id);
  return cpu.realTime.waiting.find(isAllowed) ?? cpu.fair.waiting.find(isAllowed);
}

function priorityOf(cpu: Cpu): number {
  return cpu.current?.sched.rtPriority ?? 0;
}
