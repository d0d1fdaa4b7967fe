// SPDX-License-Identifier: GPL-2.0-or-later
/** What the log says when kernel code uses an address that it cannot. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { Oops } from '../kernel/oops.ts';
import { taintBit } from '../kernel/taint.ts';
import { RIGHTS } from './kernel-space.ts';

const AREA = 0xc900_0000_0000;

/** The lines of the first oops, up to the one that says who did it. */
function oopsOf(machine: RawMachine): string[] {
  const lines = machine.guest.logText.split('\n');
  const start = lines.findIndex((line) => /BUG:|Oops:|exploit attempt/u.test(line));
  const end = lines.findIndex((line, at) => at > start && line.startsWith('CPU: '));
  return lines.slice(start, end);
}

/** What a kernel thread that does `access` says. */
function reportOf(access: (ram: Ram) => unknown, cmdline = ''): string[] {
  const machine = new RawMachine({ cmdline });
  const result = machine.inThread(function* () {
    access(machine.kernel.ram);
    return 'it went on';
  });
  expect(result).toBeUndefined();
  expect(machine.kernel.taint.mask).toBe(taintBit('D'));
  expect(machine.run(function* () {})).toBe(0);
  return oopsOf(machine);
}

describe('an oops', () => {
  it.each<[string, (ram: Ram) => unknown, string[]]>([
    [
      'NULL that is read',
      (ram) => ram.load32(0),
      [
        'BUG: kernel NULL pointer dereference, address: 0000000000000000',
        '#PF: supervisor read access in kernel mode',
        '#PF: error_code(0x0000) - not-present page',
        'Oops: Oops: 0000 [#1] SMP KASAN NOPTI',
        'KASAN: null-ptr-deref in range [0x0000000000000000-0x0000000000000007]',
      ],
    ],
    [
      'a field behind NULL that is written',
      (ram) => ram.store64(0x14, 1n),
      [
        'BUG: kernel NULL pointer dereference, address: 0000000000000014',
        '#PF: supervisor write access in kernel mode',
        '#PF: error_code(0x0002) - not-present page',
        'Oops: Oops: 0002 [#1] SMP KASAN NOPTI',
        'KASAN: null-ptr-deref in range [0x0000000000000010-0x0000000000000017]',
      ],
    ],
    [
      'an error pointer',
      (ram) => ram.load8(2 ** 48 - 22),
      [
        'BUG: unable to handle page fault for address: ffffffffffffffea',
        '#PF: supervisor read access in kernel mode',
        '#PF: error_code(0x0000) - not-present page',
        'Oops: Oops: 0000 [#1] SMP KASAN NOPTI',
      ],
    ],
    [
      'what lies before NULL',
      (ram) => ram.load8(0 - 8),
      [
        'BUG: unable to handle page fault for address: fffffffffffffff8',
        '#PF: supervisor read access in kernel mode',
        '#PF: error_code(0x0000) - not-present page',
        'Oops: Oops: 0000 [#1] SMP KASAN NOPTI',
      ],
    ],
    [
      'list poison',
      (ram) => ram.loadPointer(ram.pointerFrom(0xdead_0000_0000_0100n) + 8),
      [
        'Oops: general protection fault, probably for non-canonical address 0xdead000000000108: ' +
          '0000 [#1] SMP KASAN NOPTI',
        'KASAN: maybe wild-memory-access in range [0xdead000000000108-0xdead00000000010f]',
      ],
    ],
    [
      'a user address that nothing is mapped at',
      (ram) => ram.load16(0x5555_0000_0000),
      [
        'BUG: unable to handle page fault for address: 0000555500000000',
        '#PF: supervisor read access in kernel mode',
        '#PF: error_code(0x0000) - not-present page',
        'Oops: Oops: 0000 [#1] SMP KASAN NOPTI',
        'KASAN: probably user-memory-access in range [0x0000555500000000-0x0000555500000007]',
      ],
    ],
  ])('names %s', (_what, access, lines) => {
    expect(reportOf(access).filter((line) => !line.startsWith('PGD '))).toEqual(lines);
  });

  it('shows that nothing is mapped there', () => {
    expect(reportOf((ram) => ram.load8(0))).toContain('PGD 0 P4D 0 ');
  });

  it('has no line of KASAN without it', () => {
    expect(reportOf((ram) => ram.load8(8), 'kasan=off').at(-1)).toBe(
      'Oops: Oops: 0000 [#1] SMP NOPTI',
    );
  });

  it('shows the way to a page that may not be written', () => {
    const machine = new RawMachine();
    const { kernelSpace, pages, ram } = machine.kernel;
    const page = pages.allocPage();
    kernelSpace.map(AREA, page, RIGHTS.READ);
    machine.inThread(function* () {
      ram.store32(AREA + 12, 7);
    });
    const lines = oopsOf(machine);
    expect(lines.slice(0, 3)).toEqual([
      'BUG: unable to handle page fault for address: ffffc9000000000c',
      '#PF: supervisor write access in kernel mode',
      '#PF: error_code(0x0003) - permissions violation',
    ]);
    const entry = (page | 0x61).toString(16).padStart(15, '0');
    expect(lines[3]).toMatch(
      new RegExp(`^PGD [0-9a-f]+ P4D [0-9a-f]+ PUD [0-9a-f]+ PMD [0-9a-f]+ PTE 8${entry} $`, 'u'),
    );
    expect(machine.guest.logText).toContain(
      'CR2: ffffc9000000000c\n---[ end trace 0000000000000000 ]---',
    );
  });

  it('knows the page below the stack', () => {
    const machine = new RawMachine();
    const { kernelStacks, ram, vmalloc } = machine.kernel;
    let bottom = 0;
    machine.inThread(function* () {
      bottom = kernelStacks.bottom();
      ram.store8(bottom, 1);
      ram.store8(bottom - 1, 1);
    });
    const range = `${ram.formatPointer(bottom)}..${ram.formatPointer(bottom + 0x4000)}`;
    expect(machine.guest.logText).toContain(
      `stack guard page was hit at ${ram.formatPointer(bottom - 1)} (stack is ${range})\n` +
        'Oops: stack guard page: 0000 [#1] SMP KASAN NOPTI\n',
    );
    // The thread is gone, and its stack with it.
    expect(vmalloc.areas.find(bottom)).toBeUndefined();
  });

  it('tells a page of the process from one that is not there', () => {
    const machine = new RawMachine();
    let thrown: unknown;
    machine.run(function* (p) {
      const heap = yield* p.take(4096);
      p.cpu.store8(heap, 1);
      try {
        machine.kernel.ram.load8(heap);
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toBeInstanceOf(Oops);
    expect(oopsOf(machine)).toContain('#PF: error_code(0x0001) - permissions violation');
  });
});
