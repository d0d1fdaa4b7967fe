// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because a row of the table stands on one line
/** Which fields and variables are watched, what of, and that watching changes no value. */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { buildDriver, runBuild, testToolchain } from './testing/run-driver.ts';

/** A statement, what is told of it, and what it prints. */
const ROWS: readonly (readonly [string, readonly string[], string])[] = [
  ['println(`${m.count++} ${m.count}`);', ['load 0', 'store 0 1->2', 'load 0'], '1 2'],
  [
    'println(`${++m.count} ${m.count--}`);',
    ['load 0', 'store 0 1->2', 'load 0', 'store 0 2->1'],
    '2 2',
  ],
  ['println(`${(m.count += 4)}`);', ['load 0', 'store 0 1->5'], '5'],
  ['println(`${(m.count = 3) + m.count}`);', ['store 0 1->3', 'load 0'], '6'],
  [
    'm.on ||= true; m.on ||= false; println(`${m.on}`);',
    ['load 8', 'store 8 false->true', 'load 8', 'load 8'],
    'true',
  ],
  ['m.on &&= true; println(`${m.on}`);', ['load 8', 'load 8'], 'false'],
  [
    'm.next ??= m; println(`${m.next.count}`);',
    ['load 16', 'store 16 undefined->object', 'load 16', 'load 0'],
    '1',
  ],
  [
    'println(`${m.bump()} ${m.bump()}`);',
    ['load 24', 'store 24 5->6', 'load 24', 'store 24 6->7'],
    '5 6',
  ],
  ['M.made -= 1; println(`${M.made}`);', ['load 32', 'store 32 0->-1', 'load 32'], '-1'],
  ['[m.count, m.kept.hits] = [7, 8]; println(`${m.count}`);', ['load 0'], '7'],
  ['({ on: m.on } = { on: true }); println(`${m.on}`);', ['load 8'], 'true'],
  ['println(`${m.next?.count ?? m.call()}`);', ['load 16'], '9'],
  ['m.call = () => 3; println(`${m.call()}`);', ['store 40 function->function'], '3'],
  ['m.kept.hits += 1; println(`${m.kept.hits}`);', ['load 0', 'store 0 0->1', 'load 0'], '1'],
  [
    'total = total + 2; println(`${total++}`);',
    ['load @0', 'store @0 0->2', 'load @0', 'store @0 2->3'],
    '2',
  ],
  ['println(`${{ total }.total}`);', [], '0'],
  [
    'const own = new Own(); own.count += 1; println(`${own.count} ${m.fixed} ${m.quiet}`);',
    [],
    '1 4 6',
  ],
];

const SOURCE = `import { module, println } from "kernel";
let total = 0;
class Own { count = 0; }
class Kept { hits = 0; }
class M {
  count: number;
  on = false;
  next: M | undefined;
  #bumped = 5n;
  static made = 0;
  call: () => number = () => 9;
  readonly kept = new Kept();
  readonly fixed = 4;
  quiet = 6;
  constructor() { this.count = 0; this.count += 1; }
  bump(): bigint { return this.#bumped++; }
  static init(): M {
    const m = new M();
    for (let row = 0; row < ${ROWS.length}; row++) { M.made = 0; total = 0; run(row); }
    return m;
  }
}
function run(row: number): void {
  const m = new M();
  println("row");
  ${ROWS.map(([body], row) => `if (row === ${row}) { ${body} }`).join('\n  ')}
}
export default module(M, { license: "GPL" });
`;

describe.each(['fast', 'stepped'] as const)('in the %s build', (build) => {
  const { diagnostics, sites, ...code } = buildDriver(testToolchain(), SOURCE);
  const events = (isWatched: boolean): string[][] => {
    const all = runBuild(code[build], sites, runInThisContext, isWatched).events.join('\n');
    return all
      .split(/\n?^row$\n?/mu)
      .slice(1)
      .map((part) => part.split('\n'));
  };

  it('what several contexts may reach is told', () => {
    expect(diagnostics).toEqual([]);
    const told = events(true);
    for (const [row, [body, accesses, printed]] of ROWS.entries()) {
      const seen = told[row]!.filter(
        (line) => /^(?:load|store) /u.test(line) && !/^store (?:32|@0) -?\d+->0$/u.test(line),
      );
      expect({ body, seen }).toEqual({ body, seen: accesses });
      expect(told[row]).toContain(printed);
    }
  });

  it('and nothing is, where nobody looks', () => {
    const told = events(false);
    for (const [row, [, , printed]] of ROWS.entries()) {
      expect(told[row]!.filter((line) => line !== 'loaded')).toEqual([printed]);
    }
  });
});
