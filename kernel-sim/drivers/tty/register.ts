// SPDX-License-Identifier: GPL-2.0-or-later
/** Gives the terminals of a machine their numbers and nodes in /dev. */
import { assert } from '../../lib/assert.ts';
import { makedev, minor } from '../../uapi/fs.ts';
import type { DevFs } from '../../fs/devfs/devfs.ts';
import type { FileOperations } from '../../fs/open-file.ts';
import type { CharDevices } from '../char/chrdev.ts';
import { CONSOLE_DEV, SERIAL_MINOR, TTY_DEV, TTY_MAJOR } from './tty-file.ts';
import type { Tty } from './tty.ts';

/** The group that owns terminals, as distributions have it. */
const TTY_GID = 5;

/** Device number of /dev/ttySn. */
export function serialDev(line: number): number {
  return makedev(TTY_MAJOR, SERIAL_MINOR + line);
}

export function registerTtys(
  devices: CharDevices,
  devfs: DevFs,
  files: FileOperations,
  ttys: readonly Tty[],
): void {
  const claim = (rdev: number, count: number, name: string): void => {
    const error = devices.registerRegion(rdev, count, name);
    assert(error === 0, 'the numbers of terminals are free at boot');
    devices.add(rdev, count, files);
  };
  claim(serialDev(0), ttys.length, 'ttyS');
  claim(TTY_DEV, 1, '/dev/tty');
  claim(CONSOLE_DEV, 1, '/dev/console');
  for (const tty of ttys) {
    assert(minor(tty.rdev) >= SERIAL_MINOR, 'a terminal of ours is serial');
    devfs.addNode(tty.name, tty.rdev, { mode: 0o620, gid: TTY_GID });
  }
  devfs.addNode('tty', TTY_DEV, { mode: 0o666 });
  devfs.addNode('console', CONSOLE_DEV, { mode: 0o600 });
}
