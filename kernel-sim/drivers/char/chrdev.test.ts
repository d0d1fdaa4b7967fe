// SPDX-License-Identifier: GPL-2.0-or-later
/** Device numbers: dynamic majors, overlaps, who serves what, and /proc/devices. */
import { beforeEach, describe, expect, it } from 'vitest';

import { nameOf } from '../../fs/testing/test-kernel.ts';
import { makedev } from '../../uapi/fs.ts';
import { CharDevices, devicesText } from './chrdev.ts';

let devices: CharDevices;

beforeEach(() => {
  devices = new CharDevices();
});

describe('dynamic majors', () => {
  it('start at 243, count down to 234, and go on at 511', () => {
    const majors = Array.from({ length: 12 }, (_, n) => devices.register(0, `d${n}`, {}));
    expect(majors).toEqual([243, 242, 241, 240, 239, 238, 237, 236, 235, 234, 511, 510]);
  });

  it('are used again once they are free', () => {
    const ops = {};
    devices.register(0, 'a', ops);
    devices.register(0, 'b', {});
    devices.unregister(243, ops);
    expect(devices.register(0, 'c', {})).toBe(243);
  });

  it('end some time', () => {
    while (devices.register(0, 'd', {}) > 0);
    expect(nameOf(devices.register(0, 'd', {}))).toBe('EBUSY');
    expect(nameOf(devices.allocRegion(0, 1, 'd'))).toBe('EBUSY');
  });

  it('come as device numbers from alloc_chrdev_region', () => {
    expect(devices.allocRegion(3, 2, 'three')).toBe(makedev(243, 3));
  });
});

describe('a region', () => {
  it.each<[first: number, count: number, result: unknown]>([
    [0, 10, 0],
    [15, 1, 0],
    [10, 5, 'EBUSY'],
    [9, 2, 'EBUSY'],
    [14, 5, 'EBUSY'],
    [0, 100, 'EBUSY'],
    [12, 1, 'EBUSY'],
  ])('from %i, %i long, beside 10 to 14: %s', (first, count, result) => {
    devices.registerRegion(makedev(200, 10), 5, 'there');
    expect(nameOf(devices.registerRegion(makedev(200, first), count, 'new'))).toBe(result);
  });

  it('is refused beyond the last major and minor', () => {
    expect(nameOf(devices.register(512, 'd', {}))).toBe('EINVAL');
    expect(nameOf(devices.registerRegion(makedev(200, 0xfffff), 2, 'd'))).toBe('EINVAL');
  });
});

describe('a device number', () => {
  it('leads to what was registered for it, and to nothing after', () => {
    const ops = {};
    devices.register(0, 'a', ops);
    expect(devices.find(makedev(243, 0))).toBe(ops);
    expect(devices.find(makedev(243, 255))).toBe(ops);
    expect(devices.find(makedev(243, 256))).toBeUndefined();
    expect(devices.find(makedev(242, 0))).toBeUndefined();
    devices.unregister(243, ops);
    expect(devices.find(makedev(243, 0))).toBeUndefined();
  });

  it('that is only reserved leads nowhere', () => {
    devices.allocRegion(0, 1, 'reserved');
    expect(devices.find(makedev(243, 0))).toBeUndefined();
  });
});

describe('/proc/devices', () => {
  it('is laid out as Linux lays it out', () => {
    devices.registerRegion(makedev(10, 0), 256, 'misc');
    devices.registerRegion(makedev(1, 0), 256, 'mem');
    devices.registerRegion(makedev(5, 1), 1, '/dev/console');
    devices.registerRegion(makedev(5, 0), 1, '/dev/tty');
    devices.register(0, 'yes', {});
    expect(devicesText(devices)).toBe(
      'Character devices:\n' +
        '  1 mem\n' +
        '  5 /dev/tty\n' +
        '  5 /dev/console\n' +
        ' 10 misc\n' +
        '243 yes\n' +
        '\nBlock devices:\n',
    );
  });
});
