// SPDX-License-Identifier: GPL-2.0-or-later
/** A realm made fit for drivers: in a fresh one each, since there is no way back. */
import { createContext, runInContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';

import source from './freeze-intrinsics.ts?iife-source';

let realm: ReturnType<typeof createContext>;

/** What a script of the realm answers. */
function evaluate(script: string): unknown {
  return runInContext(script, realm);
}

/** What freezes the realm, kept out of it. */
let freeze: () => void;

function freshRealm(): void {
  realm = createContext(Object.create(null) as object);
  const open = evaluate(`(() => { ${source}\nreturn ringzero.freezeIntrinsics; })()`);
  freeze = () => (open as (global: unknown) => void)(evaluate('globalThis'));
}

/** What a driver's code comes to: its value, or the name of what it throws. */
function attempt(body: string): unknown {
  return evaluate(`(() => { "use strict";
    try { return (() => { ${body} })(); } catch (thrown) { return thrown.constructor.name; } })()`);
}

beforeEach(() => {
  freshRealm();
  freeze();
});

describe('a prototype', () => {
  const PATCHES: readonly [string, string][] = [
    ['a method', 'Array.prototype.push = () => 0; return [].push(1) === 0;'],
    ['a method by definition', 'Object.defineProperty(Array.prototype, "map", { value: 1 });'],
    ['a new method', 'String.prototype.shout = 1; return "".shout;'],
    ['an iterator', 'Array.prototype[Symbol.iterator] = null; return "patched";'],
    ['an iterator’s next', 'Object.getPrototypeOf([].values()).next = 1; return "patched";'],
    ['a generator’s next', 'Object.getPrototypeOf(function* () {}.prototype).next = 1;'],
    ['call', '(() => 0).__proto__.call = 1;'],
    ['the text of all objects', 'Object.prototype.toString = () => "x"; return `${{}}` === "x";'],
    ['the name of all errors', 'Error.prototype.name = "x"; return "patched";'],
    ['what all objects have', 'Object.prototype.evil = 1; return {}.evil;'],
    ['a typed array’s method', 'Uint8Array.prototype.fill = 1; return "patched";'],
    ['the common typed array', 'Object.getPrototypeOf(Uint8Array).prototype.set = 1;'],
    ['the prototype of a prototype', 'Object.setPrototypeOf(Array.prototype, {});'],
    ['a static function', 'Object.freeze = (value) => value; return "patched";'],
    ['a method that a symbol names', 'Symbol.prototype[Symbol.toPrimitive].call = 1; return 1;'],
    ['a mathematical constant', 'Math.floor = 1; return "patched";'],
    ['a matcher', 'RegExp.prototype[Symbol.match].x = 1; return "patched";'],
  ];

  it.each(PATCHES)('cannot be patched: %s', (_what, body) => {
    expect(attempt(body)).toBe('TypeError');
  });

  it.each(PATCHES)('can be patched as long as nothing is frozen: %s', (_what, body) => {
    freshRealm();
    expect(attempt(body)).not.toBe('TypeError');
  });
});

describe('whatever can be reached', () => {
  /** Walks by names, symbols, getters and prototypes; answers the paths of what is not frozen. */
  const WALK = `(() => {
    const seen = new Set([globalThis]);
    const loose = [];
    const queue = [];
    const add = (value, path) => {
      const isObject = typeof value === 'object' || typeof value === 'function';
      if (!isObject || value === null || seen.has(value)) return;
      seen.add(value);
      queue.push([value, path]);
    };
    const hidden = [function* () {}, async function () {}, async function* () {}, () => 0,
      [].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](),
      'a'.matchAll(/a/g)];
    for (const value of hidden) add(Object.getPrototypeOf(value), 'hidden');
    for (const key of Object.getOwnPropertyNames(globalThis)) {
      add(globalThis[key], key);
    }
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      const [value, path] = item;
      if (!Object.isFrozen(value) && !ArrayBuffer.isView(value)) loose.push(path);
      add(Object.getPrototypeOf(value), path + '.__proto__');
      const keys = [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value)];
      for (const key of keys) {
        const { value: part, get, set } = Object.getOwnPropertyDescriptor(value, key);
        const name = path + '.' + String(key);
        add(part, name); add(get, name); add(set, name);
      }
    }
    return JSON.stringify([seen.size, loose]);
  })()`;

  it('is frozen', () => {
    const [count, loose] = JSON.parse(evaluate(WALK) as string) as [number, string[]];
    expect(loose).toEqual([]);
    expect(count).toBeGreaterThan(400);
  });

  it('is not, before', () => {
    freshRealm();
    const [, loose] = JSON.parse(evaluate(WALK) as string) as [number, string[]];
    expect(loose.length).toBeGreaterThan(500);
  });
});

describe('what would leave the sandbox or differ between runs', () => {
  it.each(['Atomics', 'Date', 'FinalizationRegistry', 'Function', 'Intl', 'Promise', 'Proxy'])(
    '%s is gone',
    (name) => {
      expect(attempt(`return typeof ${name};`)).toBe('undefined');
    },
  );

  it.each(['Reflect', 'SharedArrayBuffer', 'WeakRef', 'WebAssembly', 'escape', 'eval', 'unescape'])(
    '%s is gone, too',
    (name) => {
      expect(attempt(`return typeof globalThis[${JSON.stringify(name)}];`)).toBe('undefined');
    },
  );

  it.each(['random', 'sin', 'pow', 'log', 'exp', 'cbrt', 'hypot'])('Math.%s is gone', (name) => {
    expect(attempt(`return typeof Math.${name};`)).toBe('undefined');
  });

  it.each(['abs', 'floor', 'imul', 'clz32', 'max', 'min', 'sign', 'sqrt', 'trunc'])(
    'Math.%s is there',
    (name) => {
      expect(attempt(`return typeof Math.${name};`)).toBe('function');
    },
  );

  it.each([
    ['a function', '() => 0'],
    ['a generator', 'function* () {}'],
    ['an asynchronous function', 'async function () {}'],
    ['an asynchronous generator', 'async function* () {}'],
    ['a class', 'class {}'],
    ['a method of ours', '[].push'],
  ])('code from text is out of reach through %s', (_what, fn) => {
    expect(attempt(`return (${fn}).constructor("return 1")();`)).toBe('TypeError');
  });
});

describe('a driver', () => {
  it.each<[string, string, unknown]>([
    [
      'has classes with fields',
      'class A { x = 1; #y = 2; s() { return this.x + this.#y; } } return new A().s();',
      3,
    ],
    [
      'assigns what prototypes have',
      'const o = {}; o.toString = () => "mine"; return `${o}`;',
      'mine',
    ],
    [
      'assigns it in a constructor',
      'function A() { this.valueOf = () => 4; } return new A() + 1;',
      5,
    ],
    ['names a field like it', 'class A { toString = () => "own"; } return `${new A()}`;', 'own'],
    [
      'has a prototype with a constructor',
      'class A {} return A.prototype.constructor === A;',
      true,
    ],
    [
      'has errors of its own',
      `class E extends Error { constructor() { super("m"); this.name = "E"; } }
       const e = new E();
       return [e.name, e.message, e instanceof Error].join();`,
      'E,m,true',
    ],
    [
      'changes the message of one',
      'const e = new Error("a"); e.message = "b"; return e.message;',
      'b',
    ],
    [
      'has errors with a field for a name',
      'class E extends Error { name = "F"; } return new E().name;',
      'F',
    ],
    [
      'leaves other errors alone',
      'const e = new Error(); e.name = "x"; return new Error().name;',
      'Error',
    ],
    [
      'sees the texts of objects',
      'return `${{}} ${[1, 2]} ${new Error("m")}`;',
      '[object Object] 1,2 Error: m',
    ],
    [
      'has collections',
      'const m = new Map([[1, 2]]); m.set(3, 4); return [...m.keys()].join();',
      '1,3',
    ],
    ['has generators', 'function* g() { yield 1; yield 2; } return [...g()].join();', '1,2'],
    ['has typed arrays', 'const b = new Uint8Array(2); b[1] = 300; return b.join();', '0,44'],
    [
      'subclasses an array',
      'class A extends Array {} const a = new A(); a.push(1); return a.length;',
      1,
    ],
    ['has destructuring and spreads', 'const { a, ...rest } = { a: 1, b: 2 }; return rest.b;', 2],
  ])('%s', (_what, body, answer) => {
    expect(attempt(body)).toBe(answer);
  });

  it('cannot assign to the owner of what may be overridden', () => {
    expect(attempt('Error.prototype.message = "x";')).toBe('TypeError');
    expect(attempt('Object.prototype.constructor = 1;')).toBe('TypeError');
  });
});

describe('freezing', () => {
  it('twice does no harm', () => {
    expect(freeze).not.toThrow();
    expect(attempt('return [1].map((n) => n + 1)[0];')).toBe(2);
  });
});
