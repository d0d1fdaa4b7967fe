// SPDX-License-Identifier: GPL-2.0-or-later
/** readlink and realpath: where links lead. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, lastOf, missingOperand } from './support/command.ts';
import { dirName, isDirectory, joinPath } from './support/files.ts';
import { quoteName } from './support/quote.ts';

const READLINK_HELP = `Usage: readlink [OPTION]... FILE...
Print value of a symbolic link or canonical file name

  -f, --canonicalize            canonicalize by following every symlink in
                                every component of the given name recursively;
                                all but the last component must exist
  -e, --canonicalize-existing   canonicalize by following every symlink in
                                every component of the given name recursively,
                                all components must exist
  -m, --canonicalize-missing    canonicalize by following every symlink in
                                every component of the given name recursively,
                                without requirements on components existence
  -n, --no-newline              do not output the trailing delimiter
  -v, --verbose                 report error messages
      --help        display this help and exit
`;

const REALPATH_HELP = `Usage: realpath [OPTION]... FILE...
Print the resolved absolute file name;
all but the last component must exist

  -e, --canonicalize-existing  all components of the path must exist
  -m, --canonicalize-missing   no path components need exist or be a directory
  -q, --quiet                  suppress most error messages
      --help        display this help and exit
`;

/** Which components have to exist. */
type Strictness = 'all' | 'parents' | 'none';

const MAX_LINKS = 40;

const LONG = {
  canonicalize: 'f',
  'canonicalize-existing': 'e',
  'canonicalize-missing': 'm',
  'no-newline': 'n',
  quiet: 'q',
  silent: 's',
  verbose: 'v',
  zero: 'z',
};

export const readlink = command({
  short: 'femnqsvz',
  long: LONG,
  help: READLINK_HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    const mode = lastOf(args, ['f', 'e', 'm']);
    let status = 0;
    for (const path of args.operands) {
      const target = yield* mode === undefined ? c.readlink(path) : canonical(c, path, strict(mode));
      if (typeof target === 'number') {
        status = 1;
        if (has(args, 'v')) yield* complain(c, `${quoteName(path)}: ${errorText(target)}`);
      } else c.out(has(args, 'n') && args.operands.length === 1 ? target : `${target}\n`);
    }
    return status;
  },
});

export const realpath = command({
  short: 'emqsz',
  long: LONG,
  help: REALPATH_HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    let status = 0;
    for (const path of args.operands) {
      const target = yield* canonical(c, path, strict(lastOf(args, ['e', 'm']) ?? 'f'));
      if (typeof target === 'number') {
        status = 1;
        if (!has(args, 'q')) yield* complain(c, `${quoteName(path)}: ${errorText(target)}`);
      } else c.out(`${target}\n`);
    }
    return status;
  },
});

function strict(letter: 'f' | 'e' | 'm'): Strictness {
  return letter === 'e' ? 'all' : letter === 'm' ? 'none' : 'parents';
}

/** The path without links, `.` and `..`, or the negative errno. */
function* canonical(c: Libc, path: string, strictness: Strictness): Sleeping<string | number> {
  if (path === '') return -ERRNO.ENOENT;
  const cwd = yield* c.getcwd();
  if (typeof cwd === 'number') return cwd;
  const rest = path.split('/').toReversed();
  let result = path.startsWith('/') ? '/' : cwd;
  let links = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      result = dirName(result);
      continue;
    }
    const next = joinPath(result, name);
    const target = yield* c.readlink(next);
    if (typeof target === 'string') {
      if (++links > MAX_LINKS) return -ERRNO.ELOOP;
      rest.push(...target.split('/').toReversed());
      if (target.startsWith('/')) result = '/';
      continue;
    }
    const isLast = rest.every((part) => part === '');
    const stat = yield* c.lstat(next);
    const mayBeMissing = strictness === 'none' || (strictness === 'parents' && isLast);
    if (typeof stat === 'number' && !(mayBeMissing && stat === -ERRNO.ENOENT)) return stat;
    if (!isLast && strictness !== 'none' && !isDirectory(stat)) return -ERRNO.ENOTDIR;
    result = next;
  }
  return result;
}
