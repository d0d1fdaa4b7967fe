// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames as lines of text. Linux: tcpdump's print.c and print-ether.c. */
import { ETH_HLEN, ETH_P, ETH_P_802_3_MIN } from '../../uapi/if-ether.ts';
import { Conversations } from './conversations.ts';
import { asciiDump, hexDump } from './dumps.ts';
import type { CookedFrame } from './frame.ts';
import { printArp } from './print-arp.ts';
import { printIp } from './print-ip.ts';
import { printIp6 } from './print-ip6.ts';
import { Printout, Truncated, type HostNames, type PrintOptions } from './printout.ts';
import { TimePrinter, type TimeStyle } from './times.ts';

export interface FrameOptions extends PrintOptions {
  readonly times: TimeStyle;
  /** -x, -X, -A, and whether twice: with the link's header. */
  readonly dump: 'none' | 'hex' | 'hex+ascii' | 'ascii';
  readonly dumpsLink: boolean;
}

const TYPES: Readonly<Record<number, string>> = {
  [ETH_P.IP]: 'IPv4',
  [ETH_P.ARP]: 'ARP',
  [ETH_P.RARP]: 'Reverse ARP',
  [ETH_P.IPV6]: 'IPv6',
  [ETH_P.VLAN]: '802.1Q',
  0x88cc: 'LLDP',
};
const DIRECTIONS = ['In', 'B', 'M', 'P', 'Out'];
const COOKED_HEADER_BYTES = 20;

export class FramePrinter {
  readonly #options: FrameOptions;
  readonly #times: TimePrinter;
  readonly #conversations = new Conversations();

  constructor(options: FrameOptions) {
    this.#options = options;
    this.#times = new TimePrinter(options.times);
  }

  /** The lines of a frame, with a newline at the end. */
  text(frame: CookedFrame, hosts: HostNames): string {
    const options = this.#options;
    const out = new Printout(frame.bytes, options, hosts, this.#conversations);
    let isKnown = true;
    try {
      isKnown = printLink(out, frame);
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
      out.print(` [|${out.protocol}]`);
    }
    const time = this.#times.text(frame.seconds, frame.nanoseconds);
    return `${time}${out.text}${this.#dump(frame.bytes, isKnown)}\n`;
  }

  #dump(bytes: Uint8Array, isKnown: boolean): string {
    const { dump, dumpsLink, isQuiet } = this.#options;
    const shown = dumpsLink ? bytes : bytes.subarray(ETH_HLEN);
    if (dump === 'ascii') return asciiDump(shown);
    if (dump === 'none' && (isKnown || isQuiet)) return '';
    return hexDump(shown, dump !== 'hex');
  }
}

/** False: nobody knows what the frame carries. */
function printLink(out: Printout, frame: CookedFrame): boolean {
  if (frame.device !== undefined) printCooked(out, frame, frame.device);
  out.need(0, ETH_HLEN);
  let at = ETH_HLEN - 2;
  let type = out.u16(at);
  const { isQuiet } = out.options;
  const showsHead = out.options.showsLink && frame.device === undefined;
  if (showsHead) printHead(out, type, frame.lengthBytes);
  at += 2;
  while (type === ETH_P.VLAN) {
    const tag = out.u16(at);
    type = out.u16(at + 2);
    at += 4;
    if (!showsHead) continue;
    out.print(`vlan ${tag & 0xfff}, p ${tag >> 13}${(tag & 0x1000) === 0 ? '' : ', DEI'}, `);
    if (!isQuiet) out.print(`ethertype ${typeText(type)}, `);
  }
  const length = frame.lengthBytes - at;
  if (printNetwork(out, type, at, length)) return true;
  if (!showsHead && frame.device === undefined) printHead(out, type, frame.lengthBytes);
  return false;
}

function printNetwork(out: Printout, type: number, at: number, length: number): boolean {
  switch (type) {
    case ETH_P.IP:
      printIp(out, at, length);
      return true;
    case ETH_P.IPV6:
      printIp6(out, at, length);
      return true;
    case ETH_P.ARP:
    case ETH_P.RARP:
      if (!out.options.showsLink) out.print(type === ETH_P.ARP ? 'ARP, ' : 'Reverse ARP, ');
      printArp(out, at, length);
      return true;
    default:
      return false;
  }
}

function printHead(out: Printout, type: number, lengthBytes: number): void {
  out.print(`${out.mac(6)} > ${out.mac(0)}, `);
  if (type < ETH_P_802_3_MIN) out.print('802.3');
  else if (out.options.isQuiet) out.print(TYPES[type] ?? 'Unknown Ethertype (0x' + hex(type) + ')');
  else out.print(`ethertype ${typeText(type)}`);
  out.print(`, length ${lengthBytes}: `);
}

/** What a capture on all interfaces tells in place of Ethernet's header. */
function printCooked(out: Printout, frame: CookedFrame, device: string): void {
  const direction = DIRECTIONS[frame.direction ?? 0] ?? '?';
  out.print(`${device.padEnd(5)} ${direction.padEnd(3)} `);
  if (!out.options.showsLink) return;
  out.print(`ifindex ${frame.ifindex ?? 0} ${out.mac(6)} `);
  const type = out.u16(ETH_HLEN - 2);
  if (!out.options.isQuiet) out.print(`ethertype ${typeText(type)}, `);
  out.print(`length ${frame.lengthBytes - ETH_HLEN + COOKED_HEADER_BYTES}: `);
}

function typeText(type: number): string {
  return `${TYPES[type] ?? 'Unknown'} (0x${hex(type)})`;
}

function hex(type: number): string {
  return type.toString(16).padStart(4, '0');
}
