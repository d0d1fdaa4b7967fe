// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Grace periods that do not end, and who holds them up.
 *
 * Linux: kernel/rcu/tree_stall.h. Differs: nobody counts ticks or softirqs of a CPU, and the CPU
 * that looks prints the stacks of the others by itself.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';
import { NS_PER_JIFFY } from '../jiffies.ts';
import type { Cpu } from '../sched/cpu.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import type { GracePeriod, Rcu } from './rcu.ts';

const NS_PER_S = 1_000_000_000;

export interface RcuStallParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly rcu: Rcu;
  readonly timeoutSeconds: number;
  readonly say: (text: string) => void;
  readonly showTask: (task: Task) => void;
  readonly showCpu: (cpu: Cpu, task: Task) => void;
}

/** Watches the grace periods of `rcu` from now on. */
export function watchStalls(parts: RcuStallParts): void {
  const { sim, rcu, timeoutSeconds } = parts;
  const timeoutNs = timeoutSeconds * NS_PER_S;
  let timer: TimedEvent | undefined;
  const arm = (period: GracePeriod, delayNs: number): void => {
    timer = sim.events.schedule(sim.now() + delayNs, () => {
      report(parts, period);
      // Linux: jiffies + 3 * rcu_jiffies_till_stall_check() + 3.
      arm(period, 3 * timeoutNs + 3 * NS_PER_JIFFY);
    });
  };
  rcu.onBegin = (period) => arm(period, timeoutNs);
  rcu.onEnd = () => {
    if (timer !== undefined) sim.events.cancel(timer);
  };
}

function report(parts: RcuStallParts, period: GracePeriod): void {
  const { rcu, scheduler, sim, say, showTask, showCpu } = parts;
  const readers = rcu.blockers();
  const atomic = rcu.holdouts(period);
  if (readers.length + atomic.length === 0) return;
  const jiffies = Math.floor((sim.now() - period.startNs) / NS_PER_JIFFY);
  const cpus = scheduler.cpus.filter(
    (cpu) => atomic.includes(cpu) || (cpu.current !== undefined && readers.includes(cpu.current)),
  );
  const counts = `t=${jiffies} jiffies, g=${period.number}, q=${rcu.pending}`;
  const all = `ncpus=${scheduler.cpus.length}`;
  // A CPU that takes interrupts notices by its own tick; one that does not is noticed by others.
  const self = cpus.find(({ current }) => current?.irqsOff !== true);
  if (self !== undefined) {
    say('rcu: INFO: rcu_preempt self-detected stall on CPU');
    say(cpuLine(self, jiffies, period));
    say(`rcu: \t(${counts.replaceAll(',', '')} ${all})`);
    if (self.current !== undefined) showCpu(self, self.current);
    return;
  }
  say('rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:');
  for (const cpu of cpus) say(cpuLine(cpu, jiffies, period));
  const waiting = readers.filter((task) => !cpus.some(({ current }) => current === task));
  if (waiting.length > 0) {
    const range = `CPUs 0-${scheduler.cpus.length - 1}`;
    const names = waiting.map(({ pid, rcuDepth }) => ` P${pid}/${rcuDepth}:b..l`).join('');
    say(`rcu: \tTasks blocked on level-0 rcu_node (${range}):${names}`);
  }
  const detector = scheduler.cpu.id;
  say(`rcu: \t(detected by ${detector}, ${counts} ${all})`);
  for (const cpu of cpus) {
    if (cpu.current === undefined) continue;
    say(`Sending NMI from CPU ${detector} to CPUs ${cpu.id}:`);
    say(`NMI backtrace for cpu ${cpu.id}`);
    showCpu(cpu, cpu.current);
  }
  for (const task of waiting) showTask(task);
}

/** Linux: print_cpu_stall_info. A digit says that the CPU does not answer: grace periods since. */
function cpuLine({ id, current }: Cpu, jiffies: number, { looks }: GracePeriod): string {
  const idle = 'idle=0001/1/0x4000000000000000';
  const isDeaf = current?.irqsOff === true;
  const ticks = `${isDeaf ? 0 : jiffies} ticks this GP`;
  return `rcu: \t${id}-...${isDeaf ? '0' : '.'}: (${ticks}) ${idle} softirq=0/0 fqs=${looks}`;
}
