// SPDX-License-Identifier: GPL-2.0-or-later
/** Areas of vmalloc: where they lie, what guards them, and what is said of wrong uses. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import type { Kernel } from '../init/kernel.ts';
import { taintBit } from '../kernel/taint.ts';
import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';
import { PAGE_SIZE } from './page.ts';
import { VmAreas } from './vm-areas.ts';
import { vmallocInfo } from './vmalloc.ts';

const START = 0xc900_0000_0000;

/** What the log says after `body` has run in a kernel thread, and whether it came to its end. */
function logOf(body: (kernel: Kernel) => void, cmdline = ''): { text: string; isDone: boolean } {
  const machine = new RawMachine({ cmdline });
  const done = machine.inThread(function* () {
    body(machine.kernel);
    return true;
  });
  return { text: machine.guest.logText, isDone: done === true };
}

describe('vmalloc', () => {
  it('takes pages, and gives all of them back', () => {
    const { pages, vmalloc, ram } = new RawMachine().kernel;
    const free = pages.freePageCount;
    const pointer = vmalloc.zalloc(3 * PAGE_SIZE + 1);
    expect(pointer).toBe(START);
    expect(pages.usage.vmalloc).toBe(4);
    ram.memset(pointer, 0x5a, 3 * PAGE_SIZE + 1);
    expect(ram.load8(pointer + 3 * PAGE_SIZE)).toBe(0x5a);
    expect(ram.load8(ram.toPointer(vmalloc.toPage(pointer + PAGE_SIZE)))).toBe(0x5a);
    vmalloc.free(pointer);
    vmalloc.free(0);
    expect(pages.usage.vmalloc).toBe(0);
    expect(pages.freePageCount).toBe(free);
  });

  it('keeps areas a page apart, and does not use an address again at once', () => {
    const { vmalloc } = new RawMachine().kernel;
    const first = vmalloc.alloc(PAGE_SIZE);
    const second = vmalloc.alloc(1);
    expect(second - first).toBe(2 * PAGE_SIZE);
    vmalloc.free(first);
    expect(vmalloc.alloc(1)).toBe(second + 2 * PAGE_SIZE);
    expect(vmalloc.isVmallocAddress(second)).toBe(true);
    expect(vmalloc.isVmallocAddress(0x8880_0000_0000)).toBe(false);
  });

  it('lists its areas as /proc/vmallocinfo does', () => {
    const { vmalloc, ram } = new RawMachine().kernel;
    const first = vmalloc.alloc(PAGE_SIZE, GFP.GFP_KERNEL, { caller: 'init+0x12/0x34 [a]' });
    vmalloc.alloc(5 * PAGE_SIZE, GFP.GFP_KERNEL, { caller: 'init+0x22/0x34 [a]' });
    vmalloc.free(first);
    expect(vmallocInfo(vmalloc.areas, (pointer) => ram.formatPointer(pointer))).toBe(
      '0xffffc90000000000-0xffffc90000002000    8192 unpurged vm_area\n' +
        '0xffffc90000002000-0xffffc90000008000   24576 init+0x22/0x34 [a] pages=5 vmalloc N0=5\n',
    );
  });

  it.each([
    [2035, 2035, 'Read of size 1 at addr ffffc900000007f3 by task'],
    [2035, 2040, 'Read of size 1 at addr ffffc900000007f8 by task'],
  ])('of %i bytes forbids byte %i', (sizeBytes, offset, line) => {
    const { text, isDone } = logOf(({ vmalloc, ram }) =>
      ram.load8(vmalloc.alloc(sizeBytes) + offset),
    );
    expect(isDone).toBe(true);
    expect(text).toContain('BUG: KASAN: vmalloc-out-of-bounds in kernel\n');
    expect(text).toContain(line);
  });

  it('forbids the page behind an area, and what has been freed, and faults there', () => {
    for (const offset of [PAGE_SIZE, 0]) {
      const { text, isDone } = logOf(({ vmalloc, ram }) => {
        const pointer = vmalloc.alloc(PAGE_SIZE);
        if (offset === 0) vmalloc.free(pointer);
        ram.store32(pointer + offset, 1);
      });
      expect(isDone).toBe(false);
      expect(text).toContain('BUG: KASAN: vmalloc-out-of-bounds in kernel\n');
      expect(text).toContain('BUG: unable to handle page fault for address: ffffc9000000');
    }
  });

  it('only faults there with kasan=off', () => {
    const { text } = logOf(({ vmalloc, ram }) => {
      const pointer = vmalloc.alloc(10);
      ram.store8(pointer + 11, 1);
      ram.store8(pointer + PAGE_SIZE, 1);
    }, 'kasan=off');
    expect(text).not.toContain('KASAN');
    expect(text).toContain('BUG: unable to handle page fault for address: ffffc90000001000\n');
  });

  it('may map pages that stay their owner’s', () => {
    const { vmalloc, ram, pages } = new RawMachine().kernel;
    const page = pages.allocZeroedPage();
    const pointer = vmalloc.vmap([page, page]);
    ram.store8(pointer + PAGE_SIZE + 7, 9);
    expect(ram.load8(pointer + 7)).toBe(9);
    vmalloc.vunmap(pointer);
    expect(ram.physicalOf(pointer)).toBe(-1);
    expect(pages.references(page)).toBe(1);
  });
});

describe('a wrong vfree', () => {
  it.each<[string, (kernel: Kernel) => number, string[]]>([
    [
      'of what is freed',
      ({ vmalloc }) => {
        const pointer = vmalloc.alloc(1);
        vmalloc.free(pointer);
        return pointer;
      },
      ['Trying to vfree() nonexistent vm area (ffffc90000000000)'],
    ],
    [
      'of the middle',
      ({ vmalloc }) => vmalloc.alloc(1) + 16,
      [
        'Trying to vfree() bad address (ffffc90000000010)',
        'Trying to vfree() nonexistent vm area (ffffc90000000010)',
      ],
    ],
    [
      'of what kmalloc gave',
      ({ slabs }) => slabs.kmalloc(64) + 0,
      ['nonexistent vm area (ffff8880'],
    ],
  ])('%s is a warning', (_what, pointerOf, lines) => {
    const machine = new RawMachine();
    const { kernel } = machine;
    machine.inThread(function* () {
      kernel.vmalloc.free(pointerOf(kernel));
    });
    for (const line of lines) expect(machine.guest.logText).toContain(line);
    expect(kernel.taint.mask).toBe(taintBit('W'));
    expect(machine.guest.logText).toMatch(/WARNING: CPU: \d PID: \d+ at kernel 0x0\n/u);
  });
});

describe('a request that cannot be met', () => {
  it.each([
    [2 ** 40, 'vmalloc error: size 1099511627776, exceeds total pages'],
    [60 * 1024 * 1024, 'vmalloc error: size 62914560, failed to allocate pages'],
  ])('says so, unless told not to (%i bytes)', (sizeBytes, line) => {
    const said = logOf(({ vmalloc }) => void vmalloc.alloc(sizeBytes));
    expect(said.text).toContain(`kthread: ${line}, mode:0xcc0(GFP_KERNEL), nodemask=(null)\n`);
    const flags = GFP.GFP_KERNEL | GFP_MODIFIERS.__GFP_NOWARN;
    const silent = logOf(({ vmalloc }) => void vmalloc.alloc(sizeBytes, flags));
    expect(silent.text).not.toContain('vmalloc error');
  });

  it('of nothing is a bug of the caller', () => {
    const { text } = logOf(({ vmalloc }) => {
      vmalloc.alloc(0);
      vmalloc.alloc(0);
    });
    expect(text.match(/WARNING: /gu)).toHaveLength(1);
  });
});

describe('addresses', () => {
  const range = { start: START, end: START + 16 * PAGE_SIZE };
  const area = (start: number, pages: number) => ({
    start,
    sizeBytes: pages * PAGE_SIZE,
    requestedBytes: 1,
    kind: 'vmap' as const,
    pages: [],
    caller: '',
    stack: 0,
  });

  it('come back when there are no others', () => {
    const areas = new VmAreas(1);
    const first = area(START, 10);
    areas.add(first);
    areas.remove(first);
    expect(areas.findRoom(6 * PAGE_SIZE, range)).toBe(START + 10 * PAGE_SIZE);
    expect(areas.findRoom(7 * PAGE_SIZE, range)).toBe(START);
    expect(areas.findRoom(17 * PAGE_SIZE, range)).toBe(0);
  });

  it('are taken from the first gap that is large enough', () => {
    const areas = new VmAreas(1);
    areas.add(area(START + 2 * PAGE_SIZE, 2));
    areas.add(area(START + 8 * PAGE_SIZE, 1));
    expect(areas.findRoom(2 * PAGE_SIZE, range)).toBe(START);
    expect(areas.findRoom(3 * PAGE_SIZE, range)).toBe(START + 4 * PAGE_SIZE);
    expect(areas.findRoom(5 * PAGE_SIZE, range)).toBe(START + 9 * PAGE_SIZE);
    expect(areas.find(START + 3 * PAGE_SIZE)?.start).toBe(START + 2 * PAGE_SIZE);
    expect(areas.find(START + 4 * PAGE_SIZE)).toBeUndefined();
  });
});
