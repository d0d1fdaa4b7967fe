// SPDX-License-Identifier: GPL-2.0-or-later
/** route: shows and changes IPv4's routes, as net-tools do it: over ioctls. */
import { parseIpv4 } from '../lib/ip-address.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { SIOC } from '../uapi/if-ioctl.ts';
import { RTF } from '../uapi/rtnetlink.ts';
import { AF } from '../uapi/socket.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { ROUTE_LISTS, ROUTE_USAGE } from './net-tools/help.ts';
import { ask, controlSocket, parseLooseIpv4, storeIpv4 } from './net-tools/ioctl.ts';
import { showRoutes } from './net-tools/routes.ts';
import { showRoutes6 } from './net-tools/routes6.ts';
import { errorText } from './support/command.ts';
import { GaiError, resolve } from './support/resolve.ts';

const OPTIONS: OptionSpec = {
  short: 'neFvVh46A:',
  long: {
    extend: 'e',
    verbose: 'v',
    version: 'V',
    numeric: 'n',
    fib: 'F',
    help: 'h',
    inet: '4',
    inet6: '6',
  },
  posixly: true,
};
const USAGE_STATUS = 3;
const LOOKUP_STATUS = 6;
const IOCTL_STATUS = 7;
const VERSION = 'net-tools 2.10\n';

/** Byte offsets of struct rtentry. Linux: include/uapi/linux/route.h. */
const RTENTRY = {
  destination: 8,
  gateway: 24,
  mask: 40,
  flags: 56,
  metric: 80,
  device: 88,
  mtu: 96,
  window: 104,
  irtt: 112,
  SIZE: 120,
} as const;
const INET_USAGE =
  'Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]\n' +
  '       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]\n' +
  '                              [netmask N] [mss Mss] [window W] [irtt I]\n' +
  '                              [mod] [dyn] [reinstate] [[dev] If]\n' +
  '       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject\n';

export const route = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n${ROUTE_LISTS}${ROUTE_USAGE}`);
    return USAGE_STATUS;
  }
  const count = (name: string): number => args.options.filter((it) => it.name === name).length;
  if (count('h') > 0) {
    yield* c.err(ROUTE_LISTS);
    c.out(ROUTE_USAGE);
    return 0;
  }
  if (count('V') > 0) {
    c.out(VERSION);
    return 0;
  }
  const [command, ...words] = args.operands;
  const asksForIpv6 = ({ name, value }: (typeof args.options)[number]): boolean =>
    name === '6' || (name === 'A' && value === 'inet6');
  if (args.options.some(asksForIpv6)) {
    if (command === undefined) return yield* showRoutes6(c, count('n') > 0);
    yield* c.err('route: routes of IPv6 are changed with `ip -6 route`\n');
    return USAGE_STATUS;
  }
  if (command === undefined) {
    const columns = count('e') === 0 ? 'fib' : count('e') === 1 ? 'netstat' : 'all';
    return yield* showRoutes(c, columns, count('n') > 0);
  }
  if (command === 'add') return yield* change(c, words, true);
  if (command === 'del' || command === 'delete') return yield* change(c, words, false);
  yield* c.err(ROUTE_LISTS + ROUTE_USAGE);
  return USAGE_STATUS;
}, OPTIONS);

interface RouteRequest {
  readonly destination: number;
  readonly isHost: boolean;
  mask: number | undefined;
  gateway: number | undefined;
  metric: number | undefined;
  mtu: number | undefined;
  window: number | undefined;
  irtt: number | undefined;
  isReject: boolean;
  device: string | undefined;
}

/** What went wrong: the text, and the status. */
interface RouteFailure {
  readonly failure: string;
  readonly status: number;
}

const USAGE_FAILURE: RouteFailure = { failure: INET_USAGE, status: USAGE_STATUS };

/** The address of a host, or its lookup's failure. */
function* lookUp(c: Libc, text: string): Sleeping<number | RouteFailure> {
  const literal = parseLooseIpv4(text);
  if (literal !== undefined) return literal;
  const found = yield* resolve(c, text, AF.INET);
  const address = found instanceof GaiError ? undefined : found[0]?.address;
  const value = address === undefined ? undefined : parseIpv4(address);
  return value ?? { failure: `${text}: Host name lookup failure\n`, status: LOOKUP_STATUS };
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
}

/** How many bits a class of networks has: what net-tools take for one without a mask. */
function classMask(address: number): number {
  const first = address >>> 24;
  return maskOf(first < 128 ? 8 : first < 192 ? 16 : 24);
}

const NUMBER_WORDS: Readonly<Record<string, 'metric' | 'mtu' | 'window' | 'irtt'>> = {
  metric: 'metric',
  mss: 'mtu',
  mtu: 'mtu',
  window: 'window',
  irtt: 'irtt',
};

function* parseRequest(c: Libc, given: readonly string[]): Sleeping<RouteRequest | RouteFailure> {
  const words = [...given];
  const kind = words[0] === '-net' || words[0] === '-host' ? words.shift() : undefined;
  const target = words.shift();
  if (target === undefined) return USAGE_FAILURE;
  const [text = '', prefix] = target.split('/');
  const destination = yield* lookUp(c, text);
  if (typeof destination !== 'number') return destination;
  const isDefault = destination === 0;
  const isNet = kind === '-net' || isDefault || (kind === undefined && prefix !== undefined);
  const bits = prefix === undefined ? undefined : Number(prefix);
  if (bits !== undefined && !(Number.isInteger(bits) && bits >= 0 && bits <= 32)) {
    return USAGE_FAILURE;
  }
  const request: RouteRequest = {
    destination,
    isHost: !isNet,
    mask: bits === undefined ? undefined : maskOf(bits),
    gateway: undefined,
    metric: undefined,
    mtu: undefined,
    window: undefined,
    irtt: undefined,
    isReject: false,
    device: undefined,
  };
  while (words.length > 0) {
    const failure = yield* parseWord(c, request, words);
    if (failure !== undefined) return failure;
  }
  request.mask ??= isDefault ? 0 : isNet ? classMask(destination) : 0xffff_ffff;
  if (!request.isHost && (destination & ~request.mask) !== 0) {
    return {
      failure: `route: netmask doesn't match route address\n${INET_USAGE}`,
      status: USAGE_STATUS,
    };
  }
  return request;
}

function* parseWord(
  c: Libc,
  request: RouteRequest,
  words: string[],
): Sleeping<RouteFailure | undefined> {
  const word = words.shift() ?? '';
  if (word === 'reject') {
    request.isReject = true;
    return undefined;
  }
  const number = NUMBER_WORDS[word];
  const takesValue =
    number !== undefined || ['netmask', 'gw', 'gateway', 'dev', 'device'].includes(word);
  // A word of its own at the end is a device.
  if (!takesValue && words.length > 0) return USAGE_FAILURE;
  const value = takesValue ? words.shift() : word;
  if (value === undefined) return USAGE_FAILURE;
  if (number !== undefined) {
    if (!/^\d+$/.test(value)) return USAGE_FAILURE;
    request[number] = Number(value);
  } else if (word === 'netmask') {
    const mask = parseIpv4(value);
    if (mask === undefined) {
      return { failure: `route: bogus netmask ${value}\n`, status: USAGE_STATUS };
    }
    request.mask = mask;
  } else if (word === 'gw' || word === 'gateway') {
    const gateway = yield* lookUp(c, value);
    if (typeof gateway !== 'number') return gateway;
    request.gateway = gateway;
  } else request.device = value;
  return undefined;
}

function* change(c: Libc, words: readonly string[], isAdd: boolean): Sleeping<number> {
  const request = yield* parseRequest(c, words);
  if ('failure' in request) {
    yield* c.err(request.failure);
    return request.status;
  }
  const fd = yield* controlSocket(c);
  if (fd < 0) return yield* c.die('route', errorText(fd), IOCTL_STATUS);
  const entry = new DataView(new ArrayBuffer(RTENTRY.SIZE));
  storeIpv4(entry, RTENTRY.destination, request.destination);
  storeIpv4(entry, RTENTRY.mask, request.mask ?? 0);
  let flags: number = RTF.UP;
  if (request.isHost) flags |= RTF.HOST;
  if (request.isReject) flags |= RTF.REJECT;
  if (request.gateway !== undefined) {
    flags |= RTF.GATEWAY;
    storeIpv4(entry, RTENTRY.gateway, request.gateway);
  }
  if (request.mtu !== undefined) {
    flags |= RTF.MTU;
    entry.setUint32(RTENTRY.mtu, request.mtu, true);
  }
  if (request.window !== undefined) {
    flags |= RTF.WINDOW;
    entry.setUint32(RTENTRY.window, request.window, true);
  }
  if (request.irtt !== undefined) {
    flags |= RTF.IRTT;
    entry.setUint16(RTENTRY.irtt, request.irtt, true);
  }
  // The kernel takes one off: 0 stands for no metric at all.
  if (request.metric !== undefined) entry.setInt16(RTENTRY.metric, request.metric + 1, true);
  entry.setUint16(RTENTRY.flags, flags, true);
  const mark = c.memory.mark();
  if (request.device !== undefined) {
    const name = yield* c.memory.push_string(request.device);
    entry.setUint32(RTENTRY.device, name % 2 ** 32, true);
    entry.setUint32(RTENTRY.device + 4, Math.floor(name / 2 ** 32), true);
  }
  const result = yield* ask(c, fd, isAdd ? SIOC.ADDRT : SIOC.DELRT, entry);
  c.memory.release(mark);
  if (typeof result !== 'number') return 0;
  yield* c.err(`${isAdd ? 'SIOCADDRT' : 'SIOCDELRT'}: ${errorText(result)}\n`);
  return IOCTL_STATUS;
}
