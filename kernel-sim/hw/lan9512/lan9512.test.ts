// SPDX-License-Identifier: GPL-2.0-or-later
/** The chip without a driver: frames both ways, and how they are framed. */
import { describe, expect, it } from 'vitest';

import { Bench, frameTo, OWN_MAC, txTransfer } from './testing/rig.ts';

const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function broughtUp(): Bench {
  const bench = new Bench();
  bench.bringUp();
  return bench;
}

describe('a received frame', () => {
  it('has status word, checksum of the wire, and sum, as a real driver took it', () => {
    const bench = broughtUp();
    const asked = bench.bulkIn();
    bench.port.arrive(
      fromHex(
        'b827eb123456525500020202080600010800060400025255000202020a000202b827eb1234560a00020f',
      ),
    );
    bench.run(1);
    expect(toHex(asked.data)).toBe(
      '20004200b827eb123456525500020202080600010800060400025255000202020a000202' +
        `b827eb1234560a00020f${'00'.repeat(18)}5fb24ed75202`,
    );
  });
});

describe('a sent frame', () => {
  it('leaves padded, and the transfer is done at once', () => {
    const bench = broughtUp();
    expect(bench.bulkOut(txTransfer(frameTo(BROADCAST, 42))).status).toBe('done');
    bench.run(1);
    expect(bench.sent.map((frame) => frame.length)).toEqual([60]);
    expect(bench.sent[0]!.subarray(0, 42)).toEqual(frameTo(BROADCAST, 42));
    expect(OWN_MAC.length).toBe(6);
  });

  it('is noted when it gets to the wire, and only then', () => {
    const bench = broughtUp();
    const frame = frameTo(BROADCAST, 60);
    bench.bulkOut(txTransfer(frame));
    bench.run(1);
    expect(bench.noted).toEqual([frame]);
    bench.port.plug(undefined);
    bench.run(1);
    expect(bench.bulkOut(txTransfer(frame)).status).toBe('done');
    bench.run(1);
    expect([bench.noted.length, bench.sent.length]).toEqual([1, 1]);
  });
});
