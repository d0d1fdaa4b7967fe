// SPDX-License-Identifier: GPL-2.0-or-later
/** `ip address`: addresses of devices. Linux: iproute2's ip/ipaddress.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { IFA_F, RT_SCOPE } from '../../uapi/rtnetlink.ts';
import {
  IFA,
  IFA_CACHEINFO,
  IFADDRMSG,
  INFINITY_LIFE_TIME,
  RTM,
} from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { MessageBuilder } from '../support/netlink.ts';
import {
  allLinks,
  change,
  dump,
  findLink,
  namesOf,
  noDevice,
  noSuchDevice,
  type IpContext,
  type IpResult,
} from './context.ts';
import { formatAddress, formatPrefix } from './format-address.ts';
import {
  formatBriefLink,
  formatLink,
  formatStats,
  lineEnd,
  type LinkStyle,
} from './format-link.ts';
import { parseAddress, type Address, type Link } from './model.ts';
import { ADDRESS_FLAGS, IFF_UP, numberOf, parseUnsigned, SCOPES } from './names.ts';
import {
  badAddress,
  badPrefix,
  duplicateOrGarbage,
  fail,
  invalidArgument,
  matches,
  type IpFailure,
  type IpOptions,
  type Words,
} from './options.ts';
import {
  parseAddressBytes,
  parsePrefix,
  startsAlike,
  withHostBits,
  type Prefix,
} from './prefix.ts';

/** Which addresses are shown or flushed. */
interface AddressFilter {
  device: string | undefined;
  family: number;
  isUpOnly: boolean;
  scope: number | undefined;
  to: Prefix | undefined;
  label: string | undefined;
  /** Bits of IFA_F that must be so. */
  flags: number;
  flagMask: number;
}

function parseFilter(words: Words, options: IpOptions): AddressFilter | IpFailure {
  const filter: AddressFilter = {
    device: undefined,
    family: options.family,
    isUpOnly: false,
    scope: undefined,
    to: undefined,
    label: undefined,
    flags: 0,
    flagMask: 0,
  };
  while (!words.isEmpty) {
    const failure = parseFilterWord(filter, words);
    if (failure !== undefined) return failure;
  }
  return filter;
}

function parseFilterWord(filter: AddressFilter, words: Words): IpFailure | undefined {
  let word = words.next();
  if (word === 'up') {
    filter.isUpOnly = true;
    return undefined;
  }
  if (parseFlag(filter, word)) return undefined;
  if (['to', 'scope', 'label', 'dev'].includes(word)) {
    const value = words.argument();
    if (typeof value !== 'string') return value;
    if (word === 'to') {
      filter.to = parsePrefix(value, filter.family);
      if (filter.to === undefined) return badPrefix(value, filter.family);
      if (filter.family === AF.UNSPEC) filter.family = filter.to.family;
      return undefined;
    }
    if (word === 'scope') {
      if (value === 'all') return undefined;
      filter.scope = numberOf(SCOPES, value);
      return filter.scope === undefined ? invalidArgument('invalid "scope"\n', value) : undefined;
    }
    if (word === 'label') {
      filter.label = value;
      return undefined;
    }
    word = value;
  }
  if (filter.device !== undefined) return duplicateOrGarbage('dev', word);
  filter.device = word;
  return undefined;
}

/** `permanent`, `dynamic`, `-tentative` and the like. */
function parseFlag(filter: AddressFilter, word: string): boolean {
  const isNegated = word.startsWith('-') || word === 'dynamic' || word === 'primary';
  const name =
    word === 'dynamic' ? 'permanent' : word === 'primary' ? 'secondary' : word.replace(/^-/, '');
  const bit = ADDRESS_FLAGS.find(([, known]) => known === name)?.[0];
  if (bit === undefined) return false;
  filter.flagMask |= bit;
  filter.flags = isNegated ? filter.flags & ~bit : filter.flags | bit;
  return true;
}

/** `name` is of the device, which addresses without a label are known by. */
function isWanted(address: Address, filter: AddressFilter, name: string): boolean {
  const { to } = filter;
  if (filter.family !== AF.UNSPEC && address.family !== filter.family) return false;
  if (filter.scope !== undefined && address.scope !== filter.scope) return false;
  if (((address.flags ^ filter.flags) & filter.flagMask) !== 0) return false;
  if (filter.label !== undefined && !matchesLabel(filter.label, address.label ?? name)) {
    return false;
  }
  if (to === undefined || to.length === 0) return true;
  const bytes = parseAddressBytes(address.local, to.family);
  return bytes !== undefined && startsAlike(bytes, to.bytes, to.length);
}

/** As fnmatch(3), for `*` and `?`. */
function matchesLabel(pattern: string, label: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'u').test(label);
}

function* allAddresses(
  context: IpContext,
  family: number,
): Sleeping<readonly Address[] | IpFailure> {
  const request = new MessageBuilder(IFADDRMSG.SIZE);
  request.view.setUint8(IFADDRMSG.family, family);
  const messages = yield* dump(context, RTM.GETADDR, request.bytes());
  return 'failure' in messages ? messages : messages.map(parseAddress);
}

function* showAddresses(context: IpContext, words: Words): IpResult {
  const { options, c, paint } = context;
  const filter = parseFilter(words, options);
  if ('failure' in filter) return filter;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const { device } = filter;
  if (device !== undefined && findLink(links, device) === undefined) return noSuchDevice(device);
  const found = yield* allAddresses(context, filter.family);
  if ('failure' in found) return found;
  const style: LinkStyle = {
    options: { ...options, family: filter.family },
    paint,
    isLinkCommand: false,
    isOfOne: device !== undefined,
    names: namesOf(links),
  };
  const asksForSome =
    filter.family === AF.INET ||
    filter.family === AF.INET6 ||
    filter.scope !== undefined ||
    filter.label !== undefined ||
    filter.flagMask !== 0;
  for (const link of links) {
    if (device !== undefined && link !== findLink(links, device)) continue;
    if (filter.isUpOnly && (link.flags & IFF_UP) === 0) continue;
    const own = found.filter(({ index }) => index === link.index);
    const wanted = own.filter((address) => isWanted(address, filter, link.name));
    if (asksForSome && wanted.length === 0) continue;
    c.out(formatInterface(link, wanted, style, filter.label !== undefined));
  }
  return 0;
}

function formatInterface(
  link: Link,
  addresses: readonly Address[],
  style: LinkStyle,
  hidesLink: boolean,
): string {
  const { options, paint } = style;
  if (options.isBrief) {
    const list = addresses.map((address) => formatPrefix(address, paint)).join('');
    return `${formatBriefLink(link, style)}${list}\n`;
  }
  let text = hidesLink || options.isOneline ? '' : `${formatLink(link, style)}\n`;
  for (const address of addresses) text += formatAddress(address, link.name, options, paint);
  if (options.statistics > 0 && link.stats !== undefined && !hidesLink && !options.isOneline) {
    const stats = formatStats(link.stats, link.carrierChanges, options);
    text += `${stats}${lineEnd(options)}`;
  }
  return text;
}

/** What `ip address add` and `del` ask for. */
interface AddressRequest {
  device: string | undefined;
  local: Prefix | undefined;
  peer: Prefix | undefined;
  broadcast: Uint8Array | '+' | '-' | undefined;
  label: string | undefined;
  scope: number | undefined;
  metric: number | undefined;
  validSeconds: number | undefined;
  preferredSeconds: number | undefined;
  flags: number;
}

const CONFIGURATION_FLAGS: Readonly<Record<string, number>> = {
  nodad: IFA_F.NODAD,
  mngtmpaddr: IFA_F.MANAGETEMPADDR,
  noprefixroute: IFA_F.NOPREFIXROUTE,
};
/** Words that have a value behind them. */
const VALUED = new Set(
  'peer remote broadcast brd label scope metric priority preference valid_lft'.split(' '),
)
  .add('preferred_lft')
  .add('dev')
  .add('local');

function parseRequest(words: Words, family: number): AddressRequest | IpFailure {
  const request: AddressRequest = {
    device: undefined,
    local: undefined,
    peer: undefined,
    broadcast: undefined,
    label: undefined,
    scope: undefined,
    metric: undefined,
    validSeconds: undefined,
    preferredSeconds: undefined,
    flags: 0,
  };
  while (!words.isEmpty) {
    let word = words.next();
    const flag = CONFIGURATION_FLAGS[word];
    if (flag !== undefined) {
      request.flags |= flag;
      continue;
    }
    let value = word;
    if (VALUED.has(word)) {
      const argument = words.argument();
      if (typeof argument !== 'string') return argument;
      value = argument;
    } else word = 'local';
    const failure = parseRequestWord(request, word, value, request.local?.family ?? family);
    if (failure !== undefined) return failure;
  }
  return request;
}

function parseRequestWord(
  request: AddressRequest,
  word: string,
  value: string,
  family: number,
): IpFailure | undefined {
  switch (word) {
    case 'peer':
    case 'remote':
      request.peer = parsePrefix(value, family);
      return request.peer === undefined ? badPrefix(value, family) : undefined;
    case 'broadcast':
    case 'brd':
      if (value === '+' || value === '-') {
        request.broadcast = value;
        return undefined;
      }
      request.broadcast = parseAddressBytes(value, family);
      return request.broadcast === undefined ? badAddress(value, family) : undefined;
    case 'label':
      request.label = value;
      return undefined;
    case 'dev':
      request.device = value;
      return undefined;
    case 'scope':
      request.scope = numberOf(SCOPES, value);
      return request.scope === undefined
        ? invalidArgument('invalid scope value.', value)
        : undefined;
    case 'metric':
    case 'priority':
    case 'preference':
      request.metric = parseUnsigned(value);
      return request.metric === undefined
        ? invalidArgument('"metric" value is invalid\n', value)
        : undefined;
    case 'valid_lft':
    case 'preferred_lft':
      return parseLife(request, word, value);
    default:
      if (request.local !== undefined) return duplicateOrGarbage('local', value);
      request.local = parsePrefix(value, family);
      return request.local === undefined ? badPrefix(value, family) : undefined;
  }
}

function parseLife(request: AddressRequest, word: string, value: string): IpFailure | undefined {
  const seconds = value === 'forever' ? INFINITY_LIFE_TIME : parseUnsigned(value);
  if (seconds === undefined) return invalidArgument(`"${word}" value is invalid`, value);
  if (word === 'valid_lft') request.validSeconds = seconds;
  else request.preferredSeconds = seconds;
  return undefined;
}

const LOOPBACK_NET = 127;

function* modify(context: IpContext, words: Words, type: number, flags: number): IpResult {
  const request = parseRequest(words, context.options.family);
  if ('failure' in request) return request;
  const { device, local, peer, label } = request;
  if (device === undefined) {
    return fail('Not enough information: "dev" argument is required.\n', 1);
  }
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const link = findLink(links, device);
  if (link === undefined) return noDevice(device);
  const family = local?.family ?? context.options.family;
  const far = peer ?? local;
  const message = new MessageBuilder(IFADDRMSG.SIZE);
  message.view.setUint8(IFADDRMSG.family, family);
  message.view.setUint8(IFADDRMSG.prefixlen, far?.length ?? 0);
  message.view.setUint8(IFADDRMSG.flags, request.flags & 0xff);
  message.view.setInt32(IFADDRMSG.index, link.index, true);
  message.view.setUint8(IFADDRMSG.scope, request.scope ?? defaultScope(local));
  if (local !== undefined) message.attribute(IFA.LOCAL, local.bytes);
  if (far !== undefined) message.attribute(IFA.ADDRESS, far.bytes);
  if (label !== undefined) message.text(IFA.LABEL, label);
  const { broadcast } = request;
  if (broadcast instanceof Uint8Array) message.attribute(IFA.BROADCAST, broadcast);
  else if (broadcast !== undefined && far !== undefined) {
    const bytes = withHostBits(far.bytes, far.length, broadcast === '+');
    message.attribute(IFA.BROADCAST, bytes);
  }
  if (request.metric !== undefined) message.u32(IFA.RT_PRIORITY, request.metric);
  if (request.flags > 0xff) message.u32(IFA.FLAGS, request.flags);
  if (request.validSeconds !== undefined || request.preferredSeconds !== undefined) {
    message.attribute(IFA.CACHEINFO, lifeBytes(request));
  }
  return yield* change(context, type, message.bytes(), flags);
}

function defaultScope(local: Prefix | undefined): number {
  const isLoopback = local?.family === AF.INET && local.bytes[0] === LOOPBACK_NET;
  return isLoopback ? RT_SCOPE.HOST : RT_SCOPE.UNIVERSE;
}

function lifeBytes({ validSeconds, preferredSeconds }: AddressRequest): Uint8Array {
  const bytes = new Uint8Array(IFA_CACHEINFO.SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(IFA_CACHEINFO.preferred, preferredSeconds ?? INFINITY_LIFE_TIME, true);
  view.setUint32(IFA_CACHEINFO.valid, validSeconds ?? INFINITY_LIFE_TIME, true);
  return bytes;
}

function* flushAddresses(context: IpContext, words: Words): IpResult {
  if (words.isEmpty) return fail('Flush requires arguments.\n', 1);
  const filter = parseFilter(words, context.options);
  if ('failure' in filter) return filter;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const link = filter.device === undefined ? undefined : findLink(links, filter.device);
  if (filter.device !== undefined && link === undefined) return noSuchDevice(filter.device);
  const found = yield* allAddresses(context, filter.family);
  if ('failure' in found) return found;
  const names = namesOf(links);
  for (const address of found) {
    if (link !== undefined && address.index !== link.index) continue;
    if (!isWanted(address, filter, names.get(address.index) ?? '')) continue;
    const status = yield* deleteAddress(context, address);
    // Secondary addresses go with their primary.
    if (typeof status !== 'number' && !status.failure.includes('not found')) return status;
  }
  return 0;
}

function deleteAddress(context: IpContext, address: Address): IpResult {
  const message = new MessageBuilder(IFADDRMSG.SIZE);
  message.view.setUint8(IFADDRMSG.family, address.family);
  message.view.setUint8(IFADDRMSG.prefixlen, address.prefixLength);
  message.view.setInt32(IFADDRMSG.index, address.index, true);
  const none = new Uint8Array(0);
  message.attribute(IFA.LOCAL, parseAddressBytes(address.local, address.family) ?? none);
  message.attribute(IFA.ADDRESS, parseAddressBytes(address.peer, address.family) ?? none);
  return change(context, RTM.DELADDR, message.bytes());
}

export function* addressCommand(context: IpContext, command: string, words: Words): IpResult {
  const { CREATE, EXCL, REPLACE } = NLM_F;
  if (matches(command, 'add')) return yield* modify(context, words, RTM.NEWADDR, CREATE | EXCL);
  if (matches(command, 'change') || command === 'chg') {
    return yield* modify(context, words, RTM.NEWADDR, REPLACE);
  }
  if (matches(command, 'replace')) {
    return yield* modify(context, words, RTM.NEWADDR, CREATE | REPLACE);
  }
  if (matches(command, 'delete')) return yield* modify(context, words, RTM.DELADDR, 0);
  if (matches(command, 'show') || matches(command, 'lst') || matches(command, 'list')) {
    return yield* showAddresses(context, words);
  }
  if (matches(command, 'flush')) return yield* flushAddresses(context, words);
  return fail(`Command "${command}" is unknown, try "ip address help".\n`);
}
