// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/vmstat and /proc/zoneinfo: counts of pages by use, and of what happened to them.
 *
 * Linux: mm/vmstat.c. Differs: only lines that something here counts. The one zone keeps no
 * reserve, so its watermarks are 0, and no CPU has a list of pages of its own.
 */
import type { PageAllocator } from '../../mm/page-alloc.ts';
import { PAGE_SIZE } from '../../mm/page.ts';

type Counts = readonly (readonly [name: string, value: number])[];

const NAME_COLUMNS = 12;

/** `slabPages`: how many pages slabs take. */
export function vmstatText(pages: PageAllocator, slabPages: number): string {
  const { events, freePageCount, totalPages } = pages;
  const counts: Counts = [
    ['nr_free_pages', freePageCount],
    ...nodeCounts(pages, slabPages),
    ['pgalloc_normal', events.pagesAllocated],
    ['pgfree', events.pagesAllocated - (totalPages - freePageCount)],
    ['pgfault', events.pageFault],
    ['oom_kill', events.oomKill],
  ];
  return counts.map(([name, value]) => `${name} ${value}\n`).join('');
}

/** What is counted by node, in Linux's order. Pages but for stacks, which are in KiB. */
function nodeCounts({ usage }: PageAllocator, slabPages: number): Counts {
  return [
    ['nr_inactive_anon', usage.anonymous + usage.shmem],
    ['nr_slab_reclaimable', 0],
    ['nr_slab_unreclaimable', slabPages],
    ['nr_anon_pages', usage.anonymous],
    ['nr_mapped', usage.mapped],
    // What tmpfs has, as Linux counts it.
    ['nr_file_pages', usage.shmem],
    ['nr_shmem', usage.shmem],
    ['nr_kernel_stack', (usage.kernelStack * PAGE_SIZE) / 1024],
    ['nr_page_table_pages', usage.pageTables],
  ];
}

export function zoneinfoText(pages: PageAllocator, slabPages: number): string {
  const frames = pages.ram.sizeBytes / PAGE_SIZE;
  const count = ([name, value]: Counts[number]): string =>
    `\n      ${name.padEnd(NAME_COLUMNS)} ${value}`;
  const watermarks = ['boost', 'min', 'low', 'high'].map((name) => zoneLine(name, 0));
  return [
    'Node 0, zone   Normal',
    '\n  per-node stats',
    ...nodeCounts(pages, slabPages).map(count),
    `\n  pages free     ${pages.freePageCount}`,
    ...watermarks,
    zoneLine('spanned', frames),
    zoneLine('present', frames),
    zoneLine('managed', pages.totalPages),
    '\n        protection: (0)',
    count(['nr_free_pages', pages.freePageCount]),
    '\n  pagesets',
    '\n  start_pfn:           0\n',
  ].join('');
}

function zoneLine(name: string, value: number): string {
  return `\n        ${name.padEnd(8)} ${value}`;
}
