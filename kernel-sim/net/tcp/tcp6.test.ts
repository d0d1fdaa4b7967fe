// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP over IPv6: what differs from IPv4, and sockets that do both. */
import { describe, expect, it } from 'vitest';

import { formatIpv6, parseIpv6 } from '../../lib/ip-address.ts';
import { ICMPV6 } from '../../uapi/icmp.ts';
import { IPPROTO, IPV6 } from '../../uapi/in.ts';
import { AF } from '../../uapi/socket.ts';
import { foldChecksum, sumBytes } from '../core/checksum.ts';
import { IPV6HDR } from '../ipv6/ipv6-header.ts';
import {
  at,
  MS,
  nameOf,
  OVER_IPV6,
  read,
  SECOND,
  stateName,
  TcpPeers,
  write,
} from '../testing/tcp-peers.ts';
import type { Tcp } from './tcp.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpText } from './proc.ts';

const LINK_SERVER = 'fe80::ff:fe00:2';
const ETH_BYTES = 14;
const ON = Uint8Array.of(1, 0, 0, 0);

function listenOn(tcp: Tcp, family: number, place: string, isV6Only = false): TcpSock {
  const sock = tcp.create(family);
  if (isV6Only) sock.setOption(IPPROTO.IPV6, IPV6.V6ONLY, ON);
  expect(nameOf(sock.bind(at(place)))).toBe(0);
  expect(nameOf(sock.listen(8))).toBe(0);
  return sock;
}

function dial(peers: TcpPeers, family: number, place: string, scopeId = 0): TcpSock | string {
  const sock = peers.client.create(family);
  const address = at(place);
  const answer = nameOf(sock.connect({ ...address, scopeId } as typeof address, false));
  if (answer !== 'EINPROGRESS') {
    sock.release();
    return String(answer);
  }
  peers.rig.wait(100 * MS);
  return sock;
}

function addressText(sock: TcpSock, isPeer: boolean): string {
  const name = sock.name(isPeer);
  if (typeof name === 'number' || name.family !== AF.INET6) return 'none of IPv6';
  const scope = name.scopeId === 0 ? '' : `%${name.scopeId}`;
  return `${formatIpv6(name.address)}${scope}`;
}

describe('a socket of IPv6', () => {
  it('is dialled by both families unless it is told not to', () => {
    const peers = new TcpPeers(1, OVER_IPV6);
    const both = listenOn(peers.server, AF.INET6, '[::]:80');
    const four = listenOn(peers.server, AF.INET, '0.0.0.0:81');
    const six = listenOn(peers.server, AF.INET6, '[::]:81', true);
    const late = peers.server.create(AF.INET);
    expect(nameOf(late.bind(at('0.0.0.0:80')))).toBe('EADDRINUSE');
    const old = dial(peers, AF.INET, '10.0.0.2:80') as TcpSock;
    const mapped = dial(peers, AF.INET6, '[::ffff:10.0.0.2]:80') as TcpSock;
    const real = dial(peers, AF.INET6, '[fd00::2]:80') as TcpSock;
    const accepted = [both.accept(), both.accept(), both.accept()] as TcpSock[];
    expect(
      accepted.map((sock) => `${addressText(sock, false)} ${addressText(sock, true)}`),
    ).toEqual([
      '::ffff:10.0.0.2 ::ffff:10.0.0.1',
      '::ffff:10.0.0.2 ::ffff:10.0.0.1',
      'fd00::2 fd00::1',
    ]);
    expect(addressText(mapped, true)).toBe('::ffff:10.0.0.2');
    const apart = [
      dial(peers, AF.INET, '10.0.0.2:81') as TcpSock,
      dial(peers, AF.INET6, '[fd00::2]:81') as TcpSock,
    ];
    const found = [four.accept(), six.accept()] as TcpSock[];
    expect(found.map((sock) => sock.family)).toEqual([AF.INET, AF.INET6]);
    expect([four.accept(), six.accept()].map((answer) => nameOf(answer as number))).toEqual([
      'WOULD_BLOCK',
      'WOULD_BLOCK',
    ]);
    peers.hosts[0].ipv6.bindV6Only = 1;
    const alone = peers.client.create(AF.INET6);
    expect(nameOf(alone.connect(at('[::ffff:10.0.0.2]:80'), false))).toBe('ENETUNREACH');
    const rows = tcpText(peers.server, AF.INET6).split('\n').slice(1, -1);
    expect(rows.map((row) => row.split(/ +/u)[2])).toContain(`${'0'.repeat(32)}:0050`);
    expect(rows.map((row) => row.split(/ +/u)[3]?.slice(0, 32))).toContain(
      '0000000000000000FFFF00000100000A',
    );
    peers.close(late, alone, old, mapped, real, both, four, six, ...accepted, ...apart, ...found);
    expect(peers.finish()).toBe('');
  });

  it('needs to know the link of an address that means something there only', () => {
    const peers = new TcpPeers(2, OVER_IPV6);
    const listener = listenOn(peers.server, AF.INET6, '[::]:80');
    const { ifindex } = peers.hosts[0].eth();
    expect(dial(peers, AF.INET6, `[${LINK_SERVER}]:80`)).toBe('EINVAL');
    expect(dial(peers, AF.INET6, `[${LINK_SERVER}]:80`, 77)).toBe('ENODEV');
    const client = dial(peers, AF.INET6, `[${LINK_SERVER}]:80`, ifindex) as TcpSock;
    const server = listener.accept() as TcpSock;
    expect(addressText(client, true)).toBe(`${LINK_SERVER}%${ifindex}`);
    expect(addressText(server, true)).toBe(`fe80::ff:fe00:1%${peers.hosts[1].eth().ifindex}`);
    write(client, 'to the neighbour');
    peers.rig.wait(100 * MS);
    expect(read(server)).toBe('to the neighbour');
    // Its own address on that link, too.
    const self = listenOn(peers.client, AF.INET6, '[::]:80');
    const own = dial(peers, AF.INET6, '[fe80::ff:fe00:1]:80', ifindex) as TcpSock;
    const taken = self.accept() as TcpSock;
    expect([stateName(own), addressText(taken, true)]).toEqual([
      'ESTABLISHED',
      `fe80::ff:fe00:1%${ifindex}`,
    ]);
    peers.close(client, server, listener, self, own, taken);
    expect(peers.finish()).toBe('');
  });

  it('is refused where nobody listens', () => {
    const peers = new TcpPeers(3, OVER_IPV6);
    const client = dial(peers, AF.INET6, '[fd00::2]:9') as TcpSock;
    expect(nameOf(client.connect(at('[fd00::2]:9'), true))).toBe('ECONNREFUSED');
    const nobody = dial(peers, AF.INET6, '[fd00::77]:9') as TcpSock;
    peers.rig.wait(200 * SECOND);
    expect(nameOf(nobody.connect(at('[fd00::77]:9'), true))).toBe('EHOSTUNREACH');
    expect(dial(peers, AF.INET6, '[2001:db8::1]:9')).toBe('ENETUNREACH');
    peers.close(client, nobody);
    expect(peers.finish()).toBe('');
  });
});

/** Packet too big: from a router in between, about a segment that was on the cable. */
function tooBig(frame: Uint8Array, mtu: number): Uint8Array {
  const quoted = frame.subarray(ETH_BYTES, ETH_BYTES + 200);
  const message = [ICMPV6.PKT_TOOBIG, 0, 0, 0, 0, 0, mtu >> 8, mtu & 0xff, ...quoted];
  const bytes = new Uint8Array(IPV6HDR.SIZE + message.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x60;
  view.setUint16(IPV6HDR.PAYLOAD_LENGTH, message.length);
  bytes.set([IPPROTO.ICMPV6, 64], IPV6HDR.NEXT_HEADER);
  // From its destination, back to where it came from.
  bytes.set(quoted.subarray(IPV6HDR.DESTINATION, IPV6HDR.SIZE), IPV6HDR.SOURCE);
  bytes.set(quoted.subarray(IPV6HDR.SOURCE, IPV6HDR.DESTINATION), IPV6HDR.DESTINATION);
  bytes.set(message, IPV6HDR.SIZE);
  const pseudo = sumBytes(view, IPV6HDR.SOURCE, 32, message.length + IPPROTO.ICMPV6);
  const sum = foldChecksum(sumBytes(view, IPV6HDR.SIZE, message.length, pseudo));
  view.setUint16(IPV6HDR.SIZE + 2, sum);
  return Uint8Array.of(...frame.subarray(6, 12), ...frame.subarray(0, 6), 0x86, 0xdd, ...bytes);
}

it('sends smaller segments when a router says that they are too long', () => {
  const peers = new TcpPeers(4, OVER_IPV6);
  const { client, server, listener } = peers.connect();
  const [host] = peers.hosts;
  peers.cable.tamper = ({ bytes, from }) => {
    if (from !== host.eth() || bytes.length <= ETH_BYTES + 1280) return [bytes];
    host.arrive(from, tooBig(bytes, 1280));
    return [];
  };
  const from = peers.cable.frames.length;
  const text = 'so long a text '.repeat(2000);
  expect(write(client, text)).toBe(text.length);
  let got = '';
  for (let turns = 0; turns < 100 && got.length < text.length; turns++) {
    peers.rig.wait(100 * MS);
    const piece = read(server);
    if (piece !== 'WOULD_BLOCK') got += piece;
  }
  expect(got === text).toBe(true);
  const lengths = peers.cable.frames.slice(from).map(({ bytes }) => bytes.length - ETH_BYTES);
  expect(Math.max(...lengths)).toBe(1500);
  expect(lengths.filter((length) => length === 1280).length).toBeGreaterThan(10);
  expect(host.ipv6.mtu(host.ipv6.route(parseIpv6('fd00::2')!) as never)).toBe(1280);
  peers.close(client, server, listener);
  expect(peers.finish()).toBe('');
});
