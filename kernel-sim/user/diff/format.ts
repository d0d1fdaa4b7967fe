// SPDX-License-Identifier: GPL-2.0-or-later
/** How differences are shown: normal, unified and context format. */
import type { Change } from './compare.ts';

/** A file's lines, and whether the last ends in a newline. */
export interface Text {
  readonly lines: readonly string[];
  readonly terminated: boolean;
}

const NO_NEWLINE = '\\ No newline at end of file\n';

function shown(text: Text, index: number, mark: string): string {
  const isBare = index === text.lines.length - 1 && !text.terminated;
  return `${mark}${text.lines[index] ?? ''}\n${isBare ? NO_NEWLINE : ''}`;
}

function part(text: Text, from: number, to: number, mark: string): string {
  let result = '';
  for (let index = from; index < to; index++) result += shown(text, index, mark);
  return result;
}

/** `2,4`, or `2` for one line; an empty range names the line before it. */
function range(from: number, to: number): string {
  if (to - from <= 1) return String(to === from ? from : from + 1);
  return `${from + 1},${to}`;
}

export function formatNormal(a: Text, b: Text, changes: readonly Change[]): string {
  return changes
    .map(({ a0, a1, b0, b1 }) => {
      const letter = a0 === a1 ? 'a' : b0 === b1 ? 'd' : 'c';
      const middle = letter === 'c' ? '---\n' : '';
      const head = `${range(a0, a1)}${letter}${range(b0, b1)}\n`;
      return head + part(a, a0, a1, '< ') + middle + part(b, b0, b1, '> ');
    })
    .join('');
}

/** Changes that are no further apart than their contexts reach. */
function hunks(changes: readonly Change[], context: number): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const open = groups.at(-1);
    const before = open?.at(-1);
    if (open !== undefined && before !== undefined && change.a0 - before.a1 <= 2 * context) {
      open.push(change);
    } else groups.push([change]);
  }
  return groups;
}

interface Hunk extends Change {
  readonly changes: readonly Change[];
}

function around(a: Text, b: Text, changes: readonly Change[], context: number): Hunk[] {
  return hunks(changes, context).map((group) => {
    const [first] = group;
    const last = group.at(-1);
    return {
      changes: group,
      a0: Math.max(0, (first?.a0 ?? 0) - context),
      a1: Math.min(a.lines.length, (last?.a1 ?? 0) + context),
      b0: Math.max(0, (first?.b0 ?? 0) - context),
      b1: Math.min(b.lines.length, (last?.b1 ?? 0) + context),
    };
  });
}

export function formatUnified(
  a: Text,
  b: Text,
  changes: readonly Change[],
  context: number,
): string {
  const span = (from: number, to: number): string =>
    to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`;
  return around(a, b, changes, context)
    .map((hunk) => {
      let body = `@@ -${span(hunk.a0, hunk.a1)} +${span(hunk.b0, hunk.b1)} @@\n`;
      let at = hunk.a0;
      for (const change of hunk.changes) {
        body += part(a, at, change.a0, ' ');
        body += part(a, change.a0, change.a1, '-') + part(b, change.b0, change.b1, '+');
        at = change.a1;
      }
      return body + part(a, at, hunk.a1, ' ');
    })
    .join('');
}

export function formatContext(
  a: Text,
  b: Text,
  changes: readonly Change[],
  context: number,
): string {
  return around(a, b, changes, context)
    .map((hunk) => {
      const side = (text: Text, isOld: boolean): string => {
        const [from, to] = isOld ? [hunk.a0, hunk.a1] : [hunk.b0, hunk.b1];
        const ends = isOld ? ['***', '****'] : ['---', '----'];
        const span = to - from <= 1 ? String(to) : `${from + 1},${to}`;
        const head = `${ends[0]} ${span} ${ends[1]}\n`;
        const isTouched = hunk.changes.some(({ a0, a1, b0, b1 }) => (isOld ? a1 > a0 : b1 > b0));
        if (!isTouched) return head;
        let body = '';
        let at = from;
        for (const { a0, a1, b0, b1 } of hunk.changes) {
          const [start, end] = isOld ? [a0, a1] : [b0, b1];
          const mark = a1 > a0 && b1 > b0 ? '! ' : isOld ? '- ' : '+ ';
          body += part(text, at, start, '  ') + part(text, start, end, mark);
          at = end;
        }
        return head + body + part(text, at, to, '  ');
      };
      return `***************\n${side(a, true)}${side(b, false)}`;
    })
    .join('');
}
