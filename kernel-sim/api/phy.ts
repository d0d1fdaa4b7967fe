// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * PHYs and the buses on which they are managed.
 *
 * @subpath kernel/net
 */
import { PhyDevice } from '../drivers/net/phy/phy-device.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { innerEntryPath } from '../kernel/module/sites.ts';
import type { MaySleep, Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { DriverMethods } from './driver-methods.ts';
import type { Ref } from './ownership.ts';
import { intOf } from './raw-value.ts';
import { UsbNet } from './usbnet-device.ts';

const READ = innerEntryPath('__mdiobus_read');
const WRITE = innerEntryPath('__mdiobus_write');

/**
 * How a driver reaches the registers of PHYs. One call at a time.
 *
 * Linux: struct mii_bus.
 *
 * @public
 */
export interface MdioBus {
  /**
   * @context process
   * @throws any Errno, which whoever asked the PHY gets
   * @returns 16 bits
   */
  read(this: Ref<this>, phy: number, register: number): number;

  /**
   * @context process
   * @throws any Errno, which whoever asked the PHY gets
   */
  write(this: Ref<this>, phy: number, register: number, value: number): void;
}

/**
 * A PHY: found, reset, and watched. When its link comes or goes, the carrier of its interface does,
 * and `link_change` of the adapter's driver is called. Dropping it detaches it, and drops its bus.
 *
 * Linux: struct phy_device, phy_connect.
 *
 * @public
 */
export class Phy {
  readonly #context: ApiContext;
  readonly #device: PhyDevice;
  readonly #bus: DriverMethods;
  /** Told before nobody can reach it any more. */
  readonly #gone: () => void;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, device: PhyDevice, bus: DriverMethods, gone: () => void) {
    this.#context = context;
    this.#device = device;
    this.#bus = bus;
    this.#gone = gone;
  }

  /**
   * Resets it, and has it interrupt when its link changes, if it can and its driver can listen;
   * else it is asked each second. Context: `bind`. Linux: phy_connect_direct.
   *
   * @symbol phy_connect_direct
   * @param interrupts `interrupt` will be called when it says that it wants something
   * @throws ETIMEDOUT its reset does not end
   * @throws EIO the bus fails, or what else it throws
   */
  *connect(this: Ref<Phy>, interrupts: boolean): Sleeping<void> {
    const errno = yield* this.#device.attach(interrupts);
    if (errno < 0) throw errnoValue(-errno);
  }

  /** As reports name it: `usb-001:004:01`. Linux: phydev_name. */
  get name(): string {
    return this.#device.name;
  }

  /**
   * The interface goes up: the link is looked for. Context: process. Linux: phy_start.
   *
   * @symbol phy_start
   */
  *start(this: Ref<Phy>): Sleeping<void> {
    yield* this.#device.start();
  }

  /**
   * The interface goes down: the link goes, and the PHY sleeps. Context: process. Linux: phy_stop.
   *
   * @symbol phy_stop
   */
  *stop(this: Ref<Phy>): Sleeping<void> {
    yield* this.#device.stop();
  }

  /**
   * It has slept, and may have lost its power: resets it, and has it interrupt as before. Context:
   * process. Linux: phy_init_hw.
   *
   * @symbol phy_init_hw
   * @throws ETIMEDOUT its reset does not end
   * @throws EIO the bus fails, or what else it throws
   */
  *init_hw(this: Ref<Phy>): Sleeping<void> {
    const errno = yield* this.#device.initialize();
    if (errno < 0) throw errnoValue(-errno);
  }

  /**
   * Asks it whether there is a link, now. Context: process. Linux: mii_link_ok.
   *
   * @symbol mii_link_ok
   * @throws EIO the bus fails, or what else it throws
   */
  *link_ok(this: Ref<Phy>): Sleeping<boolean> {
    const answer = yield* this.#device.hasLink();
    if (typeof answer === 'number') throw errnoValue(-answer);
    return answer;
  }

  /** It said that it wants something. Context: any. Linux: phy_mac_interrupt. */
  interrupt(this: Ref<Phy>): void {
    this.#device.interrupt();
  }

  /** @symbol phy_disconnect */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#gone();
    yield* this.#device.detach();
    this.#bus.module.instances.delete(this.#bus.object);
    yield* this.#context.services.runtime.dropSwitching(this.#bus.object);
  }
}

/** @statics Phy */
export class PhyStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Finds the PHY of an adapter, and silences it. Context: `bind`. Linux: mdiobus_register.
   *
   * @symbol __mdiobus_register
   * @param net whose link it is
   * @param bus handed over; dropped with the PHY
   * @param address of the PHY on its bus, 0 to 31
   * @throws ENODEV nobody answers there
   * @throws EIO the bus fails, or what else it throws
   */
  *find(net: UsbNet, bus: MdioBus, address: number): Sleeping<Phy> {
    const { scheduler, printk, runtime, kthreads: threads } = this.#context.services;
    const core = UsbNet.of(net);
    const methods = new DriverMethods(this.#context, bus, this.#context.module);
    methods.module.instances.add(bus);
    const { device } = core.usbInterface;
    const number = (n: number): string => String(n).padStart(3, '0');
    const phy = new PhyDevice(
      {
        name: `usb-${number(device.bus)}:${number(device.number)}`,
        read: (at, register) => methods.call(READ, 'read', [at, register], wordOf),
        write: (at, register, value): MaySleep<number> =>
          methods.call(WRITE, 'write', [at, register, value], (_, errno) => errno),
      },
      intOf(address) & 31,
      {
        sim: core.parts.sim,
        scheduler,
        threads,
        printk,
        owner: () => core.logName,
        onLink: (link) => core.linkChanged(link),
      },
    );
    const errno = yield* phy.probe();
    if (errno >= 0) {
      core.phy = phy;
      return new Phy(this.#context, phy, methods, () => {
        core.phy = undefined;
      });
    }
    methods.module.instances.delete(bus);
    yield* runtime.dropSwitching(bus);
    throw errnoValue(-errno);
  }
}

function wordOf(value: unknown, errno: number): number {
  return errno < 0 ? errno : intOf(value) & 0xffff;
}
