// SPDX-License-Identifier: GPL-2.0-or-later
/** What vmstat asks of /proc at one moment, and what went by between two of them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import { type Meminfo, readMeminfo } from '../support/meminfo.ts';

/** How many kinds of ticks /proc/stat has. */
const CPU_TIMES = 10;

export interface Sample {
  readonly memory: Meminfo;
  /** Of all CPUs since boot, in the order of /proc/stat: user, nice, system, idle, iowait, … */
  readonly ticks: readonly number[];
  /** A number of /proc/stat or /proc/vmstat, 0 if the kernel does not count it. */
  readonly get: (name: string) => number;
}

export function* takeSample(c: Libc): Sleeping<Sample | undefined> {
  const memory = yield* readMeminfo(c);
  const stat = yield* c.read_file('/proc/stat');
  const events = yield* c.read_file('/proc/vmstat');
  if (memory === undefined || typeof stat === 'number' || typeof events === 'number') {
    return undefined;
  }
  const text = decodeUtf8(stat);
  const cpu = /^cpu +(.*)$/mu.exec(text)?.[1] ?? '';
  const lines = (text + decodeUtf8(events)).matchAll(/^(\w+) (\d+)/gmu);
  const counts = new Map(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
  return {
    memory,
    ticks: Array.from({ length: CPU_TIMES }, (_, index) => Number(cpu.split(' ')[index] ?? 0)),
    get: (name) => counts.get(name) ?? 0,
  };
}

/** What went by between two moments, or since boot. */
export interface Rates {
  /** Of user with nice, system with interrupts, idle, waiting, stolen, guest; rounded. */
  readonly cpuPercent: readonly number[];
  /** How often something was counted in a second. */
  readonly perSecond: (name: string) => number;
}

const TICKS_PER_SECOND = 100;

/**
 * Since boot, `now` alone: seconds are those of all CPUs together then, as in procps.
 * `seconds` is what lies between the two.
 */
export function ratesOf(now: Sample, before?: Sample, seconds = 1): Rates {
  const ticks = now.ticks.map((value, index) => value - (before?.ticks[index] ?? 0));
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, ...rest] = ticks;
  const [steal = 0, guest = 0, guestNice = 0] = rest;
  // Guests' time is part of the user's.
  const shown = [user + nice, system + irq + softirq, idle, wait, steal];
  let sum = shown.reduce((total, value) => total + value, 0);
  if (sum === 0) [shown[2], sum] = [1, 1];
  const share = (part: number, all: number): number =>
    Math.floor((part + Math.floor(all / 2)) / all);
  return {
    cpuPercent: [...shown, guest + guestNice].map((value) => share(100 * value, sum)),
    perSecond(name) {
      const count = now.get(name) - (before?.get(name) ?? 0);
      return before === undefined ? share(TICKS_PER_SECOND * count, sum) : share(count, seconds);
    },
  };
}
