// SPDX-License-Identifier: GPL-2.0-or-later
/** ln: makes hard and symbolic links. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has } from './support/command.ts';
import { baseName, isDirectory } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { destinations, TARGET_LONG, TARGET_SHORT, type Pair } from './support/target.ts';

const HELP = `Usage: ln [OPTION]... [-T] TARGET LINK_NAME
  or:  ln [OPTION]... TARGET
  or:  ln [OPTION]... TARGET... DIRECTORY
  or:  ln [OPTION]... -t DIRECTORY TARGET...
Create hard links by default, symbolic links with --symbolic.

  -f, --force                 remove existing destination files
  -n, --no-dereference        treat LINK_NAME as a normal file if
                                it is a symbolic link to a directory
  -s, --symbolic              make symbolic links instead of hard links
  -v, --verbose               print name of each linked file
      --help        display this help and exit
`;

export const ln = command({
  short: `fnsv${TARGET_SHORT}`,
  long: { ...TARGET_LONG, force: 'f', 'no-dereference': 'n', symbolic: 's', verbose: 'v' },
  help: HELP,
  *main(c, args) {
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
    const options = { symbolic: has(args, 's'), force: has(args, 'f'), verbose: has(args, 'v') };
    let status = 0;
    for (const pair of pairs) if (!(yield* link(c, pair, options))) status = 1;
    return status;
  },
});

function* isLink(c: Libc, path: string): Sleeping<boolean> {
  return typeof (yield* c.readlink(path)) !== 'number';
}

function* link(
  c: Libc,
  { from, to }: Pair,
  options: { readonly symbolic: boolean; readonly force: boolean; readonly verbose: boolean },
): Sleeping<boolean> {
  const { symbolic, force, verbose } = options;
  if (!symbolic) {
    const stat = yield* c.stat(from);
    if (typeof stat === 'number') {
      yield* complain(c, `failed to access ${quoteAlways(from)}: ${errorText(stat)}`);
      return false;
    }
    if (isDirectory(stat)) {
      yield* complain(c, `${from}: hard link not allowed for directory`);
      return false;
    }
  }
  const make = (): Sleeping<number> => (symbolic ? c.symlink(from, to) : c.link(from, to));
  let failure = yield* make();
  if (failure === -ERRNO.EEXIST && force && (yield* c.unlink(to)) === 0) failure = yield* make();
  if (failure === 0) {
    const arrow = symbolic ? '->' : '=>';
    if (verbose) c.out(`${quoteAlways(to)} ${arrow} ${quoteAlways(from)}\n`);
    return true;
  }
  // A symbolic link may lead anywhere, so a failure is about the link alone.
  const source = symbolic || failure === -ERRNO.EEXIST ? '' : ` => ${quoteAlways(from)}`;
  const kind = symbolic ? 'symbolic' : 'hard';
  yield* complain(
    c,
    `failed to create ${kind} link ${quoteAlways(to)}${source}: ${errorText(failure)}`,
  );
  return false;
}
