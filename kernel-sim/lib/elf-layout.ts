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
  NOTE: 7,
  NOBITS: 8,
  // sh_flags
  ALLOC: 2,
  EXECINSTR: 4,
  // st_info, low half
  FUNC: 2,
  OBJECT: 1,
} as const;

export type ElfBits = 32 | 64;

export const HEADER_BYTES = { 32: 52, 64: 64 } as const;
export const SEGMENT_BYTES = { 32: 32, 64: 56 } as const;
export const SECTION_BYTES = { 32: 40, 64: 64 } as const;
export const SYMBOL_BYTES = { 32: 16, 64: 24 } as const;

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** The length of `bytes`, but for a section without bytes in the file. */
  readonly size: number;
  /** Where it lies in memory; 0 if it does not say so. */
  readonly address?: number;
}

export interface ElfSymbol {
  readonly name: string;
  /** Name of the section that it stands in. */
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
