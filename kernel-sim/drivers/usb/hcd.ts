// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drives the host controller: URBs go to it with their memory lent to it, and come back when their
 * transfers have ended.
 *
 * Linux: drivers/usb/core/hcd.c, and what of the host controller's own driver is left.
 */
import type { HostController, HostTransfer } from '../../hw/usb/host-controller.ts';
import type { TransferStatus } from '../../hw/usb/transfer.ts';
import { IRQ_HANDLED, type Interrupts } from '../../kernel/irq/interrupts.ts';
import { SOFTIRQ, type Softirqs } from '../../kernel/irq/softirq.ts';
import { innerPath } from '../../kernel/module/sites.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import { finished } from '../../lib/coroutine.ts';
import { DMA_DIRECTION, type DmaDevice } from '../../mm/dma-debug.ts';
import type { DmaMappings } from '../../mm/dma-mapping.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { OwnedPointers } from '../../mm/owned-pointers.ts';
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import { COST } from '../../uapi/costs.ts';
import type { Sleeping, Switching } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { GFP } from '../../uapi/gfp.ts';
import { URB, USB_SETUP_BYTES, USB_XFER } from '../../uapi/usb.ts';
import { Urb, UrbAnchor, URB_BYTES } from './urb.ts';
import type { UsbEndpointInfo, UsbNode } from './usb-node.ts';

const GIVEBACK_PATH = innerPath('usb_giveback_urb_bh', '__usb_hcd_giveback_urb');
const NS_PER_MICROFRAME = 125_000;
const NS_PER_MS = 1_000_000;
const ENDPOINT_0: UsbEndpointInfo = {
  address: 0,
  kind: USB_XFER.CONTROL,
  packetBytes: 64,
  interval: 0,
};

const ERRNO_OF: Readonly<Record<TransferStatus, number>> = {
  done: 0,
  stall: -ERRNO.EPIPE,
  babble: -ERRNO.EOVERFLOW,
  'protocol-error': -ERRNO.EPROTO,
};

/** Told of each URB. Context: any. */
export interface UrbWatcher {
  submitted(urb: Urb): void;
  /** Submitting it has failed. */
  refused(urb: Urb, errno: number): void;
  /** Before its driver is told. */
  completed(urb: Urb): void;
}

export interface HcdParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly interrupts: Interrupts;
  readonly softirqs: Softirqs;
  readonly slabs: SlabAllocator;
  readonly owned: OwnedPointers;
  readonly dma: DmaMappings;
  readonly controller: HostController;
  readonly irq: number;
  readonly warn: (text: string) => void;
}

export class Hcd {
  /** The device that memory is lent to. */
  readonly dmaDevice: DmaDevice = { name: 'pv-hcd.0', driverName: 'pv-hcd' };
  readonly controller: HostController;
  readonly watchers: UrbWatcher[] = [];
  /** Told of ports of the root hub with something new, bit n for port n. Context: interrupt. */
  onChangedPorts: (ports: number) => void = () => undefined;
  readonly #parts: HcdParts;
  /** Given to the controller, and not given back to their drivers. */
  readonly #active = new Set<Urb>();
  readonly #urbOf = new Map<HostTransfer, Urb>();
  /** Ended: their drivers are to be told. */
  readonly #ended: Urb[] = [];
  /** Linux: usb_kill_urb_queue. */
  readonly #killers: WaitQueue;

  constructor(parts: HcdParts) {
    this.#parts = parts;
    this.controller = parts.controller;
    this.#killers = new WaitQueue(parts.scheduler, 'usb_kill_urb');
    parts.softirqs.onBottomHalf(() => this.#giveBack());
  }

  /** Takes interrupts from now on. Context: process, or boot. */
  start(): void {
    this.#parts.interrupts.request(this.#parts.irq, {
      handler: 0,
      own: () => this.#interrupt(),
      thread: 0,
      flags: 0,
      name: 'pv-hcd:usb1',
      device: 0,
    });
  }

  /** Everything under way, in the order in which it was submitted. */
  get active(): Iterable<Urb> {
    return this.#active;
  }

  // ---- URBs -------------------------------------------------------------------------------------

  /** Undefined without memory. Context: any. Linux: usb_alloc_urb. */
  alloc(gfp: number = GFP.GFP_KERNEL): Urb | undefined {
    const { slabs, owned } = this.#parts;
    const object = slabs.kzalloc(URB_BYTES, gfp);
    if (object === 0) return undefined;
    owned.add(object);
    return new Urb(object);
  }

  /** Nobody of the kernel keeps it: it is lost when its driver forgets it. */
  disown(urb: Urb): void {
    this.#parts.owned.delete(urb.object);
  }

  /** Gives it up; what is under way ends all the same. Context: any. Linux: usb_free_urb. */
  free(urb: Urb): void {
    urb.references--;
    if (urb.references > 0 || urb.object === 0) return;
    const { slabs, owned } = this.#parts;
    UrbAnchor.remove(urb);
    owned.delete(urb.object);
    slabs.kfree(urb.object);
    urb.object = 0;
  }

  /** 0, or a negative errno: then `complete` is not called. Context: any. Linux: usb_submit_urb. */
  submit(urb: Urb): number {
    const { sim, scheduler } = this.#parts;
    const errno = this.#check(urb);
    if (errno < 0) return errno;
    sim.clock.charge(COST.URB);
    const device = urb.device!;
    urb.status = -ERRNO.EINPROGRESS;
    urb.actualBytes = 0;
    urb.unlinked = 0;
    device.urbCount++;
    urb.submitSite = urb.site === 0 ? sim.site() : urb.site;
    for (const watcher of this.watchers) watcher.submitted(urb);
    const transfer = this.#transferOf(urb, device);
    if (transfer === undefined) {
      urb.status = -ERRNO.EAGAIN;
      for (const watcher of this.watchers) watcher.refused(urb, urb.status);
      UrbAnchor.remove(urb);
      return -ERRNO.EAGAIN;
    }
    urb.references++;
    urb.uses++;
    urb.transfer = transfer;
    this.#active.add(urb);
    this.#urbOf.set(transfer, urb);
    scheduler.happens.release(urb);
    if (sim.trace.on) sim.trace.emit(EVENT.URB_SUBMIT, urb.endpoint, urb.bufferBytes);
    this.controller.submit(transfer);
    return 0;
  }

  /**
   * Takes it back: `complete` is called with -ECONNRESET, soon. -EINPROGRESS, or another errno for
   * one that is not under way. Context: any. Linux: usb_unlink_urb.
   */
  unlink(urb: Urb, errno: number = -ERRNO.ECONNRESET): number {
    if (urb.device === undefined) return -ERRNO.ENODEV;
    if (urb.transfer === undefined) return -ERRNO.EIDRM;
    if (urb.unlinked !== 0) return -ERRNO.EBUSY;
    urb.unlinked = errno;
    if (this.controller.cancel(urb.transfer)) this.#end(urb, errno);
    return -ERRNO.EINPROGRESS;
  }

  /**
   * Takes it back and waits until `complete` has returned; it cannot be submitted meanwhile.
   * Context: process. Linux: usb_kill_urb.
   */
  *kill(urb: Urb): Sleeping<void> {
    this.#parts.scheduler.mightSleep();
    urb.rejections++;
    yield* this.#settle(urb);
    urb.rejections--;
  }

  /** The same, and it can never be submitted again. Context: process. Linux: usb_poison_urb. */
  *poison(urb: Urb): Sleeping<void> {
    this.#parts.scheduler.mightSleep();
    urb.rejections++;
    yield* this.#settle(urb);
  }

  /** Those that were added to it. Context: process. Linux: usb_kill_anchored_urbs. */
  *killAnchored(anchor: UrbAnchor): Sleeping<void> {
    for (;;) {
      const [urb] = [...anchor.urbs].slice(-1);
      if (urb === undefined) return;
      yield* this.kill(urb);
      UrbAnchor.remove(urb);
    }
  }

  /** Ends all that goes to an endpoint, or to a device. Context: process. */
  *flush(device: UsbNode, endpoint?: number): Sleeping<void> {
    const mine = [...this.#active].filter(
      (urb) => urb.device === device && (endpoint === undefined || urb.endpoint === endpoint),
    );
    for (const urb of mine) this.unlink(urb, -ERRNO.ESHUTDOWN);
    for (const urb of mine) {
      while (urb.uses > 0) yield* this.#killers.sleep();
    }
  }

  *#settle(urb: Urb): Sleeping<void> {
    this.unlink(urb, -ERRNO.ENOENT);
    while (urb.uses > 0) yield* this.#killers.sleep();
    this.#parts.scheduler.happens.acquire(urb);
  }

  // ---- On the way out ---------------------------------------------------------------------------

  #check(urb: Urb): number {
    const { device } = urb;
    if (urb.object === 0) return -ERRNO.EINVAL;
    if (urb.transfer !== undefined) {
      this.#parts.warn('URB submitted while active');
      return -ERRNO.EBUSY;
    }
    if (device === undefined || !device.isAttached) return -ERRNO.ENODEV;
    if (endpointOf(urb, device) === undefined) return -ERRNO.ENOENT;
    if (device.power.state === 'suspended') return -ERRNO.EHOSTUNREACH;
    if (urb.rejections > 0) return -ERRNO.EPERM;
    return 0;
  }

  /** Lends its memory to the controller. Linux: usb_hcd_map_urb_for_dma. */
  #transferOf(urb: Urb, device: UsbNode): HostTransfer | undefined {
    const { dma } = this.#parts;
    const info = endpointOf(urb, device)!;
    let setup = 0;
    if (urb.setup !== 0) {
      setup = dma.mapSingle(this.dmaDevice, urb.setup, USB_SETUP_BYTES, DMA_DIRECTION.TO_DEVICE);
      if (dma.hasFailed(setup)) return undefined;
    }
    let data = 0;
    if (urb.bufferBytes > 0) {
      data = dma.mapSingle(this.dmaDevice, urb.buffer, urb.bufferBytes, directionOf(urb));
      if (dma.hasFailed(data)) {
        this.#unmapSetup(setup);
        return undefined;
      }
    }
    return {
      address: device.address,
      endpoint: urb.endpoint,
      setup,
      data,
      bytes: urb.bufferBytes,
      intervalNs: intervalOf(info, device),
      site: urb.submitSite,
      status: 'done',
      actualBytes: 0,
    };
  }

  #unmapSetup(setup: number): void {
    if (setup === 0) return;
    const { dma } = this.#parts;
    dma.unmapSingle(this.dmaDevice, setup, USB_SETUP_BYTES, DMA_DIRECTION.TO_DEVICE);
  }

  // ---- On the way back --------------------------------------------------------------------------

  #interrupt(): number {
    let isMine = 0;
    const ports = this.controller.takeChangedPorts();
    if (ports !== 0) {
      isMine = IRQ_HANDLED;
      this.onChangedPorts(ports);
    }
    for (;;) {
      const transfer = this.controller.takeEnded();
      if (transfer === undefined) return isMine;
      isMine = IRQ_HANDLED;
      const urb = this.#urbOf.get(transfer);
      if (urb !== undefined) this.#end(urb, statusOf(urb, transfer));
    }
  }

  /** Linux: usb_hcd_giveback_urb. */
  #end(urb: Urb, status: number): void {
    const { transfer } = urb;
    if (transfer === undefined) return;
    this.#urbOf.delete(transfer);
    this.#active.delete(urb);
    urb.transfer = undefined;
    urb.status = urb.unlinked === 0 ? status : urb.unlinked;
    urb.actualBytes = transfer.actualBytes;
    this.#unmapSetup(transfer.setup);
    if (transfer.data !== 0) {
      const { dma } = this.#parts;
      dma.unmapSingle(this.dmaDevice, transfer.data, transfer.bytes, directionOf(urb));
    }
    this.#ended.push(urb);
    this.#parts.softirqs.raise(SOFTIRQ.HI);
  }

  *#giveBack(): Switching<void> {
    const { execution, scheduler, sim } = this.#parts;
    if (this.#ended.length === 0) return;
    const frame = execution.push(GIVEBACK_PATH);
    for (let urb = this.#ended.shift(); urb !== undefined; urb = this.#ended.shift()) {
      if (sim.trace.on) sim.trace.emit(EVENT.URB_COMPLETE, urb.endpoint, urb.actualBytes);
      for (const watcher of this.watchers) watcher.completed(urb);
      UrbAnchor.remove(urb);
      scheduler.happens.acquire(urb);
      yield* finished(urb.complete(urb));
      scheduler.happens.release(urb);
      urb.uses--;
      this.free(urb);
      this.#killers.wakeAll();
    }
    execution.sp = frame;
  }
}

function endpointOf(urb: Urb, device: UsbNode): UsbEndpointInfo | undefined {
  return (urb.endpoint & 0x7f) === 0 ? ENDPOINT_0 : device.endpoint(urb.endpoint);
}

function directionOf(urb: Urb): number {
  return urb.isIn ? DMA_DIRECTION.FROM_DEVICE : DMA_DIRECTION.TO_DEVICE;
}

function statusOf(urb: Urb, { status, actualBytes }: HostTransfer): number {
  const isShort = urb.isIn && actualBytes < urb.bufferBytes;
  if (status === 'done' && isShort && (urb.flags & URB.SHORT_NOT_OK) !== 0) return -ERRNO.EREMOTEIO;
  return ERRNO_OF[status];
}

/** How often an interrupt endpoint is asked. */
function intervalOf({ kind, interval }: UsbEndpointInfo, device: UsbNode): number {
  if (kind !== USB_XFER.INT) return 0;
  return device.speed === 'high'
    ? 2 ** (interval - 1) * NS_PER_MICROFRAME
    : Math.max(1, interval) * NS_PER_MS;
}
