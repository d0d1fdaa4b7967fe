// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The PHY inside: what is at the other end of the cable, what both agreed upon, and an interrupt.
 *
 * Negotiation takes 1.5 s of virtual time. The partner negotiates always, and offers all modes that
 * the cable's rate has. Linux: drivers/net/phy/smsc.c.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';
import type { CableEnd } from '../cable.ts';
import {
  ABILITY,
  ANER,
  BMCR,
  BMSR,
  MODE_CTL,
  PHY_INT,
  PHY_REGISTERS,
  PHY_STS,
  type PhyRegisterName,
  valuesOfMode,
} from './phy-registers.ts';

const NEGOTIATION_NS = 1_500_000_000;
/** For so long BMCR.RESET reads as one. */
const RESET_NS = 500_000;
/** The CPU that its events belong to. */
const IRQ_CPU = 0;
const FAST = 100_000_000;
const SLOW = 10_000_000;
/** With negotiation, only these bits of BMCR matter to the link. */
const MODES_OF_LINK = BMCR.LOOPBACK | BMCR.ANENABLE | BMCR.PDOWN;
/** What partners offer: all modes, pauses of both kinds; acknowledged, and there is a next page. */
const PARTNER_OF_100 = 0xcde1;
const PARTNER_OF_10 = 0xcc61;

export interface LinkMode {
  readonly bitsPerSecond: number;
  readonly isFullDuplex: boolean;
}

/** Best first. */
const MODES: readonly (readonly [number, LinkMode])[] = [
  [ABILITY.FULL100, { bitsPerSecond: FAST, isFullDuplex: true }],
  [ABILITY.HALF100, { bitsPerSecond: FAST, isFullDuplex: false }],
  [ABILITY.FULL10, { bitsPerSecond: SLOW, isFullDuplex: true }],
  [ABILITY.HALF10, { bitsPerSecond: SLOW, isFullDuplex: false }],
];

const NAMES = new Map<number, PhyRegisterName>(
  (Object.keys(PHY_REGISTERS) as PhyRegisterName[]).map((name) => [
    PHY_REGISTERS[name].number,
    name,
  ]),
);

export class Phy {
  /** What it interrupts for, or the link, has changed. */
  onChange: () => void = () => undefined;
  readonly #sim: Sim;
  readonly #port: CableEnd;
  readonly #values = new Map<PhyRegisterName, number>();
  #hasPower = false;
  #resetUntilNs = 0;
  #negotiation: TimedEvent | undefined;
  /** Both sides agreed. */
  #isNegotiated = false;
  #link: LinkMode | undefined;
  /** The link was lost since BMSR was last read. */
  #wasLost = true;

  constructor(sim: Sim, port: CableEnd) {
    this.#sim = sim;
    this.#port = port;
    this.#setDefaults();
  }

  /** What the wire is like; undefined while there is no link. */
  get link(): LinkMode | undefined {
    return this.#link;
  }

  /** What is sent comes back, and nothing goes over the cable. */
  get isLoopback(): boolean {
    return this.#hasPower && this.#has('BMCR', BMCR.LOOPBACK);
  }

  /** The MAC has the clock of it. */
  get hasClock(): boolean {
    return this.#isAwake;
  }

  get isInterrupting(): boolean {
    return (this.#get('INT_SRC') & this.#get('INT_MASK')) !== 0;
  }

  /** Power comes or goes: everything is as after a reset, its straps too. */
  setPower(isOn: boolean): void {
    this.#hasPower = isOn;
    this.#setDefaults();
    this.#set('SPECIAL', PHY_REGISTERS.SPECIAL.reset);
    this.reset();
  }

  /** All but the special modes, which decide what comes next. */
  reset(): void {
    const special = this.#get('SPECIAL');
    this.#cancel();
    this.#setDefaults();
    this.#set('SPECIAL', special);
    const { bmcr, anar } = valuesOfMode(special);
    this.#set('BMCR', bmcr);
    this.#set('ANAR', anar);
    this.#resetUntilNs = this.#sim.now() + RESET_NS;
    this.#link = undefined;
    this.#wasLost = true;
    this.#begin();
    this.onChange();
  }

  /** Something was plugged in or pulled out at the socket. */
  cableChanged(): void {
    if (!this.#isAwake) return;
    if (this.#port.hasLink) this.#raise(PHY_INT.ENERGY_ON);
    this.#begin();
    this.onChange();
  }

  read(number: number): number {
    const name = NAMES.get(number);
    if (name === undefined) return 0;
    const value = this.#get(name);
    switch (name) {
      case 'BMCR':
        return this.#sim.now() < this.#resetUntilNs ? value | BMCR.RESET : value;
      case 'BMSR':
        return value | this.#status();
      case 'MODE_CTL':
        return this.#isAwake && this.#port.hasLink ? value | MODE_CTL.ENERGYON : value;
      case 'INT_SRC':
        this.#set('INT_SRC', 0);
        this.onChange();
        return value;
      case 'PHY_STS':
        return value | this.#negotiated();
      default:
        return value;
    }
  }

  write(number: number, value: number): void {
    const name = NAMES.get(number);
    if (name === undefined) return;
    const { mask } = PHY_REGISTERS[name];
    const old = this.#get(name);
    this.#set(name, (old & ~mask) | (value & mask));
    if (name === 'BMCR') this.#control(old, value);
    else if (name === 'INT_MASK') this.onChange();
  }

  // ---- Registers --------------------------------------------------------------------------------

  #get(name: PhyRegisterName): number {
    return this.#values.get(name) ?? 0;
  }

  #set(name: PhyRegisterName, value: number): void {
    this.#values.set(name, value);
  }

  #has(name: PhyRegisterName, bit: number): boolean {
    return (this.#get(name) & bit) !== 0;
  }

  #setDefaults(): void {
    for (const [name, { reset }] of Object.entries(PHY_REGISTERS)) {
      this.#set(name as PhyRegisterName, reset);
    }
  }

  #raise(cause: number): void {
    this.#set('INT_SRC', this.#get('INT_SRC') | cause);
  }

  /** Whether the link is there; a loss in between is told once. */
  #status(): number {
    const isUp = this.#link !== undefined && !this.#wasLost;
    this.#wasLost = this.#link === undefined;
    return (isUp ? BMSR.LSTATUS : 0) | (this.#isNegotiated ? BMSR.ANEGCOMPLETE : 0);
  }

  #negotiated(): number {
    const done = this.#isNegotiated ? PHY_STS.AUTODONE : 0;
    if (this.#link === undefined) return done;
    const { bitsPerSecond, isFullDuplex } = this.#link;
    const speed = bitsPerSecond === FAST ? PHY_STS.IS_100 : PHY_STS.IS_10;
    return done | speed | (isFullDuplex ? PHY_STS.FULL : 0);
  }

  // ---- The link ---------------------------------------------------------------------------------

  get #isAwake(): boolean {
    return this.#hasPower && !this.#has('BMCR', BMCR.PDOWN);
  }

  #control(old: number, value: number): void {
    if ((value & BMCR.RESET) !== 0) {
      this.reset();
      return;
    }
    const negotiates = this.#has('BMCR', BMCR.ANENABLE);
    const changed = (old ^ this.#get('BMCR')) & (negotiates ? MODES_OF_LINK : ~0);
    if (changed !== 0 || (negotiates && (value & BMCR.ANRESTART) !== 0)) this.#begin();
    this.onChange();
  }

  /** The link as it is now, with negotiation from its beginning. */
  #begin(): void {
    this.#cancel();
    const canLink = this.#isAwake && this.#port.hasLink;
    if (this.isLoopback || !this.#has('BMCR', BMCR.ANENABLE)) {
      const isUp = this.#isAwake && (this.isLoopback || canLink);
      this.#setLink(isUp ? this.#forced() : undefined);
      return;
    }
    this.#setLink(undefined);
    if (!canLink) return;
    const { events } = this.#sim;
    const atNs = this.#sim.now() + NEGOTIATION_NS;
    this.#negotiation = events.schedule(atNs, () => this.#agree(), IRQ_CPU);
  }

  #cancel(): void {
    if (this.#negotiation !== undefined) this.#sim.events.cancel(this.#negotiation);
    this.#negotiation = undefined;
    this.#isNegotiated = false;
    this.#set('ANLPAR', 0);
    this.#set('ANER', 0);
  }

  #forced(): LinkMode {
    return {
      bitsPerSecond: this.#has('BMCR', BMCR.SPEED100) ? FAST : SLOW,
      isFullDuplex: this.#has('BMCR', BMCR.FULLDPLX),
    };
  }

  #agree(): void {
    this.#negotiation = undefined;
    const partner = this.#port.bitsPerSecond >= FAST ? PARTNER_OF_100 : PARTNER_OF_10;
    const common = partner & this.#get('ANAR');
    const best = MODES.find(([ability]) => (common & ability) !== 0)?.[1];
    this.#set('ANLPAR', partner);
    this.#set('ANER', ANER.LP_AN_ABLE | ANER.PAGE_RX);
    // Two that have nothing in common begin again; what they will say is known.
    if (best === undefined) return;
    this.#isNegotiated = true;
    this.#setLink(best);
    this.#raise(PHY_INT.ANEG_COMPLETE);
    this.onChange();
  }

  #setLink(link: LinkMode | undefined): void {
    const had = this.#link !== undefined;
    this.#link = link;
    if (link !== undefined || !had) return;
    this.#wasLost = true;
    this.#raise(PHY_INT.LINK_DOWN);
  }
}
