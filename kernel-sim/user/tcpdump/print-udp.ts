// SPDX-License-Identifier: GPL-2.0-or-later
/** UDP datagrams as tcpdump tells them. Linux: tcpdump's print-udp.c. */
import { IPPROTO } from '../../uapi/in.ts';
import { printDhcp } from './print-dhcp.ts';
import { printDns } from './print-dns.ts';
import { hex4, type Printout } from './printout.ts';
import { checksumOf, type Carrier } from './transport.ts';

const HEADER_BYTES = 8;

export function printUdp(out: Printout, at: number, length: number, carrier: Carrier): void {
  out.protocol = 'udp';
  const [from, to] = [out.u16(at), out.u16(at + 2)];
  const { source, destination } = carrier;
  const ports = `${source}.${out.port(from, 'udp')} > ${destination}.${out.port(to, 'udp')}`;
  out.print(`${ports}: `);
  const said = out.u16(at + 4);
  if (said < HEADER_BYTES) {
    out.print(`truncated-udplength ${said}`);
    return;
  }
  const dataBytes = said - HEADER_BYTES;
  const thereBytes = Math.min(length - HEADER_BYTES, dataBytes);
  if (out.options.isQuiet) {
    out.print(`UDP, length ${dataBytes}`);
    return;
  }
  if (out.options.verbosity > 1 && !carrier.isFragment) printChecksum(out, at, said, carrier);
  const data = at + HEADER_BYTES;
  const isEither = (port: number): boolean => from === port || to === port;
  if (isEither(53) || isEither(5353)) {
    printDns(out, data, thereBytes);
  } else if (isEither(67) || isEither(68)) {
    printDhcp(out, data, thereBytes);
  } else if (dataBytes > thereBytes && !carrier.isFragment) {
    out.print(`UDP, bad length ${dataBytes} > ${thereBytes}`);
  } else {
    out.print(`UDP, length ${dataBytes}`);
  }
}

function printChecksum(out: Printout, at: number, length: number, carrier: Carrier): void {
  const held = out.u16(at + 6);
  if (held === 0) {
    out.print('[no cksum] ');
    return;
  }
  const right = checksumOf(out, IPPROTO.UDP, at, length, 6, carrier);
  if (right === undefined) return;
  // A sum of zero is written the other way.
  const written = right === 0 ? 0xffff : right;
  if (written === held) out.print('[udp sum ok] ');
  else out.print(`[bad udp cksum ${hex4(held)} -> ${hex4(right)}!] `);
}
