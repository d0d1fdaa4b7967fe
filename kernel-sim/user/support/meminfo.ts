// SPDX-License-Identifier: GPL-2.0-or-later
/** What /proc/meminfo says, as free and vmstat read it. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';

/** Memory in KiB. */
export interface Meminfo {
  readonly total: number;
  readonly used: number;
  readonly free: number;
  readonly available: number;
  readonly shared: number;
  readonly buffers: number;
  /** With what slabs could give back. */
  readonly cached: number;
  readonly active: number;
  readonly inactive: number;
  readonly swapTotal: number;
  readonly swapFree: number;
}

/** Without the file, what sysinfo(2) knows; undefined if it knows nothing. */
export function* readMeminfo(c: Libc): Sleeping<Meminfo | undefined> {
  const lines = yield* readLines(c);
  if (lines === undefined) return undefined;
  const get = (name: string): number => lines.get(name) ?? 0;
  const total = get('MemTotal');
  const free = get('MemFree');
  const available = lines.get('MemAvailable') ?? free;
  return {
    total,
    used: total - available,
    free,
    available,
    shared: get('Shmem'),
    buffers: get('Buffers'),
    cached: get('Cached') + get('SReclaimable'),
    active: get('Active'),
    inactive: get('Inactive'),
    swapTotal: get('SwapTotal'),
    swapFree: get('SwapFree'),
  };
}

function* readLines(c: Libc): Sleeping<ReadonlyMap<string, number> | undefined> {
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
