// SPDX-License-Identifier: GPL-2.0-or-later
/** A `.ko` in the making: sections that grow, with their symbols and relocations. */
import type { ElfRelocation, ElfSection, ElfSymbol } from '../lib/elf.ts';
import { ELF, RELOCATION, type ElfBits } from '../lib/elf-layout.ts';
import { encodeUtf8 } from '../lib/utf8.ts';

/** One section, filled from its start to its end. */
export class SectionBuilder {
  readonly name: string;
  readonly flags: number;
  readonly align: number;
  readonly relocations: ElfRelocation[] = [];
  readonly #bits: ElfBits;
  readonly #parts: Uint8Array[] = [];
  sizeBytes = 0;

  constructor(name: string, bits: ElfBits, flags: number, align: number) {
    this.name = name;
    this.#bits = bits;
    this.flags = flags;
    this.align = align;
  }

  /** Appends and returns the offset. */
  add(bytes: Uint8Array): number {
    const offset = this.sizeBytes;
    this.#parts.push(bytes);
    this.sizeBytes += bytes.length;
    return offset;
  }

  /** A text with its NUL. */
  addText(text: string): number {
    return this.add(encodeUtf8(`${text}\0`));
  }

  padTo(align: number): void {
    this.add(new Uint8Array((align - (this.sizeBytes % align)) % align));
  }

  /** Makes the word at `offset` the address of `symbol`. */
  pointAt(offset: number, symbol: string): void {
    const type = RELOCATION[this.#bits].ABSOLUTE;
    this.relocations.push({ offset, symbol, type, addend: 0 });
  }

  /** Makes the 32 bits at `offset` what an exported symbol's entry has there. */
  referTo(offset: number, symbol: string): void {
    // ARM has no short references in its table: there they are addresses.
    const { ABSOLUTE, RELATIVE } = RELOCATION[this.#bits];
    const type = this.#bits === 64 ? RELATIVE : ABSOLUTE;
    this.relocations.push({ offset, symbol, type, addend: 0 });
  }

  finish(): ElfSection {
    const bytes = new Uint8Array(this.sizeBytes);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const { name, flags, align, relocations } = this;
    return { name, type: ELF.PROGBITS, flags, bytes, size: bytes.length, align, relocations };
  }
}

/** All sections and symbols of one file. */
export class KoBuilder {
  readonly bits: ElfBits;
  readonly symbols: ElfSymbol[] = [];
  readonly #sections: SectionBuilder[] = [];

  constructor(bits: ElfBits) {
    this.bits = bits;
  }

  get wordBytes(): number {
    return this.bits / 8;
  }

  /** Sections stand in the file in the order in which they are made. */
  section(name: string, flags: number, align = 1): SectionBuilder {
    const made = new SectionBuilder(name, this.bits, flags, align);
    this.#sections.push(made);
    return made;
  }

  symbol(symbol: Omit<ElfSymbol, 'isGlobal'>, isGlobal = false): void {
    this.symbols.push({ ...symbol, isGlobal });
  }

  /** A symbol that somebody else defines; once, however often it is asked for. */
  undefinedSymbol(name: string): void {
    if (this.symbols.some((it) => it.name === name && it.section === '')) return;
    this.symbol({ name, section: '', value: 0, size: 0, type: ELF.NOTYPE }, true);
  }

  finish(): ElfSection[] {
    return this.#sections.map((section) => section.finish());
  }
}

/** `value` in `sizeBytes` bytes, the lowest first, as two's complement. */
export function littleEndian(value: bigint, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let rest = BigInt.asUintN(8 * sizeBytes, value);
  for (let at = 0; at < sizeBytes; at++, rest >>= 8n) bytes[at] = Number(rest & 255n);
  return bytes;
}
