// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random use of the allocators, against a model that knows of each allocation where it is, how much
 * of it there is, and what was written into it.
 */
import { Prng } from '../../sim/prng.ts';
import { GFP, GFP_MODIFIERS } from '../../uapi/gfp.ts';
import { ZERO_SIZE_POINTER } from '../kmalloc.ts';
import { kfreeSensitive, krealloc } from '../krealloc.ts';
import { kmallocBacking, Mempool, pageBacking, slabBacking } from '../mempool.ts';
import { SLAB } from '../slab-flags.ts';
import type { SlabRig } from './slab-rig.ts';

interface Live {
  pointer: number;
  sizeBytes: number;
  /** In each byte of it. */
  mark: number;
  /** How it goes; undefined for what kfree takes. */
  readonly release: (() => void) | undefined;
}

/** Allocations that live at once, at most. */
const LIVE_MAX = 400;
const MADE = 0x77;

/** What the model plays against. A twin that is broken differs in one of these. */
export interface Subject {
  readonly krealloc: typeof krealloc;
}

/** Plays; what went wrong first, or undefined. */
export function playAllocations(
  rig: SlabRig,
  seed: number,
  operations: number,
  subject: Subject = { krealloc },
): string | undefined {
  const model = new SlabModel(rig, seed, subject);
  for (let left = operations; left > 0; left--) {
    const wrong = model.step();
    if (wrong !== undefined) return `${wrong}, ${operations - left} operations in`;
  }
  return model.end();
}

class SlabModel {
  readonly #rig: SlabRig;
  readonly #random: Prng;
  readonly #subject: Subject;
  readonly #live: Live[] = [];
  readonly #makers: readonly (() => Live | undefined)[];

  constructor(rig: SlabRig, seed: number, subject: Subject) {
    this.#rig = rig;
    this.#random = new Prng(seed);
    this.#subject = subject;
    const { slabs, ram } = rig;
    const make = (pointer: number): void => ram.memset(pointer, MADE, 72);
    const plain = slabs.kmemCacheCreate({ name: 'plain', objectBytes: 90, align: 16 })!;
    const made = slabs.kmemCacheCreate({ name: 'made', objectBytes: 72, make })!;
    const flags = SLAB.RED_ZONE | SLAB.POISON | SLAB.STORE_USER | SLAB.CONSISTENCY_CHECKS;
    const checked = slabs.kmemCacheCreate({ name: 'checked', objectBytes: 33, flags })!;
    const pools: readonly (readonly [Mempool, number])[] = [
      [Mempool.create(kmallocBacking(slabs, 100), 4, GFP.GFP_KERNEL)!, 100],
      [Mempool.create(slabBacking(slabs, checked), 4, GFP.GFP_KERNEL)!, 33],
      [Mempool.create(pageBacking(slabs, 1), 4, GFP.GFP_KERNEL)!, 8192],
    ];
    this.#makers = [
      () => this.#kmalloc(),
      () => this.#kmalloc(),
      () => this.#kmalloc(),
      ...[plain, made, checked].map((cache) => (): Live | undefined => {
        const pointer = slabs.alloc(cache);
        const release = (): void => slabs.cacheFree(cache, pointer);
        return this.#taken(pointer, cache.objectBytes, release);
      }),
      () => {
        const [pool, sizeBytes] = pools[this.#random.below(pools.length)]!;
        const isReserve = this.#random.below(2) === 0 && pool.reserved > 0;
        const pointer = isReserve ? pool.allocPreallocated() : pool.alloc(GFP.GFP_KERNEL);
        return this.#taken(pointer, sizeBytes, () => pool.free(pointer));
      },
      () => {
        const order = this.#random.below(3);
        const physical = slabs.pages.allocPages(order);
        const release = (): void => slabs.pages.freePages(physical, order);
        return this.#taken(physical === 0 ? 0 : ram.toPointer(physical), 4096 << order, release);
      },
    ];
  }

  /** One operation. What went wrong, or undefined. */
  step(): string | undefined {
    const { length } = this.#live;
    if (length > 0 && this.#random.below(2 * LIVE_MAX) < length + LIVE_MAX / 2) {
      const index = this.#random.below(length);
      const live = this.#live[index]!;
      if (live.release === undefined && this.#random.below(4) === 0) return this.#resize(live);
      this.#live[index] = this.#live[length - 1]!;
      this.#live.pop();
      return this.#free(live);
    }
    const live = this.#makers[this.#random.below(this.#makers.length)]!();
    if (live === undefined) return 'out of memory';
    const wrong = this.#wrongOf(live);
    this.#fill(live, 0);
    this.#live.push(live);
    return wrong;
  }

  /** Gives everything back and looks at what the allocators have to say. */
  end(): string | undefined {
    for (const live of this.#live) {
      const wrong = this.#free(live);
      if (wrong !== undefined) return wrong;
    }
    const { slabs, badFrees, badAccesses } = this.#rig;
    if (badFrees.length + badAccesses.length > 0) return 'reports something';
    for (const cache of slabs.caches) {
      if (slabs.validate(cache) + cache.errors > 0) return `errors in ${cache.name}`;
    }
    return undefined;
  }

  #kmalloc(): Live | undefined {
    const sizeBytes = this.#anySize();
    const { slabs } = this.#rig;
    const isZeroed = this.#random.below(4) === 0;
    const pointer = isZeroed ? slabs.kzalloc(sizeBytes) : slabs.kmalloc(sizeBytes);
    const live = this.#taken(pointer, sizeBytes);
    if (live !== undefined && isZeroed) live.mark = 0;
    return isZeroed && live !== undefined && !this.#isIntact(live) ? undefined : live;
  }

  #taken(pointer: number, sizeBytes: number, release?: () => void): Live | undefined {
    const mark = 1 + this.#random.below(255);
    return pointer === 0 ? undefined : { pointer, sizeBytes, mark, release };
  }

  /** Few are large, most are small. */
  #anySize(): number {
    return 1 + this.#random.below(this.#random.below(40) === 0 ? 20_000 : 300);
  }

  #resize(live: Live): string | undefined {
    if (!this.#isIntact(live)) return 'overwritten';
    const { slabs } = this.#rig;
    const oldBytes = live.sizeBytes;
    const sizeBytes = this.#anySize();
    const gfp = GFP.GFP_KERNEL | (this.#random.below(2) === 0 ? GFP_MODIFIERS.__GFP_ZERO : 0);
    const pointer = this.#subject.krealloc(slabs, live.pointer, sizeBytes, gfp);
    if (pointer === 0) return 'krealloc is out of memory';
    live.pointer = pointer;
    live.sizeBytes = Math.min(oldBytes, sizeBytes);
    if (!this.#isIntact(live)) return 'krealloc lost what was there';
    live.sizeBytes = sizeBytes;
    const wrong = this.#wrongOf(live);
    this.#fill(live, 0);
    return wrong;
  }

  #free(live: Live): string | undefined {
    const { slabs, ram } = this.#rig;
    if (!this.#isIntact(live)) return 'overwritten';
    if (live.release !== undefined) live.release();
    else if (this.#random.below(8) === 0) kfreeSensitive(slabs, live.pointer);
    else slabs.kfree(live.pointer);
    const isOpen = ram.checks && ram.firstBad(live.pointer, 1) === 0;
    return isOpen ? 'open after its end' : undefined;
  }

  /** What is wrong with a new allocation. */
  #wrongOf({ pointer, sizeBytes }: Live): string | undefined {
    const { ram, slabs } = this.#rig;
    if (pointer <= ZERO_SIZE_POINTER || pointer % 8 !== 0) return 'no pointer';
    if (!ram.checks) return undefined;
    if (ram.firstBad(pointer, sizeBytes) !== 0) return 'closed where it should be open';
    const isObject = slabs.slabOf(pointer) !== undefined;
    const isOpen = isObject && ram.firstBad(pointer + sizeBytes, 1) === 0;
    return isOpen ? 'open behind its end' : undefined;
  }

  #fill(live: Live, from: number): void {
    const { ram } = this.#rig;
    const at = ram.toPhysical(live.pointer);
    ram.bytes.fill(live.mark, at + from, at + live.sizeBytes);
  }

  /** Looks at all bytes of what is small, and at both ends of what is large. */
  #isIntact({ pointer, sizeBytes, mark }: Live): boolean {
    const { bytes } = this.#rig.ram;
    const at = this.#rig.ram.toPhysical(pointer);
    const endBytes = Math.min(sizeBytes, 64);
    for (let index = 0; index < endBytes; index++) {
      if (bytes[at + index] !== mark || bytes[at + sizeBytes - 1 - index] !== mark) return false;
    }
    return true;
  }
}
