// SPDX-License-Identifier: GPL-2.0-or-later
/** Where the kernel finds the pointers that a driver's variables hold. */
import { describe, expect, it } from 'vitest';

import { rawSource, SETTINGS, type Setting } from '../support/raw-driver.ts';
import { TestMachine, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** A machine whose driver sleeps in `inner(p)`, called with `head` and `other`. */
function sleeping({ board, cmdline }: Setting): TestMachine {
  const source = rawSource(
    `import { msleep } from "kernel/time";
let head: Ptr<u8> = NULL;
function inner(p: Ptr<u8>): number {
  let q: Ptr<u8> = p;
  q = q.add(1);
  const gone = leaf(q);
  println("> asleep");
  msleep(60_000);
  return q === p ? gone : 1;
}
function leaf(p: Ptr<u8>): number {
  const end: Ptr<u8> = p.add(1);
  return end.diff(p);
}`,
    `head = kmalloc(64, GFP_KERNEL);
    const other: Ptr<u8> = kmalloc(64, GFP_KERNEL);
    println(\`> \${head.address} \${other.address}\`);
    inner(other);`,
  );
  const files = [userFile('raw/raw.ts', source), userFile('raw/Kbuild', 'obj-m := raw.o\n')];
  const text = 'cd raw && make > /tmp/make 2>&1 || cat /tmp/make; sudo insmod raw.ko';
  const guest = TestMachine.boot({
    files,
    board,
    cmdline,
    script: { text, user: 'user', args: [] },
  });
  guest.runUntil(() => guest.logText.includes('> asleep'), 'the sleep');
  return guest;
}

describe('pointers in variables', { timeout: PATIENCE_MS }, () => {
  it.each(SETTINGS)('are stored again, as long as they are there: %o', (setting) => {
    const guest = sleeping(setting);
    const [head = 0, other = 0] = (/> (\d+ \d+)/.exec(guest.logText)?.[1] ?? '')
      .split(' ')
      .map(Number);
    const { kernel } = guest.machine;
    const symbols = kernel.loader.get('raw')?.image.symbols ?? [];
    const slot = symbols.find(({ name }) => name === 'head');
    expect(slot?.kind).toBe('b');
    expect(kernel.ram.loadPointer(slot?.address ?? 0)).toBe(head);
    const roots = [...kernel.tasks.all()].flatMap((task) =>
      Array.from(task.roots?.subarray(1, task.roots[0]) ?? []),
    );
    // `other` of init, `p` and `q` of inner; not `end`, whose frame is gone.
    expect(roots).toEqual([other, other, other + 1]);
  });
});
