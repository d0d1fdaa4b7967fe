// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/sched_debug: what the scheduler sees, for people who wonder why their task waits.
 *
 * Linux: kernel/sched/debug.c, whose newer versions have it in debugfs. Differs: an outline, of
 * what exists here.
 */
import type { Cpu } from '../kernel/sched/cpu.ts';
import { BASE_SLICE_NS } from '../kernel/sched/entity.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { Kernel } from './kernel.ts';

const NS_PER_MS = 1_000_000;
const VALUE_COLUMN = 31;
const DIGITS = 6;

export function schedDebugText(kernel: Kernel): string {
  const { sim, scheduler, tasks, identity } = kernel;
  const now = milliseconds(sim.now());
  return [
    `Sched Debug Version: v0.11, ${identity.release} #1`,
    ...['ktime', 'sched_clk', 'cpu_clk'].map((clock) => `${clock.padEnd(40)}: ${now}`),
    '',
    'sysctl_sched',
    field('sysctl_sched_base_slice', milliseconds(BASE_SLICE_NS)),
    '',
    ...scheduler.cpus.flatMap((cpu) => cpuLines(kernel, cpu)),
    'tasks:',
    ' S            task   PID  cpu       vruntime       deadline          slice       sum-exec' +
      '       switches  prio      wait-time',
    '-'.repeat(124),
    ...[...tasks.all()].filter(({ state }) => state !== 'X').map((task) => taskLine(kernel, task)),
    '',
  ].join('\n');
}

function cpuLines({ scheduler }: Kernel, cpu: Cpu): string[] {
  const { fair, realTime, current } = cpu;
  const isFair = current?.sched.isRealTime === false;
  const fairCount = fair.waiting.length + Number(isFair);
  const realTimeCount = realTime.waiting.length + Number(current?.sched.isRealTime === true);
  const times = scheduler.timesOf(cpu);
  return [
    `cpu#${cpu.id}, 1000.000 MHz`,
    field('nr_running', fairCount + realTimeCount),
    field('nr_switches', cpu.switches),
    field('curr->pid', current?.pid ?? 0),
    field('clock', milliseconds(cpu.clockNs)),
    field('idle_time', milliseconds(times.idleNs)),
    '',
    `cfs_rq[${cpu.id}]:/`,
    field('nr_running', fairCount),
    field('load', fair.load),
    '',
    `rt_rq[${cpu.id}]:`,
    field('rt_nr_running', realTimeCount),
    '',
  ];
}

function taskLine({ scheduler }: Kernel, task: Task): string {
  const { sched } = task;
  const isRunning = scheduler.cpus.some(({ current }) => current === task);
  const switches = sched.voluntarySwitches + sched.involuntarySwitches;
  return [
    isRunning ? '>R' : ` ${task.state}`,
    task.name.padStart(15),
    String(task.pid).padStart(5),
    String(task.cpu).padStart(4),
    milliseconds(sched.vruntime).padStart(14),
    milliseconds(sched.deadline).padStart(14),
    milliseconds(sched.sliceNs).padStart(14),
    milliseconds(scheduler.runtimeNs(task)).padStart(14),
    String(switches).padStart(14),
    String(100 + sched.shownPriority).padStart(5),
    milliseconds(sched.waitedNs).padStart(14),
  ].join(' ');
}

function field(name: string, value: number | string): string {
  return `  .${name.padEnd(VALUE_COLUMN)}: ${value}`;
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / NS_PER_MS).toFixed(DIGITS);
}
