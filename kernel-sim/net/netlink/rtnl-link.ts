// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Interfaces through rtnetlink: RTM_{NEW,DEL,GET,SET}LINK.
 *
 * Linux: net/core/rtnetlink.c (rtnl_fill_ifinfo, do_setlink). Differs: no interface can be made or
 * taken away here; drivers do.
 */
import type { MaySleep, Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { IFINFOMSG, IFLA, IFLA_INFO, LINK_STATS64, RTM } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import type { ExtAck, NetlinkRequest } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } = ERRNO;

const U64_BYTES = 8;
const U32_BYTES = 4;
/** All flags may have changed. */
const ANY_CHANGE = 0xffff_ffff;

export class RtnlLinks {
  readonly #core: NetCore;
  /** Those that have been up once have their queue from then on. */
  readonly #wereUp = new WeakSet<NetDevice>();

  constructor(core: NetCore) {
    this.#core = core;
  }

  register(rtnl: Rtnetlink): void {
    const core = this.#core;
    const change = { doit: (request: NetlinkRequest) => this.#change(request) };
    rtnl.register(AF.UNSPEC, RTM.NEWLINK, change);
    rtnl.register(AF.UNSPEC, RTM.SETLINK, change);
    rtnl.register(AF.UNSPEC, RTM.DELLINK, { doit: (request) => this.#delete(request) });
    rtnl.register(AF.UNSPEC, RTM.GETLINK, {
      doit: (request) => this.#get(request),
      dump: (request) => this.#dump(request),
    });
    core.onEvent((event, dev) => {
      if (event === 'up') this.#wereUp.add(dev);
      if (event === 'going-down') return;
      const type = event === 'unregister' ? RTM.DELLINK : RTM.NEWLINK;
      rtnl.notify(RTNLGRP.LINK, () => this.#message(dev, type, 0, 0, 0, ANY_CHANGE));
    });
  }

  *#dump({ message, sock }: NetlinkRequest): Generator<Uint8Array> {
    for (const dev of this.#core.devices) {
      yield this.#message(dev, RTM.NEWLINK, NLM_F.MULTI, message.seq, sock.port, 0);
    }
  }

  #get({ message, sock }: NetlinkRequest): number {
    const dev = this.#find(message.payload);
    if (typeof dev === 'number') return dev;
    sock.deliver(this.#message(dev, RTM.NEWLINK, 0, message.seq, sock.port, 0), 0);
    return 0;
  }

  /** The interface that a message is about, by its number or its name. */
  #find(payload: Uint8Array): NetDevice | number {
    if (payload.length < IFINFOMSG.SIZE) return -EINVAL;
    const index = viewOf(payload).getInt32(IFINFOMSG.index, true);
    const name = new Attributes(payload, IFINFOMSG.SIZE).text(IFLA.IFNAME);
    if (index > 0) return this.#core.byIndex(index) ?? -ENODEV;
    if (index < 0 || name === undefined) return -EINVAL;
    return this.#core.byName(name) ?? -ENODEV;
  }

  #delete({ message }: NetlinkRequest): number {
    const dev = this.#find(message.payload);
    return typeof dev === 'number' ? dev : -EOPNOTSUPP;
  }

  #change({ message, ack }: NetlinkRequest): MaySleep<number> {
    const { payload, flags, type } = message;
    const dev = this.#find(payload);
    const attributes = new Attributes(payload, IFINFOMSG.SIZE);
    const isNew = type === RTM.NEWLINK;
    if (dev === -ENODEV && isNew && (flags & NLM_F.CREATE) !== 0) {
      const kind = attributes.nested(IFLA.LINKINFO).text(IFLA_INFO.KIND);
      if (kind !== undefined) ack.message = 'Unknown device type';
      return -EOPNOTSUPP;
    }
    if (typeof dev === 'number') return dev;
    if (isNew && (flags & NLM_F.EXCL) !== 0) return -EEXIST;
    const view = viewOf(payload);
    const wanted = view.getUint32(IFINFOMSG.flags, true);
    const change = view.getUint32(IFINFOMSG.change, true);
    return this.#set(dev, attributes, { wanted, change }, ack);
  }

  /** Linux: do_setlink. */
  *#set(
    dev: NetDevice,
    attributes: Attributes,
    { wanted, change }: { readonly wanted: number; readonly change: number },
    ack: ExtAck,
  ): Sleeping<number> {
    const core = this.#core;
    const address = attributes.bytes(IFLA.ADDRESS);
    const mtu = attributes.u32(IFLA.MTU);
    const name = attributes.text(IFLA.IFNAME);
    const length = attributes.u32(IFLA.TXQLEN);
    let error = 0;
    if (address !== undefined) {
      if (address.length < dev.address.length) return -EINVAL;
      error = yield* core.setMac(dev, address.slice(0, dev.address.length));
    }
    if (error === 0 && mtu !== undefined) {
      if (mtu < dev.minMtu) ack.message = 'mtu less than device minimum';
      else if (mtu > dev.maxMtu) ack.message = 'mtu greater than device maximum';
      error = yield* core.setMtu(dev, mtu);
    }
    if (error === 0 && name !== undefined && name !== '' && name !== dev.name) {
      error = dev.isUp ? -EBUSY : core.rename(dev, name);
    }
    if (error === 0 && length !== undefined && length !== dev.txQueueLength) {
      dev.txQueueLength = length;
      core.changed(dev);
    }
    if (error !== 0 || (wanted === 0 && change === 0)) return error;
    const flags = change === 0 ? wanted : (wanted & change) | (dev.reportedFlags & ~change);
    return yield* core.setFlags(dev, flags);
  }

  /** Linux: rtnl_fill_ifinfo. */
  #message(
    dev: NetDevice,
    type: number,
    flags: number,
    seq: number,
    port: number,
    change: number,
  ): Uint8Array {
    const builder = new MessageBuilder(type, flags, seq, port);
    builder.reserve(IFINFOMSG.SIZE, (view, at) => {
      view.setUint8(at + IFINFOMSG.family, AF.UNSPEC);
      view.setUint16(at + IFINFOMSG.type, dev.type, true);
      view.setInt32(at + IFINFOMSG.index, dev.ifindex, true);
      view.setUint32(at + IFINFOMSG.flags, dev.reportedFlags, true);
      view.setUint32(at + IFINFOMSG.change, change, true);
    });
    builder
      .text(IFLA.IFNAME, dev.name)
      .u32(IFLA.TXQLEN, dev.txQueueLength)
      .u8(IFLA.OPERSTATE, dev.operState)
      .u8(IFLA.LINKMODE, 0)
      .u32(IFLA.MTU, dev.mtu)
      .u32(IFLA.MIN_MTU, dev.minMtu)
      .u32(IFLA.MAX_MTU, dev.maxMtu)
      .u32(IFLA.GROUP, 0)
      .u32(IFLA.PROMISCUITY, dev.promiscuity)
      .u32(IFLA.ALLMULTI, dev.allMulticast)
      .u32(IFLA.NUM_TX_QUEUES, 1)
      .u32(IFLA.NUM_RX_QUEUES, 1)
      .u8(IFLA.CARRIER, dev.hasCarrier ? 1 : 0)
      .text(IFLA.QDISC, this.#qdisc(dev));
    if (dev.address.length > 0) {
      builder.attribute(IFLA.ADDRESS, dev.address).attribute(IFLA.BROADCAST, dev.broadcast);
    }
    builder.attribute(IFLA.STATS64, statistics(dev, U64_BYTES));
    builder.attribute(IFLA.STATS, statistics(dev, U32_BYTES));
    if (dev.parentName !== '') builder.text(IFLA.PARENT_DEV_NAME, dev.parentName);
    return builder.finish();
  }

  #qdisc(dev: NetDevice): string {
    if (!dev.isUp && !this.#wereUp.has(dev)) return 'noop';
    return dev.hasNoQueue ? 'noqueue' : 'pfifo_fast';
  }
}

/** struct rtnl_link_stats64, or rtnl_link_stats, which wraps around. */
function statistics(dev: NetDevice, wordBytes: number): Uint8Array {
  const bytes = new Uint8Array(wordBytes * LINK_STATS64.length);
  const view = viewOf(bytes);
  for (const [n, name] of LINK_STATS64.entries()) {
    const value = dev.stats[name];
    if (wordBytes === U64_BYTES) view.setBigUint64(n * wordBytes, BigInt(value), true);
    else view.setUint32(n * wordBytes, value % 0x1_0000_0000, true);
  }
  return bytes;
}
