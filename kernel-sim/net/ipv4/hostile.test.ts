// SPDX-License-Identifier: GPL-2.0-or-later
/** What a wire may bring that nobody should send. */
import { describe, expect, it } from 'vitest';

import { parseIpv4 } from '../../lib/ip-address.ts';
import { Prng } from '../../sim/prng.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { AF } from '../../uapi/socket.ts';
import { foldChecksum, sumBytes } from '../core/checksum.ts';
import { addressOf, heard } from '../testing/datagrams.ts';
import { NetRig, type RigHost } from '../testing/net-rig.ts';
import { IP_MF, IPHDR } from './ip-header.ts';

const SOON_NS = 1_000_000;
const SECOND = 1_000_000_000;

interface PacketFields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly ttl: number;
  readonly id: number;
  /** Flags, and the offset in units of 8 bytes. */
  readonly fragment: number;
  readonly options: readonly number[];
  readonly data: Uint8Array;
}

/** A packet from the other end of 10.0.0.0/24, unless told. */
function packet(of: Partial<PacketFields> = {}): Uint8Array {
  const options = of.options ?? [];
  const data = of.data ?? new Uint8Array(8);
  const header = IPHDR.SIZE + options.length;
  const bytes = new Uint8Array(header + data.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x40 | (header / 4);
  view.setUint16(IPHDR.TOTAL_LENGTH, bytes.length);
  view.setUint16(IPHDR.ID, of.id ?? 1);
  view.setUint16(IPHDR.FRAGMENT, of.fragment ?? 0);
  bytes[IPHDR.TTL] = of.ttl ?? 64;
  bytes[IPHDR.PROTOCOL] = of.protocol ?? IPPROTO.UDP;
  view.setUint32(IPHDR.SOURCE, parseIpv4(of.source ?? '10.0.0.2')!);
  view.setUint32(IPHDR.DESTINATION, parseIpv4(of.destination ?? '10.0.0.1')!);
  bytes.set(options, IPHDR.SIZE);
  bytes.set(data, header);
  view.setUint16(IPHDR.CHECKSUM, foldChecksum(sumBytes(view, 0, header)));
  return bytes;
}

function frame(host: RigHost, bytes: Uint8Array, type: number = ETH_P.IP): Uint8Array {
  return Uint8Array.of(...host.eth().address, 2, 0, 0, 0, 0, 2, type >> 8, type & 0xff, ...bytes);
}

function lonely(): { rig: NetRig; host: RigHost; say: (bytes: Uint8Array) => void } {
  const rig = new NetRig();
  const [host, other] = [rig.host('host'), rig.host('other')];
  rig.join(host, '10.0.0.1/24', other, '10.0.0.2/24');
  const say = (bytes: Uint8Array): void => {
    host.arrive(host.eth(), frame(host, bytes));
    rig.wait(SOON_NS);
  };
  return { rig, host, say };
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

/** The counters of IPv4 that are not zero, without those that every packet counts. */
function counts({ statistics: { ip, ipExt, icmpOut } }: RigHost): Record<string, number> {
  const rest = new Set([
    'InReceives',
    'InOctets',
    'InNoECTPkts',
    'OutOctets',
    'OutRequests',
    'OutTransmits',
  ]);
  const all = Object.entries({ ...ip, ...ipExt }).filter(
    ([name, count]) => count !== 0 && !rest.has(name),
  );
  const sent = [...icmpOut].map(([type, count]) => [`icmp${type}`, count] as const);
  return Object.fromEntries([...all, ...sent]);
}

describe('a packet', () => {
  const udp = Uint8Array.of(0, 7, 0, 9, 0, 8, 0, 0);
  // prettier-ignore
  it.each<[string, Uint8Array, Record<string, number>]>([
    ['of nobody', packet({ data: udp }), { InDelivers: 1, icmp3: 1 }],
    ['of no protocol', packet({ protocol: 200 }), { InUnknownProtos: 1, icmp3: 1 }],
    ['of 19 bytes', packet().subarray(0, 19), { InHdrErrors: 1 }],
    ['of another version', changed(packet(), 0, 0x65), { InHdrErrors: 1 }],
    ['with a short header', changed(packet(), 0, 0x44), { InHdrErrors: 1 }],
    ['with a header past its end', changed(packet(), 0, 0x4f), { InHdrErrors: 1 }],
    ['with a wrong sum', changed(packet(), 11, 0), { InHdrErrors: 1, InCsumErrors: 1 }],
    ['cut short', packet().subarray(0, 24), { InTruncatedPkts: 1 }],
    ['from a group', packet({ source: '224.0.0.1' }), {}],
    ['from everybody', packet({ source: '255.255.255.255' }), {}],
    ['from this machine', packet({ source: '10.0.0.1' }), {}],
    ['from 127/8', packet({ source: '127.0.0.1' }), {}],
    ['to 127/8', packet({ destination: '127.0.0.1' }), {}],
    ['to somewhere else', packet({ destination: '192.0.2.1' }), { InAddrErrors: 1 }],
    ['with a source route', packet({ options: [131, 7, 4, 10, 0, 0, 9, 0] }), {}],
    ['with an option of no length', packet({ options: [7, 0, 0, 0] }),
      { InHdrErrors: 1, icmp12: 1 }],
    ['with an option past its end', packet({ options: [7, 9, 4, 0] }),
      { InHdrErrors: 1, icmp12: 1 }],
    ['with a pointer that is none', packet({ options: [7, 3, 2, 0] }),
      { InHdrErrors: 1, icmp12: 1 }],
    ['that says nothing', packet({ data: new Uint8Array(0) }), { InDelivers: 1 }],
    ['that ends a packet of nothing', packet({ fragment: 1, data: new Uint8Array(0) }),
      { ReasmReqds: 1, ReasmFails: 1 }],
    ['that reaches too far', packet({ fragment: 0x1fff, data: new Uint8Array(64) }),
      { ReasmReqds: 1, ReasmFails: 1 }],
  ])('%s is counted and answered as on Linux', (_what, bytes, expected) => {
    const { rig, host, say } = lonely();
    say(bytes);
    expect(counts(host)).toEqual(expected);
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});

describe('fragments', () => {
  const LENGTH = 64;
  const whole = Uint8Array.from({ length: LENGTH }, (_, at) => at);
  new DataView(whole.buffer).setUint32(0, 0x0009_0007);
  new DataView(whole.buffer).setUint32(4, LENGTH << 16);
  const piece = (from: number, to: number): Uint8Array =>
    packet({
      data: whole.subarray(from, to),
      fragment: (from / 8) | (to === LENGTH ? 0 : IP_MF),
    });

  function listening(): ReturnType<typeof lonely> & { read: () => string | number } {
    const all = lonely();
    const sock = all.host.inet.udp.create(AF.INET);
    sock.bind(addressOf('10.0.0.1:7'));
    const read = (): string | number => {
      const text = heard(sock);
      return text === 'WOULD_BLOCK' ? text : 'came';
    };
    return { ...all, read };
  }

  it.each<[string, [number, number][]]>([
    [
      'in order',
      [
        [0, 16],
        [16, 48],
        [48, 64],
      ],
    ],
    [
      'the other way round',
      [
        [48, 64],
        [16, 48],
        [0, 16],
      ],
    ],
    [
      'one of them twice',
      [
        [0, 16],
        [48, 64],
        [0, 16],
        [16, 48],
      ],
    ],
    [
      'one within another again',
      [
        [0, 32],
        [8, 16],
        [32, 64],
      ],
    ],
  ])('come together %s', (_how, pieces) => {
    const { rig, host, say, read } = listening();
    for (const [from, to] of pieces) {
      expect(read()).toBe('WOULD_BLOCK');
      say(piece(from, to));
    }
    expect(read()).toBe('came');
    expect(counts(host)).toMatchObject({ ReasmOKs: 1 });
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it.each<[string, [number, number][], Record<string, number>]>([
    [
      'overlap',
      [
        [0, 32],
        [24, 48],
      ],
      { ReasmFails: 1, ReasmOverlaps: 1 },
    ],
    [
      'cover one that is there',
      [
        [16, 32],
        [8, 48],
      ],
      { ReasmFails: 1, ReasmOverlaps: 1 },
    ],
    [
      'go on behind the last',
      [
        [32, 64],
        [64, 72],
      ],
      { ReasmFails: 1 },
    ],
  ])('that %s are thrown away, all of them', (_what, pieces, expected) => {
    const { rig, host, say, read } = listening();
    for (const [from, to] of pieces) {
      const data = new Uint8Array(to - from);
      say(packet({ data, fragment: (from / 8) | (to === LENGTH ? 0 : IP_MF) }));
    }
    expect(counts(host)).toMatchObject(expected);
    expect([host.ipv4.fragments.count, host.ipv4.fragments.bytes]).toEqual([0, 0]);
    expect(read()).toBe('WOULD_BLOCK');
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('that wait in vain are given up, and the sender of the first hears of it', () => {
    const { rig, host, say } = listening();
    say(piece(0, 16));
    say(packet({ id: 2, fragment: 2 | IP_MF, data: new Uint8Array(8) }));
    expect(host.ipv4.fragments.count).toBe(2);
    rig.wait(31 * SECOND);
    expect(counts(host)).toEqual({ ReasmReqds: 2, ReasmTimeout: 2, ReasmFails: 2, icmp11: 1 });
    expect([host.ipv4.fragments.count, host.ipv4.fragments.bytes]).toEqual([0, 0]);
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('of more packets than memory allows find no room', () => {
    const { rig, host, say } = listening();
    host.ipv4.settings.ipfragHighThresh = 4000;
    for (let id = 0; id < 20; id++) say(packet({ id, fragment: IP_MF }));
    expect(host.ipv4.fragments.bytes).toBeLessThanOrEqual(4000);
    expect(counts(host)).toMatchObject({ ReasmReqds: 20, ReasmFails: 16 });
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});

describe('whatever comes', () => {
  it('leaves no trace in memory', () => {
    const rig = new NetRig();
    const [host, other] = [rig.host('host'), rig.host('other')];
    rig.join(host, '10.0.0.1/24', other, '10.0.0.2/24');
    const random = new Prng(7);
    const seeds = [
      packet({ data: Uint8Array.of(8, 0, 0xf7, 0xff, 0, 0, 0, 0), protocol: IPPROTO.ICMP }),
      packet({ options: [7, 7, 4, 0, 0, 0, 0, 0] }),
      packet({ fragment: IP_MF }),
      packet({ protocol: IPPROTO.ICMP, data: Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0, ...packet()) }),
      packet({ destination: '255.255.255.255' }),
    ];
    for (let round = 0; round < 3000; round++) {
      const seed = seeds[random.below(seeds.length)]!;
      const bytes = seed.slice(0, random.below(8) === 0 ? random.below(seed.length) : seed.length);
      for (let flips = random.below(4); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      // Half of them have a sum that fits, and so get further.
      if (bytes.length >= 20 && random.below(2) === 0) {
        const view = new DataView(bytes.buffer);
        view.setUint16(IPHDR.CHECKSUM, 0);
        const header = Math.min(bytes.length, (bytes[0]! & 15) * 4);
        view.setUint16(IPHDR.CHECKSUM, foldChecksum(sumBytes(view, 0, header)));
      }
      const type = random.below(16) === 0 ? ETH_P.ARP : ETH_P.IP;
      host.arrive(host.eth(), frame(host, bytes, type));
      if (round % 50 === 0) rig.wait(SOON_NS);
    }
    rig.run();
    expect(rig.complaints()).toBe('');
    expect(host.statistics.ip.InReceives).toBeGreaterThan(2500);
  });
});
