// SPDX-License-Identifier: GPL-2.0-or-later
/** How sort compares two lines: by keys, by numbers, by text. */
import { byBytes } from './files.ts';
import { compareVersions } from './version.ts';

export interface SortOrder {
  readonly kind: 'text' | 'numeric' | 'human' | 'version';
  readonly reverse: boolean;
  readonly ignoresCase: boolean;
  readonly ignoresBlanks: boolean;
}

/** Fields and characters from 1; the end is included, character 0 is the field's last. */
export interface SortKey {
  readonly startField: number;
  readonly startChar: number;
  readonly endField: number;
  readonly endChar: number;
  readonly order: SortOrder;
}

export interface Comparison {
  readonly keys: readonly SortKey[];
  readonly order: SortOrder;
  readonly separator: string | undefined;
  /** Lines with equal keys stay as they came. */
  readonly isStable: boolean;
}

/** `2,3nr`, `1.4`. A key without letters is ordered like everything else. */
export function parseKey(text: string, inherited: SortOrder): SortKey | undefined {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (match === null || Number(match[1]) === 0) return undefined;
  const letters = (match[3] ?? '') + (match[6] ?? '');
  const order: SortOrder =
    letters === ''
      ? inherited
      : {
          kind: /[ng]/.test(letters)
            ? 'numeric'
            : letters.includes('h')
              ? 'human'
              : letters.includes('V')
                ? 'version'
                : 'text',
          reverse: letters.includes('r'),
          ignoresCase: letters.includes('f'),
          ignoresBlanks: letters.includes('b'),
        };
  return {
    startField: Number(match[1]),
    startChar: Number(match[2] ?? 1),
    endField: match[4] === undefined ? Infinity : Number(match[4]),
    endChar: Number(match[5] ?? 0),
    order,
  };
}

export function compareLines(a: string, b: string, comparison: Comparison): number {
  const { keys, order, separator, isStable } = comparison;
  if (keys.length === 0) {
    const result = compareBy(a, b, order);
    if (result !== 0 || isStable) return order.reverse ? -result : result;
  }
  for (const key of keys) {
    const result = compareBy(keyText(a, key, separator), keyText(b, key, separator), key.order);
    if (result !== 0) return key.order.reverse ? -result : result;
  }
  if (isStable) return 0;
  return order.reverse ? byBytes(b, a) : byBytes(a, b);
}

function keyText(line: string, key: SortKey, separator: string | undefined): string {
  const starts = fieldStarts(line, separator);
  let start = starts[key.startField - 1] ?? line.length;
  if (key.order.ignoresBlanks) while (/[ \t]/.test(line[start] ?? '')) start++;
  const end = endOfKey(line, key, starts, separator);
  return line.slice(Math.min(start + key.startChar - 1, line.length), Math.max(start, end));
}

function endOfKey(
  line: string,
  key: SortKey,
  starts: readonly number[],
  separator: string | undefined,
): number {
  if (key.endField > starts.length) return line.length;
  const gap = separator === undefined ? 0 : separator.length;
  if (key.endChar === 0) return (starts[key.endField] ?? line.length + gap) - gap;
  return (starts[key.endField - 1] ?? line.length) + key.endChar;
}

/** Without a separator a field begins with the blanks before it. */
function fieldStarts(line: string, separator: string | undefined): readonly number[] {
  const starts = [0];
  if (separator === undefined) {
    for (let i = 1; i < line.length; i++) {
      const isBlank = /[ \t]/.test(line[i] ?? '');
      if (isBlank && !/[ \t]/.test(line[i - 1] ?? '')) starts.push(i);
    }
    return starts;
  }
  for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, at + 1)) {
    starts.push(at + separator.length);
  }
  return starts;
}

function compareBy(left: string, right: string, order: SortOrder): number {
  let [a, b] = [left, right];
  if (order.kind === 'numeric') return numeric(a) - numeric(b);
  if (order.kind === 'human') return human(a) - human(b);
  if (order.ignoresBlanks) [a, b] = [a.trimStart(), b.trimStart()];
  if (order.ignoresCase) [a, b] = [a.toUpperCase(), b.toUpperCase()];
  return order.kind === 'version' ? compareVersions(a, b) : byBytes(a, b);
}

/** The number at the start of a text; 0 if there is none. */
function numeric(text: string): number {
  return Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)?.[1]?.replace(/^(-?)$/, '0') ?? 0) || 0;
}

function human(text: string): number {
  const match = /^[ \t]*(-?\d*\.?\d*)([kKMGTPE]?)/.exec(text);
  const power = ' KMGTPE'.indexOf((match?.[2] ?? '').toUpperCase() || ' ');
  return numeric(text) * 1024 ** power;
}
