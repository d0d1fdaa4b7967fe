// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Commands from a pipe or a redirected standard input: read no further than the command that is
 * being run, since it may read the rest itself.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { SEEK } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { reportSyntax } from './evaluate.ts';
import { parseShell, SourceText } from './parse.ts';
import type { Shell } from './shell.ts';

const NEWLINE = 10;
const CHUNK = 512;

/** Runs what `fd` gives until it ends or the shell exits. */
export function* runStream(shell: Shell, fd: number): Sleeping<number> {
  const isSeekable = (yield* shell.c.lseek(fd, 0, SEEK.CUR)) >= 0;
  let firstLine = 1;
  shell.origin = 'main';
  for (;;) {
    const lines: string[] = [];
    let wanted = '';
    let parsed;
    let atEnd = false;
    for (;;) {
      const line = yield* readLine(shell, fd, isSeekable);
      atEnd = line === undefined;
      if (line !== undefined) lines.push(line);
      if (line !== undefined && shell.options.verbose) yield* shell.c.err(line);
      // A long here-document or function is not parsed again for each of its lines.
      if (!atEnd && parsed !== undefined && !(line ?? '').includes(wanted)) continue;
      parsed = parseShell(lines.join(''));
      if (parsed.kind !== 'incomplete' || atEnd) break;
      wanted = parsed.wanted;
    }
    const source = new SourceText(lines.join(''), firstLine);
    firstLine += lines.length;
    if (parsed.kind === 'complete' || (parsed.kind === 'incomplete' && parsed.atHereDoc)) {
      yield* shell.evaluator.runScript(shell, parsed.script, source);
    } else {
      shell.lastStatus = yield* reportSyntax(shell, source, parsed);
      return shell.lastStatus;
    }
    const { flow } = shell as { flow: Shell['flow'] };
    if (flow?.kind === 'abort' && flow.isFatal !== true && !atEnd) {
      shell.lastStatus = flow.status;
      shell.flow = undefined;
    }
    if (shell.flow !== undefined || atEnd) return shell.lastStatus;
  }
}

/** One line with its newline; undefined at the end. */
function* readLine(shell: Shell, fd: number, isSeekable: boolean): Sleeping<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const chunk = yield* shell.c.read(fd, isSeekable ? CHUNK : 1);
    if (chunk === -ERRNO.EINTR) {
      yield* shell.handleSignals();
      continue;
    }
    if (typeof chunk === 'number' || chunk.length === 0) break;
    const newline = chunk.indexOf(NEWLINE);
    const used = newline < 0 ? chunk.length : newline + 1;
    for (let index = 0; index < used; index++) bytes.push(chunk[index] ?? 0);
    if (newline < 0) continue;
    if (used < chunk.length) yield* shell.c.lseek(fd, used - chunk.length, SEEK.CUR);
    break;
  }
  return bytes.length === 0 ? undefined : decodeUtf8(Uint8Array.from(bytes));
}
