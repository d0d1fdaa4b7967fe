// SPDX-License-Identifier: GPL-2.0-or-later
/** Raw sockets of IPv6: what they see and make, and whose sums are checked. */
import { describe, expect, it } from 'vitest';

import { ipv6ToBytes, parseIpv6 } from '../lib/ip-address.ts';
import { ICMPV6 } from '../uapi/icmp.ts';
import { ICMPV6_FILTER, IPPROTO, IPV6, SOL_ICMPV6, SOL_RAW } from '../uapi/in.ts';
import { IFA_F } from '../uapi/rtnetlink.ts';
import { ERRNO } from '../uapi/errno.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { rawText } from './ipv4/proc.ts';
import { IPV6HDR } from './ipv6/ipv6-header.ts';
import type { RawSock } from './raw-sock.ts';
import { addressOf, heard, nameOf, receive, send } from './testing/datagrams.ts';
import { NetRig, type RigCable, type RigHost } from './testing/net-rig.ts';

const SOON_NS = 10_000_000;
const SECOND = 1_000_000_000;
/** A protocol that nobody has. */
const OWN = 200;

interface Pair {
  readonly rig: NetRig;
  readonly one: RigHost;
  readonly other: RigHost;
  readonly cable: RigCable;
}

function pair(): Pair {
  const rig = new NetRig();
  const [one, other] = [rig.host('one'), rig.host('other')];
  const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
  for (const [index, host] of [one, other].entries()) {
    host.ipv6.disable(false);
    const address = parseIpv6(`fd00::${index + 1}`)!;
    host.ipv6.addrconf.add(host.eth(), address, 64, { flags: IFA_F.NODAD });
  }
  rig.wait(20 * SECOND);
  return { rig, one, other, cable };
}

function raw(host: RigHost, protocol: number): RawSock {
  return host.inet.raw.create(AF.INET6, protocol);
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function end({ rig }: Pair, ...socks: RawSock[]): void {
  for (const sock of socks) sock.release();
  rig.run();
  expect(rig.complaints()).toBe('');
}

describe('of ICMPv6', () => {
  it('sums what it sends, hears all but what it does not want, and never a header', () => {
    const hosts = pair();
    const { rig, one, other } = hosts;
    const [sock, quiet] = [raw(one, IPPROTO.ICMPV6), raw(one, IPPROTO.ICMPV6)];
    // Of all types, replies alone.
    const filter = new Uint8Array(32).fill(0xff);
    filter[ICMPV6.ECHO_REPLY >> 3]! &= ~(1 << (ICMPV6.ECHO_REPLY & 7));
    expect(sock.setOption(SOL_ICMPV6, ICMPV6_FILTER, filter)).toBe(0);
    expect(sock.getOption(SOL_ICMPV6, ICMPV6_FILTER, 32)).toEqual(filter);
    quiet.setOption(SOL_ICMPV6, ICMPV6_FILTER, new Uint8Array(32).fill(0xff));
    const echo = Uint8Array.of(ICMPV6.ECHO_REQUEST, 0, 0xde, 0xad, 0, 7, 0, 1, 104, 105);
    expect(send(sock, echo, '[fd00::2]:0')).toBe(10);
    rig.wait(SOON_NS);
    const { bytes, from } = receive(sock);
    expect([bytes[0], ...bytes.subarray(4)]).toEqual([ICMPV6.ECHO_REPLY, 0, 7, 0, 1, 104, 105]);
    expect(from).toBe('[fd00::2]:0');
    expect([heard(sock), heard(quiet)]).toEqual(['WOULD_BLOCK', 'WOULD_BLOCK']);
    expect(other.statistics.icmp6.InCsumErrors).toBe(0);
    expect(nameOf(sock.setOption(IPPROTO.IPV6, IPV6.CHECKSUM, int(4)))).toBe('EINVAL');
    expect(nameOf(sock.setOption(SOL_ICMPV6, 9, int(0)))).toBe('ENOPROTOOPT');
    expect(rawText(one.inet, AF.INET6).split('\n')[1]).toMatch(/^ +58: 0{32}:003A 0{32}:0000 07 /u);
    end(hosts, sock, quiet);
  });
});

describe('of a protocol of its own', () => {
  it('has its sum where the program says, and hears of no packet with a wrong one', () => {
    const hosts = pair();
    const { rig, one, other, cable } = hosts;
    const [sock, ear] = [raw(one, OWN), raw(other, OWN)];
    expect(nameOf(sock.setOption(SOL_RAW, IPV6.CHECKSUM, int(3)))).toBe('EINVAL');
    for (const each of [sock, ear]) {
      expect(each.getOption(SOL_RAW, IPV6.CHECKSUM, 4)).toEqual(int(-1));
      expect(each.setOption(SOL_RAW, IPV6.CHECKSUM, int(4))).toBe(0);
    }
    expect(send(sock, 'short', '[fd00::2]:0')).toBe('EINVAL');
    expect(send(sock, Uint8Array.of(1, 2, 3, 4, 0, 0, 7), '[fd00::2]:200')).toBe(7);
    rig.wait(SOON_NS);
    const got = receive(ear).bytes;
    expect([...got.subarray(0, 4), got[6]]).toEqual([1, 2, 3, 4, 7]);
    cable.tamper = ({ bytes }) => [bytes.with(bytes.length - 1, 8)];
    send(sock, Uint8Array.of(1, 2, 3, 4, 0, 0, 7), '[fd00::2]:0');
    rig.wait(SOON_NS);
    expect([heard(ear), ear.drops]).toEqual(['WOULD_BLOCK', 1]);
    // Without its sum, it is nobody's business.
    ear.setOption(IPPROTO.IPV6, IPV6.CHECKSUM, int(-1));
    send(sock, Uint8Array.of(1, 2, 3, 4, 0, 0, 7), '[fd00::2]:0');
    rig.wait(SOON_NS);
    expect(receive(ear).bytes.at(-1)).toBe(8);
    end(hosts, sock, ear);
  });

  it('is told where nobody wants it, and refuses what it cannot send', () => {
    const hosts = pair();
    const { rig, one, other } = hosts;
    const sock = raw(one, OWN);
    expect(send(sock, 'x', '[fd00::2]:201')).toBe('EINVAL');
    expect(send(sock, 'x', '[::ffff:10.0.0.2]:0')).toBe('ENETUNREACH');
    expect(send(sock, 'x')).toBe('EDESTADDRREQ');
    expect(nameOf(sock.bind(addressOf('[fd00::9]:0')))).toBe('EADDRNOTAVAIL');
    expect(nameOf(sock.connect(addressOf('[fd00::2]:0')))).toBe(0);
    expect(send(sock, 'to nobody')).toBe(9);
    rig.wait(SOON_NS);
    expect(other.statistics.ip6.InUnknownProtos).toBe(1);
    expect(send(sock, 'again')).toBe('EPROTO');
    expect(one.inet.family(AF.INET6).create(SOCK.RAW, 0)).toBe(-ERRNO.EPROTONOSUPPORT);
    end(hosts, sock);
  });
});

it('makes whole packets where the program wants to', () => {
  const hosts = pair();
  const { rig, one, other } = hosts;
  const [sock, ear] = [raw(one, IPPROTO.RAW), raw(other, OWN)];
  const packet = new Uint8Array(IPV6HDR.SIZE + 3);
  const view = new DataView(packet.buffer);
  view.setUint32(0, 0x6000_0000);
  view.setUint16(IPV6HDR.PAYLOAD_LENGTH, 3);
  packet.set([OWN, 9], IPV6HDR.NEXT_HEADER);
  packet.set(ipv6ToBytes(parseIpv6('fd00::1')!), IPV6HDR.SOURCE);
  packet.set(ipv6ToBytes(parseIpv6('fd00::2')!), IPV6HDR.DESTINATION);
  packet.set([1, 2, 3], IPV6HDR.SIZE);
  expect(send(sock, packet, '[fd00::2]:0')).toBe(packet.length);
  expect(send(sock, packet.subarray(0, 39), '[fd00::2]:0')).toBe('EINVAL');
  expect(send(sock, new Uint8Array(1501), '[fd00::2]:0')).toBe('EMSGSIZE');
  // Nonsense goes out as well, and is dropped where it arrives.
  expect(send(sock, new Uint8Array(60), '[fd00::2]:0')).toBe(60);
  expect(send(sock, new Uint8Array(60), '[::1]:0')).toBe(60);
  rig.wait(SOON_NS);
  expect([...receive(ear).bytes]).toEqual([1, 2, 3]);
  expect(heard(ear)).toBe('WOULD_BLOCK');
  expect(other.statistics.ip6.InHdrErrors).toBe(1);
  end(hosts, sock, ear);
});
