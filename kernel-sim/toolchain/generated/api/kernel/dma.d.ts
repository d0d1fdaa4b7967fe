// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Mut, Ref } from "kernel";
import type { PlatformDevice } from "kernel/io";
import type { SkBuff } from "kernel/net";
import type { Kind, ValueOf } from "uapi";

/** Which way the bytes go. Linux: DMA_TO_DEVICE, DMA_FROM_DEVICE. */
export type Direction = 'to_device' | 'from_device';

/**
 * A row of places for packets that a device reads or fills. While one is here, nobody else has it;
 * `take` gives it back. Dropping the row takes back and frees all: the device must have been
 * stopped.
 *
 * Linux: dma_map_single and the array of buffers that a driver keeps beside its ring.
 */
export class DmaSkbs {
  #nominal;
  private constructor();

  /** So many places, all empty. Context: any. */
  static new(device: PlatformDevice, length: number, direction: Direction): DmaSkbs;

  /** How many places there are. */
  len(this: Ref<DmaSkbs>): number;

  /**
   * Lends a packet to the device: its bytes, or for `from_device` the room that it has. Answers
   * their bus address; null when there is none left, and then the packet is dropped. A place that
   * is taken, or none, is a panic.
   *
   * Context: any. Linux: dma_map_single.
   *
   * @param skb handed over
   * @symbol dma_map_page_attrs
   */
  post(this: Mut<DmaSkbs>, index: number, skb: SkBuff): number | null;

  /**
   * Takes a packet back from the device; null when none is there. No such place is a panic.
   *
   * Context: any. Linux: dma_unmap_single.
   *
   * @symbol dma_unmap_page_attrs
   */
  take(this: Mut<DmaSkbs>, index: number): SkBuff | null;

  /** Context: any. */
  [Symbol.dispose](): void;
}

/**
 * Structs one behind the other that a device reads and writes at any time: a ring of descriptors.
 * Dropping it gives the memory back: the device must have been stopped.
 *
 * Linux: dma_alloc_coherent; Rust-for-Linux: CoherentAllocation.
 */
export class DmaVec<T> {
  #nominal;
  private constructor();

  /**
   * So many structs, all zero: `DmaVec.new(device, Descriptor, 64)`. Context: process; sleeps.
   * Linux: dma_alloc_coherent.
   *
   * @may_sleep
   * @throws ENOMEM no memory, or no bus addresses
   * @symbol dma_alloc_attrs
   */
  static new<K extends Kind>(device: PlatformDevice, kind: K, length: number): DmaVec<ValueOf<K>>;

  /** The bus address of the first one: what the device is told. Linux: dma_handle. */
  get address(): number;

  /** How many there are. */
  len(this: Ref<DmaVec<T>>): number;

  /**
   * One of them, to be read and changed where it lies: each field is one load or store. An index
   * out of range is a panic.
   */
  at(this: Mut<DmaVec<T>>, index: number): Mut<T>;

  /** Writes one of them as a whole. An index out of range is a panic. */
  set(this: Mut<DmaVec<T>>, index: number, value: Readonly<T>): void;

  /**
   * Context: process. Linux: dma_free_coherent.
   *
   * @symbol dma_free_attrs
   */
  [Symbol.dispose](): void;
}

export {};
