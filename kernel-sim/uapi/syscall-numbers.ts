// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * System call numbers.
 *
 * Linux: arch/x86/entry/syscalls/syscall_64.tbl. Numbers from 1000 are ours: what Linux builds from
 * clone and exec, which cannot start at a function here.
 */

// prettier-ignore
export const SYS = {
  read: 0, write: 1, open: 2, close: 3, stat: 4, fstat: 5, lstat: 6, poll: 7, lseek: 8,
  mmap: 9, mprotect: 10, munmap: 11, brk: 12, rt_sigaction: 13, rt_sigprocmask: 14, ioctl: 16,
  pread64: 17, pwrite64: 18, access: 21, pipe: 22, select: 23, sched_yield: 24, mremap: 25,
  msync: 26, madvise: 28, dup: 32, dup2: 33, pause: 34, nanosleep: 35, getitimer: 36,
  alarm: 37, setitimer: 38, getpid: 39,
  socket: 41, connect: 42, accept: 43, sendto: 44, recvfrom: 45, sendmsg: 46, recvmsg: 47,
  shutdown: 48, bind: 49, listen: 50, getsockname: 51, getpeername: 52, socketpair: 53,
  setsockopt: 54, getsockopt: 55,
  execve: 59, exit: 60, wait4: 61, kill: 62, uname: 63, fcntl: 72, truncate: 76, ftruncate: 77,
  getcwd: 79, chdir: 80, rename: 82, mkdir: 83, rmdir: 84, link: 86, unlink: 87, symlink: 88,
  readlink: 89, chmod: 90, chown: 92, umask: 95, gettimeofday: 96, getrlimit: 97,
  getrusage: 98, sysinfo: 99, times: 100, ptrace: 101, getuid: 102, syslog: 103,
  getgid: 104, setuid: 105, setgid: 106, geteuid: 107, getegid: 108, setpgid: 109, getppid: 110,
  getpgrp: 111, setsid: 112, getgroups: 115, setgroups: 116, getpgid: 121, getsid: 124,
  rt_sigpending: 127, rt_sigsuspend: 130, mknod: 133,
  getpriority: 140, setpriority: 141, sched_setparam: 142, sched_getparam: 143,
  sched_setscheduler: 144, sched_getscheduler: 145, sched_get_priority_max: 146,
  sched_get_priority_min: 147, sched_rr_get_interval: 148, prctl: 157, setrlimit: 160,
  sync: 162,
  reboot: 169, init_module: 175, delete_module: 176,
  gettid: 186, tkill: 200, futex: 202,
  sched_setaffinity: 203, sched_getaffinity: 204,
  getdents64: 217, set_tid_address: 218, clock_gettime: 228,
  clock_getres: 229, clock_nanosleep: 230,
  exit_group: 231, tgkill: 234, waitid: 247, pselect6: 270, ppoll: 271, utimensat: 280,
  accept4: 288, dup3: 292, pipe2: 293, recvmmsg: 299, prlimit64: 302, sendmmsg: 307,
  getcpu: 309, process_vm_readv: 310,
  finit_module: 313, sched_setattr: 314, sched_getattr: 315,
  getrandom: 318, execveat: 322,
  posix_spawn: 1000,
} as const;
