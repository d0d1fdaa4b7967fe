// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A compiled program as the kernel runs it: its library, its beginning in `main`, and its end.
 *
 * Linux counterpart: the C runtime's start-up code, __libc_start_main and exit.
 */
import { AssertionError } from '../../../lib/assert.ts';
import { isCoroutine } from '../../../lib/coroutine.ts';
import { encodeUtf8 } from '../../../lib/utf8.ts';
import { type Sleeping, WOULD_BLOCK } from '../../../uapi/coroutine.ts';
import type { SiteTable } from '../../../uapi/module-abi.ts';
import type { ProgramFactory } from '../../../uapi/program-abi.ts';
import { SIG, SIG_UNBLOCK, SIGNAL } from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { Program, UserCpu } from '../../../uapi/user-cpu.ts';
import { CONSTANTS } from './constants.ts';
import { ProcessEnd, ProgramContext, Thread } from './context.ts';
import { FilesApi } from './files.ts';
import { ForkCopier } from './fork-copy.ts';
import { freezeFunction, harden } from './harden.ts';
import { MemoryApi } from './memory.ts';
import { ProcessApi, type ProcessHooks } from './process.ts';
import { Runtime, WAITING_SIGNAL } from './runtime.ts';
import { SignalsApi } from './signals.ts';
import { SocketsApi } from './sockets.ts';
import { StdioApi } from './stdio.ts';
import { StdlibApi } from './stdlib.ts';
import { SystemApi } from './system.ts';
import { type StartThread, type ThreadRecord, ThreadsApi } from './threads.ts';

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
  readonly #memory: MemoryApi;
  readonly #process: ProcessApi;
  readonly #signals: SignalsApi;
  readonly #stdlib: StdlibApi;
  readonly #library: object;
  readonly #argv: readonly string[];
  readonly #env: readonly string[];

  /** `parent` is given for the child of a fork, which begins with the parent's CPU. */
  constructor(cpu: UserCpu, image: ProgramImage, parent?: ProgramProcess) {
    this.#image = image;
    this.#context = new ProgramContext(cpu, parent?.context);
    this.#runtime = new Runtime(this.#context, () => this.#handleSignals());
    this.#context.kill = (signal) => this.#runtime.kill(signal);
    const strings = parent?.strings ?? readStrings(this.#context);
    this.#argv = strings.argv;
    this.#env = strings.env;
    const hooks: ProcessHooks = {
      fork: (child, argument) => this.#fork(child, argument),
      atExit: () => this.#atExit(),
      atAbort: () => this.#stdio.flush(),
    };
    const from = parent?.parts;
    this.#stdio = new StdioApi(this.#context, from?.stdio);
    this.#memory = new MemoryApi(this.#context, from?.memory);
    this.#process = new ProcessApi(this.#context, hooks, from?.process ?? this.#env);
    this.#signals = new SignalsApi(this.#context);
    this.#stdlib = new StdlibApi(this.#context);
    const threads = new ThreadsApi(this.#context, (...thread) => this.#startThread(...thread));
    const files = new FilesApi(this.#context);
    const system = new SystemApi(this.#context);
    const sockets = new SocketsApi(this.#context);
    const own = [this.#stdio, this.#memory, this.#process, this.#signals, this.#stdlib];
    this.#library = makeLibrary(files, sockets, system, threads, ...own);
  }

  get context(): ProgramContext {
    return this.#context;
  }

  get strings(): { readonly argv: readonly string[]; readonly env: readonly string[] } {
    return { argv: this.#argv, env: this.#env };
  }

  get parts(): {
    readonly stdio: StdioApi;
    readonly memory: MemoryApi;
    readonly process: ProcessApi;
  } {
    return { stdio: this.#stdio, memory: this.#memory, process: this.#process };
  }

  /** The program from its beginning. */
  run(): Sleeping<number> {
    return this.#guarded(() => this.#evaluate().main, this.#argv, this.#env);
  }

  #evaluate(): ReturnType<ProgramFactory> {
    return this.#image.factory(this.#runtime, 0, (name) => this.#require(name));
  }

  /** Runs a function of the program, and what exit(3) does, to the exit status. */
  *#guarded(start: () => unknown, ...values: readonly unknown[]): Sleeping<number> {
    try {
      const main = start();
      if (typeof main !== 'function') return NO_PROGRAM;
      const result = yield* this.#call(main as Callback, ...values);
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

  /** The child is made here and now, since the parent's variables may change before it runs. */
  #fork(child: (argument: unknown) => unknown, argument: unknown): number {
    const { cpu } = this.#context;
    const process = new ProgramProcess(cpu, this.#image, this);
    process.#evaluate();
    const copier = new ForkCopier(this.#runtime.files, process.#runtime.files, [
      this.#library,
      process.#library,
    ]);
    const copy = copier.copy.bind(copier);
    process.#signals.inherit(this.#signals, copy);
    process.#stdlib.inherit(this.#stdlib, copy);
    const [start, value] = [copy(child), copy(argument)];
    return cpu.fork((own) => {
      process.#context.thread.cpu = own;
      return process.#guarded(() => start, value);
    });
  }

  #startThread(...[start, argument, record, options]: Parameters<StartThread>): number {
    return this.#context.cpu.createThread((cpu) => {
      return this.#guarded(() => {
        this.#context.thread = new Thread(cpu);
        return (): Sleeping<number> => this.#runThread(start, argument, record);
      });
    }, options);
  }

  *#runThread(
    start: (argument: unknown) => unknown,
    argument: unknown,
    record: ThreadRecord,
  ): Sleeping<number> {
    record.value = yield* this.#call(start, argument);
    for (;;) yield* this.#context.callLater(SYS.exit, 0);
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
    if (signal === WAITING_SIGNAL && context.cpu.charge(0) === WOULD_BLOCK) yield* context.wait();
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

function readStrings(context: ProgramContext): {
  readonly argv: readonly string[];
  readonly env: readonly string[];
} {
  const { strings: argv, end } = context.memory.load_strings(context.cpu.initialStack + 8);
  const env = context.memory.load_strings(end).strings;
  return { argv: Object.freeze(argv), env: Object.freeze(env) };
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
const INTERNAL: ReadonlySet<string> = new Set(['flush', 'handleSignals', 'inherit', 'takeAtExit']);

harden(ProgramContext, ProcessEnd, Runtime);
harden(FilesApi, MemoryApi, ProcessApi, SignalsApi, SocketsApi, StdioApi, StdlibApi);
harden(SystemApi, ThreadsApi);
freezeFunction(ProcessEnd);
