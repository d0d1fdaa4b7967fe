// SPDX-License-Identifier: GPL-2.0-or-later
/** Names, permissions, opening and the file systems' bookkeeping, as programs see them. */
import { beforeEach, describe, expect, it } from 'vitest';

import { ROOT } from '../kernel/credentials.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { makedev, O, S, SEEK } from '../uapi/fs.ts';
import { vfsGetdents, vfsLseek, vfsPread, vfsPwrite, vfsRead, vfsWrite } from './read-write.ts';
import { nameOf, opened, readText, TestKernel, user, writeText } from './testing/test-kernel.ts';
import type { Vfs } from './vfs.ts';
import type { FsContext } from './path-walk.ts';

let kernel: TestKernel;
let vfs: Vfs;
let root: FsContext;
let alice: FsContext;

beforeEach(() => {
  kernel = new TestKernel();
  vfs = kernel.vfs;
  root = kernel.as(ROOT);
  alice = kernel.as(user(1000));
  vfs.mkdir(root, '/tmp', 0o777);
  vfs.chmod(root, '/tmp', 0o1777);
  vfs.mkdir(root, '/h', 0o755);
  vfs.chown(root, '/h', 1000, 1000);
  vfs.kernelWriteFile('/h/file', encodeUtf8('hello'), { uid: 1000, gid: 1000 });
});

const names = (path: string): string[] => {
  const file = opened(vfs.open(root, path, O.RDONLY | O.DIRECTORY, 0));
  const found: string[] = [];
  file.ops.iterate?.(file, (name, _inode, _type, next) => {
    found.push(name);
    file.pos = next;
    return true;
  });
  vfs.close(file);
  return found.filter((name) => name !== '.' && name !== '..');
};

describe('open', () => {
  it.each<[path: string, flags: number, result: string]>([
    ['/h/none', O.RDONLY, 'ENOENT'],
    ['/h/none/', O.CREAT | O.WRONLY, 'EISDIR'],
    ['/h/', O.CREAT | O.WRONLY, 'EISDIR'],
    ['/h', O.WRONLY, 'EISDIR'],
    ['/h', O.RDONLY | O.CREAT, 'EISDIR'],
    ['/h/file', O.RDONLY | O.DIRECTORY, 'ENOTDIR'],
    ['/h/file', O.CREAT | O.EXCL, 'EEXIST'],
    ['/h/file/', O.RDONLY, 'ENOTDIR'],
    ['/h/dangling', O.CREAT | O.EXCL, 'EEXIST'],
    ['/h/link', O.RDONLY | O.NOFOLLOW, 'ELOOP'],
    ['/h/none/deeper', O.CREAT, 'ENOENT'],
  ])('%s with flags %o: %s', (path, flags, result) => {
    vfs.symlink(root, 'file', '/h/link');
    vfs.symlink(root, 'made', '/h/dangling');
    expect(nameOf(vfs.open(root, path, flags, 0o644))).toBe(result);
    expect(names('/h')).not.toContain('none');
  });

  it('creates through a dangling link, where the link leads', () => {
    vfs.symlink(root, '../tmp/made', '/h/dangling');
    const file = opened(vfs.open(alice, '/h/dangling', O.CREAT | O.WRONLY, 0o666));
    expect(names('/tmp')).toEqual(['made']);
    expect(vfs.fstat(file)).toMatchObject({ mode: S.IFREG | 0o644, uid: 1000, gid: 1000 });
  });

  it('lets the maker of a file write it, whatever its mode says', () => {
    const file = opened(vfs.open(alice, '/tmp/locked', O.CREAT | O.WRONLY, 0o444));
    expect(writeText(file, 'x')).toBe(1);
    expect(nameOf(vfs.open(alice, '/tmp/locked', O.WRONLY, 0))).toBe('EACCES');
  });

  it('truncates only who may write', () => {
    const other = kernel.as(user(2000));
    expect(nameOf(vfs.open(other, '/h/file', O.RDONLY | O.TRUNC, 0))).toBe('EACCES');
    expect(vfs.stat(root, '/h/file')).toMatchObject({ size: 5 });
    opened(vfs.open(alice, '/h/file', O.WRONLY | O.TRUNC, 0));
    expect(vfs.stat(root, '/h/file')).toMatchObject({ size: 0, blocks: 0 });
  });

  it('checks reading and writing against the access mode', () => {
    const reader = opened(vfs.open(alice, '/h/file', O.RDONLY, 0));
    const writer = opened(vfs.open(alice, '/h/file', O.WRONLY, 0));
    expect(writeText(reader, 'x')).toBe('EBADF');
    expect(readText(writer)).toBe('EBADF');
  });

  it('of a device nobody serves is ENXIO', () => {
    vfs.mknod(root, '/tmp/dev', S.IFCHR | 0o666, makedev(243, 0));
    expect(nameOf(vfs.open(root, '/tmp/dev', O.RDONLY, 0))).toBe('ENXIO');
  });

  it('holds the module of a device until the last close', () => {
    let users = 0;
    const owner = {
      tryGet: () => {
        users++;
        return true;
      },
      put: () => {
        users--;
      },
    };
    kernel.devices.set(makedev(243, 0), { owner });
    kernel.devices.set(makedev(243, 1), { owner, open: () => -13 });
    kernel.devices.set(makedev(243, 2), { owner: { tryGet: () => false, put: () => undefined } });
    for (const n of [0, 1, 2]) vfs.mknod(root, `/tmp/d${n}`, S.IFCHR | 0o666, makedev(243, n));

    const file = opened(vfs.open(root, '/tmp/d0', O.RDONLY, 0));
    file.get();
    expect(users).toBe(1);
    vfs.close(file);
    expect(users).toBe(1);
    vfs.close(file);
    expect(users).toBe(0);
    expect(nameOf(vfs.open(root, '/tmp/d1', O.RDONLY, 0))).toBe('EACCES');
    expect(users).toBe(0);
    expect(nameOf(vfs.open(root, '/tmp/d2', O.RDONLY, 0))).toBe('ENXIO');
  });
});

describe('reading and writing', () => {
  it('goes on where it stopped, and seeks', () => {
    const file = opened(vfs.open(alice, '/h/file', O.RDWR, 0));
    expect(readText(file, 2)).toBe('he');
    expect(readText(file, 9)).toBe('llo');
    expect(readText(file)).toBe('');
    expect(vfsLseek(file, -4, SEEK.END)).toBe(1);
    expect(writeText(file, 'ipp')).toBe(3);
    expect(vfsLseek(file, 0, SEEK.CUR)).toBe(4);
    expect(nameOf(vfsLseek(file, -5, SEEK.CUR))).toBe('EINVAL');
    expect(vfs.kernelReadFile('/h/file')).toEqual(encodeUtf8('hippo'));
  });

  it('appends with O_APPEND, even by pwrite', () => {
    const file = opened(vfs.open(alice, '/h/file', O.WRONLY | O.APPEND, 0));
    expect(writeText(file, '!')).toBe(1);
    expect(vfsPwrite(file, new KernelBuffer(encodeUtf8('?')), 0, 1, 0)).toBe(1);
    expect(vfsLseek(file, 0, SEEK.CUR)).toBe(6);
    expect(vfs.kernelReadFile('/h/file')).toEqual(encodeUtf8('hello!?'));
  });

  it('leaves holes, which read as zeros and take no pages', () => {
    const free = kernel.pages.freePageCount;
    const file = opened(vfs.open(root, '/tmp/sparse', O.CREAT | O.RDWR, 0o644));
    vfsPwrite(file, new KernelBuffer(encodeUtf8('end')), 0, 3, 10 * PAGE_SIZE - 1);
    expect(kernel.pages.freePageCount).toBe(free - 2);
    expect(vfs.fstat(file)).toMatchObject({ size: 10 * PAGE_SIZE + 2, blocks: 16 });

    const bytes = new Uint8Array(8).fill(0xee);
    expect(vfsPread(file, new KernelBuffer(bytes), 0, 8, 10 * PAGE_SIZE - 4)).toBe(6);
    expect([...bytes]).toEqual([0, 0, 0, 101, 110, 100, 0xee, 0xee]);
  });

  it('shows zeros where a file was cut and grown again', () => {
    const file = opened(vfs.open(alice, '/h/file', O.RDWR, 0));
    vfs.ftruncate(file, 2);
    vfs.ftruncate(file, 4);
    expect(readText(file)).toBe('he\0\0');
  });

  it('moves what it can before a fault, and EFAULT when that is nothing', () => {
    const file = opened(vfs.open(alice, '/h/file', O.RDWR, 0));
    const small = new KernelBuffer(new Uint8Array(3));
    expect(vfsRead(file, small, 0, 5)).toBe(3);
    expect(nameOf(vfsRead(file, small, 3, 5))).toBe('EFAULT');
    expect(nameOf(vfsWrite(file, small, 3, 5))).toBe('EFAULT');
    expect(file.pos).toBe(3);
  });

  it('stops at half of the memory: ENOSPC, and gives all of it back', () => {
    const free = kernel.pages.freePageCount;
    const file = opened(vfs.open(root, '/tmp/big', O.CREAT | O.WRONLY, 0o644));
    const chunk = new KernelBuffer(new Uint8Array(64 * 1024));
    let written = 0;
    let last = 0;
    do {
      last = vfsWrite(file, chunk, 0, chunk.bytes.length);
      written += Math.max(last, 0);
    } while (last > 0);
    expect(nameOf(last)).toBe('ENOSPC');
    // One page is that of /h/file.
    expect(written).toBe((Math.floor(kernel.pages.totalPages / 2) - 1) * PAGE_SIZE);

    vfs.unlink(root, '/tmp/big');
    expect(kernel.pages.freePageCount).toBeLessThan(free);
    vfs.close(file);
    expect(kernel.pages.freePageCount).toBe(free);
  });

  it('of a directory is EISDIR', () => {
    expect(readText(opened(vfs.open(root, '/h', O.RDONLY, 0)))).toBe('EISDIR');
  });
});

describe('permissions', () => {
  it.each<[mode: number, who: 'owner' | 'group' | 'other' | 'root', may: string]>([
    [0o400, 'owner', 'r'],
    [0o077, 'owner', ''],
    [0o640, 'group', 'r'],
    [0o604, 'group', ''],
    [0o604, 'other', 'r'],
    [0o000, 'root', 'rw'],
    [0o001, 'root', 'rwx'],
  ])('mode %o lets the %s: %s', (mode, who, may) => {
    const people = {
      owner: user(1000),
      group: user(2000, 1000),
      other: user(3000),
      root: ROOT,
    };
    vfs.chmod(root, '/h/file', mode);
    const ctx = kernel.as(people[who]);
    const allowed = ['r', 'w', 'x'].filter((_, n) => vfs.access(ctx, '/h/file', 4 >> n) === 0);
    expect(allowed.join('')).toBe(may);
  });

  it('in a sticky directory only owners take names away', () => {
    opened(vfs.open(alice, '/tmp/mine', O.CREAT | O.WRONLY, 0o666));
    const bob = kernel.as(user(2000));
    expect(nameOf(vfs.unlink(bob, '/tmp/mine'))).toBe('EPERM');
    expect(nameOf(vfs.rename(bob, '/tmp/mine', '/tmp/yours'))).toBe('EPERM');
    vfs.chmod(root, '/tmp', 0o777);
    expect(vfs.unlink(bob, '/tmp/mine')).toBe(0);
  });

  it('changing mode and owner is the owner’s, giving away is root’s', () => {
    const bob = kernel.as(user(2000));
    expect(nameOf(vfs.chmod(bob, '/h/file', 0o777))).toBe('EPERM');
    expect(nameOf(vfs.chown(alice, '/h/file', 2000, -1))).toBe('EPERM');
    expect(nameOf(vfs.chown(alice, '/h/file', -1, 2000))).toBe('EPERM');
    expect(vfs.chown(kernel.as(user(1000, 27)), '/h/file', -1, 27)).toBe(0);
    expect(vfs.stat(root, '/h/file')).toMatchObject({ uid: 1000, gid: 27 });
  });

  it('a program that is changed no longer runs as its owner', () => {
    vfs.chmod(root, '/h/file', 0o6755);
    const file = opened(vfs.open(alice, '/h/file', O.WRONLY, 0));
    writeText(file, 'x');
    expect(vfs.fstat(file).mode & 0o7777).toBe(0o755);
  });

  it('only root makes devices', () => {
    expect(nameOf(vfs.mknod(alice, '/tmp/d', S.IFCHR | 0o666, 259))).toBe('EPERM');
    expect(vfs.mknod(alice, '/tmp/fifo', S.IFIFO | 0o666, 0)).toBe(0);
  });
});

describe('names', () => {
  it.each<[what: string, call: () => number, result: unknown]>([
    ['mkdir of what is there', () => vfs.mkdir(root, '/h', 0o755), 'EEXIST'],
    ['mkdir of .', () => vfs.mkdir(root, '/h/.', 0o755), 'EEXIST'],
    ['mkdir with a slash', () => vfs.mkdir(root, '/h/new/', 0o755), 0],
    ['mkdir below a file', () => vfs.mkdir(root, '/h/file/x', 0o755), 'ENOTDIR'],
    ['mknod with a slash', () => vfs.mknod(root, '/h/new/', 0o644, 0), 'ENOENT'],
    ['rmdir of a file', () => vfs.rmdir(root, '/h/file'), 'ENOTDIR'],
    ['rmdir of a full directory', () => vfs.rmdir(root, '/h'), 'ENOTEMPTY'],
    ['rmdir of .', () => vfs.rmdir(root, '/h/.'), 'EINVAL'],
    ['rmdir of ..', () => vfs.rmdir(root, '/h/..'), 'ENOTEMPTY'],
    ['rmdir of the root', () => vfs.rmdir(root, '/'), 'EBUSY'],
    ['unlink of a directory', () => vfs.unlink(root, '/h'), 'EISDIR'],
    ['unlink of a file with a slash', () => vfs.unlink(root, '/h/file/'), 'ENOTDIR'],
    ['link of a directory', () => vfs.link(root, '/h', '/h2'), 'EPERM'],
    ['link onto a name', () => vfs.link(root, '/h/file', '/h/file'), 'EEXIST'],
    ['symlink onto a name', () => vfs.symlink(root, 'x', '/h/file'), 'EEXIST'],
    ['rename into itself', () => vfs.rename(root, '/h', '/h/sub'), 'EINVAL'],
    ['rename of .', () => vfs.rename(root, '/h/.', '/x'), 'EBUSY'],
    ['rename of a file onto a directory', () => vfs.rename(root, '/h/file', '/tmp'), 'EISDIR'],
    ['rename of a directory onto a file', () => vfs.rename(root, '/tmp', '/h/file'), 'ENOTDIR'],
    ['rename onto an ancestor', () => vfs.rename(root, '/h/file', '/h'), 'ENOTEMPTY'],
    ['rename of nothing', () => vfs.rename(root, '/none', '/x'), 'ENOENT'],
    ['rename of a file to a slash', () => vfs.rename(root, '/h/file', '/x/'), 'ENOTDIR'],
  ])('%s', (_what, call, result) => {
    expect(nameOf(call())).toBe(result);
  });

  it('count links: a directory its children, a file its names', () => {
    vfs.mkdir(root, '/h/sub', 0o755);
    vfs.link(root, '/h/file', '/h/again');
    expect(vfs.stat(root, '/h')).toMatchObject({ nlink: 3, size: 100 });
    expect(vfs.stat(root, '/h/file')).toMatchObject({ nlink: 2 });
    vfs.rename(root, '/h/sub', '/sub');
    vfs.unlink(root, '/h/file');
    expect(vfs.stat(root, '/h')).toMatchObject({ nlink: 2, size: 60 });
    expect(vfs.stat(root, '/h/again')).toMatchObject({ nlink: 1, size: 5 });
  });

  it('rename replaces in one step, and keeps who has the old file open', () => {
    const old = opened(vfs.open(root, '/h/file', O.RDONLY, 0));
    vfs.kernelWriteFile('/tmp/new', encodeUtf8('new'));
    expect(vfs.rename(root, '/tmp/new', '/h/file')).toBe(0);
    expect(readText(old)).toBe('hello');
    expect(vfs.kernelReadFile('/h/file')).toEqual(encodeUtf8('new'));
    expect(names('/tmp')).toEqual([]);
  });

  it('rename of two names of one file does nothing', () => {
    vfs.link(root, '/h/file', '/h/again');
    expect(vfs.rename(root, '/h/file', '/h/again')).toBe(0);
    expect(names('/h')).toEqual(['again', 'file']);
  });

  it('a symbolic link says what it was given', () => {
    vfs.symlink(alice, 'some/where', '/tmp/link');
    expect(vfs.readlink(alice, '/tmp/link')).toBe('some/where');
    expect(vfs.lstat(alice, '/tmp/link')).toMatchObject({ size: 10, mode: S.IFLNK | 0o777 });
    expect(nameOf(vfs.readlink(alice, '/tmp'))).toBe('EINVAL');
  });

  it('set-group-id directories pass on their group', () => {
    vfs.chown(root, '/tmp', 0, 50);
    vfs.chmod(root, '/tmp', 0o2777);
    vfs.mkdir(alice, '/tmp/d', 0o755);
    expect(vfs.stat(root, '/tmp/d')).toMatchObject({ gid: 50, mode: S.IFDIR | 0o2755 });
  });
});

describe('directories', () => {
  it('are read in pieces, and lose nothing to a reader that removes as it goes', () => {
    vfs.mkdir(root, '/many', 0o755);
    for (let n = 0; n < 100; n++) vfs.kernelWriteFile(`/many/f${n}`, new Uint8Array(0));
    const file = opened(vfs.open(root, '/many', O.RDONLY | O.DIRECTORY, 0));
    const buffer = new KernelBuffer(new Uint8Array(200));
    let removed = 0;
    for (;;) {
      const moved = vfsGetdents(file, buffer, 0, 200);
      if (moved === 0) break;
      expect(moved).toBeGreaterThan(0);
      const view = new DataView(buffer.bytes.buffer);
      for (let at = 0; at < moved; at += view.getUint16(at + 16, true)) {
        const end = buffer.bytes.indexOf(0, at + 19);
        const name = decodeUtf8(buffer.bytes, at + 19, end);
        if (name !== '.' && name !== '..') removed += vfs.unlink(root, `/many/${name}`) + 1;
      }
    }
    expect(removed).toBe(100);
    expect(vfs.rmdir(root, '/many')).toBe(0);
    expect(nameOf(vfsGetdents(file, buffer, 0, 200))).toBe('ENOENT');
  });

  it('refuse a buffer too small for one name', () => {
    const file = opened(vfs.open(root, '/h', O.RDONLY, 0));
    const buffer = new KernelBuffer(new Uint8Array(8));
    expect(nameOf(vfsGetdents(file, buffer, 0, 8))).toBe('EINVAL');
  });
});

describe('times', () => {
  it('are those of the last tick', () => {
    kernel.sim.clock.moveTo(1_234_567_890);
    vfs.kernelWriteFile('/tmp/t', encodeUtf8('x'));
    const time = { seconds: 1_700_000_001, nanoseconds: 232_000_000 };
    expect(vfs.stat(root, '/tmp/t')).toMatchObject({ mtime: time, ctime: time });
  });

  it('of reading move only when the file has changed since, or a day later', () => {
    const at = (seconds: number): void => kernel.sim.clock.moveTo(seconds * 1e9);
    const atime = (): unknown => vfs.stat(root, '/h/file');
    at(10);
    vfs.kernelReadFile('/h/file');
    expect(atime()).toMatchObject({ atime: { seconds: 1_700_000_010 } });
    at(20);
    vfs.kernelReadFile('/h/file');
    expect(atime()).toMatchObject({ atime: { seconds: 1_700_000_010 } });
    at(90_000);
    vfs.kernelReadFile('/h/file');
    expect(atime()).toMatchObject({ atime: { seconds: 1_700_090_000 } });
  });

  it('are set by owners to anything, by writers to now', () => {
    const then = { seconds: 5, nanoseconds: 7 };
    const bob = kernel.as(user(2000));
    vfs.chmod(root, '/h/file', 0o666);
    expect(nameOf(vfs.utimens(bob, '/h/file', { mtime: then }))).toBe('EPERM');
    expect(vfs.utimens(bob, '/h/file', undefined)).toBe(0);
    expect(vfs.utimens(alice, '/h/file', { mtime: then })).toBe(0);
    expect(vfs.stat(root, '/h/file')).toMatchObject({ mtime: then });
  });
});

describe('the hooks for the host', () => {
  it('hear of what was written, moved and removed', () => {
    const heard: string[] = [];
    vfs.hooks.onClosedAfterWrite = (path) => heard.push(`+${path}`);
    vfs.hooks.onRemoved = (path) => heard.push(`-${path}`);
    const tell = (what: () => unknown): string[] => {
      heard.length = 0;
      what();
      return [...heard];
    };

    const write = (flags: number) => (): void => {
      const file = opened(vfs.open(alice, '/h/new', flags, 0o644));
      if ((flags & O.ACCMODE) !== O.RDONLY) writeText(file, 'x');
      vfs.close(file);
    };
    expect(tell(write(O.CREAT | O.WRONLY))).toEqual(['+/h/new']);
    expect(tell(write(O.RDONLY))).toEqual([]);
    expect(tell(() => vfs.truncate(alice, '/h/new', 0))).toEqual(['+/h/new']);
    expect(tell(() => vfs.rename(root, '/h/new', '/tmp/n'))).toEqual(['-/h/new', '+/tmp/n']);
    expect(tell(() => vfs.rename(root, '/h', '/i'))).toEqual(['-/h/file', '+/i/file']);
    expect(tell(() => vfs.unlink(root, '/tmp/n'))).toEqual(['-/tmp/n']);
    expect(tell(() => vfs.mkdir(root, '/tmp/d', 0o755))).toEqual([]);
  });

  it('hear of directories, before what moves into them and after what leaves them', () => {
    const heard: string[] = [];
    vfs.hooks.onClosedAfterWrite = (path) => heard.push(`+${path}`);
    vfs.hooks.onRemoved = (path) => heard.push(`-${path}`);
    vfs.hooks.onDirectoryMade = (path) => heard.push(`+${path}/`);
    vfs.hooks.onDirectoryRemoved = (path) => heard.push(`-${path}/`);
    vfs.mkdir(root, '/d', 0o755);
    vfs.rmdir(root, '/d');
    vfs.rename(root, '/h', '/i');
    expect(heard).toEqual(['+/d/', '-/d/', '+/i/', '-/h/file', '+/i/file', '-/h/']);
  });

  it('do not hear of a file that has no name any more', () => {
    const heard: string[] = [];
    const file = opened(vfs.open(alice, '/tmp/brief', O.CREAT | O.WRONLY, 0o644));
    writeText(file, 'x');
    vfs.unlink(alice, '/tmp/brief');
    vfs.hooks.onClosedAfterWrite = (path) => heard.push(path);
    vfs.close(file);
    expect(heard).toEqual([]);
  });
});

describe('the kernel’s own files', () => {
  it('are made with their parents and owner', () => {
    const options = { uid: 1000, gid: 1000, mode: 0o755, makeParents: true };
    expect(vfs.kernelWriteFile('/x/y/z', encodeUtf8('one'), options)).toBe(0);
    expect(vfs.kernelWriteFile('/x/y/z', encodeUtf8('2'), { mode: 0o600 })).toBe(0);
    expect(vfs.kernelReadFile('/x/y/z')).toEqual(encodeUtf8('2'));
    expect(vfs.stat(root, '/x/y/z')).toMatchObject({ uid: 1000, mode: S.IFREG | 0o755 });
    expect(vfs.stat(root, '/x')).toMatchObject({ uid: 1000, mode: S.IFDIR | 0o755 });
    expect(nameOf(vfs.kernelReadFile('/x/none'))).toBe('ENOENT');
  });

  it('may be executed only when somebody may', () => {
    expect(nameOf(vfs.openExec(alice, '/h/file'))).toBe('EACCES');
    expect(nameOf(vfs.openExec(alice, '/h'))).toBe('EACCES');
    vfs.chmod(root, '/h/file', 0o111);
    expect(readText(opened(vfs.openExec(alice, '/h/file')))).toBe('hello');
  });
});
