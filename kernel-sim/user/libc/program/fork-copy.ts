// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What fork(2) copies of a program besides its memory: the values of its variables.
 *
 * The child is evaluated anew, so it has functions and classes of its own; then each variable of
 * its files gets a copy of the parent's value. Functions of the files themselves become the
 * child's. What is inside of a running function (a closure, `#private` fields) cannot be copied.
 */

/** One file of a running program, as its own code hands it over (uapi/program-abi.ts). */
export interface FileState {
  /** Its functions and classes, in their order. */
  readonly functions: readonly unknown[];
  /** Accessors of its variables by name. */
  readonly variables: object;
  readonly exports: object;
}

type Bag = Record<PropertyKey, unknown>;

export class ForkCopier {
  /** Of each value of the parent the child's. */
  readonly #copies = new Map<unknown, unknown>();

  constructor(
    from: readonly FileState[],
    to: readonly FileState[],
    libraries: readonly [object, object],
  ) {
    this.#pair(Object.values(libraries[0]), Object.values(libraries[1]));
    for (const [index, { functions }] of from.entries()) {
      this.#pair(functions, to[index]?.functions ?? []);
    }
    for (const [index, state] of from.entries()) {
      const own = to[index];
      if (own === undefined) continue;
      this.#copyInto(state.variables as Bag, own.variables as Bag);
      this.#copyInto(state.exports as Bag, own.exports as Bag);
    }
  }

  /** The child's copy of any value. Throws for what cannot be copied. */
  copy<T>(value: T): T {
    return this.#copy(value) as T;
  }

  #pair(from: readonly unknown[], to: readonly unknown[]): void {
    for (const [index, value] of from.entries()) {
      const own = to[index];
      if (typeof value !== 'function' || typeof own !== 'function') continue;
      this.#copies.set(value, own);
      if (isObject(value.prototype)) this.#copies.set(value.prototype, own.prototype);
    }
  }

  #copyInto(from: Bag, to: Bag): void {
    for (const name of Object.keys(from)) {
      const value = from[name];
      if (typeof value === 'function' && typeof to[name] === 'function') continue;
      to[name] = this.#copy(value);
    }
  }

  #copy(value: unknown): unknown {
    if (!isObject(value) && typeof value !== 'function') return value;
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    if (typeof value === 'function') {
      throw new Error('fork: a function inside of a function cannot be copied');
    }
    const copy = this.#empty(value);
    this.#copies.set(value, copy);
    if (value instanceof Map) {
      const map = copy as Map<unknown, unknown>;
      for (const [key, it] of value) map.set(this.#copy(key), this.#copy(it));
    } else if (value instanceof Set) {
      for (const it of value) (copy as Set<unknown>).add(this.#copy(it));
    }
    if (!ArrayBuffer.isView(value)) this.#copyProperties(value, copy);
    return copy;
  }

  /** An object of the same kind, with what only its making can give it. */
  #empty(value: object): object {
    if (Array.isArray(value)) return [];
    if (value instanceof Map) return new Map();
    if (value instanceof Set) return new Set();
    if (value instanceof ArrayBuffer) return value.slice(0);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (value instanceof Error) return new Error();
    const prototype: unknown = Object.getPrototypeOf(value);
    const own = this.#copies.get(prototype) ?? prototype;
    return Object.create(isObject(own) ? own : null) as object;
  }

  #view(value: ArrayBufferView): object {
    const buffer = this.#copy(value.buffer) as ArrayBuffer;
    if (value instanceof DataView) return new DataView(buffer, value.byteOffset, value.byteLength);
    const kind = VIEWS.find((it) => value instanceof it) ?? Uint8Array;
    const length = value.byteLength / kind.BYTES_PER_ELEMENT;
    return new kind(buffer, value.byteOffset, length);
  }

  #copyProperties(from: object, to: object): void {
    for (const key of [
      ...Object.getOwnPropertyNames(from),
      ...Object.getOwnPropertySymbols(from),
    ]) {
      const descriptor = Object.getOwnPropertyDescriptor(from, key);
      if (descriptor === undefined || !('value' in descriptor)) continue;
      const own = Object.getOwnPropertyDescriptor(to, key);
      if (own?.configurable === false && own.writable === false) continue;
      const isFixed = own?.configurable === false; // The length of an array.
      if (isFixed) (to as Bag)[key] = descriptor.value;
      else Object.defineProperty(to, key, { ...descriptor, value: this.#copy(descriptor.value) });
    }
    if (Object.isFrozen(from)) Object.freeze(to);
  }
}

const VIEWS = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array] as const;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
