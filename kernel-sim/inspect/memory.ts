// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's own memory for a view: its slab caches, the objects of one, and one object whole.
 *
 * Reads what the allocators have anyway, when somebody looks: nothing is kept for it.
 */
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import type { Kernel } from '../init/kernel.ts';
import {
  OBJECT,
  type CacheObjects,
  type CacheView,
  type MemoryRequest,
  type MemoryView,
  type ObjectView,
  type OtherMemory,
} from '../machine-types.ts';
import { MAX_ORDER, PAGE_SIZE } from '../mm/page.ts';
import type { Slab, SlabCache } from '../mm/slab.ts';

/** `request` says what is wanted beside the list of caches. */
export function memoryView(kernel: Kernel, request: MemoryRequest): MemoryView {
  const { slabs } = kernel;
  const quarantined = quarantineOf(kernel);
  const wanted = slabs.caches.find(({ name }) => name === request.cache);
  const object =
    request.address === undefined ? undefined : objectAt(kernel, quarantined, request.address);
  return {
    nowNs: kernel.sim.now(),
    pointerBytes: slabs.ram.board.pointerBytes,
    caches: slabs.caches.map((cache) => cacheView(cache, quarantined)),
    ...(wanted === undefined ? {} : { objects: objectsOf(kernel, quarantined, wanted) }),
    ...(object === undefined ? {} : { object }),
    other: otherMemory(kernel),
  };
}

/** The buffers of a view that can change hands instead of being copied. */
export function memoryBuffers({ objects, object }: MemoryView): ArrayBuffer[] {
  return [
    ...(objects === undefined
      ? []
      : [objects.slabs, objects.counts, objects.states, objects.owner]),
    ...(object === undefined ? [] : [object.bytes, object.shadow]),
  ].map(({ buffer }) => buffer);
}

/** Freed objects that wait, by the slab that they are in. */
type Quarantined = ReadonlyMap<Slab, readonly number[]>;

function quarantineOf({ slabs }: Kernel): Quarantined {
  const waiting = new Map<Slab, number[]>();
  slabs.forEachQuarantined((pointer) => {
    const slab = slabs.slabOf(pointer);
    if (slab === undefined) return;
    const index = indexIn(slab, slabs.ram.toPhysical(pointer));
    const there = waiting.get(slab);
    if (there === undefined) waiting.set(slab, [index]);
    else there.push(index);
  });
  return waiting;
}

function cacheView(cache: SlabCache, quarantined: Quarantined): CacheView {
  const { name, objectBytes, slotBytes } = cache;
  const { slabs, objects, activeObjects } = cache.info;
  let waiting = 0;
  for (const [slab, indices] of quarantined) if (slab.cache === cache) waiting += indices.length;
  return {
    name,
    objectBytes,
    slotBytes,
    slabs,
    objects,
    allocated: activeObjects - waiting,
    quarantined: waiting,
  };
}

function objectsOf({ slabs }: Kernel, quarantined: Quarantined, cache: SlabCache): CacheObjects {
  const all = slabs.slabsOf(cache);
  const total = all.reduce((sum, { objects }) => sum + objects, 0);
  const states = new Uint8Array(total);
  let first = 0;
  for (const slab of all) {
    fillStates(slab, quarantined, states.subarray(first, first + slab.objects));
    first += slab.objects;
  }
  return {
    cache: cache.name,
    slotBytes: cache.slotBytes,
    slabs: Float64Array.from(all, ({ physical }) => slabs.ram.toPointer(physical)),
    counts: Uint16Array.from(all, ({ objects }) => objects),
    states,
    owner: new Uint8Array(total),
    owners: ['kernel'],
  };
}

/** A byte of `OBJECT` for each object of a slab. */
function fillStates(slab: Slab, quarantined: Quarantined, states: Uint8Array): void {
  states.fill(OBJECT.ALLOCATED);
  slab.cache.forEachFree(slab, (index) => {
    states[index] = OBJECT.FREE;
  });
  for (const index of quarantined.get(slab) ?? []) states[index] = OBJECT.QUARANTINED;
}

function objectAt(
  kernel: Kernel,
  quarantined: Quarantined,
  address: number,
): ObjectView | undefined {
  const { slabs } = kernel;
  const { ram } = slabs;
  const slab = ram.holds(address) ? slabs.slabOf(address) : undefined;
  if (slab === undefined) return undefined;
  const { name, slotBytes, objectBytes } = slab.cache;
  const index = Math.min(indexIn(slab, ram.toPhysical(address)), slab.objects - 1);
  const physical = slab.physical + index * slotBytes;
  const states = new Uint8Array(slab.objects);
  fillStates(slab, quarantined, states);
  const granules = ram.checks ? Math.ceil(slotBytes / GRANULE) : 0;
  const shadow = Uint8Array.from({ length: granules }, (_, granule) =>
    ram.shadowAt(physical + granule * GRANULE),
  );
  return {
    address: ram.toPointer(physical),
    cache: name,
    slab: ram.toPointer(slab.physical),
    index,
    objectBytes,
    requestedBytes: requestedBytes(shadow, objectBytes),
    state: states[index] ?? OBJECT.FREE,
    bytes: ram.bytes.slice(physical, physical + slotBytes),
    shadow,
    events: [],
  };
}

/** How much may be touched, as the shadow has it; all of the object when nothing of it may. */
function requestedBytes(shadow: Uint8Array, objectBytes: number): number {
  const granule = shadow.findIndex((value) => value !== SHADOW.ADDRESSABLE);
  const value = shadow[granule] ?? 0;
  const open = granule * GRANULE + (value < GRANULE ? value : 0);
  return granule < 0 || open === 0 ? objectBytes : Math.min(open, objectBytes);
}

function indexIn({ physical, cache }: Slab, at: number): number {
  return Math.floor((at - physical) / cache.slotBytes);
}

function otherMemory({ pages, slabs }: Kernel): OtherMemory {
  return {
    totalBytes: pages.totalPages * PAGE_SIZE,
    freeBytes: pages.freeBytes,
    freeBlocks: Array.from({ length: MAX_ORDER + 1 }, (_, order) => pages.freeBlocks(order)),
    large: slabs.large.usage,
  };
}
