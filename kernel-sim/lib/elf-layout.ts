// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers and shapes of relocatable and executable ELF files, as elf(5) has them. */

export const ELF = {
  // e_type
  REL: 1,
  EXEC: 2,
  // p_type, p_flags
  LOAD: 1,
  READ: 4,
  EXECUTE: 1,
  // sh_type
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  SHT_RELA: 4,
  NOTE: 7,
  NOBITS: 8,
  SHT_REL: 9,
  // sh_flags
  WRITE: 1,
  ALLOC: 2,
  EXECINSTR: 4,
  INFO_LINK: 0x40,
  // st_info, low half
  NOTYPE: 0,
  OBJECT: 1,
  FUNC: 2,
} as const;

export type ElfBits = 32 | 64;

export const HEADER_BYTES = { 32: 52, 64: 64 } as const;
export const SEGMENT_BYTES = { 32: 32, 64: 56 } as const;
export const SECTION_BYTES = { 32: 40, 64: 64 } as const;
export const SYMBOL_BYTES = { 32: 16, 64: 24 } as const;
/** Without addend on 32 bits (REL), with it on 64 (RELA). */
export const RELOCATION_BYTES = { 32: 8, 64: 24 } as const;

/** By board: a field as wide as an address, and one that holds how far it is to the symbol. */
export const RELOCATION = {
  64: { ABSOLUTE: 1, RELATIVE: 2 },
  32: { ABSOLUTE: 2, RELATIVE: 3 },
} as const;

export interface ElfRelocation {
  /** Where in the section. */
  readonly offset: number;
  /** Name of the symbol; names that are referred to are unique in a file of ours. */
  readonly symbol: string;
  readonly type: number;
  readonly addend: number;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** The length of `bytes`, but for a section without bytes in the file. */
  readonly size: number;
  /** Where it lies in memory; 0 if it does not say so. */
  readonly address?: number;
  /** A power of two; 1 unless told. */
  readonly align?: number;
  readonly relocations?: readonly ElfRelocation[];
}

export interface ElfSymbol {
  readonly name: string;
  /** Name of the section that it stands in; empty for one that another file defines. */
  readonly section: string;
  /** Offset in that section. */
  readonly value: number;
  readonly size: number;
  readonly type: number;
  readonly isGlobal: boolean;
}

export interface ElfFile {
  readonly bits: ElfBits;
  /** e_type: relocatable unless told. */
  readonly type?: number;
  /** e_machine, e_flags. */
  readonly machine: number;
  readonly flags: number;
  /** Without the string and symbol tables. */
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

export type ElfResult =
  | { readonly ok: true; readonly file: ElfFile }
  | { readonly ok: false; readonly reason: string };
