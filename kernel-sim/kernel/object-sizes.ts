// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How large the objects behind pointers are, as far as a C compiler would know it.
 *
 * A compiler knows the size of what the function at hand has allocated or keeps on its stack, and
 * of every global; of a pointer that came from elsewhere it knows nothing. So each size is noted
 * with the frame that made the object, and only the same function at the same depth is told of it.
 * Who is not told has KASAN to look after it.
 *
 * What is noted is always true of the object that lies there now: giving it back forgets it.
 *
 * Linux: __builtin_dynamic_object_size(p, 0), as include/linux/fortify-string.h uses it.
 */
import type { SiteRegistry } from './module/sites.ts';
import type { Execution } from './sched/execution.ts';

/** The size of what is not known. */
export const UNKNOWN_SIZE = Infinity;

/** A function that makes more objects than this has the first ones forgotten. */
const NOTES = 16;

export class ObjectSizes {
  readonly #execution: Execution;
  readonly #sites: SiteRegistry;
  // Notes by slot, reused in turn; a slot without one begins and ends at 0.
  readonly #start = new Float64Array(NOTES);
  readonly #end = new Float64Array(NOTES);
  readonly #frame = new Int32Array(NOTES);
  readonly #site = new Int32Array(NOTES);
  /** 1 for variables, 0 for allocations. */
  readonly #isFixed = new Uint8Array(NOTES);
  #next = 0;
  readonly #globals: { readonly start: number; readonly end: number }[] = [];

  constructor(execution: Execution, sites: SiteRegistry) {
    this.#execution = execution;
    this.#sites = sites;
  }

  /** The running function has allocated an object; 0 is none. Answers the pointer. */
  note(pointer: number, sizeBytes: number): number {
    if (pointer > 0) this.#note(pointer, sizeBytes, 0);
    return pointer;
  }

  /** The running function has a buffer on its stack. */
  noteVariable(pointer: number, sizeBytes: number): void {
    this.#note(pointer, sizeBytes, 1);
  }

  #note(pointer: number, sizeBytes: number, isFixed: number): void {
    this.forget(pointer);
    const frame = this.#execution.sp - 2;
    const slot = this.#next;
    this.#next = (slot + 1) % NOTES;
    this.#start[slot] = pointer;
    this.#end[slot] = pointer + sizeBytes;
    this.#frame[slot] = frame;
    this.#site[slot] = this.#execution.stack[frame] ?? 0;
    this.#isFixed[slot] = isFixed;
  }

  /** A global of a module, for as long as its memory is the module's. */
  noteGlobal(pointer: number, sizeBytes: number): void {
    this.#globals.push({ start: pointer, end: pointer + sizeBytes });
  }

  /** The object at `pointer` is no more, or its size is to be hidden. */
  forget(pointer: number): void {
    for (let slot = 0; slot < NOTES; slot++) {
      if (pointer >= this.#start[slot]! && pointer < this.#end[slot]!) {
        this.#start[slot] = 0;
        this.#end[slot] = 0;
      }
    }
  }

  /** The globals of a module that goes lie in these bytes. */
  forgetGlobals(start: number, sizeBytes: number): void {
    const kept = this.#globals.filter((it) => it.start < start || it.start >= start + sizeBytes);
    this.#globals.splice(0, this.#globals.length, ...kept);
  }

  /** Bytes from `pointer` to the end of its object, or UNKNOWN_SIZE. */
  sizeOf(pointer: number): number {
    const slot = this.#find(pointer, 0);
    return slot < 0 ? this.#sizeOfGlobal(pointer) : this.#end[slot]! - pointer;
  }

  /** The same, but of variables only: what `__builtin_object_size` knows without running code. */
  fixedSizeOf(pointer: number): number {
    const slot = this.#find(pointer, 1);
    return slot < 0 ? this.#sizeOfGlobal(pointer) : this.#end[slot]! - pointer;
  }

  #find(pointer: number, isFixed: number): number {
    for (let slot = 0; slot < NOTES; slot++) {
      if (this.#isFixed[slot]! < isFixed) continue;
      // What begins where an object ends may be another one.
      const isInside = pointer < this.#end[slot]! && pointer >= this.#start[slot]!;
      if (isInside && this.#isKnownHere(slot)) return slot;
    }
    return -1;
  }

  #sizeOfGlobal(pointer: number): number {
    const found = this.#globals.find(({ start, end }) => pointer >= start && pointer < end);
    return found === undefined ? UNKNOWN_SIZE : found.end - pointer;
  }

  #isKnownHere(slot: number): boolean {
    if (this.#end[slot] === 0) return false;
    const frame = this.#execution.sp - 2;
    const site = this.#execution.stack[frame] ?? 0;
    return this.#frame[slot] === frame && this.#sites.isSameFunction(this.#site[slot]!, site);
  }
}
