// SPDX-License-Identifier: GPL-2.0-or-later
/** Statuses and messages are those of timeout in Debian 12's coreutils. */
import { expect, it } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

it.each([
  ['timeout 5 sh -c "exit 3"', 3, ''],
  ['timeout 0.1 sleep 5', 124, ''],
  ['timeout --preserve-status 0.1 sleep 5', 143, ''],
  ['timeout -v -k 0.1 0.1 sleep 5', 124, 'timeout: sending signal TERM to command ‘sleep’\n'],
  [
    `timeout -v -k 0.1 0.1 sh -c 'trap "" TERM; sleep 5; sleep 5'`,
    137,
    'timeout: sending signal TERM to command ‘sh’\n' +
      'timeout: sending signal KILL to command ‘sh’\n',
  ],
  ['timeout 0 true', 0, ''],
  ['timeout 1', 125, "Try 'timeout --help' for more information.\n"],
  [
    'timeout x true',
    125,
    "timeout: invalid time interval ‘x’\nTry 'timeout --help' for more information.\n",
  ],
  [
    'timeout -s FOO 1 true',
    125,
    "timeout: ‘FOO’: invalid signal\nTry 'timeout --help' for more information.\n",
  ],
  ['timeout 1 nosuch', 127, 'timeout: failed to run command ‘nosuch’: No such file or directory\n'],
  [
    'timeout 1 /etc/passwd',
    126,
    'timeout: failed to run command ‘/etc/passwd’: Permission denied\n',
  ],
])('%s', (script, status, stderr) => {
  const result = runScript(
    `export LC_ALL=C.UTF-8\n${script} 2>/tmp/err; s=$?; cat /tmp/err; exit $s`,
  );
  expect([result.status, result.stdout]).toEqual([status, stderr]);
});

it("ends the command's children, too", () => {
  const { stdout } = runScript(
    "timeout 0.1 sh -c 'sleep 50 & sleep 60'; ps -e -o args= | grep -c '^sleep' || true",
  );
  expect(stdout).toBe('0\n');
});
