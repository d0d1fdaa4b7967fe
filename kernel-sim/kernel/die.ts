// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Oops reports: what the kernel writes into its log when code of its own goes wrong, and the
 * marking of the task that did it.
 *
 * Linux: arch/x86/kernel/dumpstack.c, kernel/watchdog.c, lib/bug.c. Differs: there are no machine
 * registers here, so none are printed; each frame of a driver says its file and line.
 */
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { ErrnoValue, errnoValue } from './module/errno-value.ts';
import type { LoadedModule } from './module/loaded-module.ts';
import { formatFrame, type Frame, type SiteRegistry } from './module/sites.ts';
import { Oops } from './oops.ts';
import type { Policy } from './policy.ts';
import { LEVEL, type LogSource, type Printk } from './printk/printk.ts';
import type { Execution } from './sched/execution.ts';
import type { Scheduler } from './sched/scheduler.ts';
import type { Task } from './sched/task.ts';
import { formatTaint, formatTaintNames, taintBit } from './taint.ts';

const NS_PER_S = 1_000_000_000;
const LOCKDEP_RULE = 44;
/** Bit of a page fault's error code. Linux: X86_PF_WRITE. */
const PF_WRITE = 0x2;

/** What stays the same for all reports of a machine. */
export interface ReportHeader {
  readonly release: string;
  readonly build: string;
  readonly preempt: 'voluntary' | 'full';
  readonly hardware: string;
}

export interface DieDependencies {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly printk: Printk;
  readonly sites: SiteRegistry;
  readonly header: ReportHeader;
  readonly modules: () => Iterable<LoadedModule>;
  readonly taint: { mask: number };
  readonly policy: Policy;
  /** Ends the machine. */
  readonly panic: (text: string) => void;
}

/** An oops that a view may want to tell of. */
export interface OopsNotice {
  readonly title: string;
  readonly source: LogSource | undefined;
}

export class Die {
  readonly #deps: DieDependencies;
  #oopses = 0;
  #nextAtomicReportNs = 0;
  onOops: (notice: OopsNotice) => void = () => undefined;

  constructor(deps: DieDependencies) {
    this.#deps = deps;
  }

  /** A driver threw something that is no errno: Rust's panic, and then BUG(). */
  panic(thrown: unknown): Oops {
    const frames = this.#frames();
    const at = driverFrame(frames);
    const where = at === undefined ? 'kernel' : `${at.file}:${at.line}`;
    const { printk } = this.#deps;
    const source = sourceOf(at);
    const say = (text: string): void => printk.print(LEVEL.EMERG, text, source);
    say(`typescript_kernel: panicked at ${where}:`);
    say(describe(thrown));
    say('------------[ cut here ]------------');
    return this.#die({
      title: `kernel BUG at ${where}!`,
      cause: 'Oops: invalid opcode: 0000',
      frames,
      signal: SIGNAL.SEGV,
    });
  }

  /** The running task used more than its kernel stack. */
  stackOverflow(): Oops {
    const task = this.#deps.scheduler.current;
    const frames = this.#frames();
    return this.#die({
      title: `BUG: TASK stack guard page was hit by ${task.name}[${task.pid}]`,
      cause: 'Oops: stack guard page: 0000',
      frames,
      signal: SIGNAL.SEGV,
    });
  }

  /**
   * The watchdog found a driver that never gives its CPU back. Linux would report and let it spin;
   * here it is ended, since nothing could stop it.
   */
  softLockup(stuckNs: number): Oops {
    const { scheduler, taint } = this.#deps;
    const task = scheduler.current;
    const stuck = `CPU#${scheduler.cpu.id} stuck for ${Math.round(stuckNs / NS_PER_S)}s!`;
    taint.mask |= taintBit('L');
    return this.#die({
      title: `watchdog: BUG: soft lockup - ${stuck} [${task.name}:${task.pid}]`,
      cause: 'Oops: soft lockup: the task is killed (Linux would go on spinning)',
      frames: this.#frames(),
      signal: SIGNAL.KILL,
      isLockup: true,
    });
  }

  /** A task gave its CPU away with preemption off. The task goes on. */
  schedulingWhileAtomic(task: Task, count: number): void {
    const word = count.toString(16).padStart(8, '0');
    const title = `BUG: scheduling while atomic: ${task.name}/${task.pid}/0x${word}`;
    this.#warn(title, [this.#linkedModules()]);
  }

  /** Something that may sleep was called where nothing may. At most one report a second. */
  sleepingWhileAtomic(task: Task, count: number, areIrqsOff: boolean): void {
    const nowNs = this.#deps.sim.now();
    if (nowNs < this.#nextAtomicReportNs) return;
    this.#nextAtomicReportNs = nowNs + NS_PER_S;
    const at = driverFrame(this.#frames());
    const where = at === undefined ? 'kernel' : `${at.file}:${at.line}`;
    const flags = `in_atomic(): ${Number(count !== 0)}, irqs_disabled(): ${Number(areIrqsOff)}`;
    this.#warn(`BUG: sleeping function called from invalid context at ${where}`, [
      `${flags}, non_block: 0, pid: ${task.pid}, name: ${task.name}`,
      `preempt_count: ${count.toString(16)}, expected: 0`,
      'RCU nest depth: 0, expected: 0',
    ]);
  }

  /** Kernel code touched an address where no memory answers: the task dies. */
  pageFault(access: MemoryAccess): Oops {
    const { address, isNull, isWrite } = access;
    const code = hex4(isWrite ? PF_WRITE : 0);
    return this.#die({
      title: isNull
        ? `BUG: kernel NULL pointer dereference, address: ${address}`
        : `BUG: unable to handle page fault for address: ${address}`,
      details: [
        `#PF: supervisor ${isWrite ? 'write' : 'read'} access in kernel mode`,
        `#PF: error_code(0x${code}) - not-present page`,
      ],
      cause: `Oops: Oops: ${code}`,
      frames: this.#frames(),
      signal: SIGNAL.KILL,
    });
  }

  /**
   * Memory was given back or touched wrongly: whoever watches over it says what is wrong with it.
   * The code that did it goes on.
   */
  badMemory(report: MemoryReport): void {
    const { printk, taint, policy, panic } = this.#deps;
    const frames = this.#frames();
    const top = driverFrame(frames) ?? frames[0];
    const say: Say = (text, frame) => printk.print(LEVEL.ERR, text, sourceOf(frame));
    const where = top === undefined ? 'kernel' : formatFrame(top);
    for (const line of report.head(where)) say(line, driverFrame(frames));
    if (report.listsModules) say(this.#linkedModules());
    this.#sayWho(say);
    this.#sayTrace(say, frames);
    for (const line of report.tail) say(line);
    taint.mask |= taintBit('B');
    if (report.mayPanic && policy.panicOnWarn() !== 0) panic('KASAN: panic_on_warn set ...');
  }

  /** A report of lockdep, between its rules. It taints nothing, and everything goes on. */
  lockdep(headline: string, body: readonly string[]): void {
    const { printk, header, taint } = this.#deps;
    const frames = this.#frames();
    const say: Say = (text, frame) => printk.print(LEVEL.WARNING, text, sourceOf(frame));
    const rule = (char: string): string => char.repeat(LOCKDEP_RULE);
    say('');
    say(rule('='));
    say(headline, driverFrame(frames));
    say(`${header.release} ${header.build} ${formatTaint(taint.mask)}`);
    say(rule('-'));
    for (const line of body) say(line);
    say('');
    say('stack backtrace:');
    this.#sayWho(say);
    this.#sayTrace(say, frames);
  }

  /** Reports what is wrong but goes on: some lines, and who got there how. */
  #warn(title: string, lines: readonly string[]): void {
    const { printk, taint } = this.#deps;
    const frames = this.#frames();
    const say: Say = (text, frame) => printk.print(LEVEL.ERR, text, sourceOf(frame));
    say(title, driverFrame(frames));
    for (const line of lines) say(line);
    this.#sayWho(say);
    this.#sayTrace(say, frames);
    taint.mask |= taintBit('W');
    const { policy, panic } = this.#deps;
    if (policy.panicOnWarn() !== 0) panic('kernel: panic_on_warn set ...');
  }

  /** Says who runs and how they got here. Linux: dump_stack. */
  dumpStack(): void {
    const { printk } = this.#deps;
    const say: Say = (text, frame) => printk.print(LEVEL.WARNING, text, sourceOf(frame));
    this.#sayWho(say);
    this.#sayTrace(say, this.#frames());
  }

  #frames(): Frame[] {
    const { execution, sites } = this.#deps;
    return sites.frames(execution.stack, execution.sp);
  }

  #die(report: DeathReport): Oops {
    const { sim, scheduler, execution, taint, modules } = this.#deps;
    const task = scheduler.current;
    this.#oopses++;
    const cause = `${report.cause} [#${this.#oopses}] SMP`;
    this.#print(report.title, [...(report.details ?? []), cause], report.frames);
    taint.mask |= taintBit('D');
    task.dying = true;
    execution.dying = true;
    // Those that the kernel called, and those whose functions they called.
    const dead = new Set(report.frames.map(({ module }) => module));
    for (const module of modules()) {
      if (task.modules.includes(module) || dead.has(module.name)) module.hasOopsed = true;
    }
    this.#leaveAtomic(task);
    if (sim.trace.on) sim.trace.emit(EVENT.OOPS, sim.trace.intern(report.title));
    this.onOops({ title: report.title, source: sourceOf(driverFrame(report.frames)) });
    const { policy, panic } = this.#deps;
    if (report.isLockup === true && policy.softlockupPanic() !== 0) panic('softlockup: hung tasks');
    else if (policy.panicOnOops() !== 0) panic('Fatal exception');
    return new Oops(report.title, report.signal);
  }

  /** What the task held stays held, but the task itself must be able to end. */
  #leaveAtomic(task: Task): void {
    const { execution, printk } = this.#deps;
    const note = `note: ${task.name}[${task.pid}] exited with`;
    if (execution.irqsOff) printk.info(`${note} irqs disabled`);
    if (execution.preemptCount !== 0) {
      printk.info(`${note} preempt_count ${execution.preemptCount}`);
    }
    execution.irqsOff = false;
    execution.preemptCount = 0;
  }

  #print(title: string, lines: readonly string[], frames: readonly Frame[]): void {
    const { printk } = this.#deps;
    const say: Say = (text, frame) => printk.print(LEVEL.ALERT, text, sourceOf(frame));
    const top = driverFrame(frames) ?? frames[0];
    say(title, top);
    for (const line of lines) say(line);
    this.#sayWho(say);
    if (top !== undefined) say(`RIP: 0010:${formatFrame(top)}`, top);
    this.#sayTrace(say, frames);
    say(this.#linkedModules());
    say('---[ end trace 0000000000000000 ]---');
  }

  #sayWho(say: Say): void {
    const { scheduler, header, taint } = this.#deps;
    const task = scheduler.currentOrNone;
    const preempt = `PREEMPT(${header.preempt})`;
    const cpu = scheduler.cpu.id;
    // On an idle CPU an interrupt may have done it.
    const { pid, name } = task ?? { pid: 0, name: `swapper/${cpu}` };
    const who = `CPU: ${cpu} UID: ${task?.credentials.uid ?? 0} PID: ${pid} Comm: ${name}`;
    say(`${who} ${formatTaint(taint.mask)} ${header.release} ${header.build} ${preempt}`);
    if (taint.mask !== 0) say(formatTaintNames(taint.mask));
    say(`Hardware name: ${header.hardware}`);
  }

  #sayTrace(say: Say, frames: readonly Frame[]): void {
    say('Call Trace:');
    say(' <TASK>');
    for (const frame of frames) say(` ${formatFrame(frame)}`, frame);
    say(' </TASK>');
  }

  #linkedModules(): string {
    const linked = [...this.#deps.modules()].map((module) => module.linkedIn).join(' ');
    return `Modules linked in: ${linked}`;
  }
}

/** An access to nothing, as its report needs it. */
export interface MemoryAccess {
  /** As reports print it. */
  readonly address: string;
  /** In the first page. */
  readonly isNull: boolean;
  readonly isWrite: boolean;
}

/** What stands around who did it and how they got there. */
export interface MemoryReport {
  /** `where` is the code that did it. */
  readonly head: (where: string) => readonly string[];
  readonly tail: readonly string[];
  readonly listsModules: boolean;
  readonly mayPanic: boolean;
}

interface DeathReport {
  readonly title: string;
  readonly details?: readonly string[];
  readonly cause: string;
  readonly frames: readonly Frame[];
  readonly signal: number;
  readonly isLockup?: boolean;
}

/** Prints a line, with the source line that it is about. */
type Say = (text: string, frame?: Frame) => void;

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function driverFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find((frame) => frame.module !== undefined);
}

function sourceOf(frame: Frame | undefined): LogSource | undefined {
  const { module, file, line } = frame ?? {};
  if (module === undefined || file === undefined || line === undefined) return undefined;
  return { module, file, line };
}

/** Names of what engines throw by themselves: their messages differ from engine to engine. */
const ENGINE_ERRORS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [TypeError.prototype, 'TypeError'],
  [RangeError.prototype, 'RangeError'],
  [ReferenceError.prototype, 'ReferenceError'],
  [SyntaxError.prototype, 'SyntaxError'],
  [EvalError.prototype, 'EvalError'],
  [URIError.prototype, 'URIError'],
]);

/** What was thrown, in words that are the same in every engine, without running its code. */
function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  const errno = ErrnoValue.numberOf(thrown);
  if (errno !== 0) return `Errno.${errnoValue(errno).toString()} was thrown where nothing can fail`;
  if (typeof thrown !== 'object' || thrown === null) {
    return typeof thrown === 'function' ? 'a function was thrown' : String(thrown);
  }
  try {
    const prototype: unknown = Object.getPrototypeOf(thrown);
    const engine = ENGINE_ERRORS.get(prototype);
    if (engine !== undefined) return engine;
    const message: unknown = Object.getOwnPropertyDescriptor(thrown, 'message')?.value;
    if (prototype === Error.prototype && typeof message === 'string') return `Error: ${message}`;
  } catch {
    // Only an exotic object can get here; there is nothing to say of it.
  }
  return 'an object was thrown';
}
