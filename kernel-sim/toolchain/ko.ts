// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Puts a built module into its file: an ELF object with the sections of a Linux kernel module,
 * which modinfo(8), depmod(8), nm(1) and our loader read, and our code in sections of its own.
 *
 * `.text` and its like are the canonical layout: every function has the address and length that
 * reports print, but the processor that runs the code is the host's, so they are filled with traps.
 */
import { crc32 } from '../lib/crc32.ts';
import { ELF } from '../lib/elf-layout.ts';
import { emptySection, writeElf } from '../lib/elf.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { BuildRequest } from '../uapi/hostcc.ts';
import { ELF_MACHINE, KO_SECTION, VERMAGIC, type SiteTable } from '../uapi/module-abi.ts';
import {
  GLOBAL_ALIGN,
  KERNEL_PARAM,
  KERNEL_SYMBOL_BYTES,
  MODVERSION_BYTES,
  PARAM_OPS_PREFIX,
  PARAM_TYPES,
  SECTION,
  SPECIAL_SYMBOL,
  SYMBOL_TABLES,
  THIS_MODULE,
} from '../uapi/module-sections.ts';
import type { GlobalBuffers } from './global-buffers.ts';
import { KoBuilder, littleEndian, type SectionBuilder } from './ko-sections.ts';
import type { LinkedCode } from './link.ts';
import type { SharedPlaces } from './shared-places.ts';
import type { PointerVariables } from './pointer-variables.ts';
import type { ModuleInfo } from './module-info.ts';
import type { ParameterInfo } from './module-params.ts';
import type { ExportedSymbol, FunctionPlace, ImportedSymbol } from './module-symbols.ts';

/** EF_ARM_EABI_VER5, as every ARM module says. */
const ARM_FLAGS = 0x0500_0000;
/** int3, and ARM's udf #0. */
const TRAP = { 64: [0xcc], 32: [0xf0, 0x00, 0xf0, 0xe7] } as const;
const NT_GNU_BUILD_ID = 3;

export interface KoParts {
  readonly info: ModuleInfo;
  readonly fast: LinkedCode;
  readonly stepped: LinkedCode;
  readonly sites: SiteTable;
  /** Where each function of the site table lies, in its order. */
  readonly places: readonly FunctionPlace[];
  /** Its variables that are bytes. */
  readonly globals: Pick<GlobalBuffers, 'all' | 'sizeBytes'>;
  /** Its variables that hold pointers. */
  readonly variables: Pick<PointerVariables, 'statics' | 'pointerBytes'>;
  /** Those that several contexts may reach. */
  readonly shared: Pick<SharedPlaces, 'variables'>;
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
}

export function writeKo(board: BuildRequest['board'], parts: KoParts): Uint8Array {
  const ko = new KoBuilder(board === 'pc' ? 64 : 32);
  const { fast, stepped, sites, info, imports, globals } = parts;
  addBuildId(ko, fast, stepped);
  addText(ko, parts);
  const rodata = ko.section(SECTION.RODATA, ELF.ALLOC, ko.wordBytes);
  ko.section(KO_SECTION.MODINFO, ELF.ALLOC).add(modinfo(board, info, imports));
  const data = addParameters(ko, rodata, info.parameters);
  addExports(ko, parts.exports);
  addVersions(ko, imports);
  addThisModule(ko, info.name);
  for (const { name } of imports) ko.undefinedSymbol(name);
  const maps = JSON.stringify({ fast: fast.map, stepped: stepped.map });
  ko.section(KO_SECTION.FAST, 0).add(encodeUtf8(fast.code));
  ko.section(KO_SECTION.STEPPED, 0).add(encodeUtf8(stepped.code));
  ko.section(KO_SECTION.SITES, 0).add(encodeUtf8(JSON.stringify(sites)));
  ko.section(KO_SECTION.MAPS, 0).add(encodeUtf8(maps));
  addVariables(ko, parts);
  const sections = ko.finish();
  // What is zero at the start takes no room in the file. Most data of a driver is the engine's.
  const bss = {
    ...emptySection(SECTION.BSS, globals.sizeBytes, ELF.ALLOC | ELF.WRITE),
    align: globals.sizeBytes === 0 ? 1 : GLOBAL_ALIGN,
  };
  const afterData = sections.findIndex(({ name }) => name === data.name) + 1;
  return writeElf({
    bits: ko.bits,
    machine: ELF_MACHINE[board],
    flags: board === 'pc' ? 0 : ARM_FLAGS,
    sections: sections.toSpliced(afterData, 0, bss),
    symbols: ko.symbols,
  });
}

/** A buffer's name is that of its bytes, not of the pointer to them. */
function addVariables(ko: KoBuilder, { globals, variables, shared }: KoParts): void {
  const add = (name: string, value: number, size: number): void =>
    ko.symbol({ name, section: SECTION.BSS, value, size, type: ELF.OBJECT });
  const buffers = new Set(globals.all.map(({ name }) => name));
  for (const { name, offset } of variables.statics) {
    if (!buffers.has(name)) add(name, offset, variables.pointerBytes);
  }
  for (const { name, offset, sizeBytes } of shared.variables) add(name, offset, sizeBytes);
  for (const { name, offset, sizeBytes } of globals.all) add(name, offset, sizeBytes);
}

/** In Linux's order: what the source says first, what the build adds last. */
function modinfo(
  board: BuildRequest['board'],
  info: ModuleInfo,
  imports: readonly ImportedSymbol[],
): Uint8Array {
  const depends = new Set(imports.flatMap(({ module }) => module ?? []));
  const said = (['license', 'author', 'description', 'version'] as const).flatMap((key) =>
    info[key] === undefined ? [] : [`${key}=${info[key]}`],
  );
  const entries = [
    ...said,
    ...info.parameters.flatMap(({ name, type, description }) => [
      `parm=${name}:${description}`,
      `parmtype=${name}:${type}`,
    ]),
    ...info.aliases.map((alias) => `alias=${alias}`),
    `depends=${[...depends].join(',')}`,
    `name=${info.name}`,
    `vermagic=${VERMAGIC[board]}`,
  ];
  return encodeUtf8(entries.map((entry) => `${entry}\0`).join(''));
}

/** Changes whenever the code does. */
function addBuildId(ko: KoBuilder, ...code: readonly LinkedCode[]): void {
  const id = code.map((each) => littleEndian(BigInt(crc32(encodeUtf8(each.code))), 4));
  const note = ko.section(SECTION.BUILD_ID, ELF.ALLOC, 4);
  for (const field of [4, 4 * id.length, NT_GNU_BUILD_ID]) note.add(littleEndian(BigInt(field), 4));
  note.addText('GNU');
  for (const part of id) note.add(part);
}

function addText(ko: KoBuilder, { places, sites }: KoParts): void {
  const names = [SECTION.TEXT, SECTION.INIT_TEXT, SECTION.EXIT_TEXT] as const;
  for (const name of names) {
    const text = ko.section(name, ELF.ALLOC | ELF.EXECINSTR, 16);
    for (const [index, place] of places.entries()) {
      if (place.section !== name) continue;
      const row = sites.functions[index];
      const size = row?.length ?? 0;
      const value = text.add(traps(ko, size));
      const symbol = { section: name, value, size, type: ELF.FUNC };
      ko.symbol({ ...symbol, name: row?.name ?? '' }, place.isGlobal);
      if (place.alias !== undefined) ko.symbol({ ...symbol, name: place.alias }, true);
    }
    // Where the source has no function of its own, the toolchain has made one.
    const special = name === SECTION.INIT_TEXT ? SPECIAL_SYMBOL.INIT : SPECIAL_SYMBOL.EXIT;
    if (name === SECTION.TEXT || ko.symbols.some((it) => it.name === special)) continue;
    const value = text.add(traps(ko, 16));
    ko.symbol({ name: special, section: name, value, size: 16, type: ELF.FUNC }, true);
  }
}

function traps(ko: KoBuilder, length: number): Uint8Array {
  const trap = TRAP[ko.bits];
  return Uint8Array.from({ length }, (_, at) => trap[at % trap.length] ?? 0);
}

/** Each value in `.data`, under the parameter's name, and what describes it in `__param`. */
function addParameters(
  ko: KoBuilder,
  rodata: SectionBuilder,
  parameters: readonly ParameterInfo[],
): SectionBuilder {
  const layout = KERNEL_PARAM[ko.bits];
  const param = ko.section(SECTION.PARAM, ELF.ALLOC, ko.wordBytes);
  const data = ko.section(SECTION.DATA, ELF.ALLOC | ELF.WRITE, ko.wordBytes);
  const object = (name: string, section: SectionBuilder, value: number): void =>
    ko.symbol({
      name,
      section: section.name,
      value,
      size: section.sizeBytes - value,
      type: ELF.OBJECT,
    });
  for (const { name, type, initial, mode } of parameters) {
    const { sizeBytes } = PARAM_TYPES[type];
    const size = sizeBytes === 'word' ? ko.wordBytes : sizeBytes;
    object(`__param_str_${name}`, rodata, rodata.addText(name));
    data.padTo(size);
    const value = data.sizeBytes;
    if (typeof initial === 'string') {
      object(`__param_initial_${name}`, rodata, rodata.addText(initial));
      data.pointAt(data.add(new Uint8Array(size)), `__param_initial_${name}`);
    } else data.add(littleEndian(initial, size));
    object(`__param_value_${name}`, data, value);

    const entry = param.add(new Uint8Array(layout.mode));
    param.add(littleEndian(BigInt(mode), 2));
    // No level: the kernel's own parameters have those. No flags.
    param.add(Uint8Array.of(0xff, 0));
    param.add(new Uint8Array(layout.sizeBytes - layout.flags - 1));
    param.pointAt(entry + layout.name, `__param_str_${name}`);
    param.pointAt(entry + layout.module, SPECIAL_SYMBOL.MODULE);
    param.pointAt(entry + layout.ops, PARAM_OPS_PREFIX + type);
    param.pointAt(entry + layout.value, `__param_value_${name}`);
    object(`__param_${name}`, param, entry);
    ko.undefinedSymbol(PARAM_OPS_PREFIX + type);
  }
  return data;
}

function addExports(ko: KoBuilder, exports: readonly ExportedSymbol[]): void {
  if (exports.length === 0) return;
  const names = ko.section(SECTION.SYMBOL_NAMES, ELF.ALLOC);
  for (const { section, versions, isGplOnly } of SYMBOL_TABLES) {
    const own = exports.filter((each) => each.isGplOnly === isGplOnly);
    if (own.length === 0) continue;
    const table = ko.section(section, ELF.ALLOC, 4);
    const crcs = ko.section(versions, ELF.ALLOC, 4);
    for (const { name, crc } of own) {
      const string = (symbol: string, text: string): void => {
        const value = names.addText(text);
        const size = names.sizeBytes - value;
        ko.symbol({ name: symbol, section: names.name, value, size, type: ELF.OBJECT });
      };
      string(`__kstrtab_${name}`, name);
      string(`__kstrtabns_${name}`, '');
      const entry = table.add(new Uint8Array(KERNEL_SYMBOL_BYTES));
      table.referTo(entry, name);
      table.referTo(entry + 4, `__kstrtab_${name}`);
      table.referTo(entry + 8, `__kstrtabns_${name}`);
      const at = { section, value: entry, size: KERNEL_SYMBOL_BYTES, type: ELF.OBJECT };
      ko.symbol({ ...at, name: `__ksymtab_${name}` });
      const value = crcs.add(littleEndian(BigInt(crc), 4));
      ko.symbol({ name: `__crc_${name}`, section: versions, value, size: 4, type: ELF.OBJECT });
    }
  }
}

/** The versions of other modules' symbols that this one was built against. */
function addVersions(ko: KoBuilder, imports: readonly ImportedSymbol[]): void {
  const versioned = imports.filter(({ crc }) => crc !== undefined);
  if (versioned.length === 0) return;
  const versions = ko.section(SECTION.VERSIONS, ELF.ALLOC, 32);
  for (const { name, crc = 0 } of versioned) {
    versions.add(littleEndian(BigInt(crc), ko.wordBytes));
    const text = new Uint8Array(MODVERSION_BYTES - ko.wordBytes);
    text.set(encodeUtf8(name).subarray(0, text.length - 1));
    versions.add(text);
  }
}

function addThisModule(ko: KoBuilder, name: string): void {
  const layout = THIS_MODULE[ko.bits];
  const bytes = new Uint8Array(layout.sizeBytes);
  bytes.set(encodeUtf8(name), layout.name);
  const section = ko.section(SECTION.THIS_MODULE, ELF.ALLOC | ELF.WRITE, layout.align);
  section.add(bytes);
  section.pointAt(layout.init, SPECIAL_SYMBOL.INIT);
  section.pointAt(layout.exit, SPECIAL_SYMBOL.EXIT);
  ko.symbol(
    {
      name: SPECIAL_SYMBOL.MODULE,
      section: section.name,
      value: 0,
      size: layout.sizeBytes,
      type: ELF.OBJECT,
    },
    true,
  );
}
