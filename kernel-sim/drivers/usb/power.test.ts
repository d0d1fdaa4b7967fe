// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { TestDriver, UsbBench } from '../../../tests/support/usb-bench.ts';
import { HubDevice } from '../../hw/usb/hub.ts';
import { LOOPBACK_PRODUCT, LOOPBACK_VENDOR, LoopbackDevice } from '../../hw/usb/loopback.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { UsbDriver, UsbPowerOps } from './usb-driver.ts';
import type { UsbInterface, UsbNode } from './usb-node.ts';

const IDS = [{ vendor: LOOPBACK_VENDOR, product: LOOPBACK_PRODUCT }];
const HUB = { vendor: 0x0424, product: 0x9512, release: 0x0200, ports: 3 };
/** Longer than any device here must have been idle. */
const LONG_MS = 3000;

/** Lets its device sleep, and remembers that it did. */
class SleepyDriver extends TestDriver implements UsbDriver {
  suspendErrno = 0;
  /** Done with the device before it sleeps. */
  onSuspend: (usbInterface: UsbInterface) => void = () => undefined;
  readonly power: UsbPowerOps = {
    suspend: (usbInterface) => {
      this.calls.push('suspend');
      this.onSuspend(usbInterface);
      return this.suspendErrno;
    },
    resume: () => this.#say('resume'),
    resetResume: () => this.#say('reset_resume'),
  };

  #say(what: string): number {
    this.calls.push(what);
    return 0;
  }

  taken(): string[] {
    return this.calls.splice(0);
  }
}

let bench: UsbBench;
let driver: SleepyDriver;
let device: LoopbackDevice;

beforeAll(() => {
  bench = new UsbBench();
});

beforeEach(() => {
  driver = new SleepyDriver(IDS);
  device = new LoopbackDevice();
  bench.run(() => bench.usb.register(driver));
  bench.plug(device);
  bench.pass(500);
  driver.taken();
});

afterEach(() => {
  for (const port of [1, 2]) bench.unplug(port);
  bench.pass(500);
  for (const known of bench.usb.drivers.all.filter(({ name }) => name === driver.name)) {
    bench.run(() => bench.usb.unregister(known));
  }
});

function node(name = '1-1'): UsbNode {
  return bench.usb.devices.find((each) => each.name === name)!;
}

function letSleep(name = '1-1'): void {
  bench.run(() => bench.usb.power.control(node(name), 'auto'));
  bench.pass(LONG_MS);
}

function use(): number {
  const errno = bench.run(() => bench.usb.power.get(node()));
  if (errno === 0) bench.interrupt(() => bench.usb.power.put(node()));
  return errno;
}

describe('a device', () => {
  test('sleeps when it was idle for its delay, and not before', () => {
    bench.run(() => bench.usb.power.control(node(), 'auto'));
    bench.pass(1400);
    expect([node().power.state, device.isSuspended]).toEqual(['active', false]);
    bench.pass(500);
    expect([node().power.state, device.isSuspended]).toEqual(['suspended', true]);
    expect(driver.taken()).toEqual(['suspend']);
  });

  test('stays awake for who uses it, and for who wants it so', () => {
    bench.run(() => bench.usb.power.get(node()));
    letSleep();
    expect(node().power.state).toBe('active');
    bench.interrupt(() => bench.usb.power.put(node()));
    bench.run(() => bench.usb.power.setDelay(node(), -1));
    bench.pass(LONG_MS);
    expect([node().power.state, driver.taken()]).toEqual(['active', []]);
  });

  test('is woken by its next user, and takes no URB before', () => {
    letSleep();
    const urb = bench.urb(node().interfaces[0]!, 1, 4);
    expect(bench.interrupt(() => bench.usb.hcd.submit(urb.urb))).toBe(-ERRNO.EHOSTUNREACH);
    expect(use()).toBe(0);
    expect(bench.interrupt(() => bench.usb.hcd.submit(urb.urb))).toBe(0);
    bench.pass(10);
    expect([device.isSuspended, urb.answers]).toEqual([false, [0]]);
    expect(driver.taken()).toEqual(['suspend', 'resume']);
    bench.pass(LONG_MS);
    expect(node().power.state).toBe('suspended');
  });

  test('is asked again later by whose driver it is busy', () => {
    driver.suspendErrno = -ERRNO.EBUSY;
    letSleep();
    expect([node().power.state, driver.taken().length > 1]).toEqual(['active', true]);
    driver.suspendErrno = 0;
    bench.pass(LONG_MS);
    expect(node().power.state).toBe('suspended');
  });

  test('goes on when somebody comes while it falls asleep', () => {
    driver.onSuspend = ({ device: mine }) => bench.usb.power.getAwake(mine);
    letSleep();
    expect([node().power.state, driver.taken()]).toEqual(['active', ['suspend', 'resume']]);
  });

  test('may be used by who suspends it', () => {
    let status = 1;
    const { messages, power } = bench.usb;
    const request = { type: 0x80, request: 0, value: 0, index: 0 };
    driver.power.suspend = function* ({ device: mine }) {
      const answer = yield* power.during(mine, () => messages.read(mine, request, 2));
      status = typeof answer === 'number' ? answer : answer.length;
      return 0;
    };
    letSleep();
    expect([status, node().power.state]).toEqual([2, 'suspended']);
  });

  test('gets back what it has lost while it slept', () => {
    letSleep();
    device.reset();
    expect(use()).toBe(0);
    expect(driver.taken()).toEqual(['suspend', 'reset_resume']);
    expect([device.configuration, device.address]).toEqual([1, node().number]);
    expect(bench.log.at(-1)).toBe(
      `usb 1-1: reset high-speed USB device number ${node().number} using pv-hcd`,
    );
  });

  test('never sleeps with a driver that knows nothing of sleep', () => {
    const other = new TestDriver(IDS);
    bench.run(() => bench.usb.unregister(driver));
    bench.run(() => bench.usb.register(other));
    letSleep();
    expect(node().power.state).toBe('active');
    // Without any driver it does, since nobody misses it.
    bench.run(() => bench.usb.unregister(other));
    bench.pass(LONG_MS);
    expect(node().power.state).toBe('suspended');
  });

  test('can be pulled out while it sleeps', () => {
    letSleep();
    const held = node();
    bench.unplug();
    bench.pass(500);
    expect(driver.taken()).toEqual(['suspend', 'disconnect 1-1:1.0']);
    expect(bench.run(() => bench.usb.power.get(held))).toBe(0 - ERRNO.ENODEV);
  });

  test.each([0, 1, 5, 10, 20, 30, 45, 60])('is gone %i ms after somebody woke it', (ms) => {
    letSleep();
    bench.kernel.kthreads.run('waker', function* () {
      yield* bench.usb.power.get(node() ?? bench.usb.root);
    });
    bench.pass(ms);
    bench.unplug();
    bench.pass(LONG_MS);
    expect([node(), driver.calls.at(-1)]).toEqual([undefined, 'disconnect 1-1:1.0']);
    bench.plug(new LoopbackDevice());
    bench.pass(500);
    expect(driver.calls.at(-1)).toBe('probe 1-1:1.0');
  });
});

describe('a hub', () => {
  beforeEach(() => bench.unplug());

  test('sleeps when nothing hangs there, and wakes its host when something does', () => {
    const hub = new HubDevice(bench.kernel.sim, HUB);
    bench.plug(hub, 2);
    bench.pass(1500);
    expect([node('1-2').power.state, hub.isSuspended, hub.mayWakeHost]).toEqual([
      'suspended',
      true,
      true,
    ]);
    bench.interrupt(() => hub.ports[1]!.plug(new LoopbackDevice(), 'high'));
    bench.pass(1500);
    expect(driver.calls.at(-1)).toBe('probe 1-2.2:1.0');
    expect(node('1-2').power.state).toBe('active');
    bench.interrupt(() => hub.ports[1]!.unplug());
    bench.pass(1500);
    expect(driver.calls.at(-1)).toBe('disconnect 1-2.2:1.0');
    expect(node('1-2').power.state).toBe('suspended');
  });

  test('is woken before what hangs there', () => {
    const hub = new HubDevice(bench.kernel.sim, HUB);
    const leaf = new LoopbackDevice();
    hub.ports[0]!.plug(leaf, 'high');
    bench.plug(hub, 2);
    bench.pass(1500);
    letSleep('1-2.1');
    expect([hub.isSuspended, leaf.isSuspended]).toEqual([true, true]);
    bench.run(() => bench.usb.power.control(node('1-2.1'), 'on'));
    expect([hub.isSuspended, leaf.isSuspended]).toEqual([false, false]);
  });

  test('loses its ports when it has lost its power', () => {
    const hub = new HubDevice(bench.kernel.sim, HUB);
    hub.ports[0]!.plug(new LoopbackDevice(), 'high');
    bench.plug(hub, 2);
    bench.pass(1500);
    letSleep('1-2.1');
    driver.taken();
    hub.reset();
    bench.run(() => bench.usb.power.control(node('1-2'), 'on'));
    bench.pass(1500);
    expect(driver.taken()).toEqual(['disconnect 1-2.1:1.0', 'probe 1-2.1:1.0']);
  });
});

describe('what root has a say in', () => {
  test('resets a device, which its driver leaves meanwhile', () => {
    expect(bench.run(() => bench.usb.reset(node()))).toBe(0);
    expect(driver.taken()).toEqual(['disconnect 1-1:1.0', 'probe 1-1:1.0']);
    expect(bench.run(() => bench.usb.reset(bench.usb.root))).toBe(-ERRNO.EISDIR);
  });

  test('takes its configuration away, and gives it back', () => {
    const set = (value: number): number =>
      bench.run(() => bench.usb.setConfiguration(node(), value));
    expect(set(9)).toBe(-ERRNO.EINVAL);
    expect(set(0)).toBe(0);
    expect([driver.taken(), device.configuration, node().interfaces]).toEqual([
      ['disconnect 1-1:1.0'],
      0,
      [],
    ]);
    expect(set(1)).toBe(0);
    expect([driver.taken(), device.configuration]).toEqual([['probe 1-1:1.0'], 1]);
  });

  test('forbids a device, and allows it', () => {
    const allow = (is: boolean): number => bench.run(() => bench.usb.authorize(node(), is));
    expect(allow(false)).toBe(0);
    expect([driver.taken(), node().isAuthorized]).toEqual([['disconnect 1-1:1.0'], false]);
    expect(bench.run(() => bench.usb.setConfiguration(node(), 1))).toBe(-ERRNO.EHOSTUNREACH);
    bench.log.splice(0);
    expect(allow(true)).toBe(0);
    expect(driver.taken()).toEqual(['probe 1-1:1.0']);
    expect(bench.log).toEqual(['usb 1-1: authorized to connect']);
  });

  test('takes an interface from its driver, and gives it back', () => {
    const [usbInterface] = node().interfaces;
    const unbind = (): number => bench.run(() => bench.usb.unbind(driver, usbInterface!));
    const bind = (): number => bench.run(() => bench.usb.bind(driver, usbInterface!));
    expect([bind(), unbind(), unbind(), bind()]).toEqual([-ERRNO.EBUSY, 0, -ERRNO.ENODEV, 0]);
    expect(driver.taken()).toEqual(['disconnect 1-1:1.0', 'probe 1-1:1.0']);
    const root = bench.usb.root.interfaces[0]!;
    expect(bench.run(() => bench.usb.unbind(root.driver!, root))).toBe(-ERRNO.EOPNOTSUPP);
  });

  test('binds nothing to an interface that has gone meanwhile', () => {
    const [usbInterface] = node().interfaces;
    bench.run(() => bench.usb.setConfiguration(node(), 0));
    bench.run(() => bench.usb.setConfiguration(node(), 1));
    driver.taken();
    expect(bench.run(() => bench.usb.bind(driver, usbInterface!))).toBe(-ERRNO.ENODEV);
    bench.run(() => bench.usb.unregister(driver));
    driver.taken();
    const [now] = node().interfaces;
    expect(bench.run(() => bench.usb.bind(driver, now!))).toBe(-ERRNO.ENODEV);
    expect(driver.taken()).toEqual([]);
  });

  test('loses all that hangs at a hub with the driver of hubs', () => {
    const hub = new HubDevice(bench.kernel.sim, HUB);
    hub.ports[0]!.plug(new LoopbackDevice(), 'high');
    bench.plug(hub, 2);
    bench.pass(1500);
    driver.taken();
    const [usbInterface] = node('1-2').interfaces;
    const { driver: hubs } = usbInterface!;
    expect(bench.run(() => bench.usb.unbind(hubs!, usbInterface!))).toBe(0);
    expect(driver.taken()).toEqual(['disconnect 1-2.1:1.0']);
    expect(bench.run(() => bench.usb.bind(hubs!, usbInterface!))).toBe(0);
    bench.pass(1500);
    expect(driver.taken()).toEqual(['probe 1-2.1:1.0']);
  });
});
