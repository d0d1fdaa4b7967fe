// SPDX-License-Identifier: GPL-2.0-or-later
/** Puts a built module into its file: an ELF object with what modinfo(8) and the loader want. */
import { ELF } from '../lib/elf-layout.ts';
import { dataSection, emptySection, functionSymbol, writeElf } from '../lib/elf.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { BuildRequest } from '../uapi/hostcc.ts';
import { ELF_MACHINE, KO_SECTION, VERMAGIC, type SiteTable } from '../uapi/module-abi.ts';
import type { LinkedCode } from './link.ts';
import type { ModuleInfo } from './module-info.ts';

/** EF_ARM_EABI_VER5, as every ARM module says. */
const ARM_FLAGS = 0x0500_0000;

export interface KoParts {
  readonly info: ModuleInfo;
  readonly fast: LinkedCode;
  readonly stepped: LinkedCode;
  readonly sites: SiteTable;
}

export function writeKo(board: BuildRequest['board'], parts: KoParts): Uint8Array {
  const { fast, stepped, sites, info } = parts;
  const { symbols, textBytes } = layOut(sites);
  const maps = JSON.stringify({ fast: fast.map, stepped: stepped.map });
  return writeElf({
    bits: board === 'pc' ? 64 : 32,
    machine: ELF_MACHINE[board],
    flags: board === 'pc' ? 0 : ARM_FLAGS,
    sections: [
      // The canonical layout: addresses, but no machine code.
      emptySection('.text', textBytes, ELF.ALLOC | ELF.EXECINSTR),
      dataSection(KO_SECTION.MODINFO, modinfo(board, info), ELF.ALLOC),
      dataSection(KO_SECTION.FAST, encodeUtf8(fast.code)),
      dataSection(KO_SECTION.STEPPED, encodeUtf8(stepped.code)),
      dataSection(KO_SECTION.SITES, encodeUtf8(JSON.stringify(sites))),
      dataSection(KO_SECTION.MAPS, encodeUtf8(maps)),
    ],
    symbols,
  });
}

/** In Linux's order: what the source says first, what the build adds last. */
function modinfo(board: BuildRequest['board'], info: ModuleInfo): Uint8Array {
  const entries = [
    ...(info.license === undefined ? [] : [`license=${info.license}`]),
    ...(info.author === undefined ? [] : [`author=${info.author}`]),
    ...(info.description === undefined ? [] : [`description=${info.description}`]),
    'depends=',
    `name=${info.name}`,
    `vermagic=${VERMAGIC[board]}`,
  ];
  return encodeUtf8(entries.map((entry) => `${entry}\0`).join(''));
}

function layOut(sites: SiteTable): {
  readonly symbols: ReturnType<typeof functionSymbol>[];
  readonly textBytes: number;
} {
  let textBytes = 0;
  const symbols = sites.functions.map(({ name, length }) => {
    const symbol = functionSymbol(name, '.text', textBytes, length);
    textBytes += length;
    return symbol;
  });
  return { symbols, textBytes };
}
