// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * URBs whose fields lie in memory, where a driver sets them and reads what has come of them.
 *
 * What memory says counts when an URB is submitted; its status and how much was moved are written
 * back before its function is called, whose address is read at that moment.
 *
 * Linux: struct urb, struct usb_anchor (include/linux/usb.h).
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { FunctionCalls } from '../../kernel/module/function-calls.ts';
import { innerPath } from '../../kernel/module/sites.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { USB_DIR_IN } from '../../uapi/usb.ts';
import type { Hcd } from './hcd.ts';
import { type Urb, UrbAnchor } from './urb.ts';
import type { UsbNode } from './usb-node.ts';

/** The frames of the caller are there. */
const COMPLETE = innerPath();
/** Pointers of struct urb, in their order; behind them its words of 32 bits. */
const POINTERS = ['complete', 'context', 'transfer_buffer', 'setup_packet'] as const;
const WORDS = [
  'pipe',
  'transfer_flags',
  'transfer_buffer_length',
  'actual_length',
  'status',
  'interval',
] as const;
const WORD_BYTES = 4;
/** A pipe: which way, and which endpoint. Linux: usb_pipein, usb_pipeendpoint. */
const PIPE_ENDPOINT_SHIFT = 15;
const PIPE_ENDPOINT_MASK = 0xf;

type PointerName = (typeof POINTERS)[number];
type WordName = (typeof WORDS)[number];

/** What usb_fill_*_urb sets. */
export type UrbFields = Readonly<Record<Exclude<PointerName, 'setup_packet'>, number>> & {
  readonly setup_packet?: number;
  readonly pipe: number;
  readonly transfer_buffer_length: number;
  readonly interval?: number;
};

export interface RawUrbsParts {
  readonly ram: Ram;
  readonly slabs: SlabAllocator;
  readonly hcd: Hcd;
  readonly functions: () => FunctionCalls;
}

export function pipeOf(kind: number, endpoint: number, isIn: boolean): number {
  const number = (endpoint & PIPE_ENDPOINT_MASK) << PIPE_ENDPOINT_SHIFT;
  return ((kind << 30) | number | (isIn ? USB_DIR_IN : 0)) >>> 0;
}

export class RawUrbs {
  readonly #parts: RawUrbsParts;
  readonly #urbs = new Map<number, Urb>();
  readonly #anchors = new Map<number, UrbAnchor>();

  constructor(parts: RawUrbsParts) {
    this.#parts = parts;
  }

  // ---- URBs -------------------------------------------------------------------------------------

  /** 0 without memory. Linux: usb_alloc_urb. */
  alloc(gfp: number): number {
    const urb = this.#parts.hcd.alloc(gfp);
    if (urb === undefined) return 0;
    // It is the driver's own: nobody else keeps it from being a leak.
    this.#parts.hcd.disown(urb);
    this.#urbs.set(urb.object, urb);
    return urb.object;
  }

  /** Linux: usb_fill_int_urb and its like. */
  fill(pointer: number, device: UsbNode, fields: UrbFields): void {
    for (const name of POINTERS) this.#setPointer(pointer, name, fields[name] ?? 0);
    this.#setWord(pointer, 'pipe', fields.pipe);
    this.#setWord(pointer, 'transfer_buffer_length', fields.transfer_buffer_length);
    this.#setWord(pointer, 'interval', fields.interval ?? 0);
    const urb = this.#urbs.get(pointer);
    if (urb !== undefined) urb.device = device;
  }

  /** 0 or a negative errno. Linux: usb_submit_urb. */
  submit(pointer: number): number {
    if (pointer === 0) return -ERRNO.EINVAL;
    const complete = this.#pointer(pointer, 'complete');
    const pipe = this.#word(pointer, 'pipe');
    const urb = this.#urbs.get(pointer);
    if (urb === undefined || complete === 0) return -ERRNO.EINVAL;
    // What is under way is the controller's: whoever submits it again changes nothing of it.
    if (urb.transfer === undefined) {
      urb.endpoint = ((pipe >>> PIPE_ENDPOINT_SHIFT) & PIPE_ENDPOINT_MASK) | (pipe & USB_DIR_IN);
      urb.buffer = this.#pointer(pointer, 'transfer_buffer');
      urb.setup = this.#pointer(pointer, 'setup_packet');
      urb.bufferBytes = this.#word(pointer, 'transfer_buffer_length');
      urb.flags = this.#word(pointer, 'transfer_flags');
      urb.complete = () => this.#completed(pointer, urb);
      this.#setWord(pointer, 'status', -ERRNO.EINPROGRESS);
      this.#setWord(pointer, 'actual_length', 0);
    }
    return this.#parts.hcd.submit(urb);
  }

  /** -EINPROGRESS, or another errno. Linux: usb_unlink_urb. */
  unlink(pointer: number): number {
    const urb = this.#find(pointer);
    return urb === undefined ? -ERRNO.EINVAL : this.#parts.hcd.unlink(urb);
  }

  /** Context: process. Linux: usb_kill_urb. */
  *kill(pointer: number): Sleeping<void> {
    const urb = this.#find(pointer);
    if (urb !== undefined) yield* this.#parts.hcd.kill(urb);
  }

  /** Linux: usb_free_urb. */
  free(pointer: number): void {
    if (pointer === 0) return;
    const { hcd, slabs } = this.#parts;
    const urb = this.#find(pointer);
    // One that was freed before is freed once more, which the allocator has its opinion of.
    if (urb === undefined || urb.object === 0) slabs.kfree(pointer);
    else hcd.free(urb);
  }

  *#completed(pointer: number, { status, actualBytes }: Urb): Sleeping<void> {
    this.#setWord(pointer, 'status', status);
    this.#setWord(pointer, 'actual_length', actualBytes);
    const fetch = (): number => this.#pointer(pointer, 'complete');
    yield* this.#parts.functions().call(COMPLETE, fetch, pointer);
  }

  // ---- Anchors ----------------------------------------------------------------------------------

  /** Linux: init_usb_anchor. */
  initAnchor(pointer: number): void {
    this.#parts.ram.storePointer(pointer, pointer);
    this.#anchors.set(pointer, new UrbAnchor());
  }

  /** Linux: usb_anchor_urb. */
  anchor(pointer: number, anchor: number): void {
    const urb = this.#find(pointer);
    if (urb !== undefined) this.#anchorAt(anchor)?.add(urb);
  }

  /** Linux: usb_unanchor_urb. */
  unanchor(pointer: number): void {
    const urb = this.#find(pointer);
    if (urb !== undefined) UrbAnchor.remove(urb);
  }

  /** Context: process. Linux: usb_kill_anchored_urbs. */
  *killAnchored(anchor: number): Sleeping<void> {
    const found = this.#anchorAt(anchor);
    if (found !== undefined) yield* this.#parts.hcd.killAnchored(found);
  }

  /** Looks at its memory, which may be gone. */
  #anchorAt(pointer: number): UrbAnchor | undefined {
    this.#parts.ram.loadPointer(pointer);
    return this.#anchors.get(pointer);
  }

  // ---- Memory -----------------------------------------------------------------------------------

  /** Looks at its memory, which may be gone. */
  #find(pointer: number): Urb | undefined {
    if (pointer === 0) return undefined;
    this.#word(pointer, 'status');
    return this.#urbs.get(pointer);
  }

  #pointer(urb: number, name: PointerName): number {
    const { ram } = this.#parts;
    return ram.loadPointer(urb + POINTERS.indexOf(name) * ram.board.pointerBytes);
  }

  #setPointer(urb: number, name: PointerName, value: number): void {
    const { ram } = this.#parts;
    ram.storePointer(urb + POINTERS.indexOf(name) * ram.board.pointerBytes, value);
  }

  #wordAt(name: WordName): number {
    const { pointerBytes } = this.#parts.ram.board;
    return POINTERS.length * pointerBytes + WORDS.indexOf(name) * WORD_BYTES;
  }

  #word(urb: number, name: WordName): number {
    return this.#parts.ram.load32(urb + this.#wordAt(name));
  }

  #setWord(urb: number, name: WordName, value: number): void {
    this.#parts.ram.store32(urb + this.#wordAt(name), value);
  }
}
