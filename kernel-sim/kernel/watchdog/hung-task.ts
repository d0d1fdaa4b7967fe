// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tasks that sleep uninterruptibly for far too long, and who probably lets them.
 *
 * The thread that looks is made with the first report that is due, and woken only for tasks that
 * sleep so: a machine at rest makes no event.
 *
 * Linux: kernel/hung_task.c. Differs: a task is noticed when its time is over, not up to the same
 * time again later.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Blocker } from '../locking/blocker.ts';
import type { KernelThread, KernelThreads } from '../kthread/kthread.ts';
import type { TaskTable } from '../pid.ts';
import { LEVEL, type Printk } from '../printk/printk.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';

const NS_PER_S = 1_000_000_000;
/** Linux: CONFIG_DEFAULT_HUNG_TASK_TIMEOUT. */
export const HUNG_TASK_SECONDS = 120;
export const HUNG_TASK_WARNINGS = 10;
export const HUNG_TASK_CHECK_COUNT = 4 * 1024 * 1024;

export interface HungTasksParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly tasks: TaskTable;
  readonly threads: KernelThreads;
  readonly printk: Printk;
  /** `Not tainted 6.… #1`: what a report says of the kernel. */
  readonly kernelIdentity: () => string;
  readonly showTask: (task: Task) => void;
  /** Nothing where nobody watches locks. */
  readonly showAllLocks: () => void;
  readonly showAllCpus: () => void;
  readonly panic: (text: string) => void;
}

/** /proc/sys/kernel/hung_task_*. */
export interface HungTaskSettings {
  /** 0: nobody looks. */
  timeoutSeconds: () => number;
  /** 0: as long as the time-out. */
  intervalSeconds: () => number;
  /** How many reports there still may be; -1 is no limit. */
  warnings: () => number;
  setWarnings: (left: number) => void;
  checkCount: () => number;
  isPanic: () => boolean;
  showsAllCpus: () => boolean;
}

export class HungTasks {
  /** How many were found. Linux: hung_task_detect_count. */
  detected = 0;
  readonly #parts: HungTasksParts;
  readonly #settings: HungTaskSettings;
  #thread: KernelThread | undefined;
  #timer: TimedEvent | undefined;
  #isDue = false;
  /** When tasks were found last: they count again a whole interval later. */
  readonly #foundNs = new WeakMap<Task, number>();

  constructor(parts: HungTasksParts, settings: HungTaskSettings) {
    this.#parts = parts;
    this.#settings = settings;
    parts.scheduler.onUninterruptible = () => {
      if (this.#timer === undefined) this.#arm(this.#timeoutNs);
    };
  }

  /** The time-out has been set anew: waiting begins anew, too. */
  reset(): void {
    if (this.#timer !== undefined) this.#parts.sim.events.cancel(this.#timer);
    this.#timer = undefined;
    this.#arm(this.#timeoutNs);
  }

  get #timeoutNs(): number {
    return this.#settings.timeoutSeconds() * NS_PER_S;
  }

  #arm(delayNs: number): void {
    if (this.#timeoutNs === 0) return;
    const { sim, threads } = this.#parts;
    this.#timer = sim.events.schedule(sim.now() + delayNs, () => {
      this.#timer = undefined;
      if (this.#uninterruptible().length === 0) return;
      this.#isDue = true;
      this.#thread ??= threads.run('khungtaskd', (self) => this.#watch(self));
      this.#thread.wake();
    });
  }

  *#watch(self: KernelThread): Sleeping<void> {
    for (;;) {
      while (!this.#isDue) yield* self.queue.sleepInterruptible();
      this.#isDue = false;
      this.#check();
    }
  }

  /** Linux: check_hung_uninterruptible_tasks. */
  #check(): void {
    const { sim, showAllCpus, showAllLocks, panic } = this.#parts;
    const settings = this.#settings;
    const timeoutNs = this.#timeoutNs;
    if (timeoutNs === 0) return;
    const nowNs = sim.now();
    let nextNs = Infinity;
    let isShown = false;
    let isFound = false;
    for (const task of this.#uninterruptible().slice(0, settings.checkCount())) {
      const dueNs = this.#dueNs(task);
      if (dueNs > nowNs) {
        nextNs = Math.min(nextNs, dueNs - nowNs);
        continue;
      }
      isFound = true;
      this.detected++;
      this.#foundNs.set(task, nowNs);
      if (settings.warnings() === 0 && !settings.isPanic()) continue;
      this.#report(task, nowNs - task.blockedSinceNs);
      nextNs = Math.min(nextNs, this.#intervalNs);
      isShown = true;
    }
    if (isShown) {
      showAllLocks();
      if (settings.showsAllCpus()) showAllCpus();
    }
    if (isFound && settings.isPanic()) panic('hung_task: blocked tasks');
    if (nextNs < Infinity) this.#arm(nextNs);
  }

  /** When a task is to be reported; never again when there is nothing more to say. */
  #dueNs(task: Task): number {
    const foundNs = this.#foundNs.get(task) ?? -Infinity;
    if (foundNs < task.blockedSinceNs) return task.blockedSinceNs + this.#timeoutNs;
    // Somebody who looks on in silence would only keep the machine awake.
    return this.#settings.warnings() === 0 ? Infinity : foundNs + this.#intervalNs;
  }

  get #intervalNs(): number {
    const intervalNs = this.#settings.intervalSeconds() * NS_PER_S;
    return intervalNs === 0 ? this.#timeoutNs : Math.min(intervalNs, this.#timeoutNs);
  }

  #report(task: Task, hungNs: number): void {
    const { printk, kernelIdentity, showTask } = this.#parts;
    const say = (text: string): void => printk.print(LEVEL.ERR, text);
    const left = this.#settings.warnings();
    if (left > 0) this.#settings.setWarnings(left - 1);
    const seconds = Math.floor(hungNs / NS_PER_S);
    say(`INFO: task ${task.name}:${task.pid} blocked for more than ${seconds} seconds.`);
    say(`      ${kernelIdentity()}`);
    say('"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.');
    showTask(task);
    if (task.blocker !== undefined) say(describeBlocker(task, task.blocker));
    if (left === 1) {
      printk.info('Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings');
    }
  }

  /** Tasks that nothing but what they wait for wakes. */
  #uninterruptible(): Task[] {
    return [...this.#parts.tasks.all()].filter(isHangable);
  }
}

/** Killable waits can be ended by whoever is tired of them. */
function isHangable({ state, isKillable }: Task): boolean {
  return state === 'D' && !isKillable;
}

/** Linux: debug_show_blocker. */
export function describeBlocker({ name, pid }: Task, blocker: Blocker): string {
  const who = `INFO: task ${name}:${pid}`;
  const [owner] = blocker.owners();
  if (owner === undefined) {
    return `${who} is blocked on a ${blocker.kind}, but the owner is not found.`;
  }
  const by = `task ${owner.name}:${owner.pid}`;
  const how = blocker.isReadOwned() ? 'reader' : 'writer';
  const rwsem = `blocked on an rw-semaphore likely owned by ${by} <${how}>`;
  switch (blocker.kind) {
    case 'mutex':
      return `${who} is blocked on a mutex likely owned by ${by}.`;
    case 'semaphore':
      return `${who} is blocked on a semaphore likely last held by ${by}.`;
    case 'rwsem-read':
      return `${who} <reader> ${rwsem}`;
    case 'rwsem-write':
      return `${who} <writer> ${rwsem}`;
    default:
      return `${who} is blocked on a ${blocker.kind} likely owned by ${by}.`;
  }
}
