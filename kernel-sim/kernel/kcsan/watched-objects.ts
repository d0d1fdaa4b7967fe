// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fields of drivers' objects and variables of modules, each access told to the race detector. The
 * engine keeps the values themselves; here each object gets a body in memory, so that its fields
 * have addresses, and what is stored is written there, so that a report can say what changed.
 *
 * Bodies lie one behind the other in pages that are taken when they are needed. So many are kept;
 * then the oldest lose their place, since nobody says when an object of the engine's is gone.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { ModuleWatcher } from '../../uapi/module-abi.ts';
import { ACCESS } from './access.ts';
import type { RaceDetector } from './race-detector.ts';

/** Of the bodies of all objects. */
const PAGES_MAX = 64;
const PAGE_BYTES = 4096;
/** Bodies begin at multiples of it, as what kmalloc answers. */
const BODY_ALIGN = 8;
const WORD = 2 ** 32;

/** Where the pages come from: physical addresses, or 0. */
interface Pages {
  allocPage(): number;
}

export class WatchedObjects implements ModuleWatcher {
  readonly #ram: Ram;
  readonly #pages: Pages;
  readonly #races: RaceDetector;
  /** Physical addresses, and above them the round that they are of. */
  readonly #bodies = new WeakMap<object, number>();
  /** Physical addresses, in the order in which they are filled. */
  readonly #taken: number[] = [];
  #page = -1;
  #used = PAGE_BYTES;
  /** How often all pages have been filled: bodies of earlier rounds are no more. */
  #round = 0;
  /** What stands for values that are no numbers. */
  readonly #numbers = new WeakMap<object, number>();
  #lastNumber = 0;
  #lastObject: object | undefined;
  #lastBody = 0;

  constructor(ram: Ram, pages: Pages, races: RaceDetector) {
    this.#ram = ram;
    this.#pages = pages;
    this.#races = races;
  }

  loadField(object: object, bodyBytes: number, offset: number, sizeBytes: number): void {
    const body = this.#bodyOf(object, bodyBytes);
    if (body !== 0) this.#races.access(body + offset, sizeBytes, 0);
  }

  storeField(
    object: object,
    bodyBytes: number,
    offset: number,
    sizeBytes: number,
    before: unknown,
    after: unknown,
  ): void {
    const body = this.#bodyOf(object, bodyBytes);
    if (body !== 0) this.storeVariable(body + offset, sizeBytes, before, after);
  }

  loadVariable(address: number, sizeBytes: number): void {
    this.#races.access(address, sizeBytes, 0);
  }

  storeVariable(address: number, sizeBytes: number, before: unknown, after: unknown): void {
    const physical = this.#ram.physicalOf(address);
    if (!(physical >= 0)) return;
    this.#write(physical, sizeBytes, before);
    this.#races.access(address, sizeBytes, ACCESS.WRITE);
    this.#write(physical, sizeBytes, after);
    if (this.#races.isPending) this.#races.flush();
  }

  /** 0 for what is no object: the access itself says so. */
  #bodyOf(object: object, bodyBytes: number): number {
    if (object === this.#lastObject) return this.#lastBody;
    if (!isObject(object)) return 0;
    const known = this.#bodies.get(object) ?? -1;
    const isThere = Math.floor(known / WORD) === this.#round;
    const place = isThere ? known : this.#place(bodyBytes);
    if (place < 0) return 0;
    if (!isThere) this.#bodies.set(object, place);
    this.#lastObject = object;
    this.#lastBody = this.#ram.toPointer(place % WORD);
    return this.#lastBody;
  }

  /** Where a new body lies, with its round; -1 when there is no room. */
  #place(bodyBytes: number): number {
    if (bodyBytes > PAGE_BYTES) return -1;
    if (this.#used + bodyBytes > PAGE_BYTES && !this.#turnPage()) return -1;
    const physical = this.#taken[this.#page]! + this.#used;
    this.#used += Math.ceil(bodyBytes / BODY_ALIGN) * BODY_ALIGN;
    return this.#round * WORD + physical;
  }

  #turnPage(): boolean {
    if (this.#taken.length < PAGES_MAX) {
      const page = this.#pages.allocPage();
      if (page > 0) this.#taken.push(page);
    }
    if (this.#taken.length === 0) return false;
    this.#page++;
    if (this.#page === this.#taken.length) {
      this.#page = 0;
      this.#round++;
      this.#lastObject = undefined;
    }
    this.#used = 0;
    this.#races.forget(this.#taken[this.#page]!, PAGE_BYTES);
    return true;
  }

  /** A value as bytes: whole numbers as a long, what is no number as one that stands for it. */
  #write(physical: number, sizeBytes: number, value: unknown): void {
    const { view } = this.#ram;
    const number = this.#numberOf(value);
    if (sizeBytes === 1) view.setUint8(physical, number);
    else if (sizeBytes === 4) view.setUint32(physical, number >>> 0, true);
    else if (typeof value === 'bigint') {
      view.setBigUint64(physical, BigInt.asUintN(64, value), true);
    } else if (Number.isSafeInteger(number)) {
      view.setUint32(physical, number >>> 0, true);
      view.setInt32(physical + 4, Math.floor(number / WORD), true);
    } else view.setFloat64(physical, number, true);
  }

  #numberOf(value: unknown): number {
    switch (typeof value) {
      case 'number':
        return value;
      case 'boolean':
        return Number(value);
      case 'string':
        return hashOf(value);
      case 'object':
      case 'function':
        return value === null ? 0 : this.#numberFor(value);
      default:
        return 0;
    }
  }

  #numberFor(value: object): number {
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, (number = ++this.#lastNumber));
    return number;
  }
}

Object.freeze(WatchedObjects.prototype);

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** FNV-1a over the units of a string. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  }
  return hash >>> 0;
}
