// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Arrays on the kernel stack of the running task, between the redzones that a compiler puts there.
 *
 * Frames of drivers are counted, not stored (uapi/module-abi.ts), so what lies on the stack in
 * bytes is these arrays alone, each at the depth at which it was made.
 *
 * Linux: what gcc makes of arrays with -fsanitize=kernel-address. Differs: each has redzones of its
 * own, and when its function ends it stays forbidden, until another takes its place.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import { SHADOW } from '../../hw/ram/shadow.ts';
import type { Execution } from '../sched/execution.ts';

/** What redzones and arrays are multiples of. */
const UNIT = 32;

interface StackBuffer {
  /** The frame that it ends with. */
  readonly frame: number;
  readonly start: number;
  readonly sizeBytes: number;
}

export class StackBuffers {
  readonly #ram: Ram;
  readonly #execution: Execution;
  readonly #stackBytes: number;
  /** By the shadow stack of their task. */
  readonly #open = new WeakMap<Int32Array, StackBuffer[]>();

  constructor(ram: Ram, execution: Execution, stackBytes: number) {
    this.#ram = ram;
    this.#execution = execution;
    this.#stackBytes = stackBytes;
  }

  /**
   * An array in the innermost frame; 0 when the stack has no room for it.
   *
   * @param bottom where the running task's kernel stack begins
   */
  open(bottom: number, sizeBytes: number): number {
    const { stack, sp } = this.#execution;
    const frame = sp - 2;
    const redzone = redzoneOf(sizeBytes);
    const all = UNIT + sizeBytes + redzone;
    const used = roundUp(stack[frame + 1]! + all);
    if (!(used <= this.#stackBytes)) return 0;
    stack[frame + 1] = used;
    const start = bottom + this.#stackBytes - used;
    // Whoever lies as deep belongs to a function that is gone, and did not say so.
    this.#closeWhile((last) => last.start < start + all);
    const first = start + UNIT;
    const end = first + roundUp(sizeBytes);
    this.#poison(start, UNIT, SHADOW.STACK_LEFT);
    this.#poison(first, end - first, SHADOW.STACK_RIGHT);
    this.#ram.eachRun(first, sizeBytes, (physical, bytes) => this.#ram.unpoison(physical, bytes));
    this.#poison(end, start + all - end, SHADOW.STACK_RIGHT);
    const buffer = { frame, start, sizeBytes: all };
    const open = this.#open.get(stack);
    if (open === undefined) this.#open.set(stack, [buffer]);
    else open.push(buffer);
    return first;
  }

  /** Those of a frame, and of frames above it that were never closed, are no more. */
  close(frame: number): void {
    this.#closeWhile((last) => last.frame >= frame);
  }

  #closeWhile(isOver: (last: StackBuffer) => boolean): void {
    const open = this.#open.get(this.#execution.stack) ?? [];
    for (let last = open.at(-1); last !== undefined && isOver(last); last = open.at(-1)) {
      this.#poison(last.start, last.sizeBytes, SHADOW.STACK_MID);
      open.pop();
    }
  }

  #poison(start: number, sizeBytes: number, value: number): void {
    if (sizeBytes <= 0) return;
    this.#ram.eachRun(start, sizeBytes, (physical, bytes) =>
      this.#ram.poison(physical, bytes, value),
    );
  }
}

/** How much a compiler leaves behind an array, up to the next unit. */
function redzoneOf(sizeBytes: number): number {
  const least =
    sizeBytes <= 4
      ? 12
      : sizeBytes <= 16
        ? 16
        : sizeBytes <= 128
          ? 32
          : sizeBytes <= 512
            ? 64
            : 128;
  return roundUp(sizeBytes + least) - sizeBytes;
}

function roundUp(sizeBytes: number): number {
  return Math.ceil(sizeBytes / UNIT) * UNIT;
}
