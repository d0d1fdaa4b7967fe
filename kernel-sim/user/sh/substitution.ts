// SPDX-License-Identifier: GPL-2.0-or-later
/** `$(…)` and `<(…)`: the shell's copy in a child, its output through a pipe. */
import type { CommandExpansionPart, ParsedScript, ProcessSubstitutionPart } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { statusCode } from './jobs.ts';
import { SourceText } from './parse.ts';
import type { Shell } from './shell.ts';
import { runInChild } from './subshell.ts';

/** The output without its last newlines. Undefined: no pipe or no process; it has been said. */
export function* substituteCommand(
  shell: Shell,
  part: CommandExpansionPart,
): Sleeping<string | undefined> {
  const { script } = part;
  if (script === undefined) return '';
  const { c } = shell;
  const ends = yield* c.pipe2(O.CLOEXEC);
  if (typeof ends === 'number') return yield* cannot(shell, 'make pipe', ends);
  const [reader, writer] = ends;
  const pid = yield* runInChild(shell, { output: writer }, (child) => {
    if (!child.shopt.inherit_errexit) child.options.errexit = false;
    child.traceDepth++;
    return runPart(child, script);
  });
  yield* c.close(writer);
  if (pid < 0) {
    yield* c.close(reader);
    return undefined;
  }
  const bytes = yield* readAll(shell, reader);
  yield* c.close(reader);
  shell.substitutionStatus = yield* waitFor(shell, pid);
  const text = bytes.filter((byte) => byte !== 0);
  if (text.length < bytes.length) {
    yield* shell.complain('warning: command substitution: ignored null byte in input');
  }
  return decodeUtf8(text).replace(/\n+$/, '');
}

function* cannot(shell: Shell, what: string, errno: number): Sleeping<undefined> {
  yield* shell.complain(`cannot ${what} for command substitution: ${shell.c.strerror(errno)}`);
  shell.flow = { kind: 'abort', status: 1 };
  return undefined;
}

function runPart(child: Shell, script: ParsedScript): Sleeping<number> {
  // Backquotes with escapes in them own a text of their own.
  const source =
    script.source === undefined ? child.source : new SourceText(script.source, child.line);
  return child.evaluator.runSubstituted(child, script, source);
}

/** Reads to the end of file, however often a caught signal comes between. */
function* readAll(shell: Shell, fd: number): Sleeping<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = yield* shell.c.read(fd, 65_536);
    if (piece === -ERRNO.EINTR) continue;
    if (typeof piece === 'number' || piece.length === 0) break;
    pieces.push(piece);
    total += piece.length;
  }
  const all = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function* waitFor(shell: Shell, pid: number): Sleeping<number> {
  for (;;) {
    const waited = yield* shell.c.wait4(pid);
    if (waited === -ERRNO.EINTR) continue;
    return typeof waited === 'number' ? 127 : statusCode(waited.status);
  }
}

/** The number that the first file of a command's substitutions gets; others count down. */
const FIRST_FILE = 63;

/** `<(…)` and `>(…)`: a pipe to a child, named through /dev/fd until the command is over. */
export function* substituteProcess(
  shell: Shell,
  part: ProcessSubstitutionPart,
): Sleeping<string | undefined> {
  const { script, operator } = part;
  if (script === undefined) return '';
  const { c } = shell;
  const ends = yield* c.pipe2(O.CLOEXEC);
  if (typeof ends === 'number') return yield* cannot(shell, 'make pipe', ends);
  const isInput = operator === '<';
  const [ours, theirs] = isInput ? ends : [ends[1], ends[0]];
  const fd = FIRST_FILE - shell.substitutionFiles.length;
  const setup = isInput ? { output: theirs, closes: [ours] } : { input: theirs, closes: [ours] };
  const pid = yield* runInChild(shell, setup, function* (child) {
    for (const file of child.substitutionFiles.splice(0)) yield* child.c.close(file);
    child.traceDepth++;
    return yield* runPart(child, script);
  });
  yield* c.close(theirs);
  if (pid < 0) {
    yield* c.close(ours);
    return undefined;
  }
  // Without O_CLOEXEC: the program that gets the name opens it.
  yield* c.dup2(ours, fd);
  yield* c.close(ours);
  shell.substitutionFiles.push(fd);
  shell.lastBackground = pid;
  return `/dev/fd/${fd}`;
}

/** Closes the files that a command's substitutions made since there were `before` of them. */
export function* closeSubstitutions(shell: Shell, before: number): Sleeping<void> {
  if (shell.substitutionFiles.length <= before) return;
  for (const fd of shell.substitutionFiles.splice(before)) yield* shell.c.close(fd);
}
