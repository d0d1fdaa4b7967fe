// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel`: what every driver imports.
 *
 * How api/ becomes declarations: each file says its `@subpath`. The class tagged `@exports` is what
 * `require` answers for that subpath, one object per machine: its public methods become exported
 * functions, its public fields exported constants, and a field whose class is tagged `@namespace`
 * becomes a namespace of that name. The methods of a class tagged `@statics C` become static ones
 * of the public class C, whose instances belong to one machine. Exported types and classes tagged
 * `@public` are exported as they are, into the namespace that `@in` names if it names one. What is
 * `@internal` or #private stays here. `@symbol` says what symbol tables call a function, or
 * `none` where nothing is called; without it that is the function that the comment names as
 * Linux's, or a name made of class and method.
 *
 * @subpath kernel
 */
import { ERRNO_VALUES, type ErrnoValues } from '../kernel/module/errno-value.ts';
import { LEVEL } from '../kernel/printk/printk.ts';
import type { ApiContext } from './context.ts';
import { ModuleDefinition, type ModuleClass, type ModuleInfo } from './driver-module.ts';
import { ParamApi, type NoParams, type ParamTable } from './param.ts';

/** @exports */
export class KernelApi {
  readonly #context: ApiContext;

  /**
   * Error numbers to throw: `throw Errno.ENODEV` is Rust's `Err(ENODEV)`. Any other exception is a
   * panic, and cannot be caught.
   */
  readonly Errno: ErrnoValues = ERRNO_VALUES;

  /** Makes parameters: `const params = { size: param.int(4096, "in bytes") };`. */
  readonly param: ParamApi = new ParamApi();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a class into a module. The result is the default export of the module's main file.
   *
   * @symbol none
   * @param moduleClass its static `init` makes the value that the kernel owns
   * @param info literals only: they are read when the module is built
   */
  module<M extends object, P extends ParamTable = NoParams>(
    moduleClass: ModuleClass<M, P>,
    info: ModuleInfo<P>,
  ): ModuleDefinition {
    // What modinfo shows was read from the source when the module was built.
    void info;
    return new ModuleDefinition(moduleClass);
  }

  /**
   * Writes a line into the kernel log, at level "info". A line is cut at 992 bytes.
   *
   * Context: any. Linux: pr_info, printk.
   *
   * @symbol _printk
   */
  println(text: string): void {
    this.#context.print(LEVEL.INFO, String(text));
  }

  /**
   * Drops an owned value now: its dispose runs, then its owned fields are dropped.
   *
   * Context: any in which its dispose may run.
   *
   * @symbol none
   */
  drop<T>(value: T): void {
    this.#context.runtime.drop(value);
  }

  /**
   * Lets other modules call `fn`, an exported function of this file: they import it from it. Stands
   * at the top level of the file.
   *
   * Context: none, since it is read when the module is built. Linux: EXPORT_SYMBOL.
   *
   * @symbol none
   */
  export_symbol(fn: object): void {
    void fn;
  }

  /**
   * The same for modules whose license is compatible with the GPL. Linux: EXPORT_SYMBOL_GPL.
   *
   * @symbol none
   */
  export_symbol_gpl(fn: object): void {
    void fn;
  }
}
