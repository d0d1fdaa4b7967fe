// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of drivers, through whole machines: what they keep apart, and what becomes of misuse. */
import { describe, expect, it } from 'vitest';

import type { MachineOptions } from '../../kernel-sim/index.ts';
import { EVENT } from '../../kernel-sim/sim/trace.ts';
import {
  resultOf,
  runScript,
  TestMachine,
  userFile,
  type ScriptResult,
} from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const LINES = [
  'Data 100 is locked by a spinlock',
  'Mutex is locked!',
  'Data 50 is locked by a mutex',
  'Now data is 100',
  'Hello from TypeScript!',
  'Mutex is dropped!',
];

/** A device /dev/lock, whose `write` and `read` are as given. */
function source(write: string, read = ''): string {
  return `import { Errno, module, println } from "kernel";
import { chrdev, type File, type FileOperations } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { Mutex, Spinlock } from "kernel/sync";
import { msleep } from "kernel/time";
const MUTEX = Mutex.new(0);
const SPINLOCK = Spinlock.new(0);
let bare = 0;
let arrived = 0;
function plus(n: number): number { return n + 1; }
class LockFile implements FileOperations {
  static open(): LockFile { return new LockFile(); }
  write(file: File, input: UserSliceReader): void {
    ${write}
    input.skip(input.remaining);
    void file;
  }
  read(file: File, out: UserSliceWriter): void {
    ${read}
    void file, out;
  }
}
class Locks {
  constructor(readonly device: chrdev.Registration) {}
  static init(): Locks { return new Locks(chrdev.register("lock", LockFile)); }
}
export default module(Locks, { license: "GPL" });
void Errno, println, MUTEX, SPINLOCK, bare, arrived, plus, msleep;
`;
}

const SETUP = `cd locks && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod locks.ko && sudo mknod -m 666 /dev/lock c 243 0 || exit 98
`;

function run(text: string, script: string, options?: MachineOptions): ScriptResult {
  const files = [userFile('locks/locks.ts', text)];
  return runScript(SETUP + script, { files }, options);
}

describe('sync_example', () => {
  it.each(['voluntary', 'full'])(
    'tells its six lines, preempt=%s',
    (preempt) => {
      const script = `cd sync_example && make > /dev/null || exit 99
        sudo insmod sync_example.ko && sudo rmmod sync_example`;
      const { stderr, status, log } = runScript(script, { cmdline: `preempt=${preempt}` });
      const own = log.filter((line) => line.source !== undefined).map(({ text }) => text);
      expect(own).toEqual(LINES);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    },
    PATIENCE_MS,
  );
});

describe('two writers that count', () => {
  const ROUNDS = 2000;
  const SCRIPT = 'echo a > /dev/lock & echo b > /dev/lock; wait; cat /dev/lock';

  /** The count after both, where every statement may be the last one before the other's turn. */
  function count(place: string, hold: string): number {
    const round = `${hold} const before = ${place}; ${place} = plus(before);`;
    const read = `if (file.pos === 0) { ${hold} out.write_text(\`\${${place}}\\n\`); }`;
    // Both begin at once.
    const barrier = 'arrived++; while (arrived < 2) {}';
    const text = source(`${barrier} for (let n = 0; n < ${ROUNDS}; n++) { ${round} }`, read);
    const image = {
      files: [userFile('locks/locks.ts', text)],
      script: { text: SETUP + SCRIPT, user: 'user', args: [] },
    } as const;
    const guest = TestMachine.boot(image, { build: 'stepped' });
    guest.machine.kernel.runtime.stepping = true;
    guest.runUntil(() => guest.machine.state === 'halted', 'the end');
    const { stdout, stderr } = resultOf(guest);
    expect(stderr).toBe('');
    return Number(stdout);
  }

  it.each([
    ['a spinlock', 'guard.value', 'using guard = SPINLOCK.lock();'],
    ['a spinlock with interrupts off', 'guard.value', 'using guard = SPINLOCK.lock_irqsave();'],
    ['a mutex', 'guard.value', 'using guard = MUTEX.lock();'],
  ])('under %s lose nothing', (_lock, place, hold) => {
    expect(count(place, hold)).toBe(2 * ROUNDS);
  });

  it('without a lock lose some', () => {
    // Sleeping is never come to, but makes it a function that may switch, as those with locks are.
    expect(count('bare', 'if (arrived < 0) msleep(1);')).toBeLessThan(2 * ROUNDS);
  });
});

describe('a guard', () => {
  it.each([
    ['a return', 'if (MUTEX.try_lock() === null) return;'],
    ['a throw', 'using guard = MUTEX.lock(); guard.value++; throw Errno.EIO;'],
    ['a break', 'for (;;) { using guard = MUTEX.lock(); guard.value++; break; }'],
    ['a statement', 'MUTEX.lock().value += 1;'],
  ])('ends with %s', (_how, body) => {
    const { stdout } = run(
      source(body, 'const guard = MUTEX.try_lock(); println(guard === null ? "held" : "free");'),
      'echo a > /dev/lock 2> /dev/null; cat /dev/lock; dmesg | tail -n 1 | cut -c16-',
    );
    expect(stdout).toBe('free\n');
  });
});

describe('misuse', () => {
  it('a mutex that a task has already is reported, and it waits for ever', () => {
    const { logText, stdout } = run(
      source('using a = MUTEX.lock(); using b = MUTEX.lock(); void a, b;'),
      'echo a > /dev/lock & sleep 1; ps -o stat= -p $!; cat /proc/$!/wchan',
    );
    expect(logText).toMatch(/WARNING: possible recursive locking detected\n6\.12/u);
    expect(logText).toMatch(/is trying to acquire lock:\nffff[\da-f]{12} \(MUTEX\)/u);
    expect(logText).toContain('(MUTEX){+.+.}-{4:4}, at: LockFile.write+');
    expect(logText).toContain('  lock(MUTEX);\n  lock(MUTEX);\n\n *** DEADLOCK ***\n');
    expect(logText).toMatch(/1 lock held by bash\/\d+:\n #0: ffff/u);
    expect(stdout).toMatch(/^D\S*\n__mutex_lock$/u);
  });

  it('a spinlock that a task has already is reported, and the watchdog ends it', () => {
    const { logText, stdout, stderr } = run(
      source('using a = SPINLOCK.lock(); using b = SPINLOCK.lock(); void a, b;'),
      'bash -c "echo a > /dev/lock"; echo "$?"',
    );
    expect(logText).toContain('WARNING: possible recursive locking detected');
    expect(logText).toMatch(/watchdog: BUG: soft lockup - CPU#\d stuck for 2s! \[bash:\d+\]/u);
    expect(logText).toMatch(/note: bash\[\d+\] exited with preempt_count 2/u);
    expect(stdout).toBe('137\n');
    expect(stderr).toContain('Killed');
  });

  it('a mutex under a spinlock is reported, and goes on', () => {
    const { logText, stdout } = run(
      source('using a = SPINLOCK.lock(); using b = MUTEX.lock(); void a, b;'),
      'echo a > /dev/lock; echo "$?"',
    );
    expect(logText).toContain(
      'BUG: sleeping function called from invalid context at locks.ts:14\n' +
        'in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: ',
    );
    expect(logText).toContain('preempt_count: 1, expected: 0\n');
    expect(stdout).toBe('0\n');
  });

  it('a sleep under a spinlock is reported, and goes on', () => {
    const { logText, stdout } = run(
      source('using a = SPINLOCK.lock(); msleep(5); void a;'),
      'echo a > /dev/lock; echo "$?"',
    );
    expect(logText).toMatch(/BUG: scheduling while atomic: bash\/\d+\/0x00000002\n/u);
    expect(stdout).toBe('0\n');
  });

  it('who dies with a mutex leaves it locked, for whoever comes next', () => {
    const { logText, stdout } = run(
      source(
        'using a = MUTEX.lock(); void a; throw new Error("boom");',
        'using a = MUTEX.lock(); void a;',
      ),
      `bash -c "echo a > /dev/lock"; echo "$?"
      cat /dev/lock & sleep 1; ps -o stat= -p $!; sudo rmmod locks; echo "$?"`,
    );
    expect(logText).toContain('Error: boom');
    expect(stdout).toMatch(/^139\nD\S*\n1\n$/u);
  });

  it('a signal ends an interruptible wait', () => {
    const { stdout, stderr } = run(
      source(
        'using a = MUTEX.lock(); msleep(500); void a;',
        'using a = MUTEX.lock_interruptible(); void a;',
      ),
      `echo a > /dev/lock &
      sleep 0.1; cat /dev/lock & sleep 0.1; kill -TERM $!; wait $!; echo "$?"; wait`,
    );
    expect(stdout).toBe('143\n');
    expect(stderr).not.toContain('Oops');
  });
});

describe('the trace', () => {
  it('has each lock that is taken, waited for and given back, with its address', () => {
    const text = source('using a = MUTEX.lock(); msleep(20); void a;');
    const script = `${SETUP}echo a > /dev/lock & echo b > /dev/lock; wait`;
    const image = {
      files: [userFile('locks/locks.ts', text)],
      script: { text: script, user: 'user', args: [] },
    } as const;
    const guest = TestMachine.boot(image);
    const kinds: number[] = [];
    const addresses = new Set<number>();
    guest.machine.kernel.sim.trace.start(({ kind, a }) => {
      if (kind < EVENT.LOCK || kind > EVENT.LOCK_CONTENDED) return;
      kinds.push(kind);
      addresses.add(a);
    });
    guest.runUntil(() => guest.machine.state === 'halted', 'the end');
    const { LOCK, UNLOCK, LOCK_CONTENDED } = EVENT;
    expect(kinds).toEqual([LOCK, LOCK_CONTENDED, UNLOCK, LOCK, UNLOCK]);
    expect(addresses.size).toBe(1);
  });
});
