// SPDX-License-Identifier: GPL-2.0-or-later
/** How ls prints a list of files: long lines, columns, or one name a line. */
import { major, minor, S } from '../../uapi/fs.ts';
import type { Stat } from '../libc/file-calls.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { displayWidth, inColumns, type Cell } from '../support/columns.ts';
import { modeString } from '../support/mode.ts';
import { humanSize } from '../support/numbers.ts';
import { colorOf } from './colors.ts';
import type { LsOptions } from './options.ts';
import { quoteFor, UNEVEN } from './quoting.ts';

export interface Entry {
  readonly name: string;
  /** File type and permissions; from the directory alone only the type is known. */
  readonly mode: number;
  readonly ino: number;
  readonly stat: Stat | undefined;
  /** Where a symbolic link leads, if that is shown or changes its colour. */
  readonly target?: string;
  /** Mode of what it leads to; 0 if that is not there. */
  readonly targetMode?: number;
}

export interface Names {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** What st_blocks counts. */
const BLOCK_BYTES = 512;
const HALF_YEAR = 31_556_952 / 2;

export class Listing {
  readonly #options: LsOptions;
  readonly #names: Names;
  readonly #now: number;
  #usedColor = false;

  constructor(options: LsOptions, names: Names, now: number) {
    this.#options = options;
    this.#names = names;
    this.#now = now;
  }

  /** The `total` line of a directory in a long listing, else nothing. */
  total(entries: readonly Entry[]): string {
    if (this.#options.format !== 'long' && !this.#options.blocks) return '';
    const blocks = entries.reduce((sum, { stat }) => sum + (stat?.blocks ?? 0), 0);
    return `total ${this.#size(blocks * BLOCK_BYTES, 'blockUnit')}${this.#options.lineEnd}`;
  }

  text(entries: readonly Entry[]): string {
    const { format, quoting, width, tabSize, lineEnd } = this.#options;
    const anyQuoted =
      UNEVEN.has(quoting) && entries.some(({ name }) => quoteFor(quoting, name) !== name);
    const pad = anyQuoted && format !== 'single' && format !== 'commas';
    if (format === 'long') return this.#long(entries, pad);
    const inodeWidth = widest(entries.map(({ ino }) => String(ino)));
    const blockWidth = widest(entries.map((entry) => this.#blocks(entry)));
    const cells = entries.map((entry): Cell => {
      const prefix = this.#prefix(entry, inodeWidth, blockWidth);
      const name = this.#name(entry, pad);
      const mark = this.#indicator(entry.mode);
      return { text: prefix + name.text + mark, width: prefix.length + name.width + mark.length };
    });
    if (format === 'columns' || format === 'across') {
      return inColumns(cells, { lineWidth: width, tabSize, across: format === 'across' });
    }
    if (format === 'commas') return withCommas(cells, width);
    return cells.map(({ text }) => text + lineEnd).join('');
  }

  #prefix(entry: Entry, inodeWidth: number, blockWidth: number): string {
    let prefix = '';
    if (this.#options.inode) prefix += `${String(entry.ino).padStart(inodeWidth)} `;
    if (this.#options.blocks) prefix += `${this.#blocks(entry).padStart(blockWidth)} `;
    return prefix;
  }

  #blocks({ stat }: Entry): string {
    return this.#size((stat?.blocks ?? 0) * BLOCK_BYTES, 'blockUnit');
  }

  #size(bytes: number, unit: 'fileUnit' | 'blockUnit'): string {
    const { human, suffix, ...units } = this.#options.sizes;
    if (human !== undefined) return humanSize(bytes, human);
    return `${Math.ceil(bytes / units[unit])}${suffix}`;
  }

  #name(entry: Entry, pad: boolean): Cell {
    const { name } = entry;
    const shown = quoteFor(this.#options.quoting, name);
    const blank = pad && shown === name ? ' ' : '';
    const width = displayWidth(shown) + blank.length;
    const color = this.#color(entry);
    if (color === undefined) return { text: blank + shown, width };
    return { text: blank + this.#colored(shown, color), width };
  }

  #color({ name, mode, targetMode }: Entry): string | undefined {
    const { palette } = this.#options;
    if (targetMode === 0 && palette?.has('or') === true) return palette.get('or');
    return palette && colorOf(palette, name, mode);
  }

  #colored(text: string, color: string): string {
    const reset = this.#usedColor ? '' : '\x1b[0m';
    this.#usedColor = true;
    return `${reset}\x1b[${color}m${text}\x1b[0m`;
  }

  #indicator(mode: number): string {
    const { indicator } = this.#options;
    if (indicator === 'none') return '';
    const type = mode & S.IFMT;
    if (type === S.IFDIR) return '/';
    if (indicator === 'slash') return '';
    if (type === S.IFLNK) return '@';
    if (type === S.IFIFO) return '|';
    if (type === S.IFSOCK) return '=';
    return indicator === 'classify' && type === S.IFREG && (mode & 0o111) !== 0 ? '*' : '';
  }

  #long(entries: readonly Entry[], pad: boolean): string {
    const rows = entries.map((entry) => this.#fields(entry));
    const inodeWidth = widest(entries.map(({ ino }) => String(ino)));
    const blockWidth = widest(entries.map((entry) => this.#blocks(entry)));
    const width = (pick: (row: Fields) => string): number => widest(rows.map(pick));
    const links = width((row) => row.links);
    const owner = width((row) => row.owner);
    const group = width((row) => row.group);
    const majors = width((row) => row.major);
    const minors = width((row) => row.minor);
    const sizes = Math.max(
      width((row) => row.size),
      majors > 0 ? majors + minors + 2 : 0,
    );
    let text = '';
    for (const [index, entry] of entries.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      text += this.#prefix(entry, inodeWidth, blockWidth);
      text += `${row.mode} ${row.links.padStart(links)} `;
      if (this.#options.owner) text += `${this.#id(row.owner, owner)} `;
      if (this.#options.group) text += `${this.#id(row.group, group)} `;
      if (this.#options.author) text += `${this.#id(row.owner, owner)} `;
      const size =
        row.major === ''
          ? row.size
          : `${row.major.padStart(majors)}, ${row.minor.padStart(minors)}`;
      text += `${size.padStart(sizes)} ${row.time} ${this.#longName(entry, pad)}`;
      text += this.#options.lineEnd;
    }
    return text;
  }

  #id(text: string, width: number): string {
    return this.#options.numericIds ? text.padStart(width) : text.padEnd(width);
  }

  #longName(entry: Entry, pad: boolean): string {
    const name = this.#name(entry, pad).text;
    const { target, targetMode } = entry;
    if (target === undefined) return name + this.#indicator(entry.mode);
    const shown = quoteFor(this.#options.quoting, target);
    const { palette } = this.#options;
    // As in ls, the target has a colour only where dangling links have one of their own.
    const color =
      palette?.has('or') !== true
        ? undefined
        : targetMode
          ? colorOf(palette, target, targetMode)
          : palette.get('or');
    const arrow = color === undefined ? shown : this.#colored(shown, color);
    return `${name} -> ${arrow}${targetMode ? this.#indicator(targetMode) : ''}`;
  }

  #fields({ stat, mode }: Entry): Fields {
    if (stat === undefined) return { ...UNKNOWN, mode: `${modeString(mode)[0] ?? '?'}?????????` };
    const isDevice = [S.IFCHR, S.IFBLK].some((type) => type === (mode & S.IFMT));
    const names = this.#options.numericIds ? undefined : this.#names;
    return {
      mode: modeString(stat.mode),
      links: String(stat.nlink),
      owner: names?.users.get(stat.uid) ?? String(stat.uid),
      group: names?.groups.get(stat.gid) ?? String(stat.gid),
      size: isDevice ? '' : this.#size(stat.size, 'fileUnit'),
      major: isDevice ? String(major(stat.rdev)) : '',
      minor: isDevice ? String(minor(stat.rdev)) : '',
      time: this.#time(stat),
    };
  }

  #time(stat: Stat): string {
    const { time, timeStyle } = this.#options;
    const seconds = stat[time];
    const age = this.#now - seconds;
    const format = age >= 0 && age < HALF_YEAR ? timeStyle.recent : timeStyle.old;
    return strftime(format, civilTime(seconds, stat[`${time}_ns`]));
  }
}

/** `a, b, c` on lines of at most `lineWidth` cells. */
function withCommas(cells: readonly Cell[], lineWidth: number): string {
  let text = '';
  let at = 0;
  for (const [index, cell] of cells.entries()) {
    if (index > 0) {
      const fits = at + cell.width + 2 <= lineWidth;
      text += fits ? ', ' : ',\n';
      at = fits ? at + 2 : 0;
    }
    text += cell.text;
    at += cell.width;
  }
  return `${text}\n`;
}

interface Fields {
  readonly mode: string;
  readonly links: string;
  readonly owner: string;
  readonly group: string;
  readonly size: string;
  readonly major: string;
  readonly minor: string;
  readonly time: string;
}

const UNKNOWN: Fields = {
  mode: '',
  links: '?',
  owner: '?',
  group: '?',
  size: '?',
  major: '',
  minor: '',
  time: '           ?',
};

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
