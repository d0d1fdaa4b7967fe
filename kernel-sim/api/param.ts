// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module's parameters: `param` of `kernel`.
 *
 * What stands here is never asked for a value: the toolchain reads the declarations and puts them
 * into the file (`__param`), where the kernel finds them before it runs anything.
 *
 * @subpath kernel
 */

/**
 * One parameter of a module. `initial` is what it is unless `insmod` is told otherwise.
 *
 * Linux: module_param, MODULE_PARM_DESC.
 *
 * @public
 */
export class Param<T> {
  /** What it is when nobody says otherwise. */
  readonly initial: T;

  /** @internal */
  constructor(initial: T) {
    this.initial = initial;
    Object.freeze(this);
  }
}

/**
 * A module's parameters by name, as `module` is given them.
 *
 * @public
 */
export type ParamTable = Readonly<Record<string, Param<unknown>>>;

/**
 * The table of a module without parameters.
 *
 * @public
 */
export type NoParams = Readonly<Record<string, never>>;

/**
 * What `init` is given: the value of each parameter when it is asked for. One that may be written
 * (`mode` 0o644) can change between two looks.
 *
 * @public
 */
export type Params<P extends ParamTable> = {
  readonly [Name in keyof P]: P[Name] extends Param<infer T> ? T : never;
};

/** @namespace */
export class ParamApi {
  /**
   * A whole number from -2^31 to 2^31-1.
   *
   * @symbol none
   * @param initial a constant
   * @param description for `modinfo -p`
   * @param mode permission bits of its file in /sys/module/NAME/parameters, 0o444 unless told; 0
   *   for no file
   */
  int(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number from 0 to 2^32-1.
   *
   * @symbol none
   */
  uint(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number from -2^15 to 2^15-1.
   *
   * @symbol none
   */
  short(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number from 0 to 2^16-1.
   *
   * @symbol none
   */
  ushort(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number as wide as a pointer. Above 2^53 its lowest bits are lost.
   *
   * @symbol none
   */
  long(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number from 0, as wide as a pointer. Above 2^53 its lowest bits are lost.
   *
   * @symbol none
   */
  ulong(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * A whole number from 0 to 255.
   *
   * @symbol none
   */
  byte(initial: number, description: string, mode?: number): Param<number> {
    return made(initial, description, mode);
  }

  /**
   * `y`, `1` or the bare name for true, `n` or `0` for false.
   *
   * @symbol none
   */
  bool(initial: boolean, description: string, mode?: number): Param<boolean> {
    return made(initial, description, mode);
  }

  /**
   * The opposite: `nofoo=1` makes `foo` false.
   *
   * @symbol none
   */
  invbool(initial: boolean, description: string, mode?: number): Param<boolean> {
    return made(initial, description, mode);
  }

  /**
   * A text of at most 1023 bytes.
   *
   * @symbol none
   */
  charp(initial: string, description: string, mode?: number): Param<string> {
    return made(initial, description, mode);
  }
}

function made<T>(initial: T, description: string, mode: number | undefined): Param<T> {
  // Read from the source when the module was built.
  void [description, mode];
  return new Param(initial);
}
