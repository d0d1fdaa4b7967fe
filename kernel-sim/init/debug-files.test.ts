// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

it('debugfs is mounted, and nobody but root may look in', () => {
  const { stdout, stderr } = runScript(`
    grep debug /proc/mounts /proc/filesystems
    sudo stat -c '%A %U %n' /sys/kernel/debug
    ls /sys/kernel/debug
    sudo touch /sys/kernel/debug/mine
  `);
  expect(stdout).toBe(
    '/proc/mounts:debugfs /sys/kernel/debug debugfs rw,relatime 0 0\n' +
      '/proc/filesystems:nodev\tdebugfs\n' +
      'drwx------ root /sys/kernel/debug\n',
  );
  expect(stderr).toContain("ls: cannot open directory '/sys/kernel/debug': Permission denied");
  expect(stderr).toContain("touch: cannot touch '/sys/kernel/debug/mine': Permission denied");
});
