// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Packets that a device works on.
 *
 * @subpath kernel/dma
 */
import { DMA_DIRECTION } from '../mm/dma-debug.ts';
import type { ApiContext } from './context.ts';
import type { Mut, Ref } from './ownership.ts';
import { PlatformDevice } from './platform.ts';
import { sizeOf } from './raw-value.ts';
import { SkBuff } from './sk-buff.ts';

/** A packet that is lent. */
interface Posted {
  readonly skb: SkBuff;
  readonly address: number;
  readonly sizeBytes: number;
}

/**
 * Which way the bytes go. Linux: DMA_TO_DEVICE, DMA_FROM_DEVICE.
 *
 * @public
 */
export type Direction = 'to_device' | 'from_device';

/**
 * A row of places for packets that a device reads or fills. While one is here, nobody else has it;
 * `take` gives it back. Dropping the row takes back and frees all: the device must have been
 * stopped.
 *
 * Linux: dma_map_single and the array of buffers that a driver keeps beside its ring.
 *
 * @public
 */
export class DmaSkbs {
  readonly #context: ApiContext;
  readonly #device: PlatformDevice;
  readonly #direction: number;
  readonly #posted: (Posted | undefined)[];

  /** @internal */
  constructor(context: ApiContext, device: PlatformDevice, length: number, direction: Direction) {
    this.#context = context;
    this.#device = device;
    this.#direction =
      direction === 'to_device' ? DMA_DIRECTION.TO_DEVICE : DMA_DIRECTION.FROM_DEVICE;
    this.#posted = Array.from({ length }, () => undefined);
  }

  /**
   * How many places there are.
   *
   * @symbol none
   */
  len(this: Ref<DmaSkbs>): number {
    return this.#posted.length;
  }

  /**
   * Lends a packet to the device: its bytes, or for `from_device` the room that it has. Answers
   * their bus address; null when there is none left, and then the packet is dropped. A place that
   * is taken, or none, is a panic.
   *
   * Context: any. Linux: dma_map_single.
   *
   * @symbol dma_map_page_attrs
   * @param skb handed over
   */
  post(this: Mut<DmaSkbs>, index: number, skb: SkBuff): number | null {
    if (this.#at(index) !== undefined) throw new Error(`place ${index} is taken`);
    const { dma } = this.#context.services;
    const { data, length, tailroom } = SkBuff.peek(skb);
    const sizeBytes = this.#direction === DMA_DIRECTION.TO_DEVICE ? length : tailroom;
    const address = dma.mapSingle(
      PlatformDevice.of(this.#device),
      data,
      sizeBytes,
      this.#direction,
    );
    if (dma.hasFailed(address)) {
      skb[Symbol.dispose]();
      return null;
    }
    this.#posted[index] = { skb, address, sizeBytes };
    return address;
  }

  /**
   * Takes a packet back from the device; null when none is there. No such place is a panic.
   *
   * Context: any. Linux: dma_unmap_single.
   *
   * @symbol dma_unmap_page_attrs
   */
  take(this: Mut<DmaSkbs>, index: number): SkBuff | null {
    const posted = this.#at(index);
    if (posted === undefined) return null;
    this.#posted[index] = undefined;
    const { address, sizeBytes, skb } = posted;
    const { dma } = this.#context.services;
    dma.unmapSingle(PlatformDevice.of(this.#device), address, sizeBytes, this.#direction);
    return skb;
  }

  /**
   * Context: any.
   *
   * @symbol none
   */
  [Symbol.dispose](): void {
    for (const index of this.#posted.keys()) this.take(index)?.[Symbol.dispose]();
  }

  #at(index: number): Posted | undefined {
    if (Number.isInteger(index) && index >= 0 && index < this.#posted.length) {
      return this.#posted[index];
    }
    const { length } = this.#posted;
    throw new Error(`index out of bounds: the len is ${length} but the index is ${index}`);
  }
}

/** @statics DmaSkbs */
export class DmaSkbsStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * So many places, all empty. Context: any.
   *
   * @symbol none
   */
  new(device: PlatformDevice, length: number, direction: Direction): DmaSkbs {
    return new DmaSkbs(this.#context, device, sizeOf(length), direction);
  }
}
