// SPDX-License-Identifier: GPL-2.0-or-later
/** ethtool(8) on the LAN9512, in the words that ethtool 6.1 had for Linux 6.1's driver of it. */
import { beforeAll, describe, expect, it } from 'vitest';

import { NETDEV_TX, type NetDeviceOps } from '../../kernel-sim/net/core/net-device.ts';
import { TestMachine } from '../support/machine.ts';

let guest: TestMachine;

const root = (command: string): string => guest.printed(`sudo sh -c '${command}'`);

beforeAll(() => {
  guest = TestMachine.boot();
  guest.waitFor('$ ');
  guest.command('cd smsc95xx && make > /dev/null && sudo insmod smsc95xx.ko && cd');
  guest.command('plug lan9512');
  guest.runUntil(() => guest.logText.includes("register 'smsc95xx'"), 'the interface');
});

const HALF_A_LINK = `	Supported ports: [ TP	 MII ]
	Supported link modes:   10baseT/Half 10baseT/Full
	                        100baseT/Half 100baseT/Full
	Supported pause frame use: Symmetric Receive-only
	Supports auto-negotiation: Yes
	Supported FEC modes: Not reported
	Advertised link modes:  10baseT/Half 10baseT/Full
	                        100baseT/Half 100baseT/Full
	Advertised pause frame use: No
	Advertised auto-negotiation: Yes
	Advertised FEC modes: Not reported
`;
const PARTNER = `	Link partner advertised link modes:  10baseT/Half 10baseT/Full
	                                     100baseT/Half 100baseT/Full
	Link partner advertised pause frame use: Symmetric Receive-only
	Link partner advertised auto-negotiation: Yes
	Link partner advertised FEC modes: Not reported
`;
const REST = `	Port: Twisted Pair
	PHYAD: 1
	Transceiver: internal
	MDI-X: Unknown
        Current message level: 0x00000007 (7)
                               drv probe link
`;
const TESTS = `The test extra info:
 1. Carrier                    	 0
 2. PHY dev is present         	 0
 3. PHY internal loopback, enab	 0
 4. PHY internal loopback, UDP 	 0
 5. PHY internal loopback, MTU 	 0
 6. PHY internal loopback, TCP 	 0
 7. PHY internal loopback, disa	 0
`;

describe('an interface that is down', () => {
  it('has no link yet', () => {
    expect(root('ethtool eth0')).toBe(
      `Settings for eth0:\n${HALF_A_LINK}	Speed: Unknown!\n	Duplex: Unknown! (255)\n` +
        `	Auto-negotiation: on\n${REST}	Link detected: no`,
    );
  });

  it('shows its registers, its EEPROM, and what it could be asked', () => {
    const dump = root('ethtool -d eth0').split('\n');
    expect(dump.slice(0, 3)).toEqual([
      'Offset		Values',
      '------		------',
      '0x0000:		02 00 00 ec 00 00 00 00 00 00 00 00 00 00 00 00 ',
    ]);
    expect([dump.length, dump.at(-1)]).toEqual([22, '0x0130:		01 00 01 00 ']);
    expect(root('ethtool -e eth0 offset 0 length 20').split('\n').slice(2)).toEqual([
      '0x0000:		a5 00 80 0f 95 12 01 ff ff ff ff ff ff ff ff ff ',
      '0x0010:		ff ff ff ff ',
    ]);
    expect(root('ethtool -e eth0 raw on offset 1 length 6 | od -An -tx1')).toBe(
      ' 00 80 0f 95 12 01',
    );
    expect(root('ethtool -e eth0 | wc -l')).toBe('34');
    expect(root('ethtool -e eth0 offset 600 2>&1; echo $?')).toBe(
      'Cannot get EEPROM data: Invalid argument\n74',
    );
    expect(root('ethtool -i eth0 | grep supports | cut -d: -f2').split('\n')).toEqual([
      ' no',
      ' yes',
      ' yes',
      ' yes',
      ' no',
    ]);
  });

  it('takes another address into its EEPROM from who knows the magic number', () => {
    expect(root('ethtool -E eth0 offset 6 value 0x77 2>&1; echo $?')).toBe(
      'Cannot set EEPROM data: Invalid argument\n74',
    );
    expect(guest.logText).toContain('eth0: EEPROM: magic value mismatch, magic = 0x0');
    expect(root('ethtool -E eth0 magic 0x9500 offset 6 value 0x77; echo $?')).toBe('0');
    expect(root('ethtool -e eth0 offset 6 length 1 | tail -n 1')).toBe('0x0006:		77 ');
    root('printf "12\\001" | ethtool -E eth0 magic 0x9500 offset 4 length 3');
    expect(root('ethtool -e eth0 offset 4 length 3 | tail -n 1')).toBe('0x0004:		31 32 01 ');
  });
});

describe('an interface that is up', () => {
  it('says what both sides offer', () => {
    root('ip link set eth0 up; sleep 3');
    expect(root('ethtool eth0')).toBe(
      `Settings for eth0:\n${HALF_A_LINK}${PARTNER}	Speed: 100Mb/s\n	Duplex: Full\n` +
        `	Auto-negotiation: on\n${REST}	Link detected: yes`,
    );
  });

  it('tests itself', () => {
    expect(root('ethtool -t eth0; echo $?')).toBe(`The test result is PASS\n${TESTS}\n0`);
    expect(root('sleep 3; ethtool -t eth0 online; echo $?')).toBe(
      `The test result is FAIL\n${TESTS}\n1`,
    );
  });

  it('finds out that frames do not come back', () => {
    const { core } = guest.machine.kernel.net;
    const ops = core.byName('eth0')!.ops as { startXmit: NetDeviceOps['startXmit'] };
    const { startXmit } = ops;
    ops.startXmit = (skb) => {
      core.skbs.free(skb);
      return NETDEV_TX.OK;
    };
    const answer = root('sleep 3; ethtool -t eth0; echo $?');
    ops.startXmit = startXmit;
    expect(answer).toContain('The test result is FAIL\n');
    for (const test of ['UDP', 'MTU', 'TCP']) {
      expect(answer).toContain(`PHY internal loopback, ${test} \t -110\n`);
    }
    expect(answer.endsWith('\n1')).toBe(true);
  });

  it('takes the speed that it is given', () => {
    expect(root('ethtool -s eth0 speed 10 duplex half autoneg off; echo $?; sleep 3')).toBe('0');
    expect(guest.logText).toMatch(/eth0: Link is Up - 10Mbps\/Half - flow control off$/u);
    const shown = root('ethtool eth0');
    expect(shown).toContain('	Advertised auto-negotiation: No\n');
    expect(shown).toContain('	Speed: 10Mb/s\n	Duplex: Half\n	Auto-negotiation: off\n');
    expect(root('ethtool -s eth0 speed 77 2>&1; echo $?')).toBe(
      'netlink error: link settings update failed\nnetlink error: Invalid argument\n75',
    );
  });

  it('offers the one that it is given', () => {
    root('ethtool -s eth0 autoneg on; sleep 3');
    expect(root('ethtool eth0')).toContain(HALF_A_LINK);
    root('ethtool -s eth0 speed 10 duplex full autoneg on; sleep 3');
    const shown = root('ethtool eth0');
    expect(shown).toContain('	Advertised link modes:  10baseT/Full\n	Advertised pause');
    expect(shown).toContain('	Speed: 10Mb/s\n	Duplex: Full\n	Auto-negotiation: on\n');
  });

  it('begins anew', () => {
    const ups = guest.logText.split('Link is Up').length;
    expect(root('ethtool -r eth0; echo $?; sleep 3')).toBe('0');
    expect(guest.logText.split('Link is Up').length).toBe(ups + 1);
  });
});

describe('bad input', () => {
  it('gets the messages of the real tool', () => {
    const messages = root(
      'for d in lo nodev; do for o in -d -e -t -r -E; do ethtool $o $d 2>&1; echo $?; done; done',
    );
    expect(messages.split('\n')).toEqual([
      'Cannot get driver information: Operation not supported',
      '72',
      'Cannot get driver information: Operation not supported',
      '74',
      'Cannot test: Operation not supported',
      '74',
      'Cannot restart autonegotiation: Operation not supported',
      '255',
      'Cannot get driver information: Operation not supported',
      '74',
      'Cannot get driver information: No such device',
      '72',
      'Cannot get driver information: No such device',
      '74',
      'Cannot get strings: No such device',
      '74',
      'Cannot restart autonegotiation: No such device',
      '255',
      'Cannot get driver information: No such device',
      '74',
    ]);
  });

  it.each([
    ['-s eth0 bogus', "ethtool (-s): unknown parameter 'bogus'"],
    ['-s eth0 speed', "ethtool (-s): no value for parameter 'speed'"],
    ['-s eth0 duplex x', "ethtool (-s): invalid value 'x' for parameter 'duplex'"],
    ['-s eth0 wol x', "ethtool (-s): invalid char 'x' in 'x' for parameter 'wol'"],
    ['-e eth0 foo', 'ethtool: bad command line argument(s)\nFor more information run ethtool -h'],
    [
      '-e eth0 offset',
      'ethtool: bad command line argument(s)\nFor more information run ethtool -h',
    ],
    ['-t eth0 foo', 'ethtool: bad command line argument(s)\nFor more information run ethtool -h'],
  ])('like %s', (words, message) => {
    expect(root(`ethtool ${words} 2>&1; echo $?`)).toBe(`${message}\n1`);
  });

  it('never was the driver of an error', () => {
    expect(guest.logText).not.toMatch(/BUG|WARNING|Oops|panick/u);
  });
});
