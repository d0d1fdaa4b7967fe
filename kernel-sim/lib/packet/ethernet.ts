// SPDX-License-Identifier: GPL-2.0-or-later
/** Ethernet II, VLAN tags (802.1Q), ARP (RFC 826). Linux: include/uapi/linux/if_ether.h. */
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { hexOf, type LayerWriter } from './layer.ts';

const ETH_P = { IP: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd } as const;
/** Below this the two bytes are a length: 802.3. */
const ETH_P_802_3_MIN = 0x0600;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ETH_P.IP]: 'IPv4',
  [ETH_P.ARP]: 'ARP',
  [ETH_P.VLAN]: '802.1Q',
  [ETH_P.IPV6]: 'IPv6',
};

const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export const decodeEthernet: Decoder = (context, start, end) => {
  context.layer('Ethernet', start, end, (writer) => {
    const destination = writer.mac('h_dest', 'Destination');
    const source = writer.mac('h_source', 'Source');
    context.addresses(source, destination === BROADCAST ? 'Broadcast' : destination);
    return readType(context, writer, end);
  });
};

function readType(context: DissectContext, writer: LayerWriter, end: number): Above | undefined {
  const type = writer.peek(0, 2);
  if (type < ETH_P_802_3_MIN) {
    writer.number('h_proto', 'Length', 2);
    context.tell('802.3', `IEEE 802.3 frame of ${type} bytes`);
    return { decode: decodeData, start: writer.at, end: Math.min(end, writer.at + type) };
  }
  writer.number('h_proto', 'Type', 2, typeName);
  const name = TYPE_NAMES[type];
  context.tell(name ?? hexOf(type, 4), `Ethernet type ${typeName(type)}`);
  return { decode: decoderOf(type), start: writer.at, end };
}

function typeName(type: number): string {
  const name = TYPE_NAMES[type];
  return name === undefined ? hexOf(type, 4) : `${name} (${hexOf(type, 4)})`;
}

function decoderOf(type: number): Decoder {
  switch (type) {
    case ETH_P.IP:
      return decodeIpv4;
    case ETH_P.IPV6:
      return decodeIpv6;
    case ETH_P.ARP:
      return decodeArp;
    case ETH_P.VLAN:
      return decodeVlan;
    default:
      return decodeData;
  }
}

const decodeVlan: Decoder = (context, start, end) => {
  context.layer('802.1Q', start, end, (writer) => {
    writer.bits('prio', 'Priority', 2, { first: 0, count: 3 });
    writer.bits('dei', 'Drop eligible', 2, { first: 3, count: 1 });
    writer.bits('vid', 'VLAN', 2, { first: 4, count: 12 });
    writer.skip(2);
    return readType(context, writer, end);
  });
};

/** What nobody here can read. */
export const decodeData: Decoder = (context, start, end) => {
  if (start >= end) return;
  context.layer('Data', start, end, (writer) => {
    writer.data('data', 'Data', writer.left);
    return undefined;
  });
};

const ARP_OPERATIONS: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'reply',
  3: 'RARP request',
  4: 'RARP reply',
};

const decodeArp: Decoder = (context, start, end) => {
  context.layer('ARP', start, end, (writer) => {
    context.tell('ARP', 'ARP');
    const hardware = writer.number('ar_hrd', 'Hardware type', 2, (value) =>
      value === 1 ? 'Ethernet (1)' : String(value),
    );
    const protocol = writer.number('ar_pro', 'Protocol type', 2, typeName);
    const macBytes = writer.number('ar_hln', 'Hardware address length', 1);
    const ipBytes = writer.number('ar_pln', 'Protocol address length', 1);
    const operation = writer.number('ar_op', 'Operation', 2, (value) => {
      return `${ARP_OPERATIONS[value] ?? 'unknown'} (${value})`;
    });
    if (hardware !== 1 || protocol !== ETH_P.IP || macBytes !== 6 || ipBytes !== 4) {
      writer.data('addresses', 'Addresses', 2 * (macBytes + ipBytes));
      return undefined;
    }
    const senderMac = writer.mac('ar_sha', 'Sender hardware address');
    const sender = writer.ipv4('ar_sip', 'Sender address');
    writer.mac('ar_tha', 'Target hardware address');
    const target = writer.ipv4('ar_tip', 'Target address');
    context.tell('ARP', arpInfo(operation, sender, senderMac, target));
    return undefined;
  });
};

function arpInfo(operation: number, sender: string, senderMac: string, target: string): string {
  if (operation === 2) return `${sender} is at ${senderMac}`;
  if (operation !== 1) return `ARP operation ${operation}`;
  if (sender === target) return `Announcement: ${sender} is at ${senderMac}`;
  if (sender === '0.0.0.0') return `Probe: who has ${target}?`;
  return `Who has ${target}? Tell ${sender}`;
}
