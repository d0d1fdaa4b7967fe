// SPDX-License-Identifier: GPL-2.0-or-later
/** Which frames the MAC lets in, by the address that they are for. Modes are bits of MAC_CR. */
import { crc32 } from '../../lib/crc32.ts';
import type { RegisterFile } from './register-file.ts';
import { MAC_CR } from './registers.ts';

const ADDRESS_BYTES = 6;
const GROUP_BIT = 1;
const HASH_BITS = 6;

/** Which of the 64 bits stands for an address: the upper bits of its CRC, the last bit first. */
export function hashOf(frame: Uint8Array): number {
  // Ours comes reflected: its lowest bits are the uppermost of the shift register.
  const crc = ~crc32(frame.subarray(0, ADDRESS_BYTES));
  let hash = 0;
  for (let bit = 0; bit < HASH_BITS; bit++) hash = (hash << 1) | ((crc >>> bit) & 1);
  return hash;
}

export const isGroup = (frame: Uint8Array): boolean => (frame[0]! & GROUP_BIT) !== 0;

export function isBroadcast(frame: Uint8Array): boolean {
  for (let at = 0; at < ADDRESS_BYTES; at++) if (frame[at] !== 0xff) return false;
  return true;
}

/** It is for the address in ADDRH and ADDRL. */
export function isForAddress(registers: RegisterFile, frame: Uint8Array): boolean {
  const low = registers.get('ADDRL');
  const high = registers.get('ADDRH');
  const own = (at: number): number => (at < 4 ? low >>> (8 * at) : high >>> (8 * (at - 4))) & 0xff;
  for (let at = 0; at < ADDRESS_BYTES; at++) if (frame[at] !== own(at)) return false;
  return true;
}

/** The frame passes; RXALL is not asked. */
export function passesFilter(registers: RegisterFile, frame: Uint8Array): boolean {
  const control = registers.get('MAC_CR');
  const is = (mode: number): boolean => (control & mode) !== 0;
  if (is(MAC_CR.PRMS)) return true;
  if (isBroadcast(frame)) return !is(MAC_CR.BCAST);
  if (isGroup(frame)) {
    if (is(MAC_CR.MCPAS)) return true;
    return (is(MAC_CR.HPFILT) || is(MAC_CR.HFILT)) && isInHash(registers, frame);
  }
  if (is(MAC_CR.INVFILT)) return !isForAddress(registers, frame);
  return is(MAC_CR.HFILT) ? isInHash(registers, frame) : isForAddress(registers, frame);
}

function isInHash(registers: RegisterFile, frame: Uint8Array): boolean {
  const hash = hashOf(frame);
  const word = registers.get(hash < 32 ? 'HASHL' : 'HASHH');
  return ((word >>> (hash & 31)) & 1) !== 0;
}
