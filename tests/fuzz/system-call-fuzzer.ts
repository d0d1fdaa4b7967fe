// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random system calls from processes and threads that share files, memory and signals.
 *
 * A supervisor, a process of its own, keeps some workers alive: it starts another where one has
 * ended, interrupts those that wait too long, and kills those that even then do nothing. It looks
 * at the workers from outside, at counters that they cannot spoil.
 */
import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import type { Process } from '../../kernel-sim/process/process.ts';
import { Prng } from '../../kernel-sim/sim/prng.ts';
import { type Sleeping, WOULD_BLOCK } from '../../kernel-sim/uapi/coroutine.ts';
import { MAP, PROT } from '../../kernel-sim/uapi/mman.ts';
import { WNOHANG } from '../../kernel-sim/uapi/process.ts';
import { SCHED, SCHED_RESET_ON_FORK } from '../../kernel-sim/uapi/sched.ts';
import { SIG, SIGNAL, SIGSET_BYTES } from '../../kernel-sim/uapi/signal.ts';
import { SYS } from '../../kernel-sim/uapi/syscall-numbers.ts';
import { RawProgram, type SyscallName } from '../support/raw-machine.ts';
import { LAYOUT, RandomArguments, STRUCTURE_BYTES, type Texts } from './arguments.ts';
import {
  ARGUMENTS,
  CALL_NAMES,
  FREQUENT,
  type Kind,
  NAMES,
  PATHS,
  PROGRAMS,
  RARE,
  SCRATCH,
} from './calls.ts';
import { REQUESTS, SOCKADDRS } from './socket-bytes.ts';

const PAGE = 4096;
const WORKERS = 6;
const THREADS_MAX = 3;
/** Calls of one thread, if nothing ends it sooner: then its files and maps begin anew. */
const CALLS_PER_THREAD = 6000;
const CALLS_PER_GRANDCHILD = 150;
const FORK_ONE_IN = 1500;
const CONTENT_ONE_IN = 24;
const TICK_NS = 500_000;
/** Ticks after which one that makes no call is interrupted, and killed. */
const INTERRUPT_AFTER = 2;
const KILL_AFTER = 6;
/** However busy: what was executed may copy /dev/zero for ever. */
const TICKS_MAX = 200;
/** Most workers may map so much, so that memory does not always run out. */
const MEMORY_BYTES = 4 * 1024 * 1024;
/** What a worker does not die of, unless it changes its mind. */
const CAUGHT = [1, 2, 3, 7, 10, 11, 12, 14, 15, 16, 20, 21, 22, 24, 25, 26, 27, 29, 30];
const TEXTS = ['1\n', '0', '-1', '99999999999', '4 4 1 7\n', 'garbage \u0000\u0001\n'];

/** A row of the table, ready to be used. */
interface Call {
  readonly number: number;
  readonly index: number;
  readonly kinds: readonly Kind[];
  readonly oneIn: number;
  readonly weight: number;
}

/** A task that the supervisor looks after. */
interface Watched {
  readonly pid: number;
  readonly process: Process;
  seen: number;
  idleTicks: number;
  ticks: number;
}

const SIX: readonly Kind[] = ['any', 'any', 'any', 'any', 'any', 'any'];
const CALLS: readonly Call[] = CALL_NAMES.map((name, index) => ({
  number: SYS[name],
  index,
  kinds: ARGUMENTS[name] ?? SIX,
  oneIn: RARE[name] ?? 0,
  weight: FREQUENT[name] ?? 1,
}));
const COMMON = CALLS.filter(({ oneIn }) => oneIn === 0).flatMap((call) =>
  Array.from({ length: call.weight }, () => call),
);
const UNCOMMON = CALLS.filter(({ oneIn }) => oneIn > 0);
const UNCOMMON_ONE_IN = Math.round(1 / UNCOMMON.reduce((sum, { oneIn }) => sum + 1 / oneIn, 0));

export class SystemCallFuzzer {
  /** How often each call was made, in the order of CALL_NAMES. */
  readonly made = new Int32Array(CALLS.length);
  /** How often it did something. */
  readonly succeeded = new Int32Array(CALLS.length);
  /** What went wrong in the fuzzer itself. */
  readonly errors: unknown[] = [];
  processes = 0;
  readonly #kernel: Kernel;
  readonly #random: Prng;
  readonly #texts: { [Name in keyof Texts]: number[] } = {
    path: [],
    name: [],
    program: [],
    sockaddr: [],
    request: [],
  };
  readonly #arguments: RandomArguments;
  #watched: Watched[] = [];
  #tasks: number[] = [];
  /** Calls of those that are gone. */
  #callsOfGone = 0;

  constructor(kernel: Kernel, seed: number) {
    this.#kernel = kernel;
    this.#random = new Prng(seed);
    this.#arguments = new RandomArguments(this.#random, this.#texts, () => this.#tasks);
  }

  /** Calls that the kernel has counted of all workers. */
  get calls(): number {
    return this.#watched.reduce((sum, { process }) => sum + process.syscalls, this.#callsOfGone);
  }

  callsOf(name: SyscallName): number {
    return this.made[CALL_NAMES.indexOf(name)] ?? 0;
  }

  // ---- The supervisor -------------------------------------------------------------------------

  /** The first process: makes the others, until `calls` have been made. */
  *main(p: RawProgram, calls: number): Sleeping<void> {
    yield* this.#prepare(p);
    const pause = yield* p.words(0, TICK_NS);
    while (this.calls < calls) {
      while ((yield* p.call('wait4', -1, 0, WNOHANG)) > 0);
      this.#forgetGone();
      while (this.#workers() < WORKERS) {
        const pid = yield* p.fork((child) => this.#worker(child));
        if (pid < 0) break;
        this.#watch(pid);
      }
      yield* p.call('nanosleep', pause, 0);
      for (const each of this.#watched) yield* this.#lookAfter(p, each);
    }
  }

  *#prepare(p: RawProgram): Sleeping<void> {
    yield* p.call('setsid');
    yield* p.call('mkdir', yield* p.text(SCRATCH), 0o777);
    yield* p.call('chmod', yield* p.text(SCRATCH), 0o777);
    yield* p.call('chdir', yield* p.text(SCRATCH));
    const fixed = MAP.ANONYMOUS | MAP.FIXED;
    const rights = PROT.READ | PROT.WRITE;
    const map = (at: number, pages: number, type: number): Sleeping<number> =>
      p.call('mmap', at, pages * PAGE, rights, fixed | type, -1, 0);
    yield* map(LAYOUT.TEXTS, LAYOUT.TEXT_PAGES, MAP.PRIVATE);
    yield* map(LAYOUT.ARENA, LAYOUT.ARENA_PAGES, MAP.PRIVATE);
    yield* map(LAYOUT.SHARED, LAYOUT.SHARED_PAGES, MAP.SHARED);
    let at: number = LAYOUT.TEXTS;
    for (const [kind, texts] of [
      ['path', PATHS],
      ['name', NAMES],
      ['program', PROGRAMS],
    ] as const) {
      for (const text of texts) {
        const bytes = new TextEncoder().encode(`${text}\0`);
        p.cpu.storeBytes(at, bytes);
        this.#texts[kind].push(at);
        at += bytes.length;
      }
    }
    for (const [kind, pieces] of [
      ['sockaddr', SOCKADDRS],
      ['request', REQUESTS],
    ] as const) {
      for (const bytes of pieces) {
        p.cpu.storeBytes(at, bytes);
        this.#texts[kind].push(at);
        at += bytes.length;
      }
    }
    yield* p.call('mprotect', LAYOUT.TEXTS, LAYOUT.TEXT_PAGES * PAGE, PROT.READ);
    // Before all workers, whatever they become; they begin as anybody does.
    yield* p.call('sched_setscheduler', 0, SCHED.FIFO | SCHED_RESET_ON_FORK, yield* p.words(99));
    const { task } = this.#kernel.process(yield* p.call('getpid'))!;
    task.group.oomScoreAdj = -1000;
  }

  #workers(): number {
    return this.#watched.filter(({ process }) => process.task.isLeader).length;
  }

  #watch(pid: number): void {
    const process = this.#kernel.process(pid);
    if (process === undefined) return;
    process.task.group.oomScoreAdj = 0;
    this.processes++;
    this.#watched.push({ pid, process, seen: -1, idleTicks: 0, ticks: 0 });
    this.#tasks.push(pid);
  }

  #forgetGone(): void {
    const isThere = ({ process: { task } }: Watched): boolean =>
      task.state !== 'X' && task.state !== 'Z';
    for (const each of this.#watched) {
      if (!isThere(each)) this.#callsOfGone += each.process.syscalls;
    }
    this.#watched = this.#watched.filter(isThere);
    this.#tasks = this.#watched.map(({ pid }) => pid);
  }

  *#lookAfter(p: RawProgram, each: Watched): Sleeping<void> {
    const { process, pid } = each;
    const { syscalls } = process;
    each.idleTicks = syscalls === each.seen ? each.idleTicks + 1 : 0;
    each.seen = syscalls;
    each.ticks++;
    if (each.idleTicks >= KILL_AFTER || each.ticks > TICKS_MAX) {
      yield* p.call('kill', process.task.group.leader.pid, 9);
    } else if (each.idleTicks >= INTERRUPT_AFTER) yield* p.call('tkill', pid, SIGNAL.ALRM);
  }

  // ---- A worker -------------------------------------------------------------------------------

  *#worker(p: RawProgram): Sleeping<void> {
    const random = this.#random;
    yield* p.call('setsid');
    yield* this.#catchSignals(p);
    const process = this.#kernel.process(yield* p.call('getpid'));
    if (process !== undefined && random.below(8) > 0) {
      process.space.limits.totalBytes = MEMORY_BYTES;
    }
    for (let n = 0; n < 12; n++) {
      yield* p.call('open', this.#arguments.make('path'), random.below(3));
    }
    yield* p.call('pipe2', LAYOUT.ARENA, 0);
    for (let n = 0; n < 4; n++) {
      const make = (kind: Kind): number => this.#arguments.make(kind);
      yield* p.call('socket', make('family'), make('socketType'), make('socketProtocol'));
    }
    if (random.below(3) === 0) yield* p.call('setuid', 1000);
    for (let n = random.below(THREADS_MAX); n > 0; n--) {
      let tid = p.cpu.createThread((cpu) => this.#thread(cpu));
      if (tid === WOULD_BLOCK) tid = yield* p.cpu.wait();
      if (tid > 0) this.#watch(tid);
    }
    yield* this.#calls(p, CALLS_PER_THREAD);
    yield* p.call('exit_group', 0);
  }

  *#thread(cpu: RawProgram['cpu']): Sleeping<number> {
    yield* this.#calls(new RawProgram(cpu), CALLS_PER_THREAD);
    return 0;
  }

  *#catchSignals(p: RawProgram): Sleeping<void> {
    const act = new BigInt64Array([BigInt(SIG.CATCH), 0n, 0n, 0n]);
    p.cpu.storeBytes(LAYOUT.ARENA, new Uint8Array(act.buffer));
    for (const signal of CAUGHT) {
      yield* p.call('rt_sigaction', signal, LAYOUT.ARENA, 0, SIGSET_BYTES);
    }
    p.cpu.storeBytes(LAYOUT.ARENA, Uint8Array.of(SIG.IGN));
    yield* p.call('rt_sigaction', SIGNAL.PIPE, LAYOUT.ARENA, 0, SIGSET_BYTES);
  }

  *#calls(p: RawProgram, count: number): Sleeping<void> {
    try {
      yield* this.#callsOf(p, count);
    } catch (thrown) {
      // The kernel makes a signal of it.
      this.errors.push(thrown);
      throw thrown;
    }
  }

  *#callsOf(p: RawProgram, count: number): Sleeping<void> {
    const random = this.#random;
    const { cpu } = p;
    for (let n = 0; n < count; n++) {
      if (random.below(CONTENT_ONE_IN) === 0) this.#write(p);
      if (random.below(FORK_ONE_IN) === 0) yield* this.#fork(p);
      const { number, kinds, index } = this.#next();
      const [a, b, c, d, e, f] = kinds;
      const make = (kind: Kind | undefined): number =>
        kind === undefined ? 0 : this.#arguments.make(kind);
      let answer = cpu.syscall(number, make(a), make(b), make(c), make(d), make(e), make(f));
      if (answer === WOULD_BLOCK) answer = yield* cpu.wait();
      if (answer >= 0) this.succeeded[index]! += 1;
      if (number === SYS.posix_spawn && answer > 0) this.#watch(answer);
    }
  }

  #next(): Call {
    const random = this.#random;
    const from = random.below(UNCOMMON_ONE_IN) === 0 ? UNCOMMON : COMMON;
    const call = from[random.below(from.length)]!;
    this.made[call.index]! += 1;
    return call;
  }

  *#fork(p: RawProgram): Sleeping<void> {
    const child = yield* p.fork((c) => this.#calls(c, CALLS_PER_GRANDCHILD));
    if (child > 0) this.#watch(child);
  }

  /** Puts something into memory that a call might understand; now and then anywhere. */
  #write({ cpu }: RawProgram): void {
    const random = this.#random;
    if (random.below(4) === 0) {
      // What is not there or must not be written is a signal, which workers catch.
      cpu.store32(LAYOUT.ZONE + random.below(LAYOUT.ZONE_PAGES * PAGE), random.below(8));
      cpu.store32(this.#arguments.make('futex'), random.below(4));
      return;
    }
    const at = this.#arguments.structure();
    if (random.below(4) === 0) {
      cpu.storeBytes(at, new TextEncoder().encode(TEXTS[random.below(TEXTS.length)]));
      return;
    }
    const words = this.#structure();
    words.length = STRUCTURE_BYTES / 8;
    cpu.storeBytes(
      at,
      new Uint8Array(BigInt64Array.from(words, (word) => BigInt(word ?? 0)).buffer),
    );
  }

  #structure(): number[] {
    const random = this.#random;
    const make = this.#arguments;
    switch (random.below(7)) {
      case 5:
        // What sendmsg(2) and recvmsg(2) take; a length alone.
        return [
          random.below(3) === 0 ? 0 : make.make('sockaddr'),
          make.make('sockaddrBytes'),
          make.structure(),
          random.below(3),
          random.below(2) === 0 ? 0 : make.structure(),
          8 * random.below(9),
          0,
        ];
      case 0:
        // A vector of texts; an address alone; a set of signals.
        return [make.make('program'), make.make('path'), 0];
      case 1:
        // Where and how much, as process_vm_readv(2) has it.
        return [make.memory(), random.below(9000)];
      case 2:
        // A time, and a second one.
        return [random.below(50) === 0 ? 1 : 0, random.below(DURATION_NS), 0, DURATION_NS];
      case 3:
        // Descriptors and events, as poll(2) has them.
        return Array.from({ length: 8 }, () => random.below(24) + 2 ** 32 * random.below(8));
      case 4:
        // A way to take a signal; a set of few signals.
        return [random.below(3), 2 ** random.below(32), 0, 2 ** random.below(32)];
      default:
        return Array.from({ length: 8 }, () => random.below(3));
    }
  }
}

const DURATION_NS = 100_000;
