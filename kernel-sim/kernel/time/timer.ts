// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Timers: functions that are called once when so many ticks have passed, where nothing may sleep.
 *
 * A timer lies in memory, on a list of the CPU that armed it, which runs it: a timer that was freed
 * while it was pending is found by whoever follows the list, or at the latest when it is due.
 *
 * Linux: kernel/time/timer.c. Differs: they are due at their tick however far away it is, where
 * Linux's wheel is coarser.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sim } from '../../sim/sim.ts';
import type { TimedEvent } from '../../sim/event-queue.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import type { CallbackMaps } from '../locking/lockdep/callback-maps.ts';
import type { DebugObjects, ObjectType } from '../debug-objects.ts';
import { SOFTIRQ, type Softirqs } from '../irq/softirq.ts';
import { jiffiesAt, NS_PER_JIFFY } from '../jiffies.ts';
import type { Lists } from '../list.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { innerPath } from '../module/sites.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Warner } from '../warner.ts';

const PATH = innerPath('run_timer_softirq', '__run_timers', 'call_timer_fn');
/** Where the lists of the CPUs lie in the kernel's image, and places for lockdep's copies. */
const BASES = 0x1c_0000;
const BASE_BYTES = 64;
const COPY = 32;

/** Words of a timer_list, the last one padded. */
export const TIMER_WORDS = 5;

export interface TimersParts {
  readonly sim: Sim;
  readonly ram: Ram;
  readonly lists: Lists;
  readonly scheduler: Scheduler;
  readonly softirqs: Softirqs;
  readonly warner: Warner;
  readonly functions: () => FunctionCalls;
  readonly maps: () => CallbackMaps;
  readonly objects: DebugObjects;
}

interface Armed {
  readonly timer: number;
  readonly base: Base;
  readonly dueNs: number;
  readonly sequence: number;
}

/** What a CPU has of timers. */
interface Base {
  readonly cpu: number;
  readonly head: number;
  event: TimedEvent | undefined;
  /** The timer whose function runs; 0 for none. */
  running: number;
}

export class Timers {
  readonly #parts: TimersParts;
  readonly #armed = new Map<number, Armed>();
  readonly #bases: readonly Base[];
  readonly #type: ObjectType;
  #sequence = 0;

  constructor(parts: TimersParts) {
    this.#parts = parts;
    const { ram } = parts;
    this.#type = {
      name: 'timer_list',
      hint: (timer) => ram.loadPointer(timer + 3 * ram.board.pointerBytes),
      forget: (timer) => this.#detach(timer),
    };
    this.#bases = parts.scheduler.cpus.map(({ id }) => {
      const head = parts.ram.toPointer(BASES + id * BASE_BYTES);
      return { cpu: id, head, event: undefined, running: 0 };
    });
    parts.softirqs.open(SOFTIRQ.TIMER, () => this.#run());
  }

  /** Of a timer_list with its padding. */
  get sizeBytes(): number {
    return TIMER_WORDS * this.#parts.ram.board.pointerBytes;
  }

  /** Ticks since boot, as many bits as an unsigned long has. Linux: jiffies. */
  get jiffies(): number {
    const { sim, ram } = this.#parts;
    const jiffies = jiffiesAt(sim.now());
    return ram.board.pointerBytes === 4 ? jiffies % 0x1_0000_0000 : jiffies;
  }

  /** Makes memory into a timer that is not armed. Linux: timer_setup. */
  setUp(timer: number, func: number, flags: number): void {
    const { ram, maps, objects } = this.#parts;
    const word = ram.board.pointerBytes;
    ram.storePointer(timer + word, 0);
    ram.storePointer(timer + 3 * word, func);
    ram.store32(timer + 4 * word, flags);
    maps().define(timer, '');
    objects.init(this.#type, timer);
  }

  /** Linux: timer_pending. */
  isPending(timer: number): boolean {
    return this.#parts.lists.prev(timer) !== 0;
  }

  /**
   * Arms a timer for the tick `expires`, or moves it there. True if it was armed. Context: any.
   * Linux: mod_timer.
   */
  modify(timer: number, expires: number): boolean {
    const { ram, scheduler, lists, objects } = this.#parts;
    objects.assertInit(this.#type, timer);
    const wasPending = this.#detach(timer);
    // It has been shut down for good.
    if (ram.loadPointer(timer + 3 * ram.board.pointerBytes) === 0) return wasPending;
    ram.storePointer(timer + 2 * ram.board.pointerBytes, expires);
    const base = this.#bases[scheduler.cpu.id]!;
    lists.addToHash(timer, base.head);
    const armed = { timer, base, dueNs: this.#instantOf(expires), sequence: this.#sequence++ };
    this.#armed.set(timer, armed);
    objects.activate(this.#type, timer);
    scheduler.happens.release(timer);
    this.#program(base);
    return wasPending;
  }

  /** For the tick that its memory says. Linux: add_timer. */
  add(timer: number): void {
    const { ram, warner } = this.#parts;
    if (this.isPending(timer)) warner.warnOnce(undefined, 'add_timer');
    else this.modify(timer, ram.loadPointer(timer + 2 * ram.board.pointerBytes));
  }

  /** True if it was armed. Its function may still be running. Context: any. Linux: timer_delete. */
  delete(timer: number): boolean {
    return this.#detach(timer);
  }

  /** The same, and waits until its function does not run. Linux: timer_delete_sync. */
  *deleteSync(timer: number): Switching<boolean> {
    const { scheduler } = this.#parts;
    this.#waitsFor(timer);
    let wasPending = this.#detach(timer);
    for (const base of this.#bases) {
      while (base.running === timer) {
        yield* scheduler.relax();
        wasPending = this.#detach(timer) || wasPending;
      }
      scheduler.happens.acquire(timer);
    }
    return wasPending;
  }

  /** The same, and it is never armed again. Linux: timer_shutdown_sync. */
  *shutDownSync(timer: number): Switching<boolean> {
    const { ram } = this.#parts;
    ram.storePointer(timer + 3 * ram.board.pointerBytes, 0);
    return yield* this.deleteSync(timer);
  }

  /** With interrupts off: it is not taken where softirqs could come. */
  #waitsFor(timer: number): void {
    const { maps, scheduler } = this.#parts;
    const wereOn = !scheduler.preempt.irqsDisabled;
    if (wereOn) scheduler.preempt.disableInterrupts();
    maps().waitsFor(timer);
    if (wereOn) scheduler.preempt.enableInterrupts();
  }

  /** Linux: detach_timer. */
  #detach(timer: number): boolean {
    const { lists, objects } = this.#parts;
    if (!this.isPending(timer)) return false;
    lists.unlinkFromHash(timer);
    lists.setNext(timer, lists.poison2);
    lists.setPrev(timer, 0);
    const armed = this.#armed.get(timer);
    this.#armed.delete(timer);
    objects.deactivate(timer);
    if (armed !== undefined) this.#program(armed.base);
    return true;
  }

  /** The beginning of a tick; for one that is over, of the next. */
  #instantOf(expires: number): number {
    const { sim, ram } = this.#parts;
    let ticks = expires - this.jiffies;
    if (ram.board.pointerBytes === 4) ticks |= 0;
    return (Math.floor(sim.now() / NS_PER_JIFFY) + Math.max(1, ticks)) * NS_PER_JIFFY;
  }

  #first(base: Base): Armed | undefined {
    let first: Armed | undefined;
    for (const armed of this.#armed.values()) {
      if (armed.base === base && (first === undefined || isBefore(armed, first))) first = armed;
    }
    return first;
  }

  /** The CPU looks again when its first timer is due. */
  #program(base: Base): void {
    const { sim, scheduler, softirqs } = this.#parts;
    const dueNs = this.#first(base)?.dueNs;
    if (base.event !== undefined && base.event.atNs === dueNs) return;
    if (base.event !== undefined) sim.events.cancel(base.event);
    base.event = undefined;
    if (dueNs === undefined) return;
    const fire = (): void => {
      base.event = undefined;
      scheduler.cpu.timerInterrupts++;
      softirqs.raise(SOFTIRQ.TIMER);
    };
    base.event = sim.events.schedule(dueNs, fire, base.cpu);
  }

  /** Those of this CPU that are due. Context: softirq. Linux: run_timer_softirq. */
  *#run(): Switching<void> {
    const { sim, scheduler } = this.#parts;
    const base = this.#bases[scheduler.cpu.id]!;
    for (let next = this.#first(base); next !== undefined; next = this.#first(base)) {
      if (next.dueNs > sim.now()) break;
      yield* this.#expire(next);
    }
    this.#program(base);
  }

  /** Linux: call_timer_fn. */
  *#expire({ timer, base }: Armed): Switching<void> {
    const { sim, ram, functions, maps, scheduler, warner, lists, objects } = this.#parts;
    base.running = timer;
    scheduler.happens.acquire(timer);
    const { count } = scheduler.preempt;
    const map = maps().begin(timer, base.head + COPY);
    let func = 0;
    const fetch = (): number => {
      func = ram.loadPointer(timer + 3 * ram.board.pointerBytes);
      this.#armed.delete(timer);
      objects.deactivate(timer);
      // Also when memory says that it is on no list: then it faults, as on Linux.
      lists.unlinkFromHash(timer);
      lists.setNext(timer, lists.poison2);
      lists.setPrev(timer, 0);
      if (sim.trace.on) {
        sim.trace.emit(EVENT.TIMER_FIRE, sim.trace.intern(functions().nameOf(func)));
      }
      return func;
    };
    yield* functions().call(PATH, fetch, timer);
    maps().end(map);
    base.running = 0;
    scheduler.happens.release(timer);
    const after = scheduler.preempt.count;
    if (after === count) return;
    const words = [count, after].map((word) => word.toString(16).padStart(8, '0')).join(' -> ');
    warner.warn(`timer: ${functions().nameOf(func)} preempt leak: ${words}`);
    if (after > count) scheduler.preempt.subtract(after - count);
    else scheduler.preempt.add(count - after);
  }
}

function isBefore(one: Armed, other: Armed): boolean {
  if (one.dueNs !== other.dueNs) return one.dueNs < other.dueNs;
  return one.sequence < other.sequence;
}
