// SPDX-License-Identifier: GPL-2.0-or-later
/** A machine in which a test runs its own programs, with bare system calls, and kernel threads. */
import { bootMachine, defaultImage, type BootImage } from '../../kernel-sim/index.ts';
import type { Process } from '../../kernel-sim/process/process.ts';
import { WOULD_BLOCK, type Sleeping } from '../../kernel-sim/uapi/coroutine.ts';
import { errnoName } from '../../kernel-sim/uapi/errno.ts';
import { SYS } from '../../kernel-sim/uapi/syscall-numbers.ts';
import type { UserCpu } from '../../kernel-sim/uapi/user-cpu.ts';
import { TestMachine } from './machine.ts';

export type SyscallName = keyof typeof SYS;

/** A program as a test writes it. */
export type RawMain = (p: RawProgram) => Sleeping<number | void>;

/** No program has memory there. */
export const BAD_ADDRESS = 0x10;

/** A machine whose process 1 does nothing but reap. */
const REAPER = { text: 'sleep 1000000', user: 'root', args: [] } as const;
const BOOT_NS = 100_000_000;
const SLICE_NS = 1_000_000;
const PATIENCE_NS = 20_000_000_000;

export class RawMachine {
  readonly guest: TestMachine;

  constructor(image: Partial<BootImage> = {}) {
    const whole = defaultImage({ script: REAPER, ...image });
    this.guest = new TestMachine((host) => bootMachine(whole, host));
    this.guest.machine.run(BOOT_NS);
  }

  get kernel(): TestMachine['machine']['kernel'] {
    return this.guest.machine.kernel;
  }

  get freePages(): number {
    return this.kernel.pages.freeBytes / 4096;
  }

  /** Starts `main` in a child of process 1, with a copy of its memory and files, as root. */
  start(main: RawMain): Process {
    const init = this.kernel.process(1);
    if (init === undefined) throw new Error('there is no process 1');
    const pid = this.kernel.lifecycle.fork(init, (cpu) => mainOf(cpu, main));
    const process = this.kernel.process(pid);
    if (process === undefined) throw new Error(`fork answered ${nameOf(pid)}`);
    return process;
  }

  /** The same, until it is gone. Returns its wait status. */
  run(main: RawMain): number {
    const process = this.start(main);
    this.wait(process);
    return process.exitStatus;
  }

  wait({ task }: Process): void {
    this.until(() => task.state === 'X', `the end of ${task.pid}`);
  }

  /** Runs `body` in a kernel thread. Undefined when the thread oopsed. */
  inThread<T>(body: () => Sleeping<T>): T | undefined {
    const results: T[] = [];
    const thread = this.kernel.kthreads.run('kthread', function* () {
      results.push(yield* body());
    });
    this.until(() => thread.hasEnded, 'the end of the thread');
    return results[0];
  }

  /** Lets time pass until `isDone`. */
  until(isDone: () => boolean, what: string): void {
    const { machine } = this.guest;
    const endNs = machine.nowNs + PATIENCE_NS;
    while (!isDone()) {
      const isOver = machine.nowNs > endNs || machine.state === 'halted';
      if (isOver) throw new Error(`${what} never came:\n${this.guest.logText}`);
      machine.run(machine.nowNs + SLICE_NS);
    }
  }
}

/** What a test's program has: bare system calls, and memory for their arguments. */
export class RawProgram {
  readonly cpu: UserCpu;

  constructor(cpu: UserCpu) {
    this.cpu = cpu;
  }

  *call(name: SyscallName, ...args: number[]): Sleeping<number> {
    const result = this.cpu.syscall(SYS[name], ...args);
    return result === WOULD_BLOCK ? yield* this.cpu.wait() : result;
  }

  /** The same, with the result as a person reads it. */
  *named(name: SyscallName, ...args: number[]): Sleeping<string | number> {
    return nameOf(yield* this.call(name, ...args));
  }

  *fork(main: RawMain): Sleeping<number> {
    const result = this.cpu.fork((cpu) => mainOf(cpu, main));
    return result === WOULD_BLOCK ? yield* this.cpu.wait() : result;
  }

  /** So many bytes of fresh heap. */
  *take(bytes: number): Sleeping<number> {
    const address = yield* this.call('brk', 0);
    yield* this.call('brk', address + Math.ceil(bytes / 16) * 16);
    return address;
  }

  *put(bytes: Uint8Array): Sleeping<number> {
    const address = yield* this.take(bytes.length);
    this.cpu.storeBytes(address, bytes);
    return address;
  }

  /** A text with its NUL. */
  *text(text: string): Sleeping<number> {
    return yield* this.put(new TextEncoder().encode(`${text}\0`));
  }

  /** 64-bit words, such as a table of pointers. */
  *words(...words: number[]): Sleeping<number> {
    return yield* this.put(new Uint8Array(BigInt64Array.from(words, BigInt).buffer));
  }

  /** An array of texts with its NULL: argv, envp. */
  *texts(...texts: string[]): Sleeping<number> {
    const pointers: number[] = [];
    for (const text of texts) pointers.push(yield* this.text(text));
    return yield* this.words(...pointers, 0);
  }
}

/** `EBADF`, or the number. */
export function nameOf(result: number): string | number {
  return result < 0 ? (errnoName(-result) ?? result) : result;
}

function* mainOf(cpu: UserCpu, main: RawMain): Sleeping<number> {
  return (yield* main(new RawProgram(cpu))) ?? 0;
}
