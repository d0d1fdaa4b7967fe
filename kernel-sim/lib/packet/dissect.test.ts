// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { DHCP_OPTION, encodeDhcp, words } from '../dhcp-message.ts';
import { dissect, type PacketLayer } from './dissect.ts';
import {
  arpRequest,
  ascii,
  be16,
  be32,
  ethernet,
  icmpEcho,
  ipv4,
  ipv6Transport,
  PROTOCOL,
  quad,
  tcp,
  udp,
} from './testing/frames.ts';

function layerOf(frame: Uint8Array, name: string): PacketLayer {
  const layer = dissect(frame).layers.find((layer) => layer.name === name);
  if (layer === undefined) throw new Error(`no layer ${name}`);
  return layer;
}

function textOf(frame: Uint8Array, layer: string, field: string): string | undefined {
  return layerOf(frame, layer).fields.find(({ name }) => name === field)?.text;
}

const SYN = tcp({
  source: 40_000,
  destination: 80,
  sequence: 0xffff_fffe,
  flags: 2,
  options: [2, 4, ...be16(1460), 4, 2, 8, 10, ...be32(7), ...be32(0), 1, 3, 3, 7],
});
const QUERY = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
const NAME = [7, ...ascii('gateway'), 8, ...ascii('ringzero'), 4, ...ascii('test'), 0];
const ANSWER = [
  ...be16(0xc00c),
  ...be16(1),
  ...be16(1),
  ...be32(60),
  ...be16(4),
  ...quad('10.0.2.2'),
];
const DNS_ANSWER = udp(53, 1024, [
  0x12,
  0x34,
  0x81,
  0x80,
  0,
  1,
  0,
  1,
  0,
  0,
  0,
  0,
  ...NAME,
  ...be16(1),
  ...be16(1),
  ...ANSWER,
]);
const DISCOVER = udp(68, 67, [
  ...encodeDhcp({
    op: 1,
    xid: 0xabcd,
    seconds: 0,
    flags: 0,
    clientAddress: 0,
    yourAddress: 0,
    serverAddress: 0,
    relayAddress: 0,
    hardwareAddress: new Uint8Array(6),
    options: new Map([
      [DHCP_OPTION.MESSAGE_TYPE, Uint8Array.of(1)],
      [DHCP_OPTION.REQUESTED_IP, words(0x0a00_020f)],
      [DHCP_OPTION.HOST_NAME, Uint8Array.from(ascii('pc'))],
    ]),
  }),
]);
const SOLICITATION = ipv6Transport(
  { source: 'fe80::1', destination: 'ff02::1:ff00:2', protocol: PROTOCOL.ICMPV6 },
  [135, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x80, ...Array<number>(13).fill(0), 2, 1, 1, 1, 2, 3, 4, 5, 6],
  2,
);

describe('dissect', () => {
  it('reads each protocol into one line', () => {
    const line = (frame: Uint8Array): string => {
      const { protocol, source, destination, info } = dissect(frame);
      return [protocol, source, destination, info].join(' | ');
    };
    expect(line(arpRequest('10.0.2.15', '10.0.2.2'))).toBe(
      'ARP | 52:54:00:12:34:56 | 52:55:0a:00:02:02 | Who has 10.0.2.2? Tell 10.0.2.15',
    );
    expect(line(icmpEcho(8, 2))).toBe('ICMP | 10.0.2.15 | 10.0.2.2 | Echo request id=0x00d6 seq=2');
    expect(line(SYN)).toBe(
      'TCP | 10.0.2.15 | 10.0.2.2 | 40000 → 80 [SYN] Seq=4294967294 Win=64240 Len=0',
    );
    const get = ascii('GET /hello.txt HTTP/1.1\r\nHost: gateway\r\n\r\n');
    const request = tcp({ source: 40_000, destination: 80, sequence: 1, flags: 0x18 }, get);
    expect(line(request)).toBe('HTTP | 10.0.2.15 | 10.0.2.2 | GET /hello.txt HTTP/1.1');
    expect(textOf(request, 'HTTP', 'header')).toBe('gateway');
    expect(line(DNS_ANSWER)).toBe(
      'DNS | 10.0.2.15 | 10.0.2.2 | Response 0x1234, A gateway.ringzero.test, A 10.0.2.2',
    );
    expect(line(DISCOVER)).toBe('DHCP | 10.0.2.15 | 10.0.2.2 | Discover, transaction 0x0000abcd');
    expect(line(SOLICITATION)).toBe(
      'ICMPv6 | fe80::1 | ff02::1:ff00:2 | Who has fe80::2? Tell fe80::1',
    );
    expect(line(ethernet(0x88cc, [1, 2]))).toContain('Ethernet type 0x88cc');
  });

  it('reads the frame that an ICMP error quotes, and shows the error', () => {
    const quoted = [...udp(5, 33_434, [1, 2, 3]).subarray(14, 14 + 28)];
    const error = dissect(ipv4({ protocol: PROTOCOL.ICMP }, [3, 3, 0, 0, 0, 0, 0, 0, ...quoted]));
    expect(error.info).toBe('Port unreachable');
    expect(error.flow).toBeUndefined();
    expect(error.layers.map(({ name }) => name)).toEqual([
      'Ethernet',
      'IPv4',
      'ICMP',
      'IPv4',
      'UDP',
    ]);
  });

  it('does not take a fragment for the header of what it is a part of', () => {
    const fragment = dissect(ipv4({ protocol: PROTOCOL.UDP, fragment: 185 }, [1, 2, 3, 4]));
    expect(fragment.info).toBe('Fragment 0x1234, bytes 1480 to 1483 of UDP');
    expect(fragment.layers.map(({ name }) => name)).toEqual(['Ethernet', 'IPv4', 'Fragment']);
  });

  it('goes through extension headers of IPv6', () => {
    const datagram = ipv6Transport(
      { source: 'fe80::1', destination: 'fe80::2', protocol: PROTOCOL.UDP },
      [...be16(9), ...be16(10), ...be16(10), 0, 0, 1, 2],
      6,
      { first: 0, bytes: [60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0] },
    );
    const names = dissect(datagram).layers.map(({ name }) => name);
    expect(names.slice(2, 5)).toEqual(['Hop-by-hop options', 'Destination options', 'UDP']);
    expect(layerOf(datagram, 'UDP').checksum).toBe('good');
  });

  it('shows options of IPv4 and TCP', () => {
    const options = layerOf(SYN, 'TCP').fields.filter(({ name }) => name === 'option');
    expect(options.map(({ text }) => text)).toEqual([
      '1460 bytes',
      '',
      '7, echo 0',
      '',
      'times 128',
    ]);
    const routed = ipv4({ protocol: 200, options: [148, 4, 0, 0] }, [1]);
    expect(layerOf(routed, 'IPv4').checksum).toBe('good');
    expect(textOf(routed, 'IPv4', 'option')).toBe('94 04 00 00');
  });

  it('checks checksums, and says when one is wrong', () => {
    for (const frame of [SYN, DNS_ANSWER, DISCOVER, SOLICITATION, icmpEcho(0, 1)]) {
      const before = dissect(frame).layers.flatMap(({ checksum }) => checksum ?? []);
      expect(before).not.toContain('bad');
      expect(before).toContain('good');
      const broken = frame.slice();
      broken[broken.length - 1]! ^= 1;
      expect(dissect(broken).layers.map(({ checksum }) => checksum)).toContain('bad');
    }
  });

  it('keeps every field inside the frame, whatever the bytes are', () => {
    const frames = [SYN, DNS_ANSWER, DISCOVER, SOLICITATION, icmpEcho(8, 1)];
    let state = 12_345;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 4000; round++) {
      const frame = frames[round % frames.length]!.slice(0, 1 + random(120));
      const changes = random(6);
      for (let n = 0; n < changes; n++) frame[random(frame.length)] = random(256);
      const { layers } = dissect(frame);
      for (const { offset, lengthBytes, fields } of layers) {
        expect(offset + lengthBytes).toBeLessThanOrEqual(frame.length);
        const ends = fields.map((field) => field.offset + field.lengthBytes);
        expect(Math.max(0, ...ends)).toBeLessThanOrEqual(frame.length);
      }
    }
  });

  it('says where a frame is cut off', () => {
    const cut = dissect(SYN.subarray(0, 40));
    expect(cut.info).toBe('TCP, cut off');
    expect(cut.layers.at(-1)).toMatchObject({ problem: 'cut off after 6 bytes' });
    expect(cut.layers[1]).toMatchObject({ problem: '34 of 60 bytes are missing' });
  });

  it('follows no circle in a name', () => {
    const circle = udp(53, 9, [...QUERY, ...be16(0xc00c), 0, 1, 0, 1]);
    expect(layerOf(circle, 'DNS').problem).toBeDefined();
    const longer = udp(53, 9, [...QUERY, 1, 97, ...be16(0xc00c), 0, 1, 0, 1]);
    expect(layerOf(longer, 'DNS').problem).toBeDefined();
  });
});
