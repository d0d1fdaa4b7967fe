// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An Ethernet switch, and what its wires do to frames.
 *
 * It learns who is where from where frames come from, and sends what it does not know to everybody.
 * The first port's wire is the one that people turn the knobs of: there frames are lost, late,
 * doubled or damaged, as the oracle decides. Each port sends at its wire's rate, and has a queue
 * that ends.
 *
 * A frame arrives no sooner than `DELAY_NS_MIN` after it has left: world.ts counts on that.
 */
import { BITS_PER_SECOND, wireTimeNs } from '../hw/cable.ts';
import type { Oracle } from '../sim/oracle.ts';
import { ETH_ALEN } from '../uapi/if-ether.ts';
import type { SwitchPortView, WireCounters, WireSettings, WireView } from '../machine-types.ts';

/** The shortest time that a frame takes from one machine to another. */
export const DELAY_NS_MIN = 100_000;
/** What a port's queue holds. */
const QUEUE_BYTES = 256 * 1024;
/** How much later than others a frame is that has lost its place. */
const REORDER_NS = 3_000_000;
const NS_PER_US = 1000;
const PER_MILLE = 1000;
const ADDRESSES_MAX = 1024;
const DELAY_NS_MAX = 10_000_000_000;
const RATE_MIN = 1000;
const RATE_MAX = 10_000_000_000;

export const DEFAULT_WIRE: WireSettings = {
  lossPerMille: 0,
  duplicatePerMille: 0,
  reorderPerMille: 0,
  corruptPerMille: 0,
  delayNs: DELAY_NS_MIN,
  jitterNs: 0,
  bitsPerSecond: BITS_PER_SECOND,
};

/** Hands a frame to whoever is at a port, to arrive at that instant. */
export type Deliver = (frame: Uint8Array, atNs: number) => void;

interface Port {
  readonly name: string;
  readonly deliver: Deliver;
  isLinked: boolean;
  isIsolated: boolean;
  busyUntilNs: number;
  received: number;
  sent: number;
}

export class Switch {
  #settings = DEFAULT_WIRE;
  /** No knob leaves anything to chance. */
  #isFaithful = true;
  readonly #oracle: Oracle;
  readonly #ports: Port[] = [];
  /** By address, as `addressAt` reads it: the port where it was seen last. */
  readonly #seen = new Map<number, number>();
  readonly #counters = {
    frames: 0,
    bytes: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    dropped: 0,
  };

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  /** Answers the port's number. The first one's wire has the knobs. */
  addPort(name: string, deliver: Deliver): number {
    const counts = { busyUntilNs: 0, received: 0, sent: 0 };
    return this.#ports.push({ name, deliver, isLinked: true, isIsolated: false, ...counts }) - 1;
  }

  setLinked(port: number, isLinked: boolean): void {
    this.#ports[port]!.isLinked = isLinked;
    for (const [address, place] of this.#seen) if (place === port) this.#seen.delete(address);
  }

  /** Frames of an isolated port come from and go to the first one only. */
  setIsolated(port: number, isIsolated: boolean): void {
    this.#ports[port]!.isIsolated = isIsolated;
  }

  /** Turns knobs; what makes no sense is brought back to what does. */
  set settings(settings: WireSettings) {
    const within = (value: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, Math.round(value || 0)));
    this.#settings = {
      lossPerMille: within(settings.lossPerMille, 0, PER_MILLE),
      duplicatePerMille: within(settings.duplicatePerMille, 0, PER_MILLE),
      reorderPerMille: within(settings.reorderPerMille, 0, PER_MILLE),
      corruptPerMille: within(settings.corruptPerMille, 0, PER_MILLE),
      delayNs: within(settings.delayNs, DELAY_NS_MIN, DELAY_NS_MAX),
      jitterNs: within(settings.jitterNs, 0, DELAY_NS_MAX),
      bitsPerSecond: within(settings.bitsPerSecond, RATE_MIN, RATE_MAX),
    };
    const { lossPerMille, duplicatePerMille, reorderPerMille, corruptPerMille } = this.#settings;
    const chances = lossPerMille + duplicatePerMille + reorderPerMille + corruptPerMille;
    this.#isFaithful = chances + this.#settings.jitterNs === 0;
  }

  get settings(): WireSettings {
    return this.#settings;
  }

  /** A frame that has left the sender at `leftNs` is on its way. */
  forward(from: number, frame: Uint8Array, leftNs: number): void {
    const source = this.#ports[from]!;
    if (!source.isLinked || frame.length < 2 * ETH_ALEN) return;
    source.received++;
    this.#counters.frames++;
    this.#counters.bytes += frame.length;
    this.#learn(from, frame);
    for (const passed of this.#overWire(from === 0, frame, leftNs)) {
      const isGroup = ((passed.frame[0] ?? 0) & 1) !== 0;
      const known = isGroup ? undefined : this.#seen.get(addressAt(passed.frame, 0));
      for (let to = 0; to < this.#ports.length; to++) {
        if (to === from || (known !== undefined && known !== to)) continue;
        if (!this.#mayMeet(from, to)) continue;
        this.#send(to, passed.frame, passed.atNs);
      }
    }
  }

  #mayMeet(one: number, other: number): boolean {
    if (one === 0 || other === 0) return true;
    return !this.#ports[one]!.isIsolated && !this.#ports[other]!.isIsolated;
  }

  #learn(from: number, frame: Uint8Array): void {
    const address = addressAt(frame, ETH_ALEN);
    if (((frame[ETH_ALEN] ?? 0) & 1) !== 0 || this.#seen.get(address) === from) return;
    this.#seen.delete(address);
    this.#seen.set(address, from);
    if (this.#seen.size <= ADDRESSES_MAX) return;
    const [oldest] = this.#seen.keys();
    this.#seen.delete(oldest!);
  }

  /** Out of a port, when it is done with what it has. */
  #send(to: number, frame: Uint8Array, atNs: number): void {
    const port = this.#ports[to]!;
    if (!port.isLinked) return;
    const rate = to === 0 ? this.#settings.bitsPerSecond : BITS_PER_SECOND;
    const waitingNs = Math.max(0, port.busyUntilNs - atNs);
    if (waitingNs > wireTimeNs(QUEUE_BYTES, rate)) {
      this.#counters.dropped++;
      return;
    }
    port.busyUntilNs = Math.max(atNs, port.busyUntilNs) + wireTimeNs(frame.length, rate);
    for (const passed of this.#overWire(to === 0, frame, port.busyUntilNs)) {
      port.sent++;
      port.deliver(passed.frame, passed.atNs);
    }
  }

  /** Every wire takes half of the delay; the one with the knobs does more. */
  #overWire(
    hasKnobs: boolean,
    frame: Uint8Array,
    leftNs: number,
  ): readonly { readonly frame: Uint8Array; readonly atNs: number }[] {
    const settings = this.#settings;
    if (!hasKnobs) return [{ frame, atNs: leftNs + DELAY_NS_MIN / 2 }];
    // The delay is the whole way's: the other wire has its half.
    const usualNs = leftNs + settings.delayNs - DELAY_NS_MIN / 2;
    if (this.#isFaithful) return [{ frame, atNs: usualNs }];
    const oracle = this.#oracle;
    const counters = this.#counters;
    const chance = (kind: 'loss' | 'duplicate' | 'reorder' | 'corrupt', of: number): boolean =>
      of > 0 && oracle.chance(kind, of);
    if (chance('loss', settings.lossPerMille)) {
      counters.lost++;
      return [];
    }
    const copies = chance('duplicate', settings.duplicatePerMille) ? 2 : 1;
    counters.duplicated += copies - 1;
    return Array.from({ length: copies }, () => {
      let atNs = usualNs;
      if (settings.jitterNs > 0) {
        const steps = Math.floor(settings.jitterNs / NS_PER_US) + 1;
        atNs += oracle.choose('jitter', steps) * NS_PER_US;
      }
      if (chance('reorder', settings.reorderPerMille)) {
        counters.reordered++;
        atNs += REORDER_NS;
      }
      if (!chance('corrupt', settings.corruptPerMille)) return { frame, atNs };
      counters.corrupted++;
      return { frame: this.#damaged(frame), atNs };
    });
  }

  /** One bit of it is another, and the card's checksum did not see it. */
  #damaged(frame: Uint8Array): Uint8Array {
    const copy = frame.slice();
    const bit = this.#oracle.choose('bit', 8 * frame.length);
    copy[bit >>> 3]! ^= 1 << (bit & 7);
    return copy;
  }

  get counters(): WireCounters {
    return { ...this.#counters };
  }

  get view(): WireView {
    return {
      settings: this.#settings,
      counters: this.counters,
      ports: this.#ports.map((port, index): SwitchPortView => {
        const { name, isLinked, received, sent } = port;
        const addresses = [...this.#seen].flatMap(([address, at]) =>
          at === index ? macText(address) : [],
        );
        return { name, isLinked, addresses, received, sent };
      }),
    };
  }
}

const WORD = 0x100_0000;

/** The six bytes of an address as one number. */
function addressAt(frame: Uint8Array, at: number): number {
  const high = (frame[at]! << 16) | (frame[at + 1]! << 8) | frame[at + 2]!;
  return high * WORD + ((frame[at + 3]! << 16) | (frame[at + 4]! << 8) | frame[at + 5]!);
}

function macText(address: number): string {
  const digits = address.toString(16).padStart(12, '0');
  return digits.replace(/..(?=.)/g, '$&:');
}
