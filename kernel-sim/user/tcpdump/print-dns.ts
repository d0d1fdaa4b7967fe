// SPDX-License-Identifier: GPL-2.0-or-later
/** DNS messages as tcpdump tells them: RFC 1035. Linux: tcpdump's print-domain.c. */
import type { Printout } from './printout.ts';

const HEADER_BYTES = 12;
const FLAG = { QR: 0x8000, AA: 0x400, TC: 0x200, RD: 0x100, RA: 0x80, AD: 0x20, CD: 0x10 } as const;
// prettier-ignore
const OPERATIONS = ['', ' inv_q', ' stat', ' op3', ' notify', ' update', ' op6', ' op7', ' op8',
  ' updateA', ' updateD', ' updateDA', ' updateM', ' updateMA', ' zoneInit', ' zoneRef'];
// prettier-ignore
const RESULTS = ['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused', ' YXDomain',
  ' YXRRSet', ' NXRRSet', ' NotAuth', ' NotZone', ' Resp11', ' Resp12', ' Resp13', ' Resp14',
  ' NoChange'];
// prettier-ignore
const TYPES: Readonly<Record<number, string>> = {
  1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 13: 'HINFO', 15: 'MX', 16: 'TXT', 28: 'AAAA',
  33: 'SRV', 41: 'OPT', 252: 'AXFR', 255: 'ANY',
};
const TYPE = { NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, OPT: 41 };
const CLASS_IN = 1;
const JUMPS_MAX = 64;

/** A place in a message, which names and records move on. */
interface Reader {
  readonly out: Printout;
  readonly start: number;
  at: number;
}

export function printDns(out: Printout, start: number, length: number): void {
  out.protocol = 'domain';
  const flags = out.u16(start + 2);
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = [4, 6, 8, 10].map((at) =>
    out.u16(start + at),
  );
  const id = out.u16(start);
  const operation = OPERATIONS[(flags >> 11) & 15] ?? '';
  const reader = { out, start, at: start + HEADER_BYTES };
  if ((flags & FLAG.QR) !== 0) {
    const authority = (flags & FLAG.AA) === 0 ? '' : '*';
    const recursion = (flags & FLAG.RA) === 0 ? '-' : '';
    const cut = (flags & FLAG.TC) === 0 ? '' : '|';
    const authentic = (flags & FLAG.AD) === 0 ? '' : '$';
    const marks = `${authority}${recursion}${cut}${authentic}`;
    out.print(`${id}${operation}${RESULTS[flags & 15]}${marks}`);
    if (questions !== 1) out.print(` [${questions}q]`);
    printQuestions(reader, questions, out.options.verbosity > 1 ? ' q:' : undefined);
    out.print(` ${answers}/${authorities}/${additionals}`);
    printRecords(reader, answers, '');
    if (out.options.verbosity > 1) {
      printRecords(reader, authorities, ' ns:');
      printRecords(reader, additionals, ' ar:');
    }
  } else {
    const recursion = (flags & FLAG.RD) === 0 ? '' : '+';
    const unchecked = (flags & FLAG.CD) === 0 ? '' : '%';
    out.print(`${id}${operation}${recursion}${unchecked}`);
    if ((flags & 0x7eff & ~0x7830) !== 0) out.print(` [b2&3=0x${flags.toString(16)}]`);
    if (questions !== 1) out.print(` [${questions}q]`);
    if (answers !== 0) out.print(` [${answers}a]`);
    if (authorities !== 0) out.print(` [${authorities}n]`);
    if (additionals !== 0) out.print(` [${additionals}au]`);
    printQuestions(reader, questions, '');
    if (out.options.verbosity > 1) {
      printRecords(reader, answers, ' an:');
      printRecords(reader, authorities, ' ns:');
      printRecords(reader, additionals, ' ar:');
    }
  }
  out.print(` (${length})`);
}

/** `label` undefined: they are passed over. */
function printQuestions(reader: Reader, count: number, label: string | undefined): void {
  const { out } = reader;
  for (let n = 0; n < count; n++) {
    const name = readName(reader);
    const type = out.u16(reader.at);
    const kind = out.u16(reader.at + 2);
    reader.at += 4;
    if (label === undefined) continue;
    const unusual = (kind & 0x7fff) === CLASS_IN ? '' : ` ${className(kind)}`;
    const multicast = (kind & 0x8000) === 0 ? '' : ' (QU)';
    out.print(`${n === 0 ? label : ','} ${typeName(type)}${multicast}${unusual}? ${name}`);
  }
}

function printRecords(reader: Reader, count: number, label: string): void {
  for (let n = 0; n < count; n++) {
    reader.out.print(n === 0 ? label : ',');
    printRecord(reader);
  }
}

function printRecord(reader: Reader): void {
  const { out } = reader;
  const { verbosity } = out.options;
  const name = readName(reader);
  if (verbosity > 0) out.print(name === '.' ? ' .' : ` ${name}`);
  const type = out.u16(reader.at);
  const kind = out.u16(reader.at + 2);
  const seconds = out.u32(reader.at + 4);
  const length = out.u16(reader.at + 8);
  const data = reader.at + 10;
  if (kind !== CLASS_IN && type !== TYPE.OPT) out.print(` ${className(kind & 0x7fff)}`);
  if (verbosity > 2 && type !== TYPE.OPT) out.print(` [${duration(seconds)}]`);
  if (type === TYPE.OPT) out.print(` ${typeName(type)} UDPsize=${kind}`);
  else out.print(` ${typeName(type)}`);
  reader.at = data;
  printData(reader, type, length);
  reader.at = data + length;
}

function printData(reader: Reader, type: number, length: number): void {
  const { out, at } = reader;
  switch (type) {
    case 1:
      out.print(length === 4 ? ` ${out.ipv4(at)}` : ' len error');
      break;
    case TYPE.AAAA:
      out.print(length === 16 ? ` ${out.ipv6(at)}` : ' len error');
      break;
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      out.print(` ${readName(reader)}`);
      break;
    case TYPE.MX: {
      reader.at += 2;
      out.print(` ${readName(reader)} ${out.u16(at)}`);
      break;
    }
    case TYPE.SRV: {
      reader.at += 6;
      const name = readName(reader);
      out.print(` ${name}:${out.u16(at + 4)} ${out.u16(at)} ${out.u16(at + 2)}`);
      break;
    }
    case TYPE.TXT:
      printTexts(out, at, length);
      break;
    case TYPE.SOA:
      if (out.options.verbosity > 0) printAuthority(reader);
      break;
    default:
  }
}

function printTexts(out: Printout, at: number, length: number): void {
  for (let place = at; place < at + length;) {
    const count = out.u8(place);
    out.print(` "${textOf(out.slice(place + 1, count))}"`);
    place += 1 + count;
  }
}

function printAuthority(reader: Reader): void {
  const { out } = reader;
  const [server, mail] = [readName(reader), readName(reader)];
  const numbers = [0, 4, 8, 12, 16].map((offset) => out.u32(reader.at + offset));
  out.print(` ${server} ${mail} ${numbers.join(' ')}`);
}

/** With a dot at its end. A name that turns in a circle ends where it does. */
function readName(reader: Reader): string {
  const { out, start } = reader;
  let { at } = reader;
  let after: number | undefined;
  let name = '';
  for (let jumps = 0; jumps < JUMPS_MAX;) {
    const count = out.u8(at);
    if (count === 0) {
      reader.at = after ?? at + 1;
      return name === '' ? '.' : name;
    }
    if ((count & 0xc0) === 0xc0) {
      after ??= at + 2;
      at = start + (out.u16(at) & 0x3fff);
      jumps++;
      continue;
    }
    name += `${textOf(out.slice(at + 1, count & 0x3f))}.`;
    at += 1 + (count & 0x3f);
  }
  reader.at = after ?? at;
  return `${name}<LOOP>`;
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?';
  }).join('');
}

function typeName(type: number): string {
  return TYPES[type] ?? `Type${type}`;
}

function className(kind: number): string {
  if (kind === 3) return 'CHAOS';
  if (kind === 4) return 'HS';
  return kind === 255 ? 'ANY' : `Class ${kind}`;
}

/** `1d2h3m4s`, without what is none. */
function duration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 604_800), 'w'],
    [Math.floor(seconds / 86_400) % 7, 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const text = parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
  return text === '' ? '0s' : text;
}
