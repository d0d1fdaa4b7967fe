// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the address sanitizer says of memory that was touched or given back wrongly. Code that did
 * it goes on, but where no memory answers at all.
 *
 * Sits between the allocators, which notice, and kernel/die.ts, which knows who did it.
 * page-dump.ts describes the page.
 *
 * Linux: mm/kasan/report.c, report_generic.c, bad_page of mm/page_alloc.c. Differs: who took the
 * pages of a large allocation is always known, as with page_owner=on, and printed only for these.
 */
import type { BadAccess, Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import type { DetectorOptions } from '../kernel/detectors.ts';
import type { Die } from '../kernel/die.ts';
import type { ReportLine } from '../kernel/die/reporter.ts';
import { formatFrame, type SiteRegistry } from '../kernel/module/sites.ts';
import type { Printk } from '../kernel/printk/printk.ts';
import type { Execution } from '../kernel/sched/execution.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { StackDepot } from '../kernel/stack-depot.ts';
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import type { BadFree } from './bad-free.ts';
import { formatGfp } from './gfp-names.ts';
import { type FaultTables, reportFault } from './kernel-fault.ts';
import type { SlabAllocator } from './kmalloc.ts';
import type { ObjectInfo } from './slab.ts';
import { PAGE_SIZE } from './page.ts';
import type { MemoryFindings } from './memory-findings.ts';
import type { PageAllocator } from './page-alloc.ts';
import { dumpPage } from './page-dump.ts';
import type { Track } from './slab-tracks.ts';

const RULE = '='.repeat(66);
/** Shadow bytes in a row of the dump, and rows before and behind that of the address. */
const ROW = 16;
const ROWS_AROUND = 2;

export interface MemoryReportParts {
  readonly sim: Sim;
  readonly die: Die;
  readonly scheduler: Scheduler;
  readonly pages: PageAllocator;
  readonly slabs: SlabAllocator;
  readonly sites: SiteRegistry;
  readonly stackDepot: StackDepot;
  readonly runtime: Execution;
  readonly printk: Printk;
  readonly memoryFindings: MemoryFindings;
  readonly options: { readonly detectors: DetectorOptions };
  /** Who has an address outside of the direct map. */
  readonly describeMapped: (pointer: number) => readonly string[];
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

/** What a report is about. */
interface Finding {
  readonly kind: string;
  readonly what: string;
  /** As the code that did it gave it. */
  readonly pointer: number;
  /** The first byte that must not be touched. */
  readonly firstBad: number;
  /** 0 for a free. */
  readonly sizeBytes: number;
  readonly isWrite: boolean;
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
    this.#trace(pointer, `${kind} free 0`);
    const what = `Free of addr ${this.#hex(pointer)} by task ${this.#who()}`;
    this.#report({ kind, what, pointer, firstBad: pointer, sizeBytes: 0, isWrite: false });
  }

  /** Linux: kasan_report. */
  badAccess({ pointer, sizeBytes, isWrite, firstBad }: BadAccess): void {
    // A negative size, as an unsigned long. Linux: get_bug_type.
    const isNegative = sizeBytes >= Number.MAX_SAFE_INTEGER;
    const kind = isNegative ? 'out-of-bounds' : this.#kindOf(firstBad);
    const verb = isWrite ? 'Write' : 'Read';
    this.#trace(pointer, `${kind} ${verb.toLowerCase()} ${sizeBytes}`);
    const address = this.#hex(pointer);
    const what = `${verb} of size ${sizeBytes} at addr ${address} by task ${this.#who()}`;
    this.#report({ kind, what, pointer, firstBad, sizeBytes, isWrite });
  }

  /** Linux: bad_page. */
  badPage({ kind, pointer }: BadFree): void {
    const { die, scheduler, slabs } = this.#parts;
    const frame = Math.floor(this.#ram.toPhysical(pointer) / PAGE_SIZE);
    const pfn = frame.toString(16).padStart(5, '0');
    const name = scheduler.current.name;
    die.badMemory({
      head: () => [
        `BUG: Bad page state in process ${name}  pfn:${pfn}`,
        ...dumpPage(slabs, pointer, WHY_BAD[kind]),
      ],
      tail: [],
      listsModules: true,
      mayPanic: false,
    });
  }

  #report(finding: Finding): void {
    const { kind, what, pointer, firstBad, isWrite } = finding;
    const { die, options } = this.#parts;
    const { kasanMultiShot, kasanFault } = options.detectors;
    if (this.#hasReported && !kasanMultiShot) return;
    this.#hasReported = true;
    const about = this.#ram.holds(pointer)
      ? [...this.#objectLines(kind, pointer), ...this.#pageLines(pointer)]
      : this.#mappedLines(pointer);
    this.#keep(finding);
    const panics = kasanFault === 'panic' || (kasanFault === 'panic_on_write' && isWrite);
    die.badMemory({
      head: (where) => [RULE, `BUG: KASAN: ${kind} in ${where}`, what, ''],
      tail: ['', ...about, ...this.#stateLines(firstBad), RULE],
      listsModules: false,
      mayPanic: !kasanMultiShot,
      panics: panics ? `kasan.fault=${kasanFault} set ...` : undefined,
    });
  }

  /** A pointer outside of the direct map: who has the address, and the page behind it. */
  #mappedLines(pointer: number): ReportLine[] {
    const physical = this.#ram.physicalOf(pointer);
    const page = physical < 0 ? [] : this.#pageLines(this.#ram.toPointer(physical));
    return [...this.#parts.describeMapped(pointer), ...page];
  }

  /** Before it is printed: the second line of it is the title. */
  #keep({ kind, pointer, sizeBytes, isWrite }: Finding): void {
    const { sim, slabs, scheduler, stackDepot, runtime, printk, memoryFindings } = this.#parts;
    const task = scheduler.current;
    memoryFindings.add({
      kind,
      pointer,
      sizeBytes,
      isWrite,
      object: slabs.objectAt(pointer)?.pointer ?? 0,
      timeNs: sim.now(),
      cpu: sim.cpu,
      pid: task.pid,
      task: task.name,
      stack: stackDepot.save(runtime),
      logSequence: printk.nextSequence + 1,
    });
  }

  /** The first shadow byte that is no count says it. Linux: get_shadow_bug_type. */
  #kindOf(firstBad: number): string {
    const value = this.#ram.shadowOf(firstBad) ?? 0;
    const isCount = value > 0 && value < GRANULE;
    const reason = isCount ? (this.#ram.shadowOf(firstBad + GRANULE) ?? 0) : value;
    return KINDS.get(reason) ?? 'unknown-crash';
  }

  /** Linux: describe_object. */
  #objectLines(kind: string, pointer: number): ReportLine[] {
    const object = this.#parts.slabs.objectAt(pointer);
    if (object === undefined) return [];
    const { cache, pointer: start } = object;
    const size = this.#requestedBytes(object);
    const end = start + size;
    const place =
      pointer < start
        ? `${start - pointer} bytes to the left of`
        : pointer >= end
          ? `${pointer - end} bytes to the right of`
          : `${pointer - start} bytes inside of`;
    return [
      ...this.#stackLines(object),
      `The buggy address belongs to the object at ${this.#hex(start)}`,
      ` which belongs to the cache ${cache.name} of size ${cache.objectBytes}`,
      `The buggy address is located ${place}`,
      ` ${STATES.get(kind) ?? ''}${size}-byte region [${this.#hex(start)}, ${this.#hex(end)})`,
      '',
    ];
  }

  /** Linux: describe_object_stacks. */
  #stackLines({ pointer, allocation, free, auxiliaryStacks }: ObjectInfo): ReportLine[] {
    const lines: ReportLine[] = [];
    const isFree = this.#ram.shadowAt(this.#ram.toPhysical(pointer)) >= SHADOW.SLAB_FREE_META;
    if (allocation !== undefined) lines.push(...this.#trackLines('Allocated', allocation));
    if (free !== undefined && isFree) lines.push(...this.#trackLines('Freed', free));
    for (const [index, handle] of auxiliaryStacks.entries()) {
      const which = index === 0 ? 'Last' : 'Second to last';
      lines.push(`${which} potentially related work creation:`, ...this.#frames(handle), '');
    }
    return lines;
  }

  #trackLines(what: string, { pid, stack }: Track): ReportLine[] {
    return [`${what} by task ${pid}:`, ...this.#frames(stack), ''];
  }

  #frames(stack: number): ReportLine[] {
    const { stackDepot, sites } = this.#parts;
    if (stack === 0) return ['(stack is not available)'];
    return stackDepot.sites(stack).map((site) => {
      const frame = sites.resolve(site);
      return { text: ` ${formatFrame(frame)}`, frame };
    });
  }

  /** How much was asked for, as the shadow knows it; all of a freed object. */
  #requestedBytes({ cache: { objectBytes }, pointer }: ObjectInfo): number {
    const physical = this.#ram.toPhysical(pointer);
    let size = 0;
    while (size < objectBytes) {
      const value = this.#ram.shadowAt(physical + size);
      if (value !== 0) return value < GRANULE ? size + value : size || objectBytes;
      size += GRANULE;
    }
    return objectBytes;
  }

  #pageLines(pointer: number): ReportLine[] {
    const { slabs } = this.#parts;
    return [
      'The buggy address belongs to the physical page:',
      ...dumpPage(slabs, pointer, 'kasan: bad access detected'),
      ...(slabs.slabOf(pointer) === undefined ? this.#ownerLines(pointer) : []),
      '',
    ];
  }

  /** Linux: __dump_page_owner. */
  #ownerLines(pointer: number): ReportLine[] {
    const { owner } = this.#parts.pages;
    const physical = this.#ram.toPhysical(pointer);
    const frame = Math.floor(physical / PAGE_SIZE);
    const taken = owner?.allocation(frame);
    if (taken === undefined) return [];
    const freed = owner?.free(frame);
    const state = this.#parts.pages.isFree(physical) ? 'freed' : 'allocated';
    const who = `pid ${taken.pid}, tgid ${taken.pid}`;
    return [
      `page_owner tracks the page as ${state}`,
      `page last allocated via order ${taken.order}, migratetype Unmovable, ` +
        `gfp_mask ${formatGfp(taken.gfp)}, ${who}, ` +
        `ts ${taken.timeNs}, free_ts ${freed?.timeNs ?? 0}`,
      ...this.#frames(taken.stack),
      ...(freed === undefined
        ? ['page_owner free stack trace missing']
        : [
            `page last free pid ${freed.pid} tgid ${freed.pid} stack trace:`,
            ...this.#frames(freed.stack),
          ]),
    ];
  }

  /** The shadow around the address, with a mark below its byte. Linux: print_memory_metadata. */
  #stateLines(pointer: number): string[] {
    if (this.#ram.shadowOf(pointer) === undefined) return [];
    const rowBytes = ROW * GRANULE;
    const row = pointer - (pointer % rowBytes);
    const lines = ['Memory state around the buggy address:'];
    for (let n = -ROWS_AROUND; n <= ROWS_AROUND; n++) {
      const at = row + n * rowBytes;
      const bytes = this.#shadowRow(at);
      if (bytes === undefined) continue;
      const head = `${n === 0 ? '>' : ' '}${this.#hex(at)}: `;
      lines.push(head + bytes);
      const column = head.length + 3 * Math.floor((pointer - row) / GRANULE);
      if (n === 0) lines.push(`${' '.repeat(column)}^`);
    }
    return lines;
  }

  /** Undefined where there is no shadow. */
  #shadowRow(at: number): string | undefined {
    const bytes: string[] = [];
    for (let index = 0; index < ROW; index++) {
      const value = this.#ram.shadowOf(at + index * GRANULE);
      if (value === undefined) return undefined;
      bytes.push(value.toString(16).padStart(2, '0'));
    }
    return bytes.join(' ');
  }

  /** Each report is told, also those that are not printed. */
  #trace(pointer: number, what: string): void {
    const { trace } = this.#parts.sim;
    if (trace.on) trace.emit(EVENT.ACCESS_REPORT, pointer, trace.intern(what));
  }

  #who(): string {
    const { name, pid } = this.#parts.scheduler.current;
    return `${name}/${pid}`;
  }

  #hex(pointer: number): string {
    return this.#ram.formatPointer(pointer);
  }
}

/** A free page is marked in the word of its map count; a part of a block by a flag. */
const WHY_BAD = {
  'double-free': 'nonzero mapcount',
  'invalid-free': 'PAGE_FLAGS_CHECK_AT_FREE flag(s) set',
  'wrong-order': 'nonzero _refcount',
} as const;

/** What is said of an object's region, by the kind of report. */
const STATES: ReadonlyMap<string, string> = new Map([
  ['slab-out-of-bounds', 'allocated '],
  ['slab-use-after-free', 'freed '],
]);

const KINDS: ReadonlyMap<number, string> = new Map<number, string>([
  [SHADOW.PAGE_FREE, 'use-after-free'],
  [SHADOW.PAGE_REDZONE, 'slab-out-of-bounds'],
  [SHADOW.SLAB_REDZONE, 'slab-out-of-bounds'],
  [SHADOW.SLAB_FREE, 'slab-use-after-free'],
  [SHADOW.SLAB_FREE_META, 'slab-use-after-free'],
  [SHADOW.GLOBAL_REDZONE, 'global-out-of-bounds'],
  [SHADOW.VMALLOC_INVALID, 'vmalloc-out-of-bounds'],
  [SHADOW.STACK_LEFT, 'stack-out-of-bounds'],
  [SHADOW.STACK_MID, 'stack-out-of-bounds'],
  [SHADOW.STACK_RIGHT, 'stack-out-of-bounds'],
  [SHADOW.STACK_PARTIAL, 'stack-out-of-bounds'],
]);
