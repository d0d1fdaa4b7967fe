// SPDX-License-Identifier: GPL-2.0-or-later
/** Drivers that do something once for each byte that is written. */
import type { BootImage } from '../../kernel-sim/index.ts';
import { Guest } from './guest.ts';

const DRIVERS = import.meta.glob<string>('./drivers/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** As many in one system call as fit well below a soft lockup. */
const BLOCK = 50_000;
const BLOCKS = 4;
/** In one round. */
export const OPERATIONS = BLOCK * BLOCKS;

/** Rounds of `dd` writing to a driver that does something once for each byte. */
export function writer(
  driver: string,
  device: string,
  image: Partial<BootImage> = {},
): () => number {
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
