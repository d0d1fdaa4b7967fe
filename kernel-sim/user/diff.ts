// SPDX-License-Identifier: GPL-2.0-or-later
/** diff: what differs between files, line by line. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { compareLines, type Change } from './diff/compare.ts';
import { formatContext, formatNormal, formatUnified, type Text } from './diff/format.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import type { ParsedCommandLine } from './support/command.ts';
import { baseName, isDirectory, joinPath, listNames } from './support/files.ts';
import { quoteName } from './support/quote.ts';

const SAME = 0;
const DIFFERENT = 1;
const TROUBLE = 2;
const CONTEXT = 3;

const HELP = `Usage: diff [OPTION]... FILES
Compare FILES line by line.

      --normal                  output a normal diff (the default)
  -q, --brief                   report only when files differ
  -s, --report-identical-files  report when two files are the same
  -c                            output 3 lines of copied context
  -C, --context=NUM             output NUM lines of copied context
  -u                            output 3 lines of unified context
  -U, --unified=NUM             output NUM lines of unified context
  -r, --recursive               recursively compare any subdirectories found
  -N, --new-file                treat absent files as empty
  -i, --ignore-case             ignore case differences in file contents
  -b, --ignore-space-change     ignore changes in the amount of white space
  -w, --ignore-all-space        ignore all white space
  -B, --ignore-blank-lines      ignore changes where lines are all blank
  -a, --text                    treat all files as text
      --label=LABEL             use LABEL instead of file name and timestamp
      --help                    display this help and exit

FILES are 'FILE1 FILE2' or 'DIR1 DIR2' or 'DIR FILE' or 'FILE DIR'.
If a FILE is '-', read standard input.
Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.
`;

export const diff = command({
  short: 'qscC:uU:rNibwBa',
  long: {
    normal: 'normal',
    brief: 'q',
    'report-identical-files': 's',
    context: 'C::',
    unified: 'U::',
    recursive: 'r',
    'new-file': 'N',
    'ignore-case': 'i',
    'ignore-space-change': 'b',
    'ignore-all-space': 'w',
    'ignore-blank-lines': 'B',
    text: 'a',
    label: 'label:',
  },
  help: HELP,
  usageStatus: TROUBLE,
  namesHint: true,
  *main(c, args) {
    const [first, second, extra] = args.operands;
    if (first === undefined || second === undefined) {
      return yield* misuse(c, `missing operand after '${first ?? 'diff'}'`, TROUBLE, true);
    }
    if (extra !== undefined) return yield* misuse(c, `extra operand '${extra}'`, TROUBLE, true);
    return yield* new Comparison(c, args).compare(first, second, true);
  },
});

interface Side {
  readonly path: string;
  readonly stat: Stat | undefined;
}

class Comparison {
  readonly #c: Libc;
  readonly #args: ParsedCommandLine;
  readonly #flags: string;

  constructor(c: Libc, args: ParsedCommandLine) {
    this.#c = c;
    this.#args = args;
    // As the line above each file of a directory repeats them.
    this.#flags = c.argv
      .slice(1)
      .filter((word) => word.startsWith('-') && word !== '-')
      .map((word) => ` ${quoteName(word)}`)
      .join('');
  }

  *compare(first: string, second: string, isOperand: boolean): Sleeping<number> {
    const a = yield* this.#side(first);
    const b = yield* this.#side(second);
    const isAbsentAllowed = has(this.#args, 'N') && (a.stat ?? b.stat) !== undefined;
    if (!isAbsentAllowed && (a.stat === undefined || b.stat === undefined)) {
      for (const { path, stat } of [a, b]) {
        if (stat === undefined) yield* complain(this.#c, `${path}: ${errorText(-ERRNO.ENOENT)}`);
      }
      return TROUBLE;
    }
    const areDirectories = [a, b].map(({ stat }) => stat !== undefined && isDirectory(stat));
    const [isFirst = false, isSecond = false] = areDirectories;
    if (isFirst && isSecond) {
      if (isOperand || has(this.#args, 'r')) return yield* this.#directories(first, second);
      yield* this.#c.print(`Common subdirectories: ${first} and ${second}\n`);
      return SAME;
    }
    if (isFirst !== isSecond && isOperand) {
      const [from, to] = isFirst
        ? [joinPath(first, baseName(second)), second]
        : [first, joinPath(second, baseName(first))];
      return yield* this.compare(from, to, false);
    }
    if (isFirst !== isSecond) {
      const kind = (isDir: boolean): string => (isDir ? 'directory' : 'regular file');
      yield* this.#c.print(
        `File ${first} is a ${kind(isFirst)} while file ${second} is a ${kind(isSecond)}\n`,
      );
      return DIFFERENT;
    }
    return yield* this.#files(a, b, !isOperand && has(this.#args, 'r'));
  }

  *#side(path: string): Sleeping<Side> {
    const stat = path === '-' ? yield* this.#c.fstat(0) : yield* this.#c.stat(path);
    return { path, stat: typeof stat === 'number' ? undefined : stat };
  }

  *#directories(first: string, second: string): Sleeping<number> {
    const a = yield* listNames(this.#c, first);
    const b = yield* listNames(this.#c, second);
    if (typeof a === 'number' || typeof b === 'number') return TROUBLE;
    let status = SAME;
    for (const name of [...new Set([...a, ...b])].toSorted()) {
      const isOnly = a.includes(name) !== b.includes(name);
      if (isOnly && !has(this.#args, 'N')) {
        const where = a.includes(name) ? first : second;
        yield* this.#c.print(`Only in ${where.replace(/\/+$/, '')}: ${name}\n`);
        status = Math.max(status, DIFFERENT);
        continue;
      }
      const paths = [joinPath(first, name), joinPath(second, name)] as const;
      status = Math.max(status, yield* this.compare(paths[0], paths[1], false));
    }
    return status;
  }

  *#read({ path, stat }: Side): Sleeping<Uint8Array | number> {
    if (stat === undefined) return new Uint8Array(0);
    return path === '-' ? yield* this.#c.read_to_end(0) : yield* this.#c.read_file(path);
  }

  *#files(a: Side, b: Side, isTitled: boolean): Sleeping<number> {
    const c = this.#c;
    const args = this.#args;
    const first = yield* this.#read(a);
    const second = yield* this.#read(b);
    for (const [side, bytes] of [[a, first] as const, [b, second] as const]) {
      if (typeof bytes !== 'number') continue;
      yield* complain(c, `${side.path}: ${errorText(bytes)}`);
      return TROUBLE;
    }
    if (typeof first === 'number' || typeof second === 'number') return TROUBLE;
    yield* c.charge(first.length + second.length);
    const isBinary = (first.includes(0) || second.includes(0)) && !has(args, 'a');
    const texts = [textOf(first), textOf(second)] as const;
    const changes = isBinary ? binaryChanges(first, second) : this.#changes(texts[0], texts[1]);
    if (changes.length === 0) {
      if (has(args, 's')) yield* c.print(`Files ${a.path} and ${b.path} are identical\n`);
      return SAME;
    }
    if (has(args, 'q') || isBinary) {
      const kind = isBinary && !has(args, 'q') ? 'Binary files' : 'Files';
      yield* c.print(`${kind} ${a.path} and ${b.path} differ\n`);
      return DIFFERENT;
    }
    const names = `${quoteName(a.path)} ${quoteName(b.path)}`;
    if (isTitled) yield* c.print(`diff${this.#flags} ${names}\n`);
    yield* c.print(this.#format(a, b, texts[0], texts[1], changes));
    return DIFFERENT;
  }

  #changes(a: Text, b: Text): readonly Change[] {
    const args = this.#args;
    const key = (text: Text): string[] =>
      text.lines.map((line, index) => {
        const isBare = index === text.lines.length - 1 && !text.terminated;
        let result = line;
        if (has(args, 'w')) result = result.replaceAll(/\s+/g, '');
        else if (has(args, 'b')) result = result.replaceAll(/\s+/g, ' ').replace(/ $/, '');
        else if (isBare) result += '\0';
        return has(args, 'i') ? result.toLowerCase() : result;
      });
    const changes = compareLines(key(a), key(b));
    if (!has(args, 'B')) return changes;
    return changes.filter(({ a0, a1, b0, b1 }) =>
      [...a.lines.slice(a0, a1), ...b.lines.slice(b0, b1)].some((line) => line.trim() !== ''),
    );
  }

  #format(a: Side, b: Side, old: Text, now: Text, changes: readonly Change[]): string {
    const args = this.#args;
    const style = args.options.findLast(({ name }) => /^(?:[cCuU]|normal)$/.test(name))?.name;
    if (style === undefined || style === 'normal') return formatNormal(old, now, changes);
    const isUnified = style === 'u' || style === 'U';
    const context = Number(valueOf(args, style) ?? CONTEXT);
    const labels = args.options.filter(({ name }) => name === 'label');
    const header = (mark: string, side: Side, index: number): string =>
      `${mark} ${labels[index]?.value ?? `${side.path}\t${timeOf(side.stat)}`}\n`;
    const format = isUnified ? formatUnified : formatContext;
    return (
      header(isUnified ? '---' : '***', a, 0) +
      header(isUnified ? '+++' : '---', b, 1) +
      format(old, now, changes, context)
    );
  }
}

function timeOf(stat: Stat | undefined): string {
  return strftime('%F %T.%N %z', civilTime(stat?.mtime ?? 0, stat?.mtime_ns ?? 0));
}

function textOf(bytes: Uint8Array): Text {
  const lines = decodeUtf8(bytes).split('\n');
  const terminated = lines.at(-1) === '';
  if (terminated) lines.pop();
  return { lines, terminated: terminated || bytes.length === 0 };
}

function binaryChanges(a: Uint8Array, b: Uint8Array): readonly Change[] {
  const isSame = a.length === b.length && a.every((byte, index) => byte === b[index]);
  return isSame ? [] : [{ a0: 0, a1: 1, b0: 0, b1: 1 }];
}
