// SPDX-License-Identifier: GPL-2.0-or-later
/** What the commands of ip share: the program, its options, the kernel's answers. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFINFOMSG, IFLA, RTM } from '../../uapi/rtnetlink-messages.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import {
  MessageBuilder,
  type NetlinkClient,
  type NetlinkFailure,
  type NetlinkMessage,
} from '../support/netlink.ts';
import { COLOURED, PLAIN, type Paint } from './colors.ts';
import { parseLink, type Link } from './model.ts';
import { fail, type IpFailure, type IpOptions } from './options.ts';

/** RTEXT_FILTER_VF: what iproute2 asks for. */
const EXT_MASK = 1;

export interface IpContext {
  readonly c: Libc;
  readonly options: IpOptions;
  readonly netlink: NetlinkClient;
  readonly paint: Paint;
}

/** What a command of ip gives: a status, or what went wrong. */
export type IpResult = Sleeping<number | IpFailure>;

export function makeContext(c: Libc, options: IpOptions, netlink: NetlinkClient): IpContext {
  return { c, options, netlink, paint: options.isColored ? COLOURED : PLAIN };
}

/** How ip tells of the kernel's refusal. */
export function refusal({ error, message }: NetlinkFailure): IpFailure {
  if (message === '') return fail(`RTNETLINK answers: ${errorText(error)}\n`, 2);
  return fail(`Error: ${message}${message.endsWith('.') ? '' : '.'}\n`, 2);
}

export function* dump(
  { netlink }: IpContext,
  type: number,
  body: Uint8Array,
): Sleeping<readonly NetlinkMessage[] | IpFailure> {
  const result = yield* netlink.dump(type, body);
  if ('messages' in result) return result.messages;
  const { failure } = refusal(result);
  return fail(`${failure}Dump terminated\n`, 1);
}

/** A change that the kernel is asked for: the status. */
export function* change(
  { netlink }: IpContext,
  type: number,
  body: Uint8Array,
  flags = 0,
): IpResult {
  const failure = yield* netlink.change(type, body, flags);
  return failure === undefined ? 0 : refusal(failure);
}

export function* allLinks(context: IpContext): Sleeping<readonly Link[] | IpFailure> {
  const request = new MessageBuilder(IFINFOMSG.SIZE).u32(IFLA.EXT_MASK, EXT_MASK);
  const messages = yield* dump(context, RTM.GETLINK, request.bytes());
  return 'failure' in messages ? messages : messages.map(parseLink);
}

export function namesOf(links: readonly Link[]): ReadonlyMap<number, string> {
  return new Map(links.map(({ index, name }) => [index, name]));
}

/** A device by its name, or `if2`. */
export function findLink(links: readonly Link[], name: string): Link | undefined {
  return links.find((link) => link.name === name || `if${link.index}` === name);
}

export function noDevice(name: string): IpFailure {
  return fail(`Cannot find device "${name}"\n`, 1);
}

/** What showing a device that is not there says. */
export function noSuchDevice(name: string): IpFailure {
  return fail(`Device "${name}" does not exist.\n`, 1);
}
