// SPDX-License-Identifier: GPL-2.0-or-later
/** How cp, and mv between file systems, copy a file or a tree. */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { makedev, major, minor, O, S } from '../../uapi/fs.ts';
import type { Stat } from '../libc/file-calls.ts';
import type { Libc } from '../libc/libc.ts';
import { makeBackup, type Backups } from '../support/backup.ts';
import { complain, errorText } from '../support/command.ts';
import { confirms, joinPath, listEntries } from '../support/files.ts';
import { quoteAlways } from '../support/quote.ts';

const BLOCK = 131_072;
const PERMISSIONS = 0o7777;

export interface CopyOptions {
  readonly recursive: boolean;
  /** What goes over besides the contents. */
  readonly preserves: {
    readonly mode: boolean;
    readonly ownership: boolean;
    readonly timestamps: boolean;
    /** Names of one file become names of one copy. */
    readonly links: boolean;
  };
  /** Which symbolic links are copied as links; `inside`: those not named on the command line. */
  readonly keepsLinks: 'all' | 'inside' | 'none';
  /** What is made of a file that is no directory. */
  readonly makes: 'copy' | 'attributes' | 'hard link' | 'symbolic link';
  readonly force: boolean;
  readonly removesFirst: boolean;
  readonly clobber: 'always' | 'ask' | 'never';
  readonly update: boolean;
  readonly oneFileSystem: boolean;
  readonly backups: Backups;
  readonly verbose: boolean;
}

export class Copier {
  readonly #c: Libc;
  readonly #options: CopyOptions;
  /** Copies of files with several names, by device and inode. */
  readonly #copies = new Map<string, string>();

  constructor(c: Libc, options: CopyOptions) {
    this.#c = c;
    this.#options = options;
  }

  /** Copies `from`, which was named on the command line. False after a complaint. */
  copy(from: string, to: string): Sleeping<boolean> {
    return this.#copy(from, to, this.#options.keepsLinks === 'all', undefined);
  }

  *#copy(
    from: string,
    to: string,
    keepsLink: boolean,
    device: number | undefined,
  ): Sleeping<boolean> {
    const c = this.#c;
    const stat = keepsLink ? yield* c.lstat(from) : yield* c.stat(from);
    if (typeof stat === 'number') {
      return yield* this.#fail(`cannot stat ${quoteAlways(from)}`, stat);
    }
    if (this.#options.oneFileSystem && device !== undefined && stat.dev !== device) return true;
    const type = stat.mode & S.IFMT;
    if (type === S.IFDIR && !this.#options.recursive) {
      yield* complain(c, `-r not specified; omitting directory ${quoteAlways(from)}`);
      return false;
    }
    const existing = yield* this.#existing(to, type);
    if (typeof existing === 'number' && existing !== -ERRNO.ENOENT) {
      return yield* this.#fail(`cannot stat ${quoteAlways(to)}`, existing);
    }
    let exists = typeof existing !== 'number';
    let backup: string | undefined;
    if (typeof existing !== 'number') {
      const verdict = yield* this.#mayReplace(from, to, stat, existing);
      if (verdict !== 'replace') return verdict === 'keep';
      if (type !== S.IFDIR) {
        const made = yield* makeBackup(c, to, this.#options.backups);
        if (typeof made === 'number') {
          return yield* this.#fail(`cannot backup ${quoteAlways(to)}`, made);
        }
        backup = made;
        if (backup !== undefined) exists = false;
        else if (this.#options.removesFirst && (yield* c.unlink(to)) === 0) exists = false;
      }
    }
    const made = yield* this.#make(from, to, stat, exists, backup);
    if (made && type !== S.IFLNK) yield* this.#preserve(to, stat);
    return made;
  }

  /** A link that would replace a link does not stand for where it leads. */
  *#existing(to: string, type: number): Sleeping<Stat | number> {
    const own = yield* this.#c.lstat(to);
    if (typeof own === 'number' || (own.mode & S.IFMT) !== S.IFLNK || type === S.IFLNK) return own;
    if (this.#options.backups.control !== 'none' || this.#options.removesFirst) return own;
    return yield* this.#c.stat(to);
  }

  *#mayReplace(
    from: string,
    to: string,
    stat: Stat,
    existing: Stat,
  ): Sleeping<'replace' | 'keep' | 'fail'> {
    const c = this.#c;
    const isSource = (stat.mode & S.IFMT) === S.IFDIR;
    if (existing.dev === stat.dev && existing.ino === stat.ino) {
      if (this.#options.makes === 'hard link') return 'keep';
      yield* complain(c, `${quoteAlways(from)} and ${quoteAlways(to)} are the same file`);
      return 'fail';
    }
    const isDirectory = (existing.mode & S.IFMT) === S.IFDIR;
    if (isDirectory !== isSource) {
      const what = isDirectory
        ? `cannot overwrite directory ${quoteAlways(to)} with non-directory`
        : `cannot overwrite non-directory ${quoteAlways(to)} with directory ${quoteAlways(from)}`;
      yield* complain(c, what);
      return 'fail';
    }
    if (isDirectory || (yield* this.#mayOverwrite(to, existing, stat))) return 'replace';
    return 'keep';
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

  *#make(
    from: string,
    to: string,
    stat: Stat,
    exists: boolean,
    backup: string | undefined,
  ): Sleeping<boolean> {
    const c = this.#c;
    const { makes, preserves } = this.#options;
    const type = stat.mode & S.IFMT;
    const isCopiedAsFile = type === S.IFREG || !this.#options.recursive;
    if (type === S.IFDIR) return yield* this.#tree(from, to, stat, exists);
    if (this.#options.verbose) {
      const saved = backup === undefined ? '' : ` (backup: ${quoteAlways(backup)})`;
      c.out(`${quoteAlways(from)} -> ${quoteAlways(to)}${saved}\n`);
    }
    if (makes === 'hard link') return yield* this.#link(from, to, exists);
    if (makes === 'symbolic link') return yield* this.#symlink(from, to, exists);
    if (preserves.links && stat.nlink > 1) {
      const key = `${stat.dev}:${stat.ino}`;
      const copy = this.#copies.get(key);
      if (copy !== undefined) return yield* this.#link(copy, to, exists);
      this.#copies.set(key, to);
    }
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
    const entries = yield* listEntries(c, from);
    if (typeof entries === 'number') {
      return yield* this.#fail(`cannot access ${quoteAlways(from)}`, entries);
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
    const keepsLinks = this.#options.keepsLinks !== 'none';
    // As in coreutils, in the order of their inodes: a disk is read from its start to its end.
    for (const { name } of entries.toSorted((a, b) => a.ino - b.ino)) {
      const [source, target] = [joinPath(from, name), joinPath(to, name)];
      if (!(yield* this.#copy(source, target, keepsLinks, stat.dev))) isComplete = false;
    }
    return isComplete;
  }

  *#link(from: string, to: string, exists: boolean): Sleeping<boolean> {
    if (exists && this.#options.force) yield* this.#c.unlink(to);
    const failure = yield* this.#c.link(from, to);
    if (failure === 0) return true;
    const names = `${quoteAlways(to)} to ${quoteAlways(from)}`;
    return yield* this.#fail(`cannot create hard link ${names}`, failure);
  }

  *#symlink(from: string, to: string, exists: boolean): Sleeping<boolean> {
    if (!from.startsWith('/') && to.replace(/^(\.\/)+/, '').includes('/')) {
      const rule = 'can make relative symbolic links only in current directory';
      yield* complain(this.#c, `${to}: ${rule}`);
      return false;
    }
    if (exists && this.#options.force) yield* this.#c.unlink(to);
    const failure = yield* this.#c.symlink(from, to);
    if (failure === 0) return true;
    const names = `${quoteAlways(to)} to ${quoteAlways(from)}`;
    return yield* this.#fail(`cannot create symbolic link ${names}`, failure);
  }

  *#contents(from: string, to: string, stat: Stat): Sleeping<boolean> {
    const c = this.#c;
    const input = yield* c.open(from);
    if (input < 0) return yield* this.#fail(`cannot open ${quoteAlways(from)} for reading`, input);
    const isEmpty = this.#options.makes === 'attributes';
    const flags = O.WRONLY | O.CREAT | (isEmpty ? 0 : O.TRUNC);
    let output = yield* c.open(to, flags, stat.mode & PERMISSIONS);
    if (output < 0 && this.#options.force && (yield* c.unlink(to)) === 0) {
      output = yield* c.open(to, flags, stat.mode & PERMISSIONS);
    }
    if (output < 0) {
      yield* c.close(input);
      return yield* this.#fail(`cannot create regular file ${quoteAlways(to)}`, output);
    }
    const done = isEmpty || (yield* this.#pump(from, to, input, output));
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
    const { mode, ownership, timestamps } = this.#options.preserves;
    if (timestamps) {
      yield* this.#c.utimens(to, {
        atime: { seconds: stat.atime, nanoseconds: stat.atime_ns },
        mtime: { seconds: stat.mtime, nanoseconds: stat.mtime_ns },
      });
    }
    if (ownership) yield* this.#c.chown(to, stat.uid, stat.gid);
    if (mode) yield* this.#c.chmod(to, stat.mode & PERMISSIONS);
  }
}
