// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Makes frames that are nearly right: one that is, and then something done to it. Checksums of half
 * of them are set right again, so that more than the first look is tried.
 */
import { dnsQuery, DNS_TYPE, encodeDnsMessage } from '../../kernel-sim/lib/dns-message.ts';
import {
  ascii,
  be16,
  arpRequest,
  ethernet,
  icmpEcho,
  ipv4,
  ipv4Transport,
  ipv6Transport,
  PROTOCOL,
  quad,
  tcp,
  udp,
  withChecksum,
} from '../../kernel-sim/lib/packet/testing/frames.ts';
import { complement, wordSum } from '../../kernel-sim/lib/packet/sum.ts';
import { Prng } from '../../kernel-sim/sim/prng.ts';

/** A type that only the broken twin's protocol has: two bytes of length, and so many bytes. */
export const TRUSTING_TYPE = 0x88b5;
/** Whom the frames are sent to. */
export const TARGET = {
  mac: [0x52, 0x55, 0x0a, 0, 2, 2],
  address: '10.0.2.2',
  prefix: 24,
} as const;

const ETHERNET_BYTES = 14;
const TRANSPORT_AT = 34;
const FRAME_BYTES_MAX = 1514;
/** Numbers that code gets wrong. */
const EDGES = [0, 1, 4, 7, 8, 19, 20, 21, 0x7f, 0x80, 0xfe, 0xff] as const;

export class FrameFuzzer {
  readonly #random: Prng;
  readonly #seeds = rightFrames();
  #last: Uint8Array<ArrayBuffer>;

  constructor(seed: number) {
    this.#random = new Prng(seed);
    this.#last = this.#seeds[0]!;
  }

  /** The next frame. */
  next(): Uint8Array<ArrayBuffer> {
    const random = this.#random;
    // Now and then the same again.
    if (random.below(16) === 0) return this.#last;
    let frame = this.#seeds[random.below(this.#seeds.length)]!.slice();
    for (let n = random.below(4); n > 0; n--) frame = this.#mutate(frame);
    const care = random.below(4);
    if (care > 0) repair(frame, care === 1);
    this.#last = frame;
    return frame;
  }

  #mutate(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const random = this.#random;
    if (frame.length <= ETHERNET_BYTES) return frame;
    // Mostly behind the IP header.
    const from = frame.length > TRANSPORT_AT && random.below(3) > 0 ? TRANSPORT_AT : ETHERNET_BYTES;
    const at = from + random.below(Math.min(64, frame.length - from));
    switch (random.below(9)) {
      case 0:
        frame[at]! ^= 1 << random.below(8);
        return frame;
      case 1:
        frame[at] = EDGES[random.below(EDGES.length)]!;
        return frame;
      case 2:
        return frame.slice(0, random.below(frame.length + 1));
      case 3:
        return grown(frame, at, random.below(64), random);
      case 4:
        return cut(frame, at, random.below(24));
      case 5:
        return fragment(frame, random);
      case 6:
        return headerLength(frame, random);
      case 7:
        // A length of IP, of UDP, or of nothing at all.
        if (frame.length >= 40) store(frame, [16, 18, 38][random.below(3)]!, random.below(0x600));
        return frame;
      default:
        frame[random.below(ETHERNET_BYTES)] = random.below(256);
        return frame;
    }
  }
}

function grown(
  frame: Uint8Array,
  at: number,
  count: number,
  random: Prng,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.min(FRAME_BYTES_MAX, frame.length + count));
  bytes.set(frame.subarray(0, at));
  for (let n = at; n < Math.min(bytes.length, at + count); n++) bytes[n] = random.below(256);
  bytes.set(
    frame.subarray(at, Math.max(at, bytes.length - count)),
    Math.min(bytes.length, at + count),
  );
  return bytes;
}

function cut(frame: Uint8Array, at: number, count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...frame.subarray(0, at), ...frame.subarray(at + count));
}

/** Some piece of a packet of 4 identities. */
function fragment(frame: Uint8Array<ArrayBuffer>, random: Prng): Uint8Array<ArrayBuffer> {
  if (frame.length < ETHERNET_BYTES + 8) return frame;
  const offset = random.below(4) === 0 ? random.below(0x2000) : random.below(6);
  frame.set(be16(random.below(4)), ETHERNET_BYTES + 4);
  frame.set(be16((random.below(2) << 13) | offset), ETHERNET_BYTES + 6);
  return frame;
}

/** Another length of the IP header, as if there were options; or of TCP's. */
function headerLength(frame: Uint8Array<ArrayBuffer>, random: Prng): Uint8Array<ArrayBuffer> {
  const isTcp = random.below(2) === 0 && frame.length > 46;
  if (isTcp) frame[46] = random.below(16) << 4;
  else frame[ETHERNET_BYTES] = 0x40 | random.below(16);
  return frame;
}

/** Sets the checksums of IPv4 and what it carries, as far as they are there; its length, too. */
function repair(frame: Uint8Array, setsLength: boolean): void {
  const isIpv4 = frame.length >= 34 && frame[12] === 8 && frame[13] === 0;
  if (!isIpv4) return;
  const headerBytes = (frame[14]! & 0xf) * 4;
  if (headerBytes < 20 || frame.length < ETHERNET_BYTES + headerBytes) return;
  if (setsLength) store(frame, 16, frame.length - ETHERNET_BYTES);
  store(frame, 24, 0);
  store(frame, 24, complement(wordSum(frame, ETHERNET_BYTES, ETHERNET_BYTES + headerBytes)));
  const at = ETHERNET_BYTES + headerBytes;
  const length = Math.min(load(frame, 16), frame.length - ETHERNET_BYTES) - headerBytes;
  const place = new Map<number, number>([
    [PROTOCOL.ICMP, 2],
    [PROTOCOL.TCP, 16],
    [PROTOCOL.UDP, 6],
  ]).get(frame[23]!);
  if (place === undefined || length < place + 2) return;
  store(frame, at + place, 0);
  const pseudo = frame[23] === PROTOCOL.ICMP ? 0 : wordSum(frame, 26, 34) + frame[23]! + length;
  store(frame, at + place, complement(wordSum(frame, at, at + length) + pseudo));
}

function load(frame: Uint8Array, at: number): number {
  return (frame[at]! << 8) | frame[at + 1]!;
}

function store(frame: Uint8Array, at: number, value: number): void {
  frame.set(be16(value), at);
}

/** One of each kind. */
function rightFrames(): readonly Uint8Array<ArrayBuffer>[] {
  const text = ascii('What a piece of work is a packet');
  const query = [...encodeDnsMessage(dnsQuery(7, 'gateway.ringzero.test', DNS_TYPE.A))!];
  const reply = arpRequest('10.0.2.15', TARGET.address);
  reply[21] = 2;
  const options = [0x94, 4, 0, 0, 7, 11, 4, ...quad('0.0.0.0'), ...quad('0.0.0.0'), 0];
  const recordRoute = options.slice(0, 16);
  const syn = [2, 4, ...be16(1460), 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
  const error = (type: number, code: number): Uint8Array<ArrayBuffer> =>
    ipv4(
      { protocol: PROTOCOL.ICMP },
      withChecksum([type, code, ...Array<number>(6).fill(0), ...inner()], 2, []),
    );
  return [
    arpRequest('10.0.2.15', TARGET.address),
    reply,
    icmpEcho(8, 1),
    icmpEcho(8, 2),
    udp(1024, 53, query),
    udp(68, 67, [1, 1, 6, 0, ...Array<number>(232).fill(0), 99, 130, 83, 99, 53, 1, 1, 255]),
    udp(1024, 9, text),
    udp(1024, 53, text, { options: recordRoute }),
    tcp({ source: 1024, destination: 80, sequence: 1, flags: 2, options: syn }),
    tcp({ source: 1024, destination: 80, sequence: 2, acknowledged: 1, flags: 0x18 }, text),
    tcp({ source: 1024, destination: 81, sequence: 2, flags: 2 }),
    ipv4({ protocol: PROTOCOL.UDP, fragment: 0x2000 }, text),
    ipv4({ protocol: 253 }, text),
    ipv4Transport({ protocol: 2, destination: '224.0.0.1' }, [0x11, 10, 0, 0, 0, 0, 0, 0], 2),
    error(3, 3),
    error(3, 4),
    error(5, 1),
    error(11, 0),
    ...ipv6Frames(text),
    ethernet(TRUSTING_TYPE, [...be16(text.length), ...text]),
  ];
}

/** The packet that an ICMP error is about: one that the target could have sent. */
function inner(): number[] {
  const sent = udp(53, 1024, ascii('abcdefgh'), {
    source: TARGET.address,
    destination: '10.0.2.15',
  });
  return [...sent.subarray(ETHERNET_BYTES, ETHERNET_BYTES + 28)];
}

function ipv6Frames(text: readonly number[]): readonly Uint8Array<ArrayBuffer>[] {
  const ends = { source: 'fe80::5054:ff:fe12:3456', destination: 'fe80::5055:aff:fe00:202' };
  const { ICMPV6: icmp, UDP } = PROTOCOL;
  const echo = [128, 0, 0, 0, 0, 1, 0, 1, ...text];
  const datagram = [...be16(1024), ...be16(53), ...be16(8 + text.length), 0, 0, ...text];
  const hopByHop = { first: 0, bytes: [icmp, 0, 5, 2, 0, 0, 1, 0] };
  const piece = { first: 44, bytes: [UDP, 0, 0, 1, 0, 0, 0, 7] };
  return [
    ipv6Transport({ ...ends, protocol: icmp }, echo, 2),
    ipv6Transport({ ...ends, protocol: icmp }, echo, 2, hopByHop),
    ipv6Transport({ ...ends, protocol: UDP }, datagram, 6),
    ipv6Transport({ ...ends, protocol: UDP }, datagram, 6, piece),
  ];
}
