// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A PHY: the half of a network card that knows the wire. It is found on a management bus, given a
 * driver, and watched: whoever drives the card is told when the link comes or goes.
 *
 * Registers are behind a bus that may sleep, so everything happens in the PHY's own thread: what
 * an interrupt wants of it, and what follows for the link. Linux has an interrupt's thread and a
 * work item for that, which take turns under a mutex; the accesses and their order are the same.
 *
 * Linux: drivers/net/phy/phy.c, phy_device.c.
 */
import type { KernelThread, KernelThreads } from '../../../kernel/kthread/kthread.ts';
import type { Printk } from '../../../kernel/printk/printk.ts';
import type { Scheduler } from '../../../kernel/sched/scheduler.ts';
import type { Sim } from '../../../sim/sim.ts';
import { finished } from '../../../lib/coroutine.ts';
import type { MaySleep, Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { ADVERTISE, ADVERTISE_ALL, BMCR, BMSR, MII } from '../../../uapi/mii.ts';
import { GENERIC_PHY, modifyChanged, type PhyDriver, type PhyRegisters } from './phy-driver.ts';
import { SMSC_LAN8700 } from './smsc.ts';

const DRIVERS: readonly PhyDriver[] = [SMSC_LAN8700];
/** How often the link is looked at when nothing interrupts. Linux: PHY_STATE_TIME. */
const POLL_NS = 1_000_000_000;
/** Until a looped-back link is up. */
const LOOPBACK_POLL_NS = 5_000_000;
const LOOPBACK_POLLS = 100;

/** Where PHYs are found. Both answer a negative errno when they fail. Context: process. */
export interface MdioBus {
  /** Its name in the log: `usb-001:003`. */
  readonly name: string;
  read(phy: number, register: number): MaySleep<number>;
  write(phy: number, register: number, value: number): MaySleep<number>;
}

export interface PhyMode {
  readonly speedMbps: number;
  readonly isFullDuplex: boolean;
}

/** What both sides have agreed upon. */
export interface LinkState extends PhyMode {
  readonly isUp: boolean;
}

export interface PhyParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  readonly printk: Printk;
  /** The interface that it belongs to, as messages begin with it. */
  readonly owner: () => string;
  /** The link came or went. Context: process, the PHY's thread. */
  readonly onLink: (link: LinkState) => MaySleep<void>;
}

const NO_LINK: LinkState = { isUp: false, speedMbps: 10, isFullDuplex: false };

/** Linux: enum phy_state, as far as it can be told from outside. */
type PhyPhase = 'ready' | 'up' | 'running' | 'no-link' | 'halted';

export class PhyDevice implements PhyRegisters {
  readonly address: number;
  driver: PhyDriver = GENERIC_PHY;
  id = 0;
  link: LinkState = NO_LINK;
  /** What it offers its partner, as bits of ADVERTISE. */
  advertised: number = ADVERTISE_ALL;
  /** What its partner has offered last. */
  partner = 0;
  /** A link that is not to be negotiated. */
  forced: PhyMode | undefined = undefined;
  readonly #bus: MdioBus;
  readonly #parts: PhyParts;
  #phase: PhyPhase = 'ready';
  #isInterrupting = false;
  /** The state is to be looked at. */
  #isDue = false;
  #usesInterrupts = false;
  #thread: KernelThread | undefined;

  constructor(bus: MdioBus, address: number, parts: PhyParts) {
    this.address = address;
    this.#bus = bus;
    this.#parts = parts;
  }

  /** `usb-001:003:01`. Linux: phydev_name. */
  get name(): string {
    return `${this.#bus.name}:${this.address.toString(16).padStart(2, '0')}`;
  }

  // ---- Registers --------------------------------------------------------------------------------

  *read(register: number): Sleeping<number> {
    return yield* finished(this.#bus.read(this.address, register));
  }

  *write(register: number, value: number): Sleeping<number> {
    return yield* finished(this.#bus.write(this.address, register, value));
  }

  *wait(ns: number): Sleeping<void> {
    yield* this.#parts.scheduler.sleepFor(ns, false);
  }

  // ---- Coming and going -------------------------------------------------------------------------

  /**
   * Asks who is there, and gives it its driver. 0, or -ENODEV when nobody answers. Linux:
   * get_phy_device, phy_probe.
   */
  *probe(): Sleeping<number> {
    const upper = yield* this.read(MII.PHYSID1);
    if (upper < 0) return upper;
    const lower = yield* this.read(MII.PHYSID2);
    if (lower < 0) return lower;
    this.id = upper * 0x1_0000 + lower;
    if (upper === 0xffff && lower === 0xffff) return -ERRNO.ENODEV;
    const found = DRIVERS.find(({ id, idMask }) => (this.id & idMask) >>> 0 === id);
    this.driver = found ?? GENERIC_PHY;
    const errno = yield* this.#setInterrupts(false);
    if (errno < 0) return errno;
    return Math.min(0, yield* this.read(MII.BMSR));
  }

  /**
   * Resets it and has it interrupt, if it can; else the link is looked at each second. Linux:
   * phy_attach_direct, phy_request_interrupt.
   */
  *attach(canInterrupt: boolean): Sleeping<number> {
    const { printk, threads, owner } = this.#parts;
    this.#usesInterrupts = canInterrupt && this.driver.setInterrupts !== undefined;
    for (const step of [this.driver.reset(this), this.#setInterrupts(false), this.#resume()]) {
      const errno = yield* step;
      if (errno < 0) return errno;
    }
    const irq = this.#usesInterrupts ? 'IRQ' : 'POLL';
    printk.info(
      `${this.driver.name} ${this.name}: attached PHY driver ` +
        `(mii_bus:phy_addr=${this.name}, irq=${irq})`,
    );
    const errno = this.#usesInterrupts ? yield* this.#setInterrupts(true) : 0;
    if (errno < 0) printk.warn(`${owner()}: Can't get IRQ for PHY`);
    this.#thread = threads.run(`irq/${this.name}`, (self) => this.#serve(self));
    return 0;
  }

  /**
   * It may have lost its power: resets it, and has it interrupt again. 0 or a negative errno.
   * Linux: phy_init_hw.
   */
  *initialize(): Sleeping<number> {
    const errno = yield* this.driver.reset(this);
    return errno < 0 || !this.#usesInterrupts ? errno : yield* this.#setInterrupts(true);
  }

  /** Whether the link is up, asked now. A negative errno. Linux: smsc95xx_link_ok_nopm. */
  *hasLink(): Sleeping<boolean | number> {
    // A loss stays until somebody has read of it.
    let status = yield* this.read(MII.BMSR);
    if (status >= 0) status = yield* this.read(MII.BMSR);
    return status < 0 ? status : (status & BMSR.LSTATUS) !== 0;
  }

  /** Both sides begin anew. 0 or a negative errno. Linux: genphy_restart_aneg. */
  *restart(): Sleeping<number> {
    const control = yield* this.read(MII.BMCR);
    if (control < 0) return control;
    const wanted = (control & ~BMCR.ISOLATE) | BMCR.ANENABLE | BMCR.ANRESTART;
    return yield* this.write(MII.BMCR, wanted);
  }

  /**
   * What the link is to be: so, or what partners agree upon of what is `advertised`. An interface
   * that is down gets it when it goes up. Context: any. Linux: phy_ethtool_ksettings_set.
   */
  choose(forced: PhyMode | undefined, advertised = this.advertised): void {
    this.forced = forced;
    this.advertised = advertised;
    if (this.#phase === 'ready' || this.#phase === 'halted') return;
    this.#phase = 'up';
    this.#kick();
  }

  /** Sends back what it is given, or no longer. 0 or a negative errno. Linux: phy_loopback. */
  *setLoopback(isOn: boolean): Sleeping<number> {
    if (!isOn) {
      const errno = yield* modifyChanged(this, MII.BMCR, BMCR.LOOPBACK, 0);
      return errno < 0 ? errno : yield* this.#negotiate();
    }
    const errno = yield* modifyChanged(this, MII.BMCR, 0xffff, BMCR.LOOPBACK | modeBits(this.link));
    if (errno < 0) return errno;
    for (let attempt = 0; attempt < LOOPBACK_POLLS; attempt++) {
      const status = yield* this.read(MII.BMSR);
      if (status < 0) return status;
      if ((status & BMSR.LSTATUS) !== 0) return 0;
      yield* this.wait(LOOPBACK_POLL_NS);
    }
    return -ERRNO.ETIMEDOUT;
  }

  /** Nobody looks at it any more. Linux: phy_disconnect. */
  *detach(): Sleeping<void> {
    yield* this.stop();
    if (this.#usesInterrupts) yield* this.#setInterrupts(false);
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) yield* thread.stop();
  }

  /** The interface goes up. Linux: phy_start. */
  *start(): Sleeping<void> {
    yield* this.#resume();
    this.#phase = 'up';
    this.#kick();
  }

  /** It goes down, and the PHY sleeps. Linux: phy_stop. */
  *stop(): Sleeping<void> {
    if (this.#phase === 'ready' || this.#phase === 'halted') return;
    this.#phase = 'halted';
    if (this.link.isUp) yield* this.#tell({ ...this.link, isUp: false });
    yield* this.suspend();
  }

  /** Linux: genphy_suspend. */
  *suspend(): Sleeping<void> {
    yield* modifyChanged(this, MII.BMCR, BMCR.PDOWN, BMCR.PDOWN);
  }

  /** It said that it wants something. Context: any. Linux: phy_interrupt. */
  interrupt(): void {
    this.#isInterrupting = true;
    this.#thread?.wake();
  }

  #kick(): void {
    this.#isDue = true;
    this.#thread?.wake();
  }

  *#resume(): Sleeping<number> {
    return Math.min(0, yield* modifyChanged(this, MII.BMCR, BMCR.PDOWN, 0));
  }

  *#setInterrupts(areOn: boolean): Sleeping<number> {
    return yield* this.driver.setInterrupts?.(this, areOn) ?? finished(0);
  }

  // ---- The link ---------------------------------------------------------------------------------

  *#serve(self: KernelThread): Sleeping<void> {
    while (!self.shouldStop) {
      if (this.#isInterrupting) yield* this.#answer();
      else if (this.#isDue) yield* this.#step();
      else if (this.#usesInterrupts) yield* self.queue.sleepInterruptible();
      else yield* this.#poll(self);
    }
  }

  *#poll(self: KernelThread): Sleeping<void> {
    yield* self.queue.sleepUntil(this.#parts.sim.now() + POLL_NS);
    if (this.#phase === 'running' || this.#phase === 'no-link') this.#isDue = true;
  }

  /** One round for all that came before it began. */
  *#answer(): Sleeping<void> {
    this.#isInterrupting = false;
    const cause = yield* this.driver.takeInterrupt?.(this) ?? finished(0);
    if (cause > 0) this.#isDue = true;
  }

  /** Linux: phy_state_machine. */
  *#step(): Sleeping<void> {
    this.#isDue = false;
    if (this.#phase === 'up' && (yield* this.#negotiate()) < 0) return;
    if (this.#phase === 'ready' || this.#phase === 'halted') return;
    const link = yield* this.#look();
    if (link === undefined) return;
    const phase: PhyPhase = link.isUp ? 'running' : 'no-link';
    if (phase === this.#phase) return;
    this.#phase = phase;
    yield* this.#tell(link);
  }

  *#tell(link: LinkState): Sleeping<void> {
    this.link = link;
    yield* finished(this.#parts.onLink(link));
  }

  /** Has both sides agree, if what it offers is new. Linux: genphy_config_aneg. */
  *#negotiate(): Sleeping<number> {
    const { forced } = this;
    if (forced !== undefined) {
      const kept = BMCR.LOOPBACK | BMCR.ISOLATE | BMCR.PDOWN;
      return yield* modifyChanged(this, MII.BMCR, 0xffff & ~kept, modeBits(forced));
    }
    const { advertised } = this;
    const offered = yield* modifyChanged(this, MII.ADVERTISE, ADVERTISE_ALL, advertised);
    if (offered < 0) return offered;
    // Whether it has the registers of a gigabit.
    const status = yield* this.read(MII.BMSR);
    if (status < 0) return status;
    const control = yield* this.read(MII.BMCR);
    if (control < 0) return control;
    const isOn = (control & BMCR.ANENABLE) !== 0 && (control & BMCR.ISOLATE) === 0;
    return offered === 0 && isOn ? 0 : yield* this.restart();
  }

  /** Undefined when the bus fails. Linux: genphy_read_status. */
  *#look(): Sleeping<LinkState | undefined> {
    const control = yield* this.read(MII.BMCR);
    if (control < 0) return undefined;
    if ((control & BMCR.ANRESTART) !== 0) return NO_LINK;
    // A loss stays until somebody has read of it: the second time tells how it is now.
    yield* this.read(MII.BMSR);
    const status = yield* this.read(MII.BMSR);
    if (status < 0) return undefined;
    const { forced } = this;
    if ((status & BMSR.LSTATUS) === 0) return NO_LINK;
    if (forced !== undefined) return { ...forced, isUp: true };
    if ((status & BMSR.ANEGCOMPLETE) === 0) return NO_LINK;
    if (this.link.isUp) return this.link;
    const partner = yield* this.read(MII.LPA);
    if (partner < 0) return undefined;
    this.partner = partner;
    return agreed(partner & this.advertised);
  }
}

/** BMCR for a link that is not negotiated. */
function modeBits({ speedMbps, isFullDuplex }: PhyMode): number {
  return (speedMbps === 100 ? BMCR.SPEED100 : 0) | (isFullDuplex ? BMCR.FULLDPLX : 0);
}

/** The best that both can do. Linux: phy_resolve_aneg_linkmode. */
function agreed(common: number): LinkState {
  const can = (bit: number): boolean => (common & bit) !== 0;
  const isFast = can(ADVERTISE['100FULL']) || can(ADVERTISE['100HALF']);
  return {
    isUp: true,
    speedMbps: isFast ? 100 : 10,
    isFullDuplex: can(isFast ? ADVERTISE['100FULL'] : ADVERTISE['10FULL']),
  };
}
