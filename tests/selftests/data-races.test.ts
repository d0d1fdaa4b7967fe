// SPDX-License-Identifier: GPL-2.0-or-later
/** Data races of drivers that processes run into: told once, with both places. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const DRIVER = `// SPDX-License-Identifier: GPL-2.0-or-later
import { module } from "kernel";
import { type File, type FileOperations, miscdev, type UserSliceReader } from "kernel/fs";
import { GFP_KERNEL, kfree, kzalloc, type Ptr } from "kernel/raw";
import { struct, u32, u64 } from "uapi";

class Counter extends struct({ total: u64, writes: u32 }) {}

function count_up(counter: Ptr<Counter>): void {
  "use unsafe";
  counter.$.writes += 1;
}

class CounterFile implements FileOperations {
  static readonly mode = 0o666;
  constructor(readonly counter: Ptr<Counter>) {}
  static open(counter: Ptr<Counter>): CounterFile {
    return new CounterFile(counter);
  }
  write(_file: File, input: UserSliceReader): void {
    // SAFETY: the counter lives as long as the module.
    unsafe: count_up(this.counter);
    input.skip(input.remaining);
  }
}

class Race {
  constructor(readonly counter: Ptr<Counter>, readonly device: miscdev.Registration) {}
  static init(): Race {
    // SAFETY: the counter lives as long as the module.
    unsafe: {
      const counter: Ptr<Counter> = kzalloc(Counter.size, GFP_KERNEL);
      return new Race(counter, miscdev.register("race", CounterFile, counter));
    }
  }
  [Symbol.dispose](): void {
    // SAFETY: the counter lives as long as the module.
    unsafe: kfree(this.counter);
  }
}
export default module(Race, { license: "GPL" });
`;

function run(script: string, cmdline = 'kcsan=on') {
  const files = [userFile('race/race.ts', DRIVER), userFile('race/Kbuild', 'obj-m += race.o\n')];
  return runScript(`cd ~/race && make >/dev/null && sudo insmod race.ko && ${script}`, {
    files,
    cmdline,
    cpus: 2,
  });
}

describe('two processes that write to a device', () => {
  it('race', () => {
    const { logText } = run('(echo a > /dev/race & echo b > /dev/race; wait)');
    expect(logText).toContain('BUG: KCSAN: data-race in count_up / count_up');
  });
});
