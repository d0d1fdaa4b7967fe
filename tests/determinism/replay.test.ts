// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One run is a value: the same image, inputs and choices give the same events, however it is run.
 */
import { describe, expect, it } from 'vitest';

import type { Recording } from '../../kernel-sim/index.ts';
import {
  resultOf,
  runScript,
  TestMachine,
  userFile,
  type ScriptResult,
} from '../support/machine.ts';

/** Two CPUs, pipes, a build, a module, timers and signals. */
const BUSY = `
cd yes_chardev && make && sudo insmod yes_chardev.ko && sudo mknod /dev/yes c 243 0
sudo cat /dev/yes | head -n 1000 | wc
(for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.01; done) | cat > /tmp/a & 
dd if=/dev/zero of=/dev/null bs=1 count=20000 2> /dev/null &
dd if=/dev/urandom bs=1k count=4 2> /dev/null | wc -c
yes > /dev/null & kill $!; wait
sudo rmmod yes_chardev; dmesg | tail -n 3; cat /tmp/a
`;

const TRACED = { isTraced: true } as const;

const replay = (recording: Recording, sliceNs: number): ScriptResult =>
  resultOf(TestMachine.replay(recording, sliceNs, TRACED));

describe('a run', () => {
  const first = runScript(BUSY, {}, TRACED);

  it('is busy enough to prove something', () => {
    expect(first).toMatchObject({ status: 0 });
    expect(first.eventCount).toBeGreaterThan(40_000);
    expect(first.recording.choices.length).toBeGreaterThan(0);
  });

  it('repeats from its image', () => {
    const second = runScript(BUSY, {}, TRACED);
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.stdout).toBe(first.stdout);
  });

  it.each([777, 1_000, 41_000, 333_333, 10_000_000])(
    'repeats from its recording, %i ns at a time',
    (sliceNs) => {
      const again = replay(first.recording, sliceNs);
      expect(again.eventCount).toBe(first.eventCount);
      expect(again.traceHash).toBe(first.traceHash);
    },
  );

  it('is another one with another seed', () => {
    const other = runScript(BUSY, { seed: 2 }, TRACED);
    expect(other.status).toBe(0);
    expect(other.traceHash).not.toBe(first.traceHash);
  });

  it('is another one when a choice is', () => {
    const [kind, index, answer] = first.recording.choices[0]!;
    const changed = { ...first.recording, choices: [[kind, index, answer + 1] as const] };
    expect(replay(changed, 10_000_000).traceHash).not.toBe(first.traceHash);
  });
});

describe('the stepped build', () => {
  const LOOPING = userFile(
    'steps/steps.ts',
    `import { module, println } from "kernel";
import { chrdev, type File, type FileOperations, type UserSliceWriter } from "kernel/fs";
import { msleep } from "kernel/time";
class Steps implements FileOperations {
  static open(): Steps { return new Steps(); }
  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    let sum = 0;
    for (let i = 0; i < 20000; i++) sum = (sum * 31 + i) & 0xffff;
    msleep(3);
    for (const part of ["sum ", String(sum), "\\n"]) out.write_text(part);
  }
  [Symbol.dispose](): void { println("closed"); }
}
class StepsModule {
  constructor(readonly device: chrdev.Registration) {}
  static init(): StepsModule { return new StepsModule(chrdev.register("steps", Steps)); }
}
export default module(StepsModule, { license: "GPL" });
`,
  );
  const SCRIPT = `cd steps && make && sudo insmod steps.ko && sudo mknod -m 666 /dev/steps c 243 0
cat /dev/steps & cat /dev/steps; wait; sudo rmmod steps; dmesg | tail -n 2`;

  it('has the same events as the fast one where both have points', () => {
    const fast = runScript(SCRIPT, { files: [LOOPING] }, TRACED);
    expect(fast.stdout).toContain('sum ');
    const options = { ...TRACED, build: 'stepped' } as const;
    const stepped = resultOf(TestMachine.replay(fast.recording, 10_000_000, options));

    expect(stepped.stdout).toBe(fast.stdout);
    expect(stepped.eventCount).toBe(fast.eventCount);
    expect(stepped.traceHash).toBe(fast.traceHash);
  });
});
