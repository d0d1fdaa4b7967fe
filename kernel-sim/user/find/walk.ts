// SPDX-License-Identifier: GPL-2.0-or-later
/** Walks the trees and evaluates the expression on each file. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ACCESS, S } from '../../uapi/fs.ts';
import type { Stat } from '../libc/file-calls.ts';
import type { Libc } from '../libc/libc.ts';
import { getgrgid, getgrnam, getpwnam, getpwuid } from '../libc/passwd.ts';
import { complain, errorText } from '../support/command.ts';
import { baseName, dirName, isDirectory, joinPath } from '../support/files.ts';
import { quoted } from '../support/locale.ts';
import { changeMode } from '../support/mode.ts';
import { runProgram } from '../support/run-program.ts';
import { compilePattern, matchPattern } from '../sh/pattern.ts';
import { ACTIONS, type Expression, type Primary } from './expression.ts';
import { formatFound, typeLetter, type Found } from './format.ts';

export interface WalkOptions {
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly isDepthFirst: boolean;
  /** -L: links stand for what they name; -H: only operands do. */
  readonly follows: 'never' | 'operands' | 'always';
}

/** User time of looking at one file. */
const FILE_NS = 500;
const DAY = 86_400;
/** How many names one `-exec … +` gets at most. */
const MAX_BATCH = 1000;

export class Walker {
  readonly #c: Libc;
  readonly #expression: Expression;
  readonly #options: WalkOptions;
  readonly #printsAll: boolean;
  readonly #batches = new Map<Primary, string[]>();
  #now = 0;
  #isPruned = false;
  #hasQuit = false;
  status = 0;

  constructor(c: Libc, expression: Expression, options: WalkOptions) {
    this.#c = c;
    this.#expression = expression;
    this.#options = options;
    this.#printsAll = !hasAction(expression);
  }

  *run(roots: readonly string[]): Sleeping<number> {
    const now = yield* this.#c.clock_gettime();
    this.#now = typeof now === 'number' ? 0 : now.seconds + now.nanoseconds / 1e9;
    for (const root of roots) {
      if (this.#hasQuit) break;
      yield* this.#visit(root, root, 0);
    }
    for (const [primary, paths] of this.#batches) yield* this.#runBatch(primary, paths);
    return this.status;
  }

  *#trouble(path: string, failure: number): Sleeping<void> {
    this.status = 1;
    yield* complain(this.#c, `${quoted(this.#c, path)}: ${errorText(failure)}`);
  }

  *#visit(path: string, root: string, depth: number): Sleeping<void> {
    const c = this.#c;
    yield* c.charge(FILE_NS);
    const { follows, minDepth, maxDepth, isDepthFirst } = this.#options;
    const isFollowed = follows === 'always' || (follows === 'operands' && depth === 0);
    let stat = yield* isFollowed ? c.stat(path) : c.lstat(path);
    // A link to nowhere stands for itself.
    if (typeof stat === 'number' && isFollowed) stat = yield* c.lstat(path);
    if (typeof stat === 'number') {
      yield* this.#trouble(path, stat);
      return;
    }
    const found: Found = { path, root, depth, stat };
    this.#isPruned = false;
    if (depth >= minDepth && !isDepthFirst) yield* this.#look(found);
    const isPruned = this.#isPruned && !isDepthFirst;
    if (isDirectory(stat) && depth < maxDepth && !isPruned && !this.#hasQuit) {
      const entries = yield* c.read_directory(path);
      if (typeof entries === 'number') yield* this.#trouble(path, entries);
      else {
        for (const { name } of entries) {
          if (name === '.' || name === '..') continue;
          if (this.#hasQuit) return;
          yield* this.#visit(joinPath(path, name), root, depth + 1);
        }
      }
    }
    if (depth >= minDepth && isDepthFirst) yield* this.#look(found);
  }

  *#look(found: Found): Sleeping<void> {
    const isTrue = yield* this.#evaluate(this.#expression, found);
    if (isTrue && this.#printsAll) yield* this.#c.print(`${found.path}\n`);
  }

  *#evaluate(node: Expression, found: Found): Sleeping<boolean> {
    switch (node.kind) {
      case 'and':
        for (const part of node.parts) {
          if (!(yield* this.#evaluate(part, found))) return false;
          if (this.#hasQuit) return true;
        }
        return true;
      case 'or':
        for (const part of node.parts) if (yield* this.#evaluate(part, found)) return true;
        return false;
      case 'list': {
        let last = true;
        for (const part of node.parts) last = yield* this.#evaluate(part, found);
        return last;
      }
      case 'not':
        return !(yield* this.#evaluate(node.part, found));
      case 'primary':
        return ACTIONS.has(node.name)
          ? yield* this.#act(node, found)
          : yield* this.#test(node, found);
      default:
        return node satisfies never;
    }
  }

  *#test(node: Primary, found: Found): Sleeping<boolean> {
    const { path, stat } = found;
    const { name, argument } = node;
    switch (name) {
      case '-true':
        return true;
      case '-prune':
        this.#isPruned = true;
        return true;
      case '-name':
      case '-iname':
        return matches(argument, baseName(path), name === '-iname');
      case '-path':
      case '-wholename':
      case '-ipath':
        return matches(argument, path, name === '-ipath');
      case '-lname': {
        const target = yield* this.#c.readlink(path);
        return typeof target === 'string' && matches(argument, target, false);
      }
      case '-regex':
      case '-iregex':
        return node.regex?.exec(path)?.end === path.length;
      case '-type':
        return argument.split(',').includes(typeLetter(stat));
      case '-xtype': {
        const target = yield* this.#c.stat(path);
        return typeLetter(typeof target === 'number' ? stat : target) === argument;
      }
      case '-size':
        return isSize(argument, stat.size);
      case '-empty':
        return yield* this.#isEmpty(path, stat);
      case '-perm':
        return hasPermissions(argument, stat.mode);
      case '-links':
        return compare(argument, stat.nlink);
      case '-inum':
        return compare(argument, stat.ino);
      case '-uid':
        return compare(argument, stat.uid);
      case '-gid':
        return compare(argument, stat.gid);
      default:
        return yield* this.#testMore(node, found);
    }
  }

  /** Tests that ask for times, people and other files. */
  *#testMore(node: Primary, { path, stat }: Found): Sleeping<boolean> {
    const c = this.#c;
    const { name, argument } = node;
    const time = { a: stat.atime, c: stat.ctime, m: stat.mtime }[name.charAt(1)] ?? stat.mtime;
    switch (name) {
      case '-mtime':
      case '-atime':
      case '-ctime':
        return compare(argument, Math.floor((this.#now - time) / DAY));
      case '-mmin':
      case '-amin':
      case '-cmin':
        return compare(argument, Math.ceil((this.#now - time) / 60));
      case '-newer':
      case '-anewer':
      case '-cnewer': {
        const other = yield* c.stat(argument);
        if (typeof other === 'number') return false;
        const own = name === '-newer' ? stat.mtime : time;
        return own > other.mtime || (own === other.mtime && stat.mtime_ns > other.mtime_ns);
      }
      case '-samefile': {
        const other = yield* c.stat(argument);
        return typeof other !== 'number' && other.ino === stat.ino && other.dev === stat.dev;
      }
      case '-user':
        return stat.uid === ((yield* getpwnam(c, argument))?.uid ?? Number(argument));
      case '-group':
        return stat.gid === ((yield* getgrnam(c, argument))?.gid ?? Number(argument));
      case '-nouser':
        return (yield* getpwuid(c, stat.uid)) === undefined;
      case '-nogroup':
        return (yield* getgrgid(c, stat.gid)) === undefined;
      case '-readable':
        return (yield* c.access(path, ACCESS.R_OK)) === 0;
      case '-writable':
        return (yield* c.access(path, ACCESS.W_OK)) === 0;
      case '-executable':
        return (yield* c.access(path, ACCESS.X_OK)) === 0;
      default:
        return false;
    }
  }

  *#isEmpty(path: string, stat: Stat): Sleeping<boolean> {
    if ((stat.mode & S.IFMT) === S.IFREG) return stat.size === 0;
    if (!isDirectory(stat)) return false;
    const entries = yield* this.#c.read_directory(path);
    return typeof entries !== 'number' && entries.every(({ name }) => /^\.\.?$/.test(name));
  }

  *#act(node: Primary, found: Found): Sleeping<boolean> {
    const c = this.#c;
    const { path, stat } = found;
    switch (node.name) {
      case '-print':
        yield* c.print(`${path}\n`);
        return true;
      case '-print0':
        yield* c.print(`${path}\0`);
        return true;
      case '-printf':
      case '-ls': {
        const target = yield* c.readlink(path);
        const names = {
          user: (yield* getpwuid(c, stat.uid))?.name ?? String(stat.uid),
          group: (yield* getgrgid(c, stat.gid))?.name ?? String(stat.gid),
          target: typeof target === 'string' ? target : '',
        };
        yield* c.print(formatFound(node.argument || LS_FORMAT, found, names));
        return true;
      }
      case '-delete': {
        if (path === '.') return true;
        const failure = yield* isDirectory(stat) ? c.rmdir(path) : c.unlink(path);
        if (failure === 0) return true;
        this.status = 1;
        yield* complain(c, `cannot delete ${quoted(c, path)}: ${errorText(failure)}`);
        return false;
      }
      case '-quit':
        this.#hasQuit = true;
        return true;
      default:
        return yield* this.#run(node, path);
    }
  }

  *#run(node: Primary, path: string): Sleeping<boolean> {
    const isInDirectory = node.name === '-execdir';
    const shown = isInDirectory ? `./${baseName(path)}` : path;
    if (node.isBatch) {
      const paths = this.#batches.get(node) ?? [];
      this.#batches.set(node, paths);
      paths.push(shown);
      if (paths.length >= MAX_BATCH) yield* this.#runBatch(node, paths.splice(0));
      return true;
    }
    const words = node.words.map((word) => word.replaceAll('{}', shown));
    const c = this.#c;
    const here = isInDirectory ? yield* c.getcwd() : 0;
    if (isInDirectory) yield* c.chdir(dirName(path));
    const ended = yield* runProgram(c, words);
    if (typeof here === 'string') yield* c.chdir(here);
    if (ended.kind !== 'failed') return ended.kind === 'exited' && ended.status === 0;
    yield* complain(c, `${quoted(c, words[0] ?? '')}: ${errorText(ended.errno)}`);
    return false;
  }

  *#runBatch(node: Primary, paths: readonly string[]): Sleeping<void> {
    if (paths.length === 0) return;
    const ended = yield* runProgram(this.#c, [...node.words, ...paths]);
    if (ended.kind === 'failed') yield* this.#trouble(node.words[0] ?? '', ended.errno);
    else if (ended.kind === 'killed' || ended.status !== 0) this.status = 1;
  }
}

const LS_FORMAT = '%9i %6k %M %3n %-8u %-8g %8s %Tb %Te %TH:%TM %p\n';

function hasAction(node: Expression): boolean {
  if (node.kind === 'primary') return ACTIONS.has(node.name);
  return node.kind === 'not' ? hasAction(node.part) : node.parts.some((part) => hasAction(part));
}

function matches(pattern: string, text: string, ignoreCase: boolean): boolean {
  if (!ignoreCase) return matchPattern(compilePattern(pattern), text);
  return matchPattern(compilePattern(pattern.toLowerCase()), text.toLowerCase());
}

/** `+N` more, `-N` less, `N` exactly. */
function compare(argument: string, value: number): boolean {
  if (argument.startsWith('+')) return value > Number(argument.slice(1));
  if (argument.startsWith('-')) return value < Number(argument.slice(1));
  return value === Number(argument);
}

// prettier-ignore
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['b', 512], ['c', 1], ['w', 2], ['k', 1024], ['M', 1024 ** 2], ['G', 1024 ** 3],
]);

/** Sizes are compared in whole units, rounded up. */
function isSize(argument: string, size: number): boolean {
  const unit = /[a-zA-Z]$/.exec(argument)?.[0] ?? 'b';
  const number = argument.replace(/[a-zA-Z]$/, '');
  return compare(number, Math.ceil(size / (SIZE_UNITS.get(unit) ?? 512)));
}

/** `-MODE`: all bits; `/MODE`: any; else exactly. */
function hasPermissions(argument: string, mode: number): boolean {
  const kind = argument.charAt(0);
  const text = kind === '-' || kind === '/' ? argument.slice(1) : argument;
  const wanted = changeMode(text, 0, false, 0) ?? 0;
  const bits = mode & 0o7777;
  if (kind === '-') return (bits & wanted) === wanted;
  if (kind === '/') return wanted === 0 || (bits & wanted) !== 0;
  return bits === wanted;
}
