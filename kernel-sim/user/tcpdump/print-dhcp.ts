// SPDX-License-Identifier: GPL-2.0-or-later
/** DHCP messages as tcpdump tells them: RFC 2131, 2132. Linux: tcpdump's print-bootp.c. */
import { DHCP_MESSAGE, DHCP_OPTION } from '../../lib/dhcp-message.ts';
import { formatIpv4 } from '../../lib/ip-address.ts';
import { hex4, Truncated, type Printout } from './printout.ts';

const FIXED_BYTES = 236;
const COOKIE = 0x6382_5363;
const CLIENT_ID = 61;

type Form = 'addresses' | 'text' | 'number' | 'message' | 'list' | 'identifier' | 'bytes';

// prettier-ignore
const OPTIONS: Readonly<Record<number, readonly [name: string, form: Form]>> = {
  [DHCP_OPTION.SUBNET_MASK]:    ['Subnet-Mask', 'addresses'],
  2:                            ['Time-Zone', 'number'],
  [DHCP_OPTION.ROUTER]:         ['Default-Gateway', 'addresses'],
  [DHCP_OPTION.DNS_SERVER]:     ['Domain-Name-Server', 'addresses'],
  [DHCP_OPTION.HOST_NAME]:      ['Hostname', 'text'],
  [DHCP_OPTION.DOMAIN_NAME]:    ['Domain-Name', 'text'],
  [DHCP_OPTION.INTERFACE_MTU]:  ['MTU', 'number'],
  [DHCP_OPTION.BROADCAST]:      ['BR', 'addresses'],
  [DHCP_OPTION.NTP_SERVER]:     ['NTP', 'addresses'],
  [DHCP_OPTION.REQUESTED_IP]:   ['Requested-IP', 'addresses'],
  [DHCP_OPTION.LEASE_TIME]:     ['Lease-Time', 'number'],
  [DHCP_OPTION.MESSAGE_TYPE]:   ['DHCP-Message', 'message'],
  [DHCP_OPTION.SERVER_ID]:      ['Server-ID', 'addresses'],
  [DHCP_OPTION.PARAMETER_LIST]: ['Parameter-Request', 'list'],
  [DHCP_OPTION.MESSAGE]:        ['MSG', 'text'],
  [DHCP_OPTION.MAX_SIZE]:       ['MSZ', 'number'],
  [DHCP_OPTION.RENEWAL_TIME]:   ['RN', 'number'],
  [DHCP_OPTION.REBINDING_TIME]: ['RB', 'number'],
  [DHCP_OPTION.VENDOR_CLASS]:   ['Vendor-Class', 'text'],
  [CLIENT_ID]:                  ['Client-ID', 'identifier'],
  81:                           ['FQDN', 'bytes'],
  119:                          ['Domain-Search', 'bytes'],
  121:                          ['Classless-Static-Route', 'bytes'],
};

export function printDhcp(out: Printout, at: number, length: number): void {
  out.protocol = 'bootp';
  const operation = out.u8(at);
  const isReply = operation === 2;
  const isKnown = operation === 1 || isReply;
  const name = isReply ? 'Reply' : operation === 1 ? 'Request' : `unknown (0x${hex2(operation)})`;
  out.print(`BOOTP/DHCP, ${name}`);
  const hasMac = out.u8(at + 1) === 1 && out.u8(at + 2) === 6;
  if (hasMac && operation === 1) out.print(` from ${out.mac(at + 28)}`);
  out.print(`, length ${length}`);
  if (out.options.verbosity === 0) return;
  printHead(out, at);
  if (hasMac && isKnown) out.print(`\n\t  Client-Ethernet-Address ${out.mac(at + 28)}`);
  printFileName(out, 'sname', at + 44, 64);
  printFileName(out, 'file', at + 108, 128);
  if (length <= FIXED_BYTES || out.u32(at + FIXED_BYTES) !== COOKIE) return;
  out.print('\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363');
  printOptions(out, at + FIXED_BYTES + 4, at + length);
}

function printHead(out: Printout, at: number): void {
  const [hardware, hardwareBytes, hops] = [out.u8(at + 1), out.u8(at + 2), out.u8(at + 3)];
  if (hardware !== 1) out.print(`, htype ${hardware}`);
  if (hardware !== 1 || hardwareBytes !== 6) out.print(`, hlen ${hardwareBytes}`);
  if (hops !== 0) out.print(`, hops ${hops}`);
  const transaction = out.u32(at + 4);
  if (transaction !== 0) out.print(`, xid 0x${transaction.toString(16)}`);
  const seconds = out.u16(at + 8);
  if (seconds !== 0) out.print(`, secs ${seconds}`);
  const flags = out.u16(at + 10);
  out.print(`, Flags [${(flags & 0x8000) === 0 ? 'none' : 'Broadcast'}]`);
  if (out.options.verbosity > 1 && flags !== 0) out.print(` (${hex4(flags)})`);
  for (const [offset, name] of ADDRESSES) {
    if (!out.isZero(at + offset, 4)) out.print(`\n\t  ${name} ${out.ipv4(at + offset)}`);
  }
}

const ADDRESSES = [
  [12, 'Client-IP'],
  [16, 'Your-IP'],
  [20, 'Server-IP'],
  [24, 'Gateway-IP'],
] as const;

function printFileName(out: Printout, label: string, at: number, room: number): void {
  if (out.u8(at) === 0) return;
  const bytes = out.slice(at, room);
  const end = bytes.indexOf(0);
  out.print(`\n\t  ${label} "${textOf(end < 0 ? bytes : bytes.subarray(0, end))}"`);
  // Without its end, nothing after it is trusted.
  if (end < 0) throw new Truncated();
}

function printOptions(out: Printout, start: number, end: number): void {
  let at = start;
  while (at < end) {
    const code = out.u8(at);
    if (code === DHCP_OPTION.END) {
      printEnd(out, at, end);
      return;
    }
    if (code === DHCP_OPTION.PAD) {
      at++;
      continue;
    }
    const length = out.u8(at + 1);
    const [name, form] = OPTIONS[code] ?? ['Unknown', 'bytes'];
    out.print(`\n\t    ${name} (${code}), length ${length}: `);
    out.print(optionText(form, out.slice(at + 2, length)));
    at += 2 + length;
  }
}

/** The end and what fills the message up are told only to who wants all. */
function printEnd(out: Printout, at: number, end: number): void {
  if (out.options.verbosity <= 2) return;
  out.print('\n\t    END (255), length 0');
  const padding = end - at - 1;
  if (padding > 0) out.print(`\n\t    PAD (0), length 0, occurs ${padding}`);
}

function optionText(form: Form, bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (form) {
    case 'addresses':
      if (bytes.length % 4 !== 0) return hexOf(bytes);
      return Array.from({ length: bytes.length / 4 }, (_, n) => {
        return formatIpv4(view.getUint32(4 * n));
      }).join(',');
    case 'text':
      return `"${textOf(bytes)}"`;
    case 'number':
      return bytes.length <= 4 ? String(numberOf(bytes)) : hexOf(bytes);
    case 'message':
      return MESSAGES.get(bytes[0] ?? 0) ?? `Unknown (${bytes[0] ?? 0})`;
    case 'list':
      return listOf(bytes);
    case 'identifier': {
      if (bytes[0] !== 1 || bytes.length !== 7) return hexOf(bytes);
      return `ether ${Array.from(bytes.subarray(1), hex2).join(':')}`;
    }
    case 'bytes':
      return hexOf(bytes);
  }
}

const MESSAGES: ReadonlyMap<number, string> = new Map(
  Object.entries(DHCP_MESSAGE).map(([name, number]) => {
    const word = name.charAt(0) + name.slice(1).toLowerCase();
    return [number, word === 'Ack' || word === 'Nak' ? name : word];
  }),
);

/** Four names a line. */
function listOf(bytes: Uint8Array): string {
  const names = Array.from(bytes, (code) => `${OPTIONS[code]?.[0] ?? 'Unknown'} (${code})`);
  let text = '';
  for (let n = 0; n < names.length; n += 4) {
    text += `\n\t      ${names.slice(n, n + 4).join(', ')}`;
  }
  return text;
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, hex2).join('');
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }).join('');
}
