// SPDX-License-Identifier: GPL-2.0-or-later
/** SHA-1, as FIPS 180-4 has it: for build ids, not for secrets. */

const ROUNDS = 80;
const BLOCK_BYTES = 64;

/** The 20 bytes of the digest of `pieces`, one after the other. */
export function sha1(...pieces: readonly Uint8Array[]): Uint8Array {
  const message = padded(pieces);
  const state = new Int32Array([0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]);
  const words = new Int32Array(ROUNDS);
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) addBlock(state, words, message, at);
  const digest = new Uint8Array(4 * state.length);
  const view = new DataView(digest.buffer);
  for (const [index, word] of state.entries()) view.setInt32(4 * index, word);
  return digest;
}

/** The message, a one bit, zeros, and its length in bits. */
function padded(pieces: readonly Uint8Array[]): DataView {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(Math.ceil((length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  bytes[length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(bytes.length - 4, length << 3);
  return view;
}

function addBlock(state: Int32Array, words: Int32Array, message: DataView, at: number): void {
  for (let t = 0; t < 16; t++) words[t] = message.getInt32(at + 4 * t);
  for (let t = 16; t < ROUNDS; t++) {
    words[t] = rotate(words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!, 1);
  }
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let t = 0; t < ROUNDS; t++) {
    const next = (rotate(a, 5) + mix(t, b, c, d) + e + words[t]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  for (const [index, value] of [a, b, c, d, e].entries()) state[index]! += value;
}

/** The function and the constant of round `t`. */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a82_7999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9_eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1b_bcdc;
  return (b ^ c ^ d) + 0xca62_c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
