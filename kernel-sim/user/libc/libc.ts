// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The C library: what a program has in place of raw traps. One `Libc` per process.
 *
 * The calls are in file-calls.ts, process-calls.ts and sched-calls.ts (their convention: numbers,
 * failure is a negative errno); here are argv, the environment, buffered output, forking, and the
 * frame of a program, `defineProgram`.
 *
 *     export const hello = defineProgram(function* (c) {
 *       c.out(`hello, ${c.argv[1] ?? 'world'}\n`);
 *       return 0;
 *     });
 */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO, strerror } from '../../uapi/errno.ts';
import { ACCESS, S } from '../../uapi/fs.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import type { Program, UserCpu } from '../../uapi/user-cpu.ts';
import { spellings, type OptionSpec } from './getopt.ts';
import { SocketCalls } from './socket-calls.ts';
import { LineReader, OutputStream } from './stdio.ts';

/** Where commands are looked for when PATH is not set. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export class Libc extends SocketCalls {
  readonly argv: readonly string[];
  /** The environment in its order. Changes reach the programs that are started with `environ()`. */
  readonly env: Map<string, string>;
  readonly stdout: OutputStream;

  /** `parent` is given in a fork's child (see `fork`): its memory is a copy of the parent's. */
  constructor(cpu: UserCpu, parent?: Libc) {
    super(cpu, parent);
    this.stdout = new OutputStream(this, 1);
    if (parent !== undefined) {
      this.argv = parent.argv;
      this.env = new Map(parent.env);
      return;
    }
    const { strings: argv, end } = this.memory.load_strings(cpu.initialStack + 8);
    this.argv = argv;
    this.env = new Map();
    for (const entry of this.memory.load_strings(end).strings) {
      const equals = entry.indexOf('=');
      if (equals > 0) this.env.set(entry.slice(0, equals), entry.slice(equals + 1));
    }
  }

  /** The name the program was called by, as its messages begin. */
  get program(): string {
    return this.argv[0] ?? '';
  }

  /** The environment as `NAME=value` strings. */
  environ(): string[] {
    return Array.from(this.env, ([name, value]) => `${name}=${value}`);
  }

  /** Adds to standard output. True: the buffer is full, `yield* c.flush()` (loops should look). */
  out(data: string | Uint8Array): boolean {
    return this.stdout.put(data);
  }

  /** Adds to standard output and writes when the buffer is full: 0 or a negative errno. */
  *print(data: string | Uint8Array): Sleeping<number> {
    return this.stdout.put(data) ? yield* this.stdout.flush() : this.stdout.error;
  }

  /** Writes what `out` has gathered: 0 or a negative errno. */
  flush(): Sleeping<number> {
    return this.stdout.flush();
  }

  /** Writes to standard error at once, after what standard output has gathered. */
  *err(text: string): Sleeping<void> {
    yield* this.stdout.flush();
    yield* this.write_all(2, text);
  }

  /** `PROGRAM: MESSAGE` on standard error; gives `status`, so `return yield* c.die(...)`. */
  *die(program: string, message: string, status = 1): Sleeping<number> {
    yield* this.err(`${program}: ${message}\n`);
    return status;
  }

  /** The text of a negative errno. */
  strerror(negative_errno: number): string {
    return strerror(-negative_errno);
  }

  /** Reads `fd` line by line. */
  lines(fd: number): LineReader {
    return new LineReader(this, fd);
  }

  /**
   * fork(2): the child begins in `child` with a library of its own, and nothing of the parent's
   * unwritten output. Returns the pid or a negative errno.
   */
  *fork(child: (c: Libc) => Sleeping<number>): Sleeping<number> {
    const result = this.cpu.fork((cpu) => run_main(new Libc(cpu, this), child));
    return result === WOULD_BLOCK ? yield* this.cpu.wait() : result;
  }

  /** The file that `name` runs, as execvp(3) finds it, or -ENOENT or -EACCES. */
  *find_program(name: string, path?: string): Sleeping<string | number> {
    if (name.includes('/')) {
      const stat = yield* this.stat(name);
      if (typeof stat === 'number') return stat;
      return name;
    }
    let failure: number = -ERRNO.ENOENT;
    for (const directory of (path ?? this.env.get('PATH') ?? DEFAULT_PATH).split(':')) {
      const file = directory === '' ? `./${name}` : `${directory}/${name}`;
      const stat = yield* this.stat(file);
      if (typeof stat === 'number' || (stat.mode & S.IFMT) !== S.IFREG) continue;
      if ((yield* this.access(file, ACCESS.X_OK)) === 0) return file;
      failure = -ERRNO.EACCES;
    }
    return failure;
  }
}

/**
 * A program from its main function. What it wrote to `c.out` reaches its standard output. `options`
 * is what `main` gives to `getopt`: the executable tells of it.
 */
export function defineProgram(main: (c: Libc) => Sleeping<number>, options?: OptionSpec): Program {
  const program = (cpu: UserCpu): Sleeping<number> => run_main(new Libc(cpu), main);
  return options === undefined ? program : Object.assign(program, { options: spellings(options) });
}

/** Runs `main`, flushes and leaves, as exit(3) does. */
function* run_main(c: Libc, main: (c: Libc) => Sleeping<number>): Sleeping<number> {
  const status = yield* main(c);
  const failure = yield* c.flush();
  if (failure === 0) return yield* c.call(SYS.exit_group, status & 0xff);
  if (failure !== -ERRNO.EPIPE) {
    yield* c.write_all(2, `${c.program}: write error: ${strerror(-failure)}\n`);
  }
  return yield* c.call(SYS.exit_group, status === 0 ? 1 : status & 0xff);
}
