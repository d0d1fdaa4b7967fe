// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel addresses as people read them: written in full, sign-extended on 64 bits, and kept as
 * numbers of at most 48 bits, as the simulator has them.
 */
export type PointerBytes = 4 | 8;

export interface AddressInText {
  readonly address: number;
  /** Where it stands in the text. */
  readonly start: number;
  readonly length: number;
}

const KERNEL_HALF = 0x8000_0000_0000;
/** Of a 64-bit machine's direct map, where objects are; modules and stacks lie elsewhere. */
const OBJECT_ADDRESS = /(?<![0-9a-f])(?:0x)?ffff(888[0-9a-f]{9})(?![0-9a-f])/g;

/** `ffff888002a3c180`, `c2a3c180`. */
export function addressText(address: number, pointerBytes: PointerBytes): string {
  const digits = address.toString(16);
  if (pointerBytes === 4) return digits.padStart(8, '0');
  return address < KERNEL_HALF ? digits.padStart(16, '0') : `ffff${digits.padStart(12, '0')}`;
}

/** Addresses in a line of text that may lead to an object of the kernel's. */
export function addressesIn(text: string): readonly AddressInText[] {
  return [...text.matchAll(OBJECT_ADDRESS)].map((match) => ({
    address: Number.parseInt(match[1] ?? '', 16),
    start: match.index,
    length: match[0].length,
  }));
}

/** What of an address tells two slabs apart: its last six digits. */
export function shortAddress(address: number): string {
  return (address % 0x100_0000).toString(16).padStart(6, '0');
}
