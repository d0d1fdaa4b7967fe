// SPDX-License-Identifier: GPL-2.0-or-later
/** `ip link`: devices. Linux: iproute2's ip/iplink.c. */
import { encodeUtf8 } from '../../lib/utf8.ts';
import { parseMac } from '../../lib/mac-address.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { IFINFOMSG, IFLA, IFLA_INFO, RTM } from '../../uapi/rtnetlink-messages.ts';
import { MessageBuilder } from '../support/netlink.ts';
import {
  allLinks,
  change,
  findLink,
  namesOf,
  noDevice,
  noSuchDevice,
  type IpContext,
  type IpResult,
} from './context.ts';
import { formatBriefLink, formatLink, formatStats, lineEnd } from './format-link.ts';
import type { Link } from './model.ts';
import {
  IFF_ALLMULTI,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_UP,
  parseUnsigned,
} from './names.ts';
import {
  duplicateOrGarbage,
  fail,
  invalidArgument,
  matches,
  type IpFailure,
  type Words,
} from './options.ts';

/** Which links are shown. */
interface LinkFilter {
  device: string | undefined;
  isUpOnly: boolean;
  kind: string | undefined;
}

function parseFilter(words: Words): LinkFilter | IpFailure {
  const filter: LinkFilter = { device: undefined, isUpOnly: false, kind: undefined };
  while (!words.isEmpty) {
    let word = words.next();
    if (word === 'up') {
      filter.isUpOnly = true;
      continue;
    }
    if (word === 'type' || word === 'dev') {
      const value = words.argument();
      if (typeof value !== 'string') return value;
      if (word === 'type') {
        filter.kind = value;
        continue;
      }
      word = value;
    }
    if (filter.device !== undefined) return duplicateOrGarbage('dev', word);
    filter.device = word;
  }
  return filter;
}

function* showLinks(context: IpContext, words: Words): IpResult {
  const filter = parseFilter(words);
  if ('failure' in filter) return filter;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const { device, isUpOnly, kind } = filter;
  if (device !== undefined && findLink(links, device) === undefined) return noSuchDevice(device);
  const shown = links.filter(
    (link) =>
      (device === undefined || link === findLink(links, device)) &&
      (!isUpOnly || (link.flags & IFF_UP) !== 0) &&
      (kind === undefined || link.kind === kind),
  );
  const { options, paint, c } = context;
  const style = { options, paint, isLinkCommand: true, names: namesOf(links) };
  for (const link of shown) {
    if (options.isBrief) {
      c.out(formatBriefLink(link, style));
      continue;
    }
    c.out(formatLink(link, style));
    if (options.statistics > 0 && link.stats !== undefined) {
      c.out(lineEnd(options) + formatStats(link.stats, link.carrierChanges, options));
    }
    c.out('\n');
  }
  return 0;
}

/** What `ip link set` and `add` ask for. */
interface LinkRequest {
  device: string | undefined;
  /** Flags to be set or cleared, and which. */
  flags: number;
  change: number;
  readonly attributes: (readonly [type: number, bytes: Uint8Array])[];
  kind: string | undefined;
}

/** Words with `on` or `off` behind them. ARP is the one whose flag means the opposite. */
const SWITCHES: Readonly<Record<string, number>> = {
  arp: IFF_NOARP,
  multicast: IFF_MULTICAST,
  allmulticast: IFF_ALLMULTI,
  promisc: IFF_PROMISC,
};

const NUMBERS: Readonly<Record<string, readonly [attribute: number, name: string]>> = {
  mtu: [IFLA.MTU, 'mtu'],
  txqueuelen: [IFLA.TXQLEN, 'txqueuelen'],
  txqlen: [IFLA.TXQLEN, 'txqueuelen'],
  qlen: [IFLA.TXQLEN, 'txqueuelen'],
};
const TEXTS: Readonly<Record<string, number>> = { name: IFLA.IFNAME, alias: IFLA.IFALIAS };
const LINK_ADDRESSES: Readonly<Record<string, number>> = {
  address: IFLA.ADDRESS,
  broadcast: IFLA.BROADCAST,
  brd: IFLA.BROADCAST,
};

function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Takes a word that has a value; undefined when `word` is no such. */
function parseValued(request: LinkRequest, word: string, words: Words): IpFailure | boolean {
  const bit = SWITCHES[word];
  const number = NUMBERS[word];
  const text = TEXTS[word];
  const linkAddress = LINK_ADDRESSES[word];
  if (
    bit === undefined &&
    number === undefined &&
    text === undefined &&
    linkAddress === undefined
  ) {
    return false;
  }
  const value = words.argument();
  if (typeof value !== 'string') return value;
  if (bit !== undefined) {
    if (value !== 'on' && value !== 'off') {
      return fail(`Error: argument of "${word}" must be "on" or "off", not "${value}"\n`, 1);
    }
    request.change |= bit;
    const isSet = (value === 'on') !== (bit === IFF_NOARP);
    request.flags = isSet ? request.flags | bit : request.flags & ~bit;
  } else if (number !== undefined) {
    const parsed = parseUnsigned(value);
    if (parsed === undefined) return invalidArgument(`Invalid "${number[1]}" value\n`, value);
    request.attributes.push([number[0], u32Bytes(parsed)]);
  } else if (text !== undefined) {
    if (word === 'name' && (value === '' || value.length > 15)) {
      return invalidArgument('"name" not a valid ifname', value);
    }
    request.attributes.push([text, encodeUtf8(word === 'name' ? `${value}\0` : value)]);
  } else if (linkAddress !== undefined) {
    const bytes = parseMac(value);
    if (bytes === undefined) return fail(`"${value}" is invalid lladdr.\n`, 1);
    request.attributes.push([linkAddress, bytes]);
  }
  return true;
}

function parseRequest(words: Words): LinkRequest | IpFailure {
  const request: LinkRequest = {
    device: undefined,
    flags: 0,
    change: 0,
    attributes: [],
    kind: undefined,
  };
  while (!words.isEmpty) {
    let word = words.next();
    if (word === 'up' || word === 'down') {
      request.change |= IFF_UP;
      request.flags = word === 'up' ? request.flags | IFF_UP : request.flags & ~IFF_UP;
      continue;
    }
    const taken = parseValued(request, word, words);
    if (typeof taken !== 'boolean') return taken;
    if (taken) continue;
    if (word === 'type' || word === 'dev') {
      const value = words.argument();
      if (typeof value !== 'string') return value;
      if (word === 'type') {
        request.kind = value;
        continue;
      }
      word = value;
    }
    if (request.device !== undefined) return duplicateOrGarbage('dev', word);
    request.device = word;
  }
  return request;
}

function messageOf(request: LinkRequest, index: number): MessageBuilder {
  const message = new MessageBuilder(IFINFOMSG.SIZE);
  message.view.setInt32(IFINFOMSG.index, index, true);
  message.view.setUint32(IFINFOMSG.flags, request.flags, true);
  message.view.setUint32(IFINFOMSG.change, request.change, true);
  for (const [type, bytes] of request.attributes) message.attribute(type, bytes);
  return message;
}

function* setLink(context: IpContext, words: Words): IpResult {
  const request = parseRequest(words);
  if ('failure' in request) return request;
  const link = yield* requireDevice(context, request.device);
  if ('failure' in link) return link;
  return yield* change(context, RTM.NEWLINK, messageOf(request, link.index).bytes());
}

function* addLink(context: IpContext, words: Words): IpResult {
  const request = parseRequest(words);
  if ('failure' in request) return request;
  if (request.kind === undefined) {
    return fail('Not enough information: "type" argument is required\n', 1);
  }
  if (request.device !== undefined) {
    request.attributes.push([IFLA.IFNAME, encodeUtf8(`${request.device}\0`)]);
  }
  const kind = new MessageBuilder(0).text(IFLA_INFO.KIND, request.kind).bytes();
  const message = messageOf(request, 0).attribute(IFLA.LINKINFO, kind);
  return yield* change(context, RTM.NEWLINK, message.bytes(), NLM_F.CREATE | NLM_F.EXCL);
}

function* deleteLink(context: IpContext, words: Words): IpResult {
  const request = parseRequest(words);
  if ('failure' in request) return request;
  const link = yield* requireDevice(context, request.device);
  if ('failure' in link) return link;
  return yield* change(context, RTM.DELLINK, messageOf(request, link.index).bytes());
}

function* requireDevice(context: IpContext, name: string | undefined): Sleeping<Link | IpFailure> {
  if (name === undefined) return fail('Not enough information: "dev" argument is required.\n');
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  return findLink(links, name) ?? noDevice(name);
}

export function* linkCommand(context: IpContext, command: string, words: Words): IpResult {
  if (matches(command, 'add')) return yield* addLink(context, words);
  if (matches(command, 'set') || command === 'change') return yield* setLink(context, words);
  if (matches(command, 'delete')) return yield* deleteLink(context, words);
  if (matches(command, 'show') || matches(command, 'lst') || matches(command, 'list')) {
    return yield* showLinks(context, words);
  }
  return fail(`Command "${command}" is unknown, try "ip link help".\n`);
}
