// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reads a `.ko`: any bytes in, a module image or ENOEXEC with its reason out.
 *
 * Linux: elf_validity_check, setup_load_info and check_modinfo of kernel/module/main.c.
 */
import { ELF } from '../../lib/elf-layout.ts';
import { type ElfFile, type ElfSection, readElf } from '../../lib/elf.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ELF_MACHINE, KO_SECTION, type SiteTable, VERMAGIC } from '../../uapi/module-abi.ts';
import {
  KERNEL_SYMBOL_BYTES,
  MODULE_NAME_LEN,
  MODVERSION_BYTES,
  SECTION,
  SYMBOL_TABLES,
  THIS_MODULE,
} from '../../uapi/module-sections.ts';
import type { ModuleWords } from './loaded-module.ts';

export interface KoExport {
  readonly name: string;
  readonly isGplOnly: boolean;
  readonly crc: number;
}

export interface KoFile {
  readonly words: ModuleWords;
  readonly fast: string;
  readonly stepped: string;
  readonly sites: SiteTable;
  readonly elf: ElfFile;
  /** What `parm` says, by the parameter's name. */
  readonly descriptions: ReadonlyMap<string, string>;
  readonly exports: readonly KoExport[];
  /** Versions of other modules' symbols that it was built against; none when it has no table. */
  readonly versions: ReadonlyMap<string, number> | undefined;
  /** It is for another kernel, and whoever loads it said that this does not matter. */
  readonly hasForeignVermagic: boolean;
}

export type KoResult =
  | { readonly ok: true; readonly ko: KoFile }
  | { readonly ok: false; readonly errno: number; readonly why: string };

/** Linux: MODULE_INIT_IGNORE_*, the flags of finit_module(2). */
export const INIT_FLAG = { IGNORE_MODVERSIONS: 1, IGNORE_VERMAGIC: 2 } as const;

export function readKo(bytes: Uint8Array, board: 'pc' | 'rpi3', flags = 0): KoResult {
  const elf = readElf(bytes);
  if (!elf.ok) return refuse(`Invalid module format: ${elf.reason}`);
  const { machine, bits, type } = elf.file;
  if (type !== ELF.REL) return refuse('Invalid module format: not relocatable');
  if (machine !== ELF_MACHINE[board] || bits !== (board === 'pc' ? 64 : 32)) {
    return refuse(`Invalid architecture in ELF header: ${machine}`);
  }
  const sections = new Map(elf.file.sections.map((section) => [section.name, section]));
  // They become files in sysfs, and symbols and relocations find them by name.
  if (sections.size < elf.file.sections.length || ![...sections.keys()].every(isSectionName)) {
    return refuse('Invalid module format: section names that cannot be');
  }
  const text = (name: string): string | undefined => {
    const section = sections.get(name);
    return section === undefined ? undefined : decodeUtf8(section.bytes);
  };

  const info = readModinfo(text(KO_SECTION.MODINFO) ?? '');
  const name = info.first.get('name') ?? '';
  if (!isModuleName(name)) return refuse('Invalid module format: it has no name');
  const module = sections.get(SECTION.THIS_MODULE);
  if (module === undefined) return refuse(`${name}: No module found in object`);
  if (module.bytes.length !== THIS_MODULE[bits].sizeBytes) {
    return refuse(`${name}: its struct module is of another size`);
  }
  const vermagic = info.first.get('vermagic') ?? '';
  const hasForeignVermagic = vermagic !== VERMAGIC[board];
  if (hasForeignVermagic && (flags & INIT_FLAG.IGNORE_VERMAGIC) === 0) {
    return refuse(`${name}: version magic '${vermagic}' should be '${VERMAGIC[board]}'`);
  }
  const fast = text(KO_SECTION.FAST);
  const stepped = text(KO_SECTION.STEPPED);
  const sites = readSites(text(KO_SECTION.SITES) ?? '');
  if (fast === undefined || stepped === undefined) return refuse(`${name}: it has no code`);
  if (sites === undefined) return refuse(`${name}: its site table is damaged`);
  const exports = readExports(sections);
  if (exports === undefined) return refuse(`${name}: its symbol table is damaged`);
  const isForced = (flags & INIT_FLAG.IGNORE_MODVERSIONS) !== 0;
  const versions = isForced ? undefined : readVersions(sections.get(SECTION.VERSIONS), bits);
  const words = wordsOf(name, info.first);
  const code = { fast, stepped, sites, elf: elf.file };
  const rest = { descriptions: info.descriptions, exports, versions, hasForeignVermagic };
  return { ok: true, ko: { words, ...code, ...rest } };
}

function refuse(why: string): KoResult {
  return { ok: false, errno: -ERRNO.ENOEXEC, why };
}

function wordsOf(name: string, info: ReadonlyMap<string, string>): ModuleWords {
  const { version } = Object.fromEntries(info);
  return {
    name,
    license: info.get('license') ?? 'unspecified',
    description: info.get('description') ?? '',
    author: info.get('author') ?? '',
    ...(version === undefined ? {} : { version }),
  };
}

interface Modinfo {
  /** The first of a key counts. */
  readonly first: ReadonlyMap<string, string>;
  readonly descriptions: ReadonlyMap<string, string>;
}

/** `key=value` strings, each ended by a NUL. */
function readModinfo(text: string): Modinfo {
  const first = new Map<string, string>();
  const descriptions = new Map<string, string>();
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=');
    if (at <= 0) continue;
    const [key, value] = [entry.slice(0, at), entry.slice(at + 1)];
    if (!first.has(key)) first.set(key, value);
    const colon = value.indexOf(':');
    if (key === 'parm' && colon > 0) {
      descriptions.set(value.slice(0, colon), value.slice(colon + 1));
    }
  }
  return { first, descriptions };
}

/** The tables of exported symbols; undefined if an entry has no symbol or no version. */
function readExports(sections: ReadonlyMap<string, ElfSection>): KoExport[] | undefined {
  const exports: KoExport[] = [];
  for (const { section, versions, isGplOnly } of SYMBOL_TABLES) {
    const table = sections.get(section);
    if (table === undefined) continue;
    const crcs = sections.get(versions)?.bytes ?? new Uint8Array(0);
    const view = new DataView(crcs.buffer, crcs.byteOffset, crcs.length);
    const byOffset = new Map(table.relocations?.map(({ offset, symbol }) => [offset, symbol]));
    const count = Math.floor(table.bytes.length / KERNEL_SYMBOL_BYTES);
    for (let index = 0; index < count; index++) {
      const name = byOffset.get(KERNEL_SYMBOL_BYTES * index);
      if (name === undefined || crcs.length < 4 * (index + 1)) return undefined;
      exports.push({ name, isGplOnly, crc: view.getUint32(4 * index, true) });
    }
  }
  return exports;
}

function readVersions(
  section: ElfSection | undefined,
  bits: 32 | 64,
): ReadonlyMap<string, number> | undefined {
  if (section === undefined) return undefined;
  const { bytes } = section;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const versions = new Map<string, number>();
  for (let at = 0; at + MODVERSION_BYTES <= bytes.length; at += MODVERSION_BYTES) {
    const name = decodeUtf8(bytes.subarray(at + bits / 8, at + MODVERSION_BYTES));
    versions.set(name.slice(0, name.indexOf('\0')), view.getUint32(at, true));
  }
  return versions;
}

function isModuleName(name: string): boolean {
  const isWord = [...name].every((char) => {
    const isLetter = (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');
    return isLetter || (char >= '0' && char <= '9') || char === '_';
  });
  return name !== '' && name.length < MODULE_NAME_LEN && isWord;
}

function isSectionName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.length < 256 && !name.includes('/');
}

/** The site table, if the text is one in every detail that is used later. */
function readSites(text: string): SiteTable | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { files, functions, sites, types, allocations, locks } = (value ?? {}) as Partial<
    Record<keyof SiteTable, unknown>
  >;
  const isTable =
    isArrayOf(files, (file) => typeof file === 'string') &&
    isArrayOf(functions, isFunctionRow) &&
    isArrayOf(sites, (row) => isArrayOf(row, isCount) && row.length === 5) &&
    (types === undefined || isArrayOf(types, isObjectType)) &&
    (allocations === undefined || isArrayOf(allocations, isAllocation)) &&
    (locks === undefined || isArrayOf(locks, isLockName));
  return isTable ? (value as SiteTable) : undefined;
}

function isAllocation(row: unknown): boolean {
  return isArrayOf(row, isCount) && row.length === 2;
}

function isLockName(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 2) return false;
  const [site, name] = row as readonly unknown[];
  return isCount(site) && isTypeName(name);
}

/** More than any driver has; whoever draws objects by these types counts on it. */
const FIELDS_MAX = 20_000;
const TYPE_NAME_MAX = 4096;

function isTypeName(name: unknown): boolean {
  return typeof name === 'string' && name.length <= TYPE_NAME_MAX;
}

function isObjectType(row: unknown): boolean {
  const { name, sizeBytes, fields } = (row ?? {}) as Record<string, unknown>;
  return (
    isTypeName(name) &&
    isCount(sizeBytes) &&
    isArrayOf(fields, isField) &&
    fields.length <= FIELDS_MAX
  );
}

function isField(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 4) return false;
  const [name, offset, sizeBytes, kind] = row as readonly unknown[];
  return isTypeName(name) && isCount(offset) && isCount(sizeBytes) && isTypeName(kind);
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
