// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What `module()` is given and answers.
 *
 * @subpath kernel
 */
import type { NoParams, Params, ParamTable } from './param.ts';

/**
 * A class that is a module: `init` makes the value that the kernel owns until the module is
 * unloaded.
 *
 * @public
 */
export interface ModuleClass<M extends object, P extends ParamTable = NoParams> {
  /**
   * Called when the module is loaded. Linux: module_init.
   *
   * @context process
   * @param params the module's parameters, as insmod set them
   * @throws any Errno, which insmod then prints
   */
  init(params: Params<P>): M;
}

/**
 * What modinfo(8) prints of a module.
 *
 * @public
 */
export interface ModuleInfo<P extends ParamTable = NoParams> {
  /** The name in lsmod; the name of the `.ko` unless told. */
  readonly name?: string;
  /** `GPL`, `GPL v2`, `Dual MIT/GPL`, …; anything that is not free taints the kernel. */
  readonly license: string;
  /** One sentence. */
  readonly description?: string;
  /** `Name <address>`. */
  readonly author?: string;
  /** `1.0`, … */
  readonly version?: string;
  /** A constant table of parameters, made by `param`. */
  readonly params?: P;
  /** A constant table of the USB devices that it is for: modprobe finds it by them. */
  readonly usb_ids?: readonly { readonly vendor?: number; readonly product?: number }[];
}

/**
 * What a module's main file exports as its default.
 *
 * @public
 */
export class ModuleDefinition {
  readonly #class: ModuleClass<object, never>;

  /** @internal */
  constructor(moduleClass: ModuleClass<object, never>) {
    this.#class = moduleClass;
    Object.freeze(this);
  }

  /** @internal */
  static classOf(value: unknown): ModuleClass<object, never> | undefined {
    return typeof value === 'object' && value !== null && #class in value
      ? value.#class
      : undefined;
  }
}
