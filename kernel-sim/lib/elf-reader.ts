// SPDX-License-Identifier: GPL-2.0-or-later
/** The reading half of elf.ts: every offset and length is checked before it is used. */
import {
  ELF,
  HEADER_BYTES,
  SECTION_BYTES,
  SYMBOL_BYTES,
  type ElfBits,
  type ElfResult,
  type ElfSection,
  type ElfSymbol,
} from './elf-layout.ts';
import { decodeUtf8 } from './utf8.ts';

interface RawSection extends ElfSection {
  readonly nameOffset: number;
  readonly link: number;
  readonly entrySize: number;
}

/** No `.ko` of ours comes near; a header that asks for more is refused before any work is done. */
const SECTIONS_MAX = 256;
const SYMBOLS_MAX = 1 << 16;

export class ElfReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #bits: ElfBits = 64;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): ElfResult {
    const reason = this.#checkIdentity();
    if (reason !== null) return { ok: false, reason };
    const sections = this.#readSections();
    if (typeof sections === 'string') return { ok: false, reason: sections };
    const symbols = this.#readSymbols(sections);
    if (typeof symbols === 'string') return { ok: false, reason: symbols };
    const isTable = ({ type }: RawSection): boolean => type === ELF.SYMTAB || type === ELF.STRTAB;
    return {
      ok: true,
      file: {
        bits: this.#bits,
        type: this.#view.getUint16(16, true),
        machine: this.#view.getUint16(18, true),
        flags: this.#view.getUint32(this.#bits === 64 ? 48 : 36, true),
        sections: sections
          .slice(1)
          .filter((it) => !isTable(it))
          .map(({ name, type, flags, bytes, size }) => ({ name, type, flags, bytes, size })),
        symbols,
      },
    };
  }

  #checkIdentity(): string | null {
    const bytes = this.#bytes;
    if (bytes.length < HEADER_BYTES[32]) return 'too short for a header';
    if (this.#view.getUint32(0, true) !== 0x46_4c_45_7f) return 'no ELF magic';
    if (bytes[4] !== 1 && bytes[4] !== 2) return 'neither 32 nor 64 bits';
    this.#bits = bytes[4] === 2 ? 64 : 32;
    if (bytes.length < HEADER_BYTES[this.#bits]) return 'too short for a header';
    if (bytes[5] !== 1) return 'not little-endian';
    if (bytes[6] !== 1 || this.#view.getUint32(20, true) !== 1) return 'unknown version';
    const type = this.#view.getUint16(16, true);
    if (type !== ELF.REL && type !== ELF.EXEC) return 'neither relocatable nor executable';
    return null;
  }

  #readSections(): RawSection[] | string {
    const isWide = this.#bits === 64;
    const table = this.#word(isWide ? 40 : 32);
    const tail = isWide ? 58 : 46;
    const entryBytes = this.#view.getUint16(tail, true);
    const count = this.#view.getUint16(tail + 2, true);
    const namesIndex = this.#view.getUint16(tail + 4, true);
    if (entryBytes !== SECTION_BYTES[this.#bits]) return 'section headers of a strange size';
    if (count === 0 || count > SECTIONS_MAX) return 'no sections, or too many';
    if (!this.#holds(table, entryBytes * count)) return 'section headers beyond the end';

    const raw: RawSection[] = [];
    for (let index = 0; index < count; index++) {
      const header = this.#readSection(table + entryBytes * index, index);
      if (typeof header === 'string') return header;
      raw.push(header);
    }
    const names = raw[namesIndex];
    if (names === undefined || names.type !== ELF.STRTAB) return 'no table of section names';
    const sections: RawSection[] = [];
    for (const it of raw) {
      const name = stringAt(names.bytes, it.nameOffset);
      if (name === null) return 'a section name beyond its table';
      sections.push({ ...it, name });
    }
    return sections;
  }

  #readSection(at: number, index: number): RawSection | string {
    const width = this.#bits / 8;
    const type = this.#view.getUint32(at + 4, true);
    const offset = this.#word(at + 8 + 2 * width);
    const size = this.#word(at + 8 + 3 * width);
    const hasBytes = type !== ELF.NOBITS && index > 0;
    if (hasBytes && !this.#holds(offset, size)) return `section ${index} beyond the end`;
    return {
      name: '',
      nameOffset: this.#view.getUint32(at, true),
      type,
      flags: this.#word(at + 8),
      bytes: hasBytes ? this.#bytes.slice(offset, offset + size) : new Uint8Array(0),
      size,
      link: this.#view.getUint32(at + 8 + 4 * width, true),
      entrySize: this.#word(at + 16 + 5 * width),
    };
  }

  #readSymbols(sections: readonly RawSection[]): ElfSymbol[] | string {
    const table = sections.find((it) => it.type === ELF.SYMTAB);
    if (table === undefined) return [];
    const strings = sections[table.link];
    const entryBytes = SYMBOL_BYTES[this.#bits];
    if (strings === undefined || strings.type !== ELF.STRTAB) return 'symbols without names';
    if (table.entrySize !== entryBytes || table.size % entryBytes !== 0) {
      return 'symbols of a strange size';
    }
    if (table.size / entryBytes > SYMBOLS_MAX) return 'too many symbols';
    const view = new DataView(table.bytes.buffer);
    const symbols: ElfSymbol[] = [];
    for (let at = entryBytes; at < table.size; at += entryBytes) {
      const symbol = this.#readSymbol(view, at, strings.bytes, sections);
      if (typeof symbol === 'string') return symbol;
      symbols.push(symbol);
    }
    return symbols;
  }

  #readSymbol(
    view: DataView,
    at: number,
    strings: Uint8Array,
    sections: readonly RawSection[],
  ): ElfSymbol | string {
    const isWide = this.#bits === 64;
    const info = view.getUint8(at + (isWide ? 4 : 12));
    const section = sections[view.getUint16(at + (isWide ? 6 : 14), true)];
    const name = stringAt(strings, view.getUint32(at, true));
    const value = wordAt(view, at + (isWide ? 8 : 4), this.#bits);
    const size = wordAt(view, at + (isWide ? 16 : 8), this.#bits);
    if (name === null) return 'a symbol name beyond its table';
    if (section === undefined) return 'a symbol in no section';
    return { name, section: section.name, value, size, type: info & 15, isGlobal: info >> 4 !== 0 };
  }

  #word(at: number): number {
    return wordAt(this.#view, at, this.#bits);
  }

  #holds(offset: number, size: number): boolean {
    return offset <= this.#bytes.length && size <= this.#bytes.length - offset;
  }
}

/** As a double, so that no 64-bit value wraps: what is too large fails every bound. */
function wordAt(view: DataView, at: number, bits: ElfBits): number {
  const low = view.getUint32(at, true);
  return bits === 32 ? low : view.getUint32(at + 4, true) * 0x1_0000_0000 + low;
}

function stringAt(table: Uint8Array, offset: number): string | null {
  if (offset >= table.length) return null;
  const end = table.indexOf(0, offset);
  return end < 0 ? null : decodeUtf8(table, offset, end);
}
