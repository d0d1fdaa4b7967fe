// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * NETLINK_ROUTE: links, addresses, routes and neighbours, asked for, changed and watched. Who
 * serves a kind of message for a family registers for it.
 *
 * Linux: net/core/rtnetlink.c (rtnetlink_rcv_msg), rtnetlink(7).
 */
import type { MaySleep } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NETLINK, NLM_F, NLMSG } from '../../uapi/netlink.ts';
import { AF } from '../../uapi/socket.ts';
import type { Netlink } from './netlink.ts';
import type { Dump, NetlinkProtocol, NetlinkRequest } from './netlink-sock.ts';

/** Multicast groups. Linux: RTNLGRP_*. */
// prettier-ignore
export const RTNLGRP = {
  LINK: 1, NEIGH: 3, IPV4_IFADDR: 5, IPV4_ROUTE: 7, IPV6_IFADDR: 9, IPV6_ROUTE: 11, MAX: 36,
} as const;

/** Who serves one kind of message. */
export interface RtnlHandler {
  /** Changes something, or answers one thing: 0 or a negative errno. */
  doit?(request: NetlinkRequest): MaySleep<number>;
  /** All messages of a dump, made as they are read. */
  dump?(request: NetlinkRequest): Iterator<Uint8Array>;
}

/** Which of four kinds a type is: RTM_NEWx, RTM_DELx, RTM_GETx, RTM_SETx. */
const KIND_MASK = 3;
const KIND_GET = 2;

export class Rtnetlink implements NetlinkProtocol {
  readonly number = NETLINK.ROUTE;
  readonly groups = RTNLGRP.MAX;
  readonly #netlink: Netlink;
  /** By type, then by family. */
  readonly #handlers = new Map<number, Map<number, RtnlHandler>>();

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
    netlink.add(this);
  }

  /** `family` AF.UNSPEC serves families that nobody else does. Linux: rtnl_register. */
  register(family: number, type: number, handler: RtnlHandler): void {
    const byFamily = this.#handlers.get(type) ?? new Map<number, RtnlHandler>();
    byFamily.set(family, handler);
    this.#handlers.set(type, byFamily);
  }

  serve(request: NetlinkRequest): MaySleep<number | Dump> {
    const { message, sock } = request;
    const { type, flags, payload } = message;
    const family = payload[0];
    if (family === undefined) return 0;
    const isGet = ((type - NLMSG.MIN_TYPE) & KIND_MASK) === KIND_GET;
    if (!isGet && !sock.isPrivileged) return -ERRNO.EPERM;
    const byFamily = this.#handlers.get(type);
    if (byFamily === undefined) return -ERRNO.EOPNOTSUPP;
    if (isGet && (flags & NLM_F.DUMP) !== 0) return this.#dump(byFamily, family, request);
    const handler = byFamily.get(family) ?? byFamily.get(AF.UNSPEC);
    return handler?.doit?.(request) ?? -ERRNO.EOPNOTSUPP;
  }

  #dump(
    byFamily: ReadonlyMap<number, RtnlHandler>,
    family: number,
    request: NetlinkRequest,
  ): number | Dump {
    const one = byFamily.get(family) ?? byFamily.get(AF.UNSPEC);
    if (one !== undefined) {
      const messages = one.dump?.(request);
      return messages === undefined ? -ERRNO.EOPNOTSUPP : { messages };
    }
    // A family that is not there has nothing to show.
    return { messages: family === AF.UNSPEC ? dumpAll(byFamily, request) : NONE.values() };
  }

  hasListeners(group: number): boolean {
    return this.#netlink.hasListeners(NETLINK.ROUTE, group);
  }

  /** Tells those who watch a group. `make` is called only if there are any. Context: any. */
  notify(group: number, make: () => Uint8Array): void {
    if (this.hasListeners(group)) this.#netlink.multicast(NETLINK.ROUTE, group, make());
  }
}

const NONE: readonly Uint8Array[] = [];

/** Linux: rtnl_dump_all. */
function* dumpAll(
  byFamily: ReadonlyMap<number, RtnlHandler>,
  request: NetlinkRequest,
): Generator<Uint8Array> {
  for (const handler of byFamily.values()) {
    const messages = handler.dump?.(request);
    for (let step = messages?.next(); step?.done === false; step = messages?.next()) {
      yield step.value;
    }
  }
}
