// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { USB_REQ } from '../../uapi/usb.ts';
import { Bench } from './testing/rig.ts';

const OUT = { LOW: 8, HIGH: 4 } as const;
const PUSH_PULL = { LOW: 16, HIGH: 8 } as const;
const DISABLED_SHIFT = 24;
const FDX_LED = 1 << 16;
const POLARITY_SHIFT = 16;
const REMOTE_WAKEUP = 1;

const low = (bench: Bench): number => bench.read('GPIO_CFG') & 0xff;
const high = (bench: Bench): number => bench.read('LED_GPIO_CFG') & 0x7;

describe('a pin', () => {
  it('that comes in is at what the board has it at', () => {
    const bench = new Bench();
    for (const pin of [0, 7, 8, 10]) bench.device.pins.drive(pin, true);
    expect([low(bench), high(bench)]).toEqual([0x81, 0b101]);
    bench.device.pins.drive(7, false);
    // What is written to it is not what it is at.
    bench.write('GPIO_CFG', 0xff);
    expect(low(bench)).toBe(0x01);
  });

  it('that goes out pushes and pulls, or only pulls', () => {
    const bench = new Bench();
    const { pins } = bench.device;
    bench.write('GPIO_CFG', (0b11 << OUT.LOW) | (0b01 << PUSH_PULL.LOW) | 0b11);
    // Only who pushes gets one up that the board leaves alone.
    expect(low(bench)).toBe(0b01);
    pins.drive(0, true);
    pins.drive(1, true);
    expect(low(bench)).toBe(0b11);
    bench.write('GPIO_CFG', (0b11 << OUT.LOW) | (0b01 << PUSH_PULL.LOW));
    expect(low(bench)).toBe(0);
    bench.write('LED_GPIO_CFG', (1 << OUT.HIGH) | (1 << PUSH_PULL.HIGH) | 1);
    expect(pins.levels >>> 8).toBe(1);
  });

  it('interrupts when it gets to the level that is asked for, and only then', () => {
    const bench = new Bench();
    const { pins } = bench.device;
    const told = (): number => bench.read('INT_STS') & 0x7ff;
    bench.write('GPIO_WAKE', (1 << 3) << POLARITY_SHIFT);
    bench.write('INT_EP_CTL', (1 << 3) | (1 << 4));
    pins.drive(4, true);
    expect(told()).toBe(0);
    const asked = bench.poll();
    pins.drive(3, true);
    bench.run(1);
    expect([...asked.data]).toEqual([1 << 3, 0, 0, 0]);
    pins.drive(4, false);
    expect(told()).toBe((1 << 3) | (1 << 4));
    bench.write('INT_STS', 1 << 3);
    expect(told()).toBe(1 << 4);
    pins.drive(3, true);
    expect(told()).toBe(1 << 4);
  });

  it('says nothing when it goes out, is used otherwise, or is an LED', () => {
    const bench = new Bench();
    const { pins } = bench.device;
    bench.write('GPIO_WAKE', 0x7ff << POLARITY_SHIFT);
    bench.write('GPIO_CFG', ((1 << 1) << DISABLED_SHIFT) | ((1 << 0) << OUT.LOW) | 1);
    bench.write('LED_GPIO_CFG', FDX_LED);
    for (const pin of [0, 1, 8]) pins.drive(pin, true);
    expect(bench.read('INT_STS') & 0x7ff).toBe(0);
    pins.drive(9, true);
    expect(bench.read('INT_STS') & 0x7ff).toBe(1 << 9);
  });

  it.each([true, false])('wakes its host only if it may: %s', (may) => {
    const bench = new Bench();
    let woken = 0;
    bench.device.onRemoteWakeup = () => void woken++;
    bench.control(0, USB_REQ.SET_FEATURE, { value: REMOTE_WAKEUP });
    bench.write('GPIO_WAKE', ((1 << 5) << POLARITY_SHIFT) | (may ? 1 << 5 : 0));
    bench.device.pins.drive(5, true);
    bench.device.pins.drive(5, false);
    expect(woken).toBe(0);
    bench.device.suspend();
    bench.device.pins.drive(5, true);
    expect(woken).toBe(may ? 1 : 0);
  });
});
