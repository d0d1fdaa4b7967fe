// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { ERRNO } from '../uapi/errno.ts';
import { AF } from '../uapi/socket.ts';
import { decodeAddress, encodeAddress, type SockAddress } from './sock-address.ts';

const ADDRESSES: readonly SockAddress[] = [
  { family: AF.INET, address: 0x0a00020f, port: 8080 },
  {
    family: AF.INET6,
    address: 'fe800000000000000000000000000001',
    port: 80,
    flowinfo: 5,
    scopeId: 2,
  },
  { family: AF.UNIX, path: '/run/socket' },
  { family: AF.UNIX, path: '\0abstract' },
  { family: AF.UNIX, path: '' },
  {
    family: AF.PACKET,
    protocol: 0x0806,
    ifindex: 2,
    hatype: 1,
    pkttype: 4,
    address: Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56),
  },
  { family: AF.NETLINK, pid: 0xffff_f001, groups: 0x8000_0001 },
  { family: AF.UNSPEC },
];

describe('an address', () => {
  it.each(ADDRESSES)('survives its bytes: %o', (address) => {
    expect(decodeAddress(encodeAddress(address))).toEqual(address);
  });

  it('lies in memory as Linux has it', () => {
    const bytes = encodeAddress({ family: AF.INET, address: 0x0a00020f, port: 8080 });
    expect([...bytes]).toEqual([2, 0, 0x1f, 0x90, 10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it.each(ADDRESSES.slice(0, 2))('is too short by a byte: %o', (address) => {
    const bytes = encodeAddress(address);
    const missing = address.family === AF.INET6 ? 5 : 1;
    expect(decodeAddress(bytes.subarray(0, -missing))).toBe(-ERRNO.EINVAL);
  });

  it('of a family that nobody has is told apart from none', () => {
    expect(decodeAddress(Uint8Array.of(99, 0, 1, 2))).toEqual({ family: AF.MAX });
    expect(decodeAddress(Uint8Array.of(1))).toBe(-ERRNO.EINVAL);
  });
});
