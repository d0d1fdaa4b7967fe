// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices that lie are plugged in, used and pulled out: what they say is in usb-lies.ts. The kernel
 * says of it what Linux says, keeps nothing of them, and takes the next good device.
 *
 * A run takes some of them; all of them, or more of a seed:
 *
 *     FUZZ_USB=all npx vitest run --project unit tests/fuzz/usb-devices.test.ts
 *     FUZZ_SEED=3 FUZZ_DEVICES=10000 npx vitest run --project unit tests/fuzz/usb-devices.test.ts
 */
import { parseConfiguration } from '../../kernel-sim/drivers/usb/config.ts';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import {
  type Lie,
  faultyTransfers,
  randomLies,
  spoiltConfigurations,
  spoiltDescriptors,
} from './usb-lies.ts';
import { TestDriver } from '../support/usb-bench.ts';
import { LyingBus } from './usb-bus.ts';
import { unusual } from './usb-words.ts';

vi.setConfig({ testTimeout: 3_600_000 });

const { FUZZ_USB, FUZZ_SEED, FUZZ_DEVICES } = process.env;
/** Of so many lies a run takes one. Primes: so that all kinds of values and faults come up. */
const STRIDE =
  FUZZ_USB === 'all' ? { descriptors: 1, transfers: 1 } : { descriptors: 53, transfers: 61 };
const SEED = Number(FUZZ_SEED ?? 1);
const DEVICES = Number(FUZZ_DEVICES ?? (FUZZ_USB === 'all' ? 3000 : 40));

let bus: LyingBus;

beforeAll(() => {
  bus = new LyingBus();
});

function* take(lies: Iterable<Lie>, stride: number): Generator<Lie> {
  let at = 0;
  for (const lie of lies) if (at++ % stride === 0) yield lie;
}

function* first(lies: Iterable<Lie>, count: number): Generator<Lie> {
  let given = 0;
  for (const lie of lies) {
    if (given++ === count) return;
    yield lie;
  }
}

describe('a device that lies does no harm', () => {
  it('about itself', () => {
    expect(bus.suffer(take(spoiltDescriptors(bus.sim), STRIDE.descriptors))).toEqual([]);
  });

  it('with one transfer', () => {
    expect(bus.suffer(take(faultyTransfers(), STRIDE.transfers))).toEqual([]);
  });

  it(`as seed ${SEED} says`, () => {
    expect(bus.suffer(first(randomLies(SEED), DEVICES))).toEqual([]);
  });

  it('so that drivers had something to do', () => {
    expect(bus.seen).toEqual(new Set(['hub', 'smsc95xx', 'usb_loopback']));
  });
});

/** Bytes that notice when somebody looks at them for ever. */
function patient(bytes: Uint8Array, looks = { left: 100_000 }): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      if (key === 'subarray') {
        return (from: number, to?: number) => patient(target.subarray(from, to), looks);
      }
      if (looks.left-- <= 0) throw new Error('never comes to an end');
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('a parser of configurations', () => {
  const configurations = [...spoiltConfigurations(5000)];

  it('comes to its end, with interfaces that have what an interface has', () => {
    for (const bytes of configurations) {
      const lines: string[] = [];
      const found = parseConfiguration(0, patient(bytes), 'high', (text) => lines.push(text));
      const interfaces = typeof found === 'number' ? [] : found.interfaces;
      // Who takes nothing has said why.
      expect(interfaces.length + lines.length).toBeGreaterThan(0);
      const endpoints = interfaces.flat().flatMap((setting) => setting.endpoints);
      expect(interfaces.every((settings) => settings.length > 0)).toBe(true);
      expect(endpoints.every(({ address }) => (address & 0x0f) !== 0)).toBe(true);
      expect(endpoints.every(({ packetBytes }) => packetBytes <= 1024)).toBe(true);
    }
  });

  it('is caught when it trusts bLength', () => {
    const trusting = (bytes: Uint8Array): number => {
      let interfaces = 0;
      for (let at = 0; at < bytes.length; at += bytes[at]!) if (bytes[at + 1] === 4) interfaces++;
      return interfaces;
    };
    expect(() => configurations.forEach((bytes) => trusting(patient(bytes)))).toThrow('never');
  });
});

describe('a driver that is broken', () => {
  const IDS = [{ vendor: 0x1209, product: 0x0001 }];

  it('is caught when it keeps memory of a device', () => {
    const broken = new LyingBus(['smsc95xx']);
    const { usb, slabs, kthreads } = broken.kernel;
    const driver = new TestDriver(IDS);
    driver.onDisconnect = () => void slabs.kmalloc(64);
    kthreads.run('insmod', function* () {
      yield* usb!.register(driver);
    });
    const problems = broken.suffer(first(randomLies(1), 20));
    expect(problems.filter((problem) => problem.endsWith(' objects'))).not.toEqual([]);
  });

  it('is caught when it says what Linux would not', () => {
    const usual = [
      'usb 1-1: Product: two lines',
      'of a name',
      "usb 1-1: config 0 has 2 interfaces, different from the descriptor's value: 255",
    ];
    const wrong = ['usb 1-1: config 0 is strange', 'hub 1-1:1.0: 255 ports, really', 'oh dear'];
    expect(unusual([...usual, ...wrong])).toEqual(wrong);
  });
});
