// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who is given packets by their type: one protocol each, and taps that only look.
 *
 * Linux: dev_add_pack, ptype_base, ptype_all.
 */
import { ETH_P } from '../../uapi/if-ether.ts';
import type { NetDevice } from './net-device.ts';
import type { SkBuff, SkBuffOwner } from './sk-buff.ts';

/** Takes a packet: it is the protocol's from then on. Context: softirq. */
export type PacketHandler = (skb: SkBuff, dev: NetDevice) => void;

/** Looks at a packet, and makes a clone of what it wants to keep. Context: any. */
export interface PacketTap {
  /** ETH_P of what it wants; ETH_P.ALL sees packets that leave, too. */
  readonly tapped: number;
  /** The only interface that it looks at; 0 for all. */
  readonly ifindex: number;
  readonly look: PacketHandler;
  /** As /proc/net/ptype names it. */
  readonly functionName: string;
  /** Whose packets it does not see leave. Linux: skb_loop_sk. */
  readonly owner: SkBuffOwner | undefined;
}

export class PacketTypes {
  readonly #handlers = new Map<number, { readonly name: string; readonly handle: PacketHandler }>();
  readonly #all = new Set<PacketTap>();
  readonly #byType = new Map<number, Set<PacketTap>>();

  /** Makes packets of a type a protocol's. */
  add(type: number, name: string, handle: PacketHandler): void {
    this.#handlers.set(type, { name, handle });
  }

  addTap(tap: PacketTap): void {
    const taps = tap.tapped === ETH_P.ALL ? this.#all : (this.#byType.get(tap.tapped) ?? new Set());
    taps.add(tap);
    if (tap.tapped !== ETH_P.ALL) this.#byType.set(tap.tapped, taps);
  }

  removeTap(tap: PacketTap): void {
    if (tap.tapped === ETH_P.ALL) this.#all.delete(tap);
    else this.#byType.get(tap.tapped)?.delete(tap);
  }

  /** Somebody sees all packets, also those that leave. */
  get hasTaps(): boolean {
    return this.#all.size > 0;
  }

  /** Shows a packet to those who see all, but not to who has sent it. */
  tapAll(skb: SkBuff, dev: NetDevice, sender?: SkBuffOwner): void {
    for (const tap of this.#all) {
      if (sender === undefined || tap.owner !== sender) look(tap, skb, dev);
    }
  }

  /** Gives a packet to its protocol; false when nobody wants it. */
  deliver(skb: SkBuff, dev: NetDevice): boolean {
    const taps = this.#byType.get(skb.protocol);
    if (taps !== undefined) for (const tap of taps) look(tap, skb, dev);
    const handler = this.#handlers.get(skb.protocol);
    handler?.handle(skb, dev);
    return handler !== undefined;
  }

  /** [type, ifindex, function], as /proc/net/ptype lists them. */
  get listing(): readonly (readonly [type: number, ifindex: number, name: string])[] {
    const taps = [...this.#all];
    for (const set of this.#byType.values()) taps.push(...set);
    return [
      ...taps.map((tap) => [tap.tapped, tap.ifindex, tap.functionName] as const),
      ...[...this.#handlers].map(([type, { name }]) => [type, 0, name] as const),
    ];
  }
}

function look(tap: PacketTap, skb: SkBuff, dev: NetDevice): void {
  if (tap.ifindex === 0 || tap.ifindex === dev.ifindex) tap.look(skb, dev);
}
