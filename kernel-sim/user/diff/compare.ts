// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The shortest way from one list of lines to another: Myers' greedy algorithm, then GNU's habit of
 * moving each change as far down as it goes.
 */

/** Lines `[a0, a1)` of the first become lines `[b0, b1)` of the second. */
export interface Change {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Past so many differing lines the middle is one change: it would take the square of them. */
const MAX_EDITS = 2000;

export function compareLines(a: readonly string[], b: readonly string[]): Change[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) {
    tail++;
  }
  const changedA = new Uint8Array(a.length + 1);
  const changedB = new Uint8Array(b.length + 1);
  mark(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head, changedA, changedB);
  shift(a, changedA, changedB);
  shift(b, changedB, changedA);
  return gather(a.length, b.length, changedA, changedB);
}

function mark(
  a: readonly string[],
  b: readonly string[],
  offset: number,
  changedA: Uint8Array,
  changedB: Uint8Array,
): void {
  const limit = Math.min(a.length + b.length, MAX_EDITS);
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    trace.push(new Map(furthest));
    for (let k = -edits; k <= edits; k += 2) {
      let x = isDown(furthest, k, edits) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      furthest.set(k, x);
      if (x < a.length || y < b.length) continue;
      backtrack(trace, x, y, offset, changedA, changedB);
      return;
    }
  }
  changedA.fill(1, offset, offset + a.length);
  changedB.fill(1, offset, offset + b.length);
}

function at(furthest: ReadonlyMap<number, number>, k: number): number {
  return furthest.get(k) ?? -1;
}

function isDown(furthest: ReadonlyMap<number, number>, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
}

function backtrack(
  trace: readonly ReadonlyMap<number, number>[],
  endX: number,
  endY: number,
  offset: number,
  changedA: Uint8Array,
  changedB: Uint8Array,
): void {
  let x = endX;
  let y = endY;
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const furthest = trace[edits] ?? new Map<number, number>();
    const k = x - y;
    const goesDown = isDown(furthest, k, edits);
    const beforeX = at(furthest, goesDown ? k + 1 : k - 1);
    const beforeY = beforeX - (goesDown ? k + 1 : k - 1);
    if (goesDown) changedB[offset + beforeY] = 1;
    else changedA[offset + beforeX] = 1;
    [x, y] = [beforeX, beforeY];
  }
}

/** `a b a` with a changed `a b` may as well have a changed `b a`: the later one is chosen. */
function shift(lines: readonly string[], changed: Uint8Array, other: Uint8Array): void {
  for (let start = 0, otherAt = 0; start < lines.length;) {
    if (changed[start] === 0) {
      start++;
      while (other[otherAt] === 1) otherAt++;
      otherAt++;
      continue;
    }
    let end = start;
    while (changed[end] === 1) end++;
    // A change of both sides stays where it is.
    let line = otherAt;
    while (end < lines.length && lines[start] === lines[end] && other[line] === 0) {
      changed[start++] = 0;
      changed[end++] = 1;
      line++;
      while (changed[end] === 1) end++;
    }
    otherAt = line;
    start = end;
  }
}

function gather(
  lengthA: number,
  lengthB: number,
  changedA: Uint8Array,
  changedB: Uint8Array,
): Change[] {
  const changes: Change[] = [];
  for (let a = 0, b = 0; a < lengthA || b < lengthB;) {
    if (changedA[a] === 0 && changedB[b] === 0) {
      a++;
      b++;
      continue;
    }
    const [a0, b0] = [a, b];
    while (changedA[a] === 1) a++;
    while (changedB[b] === 1) b++;
    changes.push({ a0, a1: a, b0, b1: b });
    if (a === a0 && b === b0) break;
  }
  return changes;
}
