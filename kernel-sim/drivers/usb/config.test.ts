// SPDX-License-Identifier: GPL-2.0-or-later
/** What becomes of configurations that make no sense; the words are those of Linux 6.1. */
import { describe, expect, it } from 'vitest';

import { USB_XFER, type UsbSpeed } from '../../uapi/usb.ts';
import { parseConfiguration } from './config.ts';
import type { UsbConfiguration } from './usb-node.ts';

const le16 = (value: number): [number, number] => [value & 0xff, value >>> 8];
const endpoint = (address: number, kind: number, packetBytes: number, interval = 0): number[] => [
  7,
  5,
  address,
  kind,
  ...le16(packetBytes),
  interval,
];
const usbInterface = (number: number, setting: number, endpoints: number): number[] => [
  9,
  4,
  number,
  setting,
  endpoints,
  0xff,
  0,
  0,
  0,
];

interface Parsed {
  readonly found: UsbConfiguration | number;
  readonly said: readonly string[];
}

function parsed(interfaces: number, rest: readonly number[], speed: UsbSpeed = 'high'): Parsed {
  const bytes = Uint8Array.of(9, 2, ...le16(9 + rest.length), interfaces, 1, 0, 0x80, 50, ...rest);
  const said: string[] = [];
  const found = parseConfiguration(0, bytes, speed, (text) => said.push(text));
  return { found, said };
}

const addressesOf = ({ found }: Parsed): number[][][] =>
  (found as UsbConfiguration).interfaces.map((settings) =>
    settings.map(({ endpoints }) => endpoints.map(({ address }) => address)),
  );
const { BULK, CONTROL, INT, ISOC } = USB_XFER;

describe('an endpoint', () => {
  const WHERE = 'config 1 interface 0 altsetting 0';
  const one = (bytes: readonly number[], speed: UsbSpeed = 'high'): Parsed =>
    parsed(1, [...usbInterface(0, 0, 1), ...bytes], speed);
  const only = ({ found }: Parsed): unknown =>
    (found as UsbConfiguration).interfaces[0]![0]!.endpoints[0];

  it.each<[string, UsbSpeed, number[], string[], [number, number]]>([
    ['fits', 'high', endpoint(0x81, INT, 64, 4), [], [64, 4]],
    [
      'says milliseconds where an exponent belongs',
      'high',
      endpoint(0x81, INT, 64, 32),
      [`${WHERE} endpoint 0x81 has an invalid bInterval 32, changing to 9`],
      [64, 9],
    ],
    [
      'is never to be asked',
      'full',
      endpoint(0x81, INT, 8, 0),
      [`${WHERE} endpoint 0x81 has an invalid bInterval 0, changing to 10`],
      [8, 10],
    ],
    [
      'has packets that are too large',
      'high',
      endpoint(0x81, BULK, 0xffff),
      [
        `${WHERE} endpoint 0x81 has invalid maxpacket 65535, setting to 1024`,
        `${WHERE} bulk endpoint 0x81 has invalid maxpacket 1024`,
      ],
      [1024, 0],
    ],
    ['sends three packets at once', 'high', endpoint(0x81, INT, 0x1400, 1), [], [1024, 1]],
    ['is not used yet', 'high', endpoint(0x81, ISOC, 0, 1), [], [0, 1]],
    [
      'has bits that mean nothing',
      'high',
      endpoint(0xf1, BULK, 512),
      [`${WHERE} has an endpoint descriptor with address 0xF1, changing to 0x81`],
      [512, 0],
    ],
    [
      'is bulk where there is none',
      'low',
      endpoint(0x81, BULK, 64),
      [`${WHERE} endpoint 0x81 is Bulk; changing to Interrupt`],
      [8, 1],
    ],
  ])('that %s at %s speed', (_what, speed, bytes, said, [packetBytes, interval]) => {
    const result = one(bytes, speed);
    expect(result.said).toEqual(said);
    expect(only(result)).toMatchObject({ address: 0x81, packetBytes, interval });
  });

  it('0 is of nobody, and one that was not announced is left out', () => {
    const rest = [
      ...usbInterface(0, 0, 1),
      ...endpoint(0x80, BULK, 512),
      ...endpoint(0x81, BULK, 512),
      ...endpoint(0x02, BULK, 512),
    ];
    const result = parsed(1, rest);
    expect(addressesOf(result)).toEqual([[[0x81]]]);
    expect(result.said).toEqual([
      `${WHERE} has an invalid endpoint with address 0x80, skipping`,
      `${WHERE} has 3 endpoint descriptors, different from the interface descriptor's value: 1`,
    ]);
  });

  it('is there once at a time, whichever interface has it', () => {
    const result = parsed(2, [
      ...usbInterface(0, 0, 1),
      ...endpoint(0x81, BULK, 512),
      ...usbInterface(0, 1, 1),
      ...endpoint(0x81, BULK, 512),
      ...usbInterface(1, 0, 2),
      ...endpoint(0x81, BULK, 512),
      ...endpoint(0x01, CONTROL, 64),
    ]);
    expect(addressesOf(result)).toEqual([[[0x81], [0x81]], [[]]]);
    const other = 'config 1 interface 1 altsetting 0';
    expect(result.said).toEqual([
      `${other} has a duplicate endpoint with address 0x81, skipping`,
      `${other} has a duplicate endpoint with address 0x1, skipping`,
    ]);
  });
});

describe('a configuration', () => {
  it('has the interfaces that are there, not those that it announces', () => {
    const result = parsed(3, [...usbInterface(7, 1, 0), ...usbInterface(7, 1, 0), 1]);
    expect(addressesOf(result)).toEqual([[[]]]);
    expect(result.said).toEqual([
      'config 1 descriptor has 1 excess byte, ignoring',
      'config 1 has an invalid interface number: 7 but max is 2',
      'config 1 has an invalid interface number: 7 but max is 2',
      "config 1 has 1 interface, different from the descriptor's value: 3",
      'config 1 has no interface number 0',
      'Duplicate descriptor for config 1 interface 7 altsetting 1, skipping',
      'config 1 interface 7 has no altsetting 0',
    ]);
  });

  it('may have none', () => {
    expect(parsed(0, []).said).toEqual(['config 1 has no interfaces?']);
  });
});
