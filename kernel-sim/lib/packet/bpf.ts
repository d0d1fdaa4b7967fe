// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classic BPF: the instructions of packet filters, and who runs them.
 *
 * Linux: include/uapi/linux/bpf_common.h, filter.h. A program ends with how many bytes of the
 * frame are wanted, 0 for none. It has jumps forward only, so that it always ends.
 */

/** One instruction: struct sock_filter. */
export interface BpfInstruction {
  readonly code: number;
  /** How many instructions are passed over when a test holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

export type BpfProgram = readonly BpfInstruction[];

/** Classes, and what is added to them. */
// prettier-ignore
export const BPF = {
  LD: 0x00, LDX: 0x01, ST: 0x02, STX: 0x03, ALU: 0x04, JMP: 0x05, RET: 0x06, MISC: 0x07,
  W: 0x00, H: 0x08, B: 0x10,
  IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, LEN: 0x80, MSH: 0xa0,
  ADD: 0x00, SUB: 0x10, MUL: 0x20, DIV: 0x30, OR: 0x40, AND: 0x50, LSH: 0x60, RSH: 0x70,
  NEG: 0x80, MOD: 0x90, XOR: 0xa0,
  JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40,
  K: 0x00, X: 0x08, A: 0x10,
  TAX: 0x00, TXA: 0x80,
} as const;

export const BPF_MEMWORDS = 16;

const CLASS = 0x07;
const MODE = 0xe0;
const SIZE = 0x18;
const OPERATION = 0xf0;

/** How many bytes `program` wants; what reads beyond the frame or divides by 0 wants none. */
export function runBpf(program: BpfProgram, bytes: Uint8Array, lengthBytes: number): number {
  const memory = new Uint32Array(BPF_MEMWORDS);
  let a = 0;
  let x = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc]!;
    const operand = (code & BPF.X) === 0 ? k : x;
    switch (code & CLASS) {
      case BPF.LD: {
        const value = load(code, k, x, bytes, lengthBytes, memory);
        if (value < 0) return 0;
        a = value;
        break;
      }
      case BPF.LDX: {
        const value = loadIndex(code, k, bytes, lengthBytes, memory);
        if (value < 0) return 0;
        x = value;
        break;
      }
      case BPF.ST:
        memory[k] = a;
        break;
      case BPF.STX:
        memory[k] = x;
        break;
      case BPF.ALU: {
        const value = compute(code & OPERATION, a, operand);
        if (value < 0) return 0;
        a = value;
        break;
      }
      case BPF.JMP:
        if ((code & OPERATION) === BPF.JA) pc += k;
        else pc += holds(code & OPERATION, a, operand) ? jt : jf;
        break;
      case BPF.RET:
        return (code & SIZE) === BPF.A ? a : k;
      default:
        if ((code & OPERATION) === BPF.TXA) a = x;
        else x = a;
    }
  }
  return 0;
}

/** -1: beyond the frame. */
function load(
  code: number,
  k: number,
  x: number,
  bytes: Uint8Array,
  lengthBytes: number,
  memory: Uint32Array,
): number {
  switch (code & MODE) {
    case BPF.IMM:
      return k;
    case BPF.LEN:
      return lengthBytes;
    case BPF.MEM:
      return memory[k] ?? -1;
    case BPF.ABS:
      return read(bytes, k, code & SIZE);
    case BPF.IND:
      return read(bytes, (x + k) >>> 0, code & SIZE);
    default:
      return -1;
  }
}

function loadIndex(
  code: number,
  k: number,
  bytes: Uint8Array,
  lengthBytes: number,
  memory: Uint32Array,
): number {
  // The length of an IPv4 header, from its first byte.
  if ((code & MODE) === BPF.MSH) return k < bytes.length ? 4 * ((bytes[k] ?? 0) & 0xf) : -1;
  return load(code & MODE, k, 0, bytes, lengthBytes, memory);
}

function read(bytes: Uint8Array, at: number, size: number): number {
  const width = size === BPF.W ? 4 : size === BPF.H ? 2 : 1;
  if (at + width > bytes.length) return -1;
  let value = 0;
  for (let n = 0; n < width; n++) value = value * 256 + (bytes[at + n] ?? 0);
  return value;
}

/** -1: a division by 0. */
function compute(operation: number, a: number, b: number): number {
  switch (operation) {
    case BPF.ADD:
      return (a + b) >>> 0;
    case BPF.SUB:
      return (a - b) >>> 0;
    case BPF.MUL:
      return Math.imul(a, b) >>> 0;
    case BPF.DIV:
      return b === 0 ? -1 : Math.floor(a / b);
    case BPF.MOD:
      return b === 0 ? -1 : a % b;
    case BPF.OR:
      return (a | b) >>> 0;
    case BPF.AND:
      return (a & b) >>> 0;
    case BPF.XOR:
      return (a ^ b) >>> 0;
    case BPF.LSH:
      return b > 31 ? 0 : (a << b) >>> 0;
    case BPF.RSH:
      return b > 31 ? 0 : a >>> b;
    default:
      return -a >>> 0;
  }
}

function holds(operation: number, a: number, b: number): boolean {
  switch (operation) {
    case BPF.JEQ:
      return a === b;
    case BPF.JGT:
      return a > b;
    case BPF.JGE:
      return a >= b;
    default:
      return (a & b) !== 0;
  }
}
