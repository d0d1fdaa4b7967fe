// SPDX-License-Identifier: GPL-2.0-or-later
/** mkdir: makes directories. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { dirName, isDirectory } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { changeMode } from './support/mode.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: mkdir [OPTION]... DIRECTORY...
Create the DIRECTORY(ies), if they do not already exist.

  -m, --mode=MODE   set file mode (as in chmod), not a=rwx - umask
  -p, --parents     no error if existing, make parent directories as needed
  -v, --verbose     print a message for each created directory
  -Z                set SELinux security context to the default type: there is
                      none here
      --help        display this help and exit
`;

const ALL = 0o777;

interface Options {
  readonly mode: number | undefined;
  readonly parents: boolean;
  readonly verbose: boolean;
}

export const mkdir = command({
  short: 'm:pvZ',
  long: { mode: 'm:', parents: 'p', verbose: 'v' },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* misuse(c, 'missing operand');
    const text = valueOf(args, 'm');
    let mode: number | undefined;
    if (text !== undefined) {
      const umask = yield* c.umask(0);
      yield* c.umask(umask);
      mode = changeMode(text, ALL, true, umask);
      if (mode === undefined) return yield* c.die(c.program, `invalid mode ${quoted(c, text)}`);
    }
    const options = { mode, parents: has(args, 'p'), verbose: has(args, 'v') };
    let status = 0;
    for (const path of args.operands) {
      if (!(yield* make(c, path, options))) status = 1;
    }
    return status;
  },
});

function* make(c: Libc, path: string, options: Options): Sleeping<boolean> {
  if (options.parents) {
    const parent = dirName(path);
    const stat = parent === '.' || parent === '/' ? undefined : yield* c.stat(parent);
    if (stat !== undefined && !isDirectory(stat)) {
      if (typeof stat !== 'number') return yield* cannot(c, parent, -ERRNO.ENOTDIR);
      // Parents get the usual permissions, whatever -m says.
      if (!(yield* make(c, parent, { ...options, mode: undefined }))) return false;
    }
    if (isDirectory(yield* c.stat(path))) return true;
  }
  const failure = yield* c.mkdir(path, options.mode ?? ALL);
  if (failure < 0) return yield* cannot(c, path, failure);
  if (options.mode !== undefined) yield* c.chmod(path, options.mode);
  if (options.verbose) c.out(`${c.program}: created directory ${quoteAlways(path)}\n`);
  return true;
}

function* cannot(c: Libc, path: string, failure: number): Sleeping<false> {
  yield* complain(c, `cannot create directory ${quoted(c, path)}: ${errorText(failure)}`);
  return false;
}
