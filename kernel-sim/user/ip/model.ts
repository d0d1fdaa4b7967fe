// SPDX-License-Identifier: GPL-2.0-or-later
/** Links, addresses, routes and neighbours, out of the kernel's messages. */
import { formatMac } from '../../lib/mac-address.ts';
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../../lib/ip-address.ts';
import {
  IFA,
  IFA_CACHEINFO,
  IFADDRMSG,
  IFINFOMSG,
  IFLA,
  IFLA_INFO,
  INFINITY_LIFE_TIME,
  LINK_STATS64,
  NDA,
  NDA_CACHEINFO,
  NDMSG,
  OPERSTATES,
  RTA,
  RTA_CACHEINFO,
  RTAX,
  RTMSG,
} from '../../uapi/rtnetlink-messages.ts';
import { Attributes, type NetlinkMessage } from '../support/netlink.ts';

type StatName = (typeof LINK_STATS64)[number];
export type LinkStats = Readonly<Record<StatName, number>>;

export interface Link {
  readonly index: number;
  readonly name: string;
  /** ARPHRD number. */
  readonly type: number;
  readonly flags: number;
  readonly mtu: number;
  readonly qdisc: string | undefined;
  readonly state: string;
  readonly isDormantMode: boolean;
  readonly group: number | undefined;
  readonly queueLength: number;
  readonly address: string;
  readonly broadcast: string;
  /** Index of the device that this one lies on, where there is one. */
  readonly lower: number | undefined;
  readonly alias: string | undefined;
  readonly kind: string | undefined;
  readonly carrierChanges: number;
  readonly stats: LinkStats | undefined;
  /** What -d shows, as the kernel gave it: undefined for what it did not say. */
  readonly attributes: Attributes;
}

export interface Address {
  readonly family: number;
  readonly index: number;
  readonly prefixLength: number;
  readonly flags: number;
  readonly scope: number;
  readonly local: string;
  /** The other end's, or the same as `local`. */
  readonly peer: string;
  readonly broadcast: string | undefined;
  readonly label: string | undefined;
  readonly metric: number | undefined;
  /** Seconds. */
  readonly validSeconds: number;
  readonly preferredSeconds: number;
}

export interface Route {
  readonly family: number;
  /** Without the length; undefined for the default route. */
  readonly destination: string | undefined;
  readonly prefixLength: number;
  readonly source: string | undefined;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
  readonly gateway: string | undefined;
  readonly output: number | undefined;
  readonly input: number | undefined;
  readonly preferredSource: string | undefined;
  readonly metric: number | undefined;
  readonly uid: number | undefined;
  readonly mtu: number | undefined;
  readonly advmss: number | undefined;
  readonly hopLimit: number | undefined;
  readonly expiresTicks: number;
  readonly preference: number | undefined;
}

export interface Neighbour {
  readonly family: number;
  readonly index: number;
  readonly state: number;
  readonly flags: number;
  readonly address: string;
  readonly linkAddress: string | undefined;
  readonly probes: number | undefined;
  /** Ages in hundredths of a second. */
  readonly cache:
    | {
        readonly used: number;
        readonly confirmed: number;
        readonly updated: number;
        readonly references: number;
      }
    | undefined;
}

const IPV4_BYTES = 4;
const MAC_BYTES = 6;

/** An address of the network or of hardware, by its length. */
function addressText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  if (bytes.length === IPV4_BYTES) {
    return formatIpv4(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  }
  return bytes.length === MAC_BYTES ? formatMac(bytes) : formatIpv6(ipv6FromBytes(bytes));
}

/** A u64; the kernel's counters stay below 2^53. */
function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function parseStats(view: DataView | undefined): LinkStats | undefined {
  if (view === undefined) return undefined;
  const entries = LINK_STATS64.map((name, index): [StatName, number] => [
    name,
    view.byteLength >= (index + 1) * 8 ? u64(view, index * 8) : 0,
  ]);
  return Object.fromEntries(entries) as LinkStats;
}

export function parseLink({ body }: NetlinkMessage): Link {
  const attributes = new Attributes(body, IFINFOMSG.SIZE);
  return {
    index: body.getInt32(IFINFOMSG.index, true),
    name: attributes.text(IFLA.IFNAME) ?? '<nil>',
    type: body.getUint16(IFINFOMSG.type, true),
    flags: body.getUint32(IFINFOMSG.flags, true),
    mtu: attributes.u32(IFLA.MTU) ?? 0,
    qdisc: attributes.text(IFLA.QDISC),
    state: OPERSTATES[attributes.u8(IFLA.OPERSTATE) ?? 0] ?? 'UNKNOWN',
    isDormantMode: attributes.u8(IFLA.LINKMODE) === 1,
    group: attributes.u32(IFLA.GROUP),
    queueLength: attributes.u32(IFLA.TXQLEN) ?? 0,
    address: addressText(attributes.bytes(IFLA.ADDRESS)) ?? '',
    broadcast: addressText(attributes.bytes(IFLA.BROADCAST)) ?? '',
    lower: attributes.u32(IFLA.LINK),
    alias: attributes.text(IFLA.IFALIAS),
    kind: attributes.nested(IFLA.LINKINFO)?.text(IFLA_INFO.KIND),
    carrierChanges: attributes.u32(IFLA.CARRIER_CHANGES) ?? 0,
    stats: parseStats(attributes.view(IFLA.STATS64)),
    attributes,
  };
}

export function parseAddress({ body }: NetlinkMessage): Address {
  const attributes = new Attributes(body, IFADDRMSG.SIZE);
  const peer = addressText(attributes.bytes(IFA.ADDRESS));
  const local = addressText(attributes.bytes(IFA.LOCAL)) ?? peer ?? '';
  const life = attributes.view(IFA.CACHEINFO);
  return {
    family: body.getUint8(IFADDRMSG.family),
    index: body.getInt32(IFADDRMSG.index, true),
    prefixLength: body.getUint8(IFADDRMSG.prefixlen),
    flags: attributes.u32(IFA.FLAGS) ?? body.getUint8(IFADDRMSG.flags),
    scope: body.getUint8(IFADDRMSG.scope),
    local,
    peer: peer ?? local,
    broadcast: addressText(attributes.bytes(IFA.BROADCAST)),
    label: attributes.text(IFA.LABEL),
    metric: attributes.u32(IFA.RT_PRIORITY),
    validSeconds: life?.getUint32(IFA_CACHEINFO.valid, true) ?? INFINITY_LIFE_TIME,
    preferredSeconds: life?.getUint32(IFA_CACHEINFO.preferred, true) ?? INFINITY_LIFE_TIME,
  };
}

export function parseRoute({ body }: NetlinkMessage): Route {
  const attributes = new Attributes(body, RTMSG.SIZE);
  const metrics = attributes.nested(RTA.METRICS);
  return {
    family: body.getUint8(RTMSG.family),
    destination: addressText(attributes.bytes(RTA.DST)),
    prefixLength: body.getUint8(RTMSG.dstLen),
    source: addressText(attributes.bytes(RTA.SRC)),
    tos: body.getUint8(RTMSG.tos),
    table: attributes.u32(RTA.TABLE) ?? body.getUint8(RTMSG.table),
    protocol: body.getUint8(RTMSG.protocol),
    scope: body.getUint8(RTMSG.scope),
    type: body.getUint8(RTMSG.type),
    flags: body.getUint32(RTMSG.flags, true),
    gateway: addressText(attributes.bytes(RTA.GATEWAY)),
    output: attributes.u32(RTA.OIF),
    input: attributes.u32(RTA.IIF),
    preferredSource: addressText(attributes.bytes(RTA.PREFSRC)),
    metric: attributes.u32(RTA.PRIORITY),
    uid: attributes.u32(RTA.UID),
    mtu: metrics?.u32(RTAX.MTU),
    advmss: metrics?.u32(RTAX.ADVMSS),
    hopLimit: metrics?.u32(RTAX.HOPLIMIT),
    expiresTicks: attributes.view(RTA.CACHEINFO)?.getInt32(RTA_CACHEINFO.expires, true) ?? 0,
    preference: attributes.u8(RTA.PREF),
  };
}

export function parseNeighbour({ body }: NetlinkMessage): Neighbour {
  const attributes = new Attributes(body, NDMSG.SIZE);
  const cache = attributes.view(NDA.CACHEINFO);
  return {
    family: body.getUint8(NDMSG.family),
    index: body.getInt32(NDMSG.ifindex, true),
    state: body.getUint16(NDMSG.state, true),
    flags: body.getUint8(NDMSG.flags),
    address: addressText(attributes.bytes(NDA.DST)) ?? '',
    linkAddress: addressText(attributes.bytes(NDA.LLADDR)),
    probes: attributes.u32(NDA.PROBES),
    cache: cache && {
      used: cache.getUint32(NDA_CACHEINFO.used, true),
      confirmed: cache.getUint32(NDA_CACHEINFO.confirmed, true),
      updated: cache.getUint32(NDA_CACHEINFO.updated, true),
      references: cache.getUint32(NDA_CACHEINFO.refcnt, true),
    },
  };
}
