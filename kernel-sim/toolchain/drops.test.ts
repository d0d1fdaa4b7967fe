// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because the driver of a table row stands on one line
/** What is dropped, when, and in which order: one table, run in both builds. */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { buildDriver, runBuild, testToolchain, type Run } from './testing/run-driver.ts';

const toolchain = testToolchain();

const IMPORTS = `
import { module, println, drop, Errno, type Ref, type Mut } from "kernel";
import * as t from "kernel/test";
const { token, fail } = t;
`;

/** A module whose \`init\` has this body, after these declarations. */
function driver(body: string, declarations = ''): string {
  return `${IMPORTS}${declarations}
class M {
  static init(): M {
    ${body}
    return new M();
  }
}
export default module(M, { license: "GPL" });
export const unused = [println, drop, Errno, token, fail];
export type Unused = Ref<1> | Mut<1>;
`;
}

function run(source: string): Run {
  const { diagnostics, fast, stepped, sites } = buildDriver(toolchain, source);
  expect(diagnostics).toEqual([]);
  const runs = [fast, stepped].map((code) => runBuild(code, sites, runInThisContext));
  const [inFast, inStepped] = runs as [Run, Run];
  // Both builds do the same, and charge the same for it.
  expect(inStepped).toEqual({
    ...inFast,
    steps: inStepped.steps,
  });
  expect(inStepped.steps).toBeGreaterThan(0);
  return inFast;
}

/** The order of events inside \`init\`. */
function eventsOf(body: string, declarations = ''): string {
  const { events, outcome } = run(driver(body, declarations));
  const all = events.filter((event) => event !== 'loaded');
  return [...all, ...(outcome === 'ok' ? [] : [outcome])].join(', ');
}

describe('what a scope owns', () => {
  // prettier-ignore
  it.each([
    ['in reverse order', `const a = token("a"); const b = token("b"); println(t.look(a) + t.look(b));`, 'ab, drop b, drop a'],
    ['a using that nobody looks at', `using a = token("a"); println("end");`, 'end, drop a'],
    ['what is const and lent', `const a = token("a"); t.look(a); println("end");`, 'end, drop a'],
    ['not what was moved', `const a = token("a"); t.take(a); println("end");`, 'take a, end'],
    ['what one path did not move', `const a = token("a"); if (t.look(a) === "b") t.take(a); println("end");`, 'end, drop a'],
    ['what one path moved', `const a = token("a"); if (t.look(a) === "a") t.take(a); println("end");`, 'take a, end'],
    ['with using', `using a = token("a"); using b = token("b"); t.look(a); t.look(b);`, 'drop b, drop a'],
    ['at the end of an inner block', `{ using a = token("a"); t.look(a); } println("after");`, 'drop a, after'],
    ['nested', `using a = token("a"); t.look(a); { using b = token("b"); t.look(b); println("in"); } println("out");`, 'in, drop b, out, drop a'],
    ['with drop()', `const a = token("a"); drop(a); println("end");`, 'drop a, end'],
    ['when it is thrown out of', `using a = token("a"); t.look(a); const b = token("b"); fail(); t.take(b);`, 'drop b, drop a, EIO'],
    ['not what was moved before the throw', `const a = token("a"); t.take(a); fail();`, 'take a, EIO'],
    ['before its catch', `try { using a = token("a"); t.look(a); fail(); } catch { println("caught"); } println("end");`, 'drop a, caught, end'],
    ['before its finally', `try { using a = token("a"); t.look(a); } finally { println("finally"); }`, 'drop a, finally'],
    ['in every turn of a loop', `for (let i = 0; i < 2; i++) { using a = token(\`\${i}\`); t.look(a); }`, 'drop 0, drop 1'],
    ['at continue', `for (let i = 0; i < 2; i++) { using a = token(\`\${i}\`); t.look(a); if (i === 0) continue; println("on"); }`, 'drop 0, on, drop 1'],
    ['at break', `for (;;) { using a = token("a"); t.look(a); break; } println("end");`, 'drop a, end'],
    ['at a labelled break', `outer: for (;;) { using a = token("a"); t.look(a); for (;;) { using b = token("b"); t.look(b); break outer; } }`, 'drop b, drop a'],
    ['at a labelled continue', `let n = 0; outer: while (n < 2) { n++; using a = token(\`\${n}\`); t.look(a); for (;;) { continue outer; } }`, 'drop 1, drop 2'],
    ['at return', `using a = token("a"); t.look(a); if (t.look(a) === "a") return new M();`, 'drop a'],
    ['of a for statement', `for (using a = token("a"), b = token("b"); t.look(a) === "a"; t.look(b)) { println("turn"); break; } println("end");`, 'turn, drop b, drop a, end'],
    ['of a for-of with using', `for (using a of [token("a"), token("b")]) { t.look(a); println("turn"); }`, 'turn, drop a, turn, drop b'],
    ['of a switch', `switch (1 as number) { case 1: const a = token("a"); t.look(a); println("one"); break; default: println("no"); } println("end");`, 'one, drop a, end'],
    ['null in a using', `using a = t.maybe_token("a", false); if (a === null) println("none");`, 'none'],
    ['handed from name to name', `const a = token("a"); const b = a; println("end"); t.look(b);`, 'end, drop a'],
    ['by a conditional move', `const a = token("a"); const b = token("b"); t.take(t.look(a) === "a" ? a : b); println("end");`, 'take a, end, drop b'],
    ['of a let that is assigned again', `let a = token("a"); println("first"); a = token("b"); println("second"); t.look(a);`, 'first, drop a, second, drop b'],
    ['of a let that gets itself', `let a = token("a"); a = a.next(); println("end"); t.look(a);`, 'drop a, end, drop a+'],
    ['of a let first set later', `let a: t.Token; a = token("a"); t.look(a); println("end");`, 'end, drop a'],
    ['consumed by its method', `const a = token("a"); a.finish(); println("end");`, 'finish a, end'],
  ])('%s', (_what, body, expected) => {
    expect(eventsOf(body)).toBe(expected);
  });
});

describe('a value without a name', () => {
  // prettier-ignore
  it.each([
    ['is dropped when nobody takes it', `token("a"); println("end");`, 'drop a, end'],
    ['is dropped at the end of its statement', `println(t.look(token("a"))); println("end");`, 'a, drop a, end'],
    ['is dropped after a method of it', `println(token("a").name); println("end");`, 'a, drop a, end'],
    ['drops in reverse order', `println(t.look(token("a")) + t.look(token("b")));`, 'ab, drop b, drop a'],
    ['is dropped in a declaration', `const n = t.look(token("a")); println(n);`, 'drop a, a'],
    ['is dropped in a condition', `if (t.look(token("a")) === "a") println("then");`, 'drop a, then'],
    ['is dropped in a loop condition', `let i = 0; while (t.look(token(\`\${i}\`)) !== "1") i++; println("end");`, 'drop 0, drop 1, end'],
    ['is dropped when the statement throws', `try { println(t.look(token("a")) + fail()); } catch { println("caught"); }`, 'drop a, caught'],
    ['of a branch not taken does not exist', `if (fail.length > 5 && t.look(token("a")) === "a") println("no"); println("end");`, 'end'],
    ['is taken by the call', `t.take(token("a")); println("end");`, 'take a, end'],
    ['is dropped when another argument throws', `t.take_any(token("a"), fail());`, 'drop a, EIO'],
    ['is not dropped when no argument throws', `t.take_two(token("a"), token("b")); println("end");`, 'take a b, end'],
    ['named, is dropped when another argument throws', `const a = token("a"); t.take_any(a, fail());`, 'drop a, EIO'],
    ['lives as long as a for-of over it', `for (const c of [t.look(token("a"))]) println(c);`, 'a, drop a'],
    ['is dropped at return', `if (t.look(token("a")) === "a") { println("in"); return new M(); }`, 'drop a, in'],
  ])('%s', (_what, body, expected) => {
    expect(eventsOf(body)).toBe(expected);
  });
});

describe('a function', () => {
  // prettier-ignore
  it.each([
    ['drops the parameters that it keeps', `eat(token("a")); println("end");`, `function eat(x: t.Token): void { println(x.name); }`, 'a, drop a, end'],
    ['drops parameters after its locals', `eat(token("a"));`, `function eat(x: t.Token): void { using y = token("y"); println(x.name + y.name); }`, 'ay, drop y, drop a'],
    ['leaves a borrowed one alone', `const a = token("a"); see(a); println("end");`, `function see(x: Ref<t.Token>): void { println(x.name); }`, 'a, end, drop a'],
    ['hands on what it returns', `const a = make(); println("got"); t.look(a);`, `function make(): t.Token { const x = token("x"); println("made"); return x; }`, 'made, got, drop x'],
    ['hands on what it is given', `const a = same(token("a")); println("got"); t.look(a);`, `function same(x: t.Token): t.Token { return x; }`, 'got, drop a'],
    ['drops its parameter when it throws', `try { eat(token("a")); } catch { println("caught"); }`, `function eat(x: t.Token): void { t.look(x); fail(); }`, 'drop a, caught'],
    ['drops in an arrow', `const eat = (x: t.Token): string => x.name; println(eat(token("a")));`, '', 'drop a, a'],
    ['of any type drops what it was given', `keep(token("a")); keep(1); println("end");`, `function keep<T>(x: T): void { println(typeof x); }`, 'object, drop a, number, end'],
  ])('%s', (_what, body, declarations, expected) => {
    expect(eventsOf(body, declarations)).toBe(expected);
  });
});

const PAIR = `
class Pair {
  readonly #hidden: t.Token;
  first: t.Token;
  constructor(readonly last: t.Token, hidden: t.Token, first: t.Token) { this.#hidden = hidden; this.first = first; }
  name(): string { return this.#hidden.name; }
  [Symbol.dispose](): void { println("pair"); }
}
const pair = (): Pair => new Pair(token("last"), token("hidden"), token("first"));
`;

describe('a class', () => {
  // prettier-ignore
  it.each([
    ['drops itself, then its fields in order', `const p = pair(); println(p.name());`, PAIR, 'hidden, pair, drop hidden, drop first, drop last'],
    ['drops the old value of a field', `using p = pair(); p.first = token("new"); println("set");`, PAIR, 'drop first, set, pair, drop hidden, drop new, drop last'],
    ['drops a field of a place computed once', `using p = pair(); const at = (x: Mut<Pair>): Mut<Pair> => { println("at"); return x; }; at(p).first = token("new");`, PAIR, 'at, drop first, pair, drop hidden, drop new, drop last'],
    ['drops nested ones', `const b = new Box(pair()); println(b.pair.name());`, `${PAIR} class Box { constructor(readonly pair: Pair) {} }`, 'hidden, pair, drop hidden, drop first, drop last'],
    ['is not dropped when it was moved', `const b = new Box(pair()); hold(b); println("end");`, `${PAIR} class Box { constructor(readonly pair: Pair) {} } function hold(b: Box): void { println(b.pair.name()); }`, 'hidden, pair, drop hidden, drop first, drop last, end'],
    ['drops what a failed constructor had set', `try { new Half(token("p")); } catch { println("caught"); }`, `class Half { readonly a = token("a"); b: t.Token; constructor(readonly p: t.Token) { this.b = token("b"); fail(); } }`, 'drop p, drop b, drop a, caught'],
    ['drops what failed initialisers had set', `try { new Half(); } catch { println("caught"); }`, `class Half { readonly a = token("a"); readonly n = fail(); readonly b = token("b"); }`, 'drop a, caught'],
    ['drops a parameter not yet stored', `try { new Half(token("p")); } catch { println("caught"); }`, `class Half { readonly a: t.Token; constructor(p: t.Token) { fail(); this.a = p; } }`, 'drop p, caught'],
    ['drops a parameter that it never stores', `new Half(token("p")); println("end");`, `class Half { readonly n: string; constructor(p: t.Token) { this.n = t.look(p); } }`, 'drop p, end'],
    ['has initialisers that see the outer names', `println(new Shadow(7).n + "");`, `const size = fail.length + 3; class Shadow { readonly a = token("a"); readonly n = size + fail.length; constructor(size: number) { println(\`\${size}\`); } }`, '7, 3, drop a'],
    ['of any type drops what it holds', `const b = new Box(token("a")); const n = new Box(1); println(\`\${n.value}\`); t.look(b.value);`, `class Box<T> { constructor(readonly value: T) {} }`, '1, drop a'],
  ])('%s', (_what, body, declarations, expected) => {
    expect(eventsOf(body, declarations)).toBe(expected);
  });
});

describe('a value whose end sleeps', () => {
  // prettier-ignore
  it.each([
    ['is waited for', `using a = t.slow_token("a"); println(a.name);`, '', 'a, drop a'],
    ['is waited for as a temporary', `println(t.slow_token("a").name); println("end");`, '', 'a, drop a, end'],
    ['is waited for in a field', `const h = new Holder(t.slow_token("a")); println(h.x.name);`, `class Holder { constructor(readonly x: t.SlowToken) {} }`, 'a, drop a'],
    ['is waited for after a failed constructor', `try { new Holder(t.slow_token("a")); } catch { println("caught"); }`, `class Holder { readonly y: number; constructor(readonly x: t.SlowToken) { this.y = fail(); } }`, 'drop a, caught'],
    ['is waited for when assigned over', `const h = new Holder(t.slow_token("a")); h.x = t.slow_token("b"); println("set");`, `class Holder { constructor(public x: t.SlowToken) {} }`, 'drop a, set, drop b'],
    ['is waited for in generic code', `keep(t.slow_token("a")); println("end");`, `function keep<T>(x: T): void { println(typeof x); }`, 'object, drop a, end'],
    ['may be a guard', `const m = t.Mutex.make("m", 1); { using g = m.lock(); g.value += 1; println(\`\${g.value}\`); } println(\`\${m.lock().value}\`); println("end");`, '', 'lock m, 2, unlock m, lock m, 2, unlock m, end'],
    ['may be a place behind a guard', `const m = t.Mutex.make("m", token("a")); using g = m.lock(); g.value = token("b"); println("set");`, '', 'lock m, drop a, set, unlock m'],
  ])('%s', (_what, body, declarations, expected) => {
    expect(eventsOf(body, declarations)).toBe(expected);
  });
});

describe('the rest of the language', () => {
  // prettier-ignore
  it.each([
    ['an arrow that is one expression', `const f = (n: string): string => t.look(token(n)); println(f("a"));`, '', 'drop a, a'],
    ['a temporary of a switch', `switch (t.look(token("a"))) { case "a": println("one"); break; default: }`, '', 'drop a, one'],
    ['a do loop', `let n = 0; do { using a = token(\`\${n}\`); t.look(a); n++; if (n === 1) continue; } while (n < 2);`, '', 'drop 0, drop 1'],
    ['a function used before it is declared', `{ using a = token("a"); println(later(a)); function later(x: Ref<t.Token>): string { return x.name; } }`, '', 'a, drop a'],
    ['a labelled block', `inner: { using a = token("a"); println(a.name); }`, '', 'a, drop a'],
    ['a label that is left', `out: { using a = token("a"); if (t.look(a) === "a") break out; println("no"); } println("end");`, '', 'drop a, end'],
    ['closures over the variables of turns', `const fs: (() => string)[] = []; for (let i = 0; i < 2; i++) { fs.push(() => \`\${i}\`); } for (const f of fs) println(f());`, '', '0, 1'],
    ['a nested function that borrows', `using a = token("a"); const see = (): string => a.name; println(see());`, '', 'a, drop a'],
    ['try inside a loop with continue', `for (let i = 0; i < 2; i++) { try { using a = token(\`\${i}\`); t.look(a); if (i === 0) continue; fail(); } catch { println("caught"); } finally { println("finally"); } }`, '', 'drop 0, finally, drop 1, caught, finally'],
    ['return through finally', `f(); println("end");`, `function f(): void { using a = token("a"); t.look(a); try { return; } finally { println("finally"); } }`, 'finally, drop a, end'],
    ['an error thrown on by a catch', `try { try { fail(); } catch (e) { using a = token("a"); t.look(a); throw e; } } catch { println("outer"); }`, '', 'drop a, outer'],
    ['a field that is optional', `const s = new S(); s.x = token("a"); println("set"); s.x = null; println("end");`, `class S { x: t.Token | null = null; }`, 'set, drop a, end'],
    ['a class expression', `const C = class { constructor(readonly x: t.Token) {} }; const c = new C(token("a")); println(c.x.name);`, '', 'a, drop a'],
    ['a default parameter', `eat(); println("end");`, `function eat(x: t.Token = token("d")): void { println(x.name); }`, 'd, drop d, end'],
    ['a parameter that is assigned', `eat(token("a"));`, `function eat(x: t.Token): void { x = token("b"); println(x.name); }`, 'drop a, b, drop b'],
    ['a moved value in an object that a function takes', `const a = token("a"); hold({ a });`, `function hold(x: { a: t.Token }): void { t.take(x.a); }`, 'take a'],
    ['a callback that is given what it owns', `call(token("a"), (x) => { println(x.name); });`, `function call(x: t.Token, f: (x: t.Token) => void): void { f(x); println("called"); }`, 'a, drop a, called'],
    ['a callback that is lent it', `call(token("a"), (x) => { println(x.name); });`, `function call(x: t.Token, f: (x: Ref<t.Token>) => void): void { f(x); println("called"); }`, 'a, called, drop a'],
    ['recursion', `down(2);`, `function down(n: number): void { using a = token(\`\${n}\`); t.look(a); if (n > 0) down(n - 1); }`, 'drop 0, drop 1, drop 2'],
    ['a constant of the module', `println(KEPT.name);`, `const KEPT = token("kept");`, 'kept'],
    ['a moved value behind an assertion', `const a: t.Token | null = t.maybe_token("a", true); if (a !== null) t.take(a!); println("end");`, '', 'take a, end'],
    ['both branches', `const a = Math.max(1, 2) === 2 ? token("a") : token("b"); println(a.name);`, '', 'a, drop a'],
    ['what is there or made', `const a = t.maybe_token("a", false) ?? token("b"); println(a.name);`, '', 'b, drop b'],
    ['a comma', `const a = (println("first"), token("a")); println(a.name);`, '', 'first, a, drop a'],
    ['a loop that never ends but by return', `f();`, `function f(): void { for (;;) { using a = token("a"); t.look(a); for (;;) { using b = token("b"); t.look(b); return; } } }`, 'drop b, drop a'],
  ])('%s', (_what, body, declarations, expected) => {
    expect(eventsOf(body, declarations)).toBe(expected);
  });
});

describe('a task that dies', () => {
  // prettier-ignore
  it.each([
    ['no dispose', `using a = token("a"); t.look(a); t.panic();`, '', ''],
    ["no drop of a moved value's owner", `const a = token("a"); t.look(a); t.panic();`, '', ''],
    ['no catch', `try { t.panic(); } catch { println("caught"); }`, '', ''],
    ['no finally', `try { t.panic(); } finally { println("finally"); }`, '', ''],
    ['no finally of its callers', `try { f(); } catch { println("caught"); } finally { println("finally"); }`, `function f(): void { t.panic(); }`, ''],
    ['nothing after a bug in a catch', `try { try { fail(); } catch { t.panic(); } finally { println("inner"); } } finally { println("outer"); }`, '', ''],
    ['no temporaries', `println(t.look(token("a")) + t.panic());`, '', ''],
    ['no fields of a failed constructor', `new Half(token("p"));`, `class Half { readonly n: number; constructor(readonly p: t.Token) { this.n = t.panic(); } }`, ''],
  ])('runs %s', (_what, body, declarations, expected) => {
    expect(eventsOf(body, declarations)).toBe(expected === '' ? 'oops' : `${expected}, oops`);
  });

  it('is not what an errno does', () => {
    expect(
      eventsOf(`try { fail(); } catch { println("caught"); } finally { println("finally"); }`),
    ).toBe('caught, finally');
    expect(eventsOf(`try { fail(); } finally { println("finally"); }`)).toBe('finally, EIO');
    expect(eventsOf(`throw Errno.ENODEV;`)).toBe('ENODEV');
  });
});
