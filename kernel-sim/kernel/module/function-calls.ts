// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls of drivers' functions whose addresses memory holds, by the kernel's own code: callbacks of
 * RCU, work items, tasklets, interrupts.
 *
 * What memory says is not trusted: where no function of a loaded module begins, the caller oopses
 * as it would when it fetched instructions there.
 */
import { isCoroutine } from '../../lib/coroutine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { BoundMethods } from './bound-methods.ts';
import type { DriverCalls } from './driver-calls.ts';
import type { LoadedModule } from './loaded-module.ts';
import type { DriverRuntime, ModuleFunctions } from './runtime.ts';
import type { EntryPath, SiteRegistry } from './sites.ts';
import type { KernelSymbols } from './symbols.ts';

export interface FunctionCallsParts {
  readonly runtime: DriverRuntime;
  readonly calls: DriverCalls;
  readonly functions: ModuleFunctions;
  readonly modules: () => Iterable<LoadedModule>;
  readonly sites: SiteRegistry;
  readonly symbols: KernelSymbols;
  /** Oopses as a fetch of instructions at an address does. */
  readonly badFetch: (address: number) => never;
}

/** The kernel's frames are there already, and what the function throws has nowhere to go. */
const NO_FRAMES: EntryPath = { sites: [], usedBytes: [], mayFail: false };

export class FunctionCalls {
  /** Methods of drivers' objects, by what calls them: the last value that a call passes. */
  readonly methods = new BoundMethods();
  readonly #parts: FunctionCallsParts;
  /** Functions of the kernel's own that memory may hold. */
  readonly #own = new Map<number, (...values: readonly unknown[]) => void>();

  constructor(parts: FunctionCallsParts) {
    this.#parts = parts;
  }

  /**
   * Calls the function whose address `fetch` loads from memory, on top of the kernel's frames that
   * `path` names: what is there already, they stand on. Returns what the function returns. Context:
   * any in which the function may run.
   */
  *call(path: EntryPath, fetch: () => number, ...values: readonly unknown[]): Sleeping<unknown> {
    const { runtime, calls, functions, badFetch } = this.#parts;
    const frame = runtime.push(path);
    const address = fetch();
    const own = this.#own.get(address);
    if (own !== undefined) {
      own(...values);
      runtime.sp = frame;
      return undefined;
    }
    const fn = this.methods.at(values.at(-1), address) ?? functions.at(address);
    const module = this.#moduleAt(address);
    if (fn === undefined || module === undefined) return badFetch(address);
    const body = (): Sleeping<unknown> => this.#drive(module, fn(...values));
    const answer = yield* calls.callSwitching(module, NO_FRAMES, body);
    runtime.sp = frame;
    return answer.value;
  }

  /** The address of a function of the kernel's own, as memory may hold it: it does `fn`. */
  own(name: string, fn: (...values: readonly unknown[]) => void): number {
    const address = this.#parts.symbols.get(name)?.address ?? 0;
    this.#own.set(address, fn);
    return address;
  }

  /** What function begins at an address: `name [module]`. Linux: %ps. */
  nameOf(address: number): string {
    for (const { image, name: module } of this.#parts.modules()) {
      for (const [name, at] of image.functionAddresses) {
        if (at === address) return `${name} [${module}]`;
      }
    }
    return `0x${address.toString(16)}`;
  }

  /** Goes on as long as there is code to go on with: the module may be unloaded meanwhile. */
  *#drive(module: LoadedModule, result: unknown): Sleeping<unknown> {
    if (!isCoroutine(result)) return result;
    for (;;) {
      const step = result.next();
      if (step.done === true) return step.value;
      yield;
      if (module.isFreed) this.#fetchFreed(module);
    }
  }

  /** The driver's innermost function goes on where its text was. */
  #fetchFreed({ image }: LoadedModule): never {
    const { runtime, sites, badFetch } = this.#parts;
    const { name, offset } = sites.resolve(runtime.stack[runtime.sp - 2] ?? 0);
    return badFetch((image.functionAddresses.get(name) ?? image.address) + offset);
  }

  #moduleAt(address: number): LoadedModule | undefined {
    for (const module of this.#parts.modules()) {
      const { image } = module;
      if (address >= image.address && address < image.address + image.sizeBytes) return module;
    }
    return undefined;
  }
}
