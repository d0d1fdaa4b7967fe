// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that devices may reach: lent for one transfer (`mapSingle`), or for as long as a driver
 * wants (`allocCoherent`).
 *
 * A device is given bus addresses (hw/dma.ts). Caches are coherent on both boards, so that nothing
 * needs to be copied or flushed: what is left of `sync` is whether it was called rightly.
 *
 * Linux: kernel/dma/mapping.c, drivers/iommu/dma-iommu.c.
 */
import { BUS_END, type DmaBus, IOMMU_RIGHTS } from '../hw/dma.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { COST } from '../uapi/costs.ts';
import { GFP } from '../uapi/gfp.ts';
import { DMA_DIRECTION, type DmaDebug, type DmaDevice, type DmaMapping } from './dma-debug.ts';
import { PAGE_SIZE, roundUp } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

/** What `mapSingle` answers when it cannot. Linux: DMA_MAPPING_ERROR. */
export const DMA_MAPPING_ERROR = 0xffff_ffff_ffff;

const ORDER_MAX = 10;
const NOTHING_BELOW = { below: undefined };

export interface DmaMappingsParts {
  readonly sim: Sim;
  readonly bus: DmaBus;
  readonly pages: PageAllocator;
  /** Undefined for `dma_debug=off`. */
  readonly debug: DmaDebug | undefined;
}

export interface Coherent {
  readonly pointer: number;
  /** For the device. */
  readonly address: number;
}

export class DmaMappings {
  readonly #parts: DmaMappingsParts;
  readonly #bus: DmaBus;
  readonly #mappings = new Map<number, DmaMapping>();

  constructor(parts: DmaMappingsParts) {
    this.#parts = parts;
    this.#bus = parts.bus;
  }

  /**
   * Lends memory to a device for one transfer: a bus address, or DMA_MAPPING_ERROR. Nobody else
   * touches it until `unmapSingle`. Context: any. Linux: dma_map_single.
   */
  mapSingle(device: DmaDevice, pointer: number, sizeBytes: number, direction: number): number {
    const { sim, debug } = this.#parts;
    const { ram } = this.#bus;
    sim.clock.charge(COST.DMA_MAP);
    if (!(sizeBytes > 0) || !ram.holds(pointer, sizeBytes)) return DMA_MAPPING_ERROR;
    const address = this.#mapRange(ram.toPhysical(pointer), sizeBytes, rightsOf(direction));
    if (address < 0) return DMA_MAPPING_ERROR;
    const stack = debug?.stack ?? 0;
    const kind = 'single';
    this.#add({
      device,
      kind,
      address,
      pointer,
      sizeBytes,
      direction,
      stack,
      isChecked: false,
      ...NOTHING_BELOW,
    });
    return address;
  }

  /** Whether a mapping has failed. Linux: dma_mapping_error. */
  hasFailed(address: number): boolean {
    const mapping = this.#mappings.get(address);
    if (mapping !== undefined) mapping.isChecked = true;
    return address === DMA_MAPPING_ERROR;
  }

  /** The transfer is over. Context: any. Linux: dma_unmap_single. */
  unmapSingle(device: DmaDevice, address: number, sizeBytes: number, direction: number): void {
    const { sim, debug } = this.#parts;
    sim.clock.charge(COST.DMA_MAP);
    const mapping = this.#find(device, address);
    debug?.unmapping({ device, kind: 'single', address, sizeBytes, direction }, mapping);
    if (mapping !== undefined) this.#remove(mapping);
  }

  /** The CPU looks at it before the device is done with it. Linux: dma_sync_single_for_cpu. */
  sync(device: DmaDevice, address: number, sizeBytes: number, direction: number): void {
    const claim = { device, kind: 'single', address, sizeBytes, direction } as const;
    const mapping = this.#find(device, address) ?? this.#around(device, address);
    this.#parts.debug?.syncing(claim, mapping);
  }

  /**
   * Zeroed memory that a device may reach at any time. Undefined without memory. Context: may
   * sleep, unless the flags forbid it. Linux: dma_alloc_coherent.
   */
  allocCoherent(device: DmaDevice, sizeBytes: number, gfp: number): Coherent | undefined {
    const { pages, debug } = this.#parts;
    const { ram } = this.#bus;
    const order = orderOf(sizeBytes);
    if (!(sizeBytes > 0) || order > ORDER_MAX) return undefined;
    const physical = pages.allocPages(order, gfp | GFP.GFP_KERNEL);
    if (physical === 0) return undefined;
    const span = PAGE_SIZE * 2 ** order;
    ram.bytes.fill(0, physical, physical + span);
    const used = roundUp(sizeBytes, 8);
    ram.unpoison(physical, sizeBytes);
    if (used < span) ram.poison(physical + used, span - used, SHADOW.PAGE_REDZONE);
    const rights = IOMMU_RIGHTS.READ | IOMMU_RIGHTS.WRITE;
    const address = this.#mapRange(physical, sizeBytes, rights);
    if (address < 0) {
      pages.freePages(physical, order);
      return undefined;
    }
    const pointer = ram.toPointer(physical);
    const stack = debug?.stack ?? 0;
    const direction = DMA_DIRECTION.BIDIRECTIONAL;
    const kind = 'coherent';
    this.#add({
      device,
      kind,
      address,
      pointer,
      sizeBytes,
      direction,
      stack,
      isChecked: true,
      ...NOTHING_BELOW,
    });
    return { pointer, address };
  }

  /** Gives it back. Context: any but hardirq. Linux: dma_free_coherent. */
  freeCoherent(device: DmaDevice, sizeBytes: number, pointer: number, address: number): void {
    const { pages, debug } = this.#parts;
    const mapping = this.#find(device, address);
    const direction = DMA_DIRECTION.BIDIRECTIONAL;
    debug?.unmapping({ device, kind: 'coherent', address, sizeBytes, direction }, mapping);
    if (mapping === undefined || mapping.kind !== 'coherent') return;
    this.#remove(mapping);
    void pointer;
    pages.freePages(this.#bus.ram.toPhysical(mapping.pointer), orderOf(mapping.sizeBytes));
  }

  /** A driver has left a device. What it has not given back stays lent. */
  released(device: DmaDevice): void {
    const left = [...this.#mappings.values()].filter((mapping) => mapping.device === device);
    this.#parts.debug?.released(device, left);
  }

  /** How many there are. */
  get count(): number {
    return this.#mappings.size;
  }

  #add(mapping: DmaMapping): void {
    const { trace } = this.#parts.sim;
    mapping.below = this.#mappings.get(mapping.address);
    this.#mappings.set(mapping.address, mapping);
    if (trace.on) trace.emit(EVENT.DMA_MAP, mapping.address, mapping.sizeBytes);
  }

  #remove({ address, sizeBytes, below }: DmaMapping): void {
    const { trace } = this.#parts.sim;
    if (below === undefined) this.#mappings.delete(address);
    else this.#mappings.set(address, below);
    this.#bus.iommu?.unmap(address, pagesIn(address, sizeBytes));
    if (trace.on) trace.emit(EVENT.DMA_UNMAP, address, sizeBytes);
  }

  #find(device: DmaDevice, address: number): DmaMapping | undefined {
    const mapping = this.#mappings.get(address);
    return mapping?.device === device ? mapping : undefined;
  }

  /** The mapping that has an address somewhere within. */
  #around(device: DmaDevice, address: number): DmaMapping | undefined {
    for (const mapping of this.#mappings.values()) {
      const offset = address - mapping.address;
      if (mapping.device === device && offset >= 0 && offset < mapping.sizeBytes) return mapping;
    }
    return undefined;
  }

  /** -1 when there is no bus address for it. */
  #mapRange(physical: number, sizeBytes: number, rights: number): number {
    const { iommu, offset } = this.#bus;
    if (iommu === undefined) {
      const address = physical + offset;
      return address + sizeBytes <= BUS_END ? address : -1;
    }
    const skew = physical % PAGE_SIZE;
    const start = iommu.map(physical - skew, pagesIn(physical, sizeBytes), rights);
    return start === 0 ? -1 : start + skew;
  }
}

function pagesIn(start: number, sizeBytes: number): number {
  return Math.ceil(((start % PAGE_SIZE) + sizeBytes) / PAGE_SIZE);
}

function orderOf(sizeBytes: number): number {
  let order = 0;
  while (PAGE_SIZE * 2 ** order < sizeBytes) order++;
  return order;
}

function rightsOf(direction: number): number {
  if (direction === DMA_DIRECTION.TO_DEVICE) return IOMMU_RIGHTS.READ;
  if (direction === DMA_DIRECTION.FROM_DEVICE) return IOMMU_RIGHTS.WRITE;
  return IOMMU_RIGHTS.READ | IOMMU_RIGHTS.WRITE;
}
