// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that is lent to devices, as C does it: nobody remembers for the driver what it has lent.
 *
 * @subpath kernel/raw
 */
import type { PlatformDevice } from '../drivers/base/platform.ts';
import { DMA_DIRECTION } from '../mm/dma-debug.ts';
import { DMA_MAPPING_ERROR } from '../mm/dma-mapping.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, sizeOf } from './raw-value.ts';

/** @exports */
export class RawDmaApi {
  readonly #context: ApiContext;

  /** Both read and write it. Linux: enum dma_data_direction. */
  readonly DMA_BIDIRECTIONAL: number = DMA_DIRECTION.BIDIRECTIONAL;
  /** The device reads it. */
  readonly DMA_TO_DEVICE: number = DMA_DIRECTION.TO_DEVICE;
  /** The device writes it. */
  readonly DMA_FROM_DEVICE: number = DMA_DIRECTION.FROM_DEVICE;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Lends memory to a device: the bus address, which `dma_mapping_error` tells from a failure.
   *
   * Context: any. Linux: dma_map_single.
   *
   * @symbol dma_map_page_attrs
   * @raw
   * @param device as `PlatformDevice.as_ptr` answers it
   */
  dma_map_single(device: VoidPtr, pointer: VoidPtr, bytes: number, direction: number): number {
    const found = this.#find(device);
    if (found === undefined) return DMA_MAPPING_ERROR;
    const { dma } = this.#context.services;
    return dma.mapSingle(found, addressOf(pointer), sizeOf(bytes), intOf(direction));
  }

  /**
   * True if `dma_map_single` has failed. Context: any. Linux: dma_mapping_error.
   *
   * @symbol none
   * @raw
   */
  dma_mapping_error(device: VoidPtr, address: number): boolean {
    this.#find(device);
    return this.#context.services.dma.hasFailed(address);
  }

  /**
   * Takes memory back, as it was lent. Context: any. Linux: dma_unmap_single.
   *
   * @symbol dma_unmap_page_attrs
   * @raw
   */
  dma_unmap_single(device: VoidPtr, address: number, bytes: number, direction: number): void {
    const found = this.#find(device);
    if (found === undefined) return;
    const { dma } = this.#context.services;
    dma.unmapSingle(found, addressOf(address), sizeOf(bytes), intOf(direction));
  }

  /**
   * The CPU reads what the device has written, before it takes all of it back. Context: any. Linux:
   * dma_sync_single_for_cpu.
   *
   * @symbol __dma_sync_single_for_cpu
   * @raw
   */
  dma_sync_single_for_cpu(
    device: VoidPtr,
    address: number,
    bytes: number,
    direction: number,
  ): void {
    const found = this.#find(device);
    if (found === undefined) return;
    const { dma } = this.#context.services;
    dma.sync(found, addressOf(address), sizeOf(bytes), intOf(direction));
  }

  /** Oopses: nothing is there at all. */
  #find(device: VoidPtr): PlatformDevice | undefined {
    const { platform, slabs } = this.#context.services;
    const pointer = addressOf(device);
    const found = platform.devices.find((each) => each.pointer === pointer);
    if (found === undefined) slabs.ram.load8(pointer);
    return found;
  }
}
