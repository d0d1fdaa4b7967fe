// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames of a session with the gateway: what they say, and that Wireshark has no complaint. */
import { expect, it } from 'vitest';

import { dissect } from '../../kernel-sim/lib/packet/dissect.ts';
import { writePcapng, type PcapngFrame } from '../../kernel-sim/lib/packet/pcapng.ts';
import { TestMachine } from '../support/machine.ts';
import { judge, whyNoTshark } from '../support/tshark.ts';

const FRAMES = session(
  'sudo udhcpc -i eth0 -q -n; nslookup gateway; echo hi | nc -u -w 1 gateway 99; ' +
    'wget -qO- http://gateway/hello.txt',
);

function session(text: string): readonly PcapngFrame[] {
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, nic: 'paravirtual' }, { keepsTimeline: true });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the session');
  const { frames } = guest.machine.kernel.net.core;
  return frames.since(0).map(({ atNs, bytes, device, direction }) => ({
    seconds: Math.floor(atNs / 1e9),
    nanoseconds: atNs % 1e9,
    lengthBytes: bytes.length,
    bytes,
    device,
    direction,
  }));
}

it('has an address given, a name resolved, a datagram refused, and a page fetched', () => {
  const told = FRAMES.map(({ bytes }) => dissect(bytes));
  const lines = told.map(({ protocol, info }) => `${protocol}: ${info}`);
  const inOrder = [
    /^DHCP: Discover/,
    /^DHCP: Offer of 10\.0\.2\.15/,
    /^DHCP: Request/,
    /^DHCP: Ack of 10\.0\.2\.15/,
    /^ARP: Who has 10\.0\.2\.2\? Tell 10\.0\.2\.15/,
    /^DNS: Response .* A 10\.0\.2\.2$/,
    /^UDP: .* → 99, 3 bytes/,
    /^ICMP: Port unreachable/,
    /^TCP: .* → 80 \[SYN\]/,
    /^HTTP: GET \/hello\.txt/,
    /^HTTP: HTTP\/1\.. 200/,
  ];
  let at = -1;
  for (const line of inOrder) {
    at = lines.findIndex((text, n) => n > at && line.test(text));
    expect([line, at >= 0, lines]).toEqual([line, true, lines]);
  }
  const layers = told.flatMap((dissection) => dissection.layers);
  expect(layers.filter(({ checksum, problem }) => checksum === 'bad' || problem)).toEqual([]);
});

const missing = whyNoTshark();

it.skipIf(missing !== undefined)(
  `is well-formed to tshark${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    const frames = judge(writePcapng(FRAMES));
    expect(frames.map(({ isWrong }) => isWrong)).toEqual(FRAMES.map(() => false));
  },
);
