// SPDX-License-Identifier: GPL-2.0-or-later
/** stat: what the file system knows of a file. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { major, minor, S } from '../uapi/fs.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import { getgrgid, getpwuid } from './libc/passwd.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, complain, errorText, has, missingOperand, valueOf } from './support/command.ts';
import { readEscape } from './support/escapes.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { modeString } from './support/mode.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: stat [OPTION]... FILE...
Display file or file system status.

  -L, --dereference     follow links
  -c  --format=FORMAT   use the specified FORMAT instead of the default;
                          output a newline after each use of FORMAT
      --printf=FORMAT   like --format, but interpret backslash escapes,
                          and do not output a mandatory trailing newline
      --cached=MODE     accepted: nothing is cached here
  -t, --terse           print the information in terse form
      --help        display this help and exit
`;

const DEFAULT =
  '  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n' +
  'Device: %Hd,%Ld\tInode: %-11i Links: %h%R\n' +
  'Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n' +
  'Access: %x\nModify: %y\nChange: %z\n Birth: %w\n';
const TERSE = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n';

export const stat = command({
  short: 'Lc:tf',
  long: { dereference: 'L', cached: 'cached:', format: 'c:', printf: 'printf:', terse: 't' },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    const format = valueOf(args, 'c');
    const escaped = valueOf(args, 'printf');
    const template =
      escaped !== undefined
        ? unescape(escaped)
        : format !== undefined
          ? `${format}\n`
          : has(args, 't')
            ? TERSE
            : DEFAULT;
    let status = 0;
    for (const path of args.operands) {
      const found = yield* has(args, 'L') ? c.stat(path) : c.lstat(path);
      if (typeof found === 'number') {
        yield* complain(c, `cannot statx ${quoteAlways(path)}: ${errorText(found)}`);
        status = 1;
        continue;
      }
      c.out(expand(template, yield* fieldsOf(c, path, found, template !== DEFAULT)));
    }
    return status;
  },
});

function unescape(text: string): string {
  return text.replaceAll(/\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (escape) =>
    decodeUtf8(Uint8Array.from(readEscape(escape, 0, false).bytes)),
  );
}

function expand(template: string, fields: ReadonlyMap<string, string>): string {
  return template.replaceAll(
    /%([-0#]*)(\d*)(?:\.(\d*))?([HL]?[a-zA-Z%])/g,
    (_, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === '%') return '%';
      const text = withPrecision(fields.get(letter) ?? '?', letter, precision);
      if (flags.includes('-')) return text.padEnd(Number(width));
      return text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    },
  );
}

/** Of times the precision is how many digits of the fraction are shown, of texts their length. */
function withPrecision(text: string, letter: string, precision: string | undefined): string {
  const [seconds = '', fraction] = text.split('.');
  const isTime = /^[XYZ]$/.test(letter);
  if (precision === undefined) return isTime ? seconds : text;
  if (!isTime) return text.slice(0, Number(precision));
  const digits = fraction === undefined ? '' : ofLength(fraction, Number(precision || 9));
  return digits === '' ? seconds : `${seconds}.${digits}`;
}

function ofLength(digits: string, length: number): string {
  return digits.slice(0, length).padEnd(length, '0');
}

/** `quotes`: names that %N shows are quoted, as in any format but the usual one. */
function* fieldsOf(
  c: Libc,
  path: string,
  stat: Stat,
  quotes: boolean,
): Sleeping<ReadonlyMap<string, string>> {
  const user = (yield* getpwuid(c, stat.uid))?.name ?? 'UNKNOWN';
  const group = (yield* getgrgid(c, stat.gid))?.name ?? 'UNKNOWN';
  const isLink = (stat.mode & S.IFMT) === S.IFLNK;
  const target = isLink ? yield* c.readlink(path) : undefined;
  const isDevice = [S.IFCHR, S.IFBLK].some((type) => type === (stat.mode & S.IFMT));
  const quote = (name: string): string => (quotes ? quoteAlways(name) : name);
  const shown = typeof target === 'string' ? `${quote(path)} -> ${quote(target)}` : quote(path);
  const time = (seconds: number, ns: number): string =>
    strftime('%F %T.%N %z', civilTime(seconds, ns));
  const epoch = (seconds: number, ns: number): string =>
    `${seconds}.${String(ns).padStart(9, '0')}`;
  return new Map([
    ['n', path],
    ['N', shown],
    ['s', String(stat.size)],
    ['b', String(stat.blocks)],
    ['B', '512'],
    ['o', String(stat.blksize)],
    ['f', stat.mode.toString(16)],
    ['F', typeName(stat)],
    ['a', (stat.mode & 0o7777).toString(8)],
    ['A', modeString(stat.mode)],
    ['u', String(stat.uid)],
    ['U', user],
    ['g', String(stat.gid)],
    ['G', group],
    ['i', String(stat.ino)],
    ['h', String(stat.nlink)],
    ['d', String(stat.dev)],
    ['D', stat.dev.toString(16)],
    ['Hd', String(major(stat.dev))],
    ['Ld', String(minor(stat.dev))],
    ['t', major(stat.rdev).toString(16)],
    ['T', minor(stat.rdev).toString(16)],
    ['R', isDevice ? `     Device type: ${major(stat.rdev)},${minor(stat.rdev)}` : ''],
    ['x', time(stat.atime, stat.atime_ns)],
    ['y', time(stat.mtime, stat.mtime_ns)],
    ['z', time(stat.ctime, stat.ctime_ns)],
    ['w', '-'],
    ['X', epoch(stat.atime, stat.atime_ns)],
    ['Y', epoch(stat.mtime, stat.mtime_ns)],
    ['Z', epoch(stat.ctime, stat.ctime_ns)],
    ['W', '0'],
    ['m', '/'],
  ]);
}

function typeName(stat: Stat): string {
  switch (stat.mode & S.IFMT) {
    case S.IFDIR:
      return 'directory';
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
