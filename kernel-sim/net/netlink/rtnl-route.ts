// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4 routes through rtnetlink: RTM_{NEW,DEL,GET}ROUTE.
 *
 * Linux: net/ipv4/fib_frontend.c (inet_rtm_newroute), fib_semantics.c (fib_dump_info), route.c
 * (inet_rtm_getroute). Differs: a route has one next hop.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { RT_SCOPE, RT_TABLE, RTN } from '../../uapi/rtnetlink.ts';
import { RTA, RTA_CACHEINFO, RTAX, RTM, RTM_F, RTMSG } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { FibRoute } from '../ipv4/fib.ts';
import type { RouteConfig } from '../ipv4/fib-frontend.ts';
import type { Ipv4 } from '../ipv4/ipv4.ts';
import type { Ipv4Route } from '../ipv4/route.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import { type ExtAck, type NetlinkRequest, refuse } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EINVAL, ENODEV, EOPNOTSUPP } = ERRNO;

/** Several next hops in one route. */
const RTA_MULTIPATH = 9;
/** Flags of a looked-up route. Linux: RTCF_*. */
const RTCF = { LOCAL: 0x8000_0000, BROADCAST: 0x1000_0000, MULTICAST: 0x2000_0000 } as const;
/** The table's field is a byte; a higher number is in an attribute. */
const TABLE_BYTE_MAX = 0xff;

interface Header {
  readonly destinationLength: number;
  readonly sourceLength: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

/** Whom an answer goes to. */
interface Answer {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly port: number;
}

export class RtnlRoutes {
  readonly #ipv4: Ipv4;

  constructor(ipv4: Ipv4) {
    this.#ipv4 = ipv4;
  }

  register(rtnl: Rtnetlink): void {
    rtnl.register(AF.INET, RTM.NEWROUTE, { doit: (request) => this.#add(request) });
    rtnl.register(AF.INET, RTM.DELROUTE, { doit: (request) => this.#delete(request) });
    rtnl.register(AF.INET, RTM.GETROUTE, {
      doit: (request) => this.#get(request),
      dump: (request) => this.#dump(request),
    });
    const { frontend } = this.#ipv4;
    const before = frontend.onChange;
    frontend.onChange = (route, isGone) => {
      before(route, isGone);
      const type = isGone ? RTM.DELROUTE : RTM.NEWROUTE;
      rtnl.notify(RTNLGRP.IPV4_ROUTE, () =>
        routeMessage(route, { type, flags: 0, seq: 0, port: 0 }),
      );
    };
  }

  *#dump({ message: { seq, payload }, sock }: NetlinkRequest): Generator<Uint8Array> {
    const header = read(payload);
    // Looked-up routes are kept in no cache.
    if (header !== undefined && (header.flags & RTM_F.CLONED) !== 0) return;
    const table = sock.isStrict ? (header?.table ?? RT_TABLE.UNSPEC) : RT_TABLE.UNSPEC;
    const answer = { type: RTM.NEWROUTE, flags: NLM_F.MULTI, seq, port: sock.port };
    for (const route of this.#ipv4.fib.routes(table)) yield routeMessage(route, answer);
  }

  #add({ message: { payload, flags }, ack }: NetlinkRequest): number {
    const config = this.#configOf(payload, ack);
    if (typeof config === 'number') return config;
    const how = {
      isCreate: (flags & NLM_F.CREATE) !== 0,
      isExclusive: (flags & NLM_F.EXCL) !== 0,
      isReplace: (flags & NLM_F.REPLACE) !== 0,
      isAppend: (flags & NLM_F.APPEND) !== 0,
    };
    return this.#ipv4.frontend.add(config, how, ack);
  }

  #delete({ message: { payload }, ack }: NetlinkRequest): number {
    const config = this.#configOf(payload, ack);
    if (typeof config === 'number') return config;
    const { type, ...rest } = config;
    // No type is any type.
    return this.#ipv4.frontend.delete(type === RTN.UNSPEC ? rest : config);
  }

  /** Linux: rtm_to_fib_config. */
  #configOf(payload: Uint8Array, ack: ExtAck): RouteConfig | number {
    const header = read(payload);
    if (header === undefined) return -EINVAL;
    const { attributes, type } = header;
    if (header.destinationLength > 32) return refuse(ack, 'Invalid dst length');
    if (type > RTN.THROW) return refuse(ack, 'Invalid route type');
    if (attributes.has(RTA_MULTIPATH)) {
      return refuse(ack, 'Routes with several next hops are not supported', EOPNOTSUPP);
    }
    if (attributes.has(RTA.VIA)) return refuse(ack, 'IPv6 gateways are not supported', EOPNOTSUPP);
    const index = attributes.u32(RTA.OIF);
    const device = index === undefined ? undefined : this.#ipv4.core.byIndex(index);
    if (index !== undefined && device === undefined) return -ENODEV;
    const metrics = attributes.nested(RTA.METRICS);
    return {
      destination: attributes.ipv4(RTA.DST) ?? 0,
      prefixLength: header.destinationLength,
      table: header.table === RT_TABLE.UNSPEC ? RT_TABLE.MAIN : header.table,
      type,
      scope: header.scope,
      protocol: header.protocol,
      device,
      flags: header.flags & 0xff,
      gateway: attributes.ipv4(RTA.GATEWAY) ?? 0,
      priority: attributes.u32(RTA.PRIORITY) ?? 0,
      preferredSource: attributes.ipv4(RTA.PREFSRC) ?? 0,
      mtu: metrics.u32(RTAX.MTU) ?? 0,
      advmss: metrics.u32(RTAX.ADVMSS) ?? 0,
    };
  }

  /** Where a packet would go: `ip route get`. Linux: inet_rtm_getroute. */
  #get({ message: { payload, seq }, sock, ack }: NetlinkRequest): number {
    const header = read(payload);
    if (header === undefined) return -EINVAL;
    const { attributes } = header;
    if (attributes.has(RTA.IIF)) {
      return refuse(ack, 'Lookups for received packets are not supported', EOPNOTSUPP);
    }
    const index = attributes.u32(RTA.OIF) ?? 0;
    const device = this.#ipv4.core.byIndex(index);
    if (index !== 0 && device === undefined) return -ENODEV;
    const source = attributes.ipv4(RTA.SRC) ?? 0;
    const route = this.#ipv4.routes.output(attributes.ipv4(RTA.DST) ?? 0, {
      ...(source !== 0 && { source }),
      ...(device !== undefined && { device }),
    });
    if (typeof route === 'number') return route;
    const wantsTable = (header.flags & RTM_F.LOOKUP_TABLE) !== 0;
    const answer = { type: RTM.NEWROUTE, flags: 0, seq, port: sock.port };
    sock.deliver(lookupMessage(route, source, wantsTable, answer), 0);
    return 0;
  }
}

function read(payload: Uint8Array): Header | undefined {
  if (payload.length < RTMSG.SIZE) return undefined;
  const view = viewOf(payload);
  const attributes = new Attributes(payload, RTMSG.SIZE);
  return {
    destinationLength: view.getUint8(RTMSG.dstLen),
    sourceLength: view.getUint8(RTMSG.srcLen),
    table: attributes.u32(RTA.TABLE) ?? view.getUint8(RTMSG.table),
    protocol: view.getUint8(RTMSG.protocol),
    scope: view.getUint8(RTMSG.scope),
    type: view.getUint8(RTMSG.type),
    flags: view.getUint32(RTMSG.flags, true),
    attributes,
  };
}

function begin(
  { type, flags, seq, port }: Answer,
  route: Omit<Header, 'attributes'>,
): MessageBuilder {
  const { table } = route;
  return new MessageBuilder(type, flags, seq, port).reserve(RTMSG.SIZE, (view, at) => {
    view.setUint8(at + RTMSG.family, AF.INET);
    view.setUint8(at + RTMSG.dstLen, route.destinationLength);
    view.setUint8(at + RTMSG.srcLen, route.sourceLength);
    view.setUint8(at + RTMSG.table, table > TABLE_BYTE_MAX ? RT_TABLE.COMPAT : table);
    view.setUint8(at + RTMSG.protocol, route.protocol);
    view.setUint8(at + RTMSG.scope, route.scope);
    view.setUint8(at + RTMSG.type, route.type);
    view.setUint32(at + RTMSG.flags, route.flags, true);
  });
}

/** Linux: fib_dump_info. */
function routeMessage(route: FibRoute, answer: Answer): Uint8Array {
  const { prefixLength, table, mtu, advmss } = route;
  const header = { ...route, destinationLength: prefixLength, sourceLength: 0 };
  const builder = begin(answer, header).u32(RTA.TABLE, table);
  if (prefixLength > 0) builder.ipv4(RTA.DST, route.destination);
  if (route.priority !== 0) builder.u32(RTA.PRIORITY, route.priority);
  if (mtu !== 0 || advmss !== 0) {
    builder.nest(RTA.METRICS, (inner) => {
      if (mtu !== 0) inner.u32(RTAX.MTU, mtu);
      if (advmss !== 0) inner.u32(RTAX.ADVMSS, advmss);
    });
  }
  if (route.preferredSource !== 0) builder.ipv4(RTA.PREFSRC, route.preferredSource);
  if (route.gateway !== 0) builder.ipv4(RTA.GATEWAY, route.gateway);
  if (route.device !== undefined) builder.u32(RTA.OIF, route.device.ifindex);
  return builder.finish();
}

/** Linux: rt_fill_info. */
function lookupMessage(
  route: Ipv4Route,
  source: number,
  wantsTable: boolean,
  answer: Answer,
): Uint8Array {
  const { isLocal, isBroadcast, isMulticast, gateway, entry } = route;
  const kind = isBroadcast ? RTN.BROADCAST : isMulticast ? RTN.MULTICAST : RTN.UNICAST;
  const cast = (isBroadcast ? RTCF.BROADCAST : 0) | (isMulticast ? RTCF.MULTICAST : 0);
  const flags = RTM_F.CLONED | cast | (isLocal ? RTCF.LOCAL : 0);
  const table = wantsTable ? (entry?.table ?? RT_TABLE.MAIN) : RT_TABLE.MAIN;
  const builder = begin(answer, {
    destinationLength: 32,
    sourceLength: source === 0 ? 0 : 32,
    table: isLocal && wantsTable ? RT_TABLE.LOCAL : table,
    protocol: 0,
    scope: RT_SCOPE.UNIVERSE,
    type: isLocal && kind === RTN.UNICAST ? RTN.LOCAL : kind,
    flags: flags >>> 0,
  });
  builder.u32(RTA.TABLE, isLocal && wantsTable ? RT_TABLE.LOCAL : table);
  builder.ipv4(RTA.DST, route.destination);
  if (source !== 0) builder.ipv4(RTA.SRC, source);
  builder.u32(RTA.OIF, route.device.ifindex);
  if (source === 0) builder.ipv4(RTA.PREFSRC, route.source);
  if (gateway !== undefined && gateway !== 0) builder.ipv4(RTA.GATEWAY, gateway);
  const mtu = entry?.mtu ?? 0;
  if (mtu !== 0) builder.nest(RTA.METRICS, (inner) => inner.u32(RTAX.MTU, mtu));
  builder.u32(RTA.UID, 0);
  return builder.attribute(RTA.CACHEINFO, new Uint8Array(RTA_CACHEINFO.SIZE)).finish();
}
