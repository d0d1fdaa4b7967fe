// SPDX-License-Identifier: GPL-2.0-or-later
/** The lines typed so far, kept in ~/.bash_history between sessions. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Shell } from './shell.ts';

const MAX_LINES = 1000;
/** Longer ones (a paste gone wrong) are run but not kept. */
const MAX_LENGTH = 65_536;

function historyFile(shell: Shell): string | undefined {
  const home = shell.variables.get('HOME');
  return (
    shell.variables.get('HISTFILE') ?? (home === undefined ? undefined : `${home}/.bash_history`)
  );
}

export function* loadHistory(shell: Shell): Sleeping<void> {
  const path = historyFile(shell);
  const bytes = path === undefined ? -1 : yield* shell.c.read_file(path);
  if (typeof bytes === 'number') return;
  const lines = decodeUtf8(bytes)
    .split('\n')
    .filter((line) => line !== '');
  shell.history.push(...lines.slice(-MAX_LINES));
}

/** Remembers a line as HISTCONTROL=ignoreboth does, in the file at once: a tab may just close. */
export function* addHistory(shell: Shell, text: string): Sleeping<void> {
  const line = text.replace(/\n+$/, '');
  const { history } = shell;
  if (line === '' || line.startsWith(' ') || history.at(-1) === line) return;
  if (line.length > MAX_LENGTH) return;
  history.push(line);
  if (history.length > MAX_LINES) history.shift();
  const path = historyFile(shell);
  if (path === undefined) return;
  const fd = yield* shell.c.open(path, O.WRONLY | O.CREAT | O.APPEND | O.CLOEXEC, 0o600);
  if (fd < 0) return;
  yield* shell.c.write_all(fd, `${line}\n`);
  yield* shell.c.close(fd);
}
