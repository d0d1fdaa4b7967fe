// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * DNS messages as bytes: RFC 1035, with AAAA (RFC 3596) and SRV (RFC 2782).
 *
 * What is read has come over a wire, so nothing in it is trusted: where a count, a length or a name
 * does not fit the bytes, there is no message.
 */
import { ipv6FromBytes, ipv6ToBytes } from './ip-address.ts';
import { DnsNameWriter, readDnsName } from './dns-name.ts';

/** Types of records, and of questions. */
// prettier-ignore
export const DNS_TYPE = {
  A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, ANY: 255,
} as const;

export const DNS_CLASS_IN = 1;
export const DNS_PORT = 53;
/** The longest message over UDP. */
export const DNS_UDP_MAX = 512;
/** The longest one over TCP, where two bytes of length come before it. */
export const DNS_TCP_MAX = 0xffff;

/** Bits of the second word. */
// prettier-ignore
export const DNS_FLAG = {
  /** It is an answer. */
  QR: 0x8000,
  /** By who has the zone. */
  AA: 0x0400,
  /** It was cut: ask over TCP. */
  TC: 0x0200,
  /** Ask others if need be; and: would do so. */
  RD: 0x0100, RA: 0x0080,
} as const;

/** How an answer ended: the low four bits of the flags. */
export const DNS_RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
} as const;

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** What a record says, by its type. IPv4 addresses are numbers, IPv6 addresses 32 hex digits. */
export type DnsData =
  | { readonly type: typeof DNS_TYPE.A; readonly address: number }
  | { readonly type: typeof DNS_TYPE.AAAA; readonly address: string }
  | {
      readonly type: typeof DNS_TYPE.NS | typeof DNS_TYPE.CNAME | typeof DNS_TYPE.PTR;
      readonly target: string;
    }
  | { readonly type: typeof DNS_TYPE.MX; readonly preference: number; readonly target: string }
  | {
      readonly type: typeof DNS_TYPE.SRV;
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: typeof DNS_TYPE.TXT; readonly texts: readonly Uint8Array[] }
  | {
      readonly type: typeof DNS_TYPE.SOA;
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
  | { readonly type: 'other'; readonly number: number; readonly bytes: Uint8Array };

export interface DnsRecord {
  readonly name: string;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: DnsData;
}

export interface DnsMessage {
  /** Chosen by who asks, given back in the answer. */
  readonly id: number;
  /** DNS_FLAG bits, the opcode, and DNS_RCODE. */
  readonly flags: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

const HEADER_BYTES = 12;
const QUESTION_BYTES_MIN = 5;
const RECORD_BYTES_MIN = 11;

/** How an answer ended: one of DNS_RCODE. */
export function dnsRcode({ flags }: DnsMessage): number {
  return flags & 0xf;
}

/** A question to a resolver. */
export function dnsQuery(id: number, name: string, type: number): DnsMessage {
  const questions = [{ name, type, class: DNS_CLASS_IN }];
  return { id, flags: DNS_FLAG.RD, questions, answers: [], authorities: [], additionals: [] };
}

// ---- Reading ----------------------------------------------------------------------------------

/** The message in `bytes`, or undefined. What follows it is left alone. */
export function decodeDnsMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const reader = new Reader(bytes);
  const id = reader.u16();
  const flags = reader.u16();
  const [questionCount, answerCount, authorityCount, additionalCount] = [
    reader.u16(),
    reader.u16(),
    reader.u16(),
    reader.u16(),
  ];
  const questions = reader.list(questionCount, QUESTION_BYTES_MIN, () => readQuestion(reader));
  const records = (count: number): DnsRecord[] =>
    reader.list(count, RECORD_BYTES_MIN, () => readRecord(reader));
  const answers = records(answerCount);
  const authorities = records(authorityCount);
  const additionals = records(additionalCount);
  return reader.isBad ? undefined : { id, flags, questions, answers, authorities, additionals };
}

/** Reads on from where it stands. Once something does not fit, all that follows is bad. */
class Reader {
  readonly #bytes: Uint8Array;
  at = 0;
  isBad = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) this.isBad = true;
    return byte ?? 0;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16();
  }

  name(): string {
    const read = this.isBad ? undefined : readDnsName(this.#bytes, this.at);
    this.at = read?.next ?? this.#bytes.length;
    if (read === undefined) this.isBad = true;
    return read?.name ?? '';
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.slice(this.at, this.at + count);
    if (taken.length < count) this.isBad = true;
    this.at += count;
    return taken;
  }

  /** So many of `read`, unless there cannot be so many in what is left. */
  list<T>(count: number, leastBytes: number, read: () => T): T[] {
    if (count * leastBytes > this.#bytes.length - this.at) this.isBad = true;
    const list: T[] = [];
    for (let n = 0; n < count && !this.isBad; n++) list.push(read());
    return list;
  }
}

function readQuestion(reader: Reader): DnsQuestion {
  return { name: reader.name(), type: reader.u16(), class: reader.u16() };
}

function readRecord(reader: Reader): DnsRecord {
  const name = reader.name();
  const type = reader.u16();
  const klass = reader.u16();
  const ttl = reader.u32();
  const length = reader.u16();
  const end = reader.at + length;
  const data = readData(reader, type, length);
  // What a type's data are must be exactly as long as they say.
  if (reader.at !== end) reader.isBad = true;
  return { name, class: klass, ttl, data };
}

function readData(reader: Reader, type: number, length: number): DnsData {
  switch (type) {
    case DNS_TYPE.A:
      return { type, address: reader.u32() };
    case DNS_TYPE.AAAA:
      return { type, address: ipv6FromBytes(padded(reader.take(16))) };
    case DNS_TYPE.NS:
    case DNS_TYPE.CNAME:
    case DNS_TYPE.PTR:
      return { type, target: reader.name() };
    case DNS_TYPE.MX:
      return { type, preference: reader.u16(), target: reader.name() };
    case DNS_TYPE.SRV: {
      const [priority, weight, port] = [reader.u16(), reader.u16(), reader.u16()];
      return { type, priority, weight, port, target: reader.name() };
    }
    case DNS_TYPE.TXT: {
      const end = reader.at + length;
      const texts: Uint8Array[] = [];
      while (reader.at < end && !reader.isBad) texts.push(reader.take(reader.u8()));
      return { type, texts };
    }
    case DNS_TYPE.SOA: {
      const [mname, rname] = [reader.name(), reader.name()];
      const [serial, refresh, retry] = [reader.u32(), reader.u32(), reader.u32()];
      const [expire, minimum] = [reader.u32(), reader.u32()];
      return { type, mname, rname, serial, refresh, retry, expire, minimum };
    }
    default:
      return { type: 'other', number: type, bytes: reader.take(length) };
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(16);
  whole.set(bytes);
  return whole;
}

// ---- Writing ----------------------------------------------------------------------------------

/**
 * The bytes of a message; undefined where one of its names is none. Records that do not fit into
 * `maxBytes` are left out, and DNS_FLAG.TC says so where they were answers.
 */
export function encodeDnsMessage(
  message: DnsMessage,
  maxBytes: number = DNS_UDP_MAX,
): Uint8Array | undefined {
  const names = new DnsNameWriter();
  const out: number[] = Array.from({ length: HEADER_BYTES }, () => 0);
  for (const question of message.questions) {
    if (!names.write(out, question.name)) return undefined;
    put16(out, question.type, question.class);
  }
  const counts = [message.questions.length];
  let { flags } = message;
  let isFull = false;
  for (const section of [message.answers, message.authorities, message.additionals]) {
    let count = 0;
    for (const record of isFull ? [] : section) {
      const before = out.length;
      if (!writeRecord(out, names, record)) return undefined;
      if (out.length > maxBytes) {
        out.length = before;
        names.truncate(before);
        isFull = true;
        if (section !== message.additionals) flags |= DNS_FLAG.TC;
        break;
      }
      count++;
    }
    counts.push(count);
  }
  const bytes = Uint8Array.from(out);
  const view = new DataView(bytes.buffer);
  for (const [n, word] of [message.id, flags, ...counts].entries()) view.setUint16(2 * n, word);
  return bytes;
}

function writeRecord(out: number[], names: DnsNameWriter, record: DnsRecord): boolean {
  const { data } = record;
  if (!names.write(out, record.name)) return false;
  put16(out, data.type === 'other' ? data.number : data.type, record.class);
  put32(out, record.ttl);
  const lengthAt = out.length;
  put16(out, 0);
  if (!writeData(out, names, data)) return false;
  const length = out.length - lengthAt - 2;
  out[lengthAt] = length >> 8;
  out[lengthAt + 1] = length & 0xff;
  return true;
}

function writeData(out: number[], names: DnsNameWriter, data: DnsData): boolean {
  switch (data.type) {
    case DNS_TYPE.A:
      put32(out, data.address);
      return true;
    case DNS_TYPE.AAAA:
      out.push(...ipv6ToBytes(data.address));
      return true;
    case DNS_TYPE.NS:
    case DNS_TYPE.CNAME:
    case DNS_TYPE.PTR:
      return names.write(out, data.target);
    case DNS_TYPE.MX:
      put16(out, data.preference);
      return names.write(out, data.target);
    case DNS_TYPE.SRV:
      put16(out, data.priority, data.weight, data.port);
      // Its target is not to be compressed: RFC 2782.
      return new DnsNameWriter().write(out, data.target);
    case DNS_TYPE.TXT:
      for (const text of data.texts) out.push(Math.min(text.length, 255), ...text.subarray(0, 255));
      return true;
    case DNS_TYPE.SOA:
      if (!names.write(out, data.mname) || !names.write(out, data.rname)) return false;
      put32(out, data.serial, data.refresh, data.retry, data.expire, data.minimum);
      return true;
    case 'other':
      out.push(...data.bytes);
      return true;
  }
}

function put16(out: number[], ...values: number[]): void {
  for (const value of values) out.push((value >> 8) & 0xff, value & 0xff);
}

function put32(out: number[], ...values: number[]): void {
  for (const value of values) put16(out, value >>> 16, value & 0xffff);
}
