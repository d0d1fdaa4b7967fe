// SPDX-License-Identifier: GPL-2.0-or-later
/** One simulated CPU: its own time, its queue, and what it runs. */
import type { Task } from './task.ts';

/** Where a CPU's time went, in nanoseconds since boot. */
export interface CpuTimes {
  readonly userNs: number;
  readonly niceNs: number;
  readonly systemNs: number;
  readonly idleNs: number;
  readonly irqNs: number;
}

export class Cpu {
  readonly id: number;
  /** Its time when it last stopped running; the clock has it while it runs. */
  clockNs = 0;
  current: Task | undefined = undefined;
  readonly queue: Task[] = [];
  /** Inside a plain function of a driver, so it cannot change tasks. */
  isStuck = false;
  /** Nesting of hardware interrupts. */
  irqDepth = 0;
  idleNs = 0;
  /** Time in user mode: of tasks with a nice value above 0, and of the others. */
  niceNs = 0;
  userNs = 0;
  irqNs = 0;
  switches = 0;

  constructor(id: number) {
    this.id = id;
  }

  get isIdle(): boolean {
    return this.current === undefined && this.queue.length === 0;
  }
}
