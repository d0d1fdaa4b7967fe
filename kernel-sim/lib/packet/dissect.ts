// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What an Ethernet frame says, from the bytes alone.
 *
 * The input is hostile by nature: whatever the bytes are, the answer is a list of layers whose
 * fields lie inside the frame. Linux has no counterpart; Wireshark and tcpdump do this.
 */
import { DissectContext, type Dissection } from './dissection.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';

export type { Dissection, PacketFlow } from './dissection.ts';
export type { PacketField, PacketLayer } from './layer.ts';

/** `frame` begins with the destination's address and has no checksum of the frame at its end. */
export function dissect(frame: Uint8Array): Dissection {
  const context = new DissectContext(frame, { ipv4: decodeIpv4, ipv6: decodeIpv6 });
  decodeEthernet(context, 0, frame.length);
  const { layers, source, destination, protocol, info, flow } = context;
  return { layers, source, destination, protocol, info, ...(flow === undefined ? {} : { flow }) };
}
