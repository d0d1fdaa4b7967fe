// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Decides who runs: simulated CPUs on one virtual time line.
 *
 * Each CPU has a time of its own. The one that is furthest behind runs a turn: until it is SKEW_NS
 * ahead of the next one, so that no CPU sees another's past for longer than that. Interrupts
 * (timers, terminals, the host) are taken by CPU 0 at the first point at or after their instant.
 *
 * The host may stop between any two points (`run`'s limit) without changing what happens: every
 * decision depends on virtual instants alone, and whatever makes an instant matter shortens the
 * horizon to it (`#shorten`). A task in a plain function of a driver cannot give up its CPU; then
 * `overrun` lets the other CPUs catch up from inside.
 *
 * Who is next on a CPU is up to cpu.ts (fair.ts: EEVDF, rt.ts: priorities), and which CPU a task
 * waits for up to balance.ts.
 *
 * Linux: kernel/sched/core.c.
 */
// tidy: long because turns, horizon, interrupts and queues keep one invariant together
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { assert } from '../../lib/assert.ts';
import { type HappensBefore, UNORDERED } from '../kcsan/happens.ts';
import { Oops } from '../oops.ts';
import { BALANCE_NS, pullRealTime, pushTarget, selectCpu, steal } from './balance.ts';
import { Blockers } from '../blocker.ts';
import { Cpu, type CpuTimes } from './cpu.ts';
import { addUsage, taskUsage } from './cputime.ts';
import type { SchedEntity } from './entity.ts';
import type { Execution } from './execution.ts';
import { LoadAverage } from './loadavg.ts';
import { HARDIRQ_OFFSET, Preempt } from './preempt.ts';
import type { Task } from './task.ts';

/** How far one CPU may run ahead of another. */
const SKEW_NS = 10_000;
/** How soon a task that could not be switched away from in a driver is looked at again. */
const RESCHEDULE_NS = 100_000;
/** Keeps `budget` a small integer for the engine. Looking up early changes nothing. */
const HORIZON_NS_MAX = 100_000_000;

export type Lockup = 'soft' | 'hard';

export type RunState = 'running' | 'idle' | 'halted';

/** What the scheduler tells the rooms above. */
export interface SchedulerHooks {
  /** A task's coroutine ended: by returning (`undefined`), or by throwing. */
  onEnd(task: Task, thrown: unknown): void;
  /**
   * The task has computed in a driver past `watchdogNs` without sleeping, or past `hardlockupNs`
   * with interrupts off. Must throw.
   */
  onLockup(task: Task, stuckNs: number, kind: Lockup): void;
  /** The running task goes to sleep where it must not; `count` is what schedule() would see. */
  onAtomicSchedule(task: Task, count: number): void;
  /** The running task called something that may sleep where it must not. */
  onAtomicCall(task: Task, count: number): void;
  /** The task has run past its `cpuLimitNs`. */
  onCpuLimit(task: Task): void;
}

const NO_HOOKS: SchedulerHooks = {
  onEnd: () => undefined,
  onLockup: () => undefined,
  onAtomicSchedule: () => undefined,
  onAtomicCall: () => undefined,
  onCpuLimit: () => undefined,
};

export class Scheduler {
  readonly cpus: readonly Cpu[];
  /** How long a driver may compute without sleeping before the watchdog bites. */
  watchdogNs = 2_000_000_000;
  /** How long it may do so with interrupts off. */
  hardlockupNs = 1_000_000_000;
  hooks = NO_HOOKS;
  /** Told of what puts one instant before another. */
  happens: HappensBefore = UNORDERED;
  /** In which context code runs, and turning preemption off and on. */
  readonly preempt: Preempt;
  readonly load = new LoadAverage();
  readonly blockers: Blockers;
  /** A task goes to sleep uninterruptibly. */
  onUninterruptible: () => void = () => undefined;
  /** `mightSleep` reports. */
  reportsAtomicSleep = true;
  /** Status of power-off, once there is one. */
  haltStatus: number | undefined;

  readonly #sim: Sim;
  readonly #execution: Execution;
  #cpu: Cpu;
  #turnEndNs = 0;
  /** User time of the running task when it began to run. */
  #userBeforeNs = 0;
  /** A turn that the host's limit interrupted: it goes on before anybody else's. */
  #paused: Cpu | undefined;
  #limitNs = 0;
  #extendLimit: ((nowNs: number) => number) | undefined;

  constructor(sim: Sim, execution: Execution, cpuCount: number) {
    this.#sim = sim;
    this.#execution = execution;
    this.preempt = new Preempt(execution, () => this.#afterAtomic());
    this.blockers = new Blockers(execution, () => this.current);
    this.cpus = Array.from({ length: cpuCount }, (_, id) => new Cpu(id));
    this.#cpu = this.cpus[0]!;
    sim.events.onScheduled = (atNs) => this.#shorten(atNs);
  }

  /** The running task. Context: any in which one runs; in an interrupt, the interrupted one. */
  get current(): Task {
    const task = this.#cpu.current;
    assert(task !== undefined, 'a task runs');
    return task;
  }

  get currentOrNone(): Task | undefined {
    return this.#cpu.current;
  }

  get cpu(): Cpu {
    return this.#cpu;
  }

  // ---- What tasks do -----------------------------------------------------------------------

  /** Sleeps until woken. Context: task; the caller has put the task where its waker finds it. */
  *sleep(state: 'S' | 'D' | 'T', channel: string): Sleeping<void> {
    const task = this.current;
    if (this.#execution.preemptCount !== 0) this.#reportAtomicSleep(task);
    this.#execution.irqsOff = false;
    task.state = state;
    if (state === 'D') {
      task.blockedSinceNs = this.#sim.now();
      this.onUninterruptible();
    } else this.load.change(-1, this.#sim.now());
    task.waitChannel = channel;
    if (this.#sim.trace.on) this.#sim.trace.emit(EVENT.WAIT, this.#sim.trace.intern(channel));
    yield;
    task.waitChannel = '';
    task.blockedSinceNs = Infinity;
    if (task.modules.length > 0) task.stintStartNs = this.#sim.now();
  }

  /**
   * Sleeps for a time, or until a signal if `interruptible`. Returns the nanoseconds left, 0 when
   * the time passed. Context: task.
   */
  *sleepFor(nanoseconds: number, interruptible: boolean): Sleeping<number> {
    const task = this.current;
    const endNs = this.#sim.now() + nanoseconds;
    const timer = this.#sim.events.schedule(endNs, () => this.wake(task));
    while (this.#sim.now() < endNs && !(interruptible && task.deliverable !== 0)) {
      yield* this.sleep(interruptible ? 'S' : 'D', 'hrtimer_nanosleep');
    }
    this.#sim.events.cancel(timer);
    return Math.max(0, endNs - this.#sim.now());
  }

  /**
   * Says that what follows may sleep, whether it will or not: where it must not, that is reported,
   * and goes on. Context: any. Linux: might_sleep().
   */
  mightSleep(): void {
    const { preemptCount, irqsOff } = this.#execution;
    if (preemptCount === 0 && !irqsOff && this.current.rcuDepth === 0) return;
    if (!this.reportsAtomicSleep) return;
    this.hooks.onAtomicCall(this.current, preemptCount);
  }

  /** schedule_debug: the count starts anew, so that the machine can go on. */
  #reportAtomicSleep(task: Task): void {
    // The scheduler itself turns preemption off once before it looks.
    this.hooks.onAtomicSchedule(task, this.#execution.preemptCount + 1);
    this.#execution.preemptCount = 0;
  }

  /** Preemption or interrupts are on again: what has waited for that happens at the next point. */
  #afterAtomic(): void {
    const task = this.#cpu.current;
    if (task === undefined || this.#execution.preemptCount !== 0) return;
    this.#lookUpAt(this.#cpu.needsReschedule ? 0 : task.sliceEndNs + 1);
    if (this.#cpu.id === 0) this.#lookUpAt(this.#sim.events.nextNs);
  }

  /** The watchdogs begin anew. Context: task. Linux: touch_softlockup_watchdog. */
  touchWatchdog(kind: Lockup): void {
    const nowNs = this.#sim.now();
    const { current } = this;
    if (current.stintStartNs < nowNs) current.stintStartNs = nowNs;
    if (kind === 'hard') this.#execution.irqsOffSinceNs = nowNs;
  }

  /** A scheduling point: others may run now if it is their turn. */
  *reschedule(): Sleeping<void> {
    if (this.#execution.budget < 0) yield;
  }

  /** sched_yield(2): to the end of the queue. */
  *yieldCpu(): Sleeping<void> {
    const task = this.current;
    if (this.#execution.preemptCount !== 0) this.#reportAtomicSleep(task);
    this.#update(this.#cpu);
    if (!task.sched.isRealTime) this.#cpu.fair.forfeit(task);
    task.sliceEndNs = 0;
    yield;
  }

  /** Ends the running task: nothing of it runs again. The caller has released what it had. */
  *exit(state: 'Z' | 'X'): Sleeping<never> {
    this.happens.ended(this.current);
    this.current.state = state;
    this.load.change(-1, this.#sim.now());
    for (;;) yield;
  }

  // ---- What anybody does --------------------------------------------------------------------

  /** Makes a new task runnable. */
  start(task: Task): void {
    task.startNs = this.#sim.now();
    this.happens.started(task);
    this.load.change(1, task.startNs);
    this.#enqueue(task, true);
  }

  /** Makes a sleeping task runnable; nothing if it is not asleep. Context: any. */
  wake(task: Task): void {
    if (task.state !== 'S' && task.state !== 'D') return;
    this.#makeRunnable(task);
  }

  /** Makes a stopped task runnable (SIGCONT). */
  resume(task: Task): void {
    if (task.state === 'T') this.#makeRunnable(task);
  }

  halt(status: number): void {
    this.haltStatus = status;
    this.#shorten(this.#sim.now());
  }

  /** Asks for a look-up at the next point of the running task, such as after it got a signal. */
  kick(): void {
    this.#lookUpAt(0);
  }

  /** Latest instant that any CPU has reached: no input may land before it. */
  get frontierNs(): number {
    return Math.max(...this.cpus.map((cpu) => cpu.clockNs));
  }

  /**
   * Runs virtual time up to `limitNs`. `extendLimit` is asked for a later limit when code that
   * cannot be paused has reached it. Context: the host, between two turns.
   */
  run(limitNs: number, extendLimit?: (nowNs: number) => number): RunState {
    this.#limitNs = limitNs;
    this.#extendLimit = extendLimit;
    for (;;) {
      if (this.haltStatus !== undefined) return 'halted';
      const cpu = this.#paused ?? this.#next(Infinity);
      if (cpu === undefined) {
        this.#idleUntil(limitNs);
        return 'idle';
      }
      if (this.#timeOf(cpu) > limitNs) {
        if (this.cpus.some((each) => !each.isIdle)) return 'running';
        this.#idleUntil(limitNs);
        return 'idle';
      }
      this.#turn(cpu, cpu === this.#paused);
    }
  }

  /**
   * The budget ran out in a plain function: takes due interrupts and lets the other CPUs catch up.
   * Context: task, in a function that cannot yield. Throws what `onLockup` throws, and an Oops
   * without a report when the power has gone off meanwhile.
   */
  overrun(): void {
    const cpu = this.#cpu;
    const task = this.current;
    this.#leave(cpu);
    if (cpu.id === 0) this.#takeInterrupts(cpu);
    if (cpu.clockNs > this.#turnEndNs) {
      cpu.isStuck = true;
      const limitNs = this.#limitNs;
      this.#catchUp(cpu.clockNs);
      this.#limitNs = limitNs;
      cpu.isStuck = false;
    }
    this.#enter(cpu, task);
    if (this.haltStatus !== undefined) this.#cutOff(task);
    this.#turnEndNs = this.#turnEnd(cpu);
    const nowNs = this.#sim.now();
    if (nowNs > task.sliceEndNs) cpu.needsReschedule = true;
    if (nowNs > this.#limitNs) this.#limitNs = this.#extendLimit?.(nowNs) ?? Infinity;
    this.#setHorizon(cpu, task);
    this.watch();
  }

  /** The CPU time that a task has had, up to now. Context: any. */
  runtimeNs(task: Task): number {
    const cpu = this.#cpu;
    const isRunning = cpu.current === task && cpu.irqDepth === 0;
    return task.runtimeNs + (isRunning ? this.#sim.now() - cpu.clockNs : 0);
  }

  /** What a CPU did with its time up to now, or up to where it has got. */
  timesOf(cpu: Cpu): CpuTimes {
    const nowNs = Math.max(cpu.clockNs, this.#sim.now());
    const { userNs, niceNs, irqNs } = cpu;
    const idleNs = cpu.idleNs + (cpu.isIdle ? nowNs - cpu.clockNs : 0);
    const busyNs = (cpu.isIdle ? nowNs : cpu.clockNs) - idleNs;
    return { userNs, niceNs, irqNs, idleNs, systemNs: busyNs - userNs - niceNs - irqNs };
  }

  /** What cannot be paused would compute on without power: its task dies instead. */
  #cutOff(task: Task): never {
    task.dying = true;
    this.#execution.dying = true;
    throw new Oops('the power is off');
  }

  /** The watchdog's look at the running task. Throws what `onLockup` throws. */
  watch(): void {
    const task = this.current;
    const nowNs = this.#sim.now();
    const stuckNs = nowNs - task.stintStartNs;
    if (!this.#execution.irqsOff) {
      if (stuckNs > this.watchdogNs) this.hooks.onLockup(task, stuckNs, 'soft');
      return;
    }
    // The soft watchdog's timer is an interrupt itself.
    const offNs = Math.min(stuckNs, nowNs - this.#execution.irqsOffSinceNs);
    if (offNs > this.hardlockupNs) this.hooks.onLockup(task, offNs, 'hard');
  }

  // ---- Turns --------------------------------------------------------------------------------

  /** The CPU that is furthest behind and has something to do before `beforeNs`. */
  #next(beforeNs: number): Cpu | undefined {
    let best: Cpu | undefined;
    let bestNs = beforeNs;
    for (const cpu of this.cpus) {
      const atNs = cpu.isStuck ? Infinity : this.#timeOf(cpu);
      if (atNs < bestNs) [best, bestNs] = [cpu, atNs];
    }
    return best;
  }

  /** When `cpu` would do something next: its own time, or for an idle CPU 0 the next event's. */
  #timeOf(cpu: Cpu): number {
    if (!cpu.isIdle) return cpu.clockNs;
    return cpu.id === 0 ? Math.max(cpu.clockNs, this.#sim.events.nextNs) : Infinity;
  }

  #turnEnd(self: Cpu): number {
    let othersNs = Infinity;
    for (const cpu of this.cpus) {
      if (cpu !== self && !cpu.isStuck) othersNs = Math.min(othersNs, this.#timeOf(cpu));
    }
    return othersNs + SKEW_NS;
  }

  /** Lets every other CPU run to `untilNs`, from inside a plain function of one. */
  #catchUp(untilNs: number): void {
    const paused = this.#paused;
    this.#paused = undefined;
    for (;;) {
      const cpu = this.#next(untilNs);
      if (cpu === undefined || this.haltStatus !== undefined) break;
      this.#limitNs = untilNs;
      this.#turn(cpu, false);
      this.#paused = undefined;
    }
    this.#paused = paused;
  }

  #turn(cpu: Cpu, isResumed: boolean): void {
    this.#paused = undefined;
    if (cpu.isIdle) this.#skipIdle(cpu, this.#timeOf(cpu));
    if (!isResumed) this.#turnEndNs = this.#turnEnd(cpu);
    for (;;) {
      if (cpu.id === 0) this.#takeInterrupts(cpu);
      if (this.haltStatus !== undefined) return;
      const task = this.#choose(cpu);
      if (task === undefined) return;
      // A switch takes time, in which an interrupt may have come. It must not matter whether the
      // host stops here.
      if (this.#isInterruptDue(cpu)) continue;
      if (cpu.clockNs > this.#turnEndNs) return;
      if (cpu.clockNs > this.#limitNs) {
        this.#paused = cpu;
        return;
      }
      this.#enter(cpu, task);
      this.#setHorizon(cpu, task);
      this.#resume(task);
      this.#leave(cpu);
      if (task.state !== 'R') {
        cpu.release(task);
        task.sched.voluntarySwitches++;
        if (task.state === 'X' && !task.isLeader) {
          addUsage(task.group.endedUsage, taskUsage(this, task));
        }
      }
    }
  }

  /** The task that `cpu` runs now: the one it ran, unless its slice is over or it sleeps. */
  #choose(cpu: Cpu): Task | undefined {
    const running = cpu.current;
    if (running !== undefined) {
      if (cpu.clockNs <= running.sliceEndNs && !cpu.needsReschedule) return running;
      if (running.preemptCount !== 0) return running;
    }
    return this.#schedule(cpu, running);
  }

  #schedule(cpu: Cpu, running: Task | undefined): Task | undefined {
    cpu.needsReschedule = false;
    if (running !== undefined && !running.sched.mayRunOn(cpu.id)) {
      cpu.release(running);
      running.sched.involuntarySwitches++;
      this.#sim.clock.moveTo(cpu.clockNs);
      this.#enqueue(running, false);
    }
    if (this.cpus.length > 1) this.#pull(cpu);
    const before = cpu.current;
    const next = cpu.pick();
    if (next === undefined) return undefined;
    if (next !== before) this.#switch(cpu, before, next);
    cpu.startSlice(next, this.#sim.oracle);
    return next;
  }

  #switch(cpu: Cpu, before: Task | undefined, next: Task): void {
    if (before !== undefined) {
      before.sched.involuntarySwitches++;
      before.sched.queuedNs = cpu.clockNs;
      cpu.putBack(before);
    }
    cpu.take(next);
    if (before !== undefined && this.cpus.length > 1 && cpu.clockNs >= cpu.nextBalanceNs) {
      this.#push(cpu, before);
    }
    // A CPU that is a little behind the waker's must not run it before it was woken.
    if (cpu.clockNs < next.sched.queuedNs) this.#skipIdle(cpu, next.sched.queuedNs);
    next.sched.waitedNs += cpu.clockNs - next.sched.queuedNs;
    next.sched.runs++;
    cpu.clockNs += COST.SWITCH;
    cpu.switches++;
    if (this.#sim.trace.on) {
      this.#sim.clock.moveTo(cpu.clockNs);
      this.#sim.cpu = cpu.id;
      this.#sim.trace.emit(EVENT.SWITCH, next.pid);
    }
  }

  /** Takes what waits on other CPUs and should run here at once. */
  #pull(cpu: Cpu): void {
    let task = pullRealTime(this.cpus, cpu, priorityOf(cpu));
    if (task === undefined && cpu.isIdle) task = steal(this.cpus, cpu);
    if (task !== undefined) this.#moveTo(cpu, task, false);
  }

  /** Now and then the task that has just run goes to a CPU that has less to do. */
  #push(cpu: Cpu, task: Task): void {
    const target = pushTarget(this.cpus, cpu, task);
    if (target === undefined) return;
    cpu.nextBalanceNs = cpu.clockNs + BALANCE_NS;
    cpu.dequeue(task);
    if (target.isIdle) this.#skipIdle(target, cpu.clockNs);
    if (this.#moveTo(target, task, false)) target.needsReschedule = true;
  }

  #moveTo(cpu: Cpu, task: Task, isNew: boolean): boolean {
    if (task.cpu !== cpu.id) {
      if (!isNew) task.sched.migrations++;
      task.sched.movedNs = cpu.clockNs;
      task.cpu = cpu.id;
    }
    return cpu.enqueue(task, isNew);
  }

  #resume(task: Task): void {
    let thrown: unknown;
    try {
      if (task.body.next().done !== true) return;
    } catch (caught) {
      thrown = caught;
    }
    task.state = 'X';
    this.hooks.onEnd(task, thrown);
  }

  #enter(cpu: Cpu, task: Task): void {
    const execution = this.#execution;
    this.#cpu = cpu;
    cpu.current = task;
    this.#sim.cpu = cpu.id;
    this.#sim.pid = task.pid;
    this.#sim.clock.moveTo(cpu.clockNs);
    this.#userBeforeNs = task.sched.userNs;
    execution.stack = task.stack;
    execution.sp = task.sp;
    execution.dying = task.dying;
    execution.preemptCount = task.preemptCount;
    execution.irqsOff = task.irqsOff;
    execution.irqsOffSinceNs = task.irqsOffSinceNs;
  }

  #leave(cpu: Cpu): void {
    const nowNs = this.#sim.now();
    const task = cpu.current;
    if (task !== undefined) {
      task.sp = this.#execution.sp;
      task.preemptCount = this.#execution.preemptCount;
      task.irqsOff = this.#execution.irqsOff;
      task.irqsOffSinceNs = this.#execution.irqsOffSinceNs;
      task.runtimeNs += nowNs - cpu.clockNs;
      task.sched.ran(nowNs - cpu.clockNs);
      const userNs = task.sched.userNs - this.#userBeforeNs;
      if (task.sched.nice > 0) cpu.niceNs += userNs;
      else cpu.userNs += userNs;
      if (task.runtimeNs >= task.cpuLimitNs) this.hooks.onCpuLimit(task);
    }
    cpu.clockNs = nowNs;
    this.#sim.pid = 0;
  }

  // ---- Time ---------------------------------------------------------------------------------

  #setHorizon(cpu: Cpu, task: Task): void {
    const nowNs = this.#sim.now();
    let horizonNs = Math.min(nowNs + HORIZON_NS_MAX, this.#turnEndNs, this.#limitNs);
    if (this.#execution.preemptCount === 0) {
      // In a plain function it runs on, past its slice: then it must not be looked at all the time.
      const endNs = cpu.needsReschedule ? nowNs + RESCHEDULE_NS : task.sliceEndNs;
      horizonNs = Math.min(horizonNs, endNs);
    }
    horizonNs = Math.min(horizonNs, this.#watchdogBites(task));
    if (cpu.id === 0 && !this.#execution.irqsOff) {
      horizonNs = Math.min(horizonNs, this.#sim.events.nextNs - 1);
    }
    this.#sim.clock.setHorizon(Math.max(horizonNs, nowNs - 1));
  }

  #watchdogBites({ stintStartNs }: Task): number {
    const { irqsOff, irqsOffSinceNs } = this.#execution;
    if (!irqsOff) return stintStartNs + this.watchdogNs;
    return Math.max(stintStartNs, irqsOffSinceNs) + this.hardlockupNs;
  }

  /** The running CPU must look up once it is past `atNs`. */
  #shorten(atNs: number): void {
    this.#lookUpAt(atNs);
    if (this.#cpu.id !== 0 && this.cpus[0]!.isIdle) {
      this.#turnEndNs = Math.min(this.#turnEndNs, Math.max(atNs, this.cpus[0]!.clockNs) + SKEW_NS);
    }
  }

  #lookUpAt(atNs: number): void {
    const nowNs = this.#sim.now();
    if (atNs - 1 < nowNs + this.#execution.budget) {
      this.#sim.clock.setHorizon(Math.max(atNs, nowNs) - 1);
    }
  }

  #idleUntil(limitNs: number): void {
    for (const cpu of this.cpus) if (cpu.isIdle && !cpu.isStuck) this.#skipIdle(cpu, limitNs);
    this.#sim.clock.moveTo(limitNs);
  }

  #skipIdle(cpu: Cpu, toNs: number): void {
    if (toNs <= cpu.clockNs) return;
    cpu.idleNs += toNs - cpu.clockNs;
    cpu.clockNs = toNs;
  }

  /** Fires what is due at the time of CPU 0, as interrupts of it. */
  #takeInterrupts(cpu: Cpu): void {
    const task = cpu.current;
    const execution = this.#execution;
    while (task?.irqsOff !== true) {
      const event = this.#sim.events.takeDue(cpu.clockNs);
      if (event === undefined) return;
      this.#cpu = cpu;
      this.#sim.cpu = cpu.id;
      this.#sim.pid = task?.pid ?? 0;
      this.#sim.clock.moveTo(cpu.clockNs + COST.INTERRUPT);
      cpu.irqDepth++;
      execution.preemptCount = (task?.preemptCount ?? 0) + HARDIRQ_OFFSET;
      this.happens.begin('hardirq');
      event.fire();
      this.happens.end('hardirq');
      execution.preemptCount = task?.preemptCount ?? 0;
      cpu.irqDepth--;
      const nowNs = this.#sim.now();
      cpu.irqNs += nowNs - cpu.clockNs;
      cpu.clockNs = nowNs;
    }
  }

  #isInterruptDue(cpu: Cpu): boolean {
    if (cpu.id !== 0 || cpu.current?.irqsOff === true) return false;
    return this.#sim.events.nextNs <= cpu.clockNs;
  }

  // ---- Queues -------------------------------------------------------------------------------

  #makeRunnable(task: Task): void {
    if (task.state !== 'D') this.load.change(1, this.#sim.now());
    task.state = 'R';
    this.happens.woke(task);
    task.sleepState = 0;
    if (this.#sim.trace.on) this.#sim.trace.emit(EVENT.WAKE, task.pid);
    this.#enqueue(task, false);
  }

  #enqueue(task: Task, isNew: boolean): void {
    const target = selectCpu(this.cpus, task, isNew, this.#sim.oracle);
    const nowNs = this.#sim.now();
    task.sched.queuedNs = nowNs;
    if (target.isIdle) this.#skipIdle(target, nowNs);
    const running = this.#cpu;
    if (target === running) this.#update(target);
    if (this.#moveTo(target, task, isNew)) target.needsReschedule = true;
    if (target !== running) {
      const endNs = Math.max(nowNs, target.clockNs) + SKEW_NS;
      if (endNs < this.#turnEndNs) this.#turnEndNs = endNs;
      this.#shorten(this.#turnEndNs + 1);
    } else if (target.needsReschedule) {
      this.#lookUpAt(0);
    }
  }

  /** Brings the running task's run time up to date. */
  #update(cpu: Cpu): void {
    const task = cpu.current;
    if (task === undefined || cpu.irqDepth > 0) return;
    const nowNs = this.#sim.now();
    task.runtimeNs += nowNs - cpu.clockNs;
    task.sched.ran(nowNs - cpu.clockNs);
    cpu.clockNs = nowNs;
  }

  // ---- What is asked for -------------------------------------------------------------------

  /** Changes policy, nice value or real-time priority. Context: task. */
  setPolicy(task: Task, change: (sched: SchedEntity) => void): void {
    const cpu = this.cpus[task.cpu]!;
    const isRunning = cpu.current === task;
    if (task.state !== 'R') {
      change(task.sched);
      return;
    }
    if (cpu === this.#cpu) this.#update(cpu);
    if (isRunning) cpu.release(task);
    else cpu.dequeue(task);
    change(task.sched);
    cpu.enqueue(task, false);
    if (isRunning) cpu.take(task);
    task.sliceEndNs = 0;
    this.#rescheduleAt(cpu);
  }

  /** Changes on which CPUs a task may run, and moves it if it must. Context: task. */
  setAffinity(task: Task, affinity: number): void {
    task.sched.affinity = affinity;
    const cpu = this.cpus[task.cpu]!;
    if (task.state !== 'R' || task.sched.mayRunOn(cpu.id)) return;
    if (cpu.current !== task) {
      cpu.dequeue(task);
      this.#enqueue(task, false);
      return;
    }
    this.#rescheduleAt(cpu);
  }

  #rescheduleAt(cpu: Cpu): void {
    cpu.needsReschedule = true;
    if (cpu === this.#cpu) this.#lookUpAt(0);
  }
}

function priorityOf(cpu: Cpu): number {
  return Math.max(cpu.current?.sched.rtPriority ?? 0, cpu.realTime.highest);
}
