// SPDX-License-Identifier: GPL-2.0-or-later
/** The first stack of a program, read back as the System V ABI says. */
import { describe, expect, it } from 'vitest';

import { nameOf, TestKernel } from '../fs/testing/test-kernel.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { AddressSpace } from '../mm/address-space.ts';
import { writeInitialStack } from './initial-stack.ts';

const kernel = new TestKernel();
const makeSpace = (): AddressSpace => new AddressSpace(kernel.pages, kernel.sim.clock);

function word(space: AddressSpace, at: number): number {
  return space.load32(at) + space.load32(at + 4) * 2 ** 32;
}

function textAt(space: AddressSpace, at: number): string {
  let end = at;
  while (space.load8(end) > 0) end++;
  return decodeUtf8(space.loadBytes(at, end - at)!);
}

/** Pointers up to the NULL, as texts; and where the NULL is. */
function texts(space: AddressSpace, start: number): { list: string[]; end: number } {
  const list: string[] = [];
  let at = start;
  for (; word(space, at) !== 0; at += 8) list.push(textAt(space, word(space, at)));
  return { list, end: at };
}

describe('the first stack', () => {
  it.each<[string, string[], string[]]>([
    ['arguments and environment', ['cat', '-n', 'x'], ['HOME=/', 'A=b=c']],
    ['no environment', ['true'], []],
    ['no arguments', [], ['HOME=/']],
    ['nothing at all', [], []],
    ['empty texts', ['', '', ''], ['']],
    ['texts beyond ASCII', ['naïve', '日本', '😀'], ['Ü=ß']],
  ])('has %s', (_what, argv, env) => {
    const space = makeSpace();
    const base = writeInitialStack(space, argv, env);
    expect(base % 16).toBe(0);
    expect(word(space, base)).toBe(argv.length);
    const first = texts(space, base + 8);
    expect(first.list).toEqual(argv);
    expect(texts(space, first.end + 8).list).toEqual(env);
  });

  it('ends below the end of the stack, and touches no page more than it needs', () => {
    const space = makeSpace();
    const base = writeInitialStack(space, ['x'.repeat(5000)], []);
    expect(base).toBeGreaterThan(space.stackEnd - 6000);
    expect(space.residentPages).toBe(2);
  });

  it.each([
    ['that just fit', 0, 'an address'],
    ['of one byte too much', 1, 'E2BIG'],
  ])('with arguments %s', (_what, more, answer) => {
    const space = makeSpace();
    const count = 20;
    const tableBytes = 8 * (count + 3);
    const text = 'x'.repeat((space.limits.stackBytes / 4 - tableBytes) / count - 1);
    const texts = Array.from({ length: count }, () => text);
    const rest = space.limits.stackBytes / 4 - tableBytes - count * (text.length + 1);
    texts[0] += 'x'.repeat(rest + more);
    const result = writeInitialStack(space, texts, []);
    expect(result > 0 ? 'an address' : nameOf(result)).toBe(answer);
    expect(space.residentPages > 0).toBe(more === 0);
  });

  it.each([
    [128 * 1024 - 1, 'an address'],
    [128 * 1024, 'E2BIG'],
  ])('with a string of %d bytes and a NUL', (length, answer) => {
    const result = writeInitialStack(makeSpace(), ['true', 'x'.repeat(length)], []);
    expect(result > 0 ? 'an address' : nameOf(result)).toBe(answer);
  });

  it('without memory is ENOMEM', () => {
    const poor = new TestKernel();
    while (poor.pages.allocPages(0) !== 0);
    const space = new AddressSpace(poor.pages, poor.sim.clock);
    expect(nameOf(writeInitialStack(space, ['true'], []))).toBe('ENOMEM');
    expect(space.residentPages).toBe(0);
  });
});
