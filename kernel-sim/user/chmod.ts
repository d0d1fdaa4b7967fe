// SPDX-License-Identifier: GPL-2.0-or-later
/** chmod: changes permissions. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { S } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { isDirectory, joinPath, listNames } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { changeMode, modeString } from './support/mode.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: chmod [OPTION]... MODE[,MODE]... FILE...
  or:  chmod [OPTION]... OCTAL-MODE FILE...
  or:  chmod [OPTION]... --reference=RFILE FILE...
Change the mode of each FILE to MODE.

  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
      --reference=RFILE  use RFILE's mode instead of MODE values
  -R, --recursive        change files and directories recursively
      --help        display this help and exit

Each MODE is of the form '[ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+'.
`;

const PERMISSIONS = 0o7777;

interface Options {
  readonly mode: string;
  readonly umask: number;
  readonly recursive: boolean;
  readonly report: 'none' | 'changes' | 'all';
  readonly silent: boolean;
}

export const chmod = command({
  short: 'cfvR',
  long: {
    changes: 'c',
    silent: 'f',
    quiet: 'f',
    verbose: 'v',
    recursive: 'R',
    reference: 'reference:',
  },
  help: HELP,
  rewrite: protectMode,
  *main(c, args) {
    const reference = valueOf(args, 'reference');
    const copied = reference === undefined ? undefined : yield* c.stat(reference);
    if (typeof copied === 'number') {
      const name = quoteAlways(reference ?? '');
      return yield* c.die(c.program, `failed to get attributes of ${name}: ${errorText(copied)}`);
    }
    const [mode, ...files] =
      copied === undefined
        ? args.operands
        : [(copied.mode & PERMISSIONS).toString(8).padStart(5, '0'), ...args.operands];
    if (mode === undefined) return yield* misuse(c, 'missing operand');
    if (files.length === 0) {
      if (copied !== undefined) return yield* misuse(c, 'missing operand');
      return yield* misuse(c, `missing operand after ${quoted(c, mode)}`);
    }
    const umask = yield* c.umask(0);
    yield* c.umask(umask);
    if (changeMode(mode, 0, false, umask) === undefined) {
      return yield* misuse(c, `invalid mode: ${quoted(c, mode)}`);
    }
    const options: Options = {
      mode,
      umask,
      recursive: has(args, 'R'),
      report: has(args, 'v') ? 'all' : has(args, 'c') ? 'changes' : 'none',
      silent: has(args, 'f'),
    };
    let status = 0;
    for (const file of files) if (!(yield* change(c, file, options))) status = 1;
    return status;
  },
});

/** `chmod -x file` takes a permission away; `-x` is no option. */
function protectMode(argv: readonly string[]): readonly string[] {
  const index = argv.findIndex((word) => /^-[rwxXstugoa,=+-]+$/.test(word) && word !== '--');
  return index < 1 || argv.includes('--') ? argv : argv.toSpliced(index, 0, '--');
}

function* change(c: Libc, path: string, options: Options): Sleeping<boolean> {
  const stat = yield* c.stat(path);
  if (typeof stat === 'number') {
    const isDangling = yield* c.readlink(path);
    const what =
      typeof isDangling === 'string'
        ? `cannot operate on dangling symlink ${quoteAlways(path)}`
        : `cannot access ${quoteAlways(path)}: ${errorText(stat)}`;
    if (!options.silent) yield* complain(c, what);
    return false;
  }
  const old = stat.mode & PERMISSIONS;
  const mode = changeMode(options.mode, old, isDirectory(stat), options.umask) ?? old;
  const failure = yield* c.chmod(path, mode);
  if (failure < 0) {
    if (!options.silent) {
      yield* complain(c, `changing permissions of ${quoteAlways(path)}: ${errorText(failure)}`);
    }
    return false;
  }
  if (options.report === 'all' || (options.report === 'changes' && mode !== old)) {
    c.out(describe(path, old, mode));
  }
  if (!options.recursive || !isDirectory(stat)) return true;
  const names = yield* listNames(c, path);
  if (typeof names === 'number') {
    yield* complain(c, `cannot read directory ${quoteAlways(path)}: ${errorText(names)}`);
    return false;
  }
  let isDone = true;
  for (const name of names) {
    const child = joinPath(path, name);
    const own = yield* c.lstat(child);
    // Links met on the way lead out of the tree.
    if (typeof own !== 'number' && (own.mode & S.IFMT) === S.IFLNK) continue;
    if (!(yield* change(c, child, options))) isDone = false;
  }
  return isDone;
}

function describe(path: string, old: number, mode: number): string {
  const show = (bits: number): string =>
    `${bits.toString(8).padStart(4, '0')} (${modeString(bits).slice(1)})`;
  if (old === mode) return `mode of ${quoteAlways(path)} retained as ${show(mode)}\n`;
  return `mode of ${quoteAlways(path)} changed from ${show(old)} to ${show(mode)}\n`;
}
