// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * dnsd: a small DNS server, which knows the names of one file and no others.
 *
 * The file has a name and an address on each line. Questions come over UDP and TCP.
 *
 * Counterpart: busybox, networking/dnsd.c.
 */
import {
  decodeDnsMessage,
  DNS_CLASS_IN,
  DNS_FLAG,
  DNS_PORT,
  DNS_RCODE,
  DNS_TCP_MAX,
  DNS_TYPE,
  DNS_UDP_MAX,
  encodeDnsMessage,
  type DnsData,
  type DnsMessage,
  type DnsQuestion,
} from '../lib/dns-message.ts';
import { parseIpv4, parseIpv6 } from '../lib/ip-address.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { POLL } from '../uapi/fs.ts';
import { AF, MSG, SO, SOCK, SOL } from '../uapi/socket.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { reverseName } from './support/resolve.ts';

const OPTIONS: OptionSpec = { short: 'c:i:p:t:vs', long: { help: 'help' } };
const DEFAULT_FILE = '/etc/dnsd.conf';
const DEFAULT_TTL_SECONDS = 120;
const BACKLOG = 16;
/** Who opens a connection and says nothing is left. */
const SILENCE_MS = 5000;

const USAGE = `Usage: dnsd [-v] [-c CONFFILE] [-t TTL_SEC] [-p PORT] [-i ADDR]

Answer DNS questions

\t-c FILE\tNames and addresses (default /etc/dnsd.conf)
\t-t SEC\tHow long answers may be kept (default 120)
\t-p PORT\tListen on PORT (default 53)
\t-i ADDR\tListen on ADDR (default all)
\t-v\tSay what is asked
`;

/** Names in small letters, and what is known of them. */
type Zone = ReadonlyMap<string, readonly DnsData[]>;

export const dnsd = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args || args.operands.length > 0 || args.options.some((o) => o.name === 'help')) {
    yield* c.err('error' in args ? `${args.error}\n${USAGE}` : USAGE);
    return 1;
  }
  const value = (wanted: string): string | undefined =>
    args.options.findLast(({ name }) => name === wanted)?.value;
  const file = value('c') ?? DEFAULT_FILE;
  const text = yield* c.read_file(file);
  if (typeof text === 'number') return yield* c.die('dnsd', `${file}: ${c.strerror(text)}`);
  const server = new DnsServer(c, {
    zone: parseZone(decodeUtf8(text)),
    ttl: Number(value('t') ?? DEFAULT_TTL_SECONDS) || DEFAULT_TTL_SECONDS,
    isVerbose: args.options.some(({ name }) => name === 'v'),
  });
  const port = Number(value('p') ?? DNS_PORT) || DNS_PORT;
  const failure = yield* server.listen(value('i') ?? '0.0.0.0', port);
  if (failure < 0) return yield* c.die('dnsd', `bind: ${c.strerror(failure)}`);
  return yield* server.serve();
}, OPTIONS);

/** Addresses by name, and names by address; a name for another name makes it an alias. */
function parseZone(text: string): Zone {
  const zone = new Map<string, DnsData[]>();
  const add = (name: string, data: DnsData): void => {
    zone.set(name, [...(zone.get(name) ?? []), data]);
  };
  for (const line of text.split('\n')) {
    const [name = '', value = ''] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (name === '' || value === '') continue;
    const v4 = parseIpv4(value);
    const v6 = v4 === undefined ? parseIpv6(value) : undefined;
    if (v4 !== undefined) add(name, { type: DNS_TYPE.A, address: v4 });
    else if (v6 !== undefined) add(name, { type: DNS_TYPE.AAAA, address: v6 });
    else add(name, { type: DNS_TYPE.CNAME, target: value });
    const reverse = reverseName(value);
    const isAddress = v4 !== undefined || v6 !== undefined;
    // The first name of an address is the one that it is called.
    if (isAddress && !zone.has(reverse)) add(reverse, { type: DNS_TYPE.PTR, target: name });
  }
  return zone;
}

interface DnsServerSettings {
  readonly zone: Zone;
  readonly ttl: number;
  readonly isVerbose: boolean;
}

class DnsServer {
  readonly #c: Libc;
  readonly #settings: DnsServerSettings;
  #udp = -1;
  #tcp = -1;

  constructor(c: Libc, settings: DnsServerSettings) {
    this.#c = c;
    this.#settings = settings;
  }

  *listen(address: string, port: number): Sleeping<number> {
    const c = this.#c;
    const at = { family: AF.INET, address, port } as const;
    this.#udp = yield* c.socket(AF.INET, SOCK.DGRAM);
    this.#tcp = yield* c.socket(AF.INET, SOCK.STREAM);
    if (this.#udp < 0) return this.#udp;
    const bound = yield* c.bind(this.#udp, at);
    if (bound < 0 || this.#tcp < 0) return bound;
    yield* c.setsockopt(this.#tcp, SOL.SOCKET, SO.REUSEADDR, 1);
    const failure = yield* c.bind(this.#tcp, at);
    return failure < 0 ? failure : yield* c.listen(this.#tcp, BACKLOG);
  }

  *serve(): Sleeping<number> {
    const requests = [this.#udp, this.#tcp].map((fd) => ({ fd, events: POLL.IN }));
    for (;;) {
      const ready = yield* this.#c.poll(requests, -1);
      if (typeof ready === 'number') continue;
      if ((ready[0] ?? 0) !== 0) yield* this.#answerDatagram();
      if ((ready[1] ?? 0) !== 0) yield* this.#answerConnection();
    }
  }

  *#answerDatagram(): Sleeping<void> {
    const c = this.#c;
    const received = yield* c.recvfrom(this.#udp, DNS_UDP_MAX, MSG.DONTWAIT);
    if (typeof received === 'number') return;
    const answer = yield* this.#answer(received.bytes, DNS_UDP_MAX);
    if (answer !== undefined) yield* c.sendto(this.#udp, answer, MSG.NOSIGNAL, received.address);
  }

  *#answerConnection(): Sleeping<void> {
    const c = this.#c;
    const accepted = yield* c.accept(this.#tcp);
    if (typeof accepted === 'number') return;
    const { fd } = accepted;
    yield* c.set_timeout(fd, SO.RCVTIMEO, SILENCE_MS);
    let question = new Uint8Array();
    for (;;) {
      const wanted = question.length < 2 ? 2 : 2 + question[0]! * 256 + question[1]!;
      if (question.length >= 2 && question.length >= wanted) break;
      const piece = yield* c.recv(fd, wanted - question.length);
      if (typeof piece === 'number' || piece.length === 0) break;
      question = Uint8Array.of(...question, ...piece);
    }
    const answer = yield* this.#answer(question.subarray(2), DNS_TCP_MAX);
    if (answer !== undefined) {
      const head = Uint8Array.of(answer.length >> 8, answer.length & 0xff);
      yield* c.send(fd, Uint8Array.of(...head, ...answer), MSG.NOSIGNAL);
    }
    yield* c.close(fd);
  }

  /** Undefined for what is no question. */
  *#answer(bytes: Uint8Array, maxBytes: number): Sleeping<Uint8Array | undefined> {
    const question = decodeDnsMessage(bytes);
    if (question === undefined || (question.flags & DNS_FLAG.QR) !== 0) return undefined;
    const [asked] = question.questions;
    if (this.#settings.isVerbose && asked !== undefined) {
      yield* this.#c.err(`dnsd: type ${asked.type}, ${asked.name}\n`);
    }
    return encodeDnsMessage(this.#reply(question, asked), maxBytes);
  }

  #reply(message: DnsMessage, asked: DnsQuestion | undefined): DnsMessage {
    const opcode = (message.flags >>> 11) & 0xf;
    const reply = (rcode: number, found: readonly Found[] = []): DnsMessage => ({
      id: message.id,
      flags: DNS_FLAG.QR | DNS_FLAG.AA | (message.flags & DNS_FLAG.RD) | rcode,
      questions: asked === undefined ? [] : [asked],
      answers: found.map(({ name, data }) => {
        return { name, class: DNS_CLASS_IN, ttl: this.#settings.ttl, data };
      }),
      authorities: [],
      additionals: [],
    });
    if (opcode !== 0) return reply(DNS_RCODE.NOTIMP);
    if (asked === undefined || message.questions.length !== 1) return reply(DNS_RCODE.FORMERR);
    if (asked.class !== DNS_CLASS_IN) return reply(DNS_RCODE.NOTIMP);
    const found = this.#find(asked);
    return found === undefined ? reply(DNS_RCODE.NXDOMAIN) : reply(DNS_RCODE.NOERROR, found);
  }

  /** Records of a name, and of what it is an alias for; undefined when nobody is called so. */
  #find({ name, type }: DnsQuestion): Found[] | undefined {
    const { zone } = this.#settings;
    const found: Found[] = [];
    let current = name.toLowerCase();
    for (const seen = new Set<string>(); !seen.has(current);) {
      seen.add(current);
      const known = zone.get(current);
      if (known === undefined) return found.length > 0 ? found : undefined;
      const fitting = known.filter((data) => data.type === type || type === DNS_TYPE.ANY);
      const alias = known.find((data) => data.type === DNS_TYPE.CNAME);
      for (const data of fitting) found.push({ name: current, data });
      if (fitting.length > 0 || alias?.type !== DNS_TYPE.CNAME) break;
      found.push({ name: current, data: alias });
      current = alias.target;
    }
    return found;
  }
}

interface Found {
  readonly name: string;
  readonly data: DnsData;
}
