// SPDX-License-Identifier: GPL-2.0-or-later
/** What it costs drivers that their memory is watched, and that it is safe. */
import type { BootImage } from '../../kernel-sim/index.ts';
import { Guest, loadToolchain, ROUNDS } from './guest.ts';
import { byTurns, ratio, type Row } from './measure.ts';

const DRIVERS = import.meta.glob<string>('./drivers/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** As many in one system call as fit well below a soft lockup. */
const BLOCK = 50_000;
const BLOCKS = 4;

/** Rounds of `dd` writing to a driver that does something once for each byte. */
function writer(driver: string, device: string, image: Partial<BootImage> = {}): () => number {
  const guest = new Guest();
  const text = DRIVERS[`./drivers/${driver}.ts`];
  if (text === undefined) throw new Error(`no driver ${driver}`);
  guest.addFile('/root/bench/driver.ts', text);
  const setUp = 'cd /root/bench && make > /dev/null && insmod driver.ko';
  const dd = `dd if=/dev/zero of=/dev/${device} bs=${BLOCK} count=${BLOCKS} 2>&1`;
  const round = guest.repeat(dd, { setUp, image });
  return () => {
    const { seconds: taken, text: said } = round();
    if (!said.includes(`${BLOCKS}+0 records out`)) throw new Error(`dd said: ${said}`);
    return taken;
  };
}

async function packets(): Promise<readonly Row[]> {
  await loadToolchain();
  const rate = (taken: number): string => `${((BLOCK * BLOCKS) / taken / 1e6).toFixed(2)} M/s`;
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
  const rate = (taken: number): string => `${((BLOCK * BLOCKS) / taken / 1e6).toFixed(1)} M/s`;
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

export const MEMORY_BENCHMARKS = { packets, pairs };
