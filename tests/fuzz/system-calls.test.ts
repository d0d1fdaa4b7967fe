// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A million random system calls: whatever programs do, the kernel does not fail, and has everything
 * back when they are gone. What they do is in calls.ts, what they never do as well.
 *
 * A failure names its seed, which always does the same. That seed alone, for as many calls:
 *
 *     FUZZ_SEED=3 FUZZ_CALLS=100000 npx vitest run --project unit tests/fuzz
 */
import { describe, expect, it, vi } from 'vitest';

import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import type { SyscallHandler } from '../../kernel-sim/process/user-mode.ts';
import { SYS } from '../../kernel-sim/uapi/syscall-numbers.ts';
import type { SyscallName } from '../support/raw-machine.ts';
import { ARGUMENTS, CALL_NAMES, RARE } from './calls.ts';
import { play } from './play.ts';

vi.setConfig({ testTimeout: 120_000 });

const { FUZZ_SEED, FUZZ_CALLS } = process.env;
const CALLS = 1_000_000;
const SEEDS = FUZZ_SEED === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(FUZZ_SEED)];
const CALLS_PER_SEED = FUZZ_CALLS === undefined ? CALLS / 8 : Number(FUZZ_CALLS);
/** Each of the usual calls is made and does something so many times at least, over all seeds. */
const MADE_LEAST = 5000;
const SUCCEEDED_LEAST = 20;
/** What cannot succeed: it does not answer, or always with an error. */
const NEVER_SUCCEED: ReadonlySet<string> = new Set(
  (
    'execve execveat exit exit_group pause rt_sigsuspend reboot ' +
    'init_module finit_module delete_module'
  ).split(' '),
);

const made = new Map<SyscallName, number>();
const succeeded = new Map<SyscallName, number>();
let total = 0;

describe('random system calls', () => {
  it.each(SEEDS)('of seed %i leave nothing behind', (seed) => {
    const { calls, fuzzer, before, after } = play({ seed, calls: CALLS_PER_SEED });
    expect(after).toEqual(before);
    expect(fuzzer.errors).toEqual([]);
    total += calls;
    for (const [index, name] of CALL_NAMES.entries()) {
      made.set(name, (made.get(name) ?? 0) + fuzzer.made[index]!);
      succeeded.set(name, (succeeded.get(name) ?? 0) + fuzzer.succeeded[index]!);
    }
  });
});

// One seed alone does not do enough for this.
describe.runIf(FUZZ_SEED === undefined)('all seeds together', () => {
  it('make a million calls', () => {
    expect(total).toBeGreaterThanOrEqual(CALLS);
  });

  it.each(CALL_NAMES)('make the call %s', (name) => {
    expect(made.get(name)).toBeGreaterThan(RARE[name] === undefined ? MADE_LEAST : 0);
    // Nobody has said yet what such a call wants.
    if (NEVER_SUCCEED.has(name) || ARGUMENTS[name] === undefined) return;
    expect(succeeded.get(name)).toBeGreaterThan(RARE[name] === undefined ? SUCCEEDED_LEAST : 0);
  });
});

describe('a kernel that is broken', () => {
  /** A kernel where `name` does something else first. */
  const breaking =
    (name: SyscallName, what: (kernel: Kernel) => void) =>
    (kernel: Kernel): void => {
      const table = kernel.process(1)?.calls as SyscallHandler[];
      const right = table[SYS[name]]!;
      table[SYS[name]] = (...call) => {
        what(kernel);
        return right(...call);
      };
    };

  it('is caught when a call keeps a page', () => {
    const sabotage = breaking('umask', ({ pages }) => void pages.allocPage());
    const { before, after } = play({ seed: 1, calls: 3000, sabotage });
    expect(after['free pages']).toBeLessThan(before['free pages']!);
  });

  it('is caught when a call keeps a file open', () => {
    const sabotage = breaking('umask', ({ vfs }) => void vfs.open(vfs.kernelContext, '/', 0, 0));
    const { before, after } = play({ seed: 1, calls: 3000, sabotage });
    expect(after['open files']).toBeGreaterThan(before['open files']!);
  });

  it('is caught when a call throws', () => {
    const sabotage = breaking('umask', () => {
      throw new RangeError('a bug');
    });
    expect(() => play({ seed: 1, calls: 3000, sabotage })).toThrow('the kernel failed');
  });
});
