// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Signals for programs.
 *
 * @subpath libc
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIG } from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { Answer, ProgramContext } from './context.ts';

type SignalHandler = (signal: number) => void;

const SIGACTION_BYTES = 32;
const SIGSET_BYTES = 8;
const SIGNAL_MAX = 31;

/** @exports */
export class SignalsApi {
  readonly #context: ProgramContext;
  readonly #handlers: Map<number, SignalHandler>;

  constructor(context: ProgramContext) {
    this.#context = context;
    this.#handlers = new Map();
  }

  /**
   * What a fork's child has of its parent.
   *
   * @internal
   */
  inherit(parent: SignalsApi, copy: <T>(value: T) => T): void {
    for (const [signal, handler] of parent.#handlers) this.#handlers.set(signal, copy(handler));
  }

  /** Sends a signal to a process, or with a negative number to a group: kill(2). */
  kill(pid: number, signal: number): Answer<number> {
    return this.#context.call(SYS.kill, pid, signal);
  }

  /** Sends a signal to oneself: raise(3). */
  raise(signal: number): Answer<number> {
    return this.#context.later(this.#raise(signal));
  }

  *#raise(signal: number): Sleeping<number> {
    const pid = yield* this.#context.callLater(SYS.getpid);
    return yield* this.#context.callLater(SYS.kill, pid, signal);
  }

  /**
   * Says what happens at a signal: signal(2). A handler runs when the program comes back from the
   * kernel the next time.
   *
   * @param handler SIG_DFL, SIG_IGN, or a function
   */
  signal(signal: number, handler: ((signal: number) => void) | number): Answer<number> {
    return this.#context.later(this.#signal(signal, handler));
  }

  *#signal(signal: number, handler: SignalHandler | number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const disposition = typeof handler === 'function' ? SIG.CATCH : handler;
    context.cpu.storeBytes(context.out, new Uint8Array(SIGACTION_BYTES));
    context.cpu.store32(context.out, disposition);
    const result = yield* context.callLater(SYS.rt_sigaction, signal, context.out, 0, SIGSET_BYTES);
    if (result === 0 && typeof handler === 'function') this.#handlers.set(signal, handler);
    return result;
  }

  /**
   * Blocks or unblocks signals: sigprocmask(2).
   *
   * @param how SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK
   * @param set bit n-1 for signal n
   */
  sigprocmask(how: number, set: number): Answer<number> {
    return this.#context.later(this.#sigprocmask(how, set));
  }

  *#sigprocmask(how: number, set: number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    context.memory.store64(context.out, set >>> 0);
    return yield* context.callLater(SYS.rt_sigprocmask, how, context.out, 0, SIGSET_BYTES);
  }

  /**
   * Calls the handlers of the signals that were caught.
   *
   * @internal
   */
  *handleSignals(call: (handler: SignalHandler, signal: number) => Sleeping<void>): Sleeping<void> {
    const taken = this.#context.cpu.takeSignals();
    for (let signal = 1; signal <= SIGNAL_MAX; signal++) {
      const handler = (taken & (1 << (signal - 1))) === 0 ? undefined : this.#handlers.get(signal);
      if (handler !== undefined) yield* call(handler, signal);
    }
  }
}
