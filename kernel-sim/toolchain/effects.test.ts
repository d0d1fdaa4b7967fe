// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because the driver of a table row stands on one line
/** Which functions become coroutines, that every call of one is finished, and what is refused. */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { COST } from '../uapi/costs.ts';
import { buildDriver, runBuild, testToolchain, type Run } from './testing/run-driver.ts';

const toolchain = testToolchain();

function driver(body: string, declarations = ''): string {
  return `
import { module, println } from "kernel";
import * as t from "kernel/test";
${declarations}
class M {
  static init(): M {
    ${body}
    return new M();
  }
}
export default module(M, { license: "GPL" });
export const unused = [println, t];
`;
}

function build(body: string, declarations = ''): ReturnType<typeof buildDriver> {
  return buildDriver(toolchain, driver(body, declarations));
}

function run(body: string, declarations = ''): Run {
  const { diagnostics, fast, stepped, sites } = build(body, declarations);
  expect(diagnostics).toEqual([]);
  const inFast = runBuild(fast, sites, runInThisContext);
  const inStepped = runBuild(stepped, sites, runInThisContext);
  expect(inStepped).toEqual({ ...inFast, steps: inStepped.steps });
  return inFast;
}

function eventsOf(body: string, declarations = ''): string {
  const { events, outcome } = run(body, declarations);
  return [...events.filter((event) => event !== 'loaded'), outcome].join(', ');
}

/** `CODE line: message` of each error. */
function errorsOf(body: string, declarations = ''): string[] {
  return build(body, declarations).diagnostics.map(({ code, message }) => `${code} ${message}`);
}

describe('a call that may block', () => {
  // prettier-ignore
  it.each([
    ['by name', `f(); println("end");`, `function f(): void { t.msleep(); }`],
    ['two calls deep', `g(); println("end");`, `function f(): void { t.msleep(); } function g(): void { f(); }`],
    ['of a method', `new A().go(); println("end");`, `class A { go(): void { t.msleep(); } }`],
    ['of a private method', `new A().go(); println("end");`, `class A { go(): void { this.#go(); } #go(): void { t.msleep(); } }`],
    ['of a static method', `A.go(); println("end");`, `class A { static go(): void { t.msleep(); } }`],
    ['through an interface', `go(new A()); println("end");`, `interface Go { go(): void } class A implements Go { go(): void { t.msleep(); } } class B implements Go { go(): void {} } function go(x: Go): void { x.go(); } void B;`],
    ['through a structural type', `go(new A()); println("end");`, `class A { go(): void { t.msleep(); } } function go(x: { go(): void }): void { x.go(); }`],
    ['of a closure in a variable', `const f = (): void => t.msleep(); f(); println("end");`, ''],
    ['of a closure given on', `call(() => t.msleep()); println("end");`, `function call(f: () => void): void { f(); }`],
    ['of a closure that uses this', `new A().go(); println("end");`, `class A { n = 1; go(): void { call(() => { if (this.n === 1) t.msleep(); }); } } function call(f: () => void): void { f(); }`],
    ['of a function in an array', `for (const f of [a, b]) f(); println("end");`, `function a(): void {} function b(): void { t.msleep(); }`],
    ['of a function in a typed array', `fs[1]!(); println("end");`, `function a(): void {} function b(): void { t.msleep(); } const fs: (() => void)[] = [a, b];`],
    ['of a function in a record', `fs["b"]!(); println("end");`, `const fs: Record<string, () => void> = { a: () => {}, b: () => t.msleep() };`],
    ['of a function in a map', `fs.get("b")!(); println("end");`, `const fs = new Map<string, () => void>([["b", () => t.msleep()]]);`],
    ['of a function in a field', `new A(() => t.msleep()).f(); println("end");`, `class A { constructor(readonly f: () => void) {} }`],
    ['of one of two functions', `(Math.max(1, 2) === 2 ? b : a)(); println("end");`, `function a(): void {} function b(): void { t.msleep(); }`],
    ['of an overload', `f("x"); println("end");`, `function f(x: number): void; function f(x: string): void; function f(x: unknown): void { if (typeof x === "string") t.msleep(); }`],
    ['through a generic', `id(() => t.msleep())(); println("end");`, `function id<F extends () => void>(f: F): F { return f; }`],
    ['through a generic callback', `println(\`\${map([1, 2], (n) => { if (n === 1) t.msleep(); return n; }).length}\`);`, `function map<A, B>(xs: readonly A[], f: (x: A) => B): B[] { const out: B[] = []; for (const x of xs) out.push(f(x)); return out; }`],
    ['of a returned function', `make()(); println("end");`, `function make(): () => void { return () => t.msleep(); }`],
    ['as a value of the API', `call(t.msleep); println("end");`, `function call(f: () => void): void { f(); }`],
    ['in a callback of an array', `[1].forEach(() => t.msleep()); println("end");`, ''],
    ['in a callback of a map', `new Map([[1, 2]]).forEach(() => t.msleep()); println("end");`, ''],
    ['in a callback of an optional array', `const xs: number[] | null = Math.max(1, 2) === 2 ? [1] : null; xs?.map(() => t.msleep()); println("end");`, ''],
    ['in a callback of the API', `t.each_slowly(1, () => t.msleep()); println("end");`, ''],
    ['in an argument', `println(f() + "x");`, `function f(): string { t.msleep(); return "f"; }`],
    ['in a condition', `if (f()) println("then"); while (!f()) ; println("end");`, `let n = 0; function f(): boolean { if (n++ === 0) t.msleep(); return true; }`],
    ['in an optional chain', `println(\`\${find(true)?.go().name} \${find(false)?.go().name}\`);`, `class A { name = "a"; go(): A { t.msleep(); return this; } } function find(is: boolean): A | null { return is ? new A() : null; }`],
    ['of an optional method', `call({}); call({ go: () => t.msleep() }); println("end");`, `interface Go { go?(): void } function call(x: Go): void { x.go?.(); }`],
    ['in a template', `println(\`\${f()}\`);`, `function f(): string { t.msleep(); return "f"; }`],
    ['in a short circuit', `if (Math.max(1, 2) === 2 && f()) println("then");`, `function f(): boolean { t.msleep(); return true; }`],
    ['of itself', `f(2); println("end");`, `function f(n: number): void { if (n === 0) t.msleep(); else f(n - 1); }`],
  ])('%s is finished', (_what, body, declarations) => {
    const events = eventsOf(body, declarations);
    expect(events.split(', ').filter((it) => it === 'sleep')).toHaveLength(1);
    expect(events).toMatch(/, ok$/);
  });
});

describe('the fast build', () => {
  it('has generators only where something blocks', () => {
    const { fast } = build(`f(); g();`, `function f(): void { t.msleep(); } function g(): void {}`);
    expect(fast).toMatch(/function\* f\(/);
    expect(fast).toMatch(/function g\(/);
    expect(fast).toMatch(/static \*init\(/);
  });

  it('is not slowed down by a callback that one array method is given', () => {
    const { fast } = build(`[1].map((n) => n); [1].map(() => t.msleep());`);
    expect(fast.match(/\$collections\.map/g)).toHaveLength(1);
    expect(fast).toMatch(/\[1\]\.map\(\(n\) =>/);
  });
});

describe('the stepped build', () => {
  it('stops at every statement and is otherwise the same', () => {
    const body = `let n = 0; for (let i = 0; i < 3; i++) { n += i; } println(\`\${n}\`);`;
    expect(run(body).events).toEqual(['3', 'loaded']);
    const { stepped, sites } = build(body);
    expect(runBuild(stepped, sites, runInThisContext).steps).toBe(7);
  });

  it('keeps plain what the engine calls', () => {
    const declarations = `
      class P { constructor(readonly n: number) {} toString(): string { return twice(this.n); } get double(): string { return twice(this.n); } }
      function twice(n: number): string { return \`\${n * 2}\`; }
      class Made { readonly n = twice(2); }
      const atTop = twice(4);
      function def(s = twice(5)): string { return s; }`;
    const body = `println(\`\${new P(1)} \${new P(1).double} \${new Made().n} \${atTop} \${def()} \${[3, 1].sort((a, b) => Number(twice(a)) - Number(twice(b))).join()}\`);`;
    expect(eventsOf(body, declarations)).toBe('2 2 4 8 10 1,3, ok');
  });

  it("iterates over the driver's own iterators", () => {
    const declarations = `class Range { constructor(readonly n: number) {}
      [Symbol.iterator](): Iterator<number> { let i = 0; const n = this.n; return { next(): IteratorResult<number> { return i < n ? { done: false, value: i++ } : { done: true, value: undefined }; } }; } }`;
    expect(
      eventsOf(
        `for (const i of new Range(2)) println(\`\${i}\`); println(\`\${[...new Range(2)].length}\`);`,
        declarations,
      ),
    ).toBe('0, 1, 2, ok');
  });

  it('gives the API what it can call', () => {
    expect(
      eventsOf(`t.each(2, (n) => f(n));`, `function f(n: number): void { println(\`\${n}\`); }`),
    ).toBe('0, 1, ok');
  });
});

describe('handlers', () => {
  const handlers = `
    class Plain implements t.Irq { handle(): void {} }
    class Switching implements t.Irq { handle(): void { t.cpu_relax(); } }
    class Sleeping implements t.Work { run(): void { t.msleep(); } }`;

  it('may be coroutines in both builds', () => {
    const body = `t.request_irq(new Plain()); t.request_irq(new Switching()); t.queue_work(new Sleeping());`;
    const { fast, stepped, sites } = build(body, handlers);
    expect(runBuild(fast, sites, runInThisContext).events.slice(0, 3)).toEqual([
      'plain',
      'coroutine',
      'coroutine',
    ]);
    expect(runBuild(stepped, sites, runInThisContext).events.slice(0, 3)).toEqual([
      'coroutine',
      'coroutine',
      'coroutine',
    ]);
  });

  it('may not sleep in an interrupt, however deep', () => {
    const deep = `function f(): void { t.msleep(); } class A implements t.Irq { handle(): void { f(); } }`;
    expect(errorsOf(`t.request_irq(new A());`, deep)).toEqual([
      "RZ1020 `handle` of the kernel's API may not sleep; it calls f (line 4), which calls msleep (line 4)",
    ]);
  });

  it('may sleep there when they say so without sleeping', () => {
    const atomic = `class A implements t.Irq { handle(): void { t.kmalloc(8, t.GFP_ATOMIC); } }`;
    expect(
      errorsOf(`t.request_irq(new A());`, atomic.replace('GFP_ATOMIC', 'GFP_KERNEL'))[0],
    ).toMatch(/^RZ1020/);
  });

  it('may not sleep there in a plain function either', () => {
    const deep = `function f(): void { t.vmalloc(8, t.GFP_KERNEL); }
class A implements t.Irq { handle(): void { f(); } }`;
    expect(errorsOf(`t.request_irq(new A());`, deep)).toEqual([
      "RZ1020 `handle` of the kernel's API may not sleep; it calls f (line 5), which calls vmalloc (line 4)",
    ]);
  });

  it.each([
    ['another flag', 't.vmalloc(8, t.GFP_ATOMIC);'],
    ['flags that only the run knows', 'let gfp = t.GFP_KERNEL; t.vmalloc(8, gfp);'],
  ])('may call it with %s', (_what, call) => {
    expect(
      errorsOf(
        `t.request_irq(new A());`,
        `class A implements t.Irq { handle(): void { ${call} } }`,
      ),
    ).toEqual([]);
  });

  it('may call it in a constructor, which cannot switch', () => {
    const source = 'class A { constructor() { t.vmalloc(8, t.GFP_KERNEL); } }';
    expect(errorsOf('new A();', source)).toEqual([]);
  });
});

describe('what cannot be a coroutine', () => {
  // prettier-ignore
  it.each([
    ['a constructor', `new A();`, `class A { constructor() { t.msleep(); } }`],
    ['a constructor, by a method', `new A();`, `class A { constructor() { this.go(); } go(): void { t.msleep(); } }`],
    ['an accessor', `println(\`\${new A().n}\`);`, `class A { get n(): number { t.msleep(); return 1; } }`],
    ['the initialiser of a field', `new A();`, `class A { n = f(); } function f(): number { t.msleep(); return 1; }`],
    ['the initialiser of a static field', `void A;`, `class A { static n = f(); } function f(): number { t.msleep(); return 1; }`],
    ['a static block', `void A;`, `class A { static { t.msleep(); } }`],
    ['the default of a parameter', `g();`, `function f(): number { t.msleep(); return 1; } function g(n = f()): void { void n; }`],
    ['the top level of a module', ``, `t.msleep();`],
    ['a callback of `sort`', `[1].sort(() => { t.msleep(); return 0; });`, ''],
    ['`toString`', `println(\`\${new A()}\`);`, `class A { toString(): string { t.msleep(); return ""; } }`],
    ['`each`', `t.each(1, () => t.msleep());`, ''],
    ['`each`, by name', `t.each(1, f);`, `function f(): void { t.msleep(); }`],
    ['an iterator', `for (const i of new R()) void i;`, `class R { [Symbol.iterator](): Iterator<number> { t.msleep(); return [1][Symbol.iterator](); } }`],
    ['a constructor that drops', `new A(t.slow_token("a"));`, `class A { constructor(x: t.SlowToken) { if (x.name === "b") this.x = x; } x?: t.SlowToken; }`],
  ])('%s is refused', (_what, body, declarations) => {
    const errors = errorsOf(body, declarations);
    expect(errors.map((error) => error.slice(0, 6))).toEqual(['RZ1024']);
  });

  // prettier-ignore
  it.each([
    ['a constructor', `new A();`, `class A { n = t.cpu_relax.length; constructor() { f(); } } function f(): void {}`],
    ['a callback of `sort`', `[1].sort(() => 0);`, ''],
    ['`each`', `t.each(1, () => {});`, ''],
  ])('%s that does not block is not', (_what, body, declarations) => {
    expect(errorsOf(body, declarations)).toEqual([]);
  });
});

describe('time', () => {
  it('is charged alike in both builds, at entries and back-edges', () => {
    const { spentNs, overruns, reschedules } = run(
      `for (let i = 0; i < 10; i++) f();`,
      `function f(): void {}`,
    );
    expect(spentNs).toBe(COST.FUNCTION_ENTRY + 10 * (COST.BACK_EDGE + COST.FUNCTION_ENTRY));
    expect([overruns, reschedules]).toEqual([0, 0]);
  });

  it('runs out in a plain loop and in one that may switch, each in its way', () => {
    const spin = `let n = 0; while (n < 600000) n++;`;
    expect(run(spin)).toMatchObject({ reschedules: 0 });
    expect(run(spin).overruns).toBeGreaterThan(0);
    expect(run(`t.cpu_relax(); ${spin}`)).toMatchObject({ overruns: 0 });
    expect(run(`t.cpu_relax(); ${spin}`).reschedules).toBeGreaterThan(0);
  });
});
