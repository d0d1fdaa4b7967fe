// SPDX-License-Identifier: GPL-2.0-or-later
/** The reading half of elf.ts: every offset and length is checked before it is used. */
import {
  ELF,
  HEADER_BYTES,
  RELOCATION_BYTES,
  SECTION_BYTES,
  SYMBOL_BYTES,
  type ElfBits,
  type ElfRelocation,
  type ElfResult,
  type ElfSection,
  type ElfSymbol,
} from './elf-layout.ts';
import { decodeUtf8 } from './utf8.ts';

interface RawSection extends ElfSection {
  readonly nameOffset: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
}

/** No `.ko` of ours comes near; a header that asks for more is refused before any work is done. */
const SECTIONS_MAX = 256;
const SYMBOLS_MAX = 1 << 16;
const RELOCATIONS_MAX = 1 << 16;
/** So that no file makes us read one long text again and again. */
const NAME_BYTES_MAX = 512;

const TABLES: ReadonlySet<number> = new Set([ELF.SYMTAB, ELF.STRTAB, ELF.SHT_RELA, ELF.SHT_REL]);

export class ElfReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #bits: ElfBits = 64;

  constructor(bytes: Uint8Array) {
    // One copy for all: sections may overlap, and theirs are views.
    this.#bytes = bytes.slice();
    this.#view = new DataView(this.#bytes.buffer);
  }

  read(): ElfResult {
    const reason = this.#checkIdentity();
    if (reason !== null) return { ok: false, reason };
    const sections = this.#readSections();
    if (typeof sections === 'string') return { ok: false, reason: sections };
    const symbols = this.#readSymbols(sections);
    if (typeof symbols === 'string') return { ok: false, reason: symbols };
    const relocations = this.#readRelocations(sections, symbols);
    if (typeof relocations === 'string') return { ok: false, reason: relocations };
    return {
      ok: true,
      file: {
        bits: this.#bits,
        type: this.#view.getUint16(16, true),
        machine: this.#view.getUint16(18, true),
        flags: this.#view.getUint32(this.#bits === 64 ? 48 : 36, true),
        sections: sections.flatMap((it, index) => {
          if (index === 0 || TABLES.has(it.type)) return [];
          const { name, type, flags, bytes, size, align } = it;
          const plain = { name, type, flags, bytes, size };
          const own = relocations.get(index);
          const aligned = align === undefined || align <= 1 ? plain : { ...plain, align };
          return [own === undefined ? aligned : { ...aligned, relocations: own }];
        }),
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
      bytes: hasBytes ? this.#bytes.subarray(offset, offset + size) : new Uint8Array(0),
      size,
      link: this.#view.getUint32(at + 8 + 4 * width, true),
      info: this.#view.getUint32(at + 12 + 4 * width, true),
      align: this.#word(at + 16 + 4 * width),
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
    const view = viewOf(table.bytes);
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
    const index = view.getUint16(at + (isWide ? 6 : 14), true);
    const section = sections[index];
    const name = stringAt(strings, view.getUint32(at, true));
    const value = wordAt(view, at + (isWide ? 8 : 4), this.#bits);
    const size = wordAt(view, at + (isWide ? 16 : 8), this.#bits);
    if (name === null) return 'a symbol name beyond its table';
    if (section === undefined) return 'a symbol in no section';
    const place = index === 0 ? '' : section.name;
    return { name, section: place, value, size, type: info & 15, isGlobal: info >> 4 !== 0 };
  }

  /** By the index of the section that they are for. */
  #readRelocations(
    sections: readonly RawSection[],
    symbols: readonly ElfSymbol[],
  ): Map<number, ElfRelocation[]> | string {
    const found = new Map<number, ElfRelocation[]>();
    let left = RELOCATIONS_MAX;
    for (const table of sections) {
      if (table.type !== ELF.SHT_RELA && table.type !== ELF.SHT_REL) continue;
      const entryBytes = RELOCATION_BYTES[this.#bits];
      const target = sections[table.info];
      const kind = this.#bits === 64 ? ELF.SHT_RELA : ELF.SHT_REL;
      if (table.type !== kind) return 'relocations of another kind';
      if (table.entrySize !== entryBytes || table.size % entryBytes !== 0) {
        return 'relocations of a strange size';
      }
      if (target === undefined || target.type === ELF.NOBITS) return 'relocations of nothing';
      left -= table.size / entryBytes;
      if (left < 0) return 'too many relocations';
      const view = viewOf(table.bytes);
      const own = found.get(table.info) ?? [];
      for (let at = 0; at < table.size; at += entryBytes) {
        const relocation = this.#readRelocation(view, at, target.bytes, symbols);
        if (typeof relocation === 'string') return relocation;
        own.push(relocation);
      }
      found.set(table.info, own);
    }
    return found;
  }

  #readRelocation(
    view: DataView,
    at: number,
    target: Uint8Array,
    symbols: readonly ElfSymbol[],
  ): ElfRelocation | string {
    const isWide = this.#bits === 64;
    const offset = wordAt(view, at, this.#bits);
    const info = view.getUint32(at + (isWide ? 8 : 4), true);
    const symbol = symbols[(isWide ? view.getUint32(at + 12, true) : info >>> 8) - 1];
    if (symbol === undefined) return 'a relocation by no symbol';
    if (offset > target.length - 4) return 'a relocation beyond its section';
    const addend = isWide ? view.getInt32(at + 16, true) : viewOf(target).getInt32(offset, true);
    return { offset, symbol: symbol.name, type: isWide ? info : info & 255, addend };
  }

  #word(at: number): number {
    return wordAt(this.#view, at, this.#bits);
  }

  #holds(offset: number, size: number): boolean {
    return offset <= this.#bytes.length && size <= this.#bytes.length - offset;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** As a double, so that no 64-bit value wraps: what is too large fails every bound. */
function wordAt(view: DataView, at: number, bits: ElfBits): number {
  const low = view.getUint32(at, true);
  return bits === 32 ? low : view.getUint32(at + 4, true) * 0x1_0000_0000 + low;
}

function stringAt(table: Uint8Array, offset: number): string | null {
  if (offset >= table.length) return null;
  const length = table.subarray(offset, offset + NAME_BYTES_MAX).indexOf(0);
  return length < 0 ? null : decodeUtf8(table, offset, offset + length);
}
