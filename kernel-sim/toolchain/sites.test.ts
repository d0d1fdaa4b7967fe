// SPDX-License-Identifier: GPL-2.0-or-later
/** What a stack says of a driver: the function, the line, the place in the canonical layout. */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { buildDriver, runBuild, testToolchain, type BuiltDriver } from './testing/run-driver.ts';

const toolchain = testToolchain();

const HEAD = `import { module, println } from "kernel";
import * as t from "kernel/test";
const { where, panic } = t;
export const used = [println, where, panic];
`;
const FIRST_LINE = 5;

/** Lines from 5 on, with \`M.init\` calling \`main\`. */
function build(source: string): BuiltDriver {
  const tail = `class M { static init(): M { main(); return new M(); } }
export default module(M, { license: "GPL" });`;
  const built = buildDriver(toolchain, `${HEAD}${source}\n${tail}`);
  expect(built.diagnostics).toEqual([]);
  return built;
}

/** The stacks that the driver printed and where it panicked, alike in both builds. */
function stacksOf(source: string): string[] {
  const { fast, stepped, sites } = build(source);
  const [inFast, inStepped] = [fast, stepped].map((code) => {
    const { events, panic } = runBuild(code, sites, runInThisContext);
    const printed = events.filter((event) => event !== 'loaded');
    return panic === null ? printed : printed.concat(panic);
  });
  expect(inStepped).toEqual(inFast);
  return (inFast ?? []).map((stack) => stack.replace(/ M\.init:\d+$/, ''));
}

describe('a line', () => {
  it('is that of the statement', () => {
    expect(
      stacksOf(`function main(): void {
  println(where());
  const a = 1;
  println(\`\${a}: \${where()}\`);
}`),
    ).toEqual(['main:6', '1: main:8']);
  });

  it('is that of the call in a statement of several lines', () => {
    expect(
      stacksOf(`function main(): void {
  println(
    where() +
      " | " +
      where(),
  );
}`),
    ).toEqual(['main:7 M.init:12 | main:9']);
  });

  it('is that of the outer call once its arguments are there', () => {
    expect(
      stacksOf(`function show(a: string, b: string): void { println([a, b, where()].join(" | ")); }
function main(): void {
  show(
    where(),
    where(),
  );
}`),
    ).toEqual(['main:8 M.init:12 | main:9 M.init:12 | show:5 main:7']);
  });

  it('is that of the method in a chain', () => {
    expect(
      stacksOf(`class A { a(): A { println(where()); return this; } }
function main(): void {
  new A()
    .a()
    .a();
}`),
    ).toEqual(['A.a:5 main:8', 'A.a:5 main:9']);
  });

  it("is that of a loop's condition when it is met again", () => {
    expect(
      stacksOf(`function main(): void {
  let n = 0;
  while (
    more()
  ) {
    n++;
  }
  function more(): boolean { if (n === 1) println(where()); return n < 1; }
}`),
    ).toEqual(['more:12 main:8']);
  });

  it('is that of the statement that throws', () => {
    expect(
      stacksOf(`function main(): void {
  const list: number[][] = [];
  println("x");
  list[3]!.push(1);
}`),
    ).toEqual(['x', 'main:8']);
  });

  it('is that of the innermost function', () => {
    expect(
      stacksOf(`function inner(): void {
  panic();
}
function main(): void {
  try {
    inner();
  } catch {}
}`),
    ).toEqual(['inner:6 main:10']);
  });

  it('survives a switch', () => {
    expect(
      stacksOf(`function main(): void {
  t.cpu_relax();
  println(where());
}`),
    ).toEqual(['main:7']);
  });
});

describe('a name', () => {
  it("is the source's own", () => {
    const { sites } = build(`class A {
  constructor(readonly n: number) {}
  get m(): number { return 1; }
  set m(n: number) { void n; }
  #hidden(): void {}
  go(): void { this.#hidden(); [1].map((x) => x); [1].map((x) => x); }
  readonly f = (): void => {};
  [Symbol.dispose](): void {}
}
const held = (): void => {};
function main(): void { held(); void A; }
function over(x: string): void;
function over(x: number): void;
function over(x: unknown): void { void x; }
export const all = { over, method(): void {} };`);
    expect(sites.functions.map(({ name }) => name)).toEqual([
      'A.constructor',
      'A.get.m',
      'A.set.m',
      'A.hidden',
      'A.go',
      'A.go.closure0',
      'A.go.closure1',
      'A.f',
      'A.dispose',
      'held',
      'main',
      'over',
      'method',
      'M.init',
    ]);
  });

  it('is never used twice', () => {
    const { sites } = build(
      `function main(): void { { function f(): void {} f(); } { function f(): void {} f(); } }`,
    );
    expect(sites.functions.map(({ name }) => name)).toEqual(['main', 'f', 'f.1', 'M.init']);
  });
});

describe('the canonical layout', () => {
  it('depends on the source alone', () => {
    const source = `function main(a = 1): void { const b = a; println(\`\${b}\`); }`;
    const { sites } = build(source);
    expect(sites).toEqual(build(source).sites);
    expect(sites.functions[0]).toEqual({ name: 'main', frameBytes: 64, length: 48 });
    expect(sites.sites.slice(0, 3)).toEqual([
      [0, 0, FIRST_LINE, 10, 0],
      [0, 0, FIRST_LINE, 30, 16],
      [0, 0, FIRST_LINE, 43, 32],
    ]);
  });

  it('names the file of a function', () => {
    const main = `${HEAD}import { helper } from "./helper.ts";
class M { static init(): M { helper(); return new M(); } }
export default module(M, { license: "GPL" });`;
    const helper = `import { println } from "kernel";
export function helper(): void { println("help"); }`;
    const built = buildDriver(toolchain, main, {
      'helper.ts': helper,
      'unused.ts': 'export const n: string = 1;',
    });
    expect(built.diagnostics).toEqual([]);
    expect(built.sites.files).toEqual(['driver.ts', 'helper.ts']);
    expect(runBuild(built.fast, built.sites, runInThisContext).events).toEqual(['help', 'loaded']);
    expect(runBuild(built.stepped, built.sites, runInThisContext).events).toEqual([
      'help',
      'loaded',
    ]);
  });
});
