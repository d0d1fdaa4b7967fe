// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Functions of modules by the addresses that memory holds of them.
 *
 * What a module stores in memory is the address of a function in its `.text`. Whoever calls there
 * gets the function that begins at exactly this address, if its module is still loaded.
 */
type DriverFunction = (...args: readonly unknown[]) => unknown;

export class FunctionTable {
  readonly #byAddress = new Map<number, DriverFunction>();
  readonly #addresses = new Map<unknown, number>();

  /** Nothing happens for what is no function, or has no address. */
  define(address: number, fn: unknown): void {
    if (address === 0 || typeof fn !== 'function') return;
    this.#byAddress.set(address, fn as DriverFunction);
    this.#addresses.set(fn, address);
  }

  /** 0 for one that has none. */
  addressOf(fn: unknown): number {
    return this.#addresses.get(fn) ?? 0;
  }

  at(address: number): DriverFunction | undefined {
    return this.#byAddress.get(address);
  }

  /** Forgets those whose memory is given back. */
  forget(address: number, sizeBytes: number): void {
    for (const [at, fn] of this.#byAddress) {
      if (at < address || at >= address + sizeBytes) continue;
      this.#byAddress.delete(at);
      this.#addresses.delete(fn);
    }
  }
}
