// SPDX-License-Identifier: GPL-2.0-or-later
/** cp: copies files and trees. */
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { makedev, major, minor, O, S } from '../uapi/fs.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, lastOf } from './support/command.ts';
import { confirms, joinPath, listNames } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { destinations, TARGET_LONG, TARGET_SHORT } from './support/target.ts';

const BLOCK = 131_072;
const PERMISSIONS = 0o7777;

const HELP = `Usage: cp [OPTION]... [-T] SOURCE DEST
  or:  cp [OPTION]... SOURCE... DIRECTORY
  or:  cp [OPTION]... -t DIRECTORY SOURCE...
Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.

  -a, --archive                same as -dR --preserve=all
  -d                           same as --no-dereference --preserve=links
  -f, --force                  if an existing destination file cannot be
                                 opened, remove it and try again
  -i, --interactive            prompt before overwrite
  -L, --dereference            always follow symbolic links in SOURCE
  -n, --no-clobber             do not overwrite an existing file
  -P, --no-dereference         never follow symbolic links in SOURCE
  -p                           preserve mode, ownership, timestamps
  -R, -r, --recursive          copy directories recursively
  -t, --target-directory=DIRECTORY  copy all SOURCE arguments into DIRECTORY
  -T, --no-target-directory    treat DEST as a normal file
  -u, --update                 copy only when the SOURCE file is newer
  -v, --verbose                explain what is being done
      --help        display this help and exit
`;

export interface CopyOptions {
  readonly recursive: boolean;
  readonly preserves: boolean;
  /** Copy links as links. */
  readonly keepsLinks: boolean;
  readonly force: boolean;
  readonly clobber: 'always' | 'ask' | 'never';
  readonly update: boolean;
  readonly verbose: boolean;
}

export const cp = command({
  short: `adfiLnPpRruv${TARGET_SHORT}`,
  long: {
    ...TARGET_LONG,
    archive: 'a',
    force: 'f',
    interactive: 'i',
    dereference: 'L',
    'no-clobber': 'n',
    'no-dereference': 'P',
    preserve: 'p',
    recursive: 'r',
    update: 'u',
    verbose: 'v',
  },
  help: HELP,
  *main(c, args) {
    const clobber = lastOf(args, ['i', 'n', 'f']);
    const links = lastOf(args, ['L', 'P', 'd', 'a']);
    const recursive = has(args, 'r') || has(args, 'R') || has(args, 'a');
    const options: CopyOptions = {
      recursive,
      preserves: has(args, 'p') || has(args, 'a'),
      keepsLinks: links === undefined ? recursive : links !== 'L',
      force: has(args, 'f'),
      clobber: clobber === 'n' ? 'never' : clobber === 'i' ? 'ask' : 'always',
      update: has(args, 'u'),
      verbose: has(args, 'v'),
    };
    const pairs = yield* destinations(c, args);
    if (typeof pairs === 'number') return pairs;
    const copier = new Copier(c, options);
    let status = 0;
    for (const { from, to } of pairs) {
      if (!(yield* copier.copy(from, to))) status = 1;
    }
    return status;
  },
});

export class Copier {
  readonly #c: Libc;
  readonly #options: CopyOptions;

  constructor(c: Libc, options: CopyOptions) {
    this.#c = c;
    this.#options = options;
  }

  *copy(from: string, to: string): Sleeping<boolean> {
    const c = this.#c;
    const stat = this.#options.keepsLinks ? yield* c.lstat(from) : yield* c.stat(from);
    if (typeof stat === 'number') {
      return yield* this.#fail(`cannot stat ${quoteAlways(from)}`, stat);
    }
    const type = stat.mode & S.IFMT;
    if (type === S.IFDIR && !this.#options.recursive) {
      yield* complain(c, `-r not specified; omitting directory ${quoteAlways(from)}`);
      return false;
    }
    const existing = yield* c.stat(to);
    if (typeof existing !== 'number') {
      const same = existing.dev === stat.dev && existing.ino === stat.ino;
      if (same) {
        yield* complain(c, `${quoteAlways(from)} and ${quoteAlways(to)} are the same file`);
        return false;
      }
      const isDirectory = (existing.mode & S.IFMT) === S.IFDIR;
      if (isDirectory !== (type === S.IFDIR)) {
        const what = isDirectory
          ? `cannot overwrite directory ${quoteAlways(to)} with non-directory`
          : `cannot overwrite non-directory ${quoteAlways(to)} with directory ${quoteAlways(from)}`;
        yield* complain(c, what);
        return false;
      }
      if (!isDirectory && !(yield* this.#mayOverwrite(to, existing, stat))) return true;
    }
    const made = yield* this.#make(from, to, stat, typeof existing !== 'number');
    if (made && this.#options.preserves && type !== S.IFLNK) yield* this.#preserve(to, stat);
    return made;
  }

  *#fail(what: string, failure: number): Sleeping<false> {
    yield* complain(this.#c, `${what}: ${errorText(failure)}`);
    return false;
  }

  *#mayOverwrite(to: string, existing: Stat, source: Stat): Sleeping<boolean> {
    const { clobber, update } = this.#options;
    if (update && existing.mtime >= source.mtime) return false;
    if (clobber === 'never') return false;
    return clobber === 'always' || (yield* confirms(this.#c, `overwrite ${quoteAlways(to)}? `));
  }

  *#make(from: string, to: string, stat: Stat, exists: boolean): Sleeping<boolean> {
    const c = this.#c;
    const type = stat.mode & S.IFMT;
    const isCopiedAsFile = type === S.IFREG || !this.#options.recursive;
    if (type === S.IFDIR) return yield* this.#tree(from, to, stat, exists);
    if (this.#options.verbose) c.out(`${quoteAlways(from)} -> ${quoteAlways(to)}\n`);
    if (type === S.IFLNK) {
      const target = yield* c.readlink(from);
      if (typeof target === 'number') {
        return yield* this.#fail(`cannot read symbolic link ${quoteAlways(from)}`, target);
      }
      if (exists) yield* c.unlink(to);
      const failure = yield* c.symlink(target, to);
      if (failure === 0) return true;
      return yield* this.#fail(`cannot create symbolic link ${quoteAlways(to)}`, failure);
    }
    if (isCopiedAsFile) return yield* this.#contents(from, to, stat);
    const device = makedev(major(stat.rdev), minor(stat.rdev));
    const failure = yield* c.mknod(to, stat.mode, device);
    if (failure === 0) return true;
    return yield* this.#fail(`cannot create special file ${quoteAlways(to)}`, failure);
  }

  *#tree(from: string, to: string, stat: Stat, exists: boolean): Sleeping<boolean> {
    const c = this.#c;
    if (`${to}/`.startsWith(`${from}/`)) {
      const into = `cannot copy a directory, ${quoteAlways(from)}, into itself, ${quoteAlways(to)}`;
      yield* complain(c, into);
      return false;
    }
    const names = yield* listNames(c, from);
    if (typeof names === 'number') {
      return yield* this.#fail(`cannot access ${quoteAlways(from)}`, names);
    }
    if (!exists) {
      // Writable for us while it is being filled, whatever it will be.
      const failure = yield* c.mkdir(to, (stat.mode & PERMISSIONS) | 0o700);
      if (failure < 0) {
        return yield* this.#fail(`cannot create directory ${quoteAlways(to)}`, failure);
      }
      if (this.#options.verbose) c.out(`${quoteAlways(from)} -> ${quoteAlways(to)}\n`);
    }
    let isComplete = true;
    for (const name of names) {
      if (!(yield* this.copy(joinPath(from, name), joinPath(to, name)))) isComplete = false;
    }
    return isComplete;
  }

  *#contents(from: string, to: string, stat: Stat): Sleeping<boolean> {
    const c = this.#c;
    const input = yield* c.open(from);
    if (input < 0) return yield* this.#fail(`cannot open ${quoteAlways(from)} for reading`, input);
    const flags = O.WRONLY | O.CREAT | O.TRUNC;
    let output = yield* c.open(to, flags, stat.mode & PERMISSIONS);
    if (output < 0 && this.#options.force && (yield* c.unlink(to)) === 0) {
      output = yield* c.open(to, flags, stat.mode & PERMISSIONS);
    }
    if (output < 0) {
      yield* c.close(input);
      return yield* this.#fail(`cannot create regular file ${quoteAlways(to)}`, output);
    }
    const done = yield* this.#pump(from, to, input, output);
    yield* c.close(input);
    yield* c.close(output);
    return done;
  }

  *#pump(from: string, to: string, input: number, output: number): Sleeping<boolean> {
    const c = this.#c;
    const buffer = yield* c.memory.malloc(BLOCK);
    let isDone = true;
    for (;;) {
      let count = c.read_into(input, buffer, BLOCK);
      if (count === WOULD_BLOCK) count = yield* c.wait();
      if (count === 0) break;
      if (count < 0) {
        isDone = yield* this.#fail(`error reading ${quoteAlways(from)}`, count);
        break;
      }
      let failure = 0;
      for (let at = 0; at < count && failure >= 0;) {
        failure = c.write_from(output, buffer + at, count - at);
        if (failure === WOULD_BLOCK) failure = yield* c.wait();
        at += Math.max(failure, 0);
      }
      if (failure < 0) {
        isDone = yield* this.#fail(`error writing ${quoteAlways(to)}`, failure);
        break;
      }
    }
    c.memory.free(buffer);
    return isDone;
  }

  *#preserve(to: string, stat: Stat): Sleeping<void> {
    yield* this.#c.utimens(to, {
      atime: stat.atime + stat.atime_ns / 1e9,
      mtime: stat.mtime + stat.mtime_ns / 1e9,
    });
    yield* this.#c.chown(to, stat.uid, stat.gid);
    yield* this.#c.chmod(to, stat.mode & PERMISSIONS);
  }
}
