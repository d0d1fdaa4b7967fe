// SPDX-License-Identifier: GPL-2.0-or-later
/** rm: removes files, and with -r trees. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ACCESS, S } from '../uapi/fs.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import {
  command,
  complain,
  errorText,
  has,
  lastOf,
  misuse,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';
import { baseName, confirms, isDirectory, joinPath, listNames } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { chooseWord } from './support/words.ts';

const HELP = `Usage: rm [OPTION]... [FILE]...
Remove (unlink) the FILE(s).

  -f, --force           ignore nonexistent files and arguments, never prompt
  -i                    prompt before every removal
  -I                    prompt once before removing more than three files, or
                          when removing recursively
      --interactive[=WHEN]  prompt according to WHEN: never, once (-I), or
                          always (-i); without WHEN, prompt always
      --one-file-system  when removing recursively, skip any directory that is
                          on another file system
      --no-preserve-root  do not treat '/' specially
  -r, -R, --recursive   remove directories and their contents recursively
  -d, --dir             remove empty directories
  -v, --verbose         explain what is being done
      --help        display this help and exit
`;

interface Options {
  readonly force: boolean;
  readonly neverAsks: boolean;
  readonly interactive: boolean;
  readonly recursive: boolean;
  readonly emptyDirectories: boolean;
  readonly verbose: boolean;
  readonly oneFileSystem: boolean;
  readonly preserveRoot: boolean;
}

export const rm = command({
  short: 'dfiIrRv',
  long: {
    dir: 'd',
    force: 'f',
    recursive: 'r',
    verbose: 'v',
    interactive: 'interactive::',
    'one-file-system': 'one-file-system',
    'preserve-root': 'preserve-root',
    'no-preserve-root': 'no-preserve-root',
  },
  help: HELP,
  *main(c, args) {
    const { operands } = args;
    const prompt = yield* promptOf(c, args);
    if (typeof prompt === 'number') return prompt;
    const options: Options = {
      force: prompt === 'f',
      neverAsks: prompt === 'f' || prompt === 'n',
      interactive: prompt === 'i',
      recursive: has(args, 'r') || has(args, 'R'),
      emptyDirectories: has(args, 'd'),
      verbose: has(args, 'v'),
      oneFileSystem: has(args, 'one-file-system'),
      preserveRoot: !has(args, 'no-preserve-root'),
    };
    if (operands.length === 0) return options.force ? 0 : yield* misuse(c, 'missing operand');
    if (prompt === 'I' && (options.recursive || operands.length > 3)) {
      const count = `${operands.length} argument${operands.length === 1 ? '' : 's'}`;
      const how = options.recursive ? ' recursively' : '';
      if (!(yield* confirms(c, `remove ${count}${how}? `))) return 0;
    }
    let status = 0;
    for (const path of operands) {
      if (!(yield* new Rm(c, options).operand(path))) status = 1;
    }
    return status;
  },
});

const PROMPTS = new Map<string, 'n' | 'I' | 'i'>([
  ['never', 'n'],
  ['no', 'n'],
  ['none', 'n'],
  ['once', 'I'],
  ['always', 'i'],
  ['yes', 'i'],
]);

/** The letter that was asked for last, nothing, or the exit status after a complaint. */
function* promptOf(
  c: Libc,
  args: ParsedCommandLine,
): Sleeping<'f' | 'n' | 'i' | 'I' | undefined | number> {
  const last = lastOf(args, ['f', 'i', 'I', 'interactive']);
  if (last !== 'interactive') return last;
  const chosen = chooseWord(c, PROMPTS, valueOf(args, last) ?? 'always', '--interactive');
  return 'error' in chosen ? yield* misuse(c, chosen.error) : chosen.value;
}

/** What became of a file: a question may have been answered with no. */
type Outcome = 'gone' | 'kept' | 'failed';

class Rm {
  readonly #c: Libc;
  readonly #options: Options;

  constructor(c: Libc, options: Options) {
    this.#c = c;
    this.#options = options;
  }

  *operand(path: string): Sleeping<boolean> {
    const name = baseName(path);
    if (this.#options.recursive && (name === '.' || name === '..')) {
      const refusal = "refusing to remove '.' or '..' directory: skipping";
      yield* complain(this.#c, `${refusal} ${quoteAlways(path)}`);
      return false;
    }
    if (this.#options.recursive && this.#options.preserveRoot && name === '/') {
      yield* complain(this.#c, `it is dangerous to operate recursively on ${quoteAlways(path)}`);
      yield* complain(this.#c, 'use --no-preserve-root to override this failsafe');
      return false;
    }
    return (yield* this.#remove(path)) !== 'failed';
  }

  *#cannot(path: string, failure: number): Sleeping<Outcome> {
    yield* complain(this.#c, `cannot remove ${quoteAlways(path)}: ${errorText(failure)}`);
    return 'failed';
  }

  *#remove(path: string, device?: number): Sleeping<Outcome> {
    const { force, recursive, emptyDirectories } = this.#options;
    const stat = yield* this.#c.lstat(path);
    if (typeof stat === 'number') {
      const isGone = stat === -ERRNO.ENOENT || stat === -ERRNO.ENOTDIR;
      return force && isGone ? 'gone' : yield* this.#cannot(path, stat);
    }
    if (isDirectory(stat)) {
      if (this.#options.oneFileSystem && device !== undefined && stat.dev !== device) {
        const why = "since it's on a different device";
        yield* complain(this.#c, `skipping ${quoteAlways(path)}, ${why}`);
        return 'failed';
      }
      if (recursive) return yield* this.#tree(path, stat);
      if (!emptyDirectories) return yield* this.#cannot(path, -ERRNO.EISDIR);
      return yield* this.#directory(path, stat);
    }
    if (!(yield* this.#mayRemove(path, stat, describe(stat)))) return 'kept';
    const failure = yield* this.#c.unlink(path);
    if (failure < 0) return yield* this.#cannot(path, failure);
    if (this.#options.verbose) this.#c.out(`removed ${quoteAlways(path)}\n`);
    return 'gone';
  }

  *#tree(path: string, stat: Stat): Sleeping<Outcome> {
    const names = yield* listNames(this.#c, path);
    if (typeof names === 'number') return yield* this.#cannot(path, names);
    if (names.length > 0 && this.#options.interactive) {
      const question = `descend into directory ${quoteAlways(path)}? `;
      if (!(yield* confirms(this.#c, question))) return 'kept';
    }
    let worst: Outcome = 'gone';
    for (const name of names) {
      const outcome = yield* this.#remove(joinPath(path, name), stat.dev);
      if (outcome !== 'gone' && worst !== 'failed') worst = outcome;
    }
    return worst === 'gone' ? yield* this.#directory(path, stat) : worst;
  }

  *#directory(path: string, stat: Stat): Sleeping<Outcome> {
    if (!(yield* this.#mayRemove(path, stat, 'directory'))) return 'kept';
    const failure = yield* this.#c.rmdir(path);
    if (failure < 0) return yield* this.#cannot(path, failure);
    if (this.#options.verbose) this.#c.out(`removed directory ${quoteAlways(path)}\n`);
    return 'gone';
  }

  /** Asks with -i, and at a terminal about files that cannot be written. */
  *#mayRemove(path: string, stat: Stat, what: string): Sleeping<boolean> {
    const { neverAsks, interactive } = this.#options;
    if (neverAsks) return true;
    const isLink = (stat.mode & S.IFMT) === S.IFLNK;
    const isProtected =
      !isLink && (yield* this.#c.access(path, ACCESS.W_OK)) !== 0 && (yield* this.#c.isatty(0));
    if (!interactive && !isProtected) return true;
    const how = isProtected ? 'write-protected ' : '';
    return yield* confirms(this.#c, `remove ${how}${what} ${quoteAlways(path)}? `);
  }
}

function describe(stat: Stat): string {
  switch (stat.mode & S.IFMT) {
    case S.IFLNK:
      return 'symbolic link';
    case S.IFCHR:
      return 'character special file';
    case S.IFBLK:
      return 'block special file';
    case S.IFIFO:
      return 'fifo';
    case S.IFSOCK:
      return 'socket';
    default:
      return stat.size === 0 ? 'regular empty file' : 'regular file';
  }
}
