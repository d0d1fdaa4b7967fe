// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * lsusb: what hangs on the USB.
 *
 * Counterpart: usbutils 014.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { DeviceFile } from './lsusb/device-file.ts';
import { devicePath, listDevices, type SysDevice } from './lsusb/devices.ts';
import { hex4, productName, vendorName } from './lsusb/ids.ts';
import { treeText } from './lsusb/tree.ts';
import { deviceText } from './lsusb/verbose.ts';

const OPTIONS: OptionSpec = {
  short: 'vs:d:D:tVh',
  long: { verbose: 'v', version: 'V', tree: 't', help: 'h' },
};

const USAGE = `Usage: lsusb [options]...
List USB devices
  -v, --verbose
      Increase verbosity (show descriptors)
  -s [[bus]:][devnum]
      Show only devices with specified device and/or
      bus numbers (in decimal)
  -d vendor:[product]
      Show only devices with the specified vendor and
      product ID numbers (in hexadecimal)
  -D device
      Selects which device lsusb will examine
  -t, --tree
      Dump the physical USB device hierarchy as a tree
  -V, --version
      Show version of program
  -h, --help
      Show usage and help
`;

/** What the options ask for. */
interface Wanted {
  readonly verbosity: number;
  readonly holds: (device: SysDevice) => boolean;
}

export const lsusb = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) return yield* misuse(c, args.error);
  const valueOf = (name: string): string | undefined =>
    args.options.findLast((option) => option.name === name)?.value;
  const count = (name: string): number =>
    args.options.filter((option) => option.name === name).length;
  if (count('V') > 0) {
    c.out('lsusb (usbutils) 014\n');
    return 0;
  }
  const place = placeFilter(valueOf('s'));
  const id = idFilter(valueOf('d'));
  if (count('h') > 0 || args.operands.length > 0 || id === undefined) return yield* misuse(c);
  const devices = yield* listDevices(c);
  if (typeof devices === 'number') return 1;
  const verbosity = count('v');
  if (count('t') > 0) {
    c.out(yield* treeText(c, devices, verbosity));
    return 0;
  }
  const file = valueOf('D');
  if (file !== undefined) return yield* showFile(c, file, devices);
  return yield* show(c, devices, { verbosity, holds: (device) => place(device) && id(device) });
}, OPTIONS);

function* misuse(c: Libc, error?: string): Sleeping<number> {
  yield* c.err((error === undefined ? '' : `${error}\n`) + USAGE);
  return 1;
}

type Filter = (device: SysDevice) => boolean;

/** `[[bus]:][devnum]`. What is no number is 0, which nothing has. */
function placeFilter(text: string | undefined): Filter {
  if (text === undefined) return () => true;
  const [first = '', second] = text.split(':');
  const [bus, number] = second === undefined ? ['', first] : [first, second];
  const fits = (wanted: string, is: number): boolean =>
    wanted === '' || (Number.parseInt(wanted, 10) || 0) === is;
  return (device) => fits(bus, device.bus) && fits(number, device.number);
}

/** `vendor:[product]`; undefined when it is none. */
function idFilter(text: string | undefined): Filter | undefined {
  if (text === undefined) return () => true;
  const match = /^([\da-f]*):([\da-f]*)$/i.exec(text);
  if (match === null) return undefined;
  const fits = (wanted: string, is: number): boolean =>
    wanted === '' || Number.parseInt(wanted, 16) === is;
  return ({ vendor, product }) => fits(match[1]!, vendor) && fits(match[2]!, product);
}

function* show(c: Libc, devices: readonly SysDevice[], wanted: Wanted): Sleeping<number> {
  const found = devices.filter((device) => wanted.holds(device));
  for (const device of found) {
    const { bus, number, vendor, product } = device;
    const three = (value: number): string => String(value).padStart(3, '0');
    if (wanted.verbosity > 0) c.out('\n');
    c.out(
      `Bus ${three(bus)} Device ${three(number)}: ID ${hex4(vendor)}:${hex4(product)} ` +
        `${vendorName(vendor)} ${productName(vendor, product)}\n`,
    );
    if (wanted.verbosity > 0) yield* describe(c, device);
  }
  return found.length > 0 ? 0 : 1;
}

function* describe(c: Libc, device: SysDevice): Sleeping<void> {
  const file = yield* DeviceFile.open(c, devicePath(device));
  if (file === undefined) {
    yield* c.err("Couldn't open device, some information will be missing\n");
  }
  c.out(yield* deviceText(device.descriptors, file));
  if (file !== undefined) yield* file.close();
}

function* showFile(c: Libc, path: string, devices: readonly SysDevice[]): Sleeping<number> {
  const device = devices.find((each) => devicePath(each) === path);
  if (device === undefined) {
    yield* c.err(`Cannot open ${path}\n`);
    return 1;
  }
  const { vendor, product } = device;
  const names = `${vendorName(vendor)} ${productName(vendor, product)}`;
  c.out(`Device: ID ${hex4(vendor)}:${hex4(product)} ${names}\n`);
  yield* describe(c, device);
  return 0;
}
