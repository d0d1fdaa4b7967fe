// SPDX-License-Identifier: GPL-2.0-or-later
/** A copy of the shell in a child process: for `( )`, pipelines, `&` and substitutions. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { SIG, SIGNAL } from '../../uapi/signal.ts';
import type { Libc } from '../libc/libc.ts';
import { failFork, forkPatiently } from './fork.ts';
import { flushOutput } from './output.ts';
import type { Shell } from './shell.ts';
import { runExitTrap } from './traps.ts';

export interface ChildSetup {
  /** Descriptors that become the child's standard input and output. */
  readonly input?: number;
  readonly output?: number;
  /** Standard error goes where standard output goes (`|&`). */
  readonly errorToo?: boolean;
  readonly closes?: readonly number[];
  /** With job control: the process group to join, 0 for a new one. */
  readonly group?: number;
  /** The child's group takes the terminal. */
  readonly foreground?: boolean;
  /** A background job without job control does not hear ^C. */
  readonly deaf?: boolean;
}

/** Signals that an interactive shell handles and its children must not. */
const INTERACTIVE_SIGNALS = [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.TERM, SIGNAL.WINCH, SIGNAL.HUP];
/** Those that it ignores, and so do its children unless they are a job of their own. */
const STOP_SIGNALS = [SIGNAL.TSTP, SIGNAL.TTIN, SIGNAL.TTOU];

/** Starts `body` in a child with a copy of `shell`: its pid, or the negative errno of a fork. */
export function* runInChild(
  shell: Shell,
  setup: ChildSetup,
  body: (child: Shell) => Sleeping<number>,
): Sleeping<number> {
  yield* flushOutput(shell);
  const snapshot = shell.snapshot();
  const traps = [...shell.traps.keys()];
  const wasInteractive = shell.interactive;
  const main = function* (c: Libc): Sleeping<number> {
    const child = snapshot.adopt(c);
    child.terminal = setup.group === undefined ? -1 : shell.terminal;
    yield* setUpSignals(child, setup, traps, wasInteractive);
    child.terminal = -1;
    child.hasJobControl = false;
    for (const fd of child.saved) yield* c.close(fd);
    child.saved.clear();
    yield* setUpStreams(child, setup);
    return yield* finish(child, body);
  };
  const pid = yield* forkPatiently(shell, () => shell.c.fork(main));
  if (pid < 0 && pid !== -ERRNO.EAGAIN) yield* failFork(shell, pid);
  return pid;
}

function* finish(child: Shell, body: (child: Shell) => Sleeping<number>): Sleeping<number> {
  let status = yield* body(child);
  if (child.flow !== undefined && 'status' in child.flow) status = child.flow.status;
  child.flow = undefined;
  child.lastStatus = status;
  status = yield* runExitTrap(child, status);
  yield* flushOutput(child);
  return status & 0xff;
}

function* setUpSignals(
  child: Shell,
  setup: ChildSetup,
  traps: readonly string[],
  wasInteractive: boolean,
): Sleeping<void> {
  const { c } = child;
  if (setup.group !== undefined) {
    yield* c.setpgid(0, setup.group);
    if (setup.foreground === true && child.terminal >= 0) {
      yield* c.tcsetpgrp(child.terminal, yield* c.getpgrp());
    }
  }
  if (wasInteractive) {
    for (const signal of INTERACTIVE_SIGNALS) yield* c.sigaction(signal, SIG.DFL);
  }
  if (setup.group !== undefined) {
    for (const signal of STOP_SIGNALS) yield* c.sigaction(signal, SIG.DFL);
  }
  for (const name of traps) {
    const signal = (SIGNAL as Readonly<Record<string, number>>)[name];
    if (signal !== undefined && !child.traps.has(name)) yield* c.sigaction(signal, SIG.DFL);
  }
  if (setup.deaf === true) {
    yield* c.sigaction(SIGNAL.INT, SIG.IGN);
    yield* c.sigaction(SIGNAL.QUIT, SIG.IGN);
  }
}

function* setUpStreams(child: Shell, setup: ChildSetup): Sleeping<void> {
  const { c } = child;
  if (setup.input !== undefined) yield* c.dup2(setup.input, 0);
  if (setup.output !== undefined) yield* c.dup2(setup.output, 1);
  if (setup.errorToo === true) yield* c.dup2(1, 2);
  for (const fd of setup.closes ?? []) yield* c.close(fd);
  for (const fd of [setup.input, setup.output]) {
    if (fd !== undefined && fd > 2) yield* c.close(fd);
  }
}
