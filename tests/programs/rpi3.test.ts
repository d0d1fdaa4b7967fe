// SPDX-License-Identifier: GPL-2.0-or-later
/** The examples on the other board: built for it, loaded there, and refused where they are not. */
import { expect, it } from 'vitest';

import { runScript } from '../support/machine.ts';

it.each([
  ['hello_world', 'helloworld'],
  ['yes_chardev', 'yes_chardev'],
  ['simple_sysctl', 'simple_sysctl'],
  ['sync_example', 'sync_example'],
  ['symbols', 'ticket_core'],
])('%s is built, loaded and unloaded, and not the one for the pc', (folder, name) => {
  const { stdout, stderr, logText } = runScript(
    `cd ${folder}; make -s TARGET=x86_64-linux-kernel-module; sudo insmod ${name}.ko
make -s; sudo insmod ${name}.ko; lsmod | cut -d' ' -f1; uname -m
sudo rmmod ${name}; lsmod | grep -c ${name}`,
    { board: 'rpi3' },
  );
  expect(stdout).toBe(`Module\n${name}\narmv7l\n0\n`);
  expect(stderr).toBe(`insmod: ERROR: could not insert module ${name}.ko: Invalid module format\n`);
  expect(logText).toContain('Invalid architecture in ELF header: 62');
});
