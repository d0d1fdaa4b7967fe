// SPDX-License-Identifier: GPL-2.0-or-later
/** A device is plugged in, and its driver is loaded by what it says of itself. */
import { beforeAll, describe, expect, it } from 'vitest';

import { TestMachine } from '../support/machine.ts';

const EVENT = '/sys/bus/usb/devices/1-1.1:1.0/uevent';
const HELPER = '/tmp/helper';

let guest: TestMachine;

const said = (line: string): string => guest.printed(line);

beforeAll(() => {
  guest = TestMachine.boot();
  guest.waitFor('$ ');
  guest.command('cd smsc95xx && make > /dev/null && cd');
});

describe('an adapter that is plugged in', () => {
  it('has no driver, unless one is installed', () => {
    said('plug lan9512; sleep 1');
    expect(said('lsusb -t | tail -n 1')).toContain('Driver=, 480M');
    said('unplug; sleep 1');
  });

  it('brings its driver with it then', () => {
    said('cd smsc95xx; sudo make modules_install > /dev/null; cd; plug lan9512; sleep 2');
    expect(said('lsusb -t | tail -n 1')).toContain('Driver=smsc95xx, 480M');
    expect(said('ip -br link show eth0')).toContain('00:80:0f:95:12:01');
  });

  it('leaves no process behind', () => {
    expect(said('ps -e -o stat,comm | grep -E "^Z|hotplug|modprobe"')).toBe('');
    expect(guest.logText).not.toMatch(/BUG|WARNING|Oops/u);
  });

  it('says so again when it is asked to', () => {
    said('sudo rmmod smsc95xx');
    expect(said(`echo bogus | sudo tee ${EVENT} 2>&1 | tail -n 1`)).toContain('Invalid argument');
    expect(said('lsmod | grep -c smsc95xx')).toBe('0');
    said(`echo add | sudo tee ${EVENT}; sleep 1`);
    expect(said('lsmod | grep -c smsc95xx')).toBe('1');
  });
});

describe('the program that is told', () => {
  it('is given what a device is by its environment', () => {
    said(`printf '#!/bin/sh\\nenv > /tmp/env.$SEQNUM\\n' > ${HELPER}; chmod +x ${HELPER}`);
    said(`sudo sysctl -w kernel.hotplug=${HELPER}`);
    const before = Number(said('cat /sys/kernel/uevent_seqnum'));
    said(`echo change | sudo tee ${EVENT}; sleep 1`);
    expect(said('cat /sys/kernel/uevent_seqnum')).toBe(String(before + 1));
    const env = said(`grep -v -E '^(_|PWD|OLDPWD|SHLVL)=' /tmp/env.${before + 1} | sort`);
    expect(env.split('\n')).toEqual([
      'ACTION=change',
      'DEVPATH=/devices/platform/pv-hcd.0/usb1/1-1/1-1.1/1-1.1:1.0',
      'DEVTYPE=usb_interface',
      'DRIVER=smsc95xx',
      'HOME=/',
      'INTERFACE=255/0/255',
      'MODALIAS=usb:v0424pEC00d0200dcFFdsc00dp01icFFisc00ipFFin00',
      'PATH=/sbin:/bin:/usr/sbin:/usr/bin',
      'PRODUCT=424/ec00/200',
      `SEQNUM=${before + 1}`,
      'SUBSYSTEM=usb',
      'TYPE=255/0/1',
    ]);
  });

  it('hears of everything in its order', () => {
    said('sudo rm -f /tmp/env.*; sudo rmmod smsc95xx; unplug; sleep 1');
    const actions = said(
      'for f in $(ls -v /tmp/env.*); do grep -h -E "^(ACTION|DEVTYPE)=" $f; done',
    );
    expect(actions.replaceAll('ACTION=', '').replaceAll('DEVTYPE=usb_', '').split('\n')).toEqual(
      [
        ['unbind', 'interface'],
        // The adapter, then the hub that it hung at.
        ['remove', 'interface'],
        ['remove', 'device'],
        ['unbind', 'interface'],
        ['remove', 'interface'],
        ['remove', 'device'],
      ].flat(),
    );
  });

  it('need not be there', () => {
    said('sudo sysctl -w kernel.hotplug=/nonexistent; plug loopback; sleep 1; unplug; sleep 1');
    said('sudo sysctl -w kernel.hotplug=; plug loopback; sleep 1');
    expect(said('cat /sys/kernel/uevent_helper')).toBe('');
    said('echo /sbin/hotplug | sudo tee /sys/kernel/uevent_helper');
    expect(said('sysctl -n kernel.hotplug; cat /sys/kernel/uevent_helper')).toBe(
      '/sbin/hotplug\n/sbin/hotplug',
    );
    expect(said('lsusb')).toContain('1209:0001');
    expect(guest.logText).not.toMatch(/BUG|WARNING|Oops/u);
  });
});
