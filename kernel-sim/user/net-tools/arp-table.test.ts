// SPDX-License-Identifier: GPL-2.0-or-later
/** Against what Debian's arp printed for this table. */
import { expect, test } from 'vitest';

import { ARP_HEADING, formatArp, formatArpBsd, parseArp } from './arp-table.ts';

const PROC_NET_ARP = `IP address       HW type     Flags       HW address            Mask     Device
10.0.2.99        0x1         0x6         52:54:00:aa:bb:cc     *        eth0
10.0.2.2         0x1         0x2         52:55:0a:00:02:02     *        eth0
10.0.2.77        0x1         0x0         00:00:00:00:00:00     *        eth0
`;

test('arp -n', () => {
  const rows = parseArp(PROC_NET_ARP).map((row) => formatArp(row, undefined));
  expect(ARP_HEADING + rows.join('')).toBe(
    `Address                  HWtype  HWaddress           Flags Mask            Iface
10.0.2.99                ether   52:54:00:aa:bb:cc   CM                    eth0
10.0.2.2                 ether   52:55:0a:00:02:02   C                     eth0
10.0.2.77                        (incomplete)                              eth0
`,
  );
});

test('arp -a', () => {
  const rows = parseArp(PROC_NET_ARP).map((row) => formatArpBsd(row, undefined));
  expect(rows.join('')).toBe(`? (10.0.2.99) at 52:54:00:aa:bb:cc [ether] PERM on eth0
? (10.0.2.2) at 52:55:0a:00:02:02 [ether] on eth0
? (10.0.2.77) at <incomplete> on eth0
`);
});
