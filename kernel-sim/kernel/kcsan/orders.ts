// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What happened before what, on one machine: keeps a vector clock for each context that touches
 * drivers' memory, and for each token that they meet at.
 *
 * Until a driver touches memory by itself nobody has a slot, and every call is over at once.
 *
 * Linux has no counterpart; the rules are those of tools/memory-model, without dependencies that a
 * marked load would not order anyway: a marked load counts as an acquire.
 */
import type { Execution } from '../sched/execution.ts';
import { HARDIRQ_MASK, NMI_MASK, SOFTIRQ_OFFSET } from '../sched/preempt.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import type { BarrierKind, HappensBefore, HeldOff, OrderToken } from './happens.ts';
import { joined, OrderContext, type VectorClock } from './order-context.ts';

/** Who takes the slot of an ended task comes after it: that hides races with the latest ones. */
const SLOTS_KEPT = 32;

const IN_INTERRUPT = HARDIRQ_MASK | NMI_MASK;

/** What a CPU runs besides tasks, and what it can be kept from. */
class CpuOrders {
  readonly hardirq = new OrderContext();
  readonly softirq = new OrderContext();
  readonly idle = new OrderContext();
  readonly heldOff = { hardirq: {}, softirq: {}, preemption: {} } as const;
}

export class Orders implements HappensBefore {
  readonly #scheduler: Scheduler;
  readonly #execution: Execution;
  readonly #cpus: readonly CpuOrders[];
  readonly #tasks = new WeakMap<Task, OrderContext>();
  readonly #numbers = new Map<number, VectorClock>();
  readonly #objects = new WeakMap<object, VectorClock>();
  /** Counts of slots that nobody has. */
  readonly #free: { readonly slot: number; readonly count: number }[] = [];
  #slots = 0;
  /** Whose frames the latest context has, and the interrupts in its preempt count. */
  #lastStack: Int32Array | undefined;
  #lastLevel = 0;
  #lastContext = new OrderContext();

  constructor(scheduler: Scheduler, execution: Execution) {
    this.#scheduler = scheduler;
    this.#execution = execution;
    this.#cpus = scheduler.cpus.map(() => new CpuOrders());
  }

  /** Who runs. */
  get current(): OrderContext {
    const { preemptCount, stack } = this.#execution;
    const level = preemptCount & (IN_INTERRUPT | SOFTIRQ_OFFSET);
    if (stack !== this.#lastStack || level !== this.#lastLevel) {
      this.#lastStack = stack;
      this.#lastLevel = level;
      this.#lastContext = this.#find(level);
    }
    return this.#lastContext;
  }

  #find(level: number): OrderContext {
    const cpu = this.#cpu;
    if (level !== 0) return (level & IN_INTERRUPT) === 0 ? cpu.softirq : cpu.hardirq;
    const task = this.#scheduler.current;
    return task.pid === 0 ? cpu.idle : this.#of(task);
  }

  /** Before the first access of a context. */
  enlist(context: OrderContext): void {
    const free = this.#free.length > SLOTS_KEPT ? this.#free.shift() : undefined;
    const { slot, count } = free ?? { slot: this.#slots++, count: 0 };
    context.enlist(slot, count + 1);
  }

  acquire(token: OrderToken): void {
    if (this.#slots === 0) return;
    const told = typeof token === 'number' ? this.#numbers.get(token) : this.#objects.get(token);
    if (told !== undefined) this.current.join(told);
  }

  release(token: OrderToken): void {
    if (this.#slots === 0) return;
    const { current } = this;
    this.#tell(token, current.clock);
    current.advance();
  }

  /** A marked store without an order of its own: it tells what a barrier kept before it. */
  relaxedStore(token: OrderToken): void {
    this.#tell(token, this.current.fence);
  }

  barrier(kind: BarrierKind): void {
    if (this.#slots === 0 || kind === 'read') return;
    const { current } = this;
    current.fence = current.clock?.slice();
    current.advance();
  }

  atomicNext(count: number): void {
    if (this.#slots !== 0) this.current.atomicNext = count;
  }

  atomicBegin(): void {
    this.current.atomicDepth++;
  }

  atomicEnd(): void {
    const { current } = this;
    current.atomicDepth = Math.max(0, current.atomicDepth - 1);
  }

  begin(kind: 'hardirq' | 'softirq'): void {
    if (this.#slots !== 0) this.acquire(this.#cpu.heldOff[kind]);
  }

  end(kind: 'hardirq' | 'softirq'): void {
    if (this.#slots !== 0) this.release(this.#cpu.heldOff[kind]);
  }

  holdOff(what: HeldOff): void {
    if (this.#slots !== 0) this.acquire(this.#cpu.heldOff[what]);
  }

  letOn(what: HeldOff): void {
    if (this.#slots !== 0) this.release(this.#cpu.heldOff[what]);
  }

  started(task: Task): void {
    this.woke(task);
  }

  woke(task: Task): void {
    if (this.#slots === 0) return;
    const { preemptCount, sp } = this.#execution;
    // The clock's own code has no frame: that a time-out is over orders nothing.
    if ((preemptCount & IN_INTERRUPT) !== 0 && sp === 0) return;
    const { current } = this;
    if (current.clock === undefined) return;
    this.#of(task).join(current.clock);
    current.advance();
  }

  /** Who waits for it is told, and the other threads, when they come to a driver again. */
  ended(task: Task): void {
    if (this.#slots === 0) return;
    const context = this.#of(task);
    const { clock, slot } = context;
    if (clock === undefined) return;
    this.#tell(task, clock);
    this.#tell(task.group, clock);
    if (slot < 0) return;
    // Its frames may be another's from now on.
    this.#lastStack = undefined;
    this.#free.push({ slot, count: clock[slot]! });
    context.slot = -1;
  }

  get #cpu(): CpuOrders {
    return this.#cpus[this.#scheduler.cpu.id]!;
  }

  #of(task: Task): OrderContext {
    let context = this.#tasks.get(task);
    if (context === undefined) {
      context = new OrderContext();
      this.#tasks.set(task, context);
    }
    return context;
  }

  #tell(token: OrderToken, clock: VectorClock | undefined): void {
    if (clock === undefined) return;
    if (typeof token === 'number') {
      this.#numbers.set(token, joined(this.#numbers.get(token), clock));
    } else this.#objects.set(token, joined(this.#objects.get(token), clock));
  }
}
