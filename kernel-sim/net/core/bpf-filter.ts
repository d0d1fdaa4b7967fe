// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classic BPF: a socket's filter, checked when it is attached and run over each packet.
 *
 * What passes the check cannot loop, leave its program, divide by a constant zero, or read scratch
 * memory that it has not written. What it reads beyond a packet ends it with 0: not wanted.
 *
 * Linux: bpf_check_classic, check_load_and_stores, bpf_convert_filter (net/core/filter.c).
 */
import { ERRNO } from '../../uapi/errno.ts';
import {
  BPF_ALU,
  BPF_CLASS,
  BPF_JMP,
  BPF_MAXINSNS,
  BPF_MEMWORDS,
  BPF_MISC,
  BPF_MODE,
  BPF_SIZE,
  BPF_SRC,
  SKF_AD,
  SKF_AD_OFF,
  SKF_LL_OFF,
  SKF_NET_OFF,
  SOCK_FILTER,
} from '../../uapi/filter.ts';
import type { SkBuff } from './sk-buff.ts';

const { LD, LDX, ST, STX, ALU, JMP, RET, MISC } = BPF_CLASS;

interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  /** Unsigned. */
  readonly k: number;
}

/** All codes that there are. */
const CODES: ReadonlySet<number> = new Set([
  ...Object.values(BPF_ALU).flatMap((op) =>
    op === BPF_ALU.NEG ? [ALU | op] : [ALU | op | BPF_SRC.K, ALU | op | BPF_SRC.X],
  ),
  ...Object.values(BPF_SIZE).flatMap((size) => [
    LD | size | BPF_MODE.ABS,
    LD | size | BPF_MODE.IND,
  ]),
  LD | BPF_MODE.LEN,
  LD | BPF_MODE.IMM,
  LD | BPF_MODE.MEM,
  LDX | BPF_MODE.LEN,
  LDX | BPF_MODE.IMM,
  LDX | BPF_MODE.MEM,
  LDX | BPF_SIZE.B | BPF_MODE.MSH,
  ST,
  STX,
  MISC | BPF_MISC.TAX,
  MISC | BPF_MISC.TXA,
  RET | BPF_SRC.K,
  RET | BPF_SRC.A,
  JMP | BPF_JMP.JA,
  ...[BPF_JMP.JEQ, BPF_JMP.JGT, BPF_JMP.JGE, BPF_JMP.JSET].flatMap((op) => [
    JMP | op | BPF_SRC.K,
    JMP | op | BPF_SRC.X,
  ]),
]);

export class BpfFilter {
  /** As they were attached, for who asks. */
  readonly bytes: Uint8Array;
  readonly #program: readonly Instruction[];
  readonly #memory = new Uint32Array(BPF_MEMWORDS);

  private constructor(bytes: Uint8Array, program: readonly Instruction[]) {
    this.bytes = bytes;
    this.#program = program;
  }

  /** A filter of so many struct sock_filter, or -EINVAL. Linux: bpf_prepare_filter. */
  static make(bytes: Uint8Array): BpfFilter | number {
    const program = decode(bytes);
    const isGood =
      program.length > 0 &&
      program.length <= BPF_MAXINSNS &&
      program.every((instruction, pc) => isValid(instruction, pc, program.length)) &&
      (program.at(-1)!.code & 7) === RET &&
      storesBeforeLoads(program);
    return isGood ? new BpfFilter(bytes, program) : -ERRNO.EINVAL;
  }

  /**
   * How many bytes of a packet are wanted, at most all; 0: it is not wanted. The packet begins at
   * `at`, counted from its data.
   */
  run(skb: SkBuff, at: number): number {
    const memory = this.#memory;
    let a = 0;
    let x = 0;
    for (let pc = 0; ; pc++) {
      const { code, jt, jf, k } = this.#program[pc]!;
      switch (code & 7) {
        case LD: {
          const value = loadA(skb, at, code, (code & 0xe0) === BPF_MODE.IND ? k + x : k, memory);
          if (value < 0) return 0;
          a = value;
          break;
        }
        case LDX: {
          const value = loadX(skb, at, code, k, memory);
          if (value < 0) return 0;
          x = value;
          break;
        }
        case ST:
          memory[k] = a;
          break;
        case STX:
          memory[k] = x;
          break;
        case ALU: {
          const value = alu(code & 0xf0, a, (code & BPF_SRC.X) === 0 ? k : x);
          if (value < 0) return 0;
          a = value;
          break;
        }
        case JMP:
          if ((code & 0xf0) === BPF_JMP.JA) pc += k;
          else pc += isTaken(code & 0xf0, a, (code & BPF_SRC.X) === 0 ? k : x) ? jt : jf;
          break;
        case RET:
          return (code & BPF_SRC.A) === 0 ? k : a;
        default:
          if (code === (MISC | BPF_MISC.TAX)) x = a;
          else a = x;
      }
    }
  }
}

function decode(bytes: Uint8Array): Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / SOCK_FILTER.SIZE) }, (_, n) => {
    const at = n * SOCK_FILTER.SIZE;
    return {
      code: view.getUint16(at + SOCK_FILTER.code, true),
      jt: view.getUint8(at + SOCK_FILTER.jt),
      jf: view.getUint8(at + SOCK_FILTER.jf),
      k: view.getUint32(at + SOCK_FILTER.k, true),
    };
  });
}

function isValid({ code, jt, jf, k }: Instruction, pc: number, length: number): boolean {
  if (!CODES.has(code)) return false;
  const kind = code & 7;
  const left = length - pc - 1;
  if (kind === ALU && (code & BPF_SRC.X) === 0) {
    const op = code & 0xf0;
    if (op === BPF_ALU.DIV || op === BPF_ALU.MOD) return k !== 0;
    if (op === BPF_ALU.LSH || op === BPF_ALU.RSH) return k < 32;
    return true;
  }
  if (kind === ST || kind === STX) return k < BPF_MEMWORDS;
  if (kind === LD || kind === LDX) return isValidLoad(code, k);
  if (kind !== JMP) return true;
  return (code & 0xf0) === BPF_JMP.JA ? k < left : jt < left && jf < left;
}

function isValidLoad(code: number, k: number): boolean {
  const mode = code & 0xe0;
  if (mode === BPF_MODE.MEM) return k < BPF_MEMWORDS;
  if ((code & 7) !== LD || mode !== BPF_MODE.ABS) return true;
  // About the packet, only what there is.
  const offset = (k | 0) - SKF_AD_OFF;
  return (k | 0) < SKF_AD_OFF || (k | 0) >= 0 || ANCILLARY.has(offset);
}

const ANCILLARY: ReadonlySet<number> = new Set(Object.values(SKF_AD));

/** No word of scratch memory is read on a way that has not written it. */
function storesBeforeLoads(program: readonly Instruction[]): boolean {
  const valid = program.map(() => 0xffff);
  let now = 0;
  for (const [pc, { code, jt, jf, k }] of program.entries()) {
    now &= valid[pc]!;
    const kind = code & 7;
    if (kind === ST || kind === STX) now |= 1 << k;
    const isLoad = kind === LD || kind === LDX;
    if (isLoad && (code & 0xe0) === BPF_MODE.MEM && (now & (1 << k)) === 0) return false;
    if (kind === RET) now = 0xffff;
    if (kind !== JMP) continue;
    const targets = (code & 0xf0) === BPF_JMP.JA ? [k] : [jt, jf];
    for (const target of targets) valid[pc + 1 + target]! &= now;
    now = 0xffff;
  }
  return true;
}

/** What a load answers that leaves the packet. */
const OUTSIDE = -1;

function loadA(skb: SkBuff, at: number, code: number, k: number, memory: Uint32Array): number {
  switch (code & 0xe0) {
    case BPF_MODE.IMM:
      return k;
    case BPF_MODE.MEM:
      return memory[k]!;
    case BPF_MODE.LEN:
      return skb.length - at;
    default:
      return loadPacket(skb, at, code & 0x18, k | 0);
  }
}

function loadX(skb: SkBuff, at: number, code: number, k: number, memory: Uint32Array): number {
  if ((code & 0xe0) !== BPF_MODE.MSH) return loadA(skb, at, code, k, memory);
  const byte = loadPacket(skb, at, BPF_SIZE.B, k | 0);
  return byte < 0 ? OUTSIDE : (byte & 0xf) * 4;
}

function loadPacket(skb: SkBuff, at: number, size: number, offset: number): number {
  if (offset >= SKF_AD_OFF && offset < 0) return ancillary(skb, offset - SKF_AD_OFF);
  let place = at + offset;
  if (offset < 0) {
    const isNetwork = offset >= SKF_NET_OFF;
    if (offset < SKF_LL_OFF) return OUTSIDE;
    const base = isNetwork ? skb.networkHeader : skb.macHeader;
    if (base === 0) return OUTSIDE;
    place = base - skb.data + offset - (isNetwork ? SKF_NET_OFF : SKF_LL_OFF);
  }
  const bytes = size === BPF_SIZE.W ? 4 : size === BPF_SIZE.H ? 2 : 1;
  if (place < -skb.headroom || place + bytes > skb.length) return OUTSIDE;
  if (size === BPF_SIZE.W) return skb.load32(place);
  return size === BPF_SIZE.H ? skb.load16(place) : skb.load8(place);
}

function ancillary(skb: SkBuff, offset: number): number {
  switch (offset) {
    case SKF_AD.PROTOCOL:
      return skb.protocol;
    case SKF_AD.PKTTYPE:
      return skb.pktType;
    case SKF_AD.IFINDEX:
      return skb.dev?.ifindex ?? OUTSIDE;
    case SKF_AD.MARK:
      return skb.mark;
    case SKF_AD.HATYPE:
      return skb.dev?.type ?? OUTSIDE;
    default:
      return OUTSIDE;
  }
}

function alu(op: number, a: number, operand: number): number {
  switch (op) {
    case BPF_ALU.ADD:
      return (a + operand) >>> 0;
    case BPF_ALU.SUB:
      return (a - operand) >>> 0;
    case BPF_ALU.MUL:
      return Math.imul(a, operand) >>> 0;
    case BPF_ALU.DIV:
      return operand === 0 ? OUTSIDE : Math.floor(a / operand);
    case BPF_ALU.MOD:
      return operand === 0 ? OUTSIDE : a % operand;
    case BPF_ALU.OR:
      return (a | operand) >>> 0;
    case BPF_ALU.AND:
      return (a & operand) >>> 0;
    case BPF_ALU.XOR:
      return (a ^ operand) >>> 0;
    case BPF_ALU.LSH:
      return (a << (operand & 31)) >>> 0;
    case BPF_ALU.RSH:
      return a >>> (operand & 31);
    default:
      return -a >>> 0;
  }
}

function isTaken(op: number, a: number, operand: number): boolean {
  switch (op) {
    case BPF_JMP.JEQ:
      return a === operand;
    case BPF_JMP.JGT:
      return a > operand;
    case BPF_JMP.JGE:
      return a >= operand;
    default:
      return (a & operand) !== 0;
  }
}
