// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * nslookup: asks a DNS server.
 *
 * Counterpart: bind9-dnsutils. Differs: no interactive mode but for words on standard input.
 */
import {
  DNS_FLAG,
  DNS_RCODE,
  DNS_TYPE,
  dnsRcode,
  type DnsData,
  type DnsMessage,
  type DnsRecord,
} from '../lib/dns-message.ts';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../lib/ip-address.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { askServer, readResolverConfig, serverAddress } from './support/dns-client.ts';
import { GaiError, resolve, reverseName } from './support/resolve.ts';

const MS_PER_S = 1000;

interface Settings {
  /** As it was named, and its addresses. */
  serverName: string;
  servers: readonly string[];
  search: readonly string[];
  ndots: number;
  /** A and AAAA unless told. */
  type: number | undefined;
  timeoutMs: number;
  tries: number;
  isDebugging: boolean;
  port: number;
}

export const nslookup = defineProgram(function* (c) {
  const config = yield* readResolverConfig(c);
  const settings: Settings = {
    serverName: config.nameservers[0] ?? '127.0.0.1',
    servers: config.nameservers,
    search: config.search,
    ndots: config.ndots,
    type: undefined,
    timeoutMs: config.timeoutMs,
    tries: config.attempts + 1,
    isDebugging: false,
    port: 53,
  };
  const words: string[] = [];
  for (const word of c.argv.slice(1)) {
    if (word === '-' || !word.startsWith('-')) words.push(word);
    else c.out(applyOption(settings, word.slice(1)));
  }
  const [name, server] = words;
  if (server !== undefined && !(yield* chooseServer(c, settings, server))) return 1;
  if (name !== undefined && name !== '-') return yield* lookUp(c, settings, name);
  return yield* obeyInput(c, settings);
});

/** What an option has to say. */
function applyOption(settings: Settings, option: string): string {
  const [name = '', value = ''] = option.split('=');
  const number = /^\d{1,5}$/.test(value) ? Number(value) : undefined;
  if (name === 'debug') settings.isDebugging = true;
  else if (name === 'nodebug') settings.isDebugging = false;
  else if (/^(?:type|query|querytype|ty|q)$/.test(name)) {
    const type = DNS_TYPE[value.toUpperCase() as keyof typeof DNS_TYPE] as number | undefined;
    if (type === undefined) return `unknown query type: ${value}\n`;
    settings.type = type;
  } else if (name === 'timeout' && number !== undefined) {
    settings.timeoutMs = Math.max(1, number) * MS_PER_S;
  } else if (name === 'retry' && number !== undefined) settings.tries = number + 1;
  else if (name === 'port' && number !== undefined) settings.port = number;
  else if (name !== 'recurse' && name !== 'search') return `*** Invalid option: ${option}\n`;
  return '';
}

/** False after a complaint. */
function* chooseServer(c: Libc, settings: Settings, name: string): Sleeping<boolean> {
  const found = yield* resolve(c, name);
  if (found instanceof GaiError) {
    c.out(`nslookup: couldn't get address for '${name}': not found\n`);
    return false;
  }
  settings.serverName = name;
  settings.servers = found.map(({ address }) => address);
  return true;
}

function* obeyInput(c: Libc, settings: Settings): Sleeping<number> {
  const lines = c.lines(0);
  const isTerminal = yield* c.isatty(0);
  let status = 0;
  for (;;) {
    if (isTerminal) c.out('> ');
    yield* c.flush();
    const line = yield* lines.next();
    if (typeof line !== 'string') break;
    const [command = '', ...values] = line.trim().split(/\s+/);
    if (command === 'exit') break;
    if (command === 'server') {
      if (values[0] !== undefined) yield* chooseServer(c, settings, values[0]);
      const [address = ''] = settings.servers;
      c.out(`Default server: ${settings.serverName}\nAddress: ${address}#${settings.port}\n`);
    } else if (command === 'set') {
      for (const value of values) c.out(applyOption(settings, value));
    } else if (command !== '') status = yield* lookUp(c, settings, command);
  }
  return status;
}

// ---- One question -----------------------------------------------------------------------------

function* lookUp(c: Libc, settings: Settings, text: string): Sleeping<number> {
  const isAddress = parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;
  const name = isAddress ? reverseName(text) : text;
  const types =
    settings.type !== undefined
      ? [settings.type]
      : isAddress
        ? [DNS_TYPE.PTR]
        : [DNS_TYPE.A, DNS_TYPE.AAAA];
  let hasHeading = isAddress;
  let answered = 0;
  for (const [index, type] of types.entries()) {
    const reply = yield* ask(c, settings, name, type);
    if (reply === undefined) {
      c.out(';; no servers could be reached\n\n');
      return 1;
    }
    if (!hasHeading) c.out(headingOf(settings, reply.server));
    hasHeading = true;
    if (settings.isDebugging) c.out(debugText(reply.message));
    const rcode = dnsRcode(reply.message);
    if (rcode !== DNS_RCODE.NOERROR) {
      c.out(`** server can't find ${trimDot(name)}: ${rcodeName(rcode)}\n\n`);
      return 1;
    }
    const isAuthoritative = (reply.message.flags & DNS_FLAG.AA) !== 0;
    const lines = answerText(reply.message);
    if (lines === '' && index === types.length - 1 && answered === 0) {
      c.out(`*** Can't find ${trimDot(name)}: No answer\n`);
    }
    if (lines !== '' && answered === 0 && !isAuthoritative) c.out('Non-authoritative answer:\n');
    if (lines !== '') answered++;
    c.out(index > 0 ? lines.replace(/^.*canonical name = .*\n/gm, '') : lines);
  }
  c.out('\n');
  return 0;
}

interface Reply {
  readonly server: string;
  readonly message: DnsMessage;
}

/** The first answer of any server, for the name as it is or in a domain that is searched. */
function* ask(
  c: Libc,
  settings: Settings,
  name: string,
  type: number,
): Sleeping<Reply | undefined> {
  const dots = name.split('.').length - 1;
  const searched = settings.search.map((domain) => `${name}.${domain}`);
  const isWhole = name.endsWith('.');
  const candidates = isWhole
    ? [trimDot(name)]
    : dots >= settings.ndots
      ? [name]
      : [...searched, name];
  let last: Reply | undefined;
  for (const candidate of candidates) {
    last = yield* askAll(c, settings, candidate, type);
    if (last === undefined || dnsRcode(last.message) !== DNS_RCODE.NXDOMAIN) return last;
  }
  return last;
}

function* askAll(
  c: Libc,
  { servers, port, tries, timeoutMs }: Settings,
  name: string,
  type: number,
): Sleeping<Reply | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    for (const server of servers) {
      const message = yield* askServer(c, serverAddress(server, port), name, type, timeoutMs);
      if (typeof message !== 'number') return { server, message };
      const why = message === -ERRNO.ETIMEDOUT ? 'timed out' : reasonOf(c, message);
      c.out(`;; communications error to ${server}#${port}: ${why}\n`);
      yield* c.flush();
    }
  }
  return undefined;
}

function reasonOf(c: Libc, errno: number): string {
  return c.strerror(errno).toLowerCase();
}

// ---- What is printed --------------------------------------------------------------------------

function headingOf({ serverName, port }: Settings, server: string): string {
  return `Server:\t\t${serverName}\nAddress:\t${server}#${port}\n\n`;
}

function trimDot(name: string): string {
  return name.replace(/\.$/, '');
}

function rcodeName(rcode: number): string {
  const known = Object.entries(DNS_RCODE).find(([, number]) => number === rcode);
  return known?.[0] ?? `RESERVED${rcode}`;
}

function answerText({ answers }: DnsMessage): string {
  return answers.map(recordText).join('');
}

function recordText({ name, data }: DnsRecord): string {
  switch (data.type) {
    case DNS_TYPE.A:
      return `Name:\t${name}\nAddress: ${formatIpv4(data.address)}\n`;
    case DNS_TYPE.AAAA:
      return `Name:\t${name}\nAddress: ${formatIpv6(data.address)}\n`;
    default:
      return `${name}\t${dataText(data)}\n`;
  }
}

function dataText(data: DnsData): string {
  switch (data.type) {
    case DNS_TYPE.A:
      return `internet address = ${formatIpv4(data.address)}`;
    case DNS_TYPE.AAAA:
      return `has AAAA address ${formatIpv6(data.address)}`;
    case DNS_TYPE.CNAME:
      return `canonical name = ${data.target}.`;
    case DNS_TYPE.NS:
      return `nameserver = ${data.target}.`;
    case DNS_TYPE.PTR:
      return `name = ${data.target}.`;
    case DNS_TYPE.MX:
      return `mail exchanger = ${data.preference} ${data.target}.`;
    case DNS_TYPE.SRV:
      return `service = ${data.priority} ${data.weight} ${data.port} ${data.target}.`;
    case DNS_TYPE.TXT:
      return `text = ${data.texts.map((text) => `"${decodeUtf8(text)}"`).join(' ')}`;
    case DNS_TYPE.SOA:
      return (
        `\n\torigin = ${data.mname}\n\tmail addr = ${data.rname}\n\tserial = ${data.serial}\n` +
        `\trefresh = ${data.refresh}\n\tretry = ${data.retry}\n\texpire = ${data.expire}\n` +
        `\tminimum = ${data.minimum}`
      );
    default:
      return `rdata_${data.number} = \\# ${data.bytes.length}`;
  }
}

function debugText({ questions, answers, authorities, additionals }: DnsMessage): string {
  const typeName = (type: number): string =>
    Object.entries(DNS_TYPE).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`;
  const asked = questions.map(
    ({ name, type }) => `\t${name}, type = ${typeName(type)}, class = IN\n`,
  );
  const listed = (records: readonly DnsRecord[]): string =>
    records
      .map(({ name, data, ttl }) => `    ->  ${name}\n\t${dataText(data)}\n\tttl = ${ttl}\n`)
      .join('');
  return (
    `------------\n    QUESTIONS:\n${asked.join('')}    ANSWERS:\n${listed(answers)}` +
    `    AUTHORITY RECORDS:\n${listed(authorities)}    ADDITIONAL RECORDS:\n` +
    `${listed(additionals)}------------\n`
  );
}
