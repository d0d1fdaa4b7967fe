// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv6 as programs of a whole machine see it: as Debian 12 prints it, where the kernel is 6.18. */
import { expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';

const LINK = 'fe80::5054:ff:fe12:3456';

function outputOf(script: string): string[] {
  const { stdout } = runScript(`exec 2>&1\n${script}`, { nic: 'paravirtual' });
  return stdout
    .replaceAll(LINK, 'LINK')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.includes('link/'));
}

it('is given addresses, shows them and forgets them', () => {
  const lines = outputOf(`
    sudo ip -6 addr add fd00:1::1/64 dev eth0
    sudo sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
    sudo ip -6 addr add fd00:33::1/64 dev eth0
    ip -6 addr show dev eth0
    sudo ip link set eth0 up
    sleep 2
    sudo ip -6 addr add fd00:7::1/64 dev eth0 valid_lft 100 preferred_lft 50
    ip a
    sudo ip addr add fd00:33::1/64 dev eth0
    sudo ip addr del fd00:1::9/64 dev eth0
    sudo ip addr add ff02::9/64 dev eth0
    sleep 51
    ip -6 addr show dev eth0 to fd00:7::/32
    sleep 60
    ifconfig eth0 | grep inet6
    sudo ip -6 addr flush dev eth0
    sudo sysctl -q -w net.ipv6.conf.lo.disable_ipv6=1
    ip -6 addr; cat /proc/net/if_inet6
  `);
  expect(lines).toEqual([
    'Error: ipv6: IPv6 is disabled on this device.',
    '2: eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000',
    '    inet6 fd00:33::1/64 scope global tentative',
    '       valid_lft forever preferred_lft forever',
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000',
    '    inet 127.0.0.1/8 scope host lo',
    '       valid_lft forever preferred_lft forever',
    '    inet6 ::1/128 scope host',
    '       valid_lft forever preferred_lft forever',
    '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default ' +
      'qlen 1000',
    '    inet6 fd00:7::1/64 scope global tentative dynamic',
    '       valid_lft 99sec preferred_lft 49sec',
    '    inet6 fd00:33::1/64 scope global',
    '       valid_lft forever preferred_lft forever',
    '    inet6 LINK/64 scope link',
    '       valid_lft forever preferred_lft forever',
    'Error: ipv6: address already assigned.',
    'Error: ipv6: address not found.',
    'Error: ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag.',
    '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default ' +
      'qlen 1000',
    '    inet6 fd00:7::1/64 scope global deprecated dynamic',
    '       valid_lft 48sec preferred_lft 0sec',
    '        inet6 fd00:33::1  prefixlen 64  scopeid 0x0<global>',
    '        inet6 LINK  prefixlen 64  scopeid 0x20<link>',
  ]);
});

it('is given routes, looks them up, and says why it does not', () => {
  const lines = outputOf(`
    sudo sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
    sudo ip -6 route add 2005::/32 dev eth0
    sudo ip link set eth0 up
    sudo ip -6 addr add fd00:1::1/64 dev eth0
    sleep 2
    add() { sudo ip -6 route add "$@"; }
    add default via fd00:1::2; add default via fd00:1::2
    add default via fe80::1; add default via fe80::1 dev eth0 metric 5
    add 2001:db8::/32 dev eth0; add unreachable 2001:db9::/32; add blackhole 2001:dba::/32
    add 2001:dbb::/32 via 2002::1; add 2005::/32 via fd00:1::1; add 2005::/32
    add 2005::/32 via ff02::1 dev eth0
    ip -6 route; ip -6 route show table local
    for to in fd00:1::2 fd00:1::1 ::1 2001:4::4 2001:db9::1 fe80::9; do ip -6 route get $to; done
    sudo ip -6 route del 2003::/32
    sudo ip -6 route change 2007::/16 via fd00:1::3
    sudo ip -6 route del default via fd00:1::2
    route -6 -n; netstat -6r | grep ^.::; tail -1 /proc/net/ipv6_route
    sudo ip link set eth0 down; ip -6 route
  `);
  expect(lines).toEqual([
    'Error: Nexthop device is not up.',
    'RTNETLINK answers: File exists',
    'Error: Egress device not specified.',
    'RTNETLINK answers: No route to host',
    'Error: Gateway can not be a local address.',
    'RTNETLINK answers: No such device',
    'Error: Invalid gateway address.',
    '2001:db8::/32 dev eth0 metric 1024 pref medium',
    'unreachable 2001:db9::/32 dev lo metric 1024 pref medium',
    'blackhole 2001:dba::/32 dev lo metric 1024 pref medium',
    'fd00:1::/64 dev eth0 proto kernel metric 256 pref medium',
    'fe80::/64 dev eth0 proto kernel metric 256 pref medium',
    'default via fe80::1 dev eth0 metric 5 pref medium',
    'default via fd00:1::2 dev eth0 metric 1024 pref medium',
    'local ::1 dev lo proto kernel metric 0 pref medium',
    'local fd00:1::1 dev eth0 proto kernel metric 0 pref medium',
    'local LINK dev eth0 proto kernel metric 0 pref medium',
    'multicast ff00::/8 dev eth0 proto kernel metric 256 pref medium',
    'fd00:1::2 from :: dev eth0 proto kernel src fd00:1::1 metric 256 pref medium',
    'local fd00:1::1 from :: dev lo table local proto kernel src fd00:1::1 metric 0 pref medium',
    'local ::1 from :: dev lo table local proto kernel src ::1 metric 0 pref medium',
    '2001:4::4 from :: via fe80::1 dev eth0 src fd00:1::1 metric 5 pref medium',
    'RTNETLINK answers: No route to host',
    'fe80::9 from :: dev eth0 proto kernel src LINK metric 256 pref medium',
    'RTNETLINK answers: No such process',
    'Error: Can not replace route - no match found.',
    'Kernel IPv6 routing table',
    'Destination                    Next Hop                   Flag Met Ref  Use If',
    '2001:db8::/32                  ::                         U    1024 1      0 eth0',
    '2001:db9::/32                  ::                         !n   1024 1      0 lo',
    '2001:dba::/32                  ::                         !n   1024 1      0 lo',
    'fd00:1::/64                    ::                         U    256 1      0 eth0',
    'fe80::/64                      ::                         U    256 1      0 eth0',
    '::/0                           fe80::1                    UG   5   1      0 eth0',
    '::1/128                        ::                         Un   0   1      0 lo',
    'fd00:1::1/128                  ::                         Un   0   1      0 eth0',
    'LINK/128    ::                         Un   0   1      0 eth0',
    'ff00::/8                       ::                         U    256 1      0 eth0',
    '::/0                           ::                         !n   -1  1      0 lo',
    '[::]/0                         fe80::1                    UG   5   1      0 eth0',
    '[::]/0                         [::]                       !n   -1  1      0 lo',
    `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 ` +
      '00200200       lo',
    'unreachable 2001:db9::/32 dev lo metric 1024 pref medium',
    'blackhole 2001:dba::/32 dev lo metric 1024 pref medium',
  ]);
});

it('knows neighbours, and what is set', () => {
  const lines = outputOf(`
    sudo sysctl -q -w net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0
    sudo ip link set eth0 up
    sudo ip -6 addr add fd00:1::1/64 dev eth0 nodad
    sudo ip -6 neigh add fd00:1::5 lladdr 02:00:00:00:00:05 dev eth0
    ip -6 neigh; ip neigh
    sudo ip -6 neigh del fd00:1::5 dev eth0; ip -6 neigh
    ping -6 -c 1 fd00:1::1 | sed 2q | sed 's/time=.*//'
    sysctl -a 2> /dev/null | grep -E 'ipv6.conf.(default|eth0).(disable|hop)'
    sudo sysctl -w net.ipv6.conf.eth0.forwarding=1
  `);
  expect(lines).toEqual([
    'fd00:1::5 dev eth0 lladdr 02:00:00:00:00:05 PERMANENT',
    'fd00:1::5 dev eth0 lladdr 02:00:00:00:00:05 PERMANENT',
    'PING fd00:1::1(fd00:1::1) 56 data bytes',
    '64 bytes from fd00:1::1: icmp_seq=1 ttl=64',
    'net.ipv6.conf.default.disable_ipv6 = 0',
    'net.ipv6.conf.default.hop_limit = 64',
    'net.ipv6.conf.eth0.disable_ipv6 = 0',
    'net.ipv6.conf.eth0.hop_limit = 64',
    'sysctl: setting key "net.ipv6.conf.eth0.forwarding": Invalid argument',
  ]);
});

it('carries what programs say over TCP', () => {
  const lines = outputOf(`
    mkdir www; echo a page > www/index.html
    sudo httpd -h www
    nc -6 -l -p 7777 > got &
    sleep 1
    ss -6 -tln; ss -tln | sed 1d; netstat -6 -tln | sed 1,2d; cut -c 1-84 /proc/net/tcp6
    echo over six | nc -N -6 ::1 7777; wait; cat got
    curl -s 'http://[::1]/'; curl -s http://127.0.0.1/; curl -6 -s http://localhost/
    wget -q -O - 'http://[::1]/'
    curl -s -o /dev/null 'http://[::1]:81/'; echo $?
    cat /proc/net/sockstat6
  `);
  const any = '0'.repeat(32);
  const row = (slot: number, port: string): string => `   ${slot}: ${any}:${port} ${any}:0000 0A`;
  expect(lines.map((line) => line.replace(/ +$/u, ''))).toEqual([
    'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
    'LISTEN 0      64                 *:80              *:*',
    'LISTEN 0      1                  *:7777            *:*',
    'LISTEN 0      64                 *:80              *:*',
    'LISTEN 0      1                  *:7777            *:*',
    'tcp6       0      0 :::80                   :::*                    LISTEN',
    'tcp6       0      0 :::7777                 :::*                    LISTEN',
    '  sl  local_address                         remote_address                        st',
    row(0, '0050'),
    row(1, '1E61'),
    'over six',
    ...Array.from({ length: 4 }, () => 'a page'),
    '7',
    'TCP6: inuse 1',
    'UDP6: inuse 0',
    'UDPLITE6: inuse 0',
    'RAW6: inuse 0',
    'FRAG6: inuse 0 memory 0',
  ]);
});

it('takes the link of an address behind a percent sign', () => {
  const lines = outputOf(`
    sudo sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
    sudo ip link set eth0 up
    sleep 2
    for to in ${LINK}%eth0 ff02::1%2 ${LINK}%eth9 127.0.0.1%lo; do
      ping -c 1 -W 1 $to | sed 2q | sed 's/time=.*//'
    done
    nc -6 -l -p 7777 > got &
    sleep 1
    echo over the link | nc -N ${LINK}%eth0 7777; wait; cat got
    sudo sysctl -q -w 'net.ipv4.ping_group_range=1 0'
    ping -6 -c 1 ::1; sudo ping -6 -c 1 ::1 | sed -n 2p | sed 's/time=.*//'
  `);
  expect(lines).toEqual([
    'PING LINK%eth0(LINK%eth0) 56 data bytes',
    '64 bytes from LINK%eth0: icmp_seq=1 ttl=64',
    'PING ff02::1%2(ff02::1%2) 56 data bytes',
    '64 bytes from LINK%2: icmp_seq=1 ttl=64',
    'ping: LINK%eth9: Name or service not known',
    expect.stringContaining('ping: 127.0.0.1%lo: '),
    'over the link',
    'ping: socktype: SOCK_RAW: Operation not permitted',
    '64 bytes from ::1: icmp_seq=1 ttl=64',
  ]);
});
