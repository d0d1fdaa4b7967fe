// SPDX-License-Identifier: GPL-2.0-or-later
/** A USB/IP server as its clients see it, honest ones and others, without a socket. */
import { beforeEach, describe, expect, it } from 'vitest';

import { LoopbackDevice, LOOPBACK_ENDPOINT } from '../../hw/usb/loopback.ts';
import { Prng } from '../../sim/prng.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { Connection } from './connection.ts';
import { Export } from './export.ts';

const HEADER_BYTES = 48;
const IMPORT_REPLY_BYTES = 8 + 312;
const [REQ_IMPORT, REQ_DEVLIST] = ['01118003', '01118005'];
const SUBMIT = 1;
const UNLINK = 2;
const DEVICE_ID = 0x0001_0002;
const NO_STATUS = '00000000';

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16));
const busid = (text: string): string =>
  [...text.padEnd(32, '\0')].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
const words = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  for (const [at, value] of values.entries()) new DataView(bytes.buffer).setInt32(4 * at, value);
  return bytes;
};
const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts));

/** A client, and what it has been told. */
class TestClient {
  readonly connection: Connection;
  received: Uint8Array = new Uint8Array(0);
  isClosed = false;
  complaint: string | undefined;

  constructor(exported: Export) {
    this.connection = new Connection(exported, {
      send: (message) => (this.received = joined(this.received, message)),
      close: (complaint) => {
        this.isClosed = true;
        this.complaint = complaint;
      },
    });
  }

  say(bytes: Uint8Array | string): void {
    this.connection.receive(typeof bytes === 'string' ? fromHex(bytes) : bytes);
  }

  /** Takes what came until now. */
  take(): Uint8Array {
    const { received } = this;
    this.received = new Uint8Array(0);
    return received;
  }

  import(name = '1-1'): void {
    this.say(`${REQ_IMPORT}${NO_STATUS}${busid(name)}`);
  }

  submit(
    sequence: number,
    { isIn = false, endpoint = 0, length = 0, setup = '0000000000000000', out = '' },
  ): void {
    const direction = isIn ? 1 : 0;
    const header = words(SUBMIT, sequence, DEVICE_ID, direction, endpoint, 0, length, 0, 0, 0);
    this.say(joined(header, fromHex(setup), fromHex(out)));
  }

  unlink(sequence: number, unlinked: number): void {
    this.say(joined(words(UNLINK, sequence, DEVICE_ID, 0, 0, unlinked), new Uint8Array(24)));
  }
}

/** Command, sequence, status and number of bytes of an answer. */
function answer(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(20), view.getInt32(24)];
}

const SET_CONFIGURATION = '0009010000000000';
const GET_DEVICE = '8006000100001200';

let device: LoopbackDevice;
let exported: Export;
let client: TestClient;

beforeEach(() => {
  device = new LoopbackDevice();
  exported = new Export(device, { now: () => 0, schedule: () => () => undefined });
  client = new TestClient(exported);
});

describe('a server', () => {
  it('lists what can be imported, once, and ends', () => {
    client.say(`${REQ_DEVLIST}${NO_STATUS}`);
    const list = client.take();
    expect(list.length).toBe(8 + 4 + 312 + 4);
    expect([...list.subarray(0, 12)]).toEqual([1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(String.fromCharCode(...list.subarray(12 + 256, 12 + 259))).toBe('1-1');
    expect([...list.subarray(12 + 300, 12 + 306)]).toEqual([0x12, 0x09, 0, 1, 1, 0]);
    expect(client.isClosed).toBe(true);
  });

  it('gives the device to one client, which then finds it as after plugging in', () => {
    client.import();
    expect(client.take().length).toBe(IMPORT_REPLY_BYTES);
    client.submit(1, { isIn: true, length: 18, setup: GET_DEVICE });
    const bytes = client.take();
    expect(answer(bytes)).toEqual([3, 1, 0, 18]);
    expect(bytes.slice(HEADER_BYTES)).toEqual(device.descriptors.device);

    const second = new TestClient(exported);
    second.import();
    expect([...second.take()]).toEqual([1, 0x11, 0, 3, 0, 0, 0, 2]);
    expect(second.isClosed).toBe(true);
    client.connection.stop();
    expect(device.isAttached).toBe(false);
    const third = new TestClient(exported);
    third.import();
    expect(third.take().length).toBe(IMPORT_REPLY_BYTES);
  });

  it('says nothing until there is something, and nothing more of what was taken back', () => {
    client.import();
    client.submit(1, { setup: SET_CONFIGURATION });
    client.take();
    const { IN, OUT } = LOOPBACK_ENDPOINT;
    client.submit(2, { isIn: true, endpoint: IN & 0x0f, length: 512 });
    client.submit(3, { isIn: true, endpoint: IN & 0x0f, length: 512 });
    expect(client.received.length).toBe(0);
    client.unlink(4, 2);
    expect(answer(client.take())).toEqual([4, 4, -ERRNO.ECONNRESET, 0]);
    client.submit(5, { endpoint: OUT, length: 3, out: '010203' });
    const bytes = client.take();
    expect(answer(bytes.subarray(0, HEADER_BYTES))).toEqual([3, 5, 0, 3]);
    expect(answer(bytes.subarray(HEADER_BYTES))).toEqual([3, 3, 0, 3]);
    expect([...bytes.subarray(2 * HEADER_BYTES)]).toEqual([1, 2, 3]);
    client.unlink(6, 3);
    expect(answer(client.take())).toEqual([4, 6, 0, 0]);
  });

  it('pulls the plug by ending the connection', () => {
    client.import();
    expect(exported.unplug()).toBe(true);
    expect([client.isClosed, client.complaint, exported.unplug()]).toEqual([
      true,
      undefined,
      false,
    ]);
    expect(device.isAttached).toBe(false);
  });
});

describe('a client that is none', () => {
  it.each([
    ['another version', `01068003${NO_STATUS}`, 'speaks version 106'],
    ['another request', `01118001${NO_STATUS}`, 'asks for 8001'],
  ])('is told nothing: %s', (_, hex, complaint) => {
    client.say(hex);
    expect([client.received.length, client.isClosed]).toEqual([0, true]);
    expect(client.complaint).toBe(complaint);
  });

  it('cannot import what is not there', () => {
    client.import('9-9');
    expect([...client.take()]).toEqual([1, 0x11, 0, 3, 0, 0, 0, 4]);
    expect(client.isClosed).toBe(true);
  });

  it.each([
    ['no message', words(7, 1, DEVICE_ID, ...Array.from({ length: 9 }, () => 0))],
    ['another device', words(SUBMIT, 1, 99, ...Array.from({ length: 9 }, () => 0))],
    ['less than nothing', words(SUBMIT, 1, DEVICE_ID, 1, 0, 0, -1, 0, 0, 0, 0, 0)],
    ['two gigabytes', words(SUBMIT, 1, DEVICE_ID, 0, 2, 0, 0x7fff_ffff, 0, 0, 0, 0, 0)],
    ['a million packets', words(SUBMIT, 1, DEVICE_ID, 1, 1, 0, 0, 0, 1_000_000, 0, 0, 0)],
  ])('is cut off before anything is kept for it: %s', (_, message) => {
    client.import();
    client.take();
    client.say(message);
    expect([client.isClosed, client.received.length]).toEqual([true, 0]);
    expect(client.complaint).toBeDefined();
    expect([exported.isImported, device.isAttached]).toEqual([false, false]);
  });

  it('does no harm, whatever it says and however it is cut', () => {
    const prng = new Prng(11);
    for (let round = 0; round < 400; round++) {
      const other = new TestClient(exported);
      if (prng.below(4) > 0) other.import();
      for (let message = 0; message < 8 && !other.isClosed; message++) {
        const isUrb = prng.below(3) > 0;
        const bytes = isUrb
          ? words(1 + prng.below(2), prng.below(9), DEVICE_ID, prng.below(2), prng.below(6), 0)
          : Uint8Array.from({ length: prng.below(120) }, () => prng.below(256));
        const rest = words(prng.below(600), 0, 0, prng.below(9), prng.below(0x7fff_ffff), 0);
        const whole = isUrb ? joined(bytes, rest, new Uint8Array(prng.below(700))) : bytes;
        for (let at = 0; at < whole.length;) {
          const size = 1 + prng.below(90);
          other.say(whole.subarray(at, at + size));
          at += size;
        }
      }
      other.connection.stop();
      expect(exported.isImported).toBe(false);
    }
    client.import();
    expect(client.take().length).toBe(IMPORT_REPLY_BYTES);
  });
});
