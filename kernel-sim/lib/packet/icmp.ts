// SPDX-License-Identifier: GPL-2.0-or-later
/** ICMP: RFC 792. Linux: include/uapi/linux/icmp.h. */
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { hexOf, type LayerWriter } from './layer.ts';
import { SUM_OF_GOOD, wordSum } from './sum.ts';
import { decodeUnknown } from './transport.ts';

const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const REDIRECT = 5;
const ECHO = 8;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;
const FRAGMENTATION_NEEDED = 4;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ECHO_REPLY]: 'Echo reply',
  [UNREACHABLE]: 'Destination unreachable',
  4: 'Source quench',
  [REDIRECT]: 'Redirect',
  [ECHO]: 'Echo request',
  [TIME_EXCEEDED]: 'Time exceeded',
  [PARAMETER_PROBLEM]: 'Parameter problem',
  13: 'Timestamp request',
  14: 'Timestamp reply',
};

const UNREACHABLE_NAMES: readonly string[] = [
  'Network unreachable',
  'Host unreachable',
  'Protocol unreachable',
  'Port unreachable',
  'Fragmentation needed',
  'Source route failed',
  'Network unknown',
  'Host unknown',
  'Source host isolated',
  'Network administratively prohibited',
  'Host administratively prohibited',
  'Network unreachable for this service',
  'Host unreachable for this service',
  'Communication administratively prohibited',
];
const EXCEEDED_NAMES = ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'];

export const decodeIcmp: Decoder = (context, start, end) => {
  context.layer('ICMP', start, end, (writer) => readIcmp(context, writer, end));
};

function readIcmp(context: DissectContext, writer: LayerWriter, end: number): Above | undefined {
  const { start } = writer;
  const isThere = end <= context.bytes.length && !context.isQuoted;
  const isGood = isThere && wordSum(context.bytes, start, end) === SUM_OF_GOOD;
  writer.checksum = isThere ? (isGood ? 'good' : 'bad') : 'unchecked';
  const type = writer.number('type', 'Type', 1, (value) => {
    return `${TYPE_NAMES[value] ?? 'unknown'} (${value})`;
  });
  const code = writer.number('code', 'Code', 1, (value) => codeName(type, value));
  writer.hex('checksum', 'Checksum', 2);
  if (type === ECHO || type === ECHO_REPLY) {
    const id = writer.hex('id', 'Identifier', 2);
    const sequence = writer.number('sequence', 'Sequence number', 2);
    context.tell('ICMP', `${TYPE_NAMES[type]} id=${hexOf(id, 4)} seq=${sequence}`);
    return { decode: decodeUnknown, start: writer.at, end };
  }
  context.tell('ICMP', codeName(type, code) || (TYPE_NAMES[type] ?? `ICMP type ${type}`));
  if (type === REDIRECT) writer.ipv4('gateway', 'Gateway');
  else if (type === UNREACHABLE && code === FRAGMENTATION_NEEDED) {
    writer.number('unused', 'Unused', 2);
    const mtu = writer.number('mtu', 'MTU of the next hop', 2);
    context.tell('ICMP', `Fragmentation needed, MTU ${mtu}`);
  } else writer.hex('rest', 'Rest of the header', 4);
  const isError = [UNREACHABLE, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM, 4].includes(type);
  const decode = isError ? decodeQuoted : decodeUnknown;
  return { decode, start: writer.at, end };
}

function codeName(type: number, code: number): string {
  const names =
    type === UNREACHABLE ? UNREACHABLE_NAMES : type === TIME_EXCEEDED ? EXCEEDED_NAMES : [];
  return names[code] ?? (code === 0 ? '' : `Code ${code}`);
}

/** The beginning of the datagram that an error is about. */
const decodeQuoted: Decoder = (context, start, end) => {
  // An error about an error about an error: nobody may send one, and nobody reads it so deep.
  if (context.isQuoted) decodeUnknown(context, start, end);
  else {
    context.isQuoted = true;
    context.network.ipv4(context, start, end);
  }
};
