// SPDX-License-Identifier: GPL-2.0-or-later
/** ip: links, addresses, routes and neighbours, as iproute2 does it: over netlink. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { NETLINK } from '../uapi/netlink.ts';
import { addressCommand } from './ip/address.ts';
import { makeContext, type IpContext, type IpResult } from './ip/context.ts';
import { ADDRESS_HELP, IP_HELP, LINK_HELP, NEIGHBOUR_HELP, ROUTE_HELP } from './ip/help.ts';
import { linkCommand } from './ip/link.ts';
import { neighbourCommand } from './ip/neighbour.ts';
import { fail, IP_VERSION, matches, parseIpWords, Words, type IpFailure } from './ip/options.ts';
import { routeCommand } from './ip/route.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText } from './support/command.ts';
import { NetlinkClient } from './support/netlink.ts';

interface IpObject {
  readonly name: string;
  readonly help: string;
  readonly command: (context: IpContext, command: string, words: Words) => IpResult;
}

/** In the order in which abbreviations find them. */
const OBJECTS: readonly IpObject[] = [
  { name: 'address', help: ADDRESS_HELP, command: addressCommand },
  { name: 'route', help: ROUTE_HELP, command: routeCommand },
  { name: 'neighbor', help: NEIGHBOUR_HELP, command: neighbourCommand },
  { name: 'neighbour', help: NEIGHBOUR_HELP, command: neighbourCommand },
  { name: 'link', help: LINK_HELP, command: linkCommand },
];

export const ip = defineProgram(function* (c) {
  return yield* runIp(c, c.argv.slice(1), () => NetlinkClient.open(c, NETLINK.ROUTE));
});

/** The program, with what opens the socket: a test has a kernel of its own. */
export function* runIp(
  c: Libc,
  argv: readonly string[],
  open: () => Sleeping<NetlinkClient | number>,
): Sleeping<number> {
  const parsed = parseIpWords(argv);
  if ('failure' in parsed) return yield* leave(c, parsed);
  if (parsed.instead === 'version') {
    c.out(IP_VERSION);
    return 0;
  }
  const [name, ...rest] = parsed.words;
  if (parsed.instead === 'help' || name === undefined || matches(name, 'help')) {
    return yield* leave(c, fail(IP_HELP));
  }
  const object = OBJECTS.find((each) => matches(name, each.name));
  if (object === undefined) {
    return yield* leave(c, fail(`Object "${name}" is unknown, try "ip help".\n`, 1));
  }
  const [command = 'show', ...others] = rest;
  if (matches(command, 'help')) return yield* leave(c, fail(object.help));
  const netlink = yield* open();
  if (typeof netlink === 'number') {
    return yield* leave(c, fail(`Cannot open netlink socket: ${errorText(netlink)}\n`, 1));
  }
  const context = makeContext(c, parsed.options, netlink);
  const result = yield* object.command(context, command, new Words(others));
  return typeof result === 'number' ? result : yield* leave(c, result);
}

function* leave(c: Libc, { failure, status }: IpFailure): Sleeping<number> {
  yield* c.err(failure);
  return status;
}
