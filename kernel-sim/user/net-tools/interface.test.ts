// SPDX-License-Identifier: GPL-2.0-or-later
/** Against what Debian's ifconfig and netstat printed in a network namespace. */
import { expect, test } from 'vitest';

import { formatInterface, formatShort, parseNetDev, type Interface } from './interface.ts';

const NET_DEV = [
  'Inter-|   Receive                            |  Transmit',
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs …',
  '    lo:     112       1    0    0    0     0          0         0      112       1    0    0',
  '  eth0:    3829      40    0    0    0     0          0         0     4084      53    0    0',
].join('\n');

const ETH0: Interface = {
  name: 'eth0',
  flags: 4163,
  mtu: 1500,
  metric: 0,
  inet: { address: '10.0.2.15', netmask: '255.255.255.0' },
  broadcast: '10.0.2.255',
  inet6: [{ name: 'eth0', address: 'fe80::5054:ff:fe12:3456', prefixLength: 64, scope: 0x20 }],
  type: 1,
  hardwareAddress: '52:54:00:12:34:56',
  queueLength: 1000,
  counters: parseNetDev(NET_DEV).get('eth0'),
};

test('a card', () => {
  expect(formatInterface(ETH0)).toBe(`eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 10.0.2.15  netmask 255.255.255.0  broadcast 10.0.2.255
        inet6 fe80::5054:ff:fe12:3456  prefixlen 64  scopeid 0x20<link>
        ether 52:54:00:12:34:56  txqueuelen 1000  (Ethernet)
        RX packets 40  bytes 3829 (3.7 KiB)
        RX errors 0  dropped 0  overruns 0  frame 0
        TX packets 53  bytes 4084 (3.9 KiB)
        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

`);
});

test('a line of the short list, with and without counters', () => {
  expect(formatShort(ETH0)).toBe(
    'eth0             1500       40      0      0 0            53      0      0      0 BMRU\n',
  );
  expect(formatShort({ ...ETH0, name: 'eth0:1', counters: undefined })).toBe(
    'eth0:1           1500      - no statistics available -                        BMRU\n',
  );
});
