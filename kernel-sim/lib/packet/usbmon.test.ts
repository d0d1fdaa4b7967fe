// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { fieldsOf, judge, whyNoTshark } from '../../../tests/support/tshark.ts';
import { type PcapngFrame, readPcapng, writePcapng } from './pcapng.ts';
import { instantAt, LINKTYPE_USB_LINUX_MMAPPED, usbEvents, type UsbTransfer } from './usbmon.ts';
import { arpRequest } from './testing/frames.ts';

const EPOCH = 1_700_000_000;
/** GET_DESCRIPTOR of a device, and its answer. */
const SETUP = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);
const DEVICE = Uint8Array.from([18, 1, 0, 2, 0xff, 0, 1, 64, 0x24, 4, 0, 0xec, 0, 2, 0, 0, 0, 1]);

function transfer(of: Partial<UsbTransfer>): UsbTransfer {
  return {
    number: 1,
    bus: 1,
    address: 3,
    kind: 'bulk',
    isIn: true,
    endpoint: 1,
    wanted: 512,
    actual: 4,
    status: 0,
    data: Uint8Array.of(1, 2, 3, 4),
    submitted: instantAt(EPOCH, 1_500_000_123),
    ended: instantAt(EPOCH, 2_000_000_999),
    ...of,
  };
}

const control = transfer({
  kind: 'control',
  endpoint: 0,
  setup: SETUP,
  wanted: 18,
  actual: 18,
  data: DEVICE,
});
const sent = transfer({ number: 2, isIn: false, endpoint: 2, wanted: 4 });
const cut = transfer({ number: 3, wanted: 2048, actual: 2000, data: new Uint8Array(128) });
const failed = transfer({ number: 4, kind: 'interrupt', endpoint: 3, actual: 0, status: -108 });

function capture(transfers: readonly UsbTransfer[]): Uint8Array {
  const usb = { device: 'usbmon1', linkType: LINKTYPE_USB_LINUX_MMAPPED };
  const frames = transfers
    .flatMap((each) => usbEvents(each))
    .map((event): PcapngFrame => Object.assign(event, usb));
  const bytes = arpRequest('10.0.2.15', '10.0.2.2');
  const ethernet = { device: 'eth0', ...instantAt(EPOCH, 0), bytes, lengthBytes: bytes.length };
  return writePcapng([ethernet, ...frames]);
}

it('is a submission and a completion, of which one has the data', () => {
  const [submit, complete] = usbEvents(control);
  expect([submit.bytes.length, complete.bytes.length]).toEqual([64, 64 + 18]);
  expect([...submit.bytes.subarray(40, 48)]).toEqual([...SETUP]);
  expect(submit).toMatchObject({ seconds: EPOCH + 1, nanoseconds: 500_000_123, lengthBytes: 64 });
  expect(usbEvents(sent).map(({ bytes }) => bytes.length)).toEqual([68, 64]);
  expect(usbEvents(cut).map(({ lengthBytes }) => lengthBytes)).toEqual([64, 2064]);
});

it('comes back from a file beside Ethernet', () => {
  const frames = readPcapng(capture([control])) ?? [];
  expect(frames.map(({ device, linkType }) => [device, linkType])).toEqual([
    ['eth0', undefined],
    ['usbmon1', LINKTYPE_USB_LINUX_MMAPPED],
    ['usbmon1', LINKTYPE_USB_LINUX_MMAPPED],
  ]);
});

const missing = whyNoTshark();

describe.skipIf(missing !== undefined)(`tshark${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('knows what each event says', () => {
    const file = capture([control, sent, cut, failed]);
    const names = ['urb_type', 'transfer_type', 'endpoint_address', 'device_address', 'urb_status'];
    const fields = [...names, 'urb_len', 'data_len', 'idVendor'].map((name) => `usb.${name}`);
    expect(fieldsOf(file, fields).slice(1)).toEqual([
      ["'S'", '0x02', '0x80', '3', '-115', '18', '0', ''],
      ["'C'", '0x02', '0x80', '3', '0', '18', '18', '0x0424'],
      ["'S'", '0x03', '0x02', '3', '-115', '4', '4', ''],
      ["'C'", '0x03', '0x02', '3', '0', '4', '0', ''],
      ["'S'", '0x03', '0x81', '3', '-115', '2048', '0', ''],
      ["'C'", '0x03', '0x81', '3', '0', '2000', '128', ''],
      ["'S'", '0x01', '0x83', '3', '-115', '512', '0', ''],
      ["'C'", '0x01', '0x83', '3', '-108', '0', '0', ''],
    ]);
    expect(judge(file).map(({ device, isWrong }) => [device, isWrong])).toEqual([
      ['eth0', false],
      ...Array.from({ length: 8 }, () => ['usbmon1', false]),
    ]);
  });
});
