// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { formatIpv6, ipv6ToBytes, parseIpv6 } from '../../lib/ip-address.ts';
import { Prng } from '../../sim/prng.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { ICMPV6 } from '../../uapi/icmp.ts';
import { IPPROTO, IPV6 } from '../../uapi/in.ts';
import { IFA_F, NUD, RTPROT } from '../../uapi/rtnetlink.ts';
import { AF } from '../../uapi/socket.ts';
import { foldChecksum, sumBytes } from '../core/checksum.ts';
import type { DatagramSock } from '../datagram-sock.ts';
import { addressOf, heard, nameOf, receive, send } from '../testing/datagrams.ts';
import { NetRig, type RigCable, type RigHost } from '../testing/net-rig.ts';
import { networkOf } from './address.ts';
import { IPV6HDR } from './ipv6-header.ts';
import { ipv6RouteText } from './proc.ts';

const SOON_NS = 1_000_000;
const SECOND = 1_000_000_000;
const ALL_NODES = 'ff02::1';
const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0];

function pair(): { rig: NetRig; one: RigHost; other: RigHost; cable: RigCable } {
  const rig = new NetRig();
  const [one, other] = [rig.host('one'), rig.host('other')];
  const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
  for (const host of [one, other]) host.ipv6.disable(false);
  for (const [host, text] of [
    [one, 'fd00::1'],
    [other, 'fd00::2'],
  ] as const) {
    expect(host.ipv6.addrconf.add(host.eth(), parseIpv6(text)!, 64)).toBe(0);
  }
  rig.wait(2 * SECOND);
  return { rig, one, other, cable };
}

function socket(host: RigHost, address?: string): DatagramSock {
  const sock = host.inet.udp.create(AF.INET6);
  const answer = address === undefined ? 0 : sock.bind(addressOf(address));
  expect(nameOf(answer)).toBe(0);
  return sock;
}

function end(rig: NetRig, ...socks: DatagramSock[]): void {
  for (const sock of socks) sock.release();
  rig.run();
  expect(rig.complaints()).toBe('');
}

/** A message of ICMPv6, with its headers and its sum. */
function icmp(
  source: string,
  destination: string,
  message: readonly number[],
  hops = 255,
): Uint8Array {
  const bytes = new Uint8Array(IPV6HDR.SIZE + message.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x60;
  view.setUint16(IPV6HDR.PAYLOAD_LENGTH, message.length);
  bytes[IPV6HDR.NEXT_HEADER] = IPPROTO.ICMPV6;
  bytes[IPV6HDR.HOP_LIMIT] = hops;
  bytes.set(ipv6ToBytes(parseIpv6(source)!), IPV6HDR.SOURCE);
  bytes.set(ipv6ToBytes(parseIpv6(destination)!), IPV6HDR.DESTINATION);
  bytes.set(message, IPV6HDR.SIZE);
  const pseudo = sumBytes(view, IPV6HDR.SOURCE, 32, message.length + IPPROTO.ICMPV6);
  view.setUint16(
    IPV6HDR.SIZE + 2,
    foldChecksum(sumBytes(view, IPV6HDR.SIZE, message.length, pseudo)),
  );
  return bytes;
}

function arrive(host: RigHost, bytes: Uint8Array, type: number = ETH_P.IPV6): void {
  const to = host.eth().address;
  host.arrive(
    host.eth(),
    Uint8Array.of(...to, 2, 0, 0, 0, 0, 99, type >> 8, type & 0xff, ...bytes),
  );
}

function prefixOption(lifetimeSeconds: number, network = '2001:db8::'): number[] {
  const seconds = [0, 0, lifetimeSeconds >> 8, lifetimeSeconds & 0xff];
  const prefix = ipv6ToBytes(parseIpv6(network)!);
  return [3, 4, 64, 0xc0, ...seconds, ...seconds, 0, 0, 0, 0, ...prefix];
}

describe('a host of IPv6', () => {
  it('talks to itself and to its neighbours, in one piece or in many', () => {
    const { rig, one, other } = pair();
    const client = socket(one);
    const [server, own] = [socket(other, '[::]:7'), socket(one, '[::1]:7')];
    expect(send(client, 'self', '[::1]:7')).toBe(4);
    rig.settle();
    expect(heard(own)).toMatch(/^self from \[::1\]:\d+$/);
    expect(send(client, 'hello', '[fd00::2]:7')).toBe(5);
    rig.wait(SOON_NS);
    expect(heard(server)).toMatch(/^hello from \[fd00::1\]:\d+$/);
    const long = Uint8Array.from({ length: 9000 }, (_, at) => at * 3);
    send(client, long, '[fd00::2]:7');
    rig.wait(SOON_NS);
    expect(receive(server).bytes).toEqual(long);
    expect([one.statistics.ip6.FragCreates, other.statistics.ip6.ReasmOKs]).toEqual([7, 1]);
    expect(other.statistics.udp6.InDatagrams).toBe(2);
    expect(send(client, 'x', '[2001:db8::1]:7')).toBe('ENETUNREACH');
    expect(send(client, 'x', '[fe80::1]:7')).toBe('EINVAL');
    end(rig, client, server, own);
  });

  it('talks IPv4 under mapped addresses, unless it is told not to', () => {
    const { rig, one, other } = pair();
    const server = socket(other, '[::]:7');
    const client = one.inet.udp.create(AF.INET);
    send(client, 'old', '10.0.0.2:7');
    rig.wait(SOON_NS);
    const text = String(heard(server));
    expect(text).toMatch(/^old from \[::ffff:10\.0\.0\.1\]:\d+$/);
    send(server, 'back', text.slice('old from '.length));
    rig.wait(SOON_NS);
    expect(heard(client)).toBe('back from 10.0.0.2:7');
    const alone = other.inet.udp.create(AF.INET6);
    alone.setOption(IPPROTO.IPV6, IPV6.V6ONLY, Uint8Array.of(1, 0, 0, 0));
    alone.bind(addressOf('[::]:8'));
    expect(nameOf(alone.connect(addressOf('[::ffff:10.0.0.1]:7')))).toBe('ENETUNREACH');
    const asking = one.inet.udp.create(AF.INET);
    asking.connect(addressOf('10.0.0.2:8'));
    send(asking, 'x');
    rig.wait(SOON_NS);
    expect(heard(asking)).toBe('ECONNREFUSED');
    end(rig, server, client, alone, asking);
  });

  it('hears that nobody listens, and answers echo requests', () => {
    const { rig, one } = pair();
    const client = socket(one);
    expect(nameOf(client.connect(addressOf('[fd00::2]:9')))).toBe(0);
    send(client, 'anybody?');
    rig.wait(SOON_NS);
    expect(heard(client)).toBe('ECONNREFUSED');
    const ping = one.inet.ping.create(AF.INET6);
    for (const to of ['[fd00::2]:0', '[::1]:0']) {
      expect(send(ping, Uint8Array.of(128, 0, 0, 0, 0, 0, 0, 1, 42), to)).toBe(9);
    }
    rig.wait(SOON_NS);
    const replies = [receive(ping), receive(ping)];
    expect(replies.map(({ from }) => from).toSorted()).toEqual(['[::1]:0', '[fd00::2]:0']);
    expect(replies.map(({ bytes }) => [bytes[0], bytes[8]])).toEqual([
      [129, 42],
      [129, 42],
    ]);
    end(rig, client, ping);
  });
});

describe('addresses', () => {
  it('are tentative until nobody has claimed them', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    for (const host of [one, other]) host.ipv6.disable(false);
    const link = parseIpv6('fe80::ff:fe00:1')!;
    expect(one.ipv6.addrconf.find(link)!.flags & IFA_F.TENTATIVE).not.toBe(0);
    rig.wait(2 * SECOND);
    expect(one.ipv6.addrconf.find(link)!.flags & IFA_F.TENTATIVE).toBe(0);
    const shared = parseIpv6('fd00::9')!;
    one.ipv6.addrconf.add(one.eth(), shared, 64);
    rig.wait(2 * SECOND);
    other.ipv6.addrconf.add(other.eth(), shared, 64);
    rig.wait(2 * SECOND);
    expect(one.ipv6.addrconf.find(shared)!.flags).toBe(IFA_F.PERMANENT);
    const { DADFAILED, TENTATIVE, PERMANENT } = IFA_F;
    expect(other.ipv6.addrconf.find(shared)!.flags).toBe(DADFAILED | TENTATIVE | PERMANENT);
    expect(other.log).toEqual(['IPv6: eth0: IPv6 duplicate address fd00::9 detected!']);
    end(rig);
  });

  it('are made of what a router says, which goes when it says so', () => {
    const { rig, one, cable } = pair();
    const solicited = cable.frames.filter(({ bytes }) => bytes[54] === ICMPV6.ROUTER_SOLICIT);
    expect(solicited.length).toBeGreaterThan(0);
    // prettier-ignore
    const advert = (lifetime: number): readonly number[] => [
      134, 0, 0, 0, 61, 0, lifetime >> 8, lifetime & 0xff, 0, 0, 0, 0, 0, 0, 0, 0,
      ...prefixOption(3600),
      1, 1, 2, 0, 0, 0, 0, 99,
    ];
    // Through a router, or from somewhere else: not believed.
    arrive(one, icmp('fe80::63', ALL_NODES, advert(1800), 64));
    arrive(one, icmp('fd00::63', ALL_NODES, advert(1800)));
    rig.wait(SOON_NS);
    expect(one.ipv6.fib.routes.some(({ protocol }) => protocol === RTPROT.RA)).toBe(false);
    arrive(one, icmp('fe80::63', ALL_NODES, advert(1800)));
    rig.wait(2 * SECOND);
    const found = one.ipv6.route(parseIpv6('2001:4860::1')!);
    if (typeof found === 'number') throw new Error('no route');
    expect([found.gateway, found.source].map((text) => formatIpv6(text!))).toEqual([
      'fe80::63',
      '2001:db8::ff:fe00:1',
    ]);
    expect(one.ipv6.conf(one.eth()).hopLimit).toBe(61);
    expect(one.ipv6.neighbours.find(found.nextHop, one.eth())!.state).toBe(NUD.STALE);
    arrive(one, icmp('fe80::63', ALL_NODES, advert(0)));
    rig.wait(SOON_NS);
    expect(one.ipv6.route(parseIpv6('2001:4860::1')!)).toBeLessThan(0);
    end(rig);
  });
});

describe('what a router says', () => {
  const advert = (...options: readonly number[]): Uint8Array =>
    icmp('fe80::63', ALL_NODES, [134, 0, 0, 0, 61, 0, 7, 8, ...ZEROS, ...options]);
  const OWN = parseIpv6('2001:db8::ff:fe00:1')!;

  it('holds for as long as it says, and is cut short by nobody', () => {
    const { rig, one } = pair();
    const { addrconf, fib, timers } = one.ipv6;
    arrive(one, advert(...prefixOption(10_000)));
    rig.wait(2 * SECOND);
    expect(addrconf.find(OWN)!.flags).toBe(IFA_F.MANAGETEMPADDR | IFA_F.NOPREFIXROUTE);
    // Somebody wants it gone: two hours are left all the same.
    arrive(one, advert(...prefixOption(5)));
    rig.wait(6 * SECOND);
    expect(addrconf.find(OWN)!.flags & IFA_F.DEPRECATED).not.toBe(0);
    const left = addrconf.find(OWN)!.validNs - timers.now();
    expect(Math.round(left / SECOND)).toBe(7194);
    expect(
      fib.shown(timers.now()).some(({ prefixLength, destination }) => {
        return prefixLength === 64 && destination === networkOf(OWN, 64);
      }),
    ).toBe(false);
    // Nor is the network of an address that was given by hand.
    arrive(one, advert(...prefixOption(0, 'fd00::')));
    rig.wait(SOON_NS);
    expect(fib.lookup(parseIpv6('fd00::2')!, timers.now())!.gateway).toBeUndefined();
    expect(ipv6RouteText(one.ipv6)).toContain(' 00450003     eth0\n');
    rig.wait(7200 * SECOND);
    expect(addrconf.find(OWN)).toBeUndefined();
    end(rig);
  });

  it('is not listened to where that is set, and fills no memory', () => {
    const { rig, one } = pair();
    const conf = one.ipv6.conf(one.eth());
    conf.acceptRa = 0;
    arrive(one, advert(...prefixOption(3600)));
    rig.wait(SOON_NS);
    expect(one.ipv6.fib.routes.some(({ protocol }) => protocol === RTPROT.RA)).toBe(false);
    Object.assign(conf, { acceptRa: 1, autoconf: 0 });
    arrive(one, advert(...prefixOption(3600)));
    rig.wait(SOON_NS);
    expect(one.ipv6.addrconf.find(OWN)).toBeUndefined();
    conf.autoconf = 1;
    for (let network = 0; network < 400; network++) {
      const prefix = `2001:db8:${network.toString(16)}::`;
      arrive(one, advert(...prefixOption(3600, prefix)));
      rig.settle();
    }
    expect(one.ipv6.addrconf.of(one.eth()).length).toBe(conf.maxAddresses);
    expect(one.ipv6.fib.routes.length).toBeLessThan(300);
    end(rig);
  });
});

describe('whatever comes', () => {
  it('leaves no trace in memory', () => {
    const { rig, one } = pair();
    const random = new Prng(11);
    const echo = icmp('fd00::63', 'fd00::1', [128, 0, 0, 0, 0, 0, 0, 0]);
    const extended = (next: number, header: readonly number[]): Uint8Array => {
      const bytes = Uint8Array.of(...echo.subarray(0, 40), ...header, ...echo.subarray(40));
      bytes[IPV6HDR.NEXT_HEADER] = next;
      bytes[5] = bytes.length - 40;
      return bytes;
    };
    const seeds = [
      echo,
      extended(0, [58, 0, 1, 4, 0, 0, 0, 0]),
      extended(60, [58, 0, 0xc2, 0, 1, 0, 0, 0]),
      extended(43, [58, 0, 0, 1, 0, 0, 0, 0]),
      extended(44, [58, 0, 0, 1, 0, 0, 0, 1]),
      icmp('fe80::63', ALL_NODES, [
        134,
        0,
        0,
        0,
        61,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        ...prefixOption(9),
      ]),
      icmp('fd00::63', 'fd00::1', [1, 4, 0, 0, 0, 0, 0, 0, ...echo]),
      icmp('fd00::63', 'fd00::1', [
        135,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        ...echo.subarray(24, 40),
        1,
        1,
        2,
        0,
        0,
        0,
        0,
        9,
      ]),
    ];
    for (let round = 0; round < 1500; round++) {
      const seed = seeds[random.below(seeds.length)]!;
      const bytes = seed.slice(0, random.below(8) === 0 ? random.below(seed.length) : seed.length);
      for (let flips = random.below(3); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      arrive(one, bytes);
      if (round % 50 === 0) rig.wait(SOON_NS);
    }
    rig.wait(SOON_NS);
    const { ip6, icmp6 } = one.statistics;
    expect(ip6.InReceives).toBeGreaterThan(1400);
    expect(Math.min(ip6.InHdrErrors, ip6.InTruncatedPkts, icmp6.InCsumErrors)).toBeGreaterThan(0);
    end(rig);
  });
});
