// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers that strangers must not guess: where sequence numbers and timestamps begin.
 *
 * A sequence number is a clock and a keyed hash of both ends: hard to guess from outside, and
 * growing from one connection of the same ends to the next. RFC 6528. Linux: net/core/secure_seq.c.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { halfSipHash } from '../../lib/siphash.ts';
import type { FourTuple } from './context.ts';

/** The clock of sequence numbers counts every 64 ns. */
const CLOCK_NS = 64;
const HEX_WORD = 8;

type Key = readonly [number, number];

export class TcpSecrets {
  readonly #sequence: Key;
  readonly #timestamps: Key;
  readonly #cookies: readonly [Key, Key];

  constructor(random: () => number) {
    const key = (): Key => [random() | 0, random() | 0];
    this.#sequence = key();
    this.#timestamps = key();
    this.#cookies = [key(), key()];
  }

  initialSequence(ends: FourTuple, nowNs: number): number {
    const clock = Math.floor(nowNs / CLOCK_NS) >>> 0;
    return (halfSipHash(this.#sequence, wordsOf(ends)) + clock) >>> 0;
  }

  /** What is added to the clock of timestamps: of the same ends always the same. */
  timestampOffset({ localAddress, remoteAddress }: FourTuple): number {
    return halfSipHash(this.#timestamps, [...words(localAddress), ...words(remoteAddress)]);
  }

  /** A hash of both ends and a number, for SYN cookies. */
  cookie(ends: FourTuple, which: 0 | 1, count: number): number {
    return halfSipHash(this.#cookies[which], [...wordsOf(ends), count]);
  }
}

function wordsOf({ localAddress, remoteAddress, localPort, remotePort }: FourTuple): number[] {
  return [...words(localAddress), ...words(remoteAddress), localPort * 0x1_0000 + remotePort];
}

function words(address: IpAddress): number[] {
  if (typeof address === 'number') return [address];
  const numbers: number[] = [];
  for (let at = 0; at < address.length; at += HEX_WORD) {
    numbers.push(Number.parseInt(address.slice(at, at + HEX_WORD), 16));
  }
  return numbers;
}
