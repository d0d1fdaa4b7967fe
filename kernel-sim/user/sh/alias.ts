// SPDX-License-Identifier: GPL-2.0-or-later
/** Aliases. Differs from bash: they are looked up when a command runs, not when it is read. */
import type { Command } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Shell } from './shell.ts';

/** The alias that the command's first word names, unless it is being expanded already. */
export function aliasOf(shell: Shell, node: Command): string | undefined {
  if (!shell.shopt.expand_aliases || shell.aliases.size === 0 || node.name === undefined) {
    return undefined;
  }
  const { text, value } = node.name;
  if (text !== value || shell.activeAliases.has(text)) return undefined;
  return shell.aliases.get(text);
}

/** Runs the command with the alias in place of its first word. */
export function* runAlias(shell: Shell, node: Command, alias: string): Sleeping<number> {
  const name = node.name?.text ?? '';
  const { text } = shell.source;
  const before = text.slice(node.pos, node.name?.pos);
  let after = text.slice(node.name?.end, node.end);
  // An alias that ends in a blank lets the word after it be one, too.
  const [next] = node.args;
  if (/\s$/.test(alias) && next?.type === 'Word' && next.text === next.value) {
    const following = shell.aliases.get(next.text);
    if (following !== undefined) after = ` ${following}${text.slice(next.end, node.end)}`;
  }
  shell.activeAliases.add(name);
  const status = yield* shell.evaluator.runText(shell, before + alias + after);
  shell.activeAliases.delete(name);
  return status;
}
