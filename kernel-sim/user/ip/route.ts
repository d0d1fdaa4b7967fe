// SPDX-License-Identifier: GPL-2.0-or-later
/** `ip route`: where packets go. Linux: iproute2's ip/iproute.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { RT_SCOPE, RT_TABLE, RTN, RTNH_F, RTPROT } from '../../uapi/rtnetlink.ts';
import { RTA, RTAX, RTM, RTM_F, RTMSG } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { MessageBuilder } from '../support/netlink.ts';
import {
  allLinks,
  change,
  dump,
  findLink,
  namesOf,
  noDevice,
  refusal,
  type IpContext,
  type IpResult,
} from './context.ts';
import { formatRoute, type RouteStyle } from './format-route.ts';
import { ROUTE_HELP } from './help.ts';
import { parseRoute, type Link, type Route } from './model.ts';
import { numberOf, parseUnsigned, PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES } from './names.ts';
import {
  badAddress,
  badPrefix,
  duplicateOrGarbage,
  fail,
  invalidArgument,
  matches,
  type IpFailure,
  type Words,
} from './options.ts';
import { parseAddressBytes, parsePrefix, startsAlike, type Prefix } from './prefix.ts';

/** What may be said of a route, to find or to make one. */
interface RouteWords {
  to: Prefix | undefined;
  /** How `to` is meant: the very prefix, or all below (root) or above (match) it. */
  way: 'exact' | 'root' | 'match';
  from: Prefix | undefined;
  device: string | undefined;
  input: string | undefined;
  via: Uint8Array | undefined;
  source: Uint8Array | undefined;
  table: number | 'all' | 'cache' | undefined;
  protocol: number | undefined;
  scope: number | undefined;
  type: number | undefined;
  metric: number | undefined;
  mtu: number | undefined;
  advmss: number | undefined;
  hopLimit: number | undefined;
  tos: number;
  isOnlink: boolean;
}

const SYNONYMS: Readonly<Record<string, string>> = {
  oif: 'dev',
  protocol: 'proto',
  priority: 'metric',
  preference: 'metric',
  dsfield: 'tos',
  exact: 'to',
};
const VALUED = new Set(
  (
    'to root match from dev iif via src table proto scope type metric mtu advmss hoplimit tos' +
    ' exact oif protocol priority preference dsfield'
  ).split(' '),
);

/** `types` may stand alone in front of what is added, but not in a selection. */
function parseWords(words: Words, family: number, mayNameType: boolean): RouteWords | IpFailure {
  const route: RouteWords = {
    to: undefined,
    way: 'exact',
    from: undefined,
    device: undefined,
    input: undefined,
    via: undefined,
    source: undefined,
    table: undefined,
    protocol: undefined,
    scope: undefined,
    type: undefined,
    metric: undefined,
    mtu: undefined,
    advmss: undefined,
    hopLimit: undefined,
    tos: 0,
    isOnlink: false,
  };
  while (!words.isEmpty) {
    let word = words.next();
    if (word === 'onlink') {
      route.isOnlink = true;
      continue;
    }
    let value = word;
    if (VALUED.has(word)) {
      const argument = words.argument();
      if (typeof argument !== 'string') return argument;
      value = argument;
      word = SYNONYMS[word] ?? word;
    } else if (mayNameType && ROUTE_TYPES[word] !== undefined) {
      route.type = ROUTE_TYPES[word];
      continue;
    } else word = 'to';
    if ((word === 'root' || word === 'match') && (value === 'exact' || value === 'root')) {
      return fail('Command line is not complete. Try option "help"\n');
    }
    const failure = parseWord(route, word, value, route.to?.family ?? family);
    if (failure !== undefined) return failure;
  }
  return route;
}

function parseWord(
  route: RouteWords,
  word: string,
  value: string,
  family: number,
): IpFailure | undefined {
  switch (word) {
    case 'dev':
      route.device = value;
      return undefined;
    case 'iif':
      route.input = value;
      return undefined;
    case 'via':
      route.via = parseAddressBytes(value, family);
      return route.via === undefined ? badAddress(value, family) : undefined;
    case 'src':
      route.source = parseAddressBytes(value, family);
      return route.source === undefined ? badAddress(value, family) : undefined;
    case 'from':
      route.from = parsePrefix(value, family);
      return route.from === undefined ? badPrefix(value, family) : undefined;
    case 'to':
    case 'root':
    case 'match':
      if (route.to !== undefined) return duplicateOrGarbage('to', value);
      if (word !== 'to') route.way = word;
      route.to = parsePrefix(value, family);
      return route.to === undefined ? badPrefix(value, family) : undefined;
    default:
      return parseNumberWord(route, word, value);
  }
}

function parseNumberWord(route: RouteWords, word: string, value: string): IpFailure | undefined {
  switch (word) {
    case 'table':
      route.table =
        value === 'all' || value === 'cache' ? value : (TABLES[value] ?? parseUnsigned(value));
      return route.table === undefined
        ? invalidArgument('table id value is invalid\n', value)
        : undefined;
    case 'proto':
      route.protocol = numberOf(PROTOCOLS, value);
      return route.protocol === undefined
        ? invalidArgument('"protocol" value is invalid\n', value)
        : undefined;
    case 'scope':
      route.scope = numberOf(SCOPES, value);
      return route.scope === undefined
        ? invalidArgument('invalid "scope" value\n', value)
        : undefined;
    case 'type':
      route.type = ROUTE_TYPES[value];
      return route.type === undefined
        ? invalidArgument('node type value is invalid\n', value)
        : undefined;
    default: {
      const number = parseUnsigned(value);
      if (number === undefined) return invalidArgument(`"${word}" value is invalid\n`, value);
      if (word === 'metric') route.metric = number;
      else if (word === 'mtu') route.mtu = number;
      else if (word === 'advmss') route.advmss = number;
      else if (word === 'hoplimit') route.hopLimit = number;
      else route.tos = number;
      return undefined;
    }
  }
}

function textIs(text: string | undefined, bytes: Uint8Array | undefined, family: number): boolean {
  if (bytes === undefined) return true;
  const own = text === undefined ? undefined : parseAddressBytes(text, family);
  return own !== undefined && startsAlike(own, bytes, bytes.length * 8);
}

function isWanted(route: Route, wanted: RouteWords, index: number | undefined): boolean {
  const table = wanted.table ?? RT_TABLE.MAIN;
  // Which of IPv6's tables is its main one, does not show: local routes are not in it.
  if (table !== 'all' && route.table !== table) return false;
  if (index !== undefined && route.output !== index) return false;
  if (wanted.protocol !== undefined && route.protocol !== wanted.protocol) return false;
  if (wanted.scope !== undefined && route.scope !== wanted.scope) return false;
  if (wanted.type !== undefined && route.type !== wanted.type) return false;
  if (!textIs(route.gateway, wanted.via, route.family)) return false;
  if (!textIs(route.preferredSource, wanted.source, route.family)) return false;
  const { to, way } = wanted;
  if (to === undefined) return true;
  if (to.family !== AF.UNSPEC && to.family !== route.family) return false;
  if (way === 'exact' && to.length !== route.prefixLength) return false;
  const common = Math.min(to.length, route.prefixLength);
  if (way === 'root' && route.prefixLength < to.length) return false;
  if (way === 'match' && route.prefixLength > to.length) return false;
  if (common === 0) return true;
  const own = parseAddressBytes(route.destination ?? '', route.family);
  return own !== undefined && startsAlike(own, to.bytes, common);
}

function hiddenBy(wanted: RouteWords): RouteStyle['hides'] {
  const hides = new Set<'dev' | 'via' | 'table' | 'proto' | 'scope' | 'src'>();
  if (wanted.device !== undefined) hides.add('dev');
  if (wanted.via !== undefined) hides.add('via');
  if (wanted.table !== 'all') hides.add('table');
  if (wanted.protocol !== undefined) hides.add('proto');
  if (wanted.scope !== undefined) hides.add('scope');
  if (wanted.source !== undefined) hides.add('src');
  return hides;
}

/** The routes that the words select. */
function* select(
  context: IpContext,
  wanted: RouteWords,
  links: readonly Link[],
): Sleeping<readonly Route[] | IpFailure> {
  const link = wanted.device === undefined ? undefined : findLink(links, wanted.device);
  if (wanted.device !== undefined && link === undefined) return noDevice(wanted.device);
  const asked = wanted.to?.family ?? AF.UNSPEC;
  const family = asked === AF.UNSPEC ? context.options.family : asked;
  // Without a family, ip shows IPv4; with all tables, both.
  const families =
    family === AF.UNSPEC ? (wanted.table === 'all' ? [AF.INET, AF.INET6] : [AF.INET]) : [family];
  const found: Route[] = [];
  for (const each of families) {
    const request = new MessageBuilder(RTMSG.SIZE);
    request.view.setUint8(RTMSG.family, each);
    const messages = yield* dump(context, RTM.GETROUTE, request.bytes());
    if ('failure' in messages) return messages;
    const routes = messages.map(parseRoute);
    found.push(...routes.filter((route) => isWanted(route, wanted, link?.index)));
  }
  return found;
}

function* showRoutes(context: IpContext, words: Words): IpResult {
  const wanted = parseWords(words, context.options.family, false);
  if ('failure' in wanted) return wanted;
  if (wanted.table === 'cache') return 0;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const routes = yield* select(context, wanted, links);
  if ('failure' in routes) return routes;
  const { options, paint, c } = context;
  const style = { options, paint, names: namesOf(links), hides: hiddenBy(wanted) };
  for (const route of routes) c.out(formatRoute(route, style));
  return 0;
}

function* flushRoutes(context: IpContext, words: Words): IpResult {
  if (words.isEmpty) {
    return fail('"ip route flush" requires arguments.\n', 1);
  }
  const isCache = words.peek() === 'cache';
  const wanted = parseWords(words, context.options.family, false);
  if (isCache) return 0;
  if ('failure' in wanted) return wanted;
  if (wanted.table === 'cache') return 0;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const routes = yield* select(context, wanted, links);
  if ('failure' in routes) return routes;
  for (const route of routes) {
    const message = new MessageBuilder(RTMSG.SIZE);
    message.view.setUint8(RTMSG.family, route.family);
    message.view.setUint8(RTMSG.dstLen, route.prefixLength);
    message.view.setUint8(RTMSG.table, route.table & 0xff);
    message.view.setUint8(RTMSG.scope, route.scope);
    message.view.setUint8(RTMSG.type, route.type);
    const to = parseAddressBytes(route.destination ?? '', route.family);
    if (to !== undefined) message.attribute(RTA.DST, to);
    if (route.output !== undefined) message.u32(RTA.OIF, route.output);
    if (route.metric !== undefined) message.u32(RTA.PRIORITY, route.metric);
    const status = yield* change(context, RTM.DELROUTE, message.bytes());
    if (typeof status !== 'number') return status;
  }
  return 0;
}

function familyOf(route: RouteWords, family: number): number {
  const known = [route.to?.family, bytesFamily(route.via), bytesFamily(route.source)];
  const found = known.find((each) => each !== undefined && each !== AF.UNSPEC);
  if (found !== undefined) return found;
  return family === AF.UNSPEC ? AF.INET : family;
}

function bytesFamily(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  return bytes.length === 4 ? AF.INET : AF.INET6;
}

/** As iproute2 chooses, when nothing is said: near where there is no gateway. */
function scopeOf(route: RouteWords, isDelete: boolean): number {
  if (route.scope !== undefined) return route.scope;
  const type = route.type ?? (isDelete ? RTN.UNSPEC : RTN.UNICAST);
  if (type === RTN.LOCAL) return RT_SCOPE.HOST;
  if (type === RTN.BROADCAST || type === RTN.MULTICAST || type === RTN.ANYCAST) {
    return RT_SCOPE.LINK;
  }
  if (type !== RTN.UNICAST && type !== RTN.UNSPEC) return RT_SCOPE.UNIVERSE;
  if (isDelete) return RT_SCOPE.NOWHERE;
  return route.via === undefined ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
}

const LOCAL_TYPES = new Set<number>([RTN.LOCAL, RTN.BROADCAST, RTN.ANYCAST]);

function* modify(context: IpContext, words: Words, type: number, flags: number): IpResult {
  if (words.isEmpty) return fail(ROUTE_HELP);
  const route = parseWords(words, context.options.family, true);
  if ('failure' in route) return route;
  const isDelete = type === RTM.DELROUTE;
  const family = familyOf(route, context.options.family);
  const message = new MessageBuilder(RTMSG.SIZE);
  const isLocal = route.type !== undefined && LOCAL_TYPES.has(route.type);
  const table = typeof route.table === 'number' ? route.table : undefined;
  const { view } = message;
  view.setUint8(RTMSG.family, family);
  view.setUint8(RTMSG.dstLen, route.to?.length ?? 0);
  view.setUint8(RTMSG.srcLen, route.from?.length ?? 0);
  view.setUint8(RTMSG.tos, route.tos);
  view.setUint8(RTMSG.table, (table ?? (isLocal ? RT_TABLE.LOCAL : RT_TABLE.MAIN)) & 0xff);
  view.setUint8(RTMSG.protocol, route.protocol ?? (isDelete ? RTPROT.UNSPEC : RTPROT.BOOT));
  view.setUint8(RTMSG.scope, family === AF.INET6 ? 0 : scopeOf(route, isDelete));
  view.setUint8(RTMSG.type, route.type ?? (isDelete ? RTN.UNSPEC : RTN.UNICAST));
  view.setUint32(RTMSG.flags, route.isOnlink ? RTNH_F.ONLINK : 0, true);
  const index = yield* indexOf(context, route.device);
  if (typeof index === 'object') return index;
  if (route.to !== undefined && route.to.bytes.length > 0) {
    message.attribute(RTA.DST, route.to.bytes);
  }
  if (route.from !== undefined) message.attribute(RTA.SRC, route.from.bytes);
  if (route.via !== undefined) message.attribute(RTA.GATEWAY, route.via);
  if (route.source !== undefined) message.attribute(RTA.PREFSRC, route.source);
  if (index !== undefined) message.u32(RTA.OIF, index);
  if (route.metric !== undefined) message.u32(RTA.PRIORITY, route.metric);
  if (table !== undefined && table > 0xff) message.u32(RTA.TABLE, table);
  const metrics = new MessageBuilder(0);
  if (route.mtu !== undefined) metrics.u32(RTAX.MTU, route.mtu);
  if (route.advmss !== undefined) metrics.u32(RTAX.ADVMSS, route.advmss);
  if (route.hopLimit !== undefined) metrics.u32(RTAX.HOPLIMIT, route.hopLimit);
  if (metrics.bytes().length > 0) message.attribute(RTA.METRICS, metrics.bytes());
  return yield* change(context, type, message.bytes(), flags);
}

function* indexOf(
  context: IpContext,
  device: string | undefined,
): Sleeping<number | undefined | IpFailure> {
  if (device === undefined) return undefined;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  return findLink(links, device)?.index ?? noDevice(device);
}

function* getRoute(context: IpContext, words: Words): IpResult {
  const asked = parseWords(words, context.options.family, false);
  if ('failure' in asked) return asked;
  const { to } = asked;
  if (to === undefined || to.length === 0) {
    return fail('need at least a destination address\n', 1);
  }
  const message = new MessageBuilder(RTMSG.SIZE);
  message.view.setUint8(RTMSG.family, to.family);
  message.view.setUint8(RTMSG.dstLen, to.length);
  message.view.setUint8(RTMSG.srcLen, asked.from?.length ?? 0);
  message.view.setUint8(RTMSG.tos, asked.tos);
  message.view.setUint32(RTMSG.flags, RTM_F.LOOKUP_TABLE, true);
  message.attribute(RTA.DST, to.bytes);
  if (asked.from !== undefined) message.attribute(RTA.SRC, asked.from.bytes);
  const output = yield* indexOf(context, asked.device);
  if (typeof output === 'object') return output;
  const input = yield* indexOf(context, asked.input);
  if (typeof input === 'object') return input;
  if (output !== undefined) message.u32(RTA.OIF, output);
  if (input !== undefined) message.u32(RTA.IIF, input);
  const answer = yield* context.netlink.get(RTM.GETROUTE, message.bytes());
  if ('error' in answer) return refusal(answer);
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const { options, paint, c } = context;
  const style = { options, paint, names: namesOf(links), hides: new Set<never>() };
  c.out(formatRoute(parseRoute(answer), style));
  return 0;
}

export function* routeCommand(context: IpContext, command: string, words: Words): IpResult {
  const { CREATE, EXCL, REPLACE, APPEND } = NLM_F;
  if (matches(command, 'list') || matches(command, 'show') || matches(command, 'lst')) {
    return yield* showRoutes(context, words);
  }
  if (matches(command, 'get')) return yield* getRoute(context, words);
  if (matches(command, 'add')) return yield* modify(context, words, RTM.NEWROUTE, CREATE | EXCL);
  if (matches(command, 'change') || command === 'chg') {
    return yield* modify(context, words, RTM.NEWROUTE, REPLACE);
  }
  if (matches(command, 'replace')) {
    return yield* modify(context, words, RTM.NEWROUTE, CREATE | REPLACE);
  }
  if (matches(command, 'prepend')) return yield* modify(context, words, RTM.NEWROUTE, CREATE);
  if (matches(command, 'append')) {
    return yield* modify(context, words, RTM.NEWROUTE, CREATE | APPEND);
  }
  if (matches(command, 'delete')) return yield* modify(context, words, RTM.DELROUTE, 0);
  if (matches(command, 'flush')) return yield* flushRoutes(context, words);
  return fail(`Command "${command}" is unknown, try "ip route help".\n`);
}
