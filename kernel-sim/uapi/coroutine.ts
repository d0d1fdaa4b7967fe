// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How code that may switch or sleep looks, on both sides of the system call.
 *
 * A fast path is a plain function that returns its number, a negative errno, or WOULD_BLOCK. Only
 * after WOULD_BLOCK does the caller enter a generator, so what does not block allocates nothing.
 * A generator yields nothing: why it stopped is written in its task before it yields.
 */

/** A coroutine that may sleep: its caller must be allowed to (`@sleeps`). */
export type Sleeping<T> = Generator<void, T, void>;

/** A coroutine that may give the CPU to another one but never sleeps (`@switches`). */
export type Switching<T> = Generator<void, T, void>;

/**
 * What such a function answers that may be done at once: its value, or the rest of it as a
 * coroutine. What is done at once allocates nothing.
 */
export type MaySleep<T> = T | Sleeping<T>;
export type MaySwitch<T> = T | Switching<T>;

/**
 * The answer of a fast path that cannot finish without switching. No errno and no count is this.
 */
export const WOULD_BLOCK = -65_536;
