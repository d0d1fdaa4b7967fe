// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6 addresses through rtnetlink: RTM_{NEW,DEL,GET}ADDR.
 *
 * Linux: net/ipv6/addrconf.c (inet6_rtm_newaddr, inet6_fill_ifaddr). Differs: an address has no
 * other end.
 */
import { ipv6FromBytes, ipv6ToBytes } from '../../lib/ip-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { IFA_F } from '../../uapi/rtnetlink.ts';
import {
  IFA,
  IFA_CACHEINFO,
  IFADDRMSG,
  INFINITY_LIFE_TIME,
  RTM,
} from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { type Inet6Addr, type Inet6AddrWords, METRIC } from '../ipv6/addrconf.ts';
import { isMulticast6 } from '../ipv6/address.ts';
import type { Ipv6 } from '../ipv6/ipv6.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import { type ExtAck, type NetlinkRequest, refuse } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EACCES, EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } = ERRNO;
const ADDRESS_BYTES = 16;
const NS_PER_SECOND = 1_000_000_000;
const NS_PER_TICK = 10_000_000;
/** What a program may say of an address. */
const SETTABLE = IFA_F.NODAD | IFA_F.MANAGETEMPADDR | IFA_F.NOPREFIXROUTE;

/** What a request says of an address. */
interface Asked {
  readonly index: number;
  readonly prefixLength: number;
  readonly flags: number;
  readonly address: string | undefined;
  readonly hasPeer: boolean;
  readonly attributes: Attributes;
}

interface Answer {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly port: number;
}

export class RtnlAddresses6 {
  readonly #ipv6: Ipv6;

  constructor(ipv6: Ipv6) {
    this.#ipv6 = ipv6;
  }

  register(rtnl: Rtnetlink): void {
    rtnl.register(AF.INET6, RTM.GETADDR, { dump: (request) => this.#dump(request) });
    rtnl.register(AF.INET6, RTM.NEWADDR, { doit: (request) => this.#add(request) });
    rtnl.register(AF.INET6, RTM.DELADDR, { doit: (request) => this.#delete(request) });
    this.#ipv6.addrconf.onChange = (address, isGone) => {
      const type = isGone ? RTM.DELADDR : RTM.NEWADDR;
      const answer = { type, flags: 0, seq: 0, port: 0 };
      rtnl.notify(RTNLGRP.IPV6_IFADDR, () => this.#message(address, answer));
    };
  }

  *#dump({ message: { seq, payload }, sock }: NetlinkRequest): Generator<Uint8Array> {
    // Only who asks for strict checks means what the header says: others leave garbage there.
    const only = sock.isStrict ? (read(payload)?.index ?? 0) : 0;
    const answer = { type: RTM.NEWADDR, flags: NLM_F.MULTI, seq, port: sock.port };
    for (const device of this.#ipv6.core.devices) {
      if (only !== 0 && device.ifindex !== only) continue;
      for (const address of this.#ipv6.addrconf.of(device)) yield this.#message(address, answer);
    }
  }

  /** Linux: inet6_rtm_newaddr. */
  #add({ message: { payload, flags }, ack }: NetlinkRequest): number {
    const asked = read(payload);
    if (asked?.address === undefined) return -EINVAL;
    const { address, prefixLength } = asked;
    if (asked.hasPeer) return refuse(ack, 'ipv6: Peer addresses are not supported', EOPNOTSUPP);
    const device = this.#ipv6.core.byIndex(asked.index);
    if (device === undefined) return refuse(ack, 'ipv6: Unable to find the interface', ENODEV);
    if (prefixLength > 128) return refuse(ack, 'ipv6: Invalid prefix length');
    if (isMulticast6(address)) {
      const why = 'ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag';
      return refuse(ack, why);
    }
    const words = this.#wordsOf(asked);
    if (words === undefined) return refuse(ack, 'ipv6: address lifetime invalid');
    const { addrconf } = this.#ipv6;
    const old = addrconf.find(address, device);
    if (old === undefined) {
      return said(addrconf.add(device, address, prefixLength, words), ack);
    }
    const isReplaced = (flags & NLM_F.REPLACE) !== 0 && (flags & NLM_F.EXCL) === 0;
    if (!isReplaced) return said(-EEXIST, ack);
    const { validNs = Infinity, preferredNs = Infinity } = words;
    addrconf.renew(old, validNs, preferredNs);
    return 0;
  }

  /** Undefined where its lifetime makes no sense. */
  #wordsOf({ attributes, flags }: Asked): Inet6AddrWords | undefined {
    const info = attributes.bytes(IFA.CACHEINFO);
    const metric = attributes.u32(IFA.RT_PRIORITY) ?? 0;
    const rest = { flags: flags & SETTABLE, metric };
    if (info === undefined || info.length < IFA_CACHEINFO.SIZE) return rest;
    const view = viewOf(info);
    const valid = view.getUint32(IFA_CACHEINFO.valid, true);
    const preferred = view.getUint32(IFA_CACHEINFO.preferred, true);
    if (valid === 0 || preferred > valid) return undefined;
    const nowNs = this.#ipv6.timers.now();
    const until = (seconds: number): number =>
      seconds === INFINITY_LIFE_TIME ? Infinity : nowNs + seconds * NS_PER_SECOND;
    return { ...rest, validNs: until(valid), preferredNs: until(preferred) };
  }

  /** Linux: inet6_rtm_deladdr. */
  #delete({ message: { payload }, ack }: NetlinkRequest): number {
    const asked = read(payload);
    if (asked?.address === undefined) return -EINVAL;
    const device = this.#ipv6.core.byIndex(asked.index);
    if (device === undefined) return refuse(ack, 'ipv6: Unable to find the interface', ENODEV);
    const address = this.#ipv6.addrconf.find(asked.address, device);
    if (address?.prefixLength !== asked.prefixLength) {
      return refuse(ack, 'ipv6: address not found', EADDRNOTAVAIL);
    }
    this.#ipv6.addrconf.delete(address);
    return 0;
  }

  /** Linux: inet6_fill_ifaddr. */
  #message(address: Inet6Addr, { type, flags, seq, port }: Answer): Uint8Array {
    const builder = new MessageBuilder(type, flags, seq, port);
    builder.reserve(IFADDRMSG.SIZE, (view, at) => {
      view.setUint8(at + IFADDRMSG.family, AF.INET6);
      view.setUint8(at + IFADDRMSG.prefixlen, address.prefixLength);
      view.setUint8(at + IFADDRMSG.flags, address.flags & 0xff);
      view.setUint8(at + IFADDRMSG.scope, address.scope);
      view.setInt32(at + IFADDRMSG.index, address.device.ifindex, true);
    });
    builder.attribute(IFA.ADDRESS, ipv6ToBytes(address.address));
    if (address.metric !== METRIC.ADDRCONF) builder.u32(IFA.RT_PRIORITY, address.metric);
    const info = new Uint8Array(IFA_CACHEINFO.SIZE);
    const view = viewOf(info);
    const nowNs = this.#ipv6.timers.now();
    const left = (untilNs: number): number =>
      untilNs === Infinity
        ? INFINITY_LIFE_TIME
        : Math.max(0, Math.floor((untilNs - nowNs) / NS_PER_SECOND));
    view.setUint32(IFA_CACHEINFO.preferred, left(address.preferredNs), true);
    view.setUint32(IFA_CACHEINFO.valid, left(address.validNs), true);
    view.setUint32(IFA_CACHEINFO.created, Math.floor(address.createdNs / NS_PER_TICK), true);
    view.setUint32(IFA_CACHEINFO.updated, Math.floor(address.updatedNs / NS_PER_TICK), true);
    return builder.attribute(IFA.CACHEINFO, info).u32(IFA.FLAGS, address.flags).finish();
  }
}

/** Linux: extract_addr. */
function read(payload: Uint8Array): Asked | undefined {
  if (payload.length < IFADDRMSG.SIZE) return undefined;
  const view = viewOf(payload);
  const attributes = new Attributes(payload, IFADDRMSG.SIZE);
  const [local, far] = [IFA.LOCAL, IFA.ADDRESS].map((type) => {
    const bytes = attributes.bytes(type);
    return bytes?.length === ADDRESS_BYTES ? ipv6FromBytes(bytes) : undefined;
  });
  return {
    index: view.getInt32(IFADDRMSG.index, true),
    prefixLength: view.getUint8(IFADDRMSG.prefixlen),
    flags: attributes.u32(IFA.FLAGS) ?? view.getUint8(IFADDRMSG.flags),
    address: local ?? far,
    hasPeer: local !== undefined && far !== undefined && local !== far,
    attributes,
  };
}

function said(error: number, ack: ExtAck): number {
  if (error === -EEXIST) ack.message = 'ipv6: address already assigned';
  if (error === -EACCES) ack.message = 'ipv6: IPv6 is disabled on this device';
  return error;
}
