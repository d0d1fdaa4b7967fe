// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/sysrq-trigger: one letter that the kernel obeys whatever else goes on.
 *
 * Linux: drivers/tty/sysrq.c, Documentation/admin-guide/sysrq.rst. Differs: letters of what is not
 * here are unknown ones. There is no kernel.sysrq: its mask is about keys and BREAKs, of
 * which there are none; this file always obeys root.
 */
import { decodeUtf8 } from '../lib/utf8.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Kernel } from './kernel.ts';
import { showActiveCpus, showAllLocks, showTasks } from './show-state.ts';

interface Key {
  /** As the help line has it. */
  readonly help: string;
  /** What the log says first. */
  readonly action: string;
  run(kernel: Kernel, letter: string): void;
}

const LOGLEVEL: Key = {
  help: 'loglevel(0-9)',
  action: 'Changing Loglevel',
  run({ printk }, letter) {
    printk.levels[0] = Number(letter);
    printk.info(`sysrq: Loglevel set to ${letter}`);
  },
};

/** In the order of the help line. */
const KEYS: Readonly<Record<string, Key>> = {
  b: {
    help: 'reboot(b)',
    action: 'Resetting',
    run(kernel) {
      kernel.consoles.flush();
      kernel.scheduler.halt(1);
    },
  },
  c: {
    help: 'crash(c)',
    action: 'Trigger a crash',
    run: (kernel) => kernel.panic('sysrq triggered crash'),
  },
  d: { help: 'show-all-locks(d)', action: 'Show Locks Held', run: showAllLocks },
  e: {
    help: 'terminate-all-tasks(e)',
    action: 'Terminate All Tasks',
    run: (kernel) => signalAll(kernel, SIGNAL.TERM),
  },
  i: {
    help: 'kill-all-tasks(i)',
    action: 'Kill All Tasks',
    run: (kernel) => signalAll(kernel, SIGNAL.KILL),
  },
  l: {
    help: 'show-backtrace-all-active-cpus(l)',
    action: 'Show backtrace of all active CPUs',
    run: showActiveCpus,
  },
  m: { help: 'show-memory-usage(m)', action: 'Show Memory', run: showMemory },
  o: {
    help: 'poweroff(o)',
    action: 'Power Off',
    run(kernel) {
      kernel.consoles.flush();
      kernel.scheduler.halt(0);
    },
  },
  s: {
    help: 'sync(s)',
    action: 'Emergency Sync',
    run: ({ printk }) => printk.info('Emergency Sync complete'),
  },
  t: {
    help: 'show-task-states(t)',
    action: 'Show State',
    run: (kernel) => showTasks(kernel, () => true),
  },
  w: {
    help: 'show-blocked-tasks(w)',
    action: 'Show Blocked State',
    run: (kernel) => showTasks(kernel, ({ state }) => state === 'D'),
  },
};

/** Takes a write to /proc/sysrq-trigger: its first letter counts. */
export function sysrqTrigger(kernel: Kernel, bytes: Uint8Array): number {
  const letter = decodeUtf8(bytes.subarray(0, 1));
  const { printk } = kernel;
  const key = /^\d$/u.test(letter) ? LOGLEVEL : KEYS[letter];
  if (key === undefined) {
    const names = [LOGLEVEL, ...Object.values(KEYS)].map(({ help }) => help);
    printk.info(`sysrq: HELP : ${names.join(' ')} `);
  } else {
    printk.info(`sysrq: ${key.action}`);
    key.run(kernel, letter);
  }
  return bytes.length;
}

/** To all but process 1 and kernel threads. */
function signalAll({ tasks, signals }: Kernel, signal: number): void {
  for (const task of tasks.all()) {
    if (task.pid !== 1 && !task.isKernelThread) signals.send(task, signal);
  }
}

function showMemory({ printk, pages }: Kernel): void {
  printk.info('Mem-Info:');
  printk.info(` free:${pages.freePageCount}`);
  printk.info(`${pages.totalPages} pages RAM`);
}
