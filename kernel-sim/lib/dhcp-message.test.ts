// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import {
  BOOTREQUEST,
  DHCP_MESSAGE,
  DHCP_OPTION,
  encodeDhcp,
  messageType,
  optionAddresses,
  optionNumber,
  parseDhcp,
  words,
  type DhcpMessage,
} from './dhcp-message.ts';

const MESSAGE: DhcpMessage = {
  op: BOOTREQUEST,
  xid: 0xdead_beef,
  seconds: 7,
  flags: 0x8000,
  clientAddress: 0,
  yourAddress: 0x0a00_020f,
  serverAddress: 0x0a00_0202,
  relayAddress: 0,
  hardwareAddress: Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56),
  options: new Map([
    [DHCP_OPTION.MESSAGE_TYPE, Uint8Array.of(DHCP_MESSAGE.DISCOVER)],
    [DHCP_OPTION.DNS_SERVER, words(0x0a00_0202, 0x0808_0808)],
    [DHCP_OPTION.LEASE_TIME, words(86_400)],
  ]),
};

describe('a DHCP message', () => {
  test('comes back as it was', () => {
    const bytes = encodeDhcp(MESSAGE);
    expect(bytes.length).toBe(300);
    expect(parseDhcp(bytes)).toEqual(MESSAGE);
  });

  test('has its options as numbers and addresses', () => {
    expect(messageType(MESSAGE)).toBe(DHCP_MESSAGE.DISCOVER);
    expect(optionNumber(MESSAGE, DHCP_OPTION.LEASE_TIME)).toBe(86_400);
    expect(optionNumber(MESSAGE, DHCP_OPTION.DNS_SERVER)).toBeUndefined();
    expect(optionAddresses(MESSAGE, DHCP_OPTION.DNS_SERVER)).toEqual([0x0a00_0202, 0x0808_0808]);
    expect(optionAddresses(MESSAGE, DHCP_OPTION.ROUTER)).toEqual([]);
  });

  test('splits what is too long for one option', () => {
    const value = new Uint8Array(600).map((_, n) => n & 0xff);
    const options = new Map([[DHCP_OPTION.SEARCH_LIST, value]]);
    expect(parseDhcp(encodeDhcp({ ...MESSAGE, options }))?.options).toEqual(options);
  });

  test('goes on in the fields for names when it says so', () => {
    const options = new Map([[DHCP_OPTION.OVERLOAD, Uint8Array.of(3)]]);
    const bytes = encodeDhcp({ ...MESSAGE, options });
    bytes.set([DHCP_OPTION.MESSAGE_TYPE, 1, DHCP_MESSAGE.NAK, DHCP_OPTION.END], 108);
    bytes.set([DHCP_OPTION.HOST_NAME, 2, 112, 99, DHCP_OPTION.END], 44);
    const message = parseDhcp(bytes)!;
    expect(messageType(message)).toBe(DHCP_MESSAGE.NAK);
    expect(message.options.get(DHCP_OPTION.HOST_NAME)).toEqual(Uint8Array.of(112, 99));
  });

  test('is none when it is too short, of another kind, or runs past its end', () => {
    const bytes = encodeDhcp(MESSAGE);
    for (let length = 0; length < 240; length++) {
      expect(parseDhcp(bytes.subarray(0, length))).toBeUndefined();
    }
    for (const [at, value] of [
      [1, 6],
      [2, 16],
      [236, 0],
      [241, 255],
    ] as const) {
      const wrong = bytes.slice();
      wrong[at] = value;
      expect(parseDhcp(wrong)).toBeUndefined();
    }
  });
});
