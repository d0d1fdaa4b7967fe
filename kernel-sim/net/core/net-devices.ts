// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The interfaces of a machine and their lives: registered, opened, changed, closed, taken away.
 * First storey of `NetCore` (net-core.ts).
 *
 * What may call a driver is a coroutine, and takes `rtnl`; callers hold nothing. Listeners are told
 * in the order in which they came.
 *
 * Linux: net/core/dev.c, net/core/dev_addr_lists.c.
 */
import { LEVEL, type Printk } from '../../kernel/printk/printk.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { finished } from '../../lib/coroutine.ts';
import { formatMac, isUsableMac } from '../../lib/mac-address.ts';
import type { Sleeping, Switching } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IFF, IFNAMSIZ } from '../../uapi/if.ts';
import { NetDevice, type NetDeviceOps } from './net-device.ts';
import { KernelMutex } from '../../kernel/sched/kernel-mutex.ts';

/** Bits of flags that programs may change. */
const CHANGEABLE =
  IFF.DEBUG |
  IFF.NOTRAILERS |
  IFF.NOARP |
  IFF.MULTICAST |
  IFF.PORTSEL |
  IFF.AUTOMEDIA |
  IFF.DYNAMIC;
const DEVICES_MAX = 1024;
const TX_QUEUE_LENGTH_MAX = 0x7fff_ffff;
/** How often somebody looks whether the last reference is gone, and says that it is not. */
const REFERENCE_LOOK_NS = 250_000_000;
const REFERENCE_WARNING_NS = 10_000_000_000;

/** Linux: enum netdev_cmd. */
export type NetDeviceEvent =
  | 'register'
  | 'unregister'
  | 'up'
  | 'going-down'
  | 'down'
  | 'change'
  | 'change-address'
  | 'change-mtu'
  | 'change-name';

export type NetDeviceListener = (event: NetDeviceEvent, dev: NetDevice) => void;

interface NetDevicesParts {
  readonly scheduler: Scheduler;
  readonly printk: Printk;
  readonly now: () => number;
}

export abstract class NetDevices {
  readonly rtnl: KernelMutex;
  readonly #scheduler: Scheduler;
  readonly #printk: Printk;
  readonly #now: () => number;
  readonly #devices: NetDevice[] = [];
  readonly #byIndex = new Map<number, NetDevice>();
  readonly #byName = new Map<string, NetDevice>();
  readonly #listeners: NetDeviceListener[] = [];
  /** Those whose drivers have to be told what is listened to now. */
  readonly #rxModes = new Set<NetDevice>();
  #nextIndex = 1;

  constructor({ scheduler, printk, now }: NetDevicesParts) {
    this.#scheduler = scheduler;
    this.#printk = printk;
    this.#now = now;
    this.rtnl = new KernelMutex(scheduler, 'rtnl_lock');
  }

  /** Throws away what waits to be sent by an interface, or to be delivered from it. */
  protected abstract purge(dev: NetDevice): void;

  /** In the order of their numbers. */
  get devices(): readonly NetDevice[] {
    return this.#devices;
  }

  byName(name: string): NetDevice | undefined {
    return this.#byName.get(name);
  }

  byIndex(ifindex: number): NetDevice | undefined {
    return this.#byIndex.get(ifindex);
  }

  /** Is told what happens to interfaces. Linux: register_netdevice_notifier. */
  onEvent(listener: NetDeviceListener): void {
    this.#listeners.push(listener);
  }

  protected tell(event: NetDeviceEvent, dev: NetDevice): void {
    for (const listener of this.#listeners) listener(event, dev);
  }

  /** Something about an interface has changed that others may want to know. */
  changed(dev: NetDevice): void {
    this.tell('change', dev);
  }

  /** An interface that nobody knows yet. `%d` in its name is filled in when it is registered. */
  allocDevice(name: string, ops: NetDeviceOps): NetDevice {
    return new NetDevice(name, ops);
  }

  /** Makes an interface known. 0, -EINVAL, -EEXIST or -ENFILE. Linux: register_netdev. */
  register(dev: NetDevice): number {
    const name = this.#chooseName(dev.name);
    if (typeof name === 'number') return name;
    if (this.#devices.length >= DEVICES_MAX) return -ERRNO.ENFILE;
    dev.name = name;
    dev.ifindex = this.#nextIndex++;
    dev.isRegistered = true;
    dev.permanentAddress = dev.address.slice();
    this.#devices.push(dev);
    this.#byIndex.set(dev.ifindex, dev);
    this.#byName.set(name, dev);
    this.tell('register', dev);
    return 0;
  }

  /**
   * Takes an interface away, down first. Comes back when nobody refers to it any more. Context:
   * process. Linux: unregister_netdev.
   */
  *unregister(dev: NetDevice): Sleeping<void> {
    if (!dev.isRegistered) return;
    yield* this.rtnl.run(this.#unregister(dev));
    let warnNs = this.#now() + REFERENCE_WARNING_NS;
    while (dev.references > 0) {
      yield* this.#scheduler.sleepFor(REFERENCE_LOOK_NS, false);
      if (this.#now() < warnNs) continue;
      warnNs = this.#now() + REFERENCE_WARNING_NS;
      // Linux counts its own reference, too.
      this.#printk.emerg(
        `unregister_netdevice: waiting for ${dev.name} to become free. ` +
          `Usage count = ${dev.references + 1}`,
      );
    }
  }

  *#unregister(dev: NetDevice): Sleeping<void> {
    yield* this.#close(dev);
    // Somebody else may have been faster.
    if (!dev.isRegistered) return;
    dev.isRegistered = false;
    this.#rxModes.delete(dev);
    this.tell('unregister', dev);
    this.#devices.splice(this.#devices.indexOf(dev), 1);
    this.#byIndex.delete(dev.ifindex);
    this.#byName.delete(dev.name);
    this.purge(dev);
  }

  /** A free name for a pattern, or a name that is free. Linux: dev_alloc_name. */
  #chooseName(pattern: string): string | number {
    const parts = pattern.split('%');
    if (parts.length === 1) {
      if (!isValidName(pattern)) return -ERRNO.EINVAL;
      return this.byName(pattern) === undefined ? pattern : -ERRNO.EEXIST;
    }
    if (parts.length !== 2 || !parts[1]!.startsWith('d')) return -ERRNO.EINVAL;
    for (let number = 0; number < DEVICES_MAX; number++) {
      const name = `${parts[0]!}${number}${parts[1]!.slice(1)}`;
      if (!isValidName(name)) return -ERRNO.EINVAL;
      if (this.byName(name) === undefined) return name;
    }
    return -ERRNO.ENFILE;
  }

  // ---- Up and down -----------------------------------------------------------------------------

  /** `ip link set up`: 0 or a negative errno. Context: process. Linux: dev_open. */
  open(dev: NetDevice): Sleeping<number> {
    return this.rtnl.run(this.#open(dev));
  }

  *#open(dev: NetDevice): Sleeping<number> {
    if (dev.isUp) return 0;
    if (!dev.isRegistered) return -ERRNO.ENODEV;
    const errno = yield* finished(dev.ops.open(dev));
    if (errno !== 0) return errno;
    dev.flags |= IFF.UP;
    dev.lastTransmitNs = this.#now();
    this.#rxModes.add(dev);
    yield* this.setRxModes();
    this.tell('up', dev);
    return 0;
  }

  /** `ip link set down`. Context: process. Linux: dev_close. */
  close(dev: NetDevice): Sleeping<void> {
    return this.rtnl.run(this.#close(dev));
  }

  *#close(dev: NetDevice): Sleeping<void> {
    if (!dev.isUp) return;
    this.tell('going-down', dev);
    dev.flags &= ~IFF.UP;
    this.purge(dev);
    // Who is sending has to be done before the driver tears down what it sends with.
    while (dev.isTransmitting) yield* this.#scheduler.sleepFor(1, false);
    yield* finished(dev.ops.stop(dev));
    dev.isQueueStopped = false;
    this.purge(dev);
    this.tell('down', dev);
  }

  /** Flags as a program wants them. Context: process. Linux: dev_change_flags. */
  setFlags(dev: NetDevice, flags: number): Sleeping<number> {
    return this.rtnl.run(this.#setFlags(dev, flags));
  }

  *#setFlags(dev: NetDevice, flags: number): Sleeping<number> {
    if (!dev.isRegistered) return -ERRNO.ENODEV;
    dev.flags = (dev.flags & ~CHANGEABLE) | (flags & CHANGEABLE);
    this.#rxModes.add(dev);
    const isUp = (flags & IFF.UP) !== 0;
    let errno = 0;
    if (isUp && !dev.isUp) errno = yield* this.#open(dev);
    else if (!isUp && dev.isUp) yield* this.#close(dev);
    const changed = (flags ^ dev.userFlags) & (IFF.PROMISC | IFF.ALLMULTI);
    dev.userFlags ^= changed;
    if ((changed & IFF.PROMISC) !== 0) this.addPromiscuity(dev, flags & IFF.PROMISC ? 1 : -1);
    if ((changed & IFF.ALLMULTI) !== 0) this.addAllMulticast(dev, flags & IFF.ALLMULTI ? 1 : -1);
    yield* this.setRxModes();
    this.tell('change', dev);
    return errno;
  }

  // ---- What is listened to ---------------------------------------------------------------------

  /** One more or less wants all frames of the wire. Context: any. Linux: dev_set_promiscuity. */
  addPromiscuity(dev: NetDevice, count: 1 | -1): void {
    dev.promiscuity = Math.max(0, dev.promiscuity + count);
    this.#setMode(dev, IFF.PROMISC, dev.promiscuity > 0, 'promiscuous');
  }

  /** One more, or one less, wants all groups. Context: any. Linux: dev_set_allmulti. */
  addAllMulticast(dev: NetDevice, count: 1 | -1): void {
    dev.allMulticast = Math.max(0, dev.allMulticast + count);
    this.#setMode(dev, IFF.ALLMULTI, dev.allMulticast > 0, 'allmulticast');
  }

  #setMode(dev: NetDevice, flag: number, isOn: boolean, name: string): void {
    if (isOn === ((dev.flags & flag) !== 0)) return;
    dev.flags = isOn ? dev.flags | flag : dev.flags & ~flag;
    this.#printk.print(LEVEL.INFO, `${dev.name}: ${isOn ? 'entered' : 'left'} ${name} mode`);
    this.#rxModes.add(dev);
    this.tell('change', dev);
  }

  /** One more, or one less, listens to a group. Context: any. Linux: dev_mc_add, dev_mc_del. */
  addMulticast(dev: NetDevice, group: Uint8Array, count: number): void {
    const key = formatMac(group);
    const left = (dev.multicastGroups.get(key) ?? 0) + count;
    if (left > 0) dev.multicastGroups.set(key, left);
    else dev.multicastGroups.delete(key);
    if (dev.isRegistered) this.#rxModes.add(dev);
  }

  /** Some driver has to be told what is listened to: `setRxModes`. */
  protected get hasNewRxModes(): boolean {
    return this.#rxModes.size > 0;
  }

  /** Tells drivers what is listened to now. Context: process or softirq. Linux: dev_set_rx_mode. */
  *setRxModes(): Switching<void> {
    for (const dev of this.#rxModes) {
      this.#rxModes.delete(dev);
      if (dev.isUp && dev.ops.setRxMode !== undefined) {
        yield* this.withoutSoftirqs(finished(dev.ops.setRxMode(dev)));
      }
    }
  }

  /** Linux: local_bh_disable, local_bh_enable. */
  protected *withoutSoftirqs(body: Switching<void>): Switching<void> {
    const { preempt } = this.#scheduler;
    preempt.disableSoftirqs();
    yield* body;
    if (preempt.enableSoftirqs()) this.#scheduler.serveSoftirqs();
  }

  // ---- What else may change --------------------------------------------------------------------

  /** 0, -EINVAL, or what the driver says. Context: process. Linux: dev_set_mtu. */
  setMtu(dev: NetDevice, mtu: number): Sleeping<number> {
    return this.rtnl.run(this.#setMtu(dev, mtu));
  }

  *#setMtu(dev: NetDevice, mtu: number): Sleeping<number> {
    if (mtu === dev.mtu) return 0;
    if (mtu < dev.minMtu || mtu > dev.maxMtu) return -ERRNO.EINVAL;
    const { ops } = dev;
    const errno = ops.changeMtu === undefined ? 0 : yield* finished(ops.changeMtu(dev, mtu));
    if (errno !== 0) return errno;
    dev.mtu = mtu;
    this.tell('change-mtu', dev);
    return 0;
  }

  /** 0, -EADDRNOTAVAIL, -EOPNOTSUPP. Context: process. Linux: dev_set_mac_address. */
  setMac(dev: NetDevice, address: Uint8Array): Sleeping<number> {
    return this.rtnl.run(this.#setMac(dev, address));
  }

  *#setMac(dev: NetDevice, address: Uint8Array): Sleeping<number> {
    if (dev.ops.setMacAddress === undefined) return -ERRNO.EOPNOTSUPP;
    if (!isUsableMac(address)) return -ERRNO.EADDRNOTAVAIL;
    const errno = yield* finished(dev.ops.setMacAddress(dev, address));
    if (errno !== 0) return errno;
    dev.address = address.slice();
    this.tell('change-address', dev);
    return 0;
  }

  /** How many packets may wait: 0 or -ERANGE. Linux: dev_change_tx_queue_len. */
  setTxQueueLength(dev: NetDevice, length: number): number {
    if (length < 0 || length > TX_QUEUE_LENGTH_MAX) return -ERRNO.ERANGE;
    if (length === dev.txQueueLength) return 0;
    dev.txQueueLength = length;
    this.tell('change', dev);
    return 0;
  }

  /** 0, -EBUSY while it is up, -EINVAL or -EEXIST. Linux: dev_change_name. */
  rename(dev: NetDevice, name: string): number {
    if (dev.isUp) return -ERRNO.EBUSY;
    if (name === dev.name) return 0;
    const chosen = this.#chooseName(name);
    if (typeof chosen === 'number') return chosen;
    this.#printk.print(LEVEL.INFO, `${chosen}: renamed from ${dev.name}`);
    this.#byName.delete(dev.name);
    dev.name = chosen;
    this.#byName.set(chosen, dev);
    this.tell('change-name', dev);
    return 0;
  }
}

/** Linux: dev_valid_name. */
function isValidName(name: string): boolean {
  if (name === '' || name.length >= IFNAMSIZ || name === '.' || name === '..') return false;
  return !/[/:\s]/.test(name);
}
