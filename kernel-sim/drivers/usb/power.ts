// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices sleep when nobody needs them, and are woken when somebody does.
 *
 * A device is awake for as long as it has users, a child that is awake, or a user of the machine
 * who wants it so (`power/control`). When it has been idle for long enough, a thread asks the
 * drivers of its interfaces and suspends its port. Who wants to use it then wakes it first, and
 * the hubs before it; the device may do so too, if its drivers have asked for that.
 *
 * Linux: usb_runtime_suspend, usb_autopm_get_interface (drivers/usb/core/driver.c),
 * usb_port_suspend (hub.c), drivers/base/power/runtime.c. Differs: the root hub never sleeps.
 */
import type { KernelThread, KernelThreads } from '../../kernel/kthread/kthread.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import { finished } from '../../lib/coroutine.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  USB_CONFIG_ATT,
  USB_DIR_IN,
  USB_FEATURE,
  USB_PORT_FEAT,
  USB_RECIP,
  USB_REQ,
} from '../../uapi/usb.ts';
import type { PowerControl } from './device-power.ts';
import type { Hcd } from './hcd.ts';
import type { Hub } from './hub-port.ts';
import type { Messages } from './messages.ts';
import type { UsbInterface, UsbNode } from './usb-node.ts';

const NS_PER_MS = 1_000_000;
/** Until the bus of a suspended device is quiet. */
const SUSPEND_MS = 10;
/** Who was busy is asked again after that, at the earliest. */
const RETRY_MS = 1000;
const STATUS_BYTES = 2;
/** Where the event lands that wakes the thread. */
const CPU = 0;

export interface UsbPowerParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  readonly printk: Printk;
  readonly hcd: Hcd;
  readonly messages: Messages;
  /** Undefined when its driver is not there. */
  readonly hubOf: (node: UsbNode) => Hub | undefined;
  /** Gives a device that has lost everything what it had. 0 or a negative errno. */
  readonly restore: (hub: Hub, node: UsbNode) => Sleeping<number>;
  /** Nothing can be done with it any more: it is to be taken for unplugged. */
  readonly giveUp: (hub: Hub, node: UsbNode) => void;
}

export class UsbPower {
  readonly #parts: UsbPowerParts;
  /** Those that sleep once they have been idle for long enough. */
  readonly #idle = new Set<UsbNode>();
  /** Some device has gone to sleep or woken up. */
  readonly #moved: WaitQueue;
  #thread: KernelThread | undefined;
  #nextWakeNs = Infinity;

  constructor(parts: UsbPowerParts) {
    this.#parts = parts;
    this.#moved = new WaitQueue(parts.scheduler, 'usb_autopm');
  }

  // ---- Users ------------------------------------------------------------------------------------

  /**
   * One more user: wakes it. 0, or a negative errno: then there is none more. Who suspends or
   * resumes the device may use it meanwhile. Context: process. Linux: usb_autopm_get_interface.
   */
  *get(node: UsbNode): Sleeping<number> {
    this.getAwake(node);
    const errno = yield* this.#wake(node);
    if (errno < 0) node.power.users--;
    return errno;
  }

  /** One more user of a device that is awake. Context: any. Linux: ..._get_interface_no_resume. */
  getAwake({ power }: UsbNode): void {
    power.users++;
  }

  /** One user less. Context: any. Linux: usb_autopm_put_interface_async. */
  put(node: UsbNode): void {
    const { power } = node;
    power.users--;
    power.lastBusyNs = this.#parts.sim.now();
    this.look(node);
  }

  /** Does something with a device that is awake meanwhile. A negative errno if it is not. */
  *during<T>(node: UsbNode, what: () => Sleeping<T>): Sleeping<T | number> {
    const errno = yield* this.get(node);
    if (errno < 0) return errno;
    const answer = yield* what();
    this.put(node);
    return answer;
  }

  /** What `node.power` says has changed: perhaps it may sleep now. Context: any. */
  look(node: UsbNode): void {
    if (!isIdle(node)) {
      this.#idle.delete(node);
      return;
    }
    this.#idle.add(node);
    this.#thread ??= this.#parts.threads.run('usb_autosuspend', (self) => this.#serve(self));
    this.#thread.wake();
  }

  /** A driver comes or goes: it finds the device awake, if it is still there. Context: process. */
  *hold(node: UsbNode): Sleeping<void> {
    this.getAwake(node);
    yield* this.#wake(node);
  }

  /** `power/control`. Context: process. */
  *control(node: UsbNode, control: PowerControl): Sleeping<void> {
    const { power } = node;
    power.control = control;
    if (control === 'on') yield* this.#wake(node);
    else this.look(node);
  }

  /** `power/autosuspend_delay_ms`. Context: process. */
  *setDelay(node: UsbNode, ms: number): Sleeping<void> {
    node.power.delayMs = ms;
    if (ms < 0) yield* this.#wake(node);
    else this.look(node);
  }

  /** The port says that the device has asked to be woken. Context: process. */
  *wokenByDevice(node: UsbNode): Sleeping<void> {
    if (node.power.state !== 'suspended') return;
    if ((yield* this.get(node)) >= 0) this.put(node);
  }

  // ---- Going to sleep ---------------------------------------------------------------------------

  *#serve(self: KernelThread): Sleeping<void> {
    const { sim } = this.#parts;
    for (;;) {
      const [node] = [...this.#idle].toSorted((a, b) => dueNs(a) - dueNs(b));
      if (node === undefined) {
        yield* self.queue.sleepInterruptible();
      } else if (dueNs(node) > sim.now()) {
        this.#wakeAt(dueNs(node));
        yield* self.queue.sleepInterruptible();
      } else {
        this.#idle.delete(node);
        if (isIdle(node)) yield* this.#suspend(node);
      }
    }
  }

  #wakeAt(ns: number): void {
    if (this.#nextWakeNs <= ns) return;
    this.#nextWakeNs = ns;
    const wake = (): void => {
      this.#nextWakeNs = Infinity;
      this.#thread?.wake();
    };
    this.#parts.sim.events.schedule(ns, wake, CPU);
  }

  /** Linux: usb_suspend_both. */
  *#suspend(node: UsbNode): Sleeping<void> {
    const { sim, hcd } = this.#parts;
    const { power } = node;
    this.#move(node, 'suspending');
    const asleep: UsbInterface[] = [];
    let errno = wakesHost(node) && !canWakeHost(node) ? -ERRNO.EOPNOTSUPP : 0;
    for (const usbInterface of node.interfaces) {
      if (errno < 0) break;
      errno = yield* finished(usbInterface.driver?.power?.suspend(usbInterface) ?? 0);
      if (errno >= 0) asleep.push(usbInterface);
    }
    if (errno >= 0 && power.users > 0) errno = -ERRNO.EBUSY;
    if (errno >= 0) errno = yield* this.#suspendPort(node);
    if (errno >= 0) {
      this.#move(node, 'suspended');
      yield* hcd.flush(node);
      if (node.parent !== undefined) this.look(node.parent);
      return;
    }
    for (const usbInterface of asleep.toReversed()) {
      yield* finished(usbInterface.driver?.power?.resume(usbInterface) ?? 0);
    }
    power.notBeforeNs = sim.now() + RETRY_MS * NS_PER_MS;
    this.#move(node, 'active');
    if (errno === -ERRNO.EBUSY || errno === -ERRNO.EAGAIN) this.look(node);
  }

  /** Linux: usb_port_suspend. */
  *#suspendPort(node: UsbNode): Sleeping<number> {
    const hub = this.#hubOf(node);
    if (hub === undefined) return -ERRNO.ENODEV;
    const wakes = wakesHost(node);
    if (wakes) {
      const errno = yield* this.#allowWakeup(node, true);
      if (errno < 0) return errno;
    }
    const errno = yield* hub.setFeature(node.port, USB_PORT_FEAT.SUSPEND);
    if (errno < 0) {
      if (wakes) yield* this.#allowWakeup(node, false);
      return errno;
    }
    yield* hub.sleep(SUSPEND_MS);
    return 0;
  }

  // ---- Waking up --------------------------------------------------------------------------------

  *#wake(node: UsbNode): Sleeping<number> {
    const { power } = node;
    const { current } = this.#parts.scheduler;
    while (power.state !== 'active') {
      if (power.mover === current) return 0;
      if (!node.isAttached) return -ERRNO.ENODEV;
      if (power.state === 'suspended') return yield* this.#resume(node);
      yield* this.#moved.sleep();
    }
    return 0;
  }

  /** Linux: usb_resume_both. */
  *#resume(node: UsbNode): Sleeping<number> {
    const { parent, power } = node;
    this.#move(node, 'resuming');
    const isParentAwake = parent === undefined || (yield* this.get(parent)) >= 0;
    const errno = isParentAwake ? yield* this.#resumeAll(node) : -ERRNO.ENODEV;
    if (isParentAwake && parent !== undefined) this.put(parent);
    power.lastBusyNs = this.#parts.sim.now();
    this.#move(node, 'active');
    this.look(node);
    return errno;
  }

  *#resumeAll(node: UsbNode): Sleeping<number> {
    const { printk } = this.#parts;
    const hub = this.#hubOf(node);
    if (hub === undefined) return -ERRNO.ENODEV;
    let errno = yield* hub.resume(node.port);
    if (errno < 0) return errno;
    let isReset = false;
    if ((yield* this.#ask(node)) < 0) {
      errno = yield* this.#parts.restore(hub, node);
      isReset = true;
    } else if (wakesHost(node)) yield* this.#allowWakeup(node, false);
    if (errno < 0) {
      printk.err(`usb ${node.name}: can't resume, status ${errno}`);
      this.#parts.giveUp(hub, node);
      return errno;
    }
    for (const usbInterface of node.interfaces) {
      const ops = usbInterface.driver?.power;
      if (ops === undefined) continue;
      const problem = yield* finished(
        isReset ? ops.resetResume(usbInterface) : ops.resume(usbInterface),
      );
      if (problem < 0 && problem !== -ERRNO.ENODEV) {
        const { name } = usbInterface.driver!;
        printk.err(`${name} ${usbInterface.name}: resume error ${problem}`);
      }
    }
    return 0;
  }

  /** Whether it is still there, and knows who it is. Linux: finish_port_resume. */
  *#ask(node: UsbNode): Sleeping<number> {
    const request = { type: USB_DIR_IN, request: USB_REQ.GET_STATUS, value: 0, index: 0 };
    const answer = yield* this.#parts.messages.read(node, request, STATUS_BYTES);
    if (typeof answer === 'number') return answer;
    return answer.length === STATUS_BYTES ? 0 : -ERRNO.ENODEV;
  }

  *#allowWakeup(node: UsbNode, may: boolean): Sleeping<number> {
    const request = may ? USB_REQ.SET_FEATURE : USB_REQ.CLEAR_FEATURE;
    const { messages } = this.#parts;
    return yield* messages.tell(node, USB_RECIP.DEVICE, request, USB_FEATURE.REMOTE_WAKEUP);
  }

  #hubOf({ parent }: UsbNode): Hub | undefined {
    return parent === undefined ? undefined : this.#parts.hubOf(parent);
  }

  #move(node: UsbNode, state: UsbNode['power']['state']): void {
    const { sim, scheduler } = this.#parts;
    const isMoving = state === 'suspending' || state === 'resuming';
    node.power.enter(state, sim.now());
    node.power.mover = isMoving ? scheduler.current : undefined;
    if (!isMoving) this.#moved.wakeAll();
  }
}

/** When it will have been idle for long enough. */
function dueNs({ power }: UsbNode): number {
  return Math.max(power.lastBusyNs + power.delayMs * NS_PER_MS, power.notBeforeNs);
}

/** Linux: autosuspend_check. */
function isIdle({ power, parent, children, interfaces, isAttached }: UsbNode): boolean {
  if (parent === undefined || !isAttached || power.state !== 'active') return false;
  if (power.control === 'on' || power.users > 0 || power.delayMs < 0) return false;
  if (children.some((child) => child !== undefined && child.power.state !== 'suspended')) {
    return false;
  }
  return interfaces.every(({ driver }) => driver === undefined || driver.power !== undefined);
}

function wakesHost({ interfaces }: UsbNode): boolean {
  return interfaces.some(({ needsRemoteWakeup }) => needsRemoteWakeup);
}

function canWakeHost({ active }: UsbNode): boolean {
  return ((active?.attributes ?? 0) & USB_CONFIG_ATT.WAKEUP) !== 0;
}
