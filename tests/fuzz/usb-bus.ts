// SPDX-License-Identifier: GPL-2.0-or-later
/** A machine with drivers for whatever is plugged in, and what devices that lie leave behind. */
import {
  deviceAttributes,
  deviceEvent,
  devicesText,
  endpointAttributes,
  interfaceAttributes,
  rawDescriptors,
} from '../../kernel-sim/drivers/usb/device-text.ts';
import type { UsbNode } from '../../kernel-sim/drivers/usb/usb-node.ts';
import { LoopbackDevice } from '../../kernel-sim/hw/usb/loopback.ts';
import type { UsbDevice } from '../../kernel-sim/hw/usb/usb-device.ts';
import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import type { NetDevice } from '../../kernel-sim/net/core/net-device.ts';
import type { Sim } from '../../kernel-sim/sim/sim.ts';
import { TestMachine } from '../support/machine.ts';
import type { Lie } from './usb-lies.ts';
import { unusual } from './usb-words.ts';

const NS_PER_MS = 1_000_000;
const SLICE_MS = 50;
/** Whatever waits for an answer has given up by then. */
const PATIENCE_MS = 120_000;
const GOOD_MS = 500;
/** More of them tell nothing new. */
const PROBLEMS_MAX = 20;
/** What the kernel says when something is wrong with it. */
const TROUBLE = /BUG|KASAN|Oops|WARNING|DMA-API|Call Trace|panic|URB submitted|list_/u;

export class LyingBus {
  /** Drivers that had a device. */
  readonly seen = new Set<string>();
  readonly #guest = TestMachine.boot();
  readonly #before: readonly string[];
  #said = 0;
  /** Nothing that is plugged in is looked at any more. */
  #isStuck = false;

  /** `modules` of the examples drive what they know. */
  constructor(modules = ['smsc95xx', 'usb_loopback']) {
    const guest = this.#guest;
    guest.waitFor('$ ');
    for (const module of modules) {
      guest.command(`(cd ${module} && make > /dev/null && sudo insmod ${module}.ko)`);
    }
    // Whatever is made once and stays has been made after that.
    this.#live(() => new LoopbackDevice(), GOOD_MS);
    this.#before = this.#kept;
    this.#news();
  }

  get kernel(): Kernel {
    return this.#guest.machine.kernel;
  }

  get sim(): Sim {
    return this.kernel.sim;
  }

  /** Plugs in one after the other; answers what was wrong with which. */
  suffer(lies: Iterable<Lie>): string[] {
    const problems: string[] = [];
    for (const { name, make, staysMs } of lies) {
      for (const problem of this.#problemsOf(make, staysMs)) problems.push(`${name}: ${problem}`);
      if (problems.length > PROBLEMS_MAX || this.#isStuck) break;
    }
    return [...problems, ...this.#goodDevice()];
  }

  #problemsOf(make: Lie['make'], staysMs: number): string[] {
    const problems = this.#live(() => make(this.sim), staysMs);
    const lines = this.#news();
    return [
      ...problems,
      ...lines.filter((line) => TROUBLE.test(line)),
      ...unusual(lines),
      ...this.#kept.filter((each) => !this.#before.includes(each)),
    ];
  }

  /** One device's life. */
  #live(make: () => UsbDevice, staysMs: number): string[] {
    const port = this.kernel.usb!.hcd.controller.rootHub.ports[0]!;
    const device = make();
    this.#atOnce(() => port.plug(device, 'high'));
    for (let passed = 0; passed < staysMs; passed += SLICE_MS) {
      this.#pass(Math.min(SLICE_MS, staysMs - passed));
      this.#use();
    }
    this.#atOnce(() => port.unplug());
    const isGone = (): boolean => this.kernel.usb!.devices.length === 1 && this.#cards.length === 0;
    for (let passed = 0; passed < PATIENCE_MS; passed += SLICE_MS) {
      this.#pass(SLICE_MS);
      if (isGone() && this.#isIdle) return [];
    }
    this.#isStuck = true;
    return ['never went away'];
  }

  /** Looks at all that is there, as lsusb would, and sets up what carries frames. */
  #use(): void {
    const { usb } = this.kernel;
    const [, ...nodes] = usb!.devices;
    devicesText(nodes);
    for (const node of nodes) this.#look(node);
    for (const dev of this.#cards) this.#setUp(dev);
  }

  #look(node: UsbNode): void {
    rawDescriptors(node);
    deviceEvent(node);
    for (const [, show] of deviceAttributes(node)) show();
    for (const usbInterface of node.interfaces) {
      for (const [, show] of interfaceAttributes(usbInterface)) show();
      for (const endpoint of usbInterface.current.endpoints) {
        for (const [, show] of endpointAttributes(endpoint, node)) show();
      }
      if (usbInterface.driver !== undefined) this.seen.add(usbInterface.driver.name);
    }
  }

  #setUp(dev: NetDevice): void {
    if (dev.isUp || this.#opened.has(dev)) return;
    this.#opened.add(dev);
    const { core } = this.kernel.net;
    this.kernel.kthreads.run('ip', function* () {
      yield* core.open(dev);
      yield* core.flush();
    });
  }
  readonly #opened = new WeakSet<NetDevice>();

  /** A device that does nothing wrong is taken as ever. */
  #goodDevice(): string[] {
    this.seen.delete('usb_loopback');
    const problems = this.#live(() => new LoopbackDevice(), GOOD_MS);
    const said = this.#news();
    const isTaken = said.some((line) => line.includes('everything comes back'));
    if (!isTaken) problems.push('no good device', ...said);
    this.seen.add('usb_loopback');
    return problems;
  }

  get #cards(): NetDevice[] {
    return this.kernel.net.core.devices.filter(({ name }) => name !== 'lo');
  }

  get #isIdle(): boolean {
    return [...this.kernel.usb!.hcd.active].length === 0;
  }

  /** What is kept now of what devices need. */
  get #kept(): string[] {
    const { slabs, devices, net } = this.kernel;
    const objects = slabs.caches.reduce((sum, { info }) => sum + info.activeObjects, 0);
    return [
      `${objects - slabs.quarantined.count} objects`,
      `${devices.dma.count} mappings`,
      `${net.core.skbs.live} packets`,
    ];
  }

  #news(): string[] {
    const records = this.kernel.printk.since(this.#said);
    this.#said = (records.at(-1)?.sequence ?? this.#said - 1) + 1;
    return records.map(({ text }) => text);
  }

  #pass(ms: number): void {
    const { machine } = this.#guest;
    machine.run(machine.nowNs + ms * NS_PER_MS);
  }

  #atOnce(then: () => void): void {
    this.sim.events.schedule(this.sim.now(), then, 0);
  }
}
