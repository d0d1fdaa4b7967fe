// SPDX-License-Identifier: GPL-2.0-or-later
/** The rest of `kernel/sync`: guards of locks with two sides, semaphores, atomics. */
import { expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const SOURCE = `import { module, println } from "kernel";
import { AtomicU32, RwLock, RwSemaphore, Semaphore } from "kernel/sync";
const TABLE = RwLock.new(1);
const HITS = AtomicU32.new(0);
class Sync {
  static init(): Sync {
    {
      using a = TABLE.read();
      using b = TABLE.read_bh();
      println(\`> \${a.value + b.value}\`);
    }
    {
      using w = TABLE.write_irqsave();
      w.value = 5;
    }
    const names = RwSemaphore.new(7);
    {
      using w = names.write();
      w.value += TABLE.read().value;
      using other = names.try_read();
      println(\`> \${w.value} \${other === null}\`);
    }
    {
      using r = names.try_read();
      println(\`> \${r === null ? "none" : r.value}\`);
    }
    using slots = Semaphore.new(1);
    slots.down();
    println(\`> \${slots.try_down()}\`);
    slots.up();
    HITS.add(3);
    HITS.sub(4);
    println(\`> \${HITS.load()} \${HITS.swap(9)}\`);
    println(\`> \${HITS.compare_exchange(9, 10)} \${HITS.load()}\`);
    return new Sync();
  }
}
export default module(Sync, { license: "GPL" });
`;

it.each(['voluntary', 'full'])(
  'guards let in who may, preempt=%s',
  (preempt) => {
    const files = [userFile('sync/sync.ts', SOURCE), userFile('sync/Kbuild', 'obj-m := sync.o\n')];
    const script = `cd sync && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
      sudo insmod sync.ko && sudo rmmod sync`;
    const { stdout, status, log, logText } = runScript(script, {
      files,
      cmdline: `preempt=${preempt}`,
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    expect(logText).not.toMatch(/BUG|WARNING/);
    const said = log.map(({ text }) => text).filter((text) => text.startsWith('> '));
    expect(said.map((text) => text.slice(2))).toEqual([
      '2',
      '12 true',
      '12',
      'false',
      '4294967295 4294967295',
      '9 10',
    ]);
  },
  PATIENCE_MS,
);
