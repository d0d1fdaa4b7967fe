// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The thread that scans for leaks from time to time. It sleeps for as long as there is nothing to
 * scan, so that a machine at rest makes no event.
 *
 * Linux: kmemleak_scan_thread of mm/kmemleak.c.
 */
import type { KernelThread, KernelThreads } from '../kernel/kthread/kthread.ts';
import type { TimedEvent } from '../sim/event-queue.ts';
import type { Sim } from '../sim/sim.ts';
import type { Sleeping } from '../uapi/coroutine.ts';

const NS_PER_S = 1_000_000_000;
const FIRST_SCAN_NS = 60 * NS_PER_S;
const SCAN_WAIT_NS = 600 * NS_PER_S;

export interface LeakThreadParts {
  readonly sim: Sim;
  readonly kthreads: KernelThreads;
  readonly log: (text: string) => void;
  readonly hasWork: () => boolean;
  readonly scan: () => void;
}

export class LeakThread {
  readonly #parts: LeakThreadParts;
  #thread: KernelThread | undefined;
  #timer: TimedEvent | undefined;
  #waitNs = SCAN_WAIT_NS;
  #dueNs = FIRST_SCAN_NS;
  #isDue = false;

  constructor(parts: LeakThreadParts) {
    this.#parts = parts;
  }

  /** Starts the thread, if there is none. Context: any. Linux: start_scan_thread. */
  start(): void {
    this.#thread ??= this.#parts.kthreads.run('kmemleak', (thread) => this.#run(thread));
  }

  /** Lets the thread end. Context: any. Linux: stop_scan_thread. */
  stop(): void {
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#disarm();
    this.#thread = undefined;
    thread.shouldStop = true;
    thread.wake();
  }

  /** How long to wait between two scans: `scan=SECONDS`. */
  setWait(seconds: number): void {
    this.#waitNs = seconds * NS_PER_S;
  }

  /** There is something to scan. */
  arm(): void {
    if (this.#thread === undefined || this.#timer !== undefined) return;
    if (!this.#parts.hasWork()) return;
    const { events } = this.#parts.sim;
    this.#timer = events.schedule(Math.max(this.#dueNs, this.#parts.sim.now()), () => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#thread?.wake();
    });
  }

  *#run(thread: KernelThread): Sleeping<void> {
    const { log, scan, sim } = this.#parts;
    log('Automatic memory scanning thread started');
    this.arm();
    for (;;) {
      while (!this.#isDue && !thread.shouldStop) yield* thread.queue.sleepInterruptible();
      if (thread.shouldStop) break;
      this.#isDue = false;
      scan();
      this.#dueNs = sim.now() + this.#waitNs;
      this.arm();
    }
    log('Automatic memory scanning thread ended');
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#parts.sim.events.cancel(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
  }
}
