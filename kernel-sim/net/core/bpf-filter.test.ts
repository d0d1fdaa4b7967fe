// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import { BPF_ALU, BPF_CLASS, BPF_JMP, BPF_MISC, BPF_MODE, BPF_SIZE } from '../../uapi/filter.ts';
import { BpfFilter } from './bpf-filter.ts';

const { LD, LDX, ST, STX, ALU, JMP, RET, MISC } = BPF_CLASS;
const X = 0x08;
const A = 0x10;

type Row = readonly [code: number, k?: number, jt?: number, jf?: number];

function encode(rows: readonly Row[]): Uint8Array {
  const bytes = new Uint8Array(rows.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [n, [code, k = 0, jt = 0, jf = 0]] of rows.entries()) {
    view.setUint16(n * 8, code, true);
    bytes.set([jt, jf], n * 8 + 2);
    view.setUint32(n * 8 + 4, k, true);
  }
  return bytes;
}

const RET_A: Row = [RET | A];
const DATA = Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x45, 0xff, 0xff, 0xff);

describe('a filter', () => {
  const { skbs } = new RawMachine().kernel.net.core;
  const skb = skbs.alloc(32)!;
  skb.reserve(8);
  skb.put(DATA.length);
  skb.copyIn(0, DATA);
  skb.protocol = 0x88b5;

  const run = (...rows: Row[]): number | string => {
    const filter = BpfFilter.make(encode(rows));
    return typeof filter === 'number' ? 'EINVAL' : filter.run(skb, 0);
  };

  it.each<[string, number, Row[]]>([
    ['a word of the packet', 0x12345678, [[LD | BPF_SIZE.W | BPF_MODE.ABS, 0]]],
    ['a half word', 0x3456, [[LD | BPF_SIZE.H | BPF_MODE.ABS, 1]]],
    [
      'a byte behind the index',
      0x56,
      [
        [LDX | BPF_MODE.IMM, 1],
        [LD | BPF_SIZE.B | BPF_MODE.IND, 1],
      ],
    ],
    ['an IP header length', 20, [[LDX | BPF_SIZE.B | BPF_MODE.MSH, 4], [MISC | BPF_MISC.TXA]]],
    ['its length', 8, [[LD | BPF_MODE.LEN]]],
    ['its protocol', 0x88b5, [[LD | BPF_SIZE.H | BPF_MODE.ABS, 0xffff_f000]]],
    ['nothing beyond the packet', 0, [[LD | BPF_SIZE.W | BPF_MODE.ABS, 5]]],
    ['nothing far away', 0, [[LD | BPF_SIZE.W | BPF_MODE.ABS, 0x7fff_ffff]]],
    [
      'scratch memory',
      7,
      [
        [LD, 7],
        [ST, 3],
        [LD, 0],
        [LD | BPF_MODE.MEM, 3],
      ],
    ],
    [
      'scratch memory, whatever X is',
      7,
      [
        [LD, 7],
        [ST, 3],
        [LDX | BPF_MODE.IMM, 9],
        [LD | BPF_MODE.MEM, 3],
      ],
    ],
    [
      'what STX kept',
      9,
      [
        [LDX | BPF_MODE.IMM, 9],
        [STX, 0],
        [LD | BPF_MODE.MEM, 0],
      ],
    ],
    [
      'a product of 32 bits',
      0xffff_fffe,
      [
        [LD, 0xffff_ffff],
        [ALU | BPF_ALU.MUL, 2],
      ],
    ],
    [
      'a difference of 32 bits',
      0xffff_ffff,
      [
        [LD, 0],
        [ALU | BPF_ALU.SUB, 1],
      ],
    ],
    ['a negative number', 0xffff_fffb, [[LD, 5], [ALU | BPF_ALU.NEG]]],
    ['nothing by zero', 0, [[LD, 5], [LDX | BPF_MODE.IMM, 0], [ALU | BPF_ALU.DIV | X]]],
    [
      'an unsigned quotient',
      0x7fff_ffff,
      [
        [LD, 0xffff_fffe],
        [ALU | BPF_ALU.DIV, 2],
      ],
    ],
    [
      'where a jump leads',
      0,
      [
        [LD, 3],
        [JMP | BPF_JMP.JGT, 2, 0, 1],
        [LD, 0],
        [JMP | BPF_JMP.JA, 0],
      ],
    ],
  ])('computes %s', (_, expected, rows) => {
    expect(run(...rows, RET_A)).toBe(expected);
  });

  it.each<[string, Row[]]>([
    ['is empty', []],
    ['does not end', [[LD, 1]]],
    ['has an unknown instruction', [[0xff], RET_A]],
    ['jumps out', [[JMP | BPF_JMP.JA, 1], RET_A]],
    ['jumps out when it is true', [[JMP | BPF_JMP.JEQ, 0, 1, 0], RET_A]],
    ['divides by zero', [[ALU | BPF_ALU.DIV, 0], RET_A]],
    ['shifts too far', [[ALU | BPF_ALU.LSH, 32], RET_A]],
    ['writes beyond scratch memory', [[ST, 16], RET_A]],
    ['reads what it has not written', [[LD | BPF_MODE.MEM, 0], RET_A]],
    [
      'may read what it has not written',
      [[JMP | BPF_JMP.JEQ, 0, 1, 0], [ST, 0], [LD | BPF_MODE.MEM, 0], RET_A],
    ],
    ['asks what nobody knows', [[LD | BPF_SIZE.W | BPF_MODE.ABS, 0xffff_f001], RET_A]],
  ])('is refused that %s', (_, rows) => {
    expect(run(...rows)).toBe('EINVAL');
  });
});
