// SPDX-License-Identifier: GPL-2.0-or-later
/** What may be written to /proc/sys and how it reads: kernel/sysctl.c's rules. */
import { describe, expect, it } from 'vitest';

import { Ram } from '../../hw/ram/ram.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { CtlHandler, CtlTable } from './ctl-table.ts';
import {
  procDobool,
  procDointvec,
  procDointvecMinmax,
  procDostring,
  procDou8vecMinmax,
  procDouintvec,
  procDoulongvecMinmax,
} from './handlers.ts';

const ROOM = 256;
const REFUSED = -ERRNO.EINVAL;

/** A value in memory of its own, as a program meets it. */
class Knob {
  readonly table: CtlTable;
  pos = 0;

  constructor(handler: CtlHandler, maxBytes: number, bounds: { min?: number; max?: number } = {}) {
    const ram = new Ram(4096);
    ram.unpoison(0, maxBytes);
    const data = ram.toPointer(0);
    this.table = { name: 'knob', mode: 0o644, ram, data, maxBytes, handler, ...bounds };
  }

  write(text: string, pos = 0): number {
    const buffer = encodeUtf8(text);
    const transfer = { isWrite: true, buffer, pos, length: buffer.length };
    return this.table.handler(this.table, transfer) || transfer.length;
  }

  read(pos = 0, count = ROOM): string {
    const transfer = { isWrite: false, buffer: new Uint8Array(count), pos, length: count };
    const errno = this.table.handler(this.table, transfer);
    return errno === 0
      ? String.fromCharCode(...transfer.buffer.subarray(0, transfer.length))
      : String(errno);
  }
}

describe('an integer', () => {
  it.each([
    ['1', '1\n'],
    [' \t\n 12 \n', '12\n'],
    ['-5\n', '-5\n'],
    ['0x1F', '31\n'],
    ['017', '15\n'],
    ['2147483647', '2147483647\n'],
    ['-2147483648', '-2147483648\n'],
  ])('takes %j', (text, shown) => {
    const knob = new Knob(procDointvec, 4);
    expect(knob.write(text)).toBe(text.length);
    expect(knob.read()).toBe(shown);
  });

  it.each(['', ' ', '-', 'x', '1x', '08', '0x', '+1', '--1', '1,2', '2147483648', '-2147483649'])(
    'refuses %j and stays',
    (text) => {
      const knob = new Knob(procDointvec, 4);
      knob.write('7');
      // A write of nothing is no error.
      expect(knob.write(text)).toBe(text === '' ? 0 : REFUSED);
      expect(knob.read()).toBe('7\n');
    },
  );

  it('refuses a number of 21 digits, which may go on', () => {
    expect(new Knob(procDointvec, 4).write('0'.repeat(20))).toBe(20);
    expect(new Knob(procDointvec, 4).write('0'.repeat(21))).toBe(REFUSED);
  });

  it('takes one number, and leaves the rest to a write that is ignored', () => {
    const knob = new Knob(procDointvec, 4);
    expect(knob.write('1 2\n')).toBe(2);
    expect(knob.write('2\n', 2)).toBe(2);
    expect(knob.read()).toBe('1\n');
  });

  it('is read from its start only, and as far as there is room', () => {
    const knob = new Knob(procDointvec, 4);
    knob.write('1234');
    expect([knob.read(0, 2), knob.read(2), knob.read(5)]).toEqual(['12', '', '']);
  });

  it.each([
    ['0', 1],
    ['2', 1],
    ['3', REFUSED],
    ['-1', REFUSED],
  ])('bounded to 0 to 2 answers %j with %i', (text, answer) => {
    expect(new Knob(procDointvecMinmax, 4, { min: 0, max: 2 }).write(text)).toBe(answer);
  });

  it('without bounds ignores those of its table', () => {
    expect(new Knob(procDointvec, 4, { min: 0, max: 2 }).write('3')).toBe(1);
  });
});

describe('a vector', () => {
  it('has tabs between its numbers', () => {
    const knob = new Knob(procDointvec, 16);
    expect(knob.write('4 4\t1 7\n')).toBe(8);
    expect(knob.read()).toBe('4\t4\t1\t7\n');
  });

  it('may be written in part, up to a wrong number', () => {
    const knob = new Knob(procDointvec, 16);
    knob.write('4 4 1 7');
    expect(knob.write('8')).toBe(1);
    expect(knob.read()).toBe('8\t4\t1\t7\n');
    expect(knob.write('1 2 x')).toBe(REFUSED);
    expect(knob.read()).toBe('1\t2\t1\t7\n');
  });
});

describe('an unsigned number', () => {
  it.each<[string, CtlHandler, number, string, number]>([
    ['32 bits', procDouintvec, 4, '4294967295', 10],
    ['33 bits', procDouintvec, 4, '4294967296', REFUSED],
    ['a minus', procDouintvec, 4, '-1', REFUSED],
    ['a minus before 0', procDouintvec, 4, '-0', REFUSED],
    ['blanks alone', procDouintvec, 4, ' \n', REFUSED],
    ['64 bits', procDoulongvecMinmax, 8, '0xffffffffffffffff', 18],
    ['65 bits', procDoulongvecMinmax, 8, '18446744073709551616', REFUSED],
    ['a minus, long', procDoulongvecMinmax, 8, '-1', REFUSED],
    ['a byte', procDou8vecMinmax, 1, '255', 3],
    ['more than a byte', procDou8vecMinmax, 1, '256', REFUSED],
  ])('of %s', (_what, handler, bytes, text, answer) => {
    expect(new Knob(handler, bytes).write(text)).toBe(answer);
  });

  it('keeps all of its bits', () => {
    const knob = new Knob(procDoulongvecMinmax, 16);
    knob.write('18446744073709551615 1');
    expect(knob.read()).toBe('18446744073709551615\t1\n');
  });
});

describe('a switch', () => {
  it('is 1 for whatever is not 0', () => {
    const knob = new Knob(procDobool, 1);
    expect([knob.write('-7'), knob.read()]).toEqual([2, '1\n']);
    expect([knob.write(' 0\t'), knob.read()]).toEqual([3, '0\n']);
  });
});

describe('a string', () => {
  it('ends at the first line break, and is cut to its room', () => {
    const knob = new Knob(procDostring, 5);
    expect(knob.write('ab\ncd')).toBe(5);
    expect(knob.read()).toBe('ab\n');
    expect(knob.write('abcdef\n')).toBe(7);
    expect(knob.read()).toBe('abcd\n');
  });

  it('is read and written from a place in it, but not past its end', () => {
    const knob = new Knob(procDostring, 16);
    knob.write('hello');
    expect([knob.read(3), knob.read(5), knob.read(6)]).toEqual(['lo\n', '\n', '']);
    knob.write('p!', 3);
    expect(knob.read()).toBe('help!\n');
    expect(knob.write('far', 9)).toBe(3);
    expect(knob.read()).toBe('help!\n');
  });
});
