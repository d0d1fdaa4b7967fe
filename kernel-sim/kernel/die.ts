// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Everything that the kernel says when code of its own goes wrong, and what happens then. What
 * throws answers the Oops to throw; the rest returns, and the code that did it goes on.
 *
 * Linux: kernel/panic.c (__warn, add_taint), lib/bug.c, arch/x86/kernel/traps.c, kernel/watchdog.c.
 */
import type { Sim } from '../sim/sim.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { type DeathDependencies, Deaths, type OopsNotice } from './die/death.ts';
import { describeFault, type KernelFault } from './die/page-fault.ts';
import {
  CUT_HERE,
  driverFrame,
  END_TRACE,
  placeOf,
  Reporter,
  type ReporterDependencies,
  type ReportLine,
  type Say,
  topFrame,
} from './die/reporter.ts';
import { describeThrown, isDivisionByZero } from './die/thrown.ts';
import { DUMP_STACK, type LockdepLine, type LockdepPrinter } from './locking/lockdep/reports.ts';
import { framesOf, showTask } from './die/show-task.ts';
import { WrongContext } from './die/wrong-context.ts';
import { formatFrame, formatSymbol, type Frame } from './module/sites.ts';
import { Oops } from './oops.ts';
import { LEVEL } from './printk/printk.ts';
import type { Task } from './sched/task.ts';
import { formatTaint, LOCKDEP_UNRELIABLE, taintBit, type TaintLetter } from './taint.ts';

const NS_PER_S = 1_000_000_000;

export interface DieDependencies
  extends ReporterDependencies, Pick<DeathDependencies, 'policy' | 'panic'> {
  readonly sim: Sim;
  readonly formatPointer: (pointer: number) => string;
}

export class Die {
  readonly #deps: DieDependencies;
  readonly #reporter: Reporter;
  readonly #deaths: Deaths;
  /** What sleeps where nothing may. */
  readonly context: WrongContext;
  /** What has warned and will not again: sites, and names of kinds. */
  readonly #warned = new Set<number | string>();

  constructor(deps: DieDependencies) {
    this.#deps = deps;
    this.#reporter = new Reporter(deps);
    const addTaint = (letter: TaintLetter): void => this.addTaint(letter);
    const warned = (): void => this.#tainted('W');
    this.context = new WrongContext({ ...deps, clock: deps.sim, warned }, this.#reporter);
    this.#deaths = new Deaths({ ...deps, addTaint }, this.#reporter);
  }

  set onOops(listener: (notice: OopsNotice) => void) {
    this.#deaths.onOops = listener;
  }

  // ---- The task ends ---------------------------------------------------------------------------

  /** A driver threw something that is no errno: Rust's panic, and then BUG(). */
  panic(thrown: unknown): Oops {
    if (isDivisionByZero(thrown)) return this.divideError();
    const frames = this.#reporter.frames();
    const say = this.#reporter.at(LEVEL.EMERG);
    const top = driverFrame(frames);
    say(`typescript_kernel: panicked at ${placeOf(frames)}:`, top);
    say(describeThrown(thrown), top);
    return this.#bug(frames);
  }

  /**
   * BUG(): code found itself where it must not be. `place` is a line of Linux's, for a check of the
   * kernel's own; without it the driver's counts.
   */
  bug(place?: string): Oops {
    return this.#bug(this.#reporter.frames(), place);
  }

  /** The running task used more than its kernel stack. Linux: handle_stack_overflow. */
  stackGuardHit(pointer: number, stack: { readonly start: number; readonly end: number }): Oops {
    const { formatPointer } = this.#deps;
    const range = `${formatPointer(stack.start)}..${formatPointer(stack.end)}`;
    return this.#deaths.die({
      title: `BUG: TASK stack guard page was hit at ${formatPointer(pointer)} (stack is ${range})`,
      cause: 'Oops: stack guard page: 0000',
      frames: this.#reporter.frames(),
      signal: SIGNAL.SEGV,
    });
  }

  /** Integers were divided by zero. */
  divideError(): Oops {
    return this.#deaths.die({
      title: undefined,
      cause: 'Oops: divide error: 0000',
      frames: this.#reporter.frames(),
      signal: SIGNAL.SEGV,
    });
  }

  /** What was called begins no function: the processor ran into bytes that are no instruction. */
  invalidOpcode(rip: string): Oops {
    return this.#deaths.die({
      title: undefined,
      cause: 'Oops: invalid opcode: 0000',
      frames: this.#reporter.frames(),
      signal: SIGNAL.SEGV,
      rip,
    });
  }

  /** Kernel code used an address that it could not. */
  pageFault(fault: KernelFault): Oops {
    const { uid } = this.#reporter.task;
    return this.#deaths.die({
      ...describeFault(fault, uid),
      frames: this.#reporter.frames(),
    });
  }

  /**
   * The watchdog found a driver that never gives its CPU back. Linux would report and let it spin;
   * here it is ended, since nothing could stop it.
   */
  softLockup(stuckNs: number): Oops {
    const { scheduler } = this.#deps;
    const { name, pid } = this.#reporter.task;
    const stuck = `CPU#${scheduler.cpu.id} stuck for ${Math.round(stuckNs / NS_PER_S)}s!`;
    this.addTaint('L');
    return this.#deaths.die({
      title: `watchdog: BUG: soft lockup - ${stuck} [${name}:${pid}]`,
      cause: 'Oops: soft lockup: the task is killed (Linux would go on spinning)',
      frames: this.#reporter.frames(),
      signal: SIGNAL.KILL,
      lockup: 'soft',
    });
  }

  /** The same with interrupts off, so that nothing but an NMI comes through. */
  hardLockup(): Oops {
    const { scheduler } = this.#deps;
    return this.#deaths.die({
      title: `watchdog: Watchdog detected hard LOCKUP on cpu ${scheduler.cpu.id}`,
      cause: 'Oops: hard lockup: the task is killed (Linux would go on spinning)',
      frames: this.#reporter.frames(),
      signal: SIGNAL.KILL,
      lockup: 'hard',
    });
  }

  /** panic(): the machine stops. */
  stopMachine(text: string): Oops {
    const { panic, execution, scheduler } = this.#deps;
    panic(text);
    execution.dying = true;
    scheduler.context.dying = true;
    return new Oops(text);
  }

  // ---- The code goes on ------------------------------------------------------------------------

  /** WARN(): says `text`, if there is any, and who got there how. */
  warn(text?: string): void {
    const frames = this.#reporter.frames();
    const say = this.#reporter.at(LEVEL.WARNING);
    const top = topFrame(frames);
    const { pid } = this.#reporter.task;
    say(CUT_HERE);
    if (text !== undefined) say(text, top);
    const symbol = top === undefined ? '0x0' : formatSymbol(top);
    const who = `CPU: ${this.#deps.scheduler.cpu.id} PID: ${pid}`;
    say(`WARNING: ${who} at ${placeOf(frames)} ${symbol}`, top);
    say(this.#reporter.linkedModules());
    this.#reporter.who(say);
    if (top !== undefined) say(`RIP: 0010:${formatFrame(top)}`, top);
    this.#reporter.trace(say, frames);
    say(END_TRACE);
    this.#warned.add(this.#reporter.innermostSite);
    this.#tainted('W');
  }

  /**
   * As `warn`, but once: for each place, or for each `kind` of what the kernel warns of itself.
   * Linux: WARN_ONCE.
   */
  warnOnce(text?: string, kind: number | string = this.#reporter.innermostSite): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.warn(text);
  }

  /** Memory was given back or touched wrongly: whoever watches over it says what is wrong. */
  badMemory(report: MemoryReport): void {
    const { policy, panic } = this.#deps;
    const frames = this.#reporter.frames();
    const top = topFrame(frames);
    const say = this.#reporter.at(LEVEL.ERR);
    const where = top === undefined ? 'kernel' : formatFrame(top);
    const sayLine = (line: ReportLine, of?: Frame): void => {
      if (typeof line === 'string') say(line, of);
      else say(line.text, line.frame);
    };
    for (const line of report.head(where)) sayLine(line, driverFrame(frames));
    if (report.listsModules) say(this.#reporter.linkedModules());
    this.#reporter.who(say);
    this.#reporter.trace(say, frames);
    for (const line of report.tail) sayLine(line);
    if (report.panics !== undefined) panic(report.panics);
    else if (report.mayPanic && policy.panicOnWarn() !== 0) panic('KASAN: panic_on_warn set ...');
    this.addTaint('B');
  }

  /** A data race: `lines` say all but who found it. It taints nothing. */
  dataRace(lines: readonly ReportLine[], rule: string): void {
    const say = this.#reporter.at(LEVEL.ERR);
    this.#sayLines(say, lines);
    this.#reporter.who(say);
    say(rule);
    const { policy, panic } = this.#deps;
    if (policy.panicOnWarn() !== 0) panic('KCSAN: panic_on_warn set ...');
  }

  /** How lockdep speaks. It taints nothing. */
  readonly lockdep: LockdepPrinter = {
    framed: (headline, lines) => {
      const { header, taint } = this.#deps;
      const say = this.#reporter.at(LEVEL.WARNING);
      say('');
      say('='.repeat(headline.length));
      say(headline, driverFrame(this.#reporter.frames()));
      say(`${header.release} ${header.build} ${formatTaint(taint.mask)}`);
      say('-'.repeat(headline.length));
      this.#sayLines(say, lines);
    },
    plain: (lines) => this.#sayLines(this.#reporter.at(LEVEL.ERR), lines),
  };

  #sayLines(say: Say, lines: readonly LockdepLine[]): void {
    for (const line of lines) {
      if (line === DUMP_STACK) {
        this.#reporter.who(say);
        this.#reporter.trace(say, this.#reporter.frames());
      } else if (typeof line === 'string') say(line);
      else say(line.text, line.frame);
    }
  }

  /** A lock found itself misused: what it says, and who got there how. Linux: spin_dump. */
  lockBug(lines: readonly string[]): void {
    const frames = this.#reporter.frames();
    const say = this.#reporter.at(LEVEL.EMERG);
    for (const line of lines) say(line, driverFrame(frames));
    this.#reporter.who(say);
    this.#reporter.trace(say, frames);
  }

  /** Who runs, and how they got there. Linux: dump_stack. */
  dumpStack(level: number = LEVEL.WARNING): void {
    const say = this.#reporter.at(level);
    this.#reporter.who(say);
    this.#reporter.trace(say, this.#reporter.frames());
  }

  /** The same for a task that runs on another CPU. */
  dumpStackOf(cpu: number, task: Task, level: number): void {
    const say = this.#reporter.at(level);
    this.#reporter.who(say, cpu, task);
    this.#reporter.trace(say, framesOf(this.#taskParts, task));
  }

  /** One task, with its stack. Linux: sched_show_task. */
  showTask(task: Task, level: number): void {
    showTask(this.#taskParts, this.#reporter.at(level), task);
  }

  get #taskParts(): Parameters<typeof showTask>[0] {
    const { execution, sites } = this.#deps;
    return { execution, sites };
  }

  /** Which locks a task holds, as lines of a report. Linux: lockdep_print_held_locks. */
  heldLocks(task: Task): readonly string[] {
    return this.context.heldLocks(task);
  }

  /** Who calls: the code that runs, as `%pS` prints it. Linux: __builtin_return_address(0). */
  get callerSymbol(): string {
    const [frame] = this.#reporter.frames();
    return frame === undefined ? '0x0' : formatSymbol(frame);
  }

  /** Linux: add_taint. */
  addTaint(letter: TaintLetter): void {
    const { taint, printk } = this.#deps;
    const endsTrust = letter === 'B' || letter === 'R';
    const isFirst = endsTrust && (taint.mask & LOCKDEP_UNRELIABLE) === 0;
    taint.mask |= taintBit(letter);
    if (isFirst) printk.warn('Disabling lock debugging due to kernel taint');
  }

  #bug(frames: readonly Frame[], place = placeOf(frames)): Oops {
    this.#reporter.at(LEVEL.EMERG)(CUT_HERE, driverFrame(frames));
    return this.#deaths.die({
      title: `kernel BUG at ${place}!`,
      cause: 'Oops: invalid opcode: 0000',
      frames,
      signal: SIGNAL.SEGV,
    });
  }

  #tainted(letter: 'W'): void {
    this.addTaint(letter);
    const { policy, panic } = this.#deps;
    if (policy.panicOnWarn() !== 0) panic('kernel: panic_on_warn set ...');
  }
}

/** What stands around who did it and how they got there. */
export interface MemoryReport {
  /** `where` is the code that did it. */
  readonly head: (where: string) => readonly ReportLine[];
  readonly tail: readonly ReportLine[];
  readonly listsModules: boolean;
  /** /proc/sys/kernel/panic_on_warn counts. */
  readonly mayPanic: boolean;
  /** The machine stops with this text. */
  readonly panics?: string | undefined;
}
