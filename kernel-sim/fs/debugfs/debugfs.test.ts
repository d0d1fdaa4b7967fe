// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it } from 'vitest';

import { O } from '../../uapi/fs.ts';
import { nameOf, opened, readText, TestKernel, user, writeText } from '../testing/test-kernel.ts';
import { DebugFs } from './debugfs.ts';

let kernel: TestKernel;
let debugfs: DebugFs;

beforeEach(() => {
  kernel = new TestKernel();
  debugfs = new DebugFs(kernel.wallClock, 7);
  kernel.vfs.mkdir(kernel.vfs.kernelContext, '/debug', 0o755);
  kernel.vfs.mount(debugfs, 'debugfs', '/debug');
});

const open = (path: string): ReturnType<typeof opened> =>
  opened(kernel.vfs.open(kernel.vfs.kernelContext, `/debug/${path}`, O.RDWR, 0));

/** What a write of `text` answers, and what the file says then. */
function write(path: string, text: string): string {
  const file = open(path);
  const answer = String(writeText(file, text));
  return `${answer} ${String(readText(open(path)))}`;
}

function cell<T>(initial: T): { get(): T; set(value: T): void } {
  let value = initial;
  return { get: () => value, set: (next) => (value = next) };
}

it('is for root alone, and its names are the kernel’s', () => {
  debugfs.registerDirectory('a');
  const { vfs } = kernel;
  expect(nameOf(vfs.stat(kernel.as(user(1000)), '/debug/a'))).toBe('EACCES');
  expect(vfs.stat(vfs.kernelContext, '/debug')).toMatchObject({ mode: 0o40700 });
  expect(vfs.stat(vfs.kernelContext, '/debug/a')).toMatchObject({ mode: 0o40755 });
  expect(nameOf(vfs.mkdir(vfs.kernelContext, '/debug/b', 0o755))).toBe('EPERM');
  expect(nameOf(vfs.rmdir(vfs.kernelContext, '/debug/a'))).toBe('EPERM');
});

describe('a value', () => {
  it.each([
    ['12\n', '3 12\n'],
    ['0x10', '4 16\n'],
    ['010', '3 8\n'],
    ['4294967297', '10 4294967297\n'],
    ['-1', 'EINVAL 7\n'],
    ['12 ', 'EINVAL 7\n'],
    ['', 'EINVAL 7\n'],
    ['18446744073709551616', 'ERANGE 7\n'],
  ])('of type unsigned long takes %j', (text, result) => {
    debugfs.createUlong('value', cell(7));
    expect(write('value', text)).toBe(result);
  });

  it.each([
    ['4294967297', '10 1\n'],
    ['-1', 'EINVAL 7\n'],
  ])('of type u32 takes %j', (text, result) => {
    debugfs.createU32('value', cell(7));
    expect(write('value', text)).toBe(result);
  });

  it.each([
    ['-1', '2 -1\n'],
    ['4294967295', '10 -1\n'],
    ['-9223372036854775809', 'ERANGE 7\n'],
  ])('of type atomic_t takes %j', (text, result) => {
    debugfs.createAtomic('value', cell(7));
    expect(write('value', text)).toBe(result);
  });

  it.each([
    ['Y', '1 Y\n'],
    ['on', '2 Y\n'],
    ['maybe', '5 N\n'],
  ])('of type bool takes %j', (text, result) => {
    debugfs.createBool('value', cell(false));
    expect(write('value', text)).toBe(result);
  });
});
