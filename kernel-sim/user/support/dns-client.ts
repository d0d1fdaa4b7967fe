// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Asking DNS servers: over UDP, and over TCP when the answer did not fit.
 *
 * Linux: resolv.conf(5), res_send(3).
 */
import {
  decodeDnsMessage,
  DNS_FLAG,
  DNS_PORT,
  DNS_TCP_MAX,
  DNS_UDP_MAX,
  dnsQuery,
  encodeDnsMessage,
  type DnsMessage,
} from '../../lib/dns-message.ts';
import { parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import { AF, SO, SOCK, SOCK_FLAG } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import { connectTo } from './connect.ts';

const NAMESERVERS_MAX = 3;
const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;
const MS_PER_S = 1000;

/** /etc/resolv.conf, read. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  /** Domains that a name may be meant in. */
  readonly search: readonly string[];
  /** A name with so many dots is first taken as it is. */
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}

export function* readResolverConfig(c: Libc): Sleeping<ResolverConfig> {
  const file = yield* c.read_file('/etc/resolv.conf');
  return parseResolverConfig(typeof file === 'number' ? '' : decodeUtf8(file));
}

export function parseResolverConfig(text: string): ResolverConfig {
  const nameservers: string[] = [];
  let search: readonly string[] = [];
  const options = { ndots: 1, timeout: 5, attempts: 2 };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    const [first = ''] = values;
    if (keyword === 'nameserver' && isAddress(first)) nameservers.push(first);
    else if (keyword === 'domain') search = values.slice(0, 1);
    else if (keyword === 'search') search = values;
    else if (keyword === 'options') {
      for (const word of values) {
        const match = /^(?<name>ndots|timeout|attempts):(?<value>\d{1,3})$/.exec(word)?.groups;
        if (match === undefined) continue;
        options[match['name'] as keyof typeof options] = Number(match['value']);
      }
    }
  }
  return {
    nameservers: nameservers.length === 0 ? ['127.0.0.1'] : nameservers.slice(0, NAMESERVERS_MAX),
    search,
    ndots: Math.min(15, options.ndots),
    timeoutMs: Math.max(1, Math.min(30, options.timeout)) * MS_PER_S,
    attempts: Math.max(1, Math.min(5, options.attempts)),
  };
}

function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;
}

export function serverAddress(server: string, port: number = DNS_PORT): InetSocketAddress {
  const family = parseIpv4(server) === undefined ? AF.INET6 : AF.INET;
  return { family, address: server, port };
}

/**
 * A server's answer to one question, or a negative errno: -ETIMEDOUT when it said nothing,
 * -ECONNREFUSED when nobody listens there.
 */
export function* askServer(
  c: Libc,
  server: InetSocketAddress,
  name: string,
  type: number,
  timeoutMs: number,
): Sleeping<DnsMessage | number> {
  const random = yield* c.getrandom(2);
  const id = typeof random === 'number' ? 0 : random[0]! * 256 + random[1]!;
  const question = encodeDnsMessage(dnsQuery(id, name, type));
  if (question === undefined) return -ERRNO.EINVAL;
  const fd = yield* c.socket(server.family, SOCK.DGRAM | SOCK_FLAG.CLOEXEC);
  if (fd < 0) return fd;
  const answer = yield* askOverUdp(c, fd, server, question, timeoutMs);
  yield* c.close(fd);
  if (typeof answer === 'number' || (answer.flags & DNS_FLAG.TC) === 0) return answer;
  const whole = yield* askOverTcp(c, server, question, timeoutMs);
  return typeof whole === 'number' ? answer : whole;
}

function* askOverUdp(
  c: Libc,
  fd: number,
  server: InetSocketAddress,
  question: Uint8Array,
  timeoutMs: number,
): Sleeping<DnsMessage | number> {
  // Connected, it hears that nobody listens.
  const failure = yield* c.connect(fd, server);
  if (failure < 0) return failure;
  const sent = yield* c.send(fd, question);
  if (sent < 0) return sent;
  const endNs = (yield* nowNs(c)) + timeoutMs * NS_PER_MS;
  for (;;) {
    const leftMs = Math.ceil((endNs - (yield* nowNs(c))) / NS_PER_MS);
    if (leftMs <= 0) return -ERRNO.ETIMEDOUT;
    const ready = yield* c.poll([{ fd, events: POLL.IN }], leftMs);
    if (typeof ready === 'number') return ready;
    if ((ready[0] ?? 0) === 0) return -ERRNO.ETIMEDOUT;
    const bytes = yield* c.recv(fd, 8 * DNS_UDP_MAX);
    if (typeof bytes === 'number') return bytes;
    const answer = decodeDnsMessage(bytes);
    if (answer !== undefined && isAnswerTo(answer, question)) return answer;
  }
}

function* askOverTcp(
  c: Libc,
  server: InetSocketAddress,
  question: Uint8Array,
  timeoutMs: number,
): Sleeping<DnsMessage | number> {
  const fd = yield* connectTo(c, server, timeoutMs);
  if (fd < 0) return fd;
  yield* c.set_timeout(fd, SO.RCVTIMEO, timeoutMs);
  const framed = new Uint8Array(2 + question.length);
  new DataView(framed.buffer).setUint16(0, question.length);
  framed.set(question, 2);
  const sent = yield* c.send(fd, framed);
  const head = sent < 0 ? sent : yield* receiveExactly(c, fd, 2);
  const length = typeof head === 'number' ? 0 : head[0]! * 256 + head[1]!;
  const bytes = length === 0 ? -ERRNO.EIO : yield* receiveExactly(c, fd, length);
  yield* c.close(fd);
  if (typeof bytes === 'number') return bytes;
  const answer = decodeDnsMessage(bytes);
  return answer !== undefined && isAnswerTo(answer, question) ? answer : -ERRNO.EIO;
}

function* receiveExactly(c: Libc, fd: number, length: number): Sleeping<Uint8Array | number> {
  const bytes = new Uint8Array(Math.min(length, DNS_TCP_MAX));
  for (let at = 0; at < bytes.length;) {
    const piece = yield* c.recv(fd, bytes.length - at);
    if (typeof piece === 'number') return piece;
    if (piece.length === 0) return -ERRNO.EIO;
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Whoever can guess a port must still guess the number and the question. */
function isAnswerTo(answer: DnsMessage, question: Uint8Array): boolean {
  const asked = decodeDnsMessage(question);
  const [was] = asked?.questions ?? [];
  const [is] = answer.questions;
  if (answer.id !== asked?.id || (answer.flags & DNS_FLAG.QR) === 0) return false;
  // Who fails may leave the question out.
  if (is === undefined) return answer.answers.length === 0;
  return was?.name.toLowerCase() === is.name.toLowerCase() && was.type === is.type;
}

function* nowNs(c: Libc): Sleeping<number> {
  const now = yield* c.clock_gettime();
  return typeof now === 'number' ? 0 : now.seconds * NS_PER_S + now.nanoseconds;
}
