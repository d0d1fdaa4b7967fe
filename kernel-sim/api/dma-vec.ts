// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that driver and device share.
 *
 * @subpath kernel/dma
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import { ERRNO } from '../uapi/errno.ts';
import { GFP } from '../uapi/gfp.ts';
import type { Coherent } from '../mm/dma-mapping.ts';
import type { ApiContext } from './context.ts';
import type { MemoryType } from './memory-types.ts';
import type { Mut, Ref } from './ownership.ts';
import { PlatformDevice } from './platform.ts';
import { sizeOf } from './raw-value.ts';
import type { Kind, ValueOf } from './uapi-types.ts';

/**
 * Structs one behind the other that a device reads and writes at any time: a ring of descriptors.
 * Dropping it gives the memory back: the device must have been stopped.
 *
 * Linux: dma_alloc_coherent; Rust-for-Linux: CoherentAllocation.
 *
 * @public
 */
export class DmaVec<T> {
  readonly #context: ApiContext;
  readonly #device: PlatformDevice;
  readonly #type: MemoryType;
  readonly #length: number;
  readonly #memory: Coherent;
  /** Made once for each element: they know where it is, and nothing else. */
  readonly #views: unknown[] = [];
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, device: PlatformDevice, type: MemoryType, length: number) {
    const { dma, scheduler } = context.services;
    scheduler.mightSleep();
    const bytes = type.sizeBytes * length;
    const memory = dma.allocCoherent(PlatformDevice.of(device), bytes, GFP.GFP_KERNEL);
    if (memory === undefined) throw errnoValue(ERRNO.ENOMEM);
    this.#context = context;
    this.#device = device;
    this.#type = type;
    this.#length = length;
    this.#memory = memory;
  }

  /** The bus address of the first one: what the device is told. Linux: dma_handle. */
  get address(): number {
    return this.#memory.address;
  }

  /**
   * How many there are.
   *
   * @symbol none
   */
  len(this: Ref<DmaVec<T>>): number {
    return this.#length;
  }

  /**
   * One of them, to be read and changed where it lies: each field is one load or store. An index
   * out of range is a panic.
   *
   * @symbol none
   */
  at(this: Mut<DmaVec<T>>, index: number): Mut<T> {
    this.#check(index);
    const view = (this.#views[index] ??= this.#type.read(this.#context.memory, this.#place(index)));
    return view as Mut<T>;
  }

  /**
   * Writes one of them as a whole. An index out of range is a panic.
   *
   * @symbol none
   */
  set(this: Mut<DmaVec<T>>, index: number, value: Readonly<T>): void {
    this.#check(index);
    this.#type.write(this.#context.memory, this.#place(index), value);
  }

  /**
   * Context: process. Linux: dma_free_coherent.
   *
   * @symbol dma_free_attrs
   */
  [Symbol.dispose](): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    const { pointer, address } = this.#memory;
    const bytes = this.#type.sizeBytes * this.#length;
    this.#context.services.dma.freeCoherent(
      PlatformDevice.of(this.#device),
      bytes,
      pointer,
      address,
    );
  }

  #place(index: number): number {
    return this.#memory.pointer + index * this.#type.sizeBytes;
  }

  #check(index: number): void {
    if (!this.#isLive) throw new Error('use of a DmaVec that was dropped');
    if (Number.isInteger(index) && index >= 0 && index < this.#length) return;
    throw new Error(`index out of bounds: the len is ${this.#length} but the index is ${index}`);
  }
}

/** @statics DmaVec */
export class DmaVecStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * So many structs, all zero: `DmaVec.new(device, Descriptor, 64)`. Context: process; sleeps.
   * Linux: dma_alloc_coherent.
   *
   * @symbol dma_alloc_attrs
   * @may_sleep
   * @throws ENOMEM no memory, or no bus addresses
   */
  new<K extends Kind>(device: PlatformDevice, kind: K, length: number): DmaVec<ValueOf<K>> {
    const type = this.#context.classes.typeOf(kind);
    return new DmaVec<ValueOf<K>>(this.#context, device, type, sizeOf(length));
  }
}
