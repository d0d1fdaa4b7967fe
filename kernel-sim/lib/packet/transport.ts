// SPDX-License-Identifier: GPL-2.0-or-later
/** What decoders of transport protocols share: names, checksums over the pseudo header, ports. */
import { IPPROTO } from '../../uapi/in.ts';
import type { Decoder, DissectContext } from './dissection.ts';
import type { ChecksumVerdict } from './layer.ts';
import { SUM_OF_GOOD, wordSum } from './sum.ts';

export const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [IPPROTO.ICMP]: 'ICMP',
  [IPPROTO.IGMP]: 'IGMP',
  [IPPROTO.TCP]: 'TCP',
  [IPPROTO.UDP]: 'UDP',
  [IPPROTO.IPV6]: 'IPv6',
  [IPPROTO.ROUTING]: 'Routing',
  [IPPROTO.FRAGMENT]: 'Fragment',
  [IPPROTO.ESP]: 'ESP',
  [IPPROTO.AH]: 'AH',
  [IPPROTO.ICMPV6]: 'ICMPv6',
  [IPPROTO.NONE]: 'No next header',
  [IPPROTO.DSTOPTS]: 'Destination options',
};

/** `protocol` covers the bytes from `start` to `end` and its pseudo header. */
export function checkTransport(
  context: DissectContext,
  protocol: number,
  start: number,
  end: number,
): ChecksumVerdict {
  const { pseudo, isQuoted, bytes } = context;
  // What an ICMP error quotes is cut off on purpose.
  if (pseudo === undefined || isQuoted || end > bytes.length) return 'unchecked';
  const initial = pseudo.addressSum + protocol + (end - start);
  return wordSum(bytes, start, end, initial) === SUM_OF_GOOD ? 'good' : 'bad';
}

/** A payload that no decoder knows. */
export const decodeUnknown: Decoder = (context, start, end) => {
  if (start >= end) return;
  context.layer('Data', start, end, (writer) => {
    writer.data('data', 'Data', writer.left);
    return undefined;
  });
};
