// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Puts a module's sections into memory: what stays, what goes after init, and where relocations
 * point.
 *
 * Linux: layout_sections, move_module, apply_relocations of kernel/module/main.c and
 * arch/<arch>/kernel/module.c.
 */
import { ELF, type ElfBits, RELOCATION } from '../../lib/elf-layout.ts';
import type { ElfFile, ElfSection, ElfSymbol } from '../../lib/elf.ts';
import { KO_SECTION } from '../../uapi/module-abi.ts';
import { SECTION } from '../../uapi/module-sections.ts';
import type { PlacedSection, PlacedSymbol } from './loaded-module.ts';
import type { ParameterMemory } from './parameters.ts';

const PAGE = 4096;
/** More than the allocator could give in one piece. */
const REGION_BYTES_MAX = 4 * 1024 * 1024;

interface Place {
  readonly section: ElfSection;
  readonly isInit: boolean;
  readonly offset: number;
}

/** Pages of one kind: what may be done with them differs. */
export interface ModuleSegment {
  readonly isInit: boolean;
  readonly kind: 'text' | 'rodata' | 'data';
  /** From the start of its region. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Memory for modules' code and data. */
export interface ModuleMemory extends ParameterMemory {
  /** Memory for that many bytes, whole pages; 0 when there is none. Linux: module_alloc. */
  allocate(sizeBytes: number): number;
  free(address: number): void;
  /** From now on only what such pages are for may be done with them. Linux: strict_rwx. */
  protect(address: number, sizeBytes: number, kind: ModuleSegment['kind']): void;
}

export interface ModuleLayout {
  readonly places: readonly Place[];
  readonly segments: readonly ModuleSegment[];
  /** Where the last section of the core ends; its memory ends with that page. */
  readonly coreEnd: number;
  readonly coreBytes: number;
  readonly initBytes: number;
}

/** Read once when the module is loaded, and of no use afterwards. */
const NOT_KEPT: ReadonlySet<string> = new Set([KO_SECTION.MODINFO, SECTION.VERSIONS]);

/** Text, what is read only, and data, each from a page's start; undefined if that cannot be. */
export function planLayout(elf: ElfFile): ModuleLayout | undefined {
  const wanted = elf.sections.filter(
    ({ name, flags }) => (flags & ELF.ALLOC) !== 0 && !NOT_KEPT.has(name),
  );
  const places: Place[] = [];
  const ends = { core: 0, init: 0 };
  let coreEnd = 0;
  const segments: ModuleSegment[] = [];
  for (const kind of ['text', 'rodata', 'data'] as const) {
    const starts = { ...ends };
    for (const section of wanted) {
      if (segmentOf(section) !== kind) continue;
      const isInit = section.name.startsWith('.init');
      const region = isInit ? 'init' : 'core';
      const { align = 1 } = section;
      if (align > PAGE || (align & (align - 1)) !== 0) return undefined;
      const offset = Math.ceil(ends[region] / align) * align;
      places.push({ section, isInit, offset });
      ends[region] = offset + section.size;
      if (!(ends[region] <= REGION_BYTES_MAX)) return undefined;
    }
    coreEnd = ends.core;
    ends.core = Math.ceil(ends.core / PAGE) * PAGE;
    ends.init = Math.ceil(ends.init / PAGE) * PAGE;
    for (const region of ['core', 'init'] as const) {
      const [offset, sizeBytes] = [starts[region], ends[region] - starts[region]];
      if (sizeBytes > 0) segments.push({ isInit: region === 'init', kind, offset, sizeBytes });
    }
  }
  return { places, segments, coreEnd, coreBytes: ends.core, initBytes: ends.init };
}

function segmentOf({ flags }: ElfSection): ModuleSegment['kind'] {
  if ((flags & ELF.EXECINSTR) !== 0) return 'text';
  return (flags & ELF.WRITE) === 0 ? 'rodata' : 'data';
}

/** A plan with addresses. */
export class PlacedModule {
  readonly #elf: ElfFile;
  readonly #places: readonly (Place & { readonly address: number })[];
  readonly #byName = new Map<string, number>();

  constructor(elf: ElfFile, layout: ModuleLayout, coreAddress: number, initAddress: number) {
    this.#elf = elf;
    this.#places = layout.places.map((place) => {
      const address = (place.isInit ? initAddress : coreAddress) + place.offset;
      this.#byName.set(place.section.name, address);
      return { ...place, address };
    });
  }

  /** What stays in memory. */
  get coreSections(): PlacedSection[] {
    return this.#places
      .filter(({ isInit }) => !isInit)
      .map(({ section, address }) => ({ name: section.name, address, sizeBytes: section.size }));
  }

  /** The defined symbols of what stays, by address. */
  get coreSymbols(): PlacedSymbol[] {
    const kinds = new Map(
      this.#places
        .filter(({ isInit }) => !isInit)
        .map(({ section, address }) => [section.name, { kind: kindOf(section), address }]),
    );
    return this.#elf.symbols
      .flatMap(({ name, section, value, size, isGlobal }) => {
        const place = kinds.get(section);
        if (place === undefined) return [];
        const kind = isGlobal ? place.kind.toUpperCase() : place.kind;
        return [{ name, address: place.address + value, sizeBytes: size, kind }];
      })
      .toSorted((a, b) => a.address - b.address);
  }

  get functionAddresses(): Map<string, number> {
    const functions = this.#elf.symbols.filter(({ type }) => type === ELF.FUNC);
    return new Map(functions.map((it) => [it.name, this.addressOf(it) ?? 0]));
  }

  addressOf(symbol: ElfSymbol): number | undefined {
    const base = this.#byName.get(symbol.section);
    return base === undefined ? undefined : base + symbol.value;
  }

  sectionAddress(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /**
   * The bytes of the two regions, relocations applied; a text says why that cannot be done.
   *
   * @param addressOf of a symbol by name, another's too
   */
  contents(
    layout: ModuleLayout,
    addressOf: (name: string) => number | undefined,
  ): { readonly core: Uint8Array; readonly init: Uint8Array } | string {
    const core = new Uint8Array(layout.coreBytes);
    const init = new Uint8Array(layout.initBytes);
    for (const { section, isInit, offset, address } of this.#places) {
      const region = isInit ? init : core;
      region.set(section.bytes, offset);
      const failure = relocate(
        new DataView(region.buffer, offset, section.bytes.length),
        address,
        section,
        this.#elf.bits,
        addressOf,
      );
      if (failure !== undefined) return failure;
    }
    return { core, init };
  }
}

function relocate(
  view: DataView,
  address: number,
  { relocations = [] }: ElfSection,
  bits: ElfBits,
  addressOf: (name: string) => number | undefined,
): string | undefined {
  const { ABSOLUTE, RELATIVE } = RELOCATION[bits];
  for (const { offset, symbol, type, addend } of relocations) {
    if (type !== ABSOLUTE && type !== RELATIVE) return `Unknown rela relocation: ${type}`;
    const width = type === ABSOLUTE ? bits / 8 : 4;
    const target = addressOf(symbol);
    if (target === undefined || offset + width > view.byteLength) {
      return `a relocation by ${symbol} leads nowhere`;
    }
    const value = BigInt(target + addend - (type === RELATIVE ? address + offset : 0));
    if (width === 4) view.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
    // Kernel addresses are sign-extended from 48 bits.
    else view.setBigUint64(offset, BigInt.asUintN(64, BigInt.asIntN(48, value)), true);
  }
  return undefined;
}

/** The letter of nm(1) for a local symbol. */
function kindOf(section: ElfSection): string {
  const segment = segmentOf(section);
  if (segment === 'data') return section.type === ELF.NOBITS ? 'b' : 'd';
  return segment === 'text' ? 't' : 'r';
}
