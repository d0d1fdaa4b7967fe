// SPDX-License-Identifier: GPL-2.0-or-later
/** What the view of memory is told: the same that the allocators know, and nothing that changes. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { OBJECT } from '../machine-types.ts';
import { memoryBuffers, memoryView } from './memory.ts';

describe.each(['', 'kasan=off'])('memory with "%s"', (cmdline) => {
  const { kernel } = new RawMachine({ cmdline });
  const { slabs } = kernel;
  const isChecked = cmdline === '';
  const cache = slabs.createCache('sample', 40);
  const pointers = Array.from({ length: 70 }, () => slabs.alloc(cache));
  const [, freed, late] = pointers as [number, number, number];
  slabs.kfree(freed);
  const view = memoryView(kernel, { cache: 'sample', address: late + 9 });

  it('is made of plain values, whose buffers can be handed over', () => {
    const transfer = memoryBuffers(view);
    expect(new Set(transfer).size).toBe(transfer.length);
    const copy = memoryView(kernel, { cache: 'sample', address: late + 9 });
    expect(structuredClone(copy, { transfer: memoryBuffers(copy) })).toEqual(view);
  });

  it('counts objects as /proc/slabinfo does, but for those in quarantine', () => {
    for (const { name, allocated, quarantined, objects, slotBytes } of view.caches) {
      const info = slabs.caches.find((it) => it.name === name)?.info;
      expect({ name, slotBytes, objects, active: allocated + quarantined }).toEqual({
        name,
        slotBytes: info?.slotBytes,
        objects: info?.objects,
        active: info?.activeObjects,
      });
    }
    const sample = view.caches.find(({ name }) => name === 'sample');
    expect(sample).toMatchObject({ allocated: 69, quarantined: isChecked ? 1 : 0 });
  });

  it('says of each object of a cache how it is', () => {
    const { objects } = view;
    if (objects === undefined) throw new Error('the cache is there');
    const states = new Map<number, number>();
    let at = 0;
    objects.slabs.forEach((slab, row) => {
      const count = objects.counts[row] ?? 0;
      for (let index = 0; index < count; index++) {
        states.set(slab + index * objects.slotBytes, objects.states[at++] ?? -1);
      }
    });
    expect(at).toBe(objects.states.length);
    expect(states.get(freed)).toBe(isChecked ? OBJECT.QUARANTINED : OBJECT.FREE);
    const live = pointers.filter((pointer) => pointer !== freed);
    expect(live.map((pointer) => states.get(pointer))).toEqual(live.map(() => OBJECT.ALLOCATED));
    const free = [...states.values()].filter((state) => state === OBJECT.FREE);
    expect(free).toHaveLength(states.size - 69 - (isChecked ? 1 : 0));
  });

  it('shows the object that an address leads into', () => {
    const { object } = view;
    expect(object).toMatchObject({ address: late, cache: 'sample', state: OBJECT.ALLOCATED });
    expect(object?.bytes).toHaveLength(cache.slotBytes);
    expect(object?.requestedBytes).toBe(40);
    expect(object?.shadow[5]).toBe(isChecked ? SHADOW.SLAB_REDZONE : undefined);
  });

  it('knows how much was asked for where allocations are tracked', () => {
    const pointer = slabs.kmalloc(21);
    const { object } = memoryView(kernel, { address: pointer });
    expect(object).toMatchObject({ cache: 'kmalloc-32', requestedBytes: isChecked ? 21 : 32 });
    slabs.kfree(pointer);
    const after = memoryView(kernel, { address: pointer });
    expect(after.object?.requestedBytes).toBe(isChecked ? 21 : 32);
  });

  it('survives a free list that leads anywhere', () => {
    const broken = slabs.createCache('broken', 64);
    const pointer = slabs.alloc(broken);
    const slab = slabs.slabOf(pointer);
    if (slab === undefined) throw new Error('it is in a slab');
    const intact = memoryView(kernel, { cache: 'broken' }).objects?.states;
    slabs.ram.bytes.fill(0x41, slab.physical + broken.slotBytes, slab.physical + 4096);
    const { states } = memoryView(kernel, { cache: 'broken' }).objects ?? {};
    expect(states).toHaveLength(intact?.length ?? 0);
    // Only the first link is outside of what was overwritten.
    expect(states?.filter((state) => state === OBJECT.FREE)).toHaveLength(1);
  });

  it.each([
    ['NULL', 0],
    ['a page that is no slab', 4096],
    ['no memory', 2 ** 40],
  ])('has no object at %s', (_what, physical) => {
    const address = physical === 0 ? 0 : slabs.ram.toPointer(physical);
    expect(memoryView(kernel, { cache: 'none', address })).not.toHaveProperty('object');
    expect(memoryView(kernel, { cache: 'none' })).not.toHaveProperty('objects');
  });

  it('tells of allocations that took whole pages', () => {
    const before = memoryView(kernel, {}).other;
    const pointer = slabs.kmalloc(100_000);
    const { other } = memoryView(kernel, {});
    expect(other.large.count).toBe(before.large.count + 1);
    expect(other.large.bytes).toBe(before.large.bytes + 100_000);
    expect(other.freeBytes).toBe(before.freeBytes - 32 * 4096);
    slabs.kfree(pointer);
  });
});
