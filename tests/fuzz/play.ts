// SPDX-License-Identifier: GPL-2.0-or-later
/** Runs one seed of the fuzzer on a machine of its own, and finds out what it has left behind. */
import type { Dentry } from '../../kernel-sim/fs/dentry.ts';
import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import type { Process } from '../../kernel-sim/process/process.ts';
import type { Task } from '../../kernel-sim/kernel/sched/task.ts';
import { SIGNAL } from '../../kernel-sim/uapi/signal.ts';
import { RawMachine } from '../support/raw-machine.ts';
import { SystemCallFuzzer } from './system-call-fuzzer.ts';

const SLICE_NS = 5_000_000;
const PATIENCE_NS = 200_000_000_000;

/** What there is of everything that a process can take. */
export type Inventory = Readonly<Record<string, number>>;

export interface Played {
  readonly calls: number;
  readonly fuzzer: SystemCallFuzzer;
  readonly before: Inventory;
  readonly after: Inventory;
}

export interface PlayOptions {
  readonly seed: number;
  readonly calls: number;
  /** Breaks the kernel, to see whether anybody notices. */
  readonly sabotage?: (kernel: Kernel) => void;
}

export function play({ seed, calls, sabotage }: PlayOptions): Played {
  // Half of the seeds have the sanitizer's checks, the others a machine that is quicker.
  const machine = new RawMachine({ seed, cmdline: seed % 2 === 0 ? '' : 'kasan=off' });
  const { kernel } = machine;
  const names = new Set(namesOf(kernel).keys());
  const tasks = new Set(kernel.tasks.all());
  sabotage?.(kernel);
  // What is made once, such as the memory of a page table of process 1, is made now.
  machine.run(function* (p) {
    yield* p.call('getpid');
  });
  const before = inventory(kernel);
  const fuzzer = new SystemCallFuzzer(kernel, seed);
  const first = machine.start((p) => fuzzer.main(p, calls));
  runToEnd(machine, first);
  const count = fuzzer.calls;
  endAll(machine, tasks);
  removeNew(kernel, names);
  return { calls: count, fuzzer, before, after: inventory(kernel) };
}

function runToEnd({ guest }: RawMachine, { task }: Process): void {
  const { machine } = guest;
  for (let turn = 0; task.state !== 'X'; turn++) {
    if (machine.nowNs > PATIENCE_NS) throw new Error('the calls take too long');
    // Somebody types.
    machine.deliver({ kind: 'tty', tty: 0, bytes: Uint8Array.of(97 + (turn % 26), 13) });
    machine.run(machine.nowNs + SLICE_NS);
    guest.output.clear();
    if (machine.state === 'halted') throw new Error(`halted:\n${guest.logText}`);
  }
}

/** Ends whatever is there that was not `known`. */
function endAll(machine: RawMachine, known: ReadonlySet<Task>): void {
  const { kernel } = machine;
  machine.until(() => {
    const left = [...kernel.tasks.all()].filter((task) => !known.has(task) && !task.isKernelThread);
    for (const task of left) kernel.signals.send(task, SIGNAL.KILL);
    return left.length === 0;
  }, 'the end of all programs');
}

/** Counts everything. Caches are emptied first, since what they keep is nobody's. */
function inventory(kernel: Kernel): Inventory {
  kernel.pages.reclaim();
  const count: Record<string, number> = {
    'free pages': kernel.pages.freePageCount,
    ...prefixed('pages in use as ', kernel.pages.usage),
    tasks: kernel.tasks.size,
    'open files': kernel.vfs.openFiles,
    'sockets of AF_UNIX': kernel.unixSockets.sockets.length,
    'sockets of AF_NETLINK': kernel.netlink.sockets.length,
    modules: [...kernel.loader.modules].length,
    taint: kernel.taint.mask,
  };
  for (const { info } of kernel.slabs.caches) count[`objects of ${info.name}`] = info.activeObjects;
  return count;
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Inventory {
  return Object.fromEntries(Object.entries(counts).map(([name, n]) => [`${prefix}${name}`, n]));
}

/** Names in the file systems that keep them. */
function namesOf({ vfs }: Kernel): Map<string, Dentry> {
  const names = new Map<string, Dentry>();
  const visit = (path: string, dentry: Dentry): void => {
    for (const [name, child] of dentry.children) {
      names.set(`${path}/${name}`, child);
      visit(`${path}/${name}`, child);
    }
  };
  for (const { fileSystem, at } of vfs.mounts.all) {
    const isKept = fileSystem.type !== 'proc' && fileSystem.type !== 'sysfs';
    if (isKept) visit(at === undefined ? '' : `/${at.dentry.name}`, fileSystem.root);
  }
  return names;
}

/** Removes what was not there before, what lies deepest first. */
function removeNew(kernel: Kernel, known: ReadonlySet<string>): void {
  const { vfs } = kernel;
  for (const path of [...namesOf(kernel).keys()].toReversed()) {
    if (known.has(path)) continue;
    const error = vfs.unlink(vfs.kernelContext, path);
    if (error !== 0) vfs.rmdir(vfs.kernelContext, path);
  }
}
