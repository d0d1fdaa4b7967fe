// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The stream's promise: over a cable that loses, doubles, reorders and changes frames, both ends
 * read exactly what the other one wrote, end cleanly, and no packet is left.
 */
import { describe, expect, it, vi } from 'vitest';

import { Prng } from '../../sim/prng.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { AF } from '../../uapi/socket.ts';
import {
  OVER_IPV4,
  OVER_IPV6,
  readBytes,
  SECOND,
  stateName,
  type TcpFamilies,
  TcpPeers,
  write,
} from '../testing/tcp-peers.ts';
import type { Tamper } from '../testing/net-rig.ts';
import { Segment } from './segment.ts';
import type { TcpSock } from './tcp-sock.ts';

const MS = 1_000_000;
const PATIENCE_NS = 4000 * SECOND;

interface Faults {
  /** Of 100 frames. */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly corruption: number;
}

/** Where the TCP header of a frame lies: the rest is not what is tried here. */
function tcpAt(frame: Uint8Array): number | undefined {
  const isIpv6 = frame[12] === 0x86;
  const protocol = frame[12] === 8 && frame[13] === 6 ? undefined : frame[isIpv6 ? 20 : 23];
  if (protocol !== IPPROTO.TCP) return undefined;
  return isIpv6 ? 54 : 34;
}

/** What a bad cable makes of frames; those that ask for neighbours get through. */
function badCable({ loss, duplication, reordering, corruption }: Faults, seed: number): Tamper {
  const random = new Prng(seed);
  const happens = (percent: number): boolean => random.below(100) < percent;
  return ({ bytes }) => {
    const header = tcpAt(bytes);
    if (header === undefined) return [bytes];
    if (happens(loss)) return [];
    let piece = bytes;
    if (happens(corruption)) {
      piece = bytes.slice();
      piece[header + random.below(piece.length - header)]! ^= 1 << random.below(8);
    }
    const delayNs = happens(reordering) ? random.below(3 * MS) : 0;
    const first = { bytes: piece, delayNs };
    return happens(duplication) ? [first, { bytes: piece, delayNs: random.below(MS) }] : [first];
  };
}

/** Moves a stream from one end to the other, as programs that are sometimes slow would. */
class Transfer {
  readonly #data: Uint8Array;
  readonly #from: TcpSock;
  readonly #to: TcpSock;
  #written = 0;
  read = 0;
  isWrong = false;
  hasEnded = false;
  error = 0;

  constructor(from: TcpSock, to: TcpSock, data: Uint8Array) {
    this.#from = from;
    this.#to = to;
    this.#data = data;
  }

  step(random: Prng): void {
    if (this.#written < this.#data.length && random.below(4) > 0) {
      const piece = this.#data.subarray(this.#written, this.#written + 1 + random.below(20_000));
      const answer = write(this.#from, piece);
      if (typeof answer === 'number') this.#written += answer;
      if (this.#written === this.#data.length) this.#from.shutdown(1);
    }
    if (random.below(3) === 0) return;
    const bytes = readBytes(this.#to, 1 + random.below(30_000));
    if (typeof bytes === 'number') {
      if (bytes !== -65_536) this.error = bytes;
      return;
    }
    if (bytes.length === 0) this.hasEnded = true;
    for (const [at, byte] of bytes.entries()) {
      if (byte !== this.#data[this.read + at]) this.isWrong = true;
    }
    this.read += bytes.length;
  }
}

function streamOf(length: number, seed: number): Uint8Array {
  const random = new Prng(seed);
  return Uint8Array.from({ length }, () => random.next() >>> 24);
}

function moveBothWays(peers: TcpPeers, faults: Faults, bytes: number, seed: number): string {
  const { client, server, listener } = peers.connect();
  peers.cable.tamper = badCable(faults, seed);
  const random = new Prng(seed);
  const ways = [
    new Transfer(client, server, streamOf(bytes, seed + 1)),
    new Transfer(server, client, streamOf(bytes >>> 2, seed + 2)),
  ];
  const endNs = peers.rig.sim.now() + PATIENCE_NS;
  while (!ways.every(({ hasEnded, error }) => hasEnded || error !== 0)) {
    if (peers.rig.sim.now() > endNs) return `stuck: ${ways.map(({ read }) => read).join()}`;
    for (const way of ways) way.step(random);
    peers.rig.wait(MS + random.below(5 * MS));
  }
  peers.close(client, server, listener);
  const left = peers.finish();
  const states = [client, server].map((sock) => stateName(sock)).join();
  if (states !== 'CLOSE,CLOSE') return states;
  if (ways.some(({ error }) => error !== 0)) return `errors: ${ways.map((w) => w.error).join()}`;
  if (ways.some(({ isWrong }) => isWrong)) return 'wrong bytes';
  const counts = ways.map(({ read }) => read);
  if (counts[0] !== bytes || counts[1] !== bytes >>> 2) return `lengths: ${counts.join()}`;
  return left;
}

const CLEAN: Faults = { loss: 0, duplication: 0, reordering: 0, corruption: 0 };

describe('a stream arrives whole', () => {
  it.each<[string, Faults, number]>([
    ['clean', CLEAN, 400_000],
    ['5 % loss', { ...CLEAN, loss: 5 }, 200_000],
    ['30 % loss', { ...CLEAN, loss: 30 }, 60_000],
    ['duplication', { ...CLEAN, duplication: 30 }, 200_000],
    ['reordering', { ...CLEAN, reordering: 40 }, 200_000],
    ['corruption', { ...CLEAN, corruption: 10 }, 100_000],
    ['all of it', { loss: 8, duplication: 8, reordering: 15, corruption: 5 }, 100_000],
  ])('%s', (_name, faults, bytes) => {
    for (let seed = 1; seed <= 3; seed++) {
      expect(moveBothWays(new TcpPeers(seed), faults, bytes, 100 * seed)).toBe('');
    }
  });
});

it.each<[string, TcpFamilies]>([
  ['IPv6', OVER_IPV6],
  ['IPv4, of a socket of IPv6', { ...OVER_IPV4, client: AF.INET6, to: '[::ffff:10.0.0.2]' }],
  ['IPv4, to a listener of IPv6', { ...OVER_IPV4, server: AF.INET6, any: '[::]' }],
])('goes over %s as well', (_name, families) => {
  const faults = { loss: 8, duplication: 8, reordering: 15, corruption: 5 };
  expect(moveBothWays(new TcpPeers(1, families), CLEAN, 100_000, 100)).toBe('');
  expect(moveBothWays(new TcpPeers(2, families), faults, 60_000, 200)).toBe('');
});

it('notices a stack that does not look at checksums', () => {
  const spy = vi.spyOn(Segment.prototype, 'isIntact').mockReturnValue(true);
  const faults = { ...CLEAN, corruption: 3 };
  expect(moveBothWays(new TcpPeers(1), faults, 100_000, 100)).not.toBe('');
  spy.mockRestore();
});
