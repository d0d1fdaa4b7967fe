// SPDX-License-Identifier: GPL-2.0-or-later
/** The words behind the registers: what they hold, and what a write may change in them. */
import {
  type Access,
  type BitField,
  maskOf,
  REGISTER_BYTES,
  type RegisterName,
  REGISTERS,
} from './registers.ts';

interface Masks {
  readonly rw: number;
  readonly w1c: number;
  readonly sc: number;
}

const WORDS = REGISTER_BYTES / 4;

const NAMES: readonly (RegisterName | undefined)[] = Array.from({ length: WORDS }, (_, word) =>
  (Object.keys(REGISTERS) as RegisterName[]).find((name) => REGISTERS[name].offset === word * 4),
);

const MASKS: readonly (Masks | undefined)[] = NAMES.map((name) => {
  if (name === undefined) return undefined;
  const fields: readonly BitField[] = Object.values(REGISTERS[name].fields);
  const all = (access: Access): number =>
    fields
      .filter((field) => field.access === access)
      .reduce((mask, field) => (mask | maskOf(field)) >>> 0, 0);
  return { rw: all('rw'), w1c: all('w1c'), sc: all('sc') };
});

/** Which register is at an address; undefined where there is none. */
export function registerAt(offset: number): RegisterName | undefined {
  return offset % 4 === 0 ? NAMES[offset / 4] : undefined;
}

export class RegisterFile {
  readonly #words = new Uint32Array(WORDS);

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#words.fill(0);
    for (const { offset, reset } of Object.values(REGISTERS)) this.#words[offset / 4] = reset;
  }

  get(name: RegisterName): number {
    return this.#words[REGISTERS[name].offset / 4]!;
  }

  /** For the chip itself: all bits. */
  put(name: RegisterName, value: number): void {
    this.#words[REGISTERS[name].offset / 4] = value;
  }

  has(name: RegisterName, mask: number): boolean {
    return (this.get(name) & mask) !== 0;
  }

  setBits(name: RegisterName, mask: number): void {
    this.put(name, this.get(name) | mask);
  }

  clearBits(name: RegisterName, mask: number): void {
    this.put(name, this.get(name) & ~mask);
  }

  /** For a driver. Answers the bits of things that the write starts. */
  write(name: RegisterName, value: number): number {
    const word = REGISTERS[name].offset / 4;
    const { rw, w1c, sc } = MASKS[word]!;
    const old = this.#words[word]!;
    this.#words[word] = (old & ~rw & ~(w1c & value)) | (value & (rw | sc));
    return (value & sc) >>> 0;
  }
}
