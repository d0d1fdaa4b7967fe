// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The driver of hubs: it is told when something happens at a port, and has devices come and go.
 *
 * Linux: drivers/usb/core/hub.c.
 */
import type { KernelThread, KernelThreads } from '../../kernel/kthread/kthread.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { KernelMutex } from '../../kernel/sched/kernel-mutex.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { OwnedPointers } from '../../mm/owned-pointers.ts';
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  USB_CLASS,
  USB_ENDPOINT,
  USB_PORT_FEAT,
  USB_PORT_STAT,
  USB_PORT_STAT_C,
  USB_XFER,
} from '../../uapi/usb.ts';
import { speedOf } from './enumerate.ts';
import type { Hcd } from './hcd.ts';
import { Hub, type HubPortParts } from './hub-port.ts';
import type { Urb } from './urb.ts';
import type { UsbPower } from './power.ts';
import type { UsbDriver, UsbPowerOps } from './usb-driver.ts';
import { type UsbAltSetting, type UsbInterface, UsbNode } from './usb-node.ts';

/** Linux: MAX_TOPO_LEVEL. */
const LEVEL_MAX = 6;
/** Linux: PORT_INIT_TRIES. */
const PORT_TRIES = 4;
const ERRORS_MAX = 10;
/** Of hubs that are not in the controller. Linux: hub_power_on_good_delay. */
const POWER_GOOD_MS_MIN = 100;

export interface HubDriverParts extends HubPortParts {
  readonly threads: KernelThreads;
  readonly slabs: SlabAllocator;
  readonly owned: OwnedPointers;
  readonly ram: Ram;
  readonly hcd: Hcd;
  readonly printk: Printk;
  /** Held while devices come and go. */
  readonly lock: KernelMutex;
  /** Gives a new device a number: 0 when all are taken. */
  readonly takeNumber: (node: UsbNode) => void;
  readonly giveNumberBack: (node: UsbNode) => void;
  /** Resets and addresses it. 0 or a negative errno. */
  readonly address: (hub: Hub, node: UsbNode) => Sleeping<number>;
  /** It has its number, and can say what it is. 0 or a negative errno. */
  readonly arrived: (node: UsbNode) => Sleeping<number>;
  readonly left: (node: UsbNode) => Sleeping<void>;
  readonly power: () => UsbPower;
}

export class HubDriver implements UsbDriver {
  readonly name = 'hub';
  readonly ids = [{ interfaceClass: USB_CLASS.HUB }];
  readonly power: UsbPowerOps = {
    suspend: (usbInterface) => this.#suspend(usbInterface),
    resume: (usbInterface) => this.#resume(usbInterface),
    resetResume: (usbInterface) => this.#resetResume(usbInterface),
  };
  readonly #parts: HubDriverParts;
  readonly #hubs = new Map<UsbInterface, Hub>();
  #root: Hub | undefined;
  /** Those with something new, in the order in which they said so. */
  readonly #waiting = new Set<Hub>();
  #thread: KernelThread | undefined;

  constructor(parts: HubDriverParts) {
    this.#parts = parts;
  }

  // ---- Hubs -------------------------------------------------------------------------------------

  *probe(usbInterface: UsbInterface): Sleeping<number> {
    const { printk } = this.#parts;
    const { device } = usbInterface;
    if (device.level >= LEVEL_MAX) {
      printk.err(`hub ${usbInterface.name}: Unsupported bus topology: hub nested too deep`);
      return -ERRNO.E2BIG;
    }
    if (device.info.configurations > 1 || device.interfaces.length > 1) {
      printk.err(`hub ${usbInterface.name}: Invalid hub with more than one config or interface`);
      return -ERRNO.EINVAL;
    }
    if (!isSane(usbInterface.current)) {
      printk.err(`hub ${usbInterface.name}: bad descriptor, ignoring hub`);
      return -ERRNO.EIO;
    }
    const hub = new Hub(this.#parts, usbInterface);
    const errno = yield* hub.configure();
    // It has said why.
    if (errno < 0) return -ERRNO.ENODEV;
    if (this.#prepare(hub) < 0) return -ERRNO.ENODEV;
    usbInterface.needsRemoteWakeup = true;
    device.power.control = 'auto';
    device.power.delayMs = 0;
    yield* this.#activate(hub);
    return 0;
  }

  *#activate(hub: Hub): Sleeping<void> {
    for (let port = 1; port <= hub.ports; port++) {
      yield* hub.setFeature(port, USB_PORT_FEAT.POWER);
    }
    yield* hub.sleep(Math.max(POWER_GOOD_MS_MIN, hub.powerGoodMs));
    this.#lookEverywhere(hub);
  }

  /** What hangs there may have said so before anybody asked. */
  #lookEverywhere(hub: Hub): void {
    for (let port = 1; port <= hub.ports; port++) {
      hub.changed.add(port);
      hub.fresh.add(port);
    }
    this.#kick(hub);
  }

  *disconnect(usbInterface: UsbInterface): Sleeping<void> {
    const { hcd, slabs, owned } = this.#parts;
    const hub = this.#hubs.get(usbInterface);
    if (hub === undefined) return;
    hub.isGone = true;
    for (const child of hub.node.children) if (child !== undefined) yield* this.#parts.left(child);
    hub.node.children = [];
    this.#hubs.delete(usbInterface);
    this.#waiting.delete(hub);
    if (hub.urb !== undefined) {
      yield* hcd.kill(hub.urb);
      hcd.free(hub.urb);
    }
    owned.delete(hub.buffer);
    slabs.kfree(hub.buffer);
  }

  /** The hub that a device is. */
  hubOf(node: UsbNode): Hub | undefined {
    if (this.#root?.node === node) return this.#root;
    for (const hub of this.#hubs.values()) if (hub.node === node) return hub;
    return undefined;
  }

  /** It is taken for unplugged and plugged in again. Linux: hub_port_logical_disconnect. */
  giveUp(hub: Hub, { port }: UsbNode): void {
    hub.givenUp.add(port);
    hub.changed.add(port);
    this.#kick(hub);
  }

  /** Linux: hub_suspend. */
  *#suspend(usbInterface: UsbInterface): Sleeping<number> {
    const hub = this.#hubs.get(usbInterface);
    if (hub?.urb === undefined) return -ERRNO.ENODEV;
    if (hub.isHeld) return -ERRNO.EBUSY;
    yield* this.#parts.hcd.kill(hub.urb);
    return hub.isHeld ? -ERRNO.EBUSY : 0;
  }

  #resume(usbInterface: UsbInterface): number {
    const hub = this.#hubs.get(usbInterface);
    if (hub !== undefined) this.#lookEverywhere(hub);
    return 0;
  }

  /** Its ports have lost their power, and with it what hung there. */
  *#resetResume(usbInterface: UsbInterface): Sleeping<number> {
    const hub = this.#hubs.get(usbInterface);
    if (hub === undefined) return 0;
    for (const child of hub.node.children) if (child !== undefined) hub.givenUp.add(child.port);
    yield* this.#activate(hub);
    return 0;
  }

  /** The controller's own hub, which is asked nothing: its changes interrupt. Context: boot. */
  addRootHub(usbInterface: UsbInterface, ports: number): void {
    const hub = new Hub(this.#parts, usbInterface);
    usbInterface.driver = this;
    this.#root = hub;
    hub.hasPorts(ports);
    this.#parts.hcd.onChangedPorts = (changed) => {
      for (let port = 1; port <= ports; port++) {
        if ((changed & (1 << port)) !== 0) hub.changed.add(port);
      }
      this.#kick(hub);
    };
  }

  /** Memory for asking what is new. */
  #prepare(hub: Hub): number {
    const { hcd, slabs, owned } = this.#parts;
    const endpoint = hub.usbInterface.current.endpoints[0]!;
    const bytes = Math.max(1, endpoint.packetBytes);
    hub.buffer = slabs.kmalloc(bytes);
    hub.urb = hub.buffer === 0 ? undefined : hcd.alloc();
    if (hub.urb === undefined) {
      slabs.kfree(hub.buffer);
      return -ERRNO.ENOMEM;
    }
    owned.add(hub.buffer);
    const { urb } = hub;
    urb.device = hub.node;
    urb.endpoint = endpoint.address;
    urb.buffer = hub.buffer;
    urb.bufferBytes = bytes;
    urb.complete = (done) => this.#answered(hub, done);
    this.#hubs.set(hub.usbInterface, hub);
    return 0;
  }

  // ---- What is new ------------------------------------------------------------------------------

  #ask(hub: Hub): void {
    if (!hub.isGone && hub.urb !== undefined) this.#parts.hcd.submit(hub.urb);
  }

  /** Linux: hub_irq. Context: softirq. */
  #answered(hub: Hub, { status, actualBytes, buffer }: Urb): void {
    if (status === -ERRNO.ENOENT || status === -ERRNO.ECONNRESET || status === -ERRNO.ESHUTDOWN) {
      return;
    }
    if (status < 0) {
      hub.errors++;
      if (hub.errors < ERRORS_MAX) this.#ask(hub);
      return;
    }
    hub.errors = 0;
    const bitmap = this.#parts.ram.loadBytes(buffer, actualBytes);
    for (let port = 1; port <= hub.ports; port++) {
      if (((bitmap[port >>> 3] ?? 0) & (1 << (port & 7))) !== 0) hub.changed.add(port);
    }
    this.#kick(hub);
  }

  /** Linux: kick_hub_wq. */
  #kick(hub: Hub): void {
    if (!hub.isHeld) this.#parts.power().getAwake(hub.node);
    hub.isHeld = true;
    this.#waiting.add(hub);
    this.#thread ??= this.#parts.threads.run('usb_hub_wq', (self) => this.#serve(self));
    this.#thread.wake();
  }

  *#serve(self: KernelThread): Sleeping<void> {
    for (;;) {
      const [hub] = this.#waiting;
      if (hub === undefined) {
        yield* self.queue.sleepInterruptible();
        continue;
      }
      this.#waiting.delete(hub);
      yield* this.#parts.lock.run(this.#look(hub));
    }
  }

  /** Linux: hub_event. */
  *#look(hub: Hub): Sleeping<void> {
    for (const port of hub.changed) {
      hub.changed.delete(port);
      if (!hub.isGone) yield* this.#lookAt(hub, port);
    }
    // Asked only now, since a hub says the same until its port was looked at.
    this.#ask(hub);
    if (this.#waiting.has(hub)) return;
    hub.isHeld = false;
    this.#parts.power().put(hub.node);
  }

  /** Linux: port_event. */
  *#lookAt(hub: Hub, port: number): Sleeping<void> {
    const { printk } = this.#parts;
    const state = yield* hub.state(port);
    if (typeof state === 'number') return;
    const { status, changes } = state;
    const isConnected = (status & USB_PORT_STAT.CONNECTION) !== 0;
    const isUnknown =
      hub.fresh.delete(port) && isConnected && hub.node.children[port - 1] === undefined;
    let isNew = (changes & USB_PORT_STAT_C.CONNECTION) !== 0;
    const isToGo = hub.givenUp.delete(port) || isUnknown;
    if (isNew) yield* hub.clearFeature(port, USB_PORT_FEAT.C_CONNECTION);
    if ((changes & USB_PORT_STAT_C.ENABLE) !== 0) {
      yield* hub.clearFeature(port, USB_PORT_FEAT.C_ENABLE);
      const child = hub.node.children[port - 1];
      if (!isNew && (status & USB_PORT_STAT.ENABLE) === 0 && child !== undefined) {
        printk.err(`${hub.portName(port)}: disabled by hub (EMI?), re-enabling...`);
        isNew = true;
      }
    }
    if ((changes & USB_PORT_STAT_C.SUSPEND) !== 0) {
      yield* hub.clearFeature(port, USB_PORT_FEAT.C_SUSPEND);
      const child = hub.node.children[port - 1];
      if (!isNew && child !== undefined) yield* this.#parts.power().wokenByDevice(child);
    }
    if ((changes & USB_PORT_STAT_C.RESET) !== 0) {
      yield* hub.clearFeature(port, USB_PORT_FEAT.C_RESET);
    }
    if (isNew || isToGo) yield* this.#connectionChanged(hub, port);
  }

  // ---- Devices come and go ----------------------------------------------------------------------

  /** Linux: hub_port_connect. */
  *#connectionChanged(hub: Hub, port: number): Sleeping<void> {
    const { printk, left } = this.#parts;
    const old = hub.node.children[port - 1];
    if (old !== undefined) {
      yield* left(old);
      hub.node.children[port - 1] = undefined;
    }
    const status = yield* hub.debounce(port);
    if (status < 0) {
      if (status !== -ERRNO.ENODEV) printk.err(`${hub.portName(port)}: connect-debounce failed`);
      return;
    }
    if ((status & USB_PORT_STAT.CONNECTION) === 0) return;
    for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
      const errno = yield* this.#connect(hub, port);
      if (errno >= 0) return;
      if (errno === -ERRNO.ENOTCONN || errno === -ERRNO.ENODEV) break;
      if (attempt === PORT_TRIES / 2 - 1) {
        printk.info(`${hub.portName(port)}: attempt power cycle`);
        yield* hub.clearFeature(port, USB_PORT_FEAT.POWER);
        yield* hub.sleep(2 * POWER_GOOD_MS_MIN);
        yield* hub.setFeature(port, USB_PORT_FEAT.POWER);
        yield* hub.sleep(POWER_GOOD_MS_MIN);
        // The device came back with the power: that is not news.
        yield* hub.clearFeature(port, USB_PORT_FEAT.C_CONNECTION);
      }
    }
    // Who was pulled out again is no fault of the port.
    const now = yield* hub.state(port);
    if (typeof now === 'number' || (now.status & USB_PORT_STAT.CONNECTION) === 0) return;
    if (now.changes !== 0) return;
    printk.err(`${hub.portName(port)}: unable to enumerate USB device`);
    yield* hub.clearFeature(port, USB_PORT_FEAT.ENABLE);
  }

  *#connect(hub: Hub, port: number): Sleeping<number> {
    const { takeNumber, giveNumberBack, address, arrived, left } = this.#parts;
    const status = yield* hub.reset(port);
    if (status < 0) return status;
    const node = new UsbNode({ bus: hub.node.bus, parent: hub.node, port }, speedOf(status));
    takeNumber(node);
    if (node.number === 0) return -ERRNO.ENOTCONN;
    const errno = yield* address(hub, node);
    if (errno < 0) {
      node.state = 'not attached';
      giveNumberBack(node);
      return errno;
    }
    hub.node.children[port - 1] = node;
    const problem = yield* arrived(node);
    if (problem >= 0) return 0;
    yield* left(node);
    hub.node.children[port - 1] = undefined;
    return problem;
  }
}

/** One endpoint, which is asked for changes. Linux: hub_descriptor_is_sane. */
function isSane({ subclass, endpoints }: UsbAltSetting): boolean {
  const [endpoint] = endpoints;
  if (subclass > 1 || endpoints.length !== 1 || endpoint === undefined) return false;
  return endpoint.kind === USB_XFER.INT && (endpoint.address & USB_ENDPOINT.DIR_MASK) !== 0;
}
