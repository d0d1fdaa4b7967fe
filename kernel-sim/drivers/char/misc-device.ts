// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Misc devices: one minor of major 10 each, for drivers that need no major of their own.
 *
 * Linux: drivers/char/misc.c.
 */
import { assert } from '../../lib/assert.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { makedev } from '../../uapi/fs.ts';
import type { DevFs, NodeOptions } from '../../fs/devfs/devfs.ts';
import type { FileOperations } from '../../fs/open-file.ts';
import type { CharDevices } from './chrdev.ts';

const MISC_MAJOR = 10;
/** As many as there are minors at all. */
const MINORS = 1 << 20;
/** Dynamic minors count up from here. Linux: MISC_DYNAMIC_MINOR + 1. */
const DYNAMIC_FIRST = 256;

interface MiscDevice {
  readonly minor: number;
  readonly name: string;
  readonly ops: FileOperations;
}

export class MiscDevices {
  readonly #devices: CharDevices;
  readonly #devfs: DevFs;
  readonly #byName = new Map<string, MiscDevice>();
  /** Told of a name that is taken: two devices would have one directory of /sys. */
  onDuplicate: (name: string) => void = () => undefined;

  constructor(devices: CharDevices, devfs: DevFs) {
    this.#devices = devices;
    this.#devfs = devfs;
    const error = devices.registerRegion(makedev(MISC_MAJOR, 0), MINORS, 'misc');
    assert(error === 0, 'major 10 is free at boot');
  }

  /** misc_register() with a dynamic minor: makes /dev/NAME. Returns the minor or -EEXIST. */
  register(name: string, ops: FileOperations, node: NodeOptions = {}): number {
    if (this.#byName.has(name)) {
      this.onDuplicate(name);
      return -ERRNO.EEXIST;
    }
    const taken = new Set([...this.#byName.values()].map((device) => device.minor));
    let minor = DYNAMIC_FIRST;
    while (taken.has(minor)) minor++;
    this.#byName.set(name, { minor, name, ops });
    this.#devices.add(makedev(MISC_MAJOR, minor), 1, ops);
    this.#devfs.addNode(name, makedev(MISC_MAJOR, minor), node);
    return minor;
  }

  /** misc_deregister(). */
  deregister(name: string): void {
    const device = this.#byName.get(name);
    if (device === undefined) return;
    this.#byName.delete(name);
    this.#devices.remove(makedev(MISC_MAJOR, device.minor), device.ops);
    this.#devfs.removeNode(name);
  }

  /** /proc/misc: the youngest first. */
  listing(): string {
    return [...this.#byName.values()]
      .toReversed()
      .map(({ minor, name }) => `${String(minor).padStart(3)} ${name}\n`)
      .join('');
  }
}
