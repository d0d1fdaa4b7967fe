// SPDX-License-Identifier: GPL-2.0-or-later
/** mapfile and readarray: the lines of a descriptor into an array. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { SEEK } from '../../../uapi/fs.ts';
import { decodeUtf8 } from '../../../lib/utf8.ts';
import { quoteForShell } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, isIdentifier, USAGE_ERROR } from './builtin.ts';
import { ByteSource } from './read.ts';

const NEWLINE = 10;
/** How many lines lie between two calls of `-C`, unless `-c` says. */
const DEFAULT_QUANTUM = 5000;

/** Options that take a number, and what bash calls it. */
const NUMBERS = [
  ['n', 'line count'],
  ['s', 'line count'],
  ['O', 'array origin'],
  ['c', 'callback quantum'],
  ['u', 'file descriptor specification'],
] as const;

export function* runMapfile(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'td:n:O:s:u:C:c:');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  const builtin = words[0] ?? 'mapfile';
  for (const [letter, what] of NUMBERS) {
    const text = flags.get(letter);
    if (text !== undefined && !/^\d+$/.test(text)) {
      return yield* shell.fail(`${builtin}: ${text}: invalid ${what}`);
    }
  }
  const name = operands[0] ?? 'MAPFILE';
  if (!isIdentifier(name)) {
    return yield* shell.fail(`${builtin}: \`${name}': not a valid identifier`);
  }
  const fd = Number(flags.get('u') ?? 0);
  if (typeof (yield* shell.c.fstat(fd)) === 'number') {
    const reason = shell.c.strerror(-ERRNO.EBADF);
    return yield* shell.fail(`${builtin}: ${fd}: invalid file descriptor: ${reason}`);
  }
  const { variables } = shell;
  if (variables.isAssociative(name)) {
    return yield* shell.fail(`${builtin}: ${name}: not an indexed array`);
  }
  if (!flags.has('O') && !variables.setElements(name, [])) {
    return yield* shell.fail(`${name}: readonly variable`);
  }
  return yield* readAll(shell, fd, name, flags);
}

function* readAll(
  shell: Shell,
  fd: number,
  name: string,
  flags: ReadonlyMap<string, string>,
): Sleeping<number> {
  const number = (letter: string, otherwise: number): number =>
    Number(flags.get(letter) ?? otherwise);
  const limit = number('n', 0) || Number.POSITIVE_INFINITY;
  const origin = number('O', 0);
  const quantum = Math.max(1, number('c', DEFAULT_QUANTUM));
  const callback = flags.get('C');
  const given = flags.get('d');
  const delimiter = given === undefined ? NEWLINE : given === '' ? 0 : given.charCodeAt(0);
  const isSeekable = (yield* shell.c.lseek(fd, 0, SEEK.CUR)) >= 0;
  const source = new ByteSource(shell, fd, isSeekable);
  for (let skipped = number('s', 0); skipped > 0; skipped--) yield* readPiece(source, delimiter);
  for (let count = 0; count < limit; count++) {
    const piece = yield* readPiece(source, delimiter);
    if (piece.length === 0) break;
    const keepsEnd = !flags.has('t') || piece.at(-1) !== delimiter;
    const text = decodeUtf8(Uint8Array.from(keepsEnd ? piece : piece.slice(0, -1)));
    if (callback !== undefined && (count + 1) % quantum === 0) {
      const command = `${callback} ${origin + count} ${quoteForShell(text)}`;
      yield* shell.evaluator.runText(shell, command);
    }
    if (!shell.variables.setElement(name, origin + count, text)) {
      return yield* shell.fail(`${name}: readonly variable`);
    }
  }
  yield* source.giveBack();
  return 0;
}

/** Bytes up to and with the delimiter; none at the end. */
function* readPiece(source: ByteSource, delimiter: number): Sleeping<number[]> {
  const bytes: number[] = [];
  for (;;) {
    const byte = yield* source.next();
    if (byte < 0) return bytes;
    bytes.push(byte);
    if (byte === delimiter) return bytes;
  }
}
