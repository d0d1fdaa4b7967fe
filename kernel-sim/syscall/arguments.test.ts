// SPDX-License-Identifier: GPL-2.0-or-later
/** What system calls say to bad arguments: every pointer, every descriptor, every number. */
import { beforeAll, describe, expect, it } from 'vitest';

import {
  BAD_ADDRESS,
  nameOf,
  RawMachine,
  type RawProgram,
  type SyscallName,
} from '../../tests/support/raw-machine.ts';
import { Prng } from '../sim/prng.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { F, O, S, STAT } from '../uapi/fs.ts';
import { CLOCK, SYSLOG_ACTION } from '../uapi/process.ts';
import { SIG, SIG_BLOCK, SIGNAL } from '../uapi/signal.ts';
import { SYS } from '../uapi/syscall-numbers.ts';

let machine: RawMachine;
beforeAll(() => {
  machine = new RawMachine();
});

/** An argument by name, so that tables can name what only a running program has. */
type Argument = number | 'path' | 'link' | 'name' | 'argv' | 'buffer' | 'time' | 'file' | 'folder';

/** What stands for each in a program: made anew for each call. */
function* argumentsFor(p: RawProgram, list: readonly Argument[]): Sleeping<number[]> {
  const values: number[] = [];
  for (const argument of list) values.push(yield* argumentFor(p, argument));
  return values;
}

function* argumentFor(p: RawProgram, argument: Argument): Sleeping<number> {
  switch (argument) {
    case 'path':
      return yield* p.text('/etc/passwd');
    case 'link':
      return yield* p.text('/bin');
    case 'name':
      return yield* p.text('/tmp/new');
    case 'argv':
      return yield* p.texts('true');
    case 'buffer':
      return yield* p.take(4096);
    case 'time':
      return yield* p.words(0, 1);
    case 'file':
      return yield* p.call('open', yield* p.text('/etc/passwd'), O.RDWR, 0);
    case 'folder':
      return yield* p.call('open', yield* p.text('/etc'), O.DIRECTORY, 0);
    default:
      return argument;
  }
}

function answer(name: SyscallName, ...list: Argument[]): string | number {
  const answers: (string | number)[] = [];
  machine.run(function* (p) {
    answers.push(yield* p.named(name, ...(yield* argumentsFor(p, list))));
  });
  return answers[0] ?? 'no answer';
}

describe('a bad pointer is EFAULT', () => {
  const BAD = BAD_ADDRESS;
  it.each<[SyscallName, ...Argument[]]>([
    ['read', 'file', BAD, 1],
    ['write', 'file', BAD, 1],
    ['pread64', 'file', BAD, 1, 0],
    ['pwrite64', 'file', BAD, 1, 0],
    ['open', BAD, 0, 0],
    ['stat', BAD, 'buffer'],
    ['stat', 'path', BAD],
    ['lstat', BAD, 'buffer'],
    ['lstat', 'path', BAD],
    ['fstat', 'file', BAD],
    ['poll', BAD, 1, 0],
    ['access', BAD, 0],
    ['pipe', BAD],
    ['pipe2', BAD, 0],
    ['nanosleep', BAD, 0],
    ['execve', BAD, 'argv', 0],
    ['execve', 'path', BAD, 0],
    ['execve', 'path', 'argv', BAD],
    ['posix_spawn', BAD, 'argv', 0, 0],
    ['posix_spawn', 'path', BAD, 0, 0],
    ['posix_spawn', 'path', 'argv', BAD, 0],
    ['posix_spawn', 'path', 'argv', 0, BAD],
    ['uname', BAD],
    ['sysinfo', BAD],
    ['truncate', BAD, 0],
    ['getcwd', BAD, 4096],
    ['chdir', BAD],
    ['rename', BAD, 'name'],
    ['rename', 'path', BAD],
    ['mkdir', BAD, 0],
    ['rmdir', BAD],
    ['link', BAD, 'name'],
    ['link', 'path', BAD],
    ['unlink', BAD],
    ['symlink', BAD, 'name'],
    ['symlink', 'path', BAD],
    ['readlink', BAD, 'buffer', 10],
    ['readlink', 'link', BAD, 10],
    ['chmod', BAD, 0],
    ['chown', BAD, 0, 0],
    ['mknod', BAD, S.IFREG, 0],
    ['utimensat', -100, BAD, 0, 0],
    ['utimensat', -100, 'path', BAD, 0],
    ['rt_sigaction', SIGNAL.TERM, BAD, 0, 8],
    ['rt_sigaction', SIGNAL.TERM, 0, BAD, 8],
    ['rt_sigprocmask', SIG_BLOCK, BAD, 0, 8],
    ['rt_sigprocmask', SIG_BLOCK, 0, BAD, 8],
    ['setgroups', 1, BAD],
    ['syslog', SYSLOG_ACTION.READ_ALL, BAD, 4096],
    ['init_module', BAD, 10, 'path'],
    ['init_module', 'buffer', 10, BAD],
    ['finit_module', 'file', BAD, 0],
    ['delete_module', BAD],
    ['getdents64', 'folder', BAD, 4096],
    ['clock_gettime', CLOCK.MONOTONIC, BAD],
    ['getrandom', BAD, 8, 0],
  ])('%s(%s, %s, %s, %s)', (name, ...list) => {
    expect(answer(name, ...list)).toBe('EFAULT');
  });
});

describe('a descriptor that is not open is EBADF', () => {
  const CALLS: readonly [SyscallName, ...Argument[]][] = [
    ['read', 0, 'buffer', 1],
    ['write', 0, 'buffer', 1],
    ['pread64', 0, 'buffer', 1, 0],
    ['pwrite64', 0, 'buffer', 1, 0],
    ['close', 0],
    ['fstat', 0, 'buffer'],
    ['lseek', 0, 0, 0],
    ['ioctl', 0, 0, 0],
    ['dup', 0],
    ['dup2', 0, 5],
    ['dup2', 0, 0],
    ['dup3', 0, 5, 0],
    ['fcntl', 0, F.GETFD, 0],
    ['ftruncate', 0, 0],
    ['getdents64', 0, 'buffer', 100],
    ['finit_module', 0, 'path', 0],
  ];

  it.each(CALLS)('%s', (name, _fd, ...rest) => {
    for (const fd of [99, -1, 1_000_000]) {
      const list = name === 'dup2' && rest[0] === 0 ? [fd] : rest;
      expect(answer(name, fd, ...list), `${name}(${fd})`).toBe('EBADF');
    }
  });
});

describe('a number that means nothing is EINVAL', () => {
  it.each<[SyscallName, ...Argument[]]>([
    ['lseek', 'file', 0, 9],
    ['lseek', 'file', -1, 0],
    ['pread64', 'file', 'buffer', 1, -1],
    ['poll', 'buffer', -1, 0],
    ['poll', 'buffer', 100_000, 0],
    ['pipe2', 'buffer', 1],
    ['dup3', 0, 0, 0],
    ['dup3', 0, 5, 1],
    ['fcntl', 'file', 99, 0],
    ['fcntl', 'file', F.DUPFD, -1],
    ['fcntl', 'file', F.DUPFD, 5000],
    ['access', 'path', 8],
    ['truncate', 'path', -1],
    ['ftruncate', 'file', -1],
    ['readlink', 'link', 'buffer', 0],
    ['readlink', 'link', 'buffer', -1],
    ['readlink', 'path', 'buffer', 10],
    ['mknod', 'name', S.IFLNK, 0],
    ['mknod', 'name', 0o050000, 0],
    ['kill', 1, 32],
    ['kill', 1, -1],
    ['rt_sigaction', 0, 0, 0, 8],
    ['rt_sigaction', 32, 0, 0, 8],
    ['rt_sigaction', SIGNAL.KILL, 'buffer', 0, 8],
    ['rt_sigaction', SIGNAL.STOP, 'buffer', 0, 8],
    ['rt_sigprocmask', 9, 'buffer', 0, 8],
    ['setuid', -1],
    ['setgid', -1],
    ['setpgid', 0, -1],
    ['setgroups', -1, 'buffer'],
    ['setgroups', 100_000, 'buffer'],
    ['clock_gettime', 99, 'buffer'],
    ['syslog', 99, 0, 0],
    ['syslog', SYSLOG_ACTION.READ_ALL, 'buffer', -1],
    ['syslog', SYSLOG_ACTION.CONSOLE_LEVEL, 0, 9],
    ['reboot', 1, 2, 3, 0],
    ['finit_module', 'file', 'path', 8],
  ])('%s(%s, %s, %s, %s)', (name, ...list) => {
    expect(answer(name, ...list)).toBe('EINVAL');
  });
});

describe('other answers', () => {
  it.each<[string | number, SyscallName, ...Argument[]]>([
    ['EPERM', 'mknod', 'name', S.IFDIR, 0],
    ['ESRCH', 'kill', 30_000, 0],
    ['ESRCH', 'getpgid', 30_000],
    ['ESRCH', 'getsid', 30_000],
    ['ESRCH', 'setpgid', 1, 0],
    ['ERANGE', 'getcwd', 'buffer', 1],
    ['ENOENT', 'delete_module', 'path'],
    ['ENOEXEC', 'init_module', 'buffer', 10, 'path'],
    ['ENOEXEC', 'init_module', 'buffer', -1, 'path'],
    ['EFAULT', 'read', 'file', 'buffer', -1],
    ['EFAULT', 'getrandom', 'buffer', -1, 0],
    ['ECHILD', 'wait4', -1, 0, 0],
    [0, 'poll', 0, 0, 0],
    [0, 'read', 'file', BAD_ADDRESS, 0],
    [0, 'rt_sigprocmask', 99, 0, 0, 8],
    [0, 'kill', 1, 0],
  ])('%s from %s(%s, %s, %s, %s)', (expected, name, ...list) => {
    expect(answer(name, ...list)).toBe(expected);
  });

  it.each([
    ['EINVAL', 0, 1_000_000_000],
    ['EINVAL', 0, -1],
    ['EINVAL', -1, 0],
    [0, 0, 0],
    [0, 0, 999_999_999],
  ])('%s from a sleep of %i s and %i ns', (expected, seconds, nanoseconds) => {
    let result: unknown;
    machine.run(function* (p) {
      result = yield* p.named('nanosleep', yield* p.words(seconds, nanoseconds), 0);
    });
    expect(result).toBe(expected);
  });

  it.each([-1, 154, 20, 999, 1001, 2 ** 31, -(2 ** 31), 0.5, NaN])('ENOSYS from %d', (number) => {
    let result: unknown;
    machine.run(function* (p) {
      result = nameOf(p.cpu.syscall(number));
      yield* p.call('getpid');
    });
    expect(result).toBe('ENOSYS');
  });

  const PRIVILEGED: readonly [SyscallName, ...Argument[]][] = [
    ['setuid', 0],
    ['setgid', 0],
    ['setgroups', 0, 0],
    ['reboot', 1, 2, 3, 0],
    ['init_module', 'buffer', 10, 'path'],
    ['finit_module', 0, 'path', 0],
    ['delete_module', 'path'],
    ['syslog', SYSLOG_ACTION.CLEAR, 0, 0],
    ['syslog', SYSLOG_ACTION.READ_CLEAR, 'buffer', 10],
    ['syslog', SYSLOG_ACTION.CONSOLE_LEVEL, 0, 1],
    ['kill', 1, 0],
  ];

  it.each(PRIVILEGED)('EPERM for a user who calls %s(%s)', (name, ...list) => {
    const answers: unknown[] = [];
    machine.run(function* (p) {
      const values = yield* argumentsFor(p, list);
      yield* p.call('setgid', 1000);
      yield* p.call('setuid', 1000);
      answers.push(yield* p.named(name, ...values));
    });
    expect(answers).toEqual(['EPERM']);
  });
});

describe('a failed call', () => {
  it.each<[SyscallName, (at: number) => number[]]>([
    ['pipe', () => [BAD_ADDRESS]],
    ['open', () => [BAD_ADDRESS, O.CREAT, 0]],
    ['dup2', () => [99, 50]],
  ])('%s leaves no descriptor behind', (name, values) => {
    const fds: number[] = [];
    machine.run(function* (p) {
      const path = yield* p.text('/etc/passwd');
      fds.push(yield* p.call('open', path, 0, 0));
      for (let n = 0; n < 10; n++) yield* p.call(name, ...values(n));
      fds.push(yield* p.call('open', path, 0, 0));
    });
    expect(fds[1]).toBe(fds[0]! + 1);
  });

  it('of stat writes nothing', () => {
    let before = -1;
    let after = -1;
    machine.run(function* (p) {
      const out = yield* p.take(STAT.SIZE);
      p.cpu.store32(out, 0x5a5a);
      before = p.cpu.load32(out);
      yield* p.call('stat', yield* p.text('/nope'), out);
      after = p.cpu.load32(out);
    });
    expect([before, after]).toEqual([0x5a5a, 0x5a5a]);
  });
});

describe('any arguments at all', () => {
  /**
   * What would end the machine, the test or its patience: nobody would wake it from a futex, and
   * a tracee waits for its parent, which knows of nothing. Sleeping is tested above.
   */
  const LEFT_OUT = new Set([
    'reboot',
    'exit',
    'exit_group',
    'nanosleep',
    'clock_nanosleep',
    'poll',
    'ppoll',
    'select',
    'pselect6',
    'kill',
    'execve',
    'ptrace',
    'futex',
    'pause',
    'rt_sigsuspend',
    'alarm',
    'setitimer',
    'waitid',
    // These take the memory away from under the test.
    'mmap',
    'munmap',
    'mprotect',
    'mremap',
    'madvise',
    'brk',
    'tkill',
    'tgkill',
    // It would take away its own time or memory.
    'setrlimit',
    'prlimit64',
    // A write to a pipe that nobody reads would be its end, or wait for ever.
    'pipe',
    'pipe2',
    'rt_sigaction',
  ]);
  const names = Object.keys(SYS).filter((name) => !LEFT_OUT.has(name)) as SyscallName[];

  it.each([1, 2, 3])('are an answer, and never an end of the machine (seed %i)', (seed) => {
    const prng = new Prng(seed);
    const strange = [
      0,
      1,
      -1,
      2,
      3,
      7,
      16,
      100,
      4096,
      65_536,
      2 ** 31,
      -(2 ** 31),
      2 ** 47,
      2 ** 53,
    ];
    let answered = 0;
    machine.run(function* (p) {
      // A terminal, a pipe or a device would keep it waiting.
      for (let fd = 0; fd < 20; fd++) yield* p.call('close', fd);
      yield* p.call('rt_sigaction', SIGNAL.PIPE, yield* p.words(SIG.IGN, 0, 0, 0), 0, 8);
      const buffer = yield* p.text('/tmp/fuzz');
      for (let n = 0; n < 2000; n++) {
        const values = Array.from({ length: 5 }, () =>
          prng.below(3) === 0 ? buffer : strange[prng.below(strange.length)]!,
        );
        const name = names[prng.below(names.length)]!;
        const isRead = name === 'read' || name === 'pread64' || name === 'wait4';
        const result = isRead ? 0 : yield* p.call(name, ...values);
        if (!Number.isInteger(result)) throw new Error(`${name} answered ${result}`);
        answered++;
      }
    });
    expect(answered).toBe(2000);
    expect(machine.run(function* () {})).toBe(0);
  });
});
