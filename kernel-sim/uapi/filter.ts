// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classic BPF: small programs that say how many bytes of a packet somebody wants.
 *
 * Linux: include/uapi/linux/filter.h, bpf_common.h, Documentation/networking/filter.rst.
 */

/** Classes, in the lowest three bits of an instruction's code. */
export const BPF_CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
/** How much is loaded. */
export const BPF_SIZE = { W: 0x00, H: 0x08, B: 0x10 } as const;
/** From where. */
// prettier-ignore
export const BPF_MODE = {
  IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, LEN: 0x80, MSH: 0xa0,
} as const;
// prettier-ignore
export const BPF_ALU = {
  ADD: 0x00, SUB: 0x10, MUL: 0x20, DIV: 0x30, OR: 0x40, AND: 0x50, LSH: 0x60, RSH: 0x70,
  NEG: 0x80, MOD: 0x90, XOR: 0xa0,
} as const;
export const BPF_JMP = { JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40 } as const;
/** An operand: the constant, the index register, or (of RET) the accumulator. */
export const BPF_SRC = { K: 0x00, X: 0x08, A: 0x10 } as const;
export const BPF_MISC = { TAX: 0x00, TXA: 0x80 } as const;

/** Words of scratch memory. */
export const BPF_MEMWORDS = 16;
export const BPF_MAXINSNS = 4096;

/** Loads from here on are not of the packet, but about it. */
export const SKF_AD_OFF = -0x1000;
// prettier-ignore
export const SKF_AD = { PROTOCOL: 0, PKTTYPE: 4, IFINDEX: 8, MARK: 20, HATYPE: 28 } as const;
/** Loads relative to the network header, and to the link layer's. */
export const SKF_NET_OFF = -0x10_0000;
export const SKF_LL_OFF = -0x20_0000;

/** struct sock_filter. */
export const SOCK_FILTER = { code: 0, jt: 2, jf: 3, k: 4, SIZE: 8 } as const;
/** struct sock_fprog. */
export const SOCK_FPROG = { len: 0, filter: 8, SIZE: 16 } as const;
