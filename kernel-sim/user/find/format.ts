// SPDX-License-Identifier: GPL-2.0-or-later
/** `-printf`'s directives and escapes. */
import { S } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Stat } from '../libc/file-calls.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { readEscape } from '../support/escapes.ts';
import { baseName, dirName } from '../support/files.ts';
import { modeString } from '../support/mode.ts';

/** A file as find meets it. */
export interface Found {
  readonly path: string;
  /** The operand under which it was found. */
  readonly root: string;
  readonly depth: number;
  readonly stat: Stat;
}

export interface FoundNames {
  readonly user: string;
  readonly group: string;
  readonly target: string;
}

// prettier-ignore
const TYPE_LETTERS: ReadonlyMap<number, string> = new Map([
  [S.IFREG, 'f'], [S.IFDIR, 'd'], [S.IFLNK, 'l'], [S.IFCHR, 'c'], [S.IFBLK, 'b'], [S.IFIFO, 'p'],
  [S.IFSOCK, 's'],
]);

export function typeLetter(stat: Stat): string {
  return TYPE_LETTERS.get(stat.mode & S.IFMT) ?? 'U';
}

export function formatFound(format: string, found: Found, names: FoundNames): string {
  return format.replaceAll(
    /%([-0#+ ]*)(\d*)(?:\.(\d+))?(?:([ACT])(.)|(.))|(\\(?:[0-7]{1,3}|[\s\S]))/gs,
    (...match: (string | undefined)[]) => {
      const [whole = '', flags = '', width = '', , time, timeLetter = '', letter, escape] = match;
      if (escape !== undefined) {
        return decodeUtf8(Uint8Array.from(readEscape(escape, 0, false).bytes));
      }
      const text = time === undefined ? value(letter ?? '', found, names) : when(time, timeLetter);
      if (text === undefined) return whole;
      if (flags.includes('-')) return text.padEnd(Number(width));
      return text.padStart(Number(width), flags.includes('0') && letter === 'm' ? '0' : ' ');
    },
  );

  function when(which: string, letter: string): string {
    const { stat } = found;
    const [seconds, ns] =
      which === 'A'
        ? [stat.atime, stat.atime_ns]
        : which === 'C'
          ? [stat.ctime, stat.ctime_ns]
          : [stat.mtime, stat.mtime_ns];
    // find's fractions have ten digits.
    const fraction = `${String(ns).padStart(9, '0')}0`;
    if (letter === '@') return `${seconds}.${fraction}`;
    const civil = civilTime(seconds, ns);
    if (letter === '+') return `${strftime('%F+%T', civil)}.${fraction}`;
    if (letter === 'S' || letter === 'T') return `${strftime(`%${letter}`, civil)}.${fraction}`;
    return strftime(`%${letter}`, civil);
  }
}

function value(letter: string, found: Found, names: FoundNames): string | undefined {
  const { path, root, depth, stat } = found;
  switch (letter) {
    case 'p':
      return path;
    case 'f':
      return baseName(path);
    case 'h':
      return path.includes('/') ? dirName(path) : '.';
    case 'P':
      return path === root ? '' : path.slice(root.length).replace(/^\/+/, '');
    case 'H':
      return root;
    case 's':
      return String(stat.size);
    case 'm':
      return (stat.mode & 0o7777).toString(8);
    case 'M':
      return modeString(stat.mode);
    case 'u':
      return names.user;
    case 'g':
      return names.group;
    case 'U':
      return String(stat.uid);
    case 'G':
      return String(stat.gid);
    case 'y':
      return typeLetter(stat);
    case 'l':
      return names.target;
    case 'd':
      return String(depth);
    case 'n':
      return String(stat.nlink);
    case 'i':
      return String(stat.ino);
    case 'b':
      return String(stat.blocks);
    case 'k':
      return String(Math.ceil(stat.blocks / 2));
    case 't':
      return strftime('%a %b %e %T.%N0 %Y', civilTime(stat.mtime, stat.mtime_ns));
    case '%':
      return '%';
    default:
      return undefined;
  }
}
