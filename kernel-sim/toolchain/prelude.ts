// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What emitted code brings along, when it needs it: a few functions in front of the module's own.
 *
 * Written as text since they are code of the module, not of the toolchain.
 */

/** Methods of arrays, maps and sets whose callback may be a coroutine. */
const COLLECTIONS = `
const $collections = {
  *forEach(c, f) {
    if (Array.isArray(c)) {
      for (let i = 0, n = c.length; i < n; i++) if (i in c) yield* $k.maybe(f(c[i], i, c));
    } else {
      for (const [key, value] of c.entries()) yield* $k.maybe(f(value, key, c));
    }
  },
  *map(c, f) {
    const out = new Array(c.length);
    for (let i = 0, n = c.length; i < n; i++) if (i in c) out[i] = yield* $k.maybe(f(c[i], i, c));
    return out;
  },
  *filter(c, f) {
    const out = [];
    for (let i = 0, n = c.length; i < n; i++) {
      if (!(i in c)) continue;
      const it = c[i];
      if (yield* $k.maybe(f(it, i, c))) out.push(it);
    }
    return out;
  },
  *some(c, f) {
    for (let i = 0, n = c.length; i < n; i++) {
      if (i in c && (yield* $k.maybe(f(c[i], i, c)))) return true;
    }
    return false;
  },
  *every(c, f) {
    for (let i = 0, n = c.length; i < n; i++) {
      if (i in c && !(yield* $k.maybe(f(c[i], i, c)))) return false;
    }
    return true;
  },
  *find(c, f) {
    for (let i = 0, n = c.length; i < n; i++) {
      const it = c[i];
      if (yield* $k.maybe(f(it, i, c))) return it;
    }
    return undefined;
  },
  *findIndex(c, f) {
    for (let i = 0, n = c.length; i < n; i++) if (yield* $k.maybe(f(c[i], i, c))) return i;
    return -1;
  },
  *reduce(c, f, ...initial) {
    let i = 0, sum;
    const n = c.length;
    if (initial.length > 0) sum = initial[0];
    else {
      while (i < n && !(i in c)) i++;
      if (i >= n) throw new TypeError('Reduce of empty array with no initial value');
      sum = c[i++];
    }
    for (; i < n; i++) if (i in c) sum = yield* $k.maybe(f(sum, c[i], i, c));
    return sum;
  },
  *flatMap(c, f) {
    const out = [];
    for (let i = 0, n = c.length; i < n; i++) {
      if (!(i in c)) continue;
      const part = yield* $k.maybe(f(c[i], i, c));
      if (Array.isArray(part)) out.push(...part);
      else out.push(part);
    }
    return out;
  },
};`;

/** \`new\` of a class whose constructor may fail half-way: drops what it had set, last first. */
const CONSTRUCT = `
const $left = [];
function $construct(C, ...values) {
  const start = $left.length;
  try { return new C(...values); }
  catch ($e) {
    while ($left.length > start) {
      const it = $left.pop();
      if (!$k.dying) $k.drop(it);
    }
    throw $e;
  }
}
function* $constructSwitching(C, ...values) {
  const start = $left.length;
  try { return new C(...values); }
  catch ($e) {
    const left = $left.splice(start);
    while (left.length > 0) {
      const it = left.pop();
      if (!$k.dying) yield* $k.dropSwitching(it);
    }
    throw $e;
  }
}`;

export function preludeFor(code: string): string {
  return [
    ...(code.includes('$collections.') ? [COLLECTIONS] : []),
    ...(/\$left\b|\$construct/.test(code) ? [CONSTRUCT] : []),
    ...(code.includes('$m.') ? ['\nconst $m = $k.memory;'] : []),
    ...(code.includes('$w.') ? ['\nconst $w = $k.watcher;'] : []),
    ...(code.includes('$bss +') ? ['\nconst $bss = $k.variables($base);'] : []),
    ...(code.includes('$layouts[') ? ['\nconst $layouts = [];'] : []),
  ].join('');
}
