// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What SLUB's checks say when they find something: which bytes, whose object, and how it was
 * mended.
 *
 * slub-debug.ts finds; kernel/die.ts knows who was running. Every finding is printed, counted by
 * its cache and taints the kernel; the code goes on.
 *
 * Linux: mm/slub.c (slab_bug, print_trailer, slab_fix).
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { Die } from '../kernel/die.ts';
import type { ReportLine } from '../kernel/die/reporter.ts';
import { formatFrame, type SiteRegistry } from '../kernel/module/sites.ts';
import type { Printk } from '../kernel/printk/printk.ts';
import type { StackDepot } from '../kernel/stack-depot.ts';
import { formatTaint } from '../kernel/taint.ts';
import type { Sim } from '../sim/sim.ts';
import type { SlabAllocator } from './kmalloc.ts';
import { PAGE_SIZE } from './page.ts';
import { slabFlags, structPage } from './page-dump.ts';
import { SLAB } from './slab-flags.ts';
import type { Track } from './slab-tracks.ts';
import type { Slab, SlabCache } from './slab.ts';
import type { SlabReporter, SlabSection } from './slub-debug.ts';

const RULE = 77;
/** A tick: CONFIG_HZ is 250. */
const JIFFY_NS = 4_000_000;
/** Bytes in a row of a section. */
const ROW = 16;
/** Columns of a row's bytes, in front of the same as text. */
const HEX_COLUMNS = 3 * ROW + 1;

export interface SlubReportParts {
  readonly sim: Sim;
  readonly die: Die;
  readonly printk: Printk;
  readonly slabs: SlabAllocator;
  readonly sites: SiteRegistry;
  readonly stackDepot: StackDepot;
  readonly taint: { readonly mask: number };
}

/** Prints what the slab allocator finds. */
export function reportBadSlabs(parts: SlubReportParts): void {
  parts.slabs.reporter = new SlubReports(parts);
}

class SlubReports implements SlabReporter {
  readonly #parts: SlubReportParts;
  readonly #ram: Ram;

  constructor(parts: SlubReportParts) {
    this.#parts = parts;
    this.#ram = parts.slabs.ram;
  }

  objectError(slab: Slab, pointer: number, finding: string, detail?: string): void {
    const isObject = slab.cache.isObject(slab, pointer);
    this.#bug(slab.cache, finding, [
      ...(detail === undefined ? [] : [detail]),
      ...(isObject
        ? this.#trailer(slab, pointer)
        : [this.#slabLine(slab), `Invalid pointer 0x${this.#hex(pointer)}`]),
    ]);
  }

  slabError(cache: SlabCache, slab: Slab | undefined, finding: string, more?: SlabSection): void {
    this.#bug(cache, finding, [
      ...(slab === undefined ? [] : [this.#slabLine(slab)]),
      ...(more === undefined ? [] : this.#section(more)),
    ]);
  }

  objectsRemain(slab: Slab, pointers: readonly number[]): void {
    const { cache } = slab;
    this.#bug(cache, 'Objects remaining on __kmem_cache_shutdown()', [
      this.#slabLine(slab),
      ...pointers.flatMap((pointer) => [
        `Object 0x${this.#hex(pointer)} @offset=${this.#offset(slab, pointer)}`,
        ...this.#tracks(slab, pointer),
      ]),
    ]);
  }

  destroyedInUse(cache: SlabCache): void {
    const { die } = this.#parts;
    const what = 'Slab cache still has objects when called from';
    cache.errors++;
    die.warn(`kmem_cache_destroy ${cache.name}: ${what} ${die.callerSymbol}`);
  }

  fix(cache: SlabCache, what: string): void {
    cache.errors++;
    this.#parts.printk.err(`FIX ${cache.name}: ${what}`);
  }

  warn(what: string): void {
    this.#parts.die.warn(what);
  }

  #bug(cache: SlabCache, finding: string, lines: readonly ReportLine[]): void {
    const { die, taint } = this.#parts;
    cache.errors++;
    die.badMemory({
      head: () => [
        '='.repeat(RULE),
        `BUG ${cache.name} (${formatTaint(taint.mask)}): ${finding}`,
        '-'.repeat(RULE),
        '',
        ...lines,
      ],
      tail: [],
      listsModules: false,
      mayPanic: false,
    });
  }

  /** Linux: print_trailer. */
  #trailer(slab: Slab, pointer: number): ReportLine[] {
    const { layout, objectBytes, slotBytes, flags } = slab.cache;
    const { redLeftBytes, inUseBytes, paddingAt, freeOffset } = layout;
    const physical = this.#ram.toPhysical(pointer);
    const next = this.#ram.rawLoadPointer(physical + freeOffset);
    const offset = this.#offset(slab, pointer);
    const section = (name: string, at: number, sizeBytes: number): string[] =>
      this.#section({ name, physical: physical + at, sizeBytes });
    const hasRedZone = (flags & SLAB.RED_ZONE) !== 0;
    const before = offset > ROW ? section('Bytes b4', -ROW, ROW) : [];
    return [
      ...this.#tracks(slab, pointer),
      this.#slabLine(slab),
      `Object 0x${this.#hex(pointer)} @offset=${offset} fp=0x${this.#hex(next)}`,
      '',
      ...(hasRedZone ? section('Redzone', -redLeftBytes, redLeftBytes) : before),
      ...section('Object', 0, Math.min(objectBytes, PAGE_SIZE)),
      ...(hasRedZone ? section('Redzone', objectBytes, inUseBytes - objectBytes) : []),
      ...section('Padding', paddingAt, slotBytes - redLeftBytes - paddingAt),
    ];
  }

  /** Linux: print_tracking. */
  #tracks(slab: Slab, pointer: number): ReportLine[] {
    if ((slab.cache.flags & SLAB.STORE_USER) === 0) return [];
    const index = slab.cache.indexOf(slab, pointer);
    return [
      ...this.#track('Allocated', slab.tracks?.allocation(index)),
      ...this.#track('Freed', slab.tracks?.free(index)),
    ];
  }

  #track(what: string, track: Track | undefined): ReportLine[] {
    if (track === undefined) return [];
    const { sim, stackDepot, sites } = this.#parts;
    const { stack, pid, cpu, timeNs } = track;
    const age = Math.floor(sim.now() / JIFFY_NS) - Math.floor(timeNs / JIFFY_NS);
    const frames = stackDepot.sites(stack).map((site) => sites.resolve(site));
    const [top] = frames;
    const head = (where: string): string => `${what} in ${where} age=${age} cpu=${cpu} pid=${pid}`;
    if (top === undefined) return [head('0x0')];
    return [
      { text: head(formatFrame(top)), frame: top },
      ...frames.map((frame) => ({ text: ` ${formatFrame(frame)}`, frame })),
    ];
  }

  #slabLine(slab: Slab): string {
    const { objects, inUse, freelist, physical } = slab;
    const flags = slabFlags(this.#ram, slab);
    const page = structPage(this.#ram, physical);
    const fp = this.#hex(freelist);
    return `Slab 0x${page} objects=${objects} used=${inUse} fp=0x${fp} flags=${flags}`;
  }

  /** Linux: print_section, print_hex_dump. */
  #section({ name, physical, sizeBytes }: SlabSection): string[] {
    const { bytes } = this.#ram;
    const lines: string[] = [];
    for (let at = physical; at < physical + sizeBytes; at += ROW) {
      const row = [...bytes.subarray(at, Math.min(at + ROW, physical + sizeBytes))];
      const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      const text = row.map((byte) =>
        byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.',
      );
      const head = `${name.padEnd(8)} ${this.#hex(this.#ram.toPointer(at))}: `;
      lines.push(head + hex.padEnd(HEX_COLUMNS) + text.join(''));
    }
    return lines;
  }

  #offset(slab: Slab, pointer: number): number {
    return this.#ram.toPhysical(pointer) - slab.physical;
  }

  #hex(pointer: number): string {
    return this.#ram.formatPointer(pointer);
  }
}
