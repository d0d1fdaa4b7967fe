// SPDX-License-Identifier: GPL-2.0-or-later
/** The loop-back device, and with it what every device has from `UsbDevice`. */
import { beforeEach, describe, expect, it } from 'vitest';

import { USB_DT, USB_REQ } from '../../uapi/usb.ts';
import { Prng } from '../../sim/prng.ts';
import { FAULTS, LOOPBACK_ENDPOINT, LOOPBACK_REQUEST, LoopbackDevice } from './loopback.ts';
import { parseSetup, type TransferStatus, type UsbTransfer } from './transfer.ts';

interface Asked {
  readonly transfer: UsbTransfer;
  status?: TransferStatus;
  data: number[];
}

const VENDOR_IN = 0xc0;
const VENDOR_OUT = 0x40;
const STANDARD_IN = 0x80;
const TO_ENDPOINT = 0x02;

let device: LoopbackDevice;

beforeEach(() => {
  device = new LoopbackDevice();
  device.attach('high');
});

function submit(endpoint: number, what: Partial<UsbTransfer>): Asked {
  const asked: Asked = {
    data: [],
    transfer: {
      endpoint,
      setup: undefined,
      out: new Uint8Array(0),
      room: 0,
      complete: (status, data) => {
        expect(asked.status, 'a transfer ends once').toBeUndefined();
        asked.status = status;
        asked.data = [...data];
      },
      ...what,
    },
  };
  device.submit(asked.transfer);
  return asked;
}

function control(type: number, request: number, value = 0, index = 0, data: number | number[] = 0) {
  const length = typeof data === 'number' ? data : data.length;
  const out = Uint8Array.from(typeof data === 'number' ? [] : data);
  return submit(0, { setup: { type, request, value, index, length }, out, room: length });
}

const write = (bytes: readonly number[]) =>
  submit(LOOPBACK_ENDPOINT.OUT, { out: Uint8Array.from(bytes) });
const read = (room: number) => submit(LOOPBACK_ENDPOINT.IN, { room });
const configure = () => control(0, USB_REQ.SET_CONFIGURATION, 1);
const bytes = (count: number) => Array.from({ length: count }, (_, at) => at & 0xff);

describe('chapter 9', () => {
  it('answers descriptors, no longer than was asked for', () => {
    const { status, data } = control(
      STANDARD_IN,
      USB_REQ.GET_DESCRIPTOR,
      USB_DT.DEVICE << 8,
      0,
      64,
    );
    expect([status, data.length, data[0]]).toEqual(['done', 18, 18]);
    const config = control(STANDARD_IN, USB_REQ.GET_DESCRIPTOR, USB_DT.CONFIG << 8, 0, 9);
    expect(config.data).toEqual([9, 2, 39, 0, 1, 1, 0, 0x80, 50]);
    const name = control(STANDARD_IN, USB_REQ.GET_DESCRIPTOR, (USB_DT.STRING << 8) | 1, 0x409, 255);
    expect(String.fromCharCode(...name.data.filter((_, at) => at > 1 && at % 2 === 0))).toBe(
      'Ring Zero',
    );
    const none = control(STANDARD_IN, USB_REQ.GET_DESCRIPTOR, (USB_DT.STRING << 8) | 9, 0x409, 255);
    expect(none.status).toBe('stall');
  });

  it('has endpoints only when it is configured', () => {
    expect(write([1]).status).toBe('protocol-error');
    expect(control(0, USB_REQ.SET_CONFIGURATION, 7).status).toBe('stall');
    expect(configure().status).toBe('done');
    expect(control(STANDARD_IN, USB_REQ.GET_CONFIGURATION, 0, 0, 1).data).toEqual([1]);
    expect(write([1]).status).toBe('done');
    const waits = submit(LOOPBACK_ENDPOINT.EVENTS, { room: 4 });
    expect(waits.data).toEqual([1, 0, 0, 0]);
    device.reset();
    expect(write([1]).status).toBe('protocol-error');
  });

  it('halts an endpoint and lets it go again', () => {
    configure();
    const waits = read(512);
    control(TO_ENDPOINT, USB_REQ.SET_FEATURE, 0, LOOPBACK_ENDPOINT.IN);
    expect([waits.status, read(512).status]).toEqual(['stall', 'stall']);
    const status = () =>
      control(STANDARD_IN | TO_ENDPOINT, USB_REQ.GET_STATUS, 0, LOOPBACK_ENDPOINT.IN, 2).data;
    expect(status()).toEqual([1, 0]);
    control(TO_ENDPOINT, USB_REQ.CLEAR_FEATURE, 0, LOOPBACK_ENDPOINT.IN);
    expect([status(), read(512).status]).toEqual([[0, 0], undefined]);
  });

  it('stalls what it does not know', () => {
    for (const request of [2, 4, 7, 12, 99]) expect(control(0, request).status).toBe('stall');
    expect(control(STANDARD_IN | 3, USB_REQ.GET_STATUS, 0, 0, 2).status).toBe('stall');
    expect(control(0, USB_REQ.SET_FEATURE, 2).status).toBe('stall');
  });
});

describe('a transfer', () => {
  beforeEach(() => void configure());

  it('waits until there is something, and ends with a short packet', () => {
    const waits = read(4096);
    expect(waits.status).toBeUndefined();
    write(bytes(700));
    expect([waits.status, waits.data]).toEqual(['done', bytes(700)]);
  });

  it('ends when it is full; the rest is for the next one', () => {
    write(bytes(1024));
    expect(read(512).data).toEqual(bytes(512));
    expect(read(1024).data.length).toBe(512);
    // A whole number of packets ends with one of no bytes, for which nobody was left.
    expect(read(512).status).toBeUndefined();
  });

  it('is too small for a packet: the device babbles', () => {
    write(bytes(100));
    expect(read(10)).toMatchObject({ status: 'babble', data: bytes(10) });
  });

  it('can be taken back for as long as it waits', () => {
    const [first, second] = [read(512), read(512)];
    expect(device.cancel(first.transfer)).toBe(true);
    write([1, 2]);
    expect([first.status, second.data]).toEqual([undefined, [1, 2]]);
    expect(device.cancel(second.transfer)).toBe(false);
  });

  it('never ends when the device is pulled out', () => {
    const waits = read(512);
    device.detach();
    expect([waits.status, read(512).status]).toEqual([undefined, 'protocol-error']);
  });
});

describe('the loop-back device', () => {
  beforeEach(() => void configure());

  it('keeps 64 bytes', () => {
    expect(control(VENDOR_OUT, LOOPBACK_REQUEST.STORE, 0, 0, bytes(64)).status).toBe('done');
    expect(control(VENDOR_IN, LOOPBACK_REQUEST.LOAD, 0, 0, 64).data).toEqual(bytes(64));
    expect(control(VENDOR_OUT, LOOPBACK_REQUEST.STORE, 0, 0, bytes(65)).status).toBe('stall');
  });

  it('takes no more than it has room for, until somebody fetches', () => {
    write(bytes(65_536));
    const full = write([1]);
    expect(full.status).toBeUndefined();
    expect(device.cancel(full.transfer)).toBe(true);
    read(512);
    expect(write([1]).status).toBe('done');
    control(VENDOR_OUT, LOOPBACK_REQUEST.FORGET);
    expect(read(512).status).toBeUndefined();
  });

  it('misbehaves as told', () => {
    const outcome = (fault: (typeof FAULTS)[number]) => {
      control(VENDOR_OUT, LOOPBACK_REQUEST.FAULT, FAULTS.indexOf(fault));
      const sent = write(bytes(100));
      const got = read(100);
      device.cancel(got.transfer);
      device.cancel(sent.transfer);
      control(TO_ENDPOINT, USB_REQ.CLEAR_FEATURE, 0, LOOPBACK_ENDPOINT.OUT);
      control(VENDOR_OUT, LOOPBACK_REQUEST.FORGET);
      return [sent.status, got.status, got.data.length];
    };
    expect(FAULTS.map(outcome)).toEqual([
      ['done', 'done', 100],
      ['stall', undefined, 0],
      [undefined, undefined, 0],
      ['done', 'babble', 100],
      ['done', 'done', 50],
      ['protocol-error', undefined, 0],
    ]);
  });
});

it('survives whatever a host sends', () => {
  const random = new Prng(7);
  for (let round = 0; round < 5000; round++) {
    const setup = parseSetup(Uint8Array.from({ length: 8 }, () => random.below(256)));
    const out = new Uint8Array(random.below(700));
    const endpoint =
      random.below(4) === 0 ? 0 : [0x01, 0x81, 0x82, random.below(256)][random.below(4)]!;
    if (endpoint === 0) submit(0, { setup, out, room: random.below(70_000) });
    else submit(endpoint, { out, room: random.below(2000) });
    if (random.below(50) === 0) configure();
    if (random.below(500) === 0) device.reset();
  }
  device.reset();
  configure();
  write([1, 2, 3]);
  expect(read(64).data).toEqual([1, 2, 3]);
});
