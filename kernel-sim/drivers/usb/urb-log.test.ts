// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, test } from 'vitest';

import { UsbBench } from '../../../tests/support/usb-bench.ts';
import { LOOPBACK_REQUEST, LoopbackDevice } from '../../hw/usb/loopback.ts';
import { UrbLog } from './urb-log.ts';

const CAPACITY = 8;

function make(): { bench: UsbBench; log: UrbLog; load: (index: number) => void } {
  const bench = new UsbBench();
  const { sim, devices, runtime: execution } = bench.kernel;
  const log = new UrbLog({ sim, ram: devices.bus.ram, execution }, CAPACITY);
  bench.usb.hcd.watchers.push(log);
  bench.plug(new LoopbackDevice());
  bench.pass(500);
  const node = bench.usb.devices[1]!;
  const load = (index: number): void => {
    const request = { type: 0xc0, request: LOOPBACK_REQUEST.LOAD, value: 0, index };
    bench.run(() => bench.usb.messages.read(node, request, 4));
  };
  return { bench, log, load };
}

test('keeps the latest URBs, and counts all', () => {
  const { log, load } = make();
  const before = log.count;
  for (let n = 0; n < 3 * CAPACITY; n++) load(7);
  expect(log.count).toBe(before + 3 * CAPACITY);
  const kept = log.since(0);
  expect([kept.length, kept[0]!.sequence]).toEqual([CAPACITY, log.count - CAPACITY]);
});

test('keeps the last two requests for each index, however long ago', () => {
  const { log, load } = make();
  load(1);
  const [first] = log.since(log.count - 1);
  load(1);
  const second = log.count - 1;
  for (let n = 0; n < 3 * CAPACITY; n++) load(2);
  const [old, latest] = log.requestsSince(0);
  expect([old!.before, old!.last.sequence]).toEqual([first, second]);
  expect(latest!.last.sequence).toBe(log.count - 1);
  expect(log.requestsSince(second + 1)).toEqual([latest]);
});
