// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ELF files, little-endian, of 32 and 64 bits: relocatable ones, such as a `.ko`, and executables.
 *
 * The writer makes what `readelf` and `modinfo` read without complaint. The reader takes any bytes
 * at all and answers with the file or with the reason why it is none; it never throws.
 *
 * See elf(5).
 */
import { assert } from './assert.ts';
import { ElfReader } from './elf-reader.ts';
import {
  ELF,
  HEADER_BYTES,
  SECTION_BYTES,
  RELOCATION_BYTES,
  SEGMENT_BYTES,
  SYMBOL_BYTES,
  type ElfBits,
  type ElfFile,
  type ElfResult,
  type ElfSection,
  type ElfSymbol,
} from './elf-layout.ts';
import { encodeUtf8 } from './utf8.ts';

export type { ElfFile, ElfRelocation, ElfResult, ElfSection, ElfSymbol } from './elf-layout.ts';

/** The file's bytes. Section names are unique; the string and symbol tables are added here. */
export function writeElf(file: ElfFile): Uint8Array {
  const sections = withTables(file);
  const names = new StringTable();
  const nameOffsets = sections.map((section) => names.add(section.name));
  const placed = [...sections, section('.shstrtab', ELF.STRTAB, names)];
  nameOffsets.push(names.add('.shstrtab'));

  const wordBytes = file.bits / 8;
  const text = file.type === ELF.EXEC ? file.sections.find(isCode) : undefined;
  let end: number = HEADER_BYTES[file.bits] + (text === undefined ? 0 : SEGMENT_BYTES[file.bits]);
  const offsets = placed.map(({ type, align, content }) => {
    const offset = roundUp(end, Math.max(align, wordBytes));
    end = type === ELF.NOBITS ? end : offset + content().length;
    return offset;
  });
  const tableOffset = roundUp(end, wordBytes);

  const out = new Writer(tableOffset + SECTION_BYTES[file.bits] * (placed.length + 1), file.bits);
  writeHeader(out, file, tableOffset, placed.length + 1);
  if (text !== undefined) writeSegment(out, file.bits, text);
  for (const [index, { type, content }] of placed.entries()) {
    if (type !== ELF.NOBITS) out.bytes.set(content(), offsets[index] ?? 0);
  }
  out.at = tableOffset + SECTION_BYTES[file.bits]; // Section 0 is all zeros.
  for (const [index, it] of placed.entries()) {
    out
      .u32(nameOffsets[index] ?? 0)
      .u32(it.type)
      .word(it.flags)
      .word(it.address)
      .word(offsets[index] ?? 0);
    out.word(it.type === ELF.NOBITS ? it.size : it.content().length);
    out.u32(it.link).u32(it.info).word(it.align).word(it.entrySize);
  }
  return out.bytes;
}

/** The file in `bytes`, or why they are none. The sections' bytes are copies. */
export function readElf(bytes: Uint8Array): ElfResult {
  return new ElfReader(bytes).read();
}

interface PlacedSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly address: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
  /** Asked for after every table is complete. */
  readonly content: () => Uint8Array;
}

/** A section that refers to no other. */
const PLAIN = {
  flags: 0,
  size: 0,
  address: 0,
  link: 0,
  info: 0,
  align: 1,
  entrySize: 0,
} as const;

function section(name: string, type: number, table: StringTable): PlacedSection {
  return { ...PLAIN, name, type, content: () => table.bytes() };
}

function withTables(file: ElfFile): PlacedSection[] {
  // Local symbols stand before global ones, by the format's rule.
  const symbols = [
    ...file.symbols.filter((symbol) => !symbol.isGlobal),
    ...file.symbols.filter((symbol) => symbol.isGlobal),
  ];
  const given = file.sections.map((it) => ({
    ...PLAIN,
    name: it.name,
    type: it.type,
    flags: it.flags,
    size: it.size,
    address: it.address ?? 0,
    align: it.align ?? 1,
    content: () => (file.bits === 64 ? it.bytes : withAddends(it)),
  }));
  const relocated = file.sections.filter(({ relocations = [] }) => relocations.length > 0);
  const symtabIndex = given.length + relocated.length + 1;
  const tables = relocated.map((it) => relocationTable(file, symbols, it, symtabIndex));
  const strings = new StringTable();
  const written = writeSymbols(file, symbols, strings);
  // `info` of a symbol table: the index of the first symbol that is not local.
  const symtab: PlacedSection = {
    ...PLAIN,
    name: '.symtab',
    type: ELF.SYMTAB,
    link: symtabIndex + 1,
    info: 1 + file.symbols.filter((symbol) => !symbol.isGlobal).length,
    align: file.bits / 8,
    entrySize: SYMBOL_BYTES[file.bits],
    content: () => written,
  };
  return [...given, ...tables, symtab, section('.strtab', ELF.STRTAB, strings)];
}

/** `.rela.NAME` on 64 bits; `.rel.NAME` on 32, whose addends lie in the section itself. */
function relocationTable(
  { bits, sections }: ElfFile,
  symbols: readonly ElfSymbol[],
  target: ElfSection,
  symtabIndex: number,
): PlacedSection {
  const relocations = target.relocations ?? [];
  const out = new Writer(RELOCATION_BYTES[bits] * relocations.length, bits);
  for (const { offset, symbol, type, addend } of relocations) {
    const index = symbols.findIndex(({ name }) => name === symbol) + 1;
    assert(index > 0, `the symbol ${symbol} of a relocation is in the file`);
    out.word(offset);
    if (bits === 64) out.u32(type).u32(index).i64(addend);
    else out.u32(index * 256 + type);
  }
  return {
    ...PLAIN,
    name: `${bits === 64 ? '.rela' : '.rel'}${target.name}`,
    type: bits === 64 ? ELF.SHT_RELA : ELF.SHT_REL,
    flags: ELF.INFO_LINK,
    link: symtabIndex,
    info: sections.indexOf(target) + 1,
    align: bits / 8,
    entrySize: RELOCATION_BYTES[bits],
    content: () => out.bytes,
  };
}

function withAddends({ bytes, relocations = [] }: ElfSection): Uint8Array {
  if (relocations.length === 0) return bytes;
  const patched = Uint8Array.from(bytes);
  const view = new DataView(patched.buffer);
  for (const { offset, addend } of relocations) view.setInt32(offset, addend, true);
  return patched;
}

function writeSymbols(
  file: ElfFile,
  symbols: readonly ElfSymbol[],
  strings: StringTable,
): Uint8Array {
  const bytes = SYMBOL_BYTES[file.bits];
  const out = new Writer(bytes * (symbols.length + 1), file.bits);
  for (const [index, symbol] of symbols.entries()) {
    const isDefined = symbol.section !== '';
    const at = isDefined ? file.sections.findIndex((it) => it.name === symbol.section) + 1 : 0;
    assert(at > 0 || !isDefined, `symbol ${symbol.name} stands in a section of the file`);
    const info = (symbol.isGlobal ? 0x10 : 0) | symbol.type;
    const name = strings.add(symbol.name);
    out.at = bytes * (index + 1);
    if (file.bits === 64) out.u32(name).u8(info).u8(0).u16(at).word(symbol.value).word(symbol.size);
    else out.u32(name).word(symbol.value).word(symbol.size).u8(info).u8(0).u16(at);
  }
  return out.bytes;
}

function writeHeader(out: Writer, file: ElfFile, tableOffset: number, count: number): void {
  const isWide = file.bits === 64;
  for (const byte of [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, 1, 1]) out.u8(byte);
  out.at = 16;
  const text = file.type === ELF.EXEC ? file.sections.find(isCode) : undefined;
  const segmentsAt = text === undefined ? 0 : HEADER_BYTES[file.bits];
  out
    .u16(file.type ?? ELF.REL)
    .u16(file.machine)
    .u32(1);
  out
    .word(text?.address ?? 0)
    .word(segmentsAt)
    .word(tableOffset);
  out.u32(file.flags).u16(HEADER_BYTES[file.bits]);
  out.u16(text === undefined ? 0 : SEGMENT_BYTES[file.bits]).u16(text === undefined ? 0 : 1);
  out
    .u16(SECTION_BYTES[file.bits])
    .u16(count)
    .u16(count - 1);
}

function isCode({ flags }: ElfSection): boolean {
  return (flags & ELF.EXECINSTR) !== 0;
}

/** The one program header of an executable: its code, which takes no bytes in the file. */
function writeSegment(out: Writer, bits: ElfBits, { address = 0, size }: ElfSection): void {
  out.at = HEADER_BYTES[bits];
  const flags = ELF.READ | ELF.EXECUTE;
  out.u32(ELF.LOAD);
  if (bits === 64) out.u32(flags);
  out.word(0).word(address).word(address).word(0).word(size);
  if (bits === 32) out.u32(flags);
  out.word(PAGE_BYTES);
}

const PAGE_BYTES = 4096;

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

class StringTable {
  readonly #parts: Uint8Array[] = [new Uint8Array(1)];
  #length = 1;

  /** Appends `text` and returns its offset. */
  add(text: string): number {
    const offset = this.#length;
    const bytes = encodeUtf8(`${text}\0`);
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return offset;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Appends little-endian fields at `at`; a `word` is as wide as the file's addresses. */
class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #bits: ElfBits;
  at = 0;

  constructor(length: number, bits: ElfBits) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
    this.#bits = bits;
  }

  u8(value: number): this {
    this.#view.setUint8(this.at++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  word(value: number): this {
    this.u32(value);
    return this.#bits === 64 ? this.u32(0) : this;
  }

  i64(value: number): this {
    this.u32(value);
    return this.u32(value < 0 ? 0xffff_ffff : 0);
  }
}

/** A section of plain bytes, as every ELF file of ours has them. */
export function dataSection(name: string, bytes: Uint8Array, flags = 0): ElfSection {
  return { name, type: ELF.PROGBITS, flags, bytes, size: bytes.length };
}

/** A section that has a size but no bytes in the file. */
export function emptySection(name: string, size: number, flags: number, address = 0): ElfSection {
  const section = { name, type: ELF.NOBITS, flags, bytes: new Uint8Array(0), size };
  return address === 0 ? section : { ...section, address };
}

/** A function at `value` in `section`. */
export function functionSymbol(
  name: string,
  section: string,
  value: number,
  size: number,
): ElfSymbol {
  return { name, section, value, size, type: ELF.FUNC, isGlobal: false };
}
