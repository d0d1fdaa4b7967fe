// SPDX-License-Identifier: GPL-2.0-or-later
/** realpath: the absolute path of a file, without links. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Libc } from './libc/libc.ts';
import { canonical, isBelow, relativePath, strict, type Links } from './support/canonical.ts';
import {
  command,
  complain,
  errorText,
  has,
  lastOf,
  missingOperand,
  valueOf,
} from './support/command.ts';
import { isDirectory } from './support/files.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: realpath [OPTION]... FILE...
Print the resolved absolute file name;
all but the last component must exist

  -e, --canonicalize-existing  all components of the path must exist
  -m, --canonicalize-missing   no path components need exist or be a directory
  -L, --logical                resolve '..' components before symlinks
  -P, --physical               resolve symlinks as encountered (default)
  -q, --quiet                  suppress most error messages
      --relative-to=DIR        print the resolved path relative to DIR
      --relative-base=DIR      print absolute paths unless paths below DIR
  -s, --strip, --no-symlinks   don't expand symlinks
  -z, --zero                   end each output line with NUL, not newline
      --help        display this help and exit
`;

export const realpath = command({
  short: 'eLmPqsz',
  long: {
    'canonicalize-existing': 'e',
    'canonicalize-missing': 'm',
    logical: 'L',
    physical: 'P',
    quiet: 'q',
    'relative-to': 'relative-to:',
    'relative-base': 'relative-base:',
    strip: 's',
    'no-symlinks': 's',
    zero: 'z',
  },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    const strictness = strict(lastOf(args, ['e', 'm']) ?? 'f');
    const way = lastOf(args, ['s', 'L', 'P']);
    const links = way === 's' ? 'none' : way === 'L' ? 'logical' : 'physical';
    const bases: (string | undefined)[] = [];
    for (const name of ['relative-to', 'relative-base']) {
      const given = valueOf(args, name);
      const base = given === undefined ? undefined : yield* directory(c, given, strictness, links);
      if (typeof base === 'number') {
        return yield* c.die(c.program, `${quoteName(given ?? '')}: ${errorText(base)}`);
      }
      bases.push(base);
    }
    const [given, base] = bases;
    const to = given ?? base;
    // Where the base does not hold the directory, nothing is relative.
    const isUseful = to !== undefined && (base === undefined || isBelow(to, base));
    let status = 0;
    for (const path of args.operands) {
      const target = yield* canonical(c, path, strictness, links);
      if (typeof target === 'number') {
        status = 1;
        if (!has(args, 'q')) yield* complain(c, `${quoteName(path)}: ${errorText(target)}`);
        continue;
      }
      const isRelative = isUseful && (base === undefined || isBelow(target, base));
      c.out((isRelative ? relativePath(target, to) : target) + (has(args, 'z') ? '\0' : '\n'));
    }
    return status;
  },
});

function* directory(
  c: Libc,
  path: string,
  strictness: ReturnType<typeof strict>,
  links: Links,
): Sleeping<string | number> {
  const target = yield* canonical(c, path, strictness, links);
  if (typeof target === 'number' || strictness !== 'all') return target;
  return isDirectory(yield* c.stat(target)) ? target : -ERRNO.ENOTDIR;
}
