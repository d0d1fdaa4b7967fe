// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From names to addresses, as getaddrinfo(3) does it: the address itself, /etc/hosts, then DNS.
 */
import { DNS_RCODE, DNS_TYPE, dnsRcode, type DnsMessage } from '../../lib/dns-message.ts';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import { askServer, readResolverConfig, serverAddress, type ResolverConfig } from './dns-client.ts';

/** Why there is no address. Linux: EAI_*, gai_strerror(3). */
export class GaiError {
  readonly code: keyof typeof GAI_MESSAGES;

  constructor(code: keyof typeof GAI_MESSAGES) {
    this.code = code;
  }

  get message(): string {
    return GAI_MESSAGES[this.code];
  }
}

const GAI_MESSAGES = {
  NONAME: 'Name or service not known',
  AGAIN: 'Temporary failure in name resolution',
  NODATA: 'No address associated with hostname',
  ADDRFAMILY: 'Address family for hostname not supported',
} as const;

/** Without a port: that is the caller's. */
export type FoundAddress = Pick<InetSocketAddress, 'family' | 'address' | 'scope_id'>;

/** All addresses of a name, IPv4 first, or why there are none. AF.UNSPEC takes both families. */
export function* resolve(
  c: Libc,
  name: string,
  family: number = AF.UNSPEC,
): Sleeping<readonly FoundAddress[] | GaiError> {
  const literal = yield* zonedAddress(c, name);
  if (literal !== undefined) {
    if (literal instanceof GaiError) return literal;
    const fits = family === AF.UNSPEC || family === literal.family;
    return fits ? [literal] : new GaiError('ADDRFAMILY');
  }
  const hosts = yield* c.read_file('/etc/hosts');
  const known = typeof hosts === 'number' ? [] : lookUpHosts(decodeUtf8(hosts), name);
  const listed = known.filter((found) => family === AF.UNSPEC || found.family === family);
  if (listed.length > 0) return listed;
  return yield* askDns(c, name, family);
}

/** The name of an address, by /etc/hosts or DNS; undefined when nobody knows it. */
export function* nameOf(c: Libc, address: string): Sleeping<string | undefined> {
  const hosts = yield* c.read_file('/etc/hosts');
  if (typeof hosts !== 'number') {
    const line = hostsLines(decodeUtf8(hosts)).find((words) => words[0] === address);
    if (line?.[1] !== undefined) return line[1];
  }
  const config = yield* readResolverConfig(c);
  const answer = yield* askAny(c, config, reverseName(address), DNS_TYPE.PTR);
  if (answer === undefined) return undefined;
  for (const { data } of answer.answers) if (data.type === DNS_TYPE.PTR) return data.target;
  return undefined;
}

/** Where the DNS keeps the name of an address. */
export function reverseName(address: string): string {
  const digits = parseIpv6(address);
  if (digits !== undefined) return `${[...digits].toReversed().join('.')}.ip6.arpa`;
  return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
}

function literalAddress(text: string): FoundAddress | undefined {
  if (parseIpv4(text) !== undefined) return { family: AF.INET, address: text };
  return parseIpv6(text) === undefined ? undefined : { family: AF.INET6, address: text };
}

/** `fe80::1%eth0`, too: the interface behind the percent sign by its name or number. */
function* zonedAddress(c: Libc, text: string): Sleeping<FoundAddress | GaiError | undefined> {
  const percent = text.indexOf('%');
  if (percent < 0) return literalAddress(text);
  const literal = literalAddress(text.slice(0, percent));
  if (literal?.family !== AF.INET6) return undefined;
  const zone = text.slice(percent + 1);
  const index = /^\d{1,9}$/.test(zone) ? Number(zone) : yield* interfaceIndex(c, zone);
  return index === 0 ? new GaiError('NONAME') : { ...literal, scope_id: index };
}

/** 0 where there is no such interface. Linux: if_nametoindex(3). */
function* interfaceIndex(c: Libc, name: string): Sleeping<number> {
  const fd = yield* c.socket(AF.INET6, SOCK.DGRAM);
  if (fd < 0) return 0;
  const request = new Uint8Array(IFREQ.SIZE);
  request.set(encodeUtf8(name).subarray(0, IFREQ.data - 1));
  const answer = yield* c.ioctl_bytes(fd, SIOC.GIFINDEX, request);
  yield* c.close(fd);
  if (typeof answer === 'number') return 0;
  return new DataView(answer.buffer, answer.byteOffset).getInt32(IFREQ.data, true);
}

function hostsLines(text: string): string[][] {
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
}

function lookUpHosts(text: string, name: string): FoundAddress[] {
  const wanted = name.toLowerCase();
  return hostsLines(text).flatMap(([address = '', ...names]) => {
    if (!names.some((each) => each.toLowerCase() === wanted)) return [];
    return literalAddress(address) ?? [];
  });
}

function* askDns(
  c: Libc,
  name: string,
  family: number,
): Sleeping<readonly FoundAddress[] | GaiError> {
  const config = yield* readResolverConfig(c);
  let failure = new GaiError('NONAME');
  for (const candidate of candidatesOf(name, config)) {
    const found: FoundAddress[] = [];
    let exists = false;
    for (const type of [DNS_TYPE.A, DNS_TYPE.AAAA]) {
      const skipped = type === DNS_TYPE.A ? AF.INET6 : AF.INET;
      if (family === skipped) continue;
      const answer = yield* askAny(c, config, candidate, type);
      if (answer === undefined) return new GaiError('AGAIN');
      if (dnsRcode(answer) === DNS_RCODE.NXDOMAIN) break;
      exists = true;
      found.push(...addressesIn(answer));
    }
    if (found.length > 0) return found;
    if (exists) failure = new GaiError('NODATA');
  }
  return failure;
}

/** What a name may mean, the likeliest first: resolv.conf(5), ndots. */
function candidatesOf(name: string, { search, ndots }: ResolverConfig): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  const searched = search.map((domain) => `${name}.${domain}`);
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}

function addressesIn({ answers }: DnsMessage): FoundAddress[] {
  return answers.flatMap(({ data }): FoundAddress[] => {
    if (data.type === DNS_TYPE.A) return [{ family: AF.INET, address: formatIpv4(data.address) }];
    if (data.type !== DNS_TYPE.AAAA) return [];
    return [{ family: AF.INET6, address: formatIpv6(data.address) }];
  });
}

/** The first usable answer of any server; undefined when there is none. */
function* askAny(
  c: Libc,
  { nameservers, timeoutMs, attempts }: ResolverConfig,
  name: string,
  type: number,
): Sleeping<DnsMessage | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (const server of nameservers) {
      const answer = yield* askServer(c, serverAddress(server), name, type, timeoutMs);
      if (typeof answer === 'number') continue;
      const rcode = dnsRcode(answer);
      if (rcode === DNS_RCODE.NOERROR || rcode === DNS_RCODE.NXDOMAIN) return answer;
    }
  }
  return undefined;
}
