// SPDX-License-Identifier: GPL-2.0-or-later
/** UDP: RFC 768. Linux: include/uapi/linux/udp.h. */
import { IPPROTO } from '../../uapi/in.ts';
import { decodeDhcp } from './dhcp.ts';
import type { Decoder } from './dissection.ts';
import { decodeDns } from './dns.ts';
import { checkTransport, decodeUnknown } from './transport.ts';

const HEADER_BYTES = 8;
const DECODERS: Readonly<Record<number, Decoder>> = {
  53: decodeDns,
  67: decodeDhcp,
  68: decodeDhcp,
};

export const decodeUdp: Decoder = (context, start, end) => {
  context.layer('UDP', start, end, (writer) => {
    const sourcePort = writer.number('source', 'Source port', 2);
    const destinationPort = writer.number('dest', 'Destination port', 2);
    const lengthBytes = writer.number('len', 'Length', 2);
    const isLengthGood = lengthBytes >= HEADER_BYTES && start + lengthBytes <= end;
    if (!isLengthGood && !context.isQuoted) writer.problem = `length ${lengthBytes} cannot be`;
    const last = isLengthGood ? start + lengthBytes : end;
    const checksum = writer.hex('check', 'Checksum', 2);
    // 0: the sender did not compute one.
    const isChecked = checksum !== 0 && isLengthGood;
    writer.checksum = isChecked ? checkTransport(context, IPPROTO.UDP, start, last) : 'unchecked';
    const payloadBytes = Math.max(0, last - writer.at);
    context.tell('UDP', `${sourcePort} → ${destinationPort}, ${payloadBytes} bytes`);
    if (!context.isQuoted) {
      const { source, destination } = context.pseudo ?? context;
      context.flow = {
        protocol: 'UDP',
        source,
        sourcePort,
        destination,
        destinationPort,
        payloadOffset: writer.at,
        payloadBytes,
        sequence: 0,
        flags: 0,
      };
    }
    const decode = DECODERS[destinationPort] ?? DECODERS[sourcePort] ?? decodeUnknown;
    return { decode, start: writer.at, end: last };
  });
};
