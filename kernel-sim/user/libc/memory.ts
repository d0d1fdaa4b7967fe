// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's own memory, as its C library manages it: a heap over brk(2), a scratch stack for the
 * arguments of system calls, strings and words to and from both.
 *
 * Linux counterpart: glibc's malloc. Difference: the free lists are kept beside the heap and not in
 * it, so a stray write of the program cannot break them.
 */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import type { UserCpu } from '../../uapi/user-cpu.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';

const PAGE = 4096;
const GROWTH = 4 * PAGE;
const SCRATCH_SIZE = 2 * PAGE;
const STRING_STEP = 256;
const HIGH_WORD = 0x1_0000_0000;

export class Memory {
  readonly cpu: UserCpu;
  private top = 0;
  private limit = 0;
  /** Free blocks by size, and the size of every block handed out. */
  private readonly free_blocks: Map<number, number[]>;
  private readonly sizes: Map<number, number>;
  private scratch_base = 0;
  private scratch_used = 0;
  /** Scratch blocks that were too large for the scratch area. */
  private readonly overflow: number[] = [];

  /** `parent` is given in a fork's child, whose heap is a copy of the parent's. */
  constructor(cpu: UserCpu, parent?: Memory) {
    this.cpu = cpu;
    this.free_blocks = new Map();
    this.sizes = new Map(parent?.sizes);
    if (parent === undefined) return;
    for (const [size, blocks] of parent.free_blocks) this.free_blocks.set(size, [...blocks]);
    this.top = parent.top;
    this.limit = parent.limit;
    this.scratch_base = parent.scratch_base;
    this.scratch_used = parent.scratch_used;
    this.overflow.push(...parent.overflow);
  }

  /** A block of at least `size` bytes, aligned to 16; 0 when the kernel has no more. */
  *malloc(size: number): Sleeping<number> {
    const rounded = round_size(size);
    const reused = this.free_blocks.get(rounded)?.pop();
    if (reused !== undefined) return reused;
    if (this.top + rounded > this.limit && !(yield* this.grow(rounded))) return 0;
    const address = this.top;
    this.top += rounded;
    this.sizes.set(address, rounded);
    return address;
  }

  free(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) return;
    const blocks = this.free_blocks.get(size);
    if (blocks === undefined) this.free_blocks.set(size, [address]);
    else blocks.push(address);
  }

  private *grow(size: number): Sleeping<boolean> {
    if (this.limit === 0) {
      this.limit = yield* this.brk(0);
      this.top = Math.ceil(this.limit / 16) * 16;
    }
    const wanted = this.top + Math.max(size, GROWTH);
    this.limit = Math.max(this.limit, yield* this.brk(Math.ceil(wanted / PAGE) * PAGE));
    return this.top + size <= this.limit;
  }

  private *brk(address: number): Sleeping<number> {
    const result = this.cpu.syscall(SYS.brk, address);
    return result === WOULD_BLOCK ? yield* this.cpu.wait() : result;
  }

  /** The current height of the scratch stack, for `release`. */
  mark(): number {
    return this.scratch_used * PAGE + this.overflow.length;
  }

  /** Gives back all scratch memory taken since `mark`. */
  release(mark: number): void {
    this.scratch_used = Math.floor(mark / PAGE);
    while (this.overflow.length > mark % PAGE) this.free(this.overflow.pop() ?? 0);
  }

  /** Memory until the matching `release`. 0 when there is none: the kernel answers EFAULT then. */
  *scratch(size: number): Sleeping<number> {
    if (this.scratch_base === 0) this.scratch_base = yield* this.malloc(SCRATCH_SIZE);
    const rounded = (size + 15) & ~15;
    if (this.scratch_used + rounded <= SCRATCH_SIZE && this.scratch_base !== 0) {
      const address = this.scratch_base + this.scratch_used;
      this.scratch_used += rounded;
      return address;
    }
    const address = yield* this.malloc(size);
    this.overflow.push(address);
    return address;
  }

  /** `text` with its NUL on the scratch stack. */
  *push_string(text: string): Sleeping<number> {
    const bytes = encodeUtf8(text);
    const address = yield* this.scratch(bytes.length + 1);
    if (address === 0) return 0;
    if (bytes.length > 0) this.cpu.storeBytes(address, bytes);
    this.cpu.store8(address + bytes.length, 0);
    return address;
  }

  /** A NULL-terminated array of strings (argv, envp), all on the scratch stack. */
  *push_strings(texts: readonly string[]): Sleeping<number> {
    const pieces = texts.map((text) => encodeUtf8(text));
    const table = (texts.length + 1) * 8;
    const total = pieces.reduce((sum, piece) => sum + piece.length + 1, table);
    const address = yield* this.scratch(total);
    if (address === 0) return 0;
    const block = new Uint8Array(total);
    const view = new DataView(block.buffer);
    let at = table;
    for (const [index, piece] of pieces.entries()) {
      set_u64(view, index * 8, address + at);
      block.set(piece, at);
      at += piece.length + 1;
    }
    this.cpu.storeBytes(address, block);
    return address;
  }

  /** 32-bit words on the scratch stack. */
  *push_words(words: readonly number[]): Sleeping<number> {
    const address = yield* this.scratch(words.length * 4);
    if (address === 0) return 0;
    for (const [index, word] of words.entries()) this.cpu.store32(address + index * 4, word);
    return address;
  }

  /** A non-negative 64-bit word, exact up to 2^53. */
  load64(address: number): number {
    return (this.cpu.load32(address + 4) >>> 0) * HIGH_WORD + (this.cpu.load32(address) >>> 0);
  }

  store64(address: number, value: number): void {
    this.cpu.store32(address, value >>> 0);
    this.cpu.store32(address + 4, Math.floor(value / HIGH_WORD) >>> 0);
  }

  /** The NUL-terminated string at `address`. */
  load_string(address: number): string {
    const parts: number[] = [];
    for (let at = address; ;) {
      // Never beyond the page: the next one may not be mapped.
      const step = Math.min(STRING_STEP, PAGE - (at % PAGE));
      const bytes = this.cpu.loadBytes(at, step);
      const nul = bytes.indexOf(0);
      for (let index = 0; index < (nul < 0 ? step : nul); index++) parts.push(bytes[index] ?? 0);
      if (nul >= 0) return decodeUtf8(Uint8Array.from(parts));
      at += step;
    }
  }

  /** The strings of a NULL-terminated array, and the address after its NULL. */
  load_strings(address: number): { readonly strings: string[]; readonly end: number } {
    const strings: string[] = [];
    let at = address;
    for (;;) {
      const pointer = this.load64(at);
      at += 8;
      if (pointer === 0) return { strings, end: at };
      strings.push(this.load_string(pointer));
    }
  }

  /** A view over a copy of the structure at `address`. */
  view(address: number, size: number): DataView {
    const bytes = this.cpu.loadBytes(address, size);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** Small blocks come in powers of two, large ones in pages, so that freed ones fit again. */
function round_size(size: number): number {
  if (size >= PAGE) return Math.ceil(size / PAGE) * PAGE;
  let rounded = 16;
  while (rounded < size) rounded *= 2;
  return rounded;
}

/** A non-negative 64-bit field, exact up to 2^53. */
export function get_u64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * HIGH_WORD + view.getUint32(offset, true);
}

export function set_u64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / HIGH_WORD), true);
}
