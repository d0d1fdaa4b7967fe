// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv6 packets as tcpdump tells them: RFC 8200. Linux: tcpdump's print-ip6.c. */
import { IPPROTO } from '../../uapi/in.ts';
import { printIcmp6 } from './print-icmp6.ts';
import { printTcp } from './print-tcp.ts';
import { printUdp } from './print-udp.ts';
import { hex4, type Printout } from './printout.ts';

const HEADER_BYTES = 40;
const PROTOCOLS: Readonly<Record<number, string>> = {
  [IPPROTO.HOPOPTS]: 'Options',
  [IPPROTO.TCP]: 'TCP',
  [IPPROTO.UDP]: 'UDP',
  [IPPROTO.ROUTING]: 'Routing',
  [IPPROTO.FRAGMENT]: 'Fragment',
  [IPPROTO.ICMPV6]: 'ICMPv6',
  [IPPROTO.NONE]: 'No next header',
  [IPPROTO.DSTOPTS]: 'Options',
};

export function printIp6(out: Printout, at: number, length: number): void {
  out.protocol = 'ip6';
  if (!out.options.showsLink) out.print('IP6 ');
  const first = out.u32(at);
  if (first >>> 28 !== 6) {
    out.print(
      first >>> 28 === 4 ? 'IP, wrong link-layer encapsulation' : 'wrong link-layer encapsulation',
    );
    return;
  }
  out.need(at, HEADER_BYTES);
  const payloadBytes = out.u16(at + 4);
  const totalBytes = payloadBytes + HEADER_BYTES;
  if (length < totalBytes) out.print(`truncated-ip6 - ${totalBytes - length} bytes missing!`);
  out.limit(at + totalBytes);
  const next = out.u8(at + 6);
  if (out.options.verbosity > 0) printHead(out, at, first, next, payloadBytes);
  const [source, destination] = [out.ipv6(at + 8), out.ipv6(at + 24)];
  if (next !== IPPROTO.TCP && next !== IPPROTO.UDP) out.print(`${source} > ${destination}: `);
  const places = { at: at + HEADER_BYTES, end: at + totalBytes };
  const carrier = { source, destination, addressesAt: at + 8, addressesBytes: 32 };
  printHeaders(out, next, places, carrier);
}

function printHead(
  out: Printout,
  at: number,
  first: number,
  next: number,
  payloadBytes: number,
): void {
  const service = (first >>> 20) & 0xff;
  const label = first & 0xf_ffff;
  out.print('(');
  if (service !== 0) out.print(`class 0x${service.toString(16).padStart(2, '0')}, `);
  if (label !== 0) out.print(`flowlabel 0x${label.toString(16).padStart(5, '0')}, `);
  const name = `${PROTOCOLS[next] ?? 'unknown'} (${next})`;
  out.print(`hlim ${out.u8(at + 7)}, next-header ${name} payload length: ${payloadBytes}) `);
}

interface Addresses {
  readonly source: string;
  readonly destination: string;
  readonly addressesAt: number;
  readonly addressesBytes: number;
}

/** The extensions one after the other, then what they carry. */
function printHeaders(
  out: Printout,
  first: number,
  places: { readonly at: number; readonly end: number },
  addresses: Addresses,
): void {
  let next = first;
  let { at } = places;
  let isFragment = false;
  for (;;) {
    const length = places.end - at;
    switch (next) {
      case IPPROTO.HOPOPTS:
      case IPPROTO.DSTOPTS:
      case IPPROTO.ROUTING:
        next = printExtension(out, next, at);
        at += 8 * (out.u8(at + 1) + 1);
        if (at > places.end) return;
        break;
      case IPPROTO.FRAGMENT: {
        const word = out.u16(at + 2);
        const id = out.options.verbosity > 0 ? `${hex8(out.u32(at + 4))}:` : '';
        out.print(`frag (${id}${word & 0xfff8}|${length - 8})`);
        if ((word & 0xfff8) !== 0) return;
        out.print(' ');
        isFragment = (word & 1) !== 0;
        next = out.u8(at);
        at += 8;
        break;
      }
      case IPPROTO.TCP:
        printTcp(out, at, length, { ...addresses, isFragment });
        return;
      case IPPROTO.UDP:
        printUdp(out, at, length, { ...addresses, isFragment });
        return;
      case IPPROTO.ICMPV6:
        printIcmp6(out, at, length, { ...addresses, isFragment }, (quoted, room) => {
          out.print('\n\t');
          printIp6(out, quoted, room);
        });
        return;
      case IPPROTO.NONE:
        out.print('no next header');
        return;
      default:
        out.print(`ip-proto-${next} ${length}`);
        return;
    }
  }
}

const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  [IPPROTO.HOPOPTS]: 'HBH',
  [IPPROTO.DSTOPTS]: 'DSTOPT',
  [IPPROTO.ROUTING]: 'srcrt',
};

/** The number of the next header. */
function printExtension(out: Printout, kind: number, at: number): number {
  const length = 8 * (out.u8(at + 1) + 1);
  out.print(`${EXTENSION_NAMES[kind]} `);
  if (out.options.verbosity > 0 && kind !== IPPROTO.ROUTING) {
    for (let place = at + 2; place < at + length;) {
      const type = out.u8(place);
      const optionBytes = type === 0 ? 1 : out.u8(place + 1) + 2;
      if (type === 0) out.print('(pad1) ');
      else if (type === 1) out.print('(padn) ');
      else if (type === 5) out.print(`(rtalert: ${hex4(out.u16(place + 2))}) `);
      else out.print(`(opt_type 0x${type.toString(16).padStart(2, '0')}: len=${optionBytes - 2}) `);
      place += optionBytes;
    }
  }
  return out.u8(at);
}

function hex8(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
