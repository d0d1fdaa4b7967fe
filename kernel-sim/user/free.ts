// SPDX-License-Identifier: GPL-2.0-or-later
/** free: how much memory there is. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Libc } from './libc/libc.ts';
import { command, has, lastOf } from './support/command.ts';

const HELP = `
Usage:
 free [options]

Options:
 -b, --bytes         show output in bytes
 -k, --kibi          show output in kibibytes
 -m, --mebi          show output in mebibytes
 -g, --gibi          show output in gibibytes
 -h, --human         show human-readable output
 -t, --total         show total for RAM + swap

     --help     display this help and exit

For more details see free(1).
`;

const LABEL_WIDTH = 9;
const FIRST_WIDTH = 11;
const COLUMN_WIDTH = 11;

export const free = command({
  short: 'bkmghtwl',
  long: { bytes: 'b', kibi: 'k', mebi: 'm', gibi: 'g', human: 'h', total: 't', wide: 'w' },
  help: HELP,
  *main(c, args) {
    const memory = yield* readMeminfo(c);
    if (memory === undefined) {
      return yield* c.die(c.program, 'Memory information file /proc/meminfo does not exist');
    }
    const unit = lastOf(args, ['b', 'k', 'm', 'g']) ?? 'k';
    const shift = { b: 1024, k: 1, m: 1 / 1024, g: 1 / 1024 ** 2 }[unit];
    const show = (kib: number): string =>
      has(args, 'h') ? human(kib * 1024) : String(Math.floor(kib * shift));
    const get = (name: string): number => memory.get(name) ?? 0;
    const total = get('MemTotal');
    const cache = get('Buffers') + get('Cached') + get('SReclaimable');
    const available = memory.get('MemAvailable') ?? get('MemFree');
    const row = (label: string, values: readonly number[]): string =>
      `${label.padEnd(LABEL_WIDTH)}${values
        .map((value, i) => show(value).padStart(i === 0 ? FIRST_WIDTH : COLUMN_WIDTH))
        .join(' ')}\n`;
    const headings = ['total', 'used', 'free', 'shared', 'buff/cache', 'available'];
    const title = headings.map((text) => text.padStart(COLUMN_WIDTH)).join(' ');
    c.out(`${' '.repeat(LABEL_WIDTH)}${title}\n`);
    const used = total - available;
    c.out(row('Mem:', [total, used, get('MemFree'), get('Shmem'), cache, available]));
    const swap = get('SwapTotal');
    const swapFree = get('SwapFree');
    c.out(row('Swap:', [swap, swap - swapFree, swapFree]));
    if (has(args, 't')) {
      c.out(row('Total:', [total + swap, used + swap - swapFree, get('MemFree') + swapFree]));
    }
    return 0;
  },
});

/** Fields of /proc/meminfo in KiB; without one, what sysinfo(2) knows. */
function* readMeminfo(c: Libc): Sleeping<ReadonlyMap<string, number> | undefined> {
  const bytes = yield* c.read_file('/proc/meminfo');
  if (typeof bytes === 'number') {
    const info = yield* c.sysinfo();
    if (typeof info === 'number') return undefined;
    return new Map([
      ['MemTotal', info.totalram / 1024],
      ['MemFree', info.freeram / 1024],
    ]);
  }
  const lines = decodeUtf8(bytes).matchAll(/^(\w+):\s+(\d+)/gm);
  return new Map(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
}

/** `1.1Gi`: at most three digits and a unit. */
function human(bytes: number): string {
  const units = ['B', 'Ki', 'Mi', 'Gi', 'Ti'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit + 1 < units.length) {
    value /= 1024;
    unit++;
  }
  const text = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.floor(value));
  return text + (units[unit] ?? '');
}
