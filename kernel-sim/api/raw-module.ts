// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Modules that count who uses them by hand.
 *
 * @subpath kernel/raw
 */
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { SECTION } from '../uapi/module-sections.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, pointerTo } from './raw-value.ts';

/** @exports */
export class RawModuleApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * The module whose code this is, as the functions below want it.
   *
   * Context: any. Linux: THIS_MODULE.
   *
   * @symbol none
   */
  this_module(): VoidPtr {
    return pointerTo(placeOf(this.#context.module));
  }

  /**
   * Holds a module, so that it cannot be unloaded, unless it is on its way out.
   *
   * Context: any. Linux: try_module_get.
   *
   * @raw
   */
  try_module_get(module: VoidPtr): boolean {
    return this.#at(module)?.tryGet() ?? true;
  }

  /**
   * Lets go of a module. Once too often is a warning.
   *
   * Context: any. Linux: module_put.
   *
   * @raw
   */
  module_put(module: VoidPtr): void {
    const found = this.#at(module);
    if (found === undefined) return;
    // The kernel itself holds a module until it unloads it. Linux: MODULE_REF_BASE.
    const base = found.state === 'Unloading' ? 0 : 1;
    if (found.references + base > 0) found.put();
    else this.#context.services.raw.warner.warn();
  }

  /**
   * How many hold a module; -1 for one that is on its way out.
   *
   * Context: any. Linux: module_refcount.
   *
   * @raw
   */
  module_refcount(module: VoidPtr): number {
    const found = this.#at(module);
    return found === undefined || found.state === 'Unloading' ? -1 : found.references;
  }

  /** Undefined for NULL, which stands for the kernel, and for what is no module. */
  #at(pointer: VoidPtr): LoadedModule | undefined {
    const address = addressOf(pointer);
    if (address === 0) return undefined;
    return this.#context.services.modules().find((module) => placeOf(module) === address);
  }
}

function placeOf({ image }: LoadedModule): number {
  return image.sections.find(({ name }) => name === SECTION.THIS_MODULE)?.address ?? image.address;
}
