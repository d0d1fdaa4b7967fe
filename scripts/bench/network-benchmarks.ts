// SPDX-License-Identifier: GPL-2.0-or-later
/** What the network costs of real time: a safe driver, the wire, and the stacks of both ends. */
import { Guest, loadToolchain } from './guest.ts';
import { assertAtLeast, median, ratio, type Row } from './measure.ts';

/** What TCP gets out of the 100 Mbit/s of the LAN9512's wire. */
const CHIP_MBIT = 94;
const FILE_BYTES = 10 * 1024 * 1024;
const PINGS = 2000;
const ROUNDS = 3;

const LEASE = 'udhcpc -i eth0 -q -n 2>/dev/null';
const RINGNIC = `cd /home/user/ringnic && make >/dev/null && insmod ringnic.ko && ${LEASE}`;
const LAN9512 =
  'cd /home/user/smsc95xx && make >/dev/null && insmod smsc95xx.ko && plug lan9512 && ' +
  'until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done; ip link set eth0 up && sleep 3 && ' +
  LEASE;
const COUNT = 'grep eth0 /proc/net/dev';

interface Counted {
  readonly seconds: number;
  readonly bytes: number;
  readonly packets: number;
}

/** Runs `line` in rounds; what eth0 has received and sent says that it really happened. */
function measure(setUp: string, line: string): readonly Counted[] {
  const round = new Guest().repeat(`${COUNT}; ${line}; ${COUNT}`, {
    setUp,
    rounds: ROUNDS,
  });
  return Array.from({ length: ROUNDS }, () => {
    const { seconds, text } = round();
    const [before = [], after = []] = [...text.matchAll(/eth0:(.*)/g)].map(([, numbers = '']) =>
      numbers.trim().split(/\s+/).map(Number),
    );
    const grown = (column: number): number => (after[column] ?? 0) - (before[column] ?? 0);
    return { seconds, bytes: grown(0), packets: grown(1) + grown(9) };
  });
}

async function throughput(what: string, setUp: string): Promise<Row> {
  await loadToolchain();
  const rounds = measure(setUp, 'wget -q -O /dev/null http://10.0.2.2/10M.bin');
  for (const { bytes } of rounds) assertAtLeast('bytes received', bytes, FILE_BYTES);
  const mbit = median(rounds.map(({ seconds }) => (FILE_BYTES * 8) / seconds / 1e6));
  return {
    what: `TCP: 10 MiB through ${what}, the wire and two stacks, in real time`,
    here: `${mbit.toFixed(0)} Mbit/s`,
    against: `${CHIP_MBIT} Mbit/s, what the LAN9512 gets out of its wire`,
    ratio: ratio(mbit / CHIP_MBIT),
    goal: '1x',
  };
}

async function packets(): Promise<Row> {
  await loadToolchain();
  const rounds = measure(RINGNIC, `ping -q -f -c ${PINGS} 10.0.2.2 >/dev/null`);
  for (const each of rounds) assertAtLeast('packets', each.packets, 2 * PINGS);
  const rate = median(rounds.map((each) => each.packets / each.seconds));
  return {
    what: 'packets through a safe driver, there and back: `ping -f`',
    here: `${Math.round(rate).toLocaleString('en-US')} a second`,
    against: '',
    ratio: '',
    goal: '',
  };
}

export const NETWORK_BENCHMARKS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  tcp: async () => [await throughput('a safe driver', RINGNIC)],
  'tcp-usb': async () => [await throughput('a safe driver, USB and the LAN9512', LAN9512)],
  'network-packets': async () => [await packets()],
};
