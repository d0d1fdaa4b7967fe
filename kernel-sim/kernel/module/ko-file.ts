// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reads a `.ko`: any bytes in, a module image or ENOEXEC with its reason out.
 *
 * Linux: elf_validity_check, setup_load_info and check_modinfo of kernel/module/main.c.
 */
import { ELF } from '../../lib/elf-layout.ts';
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ELF_MACHINE, KO_SECTION, type SiteTable, VERMAGIC } from '../../uapi/module-abi.ts';

export interface KoFile {
  readonly name: string;
  readonly license: string;
  readonly fast: string;
  readonly stepped: string;
  readonly sites: SiteTable;
}

export type KoResult =
  | { readonly ok: true; readonly ko: KoFile }
  | { readonly ok: false; readonly errno: number; readonly why: string };

/** The longest name of a module, with its NUL. Linux: MODULE_NAME_LEN on 64-bit. */
const MODULE_NAME_LEN = 56;

export function readKo(bytes: Uint8Array, board: 'pc' | 'rpi3'): KoResult {
  const elf = readElf(bytes);
  if (!elf.ok) return refuse(`Invalid module format: ${elf.reason}`);
  const { machine, type } = elf.file;
  if (type !== ELF.REL) return refuse('Invalid module format: not relocatable');
  if (machine !== ELF_MACHINE[board]) {
    return refuse(`Invalid architecture in ELF header: ${machine}`);
  }
  const text = (name: string): string | undefined => {
    const section = elf.file.sections.find((each) => each.name === name);
    return section === undefined ? undefined : decodeUtf8(section.bytes);
  };

  const info = readModinfo(text(KO_SECTION.MODINFO) ?? '');
  const name = info.get('name') ?? '';
  if (!isModuleName(name)) return refuse('Invalid module format: it has no name');
  const vermagic = info.get('vermagic') ?? '';
  if (vermagic !== VERMAGIC[board]) {
    return refuse(`${name}: version magic '${vermagic}' should be '${VERMAGIC[board]}'`);
  }
  const fast = text(KO_SECTION.FAST);
  const stepped = text(KO_SECTION.STEPPED);
  const sites = readSites(text(KO_SECTION.SITES) ?? '');
  if (fast === undefined || stepped === undefined) return refuse(`${name}: it has no code`);
  if (sites === undefined) return refuse(`${name}: its site table is damaged`);
  const license = info.get('license') ?? 'unspecified';
  return { ok: true, ko: { name, license, fast, stepped, sites } };
}

function refuse(why: string): KoResult {
  return { ok: false, errno: -ERRNO.ENOEXEC, why };
}

/** `key=value` strings, each ended by a NUL; the first of a key counts. */
function readModinfo(text: string): Map<string, string> {
  const info = new Map<string, string>();
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0 && !info.has(entry.slice(0, at))) info.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return info;
}

function isModuleName(name: string): boolean {
  const isWord = [...name].every((char) => {
    const isLetter = (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');
    return isLetter || (char >= '0' && char <= '9') || char === '_';
  });
  return name !== '' && name.length < MODULE_NAME_LEN && isWord;
}

/** The site table, if the text is one in every detail that is used later. */
function readSites(text: string): SiteTable | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { files, functions, sites } = (value ?? {}) as Partial<Record<keyof SiteTable, unknown>>;
  const isTable =
    isArrayOf(files, (file) => typeof file === 'string') &&
    isArrayOf(functions, isFunctionRow) &&
    isArrayOf(sites, (row) => isArrayOf(row, isCount) && row.length === 5);
  return isTable ? (value as SiteTable) : undefined;
}

function isFunctionRow(row: unknown): boolean {
  const { name, frameBytes, length } = (row ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && isCount(frameBytes) && isCount(length);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isArrayOf(value: unknown, is: (each: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(is);
}
