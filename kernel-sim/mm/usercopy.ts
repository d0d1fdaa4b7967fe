// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hardened usercopy: before bytes go between a process and the kernel, a look whether the kernel's
 * side of it is one object that may be shown or overwritten.
 *
 * A slab cache says which part of its objects may be copied; of kmalloc's it is all of them. What
 * does not hold ends the task, since somebody may be attacking.
 *
 * Linux: mm/usercopy.c, __check_heap_object of mm/slub.c. Differs: the guard page behind a
 * vmalloc area is no part of it, and any block of pages is one object, with __GFP_COMP or without.
 */
import { LEVEL, type Printk } from '../kernel/printk/printk.ts';
import type { Warner } from '../kernel/warner.ts';
import { SLAB } from './slab-flags.ts';
import { PAGE_SIZE } from './page.ts';
import { type SlabAllocator, ZERO_SIZE_POINTER } from './kmalloc.ts';

/** Addresses from `start` to below `end`. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** Where things lie that are no heap. */
export interface KernelPlaces {
  readonly text: AddressRange;
  /** The same in the direct map. */
  readonly linearText: AddressRange;
  /** The running task's kernel stack, and how far down it is used. */
  stack(): (AddressRange & { readonly pointer: number }) | undefined;
  /** True for any address that vmalloc deals with. */
  isVmalloc(pointer: number): boolean;
  vmallocArea(pointer: number): AddressRange | undefined;
}

/** Where Linux says that it is. */
const PLACE = 'mm/usercopy.c:102';
/** All addresses, wherever the board's end. */
const ADDRESSES = 1n << 64n;

export class Usercopy {
  readonly #slabs: SlabAllocator;
  readonly #places: KernelPlaces;
  readonly #printk: Printk;
  readonly #warner: Warner;
  readonly #isOn: boolean;

  constructor(
    slabs: SlabAllocator,
    places: KernelPlaces,
    printk: Printk,
    warner: Warner,
    isOn: boolean,
  ) {
    this.#slabs = slabs;
    this.#places = places;
    this.#printk = printk;
    this.#warner = warner;
    this.#isOn = isOn;
  }

  /**
   * Looks at `sizeBytes` from a kernel pointer that are about to be copied.
   *
   * Oopses: when they must not be. Linux: __check_object_size.
   */
  check(pointer: number, sizeBytes: number, toUser: boolean): void {
    if (!this.#isOn || sizeBytes === 0) return;
    const bad = this.#addressProblem(pointer, sizeBytes) ?? this.#objectProblem(pointer, sizeBytes);
    if (bad === undefined || bad === FINE) return;
    const [verb, way] = toUser ? ['exposure', 'from'] : ['overwrite', 'to'];
    const what = bad.detail === undefined ? bad.name : `${bad.name} '${bad.detail}'`;
    const where = `(offset ${bad.offset}, size ${sizeBytes})`;
    this.#printk.print(
      LEVEL.EMERG,
      `usercopy: Kernel memory ${verb} attempt detected ${way} ${what} ${where}!`,
    );
    throw this.#warner.bug(PLACE);
  }

  #addressProblem(pointer: number, sizeBytes: number): Problem | undefined {
    if (this.#slabs.ram.bitsOf(pointer) + BigInt(sizeBytes) > ADDRESSES) {
      return { name: 'wrapped address', offset: 0 };
    }
    const isNull = pointer === 0 || pointer === ZERO_SIZE_POINTER;
    return isNull ? { name: 'null address', offset: pointer } : undefined;
  }

  #objectProblem(pointer: number, sizeBytes: number): Problem | typeof FINE | undefined {
    return (
      this.#stackProblem(pointer, sizeBytes) ??
      this.#heapProblem(pointer, sizeBytes) ??
      this.#textProblem(pointer, sizeBytes)
    );
  }

  /** FINE if all of it is on the stack: nothing else is asked then. Linux: check_stack_object. */
  #stackProblem(pointer: number, sizeBytes: number): Problem | typeof FINE | undefined {
    const stack = this.#places.stack();
    if (stack === undefined) return undefined;
    const end = pointer + sizeBytes;
    if (end <= stack.start || pointer >= stack.end) return undefined;
    if (pointer >= stack.pointer && end <= stack.end) return FINE;
    return { name: 'process stack', offset: stack.pointer - pointer };
  }

  /** Linux: check_heap_object. */
  #heapProblem(pointer: number, sizeBytes: number): Problem | undefined {
    if (this.#places.isVmalloc(pointer)) return this.#vmallocProblem(pointer, sizeBytes);
    const { ram, pages } = this.#slabs;
    if (!ram.holds(pointer)) return undefined;
    if (this.#slabs.slabOf(pointer) !== undefined) return this.#slabProblem(pointer, sizeBytes);
    const block = pages.blockOf(ram.toPhysical(pointer));
    if (block.order === 0) return undefined;
    const offset = ram.toPhysical(pointer) - block.physical;
    const isInside = sizeBytes <= (PAGE_SIZE << block.order) - offset;
    return isInside ? undefined : { name: 'page alloc', offset };
  }

  #vmallocProblem(pointer: number, sizeBytes: number): Problem | undefined {
    const area = this.#places.vmallocArea(pointer);
    if (area === undefined) return { name: 'vmalloc', detail: 'no area', offset: 0 };
    if (sizeBytes <= area.end - pointer) return undefined;
    return { name: 'vmalloc', offset: pointer - area.start };
  }

  /** Linux: __check_heap_object. */
  #slabProblem(pointer: number, sizeBytes: number): Problem | undefined {
    const slab = this.#slabs.slabOf(pointer)!;
    const { cache } = slab;
    const { userOffset, userBytes, layout } = cache;
    let offset = (this.#slabs.ram.toPhysical(pointer) - slab.physical) % cache.slotBytes;
    if ((cache.flags & SLAB.RED_ZONE) !== 0) {
      if (offset < layout.redLeftBytes) {
        return { name: 'SLUB object in left red zone', detail: cache.name, offset };
      }
      offset -= layout.redLeftBytes;
    }
    const isAllowed = offset >= userOffset && offset + sizeBytes <= userOffset + userBytes;
    return isAllowed ? undefined : { name: 'SLUB object', detail: cache.name, offset };
  }

  /** Linux: check_kernel_text_object. */
  #textProblem(pointer: number, sizeBytes: number): Problem | undefined {
    const end = pointer + sizeBytes;
    const { text, linearText } = this.#places;
    if (pointer < text.end && end > text.start) {
      return { name: 'kernel text', offset: pointer - text.start };
    }
    const isLinear = pointer < linearText.end && end > linearText.start;
    return isLinear
      ? { name: 'linear kernel text', offset: pointer - linearText.start }
      : undefined;
  }
}

interface Problem {
  readonly name: string;
  readonly detail?: string;
  readonly offset: number;
}

const FINE = Symbol('fine');
