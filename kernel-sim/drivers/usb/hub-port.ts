// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One hub with its ports, by the requests that it takes.
 *
 * Linux: drivers/usb/core/hub.c, from get_hub_descriptor to hub_port_reset.
 */
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  USB_DIR_IN,
  USB_DT,
  USB_PORT_FEAT,
  USB_PORT_STAT,
  USB_PORT_STAT_C,
  USB_RECIP,
  USB_REQ,
  USB_TYPE,
} from '../../uapi/usb.ts';
import type { Messages } from './messages.ts';
import type { Urb } from './urb.ts';
import type { UsbInterface, UsbNode } from './usb-node.ts';

const NS_PER_MS = 1_000_000;
const OF_HUB = USB_TYPE.CLASS | USB_RECIP.DEVICE;
const OF_PORT = USB_TYPE.CLASS | USB_RECIP.OTHER;
const HUB_DESCRIPTOR_BYTES = 15;
const HUB_FIXED_BYTES = 7;
const PORTS_MAX = 31;
/** How long a port must say the same until it is believed. Linux: HUB_DEBOUNCE_*. */
const DEBOUNCE_MS = { STEP: 25, STABLE: 100, MAX: 2000 } as const;
/** Linux: HUB_SHORT_RESET_TIME, HUB_ROOT_RESET_TIME, HUB_RESET_TIMEOUT, TRSTRCY. */
const RESET_MS = { STEP: 10, ROOT: 60, MAX: 800, RECOVERY: 50 } as const;
const RESET_TRIES = 5;
/** Linux: USB_RESUME_TIMEOUT, TRSMRCY. */
const RESUME_MS = { SIGNAL: 40, RECOVERY: 10 } as const;

/** What a port says of itself. */
export interface PortState {
  /** USB_PORT_STAT. */
  readonly status: number;
  /** USB_PORT_STAT_C. */
  readonly changes: number;
}

export interface HubPortParts {
  readonly scheduler: Scheduler;
  readonly messages: Messages;
  readonly printk: Printk;
}

/** Linux: struct usb_hub. */
export class Hub {
  readonly node: UsbNode;
  readonly usbInterface: UsbInterface;
  /** Ports with something new, which nobody has looked at. Linux: event_bits. */
  readonly changed = new Set<number>();
  /** How many ports it has. */
  ports = 0;
  /** From power on until a port can be used. */
  powerGoodMs = 0;
  /** Asks for changes, over and over. */
  urb: Urb | undefined = undefined;
  /** Where the answer lies. */
  buffer = 0;
  /** How often in a row that went wrong. */
  errors = 0;
  isGone = false;
  /** Nobody has looked at them since the hub came to life: what hangs there is no news to it. */
  readonly fresh = new Set<number>();
  /** It is kept awake until somebody has looked at `changed`. */
  isHeld = false;
  /** Ports whose device is to be taken for unplugged. Linux: removed_bits. */
  readonly givenUp = new Set<number>();
  readonly #parts: HubPortParts;

  constructor(parts: HubPortParts, usbInterface: UsbInterface) {
    this.#parts = parts;
    this.usbInterface = usbInterface;
    this.node = usbInterface.device;
  }

  /** As messages about a port begin. */
  portName(port: number): string {
    return `usb ${this.node.name}-port${port}`;
  }

  /** Reads how many ports it has. 0, or why it is of no use. Linux: hub_configure. */
  *configure(): Sleeping<number> {
    const { messages, printk } = this.#parts;
    printk.info(`hub ${this.usbInterface.name}: USB hub found`);
    const request = {
      type: USB_DIR_IN | OF_HUB,
      request: USB_REQ.GET_DESCRIPTOR,
      value: USB_DT.HUB << 8,
      index: 0,
    };
    const answer = yield* messages.read(this.node, request, HUB_DESCRIPTOR_BYTES);
    if (typeof answer === 'number') return this.#fail("can't read hub descriptor", answer);
    const ports = answer[2] ?? 0;
    // Behind what is the same in all of them there is a bit for each port.
    if (answer.length < HUB_FIXED_BYTES + (ports >>> 3) + 1) {
      return this.#fail("can't read hub descriptor", -ERRNO.EMSGSIZE);
    }
    if (ports > PORTS_MAX) return this.#fail('hub has too many ports!', -ERRNO.ENODEV);
    if (ports === 0) return this.#fail("hub doesn't have any ports!", -ERRNO.ENODEV);
    this.powerGoodMs = answer[5]! * 2;
    this.#setPorts(ports);
    return 0;
  }

  /** A hub that is part of the controller is asked nothing. */
  hasPorts(ports: number): void {
    this.#parts.printk.info(`hub ${this.usbInterface.name}: USB hub found`);
    this.#setPorts(ports);
  }

  #setPorts(count: number): void {
    const { printk } = this.#parts;
    this.ports = count;
    this.node.children = Array.from({ length: count });
    const { name } = this.usbInterface;
    printk.info(`hub ${name}: ${count} port${count === 1 ? '' : 's'} detected`);
  }

  #fail(why: string, errno: number): number {
    const { name } = this.usbInterface;
    this.#parts.printk.err(`hub ${name}: config failed, ${why} (err ${errno})`);
    return errno;
  }

  // ---- Requests of a port -----------------------------------------------------------------------

  *setFeature(port: number, feature: number): Sleeping<number> {
    const { messages } = this.#parts;
    return yield* messages.tell(this.node, OF_PORT, USB_REQ.SET_FEATURE, feature, port);
  }

  *clearFeature(port: number, feature: number): Sleeping<number> {
    const { messages } = this.#parts;
    return yield* messages.tell(this.node, OF_PORT, USB_REQ.CLEAR_FEATURE, feature, port);
  }

  /** Linux: hub_ext_port_status. */
  *state(port: number): Sleeping<PortState | number> {
    const { messages, printk } = this.#parts;
    const request = {
      type: USB_DIR_IN | OF_PORT,
      request: USB_REQ.GET_STATUS,
      value: 0,
      index: port,
    };
    const answer = yield* messages.read(this.node, request, 4);
    if (typeof answer !== 'number' && answer.length === 4) {
      return {
        status: answer[0]! | (answer[1]! << 8),
        changes: answer[2]! | (answer[3]! << 8),
      };
    }
    const errno = typeof answer === 'number' ? answer : -ERRNO.EIO;
    if (errno !== -ERRNO.ENODEV) {
      const { name } = this.usbInterface;
      printk.err(`hub ${name}: hub_ext_port_status failed (err = ${errno})`);
    }
    return errno;
  }

  /** The status once it no longer changes, or -ETIMEDOUT. Linux: hub_port_debounce. */
  *debounce(port: number): Sleeping<number> {
    let stableMs = 0;
    let connection = -1;
    for (let passedMs = 0; passedMs < DEBOUNCE_MS.MAX; passedMs += DEBOUNCE_MS.STEP) {
      const state = yield* this.state(port);
      if (typeof state === 'number') return state;
      const isChanged = (state.changes & USB_PORT_STAT_C.CONNECTION) !== 0;
      const now = state.status & USB_PORT_STAT.CONNECTION;
      if (isChanged) yield* this.clearFeature(port, USB_PORT_FEAT.C_CONNECTION);
      if (!isChanged && now === connection) {
        stableMs += DEBOUNCE_MS.STEP;
        if (stableMs >= DEBOUNCE_MS.STABLE) return state.status;
      } else {
        stableMs = 0;
        connection = now;
      }
      yield* this.sleep(DEBOUNCE_MS.STEP);
    }
    return -ERRNO.ETIMEDOUT;
  }

  /** The status after a reset, or why there is none. Linux: hub_port_reset. */
  *reset(port: number): Sleeping<number> {
    let errno = -ERRNO.EBUSY;
    for (let attempt = 0; attempt < RESET_TRIES; attempt++) {
      errno = yield* this.setFeature(port, USB_PORT_FEAT.RESET);
      if (errno === -ERRNO.ENODEV) return errno;
      const status = errno < 0 ? errno : yield* this.#waitForReset(port);
      yield* this.clearFeature(port, USB_PORT_FEAT.C_RESET);
      if (status >= 0) {
        yield* this.sleep(RESET_MS.RECOVERY);
        return status;
      }
      if (status === -ERRNO.ENOTCONN || status === -ERRNO.ENODEV) return status;
      errno = status;
    }
    this.#parts.printk.err(`${this.portName(port)}: Cannot enable. Maybe the USB cable is bad?`);
    return errno;
  }

  *#waitForReset(port: number): Sleeping<number> {
    let stepMs: number = this.node.parent === undefined ? RESET_MS.ROOT : RESET_MS.STEP;
    for (let passedMs = 0; passedMs < RESET_MS.MAX; passedMs += stepMs) {
      yield* this.sleep(stepMs);
      const state = yield* this.state(port);
      if (typeof state === 'number') return state;
      const { status, changes } = state;
      if ((status & USB_PORT_STAT.CONNECTION) === 0) return -ERRNO.ENOTCONN;
      if ((changes & USB_PORT_STAT_C.CONNECTION) !== 0) return -ERRNO.ENOTCONN;
      const isOver = (status & USB_PORT_STAT.RESET) === 0;
      if (isOver && (status & USB_PORT_STAT.ENABLE) !== 0) return status;
      stepMs = passedMs >= 2 * RESET_MS.STEP ? 200 : stepMs;
    }
    return -ERRNO.EBUSY;
  }

  /** Wakes what hangs there. 0 or a negative errno. Linux: usb_port_resume. */
  *resume(port: number): Sleeping<number> {
    let state = yield* this.state(port);
    if (typeof state === 'number') return state;
    // It may have woken up by itself.
    if ((state.status & USB_PORT_STAT.SUSPEND) !== 0) {
      const errno = yield* this.clearFeature(port, USB_PORT_FEAT.SUSPEND);
      if (errno < 0) return errno;
      yield* this.sleep(RESUME_MS.SIGNAL);
      state = yield* this.state(port);
      if (typeof state === 'number') return state;
    }
    yield* this.sleep(RESUME_MS.RECOVERY);
    if ((state.changes & USB_PORT_STAT_C.SUSPEND) !== 0) {
      yield* this.clearFeature(port, USB_PORT_FEAT.C_SUSPEND);
    }
    return (state.status & USB_PORT_STAT.CONNECTION) === 0 ? -ERRNO.ENODEV : 0;
  }

  *sleep(ms: number): Sleeping<void> {
    yield* this.#parts.scheduler.sleepFor(ms * NS_PER_MS, false);
  }
}
