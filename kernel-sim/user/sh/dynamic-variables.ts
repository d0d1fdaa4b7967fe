// SPDX-License-Identifier: GPL-2.0-or-later
/** Variables that are made when they are read: what the shell, the clock and the machine say. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { optionNames } from './options.ts';
import type { Shell } from './shell.ts';
import { SHOPT_NAMES } from './shopt.ts';

const CLOCK_REALTIME = 0;

/** Gives a new shell its variables of this kind. */
export function defineDynamic(shell: Shell): void {
  const { dynamic, dynamicArrays } = shell.variables;
  dynamic.set('BASH_SUBSHELL', () => String(shell.subshellDepth));
  dynamic.set('SHELLOPTS', () => optionNames(shell.options));
  dynamic.set('BASHOPTS', () => SHOPT_NAMES.filter((name) => shell.shopt[name]).join(':'));
  dynamic.set('SECONDS', () => String(Math.floor((shell.clockNs - shell.startNs) / 1e9)));
  dynamic.set('EPOCHSECONDS', () => String(Math.floor(shell.clockNs / 1e9)));
  dynamic.set('EPOCHREALTIME', () => (Math.floor(shell.clockNs / 1000) / 1e6).toFixed(6));
  dynamic.set('BASH_COMMAND', () => shell.commandText());
  dynamicArrays.set('DIRSTACK', () => [
    shell.variables.get('PWD') ?? '/',
    ...shell.directories.toReversed(),
  ]);
  dynamic.set('_', () => shell.lastWord);
  dynamic.set('HISTCMD', () => String(shell.history.length + 1));
  dynamicArrays.set('PIPESTATUS', () => shell.pipeStatus.map(String));
  dynamicArrays.set('FUNCNAME', () => functionNames(shell));
  dynamicArrays.set('BASH_SOURCE', () => sources(shell));
  dynamicArrays.set('BASH_LINENO', () => callLines(shell));
}

/** Variables that ask the clock: `readClock` comes before they are read. */
export const CLOCKS: ReadonlySet<string> = new Set(['SECONDS', 'EPOCHSECONDS', 'EPOCHREALTIME']);

/** Notes the time of day. */
export function* readClock(shell: Shell): Sleeping<void> {
  const now = yield* shell.c.clock_gettime(CLOCK_REALTIME);
  if (typeof now === 'number') return;
  shell.clockNs = now.seconds * 1e9 + now.nanoseconds;
  if (shell.startNs === 0) shell.startNs = shell.clockNs;
}

/** Whether commands come from a file, whose text then counts as one more call: of `main`. */
function hasMain(shell: Shell): boolean {
  return shell.scriptFile !== undefined;
}

function functionNames(shell: Shell): string[] {
  // Outside of functions there is no FUNCNAME, not even in a sourced file.
  if (shell.frames.every(({ name }) => name === 'source')) return [];
  const names = shell.frames.map(({ name }) => name).toReversed();
  return hasMain(shell) ? [...names, 'main'] : names;
}

function sources(shell: Shell): string[] {
  const files = shell.frames.map(({ file }) => file).toReversed();
  return shell.scriptFile === undefined ? files : [...files, shell.scriptFile];
}

function callLines(shell: Shell): string[] {
  const lines = shell.frames.map(({ line }) => String(line)).toReversed();
  return hasMain(shell) ? [...lines, '0'] : lines;
}
