// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * High-resolution timers: functions that are called at an instant in nanoseconds, in the interrupt
 * of the CPU's own timer, or for those that are soft in the HRTIMER softirq after it.
 *
 * A timer lies in memory, where its instant, its function and its state are; which of them are
 * armed is kept beside it. What its function answers decides whether it is armed again, for the
 * instant that its memory says by then.
 *
 * Linux: kernel/time/hrtimer.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import type { DebugObjects, ObjectType } from '../debug-objects.ts';
import { SOFTIRQ, type Softirqs } from '../irq/softirq.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { innerPath } from '../module/sites.ts';
import type { Scheduler } from '../sched/scheduler.ts';

/** What a function answers for its timer to be armed again. Linux: HRTIMER_RESTART. */
export const HRTIMER_RESTART = 1;
/** Bits of the mode. Linux: enum hrtimer_mode. */
export const HRTIMER_MODE = { ABS: 0, REL: 1, PINNED: 2, SOFT: 4, HARD: 8 } as const;

/** Bit of the state while it is armed. Linux: HRTIMER_STATE_ENQUEUED. */
const ENQUEUED = 1;
const HARD_PATH = innerPath(
  'sysvec_apic_timer_interrupt',
  '__sysvec_apic_timer_interrupt',
  'hrtimer_interrupt',
  '__hrtimer_run_queues',
);
const SOFT_PATH = innerPath('hrtimer_run_softirq', '__hrtimer_run_queues');

export interface HrTimersParts {
  readonly sim: Sim;
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly softirqs: Softirqs;
  readonly functions: () => FunctionCalls;
  readonly objects: DebugObjects;
}

/** Where the parts of struct hrtimer lie. */
interface Offsets {
  readonly expires: number;
  readonly softExpires: number;
  readonly func: number;
  readonly state: number;
  readonly isSoft: number;
  readonly isHard: number;
  readonly size: number;
}

export class HrTimers {
  readonly #parts: HrTimersParts;
  readonly #at: Offsets;
  readonly #armed = new Map<number, TimedEvent>();
  /** By CPU: soft ones that are due, in order. */
  readonly #due: readonly number[][];
  /** By CPU: whose functions run, a hard one's above a soft one's. */
  readonly #running: readonly number[][];
  readonly #type: ObjectType;

  constructor(parts: HrTimersParts) {
    this.#parts = parts;
    const { scheduler, softirqs, ram } = parts;
    this.#at = offsetsOf(ram.board.pointerBytes);
    this.#due = scheduler.cpus.map(() => []);
    this.#running = scheduler.cpus.map(() => []);
    this.#type = {
      name: 'hrtimer',
      hint: (timer) => ram.loadPointer(timer + this.#at.func),
      forget: (timer) => this.#detach(timer),
    };
    softirqs.open(SOFTIRQ.HRTIMER, () => this.#serve());
  }

  /** Of a struct hrtimer. */
  get sizeBytes(): number {
    return this.#at.size;
  }

  /** Makes memory into a timer that is not armed. Linux: hrtimer_setup. */
  setUp(timer: number, func: number, mode: number): void {
    const { ram, objects } = this.#parts;
    const at = this.#at;
    objects.init(this.#type, timer);
    ram.memset(timer, 0, at.size);
    ram.storePointer(timer + at.func, func);
    ram.store8(timer + at.isSoft, (mode & HRTIMER_MODE.SOFT) === 0 ? 0 : 1);
    ram.store8(timer + at.isHard, (mode & HRTIMER_MODE.HARD) === 0 ? 0 : 1);
  }

  /** Arms a timer, or moves it. Context: any. Linux: hrtimer_start. */
  start(timer: number, timeNs: bigint, mode: number): void {
    const { sim } = this.#parts;
    const isRelative = (mode & HRTIMER_MODE.REL) !== 0;
    this.#detach(timer);
    this.#arm(timer, isRelative ? BigInt(sim.now()) + timeNs : timeNs);
  }

  /** For the instant that its memory says. Context: any. Linux: hrtimer_restart. */
  restart(timer: number): void {
    this.start(timer, this.#expiresOf(timer), HRTIMER_MODE.ABS);
  }

  /**
   * 1 if it was armed, 0 if not, -1 if its function runs, which is not waited for. Context: any.
   * Linux: hrtimer_try_to_cancel.
   */
  tryToCancel(timer: number): -1 | 0 | 1 {
    if (this.#isRunning(timer)) return -1;
    return this.#detach(timer) ? 1 : 0;
  }

  /** The same, and waits until its function does not run. Linux: hrtimer_cancel. */
  *cancel(timer: number): Switching<boolean> {
    const { scheduler } = this.#parts;
    for (;;) {
      const answer = this.tryToCancel(timer);
      if (answer >= 0) {
        scheduler.happens.acquire(timer);
        return answer === 1;
      }
      yield* scheduler.relax();
    }
  }

  /** It is armed, or its function runs. Linux: hrtimer_active. */
  isActive(timer: number): boolean {
    return this.isQueued(timer) || this.#isRunning(timer);
  }

  /** Linux: hrtimer_is_queued. */
  isQueued(timer: number): boolean {
    return (this.#parts.ram.load8(timer + this.#at.state) & ENQUEUED) !== 0;
  }

  /** Nanoseconds until it is due. Linux: hrtimer_get_remaining. */
  remaining(timer: number): bigint {
    return this.#expiresOf(timer) - BigInt(this.#parts.sim.now());
  }

  /**
   * Moves the instant on by whole intervals, past `nowNs`. Answers by how many. Context: any, the
   * timer not armed. Linux: hrtimer_forward.
   */
  forward(timer: number, nowNs: bigint, intervalNs: bigint): bigint {
    const expires = this.#expiresOf(timer);
    if (nowNs < expires || this.isQueued(timer)) return 0n;
    const interval = intervalNs < 1n ? 1n : intervalNs;
    const passed = (nowNs - expires) / interval + 1n;
    this.#setExpires(timer, expires + passed * interval);
    return passed;
  }

  #expiresOf(timer: number): bigint {
    return BigInt.asIntN(64, this.#parts.ram.load64(timer + this.#at.expires));
  }

  #setExpires(timer: number, expires: bigint): void {
    const { ram } = this.#parts;
    ram.store64(timer + this.#at.expires, BigInt.asUintN(64, expires));
    ram.store64(timer + this.#at.softExpires, BigInt.asUintN(64, expires));
  }

  #arm(timer: number, expires: bigint): void {
    const { sim, ram, scheduler, objects } = this.#parts;
    objects.activate(this.#type, timer);
    this.#setExpires(timer, expires);
    ram.store8(timer + this.#at.state, ENQUEUED);
    scheduler.happens.release(timer);
    const isSoft = ram.load8(timer + this.#at.isSoft) !== 0;
    const isHard = ram.load8(timer + this.#at.isHard) !== 0;
    const dueNs = Math.min(Math.max(sim.now(), Number(expires)), Number.MAX_SAFE_INTEGER);
    const event = sim.events.schedule(dueNs, () => this.#take(timer, isSoft, isHard));
    this.#armed.set(timer, event);
  }

  #detach(timer: number): boolean {
    const { sim, ram, objects } = this.#parts;
    const event = this.#armed.get(timer);
    objects.deactivate(timer);
    for (const due of this.#due) {
      const place = due.indexOf(timer);
      if (place >= 0) due.splice(place, 1);
    }
    if (event !== undefined) sim.events.cancel(event);
    this.#armed.delete(timer);
    const wasQueued = this.isQueued(timer);
    if (wasQueued) ram.store8(timer + this.#at.state, 0);
    return wasQueued;
  }

  #isRunning(timer: number): boolean {
    return this.#running.some((timers) => timers.includes(timer));
  }

  /** Its instant has come. Context: hardirq. */
  #take(timer: number, isSoft: boolean, isHard: boolean): void {
    const { scheduler, softirqs } = this.#parts;
    this.#armed.delete(timer);
    scheduler.cpu.timerInterrupts++;
    if (isSoft) {
      this.#due[scheduler.cpu.id]!.push(timer);
      softirqs.raise(SOFTIRQ.HRTIMER);
    } else {
      scheduler.continueInterrupt(this.#runHard(timer, isHard));
    }
  }

  *#runHard(timer: number, isHard: boolean): Switching<void> {
    const { watcher } = this.#parts.scheduler.preempt;
    watcher?.setHardirqThreaded(!isHard);
    yield* this.#expire(timer, HARD_PATH);
    watcher?.setHardirqThreaded(true);
  }

  *#serve(): Switching<void> {
    const due = this.#due[this.#parts.scheduler.cpu.id]!;
    for (let timer = due.shift(); timer !== undefined; timer = due.shift()) {
      yield* this.#expire(timer, SOFT_PATH);
    }
  }

  /** Linux: __run_hrtimer. */
  *#expire(timer: number, path: typeof HARD_PATH): Switching<void> {
    const { sim, ram, functions, scheduler, objects } = this.#parts;
    const running = this.#running[scheduler.cpu.id]!;
    scheduler.happens.acquire(timer);
    running.push(timer);
    const fetch = (): number => {
      ram.store8(timer + this.#at.state, 0);
      objects.deactivate(timer);
      const func = ram.loadPointer(timer + this.#at.func);
      if (sim.trace.on) {
        sim.trace.emit(EVENT.TIMER_FIRE, sim.trace.intern(functions().nameOf(func)));
      }
      return func;
    };
    const answer = yield* functions().call(path, fetch, timer);
    running.pop();
    scheduler.happens.release(timer);
    // Its function may have armed it itself.
    if (answer === HRTIMER_RESTART && !this.isQueued(timer)) this.restart(timer);
  }
}

/** Behind the node of a red-black tree: three words. */
function offsetsOf(word: number): Offsets {
  const expires = word === 8 ? 24 : 16;
  const func = expires + 16;
  const state = func + 2 * word;
  return {
    expires,
    softExpires: expires + 8,
    func,
    state,
    isSoft: state + 2,
    isHard: state + 3,
    size: state + 8 - (state % 8),
  };
}
