// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A page in words, for the reports about its memory: what it is used for, and its struct page as it
 * would lie in memory.
 *
 * Linux: mm/debug.c. Differs: no struct page lies in memory here, so its words are made when they
 * are printed; links of lists are the poison of a page that is on none.
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { SlabAllocator } from './kmalloc.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './page.ts';
import type { Slab } from './slab.ts';

/** First struct page. Linux: VMEMMAP_START on x86-64; where ARM boots it. */
const MEM_MAP = { 8: 0xea00_0000_0000, 4: 0xc1f0_0000 } as const;
/** Bytes of a struct page. */
const PAGE_STRUCT = { 8: 64, 4: 32 } as const;
/** Bits of `flags`. */
const FLAG = { HEAD: 0x40, WORKINGSET: 0x200 } as const;
/** The upper byte of a page's type. Linux: enum pagetype. */
const TYPE = { buddy: 0xf0, slab: 0xf5 } as const;
type PageType = keyof typeof TYPE;
/** Zone 1 in the flags' upper bits: DMA32, or Normal where there is no such zone. */
const ZONE = { 8: '01000000', 4: '4' } as const;
const LIST_POISON = { 8: ['dead000000000100', 'dead000000000122'], 4: ['00000100', '00000122'] };

/** Pointer to the struct page of an address. */
export function structPage(ram: Ram, physical: number): string {
  const width = ram.board.pointerBytes;
  return ram.formatPointer(MEM_MAP[width] + (physical >>> PAGE_SHIFT) * PAGE_STRUCT[width]);
}

/** `0x100000000000040(head|node=0|zone=1)`. */
export function slabFlags(ram: Ram, slab: Slab): string {
  return flagsText(ram, flagsOf(slab.order > 0, slab));
}

/** The page of an address, the block that it is in, and why it is shown. Linux: dump_page. */
export function dumpPage(slabs: SlabAllocator, pointer: number, reason: string): string[] {
  const { ram, pages } = slabs;
  const physical = Math.floor(ram.toPhysical(pointer) / PAGE_SIZE) * PAGE_SIZE;
  const slab = slabs.slabOf(pointer);
  const block = pages.blockOf(physical);
  const isCompound = (slab !== undefined || slabs.large.has(block.physical)) && block.order > 0;
  const isHead = block.physical === physical;
  const pfn = (physical >>> PAGE_SHIFT).toString(16);
  const references = block.isFree ? 0 : pages.references(isCompound ? block.physical : physical);
  const mapping = ram.formatPointer(0);
  const free: PageType | undefined = block.isFree && isHead ? 'buddy' : undefined;
  const type: PageType | undefined = slab === undefined ? free : 'slab';
  const flags = flagsOf(isCompound && isHead, isHead ? slab : undefined);
  const head = { ram, physical: block.physical, order: block.order, slab, type, references };
  const words = isHead ? headWords({ ...head, flags }) : tailWords(head, isCompound);
  return [
    `page: refcount:${references} mapcount:0 mapping:${mapping} index:0x0 pfn:0x${pfn}`,
    ...(isCompound
      ? [`head: order:${block.order} mapcount:0 entire_mapcount:0 nr_pages_mapped:0 pincount:0`]
      : []),
    `flags: ${flagsText(ram, isCompound ? flagsOf(true, slab) : flags)}`,
    ...(type === undefined ? [] : [`page_type: ${TYPE[type].toString(16)}(${type})`]),
    ...rows('raw', words),
    ...(isCompound
      ? [
          ...rows('head', headWords({ ...head, flags: flagsOf(true, slab) })),
          ...rows('head', secondWords(head)),
        ]
      : []),
    `page dumped because: ${reason}`,
  ];
}

interface PageWords {
  readonly ram: Ram;
  readonly physical: number;
  readonly order: number;
  readonly slab: Slab | undefined;
  readonly type: PageType | undefined;
  readonly references: number;
}

function headWords(page: PageWords & { readonly flags: number }): string[] {
  const { ram, slab, order, type, references, flags } = page;
  const { pointerBytes } = ram.board;
  const poison = LIST_POISON[pointerBytes];
  const counters = slab === undefined ? 0 : slab.inUse + slab.objects * 0x1_0000;
  const use =
    slab === undefined
      ? [...poison, word(ram, 0), word(ram, 0), word(ram, type === 'buddy' ? order : 0)]
      : [
          ram.formatPointer(slab.cache.pointer),
          ...poison,
          ram.formatPointer(slab.freelist),
          word(ram, counters),
        ];
  return [flagsWord(ram, flags), ...use, ...typeWords(ram, type, references)];
}

/** What a page of a block has that is not its first. */
function tailWords(page: PageWords, isCompound: boolean): string[] {
  const { ram, references } = page;
  if (!isCompound) return headWords({ ...page, slab: undefined, flags: 0 });
  const none = Array.from({ length: 4 }, () => word(ram, 0));
  return [flagsWord(ram, 0), headLink(page), ...none, ...typeWords(ram, undefined, references)];
}

/** The second page of a block says how large it is. */
function secondWords(page: PageWords): string[] {
  const { ram, order } = page;
  const unmapped = 'ff'.repeat(ram.board.pointerBytes);
  const none = Array.from({ length: 3 }, () => word(ram, 0));
  const pages = [word(ram, 1 << order), word(ram, 0)];
  return [flagsWord(ram, order), headLink(page), unmapped, ...none, ...pages];
}

/** Leads from a later page to the first; the lowest bit tells it from other words. */
function headLink({ ram, physical }: PageWords): string {
  return structPage(ram, physical).replace(/.$/u, '1');
}

/** The last words: type and count, which share one on a 64-bit machine. */
function typeWords(ram: Ram, type: PageType | undefined, references: number): string[] {
  const kind = type === undefined ? 'ffffffff' : `${TYPE[type].toString(16)}000000`;
  const count = references.toString(16).padStart(8, '0');
  return ram.board.pointerBytes === 8 ? [`${count}${kind}`, word(ram, 0)] : [kind, count];
}

function flagsOf(isHead: boolean, slab: Slab | undefined): number {
  const isPartial = slab !== undefined && slab.partialIndex >= 0;
  return (isHead ? FLAG.HEAD : 0) | (isPartial ? FLAG.WORKINGSET : 0);
}

function flagsText(ram: Ram, flags: number): string {
  const names = [
    ...((flags & FLAG.HEAD) === 0 ? [] : ['head']),
    ...((flags & FLAG.WORKINGSET) === 0 ? [] : ['workingset']),
  ];
  const hex = flagsWord(ram, flags).replace(/^0+/u, '');
  return `0x${hex}(${[...names, 'node=0', 'zone=1'].join('|')})`;
}

function flagsWord({ board }: Ram, flags: number): string {
  const zone = ZONE[board.pointerBytes];
  return zone + flags.toString(16).padStart(2 * board.pointerBytes - zone.length, '0');
}

function word({ board }: Ram, value: number): string {
  return value.toString(16).padStart(2 * board.pointerBytes, '0');
}

/** 32 bytes a row. */
function rows(name: string, words: readonly string[]): string[] {
  const perRow = 64 / (words[0] ?? '').length;
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += perRow) {
    lines.push(`${name}: ${words.slice(at, at + perRow).join(' ')}`);
  }
  return lines;
}
