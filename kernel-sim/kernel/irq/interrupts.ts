// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Lines of interrupts and who handles them.
 *
 * A device raises its line; the CPU that the line leads to runs the handlers of all who asked for
 * it, in the order in which they did, with interrupts off. A handler may spin, so it may be a
 * coroutine. What memory says that a handler is, is what is called: one whose module has gone is a
 * fetch of what is no code.
 *
 * Linux: kernel/irq/handle.c, manage.c, spurious.c.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { innerPath } from '../module/sites.ts';
import type { Execution } from '../sched/execution.ts';
import { IrqThread, type IrqThreadParts } from './irq-thread.ts';

/** Lines that there are. Linux: nr_legacy_irqs. */
const LINES = 16;
/** What may be shared says so. Linux: IRQF_SHARED. */
export const IRQF_SHARED = 0x80;
/** The handler runs in a hard interrupt even where others get threads. Linux: IRQF_NO_THREAD. */
export const IRQF_NO_THREAD = 0x1_0000;
/** The line stays silent until the handler's thread is done. Linux: IRQF_ONESHOT. */
export const IRQF_ONESHOT = 0x2000;
const IRQF_PERCPU = 0x400;
const UNTHREADED = IRQF_NO_THREAD | IRQF_PERCPU | IRQF_ONESHOT;
export const IRQ_HANDLED = 1;
export const IRQ_WAKE_THREAD = 2;
/** How many interrupts in a row are looked at, and how many of them nobody may miss. */
const LOOKED_AT = 100_000;
const UNHANDLED_MAX = 99_900;

const ENTRY_PATH = innerPath('asm_common_interrupt', 'common_interrupt', '__common_interrupt');
const EDGE_PATH = innerPath('handle_edge_irq', 'handle_irq_event', '__handle_irq_event_percpu');
const LEVEL_PATH = innerPath('handle_fasteoi_irq', 'handle_irq_event', '__handle_irq_event_percpu');

export interface IrqAction {
  /** Address of the handler; 0 for one that only wakes its thread, or is the kernel's own. */
  readonly handler: number;
  /** A handler of the kernel's own code, which lies in no memory: IRQ_HANDLED or 0. */
  readonly own?: () => number;
  /** Address of what its thread calls; 0 for none. */
  readonly thread: number;
  readonly flags: number;
  readonly name: string;
  /** What tells it from others of the line; the handler is given it. */
  readonly device: number;
}

interface Line {
  readonly irq: number;
  readonly actions: IrqAction[];
  readonly threads: Map<IrqAction, IrqThread>;
  /** The CPUs that it may lead to, a bit each. */
  affinity: number;
  /** How often it came, by CPU. */
  readonly counts: number[];
  /** Nesting of disable_irq; it came meanwhile. */
  disabled: number;
  isPending: boolean;
  /** Handlers are running. */
  isRunning: boolean;
  /** A device holds it raised until it has been served; undefined for one that only pulses. */
  isRaised: boolean | undefined;
  /** The CPU is about to look. */
  isQueued: boolean;
  looked: number;
  unhandled: number;
}

export interface InterruptsParts extends IrqThreadParts {
  readonly sim: Sim;
  readonly execution: Execution;
  readonly warn: (text: string) => void;
  readonly warnOnce: (text: string) => void;
  readonly dumpStack: () => void;
}

export class Interrupts {
  readonly #parts: InterruptsParts;
  readonly #lines: readonly Line[];

  constructor(parts: InterruptsParts) {
    this.#parts = parts;
    this.#lines = Array.from({ length: LINES }, (_, irq) => ({
      irq,
      actions: [],
      threads: new Map(),
      affinity: 2 ** parts.scheduler.cpus.length - 1,
      counts: parts.scheduler.cpus.map(() => 0),
      disabled: 0,
      isPending: false,
      isRunning: false,
      isRaised: undefined,
      isQueued: false,
      looked: 0,
      unhandled: 0,
    }));
  }

  /** Adds a handler. 0, -EINVAL, or -EBUSY. Context: process. Linux: request_irq. */
  request(irq: number, action: IrqAction): number {
    const { printk, scheduler, dumpStack } = this.#parts;
    scheduler.mightSleep();
    const line = this.#lines[irq];
    const isShared = (action.flags & IRQF_SHARED) !== 0;
    const isHandled = action.handler !== 0 || action.own !== undefined;
    if (line === undefined || (!isHandled && action.thread === 0)) return -ERRNO.EINVAL;
    if (isShared && action.device === 0) return -ERRNO.EINVAL;
    if (!isHandled && (action.flags & IRQF_ONESHOT) === 0) {
      const who = `${action.name} (irq ${irq})`;
      printk.err(`genirq: Threaded irq requested with handler=NULL and !ONESHOT for ${who}`);
      return -ERRNO.EINVAL;
    }
    const [old] = line.actions;
    if (old !== undefined && (!isShared || (old.flags & IRQF_SHARED) === 0)) {
      const [wanted, had] = [action, old].map(
        ({ flags, name }) => `${flags.toString(16).padStart(8, '0')} (${name})`,
      );
      printk.err(`genirq: Flags mismatch irq ${irq}. ${wanted!} vs. ${had!}`);
      dumpStack();
      return -ERRNO.EBUSY;
    }
    scheduler.happens.release(action);
    if (action.thread !== 0) {
      const thread = new IrqThread(this.#parts, irq, action, () => this.#unmask(line));
      line.threads.set(action, thread);
    }
    line.actions.push(action);
    if (line.isRaised === true) this.raise(irq);
    return 0;
  }

  /** Takes a handler away, and waits until it is done. Context: process. Linux: free_irq. */
  *free(irq: number, device: number): Switching<void> {
    const { scheduler, warn } = this.#parts;
    if (scheduler.preempt.inInterrupt) warn(`Trying to free IRQ ${irq} from IRQ context!`);
    scheduler.mightSleep();
    const line = this.#lines[irq];
    const at = line?.actions.findIndex((action) => action.device === device) ?? -1;
    if (line === undefined || at < 0) {
      warn(`Trying to free already-free IRQ ${irq}`);
      return;
    }
    const [action] = line.actions.splice(at, 1);
    yield* this.synchronize(irq);
    const thread = line.threads.get(action!);
    line.threads.delete(action!);
    if (scheduler.preempt.inInterrupt) thread?.end();
    else if (thread !== undefined) yield* thread.stop();
    scheduler.happens.acquire(action!);
  }

  /** Waits until the line's handlers and threads are done. Linux: synchronize_irq. */
  *synchronize(irq: number): Switching<void> {
    const { scheduler } = this.#parts;
    const line = this.#lines[irq];
    while (line?.isRunning === true && !scheduler.preempt.inHardirq) yield* scheduler.relax();
    const threads = [...(line?.threads.values() ?? [])];
    while (threads.some((thread) => thread.isBusy) && !scheduler.preempt.inInterrupt) {
      yield* scheduler.relax();
    }
    for (const action of line?.actions ?? []) scheduler.happens.acquire(action);
  }

  /** The line is held off until `enable`. Nests. Linux: disable_irq_nosync. */
  disable(irq: number): void {
    const line = this.#lines[irq];
    if (line !== undefined) line.disabled++;
  }

  /** What came meanwhile comes now. Linux: enable_irq. */
  enable(irq: number): void {
    const line = this.#lines[irq];
    if (line === undefined) return;
    if (line.disabled === 0) {
      this.#parts.warn(`Unbalanced enable for IRQ ${irq}`);
      return;
    }
    for (const action of line.actions) this.#parts.scheduler.happens.release(action);
    line.disabled--;
    if (line.disabled > 0 || !line.isPending) return;
    line.isPending = false;
    this.raise(irq);
  }

  /** Which CPUs the line may lead to, a bit each. Linux: /proc/irq/N/smp_affinity. */
  affinityOf(irq: number): number {
    return this.#lines[irq]?.affinity ?? 0;
  }

  /** The CPU that the line leads to. Linux: /proc/irq/N/effective_affinity. */
  targetOf(irq: number): number {
    return 31 - Math.clz32(this.affinityOf(irq) & -this.affinityOf(irq));
  }

  /** False when none of the CPUs is there. Linux: irq_set_affinity. */
  setAffinity(irq: number, mask: number): boolean {
    const line = this.#lines[irq];
    const there = mask & (2 ** this.#parts.scheduler.cpus.length - 1);
    if (line === undefined || there === 0) return false;
    line.affinity = there;
    return true;
  }

  /** Numbers of all lines. */
  get numbers(): readonly number[] {
    return this.#lines.map(({ irq }) => irq);
  }

  /** A device says that it wants to be looked at. Context: any; the CPU takes it when it may. */
  raise(irq: number): void {
    const { sim } = this.#parts;
    const line = this.#lines[irq];
    if (line?.isRaised !== undefined) {
      if (line.isQueued) return;
      line.isQueued = true;
    }
    sim.events.schedule(sim.now(), () => this.#take(irq), this.targetOf(irq));
  }

  /**
   * A device holds its line raised until nothing is left to be looked at: it comes again and again
   * until then. Context: any. Linux: a line that is triggered by its level.
   */
  setLevel(irq: number, isRaised: boolean): void {
    const line = this.#lines[irq]!;
    const wasRaised = line.isRaised === true;
    line.isRaised = isRaised;
    if (isRaised && !wasRaised && !line.isRunning) this.raise(irq);
  }

  /** /proc/interrupts. */
  get listing(): string {
    const header = this.#lines[0]!.counts.map((_, cpu) => `CPU${cpu}`.padEnd(11)).join('');
    const rows = this.#lines
      .filter(({ actions }) => actions.length > 0)
      .map(({ irq, counts, actions, isRaised }) => {
        const numbers = counts.map((count) => `${String(count).padStart(10)} `).join('');
        const names = actions.map(({ name }) => name).join(', ');
        const trigger = `${irq}-${isRaised === undefined ? 'edge' : 'fasteoi'}`;
        const chip = `IO-APIC   ${trigger.padEnd(12)}`;
        return `${String(irq).padStart(3)}: ${numbers} ${chip} ${names}\n`;
      });
    const numbersOf = (counts: readonly number[]): string =>
      counts.map((count) => `${String(count).padStart(10)} `).join('');
    const timers = numbersOf(this.#parts.scheduler.cpus.map((cpu) => cpu.timerInterrupts));
    const kernels = `LOC: ${timers}  Local timer interrupts\nERR: ${numbersOf([0]).trimEnd()}\n`;
    return `           ${header}\n${rows.join('')}${kernels}`;
  }

  #take(irq: number): void {
    const { scheduler } = this.#parts;
    const line = this.#lines[irq]!;
    line.isQueued = false;
    if (line.isRaised !== undefined && (!line.isRaised || line.actions.length === 0)) return;
    if (line.disabled > 0 || isMasked(line)) {
      line.isPending = true;
      return;
    }
    line.counts[scheduler.cpu.id]!++;
    scheduler.continueInterrupt(this.#handle(line));
  }

  *#handle(line: Line): Switching<void> {
    const { sim, execution } = this.#parts;
    const frame = execution.push(ENTRY_PATH);
    execution.push(line.isRaised === undefined ? EDGE_PATH : LEVEL_PATH);
    line.isRunning = true;
    let isHandled = false;
    for (const action of line.actions.slice()) {
      const name = sim.trace.intern(action.name);
      if (sim.trace.on) sim.trace.emit(EVENT.IRQ_ENTER, line.irq, name);
      const answer = yield* this.#call(line.irq, action);
      if (answer === IRQ_HANDLED || answer === IRQ_WAKE_THREAD) isHandled = true;
      if (answer === IRQ_WAKE_THREAD) this.#wakeThread(line, action);
      if (sim.trace.on) sim.trace.emit(EVENT.IRQ_EXIT, line.irq, name);
    }
    line.isRunning = false;
    this.#note(line, isHandled);
    execution.sp = frame;
    if (line.isRaised === true) this.raise(line.irq);
  }

  #wakeThread({ irq, threads }: Line, action: IrqAction): void {
    const thread = threads.get(action);
    if (thread !== undefined) {
      this.#parts.scheduler.happens.release(action);
      thread.wake();
      return;
    }
    const text = `IRQ ${irq} device ${action.name} returned IRQ_WAKE_THREAD`;
    this.#parts.warnOnce(`${text} but no thread function available.`);
  }

  /** A thread is done: what came meanwhile comes now. Linux: irq_finalize_oneshot. */
  #unmask(line: Line): void {
    if (!line.isPending || line.disabled > 0 || isMasked(line)) return;
    line.isPending = false;
    this.raise(line.irq);
  }

  *#call(irq: number, action: IrqAction): Switching<unknown> {
    if (action.own !== undefined) return action.own();
    if (action.handler === 0) return IRQ_WAKE_THREAD;
    const { scheduler, functions, warnOnce } = this.#parts;
    const { preempt, happens } = scheduler;
    happens.acquire(action);
    preempt.watcher?.setHardirqThreaded((action.flags & UNTHREADED) === 0);
    const answer = yield* functions().call(NO_FRAMES, () => action.handler, irq, action.device);
    preempt.watcher?.setHardirqThreaded(true);
    happens.release(action);
    if (!preempt.irqsDisabled) {
      const text = `irq ${irq} handler ${functions().nameOf(action.handler)} enabled interrupts`;
      warnOnce(text);
      preempt.disableInterrupts();
    }
    return answer;
  }

  /** A line that nobody answers for is turned off for good. Linux: note_interrupt. */
  #note(line: Line, isHandled: boolean): void {
    const { printk, dumpStack, functions } = this.#parts;
    if (!isHandled) line.unhandled++;
    line.looked++;
    if (line.looked < LOOKED_AT) return;
    const isStuck = line.unhandled > UNHANDLED_MAX;
    line.looked = 0;
    line.unhandled = 0;
    if (!isStuck) return;
    printk.err(`irq ${line.irq}: nobody cared (try booting with the "irqpoll" option)`);
    dumpStack();
    printk.err('handlers:');
    for (const { handler } of line.actions) {
      printk.err(`[<${'0'.repeat(16)}>] ${functions().nameOf(handler)}`);
    }
    printk.emerg(`Disabling IRQ #${line.irq}`);
    line.disabled++;
  }
}

const NO_FRAMES = innerPath();

/** A thread of one that wants silence until it is done is not. */
function isMasked({ threads }: Line): boolean {
  for (const [{ flags }, thread] of threads) {
    if ((flags & IRQF_ONESHOT) !== 0 && thread.isBusy) return true;
  }
  return false;
}
