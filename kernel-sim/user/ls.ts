// SPDX-License-Identifier: GPL-2.0-or-later
/** ls: lists files and directories. What it prints is made in ls/format.ts. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { DT, S } from '../uapi/fs.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import { read_group, read_passwd } from './libc/passwd.ts';
import { Listing, type Entry } from './ls/format.ts';
import { LS_HELP } from './ls/help.ts';
import { LS_LONG, LS_SHORT, lsOptions, type LsOptions } from './ls/options.ts';
import { quoteFor } from './ls/quoting.ts';
import { sortEntries } from './ls/sort.ts';
import { matchPattern } from './sh/pattern.ts';
import { command, complain, errorText, tryHelp } from './support/command.ts';
import { isDirectory, joinPath } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';

/** A problem with a name on the command line, and one with anything else. */
const SERIOUS = 2;
const MINOR = 1;

const MODE_BY_TYPE: ReadonlyMap<number, number> = new Map([
  [DT.FIFO, S.IFIFO],
  [DT.CHR, S.IFCHR],
  [DT.DIR, S.IFDIR],
  [DT.BLK, S.IFBLK],
  [DT.REG, S.IFREG],
  [DT.LNK, S.IFLNK],
]);

export const ls = command({
  short: LS_SHORT,
  long: LS_LONG,
  help: LS_HELP,
  usageStatus: SERIOUS,
  *main(c, args) {
    const size = yield* c.get_winsize(1);
    const width = typeof size === 'number' ? undefined : size.columns;
    const options = lsOptions(c, args, width);
    if ('error' in options) {
      yield* complain(c, options.error);
      // As in coreutils, where a word that is none of those allowed is not as serious.
      return options.hint ? yield* tryHelp(c, options.isSerious ? SERIOUS : MINOR) : SERIOUS;
    }
    return yield* new Ls(c, options).run(args.operands);
  },
});

class Ls {
  readonly #c: Libc;
  readonly #options: LsOptions;
  readonly #needsStat: boolean;
  #listing: Listing;
  #status = 0;
  #isFirst = true;

  constructor(c: Libc, options: LsOptions) {
    this.#c = c;
    this.#options = options;
    this.#listing = new Listing(options, { users: new Map(), groups: new Map() }, 0);
    this.#needsStat =
      options.format === 'long' ||
      options.blocks ||
      options.indicator === 'classify' ||
      options.palette !== undefined ||
      options.directoriesFirst ||
      options.sort === 'time' ||
      options.sort === 'size';
  }

  *run(operands: readonly string[]): Sleeping<number> {
    if (this.#options.format === 'long') yield* this.#prepareLong();
    const files: Entry[] = [];
    const directories: Entry[] = [];
    for (const name of operands.length > 0 ? operands : ['.']) {
      const entry = yield* this.#operand(name);
      if (entry === undefined) continue;
      const isListed = (entry.mode & S.IFMT) === S.IFDIR && !this.#options.directories;
      (isListed ? directories : files).push(entry);
    }
    if (files.length > 0) {
      this.#isFirst = false;
      yield* this.#c.print(this.#listing.text(this.#sorted(files)));
    }
    const hasHeadings = operands.length > 1 || this.#options.recursive;
    for (const { name } of this.#sorted(directories)) {
      yield* this.#directory(name, hasHeadings, SERIOUS);
    }
    return this.#status;
  }

  *#prepareLong(): Sleeping<void> {
    const users = new Map((yield* read_passwd(this.#c)).map(({ uid, name }) => [uid, name]));
    const groups = new Map((yield* read_group(this.#c)).map(({ gid, name }) => [gid, name]));
    const now = yield* this.#c.clock_gettime();
    const seconds = typeof now === 'number' ? 0 : now.seconds;
    this.#listing = new Listing(this.#options, { users, groups }, seconds);
  }

  *#operand(name: string): Sleeping<Entry | undefined> {
    const { format, directories, indicator, dereference, commandLineLinks } = this.#options;
    // A link to a directory that is named stands for the directory, unless links are of interest.
    const followsToDirectory =
      commandLineLinks === 'directories' ||
      (format !== 'long' && !directories && indicator !== 'classify');
    let stat =
      dereference || commandLineLinks === 'all'
        ? yield* this.#c.stat(name)
        : yield* this.#c.lstat(name);
    if (followsToDirectory && typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFLNK) {
      const target = yield* this.#c.stat(name);
      if (isDirectory(target)) stat = target;
    }
    if (typeof stat === 'number') {
      yield* this.#problem(`cannot access ${quoteAlways(name)}`, stat, SERIOUS);
      return undefined;
    }
    return yield* this.#entry(name, name, stat);
  }

  *#problem(what: string, failure: number, status: number): Sleeping<void> {
    yield* complain(this.#c, `${what}: ${errorText(failure)}`);
    this.#status = Math.max(this.#status, status);
  }

  *#entry(name: string, path: string, stat: Stat): Sleeping<Entry> {
    const entry = { name, mode: stat.mode, ino: stat.ino, stat };
    const { format, palette, directoriesFirst } = this.#options;
    const isFollowed = format === 'long' || directoriesFirst || palette?.has('or') === true;
    if ((stat.mode & S.IFMT) !== S.IFLNK || !isFollowed) return entry;
    const target = yield* this.#c.readlink(path);
    if (typeof target === 'number') return entry;
    const targetStat = yield* this.#c.stat(path);
    const targetMode = typeof targetStat === 'number' ? 0 : targetStat.mode;
    return { ...entry, target, targetMode };
  }

  *#directory(path: string, hasHeading: boolean, severity: number): Sleeping<void> {
    const c = this.#c;
    const found = yield* c.read_directory(path);
    if (typeof found === 'number') {
      yield* this.#problem(`cannot open directory ${quoteAlways(path)}`, found, severity);
      return;
    }
    if (hasHeading) {
      const shown = quoteFor(this.#options.quoting, path);
      yield* c.print(`${this.#isFirst ? '' : '\n'}${shown}:\n`);
    }
    this.#isFirst = false;
    const entries: Entry[] = [];
    for (const { name, type, ino } of found) {
      if (!this.#isShown(name)) continue;
      const mode = MODE_BY_TYPE.get(type) ?? 0;
      if (!this.#needsStat && mode !== 0) {
        entries.push({ name, mode, ino, stat: undefined });
        continue;
      }
      const file = path === '.' ? name : joinPath(path, name);
      const stat = this.#options.dereference ? yield* c.stat(file) : yield* c.lstat(file);
      if (typeof stat === 'number') {
        yield* this.#problem(`cannot access ${quoteAlways(file)}`, stat, MINOR);
        entries.push({ name, mode, ino, stat: undefined });
      } else entries.push(yield* this.#entry(name, file, stat));
    }
    const sorted = this.#sorted(entries);
    yield* c.print(this.#listing.total(sorted) + this.#listing.text(sorted));
    if (!this.#options.recursive) return;
    for (const { name, mode } of sorted) {
      if ((mode & S.IFMT) !== S.IFDIR || name === '.' || name === '..') continue;
      yield* this.#directory(joinPath(path, name), true, MINOR);
    }
  }

  #isShown(name: string): boolean {
    const { hidden, ignored } = this.#options;
    const isDotted = name.startsWith('.');
    if (isDotted && hidden === 'none') return false;
    if (hidden === 'almost-all' && (name === '.' || name === '..')) return false;
    // A pattern that does not say so does not match a dot in front.
    return !ignored.some(
      ({ pattern, matchesDot }) => (!isDotted || matchesDot) && matchPattern(pattern, name),
    );
  }

  #sorted(entries: readonly Entry[]): readonly Entry[] {
    return sortEntries(entries, this.#options);
  }
}
