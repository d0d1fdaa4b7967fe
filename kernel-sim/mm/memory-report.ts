// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the kernel says of memory that was touched or given back wrongly. Code that did it goes on,
 * but where no memory answers at all.
 *
 * Sits between the allocators, which notice, and kernel/die.ts, which knows who did it.
 *
 * Linux: mm/kasan/report.c, report_generic.c, bad_page of mm/page_alloc.c. Differs: where an object
 * was taken and given back is not recorded, so those stacks are missing.
 */
import type { BadAccess, Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import type { Die, MemoryReport } from '../kernel/die.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { BadFree } from './bad-free.ts';
import { type FaultTables, reportFault } from './kernel-fault.ts';
import type { SlabAllocator } from './kmalloc.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

const RULE = '='.repeat(66);
/** Shadow bytes in a row of the dump, and rows before and behind that of the address. */
const ROW = 16;
const ROWS_AROUND = 2;

export interface MemoryReportParts {
  readonly die: Die;
  readonly scheduler: Scheduler;
  readonly pages: PageAllocator;
  readonly slabs: SlabAllocator;
  readonly faultTables: FaultTables;
}

/** Makes the reports of both allocators and of RAM itself. */
export function reportBadMemory(parts: MemoryReportParts): void {
  const reports = new MemoryReports(parts);
  const { pages, slabs } = parts;
  pages.onBadFree = (bad) => reports.badPage(bad);
  slabs.onBadFree = (bad) => reports.badFree(bad);
  pages.ram.reporter = {
    badAccess: (access) => reports.badAccess(access),
    fault: (fault) => reportFault(parts.die, pages.ram, parts.faultTables, fault),
  };
}

class MemoryReports {
  readonly #parts: MemoryReportParts;
  readonly #ram: Ram;
  /** KASAN makes one report; what follows may be its consequence. */
  #hasReported = false;

  constructor(parts: MemoryReportParts) {
    this.#parts = parts;
    this.#ram = parts.pages.ram;
  }

  /** Linux: kasan_report_invalid_free. */
  badFree({ kind, pointer }: BadFree): void {
    this.#kasan(kind, `Free of addr ${this.#hex(pointer)} by task ${this.#who()}`, pointer);
  }

  /** Linux: kasan_report. */
  badAccess({ pointer, sizeBytes, isWrite, firstBad }: BadAccess): void {
    const verb = isWrite ? 'Write' : 'Read';
    const what = `${verb} of size ${sizeBytes} at addr ${this.#hex(pointer)}`;
    this.#kasan(this.#kindOf(firstBad), `${what} by task ${this.#who()}`, firstBad);
  }

  /** Linux: bad_page. */
  badPage({ kind, pointer }: BadFree): void {
    const { die, scheduler } = this.#parts;
    const frame = Math.floor(this.#ram.toPhysical(pointer) / PAGE_SIZE);
    const pfn = frame.toString(16).padStart(5, '0');
    const name = scheduler.currentOrNone?.name ?? IDLE;
    die.badMemory({
      head: () => [
        `BUG: Bad page state in process ${name}  pfn:${pfn}`,
        ...this.#pageLines(pointer),
        `page dumped because: ${WHY_BAD[kind]}`,
      ],
      tail: [],
      listsModules: true,
      mayPanic: false,
    });
  }

  #kasan(kind: string, what: string, pointer: number): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const report: MemoryReport = {
      head: (where) => [RULE, `BUG: KASAN: ${kind} in ${where}`, what, ''],
      tail: ['', ...this.#objectLines(pointer), ...this.#stateLines(pointer), RULE],
      listsModules: false,
      mayPanic: true,
    };
    this.#parts.die.badMemory(report);
  }

  /** The first shadow byte that is no count says it. Linux: get_shadow_bug_type. */
  #kindOf(firstBad: number): string {
    const physical = this.#ram.toPhysical(firstBad);
    const value = this.#ram.shadowAt(physical);
    const reason = value > 0 && value < GRANULE ? this.#ram.shadowAt(physical + GRANULE) : value;
    return KINDS.get(reason) ?? 'unknown-crash';
  }

  #objectLines(pointer: number): string[] {
    const { slabs } = this.#parts;
    const slab = this.#ram.holds(pointer) ? slabs.slabOf(pointer) : undefined;
    const page = [
      'The buggy address belongs to the physical page:',
      ...this.#pageLines(pointer),
      'page dumped because: kasan: bad access detected',
      '',
    ];
    if (slab === undefined) return this.#ram.holds(pointer) ? page : [];
    const { name, slotBytes, objectBytes } = slab.cache;
    const offset = this.#ram.toPhysical(pointer) - slab.physical;
    const start = this.#ram.toPointer(slab.physical + offset - (offset % slotBytes));
    const size = this.#requestedBytes(start, objectBytes);
    const [inside, end] = [pointer - start, start + size];
    const place =
      inside < size ? `${inside} bytes inside of` : `${pointer - end} bytes to the right of`;
    return [
      `The buggy address belongs to the object at ${this.#hex(start)}`,
      ` which belongs to the cache ${name} of size ${objectBytes}`,
      `The buggy address is located ${place}`,
      ` ${size}-byte region [${this.#hex(start)}, ${this.#hex(end)})`,
      '',
      ...page,
    ];
  }

  /** How much was asked for, as the shadow knows it; all of a freed object. */
  #requestedBytes(start: number, objectBytes: number): number {
    const physical = this.#ram.toPhysical(start);
    let size = 0;
    while (size < objectBytes) {
      const value = this.#ram.shadowAt(physical + size);
      if (value !== 0) return value < GRANULE ? size + value : size || objectBytes;
      size += GRANULE;
    }
    return objectBytes;
  }

  #pageLines(pointer: number): string[] {
    const physical = this.#ram.toPhysical(pointer);
    const { pages } = this.#parts;
    const pfn = (physical >>> PAGE_SHIFT).toString(16);
    const count = pages.isFree(physical) ? 0 : pages.references(physical);
    const order = pages.orderAt(physical - (physical % PAGE_SIZE));
    return [
      `page: refcount:${count} mapcount:0 mapping:${this.#hex(0)} index:0x0 pfn:0x${pfn}`,
      ...(order > 0 ? [`head: order:${order} mapcount:0 entire_mapcount:0 nr_pages_mapped:0`] : []),
    ];
  }

  /** The shadow around the address, with a mark below its byte. Linux: print_memory_metadata. */
  #stateLines(pointer: number): string[] {
    if (!this.#ram.holds(pointer)) return [];
    const rowBytes = ROW * GRANULE;
    const physical = this.#ram.toPhysical(pointer);
    const row = physical - (physical % rowBytes);
    const lines = ['Memory state around the buggy address:'];
    for (let n = -ROWS_AROUND; n <= ROWS_AROUND; n++) {
      const at = row + n * rowBytes;
      if (at < 0 || at >= this.#ram.sizeBytes) continue;
      const bytes = Array.from({ length: ROW }, (_, index) =>
        this.#ram
          .shadowAt(at + index * GRANULE)
          .toString(16)
          .padStart(2, '0'),
      );
      const head = `${n === 0 ? '>' : ' '}${this.#hex(this.#ram.toPointer(at))}: `;
      lines.push(head + bytes.join(' '));
      if (n === 0) lines.push(`${' '.repeat(head.length + 3 * ((physical - row) >>> 3))}^`);
    }
    return lines;
  }

  #who(): string {
    const task = this.#parts.scheduler.currentOrNone;
    return task === undefined ? `${IDLE}/0` : `${task.name}/${task.pid}`;
  }

  #hex(pointer: number): string {
    return this.#ram.formatPointer(pointer);
  }
}

const IDLE = 'swapper';

/** A free page is marked in the word of its map count; a part of a block by a flag. */
const WHY_BAD = {
  'double-free': 'nonzero mapcount',
  'invalid-free': 'PAGE_FLAGS_CHECK_AT_FREE flag(s) set',
  'wrong-order': 'nonzero _refcount',
} as const;

const KINDS: ReadonlyMap<number, string> = new Map<number, string>([
  [SHADOW.PAGE_FREE, 'use-after-free'],
  [SHADOW.PAGE_REDZONE, 'slab-out-of-bounds'],
  [SHADOW.SLAB_REDZONE, 'slab-out-of-bounds'],
  [SHADOW.SLAB_FREE, 'slab-use-after-free'],
  [SHADOW.SLAB_FREE_META, 'slab-use-after-free'],
  [SHADOW.GLOBAL_REDZONE, 'global-out-of-bounds'],
  [SHADOW.VMALLOC_INVALID, 'vmalloc-out-of-bounds'],
]);
