// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of /proc about memory: meminfo, slabinfo, buddyinfo, pagetypeinfo, and vmstat-files.ts. All
 * numbers come from the allocators' own counts.
 *
 * Linux: fs/proc/meminfo.c, mm/slab_common.c (slabinfo 2.1), mm/vmstat.c, proc(5). Differs: pages
 * have no age, so all that could be swapped counts as inactive, and no migrate type, so all free
 * blocks count as movable.
 */
import type { BoardMemory } from '../../hw/ram/board-memory.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { PageAllocator } from '../../mm/page-alloc.ts';
import { MAX_ORDER, PAGE_SIZE } from '../../mm/page.ts';
import type { ProcFs } from './procfs.ts';
import { vmstatText, zoneinfoText } from './vmstat-files.ts';

export interface MemoryFacts {
  readonly pages: PageAllocator;
  readonly slabs: SlabAllocator;
}

const NAME_COLUMNS = 16;
const ORDERS = Array.from({ length: MAX_ORDER + 1 }, (_, order) => order);
const ZONE = 'Normal';
/** Linux: pageblock_order on x86-64, the size of a huge page. */
const BLOCK_ORDER = 9;
const MIGRATE_TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'Isolate'];

export function registerMemoryFiles(procfs: ProcFs, facts: MemoryFacts): void {
  procfs.register('meminfo', () => meminfoText(facts));
  procfs.register('buddyinfo', () => buddyinfoText(facts));
  procfs.register('pagetypeinfo', { mode: 0o400, show: () => pagetypeinfoText(facts) });
  procfs.register('vmstat', () => vmstatText(facts.pages, slabPages(facts)));
  procfs.register('zoneinfo', () => zoneinfoText(facts.pages, slabPages(facts)));
  procfs.register('slabinfo', { mode: 0o400, show: () => slabinfoText(facts) });
}

/** Pages of slabs, and of what kmalloc takes whole pages for. Linux: NR_SLAB_UNRECLAIMABLE_B. */
export function slabPages({ slabs }: MemoryFacts): number {
  const ofCaches = slabs.caches.reduce((sum, { pageCount }) => sum + pageCount, 0);
  return ofCaches + slabs.large.pageCount;
}

function meminfoText(facts: MemoryFacts): string {
  const { pages } = facts;
  const { usage, totalPages, freePageCount } = pages;
  const slab = slabPages(facts);
  const swappable = usage.anonymous + usage.shmem;
  // prettier-ignore
  const lines: readonly (readonly [name: string, pageCount: number])[] = [
    ['MemTotal', totalPages],
    ['MemFree', freePageCount],
    ['MemAvailable', freePageCount],
    ['Buffers', 0],
    // What tmpfs has, as Linux counts it.
    ['Cached', usage.shmem],
    ['SwapCached', 0],
    ['Active', 0],
    ['Inactive', swappable],
    ['Active(anon)', 0],
    ['Inactive(anon)', swappable],
    ['Active(file)', 0],
    ['Inactive(file)', 0],
    ['Unevictable', 0],
    ['Mlocked', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', usage.anonymous],
    ['Mapped', usage.mapped],
    ['Shmem', usage.shmem],
    ['KReclaimable', 0],
    ['Slab', slab],
    ['SReclaimable', 0],
    ['SUnreclaim', slab],
    ['KernelStack', usage.kernelStack],
    ['PageTables', usage.pageTables],
    ['VmallocTotal', vmallocPages(pages.ram.board)],
    ['VmallocUsed', usage.vmalloc],
    ['VmallocChunk', 0],
    ['Percpu', usage.percpu],
  ];
  return lines
    .map(([name, count]) => {
      const kilobytes = Math.floor((count * PAGE_SIZE) / 1024);
      return `${`${name}:`.padEnd(NAME_COLUMNS)}${String(kilobytes).padStart(8)} kB\n`;
    })
    .join('');
}

/** The last byte is not counted. */
function vmallocPages({ vmallocStart, vmallocEnd }: BoardMemory): number {
  return (vmallocEnd - 1 - vmallocStart) / PAGE_SIZE;
}

function buddyinfoText({ pages }: MemoryFacts): string {
  const counts = ORDERS.map((order) => `${String(pages.freeBlocks(order)).padStart(6)} `);
  return `Node 0, zone ${ZONE.padStart(8)} ${counts.join('')}\n`;
}

function pagetypeinfoText({ pages }: MemoryFacts): string {
  const place = (width: number): string => `Node ${'0'.padStart(width)}, zone ${ZONE.padStart(8)}`;
  const blocks = Math.ceil(pages.totalPages / 2 ** BLOCK_ORDER);
  const isMovable = (type: string): boolean => type === 'Movable';
  const row = (type: string): string => {
    const counts = ORDERS.map((order) => (isMovable(type) ? pages.freeBlocks(order) : 0));
    const columns = counts.map((count) => `${String(count).padStart(6)} `).join('');
    return `${place(4)}, type ${type.padStart(12)} ${columns}\n`;
  };
  const orders = ORDERS.map((order) => `${String(order).padStart(6)} `).join('');
  const numbers = MIGRATE_TYPES.map(
    (type) => `${String(isMovable(type) ? blocks : 0).padStart(12)} `,
  );
  return [
    `Page block order: ${BLOCK_ORDER}\nPages per block:  ${2 ** BLOCK_ORDER}\n\n`,
    `${'Free pages count per migrate type at order'.padEnd(43)}${orders}\n`,
    ...MIGRATE_TYPES.map(row),
    `\n${'Number of blocks type'.padEnd(23)}`,
    ...MIGRATE_TYPES.map((type) => `${type.padStart(12)} `),
    `\n${place(1)} ${numbers.join('')}\n`,
  ].join('');
}

/** The newest cache first. A cache is tuned by nobody. */
function slabinfoText({ slabs }: MemoryFacts): string {
  const head =
    'slabinfo - version: 2.1\n' +
    '# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>' +
    ' : tunables <limit> <batchcount> <sharedfactor>' +
    ' : slabdata <active_slabs> <num_slabs> <sharedavail>\n';
  const lines = slabs.caches.toReversed().map(({ info }) => {
    const column = (value: number, width: number): string => String(value).padStart(width);
    const objects = `${column(info.activeObjects, 6)} ${column(info.objects, 6)}`;
    const sizes = `${column(info.slotBytes, 6)} ${column(info.objectsPerSlab, 4)}`;
    const tunables = ' : tunables    0    0    0';
    const slabCount = column(info.slabs, 6);
    return (
      `${info.name.padEnd(17)} ${objects} ${sizes} ${column(info.pagesPerSlab, 4)}` +
      `${tunables} : slabdata ${slabCount} ${slabCount}      0\n`
    );
  });
  return head + lines.join('');
}
