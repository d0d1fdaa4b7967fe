// SPDX-License-Identifier: GPL-2.0-or-later
/** ln: makes hard and symbolic links. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Libc } from './libc/libc.ts';
import {
  BACKUP_HELP,
  BACKUP_LONG,
  BACKUP_SHORT,
  backupsOf,
  makeBackup,
  type Backups,
} from './support/backup.ts';
import { canonical, relativePath } from './support/canonical.ts';
import { command, complain, errorText, has, lastOf } from './support/command.ts';
import { baseName, confirms, dirName, isDirectory } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { destinations, TARGET_LONG, TARGET_SHORT, type Pair } from './support/target.ts';

const HELP = `Usage: ln [OPTION]... [-T] TARGET LINK_NAME
  or:  ln [OPTION]... TARGET
  or:  ln [OPTION]... TARGET... DIRECTORY
  or:  ln [OPTION]... -t DIRECTORY TARGET...
Create hard links by default, symbolic links with --symbolic.

${BACKUP_HELP}\
  -f, --force                 remove existing destination files
  -i, --interactive           prompt whether to remove destinations
  -L, --logical               dereference TARGETs that are symbolic links
  -n, --no-dereference        treat LINK_NAME as a normal file if
                                it is a symbolic link to a directory
  -P, --physical              make hard links directly to symbolic links
  -r, --relative              with -s, create links relative to link location
  -s, --symbolic              make symbolic links instead of hard links
  -v, --verbose               print name of each linked file
      --help        display this help and exit
`;

export const ln = command({
  short: `fiLnPrsv${BACKUP_SHORT}${TARGET_SHORT}`,
  long: {
    ...TARGET_LONG,
    ...BACKUP_LONG,
    force: 'f',
    interactive: 'i',
    logical: 'L',
    'no-dereference': 'n',
    physical: 'P',
    relative: 'r',
    symbolic: 's',
    verbose: 'v',
  },
  help: HELP,
  *main(c, args) {
    const backups = yield* backupsOf(c, args);
    if (typeof backups === 'number') return backups;
    const [only, second] = args.operands;
    let pairs: readonly Pair[] | number;
    if (only !== undefined && second === undefined && !has(args, 't')) {
      pairs = [{ from: only, to: `./${baseName(only)}` }];
    } else {
      const replacesLink = has(args, 'n') && args.operands.length === 2;
      const withoutTarget = { name: 'T', value: undefined };
      pairs = yield* destinations(
        c,
        replacesLink && (yield* isLink(c, second ?? ''))
          ? { ...args, options: [...args.options, withoutTarget] }
          : args,
      );
    }
    if (typeof pairs === 'number') return pairs;
    const clobber = lastOf(args, ['i', 'f']);
    const options: Options = {
      symbolic: has(args, 's'),
      relative: has(args, 'r'),
      follows: lastOf(args, ['L', 'P']) === 'L',
      clobber: clobber === 'f' ? 'always' : clobber === 'i' ? 'ask' : 'never',
      backups,
      verbose: has(args, 'v'),
    };
    let status = 0;
    for (const pair of pairs) if (!(yield* link(c, pair, options))) status = 1;
    return status;
  },
});

function* isLink(c: Libc, path: string): Sleeping<boolean> {
  return typeof (yield* c.readlink(path)) !== 'number';
}

interface Options {
  readonly symbolic: boolean;
  readonly relative: boolean;
  /** A hard link to a symbolic link is one to where that leads. */
  readonly follows: boolean;
  readonly clobber: 'always' | 'ask' | 'never';
  readonly backups: Backups;
  readonly verbose: boolean;
}

function* link(c: Libc, { from, to }: Pair, options: Options): Sleeping<boolean> {
  const { symbolic, relative, follows, backups, verbose } = options;
  if (!symbolic) {
    const stat = follows ? yield* c.stat(from) : yield* c.lstat(from);
    if (typeof stat === 'number') {
      yield* complain(c, `failed to access ${quoteAlways(from)}: ${errorText(stat)}`);
      return false;
    }
    if (isDirectory(stat)) {
      yield* complain(c, `${from}: hard link not allowed for directory`);
      return false;
    }
  }
  const replaced = yield* c.lstat(to);
  let backup: string | undefined;
  if (typeof replaced !== 'number') {
    const isAsked = options.clobber === 'ask';
    if (isAsked && !(yield* confirms(c, `replace ${quoteAlways(to)}? `))) return true;
    const made = yield* makeBackup(c, to, backups);
    if (typeof made === 'number') {
      yield* complain(c, `cannot backup ${quoteAlways(to)}: ${errorText(made)}`);
      return false;
    }
    backup = made;
  }
  const source = symbolic && relative ? yield* fromLink(c, from, to) : from;
  const target = !symbolic && follows ? yield* canonical(c, from, 'all') : source;
  const make = (): Sleeping<number> =>
    symbolic ? c.symlink(source, to) : c.link(typeof target === 'number' ? from : target, to);
  let failure = yield* make();
  const mayRemove = options.clobber !== 'never' && failure === -ERRNO.EEXIST;
  if (mayRemove && (yield* c.unlink(to)) === 0) failure = yield* make();
  if (failure === 0) {
    const saved = backup === undefined ? '' : `${quoteAlways(backup)} ~ `;
    const arrow = symbolic ? '->' : '=>';
    if (verbose) c.out(`${saved}${quoteAlways(to)} ${arrow} ${quoteAlways(source)}\n`);
    return true;
  }
  // A symbolic link may lead anywhere, so a failure is about the link alone.
  const shown = symbolic || failure === -ERRNO.EEXIST ? '' : ` => ${quoteAlways(from)}`;
  const kind = symbolic ? 'symbolic' : 'hard';
  yield* complain(
    c,
    `failed to create ${kind} link ${quoteAlways(to)}${shown}: ${errorText(failure)}`,
  );
  return false;
}

/** The way from the link's directory. */
function* fromLink(c: Libc, from: string, to: string): Sleeping<string> {
  const target = yield* canonical(c, from, 'none');
  const directory = yield* canonical(c, dirName(to), 'none');
  if (typeof target === 'number' || typeof directory === 'number') return from;
  return relativePath(target, directory);
}
