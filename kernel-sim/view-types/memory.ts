// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's own memory, as a view of it is answered. */
import type { SourcePlace } from './source.ts';

/** What a view of memory wants to see besides the list of caches. */
export interface MemoryRequest {
  /** Name of the cache whose objects are wanted one by one. */
  readonly cache?: string;
  /** An address in the object that is wanted in every detail. */
  readonly address?: number;
}

/** Memory as a view shows it: taken on demand, between two slices. */
export interface MemoryView {
  readonly nowNs: number;
  /** Bytes of a pointer: how addresses are written. */
  readonly pointerBytes: 4 | 8;
  readonly caches: readonly CacheView[];
  /** Of the cache that was asked for; absent when there is none of that name. */
  readonly objects?: CacheObjects;
  /** Where the address that was asked for leads; absent when it is in no slab. */
  readonly object?: ObjectView;
  /** What nothing leads to any more, as kmemleak has found. */
  readonly leaks: readonly LeakView[];
  readonly other: OtherMemory;
}

/** An allocation that was lost, and who made it. */
export interface LeakView {
  readonly address: number;
  readonly sizeBytes: number;
  readonly kind: 'slab' | 'vmalloc' | 'percpu';
  readonly pid: number;
  readonly task: string;
  readonly where: string;
  readonly source?: SourcePlace;
}

export interface CacheView {
  readonly name: string;
  readonly objectBytes: number;
  /** Distance between two objects. */
  readonly slotBytes: number;
  readonly slabs: number;
  /** Room for so many objects. */
  readonly objects: number;
  readonly allocated: number;
  readonly quarantined: number;
}

/** One byte for each object: one of the first three, and flags. */
export const OBJECT = {
  FREE: 0,
  ALLOCATED: 1,
  QUARANTINED: 2,
  /** What of the byte is not a flag. */
  STATE: 0x0f,
  LEAKED: 0x10,
  BAD_ACCESS: 0x20,
} as const;

/** Every object of a cache, slab after slab, by address. */
export interface CacheObjects {
  readonly cache: string;
  readonly slotBytes: number;
  /** Where in its slot an object begins: behind a red zone, where there is one. */
  readonly objectOffset: number;
  /** Address of each slab, and how many objects it has. */
  readonly slabs: Float64Array<ArrayBuffer>;
  readonly counts: Uint16Array<ArrayBuffer>;
  /** `OBJECT` of each object. */
  readonly states: Uint8Array<ArrayBuffer>;
  /** Index in `owners` of who allocated it. */
  readonly owner: Uint8Array<ArrayBuffer>;
  /** `kernel`, then modules. */
  readonly owners: readonly string[];
}

export interface ObjectView {
  readonly address: number;
  readonly cache: string;
  readonly slab: number;
  /** Which object of its slab it is, from 0. */
  readonly index: number;
  readonly objectBytes: number;
  /** What its owner asks or asked for; the whole object where nobody knows. */
  readonly requestedBytes: number;
  /** A byte of `OBJECT`. */
  readonly state: number;
  /**
   * Up to the next object, and the shadow of each eight of them (hw/ram/shadow.ts); none where
   * nobody keeps one.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly shadow: Uint8Array<ArrayBuffer>;
  /** Its life as far as it is recorded, oldest first. */
  readonly events: readonly MemoryEvent[];
  /** What it is or was allocated for, if a module says it. */
  readonly type?: ObjectTypeView;
}

/** A struct of a module; what it says may not fit the object. */
export interface ObjectTypeView {
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: readonly ObjectField[];
}

export interface ObjectField {
  /** `node.next` for a field of a field. */
  readonly name: string;
  readonly offset: number;
  /** 0 for a flexible array, which ends with the object. */
  readonly sizeBytes: number;
  /** A scalar's name, `pointer`, `function`, `u8[6]`, `u8[]`, `struct[4]`. */
  readonly kind: string;
  /** The slab cache into which a pointer leads. */
  readonly cache?: string;
  /** What a pointer to a function leads to: `ring_read [ring]`. */
  readonly symbol?: string;
}

export interface MemoryEvent {
  readonly kind: 'allocated' | 'freed' | 'accessed';
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly task: string;
  /** Where in a driver, or the innermost function of the kernel that is known. */
  readonly where: string;
  readonly source?: SourcePlace;
  readonly access?: BadAccessView;
}

/** What a report is about. */
export interface BadAccessView {
  /** As the report's title has it: `slab-use-after-free`. */
  readonly kind: string;
  readonly address: number;
  /** 0 for a wrong free. */
  readonly sizeBytes: number;
  readonly isWrite: boolean;
  /** Of the report's headline in the log. */
  readonly logSequence: number;
}

/** What lies outside of the caches. */
export interface OtherMemory {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** How many free blocks there are of 1, 2, 4 … pages. */
  readonly freeBlocks: readonly number[];
  /** Allocations of kmalloc that were too large for a cache. */
  readonly large: { readonly count: number; readonly bytes: number };
  readonly vmalloc: readonly VmallocView[];
}

/** A line of /proc/vmallocinfo. */
export interface VmallocView {
  readonly address: number;
  readonly sizeBytes: number;
  readonly pages: number;
  /** Who asked for it, as reports name a function. */
  readonly caller: string;
}
