// SPDX-License-Identifier: GPL-2.0-or-later
/** `$(< FILE)`: the content of a file, without a command. */
import type { ParsedScript, Redirection } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { applyRedirections, openRedirections } from './redirect.ts';
import type { Shell } from './shell.ts';

const PIECE_BYTES = 65_536;

/** `< FILE`, where it is all that stands between the parentheses. */
export function onlyFile({ commands }: ParsedScript): Redirection | undefined {
  const [statement, ...others] = commands;
  if (statement?.command.type !== 'Command' || others.length > 0) return undefined;
  const { name, prefix } = statement.command;
  const [first, ...more] = prefix;
  if (first?.type !== 'Redirect' || first.operator !== '<') return undefined;
  const { descriptor } = first;
  const isInput = descriptor === undefined || ('value' in descriptor && descriptor.value === 0);
  const isAlone = name === undefined && more.length === 0 && statement.background !== true;
  return isInput && isAlone ? first : undefined;
}

/** Copies the file to standard output, in a child that does nothing else. */
export function* showFile(shell: Shell, file: Redirection): Sleeping<number> {
  const opened = yield* openRedirections(shell, [file]);
  if (opened === undefined) return 1;
  yield* applyRedirections(shell, opened, true);
  for (;;) {
    const bytes = yield* shell.c.read(0, PIECE_BYTES);
    if (typeof bytes === 'number') return 1;
    if (bytes.length === 0 || (yield* shell.c.write_all(1, bytes)) < 0) return 0;
  }
}
