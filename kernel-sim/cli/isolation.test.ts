// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hostile drivers against the realm: whatever they try, they find no object of the outside, change
 * nothing for the kernel or for another driver, and the process lives on.
 */
import { beforeAll, describe, expect, it, test } from 'vitest';

import type { ProbeBorder } from './isolation-probe.ts';
import bundle from './isolation-probe.ts?iife-source';
import { Realm, RealmError } from './realm.ts';

let realm: Realm;

beforeAll(() => {
  realm = new Realm(bundle);
});

const probe = (code: string): unknown => (realm.border as ProbeBorder).probe(code);

/** What a driver's text gives, or the name of what it throws. */
function attempt(code: string): unknown {
  return probe(`() => { try { return (${code})(); } catch (e) { return 'threw ' + e.name; } }`);
}

/** Inside: true if an object stems from the outer realm. */
const IS_OUTER = `(value) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  let top = value;
  for (let next = top; next !== null; next = Object.getPrototypeOf(next)) top = next;
  return top !== Object.prototype && top !== value;
}`;

describe('code from strings', () => {
  it.each([
    '() => Function("return 1")()',
    '() => eval("1")',
    '() => (0, globalThis.eval)("1")',
    '() => (() => {}).constructor("return 1")()',
    '() => (function* () {}).constructor("yield 1")().next()',
    '() => (async () => {}).constructor("return 1")()',
    '() => Object.getPrototypeOf(function* () {}).constructor("yield 1").next()',
    '() => [].map.constructor("return 1")()',
    '() => "".constructor.constructor("return this")()',
    '() => ({}).constructor.constructor("return process")()',
    '() => new (class extends (() => {}).constructor {})("return 1")()',
  ])('is not made: %s', (code) => {
    expect(String(attempt(code))).toMatch(/^threw (?:TypeError|EvalError|ReferenceError)$/);
  });
});

describe('the outside', () => {
  it.each([
    'process',
    'require',
    'module',
    'global',
    'fetch',
    'Buffer',
    'setTimeout',
    'setImmediate',
    'queueMicrotask',
    'structuredClone',
    'performance',
    'console',
    'navigator',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'Date',
    'Intl',
    'Promise',
    'WeakRef',
    'FinalizationRegistry',
    'Function',
    'eval',
    'Proxy',
    'Reflect',
    'gc',
    'Worker',
    'XMLHttpRequest',
    'importScripts',
    'ringzero',
    '__dirname',
  ])('has no %s in it', (name) => {
    expect(probe(`() => typeof ${name} + typeof globalThis.${name}`)).toBe('undefinedundefined');
  });

  it('cannot be found from any global', () => {
    const walk = `() => {
      const isOuter = ${IS_OUTER};
      const seen = new Set();
      const queue = [[globalThis, 'globalThis']];
      const found = [];
      while (queue.length > 0) {
        const [value, path] = queue.pop();
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
        if (seen.has(value)) continue;
        seen.add(value);
        if (value !== globalThis && isOuter(value)) found.push(path);
        queue.push([Object.getPrototypeOf(value), path + '.__proto__']);
        const all = Object.getOwnPropertyDescriptors(value);
        const symbols = Object.getOwnPropertySymbols(value);
        for (const key of [...Object.getOwnPropertyNames(value), ...symbols]) {
          const { value: held, get, set } = all[key];
          for (const part of [held, get, set]) queue.push([part, path + '.' + String(key)]);
        }
      }
      return seen.size + ' ' + found.join(' ');
    }`;
    expect(probe(walk)).toMatch(/^[3-9]\d\d $/);
  });

  it('does not come with what is thrown at the edge of the stack', () => {
    const dive = `() => {
      const isOuter = ${IS_OUTER};
      let outer = 0;
      let caught = 0;
      const dive = () => {
        try {
          [1].map(dive);
        } catch (error) {
          caught++;
          if (isOuter(error)) outer++;
          throw 0;
        }
      };
      try { dive(); } catch {}
      return (caught > 100) + ' ' + outer;
    }`;
    expect(probe(dive)).toBe('true 0');
  });

  it('does not come with the error of a text that does not compile', () => {
    const realmOfError = `() => {
      try { null.x; } catch (e) { return e instanceof Error && e.constructor === TypeError; }
    }`;
    expect(probe(realmOfError)).toBe(true);
    expect(() => probe('() => { this is no text }')).toThrow(
      expect.not.objectContaining({ constructor: SyntaxError }) as Error,
    );
  });

  it('is not named by stacks or call sites', () => {
    expect(attempt('() => { Error.prepareStackTrace = (e, sites) => sites; }')).toBe(
      'threw TypeError',
    );
    expect(attempt('() => { return (function f() { return f.caller; })(); }')).toBe(
      'threw TypeError',
    );
  });
});

describe('what other drivers and the kernel use', () => {
  it.each([
    '() => { Array.prototype.push = () => 0; }',
    '() => { Object.prototype.polluted = 1; }',
    '() => { ({}).__proto__.polluted = 1; }',
    '() => { Object.defineProperty(Map.prototype, "get", { value: () => 0 }); }',
    '() => { Object.setPrototypeOf(Array.prototype, null); }',
    '() => { Object.getPrototypeOf((function* () {})()).next = () => 0; }',
    '() => { Object.getPrototypeOf([][Symbol.iterator]()).next = () => 0; }',
    '() => { Object.getPrototypeOf(Uint8Array).prototype.set = () => 0; }',
    '() => { Math.imul = () => 0; }',
    '() => { JSON.parse = () => 0; }',
    '() => { Symbol.iterator = 0; }',
    '() => { Error.stackTraceLimit = Infinity; }',
    '() => { globalThis.Map = 0; }',
    '() => { Map = 0; }',
    '() => { undefined = 0; }',
    '() => { Object.defineProperty(globalThis, "Uint8Array", { value: 0 }); }',
    '() => { Object.defineProperty(globalThis, "Object", { get: () => 0 }); }',
  ])('cannot be changed: %s', (code) => {
    expect(attempt(code)).toBe('threw TypeError');
    expect(
      probe('() => new Map([[1, [2].map((n) => n + 1)]]).get(1)[0] + ({}).polluted'),
    ).toBeNaN();
  });

  it('cannot be shadowed by a declaration that escapes the text', () => {
    for (const code of [
      '0); let Map = 5; (0',
      '0); const Array = 5; (0',
      '0); var Object = 5; (0',
    ]) {
      try {
        probe(code);
      } catch {
        // Compiles or not: what counts is what is left afterwards.
      }
    }
    expect(probe('() => typeof Map + typeof Array + typeof Object')).toBe(
      'functionfunctionfunction',
    );
  });

  it('cannot be deleted', () => {
    attempt('() => { delete globalThis.Map; }');
    expect(probe('() => typeof Map')).toBe('function');
  });

  it('is told apart from what drivers define on their own objects', () => {
    const own = `() => {
      class Own { toString() { return 'own'; } }
      const own = new Own();
      own.constructor = 1;
      const error = new Error('a');
      error.message = 'b';
      error.name = 'c';
      return String(own) + own.constructor + error.message + error.name;
    }`;
    expect(probe(own)).toBe('own1bc');
  });
});

describe('a turn of the kernel', () => {
  const turn = (code: string): number => {
    const hostile = new Realm(bundle);
    (hostile.border as ProbeBorder).setTurn(code);
    return hostile.turn();
  };

  it.each([
    ['throws', '() => { throw new Error("x"); }'],
    [
      'throws a trap',
      '() => { throw { get message() { throw this; }, get stack() { throw this; } }; }',
    ],
    ['throws nothing', '() => { throw undefined; }'],
    ['overflows the stack', '() => { const f = () => f() + 1; return f(); }'],
    ['answers a trap', '() => ({ valueOf() { throw this; } })'],
    ['answers text', '() => "process"'],
  ])('that %s is an error of ours', (_what, code) => {
    expect(() => turn(code)).toThrow(RealmError);
  });

  it('cannot find its own name', () => {
    expect(
      probe('() => Object.getOwnPropertyNames(globalThis).filter((n) => /turn/.test(n)).length'),
    ).toBe(0);
  });
});

test('bytes cross by copy', () => {
  const given = realm.give(Uint8Array.of(1, 2, 3));
  expect(given instanceof ArrayBuffer).toBe(false);
  const taken = realm.take(given);
  expect(taken).toEqual(Uint8Array.of(1, 2, 3));
  expect(taken.buffer).not.toBe(given);
});

test.each([
  ['an object', '() => ({ byteLength: 4 })'],
  ['an array', '() => new Uint8Array(4)'],
  ['a number', '() => 4'],
])('%s is not taken for a buffer', (_what, code) => {
  expect(() => realm.take(probe(code) as ArrayBuffer)).toThrow(RealmError);
});
