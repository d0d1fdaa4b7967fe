// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `lsusb -t`: what hangs where.
 *
 * Counterpart: usbutils 014, lsusb-t.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { devicePath, DEVICES, driverOf, listInterfaces, type SysDevice } from './devices.ts';
import { className, hex4, productName, vendorName } from './ids.ts';

const INDENT = '    ';

/** `verbosity`: 1 adds names, 2 adds paths. */
export function* treeText(
  c: Libc,
  devices: readonly SysDevice[],
  verbosity: number,
): Sleeping<string> {
  let text = '';
  for (const root of devices.filter(({ name }) => name.startsWith('usb'))) {
    const controller = yield* driverOf(c, `${DEVICES}/${root.name}/..`);
    const driver = `${controller}/${root.ports}p`;
    const bus = String(root.bus).padStart(2, '0');
    text +=
      `/:  Bus ${bus}.Port 1: Dev ${root.number}, Class=root_hub, ` +
      `Driver=${driver}, ${root.speed}M\n`;
    text += more(root, INDENT, verbosity);
    text += yield* childrenText(c, devices, `${root.bus}-`, INDENT, verbosity);
  }
  return text;
}

/** Those whose names are `prefix` and a port. */
function* childrenText(
  c: Libc,
  devices: readonly SysDevice[],
  prefix: string,
  indent: string,
  verbosity: number,
): Sleeping<string> {
  const portOf = ({ name }: SysDevice): string =>
    name.startsWith(prefix) ? name.slice(prefix.length) : '';
  const children = devices
    .filter((device) => /^\d+$/.test(portOf(device)))
    .toSorted((a, b) => Number(portOf(a)) - Number(portOf(b)));
  let text = '';
  for (const device of children) {
    for (const { number, class: kind, driver } of yield* listInterfaces(c, device)) {
      const shown = driver === 'hub' ? `hub/${device.ports}p` : driver;
      text +=
        `${indent}|__ Port ${portOf(device)}: Dev ${device.number}, If ${number}, ` +
        `Class=${className(kind)}, Driver=${shown}, ${device.speed}M\n`;
      text += more(device, indent + INDENT, verbosity);
    }
    text += yield* childrenText(c, devices, `${device.name}.`, indent + INDENT, verbosity);
  }
  return text;
}

function more(device: SysDevice, indent: string, verbosity: number): string {
  const { vendor, product, name } = device;
  const names = `${vendorName(vendor)} ${productName(vendor, product)}`;
  const id = `${indent}ID ${hex4(vendor)}:${hex4(product)} ${names}\n`;
  const paths = `${indent}${DEVICES}/${name}  ${devicePath(device)}\n`;
  return (verbosity > 0 ? id : '') + (verbosity > 1 ? paths : '');
}
