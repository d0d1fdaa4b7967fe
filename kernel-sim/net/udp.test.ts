// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { parseIpv4 } from '../lib/ip-address.ts';
import { IP, IP_PMTUDISC, IPPROTO } from '../uapi/in.ts';
import { POLL } from '../uapi/fs.ts';
import { AF, MSG, SHUT } from '../uapi/socket.ts';
import { addressOf, heard, nameOf, receive, send, textOf } from './testing/datagrams.ts';
import { NetRig, type RigCable, type RigHost } from './testing/net-rig.ts';
import type { UdpSock } from './udp.ts';

function pair(): { rig: NetRig; one: RigHost; other: RigHost; cable: RigCable } {
  const rig = new NetRig();
  const [one, other] = [rig.host('one'), rig.host('other')];
  const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
  return { rig, one, other, cable };
}

function bound(host: RigHost, address: string): UdpSock {
  const sock = host.inet.udp.create(AF.INET);
  expect(nameOf(sock.bind(addressOf(address)))).toBe(0);
  return sock;
}

function int(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8, 0, 0);
}

const SOON_NS = 1_000_000;

describe('datagrams', () => {
  it('go to and fro, from the right address, in one piece or in many', () => {
    const { rig, one, other } = pair();
    const client = one.inet.udp.create(AF.INET);
    const server = bound(other, '0.0.0.0:7');
    expect(heard(server)).toBe('WOULD_BLOCK');
    expect(send(client, 'hello', '10.0.0.2:7')).toBe(5);
    expect(client.wmemAlloc).toBeGreaterThan(0);
    rig.wait(SOON_NS);
    expect(client.wmemAlloc).toBe(0);
    const { port } = client.name(false) as { port: number };
    expect(heard(server, MSG.PEEK)).toBe(`hello from 10.0.0.1:${port}`);
    expect(heard(server)).toBe(`hello from 10.0.0.1:${port}`);
    expect(heard(server)).toBe('WOULD_BLOCK');

    const long = Uint8Array.from({ length: 65_507 }, (_, at) => at * 7);
    expect(send(server, long, `10.0.0.1:${port}`)).toBe(65_507);
    rig.wait(SOON_NS);
    expect(receive(client).bytes).toEqual(long);
    expect(send(server, new Uint8Array(65_508), `10.0.0.1:${port}`)).toBe('EMSGSIZE');
    expect(send(server, '', `10.0.0.1:${port}`)).toBe(0);
    rig.wait(SOON_NS);
    expect(heard(client)).toBe(' from 10.0.0.2:7');
    const { ip, udp } = one.statistics;
    expect([ip.ReasmReqds, ip.ReasmOKs, udp.InDatagrams]).toEqual([45, 1, 2]);
    expect(other.statistics.ip.FragCreates).toBe(45);
    for (const sock of [client, server]) sock.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('that nobody wants come back as an error to who is connected', () => {
    const { rig, one, other } = pair();
    const client = one.inet.udp.create(AF.INET);
    expect(nameOf(client.connect(addressOf('10.0.0.2:9')))).toBe(0);
    expect(textOf(client.name(false))).toMatch(/^10\.0\.0\.1:\d+$/);
    send(client, 'anybody?');
    rig.wait(SOON_NS);
    expect(client.poll() & POLL.ERR).toBe(POLL.ERR);
    expect(heard(client)).toBe('ECONNREFUSED');
    expect(heard(client)).toBe('WOULD_BLOCK');
    expect(other.statistics.udp.NoPorts).toBe(1);
    expect([...other.statistics.icmpOut]).toEqual([[3, 1]]);

    // Who is not connected hears of it only by asking for it.
    const asking = one.inet.udp.create(AF.INET);
    send(asking, 'x', '10.0.0.2:9');
    rig.wait(SOON_NS);
    expect(heard(asking)).toBe('WOULD_BLOCK');
    asking.setOption(IPPROTO.IP, IP.RECVERR, int(1));
    asking.setOption(IPPROTO.IP, IP.RECVTTL, int(1));
    send(asking, 'what', '10.0.0.2:9');
    rig.wait(SOON_NS);
    expect(heard(asking)).toBe('ECONNREFUSED');
    const report = receive(asking, 100, MSG.ERRQUEUE);
    expect([report.text, report.from, report.flags]).toEqual(['what', '10.0.0.2:9', MSG.ERRQUEUE]);
    const [ttl, extended] = report.control;
    expect([ttl?.type, ttl?.data[0]]).toEqual([IP.TTL, 64]);
    // ECONNREFUSED, by ICMP, port unreachable; and who says so.
    expect([...(extended?.data.subarray(0, 7) ?? [])]).toEqual([111, 0, 0, 0, 2, 3, 3]);
    expect([...(extended?.data.subarray(20, 24) ?? [])]).toEqual([10, 0, 0, 2]);
    expect(receive(asking, 100, MSG.ERRQUEUE).answer).toBe('EAGAIN');
    client.release();
    asking.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('are dropped and counted when they are damaged, cut short or too many', () => {
    const { rig, one, other, cable } = pair();
    const client = one.inet.udp.create(AF.INET);
    const server = bound(other, '10.0.0.2:7');
    send(client, 'first', '10.0.0.2:7');
    rig.wait(SOON_NS);
    expect(receive(server, 2, MSG.TRUNC)).toMatchObject({ answer: 5, flags: MSG.TRUNC });
    cable.tamper = ({ bytes }) => {
      const damaged = bytes.slice();
      damaged[42]! ^= 1;
      return [damaged];
    };
    send(client, 'damaged', '10.0.0.2:7');
    rig.wait(SOON_NS);
    expect(heard(server)).toBe('WOULD_BLOCK');
    const { udp } = other.statistics;
    expect([udp.InCsumErrors, udp.InErrors]).toEqual([1, 1]);
    cable.tamper = ({ bytes }) => [bytes];
    server.options.rcvbuf = 2304;
    for (let n = 0; n < 5; n++) send(client, `${n}`, '10.0.0.2:7');
    rig.wait(SOON_NS);
    expect([heard(server), heard(server)].map((text) => String(text)[0])).toEqual(['0', '1']);
    expect([udp.RcvbufErrors, server.drops, server.rmemAlloc]).toEqual([3, 3, 0]);
    client.release();
    server.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});

describe('a socket', () => {
  it('needs permission, a port of its own and an address that is there', () => {
    const { rig, one } = pair();
    const sock = one.inet.udp.create(AF.INET);
    expect(send(sock, 'x')).toBe('EDESTADDRREQ');
    expect(send(sock, 'x', '10.0.0.2:0')).toBe('EINVAL');
    expect(send(sock, 'x', '10.0.0.255:7')).toBe('EACCES');
    expect(send(sock, 'x', '192.0.2.1:7')).toBe('ENETUNREACH');
    expect(nameOf(sock.bind(addressOf('10.0.0.9:0')))).toBe('EADDRNOTAVAIL');
    expect(nameOf(sock.bind(addressOf('[::1]:0')))).toBe('EAFNOSUPPORT');
    one.credentials = { ...one.credentials, euid: 1000 };
    expect(nameOf(sock.bind(addressOf('0.0.0.0:53')))).toBe('EACCES');
    expect(nameOf(sock.bind(addressOf('10.0.0.1:5353')))).toBe(0);
    expect(nameOf(sock.bind(addressOf('10.0.0.1:5354')))).toBe('EINVAL');
    expect(nameOf(one.inet.udp.create(AF.INET).bind(addressOf('0.0.0.0:5353')))).toBe('EADDRINUSE');
    expect(nameOf(sock.shutdown(SHUT.RDWR))).toBe('ENOTCONN');
    expect(nameOf(sock.connect(addressOf('10.0.0.2:1')))).toBe(0);
    expect(sock.shutdown(SHUT.RDWR)).toBe(0);
    expect([heard(sock), send(sock, 'x')]).toEqual([' from nobody', 'EPIPE']);
    sock.connect({ family: AF.UNSPEC });
    expect([textOf(sock.name(false)), textOf(sock.name(true))]).toEqual([
      '10.0.0.1:5353',
      'ENOTCONN',
    ]);
    sock.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('hears broadcasts and its groups, once each, and its own', () => {
    const { rig, one, other } = pair();
    const sender = one.inet.udp.create(AF.INET);
    sender.options.broadcast = true;
    const ears = [bound(one, '0.0.0.0:7'), bound(other, '0.0.0.0:7')];
    send(sender, 'all', '10.0.0.255:7');
    send(sender, 'group', '239.1.2.3:7', 0);
    rig.wait(SOON_NS);
    expect(ears.map((ear) => String(heard(ear)).slice(0, 3))).toEqual(['all', 'all']);
    expect(ears.map((ear) => heard(ear))).toEqual(['WOULD_BLOCK', 'WOULD_BLOCK']);
    const route = { destination: parseIpv4('224.0.0.0')!, prefixLength: 4 };
    for (const host of [one, other]) host.ipv4.frontend.add({ ...route, device: host.eth() });
    for (const ear of ears) {
      const mreq = Uint8Array.of(239, 1, 2, 3, 0, 0, 0, 0);
      expect(nameOf(ear.setOption(IPPROTO.IP, IP.ADD_MEMBERSHIP, mreq))).toBe(0);
      expect(nameOf(ear.setOption(IPPROTO.IP, IP.ADD_MEMBERSHIP, mreq))).toBe('EADDRINUSE');
    }
    send(sender, 'group', '239.1.2.3:7');
    rig.wait(SOON_NS);
    expect(ears.map((ear) => String(heard(ear)).slice(0, 5))).toEqual(['group', 'group']);
    sender.setOption(IPPROTO.IP, IP.MULTICAST_LOOP, int(0));
    send(sender, 'others', '239.1.2.3:7');
    rig.wait(SOON_NS);
    expect(ears.map((ear) => String(heard(ear)).slice(0, 6))).toEqual(['WOULD_', 'others']);
    for (const sock of [sender, ...ears]) sock.release();
    expect(one.ipv4.memberships.of(one.eth()).get(parseIpv4('239.1.2.3')!)).toBeUndefined();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('that must not fragment learns how much passes', () => {
    const { rig, one, other } = pair();
    const sock = bound(one, '0.0.0.0:7');
    sock.setOption(IPPROTO.IP, IP.MTU_DISCOVER, int(IP_PMTUDISC.DO));
    sock.setOption(IPPROTO.IP, IP.RECVERR, int(1));
    expect(send(sock, new Uint8Array(1473), '10.0.0.2:7')).toBe('EMSGSIZE');
    const local = receive(sock, 10, MSG.ERRQUEUE);
    const info = local.control[0]!.data.subarray(8, 10);
    expect(info[0]! | (info[1]! << 8)).toBe(1500);
    expect(send(sock, new Uint8Array(1472), '10.0.0.2:7')).toBe(1472);
    expect(other.statistics.ip.InReceives).toBe(0);
    sock.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});
