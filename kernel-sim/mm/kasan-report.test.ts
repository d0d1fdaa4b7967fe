// SPDX-License-Identifier: GPL-2.0-or-later
/** The address sanitizer's report, line by line, and what the command line makes of it. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import type { Kernel } from '../init/kernel.ts';
import { EVENT } from '../sim/trace.ts';

const RULE = '='.repeat(66);

/** A driver of which all that there is are lines that a stack can name. */
class FakeDriver {
  readonly #kernel: Kernel;
  readonly #base: number;

  constructor(kernel: Kernel) {
    const functions = [{ name: 'demo', frameBytes: 64, length: 0x40 }];
    const sites = Array.from({ length: 30 }, (_, line) => [0, 0, line, 1, line] as const);
    this.#kernel = kernel;
    this.#base = kernel.sites.register('demo', { files: ['demo.ts'], functions, sites });
  }

  /** Runs `body` as that line. */
  at<T>(line: number, body: () => T): T {
    const { runtime } = this.#kernel;
    const frame = runtime.enter(this.#base + line, 64);
    try {
      return body();
    } finally {
      runtime.sp = frame;
    }
  }
}

/** The log of what a driver did, from its first report on, without addresses that differ. */
function reportOf(
  body: (driver: FakeDriver, kernel: Kernel) => void,
  cmdline = '',
): readonly string[] {
  const machine = new RawMachine({ cmdline });
  const driver = new FakeDriver(machine.kernel);
  machine.inThread(function* () {
    body(driver, machine.kernel);
  });
  const lines = machine.guest.logText.split('\n');
  return lines.slice(lines.indexOf(RULE));
}

const LINE = (line: number): string => `demo+0x${line.toString(16)}/0x40 [demo] demo.ts:${line}`;
/** A kernel pointer that ends like this. */
const P = (end: string): string => `[0-9a-f]{${16 - end.length}}${end}`;
const like = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}$`, 'u'));

it('says who touched what, who took it, who freed it, and who handed it on', () => {
  const lines = reportOf((driver, { slabs, ram }) => {
    const pointer = driver.at(3, () => slabs.kmalloc(40));
    driver.at(4, () => slabs.recordAuxStack(pointer));
    driver.at(5, () => slabs.recordAuxStack(pointer));
    driver.at(6, () => slabs.recordAuxStack(pointer));
    driver.at(7, () => slabs.kfree(pointer));
    driver.at(8, () => ram.load32(pointer + 8));
  });
  expect(lines.slice(0, lines.indexOf('Memory state around the buggy address:'))).toEqual([
    RULE,
    `BUG: KASAN: slab-use-after-free in ${LINE(8)}`,
    like(`Read of size 4 at addr ${P('08')} by task kthread/\\d+`),
    '',
    like('CPU: \\d UID: 0 PID: \\d+ Comm: kthread Not tainted .*'),
    like('Hardware name: .*'),
    'Call Trace:',
    ' <TASK>',
    ` ${LINE(8)}`,
    ' </TASK>',
    '',
    like('Allocated by task \\d+:'),
    ` ${LINE(3)}`,
    '',
    like('Freed by task \\d+:'),
    ` ${LINE(7)}`,
    '',
    'Last potentially related work creation:',
    ` ${LINE(6)}`,
    '',
    'Second to last potentially related work creation:',
    ` ${LINE(5)}`,
    '',
    like(`The buggy address belongs to the object at ${P('00')}`),
    ' which belongs to the cache kmalloc-64 of size 64',
    'The buggy address is located 8 bytes inside of',
    like(` freed 64-byte region \\[${P('00')}, ${P('40')}\\)`),
    '',
    'The buggy address belongs to the physical page:',
    like('page: refcount:1 mapcount:0 mapping:0{16} index:0x0 pfn:0x[0-9a-f]+'),
    'flags: 0x100000000000000(node=0|zone=1)',
    'page_type: f5(slab)',
    like('raw: 0100000000000000 ffff8880[0-9a-f]{8} dead000000000100 dead000000000122'),
    like('raw: ffff8880[0-9a-f]{8} [0-9a-f]{16} 00000001f5000000 0000000000000000'),
    'page dumped because: kasan: bad access detected',
    '',
  ]);
  expect(lines.slice(-2)).toEqual([RULE, 'Disabling lock debugging due to kernel taint']);
});

it('marks the first bad byte, and describes the address as it was given', () => {
  const lines = reportOf((driver, { slabs, ram }) => {
    const pointer = slabs.kmalloc(100);
    driver.at(2, () => ram.memset(pointer + 96, 0, 8));
  });
  expect(lines).toContainEqual(like(`Write of size 8 at addr ${P('60')} by task kthread/\\d+`));
  expect(lines).toContain('The buggy address is located 96 bytes inside of');
  expect(lines).toContainEqual(like(` allocated 100-byte region \\[${P('00')}, ${P('64')}\\)`));
  const row = lines.findIndex((line) => line.startsWith('>'));
  const [, mark = ''] = lines.slice(row);
  expect(lines[row]?.slice(mark.indexOf('^'), mark.indexOf('^') + 2)).toBe('04');
});

it('calls a negative size out of bounds, wherever it begins', () => {
  const lines = reportOf((driver, { slabs, ram }) => {
    const pointer = slabs.kmalloc(64);
    driver.at(2, () => ram.memset(pointer, 0, Number.MAX_SAFE_INTEGER));
  });
  expect(lines[1]).toBe(`BUG: KASAN: out-of-bounds in ${LINE(2)}`);
  expect(lines).toContainEqual(like('BUG: unable to handle page fault for address: .*'));
});

it('says who had the pages of what no slab holds', () => {
  const lines = reportOf((driver, { slabs, ram }) => {
    const pointer = driver.at(3, () => slabs.kmalloc(9000));
    driver.at(4, () => slabs.kfree(pointer));
    driver.at(5, () => ram.load8(pointer));
  });
  expect(lines[1]).toBe(`BUG: KASAN: use-after-free in ${LINE(5)}`);
  const from = lines.indexOf('page_owner tracks the page as freed');
  expect(lines.slice(from, from + 5)).toEqual([
    'page_owner tracks the page as freed',
    like(
      'page last allocated via order 2, migratetype Unmovable, ' +
        'gfp_mask 0xcc0\\(GFP_KERNEL\\), pid (\\d+), tgid \\1, ts \\d+, free_ts \\d+',
    ),
    ` ${LINE(3)}`,
    like('page last free pid (\\d+) tgid \\1 stack trace:'),
    ` ${LINE(4)}`,
  ]);
});

describe('of several bad accesses', () => {
  const threeTimes = (driver: FakeDriver, { slabs, ram }: Kernel): void => {
    const pointer = slabs.kmalloc(115);
    for (const offset of [115, 120, 128]) driver.at(1, () => ram.load8(pointer + offset));
  };
  const count = (cmdline: string): number =>
    reportOf(threeTimes, cmdline).filter((line) => line.startsWith('BUG: KASAN')).length;

  it.each([
    ['', 1],
    ['kasan_multi_shot', 3],
  ])('%j reports %#', (cmdline, expected) => {
    expect(count(cmdline)).toBe(expected);
  });

  it('each is told to the trace', () => {
    const machine = new RawMachine();
    const { trace } = machine.kernel.sim;
    const told: string[] = [];
    machine.inThread(function* () {
      trace.start(({ kind, b }) => {
        if (kind === EVENT.ACCESS_REPORT) told.push(trace.textOf(b));
      });
      threeTimes(new FakeDriver(machine.kernel), machine.kernel);
    });
    expect(told).toEqual(Array.from({ length: 3 }, () => 'slab-out-of-bounds read 1'));
  });
});

it.each([
  ['kasan.fault=panic', false, 'kasan.fault=panic set ...'],
  ['kasan.fault=panic_on_write', true, 'kasan.fault=panic_on_write set ...'],
  ['kasan.fault=panic_on_write', false, undefined],
  ['panic_on_warn', false, 'KASAN: panic_on_warn set ...'],
  ['panic_on_warn kasan_multi_shot', false, undefined],
])('%s stops the machine (a write: %s)', (cmdline, isWrite, text) => {
  const machine = new RawMachine({ cmdline });
  const { slabs, ram, scheduler } = machine.kernel;
  machine.kernel.kthreads.run('kthread', function* () {
    const pointer = slabs.kmalloc(8);
    if (isWrite) ram.store8(pointer + 8, 0);
    else ram.load8(pointer + 8);
  });
  machine.guest.machine.run(machine.guest.machine.nowNs + 1_000_000);
  const panic = /Kernel panic - not syncing: (.*)/u.exec(machine.guest.logText);
  expect(panic?.[1]).toBe(text);
  expect(scheduler.haltStatus).toBe(text === undefined ? undefined : 1);
});
