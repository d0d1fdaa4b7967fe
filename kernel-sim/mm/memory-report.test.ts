// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory that is spoilt under the kernel's feet: it says so, and goes on wherever it can. */
import { describe, expect, it, vi } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import { taintBit } from '../kernel/taint.ts';
import { Prng } from '../sim/prng.ts';
import { PTE } from './page-table.ts';

// Each test boots machines, on a computer that has others to run.
vi.setConfig({ testTimeout: 30_000 });

const HEAP_BYTES = 4096;

/** A program with a page on its heap; `spoil` gets the page table's entry of it. */
function withEntry(machine: RawMachine, spoil: (entry: number) => void): number {
  const { kernel } = machine;
  return machine.run(function* (p) {
    const heap = yield* p.take(HEAP_BYTES);
    p.cpu.store8(heap, 1);
    const process = kernel.process(yield* p.call('getpid'));
    spoil(process?.space.faults.table.find(heap) ?? 0);
  });
}

describe('a page table that is spoilt', () => {
  it.each<[string, (machine: RawMachine) => number, string]>([
    ['a free page', ({ kernel }) => lastFree(kernel.pages), 'nonzero mapcount'],
    ['the kernel’s image', () => 4096, 'PAGE_FLAGS_CHECK_AT_FREE flag(s) set'],
    ['a larger block', ({ kernel }) => kernel.pages.allocPages(2), 'nonzero _refcount'],
  ])('to lead to %s is a bad page at exit', (_what, target, reason) => {
    const machine = new RawMachine();
    const { kernel, guest } = machine;
    const bits = PTE.PRESENT | PTE.WRITE | PTE.USER | PTE.ANONYMOUS;
    const physical = target(machine);
    const free = kernel.pages.freePageCount;
    expect(
      withEntry(machine, (entry) => kernel.ram.view.setInt32(entry, physical | bits, true)),
    ).toBe(0);
    const pfn = (physical / 4096).toString(16).padStart(5, '0');
    expect(guest.logText).toContain(
      `BUG: Bad page state in process script-init  pfn:${pfn}\npage: ref`,
    );
    expect(guest.logText).toContain(`page dumped because: ${reason}\nModules linked in:`);
    expect(kernel.taint.mask).toBe(taintBit('B'));
    // The page that the program had is lost; nothing else is.
    expect(free - kernel.pages.freePageCount).toBe(1);
    expect(machine.run(function* () {})).toBe(0);
  });

  it('anywhere, in any way, fails no assertion', () => {
    const random = new Prng(1);
    for (let n = 0; n < 12; n++) {
      const machine = new RawMachine();
      withEntry(machine, (entry) => {
        const at = entry - (entry % 4096) + random.below(4096);
        for (const byte of [entry, entry + 1, entry + 2, at]) {
          machine.kernel.ram.bytes[byte]! ^= random.next();
        }
      });
      withEntry(machine, () => undefined);
      expect(machine.guest.machine.state).not.toBe('halted');
    }
  });
});

/** The highest page that is free. */
function lastFree(pages: RawMachine['kernel']['pages']): number {
  let physical = pages.ram.sizeBytes - 4096;
  while (!pages.isFree(physical)) physical -= 4096;
  return physical;
}

describe('an object', () => {
  const REPORT = [
    '==================================================================',
    'BUG: KASAN: double-free in kernel',
    'Free of addr ffff888000000000 by task kthread/0',
    '',
  ];

  it('that is freed twice is reported once, and left alone', () => {
    const machine = new RawMachine();
    const { kernel, guest } = machine;
    let pointer = 0;
    const freeTwice = function* (): Generator<void, string> {
      pointer = kernel.slabs.kmalloc(100);
      kernel.slabs.kfree(pointer);
      kernel.slabs.kfree(pointer);
      kernel.slabs.kfree(pointer);
      return 'alive';
    };
    expect(machine.inThread(freeTwice)).toBe('alive');
    const lines = guest.logText.split('\n');
    const from = lines.indexOf(REPORT[0]!);
    const address = kernel.ram.toPhysical(pointer).toString(16).padStart(8, '0');
    expect(lines.slice(from, from + 4).map((line) => line.replace(/\/\d+$/u, '/0'))).toEqual(
      REPORT.map((line) => line.replace('00000000 by', `${address} by`)),
    );
    expect(lines).toContain(' which belongs to the cache kmalloc-128 of size 128');
    expect(lines.filter((line) => line.startsWith('BUG: KASAN'))).toHaveLength(1);
    expect(kernel.taint.mask).toBe(taintBit('B'));
  });

  it('that is written behind its end is reported with the shadow around it', () => {
    const machine = new RawMachine();
    const { kernel, guest } = machine;
    const write = function* (): Generator<void, number> {
      const pointer = kernel.slabs.kmalloc(100);
      kernel.ram.store8(pointer + 100, 1);
      return kernel.ram.bytes[kernel.ram.toPhysical(pointer + 100)] ?? 0;
    };
    expect(machine.inThread(write)).toBe(1);
    expect(guest.logText).toContain('BUG: KASAN: slab-out-of-bounds in kernel\nWrite of size 1 at');
    expect(guest.logText).toMatch(/located 0 bytes to the right of\n allocated 100-byte region/u);
    expect(guest.logText).toMatch(/\n>ffff[0-9a-f]{12}: (00 )+04 fc.*\n +\^\n/u);
  });

  it('whose free list leads nowhere ends the task with an oops', () => {
    const machine = new RawMachine({ cmdline: 'kasan=off slub_debug=-' });
    const { kernel, guest } = machine;
    const { slabs, ram } = kernel;
    const follow = function* (): Generator<void, string> {
      const pointer = slabs.kmalloc(100);
      slabs.kfree(pointer);
      ram.bytes.fill(0x41, ram.toPhysical(pointer), ram.toPhysical(pointer) + 128);
      for (let n = 0; n < 3; n++) slabs.kmalloc(100);
      return 'not reached';
    };
    expect(machine.inThread(follow)).toBeUndefined();
    expect(guest.logText).toMatch(
      /\nOops: general protection fault, probably for non-canonical address 0x4141414141414181: /u,
    );
    expect(machine.run(function* () {})).toBe(0);
  });
});
