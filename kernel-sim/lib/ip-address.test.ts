// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import {
  formatIpv4,
  formatIpv6,
  ipv6FromBytes,
  ipv6ToBytes,
  mapIpv4,
  parseIpv4,
  parseIpv6,
  unmapIpv4,
} from './ip-address.ts';

describe('an IPv4 address', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.0.2.15', 0x0a00_020f],
    ['255.255.255.255', 0xffff_ffff],
  ])('%s goes both ways', (text, address) => {
    expect(parseIpv4(text)).toBe(address);
    expect(formatIpv4(address)).toBe(text);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '-1.2.3.4', '1..2.3'])(
    '"%s" is none',
    (text) => {
      expect(parseIpv4(text)).toBeUndefined();
    },
  );
});

describe('an IPv6 address', () => {
  // What inet_ntop(3) of glibc answers.
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80::5054:FF:fe12:3456', 'fe80::5054:ff:fe12:3456'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1::', '1::'],
    ['::ffff:10.0.2.15', '::ffff:10.0.2.15'],
    ['::10.0.2.15', '::10.0.2.15'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is written %s', (text, canonical) => {
    const address = parseIpv6(text);

    expect(address).toMatch(/^[\da-f]{32}$/);
    expect(formatIpv6(address ?? '')).toBe(canonical);
    expect(ipv6FromBytes(ipv6ToBytes(address ?? ''))).toBe(address);
  });

  const wrong =
    '|:|1|:::|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|1::2::3|12345::|g::|1:2:3:4:5:6:7:8::|::1.2.3|' +
    '1.2.3.4|::1.2.3.4:1|:1:2:3:4:5:6:7|fe80::1%lo';
  it.each(wrong.split('|'))('"%s" is none', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });

  it('may hold an IPv4 address', () => {
    expect(unmapIpv4(mapIpv4(0x0a00_020f))).toBe(0x0a00_020f);
    expect(unmapIpv4(parseIpv6('::10.0.2.15') ?? '')).toBeUndefined();
  });
});
