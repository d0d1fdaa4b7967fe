// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc: formats as Linux prints them, tasks that come and go, and what nobody may do there. */
import { beforeEach, describe, expect, it } from 'vitest';

import { ROOT, type Credentials } from '../../kernel/credentials.ts';
import { SchedEntity } from '../../kernel/sched/entity.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { SlabAllocator } from '../../mm/kmalloc.ts';
import { makedev, O, S, SEEK } from '../../uapi/fs.ts';
import { FileTable } from '../file-table.ts';
import { vfsLseek } from '../read-write.ts';
import { nameOf, opened, readText, TestKernel, user, writeText } from '../testing/test-kernel.ts';
import type { ProcTask } from './proc-task.ts';
import { registerMemoryFiles } from './memory-files.ts';
import { ProcFs } from './procfs.ts';
import { mountsText, registerSystemFiles } from './system-files.ts';

let kernel: TestKernel;
let procfs: ProcFs;
let tasks: Map<number, ProcTask>;
let current: { pid: number; credentials: Credentials };
let files: FileTable;

function makeTask(pid: number, changes: Partial<ProcTask> = {}): ProcTask {
  return {
    pid,
    name: 'cat',
    state: 'S',
    parentPid: 1,
    pgid: pid,
    sid: 1,
    credentials: user(1000, 27),
    isKernelThread: false,
    cpu: 1,
    sched: new SchedEntity(),
    ttyDev: makedev(4, 64),
    ttyForeground: pid,
    userNs: 30_000_000,
    systemNs: 10_000_000,
    childUserNs: 0,
    childSystemNs: 0,
    startNs: 1_234_567_890,
    virtualBytes: 2_097_152,
    residentPages: 100,
    pending: 0,
    blocked: 1 << 30,
    ignored: 1 << 12,
    caught: 2,
    umask: 0o022,
    fdCapacity: 64,
    commandLine: ['cat', '-v', 'a file'],
    waitChannel: 'pipe_read',
    exitStatus: 0,
    cwd: kernel.vfs.mounts.root,
    root: kernel.vfs.mounts.root,
    files: () => files.entries(),
    ...changes,
  };
}

beforeEach(() => {
  kernel = new TestKernel();
  files = new FileTable();
  tasks = new Map();
  current = { pid: 42, credentials: ROOT };
  const { vfs } = kernel;
  procfs = new ProcFs({
    wallClock: kernel.wallClock,
    device: 22,
    cpus: 2,
    tasks: {
      pids: () => [...tasks.keys()].toSorted((a, b) => a - b),
      get: (pid) => tasks.get(pid),
      get current() {
        return current;
      },
    },
    mounts: () => mountsText(vfs.mounts),
  });
  vfs.mkdir(vfs.kernelContext, '/proc', 0o555);
  vfs.mount(procfs, 'proc', '/proc');
  tasks.set(1, makeTask(1, { name: 'init', credentials: ROOT }));
  tasks.set(42, makeTask(42));
});

function cat(path: string): unknown {
  const file = kernel.vfs.open(kernel.vfs.kernelContext, path, O.RDONLY, 0);
  return typeof file === 'number' ? nameOf(file) : readText(file, 8192);
}

function list(path: string): string[] {
  const file = opened(kernel.vfs.open(kernel.vfs.kernelContext, path, O.RDONLY, 0));
  const names: string[] = [];
  // One name at a time, as the smallest buffer would have it.
  for (;;) {
    const before = names.length;
    file.ops.iterate?.(file, (name, _inode, _type, next) => {
      if (names.length > before) return false;
      names.push(name);
      file.pos = next;
      return true;
    });
    if (names.length === before) return names.slice(2);
  }
}

describe('a registered file', () => {
  it('is made up at the first read, stays as it was, and is made anew from its start', () => {
    let count = 0;
    procfs.register('driver/counter', () => `count ${++count}\n`);
    const file = opened(kernel.vfs.open(kernel.vfs.kernelContext, '/proc/driver/counter', 0, 0));
    expect(readText(file, 5)).toBe('count');
    expect(readText(file)).toBe(' 1\n');
    expect(readText(file)).toBe('');
    vfsLseek(file, 0, SEEK.SET);
    expect(readText(file)).toBe('count 2\n');
    expect(kernel.vfs.fstat(file)).toMatchObject({ size: 0, mode: S.IFREG | 0o444 });
  });

  it('takes writes when it wants them', () => {
    const taken: Uint8Array[] = [];
    procfs.register('sys/kernel/knob', {
      mode: 0o644,
      show: () => '0\n',
      store: (bytes) => taken.push(bytes) + bytes.length - 1,
    });
    const path = '/proc/sys/kernel/knob';
    expect(
      writeText(opened(kernel.vfs.open(kernel.vfs.kernelContext, path, O.RDWR, 0)), '1\n'),
    ).toBe(2);
    expect(taken).toEqual([encodeUtf8('1\n')]);
    expect(nameOf(kernel.vfs.open(kernel.as(user(1000)), path, O.WRONLY, 0))).toBe('EACCES');
  });

  it('goes when it is removed, and no other', () => {
    procfs.register('a/b', () => '');
    procfs.register('a/c', () => 'c');
    expect(procfs.remove('a/b')).toBe(0);
    expect(nameOf(procfs.remove('a/b'))).toBe('ENOENT');
    expect(list('/proc/a')).toEqual(['c']);
  });
});

describe('the directory', () => {
  it('has files first, then tasks in order', () => {
    procfs.register('version', () => '');
    expect(list('/proc')).toEqual(['self', 'mounts', 'version', '1', '42']);
    tasks.delete(1);
    expect(list('/proc')).toEqual(['self', 'mounts', 'version', '42']);
  });

  it.each<[what: string, call: (path: string) => number, path: string, result: string]>([
    [
      'mkdir',
      (path) => kernel.vfs.mkdir(kernel.vfs.kernelContext, path, 0o755),
      '/proc/x',
      'ENOENT',
    ],
    ['rmdir', (path) => kernel.vfs.rmdir(kernel.vfs.kernelContext, path), '/proc/1', 'EPERM'],
    [
      'unlink',
      (path) => kernel.vfs.unlink(kernel.vfs.kernelContext, path),
      '/proc/mounts',
      'EPERM',
    ],
    [
      'open with O_CREAT',
      (path) => kernel.vfs.open(kernel.vfs.kernelContext, path, O.CREAT | O.WRONLY, 0) as number,
      '/proc/x',
      'ENOENT',
    ],
    [
      'rename',
      (path) => kernel.vfs.rename(kernel.vfs.kernelContext, path, '/proc/x'),
      '/proc/mounts',
      'ENOENT',
    ],
  ])('refuses %s', (_what, call, path, result) => {
    expect(nameOf(call(path))).toBe(result);
  });

  it.each(['0', '01', '4x', '99', '-1', '1000000000'])('has no task %s', (name) => {
    expect(cat(`/proc/${name}/stat`)).toBe('ENOENT');
  });
});

describe('a task', () => {
  it('has its files', () => {
    expect(list('/proc/42')).toEqual(
      (
        'cmdline comm cwd exe fail-nth fd limits make-it-fail maps mounts oom_score ' +
        'oom_score_adj root stat statm status task wchan'
      ).split(' '),
    );
    expect(kernel.vfs.stat(kernel.vfs.kernelContext, '/proc/42')).toMatchObject({
      uid: 1000,
      mode: S.IFDIR | 0o555,
    });
  });

  it('is found as self, until it has gone', () => {
    expect(cat('/proc/self/comm')).toBe('cat\n');
    const file = opened(kernel.vfs.open(kernel.vfs.kernelContext, '/proc/42/comm', O.RDONLY, 0));
    tasks.delete(42);
    expect(cat('/proc/self/comm')).toBe('ENOENT');
    expect(readText(file)).toBe('');
  });

  it('tells its arguments, each with a NUL', () => {
    expect(cat('/proc/42/cmdline')).toBe('cat\0-v\0a file\0');
  });

  it('has a stat line of 52 fields, whose places are Linux’s', () => {
    const fields = String(cat('/proc/42/stat')).trimEnd().split(' ');
    expect(fields).toHaveLength(52);
    expect(fields.slice(0, 9).join(' ')).toBe('42 (cat) S 1 42 1 1088 42 4194304');
    expect(fields.slice(13, 24).join(' ')).toBe('3 1 0 0 20 0 1 0 123 2097152 100');
    expect(fields[38]).toBe('1');
  });

  it('has a status that ps can read', () => {
    const status = String(cat('/proc/42/status'));
    for (const line of [
      'Name:\tcat',
      'Umask:\t0022',
      'State:\tS (sleeping)',
      'Pid:\t42',
      'Uid:\t1000\t1000\t1000\t1000',
      'Groups:\t27 ',
      'VmSize:\t    2048 kB',
      'VmRSS:\t     400 kB',
      'SigBlk:\t0000000040000000',
      'SigIgn:\t0000000000001000',
      'CapEff:\t0000000000000000',
      'Cpus_allowed_list:\t0-1',
    ]) {
      expect(status.split('\n')).toContain(line);
    }
    expect(String(cat('/proc/1/status'))).toContain('CapEff:\t000001ffffffffff\n');
  });
});

describe('descriptors of a task', () => {
  beforeEach(() => {
    const { vfs } = kernel;
    vfs.kernelWriteFile('/file', encodeUtf8('content'));
    files.install(opened(vfs.open(vfs.kernelContext, '/file', O.RDONLY, 0)));
    const { reader, writer } = kernel.pipes.create(ROOT, 0);
    files.install(reader, false, 3);
    files.install(writer, false, 3);
    writeText(writer, 'in the pipe');
  });

  it('are links that lead to what is open, pipes too', () => {
    const { vfs } = kernel;
    expect(list('/proc/self/fd')).toEqual(['0', '3', '4']);
    expect(vfs.readlink(vfs.kernelContext, '/proc/self/fd/0')).toBe('/file');
    expect(vfs.readlink(vfs.kernelContext, '/proc/self/fd/3')).toMatch(/^pipe:\[\d+\]$/u);
    expect(cat('/proc/self/fd/0')).toBe('content');
    expect(cat('/proc/self/fd/3')).toBe('in the pipe');
    expect(nameOf(vfs.readlink(vfs.kernelContext, '/proc/self/fd/7'))).toBe('ENOENT');
    const stat = vfs.lstat(vfs.kernelContext, '/proc/self/fd/4');
    expect(stat).toMatchObject({ mode: S.IFLNK | 0o300 });
  });

  it('say when a file has no name any more', () => {
    kernel.vfs.unlink(kernel.vfs.kernelContext, '/file');
    const link = kernel.vfs.readlink(kernel.vfs.kernelContext, '/proc/self/fd/0');
    expect(link).toBe('/file (deleted)');
  });

  it('are nobody else’s business', () => {
    const stranger = kernel.as(user(2000));
    current = { pid: 42, credentials: stranger.credentials };
    expect(nameOf(kernel.vfs.readlink(stranger, '/proc/42/fd/0'))).toBe('EACCES');
    expect(nameOf(kernel.vfs.readlink(stranger, '/proc/42/cwd'))).toBe('EACCES');
    const owner = kernel.as(user(1000));
    current = { pid: 42, credentials: owner.credentials };
    expect(kernel.vfs.readlink(owner, '/proc/42/cwd')).toBe('/');
    expect(kernel.vfs.readlink(owner, '/proc/42/fd/0')).toBe('/file');
  });
});

describe('files about the machine', () => {
  beforeEach(() => {
    kernel.vfs.fileSystemTypes.set('tmpfs', { needsDevice: false });
    kernel.vfs.fileSystemTypes.set('ext4', { needsDevice: true });
    const { pages } = kernel;
    registerMemoryFiles(procfs, { pages, slabs: new SlabAllocator(kernel.sim, pages, 1) });
    registerSystemFiles(procfs, kernel.vfs, {
      nowNs: () => 61_234_567_890,
      epochSeconds: 1_700_000_000,
      cmdline: 'console=ttyS0',
      version: 'Linux version 6.12.0',
      cpuTimes: () => [
        { userNs: 1e9, niceNs: 0, systemNs: 2e9, idleNs: 60e9, irqNs: 0, softirqNs: 0 },
        { userNs: 11e9, niceNs: 3e9, systemNs: 0, idleNs: 50e9, irqNs: 1e7, softirqNs: 0 },
      ],
      contextSwitches: () => 77,
      taskCounts: () => ({ created: 9, running: 1, blocked: 2, all: 4, lastPid: 43 }),
      loadAverages: () => [5, 112, 0],
    });
  });

  it.each([
    ['version', 'Linux version 6.12.0\n'],
    ['cmdline', 'console=ttyS0\n'],
    ['uptime', '61.23 110.00\n'],
    ['filesystems', 'nodev\ttmpfs\n\text4\n'],
    ['loadavg', '0.05 1.12 0.00 1/4 43\n'],
    ['mounts', 'rootfs / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n'],
  ])('%s', (name, text) => {
    expect(cat(`/proc/${name}`)).toBe(text);
  });

  it('stat', () => {
    const lines = String(cat('/proc/stat')).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'cpu  1200 300 200 11000 0 1 0 0 0 0',
      'cpu0 100 0 200 6000 0 0 0 0 0 0',
      'cpu1 1100 300 0 5000 0 1 0 0 0 0',
    ]);
    expect(lines).toContain('btime 1700000000');
    expect(lines).toContain('ctxt 77');
    expect(lines).toContain('procs_blocked 2');
  });

  it('meminfo', () => {
    const [total, free] = String(cat('/proc/meminfo')).split('\n');
    expect(total).toBe(`MemTotal:       ${String(kernel.pages.totalPages * 4).padStart(8)} kB`);
    expect(free).toBe(`MemFree:        ${String(kernel.pages.freePageCount * 4).padStart(8)} kB`);
  });
});
