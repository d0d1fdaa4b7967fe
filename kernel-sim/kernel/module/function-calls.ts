// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls of drivers' functions whose addresses memory holds, by the kernel's own threads: callbacks
 * of RCU, work items.
 *
 * What memory says is not trusted: where no function of a loaded module begins, the thread oopses
 * as it would when it fetched instructions there.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { DriverCalls } from './driver-calls.ts';
import type { LoadedModule } from './loaded-module.ts';
import type { DriverRuntime, ModuleFunctions } from './runtime.ts';
import type { EntryPath } from './sites.ts';

export interface FunctionCallsParts {
  readonly runtime: DriverRuntime;
  readonly calls: DriverCalls;
  readonly functions: ModuleFunctions;
  readonly modules: () => Iterable<LoadedModule>;
  /** Oopses as a fetch of instructions at an address does. */
  readonly badFetch: (address: number) => never;
}

/** The kernel's frames are there already, and what the function throws has nowhere to go. */
const NO_FRAMES: EntryPath = { sites: [], usedBytes: [], mayFail: false };

export class FunctionCalls {
  readonly #parts: FunctionCallsParts;

  constructor(parts: FunctionCallsParts) {
    this.#parts = parts;
  }

  /**
   * Calls the function whose address `fetch` loads from memory, on top of the kernel's frames that
   * `path` names. Context: a thread of the kernel, with nothing on its stack.
   */
  *call(path: EntryPath, fetch: () => number, ...values: readonly unknown[]): Sleeping<void> {
    const { runtime, calls, functions, badFetch } = this.#parts;
    const frame = runtime.sp;
    for (let n = 0; n < path.sites.length; n++) {
      runtime.stack[frame + 2 * n] = path.sites[n]!;
      runtime.stack[frame + 2 * n + 1] = path.usedBytes[n]!;
    }
    runtime.sp = frame + 2 * path.sites.length;
    const address = fetch();
    const fn = functions.at(address);
    const module = this.#moduleAt(address);
    if (fn === undefined || module === undefined) badFetch(address);
    else yield* calls.callSwitching(module, NO_FRAMES, () => runtime.maybe(fn(...values)));
    runtime.sp = frame;
  }

  #moduleAt(address: number): LoadedModule | undefined {
    for (const module of this.#parts.modules()) {
      const { image } = module;
      if (address >= image.address && address < image.address + image.sizeBytes) return module;
    }
    return undefined;
  }
}
