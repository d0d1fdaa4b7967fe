// SPDX-License-Identifier: GPL-2.0-or-later
/** Places in stacks: each id is one place for ever, and an id of nobody is still printable. */
import { describe, expect, it } from 'vitest';

import type { SiteTable } from '../../uapi/module-abi.ts';
import { KERNEL_STACK_BYTES } from './runtime.ts';
import {
  entryPath,
  formatFrame,
  kernelSite,
  MODULE_SITE_BASE,
  nothrowPath,
  SiteRegistry,
} from './sites.ts';

function table(name: string): SiteTable {
  return {
    files: [`${name}.ts`],
    functions: [
      { name: `${name}_init`, frameBytes: 32, length: 0x60 },
      { name: `${name}_read`, frameBytes: 48, length: 0x80 },
    ],
    sites: [
      [0, 0, 3, 5, 0x10],
      [1, 0, 9, 1, 0x24],
    ],
  };
}

describe('a site', () => {
  const sites = new SiteRegistry();
  const first = sites.register('first', table('first'));
  const second = sites.register('second', table('second'));

  it.each([
    ['the first of a module', first, 'first_init+0x10/0x60 [first] first.ts:3'],
    ['the last of it', first + 1, 'first_read+0x24/0x80 [first] first.ts:9'],
    ['the first of the next module', second, 'second_init+0x10/0x60 [second] second.ts:3'],
    ['one of the kernel', kernelSite('vfs_read'), 'vfs_read+0xb4/0x360'],
    ['the first of the kernel', 1, 'entry_SYSCALL_64_after_hwframe+0x76/0x7e'],
    ['nowhere', 0, '0x0+0x0/0x0'],
    ['between kernel and modules', MODULE_SITE_BASE - 1, '0xffff+0x0/0x0'],
    ['past the end of a module', first + 2, `0x${(first + 2).toString(16)}+0x0/0x0`],
    ['past them all', second + 1000, `0x${(second + 1000).toString(16)}+0x0/0x0`],
  ])('%s', (_where, site, text) => {
    expect(formatFrame(sites.resolve(site))).toBe(text);
  });

  it('of a module that is loaded again is another one, and the old one stays readable', () => {
    const registry = new SiteRegistry();
    const old = registry.register('m', table('old'));
    const next = registry.register('m', table('new'));
    expect(next).toBeGreaterThan(old + 1);
    expect(registry.resolve(old).name).toBe('old_init');
    expect(registry.resolve(next).name).toBe('new_init');
  });

  it.each<[string, SiteTable]>([
    ['a function that is not there', { ...table('m'), functions: [] }],
    ['nothing at all', { files: [], functions: [], sites: [] }],
  ])('of a table with %s is a number', (_what, damaged) => {
    const registry = new SiteRegistry();
    const base = registry.register('m', damaged);
    expect(registry.resolve(base).name).toBe(`0x${base.toString(16)}`);
    expect(registry.register('n', table('n'))).toBeGreaterThan(base);
  });

  it('of a table without its file has a question mark', () => {
    const registry = new SiteRegistry();
    const base = registry.register('m', { ...table('m'), files: [] });
    expect(formatFrame(registry.resolve(base))).toBe('m_init+0x10/0x60 [m] ?:3');
  });
});

describe('a stack', () => {
  it('is read from the innermost frame outwards', () => {
    const sites = new SiteRegistry();
    const base = sites.register('m', table('m'));
    const stack = Int32Array.of(kernelSite('do_syscall_64'), 48, base, 80, base + 1, 128, 99, 99);
    expect(sites.frames(stack, 6).map(({ name }) => name)).toEqual([
      'm_read',
      'm_init',
      'do_syscall_64',
    ]);
    expect(sites.frames(stack, 0)).toEqual([]);
  });
});

describe('a way into a driver', () => {
  const path = entryPath('ksys_read', 'vfs_read');

  it('begins where every system call does, and adds up the kernel stack', () => {
    expect(path.sites).toEqual(
      (['entry_SYSCALL_64_after_hwframe', 'do_syscall_64', 'ksys_read', 'vfs_read'] as const).map(
        (name) => kernelSite(name),
      ),
    );
    expect(path.usedBytes).toEqual([168, 216, 280, 360]);
    expect(path.usedBytes.at(-1)).toBeLessThan(KERNEL_STACK_BYTES / 4);
  });

  it('may fail, or not', () => {
    expect([path.mayFail, nothrowPath('__fput').mayFail]).toEqual([true, false]);
  });
});
