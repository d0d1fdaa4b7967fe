// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A compiled program as the kernel runs it: its library, its beginning in `main`, and its end.
 *
 * Linux counterpart: the C runtime's start-up code, __libc_start_main and exit.
 */
import { AssertionError } from '../../../lib/assert.ts';
import { isCoroutine } from '../../../lib/coroutine.ts';
import { encodeUtf8 } from '../../../lib/utf8.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import type { SiteTable } from '../../../uapi/module-abi.ts';
import type { ProgramFactory } from '../../../uapi/program-abi.ts';
import { SIG, SIG_UNBLOCK, SIGNAL } from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { Program, UserCpu } from '../../../uapi/user-cpu.ts';
import { CONSTANTS } from './constants.ts';
import { ProcessEnd, ProgramContext } from './context.ts';
import { FilesApi } from './files.ts';
import { freezeFunction, harden } from './harden.ts';
import { MemoryApi } from './memory.ts';
import { ProcessApi } from './process.ts';
import { Runtime } from './runtime.ts';
import { SignalsApi } from './signals.ts';
import { StdioApi } from './stdio.ts';
import { StdlibApi } from './stdlib.ts';
import { SystemApi } from './system.ts';

/** What an executable holds. */
export interface ProgramImage {
  readonly factory: ProgramFactory;
  /** Read only when something has to be told. */
  readonly sites: () => SiteTable | undefined;
}

export function compiledProgram(image: ProgramImage): Program {
  return (cpu) => new ProgramProcess(cpu, image).run();
}

const SIGACTION_BYTES = 32;
const SIGSET_BYTES = 8;
/** What dash answers for a file that is no program. */
const NO_PROGRAM = 126;

class ProgramProcess {
  readonly #image: ProgramImage;
  readonly #context: ProgramContext;
  readonly #runtime: Runtime;
  readonly #stdio: StdioApi;
  readonly #signals: SignalsApi;
  readonly #stdlib: StdlibApi;
  readonly #library: object;
  readonly #argv: readonly string[];
  readonly #env: readonly string[];

  constructor(cpu: UserCpu, image: ProgramImage) {
    this.#image = image;
    this.#context = new ProgramContext(cpu);
    const { strings: argv, end } = this.#context.memory.load_strings(cpu.initialStack + 8);
    this.#argv = Object.freeze(argv);
    this.#env = Object.freeze(this.#context.memory.load_strings(end).strings);
    this.#runtime = new Runtime(this.#context, () => this.#handleSignals());
    this.#context.kill = (signal) => this.#runtime.kill(signal);
    this.#stdio = new StdioApi(this.#context);
    this.#stdlib = new StdlibApi(this.#context);
    this.#signals = new SignalsApi(this.#context);
    const hooks = {
      fork: () => -ERRNO.ENOSYS,
      atExit: () => this.#atExit(),
      atAbort: () => this.#stdio.flush(),
    };
    const process = new ProcessApi(this.#context, hooks, this.#env);
    const files = new FilesApi(this.#context);
    const memory = new MemoryApi(this.#context);
    const system = new SystemApi(this.#context);
    const own = [this.#stdio, this.#signals, this.#stdlib];
    this.#library = makeLibrary(files, memory, process, system, ...own);
  }

  *run(): Sleeping<number> {
    try {
      const { main } = this.#image.factory(this.#runtime, 0, (name) => this.#require(name));
      if (typeof main !== 'function') return NO_PROGRAM;
      const result = yield* this.#call(main as Callback, this.#argv, this.#env);
      yield* this.#atExit();
      if (this.#runtime.end === undefined) return (Number(result ?? 0) | 0) & 0xff;
    } catch (thrown) {
      if (thrown instanceof AssertionError) throw thrown;
      if (!(thrown instanceof ProcessEnd) && this.#runtime.end === undefined) {
        yield* this.#tell(thrown);
      }
    }
    return yield* this.#die(this.#runtime.end?.signal ?? SIGNAL.ABRT);
  }

  #require(name: string): object {
    if (name !== 'libc') throw new TypeError(`there is no ${name}`);
    return this.#library;
  }

  /** A function of the program, coroutine or not. */
  *#call(callback: Callback, ...values: readonly unknown[]): Sleeping<unknown> {
    const result: unknown = callback(...values);
    return isCoroutine(result) ? yield* result : yield* this.#runtime.maybe(result);
  }

  *#atExit(): Sleeping<void> {
    for (let it = this.#stdlib.takeAtExit(); it !== undefined; it = this.#stdlib.takeAtExit()) {
      yield* this.#call(it);
    }
    yield* this.#stdio.flush();
  }

  *#handleSignals(): Sleeping<void> {
    const call = this.#call.bind(this);
    yield* this.#signals.handleSignals(function* (handler, signal) {
      yield* call(handler as Callback, signal);
    });
  }

  /** Writes what nobody caught, and where it came from, to standard error. */
  *#tell(thrown: unknown): Sleeping<void> {
    const text = [`Uncaught ${describe(thrown)}`, ...this.#trace(thrown)].join('\n');
    yield* this.#stdio.flush();
    yield* this.#context.writeAll(2, encodeUtf8(`${text}\n`));
  }

  #trace(thrown: unknown): readonly string[] {
    const table = this.#image.sites();
    if (table === undefined) return [];
    return this.#runtime
      .originOf(thrown)
      .toReversed()
      .flatMap((site) => {
        const [functionIndex = -1, file = -1, line = 0, column = 0] = table.sites[site] ?? [];
        const name = table.functions[functionIndex]?.name ?? '?';
        return [`    at ${name} (${table.files[file] ?? '?'}:${line}:${column})`];
      });
  }

  /** Ends the process by a signal that it can neither catch nor block any more. */
  *#die(signal: number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) !== 0) {
      context.cpu.storeBytes(context.out, new Uint8Array(SIGACTION_BYTES));
      context.cpu.store32(context.out, SIG.DFL);
      yield* context.callLater(SYS.rt_sigaction, signal, context.out, 0, SIGSET_BYTES);
      context.memory.store64(context.out, 2 ** (signal - 1));
      yield* context.callLater(SYS.rt_sigprocmask, SIG_UNBLOCK, context.out, 0, SIGSET_BYTES);
    }
    const pid = yield* context.callLater(SYS.getpid);
    yield* context.callLater(SYS.kill, pid, signal);
    return 128 + signal;
  }
}

type Callback = (...values: readonly unknown[]) => unknown;

/** Engines differ in the texts of their own errors, so only the program's are printed. */
function describe(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : String(thrown);
    const name = String(thrown.name);
    const isOwn = !(thrown instanceof TypeError || thrown instanceof RangeError);
    const message = isOwn ? String(thrown.message) : '';
    return message === '' ? name : `${name}: ${message}`;
  } catch {
    return 'exception';
  }
}

/** What `require("libc")` answers: functions that belong to this process, and constants. */
function makeLibrary(...parts: readonly object[]): object {
  const library: Record<string, unknown> = { ...CONSTANTS };
  for (const part of parts) {
    Object.assign(library, part);
    const prototype = Object.getPrototypeOf(part) as object;
    for (const [name, it] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (it.get !== undefined) {
        Object.defineProperty(library, name, { get: it.get.bind(part), enumerable: true });
      } else if (name !== 'constructor' && !INTERNAL.has(name)) {
        library[name] = Object.freeze((it.value as Callback).bind(part));
      }
    }
  }
  return Object.freeze(library);
}

/** Methods that are for this file. */
const INTERNAL: ReadonlySet<string> = new Set(['flush', 'handleSignals', 'takeAtExit']);

harden(ProgramContext, ProcessEnd, Runtime);
harden(FilesApi, MemoryApi, ProcessApi, SignalsApi, StdioApi, StdlibApi, SystemApi);
freezeFunction(ProcessEnd);
