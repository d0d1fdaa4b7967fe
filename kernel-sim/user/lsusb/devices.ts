// SPDX-License-Identifier: GPL-2.0-or-later
/** The devices of the USB, as /sys/bus/usb/devices tells of them. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { baseName, listNames } from '../support/files.ts';

export const DEVICES = '/sys/bus/usb/devices';

export interface SysDevice {
  /** `1-1.2`; `usb1` for a root hub. */
  readonly name: string;
  readonly bus: number;
  readonly number: number;
  readonly vendor: number;
  readonly product: number;
  readonly class: number;
  /** Megabits per second. */
  readonly speed: string;
  readonly ports: number;
  /** What it calls itself; empty for nothing. */
  readonly title: string;
  readonly descriptors: Uint8Array;
}

export interface SysInterface {
  readonly number: number;
  readonly class: number;
  /** Empty for none. */
  readonly driver: string;
}

/** By bus and number, the last ones first. A negative errno: there is no USB. */
export function* listDevices(c: Libc): Sleeping<readonly SysDevice[] | number> {
  const names = yield* listNames(c, DEVICES);
  if (typeof names === 'number') return names;
  const found: SysDevice[] = [];
  for (const name of names) {
    if (name.includes(':')) continue;
    const device = yield* readDevice(c, name);
    if (device !== undefined) found.push(device);
  }
  return found.toSorted((a, b) => b.bus - a.bus || b.number - a.number);
}

/** Undefined when it has gone meanwhile. */
function* readDevice(c: Libc, name: string): Sleeping<SysDevice | undefined> {
  const folder = `${DEVICES}/${name}`;
  const text = (attribute: string): Sleeping<string> => readText(c, `${folder}/${attribute}`);
  const descriptors = yield* c.read_file(`${folder}/descriptors`);
  if (typeof descriptors === 'number') return undefined;
  return {
    name,
    bus: Number(yield* text('busnum')),
    number: Number(yield* text('devnum')),
    vendor: Number.parseInt(yield* text('idVendor'), 16),
    product: Number.parseInt(yield* text('idProduct'), 16),
    class: Number.parseInt(yield* text('bDeviceClass'), 16),
    speed: yield* text('speed'),
    ports: Number(yield* text('maxchild')),
    title: yield* text('product'),
    descriptors,
  };
}

/** Those of its configuration, by number. */
export function* listInterfaces(c: Libc, device: SysDevice): Sleeping<readonly SysInterface[]> {
  const folder = `${DEVICES}/${device.name}`;
  const names = yield* listNames(c, folder);
  if (typeof names === 'number') return [];
  const found: SysInterface[] = [];
  for (const name of names.filter((each) => each.includes(':'))) {
    found.push({
      number: Number.parseInt(yield* readText(c, `${folder}/${name}/bInterfaceNumber`), 16),
      class: Number.parseInt(yield* readText(c, `${folder}/${name}/bInterfaceClass`), 16),
      driver: yield* driverOf(c, `${folder}/${name}`),
    });
  }
  return found.toSorted((a, b) => a.number - b.number);
}

/** Empty for none. */
export function* driverOf(c: Libc, folder: string): Sleeping<string> {
  const target = yield* c.readlink(`${folder}/driver`);
  return typeof target === 'number' ? '' : baseName(target);
}

/** A file's text without the end of its line; empty when it cannot be read. */
function* readText(c: Libc, path: string): Sleeping<string> {
  const bytes = yield* c.read_file(path);
  return typeof bytes === 'number' ? '' : decodeUtf8(bytes).trim();
}

/** Below /dev. */
export function devicePath({ bus, number }: { bus: number; number: number }): string {
  const three = (value: number): string => String(value).padStart(3, '0');
  return `/dev/bus/usb/${three(bus)}/${three(number)}`;
}
