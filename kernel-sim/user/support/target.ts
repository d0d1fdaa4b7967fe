// SPDX-License-Identifier: GPL-2.0-or-later
/** `SOURCE DEST`, `SOURCE... DIRECTORY`, `-t DIRECTORY SOURCE...`: as cp, mv and ln read them. */
import { ERRNO } from '../../uapi/errno.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText, has, misuse, valueOf, type ParsedCommandLine } from './command.ts';
import { baseName, isDirectory, joinPath } from './files.ts';
import { quoted } from './locale.ts';
import { quoteAlways } from './quote.ts';

export const TARGET_SHORT = 't:T';
export const TARGET_LONG: Readonly<Record<string, string>> = {
  'target-directory': 't:',
  'no-target-directory': 'T',
};

export interface Pair {
  readonly from: string;
  readonly to: string;
}

/** What goes where, or the exit status after a complaint. */
export function* destinations(
  c: Libc,
  args: ParsedCommandLine,
): Sleeping<readonly Pair[] | number> {
  const { operands } = args;
  const directory = valueOf(args, 't');
  const [first] = operands;
  if (first === undefined) return yield* misuse(c, 'missing file operand');
  if (directory !== undefined) return into(operands, directory);
  const last = operands.at(-1) ?? '';
  if (operands.length === 1) {
    return yield* misuse(c, `missing destination file operand after ${quoteAlways(first)}`);
  }
  if (has(args, 'T')) {
    const extra = operands[2];
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    return [{ from: first, to: last }];
  }
  const stat = yield* c.stat(last);
  if (isDirectory(stat)) return into(operands.slice(0, -1), last);
  if (operands.length === 2) return [{ from: first, to: last }];
  const reason = typeof stat === 'number' ? stat : -ERRNO.ENOTDIR;
  const isMissing = reason === -ERRNO.ENOENT;
  const text = isMissing ? errorText(reason) : errorText(-ERRNO.ENOTDIR);
  yield* c.err(`${c.program}: target ${quoteAlways(last)}: ${text}\n`);
  return 1;
}

function into(sources: readonly string[], directory: string): readonly Pair[] {
  return sources.map((from) => ({ from, to: joinPath(directory, baseName(from)) }));
}
