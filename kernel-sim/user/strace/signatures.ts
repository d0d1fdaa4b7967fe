// SPDX-License-Identifier: GPL-2.0-or-later
/** What each system call takes and gives, for people: names, arguments, classes. */
import { UNNUMBERED_CALLS } from '../../uapi/ptrace.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import * as arg from './arguments.ts';
import * as flags from './flags.ts';
import * as socket from './sockets.ts';
import * as shape from './structures.ts';

export interface Signature {
  readonly arguments: readonly arg.Argument[];
  /** How the result reads: a number unless told. */
  readonly result?: 'address' | 'octal' | 'never';
}

const { int, size, fd, path, address, mode, signal } = arg;

function takes(...list: readonly arg.Argument[]): Signature {
  return { arguments: list };
}

const clock = arg.named(flags.CLOCK_NAMES);
const protection = arg.bits(flags.PROT_NAMES, 'PROT_NONE');
const limit = arg.named(flags.LIMIT_NAMES);
const policy = arg.named(flags.POLICY_NAMES);
const timerKind = arg.named({ ITIMER_REAL: 0 });
const mapping = arg.bits(flags.MAP_NAMES);

/** Calls that are not here are shown with their arguments in hexadecimal. */
const SIGNATURES: Readonly<Record<string, Signature>> = {
  read: takes(fd, arg.bytesOut, size),
  write: takes(fd, arg.bytesIn, size),
  pread64: takes(fd, arg.bytesOut, size, int),
  pwrite64: takes(fd, arg.bytesIn, size, int),
  open: takes(path, arg.openFlags, mode),
  openat: takes(fd, path, arg.openFlags, mode),
  close: takes(fd),
  stat: takes(path, shape.statOut),
  lstat: takes(path, shape.statOut),
  fstat: takes(fd, shape.statOut),
  access: takes(path, arg.accessMode),
  lseek: takes(fd, int, arg.named(flags.SEEK_NAMES)),
  poll: takes(shape.pollList, int, int),
  ppoll: takes(shape.pollList, int, shape.timespec, shape.signalSetIn, int),
  ioctl: takes(fd, arg.named(flags.IOCTL_NAMES), shape.ioctlArgument),
  fcntl: takes(fd, arg.named(flags.FCNTL_NAMES), int),
  dup: takes(fd),
  dup2: takes(fd, fd),
  dup3: takes(fd, fd, arg.bits({ O_CLOEXEC: 0o2000000 })),
  pipe: takes(shape.pipeOut),
  pipe2: takes(shape.pipeOut, arg.bits({ O_CLOEXEC: 0o2000000, O_NONBLOCK: 0o4000 })),
  truncate: takes(path, int),
  ftruncate: takes(fd, int),
  getdents64: takes(fd, shape.directoryOut, size),
  getcwd: { arguments: [arg.pathOut, size] },
  chdir: takes(path),
  mkdir: takes(path, mode),
  rmdir: takes(path),
  unlink: takes(path),
  rename: takes(path, path),
  link: takes(path, path),
  symlink: takes(path, path),
  readlink: takes(path, arg.bytesOut, size),
  chmod: takes(path, mode),
  chown: takes(path, arg.identity, arg.identity),
  mknod: takes(path, arg.nodeMode, arg.device),
  umask: { arguments: [mode], result: 'octal' },
  utimensat: takes(fd, path, address, arg.bits({ AT_SYMLINK_NOFOLLOW: 0x100 })),
  brk: { arguments: [address], result: 'address' },
  mmap: { arguments: [address, size, protection, mapping, fd, size], result: 'address' },
  munmap: takes(address, size),
  mprotect: takes(address, size, protection),
  execve: takes(path, arg.strings, arg.environment),
  posix_spawn: takes(path, arg.strings, arg.environment, address),
  exit: { arguments: [int], result: 'never' },
  exit_group: { arguments: [int], result: 'never' },
  wait4: takes(int, shape.waitStatusOut, arg.bits(flags.WAIT_NAMES), address),
  kill: takes(int, signal),
  tgkill: takes(int, int, signal),
  rt_sigaction: takes(signal, shape.sigactionIn, shape.sigactionOut, int),
  rt_sigprocmask: takes(arg.named(flags.SIGMASK_NAMES), shape.signalSetIn, shape.signalSetOut, int),
  rt_sigsuspend: takes(shape.signalSetIn, int),
  nanosleep: takes(shape.timespec, shape.remaining),
  clock_gettime: takes(clock, shape.timespecOut),
  uname: takes(shape.utsnameOut),
  sysinfo: takes(address),
  syslog: takes(arg.syslogAction, address, int),
  getrandom: takes(arg.randomOut, size, arg.bits({ GRND_NONBLOCK: 1, GRND_RANDOM: 2 })),
  getpid: takes(),
  getppid: takes(),
  gettid: takes(),
  getuid: takes(),
  geteuid: takes(),
  getgid: takes(),
  getegid: takes(),
  getpgrp: takes(),
  getpgid: takes(int),
  getsid: takes(int),
  setsid: takes(),
  setpgid: takes(int, int),
  setuid: takes(arg.identity),
  setgid: takes(arg.identity),
  getgroups: takes(int, shape.identitiesOut),
  setgroups: takes(int, address),
  sched_yield: takes(),
  sync: takes(),
  mremap: {
    arguments: [address, size, size, arg.bits(flags.MREMAP_NAMES)],
    result: 'address',
  },
  msync: takes(address, size, arg.bits(flags.MSYNC_NAMES)),
  madvise: takes(address, size, arg.named(flags.MADVICE_NAMES)),
  pause: takes(),
  alarm: takes(int),
  setitimer: takes(timerKind, shape.timer, shape.timerOut),
  getitimer: takes(timerKind, shape.timerOut),
  gettimeofday: takes(shape.timevalOut, address),
  clock_getres: takes(clock, shape.timespecOut),
  times: takes(address),
  getrusage: takes(arg.named(flags.USAGE_NAMES), shape.usageOut),
  getrlimit: takes(limit, shape.limitsOut),
  setrlimit: takes(limit, shape.limits),
  prlimit64: takes(int, limit, shape.limits, shape.limitsOut),
  getpriority: takes(arg.named(flags.PRIORITY_NAMES), int),
  setpriority: takes(arg.named(flags.PRIORITY_NAMES), int, int),
  sched_setparam: takes(int, shape.pointedNumber),
  sched_getparam: takes(int, shape.pointedNumberOut),
  sched_setscheduler: takes(int, policy, shape.pointedNumber),
  sched_getscheduler: takes(int),
  sched_get_priority_max: takes(policy),
  sched_get_priority_min: takes(policy),
  sched_rr_get_interval: takes(int, shape.timespecOut),
  sched_setaffinity: takes(int, size, shape.cpuMask),
  sched_getaffinity: takes(int, size, shape.cpuMaskOut),
  getcpu: takes(shape.pointedNumberOut, shape.pointedNumberOut, address),
  prctl: takes(arg.named(flags.PRCTL_NAMES), address),
  tkill: takes(int, signal),
  futex: takes(address, arg.futexOperation, int, address),
  set_tid_address: takes(address),
  waitid: takes(arg.named(flags.ID_TYPE_NAMES), int, address, arg.bits(flags.WAIT_NAMES), address),
  rt_sigpending: takes(shape.signalSetOut, int),
  execveat: takes(fd, path, arg.strings, arg.environment, arg.bits({ AT_EMPTY_PATH: 0x1000 })),
  process_vm_readv: takes(int, address, int, address, int, int),
  reboot: takes(address, address, address),
  finit_module: takes(fd, arg.text, int),
  init_module: takes(address, size, arg.text),
  delete_module: takes(arg.text, arg.bits({ O_NONBLOCK: 0o4000, O_TRUNC: 0o1000 })),
  socket: takes(socket.family, socket.type, socket.protocol),
  socketpair: takes(socket.family, socket.type, socket.protocol, shape.pipeOut),
  bind: takes(fd, socket.addressIn, int),
  connect: takes(fd, socket.addressIn, int),
  listen: takes(fd, int),
  accept: takes(fd, socket.addressOut, socket.lengthOut),
  accept4: takes(fd, socket.addressOut, socket.lengthOut, socket.typeFlags),
  getsockname: takes(fd, socket.addressOut, socket.lengthOut),
  getpeername: takes(fd, socket.addressOut, socket.lengthOut),
  shutdown: takes(fd, socket.shutdownHow),
  sendto: takes(fd, arg.bytesIn, size, socket.messageFlags, socket.addressIn, int),
  recvfrom: takes(fd, arg.bytesOut, size, socket.messageFlags, socket.addressOut, socket.lengthOut),
  sendmsg: takes(fd, socket.messageIn, socket.messageFlags),
  recvmsg: takes(fd, socket.messageOut, socket.messageFlags),
  setsockopt: takes(fd, socket.level, socket.option, socket.optionIn, int),
  getsockopt: takes(fd, socket.level, socket.option, socket.optionOut, socket.lengthOut),
  fork: takes(),
  clone: takes(),
  restart_syscall: takes(),
};

/** Arguments that Linux leaves out when they cannot matter. */
export function isShown(name: string, values: readonly number[], index: number): boolean {
  const creates = (openFlags: number): boolean => (openFlags & 0o100) !== 0;
  if (name === 'open' && index === 2) return creates(values[1] ?? 0);
  if (name === 'openat' && index === 3) return creates(values[2] ?? 0);
  if (name === 'fcntl' && index === 2) return values[1] !== 1 && values[1] !== 3;
  return true;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  [...Object.entries(UNNUMBERED_CALLS), ...Object.entries(SYS)].map(([name, number]) => [
    number,
    name,
  ]),
);

export function callName(number: number): string {
  return NAMES.get(number) ?? `syscall_${flags.hex(number)}`;
}

const UNKNOWN: Signature = takes(address, address, address, address, address);

export function signatureOf(name: string): Signature {
  return SIGNATURES[name] ?? UNKNOWN;
}

const FILE_CALLS =
  'open openat stat lstat access truncate chdir mkdir rmdir unlink rename link symlink readlink ' +
  'chmod chown mknod utimensat execve posix_spawn getcwd';
const DESCRIPTOR_CALLS =
  'read write pread64 pwrite64 open openat close fstat lseek poll ioctl fcntl dup dup2 dup3 pipe ' +
  'pipe2 ftruncate getdents64 mmap finit_module utimensat';
const PROCESS_CALLS =
  'fork execve posix_spawn exit exit_group wait4 kill tgkill clone clone3 waitid vfork';
const SIGNAL_CALLS =
  'kill tgkill tkill rt_sigaction rt_sigprocmask rt_sigsuspend rt_sigpending pause';
const MEMORY_CALLS = 'brk mmap munmap mprotect mremap madvise';
const CREDENTIAL_CALLS =
  'getuid geteuid getgid getegid setuid setgid getgroups setgroups getresuid getresgid';

const CLASSES: Readonly<Record<string, string>> = {
  file: FILE_CALLS,
  desc: DESCRIPTOR_CALLS,
  process: PROCESS_CALLS,
  signal: SIGNAL_CALLS,
  memory: MEMORY_CALLS,
  creds: CREDENTIAL_CALLS,
  network:
    'socket socketpair bind connect listen accept accept4 getsockname getpeername shutdown ' +
    'sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg setsockopt getsockopt',
};

/** What glibc calls today, and what does its work here: people ask for it by the former. */
const MODERN: Readonly<Record<string, string>> = {
  openat: 'open',
  newfstatat: 'stat lstat fstat',
  statx: 'stat lstat fstat',
  clock_nanosleep: 'nanosleep',
  faccessat2: 'access',
  unlinkat: 'unlink rmdir',
  mkdirat: 'mkdir',
  renameat2: 'rename',
};

/** The calls of `%file` and its like, `all`, or one name; undefined when there is none of it. */
export function callsNamed(word: string): readonly string[] | undefined {
  const all = [...Object.keys(SYS), ...Object.keys(UNNUMBERED_CALLS)];
  if (word === 'all') return all;
  if (word === 'none') return [];
  // Without the `%` the old spelling is a class, too, where no call has the name.
  const inClass = word.startsWith('%') ? CLASSES[word.slice(1)] : undefined;
  if (inClass !== undefined) return inClass.split(' ');
  if (all.includes(word)) return [word];
  const modern = MODERN[word];
  if (modern !== undefined) return modern.split(' ');
  return CLASSES[word]?.split(' ');
}
