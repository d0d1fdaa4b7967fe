// SPDX-License-Identifier: GPL-2.0-or-later
/** Values of drivers below /proc/sys, and sysctl(8), through whole machines. */
import { describe, expect, it, vi } from 'vitest';

import { runScript } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
vi.setConfig({ testTimeout: 60_000 });

const LOAD = 'cd simple_sysctl && make > /dev/null && sudo insmod simple_sysctl.ko || exit 99\n';
const TEST = '/proc/sys/rust/example/test';

describe('simple_sysctl', () => {
  it('starts at 1, and takes what the original’s commands write', () => {
    const { stdout, stderr } = runScript(`${LOAD}
      cat ${TEST}
      sudo sh -c "echo 2 > ${TEST}"
      cat ${TEST}
      sysctl rust.example.test
      sudo sysctl -w rust.example.test=1`);
    expect(stdout).toBe('1\n2\nrust.example.test = 2\nrust.example.test = 1\n');
    expect(stderr).toBe('');
  });

  it.each(['3', '-1', '', 'abc', '1x', '2147483648', '0x3'])('refuses %j', (text) => {
    const { stdout, stderr } = runScript(`${LOAD}
      sudo sh -c "echo '${text}' > ${TEST}"; echo "$?"
      cat ${TEST}`);
    expect(stdout).toBe('1\n1\n');
    expect(stderr).toBe('sh: line 1: echo: write error: Invalid argument\n');
  });

  it('is root’s to write', () => {
    const { stdout, stderr } = runScript(`${LOAD}
      echo 0 > ${TEST}
      sysctl -w rust.example.test=0
      cat ${TEST}
      ls -l ${TEST} | cut -c1-10`);
    expect(stdout).toBe('1\n-rw-r--r--\n');
    expect(stderr).toBe(
      `bash: line 3: ${TEST}: Permission denied\n` +
        'sysctl: permission denied on key "rust.example.test"\n',
    );
  });

  it('goes with its module, and so does a file that is still open', () => {
    const { stdout, stderr, logText } = runScript(`${LOAD}
      exec 3< ${TEST}
      sudo rmmod simple_sysctl
      cat <&3
      ls /proc/sys/rust
      sysctl rust.example.test
      echo "$?"
      sudo insmod simple_sysctl.ko
      cat <&3
      cat ${TEST}`);
    expect(stdout).toBe('1\n1\n');
    expect(stderr).toBe(
      'cat: -: No such file or directory\n' +
        "ls: cannot access '/proc/sys/rust': No such file or directory\n" +
        'sysctl: cannot stat /proc/sys/rust/example/test: No such file or directory\n' +
        'cat: -: No such file or directory\n',
    );
    expect(logText).toContain('Goodbye Sysctl from TypeScript! The value is 1.');
  });
});
