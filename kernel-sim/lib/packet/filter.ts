// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The packet filter language of tcpdump, for Ethernet: pcap-filter(7).
 *
 * A filter becomes a program of classic BPF, which runs here (bpf.ts) or in a socket. Left out:
 * other link types, `protochain`, `gateway`, MPLS, PPPoE, and what only the kernel can know of a
 * frame (`inbound`). What is wrong is said in libpcap's words.
 */
import type { IpAddress } from '../ip-address.ts';
import { BPF, type BpfInstruction, type BpfProgram } from './bpf.ts';
import { parseFilter } from './filter-parser.ts';
import { instruction, type Leaf, type Test } from './filter-tests.ts';
import { FilterError } from './filter-tokens.ts';
import { SNAPLEN_MAX } from './pcap.ts';

export type CompiledFilter =
  | { readonly program: BpfProgram }
  /** `at`: the character where it was noticed. */
  | { readonly error: string; readonly at: number };

interface FilterOptions {
  /** What names of hosts stand for. */
  readonly resolve?: (name: string) => readonly IpAddress[];
  /** How many bytes of a frame are wanted. */
  readonly snaplen?: number;
}

/** An empty text wants every frame. */
export function compileFilter(text: string, options: FilterOptions = {}): CompiledFilter {
  const { resolve = () => [], snaplen = SNAPLEN_MAX } = options;
  try {
    const test = parseFilter(text, resolve);
    if (test === undefined) return { program: [instruction(BPF.RET, snaplen)] };
    return { program: assemble(test, snaplen) };
  } catch (error) {
    if (error instanceof FilterError) return { error: error.message, at: error.at };
    throw error;
  }
}

/** A place in the program; where it is, is known once it has been reached. */
interface Label {
  at: number;
}

interface Jump {
  /** Of the instruction that jumps. */
  readonly at: number;
  readonly isTrue: Label;
  readonly isFalse: Label;
}

const JUMP_MAX = 255;

function assemble(test: Test, snaplen: number): BpfProgram {
  return new Assembler(false).run(test, snaplen) ?? new Assembler(true).run(test, snaplen) ?? [];
}

class Assembler {
  /** Every test is followed by two jumps that go as far as one likes. */
  readonly #isFar: boolean;
  readonly #code: BpfInstruction[] = [];
  readonly #jumps: Jump[] = [];

  constructor(isFar: boolean) {
    this.#isFar = isFar;
  }

  /** undefined when a jump is too far. */
  run(test: Test, snaplen: number): BpfProgram | undefined {
    const isWanted: Label = { at: 0 };
    const isNot: Label = { at: 0 };
    this.#emit(test, isWanted, isNot);
    isWanted.at = this.#code.length;
    this.#code.push(instruction(BPF.RET, snaplen));
    isNot.at = this.#code.length;
    this.#code.push(instruction(BPF.RET, 0));
    const isDone = this.#jumps.map((jump) => this.#patch(jump)).every(Boolean);
    return isDone ? this.#code : undefined;
  }

  #emit(test: Test, isTrue: Label, isFalse: Label): void {
    switch (test.kind) {
      case 'leaf':
        this.#emitLeaf(test, isTrue, isFalse);
        return;
      case 'not':
        this.#emit(test.of, isFalse, isTrue);
        return;
      case 'and':
      case 'or': {
        const right: Label = { at: 0 };
        if (test.kind === 'and') this.#emit(test.left, right, isFalse);
        else this.#emit(test.left, isTrue, right);
        right.at = this.#code.length;
        this.#emit(test.right, isTrue, isFalse);
      }
    }
  }

  #emitLeaf({ load, jump, k }: Leaf, isTrue: Label, isFalse: Label): void {
    this.#code.push(...load);
    this.#jumps.push({ at: this.#code.length, isTrue, isFalse });
    this.#code.push(instruction(BPF.JMP | jump, k));
    if (this.#isFar) {
      this.#code.push(instruction(BPF.JMP | BPF.JA), instruction(BPF.JMP | BPF.JA));
    }
  }

  #patch({ at, isTrue, isFalse }: Jump): boolean {
    const { code, k } = this.#code[at] ?? instruction(0);
    if (this.#isFar) {
      this.#code[at] = { code, jt: 0, jf: 1, k };
      this.#code[at + 1] = instruction(BPF.JMP | BPF.JA, isTrue.at - at - 2);
      this.#code[at + 2] = instruction(BPF.JMP | BPF.JA, isFalse.at - at - 3);
      return true;
    }
    const jt = isTrue.at - at - 1;
    const jf = isFalse.at - at - 1;
    this.#code[at] = { code, jt, jf, k };
    return jt <= JUMP_MAX && jf <= JUMP_MAX;
  }
}
