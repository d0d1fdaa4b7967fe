// SPDX-License-Identifier: GPL-2.0-or-later
/** What ls was asked to do. */
import type { Libc } from '../libc/libc.ts';
import { has, lastOf, valueOf, type ParsedCommandLine } from '../support/command.ts';
import { quoted } from '../support/locale.ts';
import { parseSize } from '../support/numbers.ts';
import { chooseWord } from '../support/words.ts';
import { compilePattern, type Pattern } from '../sh/pattern.ts';
import { paletteFrom, type Palette } from './colors.ts';
import { QUOTING_STYLES, type QuotingStyle } from './quoting.ts';

type Format = 'long' | 'columns' | 'across' | 'commas' | 'single';
type Sort = 'name' | 'time' | 'size' | 'version' | 'extension' | 'width' | 'none';
export type TimeField = 'atime' | 'ctime' | 'mtime';
type Indicator = 'none' | 'slash' | 'file-type' | 'classify';

export interface LsOptions {
  readonly format: Format;
  readonly hidden: 'none' | 'almost-all' | 'all';
  /** Names that are left out, unless they are named on the command line. */
  readonly ignored: readonly Ignored[];
  readonly sort: Sort;
  readonly reverse: boolean;
  readonly directoriesFirst: boolean;
  readonly recursive: boolean;
  readonly directories: boolean;
  readonly sizes: SizeStyle;
  readonly inode: boolean;
  readonly blocks: boolean;
  readonly numericIds: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly author: boolean;
  readonly time: TimeField;
  readonly timeStyle: TimeStyle;
  readonly dereference: boolean;
  /** Links on the command line that are followed; by default those to directories may be. */
  readonly commandLineLinks: 'all' | 'directories' | 'default';
  readonly indicator: Indicator;
  readonly quoting: QuotingStyle;
  readonly palette: Palette | undefined;
  readonly width: number;
  readonly tabSize: number;
  readonly lineEnd: '\n' | '\0';
}

/** A pattern, and whether it begins with the dot of hidden files. */
interface Ignored {
  readonly pattern: Pattern;
  readonly matchesDot: boolean;
}

/** Human sizes, or units of so many bytes; a unit that is a bare letter is shown. */
export interface SizeStyle {
  readonly human: 1000 | 1024 | undefined;
  readonly fileUnit: number;
  readonly blockUnit: number;
  readonly suffix: string;
}

/** strftime formats: of recent times, and of old ones and those to come. */
export interface TimeStyle {
  readonly recent: string;
  readonly old: string;
}

export const LS_SHORT = '1aAbBcCdfFghHiI:klLmnNopqQrRsStT:uUvw:xXG';
export const LS_LONG: Readonly<Record<string, string>> = {
  all: 'a',
  'almost-all': 'A',
  author: 'author',
  escape: 'b',
  'block-size': 'block-size:',
  'ignore-backups': 'B',
  directory: 'd',
  classify: 'classify::',
  'file-type': 'file-type',
  format: 'format:',
  'group-directories-first': 'group-directories-first',
  'human-readable': 'h',
  si: 'si',
  'dereference-command-line': 'H',
  'dereference-command-line-symlink-to-dir': 'to-dir',
  hide: 'hide:',
  'indicator-style': 'indicator-style:',
  ignore: 'I:',
  inode: 'i',
  kibibytes: 'k',
  dereference: 'L',
  'numeric-uid-gid': 'n',
  'no-group': 'G',
  literal: 'N',
  'quote-name': 'Q',
  'quoting-style': 'quoting-style:',
  'hide-control-chars': 'q',
  'show-control-chars': 'show-control-chars',
  reverse: 'r',
  recursive: 'R',
  size: 's',
  sort: 'sort:',
  time: 'time:',
  'time-style': 'time-style:',
  tabsize: 'T:',
  color: 'color::',
  width: 'w:',
  'full-time': 'full-time',
  zero: 'zero',
};

const DEFAULT_WIDTH = 80;
const DEFAULT_TAB_SIZE = 8;

const WHEN = new Map<string, 'always' | 'never' | 'auto'>([
  ['always', 'always'],
  ['yes', 'always'],
  ['force', 'always'],
  ['never', 'never'],
  ['no', 'never'],
  ['none', 'never'],
  ['auto', 'auto'],
  ['tty', 'auto'],
  ['if-tty', 'auto'],
]);

const FORMATS = new Map<string, Format>([
  ['verbose', 'long'],
  ['long', 'long'],
  ['commas', 'commas'],
  ['horizontal', 'across'],
  ['across', 'across'],
  ['vertical', 'columns'],
  ['single-column', 'single'],
]);

const SORTS = new Map<string, Sort>([
  ['none', 'none'],
  ['time', 'time'],
  ['size', 'size'],
  ['extension', 'extension'],
  ['version', 'version'],
  ['width', 'width'],
]);
const TIMES = new Map<string, TimeField>([
  ['atime', 'atime'],
  ['access', 'atime'],
  ['use', 'atime'],
  ['ctime', 'ctime'],
  ['status', 'ctime'],
  ['mtime', 'mtime'],
  ['modification', 'mtime'],
]);

const INDICATORS = new Map<string, Indicator>([
  ['none', 'none'],
  ['slash', 'slash'],
  ['file-type', 'file-type'],
  ['classify', 'classify'],
]);

const LOCALE_TIMES: TimeStyle = { recent: '%b %e %H:%M', old: '%b %e  %Y' };

const TIME_STYLES = new Map<string, TimeStyle>([
  ['full-iso', { recent: '%F %T.%N %z', old: '%F %T.%N %z' }],
  ['long-iso', { recent: '%F %H:%M', old: '%F %H:%M' }],
  ['iso', { recent: '%m-%d %H:%M', old: '%F ' }],
  ['locale', LOCALE_TIMES],
]);

/** What is wrong with the command line. */
export interface LsMisuse {
  readonly error: string;
  readonly hint: boolean;
  readonly isSerious?: boolean;
}

/** What options set that others may set again: the last one wins. */
interface Draft {
  format: Format;
  sort: Sort | undefined;
  time: TimeField;
  timeStyle: string;
  indicator: Indicator;
  quoting: QuotingStyle;
}

const SETS: Readonly<Record<string, Partial<Draft>>> = {
  l: { format: 'long' },
  n: { format: 'long' },
  g: { format: 'long' },
  o: { format: 'long' },
  'full-time': { format: 'long', timeStyle: 'full-iso' },
  C: { format: 'columns' },
  x: { format: 'across' },
  m: { format: 'commas' },
  f: { sort: 'none' },
  S: { sort: 'size' },
  t: { sort: 'time' },
  U: { sort: 'none' },
  v: { sort: 'version' },
  X: { sort: 'extension' },
  c: { time: 'ctime' },
  u: { time: 'atime' },
  F: { indicator: 'classify' },
  'file-type': { indicator: 'file-type' },
  p: { indicator: 'slash' },
  b: { quoting: 'escape' },
  N: { quoting: 'literal' },
  Q: { quoting: 'c' },
  zero: { quoting: 'literal' },
};

/** Reads the options; the first word or number that makes no sense is the problem. */
class Reader {
  readonly #c: Libc;
  readonly #args: ParsedCommandLine;
  readonly #terminalWidth: number | undefined;
  #problem: LsMisuse | undefined;

  constructor(c: Libc, args: ParsedCommandLine, terminalWidth: number | undefined) {
    this.#c = c;
    this.#args = args;
    this.#terminalWidth = terminalWidth;
  }

  read(): LsOptions | LsMisuse {
    const args = this.#args;
    const draft = this.#draft();
    const { format, sort, time, timeStyle, quoting } = draft;
    const hidden = lastOf(args, ['a', 'A', 'f']);
    const hides = lastOf(args, ['q', 'show-control-chars']) === 'q';
    const { env } = this.#c;
    const isColored = this.#isWanted('color') && !has(args, 'zero') && knowsColors(env);
    const links = lastOf(args, ['H', 'to-dir']);
    const columns = Number(env.get('COLUMNS')) || (this.#terminalWidth ?? DEFAULT_WIDTH);
    const options: LsOptions = {
      ...draft,
      hidden: hidden === 'a' || hidden === 'f' ? 'all' : hidden === 'A' ? 'almost-all' : 'none',
      ignored: ignored(args, hidden === undefined),
      // -c and -u are to sort by, unless they are to show.
      sort: sort ?? (time !== 'mtime' && format !== 'long' ? 'time' : 'name'),
      reverse: has(args, 'r'),
      directoriesFirst: has(args, 'group-directories-first'),
      recursive: has(args, 'R'),
      directories: has(args, 'd'),
      sizes: sizeStyle(args),
      inode: has(args, 'i'),
      blocks: has(args, 's'),
      numericIds: has(args, 'n'),
      owner: !has(args, 'g'),
      group: !has(args, 'o') && !has(args, 'G'),
      author: has(args, 'author'),
      timeStyle: timeStyle.startsWith('+')
        ? customStyle(timeStyle.slice(1))
        : this.#timeStyle(timeStyle),
      dereference: has(args, 'L'),
      commandLineLinks: links === 'H' ? 'all' : links === 'to-dir' ? 'directories' : 'default',
      quoting: quoting === 'literal' && hides ? 'hidden' : quoting,
      palette: isColored ? paletteFrom(env.get('LS_COLORS')) : undefined,
      width: this.#number('w', 'line width', columns) || Infinity,
      tabSize: isColored ? 0 : this.#number('T', 'tab size', DEFAULT_TAB_SIZE),
      lineEnd: has(args, 'zero') ? '\0' : '\n',
    };
    return this.#problem ?? options;
  }

  #draft(): Draft {
    const isTerminal = this.#terminalWidth !== undefined;
    const usual: Format = isTerminal ? 'columns' : 'single';
    const draft: Draft = {
      format: usual,
      sort: undefined,
      time: 'mtime',
      timeStyle: this.#c.env.get('TIME_STYLE') ?? 'locale',
      indicator: 'none',
      quoting: isTerminal ? 'shell-escape' : 'literal',
    };
    for (const { name, value = '' } of this.#args.options) {
      Object.assign(draft, SETS[name]);
      if (name === 'f' && draft.format === 'long') draft.format = usual;
      if ((name === '1' || name === 'zero') && draft.format !== 'long') draft.format = 'single';
      if (name === 'time-style') draft.timeStyle = value;
      if (name === 'classify' && this.#isWanted(name)) draft.indicator = 'classify';
      this.#readWord(draft, name, value);
    }
    return draft;
  }

  #readWord(draft: Draft, name: string, value: string): void {
    const { format, sort, time, indicator, quoting } = draft;
    if (name === 'format') draft.format = this.#choose(FORMATS, '--format', value, format);
    if (name === 'sort') draft.sort = this.#choose(SORTS, '--sort', value, sort ?? 'name');
    if (name === 'time') draft.time = this.#choose(TIMES, '--time', value, time);
    if (name === 'indicator-style') {
      draft.indicator = this.#choose(INDICATORS, '--indicator-style', value, indicator);
    }
    if (name === 'quoting-style') {
      draft.quoting = this.#choose(QUOTING_STYLES, '--quoting-style', value, quoting);
    }
  }

  #choose<Value>(
    words: ReadonlyMap<string, Value>,
    option: string,
    word: string,
    otherwise: Value,
  ): Value {
    const chosen = chooseWord(this.#c, words, word, option);
    if (!('error' in chosen)) return chosen.value;
    this.#problem ??= { error: chosen.error, hint: true };
    return otherwise;
  }

  #timeStyle(word: string): TimeStyle {
    const chosen = chooseWord(this.#c, TIME_STYLES, word.replace(/^posix-/, ''), 'time style');
    if (!('error' in chosen)) return chosen.value;
    const [message = ''] = chosen.error.split('\n');
    const forms = [...TIME_STYLES.keys()].map((name) => `  - [posix-]${name}\n`).join('');
    const own = "  - +FORMAT (e.g., +%H:%M) for a 'date'-style format";
    this.#problem ??= {
      error: `${message}\nValid arguments are:\n${forms}${own}`,
      hint: true,
      isSerious: true,
    };
    return LOCALE_TIMES;
  }

  #isWanted(option: 'color' | 'classify'): boolean {
    if (!has(this.#args, option)) return false;
    const word = valueOf(this.#args, option) ?? 'always';
    const when = this.#choose(WHEN, `--${option}`, word, 'never');
    return when === 'always' || (when === 'auto' && this.#terminalWidth !== undefined);
  }

  #number(option: 'w' | 'T', what: string, otherwise: number): number {
    const text = valueOf(this.#args, option);
    if (text === undefined) return otherwise;
    if (/^\d+$/.test(text)) return Number(text);
    this.#problem ??= { error: `invalid ${what}: ${quoted(this.#c, text)}`, hint: false };
    return otherwise;
  }
}

/** `terminalWidth` is undefined when the output is no terminal. */
export function lsOptions(
  c: Libc,
  args: ParsedCommandLine,
  terminalWidth: number | undefined,
): LsOptions | LsMisuse {
  return new Reader(c, args, terminalWidth).read();
}

/** `+RECENT`, or that of old files on a first line. */
function customStyle(text: string): TimeStyle {
  const [old = '', recent = old] = text.split('\n');
  return { recent, old };
}

function ignored(args: ParsedCommandLine, hides: boolean): readonly Ignored[] {
  const patterns = has(args, 'B') ? ['*~', '.*~'] : [];
  for (const { name, value = '' } of args.options) {
    if (name === 'I' || (name === 'hide' && hides)) patterns.push(value);
  }
  return patterns.map((text) => ({
    pattern: compilePattern(text),
    matchesDot: text.startsWith('.'),
  }));
}

function sizeStyle(args: ParsedCommandLine): SizeStyle {
  const plain = { human: undefined, fileUnit: 1, blockUnit: 1024, suffix: '' };
  const last = args.options.findLast(({ name }) => /^(?:h|si|k|block-size)$/.test(name));
  const value = last?.value ?? '';
  if (last?.name === 'h' || value === 'human-readable') return { ...plain, human: 1024 };
  if (last?.name === 'si' || value === 'si') return { ...plain, human: 1000 };
  if (last?.name !== 'block-size') return plain;
  const isBare = /^[A-Za-z]/.test(value);
  const unit = parseSize(isBare ? `1${value}` : value) ?? plain.blockUnit;
  return { human: undefined, fileUnit: unit, blockUnit: unit, suffix: isBare ? value : '' };
}

/** Without LS_COLORS the kind of terminal decides. */
function knowsColors(environment: ReadonlyMap<string, string>): boolean {
  if (environment.has('LS_COLORS') || environment.get('COLORTERM')) return true;
  const terminals =
    /^(xterm|linux|vt100|vt220|screen|tmux|rxvt|ansi|cygwin|konsole|putty|st)|color/;
  return terminals.test(environment.get('TERM') ?? '');
}
