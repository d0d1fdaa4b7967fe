// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv4 as programs of a whole machine see it. */
import { expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';

it('is set up, shown and used by programs', () => {
  const { stdout, stderr } = runScript(`
    sudo ip link set lo up
    ip addr show lo | sed -n 's/^ *//; /inet /p'
    ip route show table local
    sudo ip route add 10.1.0.0/16 via 127.0.0.9
    cat /proc/net/route
    sysctl net.ipv4.ip_default_ttl net.ipv4.ping_group_range net.ipv4.conf.lo.forwarding
    sudo sysctl -q -w net.ipv4.ip_forward=1; cat /proc/sys/net/ipv4/conf/lo/forwarding
    nslookup foo 127.0.0.1 | head -1
    grep -E '^(Udp|IcmpMsg)' /proc/net/snmp
  `);
  // As Debian 12 prints it, where the kernel is 6.18.
  expect({ lines: stdout.split('\n').map((line) => line.trimEnd()), stderr }).toEqual({
    lines: [
      'inet 127.0.0.1/8 scope host lo',
      'local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1',
      'local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1',
      'broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1',
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'lo\t0000010A\t0900007F\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'net.ipv4.ip_default_ttl = 64',
      'net.ipv4.ping_group_range = 0\t2147483647',
      'net.ipv4.conf.lo.forwarding = 0',
      '1',
      ';; communications error to 127.0.0.1#53: connection refused',
      'IcmpMsg: InType3 OutType3',
      'IcmpMsg: 3 3',
      'Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors ' +
        'IgnoredMulti MemErrors',
      'Udp: 0 3 0 3 0 0 0 0 0',
      'UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors ' +
        'IgnoredMulti MemErrors',
      'UdpLite: 0 0 0 0 0 0 0 0 0',
      '',
    ],
    stderr: '',
  });
});
