// SPDX-License-Identifier: GPL-2.0-or-later
/** mv: renames files; between file systems it copies and removes. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ACCESS, S } from '../uapi/fs.ts';
import { Copier } from './cp/copier.ts';
import type { Libc } from './libc/libc.ts';
import {
  BACKUP_HELP,
  BACKUP_LONG,
  BACKUP_SHORT,
  backupsOf,
  makeBackup,
  type Backups,
} from './support/backup.ts';
import { command, complain, errorText, has, lastOf } from './support/command.ts';
import { confirms, isDirectory, joinPath, listNames } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { destinations, TARGET_LONG, TARGET_SHORT, type Pair } from './support/target.ts';

const HELP = `Usage: mv [OPTION]... [-T] SOURCE DEST
  or:  mv [OPTION]... SOURCE... DIRECTORY
  or:  mv [OPTION]... -t DIRECTORY SOURCE...
Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.

${BACKUP_HELP}\
  -f, --force                  do not prompt before overwriting
  -i, --interactive            prompt before overwrite
  -n, --no-clobber             do not overwrite an existing file
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE
  -t, --target-directory=DIRECTORY  move all SOURCE arguments into DIRECTORY
  -T, --no-target-directory    treat DEST as a normal file
  -u, --update                 move only when the SOURCE file is newer
  -v, --verbose                explain what is being done
      --help        display this help and exit
`;

interface Options {
  readonly clobber: 'always' | 'ask' | 'never' | 'default';
  readonly update: boolean;
  readonly verbose: boolean;
  readonly backups: Backups;
}

export const mv = command({
  short: `finuv${BACKUP_SHORT}${TARGET_SHORT}`,
  long: {
    ...TARGET_LONG,
    ...BACKUP_LONG,
    'strip-trailing-slashes': 'strip-trailing-slashes',
    force: 'f',
    interactive: 'i',
    'no-clobber': 'n',
    update: 'u',
    verbose: 'v',
  },
  help: HELP,
  *main(c, args) {
    const backups = yield* backupsOf(c, args);
    if (typeof backups === 'number') return backups;
    const last = lastOf(args, ['f', 'i', 'n']);
    const clobber = ({ f: 'always', i: 'ask', n: 'never' } as const)[last ?? 'f'];
    const options: Options = {
      clobber: last === undefined ? 'default' : clobber,
      update: has(args, 'u'),
      verbose: has(args, 'v'),
      backups,
    };
    const operands = has(args, 'strip-trailing-slashes')
      ? args.operands.map((name) => name.replace(/(.)\/+$/, '$1'))
      : args.operands;
    const pairs = yield* destinations(c, { ...args, operands });
    if (typeof pairs === 'number') return pairs;
    let status = 0;
    for (const pair of pairs) if (!(yield* move(c, pair, options))) status = 1;
    return status;
  },
});

function* move(c: Libc, { from, to }: Pair, options: Options): Sleeping<boolean> {
  const source = yield* c.lstat(from);
  const names = `${quoteAlways(from)} to ${quoteAlways(to)}`;
  if (typeof source === 'number') {
    yield* complain(c, `cannot stat ${quoteAlways(from)}: ${errorText(source)}`);
    return false;
  }
  const target = yield* c.lstat(to);
  if (typeof target !== 'number') {
    if (target.dev === source.dev && target.ino === source.ino) {
      yield* complain(c, `${quoteAlways(from)} and ${quoteAlways(to)} are the same file`);
      return false;
    }
    if (isDirectory(target) && !isDirectory(source)) {
      yield* complain(c, `cannot overwrite directory ${quoteAlways(to)} with non-directory`);
      return false;
    }
    if (!isDirectory(target) && isDirectory(source)) {
      const what = `non-directory ${quoteAlways(to)} with directory ${quoteAlways(from)}`;
      yield* complain(c, `cannot overwrite ${what}`);
      return false;
    }
    if (options.update && target.mtime >= source.mtime) return true;
    if (!(yield* mayReplace(c, to, target.mode, options))) return true;
  }
  if (isDirectory(source) && `${to}/`.startsWith(`${from.replace(/\/+$/, '')}/`)) {
    yield* complain(
      c,
      `cannot move ${quoteAlways(from)} to a subdirectory of itself, ${quoteAlways(to)}`,
    );
    return false;
  }
  const backup = typeof target === 'number' ? undefined : yield* makeBackup(c, to, options.backups);
  if (typeof backup === 'number') {
    yield* complain(c, `cannot backup ${quoteAlways(to)}: ${errorText(backup)}`);
    return false;
  }
  const failure = yield* c.rename(from, to);
  if (failure === -ERRNO.EXDEV) return yield* moveAcross(c, from, to);
  if (failure < 0) {
    yield* complain(c, `cannot move ${names}: ${errorText(failure)}`);
    return false;
  }
  if (options.verbose) {
    const saved = backup === undefined ? '' : ` (backup: ${quoteAlways(backup)})`;
    c.out(`renamed ${quoteAlways(from)} -> ${quoteAlways(to)}${saved}\n`);
  }
  return true;
}

function* mayReplace(c: Libc, to: string, mode: number, options: Options): Sleeping<boolean> {
  if (options.clobber === 'never') return false;
  if (options.clobber === 'ask') return yield* confirms(c, `overwrite ${quoteAlways(to)}? `);
  if (options.clobber === 'always' || (mode & S.IFMT) === S.IFLNK) return true;
  const isProtected = (yield* c.access(to, ACCESS.W_OK)) !== 0 && (yield* c.isatty(0));
  if (!isProtected) return true;
  const bits = (mode & 0o7777).toString(8).padStart(4, '0');
  return yield* confirms(c, `replace ${quoteAlways(to)}, overriding mode ${bits}? `);
}

function* moveAcross(c: Libc, from: string, to: string): Sleeping<boolean> {
  const copier = new Copier(c, {
    recursive: true,
    preserves: { mode: true, ownership: true, timestamps: true, links: true },
    keepsLinks: 'all',
    makes: 'copy',
    force: true,
    removesFirst: false,
    clobber: 'always',
    update: false,
    oneFileSystem: false,
    backups: { control: 'none', suffix: '' },
    verbose: false,
  });
  return (yield* copier.copy(from, to)) && (yield* removeTree(c, from));
}

function* removeTree(c: Libc, path: string): Sleeping<boolean> {
  const stat = yield* c.lstat(path);
  const names = isDirectory(stat) ? yield* listNames(c, path) : undefined;
  if (Array.isArray(names)) {
    for (const name of names) if (!(yield* removeTree(c, joinPath(path, name)))) return false;
  }
  const failure = names === undefined ? yield* c.unlink(path) : yield* c.rmdir(path);
  if (failure === 0) return true;
  yield* complain(c, `cannot remove ${quoteAlways(path)}: ${errorText(failure)}`);
  return false;
}
