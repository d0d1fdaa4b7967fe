// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * usbreset: has a device of the USB begin anew, as if it had been plugged in again.
 *
 * Counterpart: usbutils 014.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import { USBDEVFS } from '../uapi/usb.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { devicePath, listDevices, type SysDevice } from './lsusb/devices.ts';
import { hex4 } from './lsusb/ids.ts';

const USAGE = `Usage:
  usbreset PPPP:VVVV - reset by product and vendor id
  usbreset BBB/DDD   - reset by bus and device number
  usbreset "Product" - reset by product name

Devices:
`;

export const usbreset = defineProgram(function* (c) {
  const devices = yield* resettable(c);
  const [, wanted] = c.argv;
  if (wanted === undefined || c.argv.length > 2) {
    c.out(USAGE);
    for (const device of devices) c.out(lineOf(device));
    return 1;
  }
  const found = devices.find((device) => isMeant(device, wanted));
  if (found === undefined) {
    yield* c.err('No such device found\n');
    return 1;
  }
  c.out(`Resetting ${found.title} ... ${yield* reset(c, found)}\n`);
  return 0;
});

/** Nobody can reset a controller's own hub. */
function* resettable(c: Libc): Sleeping<readonly SysDevice[]> {
  const found = yield* listDevices(c);
  if (typeof found === 'number') return [];
  return found.filter(({ name }) => /^\d/u.test(name)).toReversed();
}

function lineOf({ bus, number, vendor, product, title }: SysDevice): string {
  const three = (value: number): string => String(value).padStart(3, '0');
  const id = `${hex4(vendor)}:${hex4(product)}`;
  return `  Number ${three(bus)}/${three(number)}  ID ${id}  ${title}\n`;
}

function isMeant({ bus, number, vendor, product, title }: SysDevice, wanted: string): boolean {
  const place = /^(\d{1,3})\/(\d{1,3})$/u.exec(wanted);
  if (place !== null) return Number(place[1]) === bus && Number(place[2]) === number;
  const id = /^([\da-f]{1,4}):([\da-f]{1,4})$/iu.exec(wanted);
  if (id === null) return title.toLowerCase() === wanted.toLowerCase();
  return Number.parseInt(id[1]!, 16) === vendor && Number.parseInt(id[2]!, 16) === product;
}

function* reset(c: Libc, device: SysDevice): Sleeping<string> {
  const fd = yield* c.open(devicePath(device), O.WRONLY);
  if (fd < 0) return `can't open [${c.strerror(fd)}]`;
  const errno = yield* c.ioctl(fd, USBDEVFS.RESET, 0);
  yield* c.close(fd);
  return errno < 0 ? `failed [${c.strerror(errno)}]` : 'ok';
}
