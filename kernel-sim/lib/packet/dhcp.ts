// SPDX-License-Identifier: GPL-2.0-or-later
/** DHCP messages: RFC 2131 and 2132. */
import { formatIpv4 } from '../ip-address.ts';
import { DHCP_MESSAGE, DHCP_OPTION } from '../dhcp-message.ts';
import type { Decoder } from './dissection.ts';
import { latin1 } from './http.ts';
import { hexOf, type LayerWriter } from './layer.ts';

const COOKIE = 0x6382_5363;
const SERVER_NAME_BYTES = 64;
const FILE_BYTES = 128;

type Form = 'address' | 'addresses' | 'text' | 'seconds' | 'number' | 'message' | 'numbers';

// prettier-ignore
const OPTIONS: Readonly<Record<number, readonly [label: string, form: Form]>> = {
  [DHCP_OPTION.SUBNET_MASK]:    ['Subnet mask', 'address'],
  [DHCP_OPTION.ROUTER]:         ['Router', 'addresses'],
  [DHCP_OPTION.DNS_SERVER]:     ['Name server', 'addresses'],
  [DHCP_OPTION.HOST_NAME]:      ['Host name', 'text'],
  [DHCP_OPTION.DOMAIN_NAME]:    ['Domain name', 'text'],
  [DHCP_OPTION.INTERFACE_MTU]:  ['Interface MTU', 'number'],
  [DHCP_OPTION.BROADCAST]:      ['Broadcast address', 'address'],
  [DHCP_OPTION.NTP_SERVER]:     ['Time server', 'addresses'],
  [DHCP_OPTION.REQUESTED_IP]:   ['Requested address', 'address'],
  [DHCP_OPTION.LEASE_TIME]:     ['Lease time', 'seconds'],
  [DHCP_OPTION.MESSAGE_TYPE]:   ['Message type', 'message'],
  [DHCP_OPTION.SERVER_ID]:      ['Server', 'address'],
  [DHCP_OPTION.PARAMETER_LIST]: ['Wanted options', 'numbers'],
  [DHCP_OPTION.MESSAGE]:        ['Message', 'text'],
  [DHCP_OPTION.MAX_SIZE]:       ['Maximum message size', 'number'],
  [DHCP_OPTION.RENEWAL_TIME]:   ['Renewal time', 'seconds'],
  [DHCP_OPTION.REBINDING_TIME]: ['Rebinding time', 'seconds'],
  [DHCP_OPTION.VENDOR_CLASS]:   ['Vendor class', 'text'],
};

const MESSAGE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(DHCP_MESSAGE).map(([name, number]) => [
    number,
    name.charAt(0) + name.slice(1).toLowerCase(),
  ]),
);

export const decodeDhcp: Decoder = (context, start, end) => {
  context.layer('DHCP', start, end, (writer) => {
    context.tell('DHCP', 'BOOTP');
    writer.number('op', 'Operation', 1, (value) => {
      return value === 1 ? 'request (1)' : value === 2 ? 'reply (2)' : String(value);
    });
    writer.number('htype', 'Hardware type', 1);
    writer.number('hlen', 'Hardware address length', 1);
    writer.number('hops', 'Hops', 1);
    const xid = writer.hex('xid', 'Transaction', 4);
    writer.number('secs', 'Seconds since the client began', 2);
    writer.hex('flags', 'Flags', 2);
    writer.ipv4('ciaddr', "Client's address");
    const your = writer.ipv4('yiaddr', "Client's new address");
    writer.ipv4('siaddr', "Next server's address");
    writer.ipv4('giaddr', "Relay's address");
    writer.mac('chaddr', "Client's hardware address");
    writer.skip(10);
    writer.skip(SERVER_NAME_BYTES + FILE_BYTES);
    if (writer.peek(0, 4) !== COOKIE) return undefined;
    writer.hex('cookie', 'Magic cookie', 4);
    const type = readOptions(writer);
    const given = your === '0.0.0.0' ? '' : ` of ${your}`;
    context.tell('DHCP', `${type}${given}, transaction ${hexOf(xid, 8)}`);
    return undefined;
  });
};

/** What kind of message it is. */
function readOptions(writer: LayerWriter): string {
  let type = 'BOOTP';
  while (writer.left > 0) {
    const kind = writer.peek(0, 1);
    if (kind === DHCP_OPTION.PAD) {
      writer.skip(1);
      continue;
    }
    if (kind === DHCP_OPTION.END) {
      writer.data('end', 'End of options', 1, '');
      if (writer.left > 0) writer.data('padding', 'Padding', writer.left);
      break;
    }
    const lengthBytes = writer.peek(1, 1);
    const [label, form] = OPTIONS[kind] ?? [`Option ${kind}`, undefined];
    const text = optionText(writer, form, lengthBytes);
    if (kind === DHCP_OPTION.MESSAGE_TYPE && text !== undefined) type = text;
    writer.data('option', label, 2 + lengthBytes, text);
  }
  return type;
}

/** undefined: it is not of the length that its form has, so its bytes are shown. */
function optionText(
  writer: LayerWriter,
  form: Form | undefined,
  lengthBytes: number,
): string | undefined {
  switch (form) {
    case undefined:
      return undefined;
    case 'text': {
      const from = writer.at + 2;
      return latin1(writer.bytes, from, Math.min(writer.end, from + lengthBytes));
    }
    case 'message':
      return lengthBytes === 1
        ? (MESSAGE_NAMES.get(writer.peek(2, 1)) ?? `Message ${writer.peek(2, 1)}`)
        : undefined;
    case 'number':
      return lengthBytes > 0 && lengthBytes <= 4 ? String(writer.peek(2, lengthBytes)) : undefined;
    case 'seconds':
      return lengthBytes === 4 ? `${writer.peek(2, 4)} s` : undefined;
    case 'numbers':
      return each(writer, 1, lengthBytes, String);
    case 'address':
    case 'addresses':
      return lengthBytes % 4 === 0 ? each(writer, 4, lengthBytes, formatIpv4) : undefined;
  }
}

function each(
  writer: LayerWriter,
  itemBytes: number,
  lengthBytes: number,
  show: (value: number) => string,
): string {
  const items: string[] = [];
  for (let at = 0; at < lengthBytes; at += itemBytes) {
    items.push(show(writer.peek(2 + at, itemBytes)));
  }
  return items.join(', ');
}
