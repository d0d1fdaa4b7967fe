// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP segments as tcpdump tells them. Linux: tcpdump's print-tcp.c. */
import { IPPROTO } from '../../uapi/in.ts';
import { printHttp } from './print-http.ts';
import { bitNames, hex4, type Printout } from './printout.ts';
import { checksumOf, type Carrier } from './transport.ts';

const HEADER_BYTES = 20;
const FLAG = { FIN: 1, SYN: 2, RST: 4, ACK: 0x10, URG: 0x20 } as const;
const FLAG_NAMES = [
  [FLAG.FIN, 'F'],
  [FLAG.SYN, 'S'],
  [FLAG.RST, 'R'],
  [0x08, 'P'],
  [FLAG.ACK, '.'],
  [FLAG.URG, 'U'],
  [0x40, 'E'],
  [0x80, 'W'],
] as const;
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 8080, 3128]);
const KIND = { END: 0, NOP: 1, MSS: 2, WSCALE: 3, SACK_PERMITTED: 4, SACK: 5, TS: 8 } as const;

export function printTcp(out: Printout, at: number, length: number, carrier: Carrier): void {
  out.protocol = 'tcp';
  const { source, destination } = carrier;
  const [from, to] = [out.u16(at), out.u16(at + 2)];
  const ports = `${source}.${out.port(from, 'tcp')} > ${destination}.${out.port(to, 'tcp')}`;
  out.print(`${ports}: `);
  const headerBytes = (out.u8(at + 12) >> 4) * 4;
  if (headerBytes < HEADER_BYTES) {
    const bad = `[bad hdr length ${headerBytes} - too short, < ${HEADER_BYTES}]`;
    out.print(`tcp ${length - headerBytes} ${bad}`);
    return;
  }
  const payloadBytes = length - headerBytes;
  if (payloadBytes < 0) {
    const bad = `[bad hdr length ${headerBytes} - too long, > ${length}]`;
    out.print(`tcp ${payloadBytes} ${bad}`);
    return;
  }
  if (out.options.isQuiet) {
    out.print(`tcp ${payloadBytes}`);
    return;
  }
  const flags = out.u8(at + 13);
  out.print(`Flags [${bitNames(flags, FLAG_NAMES, '')}]`);
  printChecksum(out, at, length, carrier);
  const base = baseOf(out, at, `${source}.${from}`, `${destination}.${to}`, flags);
  printNumbers(out, at, payloadBytes, flags, base);
  if (headerBytes > HEADER_BYTES) printOptions(out, at + HEADER_BYTES, at + headerBytes, base);
  out.print(`, length ${payloadBytes}`);
  if (payloadBytes === 0) return;
  if (HTTP_PORTS.has(from) || HTTP_PORTS.has(to)) {
    out.print(': ');
    printHttp(out, at + headerBytes, payloadBytes);
  }
}

interface Base {
  readonly sequence: number;
  readonly acknowledged: number;
}

function baseOf(out: Printout, at: number, from: string, to: string, flags: number): Base {
  const none = { sequence: 0, acknowledged: 0 };
  if (out.options.isAbsolute || (flags & FLAG.ACK) === 0) return none;
  const [sequence, acknowledged] = [out.u32(at + 4), out.u32(at + 8)];
  const isSyn = (flags & FLAG.SYN) !== 0;
  return out.conversations.baseOf({ from, to, sequence, acknowledged, isSyn }) ?? none;
}

function printChecksum(out: Printout, at: number, length: number, carrier: Carrier): void {
  if (out.options.verbosity === 0 || carrier.isFragment) return;
  const held = out.u16(at + 16);
  const right = checksumOf(out, IPPROTO.TCP, at, length, 16, carrier);
  if (right === undefined) return;
  const verdict = right === held ? 'correct' : `incorrect -> ${hex4(right)}`;
  out.print(`, cksum ${hex4(held)} (${verdict})`);
}

function printNumbers(
  out: Printout,
  at: number,
  payloadBytes: number,
  flags: number,
  base: Base,
): void {
  const sequence = (out.u32(at + 4) - base.sequence) >>> 0;
  const isSpecial = (flags & (FLAG.SYN | FLAG.FIN | FLAG.RST)) !== 0;
  if (out.options.verbosity > 1 || payloadBytes > 0 || isSpecial) {
    out.print(`, seq ${sequence}`);
    if (payloadBytes > 0) out.print(`:${(sequence + payloadBytes) >>> 0}`);
  }
  if ((flags & FLAG.ACK) !== 0) {
    out.print(`, ack ${(out.u32(at + 8) - base.acknowledged) >>> 0}`);
  }
  out.print(`, win ${out.u16(at + 14)}`);
  if ((flags & FLAG.URG) !== 0) out.print(`, urg ${out.u16(at + 18)}`);
}

function printOptions(out: Printout, start: number, end: number, base: Base): void {
  const told: string[] = [];
  let at = start;
  while (at < end) {
    const kind = out.u8(at);
    if (kind === KIND.END || kind === KIND.NOP) {
      told.push(kind === KIND.END ? 'eol' : 'nop');
      if (kind === KIND.END) break;
      at++;
      continue;
    }
    const length = at + 1 < end ? out.u8(at + 1) : 0;
    if (length < 2 || at + length > end) {
      told.push(`${nameOf(kind)} [bad opt]`);
      break;
    }
    told.push(optionText(out, kind, at, length, base));
    at += length;
  }
  out.print(`, options [${told.join(',')}]`);
}

function nameOf(kind: number): string {
  const names: Readonly<Record<number, string>> = {
    [KIND.MSS]: 'mss',
    [KIND.WSCALE]: 'wscale',
    [KIND.SACK_PERMITTED]: 'sackOK',
    [KIND.SACK]: 'sack',
    [KIND.TS]: 'TS',
  };
  return names[kind] ?? `unknown-${kind}`;
}

function optionText(out: Printout, kind: number, at: number, length: number, base: Base): string {
  const name = nameOf(kind);
  if (kind === KIND.MSS && length === 4) return `${name} ${out.u16(at + 2)}`;
  if (kind === KIND.WSCALE && length === 3) return `${name} ${out.u8(at + 2)}`;
  if (kind === KIND.SACK_PERMITTED && length === 2) return name;
  if (kind === KIND.TS && length === 10) {
    return `${name} val ${out.u32(at + 2)} ecr ${out.u32(at + 6)}`;
  }
  if (kind === KIND.SACK && (length - 2) % 8 === 0) {
    let blocks = '';
    for (let block = at + 2; block < at + length; block += 8) {
      const [left, right] = [block, block + 4].map((each) => {
        return (out.u32(each) - base.acknowledged) >>> 0;
      });
      blocks += `{${left}:${right}}`;
    }
    return `${name} ${(length - 2) / 8} ${blocks}`;
  }
  let bytes = '';
  for (const byte of out.slice(at + 2, length - 2)) bytes += byte.toString(16).padStart(2, '0');
  return bytes === '' ? name : `${name} 0x${bytes}`;
}
