// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * preempt=full: every statement and access of a driver may be the last one before another task's.
 * What a lock would have kept together comes apart, the same way for the same seed.
 */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const ROUNDS = 1000;

interface Hold {
  readonly imports: string;
  readonly hold: string;
  readonly release: string;
  /** How 1 is added; a load and a store unless told. */
  readonly add?: string;
}

/** Two threads, each of which adds 1 so many times. `hold` is what they do about each other. */
function driver({ imports, hold, release, add = 'counter.$.value += 1' }: Hold): string {
  return `// SPDX-License-Identifier: GPL-2.0-or-later
import { module, println } from "kernel";
import {
  addr_of, complete, complete_all, completion, GFP_KERNEL, init_completion, kfree, kthread_run,
  kzalloc, type Ptr, wait_for_completion,
} from "kernel/raw";
${imports}
import { struct, u32 } from "uapi";

class Counter extends struct({ value: u32, start: completion, done: completion }) {}

function count(counter: Ptr<Counter>): number {
  "use unsafe";
  wait_for_completion(addr_of(counter.$.start));
  for (let n = 0; n < ${ROUNDS}; n++) {
    ${hold};
    ${add};
    ${release};
  }
  complete(addr_of(counter.$.done));
  return 0;
}

class Adder {
  static init(): Adder {
    // SAFETY: the counter lives until both threads have said that they are done.
    unsafe: {
      const counter: Ptr<Counter> = kzalloc(Counter.size, GFP_KERNEL);
      init_completion(addr_of(counter.$.start));
      init_completion(addr_of(counter.$.done));
      kthread_run(count, counter, "adder/1");
      kthread_run(count, counter, "adder/2");
      complete_all(addr_of(counter.$.start));
      wait_for_completion(addr_of(counter.$.done));
      wait_for_completion(addr_of(counter.$.done));
      println(\`counted \${counter.$.value}\`);
      kfree(counter);
    }
    return new Adder();
  }
}
export default module(Adder, { license: "GPL" });
`;
}

function counted(hold: Hold, cpus: number, seed: number, cmdline: string) {
  const files = [
    userFile('adder/adder.ts', driver(hold)),
    userFile('adder/Kbuild', 'obj-m += adder.o\n'),
  ];
  const script = 'cd adder && make > /dev/null && sudo insmod adder.ko';
  const result = runScript(script, { files, cpus, seed, cmdline });
  expect([result.status, result.stderr]).toEqual([0, '']);
  const line = result.log.find(({ text }) => text.startsWith('counted '));
  return Number(line?.text.slice('counted '.length));
}

const NOTHING: Hold = { imports: '', hold: '', release: '' };
const SPINLOCK = holding('spin_lock', 'spin_unlock', 'DEFINE_SPINLOCK');
const ATOMIC: Hold = {
  imports: 'import { atomic_inc, type atomic_t } from "kernel/raw";',
  hold: '',
  release: '',
  add: 'atomic_inc(addr_of(counter.$.value).cast<atomic_t>())',
};
const MUTEX = holding('mutex_lock', 'mutex_unlock', 'DEFINE_MUTEX');

function holding(lock: string, unlock: string, define: string): Hold {
  return {
    imports: `import { ${define}, ${lock}, ${unlock} } from "kernel/raw";
const guard = ${define}();`,
    hold: `${lock}(guard)`,
    release: `${unlock}(guard)`,
  };
}

const SEEDS = [1, 2];

describe.each([1, 2])('two threads that count, on %i CPUs', (cpus) => {
  it('lose some, as the seed has it', () => {
    const counts = SEEDS.map((seed) => counted(NOTHING, cpus, seed, 'preempt=full'));
    for (const count of counts) expect(count).toBeLessThan(2 * ROUNDS);
    expect(new Set(counts).size).toBeGreaterThan(1);
    expect(counted(NOTHING, cpus, SEEDS[0]!, 'preempt=full')).toBe(counts[0]);
  });

  it.each([
    ['under a spinlock', SPINLOCK],
    ['under a mutex', MUTEX],
    ['of an atomic', ATOMIC],
  ])('lose none %s', (_what, hold) => {
    expect(counted(hold, cpus, SEEDS[0]!, 'preempt=full')).toBe(2 * ROUNDS);
  });

  it('lose none where tasks give way at points alone', () => {
    expect(counted(NOTHING, cpus, SEEDS[0]!, 'preempt=voluntary')).toBe(2 * ROUNDS);
  });
});
