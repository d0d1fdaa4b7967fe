// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers that objects lead to, found without running any code of theirs. */
import { describe, expect, it } from 'vitest';

import { numbersHeldBy } from './held-pointers.ts';

function held(root: unknown): number[] {
  return [...numbersHeldBy(root)].toSorted((a, b) => a - b);
}

class Node {
  next: Node | null = null;
  readonly pointer: number;

  constructor(pointer: number) {
    this.pointer = pointer;
  }

  get trap(): never {
    throw new Error('an accessor was run');
  }
}

describe('numbers', () => {
  it('are found in fields, arrays, maps and sets', () => {
    const root = {
      a: 1,
      list: [2, [3]],
      map: new Map([[4, { five: 5 }]]),
      set: new Set([6]),
      text: '7',
      bytes: new Uint8Array([8]),
      nothing: null,
      missing: undefined,
    };
    expect(held(root)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are found once in a ring', () => {
    const first = new Node(1);
    first.next = new Node(2);
    first.next.next = first;
    expect(held(first)).toEqual([1, 2]);
  });

  it('are found without asking an accessor or an iterator', () => {
    const own = Object.defineProperty({ n: 1 }, 'trap', {
      get: () => {
        throw new Error('an accessor was run');
      },
    });
    const map = new Map([[2, 3]]);
    Object.defineProperty(map, Symbol.iterator, { value: () => [][Symbol.iterator]() });
    expect(held([own, map, new Node(4)])).toEqual([1, 2, 3, 4]);
  });

  it('are not there where nothing is', () => {
    expect(held(undefined)).toEqual([]);
    expect(held('text')).toEqual([]);
  });
});
