// SPDX-License-Identifier: GPL-2.0-or-later
/** Data races of drivers that processes run into: told once, with both places. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const IMPORTS = [
  'import { module, println } from "kernel";',
  'import { type File, type FileOperations, miscdev, type UserSliceReader } from "kernel/fs";',
  'import { struct, u32 } from "uapi";',
];

/** /dev/race: a write runs `body` on the module's one object. */
function driver(body: string, imports: string): string {
  return `// SPDX-License-Identifier: GPL-2.0-or-later
${IMPORTS.join('\n')}
import { GFP_KERNEL, kfree, kzalloc, type Ptr${imports} } from "kernel/raw";

class Counter extends struct({ writes: u32, is_ready: u32, data: u32 }) {}

function touch(counter: Ptr<Counter>, is_first: boolean): void {
  "use unsafe";
  ${body}
  println(is_first ? "first" : "second");
}

class RaceFile implements FileOperations {
  static readonly mode = 0o666;
  constructor(readonly counter: Ptr<Counter>) {}
  static open(counter: Ptr<Counter>): RaceFile {
    return new RaceFile(counter);
  }
  write(_file: File, input: UserSliceReader): void {
    const is_first = input.remaining === 2;
    // SAFETY: the counter lives as long as the module.
    unsafe: touch(this.counter, is_first);
    input.skip(input.remaining);
  }
}

class Race {
  constructor(readonly counter: Ptr<Counter>, readonly device: miscdev.Registration) {}
  static init(): Race {
    // SAFETY: freed when the module goes.
    unsafe: {
      const counter: Ptr<Counter> = kzalloc(Counter.size, GFP_KERNEL);
      return new Race(counter, miscdev.register("race", RaceFile, counter));
    }
  }
  [Symbol.dispose](): void {
    // SAFETY: nobody has the device open any more.
    unsafe: kfree(this.counter);
  }
}
export default module(Race, { license: "GPL" });
`;
}

/** The shell's builtin comes first, its child a little later; neither waits for the other. */
const TWO = '(echo bcd > /dev/race & echo a > /dev/race; wait)';

function run(body: string, imports: string, cmdline = 'kcsan=on', script = TWO): readonly string[] {
  const files = [
    userFile('race/race.ts', driver(body, imports)),
    userFile('race/Kbuild', 'obj-m += race.o\n'),
  ];
  const text = `cd ~/race && make >/dev/null && sudo insmod race.ko && ${script}`;
  const { logText, stderr, status } = runScript(text, { files, cmdline, cpus: 2 });
  expect([status, stderr]).toEqual([0, '']);
  return logText
    .split('\n')
    .filter((line) => /KCSAN: |value changed|bytes by| touch|^seen/u.test(line));
}

const COUNT = 'counter.$.writes += 1;';
const PUBLISH = (store: string, load: string): string =>
  `if (is_first) { counter.$.data = 1; ${store} }
  else if (${load} === 1) { counter.$.data += 1; println("seen"); }`;

describe('two processes that write to a device', () => {
  it('race for a counter, and the log has both lines', () => {
    expect(run(COUNT, '')).toEqual([
      'BUG: KCSAN: data-race in touch / touch',
      expect.stringMatching(/^read to 0xffff8880\w{8} of 4 bytes by task \d+ on cpu \d:$/u),
      expect.stringContaining(' touch+0x'),
      expect.stringMatching(/^read-write to 0xffff8880\w{8} of 4 bytes by task \d+ on cpu \d:$/u),
      expect.stringContaining('race.ts:11'),
      'value changed: 0x00000000 -> 0x00000001',
    ]);
  });

  it('race unseen without the detector', () => {
    expect(run(COUNT, '', 'kcsan=off')).toEqual([]);
  });

  it('do not when one waits for the other', () => {
    const script = 'echo a > /dev/race && echo bcd > /dev/race';
    expect(run(COUNT, '', 'kcsan=on', script)).toEqual([]);
  });

  it.each([
    ['WRITE_ONCE(counter.$.is_ready, 1);', 'READ_ONCE(counter.$.is_ready)', 1],
    ['smp_wmb(); WRITE_ONCE(counter.$.is_ready, 1);', 'READ_ONCE(counter.$.is_ready)', 0],
    ['smp_store_release(counter.$.is_ready, 1);', 'smp_load_acquire(counter.$.is_ready)', 0],
  ])('publish by %s: %s sees %i races', (store, load, races) => {
    const names = 'READ_ONCE, WRITE_ONCE, smp_wmb, smp_load_acquire, smp_store_release';
    const used = names.split(', ').filter((name) => `${store}${load}`.includes(name));
    const found = run(PUBLISH(store, load), `, ${used.join(', ')}`);
    expect(found.filter((line) => line.startsWith('BUG:'))).toHaveLength(races);
    expect(found).toContain('seen');
  });

  it('may claim to be alone, wrongly', () => {
    const body =
      'if (is_first) ASSERT_EXCLUSIVE_WRITER(counter.$.data);' +
      ' else WRITE_ONCE(counter.$.data, 7);';
    const found = run(body, ', ASSERT_EXCLUSIVE_WRITER, WRITE_ONCE');
    expect(found[0]).toBe('BUG: KCSAN: assert: race in touch / touch');
    expect(found.some((line) => line.startsWith('assert no writes to'))).toBe(true);
  });
});
