// SPDX-License-Identifier: GPL-2.0-or-later
/** Four threads count in one word of memory: with a mutex, or (`./counter race`) without. */
import {
  calloc,
  load32,
  printf,
  pthread_create,
  pthread_join,
  pthread_mutex_init,
  pthread_mutex_lock,
  pthread_mutex_unlock,
  store32,
} from "libc";

const THREADS = 4;
const ROUNDS = 10_000;
/** What counting takes besides, in turns of a loop. */
const PAUSE = 4;

/** What all threads share. */
interface Shared {
  readonly counter: number;
  /** NULL for a race. */
  readonly mutex: number;
}

function increment({ counter, mutex }: Shared): void {
  for (let round = 0; round < ROUNDS; round++) {
    if (mutex !== 0) pthread_mutex_lock(mutex);
    const count = load32(counter);
    // Whoever counts between this load and this store has counted for nothing.
    for (let pause = 0; pause < PAUSE; pause++);
    store32(counter, count + 1);
    if (mutex !== 0) pthread_mutex_unlock(mutex);
  }
}

export function main(argv: readonly string[]): number {
  const isRace = argv[1] === "race";
  const shared = { counter: calloc(1, 4), mutex: isRace ? 0 : pthread_mutex_init() };

  const threads: number[] = [];
  for (let index = 0; index < THREADS; index++) {
    const thread = [0];
    if (pthread_create(thread, increment, shared) !== 0) return 1;
    threads.push(thread[0]);
  }
  for (const thread of threads) pthread_join(thread);

  const total = load32(shared.counter);
  printf("%d of %d\n", total, THREADS * ROUNDS);
  return total === THREADS * ROUNDS ? 0 : 1;
}
