// SPDX-License-Identifier: GPL-2.0-or-later
/** Devices of the USB that sleep, are woken, configured anew, and given to other drivers. */
import { beforeAll, describe, expect, it } from 'vitest';

import { accessesOf, recorded } from '../support/lan9512-trace.ts';
import { TestMachine } from '../support/machine.ts';

const DEVICE = '/sys/bus/usb/devices/1-1.1';
const HUB = '/sys/bus/usb/devices/1-1';
const TROUBLE = /BUG|WARNING|Oops|DMA-API|fault|error/u;
const REGISTERED = "eth0: register 'smsc95xx'";

let guest: TestMachine;
let seen: string[];

/** What root is answered, a line each. */
function root(command: string): string[] {
  return guest.printed(`sudo sh -c '${command}'`).split('\n');
}

function told(times: number, what: string): void {
  guest.runUntil(() => guest.logText.split(what).length > times, `${what} for time ${times}`);
}

/**
 * The device of the recording kept status bits of WUCSR that ones clear, and came out of its reset
 * with another mode of suspension.
 */
function decided(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const [what, at, value] = line.split(' ');
    const isOther = at === '12c' || at === '020';
    return isOther ? `${what} ${at} ${(Number.parseInt(value!, 16) & ~0x60).toString(16)}` : line;
  });
}

beforeAll(() => {
  guest = TestMachine.boot();
  guest.waitFor('$ ');
  seen = accessesOf(guest.machine.kernel);
  guest.command('cd smsc95xx && make > /dev/null && sudo insmod smsc95xx.ko && cd');
  guest.command('plug lan9512');
  told(1, REGISTERED);
});

describe('an adapter that nobody uses', () => {
  it('is awake unless somebody lets it sleep', () => {
    root('ip link set eth0 up; sleep 3; ip link set eth0 down; sleep 4');
    expect(root(`cd ${DEVICE}/power; cat control runtime_status autosuspend`)).toEqual([
      'on',
      'active',
      '2',
    ]);
    expect(root(`cat ${DEVICE}/*/supports_autosuspend`)).toEqual(['1']);
  });

  it('sleeps then, with the hub that it hangs at', () => {
    seen.splice(0);
    root(`echo auto > ${DEVICE}/power/control; sleep 3`);
    const status = `cat ${DEVICE}/power/runtime_status ${HUB}/power/runtime_status`;
    expect(root(status)).toEqual(['suspended', 'suspended']);
    expect(guest.logText).toContain('eth0: entering SUSPEND2 mode');
    expect(seen.at(-1)).toBe('w 020 c0');
    expect(decided(seen.splice(0))).toEqual(decided(recorded('suspend')));
    expect(root('cat /sys/bus/usb/devices/usb1/power/runtime_status')).toEqual(['active']);
  });

  it('is woken by who wants it, and is what it was', () => {
    root('ip link set eth0 up');
    const wanted = decided(recorded('suspend-resume'));
    expect(decided(seen.splice(0)).slice(0, wanted.length)).toEqual(wanted);
    expect(root(`cat ${DEVICE}/power/runtime_status`)).toEqual(['active']);
    root('udhcpc -i eth0 -n');
    expect(guest.command('ping -c 1 10.0.2.2')).toContain(' 0% packet loss');
  });

  it('is woken by a question, and sleeps again', () => {
    root('ip link set eth0 down; sleep 4');
    const before = guest.logText.split('SUSPEND2').length;
    expect(root(`cat ${DEVICE}/power/runtime_status`)).toEqual(['suspended']);
    expect(root('lsusb -v -s 1:3 | grep "Device Status"; sleep 4')).toHaveLength(1);
    told(before, 'SUSPEND2');
    root(`echo on > ${DEVICE}/power/control`);
    expect(root(`cat ${DEVICE}/power/runtime_status ${HUB}/power/runtime_status`)).toEqual([
      'active',
      'active',
    ]);
  });

  it('says what Linux says of nonsense', () => {
    const power = `cd ${DEVICE}/power`;
    for (const [file, text] of [
      ['control', 'bogus'],
      ['autosuspend_delay_ms', 'x'],
      ['../authorized', '2'],
      ['../authorized', 'x'],
      ['../bConfigurationValue', '9'],
    ] as const) {
      expect(root(`${power}; echo ${text} > ${file}`)[0]).toContain('Invalid argument');
    }
    root(`${power}; echo 7 > autosuspend`);
    expect(root(`${power}; cat autosuspend_delay_ms; echo -5 > autosuspend_delay_ms`)).toEqual([
      '7000',
    ]);
    expect(root(`${power}; cat autosuspend; echo 2 > autosuspend`)).toEqual(['0']);
  });

  it('is found when it is plugged into a hub that sleeps', () => {
    guest.command('unplug; sleep 1');
    expect(guest.logText).not.toMatch(TROUBLE);
  });
});
