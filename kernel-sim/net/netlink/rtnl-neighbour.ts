// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Neighbours through rtnetlink: RTM_{NEW,DEL,GET}NEIGH of one family's table.
 *
 * Linux: net/core/neighbour.c (neigh_add, neigh_delete, neigh_fill_info).
 */
import { ipv6FromBytes, ipv6ToBytes, type IpAddress } from '../../lib/ip-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import { NTF, NUD, RTN } from '../../uapi/rtnetlink.ts';
import { NDA, NDA_CACHEINFO, NDMSG, RTM } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { Neighbour, NeighbourTable } from '../core/neighbour.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import { Attributes, MessageBuilder, viewOf } from './netlink-message.ts';
import { type ExtAck, type NetlinkRequest, refuse } from './netlink-sock.ts';
import { type Rtnetlink, RTNLGRP } from './rtnetlink.ts';

const { EEXIST, EINVAL, ENOBUFS, ENODEV, ENOENT, EOPNOTSUPP } = ERRNO;

/** What ages are told in. Linux: USER_HZ. */
const NS_PER_CLOCK_TICK = 10_000_000;

interface Asked {
  readonly device: NetDevice;
  readonly address: IpAddress;
  readonly state: number;
  readonly flags: number;
  readonly linkAddress: Uint8Array | undefined;
}

export interface RtnlNeighboursParts {
  readonly core: NetCore;
  readonly table: NeighbourTable;
  readonly nowNs: () => number;
}

export class RtnlNeighbours {
  readonly #parts: RtnlNeighboursParts;
  #rtnl: Rtnetlink | undefined;

  constructor(parts: RtnlNeighboursParts) {
    this.#parts = parts;
  }

  register(rtnl: Rtnetlink): void {
    const { family } = this.#parts.table;
    this.#rtnl = rtnl;
    rtnl.register(family, RTM.NEWNEIGH, { doit: (request) => this.#add(request) });
    rtnl.register(family, RTM.DELNEIGH, { doit: (request) => this.#delete(request) });
    rtnl.register(family, RTM.GETNEIGH, {
      doit: (request) => this.#get(request),
      dump: (request) => this.#dump(request),
    });
  }

  /** To be told of every change. Context: any. */
  changed(neighbour: Neighbour, isGone: boolean): void {
    const type = isGone ? RTM.DELNEIGH : RTM.NEWNEIGH;
    this.#rtnl?.notify(RTNLGRP.NEIGH, () => this.#message(neighbour, type, 0, 0, 0));
  }

  *#dump({ message: { seq }, sock }: NetlinkRequest): Generator<Uint8Array> {
    for (const neighbour of this.#parts.table.all()) {
      yield this.#message(neighbour, RTM.NEWNEIGH, NLM_F.MULTI, seq, sock.port);
    }
  }

  #get({ message: { payload, seq }, sock, ack }: NetlinkRequest): number {
    const asked = this.#read(payload, ack);
    if (typeof asked === 'number') return asked;
    const neighbour = this.#parts.table.find(asked.address, asked.device);
    if (neighbour === undefined) return refuse(ack, 'Neighbour entry not found', ENOENT);
    sock.deliver(this.#message(neighbour, RTM.NEWNEIGH, 0, seq, sock.port), 0);
    return 0;
  }

  /** Linux: neigh_add. */
  #add({ message: { payload, flags }, ack }: NetlinkRequest): number {
    const asked = this.#read(payload, ack);
    if (typeof asked === 'number') return asked;
    const { table } = this.#parts;
    const { address, device, state, linkAddress } = asked;
    if ((asked.flags & NTF.PROXY) !== 0) {
      return refuse(ack, 'Proxy entries are not supported', EOPNOTSUPP);
    }
    let neighbour = table.find(address, device);
    const isNew = neighbour === undefined;
    if (isNew && (flags & NLM_F.CREATE) === 0) return -ENOENT;
    if (!isNew && (flags & NLM_F.EXCL) !== 0) return -EEXIST;
    // A state that needs an address is for nothing without one.
    if (isNew && linkAddress === undefined && (state & NUD_WITH_ADDRESS) !== 0) return -EINVAL;
    neighbour ??= table.findOrMake(address, device);
    if (neighbour === undefined) return -ENOBUFS;
    const isOverride = isNew || (flags & NLM_F.REPLACE) !== 0;
    const isRouter = (asked.flags & NTF.ROUTER) !== 0;
    return table.update(neighbour, linkAddress, state, { isOverride, isRouter, isAdmin: true });
  }

  /** Linux: neigh_delete. */
  #delete({ message: { payload }, ack }: NetlinkRequest): number {
    const asked = this.#read(payload, ack);
    if (typeof asked === 'number') return asked;
    const { table } = this.#parts;
    const neighbour = table.find(asked.address, asked.device);
    if (neighbour === undefined) return -ENOENT;
    const how = { isOverride: true, isAdmin: true };
    const error = table.update(neighbour, undefined, NUD.FAILED, how);
    table.remove(neighbour);
    return error;
  }

  #read(payload: Uint8Array, ack: ExtAck): Asked | number {
    if (payload.length < NDMSG.SIZE) return -EINVAL;
    const view = viewOf(payload);
    const attributes = new Attributes(payload, NDMSG.SIZE);
    const bytes = attributes.bytes(NDA.DST);
    if (bytes === undefined) return refuse(ack, 'Network address required');
    const isIpv4 = this.#parts.table.family === AF.INET;
    if (bytes.length < (isIpv4 ? 4 : 16)) return refuse(ack, 'Invalid network address');
    const device = this.#parts.core.byIndex(view.getInt32(NDMSG.ifindex, true));
    if (device === undefined) return -ENODEV;
    const linkAddress = attributes.bytes(NDA.LLADDR);
    if (linkAddress !== undefined && linkAddress.length < device.address.length) {
      return refuse(ack, 'Invalid link address');
    }
    return {
      device,
      address: isIpv4 ? viewOf(bytes).getUint32(0) : ipv6FromBytes(bytes.subarray(0, 16)),
      state: view.getUint16(NDMSG.state, true),
      flags: view.getUint8(NDMSG.flags),
      linkAddress: linkAddress?.slice(0, device.address.length),
    };
  }

  /** Linux: neigh_fill_info. */
  #message(
    neighbour: Neighbour,
    type: number,
    flags: number,
    seq: number,
    port: number,
  ): Uint8Array {
    const { address, device, state } = neighbour;
    const builder = new MessageBuilder(type, flags, seq, port);
    builder.reserve(NDMSG.SIZE, (view, at) => {
      view.setUint8(at + NDMSG.family, this.#parts.table.family);
      view.setInt32(at + NDMSG.ifindex, device.ifindex, true);
      view.setUint16(at + NDMSG.state, state, true);
      view.setUint8(at + NDMSG.flags, neighbour.flags);
      view.setUint8(at + NDMSG.type, RTN.UNICAST);
    });
    if (typeof address === 'number') builder.ipv4(NDA.DST, address);
    else builder.attribute(NDA.DST, ipv6ToBytes(address));
    if (neighbour.isValid) builder.attribute(NDA.LLADDR, neighbour.hardwareAddress);
    const nowNs = this.#parts.nowNs();
    builder.attribute(NDA.CACHEINFO, cacheInfo(neighbour, nowNs));
    return builder.u32(NDA.PROBES, neighbour.probes).finish();
  }
}

/** States of which a link-layer address is a part. */
const NUD_WITH_ADDRESS = NUD.PERMANENT | NUD.REACHABLE | NUD.STALE | NUD.DELAY | NUD.PROBE;

function cacheInfo(neighbour: Neighbour, nowNs: number): Uint8Array {
  const info = new Uint8Array(NDA_CACHEINFO.SIZE);
  const view = viewOf(info);
  const age = (sinceNs: number): number => Math.floor((nowNs - sinceNs) / NS_PER_CLOCK_TICK);
  view.setUint32(NDA_CACHEINFO.confirmed, age(neighbour.confirmedNs), true);
  view.setUint32(NDA_CACHEINFO.used, age(neighbour.usedNs), true);
  view.setUint32(NDA_CACHEINFO.updated, age(neighbour.updatedNs), true);
  view.setUint32(NDA_CACHEINFO.refcnt, neighbour.queue.length, true);
  return info;
}
