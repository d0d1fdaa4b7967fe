// SPDX-License-Identifier: GPL-2.0-or-later
/** strace: shows the system calls of a program, as the tool of that name does. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O, S } from '../uapi/fs.ts';
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../uapi/process.ts';
import { PTRACE } from '../uapi/ptrace.ts';
import { SIGNAL, SIG } from '../uapi/signal.ts';
import type { Libc } from './libc/libc.ts';
import { readOptions, STRACE_HELP, STRACE_LONG, STRACE_SHORT } from './strace/options.ts';
import type { StraceOptions } from './strace/options.ts';
import { ptrace } from './strace/ptrace-calls.ts';
import { Summary } from './strace/summary.ts';
import { Tracer } from './strace/tracer.ts';
import { command, errorText, has, misuse } from './support/command.ts';

/** What the program's own status is when it could not be started. */
const CANNOT_RUN = 126;

export const strace = command({
  short: STRACE_SHORT,
  long: STRACE_LONG,
  help: STRACE_HELP,
  posixly: true,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(STRACE_HELP);
      return 0;
    }
    if (has(args, 'V')) {
      c.out('strace -- version 6.1 (ringzero)\n');
      return 0;
    }
    const options = readOptions(args);
    if (typeof options === 'string') return yield* c.die(c.program, options);
    const { operands } = args;
    if (operands.length === 0 && options.pids.length === 0) {
      yield* c.err(
        `${c.program}: must have PROG [ARGS] or -p PID\n` +
          `Try '${c.program} -h' for more information.\n`,
      );
      return 1;
    }
    if (operands.length > 0 && options.pids.length > 0) {
      return yield* misuse(c, 'PROG [ARGS] and -p PID together are not supported');
    }
    const fd = yield* openOutput(c, options);
    if (fd < 0) return 1;
    return options.pids.length > 0
      ? yield* attach(c, options, fd)
      : yield* run(c, options, fd, operands);
  },
});

function* openOutput(c: Libc, { output }: StraceOptions): Sleeping<number> {
  if (output === undefined) return 2;
  const fd = yield* c.open(output, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o666);
  if (fd < 0) yield* c.die(c.program, `Can't fopen '${output}': ${errorText(fd)}`);
  return fd;
}

/** Starts a program that stops before its first call, and traces it to its end. */
function* run(
  c: Libc,
  options: StraceOptions,
  fd: number,
  [name = '', ...args]: readonly string[],
): Sleeping<number> {
  const path = yield* c.find_program(name);
  const stat = typeof path === 'number' ? path : yield* c.stat(path);
  if (typeof path === 'number' || typeof stat === 'number') {
    return yield* c.die(c.program, `Can't stat '${name}': ${errorText(Number(path))}`);
  }
  if ((stat.mode & S.IFMT) !== S.IFREG) {
    return yield* c.die(c.program, `Can't stat '${name}': No such file or directory`);
  }
  const pid = yield* c.fork(function* (child) {
    yield* ptrace(child, PTRACE.TRACEME);
    yield* child.kill(yield* child.getpid(), SIGNAL.STOP);
    const failure = yield* child.execve(path, [name, ...args], environment(child, options));
    return yield* child.die(c.program, `exec: ${errorText(failure)}`, CANNOT_RUN);
  });
  if (pid < 0) return yield* c.die(c.program, `fork: ${errorText(pid)}`);
  // The program gets what is typed; strace goes on to its end.
  for (const signal of [SIGNAL.INT, SIGNAL.QUIT]) yield* c.sigaction(signal, SIG.IGN);
  const summary = new Summary();
  const tracer = new Tracer(c, options, summary, fd, pid);
  tracer.add(pid);
  yield* tracer.run();
  yield* printSummary(c, options, summary, fd);
  const { status } = tracer;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  // strace dies as its program did.
  const signal = WTERMSIG(status);
  yield* c.sigaction(signal, SIG.DFL);
  yield* c.kill(yield* c.getpid(), signal);
  return 128 + signal;
}

function environment(c: Libc, options: StraceOptions): string[] {
  for (const text of options.environment) {
    const equals = text.indexOf('=');
    if (equals < 0) c.env.delete(text);
    else c.env.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return c.environ();
}

/** Traces processes that run already, until they end or somebody types Ctrl-C. */
function* attach(c: Libc, options: StraceOptions, fd: number): Sleeping<number> {
  const summary = new Summary();
  const tracer = new Tracer(c, options, summary, fd, 0);
  for (const pid of options.pids) {
    const failure = yield* ptrace(c, PTRACE.SEIZE, pid, 0, tracer.traceOptions);
    if (failure < 0) {
      return yield* c.die(c.program, `attach: ptrace(PTRACE_SEIZE, ${pid}): ${errorText(failure)}`);
    }
    tracer.add(pid);
    yield* ptrace(c, PTRACE.INTERRUPT, pid);
    if (!options.isQuiet) yield* c.err(`${c.program}: Process ${pid} attached\n`);
  }
  for (const signal of [SIGNAL.INT, SIGNAL.TERM, SIGNAL.HUP]) yield* c.sigaction(signal, SIG.CATCH);
  yield* tracer.run();
  yield* printSummary(c, options, summary, fd);
  return 0;
}

function* printSummary(
  c: Libc,
  options: StraceOptions,
  summary: Summary,
  fd: number,
): Sleeping<void> {
  if (options.summary !== 'none') yield* c.write_all(fd, summary.text(options.sortBy));
}
