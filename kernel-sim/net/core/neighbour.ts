// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who answers to an address on the link: neighbours, and the table of a family's.
 *
 * A packet to a neighbour whose link-layer address is unknown waits while it is asked for; one that
 * has not been heard of for a while is used on, and asked whether it is still there (RFC 4861,
 * section 7.3, which Linux follows for ARP as well). Nothing here ticks: a table is cleaned up when
 * it grows, and a timer runs only while somebody is asked or trusted.
 *
 * Linux: net/core/neighbour.c. Differs: there is no garbage collection in the background.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NTF, NUD } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from './net-device.ts';
import type { NetTimer, NetTimers } from './net-timers.ts';
import type { SkBuff } from './sk-buff.ts';

const MS = 1_000_000;
const SECOND = 1_000_000_000;
/** States in which a packet may leave; in which nobody is asked; in which the timer runs. */
const NUD_CONNECTED = NUD.PERMANENT | NUD.NOARP | NUD.REACHABLE;
const NUD_VALID = NUD_CONNECTED | NUD.STALE | NUD.DELAY | NUD.PROBE;
const NUD_IN_TIMER = NUD.INCOMPLETE | NUD.REACHABLE | NUD.DELAY | NUD.PROBE;
/** The least that lies between two questions. */
const RETRANS_LEAST_NS = 10 * MS;
/** How soon a full table is looked through again. */
const FORCED_GC_NS = 5 * SECOND;

/** What net.ipv4.neigh and net.ipv6.neigh let be set. Linux: struct neigh_parms. */
export interface NeighbourSettings {
  mcastSolicit: number;
  ucastSolicit: number;
  retransNs: number;
  baseReachableNs: number;
  delayFirstProbeNs: number;
  gcStaleNs: number;
  /** Bytes of packets, by truesize, that wait for one neighbour. */
  unresQlenBytes: number;
  gcThresh1: number;
  gcThresh2: number;
  gcThresh3: number;
}

export function defaultNeighbourSettings(): NeighbourSettings {
  return {
    mcastSolicit: 3,
    ucastSolicit: 3,
    retransNs: SECOND,
    baseReachableNs: 30 * SECOND,
    delayFirstProbeNs: 5 * SECOND,
    gcStaleNs: 60 * SECOND,
    unresQlenBytes: 212_992,
    gcThresh1: 128,
    gcThresh2: 512,
    gcThresh3: 1024,
  };
}

/** What a family does its own way. Linux: the functions of struct neigh_table. */
export interface NeighbourOps {
  /** The link-layer address where nobody needs to be asked for it; undefined: ask. */
  known(address: IpAddress, device: NetDevice): Uint8Array | undefined;
  /** Asks. `skb` is a packet that waits for the answer; it is not taken. */
  solicit(neighbour: Neighbour, skb: SkBuff | undefined): void;
  /** Nobody answered, so its sender is told. Takes the packet. */
  unreachable(skb: SkBuff): void;
}

export interface NeighbourTableParts {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  /** `arp_cache`, `ndisc_cache`. */
  readonly name: string;
  readonly ops: NeighbourOps;
  readonly timers: NetTimers;
  readonly settings: NeighbourSettings;
  readonly random: () => number;
  /** Puts the link-layer header in front and sends. Takes the skb. */
  readonly transmit: (skb: SkBuff, device: NetDevice, to: Uint8Array) => number;
  readonly drop: (skb: SkBuff) => void;
  /** Says, and not too often, that the table is full. */
  readonly overflow: (table: string) => void;
  /** A neighbour is new, or has changed. Linux: neigh_notify. */
  readonly onChange: (neighbour: Neighbour, isGone: boolean) => void;
}

export class Neighbour {
  readonly address: IpAddress;
  readonly device: NetDevice;
  /** Bits of NUD. */
  state: number = NUD.NONE;
  /** Bits of NTF. */
  flags = 0;
  hardwareAddress: Uint8Array;
  /** How often it was asked for in vain. */
  probes = 0;
  /** It was heard of, it was sent to, its entry has changed. */
  confirmedNs: number;
  usedNs: number;
  updatedNs: number;
  /** It is in no table any more: who keeps it asks the table for another. */
  isDead = false;
  readonly queue: SkBuff[] = [];
  queuedBytes = 0;
  readonly timer: NetTimer;

  constructor(address: IpAddress, device: NetDevice, nowNs: number, timer: NetTimer) {
    this.address = address;
    this.device = device;
    this.hardwareAddress = new Uint8Array(device.address.length);
    this.timer = timer;
    this.confirmedNs = nowNs;
    this.usedNs = nowNs;
    this.updatedNs = nowNs;
  }

  /** Whether its link-layer address is one to send to. */
  get isValid(): boolean {
    return (this.state & NUD_VALID) !== 0;
  }
}

/** How much an update may do. Linux: NEIGH_UPDATE_F_*. */
export interface NeighbourUpdate {
  /** Another address takes the place of a known one. */
  readonly isOverride?: boolean;
  /** A known address stays, but is suspected. */
  readonly isWeakOverride?: boolean;
  /** It comes from the administrator: what is permanent or needs no asking changes, too. */
  readonly isAdmin?: boolean;
  readonly isRouter?: boolean;
}

export class NeighbourTable {
  readonly settings: NeighbourSettings;
  readonly #parts: NeighbourTableParts;
  readonly #byDevice = new Map<NetDevice, Map<IpAddress, Neighbour>>();
  #count = 0;
  #lastFlushNs = -FORCED_GC_NS;
  #reachableNs = 0;
  /** What it was drawn for. */
  #reachableBaseNs = -1;

  constructor(parts: NeighbourTableParts) {
    this.#parts = parts;
    this.settings = parts.settings;
  }

  get family(): number {
    return this.#parts.family;
  }

  /** All of them, those of one device together. */
  *all(): Generator<Neighbour> {
    for (const neighbours of this.#byDevice.values()) yield* neighbours.values();
  }

  /** Linux: neigh_lookup. */
  find(address: IpAddress, device: NetDevice): Neighbour | undefined {
    return this.#byDevice.get(device)?.get(address);
  }

  /** The neighbour, made if it is new; undefined when the table is full. Linux: neigh_create. */
  findOrMake(address: IpAddress, device: NetDevice): Neighbour | undefined {
    return this.find(address, device) ?? this.#make(address, device);
  }

  /**
   * Sends a packet to a neighbour, or keeps it until the neighbour has answered. Takes the skb.
   * Answers 0 or a negative errno. Linux: neigh_output, neigh_resolve_output.
   */
  output(neighbour: Neighbour, skb: SkBuff): number {
    const { timers, transmit, drop } = this.#parts;
    neighbour.usedNs = timers.now();
    if ((neighbour.state & (NUD_CONNECTED | NUD.DELAY | NUD.PROBE)) !== 0) {
      return transmit(skb, neighbour.device, neighbour.hardwareAddress);
    }
    if ((neighbour.state & NUD.STALE) !== 0) {
      this.#setState(neighbour, NUD.DELAY);
      neighbour.updatedNs = timers.now();
      neighbour.timer.start(this.settings.delayFirstProbeNs);
      return transmit(skb, neighbour.device, neighbour.hardwareAddress);
    }
    const isNew = neighbour.state !== NUD.INCOMPLETE;
    if (isNew && this.settings.mcastSolicit === 0) {
      this.#setState(neighbour, NUD.FAILED);
      drop(skb);
      return -ERRNO.EHOSTUNREACH;
    }
    this.#enqueue(neighbour, skb);
    if (isNew) this.#startProbing(neighbour);
    return 0;
  }

  /** A packet of an upper layer shows that the neighbour is there. Linux: dst_confirm_neigh. */
  confirm(neighbour: Neighbour): void {
    if (neighbour.isValid) neighbour.confirmedNs = this.#parts.timers.now();
  }

  /**
   * What is now known of a neighbour: its address (undefined: the one that it has) and its state.
   * Answers 0, -EINVAL or -EPERM. Linux: neigh_update.
   */
  update(
    neighbour: Neighbour,
    address: Uint8Array | undefined,
    state: number,
    how: NeighbourUpdate = {},
  ): number {
    const old = neighbour.state;
    if (how.isAdmin !== true && (old & (NUD.NOARP | NUD.PERMANENT)) !== 0) return -ERRNO.EPERM;
    if ((state & NUD_VALID) === 0) {
      neighbour.timer.cancel();
      this.#setState(neighbour, state);
      if ((old & (NUD.INCOMPLETE | NUD.PROBE)) !== 0 && (state & NUD.FAILED) !== 0) {
        this.#invalidate(neighbour);
      }
      return 0;
    }
    if (address === undefined && (old & NUD_VALID) === 0) return -ERRNO.EINVAL;
    const known = (old & NUD_VALID) !== 0;
    const isSame = address === undefined || (known && isEqual(address, neighbour.hardwareAddress));
    const nowNs = this.#parts.timers.now();
    if ((state & NUD_CONNECTED) !== 0) neighbour.confirmedNs = nowNs;
    let next = state;
    let kept = isSame;
    if (known && !isSame && how.isOverride !== true) {
      if (how.isWeakOverride !== true || (old & NUD_CONNECTED) === 0) return 0;
      kept = true;
      next = NUD.STALE;
    } else if (known && isSame && state === NUD.STALE && how.isAdmin !== true) {
      // Nothing is learnt that was not known better.
      next = old;
    }
    this.#change(neighbour, next, kept ? undefined : address);
    this.#setRouter(neighbour, how.isRouter);
    return 0;
  }

  /** Takes it out of the table, with what waits for it. */
  remove(neighbour: Neighbour): void {
    if (neighbour.isDead) return;
    neighbour.isDead = true;
    neighbour.timer.cancel();
    for (const skb of neighbour.queue.splice(0)) this.#parts.drop(skb);
    neighbour.queuedBytes = 0;
    const neighbours = this.#byDevice.get(neighbour.device);
    neighbours?.delete(neighbour.address);
    if (neighbours?.size === 0) this.#byDevice.delete(neighbour.device);
    this.#count--;
    this.#parts.onChange(neighbour, true);
  }

  /** All of a device that goes down, or whose own address has changed. Linux: neigh_ifdown. */
  flush(device: NetDevice, keepsPermanent = false): void {
    for (const neighbour of this.#byDevice.get(device)?.values() ?? []) {
      const isPermanent = (neighbour.state & NUD.PERMANENT) !== 0;
      if (!keepsPermanent || !isPermanent) this.remove(neighbour);
    }
  }

  #make(address: IpAddress, device: NetDevice): Neighbour | undefined {
    if (this.#count >= this.settings.gcThresh1 && !this.#makeRoom()) {
      this.#parts.overflow(this.#parts.name);
      return undefined;
    }
    const { timers, ops, onChange } = this.#parts;
    const timer = timers.make(() => this.#onTimer(neighbour));
    const neighbour = new Neighbour(address, device, timers.now(), timer);
    const known = ops.known(address, device);
    if (known !== undefined) {
      neighbour.hardwareAddress = known;
      neighbour.state = NUD.NOARP;
    }
    let neighbours = this.#byDevice.get(device);
    if (neighbours === undefined) this.#byDevice.set(device, (neighbours = new Map()));
    neighbours.set(address, neighbour);
    this.#count++;
    if (known === undefined) onChange(neighbour, false);
    return neighbour;
  }

  /** Whether one more fits. Linux: neigh_forced_gc and what neigh_periodic_work does. */
  #makeRoom(): boolean {
    const { gcThresh2, gcThresh3, gcStaleNs } = this.settings;
    const nowNs = this.#parts.timers.now();
    const isLongAgo = nowNs - this.#lastFlushNs >= FORCED_GC_NS;
    if (this.#count < gcThresh3 && !isLongAgo) return true;
    const isForced = this.#count >= gcThresh2;
    this.#lastFlushNs = nowNs;
    for (const neighbour of this.all()) {
      if ((neighbour.state & NUD.PERMANENT) !== 0) continue;
      const isUnused =
        nowNs - neighbour.usedNs > gcStaleNs && (neighbour.state & NUD_IN_TIMER) === 0;
      const isIdle = isForced && neighbour.state !== NUD.INCOMPLETE && neighbour.usedNs !== nowNs;
      if (neighbour.state === NUD.FAILED || isUnused || isIdle) this.remove(neighbour);
      if (isForced && this.#count < gcThresh2) break;
    }
    return this.#count < gcThresh3;
  }

  /** The oldest goes where there is no room. Linux: __neigh_event_send. */
  #enqueue(neighbour: Neighbour, skb: SkBuff): void {
    while (neighbour.queuedBytes + skb.truesize > this.settings.unresQlenBytes) {
      const oldest = neighbour.queue.shift();
      if (oldest === undefined) break;
      neighbour.queuedBytes -= oldest.truesize;
      this.#parts.drop(oldest);
    }
    neighbour.queue.push(skb);
    neighbour.queuedBytes += skb.truesize;
  }

  #startProbing(neighbour: Neighbour): void {
    neighbour.probes = 0;
    neighbour.updatedNs = this.#parts.timers.now();
    this.#setState(neighbour, NUD.INCOMPLETE);
    this.#probe(neighbour);
  }

  #probe(neighbour: Neighbour): void {
    neighbour.timer.start(Math.max(this.settings.retransNs, RETRANS_LEAST_NS));
    neighbour.probes++;
    this.#parts.ops.solicit(neighbour, neighbour.queue.at(-1));
  }

  /** Linux: neigh_timer_handler. */
  #onTimer(neighbour: Neighbour): void {
    const nowNs = this.#parts.timers.now();
    const { delayFirstProbeNs, ucastSolicit, mcastSolicit } = this.settings;
    const { confirmedNs, usedNs, state } = neighbour;
    if (state === NUD.REACHABLE) {
      if (nowNs < confirmedNs + this.#reachable()) {
        neighbour.timer.set(confirmedNs + this.#reachable());
      } else if (nowNs < usedNs + delayFirstProbeNs) {
        this.#setState(neighbour, NUD.DELAY);
        neighbour.timer.start(delayFirstProbeNs);
      } else {
        this.#setState(neighbour, NUD.STALE);
      }
      return;
    }
    if (state === NUD.DELAY) {
      if (nowNs <= confirmedNs + delayFirstProbeNs) {
        this.#setState(neighbour, NUD.REACHABLE);
        neighbour.timer.set(confirmedNs + this.#reachable());
        return;
      }
      neighbour.probes = 0;
      this.#setState(neighbour, NUD.PROBE);
    }
    const isProbe = neighbour.state === NUD.PROBE;
    if (!isProbe && neighbour.state !== NUD.INCOMPLETE) return;
    if (neighbour.probes < (isProbe ? ucastSolicit : mcastSolicit)) {
      this.#probe(neighbour);
      return;
    }
    this.#setState(neighbour, NUD.FAILED);
    this.#invalidate(neighbour);
  }

  /** Nobody is there: what waits comes back. Linux: neigh_invalidate. */
  #invalidate(neighbour: Neighbour): void {
    neighbour.queuedBytes = 0;
    for (const skb of neighbour.queue.splice(0)) this.#parts.ops.unreachable(skb);
  }

  #change(neighbour: Neighbour, state: number, address: Uint8Array | undefined): void {
    const nowNs = this.#parts.timers.now();
    const wasValid = neighbour.isValid;
    if (address !== undefined) neighbour.hardwareAddress = address.slice();
    if (state !== neighbour.state || address !== undefined) neighbour.updatedNs = nowNs;
    if (state !== neighbour.state) {
      neighbour.timer.cancel();
      if ((state & NUD_IN_TIMER) !== 0) {
        neighbour.timer.start(state === NUD.REACHABLE ? this.#reachable() : 0);
      }
      this.#setState(neighbour, state);
    } else if (address !== undefined) {
      this.#parts.onChange(neighbour, false);
    }
    if (wasValid || !neighbour.isValid) return;
    neighbour.queuedBytes = 0;
    for (const skb of neighbour.queue.splice(0)) {
      this.#parts.transmit(skb, neighbour.device, neighbour.hardwareAddress);
    }
  }

  #setRouter(neighbour: Neighbour, isRouter: boolean | undefined): void {
    if (isRouter === true) neighbour.flags |= NTF.ROUTER;
    if (isRouter === false) neighbour.flags &= ~NTF.ROUTER;
  }

  #setState(neighbour: Neighbour, state: number): void {
    if (neighbour.state === state) return;
    neighbour.state = state;
    this.#parts.onChange(neighbour, false);
  }

  /** How long a neighbour is trusted, drawn anew when the base is set. RFC 4861: ReachableTime. */
  #reachable(): number {
    if (this.#reachableBaseNs !== this.settings.baseReachableNs) {
      this.#reachableBaseNs = this.settings.baseReachableNs;
      this.#reachableNs = this.#drawReachable();
    }
    return this.#reachableNs;
  }

  /** From half of the base to one and a half of it. Linux: neigh_rand_reach_time. */
  #drawReachable(): number {
    const baseMs = Math.floor(this.settings.baseReachableNs / MS);
    return baseMs === 0 ? 0 : ((this.#parts.random() % baseMs) + Math.floor(baseMs / 2)) * MS;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
