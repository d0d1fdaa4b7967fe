// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The binary interface between a compiled program and the C library that runs it.
 *
 * An executable is an ELF64 file of type EXEC. Its `.ringzero.code` section is the text of one
 * JavaScript function expression, a `ProgramFactory`, in the shape that drivers have, too
 * (module-abi.ts), but for these points:
 *
 * - A call of a C library function that is tagged `@switches` is plain at first. It answers its
 *   value, or WOULD_BLOCK and leaves the rest of it: `((t = f(a)) === WOULD_BLOCK ? yield*
 *   $k.finish() : t)`.
 * - Every function that loops or recurs is a coroutine if it may be one, so that a program can be
 *   preempted wherever it computes. Back-edges read `if ($k.charge(BACK_EDGE)) yield*
 *   $k.reschedule();`, or `$k.overrun();` in what must stay plain. A coroutine's entry is followed
 *   by the same question, `if ($k.isDue) yield* $k.reschedule();`.
 * - Whatever is thrown may be caught. Only the end of the process itself passes through.
 */
import type { Sleeping } from './coroutine.ts';

export const PROGRAM_SECTION = {
  /** Name of a program that is built into the machine. */
  BUILTIN: '.ringzero.program',
  /** The options that it knows, a line each: `-n`, `--quiet`, `--lines=`. The shell offers them. */
  OPTIONS: '.ringzero.options',
  CODE: '.ringzero.code',
  /** JSON `SiteTable` (module-abi.ts). */
  SITES: '.ringzero.sites',
  /** ELF note NT_GNU_BUILD_ID: a digest of code and sites, which execve(2) checks. */
  BUILD_ID: '.note.gnu.build-id',
} as const;

/** Where `.text` of every executable lies, as the linker for x86-64 has it. */
export const TEXT_ADDRESS = 0x40_1000;

/** `$k` of a program. What is not told here means what it means for a driver. */
export interface ProgramRuntime {
  readonly stack: Int32Array;
  sp: number;
  /** True once the process ends: nothing of the program's runs any more. */
  readonly dying: boolean;
  /** True when the time slice is over or a signal waits. */
  readonly isDue: boolean;

  enter(site: number, frameBytes: number): number;
  /** Spends user time. True: the coroutine has to `yield* $k.reschedule()`. */
  charge(nanoseconds: number): boolean;
  overrun(): void;
  reschedule(): Sleeping<void>;
  /** Finishes the library call that answered WOULD_BLOCK. */
  finish(): Sleeping<unknown>;
  /** Called with whatever passes through a function's end; returns what to throw on. */
  unwind(thrown: unknown): unknown;
  /** First statement of each `catch`: throws on what a program cannot catch. */
  caught(thrown: unknown): void;
  drop(value: unknown): void;
  dropSwitching(value: unknown): Sleeping<void>;
  readonly DROP: symbol;
  maybe(result: unknown): Sleeping<unknown>;
  sync<T>(result: T): T;
  /**
   * Called at the end of each file's code: its functions and classes, accessors of its variables,
   * and its exports. A fork(2) copies them.
   */
  register(functions: readonly unknown[], variables: object, exports: object): void;
}

/** Answers the exports of the program's main file, whose `main` is where it begins. */
export type ProgramFactory = (
  $k: ProgramRuntime,
  $base: number,
  require: (specifier: string) => object,
) => { readonly main?: unknown };

/** An ELF note of the GNU linker's: name, type NT_GNU_BUILD_ID, and the digest. */
export function buildIdNote(digest: Uint8Array): Uint8Array {
  const note = new Uint8Array(NOTE_HEADER.length + digest.length);
  note.set(NOTE_HEADER);
  note.set(digest, NOTE_HEADER.length);
  return note;
}

/** namesz 4, descsz 20, type 3, "GNU\0". */
const NOTE_HEADER = Uint8Array.of(4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4e, 0x55, 0);
