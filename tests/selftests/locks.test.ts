// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of drivers, through whole machines. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 30_000;

const LINES = [
  'Data 100 is locked by a spinlock',
  'Mutex is locked!',
  'Data 50 is locked by a mutex',
  'Now data is 100',
  'Hello from TypeScript!',
  'Mutex is dropped!',
];

describe('sync_example', () => {
  it.each(['voluntary', 'full'])(
    'tells its six lines, preempt=%s',
    (preempt) => {
      const script = `cd sync_example && make > /dev/null || exit 99
      sudo insmod sync_example.ko && sudo rmmod sync_example`;
      const { stderr, status, log } = runScript(script, { cmdline: `preempt=${preempt}` });
      const own = log.filter(({ source }) => source !== undefined).map(({ text }) => text);
      expect(own).toEqual(LINES);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    },
    PATIENCE_MS,
  );
});
