// SPDX-License-Identifier: GPL-2.0-or-later
/** Colours of file names: LS_COLORS, else what ls has built in. */
import { S } from '../../uapi/fs.ts';

export type Palette = ReadonlyMap<string, string>;

// prettier-ignore
const BUILT_IN: Palette = new Map([
  ['di', '01;34'], ['ln', '01;36'], ['pi', '33'], ['so', '01;35'], ['bd', '01;33'], ['cd', '01;33'],
  ['ex', '01;32'], ['su', '37;41'], ['sg', '30;43'], ['st', '37;44'], ['ow', '34;42'],
  ['tw', '30;42'],
]);

export function paletteFrom(variable: string | undefined): Palette {
  const palette = new Map(BUILT_IN);
  for (const entry of (variable ?? '').split(':')) {
    const equals = entry.indexOf('=');
    if (equals > 0) palette.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return palette;
}

/** The colour of a file, if it has one. `mode` is the link's own for a symbolic link. */
export function colorOf(palette: Palette, name: string, mode: number): string | undefined {
  const code = palette.get(kindOf(mode)) ?? extensionColor(palette, name, mode);
  return code === undefined || /^0*$/.test(code) ? undefined : code;
}

function kindOf(mode: number): string {
  switch (mode & S.IFMT) {
    case S.IFDIR:
      if ((mode & S.ISVTX) !== 0 && (mode & 0o2) !== 0) return 'tw';
      if ((mode & 0o2) !== 0) return 'ow';
      return (mode & S.ISVTX) === 0 ? 'di' : 'st';
    case S.IFLNK:
      return 'ln';
    case S.IFCHR:
      return 'cd';
    case S.IFBLK:
      return 'bd';
    case S.IFIFO:
      return 'pi';
    case S.IFSOCK:
      return 'so';
    default:
      if ((mode & S.ISUID) !== 0) return 'su';
      if ((mode & S.ISGID) !== 0) return 'sg';
      return (mode & 0o111) === 0 ? 'fi' : 'ex';
  }
}

function extensionColor(palette: Palette, name: string, mode: number): string | undefined {
  if ((mode & S.IFMT) !== S.IFREG) return undefined;
  for (const [pattern, code] of palette) {
    if (pattern.startsWith('*') && name.endsWith(pattern.slice(1))) return code;
  }
  return undefined;
}
