// SPDX-License-Identifier: GPL-2.0-or-later
/** chown: changes owner and group. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { getgrnam, getpwnam } from './libc/passwd.ts';
import { command, complain, errorText, has, misuse } from './support/command.ts';
import { isDirectory, joinPath, listNames } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: chown [OPTION]... [OWNER][:[GROUP]] FILE...
Change the owner and/or group of each FILE to OWNER and/or GROUP.

  -f, --silent, --quiet  suppress most error messages
  -R, --recursive        operate on files and directories recursively
      --help        display this help and exit
`;

/** Leaves an id as it is. */
const SAME = -1;

export const chown = command({
  short: 'cfhRv',
  long: { silent: 'f', quiet: 'f', recursive: 'R', verbose: 'v', changes: 'c' },
  help: HELP,
  *main(c, args) {
    const [owner, ...files] = args.operands;
    if (owner === undefined) return yield* misuse(c, 'missing operand');
    if (files.length === 0) {
      return yield* misuse(c, `missing operand after ${quoted(c, owner)}`);
    }
    const ids = yield* parseOwner(c, owner);
    if ('error' in ids) return yield* c.die(c.program, `${ids.error}: ${quoted(c, owner)}`);
    let status = 0;
    for (const file of files) {
      if (!(yield* change(c, file, ids, has(args, 'R'), has(args, 'f')))) status = 1;
    }
    return status;
  },
});

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** `user`, `user:group`, `user:` (with the user's own group), `:group`. */
function* parseOwner(c: Libc, text: string): Sleeping<Ids | { readonly error: string }> {
  const [name = '', group] = text.split(':');
  const user = name === '' ? undefined : yield* getpwnam(c, name);
  if (name !== '' && user === undefined && !/^\d+$/.test(name)) return { error: 'invalid user' };
  const uid = name === '' ? SAME : (user?.uid ?? Number(name));
  if (group === undefined) return { uid, gid: SAME };
  if (group === '') return { uid, gid: user?.gid ?? SAME };
  const known = yield* getgrnam(c, group);
  if (known === undefined && !/^\d+$/.test(group)) return { error: 'invalid group' };
  return { uid, gid: known?.gid ?? Number(group) };
}

function* change(
  c: Libc,
  path: string,
  ids: Ids,
  isRecursive: boolean,
  isSilent: boolean,
): Sleeping<boolean> {
  const stat = yield* c.stat(path);
  if (typeof stat === 'number') {
    if (!isSilent) yield* complain(c, `cannot access ${quoteAlways(path)}: ${errorText(stat)}`);
    return false;
  }
  const failure = yield* c.chown(path, ids.uid, ids.gid);
  if (failure < 0 && !isSilent) {
    const what = ids.uid === SAME ? 'group' : 'ownership';
    yield* complain(c, `changing ${what} of ${quoteAlways(path)}: ${errorText(failure)}`);
  }
  if (!isRecursive || !isDirectory(stat)) return failure === 0;
  const names = yield* listNames(c, path);
  if (typeof names === 'number') return false;
  let isDone = failure === 0;
  for (const name of names) {
    if (!(yield* change(c, joinPath(path, name), ids, true, isSilent))) isDone = false;
  }
  return isDone;
}
