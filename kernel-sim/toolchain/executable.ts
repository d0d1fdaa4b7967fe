// SPDX-License-Identifier: GPL-2.0-or-later
/** Puts a compiled program into its file: an ELF executable (uapi/program-abi.ts). */
import { ELF } from '../lib/elf-layout.ts';
import { dataSection, emptySection, functionSymbol, writeElf } from '../lib/elf.ts';
import { sha1 } from '../lib/sha1.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { ELF_MACHINE, type SiteTable } from '../uapi/module-abi.ts';
import { buildIdNote, PROGRAM_SECTION, TEXT_ADDRESS } from '../uapi/program-abi.ts';

export function writeExecutable(code: string, sites: SiteTable): Uint8Array {
  let textBytes = 0;
  const symbols = sites.functions.map(({ name, length }) => {
    const symbol = functionSymbol(name, '.text', TEXT_ADDRESS + textBytes, length);
    textBytes += length;
    return symbol;
  });
  const codeBytes = encodeUtf8(code);
  const siteBytes = encodeUtf8(JSON.stringify(sites));
  const note = buildIdNote(sha1(codeBytes, siteBytes));
  return writeElf({
    bits: 64,
    type: ELF.EXEC,
    machine: ELF_MACHINE.pc,
    flags: 0,
    sections: [
      // As in a `.ko`: addresses, but no machine code.
      emptySection('.text', textBytes, ELF.ALLOC | ELF.EXECINSTR, TEXT_ADDRESS),
      { ...dataSection(PROGRAM_SECTION.BUILD_ID, note), type: ELF.NOTE },
      dataSection(PROGRAM_SECTION.CODE, codeBytes),
      dataSection(PROGRAM_SECTION.SITES, siteBytes),
    ],
    symbols,
  });
}
