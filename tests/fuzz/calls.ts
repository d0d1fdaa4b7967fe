// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the fuzzer gives each system call, and how often it makes it.
 *
 * What it never does, since that ends the machine or hides what the test looks at:
 *
 * | left out | reason |
 * | --- | --- |
 * | reboot(2) with its magic numbers | turns the machine off |
 * | a signal to process 1 or to the supervisor, kill(-1) | all ends, or nothing begins any more |
 * | a limit of process 1 or the supervisor | one of CPU time ends it |
 * | ptrace(2) of process 1 or the supervisor | as long as either stands still, so does all |
 * | /proc/sysrq-trigger | root may crash the machine with it, or turn it off |
 * | /proc/sys/kernel/panic_on_*, softlockup_panic | make a panic of what need not be one |
 * | /proc/sys/kernel/tainted | the test looks whether anything has tainted the kernel |
 * | /proc/sys/kernel/modules_disabled | cannot be undone: no module call would get any further |
 * | files of the system, for writing | no program would be left to execute |
 * | a valid module | it is JavaScript of ours; tests/attack has hostile ones |
 */
import { SYS } from '../../kernel-sim/uapi/syscall-numbers.ts';
import type { SyscallName } from '../support/raw-machine.ts';

/** What an argument is meant to be. One in twelve is something else, but for those in capitals. */
export type Kind =
  | 'any'
  | 'small'
  | 'descriptor'
  | 'path'
  | 'name'
  | 'program'
  | 'memory'
  | 'mapping'
  | 'bytes'
  | 'pages'
  | 'offset'
  | 'flags'
  | 'openFlags'
  | 'mapFlags'
  | 'protection'
  | 'ioctl'
  | 'signal'
  | 'milliseconds'
  | 'user'
  | 'mode'
  | 'futex'
  | 'futexOperation'
  | 'waitOptions'
  | 'ptrace'
  | 'setSize'
  | 'idType'
  | 'one'
  | 'structure'
  | 'family'
  | 'socketType'
  | 'socketProtocol'
  | 'sockaddr'
  | 'sockaddrBytes'
  | 'payload'
  | 'messageFlags'
  | 'level'
  | 'option'
  | 'TASK'
  | 'CHILD'
  | 'NO_MAGIC';

/** Calls without a row get six arguments of any kind. */
export const ARGUMENTS: Readonly<Partial<Record<SyscallName, readonly Kind[]>>> = {
  read: ['descriptor', 'memory', 'bytes'],
  write: ['descriptor', 'memory', 'bytes'],
  open: ['path', 'openFlags', 'mode'],
  close: ['descriptor'],
  stat: ['path', 'memory'],
  lstat: ['path', 'memory'],
  fstat: ['descriptor', 'memory'],
  poll: ['structure', 'small', 'milliseconds'],
  lseek: ['descriptor', 'offset', 'small'],
  mmap: ['mapping', 'pages', 'protection', 'mapFlags', 'descriptor', 'pages'],
  mprotect: ['mapping', 'pages', 'protection'],
  munmap: ['mapping', 'pages'],
  mremap: ['mapping', 'pages', 'pages', 'idType', 'mapping'],
  msync: ['mapping', 'pages', 'small'],
  madvise: ['mapping', 'pages', 'small'],
  brk: ['any'],
  rt_sigaction: ['signal', 'structure', 'memory', 'setSize'],
  rt_sigprocmask: ['idType', 'structure', 'memory', 'setSize'],
  rt_sigpending: ['memory', 'setSize'],
  rt_sigsuspend: ['structure', 'setSize'],
  ioctl: ['descriptor', 'ioctl', 'memory'],
  pread64: ['descriptor', 'memory', 'bytes', 'offset'],
  pwrite64: ['descriptor', 'memory', 'bytes', 'offset'],
  access: ['path', 'small'],
  pipe: ['memory'],
  pipe2: ['memory', 'openFlags'],
  dup: ['descriptor'],
  dup2: ['descriptor', 'descriptor'],
  dup3: ['descriptor', 'descriptor', 'openFlags'],
  nanosleep: ['structure', 'memory'],
  alarm: ['small'],
  clock_gettime: ['idType', 'memory'],
  syslog: ['small', 'memory', 'bytes'],
  setitimer: ['idType', 'structure', 'memory'],
  getitimer: ['small', 'memory'],
  execve: ['program', 'structure', 'structure'],
  execveat: ['descriptor', 'program', 'structure', 'structure', 'idType'],
  posix_spawn: ['program', 'structure', 'structure', 'structure'],
  wait4: ['CHILD', 'memory', 'waitOptions', 'memory'],
  waitid: ['idType', 'CHILD', 'memory', 'waitOptions'],
  kill: ['TASK', 'signal'],
  tkill: ['TASK', 'signal'],
  tgkill: ['TASK', 'TASK', 'signal'],
  ptrace: ['ptrace', 'TASK', 'any', 'memory'],
  process_vm_readv: ['TASK', 'structure', 'one', 'structure', 'one', 'one'],
  setpgid: ['TASK', 'TASK'],
  prctl: ['any', 'any'],
  fcntl: ['descriptor', 'small', 'any'],
  truncate: ['name', 'offset'],
  ftruncate: ['descriptor', 'offset'],
  getcwd: ['memory', 'bytes'],
  chdir: ['path'],
  rename: ['name', 'name'],
  mkdir: ['name', 'mode'],
  rmdir: ['name'],
  link: ['name', 'name'],
  unlink: ['name'],
  symlink: ['path', 'name'],
  readlink: ['path', 'memory', 'bytes'],
  chmod: ['name', 'mode'],
  chown: ['name', 'user', 'user'],
  mknod: ['name', 'mode', 'any'],
  utimensat: ['descriptor', 'name', 'structure', 'one'],
  setuid: ['user'],
  setgid: ['user'],
  getgroups: ['small', 'memory'],
  setgroups: ['small', 'structure'],
  reboot: ['NO_MAGIC', 'any', 'any', 'any'],
  init_module: ['memory', 'bytes', 'path'],
  finit_module: ['descriptor', 'path', 'small'],
  delete_module: ['path'],
  futex: ['futex', 'futexOperation', 'idType', 'structure', 'futex', 'idType'],
  prlimit64: ['TASK', 'small', 'structure', 'memory'],
  getpriority: ['idType', 'TASK'],
  setpriority: ['idType', 'TASK', 'small'],
  sched_setparam: ['TASK', 'structure'],
  sched_getparam: ['TASK', 'memory'],
  sched_setscheduler: ['TASK', 'small', 'structure'],
  sched_getscheduler: ['TASK'],
  sched_get_priority_max: ['small'],
  sched_get_priority_min: ['small'],
  sched_rr_get_interval: ['TASK', 'memory'],
  sched_setaffinity: ['TASK', 'bytes', 'structure'],
  sched_getaffinity: ['TASK', 'bytes', 'memory'],
  sched_setattr: ['TASK', 'structure', 'idType'],
  sched_getattr: ['TASK', 'memory', 'bytes', 'idType'],
  gettimeofday: ['memory', 'memory'],
  getrusage: ['idType', 'memory'],
  times: ['memory'],
  clock_getres: ['idType', 'memory'],
  clock_nanosleep: ['idType', 'idType', 'structure', 'memory'],
  getcpu: ['memory', 'memory'],
  getdents64: ['descriptor', 'memory', 'bytes'],
  getrandom: ['memory', 'bytes', 'small'],
  ppoll: ['structure', 'small', 'structure', 'structure', 'setSize'],
  select: ['small', 'structure', 'structure', 'structure', 'structure'],
  pselect6: ['small', 'structure', 'structure', 'structure', 'structure', 'structure'],
  socket: ['family', 'socketType', 'socketProtocol'],
  socketpair: ['family', 'socketType', 'socketProtocol', 'memory'],
  bind: ['descriptor', 'sockaddr', 'sockaddrBytes'],
  connect: ['descriptor', 'sockaddr', 'sockaddrBytes'],
  listen: ['descriptor', 'small'],
  accept: ['descriptor', 'memory', 'structure'],
  accept4: ['descriptor', 'memory', 'structure', 'openFlags'],
  getsockname: ['descriptor', 'memory', 'structure'],
  getpeername: ['descriptor', 'memory', 'structure'],
  shutdown: ['descriptor', 'idType'],
  sendto: ['descriptor', 'payload', 'bytes', 'messageFlags', 'sockaddr', 'sockaddrBytes'],
  recvfrom: ['descriptor', 'memory', 'bytes', 'messageFlags', 'memory', 'structure'],
  sendmsg: ['descriptor', 'structure', 'messageFlags'],
  recvmsg: ['descriptor', 'structure', 'messageFlags'],
  sendmmsg: ['descriptor', 'structure', 'idType', 'messageFlags'],
  recvmmsg: ['descriptor', 'structure', 'idType', 'messageFlags', 'structure'],
  setsockopt: ['descriptor', 'level', 'option', 'structure', 'bytes'],
  getsockopt: ['descriptor', 'level', 'option', 'memory', 'structure'],
};

/** Of so many calls one is such a one, since it ends its process or makes another. */
export const RARE: Readonly<Partial<Record<SyscallName, number>>> = {
  exit: 8000,
  exit_group: 8000,
  execve: 8000,
  execveat: 8000,
  posix_spawn: 1500,
};

/** These are made so many times as often as others: without them the rest has nothing to act on. */
export const FREQUENT: Readonly<Partial<Record<SyscallName, number>>> = {
  mmap: 4,
  open: 4,
  socket: 4,
  socketpair: 2,
  bind: 2,
  connect: 2,
  sendto: 2,
};

/** Where the fuzzed programs make files. */
export const SCRATCH = '/tmp/fuzz';

/** Paths that may be opened, for writing too. */
export const PATHS: readonly string[] = [
  ...below('', 'a b c d d/e f . .. nope'),
  ...below(`${SCRATCH}/`, 'a b d d/e fifo zero missing/a'),
  ...below('/dev/', 'null zero full random urandom kmsg tty ttyS0 console hostcc'),
  ...below('/proc/self/', 'maps status stat statm fd cmdline oom_score_adj fd/3 cwd'),
  ...below('/proc/', 'meminfo mounts modules slabinfo buddyinfo cpuinfo 1/status'),
  ...below('/proc/sys/kernel/', 'hostname domainname watchdog watchdog_thresh dmesg_restrict'),
  ...below('/proc/sys/kernel/', 'panic kptr_restrict pid_max threads-max printk random/uuid'),
  ...below('/', 'proc sys sys/module dev nope tmp proc/sys/vm/drop_caches'),
  '/',
  '',
  'x'.repeat(300),
];

/** Names that may be made, renamed and taken away. */
export const NAMES: readonly string[] = [
  ...below('', 'a b c d d/e d/../f ./a'),
  ...below(`${SCRATCH}/`, 'a b d d/e fifo zero missing/a link'),
  ...below('/', 'proc/self/status sys/module dev/null/x'),
  '',
  SCRATCH,
  `${SCRATCH}/${'y'.repeat(256)}`,
];

export const PROGRAMS = ['/bin/true', '/bin/cat', '/bin/sleep', `${SCRATCH}/a`, '/nope'] as const;

export const CALL_NAMES = Object.keys(SYS) as SyscallName[];

function below(prefix: string, names: string): string[] {
  return names.split(' ').map((name) => `${prefix}${name}`);
}
