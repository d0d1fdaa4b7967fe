// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Requests for transfers of the USB (URBs), which a driver fills, submits, and may submit again.
 *
 * @subpath kernel/raw
 */
import { pipeOf } from '../drivers/usb/raw-urbs.ts';
import type { RawUrbs } from '../drivers/usb/raw-urbs.ts';
import { USB_XFER } from '../uapi/usb.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';
import { UsbDevice } from './usb-device.ts';

/**
 * What is called when a transfer has ended.
 *
 * Linux: usb_complete_t.
 *
 * @public
 */
export interface UrbCompletion {
  /**
   * Called with its `status` and `actual_length` set. It may submit the URB again.
   *
   * @context softirq
   * @raw
   */
  (urb: Ptr<urb>): void;
}

/**
 * The fields of `urb` that a driver may look at.
 *
 * @public
 */
export type UrbStructFields = {
  readonly complete: FunctionKind<UrbCompletion>;
  // oxlint-disable-next-line typescript/no-explicit-any -- of whatever type the driver gave
  readonly context: PointerKind<any>;
  // oxlint-disable-next-line typescript/no-explicit-any -- of whatever type the driver gave
  readonly transfer_buffer: PointerKind<any>;
  readonly setup_packet: PointerKind<usb_ctrlrequest>;
  readonly pipe: ScalarKind<'u32'>;
  readonly transfer_flags: ScalarKind<'u32'>;
  readonly transfer_buffer_length: ScalarKind<'u32'>;
  readonly actual_length: ScalarKind<'u32'>;
  readonly status: ScalarKind<'s32'>;
  readonly interval: ScalarKind<'s32'>;
};

/**
 * A request for a transfer, as `usb_alloc_urb` makes it. Linux: struct urb.
 *
 * @public
 */
export type urb = Struct<UrbStructFields>;

/**
 * The fields of `usb_anchor`.
 *
 * @public
 */
export type UsbAnchorFields = {
  readonly next: PointerKind<VoidPtr>;
  readonly prev: PointerKind<VoidPtr>;
};

/**
 * Keeps URBs together that are under way, so that all of them can be ended: `anchor: usb_anchor`
 * as a field. Linux: struct usb_anchor.
 *
 * @public
 */
export type usb_anchor = Struct<UsbAnchorFields>;

/**
 * The fields of `usb_ctrlrequest`.
 *
 * @public
 */
export type UsbControlFields = {
  readonly bRequestType: ScalarKind<'u8'>;
  readonly bRequest: ScalarKind<'u8'>;
  readonly wValue: ScalarKind<'le16'>;
  readonly wIndex: ScalarKind<'le16'>;
  readonly wLength: ScalarKind<'le16'>;
};

/**
 * The eight bytes that begin a control transfer. Linux: struct usb_ctrlrequest.
 *
 * @public
 */
export type usb_ctrlrequest = Struct<UsbControlFields>;

/** @exports */
export class RawUsbApi {
  readonly #context: ApiContext;

  /** What `usb_alloc_urb` makes. Linux: struct urb. */
  readonly urb: StructClass<UrbStructFields>;

  /** As a field: `anchor: usb_anchor`. Linux: struct usb_anchor. */
  readonly usb_anchor: StructClass<UsbAnchorFields>;

  /** What begins a control transfer. Linux: struct usb_ctrlrequest. */
  readonly usb_ctrlrequest: StructClass<UsbControlFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.urb = uapi.struct<UrbStructFields>({
      complete: uapi.func<UrbCompletion>(),
      context: uapi.ptr(),
      transfer_buffer: uapi.ptr(),
      setup_packet: uapi.ptr(),
      pipe: uapi.u32,
      transfer_flags: uapi.u32,
      transfer_buffer_length: uapi.u32,
      actual_length: uapi.u32,
      status: uapi.s32,
      interval: uapi.s32,
    });
    this.usb_anchor = uapi.struct<UsbAnchorFields>({ next: uapi.ptr(), prev: uapi.ptr() });
    this.usb_ctrlrequest = uapi.struct<UsbControlFields>({
      bRequestType: uapi.u8,
      bRequest: uapi.u8,
      wValue: uapi.le16,
      wIndex: uapi.le16,
      wLength: uapi.le16,
    });
  }

  get #urbs(): RawUrbs {
    return this.#context.services.rawUrbs();
  }

  /**
   * An URB, or NULL without memory.
   *
   * Context: any that `gfp` allows. Linux: usb_alloc_urb.
   *
   * @raw
   * @param iso_packets 0: there are no isochronous transfers here
   */
  usb_alloc_urb(iso_packets: number, gfp: number): Ptr<urb> {
    const none = intOf(iso_packets) !== 0;
    return pointerTo(none ? 0 : this.#urbs.alloc(intOf(gfp)));
  }

  /**
   * Gives an URB up. Whoever has submitted it kills it before, since `complete` may still come.
   *
   * Context: any. Linux: usb_free_urb.
   *
   * @raw
   */
  usb_free_urb(urb: Ptr<urb>): void {
    this.#urbs.free(addressOf(urb));
  }

  /**
   * The pipe of a control endpoint that is asked. Context: any. Linux: usb_rcvctrlpipe.
   *
   * @symbol none
   */
  usb_rcvctrlpipe(_device: Ref<UsbDevice>, endpoint: number): number {
    return pipeOf(USB_XFER.CONTROL, intOf(endpoint), true);
  }

  /**
   * The pipe of a control endpoint that is told. Context: any. Linux: usb_sndctrlpipe.
   *
   * @symbol none
   */
  usb_sndctrlpipe(_device: Ref<UsbDevice>, endpoint: number): number {
    return pipeOf(USB_XFER.CONTROL, intOf(endpoint), false);
  }

  /**
   * The pipe of a bulk endpoint that gives. Context: any. Linux: usb_rcvbulkpipe.
   *
   * @symbol none
   */
  usb_rcvbulkpipe(_device: Ref<UsbDevice>, endpoint: number): number {
    return pipeOf(USB_XFER.BULK, intOf(endpoint), true);
  }

  /**
   * The pipe of a bulk endpoint that takes. Context: any. Linux: usb_sndbulkpipe.
   *
   * @symbol none
   */
  usb_sndbulkpipe(_device: Ref<UsbDevice>, endpoint: number): number {
    return pipeOf(USB_XFER.BULK, intOf(endpoint), false);
  }

  /**
   * The pipe of an interrupt endpoint that gives. Context: any. Linux: usb_rcvintpipe.
   *
   * @symbol none
   */
  usb_rcvintpipe(_device: Ref<UsbDevice>, endpoint: number): number {
    return pipeOf(USB_XFER.INT, intOf(endpoint), true);
  }

  /**
   * Fills an URB for endpoint 0. `setup_packet` and `buffer` must lie where a device may reach
   * them: in memory of `kmalloc`, not on the stack.
   *
   * Context: any. Linux: usb_fill_control_urb.
   *
   * @symbol none
   * @raw
   */
  usb_fill_control_urb(
    urb: Ptr<urb>,
    device: Ref<UsbDevice>,
    pipe: number,
    setup_packet: Ptr<usb_ctrlrequest>,
    buffer: VoidPtr,
    length: number,
    complete: UrbCompletion,
    context: VoidPtr,
  ): void {
    const setup = addressOf(setup_packet);
    this.#fill(urb, device, [pipe, buffer, length, complete, context], { setup_packet: setup });
  }

  /**
   * Fills an URB for a bulk endpoint.
   *
   * Context: any. Linux: usb_fill_bulk_urb.
   *
   * @symbol none
   * @raw
   */
  usb_fill_bulk_urb(
    urb: Ptr<urb>,
    device: Ref<UsbDevice>,
    pipe: number,
    buffer: VoidPtr,
    length: number,
    complete: UrbCompletion,
    context: VoidPtr,
  ): void {
    this.#fill(urb, device, [pipe, buffer, length, complete, context], {});
  }

  /**
   * Fills an URB for an interrupt endpoint. How often it is asked is what the endpoint's descriptor
   * says; `interval` is kept.
   *
   * Context: any. Linux: usb_fill_int_urb.
   *
   * @symbol none
   * @raw
   */
  usb_fill_int_urb(
    urb: Ptr<urb>,
    device: Ref<UsbDevice>,
    pipe: number,
    buffer: VoidPtr,
    length: number,
    complete: UrbCompletion,
    context: VoidPtr,
    interval: number,
  ): void {
    const every = { interval: intOf(interval) };
    this.#fill(urb, device, [pipe, buffer, length, complete, context], every);
  }

  /**
   * Has a transfer begin: 0, or a negative errno, and then `complete` is not called. -ENODEV and
   * -ENOENT: the device has gone, or the driver is leaving. -EPERM: somebody kills it. -EBUSY: it
   * is under way.
   *
   * Context: any. Linux: usb_submit_urb.
   *
   * @raw
   */
  usb_submit_urb(urb: Ptr<urb>, _gfp: number): number {
    return this.#urbs.submit(addressOf(urb));
  }

  /**
   * Takes it back: `complete` is called with -ECONNRESET, soon. -EINPROGRESS, or another negative
   * errno for one that is not under way.
   *
   * Context: any. Linux: usb_unlink_urb.
   *
   * @raw
   */
  usb_unlink_urb(urb: Ptr<urb>): number {
    return this.#urbs.unlink(addressOf(urb));
  }

  /**
   * Takes it back and waits until `complete` has returned. It cannot be submitted meanwhile.
   *
   * Context: process. Linux: usb_kill_urb.
   *
   * @raw
   */
  *usb_kill_urb(urb: Ptr<urb>): Sleeping<void> {
    yield* this.#urbs.kill(addressOf(urb));
  }

  /**
   * Makes memory an anchor without URBs.
   *
   * Context: any. Linux: init_usb_anchor.
   *
   * @symbol none
   * @raw
   */
  init_usb_anchor(anchor: Ptr<usb_anchor>): void {
    this.#urbs.initAnchor(addressOf(anchor));
  }

  /**
   * Keeps an URB at an anchor until it has ended.
   *
   * Context: any. Linux: usb_anchor_urb.
   *
   * @raw
   */
  usb_anchor_urb(urb: Ptr<urb>, anchor: Ptr<usb_anchor>): void {
    this.#urbs.anchor(addressOf(urb), addressOf(anchor));
  }

  /**
   * Takes an URB from its anchor.
   *
   * Context: any. Linux: usb_unanchor_urb.
   *
   * @raw
   */
  usb_unanchor_urb(urb: Ptr<urb>): void {
    this.#urbs.unanchor(addressOf(urb));
  }

  /**
   * Kills all URBs of an anchor.
   *
   * Context: process. Linux: usb_kill_anchored_urbs.
   *
   * @raw
   */
  *usb_kill_anchored_urbs(anchor: Ptr<usb_anchor>): Sleeping<void> {
    yield* this.#urbs.killAnchored(addressOf(anchor));
  }

  #fill(
    urb: Ptr<urb>,
    device: Ref<UsbDevice>,
    [pipe, buffer, length, complete, context]: readonly [
      pipe: number,
      buffer: VoidPtr,
      length: number,
      complete: UrbCompletion,
      context: VoidPtr,
    ],
    rest: { readonly setup_packet?: number; readonly interval?: number },
  ): void {
    this.#urbs.fill(addressOf(urb), UsbDevice.nodeOf(device), {
      complete: this.#context.runtime.addressOf(complete),
      context: addressOf(context),
      transfer_buffer: addressOf(buffer),
      transfer_buffer_length: sizeOf(length),
      pipe: intOf(pipe) >>> 0,
      ...rest,
    });
  }
}
