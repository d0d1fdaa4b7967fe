// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The devices of major 1: null, zero, full, random, urandom, kmsg.
 *
 * Reading and writing null and zero allocates nothing: `dd` between them is how fast a system call
 * can be.
 *
 * Linux: drivers/char/mem.c, drivers/char/random.c, devkmsg of kernel/printk/printk.c.
 */
import { assert } from '../../lib/assert.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { makedev } from '../../uapi/fs.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { DevFs } from '../../fs/devfs/devfs.ts';
import type { FileOperations } from '../../fs/open-file.ts';
import type { CharDevices } from './chrdev.ts';

const MEM_MAJOR = 1;
const MINORS = 256;
const RANDOM_BYTES = 256;

/** Fills bytes with random ones: the kernel's entropy, which asks the oracle. */
export type FillRandom = (bytes: Uint8Array) => void;

/** read_null: the end of the file at once. */
function readNothing(): number {
  return 0;
}

/** write_null: takes everything, and looks at none of it. */
function writeAnything(_file: unknown, _memory: IoMemory, _address: number, count: number): number {
  return count;
}

function readZeros(_file: unknown, memory: IoMemory, address: number, count: number): number {
  const moved = memory.fill(address, 0, count);
  return moved === 0 && count > 0 ? -ERRNO.EFAULT : moved;
}

/** null_lseek: every position is the start. */
function staysAtStart(file: { pos: number }): number {
  file.pos = 0;
  return 0;
}

const NULL: FileOperations = {
  ignoresPosition: true,
  read: readNothing,
  write: writeAnything,
  llseek: staysAtStart,
};
const ZERO: FileOperations = {
  ignoresPosition: true,
  read: readZeros,
  write: writeAnything,
  llseek: staysAtStart,
  /** Memory like any other that begins as zeros. */
  mmap: () => 0,
};
const FULL: FileOperations = {
  ignoresPosition: true,
  read: readZeros,
  write: () => -ERRNO.ENOSPC,
  llseek: staysAtStart,
};

/** Makes the devices and their nodes. `kmsg` is printk's (kmsg.ts). */
export function registerMemDevices(
  devices: CharDevices,
  devfs: DevFs,
  fillRandom: FillRandom,
  kmsg: FileOperations,
): void {
  const random = randomOperations(fillRandom);
  const error = devices.registerRegion(makedev(MEM_MAJOR, 0), MINORS, 'mem');
  assert(error === 0, 'major 1 is free at boot');
  const add = (name: string, minor: number, mode: number, ops: FileOperations): void => {
    devices.add(makedev(MEM_MAJOR, minor), 1, ops);
    devfs.addNode(name, makedev(MEM_MAJOR, minor), { mode });
  };
  add('null', 3, 0o666, NULL);
  add('zero', 5, 0o666, ZERO);
  add('full', 7, 0o666, FULL);
  add('random', 8, 0o666, random);
  add('urandom', 9, 0o666, random);
  add('kmsg', 11, 0o644, kmsg);
}

/** Both random and urandom, which have been the same since Linux 5.18. */
function randomOperations(fillRandom: FillRandom): FileOperations {
  const chunk = new Uint8Array(RANDOM_BYTES);
  return {
    ignoresPosition: true,
    read(_file, memory, address, count) {
      let done = 0;
      while (done < count) {
        const length = Math.min(count - done, RANDOM_BYTES);
        fillRandom(chunk.subarray(0, length));
        const moved = memory.copyTo(address + done, chunk, 0, length);
        done += moved;
        if (moved < length) break;
      }
      return done === 0 && count > 0 ? -ERRNO.EFAULT : done;
    },
    // What is written would stir the pool; ours is the oracle's, which a program cannot change.
    write: writeAnything,
    llseek: staysAtStart,
  };
}
