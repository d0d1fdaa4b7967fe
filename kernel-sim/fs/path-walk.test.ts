// SPDX-License-Identifier: GPL-2.0-or-later
/** Path lookup against path_resolution(7). */
import { beforeEach, describe, expect, it } from 'vitest';

import { ROOT } from '../kernel/credentials.ts';
import { ERRNO } from '../uapi/errno.ts';
import { pathText } from './mount.ts';
import { RamFs } from './ramfs/ramfs.ts';
import { nameOf, TestKernel, user } from './testing/test-kernel.ts';

let kernel: TestKernel;

/** Where a path leads, as a path from the root, or the errno's name. */
function resolve(path: string, follow = true, uid = 0): unknown {
  const ctx = kernel.as(uid === 0 ? ROOT : user(uid));
  const place = kernel.vfs.lookup(ctx, path, follow);
  return typeof place === 'number' ? nameOf(place) : pathText(place, kernel.vfs.mounts.root);
}

beforeEach(() => {
  kernel = new TestKernel();
  const { vfs } = kernel;
  const ctx = vfs.kernelContext;
  for (const path of ['/a', '/a/b', '/mnt', '/private']) vfs.mkdir(ctx, path, 0o755);
  vfs.chmod(ctx, '/private', 0o700);
  vfs.kernelWriteFile('/a/file', new Uint8Array(3));
  vfs.kernelWriteFile('/private/file', new Uint8Array(1));
  vfs.symlink(ctx, 'b', '/a/relative');
  vfs.symlink(ctx, '/a/b', '/a/absolute');
  vfs.symlink(ctx, 'file', '/a/tofile');
  vfs.symlink(ctx, 'loop', '/a/loop');
  vfs.symlink(ctx, 'nowhere', '/a/dangling');
});

describe('a path', () => {
  it.each([
    ['/', '/'],
    ['///', '/'],
    ['/a/b', '/a/b'],
    ['//a///b//', '/a/b'],
    ['/a/./b/..', '/a'],
    ['/../..', '/'],
    ['/a/relative', '/a/b'],
    ['/a/absolute/../file', '/a/file'],
    ['/a/tofile', '/a/file'],
    ['a/b', '/a/b'],
  ])('%s leads to %s', (path, place) => {
    expect(resolve(path)).toBe(place);
  });

  it.each([
    ['', 'ENOENT'],
    ['/a/none', 'ENOENT'],
    ['/a/dangling', 'ENOENT'],
    ['/a/file/', 'ENOTDIR'],
    ['/a/file/x', 'ENOTDIR'],
    ['/a/file/..', 'ENOTDIR'],
    ['/a/tofile/', 'ENOTDIR'],
    ['/a/loop', 'ELOOP'],
    ['/a/loop/x', 'ELOOP'],
    [`/a/${'n'.repeat(256)}`, 'ENAMETOOLONG'],
    [`/a/${'n'.repeat(255)}`, 'ENOENT'],
    [`/a/${'ä'.repeat(128)}`, 'ENAMETOOLONG'],
    ['/a/'.repeat(1366), 'ENAMETOOLONG'],
  ])('%s is refused: %s', (path, errno) => {
    expect(resolve(path)).toBe(errno);
  });

  it('ends at a link itself when told not to follow it, unless a slash says otherwise', () => {
    expect(resolve('/a/relative', false)).toBe('/a/relative');
    expect(resolve('/a/relative/', false)).toBe('/a/b');
    expect(resolve('/a/loop', false)).toBe('/a/loop');
  });

  it.each([
    [40, '/a/file'],
    [41, 'ELOOP'],
  ])('may pass %i links', (links, result) => {
    const ctx = kernel.vfs.kernelContext;
    kernel.vfs.symlink(ctx, 'file', '/a/link1');
    for (let n = 2; n <= links; n++) kernel.vfs.symlink(ctx, `link${n - 1}`, `/a/link${n}`);
    expect(resolve(`/a/link${links}`)).toBe(result);
  });

  it('needs search permission on each directory, which root always has', () => {
    expect(resolve('/private/file', true, 1000)).toBe('EACCES');
    expect(resolve('/private', true, 1000)).toBe('/private');
    expect(resolve('/private/..', true, 1000)).toBe('EACCES');
    expect(resolve('/private/file')).toBe('/private/file');
  });
});

describe('a mount', () => {
  beforeEach(() => {
    const other = new RamFs(kernel.pages, kernel.wallClock, { type: 'tmpfs', device: 9 });
    kernel.vfs.mount(other, 'tmpfs', '/mnt');
    kernel.vfs.mkdir(kernel.vfs.kernelContext, '/mnt/inside', 0o755);
  });

  it('is entered downwards and left upwards', () => {
    expect(resolve('/mnt/inside')).toBe('/mnt/inside');
    expect(resolve('/mnt/inside/../..')).toBe('/');
    const stat = kernel.vfs.stat(kernel.vfs.kernelContext, '/mnt');
    expect(stat).toMatchObject({ device: 9 });
  });

  it('hides what was there, and shows it again', () => {
    const ctx = kernel.vfs.kernelContext;
    const place = kernel.vfs.lookup(ctx, '/mnt');
    if (typeof place === 'number') throw new Error('no mount');
    expect(kernel.vfs.rmdir(ctx, '/mnt')).toBe(-ERRNO.EBUSY);
    expect(kernel.vfs.mounts.remove(place)).toBe(0);
    expect(resolve('/mnt/inside')).toBe('ENOENT');
    expect(kernel.vfs.rmdir(ctx, '/mnt')).toBe(0);
  });

  it('keeps names from crossing it', () => {
    const ctx = kernel.vfs.kernelContext;
    expect(kernel.vfs.rename(ctx, '/a/file', '/mnt/file')).toBe(-ERRNO.EXDEV);
    expect(kernel.vfs.link(ctx, '/a/file', '/mnt/file')).toBe(-ERRNO.EXDEV);
  });

  it('is stacked when mounted on twice', () => {
    const top = new RamFs(kernel.pages, kernel.wallClock, { type: 'tmpfs', device: 10 });
    kernel.vfs.mount(top, 'tmpfs', '/mnt');
    expect(kernel.vfs.stat(kernel.vfs.kernelContext, '/mnt')).toMatchObject({ device: 10 });
    expect(resolve('/mnt/inside')).toBe('ENOENT');
    expect(resolve('/mnt/..')).toBe('/');
  });
});

describe('the current directory', () => {
  it('is where relative paths start, and cannot be left above the root', () => {
    const cwd = kernel.vfs.lookup(kernel.vfs.kernelContext, '/a/b');
    if (typeof cwd === 'number') throw new Error('no directory');
    const jail = kernel.vfs.lookup(kernel.vfs.kernelContext, '/a');
    if (typeof jail === 'number') throw new Error('no directory');
    const ctx = kernel.as(ROOT, { cwd, root: jail });

    expect(kernel.vfs.getcwd(ctx)).toBe('/b');
    expect(kernel.vfs.lookup(ctx, '../../..')).toEqual(jail);
    expect(kernel.vfs.lookup(ctx, '/file')).toMatchObject({ dentry: { name: 'file' } });
  });

  it('may be removed under somebody, who can still leave', () => {
    const cwd = kernel.vfs.lookup(kernel.vfs.kernelContext, '/a/b');
    if (typeof cwd === 'number') throw new Error('no directory');
    const ctx = kernel.as(ROOT, { cwd });
    kernel.vfs.rmdir(kernel.vfs.kernelContext, '/a/b');

    expect(kernel.vfs.getcwd(ctx)).toBe(-ERRNO.ENOENT);
    expect(kernel.vfs.mkdir(ctx, 'new', 0o755)).toBe(-ERRNO.ENOENT);
    expect(kernel.vfs.lookup(ctx, '..')).toMatchObject({ dentry: { name: 'a' } });
  });
});
