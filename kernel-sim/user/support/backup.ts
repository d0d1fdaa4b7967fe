// SPDX-License-Identifier: GPL-2.0-or-later
/** Backups of files that are about to be replaced: -b, --backup and -S of cp, mv and ln. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { has, misuse, valueOf, type ParsedCommandLine } from './command.ts';
import { baseName, dirName, listNames } from './files.ts';
import { chooseWord } from './words.ts';

export const BACKUP_SHORT = 'bS:';
export const BACKUP_LONG: Readonly<Record<string, string>> = { backup: 'backup::', suffix: 'S:' };

export const BACKUP_HELP = `\
      --backup[=CONTROL]       make a backup of each existing destination file
  -b                           like --backup but does not accept an argument
  -S, --suffix=SUFFIX          override the usual backup suffix
`;

type Control = 'none' | 'simple' | 'existing' | 'numbered';

const CONTROLS = new Map<string, Control>([
  ['none', 'none'],
  ['off', 'none'],
  ['simple', 'simple'],
  ['never', 'simple'],
  ['existing', 'existing'],
  ['nil', 'existing'],
  ['numbered', 'numbered'],
  ['t', 'numbered'],
]);

/** How to name backups. */
export interface Backups {
  readonly control: Control;
  readonly suffix: string;
}

/** What the options and the environment ask for, or the exit status after a complaint. */
export function* backupsOf(c: Libc, args: ParsedCommandLine): Sleeping<Backups | number> {
  const suffix = valueOf(args, 'S') ?? (c.env.get('SIMPLE_BACKUP_SUFFIX') || '~');
  const given = valueOf(args, 'backup');
  if (!has(args, 'b') && !has(args, 'backup') && !has(args, 'S')) {
    return { control: 'none', suffix };
  }
  const word = given ?? (c.env.get('VERSION_CONTROL') || 'existing');
  const chosen = chooseWord(
    c,
    CONTROLS,
    word,
    given === undefined ? '$VERSION_CONTROL' : 'backup type',
  );
  return 'error' in chosen ? yield* misuse(c, chosen.error) : { control: chosen.value, suffix };
}

/** Renames what is at `path`: the backup's name, nothing if none is wanted, or negative errno. */
export function* makeBackup(
  c: Libc,
  path: string,
  { control, suffix }: Backups,
): Sleeping<string | number | undefined> {
  if (control === 'none') return undefined;
  const highest = control === 'simple' ? 0 : yield* highestNumber(c, path);
  const isNumbered = control === 'numbered' || highest > 0;
  const backup = isNumbered ? `${path}.~${highest + 1}~` : path + suffix;
  const failure = yield* c.rename(path, backup);
  return failure < 0 ? failure : backup;
}

/** 3 where `name.~3~` is the last. */
function* highestNumber(c: Libc, path: string): Sleeping<number> {
  const names = yield* listNames(c, dirName(path));
  const start = `${baseName(path)}.~`;
  return (typeof names === 'number' ? [] : names).reduce((highest, name) => {
    const digits = name.startsWith(start) ? /^(\d+)~$/.exec(name.slice(start.length))?.[1] : '0';
    return Math.max(highest, Number(digits ?? 0));
  }, 0);
}
