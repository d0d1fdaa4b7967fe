// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { LogLine } from '../../../kernel-sim/machine-types.ts';
import { logTime } from '../../lib/log-time.ts';
import { filterRows, subsystemsOf, toRows } from './log-rows.ts';

function line(text: string, change: Partial<LogLine> = {}): LogLine {
  return { sequence: 0, timeNs: 0, level: 6, text, ...change };
}

const SOURCE = { module: 'helloworld', file: 'hello_world.ts', line: 6 };

describe('a row', () => {
  it.each([
    ['kasan: KernelAddressSanitizer initialized', 'kasan', 'KernelAddressSanitizer initialized'],
    ['SLUB: HWalign=64, Order=0-3', 'SLUB', 'HWalign=64, Order=0-3'],
    ['usb 1-1.1: new high-speed device', 'usb 1-1.1', 'new high-speed device'],
    ['My major number: 243', '', 'My major number: 243'],
  ])('of %j', (text, subsystem, rest) => {
    expect(toRows([line(text)])[0]).toMatchObject({ subsystem, text: rest });
  });

  it('names the module whose source printed it', () => {
    expect(toRows([line('Hello', { source: SOURCE })])[0]?.subsystem).toBe('helloworld');
  });

  it('keeps the lines of a report whole, and says once how bad they are', () => {
    const rows = toRows([
      line('watchdog: BUG: soft lockup', { level: 2, timeNs: 1_000_000 }),
      line('RIP: 0010:HelloWorld.init+0x0/0x40', { level: 2, timeNs: 1_001_000 }),
    ]);
    expect(rows.map(({ text }) => text)).toEqual([
      'BUG: soft lockup',
      'RIP: 0010:HelloWorld.init+0x0/0x40',
    ]);
    expect(rows.map(({ severity }) => severity)).toEqual(['error', undefined]);
  });
});

describe('filters', () => {
  const rows = toRows([
    line('smp: Brought up 1 node'),
    line('helloworld: loading out-of-tree module taints kernel.', { level: 4 }),
    line('Hello from TypeScript!', { source: SOURCE }),
  ]);

  it('leave what is bad enough', () => {
    expect(filterRows(rows, { level: 'warnings', subsystem: '', text: '' })).toHaveLength(1);
    expect(filterRows(rows, { level: 'errors', subsystem: '', text: '' })).toHaveLength(0);
  });

  it('leave one module, or one text', () => {
    expect(subsystemsOf(rows)).toEqual(['helloworld', 'smp']);
    expect(filterRows(rows, { level: 'all', subsystem: 'helloworld', text: '' })).toHaveLength(2);
    expect(filterRows(rows, { level: 'all', subsystem: '', text: ' hello FROM' })).toHaveLength(1);
  });
});

it('writes times as dmesg does', () => {
  expect(logTime(12_408_402_999)).toBe('12.408402');
  expect(logTime(41_000)).toBe('0.000041');
});
