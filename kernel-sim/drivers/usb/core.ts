// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The USB core: one bus with its devices, and the drivers of their interfaces.
 *
 * Linux: drivers/usb/core/usb.c, and what register_root_hub of hcd.c does.
 */
import type { HostController } from '../../hw/usb/host-controller.ts';
import { parseSetup } from '../../hw/usb/transfer.ts';
import { KernelMutex } from '../../kernel/sched/kernel-mutex.ts';
import type { KernelThreads } from '../../kernel/kthread/kthread.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { USB_PORT_FEAT, USB_RECIP, USB_REQ, USB_TYPE } from '../../uapi/usb.ts';
import { parseConfiguration, parseDevice } from './config.ts';
import { UsbDrivers } from './drivers.ts';
import { activate, deactivate, Enumerator } from './enumerate.ts';
import { Hcd, type HcdParts } from './hcd.ts';
import { HubDriver } from './hub.ts';
import { Messages } from './messages.ts';
import { UsbPower } from './power.ts';
import type { UsbDriver } from './usb-driver.ts';
import { type UsbConfiguration, type UsbInterface, UsbNode } from './usb-node.ts';

const BUS = 1;
const ROOT_HUB_NUMBER = 1;
const NUMBER_MAX = 127;

export interface UsbCoreParts extends HcdParts {
  readonly threads: KernelThreads;
  readonly printk: Printk;
  readonly ram: Ram;
}

/** Told of devices. Context: process, bus locked. */
export interface UsbDeviceWatcher {
  /** All that it says of itself was read. */
  added(node: UsbNode): void;
  /** It has a configuration, and interfaces. */
  configured(node: UsbNode): void;
  /** Its interfaces are about to go. */
  unconfigured(node: UsbNode): void;
  removed(node: UsbNode): void;
}

export class UsbCore {
  watcher: UsbDeviceWatcher | undefined = undefined;
  readonly hcd: Hcd;
  readonly messages: Messages;
  readonly drivers: UsbDrivers;
  readonly power: UsbPower;
  readonly root: UsbNode;
  readonly #parts: UsbCoreParts;
  /** Held while devices and drivers come and go. */
  readonly #lock: KernelMutex;
  readonly #enumerator: Enumerator;
  readonly #hubs: HubDriver;
  readonly #numbers = new Set<number>();
  /** Where the search for a number begins. Linux: devnum_next. */
  #nextNumber = ROOT_HUB_NUMBER;

  constructor(parts: UsbCoreParts) {
    this.#parts = parts;
    const { scheduler, printk } = parts;
    this.hcd = new Hcd(parts);
    this.messages = new Messages({ ...parts, hcd: this.hcd });
    this.drivers = new UsbDrivers(this.hcd, printk, () => this.power);
    this.#lock = new KernelMutex(scheduler, 'usb_lock');
    this.#enumerator = new Enumerator(this.messages, printk, this.hcd.dmaDevice.driverName);
    this.#hubs = new HubDriver({
      ...parts,
      hcd: this.hcd,
      messages: this.messages,
      lock: this.#lock,
      takeNumber: (node) => this.#takeNumber(node),
      giveNumberBack: ({ number }) => this.#numbers.delete(number),
      address: (hub, node) => this.#enumerator.address(hub, node),
      arrived: (node) => this.#arrived(node),
      left: (node) => this.#left(node),
      power: () => this.power,
    });
    this.power = new UsbPower({
      ...parts,
      hcd: this.hcd,
      messages: this.messages,
      hubOf: (node) => this.#hubs.hubOf(node),
      restore: (hub, node) => this.#enumerator.restore(hub, node),
      giveUp: (hub, node) => this.#hubs.giveUp(hub, node),
    });
    this.drivers.add(this.#hubs);
    this.root = new UsbNode({ bus: BUS, parent: undefined, port: 0 }, 'high');
    this.#addRootHub(parts.controller);
  }

  /** All devices, each after the hub that it hangs at. */
  get devices(): readonly UsbNode[] {
    return [...walk(this.root)];
  }

  /** Has a driver look at all that is there. 0 or a negative errno. Linux: usb_register. */
  *register(driver: UsbDriver): Sleeping<number> {
    return yield* this.#lock.run(this.drivers.register(driver, walk(this.root)));
  }

  /** It leaves all that it drives. Linux: usb_deregister. */
  *unregister(driver: UsbDriver): Sleeping<void> {
    yield* this.#lock.run(this.drivers.unregister(driver, walk(this.root)));
  }

  /** 0 takes its configuration away. 0 or a negative errno. Linux: usb_set_configuration. */
  *setConfiguration(node: UsbNode, value: number): Sleeping<number> {
    return yield* this.#lock.run(this.#setConfiguration(node, value));
  }

  /** Whether it may be used at all. 0 or a negative errno. Linux: usb_authorize_device. */
  *authorize(node: UsbNode, isAuthorized: boolean): Sleeping<number> {
    return yield* this.#lock.run(this.#authorize(node, isAuthorized));
  }

  /** As if it had just been plugged in, but for its place and number. Linux: usb_reset_device. */
  *reset(node: UsbNode): Sleeping<number> {
    return yield* this.#lock.run(this.#reset(node));
  }

  /** Has one driver look at one interface. 0 or a negative errno. Linux: bind_store. */
  *bind(driver: UsbDriver, usbInterface: UsbInterface): Sleeping<number> {
    return yield* this.#lock.run(this.drivers.bind(driver, usbInterface));
  }

  /** A driver leaves one interface. 0 or a negative errno. Linux: unbind_store. */
  *unbind(driver: UsbDriver, usbInterface: UsbInterface): Sleeping<number> {
    // The controller's own hub is part of it.
    if (usbInterface.device === this.root) return -ERRNO.EOPNOTSUPP;
    return yield* this.#lock.run(this.drivers.unbindFrom(driver, usbInterface));
  }

  // ---- The root hub -----------------------------------------------------------------------------

  /** It answers at once, so nobody needs to wait for it. */
  #addRootHub(controller: HostController): void {
    const { root } = this;
    const { rootHub } = controller;
    const { printk } = this.#parts;
    this.hcd.start();
    controller.start();
    const tell = (type: number, request: number, value: number, index = 0): void =>
      rootHub.submit({
        endpoint: 0,
        setup: parseSetup(Uint8Array.of(type, request, value, 0, index, 0, 0, 0)),
        out: new Uint8Array(0),
        room: 0,
        complete: () => undefined,
      });
    const { device, configurations, strings } = rootHub.descriptors;
    root.info = parseDevice(device);
    const configuration = parseConfiguration(0, configurations[0]!, 'high', () => undefined);
    if (typeof configuration === 'number') return;
    root.configurations = [configuration];
    [root.manufacturer, root.product, root.serial] = [strings[0]!, strings[1]!, strings[2]!];
    this.#takeNumber(root);
    root.address = root.number;
    tell(0, USB_REQ.SET_ADDRESS, root.number);
    tell(0, USB_REQ.SET_CONFIGURATION, configuration.value);
    printk.info(`${this.hcd.dmaDevice.name}: new USB bus registered, assigned bus number ${BUS}`);
    this.#enumerator.announce(root);
    activate(root, configuration);
    this.#hubs.addRootHub(root.interfaces[0]!, rootHub.ports.length);
    const toPort = USB_TYPE.CLASS | USB_RECIP.OTHER;
    for (let port = 1; port <= rootHub.ports.length; port++) {
      tell(toPort, USB_REQ.SET_FEATURE, USB_PORT_FEAT.POWER, port);
    }
  }

  // ---- Devices come and go ----------------------------------------------------------------------

  *#arrived(node: UsbNode): Sleeping<number> {
    node.power.begin(this.#parts.sim.now());
    const errno = yield* this.#enumerator.describe(node);
    if (errno < 0) return errno;
    this.watcher?.added(node);
    // One that takes no configuration stays there, and nobody can drive it.
    const configuration = this.#enumerator.choose(node);
    if (configuration !== undefined) yield* this.#configure(node, configuration);
    this.power.look(node);
    return 0;
  }

  *#configure(node: UsbNode, configuration: UsbConfiguration): Sleeping<number> {
    const errno = yield* this.#enumerator.configure(node, configuration);
    if (errno < 0) return errno;
    this.watcher?.configured(node);
    for (const usbInterface of node.interfaces) yield* this.drivers.attach(usbInterface);
    return 0;
  }

  /** Linux: usb_disable_device. */
  *#unconfigure(node: UsbNode): Sleeping<void> {
    for (const usbInterface of node.interfaces) yield* this.drivers.unbind(usbInterface);
    yield* this.hcd.flush(node);
    this.watcher?.unconfigured(node);
    deactivate(node);
  }

  *#setConfiguration(node: UsbNode, value: number): Sleeping<number> {
    if (node === this.root) return -ERRNO.EOPNOTSUPP;
    const configuration = node.configurations.find((each) => each.value === value);
    if (value !== 0 && configuration === undefined) return -ERRNO.EINVAL;
    if (!node.isAuthorized && value !== 0) return -ERRNO.EHOSTUNREACH;
    if (!node.isAttached) return -ERRNO.ENODEV;
    yield* this.power.hold(node);
    yield* this.#unconfigure(node);
    const errno =
      configuration === undefined
        ? yield* this.messages.tell(node, 0, USB_REQ.SET_CONFIGURATION, 0)
        : yield* this.#configure(node, configuration);
    this.power.put(node);
    return errno;
  }

  *#authorize(node: UsbNode, isAuthorized: boolean): Sleeping<number> {
    if (node === this.root) return -ERRNO.EOPNOTSUPP;
    if (node.isAuthorized === isAuthorized) return 0;
    node.isAuthorized = true;
    const configuration = isAuthorized ? this.#enumerator.choose(node) : undefined;
    const errno = yield* this.#setConfiguration(node, configuration?.value ?? 0);
    node.isAuthorized = isAuthorized;
    if (isAuthorized) this.#parts.printk.info(`usb ${node.name}: authorized to connect`);
    return Math.min(0, errno);
  }

  *#reset(node: UsbNode): Sleeping<number> {
    const hub = node.parent === undefined ? undefined : this.#hubs.hubOf(node.parent);
    if (hub === undefined) return -ERRNO.EISDIR;
    if (!node.isAttached) return -ERRNO.ENODEV;
    yield* this.power.hold(node);
    for (const usbInterface of node.interfaces) yield* this.drivers.unbind(usbInterface);
    const errno = yield* this.#enumerator.restore(hub, node);
    if (errno < 0) this.#hubs.giveUp(hub, node);
    else for (const usbInterface of node.interfaces) yield* this.drivers.attach(usbInterface);
    this.power.put(node);
    return errno < 0 ? -ERRNO.ENODEV : 0;
  }

  /** Linux: usb_disconnect. */
  *#left(node: UsbNode): Sleeping<void> {
    const { printk } = this.#parts;
    for (const gone of walk(node)) gone.state = 'not attached';
    printk.info(`usb ${node.name}: USB disconnect, device number ${node.number}`);
    for (const child of node.children) if (child !== undefined) yield* this.#left(child);
    node.children = [];
    for (const usbInterface of node.interfaces) yield* this.drivers.unbind(usbInterface);
    yield* this.hcd.flush(node);
    this.watcher?.removed(node);
    this.#numbers.delete(node.number);
  }

  /** Numbers go round, so that one that was given back is not given out at once. */
  #takeNumber(node: UsbNode): void {
    for (let tried = 0; tried < NUMBER_MAX; tried++) {
      const number = this.#nextNumber;
      this.#nextNumber = number >= NUMBER_MAX ? ROOT_HUB_NUMBER : number + 1;
      if (this.#numbers.has(number)) continue;
      this.#numbers.add(number);
      node.number = number;
      return;
    }
  }
}

/** A device and all behind it. */
function* walk(node: UsbNode): Generator<UsbNode> {
  yield node;
  for (const child of node.children) if (child !== undefined) yield* walk(child);
}
