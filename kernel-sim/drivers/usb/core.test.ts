// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { UsbDescriptors } from '../../hw/usb/descriptors.ts';
import { HubDevice } from '../../hw/usb/hub.ts';
import {
  FAULTS,
  type Fault,
  LOOPBACK_ENDPOINT,
  LOOPBACK_PRODUCT,
  LOOPBACK_REQUEST,
  LOOPBACK_VENDOR,
  LoopbackDevice,
} from '../../hw/usb/loopback.ts';
import { Prng } from '../../sim/prng.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { URB, USB_DIR_IN, USB_TYPE } from '../../uapi/usb.ts';
import { TestDriver, UsbBench } from '../../../tests/support/usb-bench.ts';
import { UrbAnchor } from './urb.ts';
import type { UsbInterface } from './usb-node.ts';

const IDS = [{ vendor: LOOPBACK_VENDOR, product: LOOPBACK_PRODUCT }];
const { OUT, IN, EVENTS } = LOOPBACK_ENDPOINT;

let bench: UsbBench;

beforeAll(() => {
  bench = new UsbBench();
});

describe('a bus', () => {
  test('has a hub of its own from the beginning', () => {
    expect(bench.log.filter((line) => /usb|USB|hub/u.test(line))).toEqual([
      'usbcore: registered new interface driver hub',
      'pv-hcd.0: new USB bus registered, assigned bus number 1',
      'usb usb1: New USB device found, idVendor=1d6b, idProduct=0002, bcdDevice= 6.12',
      'usb usb1: New USB device strings: Mfr=1, Product=2, SerialNumber=3',
      'usb usb1: Product: Ring Zero host controller',
      'usb usb1: Manufacturer: Ring Zero',
      'usb usb1: SerialNumber: pv-hcd.0',
      'hub 1-0:1.0: USB hub found',
      'hub 1-0:1.0: 4 ports detected',
    ]);
  });

  test('takes what is plugged in, and gives out its number only when others were used', () => {
    bench.plug(new LoopbackDevice());
    bench.pass(500);
    bench.unplug();
    bench.pass(500);
    bench.plug(new LoopbackDevice(), 2, 'full');
    bench.pass(500);
    bench.unplug(2);
    bench.pass(500);
    const found = (name: string): string[] => [
      `usb ${name}: New USB device found, idVendor=1209, idProduct=0001, bcdDevice= 1.00`,
      `usb ${name}: New USB device strings: Mfr=1, Product=2, SerialNumber=3`,
      `usb ${name}: Product: Loop-back device`,
      `usb ${name}: Manufacturer: Ring Zero`,
      `usb ${name}: SerialNumber: 0001`,
    ];
    expect(bench.log).toEqual([
      'usb 1-1: new high-speed USB device number 2 using pv-hcd',
      ...found('1-1'),
      'usb 1-1: USB disconnect, device number 2',
      'usb 1-2: new full-speed USB device number 3 using pv-hcd',
      ...found('1-2'),
      'usb 1-2: USB disconnect, device number 3',
    ]);
  });

  test('reaches what hangs behind hubs, and loses all of it with the first', () => {
    const { sim } = bench.kernel;
    const spec = { vendor: 0x0424, product: 0x9512, release: 0x0200, ports: 3 };
    const [outer, inner] = [new HubDevice(sim, spec), new HubDevice(sim, { ...spec, ports: 2 })];
    outer.ports[2]!.plug(inner, 'high');
    inner.ports[1]!.plug(new LoopbackDevice(), 'full');
    bench.plug(outer, 4);
    bench.pass(3000);
    const names = (): string[] => bench.usb.devices.map(({ name }) => name);
    expect(names()).toEqual(['usb1', '1-4', '1-4.3', '1-4.3.2']);
    expect(bench.usb.devices.at(-1)!.interfaces[0]!.name).toBe('1-4.3.2:1.0');
    expect(bench.log.filter((line) => line.startsWith('hub'))).toEqual([
      'hub 1-4:1.0: USB hub found',
      'hub 1-4:1.0: 3 ports detected',
      'hub 1-4.3:1.0: USB hub found',
      'hub 1-4.3:1.0: 2 ports detected',
    ]);
    bench.unplug(4);
    bench.pass(500);
    expect(names()).toEqual(['usb1']);
    expect(bench.log.filter((line) => line.includes('disconnect')).length).toBe(3);
  });
});

describe('a driver', () => {
  test('is given what fits it, whoever was first, and told when that leaves', () => {
    const driver = new TestDriver(IDS);
    bench.plug(new LoopbackDevice());
    bench.pass(500);
    expect(bench.run(() => bench.usb.register(driver))).toBe(0);
    expect(bench.run(() => bench.usb.register(new TestDriver(IDS)))).toBe(-ERRNO.EBUSY);
    bench.unplug();
    bench.plug(new LoopbackDevice(), 2);
    bench.pass(500);
    bench.run(() => bench.usb.unregister(driver));
    expect(driver.calls).toEqual([
      'probe 1-1:1.0',
      'disconnect 1-1:1.0',
      'probe 1-2:1.0',
      'disconnect 1-2:1.0',
    ]);
    driver.errno = -ERRNO.EIO;
    expect(bench.run(() => bench.usb.register(driver))).toBe(0);
    const said = bench.log.filter((line) => line.startsWith('test'));
    expect(said).toEqual(['test 1-2:1.0: probe with driver test failed with error -5']);
    bench.run(() => bench.usb.unregister(driver));
    bench.unplug(2);
    bench.pass(500);
    bench.log.splice(0);
  });
});

describe('an URB', () => {
  const driver = new TestDriver(IDS);
  let device: LoopbackDevice;

  beforeAll(() => {
    device = new LoopbackDevice();
    bench.run(() => bench.usb.register(driver));
    bench.plug(device, 3);
    bench.pass(500);
  });

  const target = (): UsbInterface => driver.usbInterface!;
  const submitted = (
    endpoint: number,
    bytes: number | Uint8Array,
    flags = 0,
  ): ReturnType<UsbBench['urb']> => {
    const made = bench.urb(target(), endpoint, bytes);
    made.urb.flags = flags;
    expect(bench.interrupt(() => bench.usb.hcd.submit(made.urb))).toBe(0);
    return made;
  };

  test('brings bytes there and back, in one transfer or in many packets', () => {
    const bytes = new Uint8Array(5000).map((_, at) => at % 251);
    const out = submitted(OUT, bytes);
    const back = submitted(IN, 8192);
    bench.pass(10);
    expect([out.answers, back.answers]).toEqual([[0], [0]]);
    expect(out.urb.actualBytes).toBe(5000);
    expect(back.bytes).toEqual(bytes);
    out.free();
    back.free();
  });

  test('may not be short when its driver says so', () => {
    const out = submitted(OUT, new Uint8Array(100));
    const back = submitted(IN, 512, URB.SHORT_NOT_OK);
    bench.pass(10);
    expect(back.answers).toEqual([-ERRNO.EREMOTEIO]);
    expect(back.urb.actualBytes).toBe(100);
    out.free();
    back.free();
  });

  test.each([
    ['stall', OUT, -ERRNO.EPIPE],
    ['protocol-error', OUT, -ERRNO.EPROTO],
    ['babble', IN, -ERRNO.EOVERFLOW],
  ] as const)('tells of a %s', (fault, endpoint, errno) => {
    device.fault = fault;
    const out = submitted(OUT, new Uint8Array(512));
    const back = submitted(IN, 500);
    bench.pass(10);
    expect((endpoint === OUT ? out : back).answers).toEqual([errno]);
    bench.run(function* () {
      yield* bench.usb.hcd.kill(back.urb);
      if (fault === 'stall') yield* bench.usb.messages.clearHalt(target().device, OUT);
      const request = { type: USB_TYPE.VENDOR, request: LOOPBACK_REQUEST.FORGET };
      const { device: node } = target();
      yield* bench.usb.messages.control(node, { ...request, value: 0, index: 0 }, 0, 0, 100);
    });
    out.free();
    back.free();
  });

  test('ends once when it is taken back, and its completion knows why', () => {
    const { hcd } = bench.usb;
    const [first, second] = [submitted(IN, 64), submitted(IN, 64)];
    const answers = bench.interrupt(() => [
      hcd.submit(first.urb),
      hcd.unlink(first.urb),
      hcd.unlink(first.urb),
    ]);
    expect(answers).toEqual([-ERRNO.EBUSY, -ERRNO.EINPROGRESS, -ERRNO.EIDRM]);
    bench.run(() => hcd.kill(second.urb));
    expect([first.answers, second.answers]).toEqual([[-ERRNO.ECONNRESET], [-ERRNO.ENOENT]]);
    expect(bench.log.join('\n')).toContain('URB submitted while active');

    bench.run(() => hcd.poison(second.urb));
    expect(hcd.submit(second.urb)).toBe(-ERRNO.EPERM);
    first.free();
    second.free();
  });

  test('goes with its anchor, and one that resubmits itself comes to rest', () => {
    const { hcd } = bench.usb;
    const anchor = new UrbAnchor();
    const urbs = [bench.urb(target(), EVENTS, 4), bench.urb(target(), IN, 64)];
    for (const { urb, answers } of urbs) {
      urb.complete = () => {
        answers.push(urb.status);
        if (hcd.submit(urb) === 0) anchor.add(urb);
      };
      anchor.add(urb);
    }
    bench.interrupt(() => urbs.forEach(({ urb }) => hcd.submit(urb)));
    const out = submitted(OUT, new Uint8Array(10));
    bench.pass(50);
    expect(urbs.map(({ answers }) => answers.every((status) => status === 0))).toEqual([
      true,
      true,
    ]);
    expect(urbs[0]!.answers.length).toBeGreaterThan(0);
    bench.run(() => hcd.killAnchored(anchor));
    expect(urbs.map(({ answers }) => answers.at(-1))).toEqual([-ERRNO.ENOENT, -ERRNO.ENOENT]);
    for (const made of [...urbs, out]) made.free();
  });

  test('that waits for an answer waits no longer than it is told', () => {
    device.fault = 'silence';
    const { messages } = bench.usb;
    const { slabs } = bench.kernel;
    const buffer = slabs.kmalloc(64);
    const before = bench.machine.nowNs;
    const answer = bench.run(() => messages.bulk(target().device, OUT, buffer, 64, 250));
    expect(answer).toBe(-ERRNO.ETIMEDOUT);
    expect(bench.machine.nowNs - before).toBeGreaterThanOrEqual(250_000_000);
    device.fault = 'none';
    const request = { type: USB_TYPE.VENDOR | USB_DIR_IN, value: 0, index: 0 };
    const { LOAD, STORE } = LOOPBACK_REQUEST;
    const load = { ...request, request: LOAD };
    expect(bench.run(() => messages.read(target().device, load, 64))).toEqual(new Uint8Array(64));
    const unknown = { ...request, request: STORE };
    expect(bench.run(() => messages.read(target().device, unknown, 4))).toBe(-ERRNO.EPIPE);
    slabs.kfree(buffer);
  });

  test('under way when the device is pulled out ends before the driver leaves', () => {
    const { hcd } = bench.usb;
    const urbs = [submitted(IN, 64), submitted(EVENTS, 4), submitted(IN, 512)];
    let answersThen: number[] = [];
    driver.onDisconnect = () => {
      answersThen = [...urbs.map(({ answers }) => answers.length), hcd.submit(urbs[0]!.urb)];
    };
    bench.unplug(3);
    bench.pass(500);
    // The event of bytes that waited came at once.
    expect(answersThen).toEqual([1, 1, 1, -ERRNO.ENODEV]);
    for (const { answers } of [urbs[0]!, urbs[2]!]) expect(answers[0]).toBeLessThan(0);
    for (const made of urbs) made.free();
    expect([...hcd.active].length).toBe(0);
    expect(bench.kernel.devices.dma.count).toBe(0);
  });
});

/** A device whose descriptors somebody else has written. */
class StrangeDevice extends LoopbackDevice {
  readonly #strange: UsbDescriptors;

  constructor(descriptors: UsbDescriptors) {
    super();
    this.#strange = descriptors;
  }

  override get descriptors(): UsbDescriptors {
    return this.#strange;
  }
}

describe('a device that is not what it says', () => {
  test.each(FAULTS)('does no harm: %s', (fault: Fault) => {
    const device = new LoopbackDevice();
    device.fault = fault;
    bench.plug(device);
    bench.pass(300);
    bench.unplug();
    bench.pass(1000);
    expect(bench.usb.devices.length).toBe(1);
  });

  test('is refused in the words of Linux', () => {
    const { device, configurations, strings } = new LoopbackDevice().descriptors;
    const spoilt = (at: number, value: number): UsbDescriptors => {
      const configuration = configurations[0]!.slice();
      configuration[at] = value;
      return { device, configurations: [configuration], strings };
    };
    const saidOf = (descriptors: UsbDescriptors): string[] => {
      bench.log.splice(0);
      bench.plug(new StrangeDevice(descriptors));
      bench.pass(2000);
      bench.unplug();
      bench.pass(1000);
      const usual = /new high-speed|New USB device|Product:|Manufacturer:|Serial|disconnect/u;
      return bench.log.filter((line) => !usual.test(line));
    };
    expect(saidOf(spoilt(9, 0))).toContain(
      'usb 1-1: config 1 has an invalid descriptor of length 0, skipping remainder of the config',
    );
    expect(saidOf(spoilt(4, 2))).toContain(
      "usb 1-1: config 1 has 1 interface, different from the descriptor's value: 2",
    );
    expect(saidOf({ device, configurations: [], strings })).toContain(
      "usb 1-1: can't read configurations, error -32",
    );
    const mute = device.slice(0, 4);
    expect(saidOf({ device: mute, configurations, strings })).toContain(
      'usb usb1-port1: unable to enumerate USB device',
    );
  });

  test('brings nothing down, whatever its bytes are', () => {
    const prng = new Prng(7);
    const { device, configurations, strings } = new LoopbackDevice().descriptors;
    for (let round = 0; round < 60; round++) {
      const strange = device.slice();
      const configuration = configurations[0]!.slice();
      for (let count = prng.below(4); count >= 0; count--) {
        const target = prng.below(3) === 0 ? strange : configuration;
        target[prng.below(target.length)] = prng.below(256);
      }
      const end = 1 + prng.below(configuration.length);
      const cut = prng.below(8) === 0 ? configuration.slice(0, end) : configuration;
      bench.plug(new StrangeDevice({ device: strange, configurations: [cut], strings }));
      // Pulled out at any moment of what is done with it.
      bench.pass(prng.below(700));
      bench.unplug();
      bench.pass(300);
    }
    bench.pass(30_000);
    expect(bench.usb.devices.length).toBe(1);
    bench.plug(new LoopbackDevice());
    bench.pass(1000);
    expect(bench.usb.devices.length).toBe(2);
    expect(bench.kernel.taint.mask & ~(1 << 9)).toBe(0);
  });
});
