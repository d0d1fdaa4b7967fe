// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The blocks that all reports share: who did it, how they got there, what is loaded.
 *
 * Linux: dump_stack_print_info (lib/dump_stack.c), show_trace_log_lvl
 * (arch/x86/kernel/dumpstack.c). Differs: there are no machine registers here, so none are printed;
 * each frame of a driver says its file and line.
 */
import type { LoadedModule } from '../module/loaded-module.ts';
import { formatFrame, type Frame, type SiteRegistry } from '../module/sites.ts';
import type { LogSource, Printk } from '../printk/printk.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { formatTaint, formatTaintNames } from '../taint.ts';

/** What stays the same for all reports of a machine. */
export interface ReportHeader {
  readonly release: string;
  readonly build: string;
  readonly preempt: 'voluntary' | 'full';
  readonly hardware: string;
  /** Behind the number of an oops: how the kernel was built. */
  readonly features: string;
}

export interface ReporterDependencies {
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly printk: Printk;
  readonly sites: SiteRegistry;
  readonly header: ReportHeader;
  readonly modules: () => Iterable<LoadedModule>;
  readonly taint: { mask: number };
}

/** A line, and the frame of a driver that it tells of. */
export type ReportLine = string | { readonly text: string; readonly frame: Frame };

/** Prints a line, with the source line that it is about. */
export type Say = (text: string, frame?: Frame) => void;

export const CUT_HERE = '------------[ cut here ]------------';
export const END_TRACE = '---[ end trace 0000000000000000 ]---';

export class Reporter {
  readonly #deps: ReporterDependencies;

  constructor(deps: ReporterDependencies) {
    this.#deps = deps;
  }

  at(level: number): Say {
    const { printk } = this.#deps;
    return (text, frame) => printk.print(level, text, sourceOf(frame));
  }

  /** The stack of who runs, innermost first: interrupts, and the task below them. */
  frames(): Frame[] {
    const { execution, sites, scheduler } = this.#deps;
    const running = sites.frames(execution.stack, execution.sp);
    const { irqDepth, interrupts } = scheduler.cpu;
    if (irqDepth === 0) return running;
    for (const { stack, sp } of interrupts.slice(1)) running.push(...sites.frames(stack, sp));
    const { stack, sp } = scheduler.current;
    const above = running.map((frame) => Object.assign(frame, { isInterrupt: true }));
    return [...above, ...sites.frames(stack, sp)];
  }

  /** The site id of the innermost frame; 0 without one. */
  get innermostSite(): number {
    const { stack, sp } = this.#deps.execution;
    return sp < 2 ? 0 : stack[sp - 2]!;
  }

  /** Who did it: the running task, or another one. */
  who(say: Say, cpu = this.#deps.scheduler.cpu.id, of?: Task): void {
    const { header, taint } = this.#deps;
    const preempt = `PREEMPT(${header.preempt})`;
    const { pid, name, uid } = of === undefined ? this.task : identityOf(of);
    const who = `CPU: ${cpu} UID: ${uid} PID: ${pid} Comm: ${name}`;
    say(`${who} ${formatTaint(taint.mask)} ${header.release} ${header.build} ${preempt}`);
    if (taint.mask !== 0) say(formatTaintNames(taint.mask));
    say(`Hardware name: ${header.hardware}`);
  }

  /** Who runs, or was interrupted. */
  get task(): { readonly pid: number; readonly name: string; readonly uid: number } {
    const { scheduler } = this.#deps;
    return identityOf(scheduler.current);
  }

  trace(say: Say, frames: readonly Frame[]): void {
    say('Call Trace:');
    const first = frames.findIndex(({ isInterrupt }) => isInterrupt !== true);
    const tasks = first < 0 ? frames.length : first;
    if (tasks > 0) {
      say(' <IRQ>');
      for (const frame of frames.slice(0, tasks)) say(` ${formatFrame(frame)}`, frame);
      say(' </IRQ>');
    }
    say(' <TASK>');
    for (const frame of frames.slice(tasks)) say(` ${formatFrame(frame)}`, frame);
    say(' </TASK>');
  }

  linkedModules(): string {
    const linked = [...this.#deps.modules()].map((module) => module.linkedIn).join(' ');
    return `Modules linked in: ${linked}`;
  }
}

function identityOf({ pid, name, credentials }: Task): { pid: number; name: string; uid: number } {
  return { pid, name, uid: credentials.uid };
}

/** The innermost frame of a driver; what an interrupt does is not the interrupted one's doing. */
export function driverFrame(frames: readonly Frame[]): Frame | undefined {
  const isInterrupt = frames[0]?.isInterrupt;
  return frames.find((frame) => frame.module !== undefined && frame.isInterrupt === isInterrupt);
}

/** The code that a report is about: a driver's, or the kernel's when there is none. */
export function topFrame(frames: readonly Frame[]): Frame | undefined {
  return driverFrame(frames) ?? frames[0];
}

export function sourceOf(frame: Frame | undefined): LogSource | undefined {
  const { module, file, line } = frame ?? {};
  if (module === undefined || file === undefined || line === undefined) return undefined;
  return { module, file, line };
}

/** `file:line` of the innermost line of a driver. */
export function placeOf(frames: readonly Frame[]): string {
  const at = driverFrame(frames);
  return at === undefined ? 'kernel' : `${at.file}:${at.line}`;
}
