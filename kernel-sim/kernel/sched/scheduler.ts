// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Decides who runs: simulated CPUs on one virtual time line.
 *
 * Each CPU has a time of its own. The one that is furthest behind runs a turn: until it is SKEW_NS
 * ahead of the next one, so that no CPU sees another's past for longer than that. Interrupts are
 * taken by the CPU that they belong to at the first point at or after their instant: they run on
 * top of its task, and softirqs on top of that when the last one ends.
 *
 * The host may stop between any two points (`run`'s limit) without changing what happens: every
 * decision depends on virtual instants alone, and whatever makes an instant matter shortens the
 * horizon to it (`#shorten`). A task in a plain function of a driver cannot give up its CPU; then
 * `overrun` takes interrupts and lets the other CPUs catch up from inside.
 *
 * Who is next on a CPU is up to cpu.ts (fair.ts: EEVDF, rt.ts: priorities), which CPU a task waits
 * for up to balance.ts, and what runs on top of a task up to interrupt-levels.ts.
 *
 * Linux: kernel/sched/core.c.
 */
// tidy: long because turns, horizon and queues keep one invariant together
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { MaySwitch, Sleeping, Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { assert } from '../../lib/assert.ts';
import { type HappensBefore, UNORDERED } from '../kcsan/happens.ts';
import { Oops } from '../oops.ts';
import { selectCpu } from './balance.ts';
import { Blockers } from '../locking/blocker.ts';
import type { Context } from './context.ts';
import { Cpu, type CpuTimes } from './cpu.ts';
import { addUsage, taskUsage } from './cputime.ts';
import type { SchedEntity } from './entity.ts';
import type { Execution } from './execution.ts';
import { LoadAverage } from './loadavg.ts';
import { NO_HOOKS } from './hooks.ts';
import { InterruptLevels } from './interrupt-levels.ts';
import { Migration } from './migration.ts';
import { Preempt } from './preempt.ts';
import { type Lockup, Watchdog } from '../watchdog/lockup.ts';
import type { Task } from './task.ts';

/** How far one CPU may run ahead of another. */
const SKEW_NS = 10_000;
/** How soon a task that could not be switched away from in a driver is looked at again. */
const RESCHEDULE_NS = 100_000;
/** Keeps `budget` a small integer for the engine. Looking up early changes nothing. */
const HORIZON_NS_MAX = 100_000_000;

export type RunState = 'running' | 'idle' | 'halted';

export class Scheduler {
  readonly cpus: readonly Cpu[];
  /** Who looks for drivers that keep their CPU. */
  readonly watchdog: Watchdog;
  hooks = NO_HOOKS;
  /** Serves the softirqs that wait on a CPU, in a context of theirs: kernel/irq/softirq.ts. */
  softirqs: (cpu: Cpu) => Switching<void> = nothing;
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
  readonly #interrupts: InterruptLevels;
  readonly #migration: Migration;
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
    this.watchdog = new Watchdog(sim, execution, (stuckNs, kind) =>
      this.hooks.onLockup(this.current, stuckNs, kind),
    );
    this.blockers = new Blockers(execution, () => this.current);
    this.cpus = Array.from({ length: cpuCount }, (_, id) => new Cpu(id));
    this.#cpu = this.cpus[0]!;
    this.#interrupts = new InterruptLevels(sim, this, {
      enter: (cpu) => this.#enter(cpu),
      leave: (cpu) => this.#leave(cpu),
      setHorizon: (cpu) => this.#setHorizon(cpu),
    });
    this.#migration = new Migration(this.cpus, (atNs) => {
      this.#turnEndNs = Math.min(this.#turnEndNs, atNs + SKEW_NS);
    });
    sim.events.onScheduled = (atNs, cpu) => this.#expect(atNs, cpu);
  }

  /** The running task; in an interrupt, the interrupted one. There always is one: swapper/N. */
  get current(): Task {
    return this.#cpu.current ?? this.#cpu.idle;
  }

  /** Whose frames and preempt count the CPU has: an interrupt's, or the running task's. */
  get context(): Context {
    return this.#cpu.context;
  }

  get cpu(): Cpu {
    return this.#cpu;
  }

  // ---- What tasks do -----------------------------------------------------------------------

  /** Sleeps until woken. Context: task; the caller has put the task where its waker finds it. */
  *sleep(state: 'S' | 'D' | 'T', channel: string): Sleeping<void> {
    if (this.#cpu.irqDepth > 0) {
      yield* this.#sleepInInterrupt();
      return;
    }
    const task = this.current;
    if (this.#execution.preemptCount !== 0) this.#reportAtomicSleep(task);
    if (task.rcuDepth !== 0) this.hooks.onReaderSchedule();
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
    if (task.modules.length > 0) {
      task.stintStartNs = this.#sim.now();
      this.#execution.irqsOffSinceNs = task.stintStartNs;
    }
  }

  /**
   * Sleeps for a time, or until a signal if `interruptible`. Returns the nanoseconds left, 0 when
   * the time passed. Context: task.
   */
  *sleepFor(nanoseconds: number, interruptible: boolean): Sleeping<number> {
    const task = this.current;
    const endNs = this.#sim.now() + nanoseconds;
    while (this.#sim.now() < endNs && !(interruptible && task.deliverable !== 0)) {
      yield* this.sleepUntil(endNs, interruptible ? 'S' : 'D', 'hrtimer_nanosleep');
    }
    return Math.max(0, endNs - this.#sim.now());
  }

  /** Sleeps until woken, or until an instant has come. Context: task. Linux: schedule_hrtimeout. */
  *sleepUntil(endNs: number, state: 'S' | 'D', channel: string): Sleeping<void> {
    const task = this.current;
    const timer = this.#sim.events.schedule(endNs, () => {
      this.#cpu.timerInterrupts++;
      this.wake(task);
    });
    yield* this.sleep(state, channel);
    this.#sim.events.cancel(timer);
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

  /** Nobody could be switched to: it is said once, and the interrupt waits with the CPU its own. */
  *#sleepInInterrupt(): Switching<void> {
    const execution = this.#execution;
    const { interrupt } = this.#cpu;
    if (interrupt?.hasSlept === false) {
      interrupt.hasSlept = true;
      this.hooks.onAtomicSchedule(this.current, execution.preemptCount + 1);
    }
    yield* this.relax();
  }

  /**
   * Lets the other CPUs go on until this one would look up again, which it spends waiting. For who
   * spins. Context: any. Linux: cpu_relax, as often as it makes no difference.
   */
  *relax(): Switching<void> {
    const execution = this.#execution;
    const tries = Math.max(1, Math.ceil((execution.budget + 1) / COST.SPIN));
    execution.budget -= tries * COST.SPIN;
    yield;
    this.watch();
  }

  /** Preemption or interrupts are on again: what has waited for that happens at the next point. */
  #afterAtomic(): void {
    const { preemptCount, irqsOff } = this.#execution;
    const cpu = this.#cpu;
    if (!irqsOff) this.#lookUpAt(this.#sim.events.nextOn(cpu.id));
    if (preemptCount !== 0 || cpu.current === undefined) return;
    this.#lookUpAt(cpu.needsReschedule ? 0 : cpu.current.sliceEndNs + 1);
  }

  /** Softirqs that wait are served at the next point. Context: any, bottom halves on. */
  serveSoftirqs(): void {
    if (this.#cpu.softirqPending === 0) return;
    this.#cpu.areSoftirqsDue = true;
    this.#lookUpAt(0);
  }

  /**
   * What is left of an event, for one that may spin: it runs to its end in the same interrupt.
   * Context: an event that fires.
   */
  continueInterrupt(body: Switching<void>): void {
    const { interrupt } = this.#cpu;
    assert(interrupt !== undefined && interrupt.body === undefined, 'an event fires');
    interrupt.body = body;
  }

  /** The watchdogs begin anew. Context: any. Linux: touch_softlockup_watchdog. */
  touchWatchdog(kind: Lockup): void {
    this.watchdog.touch(this.context, kind);
  }

  /**
   * Lets others go first, though it is not their turn: the other CPUs for SKEW_NS, and a fair task
   * of this one if preemption is on. Takes no time by itself. The caller yields next. Context: any
   * that can. It is what a statement of the stepped build may do.
   */
  stepAside(): void {
    const cpu = this.#cpu;
    cpu.asideNs = this.#sim.now() + SKEW_NS;
    const task = cpu.current;
    if (task === undefined || cpu.irqDepth > 0 || this.#execution.preemptCount !== 0) return;
    if (task.sched.isRealTime || cpu.fair.waiting.length === 0) return;
    this.#update(cpu);
    cpu.fair.defer(task);
    cpu.needsReschedule = true;
  }

  /** A scheduling point: others may run now if it is their turn. */
  *reschedule(): Sleeping<void> {
    if (this.#execution.budget < 0) yield;
  }

  /** The same, which is done at once if no switch is due. */
  point(): MaySwitch<void> {
    return this.#execution.budget < 0 ? this.reschedule() : undefined;
  }

  /** sched_yield(2): to the end of the queue. */
  *yieldCpu(): Sleeping<void> {
    if (this.#cpu.irqDepth > 0) {
      yield* this.#sleepInInterrupt();
      return;
    }
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
    this.#lookUpAt(0);
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
        if (this.cpus.some((each) => !each.isAtRest)) return 'running';
        this.#idleUntil(limitNs);
        return 'idle';
      }
      this.#turn(cpu, cpu === this.#paused);
    }
  }

  /**
   * The budget ran out in a plain function: takes due interrupts and lets the other CPUs catch up.
   * Context: any, in a function that cannot yield. Throws what `onLockup` throws, and an Oops
   * without a report when the power has gone off meanwhile.
   */
  overrun(): void {
    const cpu = this.#cpu;
    const depth = cpu.irqDepth;
    this.#leave(cpu);
    for (;;) {
      this.#interrupts.take(cpu);
      if (Math.max(cpu.clockNs, cpu.asideNs) > this.#turnEndNs) this.#waitForOthers(cpu);
      if (this.haltStatus !== undefined) cpu.irqDepth = depth;
      if (cpu.irqDepth === depth) break;
      // An interrupt that spins needs what the others do, which cannot wait for the host.
      this.#extend(cpu.clockNs);
      this.#interrupts.resume(cpu);
    }
    this.#enter(cpu);
    if (this.haltStatus !== undefined) this.#cutOff();
    this.#turnEndNs = this.#turnEnd(cpu);
    const nowNs = this.#sim.now();
    if (cpu.current !== undefined && nowNs > cpu.current.sliceEndNs) cpu.needsReschedule = true;
    this.#extend(nowNs);
    this.#setHorizon(cpu);
    this.watch();
  }

  /** The CPU is in a plain function, so it runs nothing else while the others catch up. */
  #waitForOthers(cpu: Cpu): void {
    cpu.isStuck = true;
    const limitNs = this.#limitNs;
    this.#catchUp(Math.max(cpu.clockNs, cpu.asideNs));
    cpu.asideNs = 0;
    this.#limitNs = limitNs;
    cpu.isStuck = false;
    this.#turnEndNs = this.#turnEnd(cpu);
  }

  /** Asks the host for more time where nothing can be paused. */
  #extend(nowNs: number): void {
    if (nowNs > this.#limitNs) this.#limitNs = this.#extendLimit?.(nowNs) ?? Infinity;
  }

  /** The CPU time that a task has had, up to now. Context: any. */
  runtimeNs(task: Task): number {
    const cpu = this.#cpu;
    const isRunning = cpu.current === task && cpu.irqDepth === 0;
    return task.runtimeNs + (isRunning ? this.#sim.now() - cpu.clockNs : 0);
  }

  /** What a CPU did with its time up to now, or up to where it has got. */
  timesOf(cpu: Cpu): CpuTimes {
    return cpu.timesAt(Math.max(cpu.clockNs, this.#sim.now()));
  }

  /** What cannot be paused would compute on without power: its task dies instead. */
  #cutOff(): never {
    this.#cpu.context.dying = true;
    this.current.dying = true;
    this.#execution.dying = true;
    throw new Oops('the power is off');
  }

  /** The watchdog's look at what runs. Throws what `onLockup` throws. */
  watch(): void {
    this.watchdog.look(this.#cpu.context);
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

  /** When `cpu` would do something next: its own time, or if it is at rest its next event's. */
  #timeOf(cpu: Cpu): number {
    if (!cpu.isAtRest) return Math.max(cpu.clockNs, cpu.asideNs);
    return Math.max(cpu.clockNs, this.#sim.events.nextOn(cpu.id));
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
    cpu.asideNs = 0;
    if (cpu.isAtRest) cpu.skipIdle(this.#timeOf(cpu));
    if (!isResumed) this.#turnEndNs = this.#turnEnd(cpu);
    for (;;) {
      this.#interrupts.take(cpu);
      if (this.haltStatus !== undefined) return;
      const task = cpu.irqDepth > 0 ? undefined : this.#choose(cpu);
      if (cpu.irqDepth === 0) {
        if (task === undefined) return;
        // A switch takes time, in which an interrupt may have come. It must not matter whether the
        // host stops here.
        if (this.#interrupts.isDue(cpu)) continue;
      }
      if (cpu.clockNs > this.#turnEndNs) return;
      if (cpu.clockNs > this.#limitNs) {
        this.#paused = cpu;
        return;
      }
      if (task === undefined) this.#interrupts.resume(cpu);
      else this.#resumeTask(cpu, task);
      if (cpu.asideNs !== 0) return;
    }
  }

  #resumeTask(cpu: Cpu, task: Task): void {
    this.#enter(cpu);
    this.#setHorizon(cpu);
    this.#resume(task);
    this.#leave(cpu);
    if (task.state === 'R') return;
    cpu.release(task);
    // Who is a little behind may wake it before this, but it must not run twice at once.
    task.sched.queuedNs = cpu.clockNs;
    task.sched.voluntarySwitches++;
    if (task.state === 'X' && !task.isLeader) {
      addUsage(task.group.endedUsage, taskUsage(this, task));
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
    if (this.cpus.length > 1) this.#migration.pull(cpu);
    const before = cpu.current;
    const next = cpu.pick();
    if (next === undefined) return undefined;
    if (next !== before) this.#switch(cpu, before, next);
    if (this.cpus.length > 1 && cpu.waitingCount > 0) this.#migration.spread(cpu);
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
      this.#migration.push(cpu, before);
    }
    // A CPU that is a little behind the waker's must not run it before it was woken.
    if (cpu.clockNs < next.sched.queuedNs) cpu.skipIdle(next.sched.queuedNs);
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

  /** Makes what the CPU was in the running context. */
  #enter(cpu: Cpu): void {
    const execution = this.#execution;
    const { context } = cpu;
    const task = cpu.current ?? cpu.idle;
    this.#cpu = cpu;
    this.#sim.cpu = cpu.id;
    this.#sim.events.cpu = cpu.id;
    this.#sim.pid = task.pid;
    this.#sim.clock.moveTo(cpu.clockNs);
    this.#userBeforeNs = task.sched.userNs;
    execution.stack = context.stack;
    execution.sp = context.sp;
    execution.dying = context.dying;
    execution.preemptCount = context.preemptCount;
    execution.irqsOff = context.irqsOff;
    execution.irqsOffSinceNs = context.irqsOffSinceNs;
  }

  #leave(cpu: Cpu): void {
    const nowNs = this.#sim.now();
    const { context, interrupt } = cpu;
    context.sp = this.#execution.sp;
    context.preemptCount = this.#execution.preemptCount;
    context.irqsOff = this.#execution.irqsOff;
    context.irqsOffSinceNs = this.#execution.irqsOffSinceNs;
    if (interrupt === undefined) this.#charge(cpu, nowNs - cpu.clockNs);
    else if (interrupt.isSoftirq) cpu.softirqNs += nowNs - cpu.clockNs;
    else cpu.irqNs += nowNs - cpu.clockNs;
    cpu.clockNs = nowNs;
    this.#sim.pid = 0;
  }

  #charge(cpu: Cpu, ranNs: number): void {
    const task = cpu.current;
    if (task === undefined) return;
    task.runtimeNs += ranNs;
    task.sched.ran(ranNs);
    const userNs = task.sched.userNs - this.#userBeforeNs;
    if (task.sched.nice > 0) cpu.niceNs += userNs;
    else cpu.userNs += userNs;
    if (task.runtimeNs >= task.cpuLimitNs) this.hooks.onCpuLimit(task);
  }

  // ---- Time ---------------------------------------------------------------------------------

  #setHorizon(cpu: Cpu): void {
    const nowNs = this.#sim.now();
    const { context } = cpu;
    const task = cpu.current;
    let horizonNs = Math.min(nowNs + HORIZON_NS_MAX, this.#turnEndNs, this.#limitNs);
    if (task !== undefined && this.#execution.preemptCount === 0) {
      // In a plain function it runs on, past its slice: then it must not be looked at all the time.
      const endNs = cpu.needsReschedule ? nowNs + RESCHEDULE_NS : task.sliceEndNs;
      horizonNs = Math.min(horizonNs, endNs);
    }
    horizonNs = Math.min(horizonNs, this.watchdog.biteNs(context));
    if (!this.#execution.irqsOff) {
      horizonNs = Math.min(horizonNs, this.#sim.events.nextOn(cpu.id) - 1);
    }
    this.#sim.clock.setHorizon(Math.max(horizonNs, nowNs - 1));
  }

  /** An event was scheduled: its CPU must look up once it is past `atNs`. */
  #expect(atNs: number, cpuId: number): void {
    if (cpuId === this.#cpu.id) {
      this.#lookUpAt(atNs);
      return;
    }
    const cpu = this.cpus[cpuId]!;
    if (!cpu.isAtRest) return;
    this.#turnEndNs = Math.min(this.#turnEndNs, Math.max(atNs, cpu.clockNs) + SKEW_NS);
    this.#lookUpAt(this.#turnEndNs + 1);
  }

  #lookUpAt(atNs: number): void {
    const nowNs = this.#sim.now();
    if (atNs - 1 < nowNs + this.#execution.budget) {
      this.#sim.clock.setHorizon(Math.max(atNs, nowNs) - 1);
    }
  }

  #idleUntil(limitNs: number): void {
    for (const cpu of this.cpus) if (cpu.isAtRest && !cpu.isStuck) cpu.skipIdle(limitNs);
    this.#sim.clock.moveTo(limitNs);
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
    task.sched.queuedNs = Math.max(task.sched.queuedNs, nowNs);
    if (target.isAtRest) target.skipIdle(nowNs);
    const running = this.#cpu;
    if (target === running) this.#update(target);
    if (this.#migration.moveTo(target, task, isNew)) target.needsReschedule = true;
    if (target !== running) {
      const endNs = Math.max(nowNs, target.clockNs) + SKEW_NS;
      if (endNs < this.#turnEndNs) this.#turnEndNs = endNs;
      this.#lookUpAt(this.#turnEndNs + 1);
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
    if (task.state !== 'R') return;
    if (task.sched.mayRunOn(cpu.id)) {
      // What waits may now run elsewhere.
      if (cpu.current !== task) this.#rescheduleAt(cpu);
      return;
    }
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

function* nothing(): Switching<void> {}
