// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The heart of strace: waits for the processes that it traces, tells what each stop means, and lets
 * them go on.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { CLOCK, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../uapi/process.ts';
import { PTRACE, PTRACE_EVENT, PTRACE_O, SYSCALL_STOP_BIT } from '../../uapi/ptrace.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';
import type { Waited } from '../libc/process-calls.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import type { CallView } from './arguments.ts';
import { signalName } from './flags.ts';
import { beginning, ending, resultText } from './line.ts';
import type { StraceOptions } from './options.ts';
import { ptrace, readMemory, syscallStop, type SyscallStop } from './ptrace-calls.ts';
import { callName } from './signatures.ts';
import { signalInfo } from './siginfo.ts';
import type { Summary } from './summary.ts';

/** `__WALL`: children of every kind. */
const WALL = 0x4000_0000;
const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1000;

interface Tracee {
  readonly pid: number;
  /** The call that it is in, shown or not. */
  call: OpenCall | undefined;
  /** The stop that begins its tracing has been seen. */
  isStarted: boolean;
}

interface OpenCall {
  readonly name: string;
  readonly values: readonly number[];
  readonly before: Map<number, number>;
  readonly isShown: boolean;
  readonly startNs: number;
  /** What has been said of it. */
  head: string;
}

export class Tracer {
  /** Wait status of the program that strace started, once it has ended. */
  status = 0;
  readonly #c: Libc;
  readonly #options: StraceOptions;
  readonly #fd: number;
  readonly #summary: Summary;
  readonly #tracees = new Map<number, Tracee>();
  readonly #main: number;
  #lastNs = 0;
  /** Whose unfinished line the cursor is in. */
  #open: Tracee | undefined;
  #detaching = false;

  /** `main` is the program that strace started, 0 when it attached to running ones. */
  constructor(c: Libc, options: StraceOptions, summary: Summary, fd: number, main: number) {
    this.#c = c;
    this.#options = options;
    this.#fd = fd;
    this.#summary = summary;
    this.#main = main;
  }

  add(pid: number): void {
    this.#tracees.set(pid, { pid, call: undefined, isStarted: false });
  }

  get traceOptions(): number {
    const { TRACESYSGOOD, TRACEEXEC, TRACEFORK, TRACEVFORK, TRACECLONE, EXITKILL } = PTRACE_O;
    const children = this.#options.follows ? TRACEFORK | TRACEVFORK | TRACECLONE : 0;
    return TRACESYSGOOD | TRACEEXEC | children | (this.#main === 0 ? 0 : EXITKILL);
  }

  /** Until none is left. */
  *run(): Sleeping<void> {
    while (this.#tracees.size > 0) {
      const waited = yield* this.#c.wait4(-1, WALL);
      if (typeof waited === 'number') {
        if (waited !== -ERRNO.EINTR) return;
        if (this.#main === 0) yield* this.#detachAll();
        continue;
      }
      yield* this.#look(waited);
    }
  }

  /** strace itself is to end: those that it attached to go on without it. */
  *#detachAll(): Sleeping<void> {
    if (this.#detaching) return;
    this.#detaching = true;
    for (const { pid } of this.#tracees.values()) yield* ptrace(this.#c, PTRACE.INTERRUPT, pid);
  }

  *#look({ pid, status }: Waited): Sleeping<void> {
    const tracee = this.#tracees.get(pid) ?? this.#adopt(pid);
    if ((status & 0xff) !== 0x7f) {
      yield* this.#ended(tracee, status);
      return;
    }
    const signal = (status >> 8) & 0xff;
    const event = status >>> 16;
    if (this.#detaching) {
      yield* this.#detach(tracee, event === 0 && (signal & SYSCALL_STOP_BIT) === 0 ? signal : 0);
      return;
    }
    if (signal === (SIGNAL.TRAP | SYSCALL_STOP_BIT)) yield* this.#syscallStop(tracee);
    else if (event === PTRACE_EVENT.STOP) yield* this.#groupStop(tracee, signal);
    else if (event !== 0) yield* this.#resume(tracee);
    else yield* this.#signalStop(tracee, signal);
  }

  #adopt(pid: number): Tracee {
    this.add(pid);
    return this.#tracees.get(pid)!;
  }

  *#resume(tracee: Tracee, signal = 0): Sleeping<void> {
    yield* ptrace(this.#c, PTRACE.SYSCALL, tracee.pid, 0, signal);
  }

  *#detach(tracee: Tracee, signal: number): Sleeping<void> {
    yield* ptrace(this.#c, PTRACE.DETACH, tracee.pid, 0, signal);
    yield* this.#cutOpenLine();
    this.#tracees.delete(tracee.pid);
    if (!this.#options.isQuiet) {
      yield* this.#c.err(`strace: Process ${tracee.pid} detached\n`);
    }
  }

  // ---- Stops ----------------------------------------------------------------------------------

  *#syscallStop(tracee: Tracee): Sleeping<void> {
    const stop = yield* syscallStop(this.#c, tracee.pid);
    if (stop?.kind === 'entry') yield* this.#entered(tracee, stop);
    else if (stop?.kind === 'exit') yield* this.#left(tracee, stop);
    yield* this.#resume(tracee);
  }

  *#entered(
    tracee: Tracee,
    { number, values }: Extract<SyscallStop, { kind: 'entry' }>,
  ): Sleeping<void> {
    const { calls, summary, successOnly } = this.#options;
    const name = callName(number);
    const isShown = calls(name) && summary !== 'only';
    const startNs = yield* this.#now(CLOCK.MONOTONIC);
    const before = new Map<number, number>();
    tracee.call = { name, values, isShown, startNs, head: '', before };
    if (!isShown) return;
    const head = yield* beginning(name, this.#view(tracee.pid, values, 0, before));
    tracee.call.head = head;
    // Whether it succeeds is not known yet.
    if (successOnly) return;
    yield* this.#cutOpenLine();
    yield* this.#write((yield* this.#prefix(tracee)) + head);
    this.#open = tracee;
  }

  *#left(tracee: Tracee, { result }: Extract<SyscallStop, { kind: 'exit' }>): Sleeping<void> {
    const { call } = tracee;
    tracee.call = undefined;
    if (call === undefined) return;
    const durationNs = (yield* this.#now(CLOCK.MONOTONIC)) - call.startNs;
    const hasFailed = result < 0 && result > -4096;
    if (this.#options.calls(call.name)) this.#summary.count(call.name, durationNs, hasFailed);
    if (!call.isShown) return;
    const tail = yield* ending(call.name, this.#view(tracee.pid, call.values, result, call.before));
    const shown = resultText(call.name, result);
    if (!this.#options.successOnly) yield* this.#finish(tracee, call, tail, shown, durationNs);
    else if (!hasFailed) {
      yield* this.#write((yield* this.#prefix(tracee)) + call.head);
      this.#open = tracee;
      yield* this.#finish(tracee, call, tail, shown, durationNs);
    }
  }

  *#finish(
    tracee: Tracee,
    call: OpenCall,
    tail: string,
    result: string,
    durationNs: number,
  ): Sleeping<void> {
    const column = this.#options.column;
    const duration = this.#options.showsDuration ? ` <${seconds(durationNs)}>` : '';
    const isOpen = this.#open === tracee;
    if (!isOpen) yield* this.#cutOpenLine();
    this.#open = undefined;
    const resumed = `<... ${call.name} resumed>`;
    const head = isOpen ? '' : (yield* this.#prefix(tracee)) + resumed;
    const length = isOpen ? call.head.length + tail.length : resumed.length + tail.length;
    const space = ' '.repeat(Math.max(0, column - 1 - length));
    yield* this.#write(`${head}${tail}${space} = ${result}${duration}\n`);
  }

  *#signalStop(tracee: Tracee, signal: number): Sleeping<void> {
    if (!tracee.isStarted && signal === SIGNAL.STOP) {
      tracee.isStarted = true;
      yield* ptrace(this.#c, PTRACE.SETOPTIONS, tracee.pid, 0, this.traceOptions);
      if (tracee.pid !== this.#main && !this.#options.isQuiet && this.#main !== 0) {
        yield* this.#cutOpenLine();
        yield* this.#c.err(`strace: Process ${tracee.pid} attached\n`);
      }
      yield* this.#resume(tracee);
      return;
    }
    const name = signalName(signal);
    if (this.#options.signals(name) && this.#options.summary !== 'only') {
      yield* this.#say(tracee, `--- ${name} ${yield* signalInfo(this.#c, tracee.pid)} ---`);
    }
    yield* this.#resume(tracee, signal);
  }

  *#groupStop(tracee: Tracee, signal: number): Sleeping<void> {
    if (signal === SIGNAL.TRAP) {
      // The answer to PTRACE_INTERRUPT: the first stop of one that was seized.
      tracee.isStarted = true;
      yield* this.#resume(tracee);
      return;
    }
    yield* this.#say(tracee, `--- stopped by ${signalName(signal)} ---`);
    yield* ptrace(this.#c, PTRACE.LISTEN, tracee.pid);
  }

  *#ended(tracee: Tracee, status: number): Sleeping<void> {
    const { pid, call } = tracee;
    if (call?.isShown === true) {
      // It never came back from its last call.
      yield* this.#finish(tracee, call, ')', '?', 0);
      if (this.#options.summary !== 'none') this.#summary.count(call.name, 0, false);
    }
    this.#tracees.delete(pid);
    if (pid === this.#main) this.status = status;
    if (!this.#options.says.exits || this.#options.summary === 'only') return;
    const how = WIFEXITED(status)
      ? `exited with ${WEXITSTATUS(status)}`
      : `killed by ${signalName(WTERMSIG(status))}${(status & 0x80) === 0 ? '' : ' (core dumped)'}`;
    yield* this.#say(tracee, `+++ ${how} +++`);
  }

  // ---- Output ---------------------------------------------------------------------------------

  *#say(tracee: Tracee, text: string): Sleeping<void> {
    yield* this.#cutOpenLine();
    yield* this.#write(`${yield* this.#prefix(tracee)}${text}\n`);
  }

  /** Another one has something to say while a call is not over yet. */
  *#cutOpenLine(): Sleeping<void> {
    const tracee = this.#open;
    if (tracee === undefined) return;
    this.#open = undefined;
    if (tracee.call === undefined) return;
    yield* this.#write(' <unfinished ...>\n');
  }

  /** The pid where there are several, and the time where it is wanted. */
  *#prefix(tracee: Tracee): Sleeping<string> {
    const { output, follows, pids } = this.#options;
    const several = this.#tracees.size > 1 || pids.length > 1;
    const pid = String(tracee.pid).padEnd(5);
    const who =
      output === undefined
        ? several
          ? `[pid ${String(tracee.pid).padStart(5)}] `
          : ''
        : follows
          ? `${pid} `
          : '';
    return who + (yield* this.#timestamp());
  }

  *#timestamp(): Sleeping<string> {
    const { timestamps } = this.#options;
    if (timestamps === 'none') return '';
    if (timestamps === 'relative') {
      const nowNs = yield* this.#now(CLOCK.MONOTONIC);
      const since = this.#lastNs === 0 ? 0 : nowNs - this.#lastNs;
      this.#lastNs = nowNs;
      return `${seconds(since).padStart(13)} `;
    }
    const now = yield* this.#c.clock_gettime(CLOCK.REALTIME);
    if (typeof now === 'number') return '';
    const micro = String(Math.floor(now.nanoseconds / NS_PER_US)).padStart(6, '0');
    if (timestamps === 'epoch') return `${now.seconds}.${micro} `;
    const clock = strftime('%H:%M:%S', civilTime(now.seconds));
    return timestamps === 'clock' ? `${clock} ` : `${clock}.${micro} `;
  }

  *#write(text: string): Sleeping<void> {
    yield* this.#c.write_all(this.#fd, text);
  }

  *#now(clock: number): Sleeping<number> {
    const now = yield* this.#c.clock_gettime(clock);
    return typeof now === 'number' ? 0 : now.seconds * NS_PER_S + now.nanoseconds;
  }

  #view(
    pid: number,
    values: readonly number[],
    result: number,
    before: Map<number, number>,
  ): CallView {
    const { stringLimit, isVerbose } = this.#options;
    const c = this.#c;
    return {
      values,
      result,
      stringLimit,
      isVerbose,
      before,
      read: (address, length) => readMemory(c, pid, address, length),
    };
  }
}

function seconds(nanoseconds: number): string {
  return (Math.floor(nanoseconds / NS_PER_US) / 1e6).toFixed(6);
}
