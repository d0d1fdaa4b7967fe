// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random system calls with arguments that make some sense or none, from processes and threads that
 * share memory and files. Whatever they do, the kernel must not fail, and must have everything back
 * when they are gone.
 *
 * A failure names its seed, and a seed always does the same.
 */
import { expect, it } from 'vitest';

import { Prng } from '../../kernel-sim/sim/prng.ts';
import { type Sleeping, WOULD_BLOCK } from '../../kernel-sim/uapi/coroutine.ts';
import { SIGNAL } from '../../kernel-sim/uapi/signal.ts';
import { SYS } from '../../kernel-sim/uapi/syscall-numbers.ts';
import { RawMachine, RawProgram, type SyscallName } from '../support/raw-machine.ts';

const SEEDS = [1, 2, 3];
/** Meant; many a program dies long before its last one. */
const CALLS_PER_SEED = 100_000;
/** Calls of one program before it ends, of its own accord. */
const CALLS_PER_PROGRAM = 4000;
const PROGRAMS_AT_ONCE = 6;

/** What would end the machine, or reach beyond the programs. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  (
    'reboot kill tkill tgkill init_module finit_module delete_module syslog ' +
    'exit exit_group execve posix_spawn chdir setuid setgid setgroups'
  ).split(' '),
);
const PATHS = (
  '/tmp/a /tmp/b /tmp/c /tmp / /dev/null /dev/zero /dev/full ' +
  '/dev/urandom /proc/self/maps /proc/self/status /proc /nope /bin/true'
).split(' ');
const CALLS = (Object.keys(SYS) as SyscallName[]).filter((name) => !LEFT_OUT.has(name));

class Fuzzer {
  readonly #random: Prng;
  /** Where each path lies in the programs' memory. */
  #paths: number[] = [];
  #heap = 0;

  constructor(seed: number) {
    this.#random = new Prng(seed);
  }

  /** The first program: sets its memory up, and makes the others. */
  *main(p: RawProgram, calls: number): Sleeping<void> {
    yield* p.call('setsid');
    for (const path of PATHS) this.#paths.push(yield* p.text(path));
    this.#heap = yield* p.take(16_384);
    let left = calls;
    while (left > 0) {
      let running = 0;
      for (; running < PROGRAMS_AT_ONCE && left > 0; running++) {
        left -= CALLS_PER_PROGRAM;
        yield* p.fork((c) => this.#program(c));
      }
      while ((yield* p.call('wait4', -1, 0, 0)) > 0);
    }
  }

  *#program(p: RawProgram): Sleeping<void> {
    const threads = this.#random.below(3);
    for (let n = 0; n < threads; n++) {
      const made = p.cpu.createThread((cpu) => this.#thread(cpu, CALLS_PER_PROGRAM / 4));
      if (made === WOULD_BLOCK) yield* p.cpu.wait();
    }
    yield* this.#calls(p, CALLS_PER_PROGRAM / 2);
    yield* p.call('exit_group', 0);
  }

  *#thread(cpu: RawProgram['cpu'], count: number): Sleeping<number> {
    yield* this.#calls(new RawProgram(cpu), count);
    return 0;
  }

  *#calls(p: RawProgram, count: number): Sleeping<void> {
    const random = this.#random;
    for (let n = 0; n < count; n++) {
      const name = CALLS[random.below(CALLS.length)]!;
      yield* p.call(name, ...Array.from({ length: 6 }, () => this.#argument()));
      if (random.below(2000) === 0) yield* this.#signal(p);
    }
  }

  *#signal(p: RawProgram): Sleeping<void> {
    const signal = 1 + this.#random.below(31);
    yield* p.call('kill', yield* p.call('getpid'), signal === SIGNAL.STOP ? SIGNAL.CONT : signal);
  }

  #argument(): number {
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
        return 0;
      case 1:
        return -1;
      case 2:
      case 3:
        return random.below(8);
      case 4:
        return 4096 * random.below(16);
      case 5:
        return random.below(5000);
      case 6:
        return this.#paths[random.below(PATHS.length)]!;
      case 7:
        return this.#heap + random.below(16_384);
      case 8:
        return this.#heap + 4096 * random.below(4) - (this.#heap % 4096);
      case 9:
        return 0x7fff_f7f0_0000 + 4096 * random.below(64);
      case 10:
        return 2 ** random.below(50);
      default:
        return 1 << random.below(31);
    }
  }
}

/** Runs a seed; gives what is missing afterwards. */
function play(machine: RawMachine, seed: number, calls: number): number {
  const { kernel } = machine;
  const before = machine.freePages;
  const tasks = kernel.tasks.size;
  const fuzzer = new Fuzzer(seed);
  const first = machine.start((p) => fuzzer.main(p, calls));
  const sid = first.task.pid;
  const { machine: running } = machine.guest;
  let seen = -1;
  let lookedNs = 0;
  for (let turns = 0; first.task.state !== 'X'; turns++) {
    if (turns > 2000) throw new Error('too long');
    running.run(running.nowNs + 5_000_000);
    if (running.state === 'halted') throw new Error(`halted:\n${machine.guest.logText}`);
    if (running.nowNs < lookedNs) continue;
    // Whoever waits for good is ended, so that the next may begin.
    lookedNs = running.nowNs + 50_000_000;
    const count = [...kernel.tasks.all()].reduce(
      (sum, { pid }) => sum + (kernel.process(pid)?.syscalls ?? 0),
      0,
    );
    if (count === seen) {
      for (const task of kernel.tasks.all()) {
        if (task.pid > sid) kernel.signals.send(task, SIGNAL.KILL);
      }
    }
    seen = count;
  }
  for (const task of kernel.tasks.all()) {
    if (task.pid > sid && !task.isKernelThread) {
      kernel.signals.send(task, SIGNAL.KILL);
    }
  }
  machine.until(() => kernel.tasks.size === tasks, 'the end of all');
  for (const path of PATHS.slice(0, 3)) {
    kernel.vfs.unlink(kernel.vfs.kernelContext, path);
    kernel.vfs.rmdir(kernel.vfs.kernelContext, path);
  }
  return before - machine.freePages;
}

it.each(SEEDS)(
  'random calls of seed %i leave nothing behind',
  (seed) => {
    const machine = new RawMachine({ cmdline: 'kasan=off' });
    // What is made once, such as slabs, is made now.
    play(machine, seed, CALLS_PER_SEED);
    expect(play(machine, seed, CALLS_PER_SEED)).toBe(0);
  },
  60_000,
);
