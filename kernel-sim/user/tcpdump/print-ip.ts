// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv4 packets as tcpdump tells them: RFC 791. Linux: tcpdump's print-ip.c. */
import { IPPROTO } from '../../uapi/in.ts';
import { complement, wordSum } from '../../lib/packet/sum.ts';
import { printIcmp } from './print-icmp.ts';
import { printIp6 } from './print-ip6.ts';
import { printTcp } from './print-tcp.ts';
import { printUdp } from './print-udp.ts';
import { bitNames, type Printout } from './printout.ts';

const HEADER_BYTES = 20;
const ECN = ['', ',ECT(1)', ',ECT(0)', ',CE'];
const PROTOCOLS: Readonly<Record<number, string>> = {
  [IPPROTO.ICMP]: 'ICMP',
  [IPPROTO.IGMP]: 'IGMP',
  [IPPROTO.IPV6]: 'IPv6',
  4: 'IPIP',
  [IPPROTO.TCP]: 'TCP',
  [IPPROTO.UDP]: 'UDP',
  47: 'GRE',
};

/** `length`: what the link had of it, with what filled the frame up. */
export function printIp(out: Printout, at: number, length: number): void {
  out.protocol = 'ip';
  if (!out.options.showsLink) out.print('IP ');
  if (out.u8(at) >> 4 !== 4) {
    out.print(
      out.u8(at) >> 4 === 6
        ? 'IP6, wrong link-layer encapsulation'
        : 'wrong link-layer encapsulation',
    );
    return;
  }
  const headerBytes = (out.u8(at) & 15) * 4;
  if (headerBytes < HEADER_BYTES) {
    out.print(`bad-hlen ${headerBytes}`);
    return;
  }
  out.need(at, HEADER_BYTES);
  const totalBytes = out.u16(at + 2);
  if (length < totalBytes) out.print(`truncated-ip - ${totalBytes - length} bytes missing! `);
  if (totalBytes < headerBytes) {
    out.print(`bad-len ${totalBytes}`);
    return;
  }
  out.limit(at + totalBytes);
  if (out.options.verbosity > 0) printHead(out, at, headerBytes, totalBytes);
  printPayload(out, at, headerBytes, totalBytes);
}

function printHead(out: Printout, at: number, headerBytes: number, totalBytes: number): void {
  const service = out.u8(at + 1);
  const [ttl, id, word] = [out.u8(at + 8), out.u16(at + 4), out.u16(at + 6)];
  out.print(`(tos 0x${service.toString(16)}${ECN[service & 3]}`);
  if (ttl >= 1) out.print(`, ttl ${ttl}`);
  const flags = bitNames(word, [
    [0x2000, '+'],
    [0x4000, 'DF'],
    [0x8000, 'rsvd'],
  ]);
  const protocol = out.u8(at + 9);
  out.print(`, id ${id}, offset ${(word & 0x1fff) * 8}, flags [${flags}]`);
  out.print(`, proto ${PROTOCOLS[protocol] ?? 'unknown'} (${protocol}), length ${totalBytes}`);
  if (headerBytes > HEADER_BYTES) {
    out.print(`, options (${optionsText(out, at + HEADER_BYTES, at + headerBytes)})`);
  }
  const head = wordSum(out.slice(at, headerBytes), 0, headerBytes);
  const held = out.u16(at + 10);
  if (complement(head) !== 0) {
    const others = wordSum(out.bytes, at + 12, at + headerBytes, wordSum(out.bytes, at, at + 10));
    out.print(`, bad cksum ${held.toString(16)} (->${complement(others).toString(16)})!`);
  }
  out.print(')\n    ');
}

function optionsText(out: Printout, start: number, end: number): string {
  const names: string[] = [];
  for (let at = start; at < end;) {
    const kind = out.u8(at);
    names.push(OPTIONS[kind] ?? `unknown ${kind}`);
    if (kind === 0) break;
    const length = kind === 1 ? 1 : out.u8(at + 1);
    if (length < (kind === 1 ? 1 : 2)) {
      names.push(`[bad length ${length}]`);
      break;
    }
    at += length;
  }
  return names.join(',');
}

const OPTIONS: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  7: 'RR',
  68: 'timestamp',
  131: 'LSRR',
  137: 'SSRR',
  148: 'RA',
};

function printPayload(out: Printout, at: number, headerBytes: number, totalBytes: number): void {
  const protocol = out.u8(at + 9);
  const word = out.u16(at + 6);
  const [source, destination] = [out.ipv4(at + 12), out.ipv4(at + 16)];
  const payload = at + headerBytes;
  const length = totalBytes - headerBytes;
  const isFragment = (word & 0x3fff) !== 0;
  const named = out.options.isNumeric ? undefined : PROTOCOLS[protocol]?.toLowerCase();
  if ((word & 0x1fff) !== 0) {
    out.print(`${source} > ${destination}: ${named ?? `ip-proto-${protocol}`}`);
    return;
  }
  const carrier = { source, destination, addressesAt: at + 12, addressesBytes: 8, isFragment };
  switch (protocol) {
    case IPPROTO.TCP:
      printTcp(out, payload, length, carrier);
      return;
    case IPPROTO.UDP:
      printUdp(out, payload, length, carrier);
      return;
    default:
      out.print(`${source} > ${destination}: `);
  }
  if (protocol === IPPROTO.ICMP) {
    printIcmp(out, payload, length, isFragment, (from, room) => printIp(out, from, room));
  } else if (protocol === IPPROTO.IPV6) {
    printIp6(out, payload, length);
  } else {
    out.print(`${named ?? `ip-proto-${protocol}`} ${length}`);
  }
}
