// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads the `.modinfo` section of a module file. */
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { KO_SECTION } from '../../uapi/module-abi.ts';

/** `key=value` pairs in order; nothing if this is no module. */
export function readModinfo(bytes: Uint8Array): readonly (readonly [string, string])[] | undefined {
  const elf = readElf(bytes);
  if (!elf.ok) return undefined;
  const section = elf.file.sections.find(({ name }) => name === KO_SECTION.MODINFO);
  if (section === undefined) return undefined;
  return decodeUtf8(section.bytes)
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]);
}

/** The machine that an ELF file is for, or nothing if it is none. */
export function elfMachine(bytes: Uint8Array): number | undefined {
  const elf = readElf(bytes);
  return elf.ok ? elf.file.machine : undefined;
}
