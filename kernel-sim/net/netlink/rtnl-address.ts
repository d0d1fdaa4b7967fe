// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4 addresses through rtnetlink: RTM_{NEW,DEL,GET}ADDR.
 *
 * Linux: net/ipv4/devinet.c (inet_rtm_newaddr and so on). Differs: addresses are for ever; one with
 * a lifetime is refused.
 */
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
import type { Ipv4 } from '../ipv4/ipv4.ts';
import type { InetAddr, NewInetAddr } from '../ipv4/devinet.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import { type ExtAck, type NetlinkRequest, refuse } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } = ERRNO;

/** What a request says of an address. */
interface Asked {
  readonly index: number;
  readonly prefixLength: number;
  readonly scope: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

/** An address, and whom an answer goes to. */
interface Answer {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly port: number;
}

const NEWS = { flags: 0, seq: 0, port: 0 } as const;

export class RtnlAddresses {
  readonly #ipv4: Ipv4;

  constructor(ipv4: Ipv4) {
    this.#ipv4 = ipv4;
  }

  register(rtnl: Rtnetlink): void {
    rtnl.register(AF.INET, RTM.GETADDR, { dump: (request) => this.#dump(request) });
    rtnl.register(AF.INET, RTM.NEWADDR, { doit: (request) => this.#add(request) });
    rtnl.register(AF.INET, RTM.DELADDR, { doit: (request) => this.#delete(request) });
    const tell = (address: InetAddr, type: number): void =>
      rtnl.notify(RTNLGRP.IPV4_IFADDR, () => message(address, { type, ...NEWS }));
    this.#ipv4.devinet.listen({
      added: (address) => tell(address, RTM.NEWADDR),
      removed: (address) => tell(address, RTM.DELADDR),
    });
  }

  *#dump({ message: { seq, payload }, sock }: NetlinkRequest): Generator<Uint8Array> {
    // Only who asks for strict checks means what the header says: others leave garbage there.
    const only = sock.isStrict ? (read(payload)?.index ?? 0) : 0;
    const answer = { type: RTM.NEWADDR, flags: NLM_F.MULTI, seq, port: sock.port };
    for (const device of this.#ipv4.core.devices) {
      if (only !== 0 && device.ifindex !== only) continue;
      for (const address of this.#ipv4.devinet.of(device)) yield message(address, answer);
    }
  }

  #add({ message: { payload, flags }, ack }: NetlinkRequest): number {
    const asked = read(payload);
    if (asked === undefined) return -EINVAL;
    const { prefixLength, attributes, scope } = asked;
    const local = attributes.ipv4(IFA.LOCAL);
    if (prefixLength > 32) return refuse(ack, 'ipv4: Invalid prefix length');
    if (local === undefined) return refuse(ack, 'ipv4: Local address is not supplied');
    const device = this.#ipv4.core.byIndex(asked.index);
    if (device === undefined) return refuse(ack, 'ipv4: Device not found', ENODEV);
    if (hasLifetime(attributes)) {
      return refuse(ack, 'ipv4: Addresses with a lifetime are not supported', EOPNOTSUPP);
    }
    const label = attributes.text(IFA.LABEL);
    const broadcast = attributes.ipv4(IFA.BROADCAST);
    const peer = attributes.ipv4(IFA.ADDRESS);
    const metric = attributes.u32(IFA.RT_PRIORITY);
    const wanted: NewInetAddr = {
      local,
      prefixLength,
      scope,
      flags: asked.flags,
      ...(peer !== undefined && { peer }),
      ...(broadcast !== undefined && { broadcast }),
      ...(label !== undefined && { label }),
      ...(metric !== undefined && { metric }),
    };
    const { devinet } = this.#ipv4;
    const old = devinet.find(device, { local, prefixLength, peer: peer ?? local });
    if (old === undefined) return said(devinet.add(device, wanted), ack);
    const isReplaced = (flags & NLM_F.REPLACE) !== 0 && (flags & NLM_F.EXCL) === 0;
    return isReplaced ? 0 : said(-EEXIST, ack);
  }

  /** Linux: inet_rtm_deladdr. */
  #delete({ message: { payload }, ack }: NetlinkRequest): number {
    const asked = read(payload);
    if (asked === undefined) return -EINVAL;
    const device = this.#ipv4.core.byIndex(asked.index);
    if (device === undefined) return refuse(ack, 'ipv4: Device not found', ENODEV);
    const { attributes, prefixLength } = asked;
    const local = attributes.ipv4(IFA.LOCAL);
    const label = attributes.text(IFA.LABEL);
    const peer = attributes.ipv4(IFA.ADDRESS);
    const address = this.#ipv4.devinet.find(device, {
      ...(local !== undefined && { local }),
      ...(label !== undefined && { label }),
      ...(peer !== undefined && { peer, prefixLength }),
    });
    if (address === undefined) return refuse(ack, 'ipv4: Address not found', EADDRNOTAVAIL);
    this.#ipv4.devinet.delete(address);
    return 0;
  }
}

function read(payload: Uint8Array): Asked | undefined {
  if (payload.length < IFADDRMSG.SIZE) return undefined;
  const view = viewOf(payload);
  const attributes = new Attributes(payload, IFADDRMSG.SIZE);
  return {
    index: view.getInt32(IFADDRMSG.index, true),
    prefixLength: view.getUint8(IFADDRMSG.prefixlen),
    scope: view.getUint8(IFADDRMSG.scope),
    flags: attributes.u32(IFA.FLAGS) ?? view.getUint8(IFADDRMSG.flags),
    attributes,
  };
}

function hasLifetime(attributes: Attributes): boolean {
  const info = attributes.bytes(IFA.CACHEINFO);
  if (info === undefined || info.length < IFA_CACHEINFO.SIZE) return false;
  const view = viewOf(info);
  const valid = view.getUint32(IFA_CACHEINFO.valid, true);
  return valid !== INFINITY_LIFE_TIME;
}

function said(error: number, ack: ExtAck): number {
  if (error === -EEXIST) ack.message = 'ipv4: Address already assigned';
  return error;
}

/** Linux: inet_fill_ifaddr. */
function message(address: InetAddr, { type, flags, seq, port }: Answer): Uint8Array {
  const builder = new MessageBuilder(type, flags, seq, port);
  const shown = address.flags | IFA_F.PERMANENT;
  builder.reserve(IFADDRMSG.SIZE, (view, at) => {
    view.setUint8(at + IFADDRMSG.family, AF.INET);
    view.setUint8(at + IFADDRMSG.prefixlen, address.prefixLength);
    view.setUint8(at + IFADDRMSG.flags, shown);
    view.setUint8(at + IFADDRMSG.scope, address.scope);
    view.setInt32(at + IFADDRMSG.index, address.device.ifindex, true);
  });
  builder.ipv4(IFA.ADDRESS, address.peer).ipv4(IFA.LOCAL, address.local);
  if (address.broadcast !== 0) builder.ipv4(IFA.BROADCAST, address.broadcast);
  builder.text(IFA.LABEL, address.label).u32(IFA.FLAGS, shown);
  if (address.metric !== 0) builder.u32(IFA.RT_PRIORITY, address.metric);
  const info = new Uint8Array(IFA_CACHEINFO.SIZE);
  viewOf(info).setUint32(IFA_CACHEINFO.preferred, INFINITY_LIFE_TIME, true);
  viewOf(info).setUint32(IFA_CACHEINFO.valid, INFINITY_LIFE_TIME, true);
  return builder.attribute(IFA.CACHEINFO, info).finish();
}
