// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What wakes a host: frames that one of eight filters knows, and magic packets.
 *
 * A filter takes the CRC-16 of the bytes that its mask names, from an offset on. All are written
 * word after word into one register, whose pointer moves on: 32 words of masks, 2 of commands, 2 of
 * offsets, 4 of sums.
 */
import { isBroadcast, isForAddress, isGroup, passesFilter } from './filter.ts';
import type { RegisterFile } from './register-file.ts';
import { MAC_CR } from './registers.ts';

const FILTERS = 8;
const MASK_WORDS = 4;
const COMMANDS_AT = FILTERS * MASK_WORDS;
const OFFSETS_AT = COMMANDS_AT + FILTERS / 4;
const SUMS_AT = OFFSETS_AT + FILTERS / 4;
export const WUFF_WORDS = SUMS_AT + FILTERS / 2;
const MASK_BITS = 32 * MASK_WORDS;

/** A filter's command: whether it is on, and which frames it looks at. */
const COMMAND = { ENABLE: 1, ALL: 1 << 2, GROUPS: 1 << 3 } as const;

const ADDRESS_BYTES = 6;
const HEADER_BYTES = 12;
const MAGIC_REPEATS = 16;
const MAGIC_BYTES = ADDRESS_BYTES * (1 + MAGIC_REPEATS);
const CRC16_POLYNOMIAL = 0x8005;

export class WakeUpFilters {
  readonly #registers: RegisterFile;
  readonly #words = new Uint32Array(WUFF_WORDS);
  #next = 0;

  constructor(registers: RegisterFile) {
    this.#registers = registers;
  }

  reset(): void {
    this.#words.fill(0);
    this.#next = 0;
  }

  resetPointer(): void {
    this.#next = 0;
  }

  write(value: number): void {
    this.#words[this.#next] = value;
    this.#next = (this.#next + 1) % WUFF_WORDS;
  }

  /** Some filter knows the frame. */
  knows(frame: Uint8Array): boolean {
    for (let filter = 0; filter < FILTERS; filter++) {
      if (this.#applies(filter, frame) && this.#matches(filter, frame)) return true;
    }
    return false;
  }

  #applies(filter: number, frame: Uint8Array): boolean {
    const command = this.#byte(COMMANDS_AT, filter);
    if ((command & COMMAND.ENABLE) === 0) return false;
    if ((command & COMMAND.ALL) !== 0) {
      return isBroadcast(frame) || passesFilter(this.#registers, frame);
    }
    return (command & COMMAND.GROUPS) === 0
      ? isForAddress(this.#registers, frame)
      : isGroup(frame) && !isBroadcast(frame);
  }

  #matches(filter: number, frame: Uint8Array): boolean {
    const offset = this.#byte(OFFSETS_AT, filter);
    const picked: number[] = [];
    for (let bit = 0; bit < MASK_BITS; bit++) {
      const word = this.#words[filter * MASK_WORDS + (bit >>> 5)]!;
      if (((word >>> (bit & 31)) & 1) === 0) continue;
      const byte = frame[offset + bit];
      if (byte === undefined) return false;
      picked.push(byte);
    }
    const sums = this.#words[SUMS_AT + (filter >>> 1)]!;
    return crc16(picked) === ((filter & 1) === 0 ? sums & 0xffff : sums >>> 16);
  }

  #byte(at: number, filter: number): number {
    return (this.#words[at + (filter >>> 2)]! >>> (8 * (filter & 3))) & 0xff;
  }
}

/** CRC-16 over bits as they come from the wire, lowest first. */
export function crc16(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const out = (crc >>> 15) ^ ((byte >>> bit) & 1);
      crc = ((crc << 1) & 0xffff) ^ (out === 0 ? 0 : CRC16_POLYNOMIAL);
    }
  }
  return crc;
}

/** For its address or everybody; somewhere in it six bytes ff, then the address sixteen times. */
export function isMagicPacket(registers: RegisterFile, frame: Uint8Array): boolean {
  const mac = macOf(registers);
  if (!isBroadcast(frame) && !isForAddress(registers, frame)) return false;
  for (let at = HEADER_BYTES; at + MAGIC_BYTES <= frame.length; at++) {
    if (isMagicAt(frame, at, mac)) return true;
  }
  return false;
}

function isMagicAt(frame: Uint8Array, from: number, mac: Uint8Array): boolean {
  for (let at = 0; at < MAGIC_BYTES; at++) {
    const wanted = at < ADDRESS_BYTES ? 0xff : mac[at % ADDRESS_BYTES];
    if (frame[from + at] !== wanted) return false;
  }
  return true;
}

/** The address in ADDRH and ADDRL. */
export function macOf(registers: RegisterFile): Uint8Array {
  const mac = new Uint8Array(8);
  const view = new DataView(mac.buffer);
  view.setUint32(0, registers.get('ADDRL'), true);
  view.setUint32(4, registers.get('ADDRH'), true);
  return mac.subarray(0, ADDRESS_BYTES);
}

/** A frame for its address, with WUCSR.GUE. */
export function isGlobalUnicast(registers: RegisterFile, frame: Uint8Array): boolean {
  return (
    !isGroup(frame) && (isForAddress(registers, frame) || registers.has('MAC_CR', MAC_CR.PRMS))
  );
}
