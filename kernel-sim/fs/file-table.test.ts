// SPDX-License-Identifier: GPL-2.0-or-later
/** Descriptors: lowest first, shared, closed on exec, and not without end. */
import { beforeEach, describe, expect, it } from 'vitest';

import { O } from '../uapi/fs.ts';
import { FileTable } from './file-table.ts';
import type { OpenFile } from './open-file.ts';
import { nameOf, opened, TestKernel } from './testing/test-kernel.ts';

let table: FileTable;
let file: OpenFile;
const fds = (of: FileTable): number[] => [...of.entries()].map(([fd]) => fd);

beforeEach(() => {
  const { vfs } = new TestKernel();
  table = new FileTable();
  file = opened(vfs.open(vfs.kernelContext, '/f', O.CREAT | O.RDWR, 0o644));
});

describe('a descriptor', () => {
  it('is the lowest that is free', () => {
    const given = [table.install(file), table.install(file), table.install(file)];
    expect(given).toEqual([0, 1, 2]);
    expect(table.remove(1)).toBe(file);
    expect(table.remove(1)).toBeUndefined();
    expect(table.install(file)).toBe(1);
    expect(table.install(file, false, 7)).toBe(7);
    expect(fds(table)).toEqual([0, 1, 2, 7]);
  });

  it('is EMFILE past the limit, and a dup then leaves the count alone', () => {
    for (let n = 0; n < table.openMax; n++) table.install(file);
    expect(nameOf(table.install(file))).toBe('EMFILE');
    expect(nameOf(table.duplicate(0))).toBe('EMFILE');
    expect(file.references).toBe(1);
    expect(nameOf(table.install(file, false, table.openMax))).toBe('EINVAL');
    expect(table.capacity).toBe(1024);
  });

  it('that is copied shares its open file', () => {
    table.install(file);
    expect(table.duplicate(0, true, 5)).toBe(5);
    expect(nameOf(table.duplicate(9))).toBe('EBADF');
    expect(file.references).toBe(2);
    expect([table.isCloseOnExec(0), table.isCloseOnExec(5)]).toEqual([false, true]);
  });

  it('that is replaced hands out what it stood for', () => {
    table.install(file);
    expect(table.replace(0, 4)).toBeUndefined();
    expect(table.replace(0, 4)).toBe(file);
    expect(nameOf(table.replace(0, table.openMax))).toBe('EBADF');
    expect(nameOf(table.replace(3, 4))).toBe('EBADF');
    expect(file.references).toBe(3);
  });
});

describe('a table', () => {
  it('is copied for a child with all that is in it', () => {
    table.install(file);
    table.install(file, true);
    const copy = table.copy();
    table.remove(0);
    expect(fds(copy)).toEqual([0, 1]);
    expect(copy.isCloseOnExec(1)).toBe(true);
    expect(file.references).toBe(3);
  });

  it('loses on exec what is marked, and at the end everything', () => {
    for (const closes of [false, true, false, true]) table.install(file, closes);
    expect(table.removeCloseOnExec()).toHaveLength(2);
    expect(fds(table)).toEqual([0, 2]);
    expect(table.removeAll()).toHaveLength(2);
    expect(fds(table)).toEqual([]);
    expect(table.install(file)).toBe(0);
  });
});
