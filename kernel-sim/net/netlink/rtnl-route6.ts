// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6 routes through rtnetlink: RTM_{NEW,DEL,GET}ROUTE.
 *
 * Linux: net/ipv6/route.c (rtm_to_fib6_config, rt6_fill_node, inet6_rtm_getroute). Differs: there
 * are the tables main and local, and what goes into which follows from a route's type.
 */
import { ipv6FromBytes, ipv6ToBytes } from '../../lib/ip-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IN6ADDR_ANY } from '../../uapi/in.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { RT_SCOPE, RT_TABLE, RTN } from '../../uapi/rtnetlink.ts';
import { RTA, RTA_CACHEINFO, RTM, RTM_F, RTMSG } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type Fib6Route, tableOf } from '../ipv6/fib6.ts';
import type { Ipv6 } from '../ipv6/ipv6.ts';
import type { Route6Config } from '../ipv6/route6.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import { type ExtAck, type NetlinkRequest, refuse } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EINVAL, ENODEV, EOPNOTSUPP } = ERRNO;
const ADDRESS_BYTES = 16;
const ADDRESS_BITS = 128;
const NS_PER_TICK = 10_000_000;
/** Several next hops in one route. */
const RTA_MULTIPATH = 9;
const PREFERENCE_MEDIUM = 0;

interface Header {
  readonly destinationLength: number;
  readonly table: number;
  readonly protocol: number;
  readonly type: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

interface Answer {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly port: number;
}

/** Who a looked-up route is for. */
interface Lookup {
  readonly destination: string;
  readonly source: string;
  readonly device: NetDevice;
}

export class RtnlRoutes6 {
  readonly #ipv6: Ipv6;

  constructor(ipv6: Ipv6) {
    this.#ipv6 = ipv6;
  }

  register(rtnl: Rtnetlink): void {
    rtnl.register(AF.INET6, RTM.NEWROUTE, { doit: (request) => this.#add(request) });
    rtnl.register(AF.INET6, RTM.DELROUTE, { doit: (request) => this.#delete(request) });
    rtnl.register(AF.INET6, RTM.GETROUTE, {
      doit: (request) => this.#get(request),
      dump: (request) => this.#dump(request),
    });
    this.#ipv6.fib.onChange = (route, isGone) => {
      const type = isGone ? RTM.DELROUTE : RTM.NEWROUTE;
      const answer = { type, flags: 0, seq: 0, port: 0 };
      rtnl.notify(RTNLGRP.IPV6_ROUTE, () => this.#message(route, answer));
    };
  }

  *#dump({ message: { seq, payload }, sock }: NetlinkRequest): Generator<Uint8Array> {
    const header = read(payload);
    // Looked-up routes are kept in no cache.
    if (header !== undefined && (header.flags & RTM_F.CLONED) !== 0) return;
    const table = sock.isStrict ? (header?.table ?? RT_TABLE.UNSPEC) : RT_TABLE.UNSPEC;
    const answer = { type: RTM.NEWROUTE, flags: NLM_F.MULTI, seq, port: sock.port };
    for (const route of this.#ipv6.fib.shown(this.#ipv6.timers.now())) {
      if (table === RT_TABLE.UNSPEC || table === tableOf(route)) yield this.#message(route, answer);
    }
  }

  #add({ message: { payload, flags }, ack }: NetlinkRequest): number {
    const config = this.#configOf(payload, ack);
    if (typeof config === 'number') return config;
    const how = {
      isCreate: (flags & NLM_F.CREATE) !== 0,
      isExclusive: (flags & NLM_F.EXCL) !== 0,
      isReplace: (flags & NLM_F.REPLACE) !== 0,
    };
    return this.#ipv6.routes.add(config, how, ack);
  }

  #delete({ message: { payload }, ack }: NetlinkRequest): number {
    const config = this.#configOf(payload, ack);
    return typeof config === 'number' ? config : this.#ipv6.routes.delete(config);
  }

  /** Linux: rtm_to_fib6_config. */
  #configOf(payload: Uint8Array, ack: ExtAck): Route6Config | number {
    const header = read(payload);
    if (header === undefined) return -EINVAL;
    const { attributes, type, protocol, destinationLength, table } = header;
    if (destinationLength > ADDRESS_BITS) return refuse(ack, 'Invalid prefix length');
    if (type > RTN.THROW) return refuse(ack, 'Invalid route type');
    if (attributes.has(RTA_MULTIPATH)) {
      return refuse(ack, 'Routes with several next hops are not supported', EOPNOTSUPP);
    }
    if (![RT_TABLE.UNSPEC, RT_TABLE.MAIN, RT_TABLE.LOCAL].some((known) => known === table)) {
      return refuse(ack, 'There are no tables but main and local', EOPNOTSUPP);
    }
    const index = attributes.u32(RTA.OIF);
    const device = index === undefined ? undefined : this.#ipv6.core.byIndex(index);
    if (index !== undefined && device === undefined) return -ENODEV;
    const gateway = addressOf(attributes, RTA.GATEWAY);
    const metric = attributes.u32(RTA.PRIORITY) ?? 0;
    const expiresSeconds = attributes.u32(RTA.EXPIRES);
    return {
      destination: addressOf(attributes, RTA.DST) ?? IN6ADDR_ANY,
      prefixLength: destinationLength,
      ...(type !== RTN.UNSPEC && { type }),
      ...(protocol !== 0 && { protocol }),
      ...(metric !== 0 && { metric }),
      ...(device !== undefined && { device }),
      ...(gateway !== undefined && { gateway }),
      ...(expiresSeconds !== undefined && { expiresSeconds }),
    };
  }

  /** Where a packet would go: `ip -6 route get`. Linux: inet6_rtm_getroute. */
  #get({ message: { payload, seq }, sock, ack }: NetlinkRequest): number {
    const header = read(payload);
    if (header === undefined) return -EINVAL;
    const { attributes } = header;
    if (attributes.has(RTA.IIF)) {
      return refuse(ack, 'Lookups for received packets are not supported', EOPNOTSUPP);
    }
    const { core, fib, timers } = this.#ipv6;
    const index = attributes.u32(RTA.OIF) ?? 0;
    const wanted = core.byIndex(index);
    if (index !== 0 && wanted === undefined) return -ENODEV;
    const asked = addressOf(attributes, RTA.SRC);
    const destination = addressOf(attributes, RTA.DST) ?? IN6ADDR_ANY;
    // Sockets must say which link they mean; who only asks hears of the first.
    const device = wanted ?? fib.lookup(destination, timers.now())?.device;
    const route = this.#ipv6.route(destination, {
      ...(asked !== undefined && asked !== IN6ADDR_ANY && { source: asked }),
      ...(device !== undefined && { device }),
    });
    if (typeof route === 'number') return route;
    const narrowed = route.isLocal ? undefined : route.device;
    const entry = fib.lookup(route.destination, timers.now(), narrowed);
    if (entry === undefined) return -ERRNO.ENETUNREACH;
    const lookup = { destination, source: route.source, device: route.device };
    const answer = { type: RTM.NEWROUTE, flags: 0, seq, port: sock.port };
    sock.deliver(this.#message(entry, answer, lookup), 0);
    return 0;
  }

  /** Linux: rt6_fill_node. */
  #message(route: Fib6Route, { type, flags, seq, port }: Answer, lookup?: Lookup): Uint8Array {
    const table = tableOf(route);
    const length = lookup === undefined ? route.prefixLength : ADDRESS_BITS;
    const builder = new MessageBuilder(type, flags, seq, port);
    builder.reserve(RTMSG.SIZE, (view, at) => {
      view.setUint8(at + RTMSG.family, AF.INET6);
      view.setUint8(at + RTMSG.dstLen, length);
      view.setUint8(at + RTMSG.srcLen, lookup === undefined ? 0 : ADDRESS_BITS);
      view.setUint8(at + RTMSG.table, table);
      view.setUint8(at + RTMSG.protocol, route.protocol);
      view.setUint8(at + RTMSG.scope, RT_SCOPE.UNIVERSE);
      view.setUint8(at + RTMSG.type, route.type);
    });
    builder.u32(RTA.TABLE, table);
    const destination = lookup?.destination ?? route.destination;
    if (length > 0) builder.attribute(RTA.DST, ipv6ToBytes(destination));
    if (lookup !== undefined) {
      builder.attribute(RTA.SRC, ipv6ToBytes(IN6ADDR_ANY));
      builder.attribute(RTA.PREFSRC, ipv6ToBytes(lookup.source));
    }
    builder.u32(RTA.PRIORITY, route.metric);
    if (route.gateway !== undefined) builder.attribute(RTA.GATEWAY, ipv6ToBytes(route.gateway));
    builder.u32(RTA.OIF, (lookup?.device ?? route.device).ifindex);
    const info = new Uint8Array(RTA_CACHEINFO.SIZE);
    if (route.expiresNs !== Infinity) {
      const ticks = Math.floor((route.expiresNs - this.#ipv6.timers.now()) / NS_PER_TICK);
      viewOf(info).setUint32(RTA_CACHEINFO.expires, Math.max(1, ticks), true);
    }
    return builder.attribute(RTA.CACHEINFO, info).u8(RTA.PREF, PREFERENCE_MEDIUM).finish();
  }
}

function read(payload: Uint8Array): Header | undefined {
  if (payload.length < RTMSG.SIZE) return undefined;
  const view = viewOf(payload);
  const attributes = new Attributes(payload, RTMSG.SIZE);
  return {
    destinationLength: view.getUint8(RTMSG.dstLen),
    table: attributes.u32(RTA.TABLE) ?? view.getUint8(RTMSG.table),
    protocol: view.getUint8(RTMSG.protocol),
    type: view.getUint8(RTMSG.type),
    flags: view.getUint32(RTMSG.flags, true),
    attributes,
  };
}

function addressOf(attributes: Attributes, type: number): string | undefined {
  const bytes = attributes.bytes(type);
  return bytes?.length === ADDRESS_BYTES ? ipv6FromBytes(bytes) : undefined;
}
