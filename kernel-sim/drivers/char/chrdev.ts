// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Character device numbers: who has which, and which operations serve them.
 *
 * A driver first takes a region of numbers, which is what /proc/devices shows, and then puts
 * operations behind some of them. `register` does both, as register_chrdev() does.
 *
 * Linux: fs/char_dev.c. Differs: regions and devices are two sorted lists instead of hash tables.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { major, makedev, minor } from '../../uapi/fs.ts';
import type { FileOperations } from '../../fs/open-file.ts';

/** Linux: CHRDEV_MAJOR_MAX. */
const MAJOR_MAX = 512;
const MINOR_MAX = 1 << 20;
/** register_chrdev() takes this many minors. */
const REGISTER_MINORS = 256;
/**
 * Where the search for a free major starts and ends. Linux starts at 254, but on a PC that has just
 * booted its own drivers have taken 254 to 244.
 */
const DYNAMIC_FIRST = 243;
const DYNAMIC_LAST = 234;
/** Linux: CHRDEV_MAJOR_DYN_EXT_START and _END. */
const EXTENDED_FIRST = 511;
const EXTENDED_LAST = 384;
const NAME_BYTES_MAX = 63;

interface Region {
  readonly major: number;
  readonly minor: number;
  readonly count: number;
  readonly name: string;
}

interface Device {
  readonly first: number;
  readonly count: number;
  readonly major: number;
  readonly ops: FileOperations;
}

export class CharDevices {
  /** Sorted by major, then minor. */
  readonly #regions: Region[] = [];
  readonly #devices = new Map<number, Device[]>();
  /** Told of each new major, for the event feed. */
  onRegistered: ((name: string, major: number) => void) | undefined;

  /** register_chrdev_region(): these very numbers, or a negative errno. */
  registerRegion(dev: number, count: number, name: string): number {
    const region = this.#insert(major(dev), minor(dev), count, name);
    return typeof region === 'number' ? region : 0;
  }

  /** alloc_chrdev_region(): a free major. Returns the first device number or a negative errno. */
  allocRegion(firstMinor: number, count: number, name: string): number {
    const free = this.#freeMajor();
    if (free < 0) return free;
    const region = this.#insert(free, firstMinor, count, name);
    return typeof region === 'number' ? region : makedev(region.major, region.minor);
  }

  /** unregister_chrdev_region(). Numbers that were never taken are ignored, as on Linux. */
  unregisterRegion(dev: number, count: number): void {
    const at = this.#regions.findIndex(
      (region) =>
        region.major === major(dev) && region.minor === minor(dev) && region.count === count,
    );
    if (at >= 0) this.#regions.splice(at, 1);
  }

  /** cdev_add(): `ops` serve `count` minors from `dev` on. */
  add(dev: number, count: number, ops: FileOperations): number {
    const devices = this.#devices.get(major(dev)) ?? [];
    devices.push({ major: major(dev), first: minor(dev), count, ops });
    this.#devices.set(major(dev), devices);
    return 0;
  }

  /** cdev_del(): nobody can open it any more; who has it open keeps it. */
  remove(dev: number, ops: FileOperations): void {
    const devices = this.#devices.get(major(dev)) ?? [];
    const at = devices.findIndex((device) => device.first === minor(dev) && device.ops === ops);
    if (at >= 0) devices.splice(at, 1);
  }

  /**
   * register_chrdev(): 256 minors of one major. With `wanted` 0 the major is a free one, which is
   * returned; otherwise 0. A negative errno on failure.
   */
  register(wanted: number, name: string, ops: FileOperations): number {
    const chosen = wanted === 0 ? this.#freeMajor() : wanted;
    if (chosen < 0) return chosen;
    const region = this.#insert(chosen, 0, REGISTER_MINORS, name);
    if (typeof region === 'number') return region;
    this.add(makedev(chosen, 0), REGISTER_MINORS, ops);
    return wanted === 0 ? chosen : 0;
  }

  /** unregister_chrdev(). */
  unregister(chosen: number, ops: FileOperations): void {
    this.remove(makedev(chosen, 0), ops);
    this.unregisterRegion(makedev(chosen, 0), REGISTER_MINORS);
  }

  /** The operations behind a device number, or undefined when there are none: ENXIO. */
  find(rdev: number): FileOperations | undefined {
    const wanted = minor(rdev);
    // The narrowest range wins, as in Linux's kobj_map.
    let best: Device | undefined;
    for (const device of this.#devices.get(major(rdev)) ?? []) {
      if (wanted < device.first || wanted >= device.first + device.count) continue;
      if (best === undefined || device.count < best.count) best = device;
    }
    return best?.ops;
  }

  /** The part of /proc/devices under `Character devices:`. */
  listing(): string {
    return this.#regions
      .map((region) => `${String(region.major).padStart(3)} ${region.name}\n`)
      .join('');
  }

  #freeMajor(): number {
    const taken = new Set(this.#regions.map((region) => region.major));
    for (let at = DYNAMIC_FIRST; at >= DYNAMIC_LAST; at--) if (!taken.has(at)) return at;
    for (let at = EXTENDED_FIRST; at >= EXTENDED_LAST; at--) if (!taken.has(at)) return at;
    return -ERRNO.EBUSY;
  }

  #insert(wanted: number, first: number, count: number, name: string): Region | number {
    if (wanted < 0 || wanted >= MAJOR_MAX) return -ERRNO.EINVAL;
    if (count <= 0 || first < 0 || first + count > MINOR_MAX) return -ERRNO.EINVAL;
    const end = first + count;
    const overlaps = this.#regions.some(
      (other) => other.major === wanted && first < other.minor + other.count && other.minor < end,
    );
    if (overlaps) return -ERRNO.EBUSY;
    const region = { major: wanted, minor: first, count, name: name.slice(0, NAME_BYTES_MAX) };
    this.#regions.push(region);
    this.#regions.sort((a, b) => a.major - b.major || a.minor - b.minor);
    this.onRegistered?.(region.name, wanted);
    return region;
  }
}

/** /proc/devices. We have no block devices, but Linux prints the heading all the same. */
export function devicesText(devices: CharDevices): string {
  return `Character devices:\n${devices.listing()}\nBlock devices:\n`;
}
