// SPDX-License-Identifier: GPL-2.0-or-later
/** Signals that the shell caught: running traps, and ^C at an interactive shell. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { SIGNAL, SIGNAL_NAMES } from '../../uapi/signal.ts';
import { hangUpJobs, tellJobs } from './job-control.ts';
import type { Shell } from './shell.ts';

/** Handles what was caught since the last command. */
export function* handleSignals(shell: Shell): Sleeping<number> {
  const caught = shell.c.take_signals();
  let first = 0;
  if (caught === 0) return first;
  for (let signal = 1; signal < SIGNAL_NAMES.length; signal++) {
    if ((caught & (1 << (signal - 1))) === 0) continue;
    const trap = shell.traps.get(SIGNAL_NAMES[signal] ?? '');
    if (trap !== undefined) {
      first ||= signal;
      yield* runTrap(shell, trap);
    } else if (signal === SIGNAL.INT && shell.interactive) {
      // The terminal has shown ^C; the prompt begins a line of its own.
      yield* shell.c.err('\n');
      shell.flow = { kind: 'abort', status: 128 + SIGNAL.INT };
    } else if (signal === SIGNAL.CHLD && shell.options.notify) {
      yield* tellJobs(shell);
    } else if (signal === SIGNAL.HUP && shell.interactive) {
      yield* hangUpJobs(shell);
      shell.flow = { kind: 'exit', status: 128 + SIGNAL.HUP };
    }
  }
  return first;
}

/** A trap does not change `$?` of the command it came after. */
function* runTrap(shell: Shell, command: string): Sleeping<void> {
  if (command === '') return;
  const status = shell.lastStatus;
  const { flow } = shell;
  shell.flow = undefined;
  yield* shell.evaluator.runText(shell, command, 'trap');
  if (shell.flow === undefined) {
    shell.lastStatus = status;
    shell.flow = flow;
  }
}

/** The trap for EXIT, once: the status that the shell ends with. */
export function* runExitTrap(shell: Shell, status: number): Sleeping<number> {
  const trap = shell.traps.get('EXIT');
  if (trap === undefined || trap === '') return status;
  shell.traps.delete('EXIT');
  shell.lastStatus = status;
  shell.flow = undefined;
  yield* shell.evaluator.runText(shell, trap, 'trap');
  const { flow } = shell as { flow: Shell['flow'] };
  return flow?.kind === 'exit' ? flow.status : status;
}
