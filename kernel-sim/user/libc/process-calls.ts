// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The system calls about processes, signals, terminals, time and the kernel itself, as methods:
 * second storey of `Libc` (libc.ts), above file-calls.ts, whose convention holds here too.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { SPAWN_ACTION, SYSINFO, SYSLOG_ACTION, UTSNAME } from '../../uapi/process.ts';
import { SIGACTION, SIGSET_BYTES } from '../../uapi/signal.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import { TERMIOS, TTY_IOCTL, WINSIZE } from '../../uapi/termios.ts';
import type { UserCpu } from '../../uapi/user-cpu.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { FileCalls } from './file-calls.ts';

/** What the child of posix_spawn(2) does to its descriptors, in order. */
export type SpawnAction =
  | { readonly dup2: number; readonly to: number }
  | { readonly close: number };

export interface SpawnRequest {
  readonly path: string;
  readonly argv: readonly string[];
  /** `NAME=value` strings. */
  readonly env: readonly string[];
  readonly actions?: readonly SpawnAction[];
  /** SPAWN flags. */
  readonly flags?: number;
  /** The group to join with SPAWN.SETPGROUP; 0 makes a new one. */
  readonly pgroup?: number;
}

/** A pid and its wait status; pid 0 with WNOHANG when nobody has changed state. */
export interface Waited {
  readonly pid: number;
  readonly status: number;
}

/** struct termios, decoded. */
export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  line: number;
  cc: number[];
}

export interface Uname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

export interface Sysinfo {
  readonly uptime: number;
  readonly totalram: number;
  readonly freeram: number;
  readonly procs: number;
}

const AT_EMPTY_PATH = 0x1000;
/** Handlers get numbers above SIG.CATCH. */
const FIRST_HANDLER = 3;
const NGROUPS_MAX = 64;

/** What runs when a signal arrives. It may make system calls. */
export type SignalHandler = (signal: number) => Sleeping<void>;

export class ProcessCalls extends FileCalls {
  /** By the numbers that the kernel knows them by. A fork's child has the same. */
  private readonly handlers: SignalHandler[];

  constructor(cpu: UserCpu, parent?: ProcessCalls) {
    super(cpu, parent);
    this.handlers = [...(parent?.handlers ?? [])];
    if (this.handlers.length > 0) this.cpu.signalEntry = this.enter;
  }

  getpid(): Sleeping<number> {
    return this.call(SYS.getpid);
  }
  getppid(): Sleeping<number> {
    return this.call(SYS.getppid);
  }
  getuid(): Sleeping<number> {
    return this.call(SYS.getuid);
  }
  geteuid(): Sleeping<number> {
    return this.call(SYS.geteuid);
  }
  getgid(): Sleeping<number> {
    return this.call(SYS.getgid);
  }
  getegid(): Sleeping<number> {
    return this.call(SYS.getegid);
  }
  getpgrp(): Sleeping<number> {
    return this.call(SYS.getpgrp);
  }
  getpgid(pid: number): Sleeping<number> {
    return this.call(SYS.getpgid, pid);
  }
  getsid(pid: number): Sleeping<number> {
    return this.call(SYS.getsid, pid);
  }
  setuid(uid: number): Sleeping<number> {
    return this.call(SYS.setuid, uid);
  }
  setgid(gid: number): Sleeping<number> {
    return this.call(SYS.setgid, gid);
  }
  setpgid(pid: number, pgid: number): Sleeping<number> {
    return this.call(SYS.setpgid, pid, pgid);
  }
  setsid(): Sleeping<number> {
    return this.call(SYS.setsid);
  }

  *setgroups(gids: readonly number[]): Sleeping<number> {
    const mark = this.memory.mark();
    const list = gids.length > 0 ? yield* this.memory.push_words(gids) : 0;
    const result = yield* this.call(SYS.setgroups, gids.length, list);
    this.memory.release(mark);
    return result;
  }

  *getgroups(): Sleeping<number[] | number> {
    const mark = this.memory.mark();
    const list = yield* this.memory.scratch(NGROUPS_MAX * 4);
    const count = yield* this.call(SYS.getgroups, NGROUPS_MAX, list);
    const gids = Array.from({ length: Math.max(count, 0) }, (_, index) => {
      return this.cpu.load32(list + index * 4) >>> 0;
    });
    this.memory.release(mark);
    return count < 0 ? count : gids;
  }

  kill(pid: number, signal: number): Sleeping<number> {
    return this.call(SYS.kill, pid, signal);
  }

  /** wait4(2) without usage: who changed state and how, or the negative errno. */
  *wait4(pid: number, options = 0): Sleeping<Waited | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(4);
    const result = yield* this.call(SYS.wait4, pid, buffer, options, 0);
    const status = result > 0 ? this.cpu.load32(buffer) : 0;
    this.memory.release(mark);
    return result < 0 ? result : { pid: result, status };
  }

  /** Sets a signal's disposition: SIG.DFL, SIG.IGN or SIG.CATCH (see `take_signals`). */
  sigaction(signal: number, disposition: number, flags = 0): Sleeping<number> {
    return this.set_action(signal, disposition, flags, 0);
  }

  private *set_action(
    signal: number,
    handler: number,
    flags: number,
    mask: number,
  ): Sleeping<number> {
    const mark = this.memory.mark();
    const action = yield* this.memory.scratch(SIGACTION.SIZE);
    this.cpu.storeBytes(action, new Uint8Array(SIGACTION.SIZE));
    this.cpu.store32(action + SIGACTION.handler, handler);
    this.cpu.store32(action + SIGACTION.flags, flags);
    this.cpu.store32(action + SIGACTION.mask, mask);
    const result = yield* this.call(SYS.rt_sigaction, signal, action, 0, SIGSET_BYTES);
    this.memory.release(mark);
    return result;
  }

  /**
   * Runs `handler` each time the signal arrives, at the next system call or `charge`: sigaction(2)
   * with a function. `mask` is blocked meanwhile. The same function may be installed many times.
   */
  *signal(signal: number, handler: SignalHandler, flags = 0, mask = 0): Sleeping<number> {
    const known = this.handlers.indexOf(handler);
    const index = known < 0 ? this.handlers.push(handler) - 1 : known;
    this.cpu.signalEntry = this.enter;
    return yield* this.set_action(signal, FIRST_HANDLER + index, flags, mask);
  }

  /** Where the kernel enters the program for a signal. */
  private readonly enter = (name: number, signal: number): Sleeping<void> =>
    this.run_handler(name, signal);

  private *run_handler(name: number, signal: number): Sleeping<void> {
    const handler = this.handlers[name - FIRST_HANDLER];
    if (handler !== undefined) yield* handler(signal);
  }

  /** Sleeps until a signal has been handled: always -EINTR. */
  pause(): Sleeping<number> {
    return this.call(SYS.pause);
  }

  /** SIGALRM after so many seconds; 0 calls it off. The seconds that an older one had left. */
  alarm(seconds: number): Sleeping<number> {
    return this.call(SYS.alarm, seconds);
  }

  /** The present disposition of a signal, or the negative errno. */
  *get_sigaction(signal: number): Sleeping<number> {
    const mark = this.memory.mark();
    const action = yield* this.memory.scratch(SIGACTION.SIZE);
    const result = yield* this.call(SYS.rt_sigaction, signal, 0, action, SIGSET_BYTES);
    const disposition = result < 0 ? result : this.cpu.load32(action);
    this.memory.release(mark);
    return disposition;
  }

  /** Signals caught since the last call: bit n-1 for signal n. */
  take_signals(): number {
    return this.cpu.takeSignals();
  }

  /** Blocks or unblocks the signals of `mask` (bit n-1 for signal n, up to 31). */
  *sigprocmask(how: number, mask: number): Sleeping<number> {
    const mark = this.memory.mark();
    const set = yield* this.memory.scratch(SIGSET_BYTES);
    this.memory.store64(set, mask >>> 0);
    const result = yield* this.call(SYS.rt_sigprocmask, how, set, 0, SIGSET_BYTES);
    this.memory.release(mark);
    return result;
  }

  /** Starts a program: its pid, or the negative errno that its exec met. */
  *posix_spawn(request: SpawnRequest): Sleeping<number> {
    const actions = (request.actions ?? []).flatMap((action) =>
      'close' in action
        ? [SPAWN_ACTION.CLOSE, action.close, 0]
        : [SPAWN_ACTION.DUP2, action.dup2, action.to],
    );
    const words = [request.flags ?? 0, request.pgroup ?? 0, actions.length / 3, ...actions];
    const mark = this.memory.mark();
    const path = yield* this.memory.push_string(request.path);
    const argv = yield* this.memory.push_strings(request.argv);
    const envp = yield* this.memory.push_strings(request.env);
    const block = yield* this.memory.push_words(words);
    const result = yield* this.call(SYS.posix_spawn, path, argv, envp, block);
    this.memory.release(mark);
    return result;
  }

  /** Becomes another program. Returns only on failure. */
  *execve(path: string, argv: readonly string[], env: readonly string[]): Sleeping<number> {
    const mark = this.memory.mark();
    const address = yield* this.memory.push_string(path);
    const arguments_ = yield* this.memory.push_strings(argv);
    const envp = yield* this.memory.push_strings(env);
    const result = yield* this.call(SYS.execve, address, arguments_, envp);
    this.memory.release(mark);
    return result;
  }

  /** Becomes the program in an open file: fexecve(3). Returns only on failure. */
  *fexecve(fd: number, argv: readonly string[], env: readonly string[]): Sleeping<number> {
    const mark = this.memory.mark();
    const path = yield* this.memory.push_string('');
    const arguments_ = yield* this.memory.push_strings(argv);
    const envp = yield* this.memory.push_strings(env);
    const result = yield* this.call(SYS.execveat, fd, path, arguments_, envp, AT_EMPTY_PATH);
    this.memory.release(mark);
    return result;
  }

  *uname(): Sleeping<Uname | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(UTSNAME.SIZE);
    const result = yield* this.call(SYS.uname, buffer);
    const field = (offset: number): string => this.memory.load_string(buffer + offset);
    const uname = {
      sysname: field(UTSNAME.sysname),
      nodename: field(UTSNAME.nodename),
      release: field(UTSNAME.release),
      version: field(UTSNAME.version),
      machine: field(UTSNAME.machine),
    };
    this.memory.release(mark);
    return result < 0 ? result : uname;
  }

  /** Memory is in bytes, uptime in seconds. */
  *sysinfo(): Sleeping<Sysinfo | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(SYSINFO.SIZE);
    const result = yield* this.call(SYS.sysinfo, buffer);
    const unit = Math.max(1, this.cpu.load32(buffer + SYSINFO.mem_unit));
    const info = {
      uptime: this.memory.load64(buffer + SYSINFO.uptime),
      totalram: this.memory.load64(buffer + SYSINFO.totalram) * unit,
      freeram: this.memory.load64(buffer + SYSINFO.freeram) * unit,
      procs: this.cpu.load32(buffer + SYSINFO.procs) & 0xffff,
    };
    this.memory.release(mark);
    return result < 0 ? result : info;
  }

  /** syslog(2) for the actions without a buffer: CLEAR, CONSOLE_LEVEL, SIZE_BUFFER. */
  syslog(action: number, argument = 0): Sleeping<number> {
    return this.call(SYS.syslog, action, 0, argument);
  }

  /** The text of the kernel log (READ_ALL or READ_CLEAR), or the negative errno. */
  *syslog_read(action: number = SYSLOG_ACTION.READ_ALL): Sleeping<string | number> {
    const size = yield* this.syslog(SYSLOG_ACTION.SIZE_BUFFER);
    if (size < 0) return size;
    const buffer = yield* this.io_block(size);
    const count = yield* this.call(SYS.syslog, action, buffer, size);
    return count < 0 ? count : decodeUtf8(this.cpu.loadBytes(buffer, count));
  }

  *init_module(image: Uint8Array, parameters: string): Sleeping<number> {
    const mark = this.memory.mark();
    const address = yield* this.memory.scratch(image.length);
    if (address !== 0) this.cpu.storeBytes(address, image);
    const text = yield* this.memory.push_string(parameters);
    const result = yield* this.call(SYS.init_module, address, image.length, text);
    this.memory.release(mark);
    return result;
  }

  *finit_module(fd: number, parameters: string, flags = 0): Sleeping<number> {
    const mark = this.memory.mark();
    const text = yield* this.memory.push_string(parameters);
    const result = yield* this.call(SYS.finit_module, fd, text, flags);
    this.memory.release(mark);
    return result;
  }

  *delete_module(name: string, flags: number): Sleeping<number> {
    const mark = this.memory.mark();
    const text = yield* this.memory.push_string(name);
    const result = yield* this.call(SYS.delete_module, text, flags);
    this.memory.release(mark);
    return result;
  }

  *getrandom(length: number, flags = 0): Sleeping<Uint8Array | number> {
    const buffer = yield* this.io_block(length);
    const count = yield* this.call(SYS.getrandom, buffer, length, flags);
    return count < 0 ? count : this.cpu.loadBytes(buffer, count);
  }

  *tcgetattr(fd: number): Sleeping<Termios | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(TERMIOS.SIZE);
    const result = yield* this.ioctl(fd, TTY_IOCTL.TCGETS, buffer);
    const view = this.memory.view(buffer, TERMIOS.SIZE);
    this.memory.release(mark);
    if (result < 0) return result;
    return {
      iflag: view.getUint32(TERMIOS.iflag, true),
      oflag: view.getUint32(TERMIOS.oflag, true),
      cflag: view.getUint32(TERMIOS.cflag, true),
      lflag: view.getUint32(TERMIOS.lflag, true),
      line: view.getUint8(TERMIOS.line),
      cc: Array.from({ length: TERMIOS.SIZE - TERMIOS.cc }, (_, index) => {
        return view.getUint8(TERMIOS.cc + index);
      }),
    };
  }

  /** Sets the terminal; `request` is TCSETS (now), TCSETSW (drained) or TCSETSF (flushed). */
  *tcsetattr(fd: number, termios: Termios, request: number = TTY_IOCTL.TCSETSW): Sleeping<number> {
    const block = new Uint8Array(TERMIOS.SIZE);
    const view = new DataView(block.buffer);
    view.setUint32(TERMIOS.iflag, termios.iflag, true);
    view.setUint32(TERMIOS.oflag, termios.oflag, true);
    view.setUint32(TERMIOS.cflag, termios.cflag, true);
    view.setUint32(TERMIOS.lflag, termios.lflag, true);
    block[TERMIOS.line] = termios.line;
    block.set(termios.cc, TERMIOS.cc);
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(TERMIOS.SIZE);
    this.cpu.storeBytes(buffer, block);
    const result = yield* this.ioctl(fd, request, buffer);
    this.memory.release(mark);
    return result;
  }

  *isatty(fd: number): Sleeping<boolean> {
    return typeof (yield* this.tcgetattr(fd)) !== 'number';
  }

  /** Columns and rows of a terminal, or the negative errno. */
  *get_winsize(fd: number): Sleeping<{ readonly columns: number; readonly rows: number } | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(WINSIZE.SIZE);
    const result = yield* this.ioctl(fd, TTY_IOCTL.TIOCGWINSZ, buffer);
    const view = this.memory.view(buffer, WINSIZE.SIZE);
    this.memory.release(mark);
    if (result < 0) return result;
    return { columns: view.getUint16(WINSIZE.col, true), rows: view.getUint16(WINSIZE.row, true) };
  }

  *tcsetpgrp(fd: number, pgrp: number): Sleeping<number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.push_words([pgrp]);
    const result = yield* this.ioctl(fd, TTY_IOCTL.TIOCSPGRP, buffer);
    this.memory.release(mark);
    return result;
  }

  *tcgetpgrp(fd: number): Sleeping<number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.push_words([0]);
    const result = yield* this.ioctl(fd, TTY_IOCTL.TIOCGPGRP, buffer);
    const pgrp = result < 0 ? result : this.cpu.load32(buffer);
    this.memory.release(mark);
    return pgrp;
  }
}
