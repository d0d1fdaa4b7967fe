// SPDX-License-Identifier: GPL-2.0-or-later
/** What it costs drivers that their memory is watched, and that it is safe. */
import { loadToolchain, ROUNDS } from './guest.ts';
import { byTurns, ratio, type Row } from './measure.ts';
import { OPERATIONS, writer } from './writer.ts';

async function packets(): Promise<readonly Row[]> {
  await loadToolchain();
  const rate = (taken: number): string => `${(OPERATIONS / taken / 1e6).toFixed(2)} M/s`;
  const watched = byTurns(
    ROUNDS,
    writer('packets-raw', 'packets'),
    writer('packets-raw', 'packets', { cmdline: 'kasan=off' }),
  );
  const safe = byTurns(ROUNDS, writer('packets-safe', 'packets'), writer('packets-raw', 'packets'));
  return [
    {
      what: 'packets through a raw driver, the address sanitizer on',
      here: rate(watched.ours),
      against: `${rate(watched.theirs)}, \`kasan=off\``,
      ratio: ratio(watched.ours / watched.theirs),
      goal: '1.5x',
    },
    {
      what: 'packets through a safe driver',
      here: rate(safe.ours),
      against: `${rate(safe.theirs)}, the raw one`,
      ratio: ratio(safe.ours / safe.theirs),
      goal: '1.1x',
    },
  ];
}

async function pairs(): Promise<readonly Row[]> {
  await loadToolchain();
  const times = byTurns(
    ROUNDS,
    writer('pairs', 'pairs'),
    writer('pairs', 'pairs', { cmdline: 'kasan=off slub_debug=- kmemleak=off' }),
  );
  const rate = (taken: number): string => `${(OPERATIONS / taken / 1e6).toFixed(1)} M/s`;
  return [
    {
      what: 'kmalloc and kfree of 128 bytes, by a driver',
      here: rate(times.ours),
      against: `${rate(times.theirs)}, nothing watched`,
      ratio: ratio(times.ours / times.theirs),
      goal: '',
    },
  ];
}

async function races(): Promise<readonly Row[]> {
  await loadToolchain();
  const rate = (taken: number): string => `${(OPERATIONS / taken / 1e6).toFixed(2)} M/s`;
  return ['raw', 'safe'].map((kind): Row => {
    const image = { cmdline: 'kcsan=on' };
    const driver = `packets-${kind}`;
    const times = byTurns(ROUNDS, writer(driver, 'packets', image), writer(driver, 'packets'));
    return {
      what: `packets through a ${kind} driver, looking for data races`,
      here: rate(times.ours),
      against: `${rate(times.theirs)}, \`kcsan=off\``,
      ratio: ratio(times.ours / times.theirs),
      goal: '',
    };
  });
}

export const MEMORY_BENCHMARKS = { packets, pairs, races };
