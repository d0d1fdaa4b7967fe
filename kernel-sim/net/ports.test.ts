// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { mapIpv4, parseIpv4, parseIpv6 } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IN6ADDR_ANY } from '../uapi/in.ts';
import { Ports, type PortOwner } from './ports.ts';

function makePorts(isStream: boolean, random: () => number = () => 0): Ports {
  return new Ports({ isStream, range: () => [40_000, 40_003], random });
}

function socket(of: Partial<PortOwner> = {}): PortOwner {
  return {
    localAddress: 0,
    boundDevice: 0,
    reusesAddress: false,
    reusesPort: false,
    uid: 0,
    isV6Only: false,
    isListening: false,
    ...of,
  };
}

const one = parseIpv4('10.0.0.1')!;
const two = parseIpv4('10.0.0.2')!;
const v6 = parseIpv6('fd00::1')!;
const any6 = { localAddress: IN6ADDR_ANY };

describe('two sockets', () => {
  it.each<[string, Partial<PortOwner>, Partial<PortOwner>, datagrams: boolean, streams: boolean]>([
    ['any and any', {}, {}, false, false],
    ['any and one address', {}, { localAddress: one }, false, false],
    ['two addresses', { localAddress: one }, { localAddress: two }, true, true],
    ['two devices', { boundDevice: 1 }, { boundDevice: 2 }, true, true],
    ['a device and any', { boundDevice: 1 }, {}, false, false],
    ['one that would share', { reusesAddress: true }, {}, false, false],
    ['both share', { reusesAddress: true }, { reusesAddress: true }, true, true],
    [
      'both share, one listens',
      { reusesAddress: true, isListening: true },
      { reusesAddress: true },
      true,
      false,
    ],
    ['both share the port', { reusesPort: true }, { reusesPort: true }, true, true],
    ['of two users', { reusesPort: true }, { reusesPort: true, uid: 1 }, false, false],
    ['any6 and any4', any6, {}, false, false],
    ['any6 alone and any4', { ...any6, isV6Only: true }, {}, true, true],
    ['any6 and one address', any6, { localAddress: one }, false, false],
    ['mapped and itself', { localAddress: mapIpv4(one) }, { localAddress: one }, false, false],
    ['mapped and any6', { localAddress: mapIpv4(one) }, any6, false, false],
    ['mapped and another', { localAddress: mapIpv4(one) }, { localAddress: two }, true, true],
    ['one of v6 and any4', { localAddress: v6 }, {}, true, true],
    ['one of v6 and any6', { localAddress: v6 }, any6, false, false],
  ])('%s', (_what, first, second, datagrams, streams) => {
    for (const [isStream, share] of [[false, datagrams] as const, [true, streams] as const]) {
      for (const pair of [[first, second] as const, [second, first] as const]) {
        const ports = makePorts(isStream);
        expect(ports.bind(socket(pair[0]), 80)).toBe(80);
        expect(ports.bind(socket(pair[1]), 80)).toBe(share ? 80 : -ERRNO.EADDRINUSE);
      }
    }
  });
});

describe('a port that is given away', () => {
  it('begins at a random place and goes round until none is left', () => {
    const ports = makePorts(false, () => 2);
    const sockets = Array.from({ length: 5 }, () => socket());

    const given = sockets.map((owner) => ports.bind(owner, 0));

    expect(given).toEqual([40_002, 40_003, 40_000, 40_001, -ERRNO.EADDRINUSE]);
    ports.release(sockets[2]!);
    expect(ports.portOf(sockets[2]!)).toBe(0);
    expect(ports.bind(sockets[4]!, 0)).toBe(40_000);
  });

  it('is shared by connections that differ, and not with a socket that was bound', () => {
    const ports = makePorts(true);
    const connection = (): PortOwner => socket({ localAddress: one });
    ports.bind(socket(), 40_000);

    const first = ports.connect(connection(), () => false);
    const second = ports.connect(connection(), (port) => port === 40_001);

    expect([first, second]).toEqual([40_001, 40_001]);
    expect(ports.bind(socket(), 40_001)).toBe(-ERRNO.EADDRINUSE);
    ports.bind(socket(), 40_002);
    ports.bind(socket(), 40_003);
    expect(ports.connect(connection(), () => false)).toBe(-ERRNO.EADDRNOTAVAIL);
  });
});
