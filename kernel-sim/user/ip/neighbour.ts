// SPDX-License-Identifier: GPL-2.0-or-later
/** `ip neighbour`: who is at which hardware address. Linux: iproute2's ip/ipneigh.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { parseMac } from '../../lib/mac-address.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { NTF, NUD } from '../../uapi/rtnetlink.ts';
import { NDA, NDMSG, RTM } from '../../uapi/rtnetlink-messages.ts';
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
import { formatNeighbour } from './format-neighbour.ts';
import { parseNeighbour, type Neighbour } from './model.ts';
import { NEIGHBOUR_STATES, numberOf } from './names.ts';
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
import { parseAddressBytes, parsePrefix, startsAlike, type Prefix } from './prefix.ts';

interface NeighbourFilter {
  device: string | undefined;
  to: Prefix | undefined;
  states: number;
}

const ALL_STATES = 0xff;

function parseFilter(
  words: Words,
  options: IpOptions,
  isFlush: boolean,
): NeighbourFilter | IpFailure {
  const filter: NeighbourFilter = { device: undefined, to: undefined, states: 0 };
  while (!words.isEmpty) {
    let word = words.next();
    let value = word;
    if (word === 'dev' || word === 'nud' || word === 'to') {
      const argument = words.argument();
      if (typeof argument !== 'string') return argument;
      value = argument;
    } else word = 'to';
    if (word === 'dev') {
      if (filter.device !== undefined) return duplicateOrGarbage('dev', value);
      filter.device = value;
    } else if (word === 'nud') {
      if (value === 'all') filter.states |= ALL_STATES;
      else {
        const state = numberOf(NEIGHBOUR_STATES, value);
        if (state === undefined) return invalidArgument('nud state is bad', value);
        filter.states |= state;
      }
    } else {
      filter.to = parsePrefix(value, options.family);
      if (filter.to === undefined) return badPrefix(value, options.family);
    }
  }
  if (filter.states === 0) {
    filter.states = isFlush ? ALL_STATES & ~(NUD.PERMANENT | NUD.NOARP) : ALL_STATES & ~NUD.NOARP;
  }
  return filter;
}

function* findNeighbours(
  context: IpContext,
  filter: NeighbourFilter,
  index: number | undefined,
): Sleeping<readonly Neighbour[] | IpFailure> {
  const request = new MessageBuilder(NDMSG.SIZE);
  request.view.setUint8(NDMSG.family, context.options.family);
  const messages = yield* dump(context, RTM.GETNEIGH, request.bytes());
  if ('failure' in messages) return messages;
  const { to, states } = filter;
  return messages.map(parseNeighbour).filter((neighbour) => {
    if (index !== undefined && neighbour.index !== index) return false;
    if ((neighbour.state & states) === 0) return false;
    if (to === undefined || to.length === 0) return true;
    const bytes = parseAddressBytes(neighbour.address, to.family);
    return bytes !== undefined && startsAlike(bytes, to.bytes, to.length);
  });
}

function* showOrFlush(context: IpContext, words: Words, isFlush: boolean): IpResult {
  if (isFlush && words.isEmpty) return fail('Flush requires arguments.\n', 1);
  const filter = parseFilter(words, context.options, isFlush);
  if ('failure' in filter) return filter;
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const link = filter.device === undefined ? undefined : findLink(links, filter.device);
  if (filter.device !== undefined && link === undefined) return noDevice(filter.device);
  const found = yield* findNeighbours(context, filter, link?.index);
  if ('failure' in found) return found;
  const names = namesOf(links);
  const { options, paint, c } = context;
  for (const neighbour of found) {
    if (isFlush) {
      const status = yield* deleteNeighbour(context, neighbour);
      if (typeof status !== 'number') return status;
      continue;
    }
    const name = names.get(neighbour.index) ?? `if${neighbour.index}`;
    c.out(formatNeighbour(neighbour, link === undefined ? name : undefined, options, paint));
  }
  return 0;
}

/** ip's own flush makes entries failed, so that the kernel forgets them. */
function deleteNeighbour(context: IpContext, neighbour: Neighbour): IpResult {
  const bytes = parseAddressBytes(neighbour.address, neighbour.family) ?? new Uint8Array(0);
  const message = new MessageBuilder(NDMSG.SIZE);
  message.view.setUint8(NDMSG.family, neighbour.family);
  message.view.setInt32(NDMSG.ifindex, neighbour.index, true);
  message.view.setUint16(NDMSG.state, NUD.FAILED, true);
  return change(context, RTM.DELNEIGH, message.attribute(NDA.DST, bytes).bytes());
}

interface NeighbourRequest {
  device: string | undefined;
  to: Prefix | undefined;
  linkAddress: Uint8Array | undefined;
  state: number;
  flags: number;
}

function parseRequest(words: Words, options: IpOptions): NeighbourRequest | IpFailure {
  const request: NeighbourRequest = {
    device: undefined,
    to: undefined,
    linkAddress: undefined,
    state: NUD.PERMANENT,
    flags: 0,
  };
  while (!words.isEmpty) {
    let word = words.next();
    if (word === 'router' || word === 'use') {
      request.flags |= word === 'router' ? NTF.ROUTER : NTF.USE;
      continue;
    }
    let value = word;
    if (['lladdr', 'nud', 'dev', 'to', 'proxy'].includes(word)) {
      const argument = words.argument();
      if (typeof argument !== 'string') return argument;
      value = argument;
    } else word = 'to';
    if (word === 'lladdr') {
      request.linkAddress = parseMac(value);
      if (request.linkAddress === undefined) return fail(`"${value}" is invalid lladdr.\n`, 1);
    } else if (word === 'nud') {
      const state = numberOf(NEIGHBOUR_STATES, value);
      if (state === undefined) return invalidArgument('nud state is bad', value);
      request.state = state;
    } else if (word === 'dev') request.device = value;
    else {
      if (word === 'proxy') request.flags |= NTF.PROXY;
      if (request.to !== undefined) return duplicateOrGarbage('to', value);
      const bytes = parseAddressBytes(value, options.family);
      if (bytes === undefined) return badAddress(value, options.family);
      request.to = parsePrefix(value, options.family);
    }
  }
  return request;
}

function* requestMessage(context: IpContext, words: Words): Sleeping<MessageBuilder | IpFailure> {
  const request = parseRequest(words, context.options);
  if ('failure' in request) return request;
  const { device, to, linkAddress } = request;
  if (device === undefined || to === undefined) {
    return fail('Device and destination are required arguments.\n');
  }
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const link = findLink(links, device);
  if (link === undefined) return noDevice(device);
  const message = new MessageBuilder(NDMSG.SIZE);
  message.view.setUint8(NDMSG.family, to.family);
  message.view.setInt32(NDMSG.ifindex, link.index, true);
  message.view.setUint16(NDMSG.state, request.state, true);
  message.view.setUint8(NDMSG.flags, request.flags);
  message.attribute(NDA.DST, to.bytes);
  return linkAddress === undefined ? message : message.attribute(NDA.LLADDR, linkAddress);
}

function* modify(context: IpContext, words: Words, type: number, flags: number): IpResult {
  const message = yield* requestMessage(context, words);
  if ('failure' in message) return message;
  return yield* change(context, type, message.bytes(), flags);
}

function* getNeighbour(context: IpContext, words: Words): IpResult {
  const message = yield* requestMessage(context, words);
  if ('failure' in message) return message;
  message.view.setUint16(NDMSG.state, 0, true);
  const answer = yield* context.netlink.get(RTM.GETNEIGH, message.bytes());
  if ('error' in answer) return refusal(answer);
  const links = yield* allLinks(context);
  if ('failure' in links) return links;
  const neighbour = parseNeighbour(answer);
  const name = namesOf(links).get(neighbour.index) ?? `if${neighbour.index}`;
  context.c.out(formatNeighbour(neighbour, name, context.options, context.paint));
  return 0;
}

export function* neighbourCommand(context: IpContext, command: string, words: Words): IpResult {
  const { CREATE, EXCL, REPLACE } = NLM_F;
  if (matches(command, 'add')) return yield* modify(context, words, RTM.NEWNEIGH, CREATE | EXCL);
  if (matches(command, 'change') || command === 'chg') {
    return yield* modify(context, words, RTM.NEWNEIGH, REPLACE);
  }
  if (matches(command, 'replace')) {
    return yield* modify(context, words, RTM.NEWNEIGH, CREATE | REPLACE);
  }
  if (matches(command, 'delete')) return yield* modify(context, words, RTM.DELNEIGH, 0);
  if (matches(command, 'get')) return yield* getNeighbour(context, words);
  if (matches(command, 'show') || matches(command, 'lst') || matches(command, 'list')) {
    return yield* showOrFlush(context, words, false);
  }
  if (matches(command, 'flush')) return yield* showOrFlush(context, words, true);
  return fail(`Command "${command}" is unknown, try "ip neigh help".\n`);
}
