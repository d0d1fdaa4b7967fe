// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An adapter's whole life, once for each thing that can go wrong in it: each of its transfers ends
 * in each way, each allocation for it fails, it is pulled out before and after each transfer.
 *
 * Whatever happens, nobody complains but in the log, nothing stays behind, and the shell comes
 * back. Each kind of fault has a machine in which the adapter lives its lives one after the other.
 * A run takes some of them; USB_FAULTS=all takes all.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Lan9512 } from '../../kernel-sim/hw/lan9512/lan9512.ts';
import type { UsbTransfer } from '../../kernel-sim/hw/usb/transfer.ts';
import { UsbDevice } from '../../kernel-sim/hw/usb/usb-device.ts';
import type { Kernel } from '../../kernel-sim/init/kernel.ts';
import { type FailableCache, NO_FAULTS } from '../../kernel-sim/mm/failslab.ts';
import { GFP_MODIFIERS } from '../../kernel-sim/uapi/gfp.ts';
import { TestMachine, userFile } from '../support/machine.ts';

/** Of the faults of a kind, how many a run leaves out for each that it takes. */
const STRIDE = process.env['USB_FAULTS'] === 'all' ? 1 : 83;
const LIFE = `
insmod /home/user/smsc95xx/smsc95xx.ko
plug lan9512
for n in 1 2 3 4 5 6 7 8 9 10; do [ -e /sys/class/net/eth0 ] && break; sleep 1; done
ip link set eth0 up; sleep 2
udhcpc -i eth0 -n -q -t 2 -T 1
curl -s -m 5 -o /dev/null -w '%{http_code} %{size_download}\\n' http://10.0.2.2/
ip link set eth0 down
unplug; sleep 1
rmmod smsc95xx && lsmod | grep -c smsc95xx
echo "the end"
`;
const TROUBLE = /BUG|WARNING|Oops|DMA-API|panic/u;
const NOTHING = new Uint8Array(0);
const REAL_SUBMIT: Submit = Reflect.get(UsbDevice.prototype, 'submit');

type Submit = (this: UsbDevice, transfer: UsbTransfer) => void;

/** What becomes of the transfer of the adapter that is to fail. */
type Fault = (transfer: UsbTransfer, submit: (transfer: UsbTransfer) => void) => void;

/** The device's answer, made something else. */
const changed =
  (change: (data: Uint8Array) => Uint8Array): Fault =>
  (transfer, submit) =>
    submit({ ...transfer, complete: (status, data) => transfer.complete(status, change(data)) });

const TRANSFER_FAULTS: Readonly<Record<string, Fault>> = {
  'is stalled': (transfer) => transfer.complete('stall', NOTHING),
  'is garbled': (transfer) => transfer.complete('protocol-error', NOTHING),
  'brings too much': (transfer) => transfer.complete('babble', new Uint8Array(transfer.room)),
  'is never answered': () => undefined,
  'brings nothing': changed(() => NOTHING),
  'brings one byte less': changed((data) => data.subarray(0, -1)),
  'brings only zeros': changed((data) => new Uint8Array(data.length)),
  'brings only ones': changed((data) => new Uint8Array(data.length).fill(0xff)),
};

class Lives {
  readonly #guest: TestMachine;
  /** Transfers of the adapter in this life. */
  #transfers = 0;
  #failAt = -1;
  #fault: Fault | undefined;
  #hits = 0;
  #seen = 0;

  constructor() {
    this.#guest = TestMachine.boot({ files: [userFile('life.sh', LIFE)] });
    this.#guest.waitFor('$ ');
    this.#guest.command('(cd smsc95xx && make > /dev/null)');
    const submitted = this.#submitted.bind(this);
    vi.spyOn(UsbDevice.prototype, 'submit').mockImplementation(function (this: UsbDevice, given) {
      submitted(this, given);
    });
  }

  get kernel(): Kernel {
    return this.#guest.machine.kernel;
  }

  #submitted(device: UsbDevice, transfer: UsbTransfer): void {
    const submit = (given: UsbTransfer): void => REAL_SUBMIT.call(device, given);
    if (!(device instanceof Lan9512) || this.#transfers++ !== this.#failAt) {
      submit(transfer);
      return;
    }
    this.#hits++;
    this.#fault!(transfer, submit);
  }

  /** One life, with a fault at one transfer; at -1 there is none. */
  live(failAt: number, fault: Fault): Life {
    this.#transfers = 0;
    this.#hits = 0;
    this.#failAt = failAt;
    this.#fault = fault;
    const said = this.#guest.command('sudo bash life.sh 2>&1');
    const transfers = this.#transfers;
    const isOver = /0\r?\nthe end/u.test(said);
    const problems = isOver ? this.#remains : [`never came to its end: ${said}`];
    return { transfers, hits: this.#hits, said, problems };
  }

  /** What a life has left behind. */
  get #remains(): string[] {
    const { usb, devices, printk, net } = this.kernel;
    const log = printk.since(this.#seen).map(({ text }) => text);
    this.#seen += log.length;
    const interfaces = net.core.devices.map(({ name }) => name).filter((name) => name !== 'lo');
    return [
      ...log.filter((line) => TROUBLE.test(line)),
      ...interfaces,
      ...Array.from(usb!.hcd.active, ({ endpoint }) => `an URB for ${endpoint}`),
      ...(devices.dma.count === 0 ? [] : [`${devices.dma.count} mappings`]),
    ];
  }

  /** What kmemleak says. */
  get leaks(): string {
    this.#guest.command('sudo sh -c "echo scan > /sys/kernel/debug/kmemleak"');
    return this.#guest
      .command('sudo cat /sys/kernel/debug/kmemleak; true')
      .replace(/^.*\r?\n/u, '');
  }
}

interface Life {
  readonly transfers: number;
  /** How often the fault came about. */
  readonly hits: number;
  readonly said: string;
  readonly problems: readonly string[];
}

/** What of the kernel takes memory for the adapter. */
const USERS = /\/(?:drivers\/(?:usb|net)|api|net)\//u;

/** Which of the adapter's allocations of this life is to fail. */
class OneFailure {
  count = 0;
  readonly isArmed = true;
  readonly #failAt: number;

  constructor(failAt: number) {
    this.#failAt = failAt;
  }

  shouldFailSlab(_cache: FailableCache, gfp: number): boolean {
    if ((gfp & GFP_MODIFIERS.__GFP_NOFAIL) !== 0) return false;
    return USERS.test(new Error('who asks').stack ?? '') && this.count++ === this.#failAt;
  }

  shouldFailPages(): boolean {
    return false;
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a transfer', () => {
  it.each(Object.entries(TRANSFER_FAULTS))('that %s', (_name, fault) => {
    const lives = new Lives();
    const { transfers, said, problems } = lives.live(-1, fault);
    expect(problems).toEqual([]);
    expect(said).toContain('200 ');
    expect(transfers).toBeGreaterThan(100);
    for (let at = 0; at < transfers; at += STRIDE) {
      expect(lives.live(at, fault)).toMatchObject({ hits: 1, problems: [] });
    }
    expect(lives.leaks).not.toContain('unreferenced');
  });
});

describe('the adapter', () => {
  it.each([
    ['before', true],
    ['after', false],
  ])('is pulled out %s a transfer', (_when, isBefore) => {
    const lives = new Lives();
    const pull: Fault = (transfer, submit) => {
      if (isBefore) lives.kernel.usbSockets!.unplug();
      submit(transfer);
      if (!isBefore) lives.kernel.usbSockets!.unplug();
    };
    const { transfers } = lives.live(-1, pull);
    for (let at = 1; at < transfers; at += STRIDE) {
      expect(lives.live(at, pull)).toMatchObject({ hits: 1, problems: [] });
    }
    expect(lives.leaks).not.toContain('unreferenced');
  });

  it('gets no memory', () => {
    const lives = new Lives();
    const live = (failure: OneFailure): readonly string[] => {
      lives.kernel.slabs.faults = failure;
      return lives.live(-1, () => undefined).problems;
    };
    const whole = new OneFailure(-1);
    expect(live(whole)).toEqual([]);
    expect(whole.count).toBeGreaterThan(500);
    for (let at = 0; at < whole.count; at += STRIDE * 4) {
      const failure = new OneFailure(at);
      expect(live(failure)).toEqual([]);
      expect(failure.count).toBeGreaterThan(at);
    }
    lives.kernel.slabs.faults = NO_FAULTS;
    expect(lives.leaks).not.toContain('unreferenced');
  });
});
