// SPDX-License-Identifier: GPL-2.0-or-later
/** Functions written out again, as type and declare show them. */
import { print } from 'unbash/printer';

import type { ShellFunction } from '../shell.ts';

/** `name () ` and its body. Differs from bash: laid out by unbash's printer. */
export function showFunction(name: string, found: ShellFunction): string {
  const { node, source } = found;
  const { body } = node;
  const list = body.type === 'BraceGroup' ? body.body.commands : undefined;
  if (list === undefined) return `${name} () ${source.text.slice(body.pos, body.end)}\n`;
  const inside = print({
    type: 'Script',
    pos: body.pos,
    end: body.end,
    shebang: undefined,
    commands: list,
  });
  const lines = inside.trimEnd().split('\n');
  return `${name} () \n{ \n${lines.map((line) => `    ${line}`).join('\n')}\n}\n`;
}
