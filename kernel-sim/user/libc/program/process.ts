// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Processes and the environment for programs.
 *
 * @subpath libc
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { ACCESS } from '../../../uapi/fs.ts';
import { SIGNAL } from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { encodeUtf8 } from '../../../lib/utf8.ts';
import type { Answer, ProgramContext } from './context.ts';

/** What a process is made of besides its memory; program.ts puts it together. */
export interface ProcessHooks {
  /** Makes the child of a fork(2), which begins in `child`; answers as `UserCpu.fork`. */
  readonly fork: (child: (argument: unknown) => unknown, argument: unknown) => number;
  /** What exit(3) does before the process ends. */
  readonly atExit: () => Sleeping<void>;
  /** What standard output has gathered is written even then: nothing of a lesson gets lost. */
  readonly atAbort: () => Sleeping<unknown>;
}

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** @exports */
export class ProcessApi {
  readonly #context: ProgramContext;
  readonly #hooks: ProcessHooks;
  readonly #env: Map<string, string>;

  constructor(context: ProgramContext, hooks: ProcessHooks, from: ProcessApi | readonly string[]) {
    this.#context = context;
    this.#hooks = hooks;
    if (from instanceof ProcessApi) {
      this.#env = new Map(from.#env);
      return;
    }
    this.#env = new Map();
    for (const entry of from) {
      const equals = entry.indexOf('=');
      if (equals > 0) this.#env.set(entry.slice(0, equals), entry.slice(equals + 1));
    }
  }

  // ---- Beginning and ending -----------------------------------------------------------------

  /**
   * Makes a child process: fork(2), but that the child begins in `child` instead of here, and ends
   * with what it returns. It has a copy of everything.
   *
   * @param child a function of the file itself, no closure
   * @param argument handed to `child`, copied
   * @returns the child's pid, or -1
   */
  fork<T>(child: (argument: T) => number | void, argument?: T): Answer<number> {
    const start = child as (argument: unknown) => unknown;
    return this.#context.answer(this.#hooks.fork(start, argument));
  }

  /** Becomes another program: execve(2). Returns only when it fails: -1. */
  execve(path: string, argv: readonly string[], env?: readonly string[]): Answer<number> {
    return this.#context.later(this.#exec(SYS.execve, path, argv, env ?? this.#environ()));
  }

  /** The same with the environment that there is: execv(3). */
  execv(path: string, argv: readonly string[]): Answer<number> {
    return this.execve(path, argv);
  }

  /** The same for a command that is looked for in PATH: execvp(3). */
  execvp(file: string, argv: readonly string[]): Answer<number> {
    return this.#context.later(this.#searched(SYS.execve, file, argv));
  }

  /** Starts a program in a child process: posix_spawn(3). The pid, or -1. */
  posix_spawn(path: string, argv: readonly string[], env?: readonly string[]): Answer<number> {
    return this.#context.later(this.#exec(SYS.posix_spawn, path, argv, env ?? this.#environ()));
  }

  /** The same for a command that is looked for in PATH: posix_spawnp(3). */
  posix_spawnp(file: string, argv: readonly string[]): Answer<number> {
    return this.#context.later(this.#searched(SYS.posix_spawn, file, argv));
  }

  *#searched(number: number, file: string, argv: readonly string[]): Sleeping<number> {
    const context = this.#context;
    if (file.includes('/')) return yield* this.#exec(number, file, argv, this.#environ());
    if ((yield* context.scratch()) === 0) return -1;
    let failure: number = ERRNO.ENOENT;
    for (const folder of (this.#env.get('PATH') ?? DEFAULT_PATH).split(':')) {
      const path = folder === '' ? `./${file}` : `${folder}/${file}`;
      const isThere = yield* context.callLater(SYS.access, context.putPath(path), ACCESS.X_OK);
      if (isThere !== 0) continue;
      const result = yield* this.#exec(number, path, argv, this.#environ());
      if (result >= 0 || context.thread.errno !== ERRNO.EACCES) return result;
      failure = ERRNO.EACCES;
    }
    return context.fail(failure);
  }

  *#exec(
    number: number,
    path: string,
    argv: readonly string[],
    env: readonly string[],
  ): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const argvAt = yield* this.#strings(argv);
    const envAt = argvAt === 0 ? 0 : yield* this.#strings(env);
    if (envAt === 0) return -1;
    const result = yield* context.callLater(number, context.putPath(path), argvAt, envAt, 0);
    context.memory.free(envAt);
    context.memory.free(argvAt);
    return result;
  }

  /** A NULL-terminated array of strings in memory; 0 with `errno` set when there is none. */
  *#strings(texts: readonly string[]): Sleeping<number> {
    const context = this.#context;
    const pieces = Array.from(texts, (text) => encodeUtf8(`${text}\0`));
    const tableBytes = 8 * (pieces.length + 1);
    const size = pieces.reduce((sum, piece) => sum + piece.length, tableBytes);
    const address = yield* context.allocate(size);
    if (address === 0) return 0;
    let at = address + tableBytes;
    for (const [index, piece] of pieces.entries()) {
      context.memory.store64(address + 8 * index, at);
      context.cpu.storeBytes(at, piece);
      at += piece.length;
    }
    context.memory.store64(address + 8 * pieces.length, 0);
    return address;
  }

  /**
   * Waits for a child to end: waitpid(2). Puts its status into `status[0]`.
   *
   * @param pid the child, or -1 for any
   * @returns its pid, 0 with WNOHANG when none has ended, or -1
   */
  waitpid(pid: number, status?: number[], options = 0): Answer<number> {
    return this.#context.later(this.#waitpid(pid, status, options));
  }

  /** Waits for any child to end: wait(2). */
  wait(status?: number[]): Answer<number> {
    return this.waitpid(-1, status);
  }

  *#waitpid(pid: number, status: number[] | undefined, options: number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const result = yield* context.callLater(SYS.wait4, pid, context.out, options, 0);
    if (result > 0 && status !== undefined) status[0] = context.cpu.load32(context.out);
    return result;
  }

  /** True when a child ended by itself: wait(2). */
  WIFEXITED(status: number): boolean {
    return (status & 0x7f) === 0;
  }

  /** The exit status of such a child. */
  WEXITSTATUS(status: number): number {
    return (status >>> 8) & 0xff;
  }

  /** True when a signal ended a child. */
  WIFSIGNALED(status: number): boolean {
    return (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
  }

  /** The signal that did. */
  WTERMSIG(status: number): number {
    return status & 0x7f;
  }

  /** Ends the process: exit(3). Runs what atexit(3) was given and writes what was not written. */
  exit(status: number): Answer<never> {
    return this.#context.later(this.#exit(status));
  }

  *#exit(status: number): Sleeping<never> {
    yield* this.#hooks.atExit();
    return yield* this.#leave(status);
  }

  /** Ends the process at once: _exit(2). */
  _exit(status: number): Answer<never> {
    return this.#context.later(this.#leave(status));
  }

  *#leave(status: number): Sleeping<never> {
    yield* this.#context.callLater(SYS.exit_group, status & 0xff);
    throw this.#context.kill(SIGNAL.KILL); // Not reached: the kernel does not come back.
  }

  /** Ends the process by SIGABRT: abort(3). */
  abort(): Answer<never> {
    return this.#context.later(this.#abort());
  }

  *#abort(): Sleeping<never> {
    yield* this.#hooks.atAbort();
    throw this.#context.kill(SIGNAL.ABRT);
  }

  // ---- The environment ------------------------------------------------------------------------

  /** A variable of the environment: getenv(3). */
  getenv(name: string): string | null {
    return this.#env.get(name) ?? null;
  }

  /** Sets one, unless it is set already and `overwrite` is 0: setenv(3). */
  setenv(name: string, value: string, overwrite = 1): number {
    if (name === '' || name.includes('=')) return this.#context.fail(ERRNO.EINVAL);
    if (overwrite !== 0 || !this.#env.has(name)) this.#env.set(name, String(value));
    return 0;
  }

  /** Removes one: unsetenv(3). */
  unsetenv(name: string): number {
    this.#env.delete(name);
    return 0;
  }

  #environ(): string[] {
    return Array.from(this.#env, ([name, value]) => `${name}=${value}`);
  }
}
