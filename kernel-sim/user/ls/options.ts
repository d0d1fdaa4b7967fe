// SPDX-License-Identifier: GPL-2.0-or-later
/** What ls was asked to do. */
import { lastOf, has, valueOf, type ParsedCommandLine } from '../support/command.ts';
import { paletteFrom, type Palette } from './colors.ts';

export interface LsOptions {
  readonly format: 'long' | 'columns' | 'single';
  readonly hidden: 'none' | 'almost-all' | 'all';
  readonly sort: 'name' | 'time' | 'size' | 'none';
  readonly reverse: boolean;
  readonly recursive: boolean;
  readonly directories: boolean;
  readonly human: boolean;
  readonly inode: boolean;
  readonly blocks: boolean;
  readonly numericIds: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly fullTime: boolean;
  readonly dereference: boolean;
  readonly indicator: 'none' | 'slash' | 'classify';
  readonly quoting: 'literal' | 'shell' | 'c';
  readonly palette: Palette | undefined;
  readonly width: number;
}

export const LS_SHORT = '1aACdFghiklLnNopqQrRsStU';
export const LS_LONG: Readonly<Record<string, string>> = {
  all: 'a',
  'almost-all': 'A',
  directory: 'd',
  classify: 'F',
  'human-readable': 'h',
  inode: 'i',
  kibibytes: 'k',
  dereference: 'L',
  'numeric-uid-gid': 'n',
  'no-group': 'G',
  literal: 'N',
  'quote-name': 'Q',
  'hide-control-chars': 'q',
  reverse: 'r',
  recursive: 'R',
  size: 's',
  color: 'color::',
  width: 'w:',
  'full-time': 'full-time',
};

const DEFAULT_WIDTH = 80;

/** `width` is the terminal's, `undefined` when the output is no terminal. */
export function lsOptions(
  args: ParsedCommandLine,
  environment: ReadonlyMap<string, string>,
  terminalWidth: number | undefined,
): LsOptions {
  const isTerminal = terminalWidth !== undefined;
  const when = has(args, 'color') ? (valueOf(args, 'color') ?? 'always') : 'never';
  const isWanted =
    /^(always|yes|force)$/.test(when) || (/^(auto|tty|if-tty)$/.test(when) && isTerminal);
  const isColored = isWanted && knowsColors(environment);
  const hidden = lastOf(args, ['a', 'A']);
  const quoting = lastOf(args, ['N', 'Q']);
  const indicator = lastOf(args, ['F', 'p']);
  const sort = lastOf(args, ['t', 'S', 'U']);
  return {
    format: formatOf(args, isTerminal),
    hidden: hidden === 'a' ? 'all' : hidden === 'A' ? 'almost-all' : 'none',
    sort: sort === 't' ? 'time' : sort === 'S' ? 'size' : sort === 'U' ? 'none' : 'name',
    reverse: has(args, 'r'),
    recursive: has(args, 'R'),
    directories: has(args, 'd'),
    human: has(args, 'h'),
    inode: has(args, 'i'),
    blocks: has(args, 's'),
    numericIds: has(args, 'n'),
    owner: !has(args, 'g'),
    group: !has(args, 'o') && !has(args, 'G'),
    fullTime: has(args, 'full-time'),
    dereference: has(args, 'L'),
    indicator: indicator === 'F' ? 'classify' : indicator === 'p' ? 'slash' : 'none',
    quoting: quoting === 'N' ? 'literal' : quoting === 'Q' ? 'c' : isTerminal ? 'shell' : 'literal',
    palette: isColored ? paletteFrom(environment.get('LS_COLORS')) : undefined,
    width:
      Number(valueOf(args, 'w') ?? environment.get('COLUMNS') ?? terminalWidth) || DEFAULT_WIDTH,
  };
}

/** Without LS_COLORS the kind of terminal decides. */
function knowsColors(environment: ReadonlyMap<string, string>): boolean {
  if (environment.has('LS_COLORS') || environment.get('COLORTERM')) return true;
  const terminals =
    /^(xterm|linux|vt100|vt220|screen|tmux|rxvt|ansi|cygwin|konsole|putty|st)|color/;
  return terminals.test(environment.get('TERM') ?? '');
}

function formatOf(args: ParsedCommandLine, isTerminal: boolean): LsOptions['format'] {
  // `-1` does not take `-l` back, but `-C` does.
  const last = lastOf(args, ['l', 'n', 'g', 'o', 'full-time', 'C']);
  if (last !== undefined && last !== 'C') return 'long';
  if (lastOf(args, ['C', '1']) === '1') return 'single';
  return last === 'C' || isTerminal ? 'columns' : 'single';
}
