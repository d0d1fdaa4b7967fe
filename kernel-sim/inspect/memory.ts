// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's own memory for a view: its slab caches, the objects of one, and one object whole.
 *
 * Reads what the allocators have anyway, when somebody looks: nothing is kept for it.
 */
import { GRANULE } from '../hw/ram/shadow.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Frame } from '../kernel/module/sites.ts';
import {
  OBJECT,
  type CacheObjects,
  type CacheView,
  type MemoryEvent,
  type MemoryRequest,
  type MemoryView,
  type ObjectView,
  type OtherMemory,
} from '../machine-types.ts';

import type { LeakObject } from '../mm/kmemleak.ts';
import type { MemoryFinding } from '../mm/memory-findings.ts';
import { MAX_ORDER, PAGE_SIZE } from '../mm/page.ts';
import type { ObjectInfo, Slab, SlabCache } from '../mm/slab.ts';
import type { Track } from '../mm/slab-tracks.ts';
import { objectType } from './object-type.ts';

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
    leaks: kernel.leaks.control.lost().map((leak) => leakView(kernel, leak)),
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
  slabs.quarantined.forEach((pointer) => {
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

function objectsOf(kernel: Kernel, quarantined: Quarantined, cache: SlabCache): CacheObjects {
  const { slabs, memoryFindings } = kernel;
  const all = slabs.slabsOf(cache);
  const total = all.reduce((sum, { objects }) => sum + objects, 0);
  const states = new Uint8Array(total);
  const owner = new Uint8Array(total);
  const owners = new Owners(kernel);
  const first = new Map<Slab, number>();
  let at = 0;
  for (const slab of all) {
    first.set(slab, at);
    const end = at + slab.objects;
    fillStates(slab, quarantined, states.subarray(at, end));
    if (slab.tracks !== undefined) {
      for (let index = 0; index < slab.objects; index++) {
        owner[at + index] = owners.indexOf(slab.tracks.allocationStack(index));
      }
    }
    at = end;
  }
  const flag = (object: ObjectInfo | undefined, bit: number): void => {
    const number = object === undefined ? undefined : first.get(object.slab);
    if (object !== undefined && number !== undefined) states[number + object.index]! |= bit;
  };
  for (const finding of memoryFindings.latest) {
    const object = slabs.objectAt(finding.object);
    if (object !== undefined && isAbout(finding, object)) flag(object, OBJECT.BAD_ACCESS);
  }
  for (const { pointer } of kernel.leaks.control.lost()) {
    flag(slabs.objectAt(pointer), OBJECT.LEAKED);
  }
  return {
    cache: cache.name,
    slotBytes: cache.slotBytes,
    objectOffset: cache.layout.redLeftBytes,
    slabs: Float64Array.from(all, ({ physical }) => slabs.ram.toPointer(physical)),
    counts: Uint16Array.from(all, ({ objects }) => objects),
    states,
    owner,
    owners: owners.names,
  };
}

const OWNERS_MAX = 256;

/** Who allocates: modules by a number of theirs, and the kernel as 0. */
class Owners {
  readonly names = ['kernel'];
  readonly #kernel: Kernel;
  /** By handle of the allocation's stack. */
  readonly #known = new Map<number, number>([[0, 0]]);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  indexOf(stack: number): number {
    const known = this.#known.get(stack);
    if (known !== undefined) return known;
    const name = actorOf(this.#kernel, stack)?.module ?? 'kernel';
    let index = this.names.indexOf(name);
    if (index < 0) index = this.names.length < OWNERS_MAX ? this.names.push(name) - 1 : 0;
    this.#known.set(stack, index);
    return index;
  }
}

function actorOf({ stackDepot, sites }: Kernel, stack: number): Frame | undefined {
  return sites.actor(stackDepot.sites(stack));
}

/** A byte of `OBJECT` for each object of a slab. */
function fillStates(slab: Slab, quarantined: Quarantined, states: Uint8Array): void {
  states.fill(OBJECT.ALLOCATED);
  slab.cache.forEachFree(slab, (index) => {
    states[index] = OBJECT.FREE;
  });
  for (const index of quarantined.get(slab) ?? []) states[index] = OBJECT.QUARANTINED;
}

/** True if the report was about the object as it is now, and not about one before it. */
function isAbout(finding: MemoryFinding, { pointer, allocation }: ObjectInfo): boolean {
  return finding.object === pointer && finding.timeNs >= (allocation?.timeNs ?? 0);
}

function objectAt(
  kernel: Kernel,
  quarantined: Quarantined,
  address: number,
): ObjectView | undefined {
  const { slabs } = kernel;
  const { ram } = slabs;
  const object = ram.holds(address) ? slabs.objectAt(address) : undefined;
  if (object === undefined) return undefined;
  const { slab, cache, index, pointer } = object;
  const sizeBytes = cache.slotBytes - cache.layout.redLeftBytes;
  const physical = ram.toPhysical(pointer);
  const states = new Uint8Array(slab.objects);
  fillStates(slab, quarantined, states);
  const granules = ram.checks ? Math.ceil(sizeBytes / GRANULE) : 0;
  const events = eventsOf(kernel, object);
  const isHit = events.some(({ kind }) => kind === 'accessed');
  const isLost = kernel.leaks.control.lost().some((leak) => leak.pointer === pointer);
  const type = objectType(kernel, object);
  const flags = (isHit ? OBJECT.BAD_ACCESS : 0) | (isLost ? OBJECT.LEAKED : 0);
  return {
    address: pointer,
    cache: cache.name,
    slab: ram.toPointer(slab.physical),
    index,
    objectBytes: cache.objectBytes,
    requestedBytes: slab.tracks?.requestedBytes(index) || cache.objectBytes,
    state: (states[index] ?? OBJECT.FREE) | flags,
    bytes: ram.bytes.slice(physical, physical + sizeBytes),
    shadow: Uint8Array.from({ length: granules }, (_, granule) =>
      ram.shadowAt(physical + granule * GRANULE),
    ),
    events,
    ...(type === undefined ? {} : { type }),
  };
}

function eventsOf(kernel: Kernel, object: ObjectInfo): MemoryEvent[] {
  const { allocation } = object;
  // One from before the allocation was of another life.
  const free = (object.free?.timeNs ?? 0) < (allocation?.timeNs ?? 0) ? undefined : object.free;
  const findings = kernel.memoryFindings.latest.filter((finding) => isAbout(finding, object));
  return [
    ...(allocation === undefined ? [] : [trackEvent(kernel, 'allocated', allocation)]),
    ...(free === undefined ? [] : [trackEvent(kernel, 'freed', free)]),
    ...findings.map((finding) => accessEvent(kernel, finding)),
  ].toSorted((a, b) => a.timeNs - b.timeNs);
}

function trackEvent(kernel: Kernel, kind: 'allocated' | 'freed', track: Track): MemoryEvent {
  const { stack, pid, cpu, timeNs } = track;
  const task = pid === 0 ? 'swapper' : kernel.tasks.nameOf(pid);
  return { ...who(kernel, stack), kind, timeNs, cpu, pid, task };
}

function accessEvent(kernel: Kernel, finding: MemoryFinding): MemoryEvent {
  const { kind, pointer, sizeBytes, isWrite, logSequence } = finding;
  const { stack, timeNs, cpu, pid, task } = finding;
  const access = { kind, address: pointer, sizeBytes, isWrite, logSequence };
  return { ...who(kernel, stack), kind: 'accessed', timeNs, cpu, pid, task, access };
}

function who(kernel: Kernel, stack: number): Pick<MemoryEvent, 'where' | 'source'> {
  const { name, module, file, line } = actorOf(kernel, stack) ?? { name: '' };
  if (module === undefined || file === undefined || line === undefined) return { where: name };
  return { where: name, source: { module, file, line } };
}

function indexIn({ physical, cache }: Slab, at: number): number {
  return Math.floor((at - physical) / cache.slotBytes);
}

function leakView(kernel: Kernel, { pointer, sizeBytes, kind, pid, comm, trace }: LeakObject) {
  return { ...who(kernel, trace), address: pointer, sizeBytes, kind, pid, task: comm };
}

/** More than a view can show. */
const VMALLOC_MAX = 500;

function otherMemory({ pages, slabs, vmalloc }: Kernel): OtherMemory {
  const areas = [...vmalloc.areas.all()].flatMap(({ area }) => (area === undefined ? [] : [area]));
  return {
    vmalloc: areas.slice(0, VMALLOC_MAX).map(({ start, requestedBytes, pages: own, caller }) => ({
      address: start,
      sizeBytes: requestedBytes,
      pages: own.length,
      caller,
    })),
    totalBytes: pages.totalPages * PAGE_SIZE,
    freeBytes: pages.freeBytes,
    freeBlocks: Array.from({ length: MAX_ORDER + 1 }, (_, order) => pages.freeBlocks(order)),
    large: slabs.large.usage,
  };
}
