// SPDX-License-Identifier: GPL-2.0-or-later
/** What code says of locks that it should hold, and who turned interrupts off, in a driver. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** What is said of a lock, while it is held so, and whether that is right. */
const ASSERTIONS = [
  ['lockdep_assert_held', 'nobody', false],
  ['lockdep_assert_held', 'a reader', true],
  ['lockdep_assert_held', 'a writer', true],
  ['lockdep_assert_held_write', 'nobody', false],
  ['lockdep_assert_held_write', 'a reader', false],
  ['lockdep_assert_held_write', 'a writer', true],
  ['lockdep_assert_held_read', 'nobody', false],
  ['lockdep_assert_held_read', 'a reader', true],
  ['lockdep_assert_held_read', 'a writer', false],
  ['lockdep_assert_not_held', 'nobody', true],
  ['lockdep_assert_not_held', 'a reader', false],
  ['lockdep_assert_not_held', 'a writer', false],
] as const;

const HOLDING = {
  nobody: ['', ''],
  'a reader': ['raw.down_read(at);', 'raw.up_read(at);'],
  'a writer': ['raw.down_write(at);', 'raw.up_write(at);'],
} as const;

const CHECKS = ASSERTIONS.map(([verb, who], index) => {
  const [take, drop] = HOLDING[who];
  return `println("check ${index}"); ${take} raw.${verb}(at); ${drop}`;
});

const SOURCE = `import { module, println } from "kernel";
import * as raw from "kernel/raw";
import { struct } from "uapi";
class Box extends struct({ sem: raw.rw_semaphore, spin: raw.spinlock_t }) {}
class Asserting {
  static init(): Asserting {
    // SAFETY: what is made here lives until it is given back.
    unsafe: {
      const box: raw.Ptr<Box> = raw.kzalloc(Box.size, raw.GFP_KERNEL);
      const at = raw.addr_of(box.$.sem);
      raw.init_rwsem(raw.addr_of(box.$.sem));
      raw.spin_lock_init(raw.addr_of(box.$.spin));
      ${CHECKS.join('\n      ')}
      println("interrupts");
      raw.spin_lock_irq(raw.addr_of(box.$.spin));
      const object: raw.VoidPtr = raw.kmalloc(8, raw.GFP_KERNEL);
      raw.spin_unlock_irq(raw.addr_of(box.$.spin));
      raw.kfree(object);
      println("unlock");
      raw.up_write(at);
      raw.kfree(box);
    }
    return new Asserting();
  }
}
export default module(Asserting, { license: "GPL" });
`;

/** Lines of the log by the line of the driver's that they follow. */
let said: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(() => {
  const files = [userFile('asserting/asserting.ts', SOURCE)];
  const script = 'cd asserting && make > make.log || cat make.log; sudo insmod asserting.ko';
  const { logText } = runScript(script, { files });
  const parts = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of logText.split('\n')) {
    if (/^(?:check \d+|interrupts|unlock)$/u.test(line)) parts.set(line, (lines = []));
    else lines.push(line);
  }
  said = parts;
}, PATIENCE_MS);

describe('a lock', () => {
  const titled = ASSERTIONS.map(
    ([verb, who, isRight], index) => [`${who}: ${verb}`, index, isRight] as const,
  );

  it.each(titled)('held by %s', (_title, index, isRight) => {
    const warnings = said.get(`check ${index}`)?.filter((line) => line.startsWith('WARNING: '));
    expect(warnings).toHaveLength(isRight ? 0 : 1);
  });

  it('that nobody holds is told of with the place that gives it back', () => {
    const lines = said.get('unlock') ?? [];
    expect(lines).toContain('WARNING: bad unlock balance detected!');
    const at = lines.findIndex((line) =>
      line.includes('is trying to release lock (&box->sem) at:'),
    );
    expect(lines[at + 1]).toMatch(
      /^\[<ffff[0-9a-f]{12}>\] Asserting\.init\+0x.* asserting\.ts:\d+$/u,
    );
  });
});

it('says who turned interrupts off, where something may sleep with them off', () => {
  const lines = said.get('interrupts') ?? [];
  const at = lines.findIndex((line) => line.startsWith('irq event stamp: '));
  expect(lines[at - 1]).toMatch(/^ #0: .*\(&box->spin\)/u);
  expect(lines[at + 1]).toMatch(/^hardirqs last {2}enabled at \(\d+\): \[</u);
  const place = String.raw`\[<ffff[0-9a-f]{12}>\] Asserting\.init\+0x.* asserting\.ts:\d+$`;
  expect(lines[at + 2]).toMatch(
    new RegExp(String.raw`^hardirqs last disabled at \(\d+\): ${place}`, 'u'),
  );
  expect(lines[at + 5]).toBe('Preemption disabled at:');
  expect(lines[at + 6]).toMatch(new RegExp(`^${place}`, 'u'));
});
