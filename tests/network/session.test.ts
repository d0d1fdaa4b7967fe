// SPDX-License-Identifier: GPL-2.0-or-later
/** What people do with a network: an address, a ping, a page, a large file; and all of it again. */
import { describe, expect, test } from 'vitest';

import type { BootImage, WireSettings } from '../../kernel-sim/index.ts';
import { resultOf, TestMachine, type ScriptResult } from '../support/machine.ts';

const LOAD =
  'cd ringnic && make > /dev/null && sudo insmod ringnic.ko && sudo udhcpc -i eth0 -q -n';
const TRACED = { isTraced: true } as const;

function run(
  text: string,
  wire: Partial<WireSettings>,
  image: Partial<BootImage> = {},
): ScriptResult {
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, ...image }, TRACED);
  guest.machine.deliver({ kind: 'wire', settings: wire });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  return resultOf(guest);
}

describe('a session on the network', () => {
  test('gets an address, a ping, a page and ten megabytes, though frames are lost', () => {
    const { stdout, stderr, status, logText } = run(
      `${LOAD}; ping -q -c 3 10.0.2.2; wget -q -O - http://10.0.2.2/hello.txt
      wget -q http://www.ringzero.test/10M.bin http://gateway/10M.bin.sha256
      sha256sum -c 10M.bin.sha256 && sudo rmmod ringnic`,
      { lossPerMille: 20 },
    );
    expect(stderr).toContain('udhcpc: lease of 10.0.2.15 obtained from 10.0.2.2');
    expect(stdout).toMatch(/3 packets transmitted, [123] received/);
    expect(stdout).toContain('Hello from the gateway!\n');
    expect(stdout).toContain('10M.bin: OK\n');
    expect(status).toBe(0);
    expect(logText).not.toMatch(/BUG|WARNING|DMA-API/);
  });

  test('can be looked at with ethtool', () => {
    const { stdout, stderr } = run(
      `${LOAD} 2> /dev/null; ping -q -c 1 10.0.2.2 > /dev/null
      ethtool -i eth0; ethtool -S eth0; ethtool eth0
      ethtool -S lo; echo $?; ethtool eth9; echo $?; ethtool lo; ethtool; echo $?`,
      {},
    );
    expect(stdout).toMatch(/^driver: ringnic\n(?:.*\n)*supports-statistics: yes\n/);
    expect(stdout).toMatch(/^NIC statistics:\n(?: {5}\w+: \d+\n)+/m);
    expect(stdout).toContain('\tSpeed: 100Mb/s\n\tDuplex: Full\n');
    expect(stdout).toContain('\tLink detected: yes\n94\nNo data available\n75\n');
    expect(stdout).toContain('Settings for lo:\n\tLink detected: yes\n1\n');
    expect(stderr).toBe(
      'no stats available\nnetlink error: No such device\n' +
        'ethtool: bad command line argument(s)\nFor more information run ethtool -h\n',
    );
  });

  test('goes the same way again, whatever became of its frames', () => {
    const wild = {
      lossPerMille: 100,
      duplicatePerMille: 50,
      reorderPerMille: 50,
      jitterNs: 90_000,
    };
    const text = `${LOAD}; ping -c 5 -i 0.2 10.0.2.3; wget -O - http://gateway/`;
    const first = run(text, wild);
    expect(first.stdout).toContain('It works');
    const again = resultOf(TestMachine.replay(first.recording, 7_000_000, TRACED));
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toBe(first.stderr);
    expect([again.traceHash, again.eventCount]).toEqual([first.traceHash, first.eventCount]);
    expect(run(text, wild, { seed: 2 }).stdout).not.toBe(first.stdout);
  });
});
