// SPDX-License-Identifier: GPL-2.0-or-later
/** Lines that vmstat prints: a moment in a row, all counts below each other, slab caches. */
import { byBytes } from '../support/files.ts';
import type { SlabLine } from '../support/slabinfo.ts';
import type { Rates, Sample } from './sample.ts';

export interface RowStyle {
  readonly isWide: boolean;
  /** Active and inactive memory instead of buffers and cache. */
  readonly showsActive: boolean;
  readonly hasTime: boolean;
  /** KiB to the unit that is shown. */
  readonly convert: (kib: number) => number;
}

const GROUPS = {
  narrow: 'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----',
  wide:
    '--procs-- -----------------------memory---------------------- ---swap-- -----io---- ' +
    '-system-- ----------cpu----------',
} as const;

const COUNT_HEADINGS = ['si', 'so', 'bi', 'bo', 'in', 'cs'];
const CPU_HEADINGS = ['us', 'sy', 'id', 'wa', 'st', 'gu'];
/** Widths of: processes, memory, the counts, shares of CPU. */
const WIDTHS = {
  narrow: [2, 2, 6, 6, 6, 6, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 2],
  wide: [4, 4, 12, 12, 12, 12, 4, 4, 5, 5, 4, 4, 3, 3, 3, 3, 3, 3],
} as const;
const TIME_COLUMNS = 20;

export function headings(style: RowStyle, zone: string): string {
  const name = style.isWide ? 'wide' : 'narrow';
  const memory = style.showsActive ? ['inact', 'active'] : ['buff', 'cache'];
  const columns = ['r', 'b', 'swpd', 'free', ...memory, ...COUNT_HEADINGS, ...CPU_HEADINGS];
  const groups = GROUPS[name] + (style.hasTime ? ' -----timestamp-----' : '');
  const end = style.hasTime ? zone.padStart(TIME_COLUMNS) : '';
  return `${groups}\n${aligned(columns, name)}${end}\n`;
}

export function momentRow(
  { memory, get }: Sample,
  { cpuPercent, perSecond }: Rates,
  style: RowStyle,
  time: string,
): string {
  const { buffers, cached, active, inactive } = memory;
  const others = style.showsActive ? [inactive, active] : [buffers, cached];
  const swapped = memory.swapTotal - memory.swapFree;
  const numbers = [
    // But for vmstat itself.
    Math.max(0, get('procs_running') - 1),
    get('procs_blocked'),
    ...[swapped, memory.free, ...others].map(style.convert),
    ...['pswpin', 'pswpout', 'pgpgin', 'pgpgout', 'intr', 'ctxt'].map(perSecond),
    ...cpuPercent,
  ];
  const row = aligned(numbers.map(String), style.isWide ? 'wide' : 'narrow');
  return `${row}${style.hasTime ? ` ${time}` : ''}\n`;
}

/** What is beyond the columns of the style is left out. */
function aligned(texts: readonly string[], name: keyof typeof WIDTHS): string {
  return WIDTHS[name].map((width, index) => (texts[index] ?? '').padStart(width)).join(' ');
}

/** `vmstat -s`. */
export function statistics(
  { memory, ticks, get }: Sample,
  unit: string,
  convert: RowStyle['convert'],
): string {
  const [user, nice, system, idle, wait, irq, softirq, steal, guest, guestNice] = ticks;
  const swapUsed = memory.swapTotal - memory.swapFree;
  const sizes = [
    [memory.total, 'total memory'],
    [memory.used, 'used memory'],
    [memory.active, 'active memory'],
    [memory.inactive, 'inactive memory'],
    [memory.free, 'free memory'],
    [memory.buffers, 'buffer memory'],
    [memory.cached, 'swap cache'],
    [memory.swapTotal, 'total swap'],
    [swapUsed, 'used swap'],
    [memory.swapFree, 'free swap'],
  ] as const;
  const counts = [
    [user, 'non-nice user cpu ticks'],
    [nice, 'nice user cpu ticks'],
    [system, 'system cpu ticks'],
    [idle, 'idle cpu ticks'],
    [wait, 'IO-wait cpu ticks'],
    [irq, 'IRQ cpu ticks'],
    [softirq, 'softirq cpu ticks'],
    [steal, 'stolen cpu ticks'],
    [guest, 'non-nice guest cpu ticks'],
    [guestNice, 'nice guest cpu ticks'],
    [get('pgpgin'), 'K paged in'],
    [get('pgpgout'), 'K paged out'],
    [get('pswpin'), 'pages swapped in'],
    [get('pswpout'), 'pages swapped out'],
    [get('intr'), 'interrupts'],
    [get('ctxt'), 'CPU context switches'],
    [get('btime'), 'boot time'],
    [get('processes'), 'forks'],
  ] as const;
  return [
    ...sizes.map(([kib, name]) => countLine(convert(kib), `${unit} ${name}`)),
    ...counts.map(([count = 0, name]) => countLine(count, name)),
  ].join('');
}

export function countLine(count: number, name: string): string {
  return `${String(count).padStart(13)} ${name}\n`;
}

/** `vmstat -m`. Its `Pages` are objects of a slab, as procps 4.0.2 has it. */
export function slabRows(caches: readonly SlabLine[]): string[] {
  return caches
    .toSorted((a, b) => byBytes(a.name, b.name))
    .map((line) => {
      const { activeObjects, objects, objectBytes, objectsPerSlab } = line;
      const numbers = [activeObjects, objects, objectBytes, objectsPerSlab];
      const columns = numbers.map((value) => String(value).padStart(6)).join(' ');
      return `${line.name.slice(0, 24).padEnd(24)} ${columns}\n`;
    });
}

export const SLAB_HEADING = `${'Cache'.padEnd(24)}    Num  Total   Size  Pages\n`;
