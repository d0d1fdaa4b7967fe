// SPDX-License-Identifier: GPL-2.0-or-later
/** What printers of transport protocols are told of the IP packet around them. */
import { complement, wordSum } from '../../lib/packet/sum.ts';
import type { Printout } from './printout.ts';

export interface Carrier {
  /** As they are to be printed. */
  readonly source: string;
  readonly destination: string;
  /** Where both addresses lie, one after the other, and how long they are together. */
  readonly addressesAt: number;
  readonly addressesBytes: number;
  /** More of it is elsewhere, so that its checksum says nothing. */
  readonly isFragment: boolean;
}

/** What the checksum at `checksumAt` should be; undefined where bytes are missing. */
export function checksumOf(
  out: Printout,
  protocol: number,
  at: number,
  length: number,
  checksumAt: number,
  { addressesAt, addressesBytes }: Carrier,
): number | undefined {
  const { bytes } = out;
  if (at + length > bytes.length) return undefined;
  const addresses = wordSum(bytes, addressesAt, addressesAt + addressesBytes);
  const head = wordSum(bytes, at, at + checksumAt, addresses + protocol + length);
  return complement(wordSum(bytes, at + checksumAt + 2, at + length, head));
}
