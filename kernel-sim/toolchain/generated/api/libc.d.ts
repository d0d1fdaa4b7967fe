// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

/** Descriptor that every program begins with. */
export const STDIN_FILENO: 0;

/** Descriptor that every program begins with. */
export const STDOUT_FILENO: 1;

/** Descriptor that every program begins with. */
export const STDERR_FILENO: 2;

/** How to open a file: open(2). */
export const O_RDONLY: 0;

/** How to open a file: open(2). */
export const O_WRONLY: 1;

/** How to open a file: open(2). */
export const O_RDWR: 2;

/** How to open a file: open(2). */
export const O_ACCMODE: 3;

/** How to open a file: open(2). */
export const O_CREAT: 64;

/** How to open a file: open(2). */
export const O_EXCL: 128;

/** How to open a file: open(2). */
export const O_NOCTTY: 256;

/** How to open a file: open(2). */
export const O_TRUNC: 512;

/** How to open a file: open(2). */
export const O_APPEND: 1024;

/** How to open a file: open(2). */
export const O_NONBLOCK: 2048;

/** How to open a file: open(2). */
export const O_DIRECTORY: 65536;

/** How to open a file: open(2). */
export const O_NOFOLLOW: 131072;

/** How to open a file: open(2). */
export const O_CLOEXEC: 524288;

/** Type and permissions of a file: inode(7). */
export const S_IFMT: 61440;

/** Type and permissions of a file: inode(7). */
export const S_IFSOCK: 49152;

/** Type and permissions of a file: inode(7). */
export const S_IFLNK: 40960;

/** Type and permissions of a file: inode(7). */
export const S_IFREG: 32768;

/** Type and permissions of a file: inode(7). */
export const S_IFBLK: 24576;

/** Type and permissions of a file: inode(7). */
export const S_IFDIR: 16384;

/** Type and permissions of a file: inode(7). */
export const S_IFCHR: 8192;

/** Type and permissions of a file: inode(7). */
export const S_IFIFO: 4096;

/** Type and permissions of a file: inode(7). */
export const S_ISUID: 2048;

/** Type and permissions of a file: inode(7). */
export const S_ISGID: 1024;

/** Type and permissions of a file: inode(7). */
export const S_ISVTX: 512;

/** Where lseek(2) counts from. */
export const SEEK_SET: 0;

/** Where lseek(2) counts from. */
export const SEEK_CUR: 1;

/** Where lseek(2) counts from. */
export const SEEK_END: 2;

/** What to ask: access(2). */
export const F_OK: 0;

/** What to ask: access(2). */
export const X_OK: 1;

/** What to ask: access(2). */
export const W_OK: 2;

/** What to ask: access(2). */
export const R_OK: 4;

/** Commands and flags of fcntl(2). */
export const F_DUPFD: 0;

/** Commands and flags of fcntl(2). */
export const F_GETFD: 1;

/** Commands and flags of fcntl(2). */
export const F_SETFD: 2;

/** Commands and flags of fcntl(2). */
export const F_GETFL: 3;

/** Commands and flags of fcntl(2). */
export const F_SETFL: 4;

/** Commands and flags of fcntl(2). */
export const F_DUPFD_CLOEXEC: 1030;

/** Commands and flags of fcntl(2). */
export const FD_CLOEXEC: 1;

/** What poll(2) waits for and finds. */
export const POLLIN: 1;

/** What poll(2) waits for and finds. */
export const POLLPRI: 2;

/** What poll(2) waits for and finds. */
export const POLLOUT: 4;

/** What poll(2) waits for and finds. */
export const POLLERR: 8;

/** What poll(2) waits for and finds. */
export const POLLHUP: 16;

/** What poll(2) waits for and finds. */
export const POLLNVAL: 32;

/** What poll(2) waits for and finds. */
export const POLLRDHUP: 8192;

/** Type of a directory's entry: readdir(3). */
export const DT_UNKNOWN: 0;

/** Type of a directory's entry: readdir(3). */
export const DT_FIFO: 1;

/** Type of a directory's entry: readdir(3). */
export const DT_CHR: 2;

/** Type of a directory's entry: readdir(3). */
export const DT_DIR: 4;

/** Type of a directory's entry: readdir(3). */
export const DT_BLK: 6;

/** Type of a directory's entry: readdir(3). */
export const DT_REG: 8;

/** Type of a directory's entry: readdir(3). */
export const DT_LNK: 10;

/** Request of a terminal: ioctl_tty(2). */
export const TCGETS: 21505;

/** Request of a terminal: ioctl_tty(2). */
export const TCSETS: 21506;

/** Request of a terminal: ioctl_tty(2). */
export const TIOCGWINSZ: 21523;

/** Request of a terminal: ioctl_tty(2). */
export const FIONREAD: 21531;

/** Options of waitpid(2). */
export const WNOHANG: 1;

/** Options of waitpid(2). */
export const WUNTRACED: 2;

/** Clocks: clock_gettime(2). */
export const CLOCK_REALTIME: 0;

/** Clocks: clock_gettime(2). */
export const CLOCK_MONOTONIC: 1;

/** What to do at a signal, and how to change the mask: signal(2), sigprocmask(2). */
export const SIG_DFL: 0;

/** What to do at a signal, and how to change the mask: signal(2), sigprocmask(2). */
export const SIG_IGN: 1;

/** What to do at a signal, and how to change the mask: signal(2), sigprocmask(2). */
export const SIG_BLOCK: 0;

/** What to do at a signal, and how to change the mask: signal(2), sigprocmask(2). */
export const SIG_UNBLOCK: 1;

/** What to do at a signal, and how to change the mask: signal(2), sigprocmask(2). */
export const SIG_SETMASK: 2;

/** Protection and kind of a mapping: mmap(2). */
export const PROT_NONE: 0;

/** Protection and kind of a mapping: mmap(2). */
export const PROT_READ: 1;

/** Protection and kind of a mapping: mmap(2). */
export const PROT_WRITE: 2;

/** Protection and kind of a mapping: mmap(2). */
export const PROT_EXEC: 4;

/** Protection and kind of a mapping: mmap(2). */
export const MAP_SHARED: 1;

/** Protection and kind of a mapping: mmap(2). */
export const MAP_PRIVATE: 2;

/** Protection and kind of a mapping: mmap(2). */
export const MAP_FIXED: 16;

/** Protection and kind of a mapping: mmap(2). */
export const MAP_ANONYMOUS: 32;

/** Protection and kind of a mapping: mmap(2). */
export const MAP_FAILED: -1;

/** Protection and kind of a mapping: mmap(2). */
export const MS_ASYNC: 1;

/** Protection and kind of a mapping: mmap(2). */
export const MS_INVALIDATE: 2;

/** Protection and kind of a mapping: mmap(2). */
export const MS_SYNC: 4;

/** Exit status: exit(3). */
export const EXIT_SUCCESS: 0;

/** Exit status: exit(3). */
export const EXIT_FAILURE: 1;

/** Exit status: exit(3). */
export const RAND_MAX: 2147483647;

/** Number of a signal: signal(7). */
export const SIGHUP: number;

/** Number of a signal: signal(7). */
export const SIGINT: number;

/** Number of a signal: signal(7). */
export const SIGQUIT: number;

/** Number of a signal: signal(7). */
export const SIGILL: number;

/** Number of a signal: signal(7). */
export const SIGTRAP: number;

/** Number of a signal: signal(7). */
export const SIGABRT: number;

/** Number of a signal: signal(7). */
export const SIGBUS: number;

/** Number of a signal: signal(7). */
export const SIGFPE: number;

/** Number of a signal: signal(7). */
export const SIGKILL: number;

/** Number of a signal: signal(7). */
export const SIGUSR1: number;

/** Number of a signal: signal(7). */
export const SIGSEGV: number;

/** Number of a signal: signal(7). */
export const SIGUSR2: number;

/** Number of a signal: signal(7). */
export const SIGPIPE: number;

/** Number of a signal: signal(7). */
export const SIGALRM: number;

/** Number of a signal: signal(7). */
export const SIGTERM: number;

/** Number of a signal: signal(7). */
export const SIGSTKFLT: number;

/** Number of a signal: signal(7). */
export const SIGCHLD: number;

/** Number of a signal: signal(7). */
export const SIGCONT: number;

/** Number of a signal: signal(7). */
export const SIGSTOP: number;

/** Number of a signal: signal(7). */
export const SIGTSTP: number;

/** Number of a signal: signal(7). */
export const SIGTTIN: number;

/** Number of a signal: signal(7). */
export const SIGTTOU: number;

/** Number of a signal: signal(7). */
export const SIGURG: number;

/** Number of a signal: signal(7). */
export const SIGXCPU: number;

/** Number of a signal: signal(7). */
export const SIGXFSZ: number;

/** Number of a signal: signal(7). */
export const SIGVTALRM: number;

/** Number of a signal: signal(7). */
export const SIGPROF: number;

/** Number of a signal: signal(7). */
export const SIGWINCH: number;

/** Number of a signal: signal(7). */
export const SIGIO: number;

/** Number of a signal: signal(7). */
export const SIGPWR: number;

/** Number of a signal: signal(7). */
export const SIGSYS: number;

/** Number of an error: errno(3). */
export const EPERM: 1;

/** Number of an error: errno(3). */
export const ENOENT: 2;

/** Number of an error: errno(3). */
export const ESRCH: 3;

/** Number of an error: errno(3). */
export const EINTR: 4;

/** Number of an error: errno(3). */
export const EIO: 5;

/** Number of an error: errno(3). */
export const ENXIO: 6;

/** Number of an error: errno(3). */
export const E2BIG: 7;

/** Number of an error: errno(3). */
export const ENOEXEC: 8;

/** Number of an error: errno(3). */
export const EBADF: 9;

/** Number of an error: errno(3). */
export const ECHILD: 10;

/** Number of an error: errno(3). */
export const EAGAIN: 11;

/** Number of an error: errno(3). */
export const ENOMEM: 12;

/** Number of an error: errno(3). */
export const EACCES: 13;

/** Number of an error: errno(3). */
export const EFAULT: 14;

/** Number of an error: errno(3). */
export const ENOTBLK: 15;

/** Number of an error: errno(3). */
export const EBUSY: 16;

/** Number of an error: errno(3). */
export const EEXIST: 17;

/** Number of an error: errno(3). */
export const EXDEV: 18;

/** Number of an error: errno(3). */
export const ENODEV: 19;

/** Number of an error: errno(3). */
export const ENOTDIR: 20;

/** Number of an error: errno(3). */
export const EISDIR: 21;

/** Number of an error: errno(3). */
export const EINVAL: 22;

/** Number of an error: errno(3). */
export const ENFILE: 23;

/** Number of an error: errno(3). */
export const EMFILE: 24;

/** Number of an error: errno(3). */
export const ENOTTY: 25;

/** Number of an error: errno(3). */
export const ETXTBSY: 26;

/** Number of an error: errno(3). */
export const EFBIG: 27;

/** Number of an error: errno(3). */
export const ENOSPC: 28;

/** Number of an error: errno(3). */
export const ESPIPE: 29;

/** Number of an error: errno(3). */
export const EROFS: 30;

/** Number of an error: errno(3). */
export const EMLINK: 31;

/** Number of an error: errno(3). */
export const EPIPE: 32;

/** Number of an error: errno(3). */
export const EDOM: 33;

/** Number of an error: errno(3). */
export const ERANGE: 34;

/** Number of an error: errno(3). */
export const EDEADLK: 35;

/** Number of an error: errno(3). */
export const ENAMETOOLONG: 36;

/** Number of an error: errno(3). */
export const ENOLCK: 37;

/** Number of an error: errno(3). */
export const ENOSYS: 38;

/** Number of an error: errno(3). */
export const ENOTEMPTY: 39;

/** Number of an error: errno(3). */
export const ELOOP: 40;

/** Number of an error: errno(3). */
export const ENOMSG: 42;

/** Number of an error: errno(3). */
export const EIDRM: 43;

/** Number of an error: errno(3). */
export const ECHRNG: 44;

/** Number of an error: errno(3). */
export const EL2NSYNC: 45;

/** Number of an error: errno(3). */
export const EL3HLT: 46;

/** Number of an error: errno(3). */
export const EL3RST: 47;

/** Number of an error: errno(3). */
export const ELNRNG: 48;

/** Number of an error: errno(3). */
export const EUNATCH: 49;

/** Number of an error: errno(3). */
export const ENOCSI: 50;

/** Number of an error: errno(3). */
export const EL2HLT: 51;

/** Number of an error: errno(3). */
export const EBADE: 52;

/** Number of an error: errno(3). */
export const EBADR: 53;

/** Number of an error: errno(3). */
export const EXFULL: 54;

/** Number of an error: errno(3). */
export const ENOANO: 55;

/** Number of an error: errno(3). */
export const EBADRQC: 56;

/** Number of an error: errno(3). */
export const EBADSLT: 57;

/** Number of an error: errno(3). */
export const EBFONT: 59;

/** Number of an error: errno(3). */
export const ENOSTR: 60;

/** Number of an error: errno(3). */
export const ENODATA: 61;

/** Number of an error: errno(3). */
export const ETIME: 62;

/** Number of an error: errno(3). */
export const ENOSR: 63;

/** Number of an error: errno(3). */
export const ENONET: 64;

/** Number of an error: errno(3). */
export const ENOPKG: 65;

/** Number of an error: errno(3). */
export const EREMOTE: 66;

/** Number of an error: errno(3). */
export const ENOLINK: 67;

/** Number of an error: errno(3). */
export const EADV: 68;

/** Number of an error: errno(3). */
export const ESRMNT: 69;

/** Number of an error: errno(3). */
export const ECOMM: 70;

/** Number of an error: errno(3). */
export const EPROTO: 71;

/** Number of an error: errno(3). */
export const EMULTIHOP: 72;

/** Number of an error: errno(3). */
export const EDOTDOT: 73;

/** Number of an error: errno(3). */
export const EBADMSG: 74;

/** Number of an error: errno(3). */
export const EOVERFLOW: 75;

/** Number of an error: errno(3). */
export const ENOTUNIQ: 76;

/** Number of an error: errno(3). */
export const EBADFD: 77;

/** Number of an error: errno(3). */
export const EREMCHG: 78;

/** Number of an error: errno(3). */
export const ELIBACC: 79;

/** Number of an error: errno(3). */
export const ELIBBAD: 80;

/** Number of an error: errno(3). */
export const ELIBSCN: 81;

/** Number of an error: errno(3). */
export const ELIBMAX: 82;

/** Number of an error: errno(3). */
export const ELIBEXEC: 83;

/** Number of an error: errno(3). */
export const EILSEQ: 84;

/** Number of an error: errno(3). */
export const ERESTART: 85;

/** Number of an error: errno(3). */
export const ESTRPIPE: 86;

/** Number of an error: errno(3). */
export const EUSERS: 87;

/** Number of an error: errno(3). */
export const ENOTSOCK: 88;

/** Number of an error: errno(3). */
export const EDESTADDRREQ: 89;

/** Number of an error: errno(3). */
export const EMSGSIZE: 90;

/** Number of an error: errno(3). */
export const EPROTOTYPE: 91;

/** Number of an error: errno(3). */
export const ENOPROTOOPT: 92;

/** Number of an error: errno(3). */
export const EPROTONOSUPPORT: 93;

/** Number of an error: errno(3). */
export const ESOCKTNOSUPPORT: 94;

/** Number of an error: errno(3). */
export const EOPNOTSUPP: 95;

/** Number of an error: errno(3). */
export const EPFNOSUPPORT: 96;

/** Number of an error: errno(3). */
export const EAFNOSUPPORT: 97;

/** Number of an error: errno(3). */
export const EADDRINUSE: 98;

/** Number of an error: errno(3). */
export const EADDRNOTAVAIL: 99;

/** Number of an error: errno(3). */
export const ENETDOWN: 100;

/** Number of an error: errno(3). */
export const ENETUNREACH: 101;

/** Number of an error: errno(3). */
export const ENETRESET: 102;

/** Number of an error: errno(3). */
export const ECONNABORTED: 103;

/** Number of an error: errno(3). */
export const ECONNRESET: 104;

/** Number of an error: errno(3). */
export const ENOBUFS: 105;

/** Number of an error: errno(3). */
export const EISCONN: 106;

/** Number of an error: errno(3). */
export const ENOTCONN: 107;

/** Number of an error: errno(3). */
export const ESHUTDOWN: 108;

/** Number of an error: errno(3). */
export const ETOOMANYREFS: 109;

/** Number of an error: errno(3). */
export const ETIMEDOUT: 110;

/** Number of an error: errno(3). */
export const ECONNREFUSED: 111;

/** Number of an error: errno(3). */
export const EHOSTDOWN: 112;

/** Number of an error: errno(3). */
export const EHOSTUNREACH: 113;

/** Number of an error: errno(3). */
export const EALREADY: 114;

/** Number of an error: errno(3). */
export const EINPROGRESS: 115;

/** Number of an error: errno(3). */
export const ESTALE: 116;

/** Number of an error: errno(3). */
export const EUCLEAN: 117;

/** Number of an error: errno(3). */
export const ENOTNAM: 118;

/** Number of an error: errno(3). */
export const ENAVAIL: 119;

/** Number of an error: errno(3). */
export const EISNAM: 120;

/** Number of an error: errno(3). */
export const EREMOTEIO: 121;

/** Number of an error: errno(3). */
export const EDQUOT: 122;

/** Number of an error: errno(3). */
export const ENOMEDIUM: 123;

/** Number of an error: errno(3). */
export const EMEDIUMTYPE: 124;

/** Number of an error: errno(3). */
export const ECANCELED: 125;

/** Number of an error: errno(3). */
export const ENOKEY: 126;

/** Number of an error: errno(3). */
export const EKEYEXPIRED: 127;

/** Number of an error: errno(3). */
export const EKEYREVOKED: 128;

/** Number of an error: errno(3). */
export const EKEYREJECTED: 129;

/** Number of an error: errno(3). */
export const EOWNERDEAD: 130;

/** Number of an error: errno(3). */
export const ENOTRECOVERABLE: 131;

/** Number of an error: errno(3). */
export const ERFKILL: 132;

/** Number of a system call: syscalls(2). */
export const SYS_read: 0;

/** Number of a system call: syscalls(2). */
export const SYS_write: 1;

/** Number of a system call: syscalls(2). */
export const SYS_open: 2;

/** Number of a system call: syscalls(2). */
export const SYS_close: 3;

/** Number of a system call: syscalls(2). */
export const SYS_stat: 4;

/** Number of a system call: syscalls(2). */
export const SYS_fstat: 5;

/** Number of a system call: syscalls(2). */
export const SYS_lstat: 6;

/** Number of a system call: syscalls(2). */
export const SYS_poll: 7;

/** Number of a system call: syscalls(2). */
export const SYS_lseek: 8;

/** Number of a system call: syscalls(2). */
export const SYS_mmap: 9;

/** Number of a system call: syscalls(2). */
export const SYS_mprotect: 10;

/** Number of a system call: syscalls(2). */
export const SYS_munmap: 11;

/** Number of a system call: syscalls(2). */
export const SYS_brk: 12;

/** Number of a system call: syscalls(2). */
export const SYS_rt_sigaction: 13;

/** Number of a system call: syscalls(2). */
export const SYS_rt_sigprocmask: 14;

/** Number of a system call: syscalls(2). */
export const SYS_ioctl: 16;

/** Number of a system call: syscalls(2). */
export const SYS_pread64: 17;

/** Number of a system call: syscalls(2). */
export const SYS_pwrite64: 18;

/** Number of a system call: syscalls(2). */
export const SYS_access: 21;

/** Number of a system call: syscalls(2). */
export const SYS_pipe: 22;

/** Number of a system call: syscalls(2). */
export const SYS_select: 23;

/** Number of a system call: syscalls(2). */
export const SYS_sched_yield: 24;

/** Number of a system call: syscalls(2). */
export const SYS_mremap: 25;

/** Number of a system call: syscalls(2). */
export const SYS_msync: 26;

/** Number of a system call: syscalls(2). */
export const SYS_madvise: 28;

/** Number of a system call: syscalls(2). */
export const SYS_dup: 32;

/** Number of a system call: syscalls(2). */
export const SYS_dup2: 33;

/** Number of a system call: syscalls(2). */
export const SYS_pause: 34;

/** Number of a system call: syscalls(2). */
export const SYS_nanosleep: 35;

/** Number of a system call: syscalls(2). */
export const SYS_getitimer: 36;

/** Number of a system call: syscalls(2). */
export const SYS_alarm: 37;

/** Number of a system call: syscalls(2). */
export const SYS_setitimer: 38;

/** Number of a system call: syscalls(2). */
export const SYS_getpid: 39;

/** Number of a system call: syscalls(2). */
export const SYS_socket: 41;

/** Number of a system call: syscalls(2). */
export const SYS_connect: 42;

/** Number of a system call: syscalls(2). */
export const SYS_accept: 43;

/** Number of a system call: syscalls(2). */
export const SYS_sendto: 44;

/** Number of a system call: syscalls(2). */
export const SYS_recvfrom: 45;

/** Number of a system call: syscalls(2). */
export const SYS_sendmsg: 46;

/** Number of a system call: syscalls(2). */
export const SYS_recvmsg: 47;

/** Number of a system call: syscalls(2). */
export const SYS_shutdown: 48;

/** Number of a system call: syscalls(2). */
export const SYS_bind: 49;

/** Number of a system call: syscalls(2). */
export const SYS_listen: 50;

/** Number of a system call: syscalls(2). */
export const SYS_getsockname: 51;

/** Number of a system call: syscalls(2). */
export const SYS_getpeername: 52;

/** Number of a system call: syscalls(2). */
export const SYS_socketpair: 53;

/** Number of a system call: syscalls(2). */
export const SYS_setsockopt: 54;

/** Number of a system call: syscalls(2). */
export const SYS_getsockopt: 55;

/** Number of a system call: syscalls(2). */
export const SYS_execve: 59;

/** Number of a system call: syscalls(2). */
export const SYS_exit: 60;

/** Number of a system call: syscalls(2). */
export const SYS_wait4: 61;

/** Number of a system call: syscalls(2). */
export const SYS_kill: 62;

/** Number of a system call: syscalls(2). */
export const SYS_uname: 63;

/** Number of a system call: syscalls(2). */
export const SYS_fcntl: 72;

/** Number of a system call: syscalls(2). */
export const SYS_truncate: 76;

/** Number of a system call: syscalls(2). */
export const SYS_ftruncate: 77;

/** Number of a system call: syscalls(2). */
export const SYS_getcwd: 79;

/** Number of a system call: syscalls(2). */
export const SYS_chdir: 80;

/** Number of a system call: syscalls(2). */
export const SYS_rename: 82;

/** Number of a system call: syscalls(2). */
export const SYS_mkdir: 83;

/** Number of a system call: syscalls(2). */
export const SYS_rmdir: 84;

/** Number of a system call: syscalls(2). */
export const SYS_link: 86;

/** Number of a system call: syscalls(2). */
export const SYS_unlink: 87;

/** Number of a system call: syscalls(2). */
export const SYS_symlink: 88;

/** Number of a system call: syscalls(2). */
export const SYS_readlink: 89;

/** Number of a system call: syscalls(2). */
export const SYS_chmod: 90;

/** Number of a system call: syscalls(2). */
export const SYS_chown: 92;

/** Number of a system call: syscalls(2). */
export const SYS_umask: 95;

/** Number of a system call: syscalls(2). */
export const SYS_gettimeofday: 96;

/** Number of a system call: syscalls(2). */
export const SYS_getrlimit: 97;

/** Number of a system call: syscalls(2). */
export const SYS_getrusage: 98;

/** Number of a system call: syscalls(2). */
export const SYS_sysinfo: 99;

/** Number of a system call: syscalls(2). */
export const SYS_times: 100;

/** Number of a system call: syscalls(2). */
export const SYS_ptrace: 101;

/** Number of a system call: syscalls(2). */
export const SYS_getuid: 102;

/** Number of a system call: syscalls(2). */
export const SYS_syslog: 103;

/** Number of a system call: syscalls(2). */
export const SYS_getgid: 104;

/** Number of a system call: syscalls(2). */
export const SYS_setuid: 105;

/** Number of a system call: syscalls(2). */
export const SYS_setgid: 106;

/** Number of a system call: syscalls(2). */
export const SYS_geteuid: 107;

/** Number of a system call: syscalls(2). */
export const SYS_getegid: 108;

/** Number of a system call: syscalls(2). */
export const SYS_setpgid: 109;

/** Number of a system call: syscalls(2). */
export const SYS_getppid: 110;

/** Number of a system call: syscalls(2). */
export const SYS_getpgrp: 111;

/** Number of a system call: syscalls(2). */
export const SYS_setsid: 112;

/** Number of a system call: syscalls(2). */
export const SYS_getgroups: 115;

/** Number of a system call: syscalls(2). */
export const SYS_setgroups: 116;

/** Number of a system call: syscalls(2). */
export const SYS_getpgid: 121;

/** Number of a system call: syscalls(2). */
export const SYS_getsid: 124;

/** Number of a system call: syscalls(2). */
export const SYS_rt_sigpending: 127;

/** Number of a system call: syscalls(2). */
export const SYS_rt_sigsuspend: 130;

/** Number of a system call: syscalls(2). */
export const SYS_mknod: 133;

/** Number of a system call: syscalls(2). */
export const SYS_getpriority: 140;

/** Number of a system call: syscalls(2). */
export const SYS_setpriority: 141;

/** Number of a system call: syscalls(2). */
export const SYS_sched_setparam: 142;

/** Number of a system call: syscalls(2). */
export const SYS_sched_getparam: 143;

/** Number of a system call: syscalls(2). */
export const SYS_sched_setscheduler: 144;

/** Number of a system call: syscalls(2). */
export const SYS_sched_getscheduler: 145;

/** Number of a system call: syscalls(2). */
export const SYS_sched_get_priority_max: 146;

/** Number of a system call: syscalls(2). */
export const SYS_sched_get_priority_min: 147;

/** Number of a system call: syscalls(2). */
export const SYS_sched_rr_get_interval: 148;

/** Number of a system call: syscalls(2). */
export const SYS_prctl: 157;

/** Number of a system call: syscalls(2). */
export const SYS_setrlimit: 160;

/** Number of a system call: syscalls(2). */
export const SYS_sync: 162;

/** Number of a system call: syscalls(2). */
export const SYS_reboot: 169;

/** Number of a system call: syscalls(2). */
export const SYS_init_module: 175;

/** Number of a system call: syscalls(2). */
export const SYS_delete_module: 176;

/** Number of a system call: syscalls(2). */
export const SYS_gettid: 186;

/** Number of a system call: syscalls(2). */
export const SYS_tkill: 200;

/** Number of a system call: syscalls(2). */
export const SYS_futex: 202;

/** Number of a system call: syscalls(2). */
export const SYS_sched_setaffinity: 203;

/** Number of a system call: syscalls(2). */
export const SYS_sched_getaffinity: 204;

/** Number of a system call: syscalls(2). */
export const SYS_getdents64: 217;

/** Number of a system call: syscalls(2). */
export const SYS_set_tid_address: 218;

/** Number of a system call: syscalls(2). */
export const SYS_clock_gettime: 228;

/** Number of a system call: syscalls(2). */
export const SYS_clock_getres: 229;

/** Number of a system call: syscalls(2). */
export const SYS_clock_nanosleep: 230;

/** Number of a system call: syscalls(2). */
export const SYS_exit_group: 231;

/** Number of a system call: syscalls(2). */
export const SYS_tgkill: 234;

/** Number of a system call: syscalls(2). */
export const SYS_waitid: 247;

/** Number of a system call: syscalls(2). */
export const SYS_pselect6: 270;

/** Number of a system call: syscalls(2). */
export const SYS_ppoll: 271;

/** Number of a system call: syscalls(2). */
export const SYS_utimensat: 280;

/** Number of a system call: syscalls(2). */
export const SYS_accept4: 288;

/** Number of a system call: syscalls(2). */
export const SYS_dup3: 292;

/** Number of a system call: syscalls(2). */
export const SYS_pipe2: 293;

/** Number of a system call: syscalls(2). */
export const SYS_recvmmsg: 299;

/** Number of a system call: syscalls(2). */
export const SYS_prlimit64: 302;

/** Number of a system call: syscalls(2). */
export const SYS_sendmmsg: 307;

/** Number of a system call: syscalls(2). */
export const SYS_getcpu: 309;

/** Number of a system call: syscalls(2). */
export const SYS_process_vm_readv: 310;

/** Number of a system call: syscalls(2). */
export const SYS_finit_module: 313;

/** Number of a system call: syscalls(2). */
export const SYS_sched_setattr: 314;

/** Number of a system call: syscalls(2). */
export const SYS_sched_getattr: 315;

/** Number of a system call: syscalls(2). */
export const SYS_getrandom: 318;

/** Number of a system call: syscalls(2). */
export const SYS_execveat: 322;

/** Number of a system call: syscalls(2). */
export const SYS_posix_spawn: 1000;

/** Family of an address or a socket: socket(2). */
export const AF_UNSPEC: 0;

/** Family of an address or a socket: socket(2). */
export const AF_UNIX: 1;

/** Family of an address or a socket: socket(2). */
export const AF_INET: 2;

/** Family of an address or a socket: socket(2). */
export const AF_INET6: 10;

/** Family of an address or a socket: socket(2). */
export const AF_NETLINK: 16;

/** Family of an address or a socket: socket(2). */
export const AF_PACKET: 17;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_STREAM: 1;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_DGRAM: 2;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_RAW: 3;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_SEQPACKET: 5;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_CLOEXEC: 524288;

/** Type of a socket, and flags that may be added to it: socket(2). */
export const SOCK_NONBLOCK: 2048;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_IP: 0;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_ICMP: 1;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_TCP: 6;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_UDP: 17;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_IPV6: 41;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_ICMPV6: 58;

/** Protocol, and level of its options: ip(7). */
export const IPPROTO_RAW: 255;

/** Address of IPv4, in the machine's order: `htonl(INADDR_LOOPBACK)`. */
export const INADDR_ANY: 0;

/** Address of IPv4, in the machine's order: `htonl(INADDR_LOOPBACK)`. */
export const INADDR_LOOPBACK: 2130706433;

/** Address of IPv4, in the machine's order: `htonl(INADDR_LOOPBACK)`. */
export const INADDR_BROADCAST: 4294967295;

/** Address of IPv4, in the machine's order: `htonl(INADDR_LOOPBACK)`. */
export const INADDR_NONE: 4294967295;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SOL_SOCKET: 1;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_REUSEADDR: 2;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_REUSEPORT: 15;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_TYPE: 3;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_ERROR: 4;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_BROADCAST: 6;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_SNDBUF: 7;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_RCVBUF: 8;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_KEEPALIVE: 9;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_LINGER: 13;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_RCVLOWAT: 18;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_RCVTIMEO: 20;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_SNDTIMEO: 21;

/** Option of a socket, at level SOL_SOCKET: socket(7). */
export const SO_ACCEPTCONN: 30;

/** Flag of send(2) and recv(2). */
export const MSG_OOB: 1;

/** Flag of send(2) and recv(2). */
export const MSG_PEEK: 2;

/** Flag of send(2) and recv(2). */
export const MSG_TRUNC: 32;

/** Flag of send(2) and recv(2). */
export const MSG_DONTWAIT: 64;

/** Flag of send(2) and recv(2). */
export const MSG_WAITALL: 256;

/** Flag of send(2) and recv(2). */
export const MSG_NOSIGNAL: 16384;

/** Flag of send(2) and recv(2). */
export const MSG_MORE: 32768;

/** What shutdown(2) ends. */
export const SHUT_RD: 0;

/** What shutdown(2) ends. */
export const SHUT_WR: 1;

/** What shutdown(2) ends. */
export const SHUT_RDWR: 2;

/** What stat(2) says of a file. Times are seconds, their nanoseconds beside them. */
export interface Stat {
  /** Device that the file lies on. */
  readonly st_dev: number;

  /** Inode number. */
  readonly st_ino: number;

  /** Type and permissions: `S_ISREG(st.st_mode)`. */
  readonly st_mode: number;

  /** Number of names. */
  readonly st_nlink: number;

  /** Owner. */
  readonly st_uid: number;

  /** Group. */
  readonly st_gid: number;

  /** Device number of a device file. */
  readonly st_rdev: number;

  /** Size in bytes. */
  readonly st_size: number;

  /** Block size for I/O. */
  readonly st_blksize: number;

  /** Number of 512-byte blocks. */
  readonly st_blocks: number;

  /** Last access. */
  readonly st_atime: number;

  /** Nanoseconds of the last access. */
  readonly st_atime_nsec: number;

  /** Last change of the contents. */
  readonly st_mtime: number;

  /** Nanoseconds of the last change of the contents. */
  readonly st_mtime_nsec: number;

  /** Last change of the inode. */
  readonly st_ctime: number;

  /** Nanoseconds of the last change of the inode. */
  readonly st_ctime_nsec: number;
}

/** One entry of a directory: readdir(3). */
export interface Dirent {
  /** The name. */
  readonly d_name: string;

  /** Inode number. */
  readonly d_ino: number;

  /** DT_REG, DT_DIR, …. */
  readonly d_type: number;
}

/** An open directory: opendir(3). */
export interface Dir {
  /** Its descriptor. */
  readonly fd: number;

  /** Entries that were read and not handed out yet. */
  readonly entries: Dirent[];
}

/** What poll(2) waits for on a descriptor, and what it found. */
export interface PollFd {
  /** The descriptor. */
  readonly fd: number;

  /** POLLIN, POLLOUT, …. */
  readonly events: number;

  /** What happened, filled in by poll(2). */
  revents: number;
}

/**
 * Opens a file: open(2). The descriptor, or -1.
 *
 * @switches
 */
export function open(path: string, flags: number, mode?: number): number;

/**
 * Makes or empties a file and opens it for writing: creat(2).
 *
 * @switches
 */
export function creat(path: string, mode?: number): number;

/**
 * Reads up to `count` bytes into memory: read(2). How many, 0 at the end, or -1.
 *
 * @switches
 */
export function read(fd: number, buffer: number, count: number): number;

/**
 * Writes up to `count` bytes from memory: write(2). How many, or -1.
 *
 * @switches
 */
export function write(fd: number, buffer: number, count: number): number;

/**
 * Reads at a position of its own: pread(2).
 *
 * @switches
 */
export function pread(fd: number, buffer: number, count: number, offset: number): number;

/**
 * Writes at a position of its own: pwrite(2).
 *
 * @switches
 */
export function pwrite(fd: number, buffer: number, count: number, offset: number): number;

/**
 * Moves the position of an open file: lseek(2). The new position, or -1.
 *
 * @switches
 */
export function lseek(fd: number, offset: number, whence: number): number;

/**
 * Closes a descriptor: close(2).
 *
 * @switches
 */
export function close(fd: number): number;

/**
 * A second descriptor for an open file: dup(2).
 *
 * @switches
 */
export function dup(fd: number): number;

/**
 * The same with a number that one chooses: dup2(2).
 *
 * @switches
 */
export function dup2(oldfd: number, newfd: number): number;

/**
 * Changes or asks about a descriptor: fcntl(2).
 *
 * @switches
 */
export function fcntl(fd: number, command: number, argument?: number): number;

/**
 * Asks a device for what only it knows: ioctl(2). `argument` is a number or an address.
 *
 * @switches
 */
export function ioctl(fd: number, request: number, argument?: number): number;

/**
 * Makes a pipe: pipe(2). Puts the descriptors of its reading and its writing end into `fds`.
 *
 * @returns 0, or -1
 * @switches
 */
export function pipe(fds: number[]): number;

/**
 * Waits until something happens on one of the descriptors: poll(2). Fills in `revents`.
 *
 * @param timeout in milliseconds; -1 waits for ever
 * @returns on how many, 0 when the time is over, or -1
 * @switches
 */
export function poll(fds: readonly PollFd[], timeout: number): number;

/**
 * What there is to know of a file: stat(2).
 *
 * @switches
 */
export function stat(path: string): Stat | null;

/**
 * The same of a symbolic link itself: lstat(2).
 *
 * @switches
 */
export function lstat(path: string): Stat | null;

/**
 * The same of an open file: fstat(2).
 *
 * @switches
 */
export function fstat(fd: number): Stat | null;

/**
 * Asks whether one may use a file: access(2). F_OK, or R_OK, W_OK, X_OK ored.
 *
 * @switches
 */
export function access(path: string, mode: number): number;

/**
 * Changes permissions: chmod(2).
 *
 * @switches
 */
export function chmod(path: string, mode: number): number;

/**
 * Changes owner and group: chown(2).
 *
 * @switches
 */
export function chown(path: string, owner: number, group: number): number;

/**
 * Sets the permissions that new files do not get: umask(2). The old ones.
 *
 * @switches
 */
export function umask(mask: number): number;

/**
 * Makes a directory: mkdir(2).
 *
 * @switches
 */
export function mkdir(path: string, mode?: number): number;

/**
 * Removes an empty directory: rmdir(2).
 *
 * @switches
 */
export function rmdir(path: string): number;

/**
 * Removes a name of a file: unlink(2).
 *
 * @switches
 */
export function unlink(path: string): number;

/**
 * Gives a file another name: rename(2).
 *
 * @switches
 */
export function rename(oldpath: string, newpath: string): number;

/**
 * Gives a file a second name: link(2).
 *
 * @switches
 */
export function link(oldpath: string, newpath: string): number;

/**
 * Makes a symbolic link: symlink(2).
 *
 * @switches
 */
export function symlink(target: string, linkpath: string): number;

/**
 * Makes a device file or a named pipe: mknod(2).
 *
 * @switches
 */
export function mknod(path: string, mode: number, device?: number): number;

/**
 * Where a symbolic link leads: readlink(2).
 *
 * @switches
 */
export function readlink(path: string): string | null;

/**
 * Cuts or lengthens a file: truncate(2).
 *
 * @switches
 */
export function truncate(path: string, length: number): number;

/**
 * The same for an open file: ftruncate(2).
 *
 * @switches
 */
export function ftruncate(fd: number, length: number): number;

/**
 * Changes the working directory: chdir(2).
 *
 * @switches
 */
export function chdir(path: string): number;

/**
 * The working directory: getcwd(3).
 *
 * @switches
 */
export function getcwd(): string | null;

/**
 * Opens a directory for `readdir`: opendir(3).
 *
 * @switches
 */
export function opendir(path: string): Dir | null;

/**
 * The next entry of a directory, null at its end: readdir(3).
 *
 * @switches
 */
export function readdir(dir: Dir): Dirent | null;

/**
 * Closes a directory: closedir(3).
 *
 * @switches
 */
export function closedir(dir: Dir): number;

/**
 * Writes everything to the disks: sync(2).
 *
 * @switches
 */
export function sync(): number;

/** What printf(3) prints. */
export type Printable = string | number | bigint | boolean | null | undefined;

/** The address that is none. */
export const NULL: 0;

/**
 * Takes `size` bytes, aligned to 16: malloc(3). The address, or NULL with ENOMEM.
 *
 * @switches
 */
export function malloc(size: number): number;

/**
 * The same for `count` elements, filled with zeros: calloc(3).
 *
 * @switches
 */
export function calloc(count: number, size: number): number;

/**
 * Makes a block larger or smaller, and may move it: realloc(3).
 *
 * @switches
 */
export function realloc(address: number, size: number): number;

/**
 * Gives a block back: free(3). A second time, or for what malloc(3) did not hand out, the program
 * is aborted.
 *
 * @switches
 */
export function free(address: number): number;

/**
 * An address to test a driver with: nothing is mapped there, unless somebody maps something.
 * System calls answer EFAULT for it, a load or store raises SIGSEGV.
 */
export function bad_pointer(address: number): number;

/**
 * Loads an unsigned byte.
 *
 * @switches
 */
export function load8(address: number): number;

/**
 * Loads an unsigned 16-bit number, little-endian.
 *
 * @switches
 */
export function load16(address: number): number;

/**
 * Loads an unsigned 32-bit number, little-endian.
 *
 * @switches
 */
export function load32(address: number): number;

/**
 * Loads an unsigned 64-bit number, little-endian; exact up to 2^53.
 *
 * @switches
 */
export function load64(address: number): number;

/**
 * Stores the low byte of `value`.
 *
 * @switches
 */
export function store8(address: number, value: number): number;

/**
 * Stores the low 16 bits of `value`.
 *
 * @switches
 */
export function store16(address: number, value: number): number;

/**
 * Stores the low 32 bits of `value`.
 *
 * @switches
 */
export function store32(address: number, value: number): number;

/**
 * Stores a whole number of up to 53 bits as 64 bits.
 *
 * @switches
 */
export function store64(address: number, value: number): number;

/**
 * Copies `count` bytes: memcpy(3), and memmove(3), since they may overlap.
 *
 * @switches
 */
export function memcpy(to: number, from: number, count: number): number;

/**
 * Fills `count` bytes: memset(3).
 *
 * @switches
 */
export function memset(address: number, value: number, count: number): number;

/**
 * Compares `count` bytes: memcmp(3). Negative, 0 or positive.
 *
 * @switches
 */
export function memcmp(first: number, second: number, count: number): number;

/**
 * A copy of `count` bytes at `address`.
 *
 * @switches
 */
export function bytes_at(address: number, count: number): Uint8Array;

/**
 * The text at `address`: `count` bytes of UTF-8, or up to its NUL if nothing is said.
 *
 * @switches
 */
export function string_at(address: number, count?: number): string;

/**
 * Stores bytes at `address`.
 *
 * @switches
 */
export function store_bytes(address: number, bytes: Uint8Array): number;

/**
 * Stores text in UTF-8 with a NUL behind it: strcpy(3). How many bytes without the NUL.
 *
 * @switches
 */
export function store_string(address: number, text: string): number;

/**
 * Maps memory, or a file: mmap(2).
 *
 * @param protection PROT_READ and its like
 * @param flags MAP_PRIVATE or MAP_SHARED, ored with MAP_ANONYMOUS and its like
 * @returns the address, or MAP_FAILED with `errno` set
 * @switches
 */
export function mmap(address: number, length: number, protection: number, flags: number, fd: number, offset: number): number;

/**
 * Takes a mapping away: munmap(2).
 *
 * @switches
 */
export function munmap(address: number, length: number): number;

/**
 * Changes what may be done with mapped memory: mprotect(2).
 *
 * @switches
 */
export function mprotect(address: number, length: number, protection: number): number;

/**
 * Writes a mapped file's pages back: msync(2).
 *
 * @switches
 */
export function msync(address: number, length: number, flags: number): number;

/**
 * Moves the end of the heap by `increment` bytes: sbrk(2). Where it was, or -1.
 *
 * @switches
 */
export function sbrk(increment: number): number;

/**
 * Makes a child process: fork(2), but that the child begins in `child` instead of here, and ends
 * with what it returns. It has a copy of everything.
 *
 * @param child a function of the file itself, no closure
 * @param argument handed to `child`, copied
 * @returns the child's pid, or -1
 * @switches
 */
export function fork<T>(child: (argument: T) => number | void, argument?: T): number;

/**
 * Becomes another program: execve(2). Returns only when it fails: -1.
 *
 * @switches
 */
export function execve(path: string, argv: readonly string[], env?: readonly string[]): number;

/**
 * The same with the environment that there is: execv(3).
 *
 * @switches
 */
export function execv(path: string, argv: readonly string[]): number;

/**
 * The same for a command that is looked for in PATH: execvp(3).
 *
 * @switches
 */
export function execvp(file: string, argv: readonly string[]): number;

/**
 * Starts a program in a child process: posix_spawn(3). The pid, or -1.
 *
 * @switches
 */
export function posix_spawn(path: string, argv: readonly string[], env?: readonly string[]): number;

/**
 * The same for a command that is looked for in PATH: posix_spawnp(3).
 *
 * @switches
 */
export function posix_spawnp(file: string, argv: readonly string[]): number;

/**
 * Waits for a child to end: waitpid(2). Puts its status into `status[0]`.
 *
 * @param pid the child, or -1 for any
 * @returns its pid, 0 with WNOHANG when none has ended, or -1
 * @switches
 */
export function waitpid(pid: number, status?: number[], options?: number): number;

/**
 * Waits for any child to end: wait(2).
 *
 * @switches
 */
export function wait(status?: number[]): number;

/** True when a child ended by itself: wait(2). */
export function WIFEXITED(status: number): boolean;

/** The exit status of such a child. */
export function WEXITSTATUS(status: number): number;

/** True when a signal ended a child. */
export function WIFSIGNALED(status: number): boolean;

/** The signal that did. */
export function WTERMSIG(status: number): number;

/**
 * Ends the process: exit(3). Runs what atexit(3) was given and writes what was not written.
 *
 * @switches
 */
export function exit(status: number): never;

/**
 * Ends the process by SIGABRT: abort(3).
 *
 * @switches
 */
export function abort(): never;

/** A variable of the environment: getenv(3). */
export function getenv(name: string): string | null;

/** Sets one, unless it is set already and `overwrite` is 0: setenv(3). */
export function setenv(name: string, value: string, overwrite?: number): number;

/** Removes one: unsetenv(3). */
export function unsetenv(name: string): number;

/**
 * Sends a signal to a process, or with a negative number to a group: kill(2).
 *
 * @switches
 */
export function kill(pid: number, signal: number): number;

/**
 * Sends a signal to oneself: raise(3).
 *
 * @switches
 */
export function raise(signal: number): number;

/**
 * Says what happens at a signal: signal(2). A handler runs when the program comes back from the
 * kernel the next time.
 *
 * @param handler SIG_DFL, SIG_IGN, or a function
 * @switches
 */
export function signal(signal: number, handler: ((signal: number) => void) | number): number;

/**
 * Blocks or unblocks signals: sigprocmask(2).
 *
 * @param how SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK
 * @param set bit n-1 for signal n
 * @switches
 */
export function sigprocmask(how: number, set: number): number;

/** An IPv4 address and a port: ip(7). */
export interface SockaddrIn {
  /** AF_INET. */
  readonly sin_family: number;

  /** The port, in network order: `htons(80)`. */
  readonly sin_port: number;

  /** The address, in network order: `inet_addr("10.0.2.2")`. */
  readonly sin_addr: number;
}

/** An IPv6 address and a port: ipv6(7). */
export interface SockaddrIn6 {
  /** AF_INET6. */
  readonly sin6_family: number;

  /** The port, in network order. */
  readonly sin6_port: number;

  /** Flow label, 0 for none. */
  readonly sin6_flowinfo: number;

  /** The 16 bytes of the address. */
  readonly sin6_addr: readonly number[];

  /** The interface that a link-local address is on. */
  readonly sin6_scope_id: number;
}

/** A name of a socket of this machine: unix(7). */
export interface SockaddrUn {
  /** AF_UNIX. */
  readonly sun_family: number;

  /** A path; after a NUL, a name that is none. */
  readonly sun_path: string;
}

/** Any of these; told apart by the field of its family. */
export type Sockaddr = SockaddrIn | SockaddrIn6 | SockaddrUn;

/**
 * Makes a socket: socket(2). Its descriptor, or -1.
 *
 * @switches
 */
export function socket(domain: number, type: number, protocol?: number): number;

/**
 * Makes two sockets that are connected with each other: socketpair(2).
 *
 * @param fds where their descriptors are put
 * @returns 0, or -1
 * @switches
 */
export function socketpair(domain: number, type: number, protocol: number, fds: number[]): number;

/**
 * Gives a socket its address: bind(2). 0, or -1.
 *
 * @switches
 */
export function bind(fd: number, address: Sockaddr): number;

/**
 * Connects a socket: connect(2). 0, or -1.
 *
 * @switches
 */
export function connect(fd: number, address: Sockaddr): number;

/**
 * Lets others connect: listen(2). At most `backlog` of them wait for accept(2).
 *
 * @switches
 */
export function listen(fd: number, backlog: number): number;

/**
 * Takes the next connection, waiting for one: accept(2).
 *
 * @param peer where the address of the other side is put
 * @returns the connection's descriptor, or -1
 * @switches
 */
export function accept(fd: number, peer?: Sockaddr[]): number;

/**
 * Ends what is sent, what is received, or both: shutdown(2), SHUT_WR and so on.
 *
 * @switches
 */
export function shutdown(fd: number, how: number): number;

/**
 * A socket's own address: getsockname(2).
 *
 * @switches
 */
export function getsockname(fd: number): Sockaddr | null;

/**
 * The address that it is connected with: getpeername(2).
 *
 * @switches
 */
export function getpeername(fd: number): Sockaddr | null;

/**
 * Sends `count` bytes of memory to whom the socket is connected with: send(2).
 *
 * @switches
 */
export function send(fd: number, buffer: number, count: number, flags?: number): number;

/**
 * The same to an address: sendto(2).
 *
 * @switches
 */
export function sendto(fd: number, buffer: number, count: number, flags: number, address: Sockaddr): number;

/**
 * Receives up to `count` bytes into memory: recv(2). 0 at the end of a stream, or -1.
 *
 * @switches
 */
export function recv(fd: number, buffer: number, count: number, flags?: number): number;

/**
 * The same, and who sent it: recvfrom(2).
 *
 * @param from where the sender's address is put
 * @switches
 */
export function recvfrom(fd: number, buffer: number, count: number, flags: number, from: Sockaddr[]): number;

/**
 * Sets an option: setsockopt(2).
 *
 * @param value a number; where `length` is given, the address of a structure so long
 * @switches
 */
export function setsockopt(fd: number, level: number, name: number, value: number, length?: number): number;

/**
 * Asks for an option that is a number: getsockopt(2).
 *
 * @param value where it is put
 * @switches
 */
export function getsockopt(fd: number, level: number, name: number, value: number[]): number;

/** A 16-bit number in network order: htons(3). */
export function htons(hostshort: number): number;

/** A 16-bit number of the network in the machine's order: ntohs(3). */
export function ntohs(netshort: number): number;

/** A 32-bit number in network order: htonl(3). */
export function htonl(hostlong: number): number;

/** A 32-bit number of the network in the machine's order: ntohl(3). */
export function ntohl(netlong: number): number;

/** An IPv4 address from its text, in network order, or INADDR_NONE: inet_addr(3). */
export function inet_addr(text: string): number;

/**
 * An address from its text: inet_pton(3).
 *
 * @param address where it is put: of AF_INET the number for `sin_addr`, of AF_INET6 the bytes
 * @returns 1, 0 where the text is none, or -1
 */
export function inet_pton(family: number, text: string, address: number[]): number;

/** The text of an address as `inet_pton` puts it: inet_ntop(3). */
export function inet_ntop(family: number, address: readonly number[]): string | null;

/**
 * Writes formatted text to standard output: printf(3).
 *
 * @param format `%d %u %x %o %c %s %p %f %e %g %%` with flags, width and precision
 * @returns how many characters, or -1
 * @switches
 */
export function printf(format: string, ...values: readonly Printable[]): number;

/**
 * Writes formatted text to a descriptor, unbuffered: dprintf(3).
 *
 * @switches
 */
export function dprintf(fd: number, format: string, ...values: readonly Printable[]): number;

/** Makes formatted text: sprintf(3), which writes it into memory. */
export function sprintf(format: string, ...values: readonly Printable[]): string;

/**
 * Writes a line to standard output: puts(3).
 *
 * @switches
 */
export function puts(text: string): number;

/**
 * Writes a character, by its code, to standard output: putchar(3).
 *
 * @switches
 */
export function putchar(character: number): number;

/**
 * Writes what standard output has gathered: fflush(stdout). 0, or -1 with `errno` set.
 *
 * @switches
 */
export function fflush(): number;

/**
 * Writes `text: ` and what `errno` means to standard error: perror(3).
 *
 * @switches
 */
export function perror(text: string): number;

/** What an error number means: strerror(3). */
export function strerror(errno: number): string;

/**
 * The next line of standard input with its newline, null at its end: getline(3).
 *
 * @switches
 */
export function getline(): string | null;

/**
 * The next byte of standard input, -1 at its end: getchar(3).
 *
 * @switches
 */
export function getchar(): number;

/** Why the last call that failed did: errno(3). */
export let errno: number;

/** `errno = value`, which TypeScript does not allow for something imported. */
export function set_errno(value: number): void;

/**
 * Has `handler` called at exit(3), last one first: atexit(3).
 *
 * @switches
 */
export function atexit(handler: () => void): number;

/** The number that a text begins with, 0 if none: atoi(3). */
export function atoi(text: string): number;

/**
 * The same in any base from 2 to 36; 0 reads `0x` and `0` as C does: strtol(3).
 *
 * @param end gets the index of the first character that is not part of the number
 */
export function strtol(text: string, base?: number, end?: number[]): number;

/** A number from 0 to 2147483647, the same row in each run: rand(3). */
export function rand(): number;

/** Begins another row: srand(3). */
export function srand(seed: number): void;

/** Seconds and nanoseconds: struct timespec. */
export interface Timespec {
  /** Whole seconds. */
  readonly tv_sec: number;

  /** Nanoseconds on top. */
  readonly tv_nsec: number;
}

/** Names of the system: uname(2). */
export interface Utsname {
  /** `Linux`. */
  readonly sysname: string;

  /** Name of the machine. */
  readonly nodename: string;

  /** Release of the kernel. */
  readonly release: string;

  /** Its build. */
  readonly version: string;

  /** Hardware. */
  readonly machine: string;
}

/**
 * The process's number: getpid(2).
 *
 * @switches
 */
export function getpid(): number;

/**
 * The thread's number: gettid(2).
 *
 * @switches
 */
export function gettid(): number;

/**
 * The parent's number: getppid(2).
 *
 * @switches
 */
export function getppid(): number;

/**
 * Real user: getuid(2).
 *
 * @switches
 */
export function getuid(): number;

/**
 * Effective user: geteuid(2).
 *
 * @switches
 */
export function geteuid(): number;

/**
 * Real group: getgid(2).
 *
 * @switches
 */
export function getgid(): number;

/**
 * Effective group: getegid(2).
 *
 * @switches
 */
export function getegid(): number;

/**
 * Process group: getpgrp(2).
 *
 * @switches
 */
export function getpgrp(): number;

/**
 * Moves a process into a group: setpgid(2).
 *
 * @switches
 */
export function setpgid(pid: number, group: number): number;

/**
 * Begins a session: setsid(2).
 *
 * @switches
 */
export function setsid(): number;

/**
 * True for a terminal: isatty(3).
 *
 * @switches
 */
export function isatty(fd: number): boolean;

/**
 * Names of the system: uname(2).
 *
 * @switches
 */
export function uname(): Utsname | null;

/**
 * Sleeps for seconds: sleep(3). 0, or how many are left when a signal came.
 *
 * @switches
 */
export function sleep(seconds: number): number;

/**
 * Sleeps for microseconds: usleep(3).
 *
 * @switches
 */
export function usleep(microseconds: number): number;

/**
 * Sleeps for nanoseconds: nanosleep(2). 0, or -1 with EINTR when a signal came.
 *
 * @switches
 */
export function nanosleep(nanoseconds: number): number;

/**
 * The time of a clock: clock_gettime(2).
 *
 * @switches
 */
export function clock_gettime(clock: number): Timespec | null;

/**
 * Seconds since 1970: time(2).
 *
 * @switches
 */
export function time(): number;

/**
 * Lets others run: sched_yield(2).
 *
 * @switches
 */
export function sched_yield(): number;

/**
 * Any system call by its number, with numbers and addresses: syscall(2). -1 with `errno` set on
 * failure.
 *
 * @switches
 */
export function syscall(number: number, ...args: readonly number[]): number;

/**
 * Starts a thread: pthread_create(3). Puts its number into `thread[0]`.
 *
 * @param start what it runs; its result is what pthread_join(3) answers
 * @returns 0, EAGAIN or ENOMEM
 * @switches
 */
export function pthread_create<T>(thread: number[], start: (argument: T) => unknown, argument?: T): number;

/**
 * Waits until a thread has ended: pthread_join(3). Puts its result into `result[0]`.
 *
 * @returns 0 or ESRCH
 * @switches
 */
export function pthread_join(thread: number, result?: unknown[]): number;

/**
 * Ends the calling thread: pthread_exit(3).
 *
 * @switches
 */
export function pthread_exit(value?: unknown): never;

/**
 * The calling thread's number: pthread_self(3).
 *
 * @switches
 */
export function pthread_self(): number;

/**
 * Makes a mutex: pthread_mutex_init(3). Its address, or NULL with ENOMEM.
 *
 * @switches
 */
export function pthread_mutex_init(): number;

/**
 * Takes a mutex, and waits until it is free: pthread_mutex_lock(3).
 *
 * @switches
 */
export function pthread_mutex_lock(mutex: number): number;

/**
 * Takes a mutex if it is free: pthread_mutex_trylock(3). 0 or EBUSY.
 *
 * @switches
 */
export function pthread_mutex_trylock(mutex: number): number;

/**
 * Gives a mutex back: pthread_mutex_unlock(3).
 *
 * @switches
 */
export function pthread_mutex_unlock(mutex: number): number;

/**
 * Gives a mutex's memory back: pthread_mutex_destroy(3).
 *
 * @switches
 */
export function pthread_mutex_destroy(mutex: number): number;

/**
 * Makes a condition variable: pthread_cond_init(3). Its address, or NULL with ENOMEM.
 *
 * @switches
 */
export function pthread_cond_init(): number;

/**
 * Gives `mutex` back, waits for a signal, and takes it again: pthread_cond_wait(3). It may wake
 * without a signal: look at the condition again.
 *
 * @switches
 */
export function pthread_cond_wait(cond: number, mutex: number): number;

/**
 * Wakes one that waits: pthread_cond_signal(3).
 *
 * @switches
 */
export function pthread_cond_signal(cond: number): number;

/**
 * Wakes all that wait: pthread_cond_broadcast(3).
 *
 * @switches
 */
export function pthread_cond_broadcast(cond: number): number;

/**
 * Gives a condition variable's memory back: pthread_cond_destroy(3).
 *
 * @switches
 */
export function pthread_cond_destroy(cond: number): number;

export {};
