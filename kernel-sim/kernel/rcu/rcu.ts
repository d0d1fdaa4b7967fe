// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Read-copy-update: what readers may still look at is freed when all who might have are done.
 *
 * A reader is counted, and may be preempted. A grace period turns the page: new readers are counted
 * on the other one, and it is over when nobody is left on the old one and each CPU that had
 * preemption, softirqs or interrupts off has been seen with them on, or running another task.
 * Callbacks run after it in a kernel thread, with softirqs held off, so that they must not sleep.
 *
 * The thread is made when the first callback or waiter comes: a machine that never needs it does
 * not have it.
 *
 * Linux: kernel/rcu/tree.c, tree_plugin.h with CONFIG_PREEMPT_RCU, booted with
 * rcutree.use_softirq=0. Differs: one thread for all CPUs, and grace periods are as short as their
 * readers.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { NS_PER_JIFFY } from '../jiffies.ts';
import type { KernelThread, KernelThreads } from '../kthread/kthread.ts';
import type { Cpu } from '../sched/cpu.ts';
import { HARDIRQ_OFFSET, SOFTIRQ_DISABLE_OFFSET } from '../sched/preempt.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { WaitQueue } from '../sched/wait-queue.ts';

/** What happens after a grace period. Context: the thread, softirqs off: it must not sleep. */
export type RcuCallback = () => Sleeping<void> | void;

/** The three ways to be a reader; a grace period waits for all. */
export type RcuFlavor = 'rcu' | 'bh' | 'sched';

/** Who is told of read sections: the lock detector, for which each is a lock. */
export interface RcuWatcher {
  entered(flavor: RcuFlavor | 'callback'): void;
  left(flavor: RcuFlavor | 'callback'): void;
}

/** A grace period that has begun, and whom it waits for. */
export interface GracePeriod {
  readonly number: number;
  readonly startNs: number;
  /** How often somebody has looked. */
  looks: number;
  /** CPUs that had something off. */
  readonly cpus: Map<Cpu, Holdout>;
}

interface Holdout {
  /** How many it had done. */
  readonly switches: number;
  /** It is interrupted then, if it takes interrupts. */
  readonly tick: TimedEvent;
}

interface Queued {
  run: RcuCallback;
  /** The rcu_head in memory; 0 without one. */
  readonly head: number;
  /** What it will free or look at; 0 for nothing in memory. */
  readonly pointer: number;
}

export class Rcu {
  /** Told of a grace period that begins (its thread waits then) and of its end. */
  onBegin: (period: GracePeriod) => void = () => undefined;
  onEnd: () => void = () => undefined;
  watcher: RcuWatcher | undefined;
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  readonly #threads: KernelThreads;
  /** Who reads now, and on which page. */
  readonly #readers = new Map<Task, number>();
  #page = 0;
  #periods = 0;
  readonly #callbacks: Queued[] = [];
  /** Those of them whose grace period has begun, or is over. */
  readonly #ready: Queued[] = [];
  /** Heads whose callbacks have not begun. */
  readonly #heads = new Map<number, Queued>();
  /** Where those wait who wait for a grace period, or for callbacks. */
  readonly #done: WaitQueue;
  #thread: KernelThread | undefined;

  constructor(sim: Sim, scheduler: Scheduler, threads: KernelThreads) {
    this.#sim = sim;
    this.#scheduler = scheduler;
    this.#threads = threads;
    this.#done = new WaitQueue(scheduler, 'rcu_barrier');
  }

  /** Begins a read section; they nest. Context: any. Linux: rcu_read_lock. */
  readLock(): void {
    const task = this.#scheduler.current;
    if (task.rcuDepth++ === 0) this.#readers.set(task, this.#page);
    this.watcher?.entered('rcu');
  }

  /** Ends it. One too many does nothing to the count. Linux: rcu_read_unlock. */
  readUnlock(): void {
    const task = this.#scheduler.current;
    this.watcher?.left('rcu');
    this.#scheduler.happens.release(this);
    if (task.rcuDepth === 0) return;
    task.rcuDepth--;
    if (task.rcuDepth > 0) return;
    this.#readers.delete(task);
    this.#thread?.wake();
  }

  /** The same, and no softirq is served meanwhile. Linux: rcu_read_lock_bh. */
  readLockBh(): void {
    this.#scheduler.preempt.add(SOFTIRQ_DISABLE_OFFSET);
    this.watcher?.entered('bh');
  }

  readUnlockBh(): void {
    this.watcher?.left('bh');
    this.#scheduler.happens.release(this);
    this.#scheduler.preempt.subtract(SOFTIRQ_DISABLE_OFFSET);
  }

  /** The same, and nobody else runs on this CPU meanwhile. Linux: rcu_read_lock_sched. */
  readLockSched(): void {
    this.#scheduler.preempt.disable();
    this.watcher?.entered('sched');
  }

  readUnlockSched(): void {
    this.watcher?.left('sched');
    this.#scheduler.happens.release(this);
    this.#scheduler.preempt.enable();
  }

  /** In place of the callback of a head that came twice. Linux: rcu_leak_callback. */
  replace(head: number, run: RcuCallback): void {
    const queued = this.#heads.get(head);
    if (queued !== undefined) queued.run = run;
  }

  /** Callbacks that have not begun. */
  get pending(): number {
    return this.#callbacks.length + this.#ready.length;
  }

  /** Addresses that callbacks know which have not begun. */
  *pointers(): Iterable<number> {
    for (const { pointer } of this.#callbacks) yield pointer;
    for (const { pointer } of this.#ready) yield pointer;
  }

  /**
   * Runs `callback` after a grace period. Context: any. Linux: call_rcu.
   *
   * @param head - the rcu_head in memory, 0 without one
   * @param pointer - an address in what stays in use until then
   */
  call(run: RcuCallback, head = 0, pointer = head): void {
    const queued: Queued = { run, head, pointer };
    this.#callbacks.push(queued);
    if (head !== 0 && !this.#heads.has(head)) this.#heads.set(head, queued);
    this.#scheduler.happens.release(queued);
    this.#thread ??= this.#threads.run('rcuc/0', (self) => this.#serve(self));
    this.#thread.wake();
  }

  /** Waits until all who read now are done. Context: task that may sleep. */
  *synchronize(): Sleeping<void> {
    yield* this.#waitForCallback();
  }

  /** Waits until all callbacks of before have run. Context: task that may sleep. */
  *barrier(): Sleeping<void> {
    yield* this.#waitForCallback();
  }

  /** Readers that the grace period waits for. */
  blockers(): Task[] {
    const old = 1 - this.#page;
    const found: Task[] = [];
    for (const [task, page] of this.#readers) {
      // Who died in a read section reads no more, though it never said so.
      if (task.dying || task.state === 'Z' || task.state === 'X') this.#readers.delete(task);
      else if (page === old) found.push(task);
    }
    return found;
  }

  /** CPUs that it waits for. */
  holdouts({ cpus }: GracePeriod): Cpu[] {
    for (const [cpu, { switches, tick }] of cpus) {
      if (cpu.switches === switches && isAtomic(cpu)) continue;
      this.#sim.events.cancel(tick);
      cpus.delete(cpu);
    }
    return [...cpus.keys()];
  }

  /** Callbacks run in order: when one of ours has run, so have those before it. */
  *#waitForCallback(): Sleeping<void> {
    this.#scheduler.mightSleep();
    let hasRun = false;
    this.call(() => {
      hasRun = true;
      this.#done.wakeAll();
    });
    while (!hasRun) yield* this.#done.sleep();
    this.#scheduler.happens.acquire(this);
  }

  *#serve(self: KernelThread): Sleeping<void> {
    for (;;) {
      while (this.#callbacks.length === 0) yield* self.queue.sleepInterruptible();
      this.#ready.push(...this.#callbacks.splice(0));
      yield* this.#gracePeriod(self);
      yield* this.#invoke();
    }
  }

  *#gracePeriod(self: KernelThread): Sleeping<void> {
    const { trace } = this.#sim;
    this.#page = 1 - this.#page;
    const period = this.#begin();
    if (trace.on) trace.emit(EVENT.RCU, period.number, 0);
    if (!this.#isOver(period)) {
      this.onBegin(period);
      while (!this.#isOver(period)) {
        period.looks++;
        yield* this.#pause(self, period);
      }
      this.onEnd();
    }
    if (trace.on) trace.emit(EVENT.RCU, period.number, 1);
    this.#scheduler.happens.acquire(this);
  }

  #begin(): GracePeriod {
    const scheduler = this.#scheduler;
    const cpus = new Map<Cpu, Holdout>();
    const period = { number: ++this.#periods, startNs: this.#sim.now(), looks: 0, cpus };
    for (const cpu of scheduler.cpus) {
      if (cpu !== scheduler.cpu && isAtomic(cpu)) this.#tick(period, cpu);
    }
    return period;
  }

  /**
   * A CPU that is busy is interrupted, where it takes interrupts: if it could be preempted there,
   * it reads nothing. Linux: rcu_flavor_sched_clock_irq.
   */
  #tick({ cpus }: GracePeriod, cpu: Cpu): void {
    const { events } = this.#sim;
    const fire = (): void => {
      if (this.#scheduler.preempt.count === HARDIRQ_OFFSET) {
        cpus.delete(cpu);
        this.#thread?.wake();
      } else arm();
    };
    const arm = (): void => {
      const tick = events.schedule(this.#sim.now() + NS_PER_JIFFY, fire, cpu.id);
      cpus.set(cpu, { switches: cpu.switches, tick });
    };
    arm();
  }

  #isOver(period: GracePeriod): boolean {
    return this.blockers().length === 0 && this.holdouts(period).length === 0;
  }

  /** Readers wake the thread when they are done; CPUs have to be looked at. */
  *#pause(self: KernelThread, { cpus }: GracePeriod): Sleeping<void> {
    if (cpus.size === 0) {
      yield* self.queue.sleepInterruptible();
      return;
    }
    const { events } = this.#sim;
    const timer = events.schedule(this.#sim.now() + NS_PER_JIFFY, () => self.wake());
    yield* self.queue.sleepInterruptible();
    events.cancel(timer);
  }

  *#invoke(): Sleeping<void> {
    const { preempt, happens } = this.#scheduler;
    let queued: Queued | undefined;
    while ((queued = this.#ready.shift()) !== undefined) {
      this.#heads.delete(queued.head);
      preempt.add(SOFTIRQ_DISABLE_OFFSET);
      this.watcher?.entered('callback');
      happens.acquire(queued);
      const rest = queued.run();
      if (rest !== undefined) yield* rest;
      this.watcher?.left('callback');
      preempt.subtract(SOFTIRQ_DISABLE_OFFSET);
      yield* this.#scheduler.reschedule();
    }
  }
}

/** True if the task of a CPU that is not the running one cannot be preempted. */
function isAtomic({ current, irqDepth }: Cpu): boolean {
  if (irqDepth > 0) return true;
  return current !== undefined && (current.preemptCount !== 0 || current.irqsOff);
}
