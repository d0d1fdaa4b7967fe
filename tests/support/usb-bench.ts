// SPDX-License-Identifier: GPL-2.0-or-later
/** A machine whose USB a test plugs things into, with tasks of the kernel's to talk to them. */
import type { UsbDevice } from '../../kernel-sim/hw/usb/usb-device.ts';
import { bootMachine, defaultImage, type Machine } from '../../kernel-sim/index.ts';
import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import type { Sleeping } from '../../kernel-sim/uapi/coroutine.ts';
import type { UsbSpeed } from '../../kernel-sim/uapi/usb.ts';
import type { UsbCore } from '../../kernel-sim/drivers/usb/core.ts';
import type { Urb } from '../../kernel-sim/drivers/usb/urb.ts';
import type { UsbDriver } from '../../kernel-sim/drivers/usb/usb-driver.ts';
import type { UsbInterface } from '../../kernel-sim/drivers/usb/usb-node.ts';

const MS = 1_000_000;
/** Longer than anything takes that ends at all. */
const PATIENCE_MS = 60_000;

export class UsbBench {
  readonly machine: Machine;
  readonly kernel: Kernel;
  readonly usb: UsbCore;

  constructor() {
    const script = { text: 'exec sleep infinity', user: 'root', args: [] } as const;
    this.machine = bootMachine(defaultImage({ script, cpus: 1 }), {
      evaluate: () => undefined,
      output: () => undefined,
      compile: () => undefined,
      fileChanged: () => undefined,
    });
    this.kernel = this.machine.kernel;
    this.usb = this.kernel.usb!;
    this.pass(1);
  }

  pass(ms: number): void {
    this.machine.run(this.machine.nowNs + ms * MS);
  }

  /** What the log says of the bus since it was asked last. */
  get log(): string[] {
    const { printk } = this.kernel;
    const lines = printk.since(this.#seen).map(({ text }) => text);
    this.#seen += lines.length;
    return lines;
  }
  #seen = 0;

  plug(device: UsbDevice, port = 1, speed: UsbSpeed = 'high'): void {
    this.#atOnce(() => this.usb.hcd.controller.rootHub.ports[port - 1]!.plug(device, speed));
  }

  unplug(port = 1): void {
    this.#atOnce(() => this.usb.hcd.controller.rootHub.ports[port - 1]!.unplug());
  }

  /** As an interrupt, soon. */
  #atOnce(then: () => void): void {
    const { sim } = this.kernel;
    sim.events.schedule(sim.now(), then, 0);
  }

  /** Runs something in a task of its own until it is done, and answers what it does. */
  run<T>(body: () => Sleeping<T>): T {
    let result: { value: T } | undefined;
    this.kernel.kthreads.run('test', function* () {
      result = { value: yield* body() };
    });
    for (let passed = 0; result === undefined && passed < PATIENCE_MS; passed += 10) this.pass(10);
    if (result === undefined) throw new Error('the task never came to its end');
    return result.value;
  }

  /** Runs something as an interrupt, and answers what it does. */
  interrupt<T>(then: () => T): T {
    let result: { value: T } | undefined;
    this.#atOnce(() => void (result = { value: then() }));
    this.pass(1);
    return result!.value;
  }

  /** An URB for an endpoint, with memory of its own. */
  urb(usbInterface: UsbInterface, endpoint: number, bytes: number | Uint8Array): TestUrb {
    const { slabs, ram } = this.kernel;
    const count = typeof bytes === 'number' ? bytes : bytes.length;
    const buffer = slabs.kzalloc(count);
    if (typeof bytes !== 'number') ram.bytes.set(bytes, ram.toPhysical(buffer));
    const urb = this.usb.hcd.alloc()!;
    urb.device = usbInterface.device;
    urb.endpoint = endpoint;
    urb.buffer = buffer;
    urb.bufferBytes = count;
    const answers: number[] = [];
    urb.complete = ({ status }) => void answers.push(status);
    return {
      urb,
      answers,
      get bytes() {
        return ram.loadBytes(buffer, urb.actualBytes);
      },
      free: () => {
        this.usb.hcd.free(urb);
        slabs.kfree(buffer);
      },
    };
  }
}

export interface TestUrb {
  readonly urb: Urb;
  /** How it ended, each time. */
  readonly answers: number[];
  /** What came. */
  readonly bytes: Uint8Array;
  free(): void;
}

/** Takes the loop-back device, and remembers what it was told. */
export class TestDriver implements UsbDriver {
  readonly name = 'test';
  readonly ids: UsbDriver['ids'];
  readonly calls: string[] = [];
  usbInterface: UsbInterface | undefined;
  /** What probe answers. */
  errno = 0;
  onDisconnect: () => void = () => undefined;

  constructor(ids: UsbDriver['ids']) {
    this.ids = ids;
  }

  probe(usbInterface: UsbInterface): number {
    this.calls.push(`probe ${usbInterface.name}`);
    this.usbInterface = usbInterface;
    return this.errno;
  }

  disconnect({ name }: UsbInterface): void {
    this.calls.push(`disconnect ${name}`);
    this.onDisconnect();
    this.usbInterface = undefined;
  }
}
