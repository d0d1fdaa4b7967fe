// SPDX-License-Identifier: GPL-2.0-or-later
/** Against what Debian's route and netstat printed for this table. */
import { expect, test } from 'vitest';

import { formatIpv4 } from '../../lib/ip-address.ts';
import { formatRow, parseRoutes, routeHeading, type RouteColumns } from './routes.ts';

const PROC_NET_ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0202000A	0003	0	0	0	00000000	0	0	0
*	0000370A	00000000	0201	0	0	0	0000FFFF	0	0	0
eth0	0000420A	00000000	0001	0	0	100	0000FFFF	0	0	0
`;

function table(columns: RouteColumns): string {
  const rows = parseRoutes(PROC_NET_ROUTE).map((row) =>
    formatRow(row, columns, formatIpv4(row.destination), formatIpv4(row.gateway)),
  );
  return routeHeading(columns) + rows.join('');
}

test('route -n', () => {
  expect(table('fib')).toBe(`Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         10.0.2.2        0.0.0.0         UG    0      0        0 eth0
10.55.0.0       -               255.255.0.0     !     0      -        0 -
10.66.0.0       0.0.0.0         255.255.0.0     U     100    0        0 eth0
`);
});

test('route -ee', () => {
  expect(table('all')).toBe(`Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt
0.0.0.0         10.0.2.2        0.0.0.0         UG    0      0        0 eth0     0     0      0
10.55.0.0       -               255.255.0.0     !     0      -        0 -        -     -      -
10.66.0.0       0.0.0.0         255.255.0.0     U     100    0        0 eth0     0     0      0
`);
});

test('netstat -rn', () => {
  expect(table('netstat')).toBe(`Kernel IP routing table
Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
0.0.0.0         10.0.2.2        0.0.0.0         UG        0 0          0 eth0
10.55.0.0       -               255.255.0.0     !         - -          - -
10.66.0.0       0.0.0.0         255.255.0.0     U         0 0          0 eth0
`);
});
