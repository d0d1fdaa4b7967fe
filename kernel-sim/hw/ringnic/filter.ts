// SPDX-License-Identifier: GPL-2.0-or-later
/** Which frames of the wire ringnic lets in, by the address that they are for. */
import { crc32 } from '../../lib/crc32.ts';
import { CTRL, type RegisterName } from './registers.ts';

const ADDRESS_BYTES = 6;
const GROUP_BIT = 1;
/** The upper bits of the checksum that choose one of 64. */
const HASH_SHIFT = 26;

export class FilterRegisters {
  readonly #value: (name: RegisterName) => number;

  constructor(value: (name: RegisterName) => number) {
    this.#value = value;
  }

  accepts(frame: Uint8Array): boolean {
    const control = this.#value('CTRL');
    if ((control & CTRL.PROMISC) !== 0) return true;
    const address = frame.subarray(0, ADDRESS_BYTES);
    if (address.every((byte) => byte === 0xff)) return true;
    if ((address[0]! & GROUP_BIT) === 0) return this.#isOwn(address);
    if ((control & CTRL.ALLMULTI) !== 0) return true;
    const hash = hashOf(address);
    const word = this.#value(hash < 32 ? 'HASH_LOW' : 'HASH_HIGH');
    return ((word >>> (hash % 32)) & 1) !== 0;
  }

  #isOwn(address: Uint8Array): boolean {
    const low = this.#value('MAC_LOW');
    const high = this.#value('MAC_HIGH');
    return address.every((byte, at) => {
      return byte === ((at < 4 ? low >>> (8 * at) : high >>> (8 * (at - 4))) & 0xff) >>> 0;
    });
  }
}

/** Which of the 64 bits stands for a group. */
export function hashOf(address: Uint8Array): number {
  return crc32(address) >>> HASH_SHIFT;
}
