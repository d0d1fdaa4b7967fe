// SPDX-License-Identifier: GPL-2.0-or-later
/** All builtins by name. */
import type { Builtin } from './builtin.ts';
import { runDeclare, runExport, runReadonly } from './declare.ts';
import { runCd, runPwd, runUmask } from './directory.ts';
import { runDirs, runPopd, runPushd } from './directory-stack.ts';
import { runEval, runExit, runFalse, runLoopJump, runReturn, runSource, runTrue } from './flow.ts';
import { runDisown, runForeBackground, runJobs, runSuspend, runWait } from './jobs.ts';
import { runKill } from './kill.ts';
import {
  runAlias,
  runBuiltinBuiltin,
  runCommandBuiltin,
  runHash,
  runType,
  runUnalias,
} from './lookup.ts';
import { runSet, runShopt } from './options.ts';
import { runEcho, runPrintf } from './print.ts';
import { runMapfile } from './mapfile.ts';
import { runRead } from './read.ts';
import { runCaller, runEnable } from './introspect.ts';
import { runHelp, runHistory, runTimes, runTrap } from './session.ts';
import { runTest } from './test.ts';
import { runUlimit } from './ulimit.ts';
import { runGetopts, runLet, runShift, runUnset } from './variables.ts';

const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['.', runSource],
  [':', runTrue],
  ['[', runTest],
  ['alias', runAlias],
  ['bg', runForeBackground],
  ['break', runLoopJump],
  ['builtin', (shell, words) => runBuiltinBuiltin(shell, words, isBuiltin)],
  ['caller', runCaller],
  ['cd', (shell, words) => runCd(shell, words)],
  ['command', (shell, words) => runCommandBuiltin(shell, words, isBuiltin)],
  ['continue', runLoopJump],
  ['declare', runDeclare],
  ['dirs', runDirs],
  ['disown', runDisown],
  ['echo', runEcho],
  ['enable', (shell, words) => runEnable(shell, words, builtinNames())],
  ['eval', runEval],
  // command.ts does exec itself, since its redirections stay.
  ['exec', runTrue],
  ['exit', runExit],
  ['export', runExport],
  ['false', runFalse],
  ['fg', runForeBackground],
  ['getopts', runGetopts],
  ['hash', runHash],
  ['help', runHelp],
  ['history', runHistory],
  ['jobs', runJobs],
  ['kill', runKill],
  ['let', runLet],
  ['local', runDeclare],
  ['logout', runExit],
  ['mapfile', runMapfile],
  ['popd', runPopd],
  ['printf', runPrintf],
  ['pushd', runPushd],
  ['pwd', runPwd],
  ['read', runRead],
  ['readarray', runMapfile],
  ['readonly', runReadonly],
  ['return', runReturn],
  ['set', runSet],
  ['shift', runShift],
  ['shopt', runShopt],
  ['source', runSource],
  ['suspend', runSuspend],
  ['test', runTest],
  ['times', runTimes],
  ['trap', runTrap],
  ['true', runTrue],
  ['type', (shell, words) => runType(shell, words, isBuiltin)],
  ['typeset', runDeclare],
  ['ulimit', runUlimit],
  ['umask', runUmask],
  ['unalias', runUnalias],
  ['unset', runUnset],
  ['wait', runWait],
]);

export function findBuiltin(name: string): Builtin | undefined {
  return BUILTINS.get(name);
}

function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

/** For completion. */
export function builtinNames(): string[] {
  return [...BUILTINS.keys()];
}
