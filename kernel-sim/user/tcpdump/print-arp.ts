// SPDX-License-Identifier: GPL-2.0-or-later
/** ARP as tcpdump tells it. Linux: tcpdump's print-arp.c. */
import type { Printout } from './printout.ts';

const HEADER_BYTES = 8;
const ETHERNET_ARP_BYTES = 28;
const OPERATION = { REQUEST: 1, REPLY: 2, REVREQUEST: 3, REVREPLY: 4 } as const;

export function printArp(out: Printout, at: number, length: number): void {
  out.protocol = 'arp';
  const { verbosity } = out.options;
  const [hardware, protocol] = [out.u16(at), out.u16(at + 2)];
  const [hardwareBytes, protocolBytes] = [out.u8(at + 4), out.u8(at + 5)];
  const operation = out.u16(at + 6);
  const isUsual = hardware === 1 && protocol === 0x800;
  const isFit = hardwareBytes === 6 && protocolBytes === 4;
  if (!isUsual || !isFit || verbosity > 0) {
    const link = hardware === 1 ? 'Ethernet' : `Unknown Hardware (${hardware})`;
    const network = protocol === 0x800 ? 'IPv4' : `Unknown Protocol (0x${hex(protocol)})`;
    out.print(`${link} (len ${hardwareBytes}), ${network} (len ${protocolBytes}), `);
  }
  if (!isUsual || !isFit) {
    out.print(`Unknown (${operation}), length ${length}`);
    return;
  }
  const sender = at + HEADER_BYTES;
  const target = sender + 10;
  out.need(at, ETHERNET_ARP_BYTES);
  const known = out.isZero(target, 6) ? '' : ` (${out.mac(target)})`;
  switch (operation) {
    case OPERATION.REQUEST:
      out.print(`Request who-has ${out.ipv4(target + 6)}${known} tell ${out.ipv4(sender + 6)}`);
      break;
    case OPERATION.REPLY:
      out.print(`Reply ${out.ipv4(sender + 6)} is-at ${out.mac(sender)}`);
      break;
    case OPERATION.REVREQUEST:
      out.print(`Reverse Request who-is ${out.mac(target)} tell ${out.mac(sender)}`);
      break;
    case OPERATION.REVREPLY:
      out.print(`Reverse Reply ${out.mac(target)} at ${out.ipv4(target + 6)}`);
      break;
    default:
      out.print(`Unknown (${operation})`);
  }
  out.print(`, length ${length}`);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
