// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * HalfSipHash-2-4: a short keyed hash of 32-bit words, so that who does not know the key cannot
 * guess it. Aumasson and Bernstein; Linux: hsiphash, lib/siphash.c.
 */

const COMPRESSION_ROUNDS = 2;
const FINAL_ROUNDS = 4;

/** 32 bits, unsigned. */
export function halfSipHash(key: readonly [number, number], words: readonly number[]): number {
  const [low, high] = key;
  const state = new Int32Array([low, high, 0x6c79_6765 ^ low, 0x7465_6462 ^ high]);
  for (const word of words) absorb(state, word);
  absorb(state, (words.length * 4) << 24);
  state[2]! ^= 0xff;
  for (let round = 0; round < FINAL_ROUNDS; round++) sipRound(state);
  return (state[1]! ^ state[3]!) >>> 0;
}

function absorb(state: Int32Array, word: number): void {
  state[3]! ^= word;
  for (let round = 0; round < COMPRESSION_ROUNDS; round++) sipRound(state);
  state[0]! ^= word;
}

function sipRound(state: Int32Array): void {
  let [v0, v1, v2, v3] = state as unknown as [number, number, number, number];
  v0 = (v0 + v1) | 0;
  v1 = rotate(v1, 5) ^ v0;
  v0 = rotate(v0, 16);
  v2 = (v2 + v3) | 0;
  v3 = rotate(v3, 8) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = rotate(v3, 7) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = rotate(v1, 13) ^ v2;
  v2 = rotate(v2, 16);
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
