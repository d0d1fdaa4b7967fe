// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { RPI3_MEMORY, PC_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram } from '../hw/ram/ram.ts';
import { Lists } from './list.ts';
import { FakeWarner } from './testing/fake-warner.ts';

function make(isOn = true, board = PC_MEMORY) {
  const ram = new Ram(4096, board, false);
  const warner = new FakeWarner();
  const lists = new Lists(ram, warner, isOn);
  const [head, a, b, c] = [64, 128, 192, 256].map((at) => ram.toPointer(at)) as [
    number,
    number,
    number,
    number,
  ];
  lists.initialise(head);
  const addTail = (entry: number): void => lists.addBetween(entry, lists.prev(head), head);
  const walk = (): number[] => {
    const found: number[] = [];
    for (let at = lists.next(head); at !== head && found.length < 9; at = lists.next(at)) {
      found.push(at);
    }
    return found;
  };
  return { ram, warner, lists, head, a, b, c, addTail, walk };
}

describe.each([
  ['64 bits', PC_MEMORY],
  ['32 bits', RPI3_MEMORY],
])('a list in memory of %s', (_name, board) => {
  it('has what was added, in order, and no more what was deleted', () => {
    const { lists, head, a, b, c, addTail, walk, warner } = make(true, board);
    expect(lists.isEmpty(head)).toBe(true);
    for (const entry of [a, b, c]) addTail(entry);
    expect(walk()).toEqual([a, b, c]);
    lists.delete(b);
    expect(walk()).toEqual([a, c]);
    expect([lists.next(b), lists.prev(b)]).toEqual([lists.poison1, lists.poison2]);
    lists.replace(a, b);
    expect(walk()).toEqual([b, c]);
    expect(warner.said).toEqual([]);
  });

  it('splices another in', () => {
    const { ram, lists, head, a, b, c, addTail, walk } = make(true, board);
    addTail(a);
    const other = ram.toPointer(512);
    lists.initialise(other);
    lists.addBetween(b, other, other);
    lists.addBetween(c, b, other);
    lists.splice(other, head, lists.next(head));
    expect(walk()).toEqual([b, c, a]);
  });

  it('is hashed, too', () => {
    const { lists, head, a, b } = make(true, board);
    lists.setNext(head, 0);
    lists.addToHash(a, head);
    lists.addToHash(b, head);
    lists.deleteFromHash(a);
    expect([lists.next(head), lists.next(b), lists.prev(b)]).toEqual([b, 0, head]);
  });
});

type Rig = ReturnType<typeof make>;

/** What is broken, the operation on it, and what must be said. */
const BROKEN: readonly [string, (rig: Rig) => void, (rig: Rig) => void, RegExp][] = [
  [
    'prev is NULL',
    () => {},
    (r) => r.lists.addBetween(r.c, 0, r.head),
    /^list_add corruption\. prev is NULL\.$/u,
  ],
  [
    'next is NULL',
    () => {},
    (r) => r.lists.addBetween(r.c, r.head, 0),
    /^list_add corruption\. next is NULL\.$/u,
  ],
  [
    'next->prev',
    (r) => r.lists.setPrev(r.a, r.c),
    (r) => r.lists.addBetween(r.c, r.head, r.a),
    /^list_add corruption\. next->prev should be prev \(ffff\w+\), but was ffff\w+\. \(next=ffff/u,
  ],
  [
    'prev->next',
    (r) => r.lists.setNext(r.head, r.c),
    (r) => r.lists.addBetween(r.c, r.head, r.a),
    /^list_add corruption\. prev->next should be next \(ffff\w+\), but was ffff\w+\. \(prev=ffff/u,
  ],
  [
    'added twice',
    () => {},
    (r) => r.lists.addBetween(r.a, r.head, r.a),
    /^list_add double add: new=ffff\w+, prev=ffff\w+, next=ffff\w+\.$/u,
  ],
  [
    'deleted: next is NULL',
    (r) => r.lists.setNext(r.a, 0),
    (r) => r.lists.delete(r.a),
    /^list_del corruption, ffff\w+->next is NULL$/u,
  ],
  [
    'deleted: prev is NULL',
    (r) => r.lists.setPrev(r.a, 0),
    (r) => r.lists.delete(r.a),
    /^list_del corruption, ffff\w+->prev is NULL$/u,
  ],
  [
    'deleted twice',
    (r) => r.lists.delete(r.a),
    (r) => r.lists.delete(r.a),
    /^list_del corruption, ffff\w+->next is LIST_POISON1 \(dead000000000100\)$/u,
  ],
  [
    'deleted with poison before it',
    (r) => r.lists.setPrev(r.a, r.lists.poison2),
    (r) => r.lists.delete(r.a),
    /^list_del corruption, ffff\w+->prev is LIST_POISON2 \(dead000000000122\)$/u,
  ],
  [
    'deleted: prev->next',
    (r) => r.lists.setNext(r.head, r.b),
    (r) => r.lists.delete(r.a),
    /^list_del corruption\. prev->next should be ffff\w+, but was ffff\w+\. \(prev=ffff\w+\)$/u,
  ],
  [
    'deleted: next->prev',
    (r) => r.lists.setPrev(r.b, r.head),
    (r) => r.lists.delete(r.a),
    /^list_del corruption\. next->prev should be ffff\w+, but was ffff\w+\. \(next=ffff\w+\)$/u,
  ],
];

describe('a broken list', () => {
  it.each(BROKEN)('%s: is reported, and left alone', (_name, breakIt, operate, text) => {
    const rig = make();
    rig.addTail(rig.a);
    rig.addTail(rig.b);
    breakIt(rig);
    const next = rig.lists.next(rig.a);
    operate(rig);
    expect(rig.warner.said).toEqual([expect.stringMatching(text)]);
    // Linux poisons the entry although the list was left alone.
    expect([next, rig.lists.poison1]).toContain(rig.lists.next(rig.a));
  });

  it.each(BROKEN.slice(2, 5))(
    '%s: nothing is said with the check off',
    (_name, breakIt, operate) => {
      const rig = make(false);
      rig.addTail(rig.a);
      rig.addTail(rig.b);
      breakIt(rig);
      operate(rig);
      expect(rig.warner.said).toEqual([]);
    },
  );
});
