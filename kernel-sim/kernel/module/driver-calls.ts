// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The way from the kernel into a driver's functions, and back.
 *
 * Each call puts the kernel functions that led there under the driver's frames, holds the module on
 * the list of the task (in an interrupt: of the one below), and starts the watchdog's count. What
 * the driver throws arrives here: an errno becomes a negative number; the rest has become an Oops
 * on its way and passes through, leaving stack, module and locks as they are, for nobody runs in
 * this task again.
 */
import type { Sim } from '../../sim/sim.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { ErrnoValue } from './errno-value.ts';
import type { LoadedModule } from './loaded-module.ts';
import type { DriverRuntime } from './runtime.ts';
import type { EntryPath } from './sites.ts';

/** A driver's answer: its value, or the errno that it threw (negative). */
export interface Answer {
  value: unknown;
  errno: number;
}

export class DriverCalls {
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  readonly #runtime: DriverRuntime;
  /** Oopses as a call of code that is gone does. */
  onGone: (module: LoadedModule) => never = unreachableModule;

  constructor(sim: Sim, scheduler: Scheduler, runtime: DriverRuntime) {
    this.#sim = sim;
    this.#scheduler = scheduler;
    this.#runtime = runtime;
  }

  /** Runs `body`, which calls plain functions of `module` only. Context: any. */
  call(module: LoadedModule, path: EntryPath, body: () => unknown): Answer {
    const task = this.#scheduler.current;
    const frame = this.#enter(task, module, path);
    let answer: Answer;
    try {
      answer = { value: body(), errno: 0 };
    } catch (thrown) {
      answer = this.#caught(path, thrown);
    }
    this.#leave(task, frame);
    return answer;
  }

  /** The same for functions that may switch. Context: any in which they may. */
  *callSwitching(
    module: LoadedModule,
    path: EntryPath,
    body: () => Sleeping<unknown>,
  ): Sleeping<Answer> {
    const task = this.#scheduler.current;
    const frame = this.#enter(task, module, path);
    let answer: Answer;
    try {
      answer = { value: yield* body(), errno: 0 };
    } catch (thrown) {
      answer = this.#caught(path, thrown);
    }
    this.#leave(task, frame);
    return answer;
  }

  /** Whoever enters the module from now on comes after what its init has done. */
  initialised(module: LoadedModule): void {
    this.#scheduler.happens.release(module);
  }

  /** A file was closed, which gave the module back: it is unloaded after that. */
  closed(module: LoadedModule): void {
    this.#scheduler.happens.release(module.image);
  }

  unloading(module: LoadedModule): void {
    this.#scheduler.happens.acquire(module.image);
  }

  #enter(task: Task, module: LoadedModule, path: EntryPath): number {
    const frame = this.#runtime.push(path);
    if (module.isGone) this.onGone(module);
    task.modules.push(module);
    // Threads of the process that have ended came before, and the module's init.
    this.#scheduler.happens.acquire(task.group);
    this.#scheduler.happens.acquire(module);
    this.#scheduler.context.stintStartNs = this.#sim.now();
    return frame;
  }

  #leave(task: Task, frame: number): void {
    this.#runtime.sp = frame;
    task.modules.pop();
    // With a lock, the way back to the program is the slow one, where somebody looks.
    if (task.heldLocks.length > 0) task.hasWork = true;
    // The kernel's own code always comes to a point; a driver below this one starts anew.
    const { context } = this.#scheduler;
    const isOutermost = task !== context || task.modules.length === 0;
    context.stintStartNs = isOutermost ? Infinity : this.#sim.now();
  }

  #caught(path: EntryPath, thrown: unknown): Answer {
    const errno = ErrnoValue.numberOf(thrown);
    if (errno === 0 || this.#runtime.dying) throw this.#runtime.unwind(thrown);
    if (path.mayFail) return { value: undefined, errno: -errno };
    // The driver's outermost frame is what has just been left: the report needs it.
    this.#runtime.sp += 2;
    throw this.#runtime.panic(thrown);
  }
}

function unreachableModule({ name }: LoadedModule): never {
  throw new Error(`${name} is gone, and nobody says what becomes of a call`);
}
