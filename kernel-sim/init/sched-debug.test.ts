// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

it('shows each CPU and each task', () => {
  const { stdout } = runScript('nice -n 5 sleep 10 & sleep 0.1; cat /proc/sched_debug');
  expect(stdout).toMatch(/^Sched Debug Version: v0\.11, 6\.12\.0-ringzero #1\n/);
  expect(stdout.match(/^cpu#\d, 1000\.000 MHz$/gm)).toHaveLength(2);
  // cat itself is the one that runs.
  expect(stdout).toMatch(/^>R +cat +\d+ +\d /m);
  expect(stdout).toMatch(/^ S +sleep +\d+ .* 125 /m);
  expect(stdout).toMatch(/^ {2}\.nr_running {21}: 1$/m);
});
