// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The binary interface between compiled driver code and the kernel that runs it.
 *
 * A `.ko` is an ELF relocatable with the sections of a Linux module (module-sections.ts), and holds
 * the code twice: the fast build, whose
 * functions are generators only where they may switch, and the stepped build, in which every
 * function is one and every statement is a point where another task may run. Each code section is
 * the text of one JavaScript function expression, a `ModuleFactory`.
 */
import type { Sleeping } from './coroutine.ts';

export const KO_SECTION = {
  /** NUL-terminated `key=value` strings: name, license, description, author, vermagic, depends. */
  MODINFO: '.modinfo',
  FAST: '.ringzero.fast',
  STEPPED: '.ringzero.stepped',
  /** JSON `SiteTable`. */
  SITES: '.ringzero.sites',
  /** JSON source maps (version 3) of the two builds: `{ "fast": …, "stepped": … }`. */
  MAPS: '.ringzero.maps',
} as const;

/** What `vermagic` says of a module for this kernel: Linux's layout, our release and build. */
export const KERNEL_RELEASE = '6.12.0-ringzero';
export const VERMAGIC = {
  pc: `${KERNEL_RELEASE} SMP preempt mod_unload modversions `,
  rpi3: `${KERNEL_RELEASE} SMP mod_unload modversions ARMv7 p2v8 `,
} as const;

/** ELF e_machine values by board. */
export const ELF_MACHINE = { pc: 62, rpi3: 40 } as const;

/**
 * Every place of a module that a report can name. Site ids in code are `$base` plus an index here,
 * so that modules in one kernel never share an id. Both builds use the same ids.
 */
export interface SiteTable {
  /** Source files as the learner wrote them, relative to the module's folder. */
  readonly files: readonly string[];
  readonly functions: readonly {
    /** As a report prints it: `init`, `Yes.read` → `yes_read` is the toolchain's choice. */
    readonly name: string;
    /** What the function takes from the kernel stack, in bytes. */
    readonly frameBytes: number;
    /** Length of the function in the canonical layout: the `LEN` of `name+0xOFF/0xLEN`. */
    readonly length: number;
  }[];
  /** [function, file, line (from 1), column (from 1), offset in the function]. */
  readonly sites: readonly (readonly [number, number, number, number, number])[];
  /** The structs that memory is taken for, and the sites that take it: [site, index of a type]. */
  readonly types?: readonly ObjectType[];
  readonly allocations?: readonly (readonly [number, number])[];
  /** What the locks are called that are made at sites: `&ring->lock`, `Bank.accounts`. */
  readonly locks?: readonly (readonly [site: number, name: string])[];
}

/** A struct of a driver, as far as a view shows it. */
export interface ObjectType {
  readonly name: string;
  readonly sizeBytes: number;
  /** `node.next`; kind: a scalar's name, `pointer`, `function`, `u8[6]`, `u8[]`, `struct[4]`. */
  readonly fields: readonly (readonly [
    name: string,
    offset: number,
    sizeBytes: number,
    kind: string,
  ])[];
}

/**
 * `$k`: what instrumented code may touch of the kernel. One object per machine; the kernel keeps
 * `stack`, `sp`, `dying` and `budget` those of the task that runs.
 *
 * A plain function is emitted as
 *
 *     function f(a) {
 *       const $s = $k.stack, $p = $k.enter($base + SITE, FRAME_BYTES);   // charges FUNCTION_ENTRY
 *       try {
 *         $s[$p] = $base + SITE;         // before each statement or call that a report can name
 *         for (…) { if (($k.budget -= BACK_EDGE) < 0) $k.overrun(); … }
 *       } catch ($e) { throw $k.unwind($e); }
 *       finally { $k.sp = $p; }
 *     }
 *
 * and one that may switch as a generator with the same frame, whose back-edges read
 * `if (($k.budget -= BACK_EDGE) < 0) yield* $k.reschedule();`. In the stepped build a function that
 * is plain in the fast one keeps `$k.overrun()` at its back-edges, so that both builds have the
 * same shared points; and every statement is preceded by `if ($k.stepping) yield* $k.step($base +
 * SITE);`.
 */
export interface ModuleRuntime {
  /** Nanoseconds that the running CPU may still spend before it must look up. */
  budget: number;
  /** Call stack of the running task: pairs [site id, bytes of kernel stack used so far]. */
  readonly stack: Int32Array;
  /** Index in `stack` of the next frame. */
  sp: number;
  /** True once the running task has oopsed: none of the driver's code may run in it again. */
  readonly dying: boolean;
  /** True when somebody wants to decide at single statements (stepped build only). */
  readonly stepping: boolean;

  /**
   * Opens a frame: charges FUNCTION_ENTRY and `frameBytes`, returns its index in `stack`. Throws
   * the death of the task when the kernel stack overflows.
   */
  enter(site: number, frameBytes: number): number;
  /** Budget used up in a plain function: takes due interrupts, lets other CPUs catch up. */
  overrun(): void;
  /** Budget used up in a generator: as `overrun`, and may give the CPU away. */
  reschedule(): Sleeping<void>;
  step(site: number): Sleeping<void>;

  /**
   * Called with whatever passes through a function's end. Anything but an Errno is a panic: the
   * first call records the stack and marks the task dying. Returns what to throw on.
   */
  unwind(thrown: unknown): unknown;
  /** First statement of each `catch` of the source: returns only for an Errno, else throws on. */
  caught(thrown: unknown): void;

  /** Drops a value: its drop glue, else `[Symbol.dispose]`, else nothing. For null too. */
  drop(value: unknown): void;
  /** The same where glue or dispose may switch: answers a coroutine if there is one to finish. */
  startDrop(value: unknown): unknown;
  /** The same as a coroutine of its own. */
  dropSwitching(value: unknown): Sleeping<void>;
  /** Key of the drop glue method that the toolchain adds to classes with owned fields. */
  readonly DROP: symbol;

  /**
   * Whether a call has to be finished: `($k.isCoroutine(t = f(a)) ? yield* t : t)`. Functions of
   * the API may be done at once, and nobody knows of functions that are called by value.
   */
  isCoroutine(result: unknown): boolean;
  /** The same as a coroutine of its own. */
  maybe(result: unknown): Sleeping<unknown>;
  /** A call by value out of a plain function: oopses if the result is a coroutine of ours. */
  sync<T>(result: T): T;

  /** Memory as raw code touches it. A factory takes it once, as `$m`. */
  readonly memory: ModuleMemory;
  /** Who looks for data races, or null. A factory takes it once, as `$w`. */
  readonly watcher: ModuleWatcher | null;

  /**
   * Closes a frame in which stack buffers were made, in place of `$k.sp = $p`: they are dead from
   * then on.
   */
  leave(frame: number): void;
  /** An array on the kernel stack, in the innermost frame. Oopses when the stack is full. */
  stackBuffer(sizeBytes: number): number;
  /** Where `.bss` of the module with this `$base` lies: its variables that hold pointers. */
  variables(base: number): number;
  /**
   * The address of an array in `.bss`, where the toolchain left room behind it for a redzone.
   * `base` is the module's `$base`.
   */
  globalBuffer(base: number, offset: number, sizeBytes: number): number;
  /**
   * Room for the pointers that a function's variables hold while it runs, zeroed:
   * `const $r = $k.openRoots(count), $q = $r[0] - count;`, then `$r[$q + n] = pointer;` at each
   * assignment, and `$r[0] = $q;` at the end. Element 0 is the index of the next that is free.
   */
  openRoots(count: number): Float64Array;

  /**
   * Names functions of the module, so that memory can hold their addresses. `site` is the first of
   * the function, as an id.
   */
  defineFunction(site: number, fn: unknown): void;
  /** The address of a function that has one, 0 for NULL; of anything else it is a panic. */
  addressOf(fn: unknown): number;
  /**
   * Calls the function at an address that memory held: of any module that is loaded. Oopses as a
   * fetch of instructions does where none begins.
   */
  callPointer(address: number, ...values: readonly unknown[]): unknown;
  /** The function at such an address, as a value; 0 for 0. */
  functionAt(address: number): unknown;

  /** A view of what lies at an address, of a class that extends `struct()` or `bits()`. */
  view(layout: unknown, address: number): object;
  /** Writes a value, or what one may begin with, as such a class lies in memory. */
  storeValue(layout: unknown, address: number, value: unknown): void;
}

/**
 * `$w`: is told of accesses to what several contexts may reach and the engine keeps: fields of
 * objects, which it gives a body in memory of so many bytes, and variables, at their place in
 * `.bss`. Stores are told before they happen.
 */
export interface ModuleWatcher {
  loadField(object: object, bodyBytes: number, offset: number, sizeBytes: number): void;
  storeField(
    object: object,
    bodyBytes: number,
    offset: number,
    sizeBytes: number,
    before: unknown,
    after: unknown,
  ): void;
  loadVariable(address: number, sizeBytes: number): void;
  storeVariable(address: number, sizeBytes: number, before: unknown, after: unknown): void;
}

/** What makes an access more than a plain one: `ModuleMemory.mark`. */
export const MARK = {
  /** READ_ONCE, smp_load_acquire. */
  LOAD: 1,
  /** WRITE_ONCE. */
  STORE: 2,
  /** smp_store_release. */
  RELEASE: 3,
  /** ASSERT_EXCLUSIVE_WRITER: nobody else may write. */
  NO_WRITERS: 4,
  /** ASSERT_EXCLUSIVE_ACCESS. */
  NO_ACCESSES: 5,
  /** data_race(): races of it do not matter. */
  RACY: 6,
} as const;

/**
 * `$m`: checked loads and stores at kernel addresses, each of exactly its width, aligned or not,
 * little-endian. `load8`, `load16` and `load32` are unsigned; pointers and words are as wide as the
 * board's pointers, and differ in what comes of 64 bits that are no address: a pointer keeps them
 * (hw/ram), a word is the nearest number. They set no site.
 */
export interface ModuleMemory {
  /** Says what the next access is: one of `MARK`. Only a detector of data races heeds it. */
  mark(kind: number): void;
  load8(address: number): number;
  load16(address: number): number;
  load32(address: number): number;
  load64(address: number): bigint;
  loadS8(address: number): number;
  loadS16(address: number): number;
  loadS32(address: number): number;
  loadS64(address: number): bigint;
  loadPointer(address: number): number;
  loadWord(address: number): number;
  store8(address: number, value: number): void;
  store16(address: number, value: number): void;
  store32(address: number, value: number): void;
  store64(address: number, value: bigint): void;
  storePointer(address: number, value: number): void;
  storeWord(address: number, value: number): void;
  /** Checks both ranges, then copies; they may overlap. */
  copy(to: number, from: number, sizeBytes: number): void;
  /** The bytes of a value in the other order: what `be16` and its like lie in. */
  swap16(value: number): number;
  swap32(value: number): number;
  swap64(value: bigint): bigint;
}

/**
 * The function that each code section evaluates to. `require` answers an API subpath (`kernel`,
 * `kernel/fs`) with its frozen exports, and for a path that begins with `./` the functions that the
 * module imports of others, by name; the files of one module are linked inside the factory. Returns
 * what `module()` returned as `default`.
 */
export type ModuleFactory = (
  $k: ModuleRuntime,
  $base: number,
  require: (specifier: string) => object,
) => {
  readonly default?: unknown;
  /** The functions behind its exported symbols, by name. */
  readonly symbols?: Readonly<Record<string, unknown>>;
};
