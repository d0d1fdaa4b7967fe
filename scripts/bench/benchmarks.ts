// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is measured, and against what. Each benchmark asserts, by the kernel's own counters or by
 * what the tools report, that the work was done.
 */
import { Guest, loadToolchain, ROUNDS } from './guest.ts';
import { LOCK_BENCHMARKS } from './lock-benchmarks.ts';
import { assertAtLeast, byTurns, host, median, ratio, seconds, type Row } from './measure.ts';
import { MEMORY_BENCHMARKS } from './memory-benchmarks.ts';
import { NETWORK_BENCHMARKS } from './network-benchmarks.ts';
import { PROCESS_BENCHMARKS } from './process-benchmarks.ts';

const GB = 1e9;
const KIB = 1024;

function syscalls(cmdline: string): Row {
  const blocks = 2_000_000;
  const dd = `dd if=/dev/zero of=/dev/null bs=1 count=${blocks} 2>&1`;
  const guest = new Guest();
  const round = guest.repeat(dd, { image: { cmdline } });
  const times = byTurns(
    ROUNDS,
    () => {
      const before = guest.border.syscalls('dd');
      const { seconds: taken, text } = round();
      if (!text.includes(`${blocks}+0 records out`)) throw new Error(`dd said: ${text}`);
      assertAtLeast('system calls', guest.border.syscalls('dd') - before, 2 * blocks * 0.98);
      return taken;
    },
    // Its own figure: without the start of a process.
    () => Number(/copied, ([\d.e-]+) s/.exec(host(dd).text)?.[1]),
  );
  const million = (taken: number): string => `${((2 * blocks) / taken / 1e6).toFixed(1)} M/s`;
  return {
    what: `system calls: \`dd bs=1\`${cmdline === '' ? '' : `, \`${cmdline}\``}`,
    here: million(times.ours),
    against: `${million(times.theirs)}, this machine's kernel`,
    ratio: ratio(times.theirs / times.ours),
    goal: '1.5x, then 3x',
  };
}

async function yesDevice(): Promise<Row> {
  await loadToolchain();
  const blocks = 20_000;
  const bytes = blocks * 128 * KIB;
  const guest = new Guest();
  const build =
    'cd yes_chardev && make > /dev/null && insmod yes_chardev.ko && mknod /dev/yes c 243 0';
  const read = `dd if=/dev/yes of=/dev/null bs=128K count=${blocks} 2>&1`;
  const round = guest.repeat(read, { setUp: build });
  const times = byTurns(
    ROUNDS,
    () => {
      const { seconds: taken, text } = round();
      if (!text.includes(`${blocks}+0 records out`)) throw new Error(`dd said: ${text}`);
      return taken;
    },
    () => host(`yes | head -c ${bytes} > /dev/null`).seconds,
  );
  return {
    what: '`/dev/yes` of the example, read 128 KiB at a time as `cat` does',
    here: rate(bytes, times.ours),
    against: `${rate(bytes, times.theirs)}, GNU yes into a pipe`,
    ratio: ratio(times.theirs / times.ours),
    goal: '0.5x',
  };
}

function yesPipe(): Row {
  const bytes = 512 * KIB * KIB;
  const command = `yes | head -c ${bytes} > /dev/null`;
  const round = new Guest().repeat(command);
  const times = byTurns(
    ROUNDS,
    () => round().seconds,
    () => host(command).seconds,
  );
  return {
    what: '`yes \\| head -c`',
    here: rate(bytes, times.ours),
    against: `${rate(bytes, times.theirs)}, the same on this machine`,
    ratio: ratio(times.theirs / times.ours),
    goal: '0.5x',
  };
}

function boot(isFrozen: boolean): Row {
  const guest = new Guest(isFrozen);
  const times = Array.from({ length: 40 }, () => {
    globalThis.gc?.(); // The machine before this one is not to be paid for here.
    return seconds(() => {
      guest.boot({});
      guest.until('$ ');
    });
  });
  return {
    what: `boot to the first prompt, warm${isFrozen ? ', intrinsics frozen' : ''}`,
    here: `${milliseconds(median(times.slice(20)))} (best ${milliseconds(Math.min(...times))})`,
    against: `${milliseconds(times[0] ?? 0)} for the first one`,
    ratio: '',
    goal: isFrozen ? '' : '5 ms',
  };
}

async function buildAndLoad(): Promise<Row> {
  await loadToolchain();
  const guest = new Guest();
  const rounds = 15;
  const load = 'make > /dev/null && insmod helloworld.ko && lsmod | grep -c helloworld';
  // What make compares are ticks of the kernel's coarse clock.
  const edit = 'sleep 0.1; echo "// $i" >> hello_world.ts';
  const cycle = `${edit}; ${load}; rmmod helloworld`;
  const round = guest.repeat(cycle, { setUp: 'cd hello_world', rounds, warm: 0 });
  const times = Array.from({ length: rounds }, () => {
    const { seconds: taken, text } = round();
    if (text.trim() !== '1') throw new Error('the module is not there');
    return taken;
  });
  return {
    what: 'edit to loaded module (and out again), warm',
    here: `${milliseconds(median(times.slice(5)))} (best ${milliseconds(Math.min(...times))})`,
    against: `${milliseconds(times[0] ?? 0)} for the first one`,
    ratio: '',
    goal: '100 ms',
  };
}

function loads(): Row {
  const { border } = new Guest();
  const count = 20_000_000;
  const time = (isChecked: boolean): number => seconds(() => void border.loads(isChecked, count));
  time(true);
  time(false);
  const times = byTurns(
    ROUNDS,
    () => time(true),
    () => time(false),
  );
  return {
    what: 'loads of 32 bits, checked by the shadow',
    here: `${((times.ours / count) * 1e9).toFixed(1)} ns`,
    against: `${((times.theirs / count) * 1e9).toFixed(1)} ns, a DataView`,
    ratio: ratio(times.theirs / times.ours),
    goal: '',
  };
}

function milliseconds(taken: number): string {
  return `${(taken * 1000).toFixed(1)} ms`;
}

function rate(bytes: number, taken: number): string {
  return `${(bytes / taken / GB).toFixed(2)} GB/s`;
}

/** By the name that picks it on the command line. What needs the compiler comes last. */
export const BENCHMARKS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  syscalls: async () => [syscalls(''), syscalls('kasan=off')],
  pipe: async () => [yesPipe()],
  boot: async () => [boot(false), boot(true)],
  loads: async () => [loads()],
  ...PROCESS_BENCHMARKS,
  device: async () => [await yesDevice()],
  build: async () => [await buildAndLoad()],
  ...MEMORY_BENCHMARKS,
  ...LOCK_BENCHMARKS,
  ...NETWORK_BENCHMARKS,
};
