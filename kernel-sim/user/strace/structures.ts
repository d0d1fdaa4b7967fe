// SPDX-License-Identifier: GPL-2.0-or-later
/** How the structures that system calls take and fill in are shown. */
import { S, STAT, major, minor } from '../../uapi/fs.ts';
import { UTSNAME, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../uapi/process.ts';
import { RLIMIT64 } from '../../uapi/resource.ts';
import { RUSAGE_FIELDS } from '../../uapi/sched.ts';
import { TERMIOS, WINSIZE } from '../../uapi/termios.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { get_u64 } from '../libc/memory.ts';
import { type Argument, input, output, structure } from './arguments.ts';
import * as flags from './flags.ts';

export const statOut = output((call, at) =>
  structure(call, at, STAT.SIZE, (view) => {
    const fileMode = view.getUint32(STAT.mode, true);
    const type = fileMode & S.IFMT;
    const isDevice = type === S.IFCHR || type === S.IFBLK;
    const rdev = get_u64(view, STAT.rdev);
    const what = isDevice
      ? `st_rdev=makedev(${flags.hex(major(rdev))}, ${flags.hex(minor(rdev))})`
      : `st_size=${get_u64(view, STAT.size)}`;
    return `{st_mode=${flags.fileMode(fileMode)}, ${what}, ...}`;
  }),
);

function timespecText(view: DataView): string {
  return `{tv_sec=${get_u64(view, 0)}, tv_nsec=${get_u64(view, 8)}}`;
}
export const timespec = input((call, at) => structure(call, at, 16, timespecText));
export const timespecOut = output((call, at) => structure(call, at, 16, timespecText));
/** What is left of a sleep: filled in only when a signal ended it. */
export const remaining: Argument = {
  isOutput: true,
  *show(call, at) {
    const isInterrupted = call.result === -4;
    return isInterrupted ? yield* structure(call, at, 16, timespecText) : flags.pointer(at);
  },
};

export const pipeOut = output((call, at) =>
  structure(call, at, 8, (view) => `[${view.getInt32(0, true)}, ${view.getInt32(4, true)}]`),
);

export const waitStatusOut = output(function* (call, at) {
  if (call.result === 0) return flags.pointer(at);
  return yield* structure(call, at, 4, (view) => `[${waitStatus(view.getUint32(0, true))}]`);
});

function waitStatus(status: number): string {
  if (status === 0xffff) return '{WIFCONTINUED(s)}';
  if ((status & 0xff) === 0x7f) {
    return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${flags.signalName((status >> 8) & 0x7f)}}`;
  }
  if (WIFEXITED(status)) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${WEXITSTATUS(status)}}`;
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${flags.signalName(WTERMSIG(status))}}`;
}

export const utsnameOut = output((call, at) =>
  structure(call, at, UTSNAME.SIZE, (view) => {
    const field = (offset: number): string => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, 65);
      return JSON.stringify(decodeUtf8(bytes.subarray(0, bytes.indexOf(0))));
    };
    return `{sysname=${field(UTSNAME.sysname)}, nodename=${field(UTSNAME.nodename)}, ...}`;
  }),
);

function signalSet(view: DataView, offset: number): string {
  const names: string[] = [];
  for (let signal = 1; signal <= 64; signal++) {
    const word = view.getUint32(offset + (signal > 32 ? 4 : 0), true);
    if (((word >>> ((signal - 1) % 32)) & 1) === 1) {
      names.push(flags.signalName(signal).replace(/^SIG/, ''));
    }
  }
  // More than half of them: those that are missing say more.
  if (names.length <= 32) return `[${names.join(' ')}]`;
  const missing: string[] = [];
  for (let signal = 1; signal <= 64; signal++) {
    const name = flags.signalName(signal).replace(/^SIG/, '');
    if (!names.includes(name)) missing.push(name);
  }
  return `~[${missing.join(' ')}]`;
}
export const signalSetIn = input((call, at) =>
  structure(call, at, 8, (view) => signalSet(view, 0)),
);
export const signalSetOut = output((call, at) =>
  structure(call, at, 8, (view) => signalSet(view, 0)),
);

const SIGACTION_SIZE = 32;
const SA_FLAGS: flags.Names = {
  SA_NOCLDSTOP: 1,
  SA_NOCLDWAIT: 2,
  SA_SIGINFO: 4,
  SA_RESTART: 0x1000_0000,
  SA_NODEFER: 0x4000_0000,
};

function sigaction(view: DataView): string {
  const handler = get_u64(view, 0);
  const name = handler === 0 ? 'SIG_DFL' : handler === 1 ? 'SIG_IGN' : flags.hex(handler);
  const mask = signalSet(view, 24);
  const saFlags = flags.flagsOf(SA_FLAGS, view.getUint32(8, true));
  return `{sa_handler=${name}, sa_mask=${mask}, sa_flags=${saFlags}}`;
}
export const sigactionIn = input((call, at) => structure(call, at, SIGACTION_SIZE, sigaction));
export const sigactionOut = output((call, at) => structure(call, at, SIGACTION_SIZE, sigaction));

/** poll(2)'s list: what is asked before, what is so after is said behind the result. */
export const pollList = input(function* (call, at, index) {
  const count = Math.min(call.values[index + 1] ?? 0, call.stringLimit);
  return yield* structure(call, at, count * 8, (view) => {
    const entries = Array.from({ length: count }, (_, n) => {
      const events = flags.flagsOf(flags.POLL_NAMES, view.getUint16(n * 8 + 4, true));
      return `{fd=${view.getInt32(n * 8, true)}, events=${events}}`;
    });
    return `[${entries.join(', ')}]`;
  });
});

/** An ioctl's third argument, where its request says what lies there. */
export const ioctlArgument: Argument = {
  isOutput: true,
  *show(call, at, index) {
    const request = flags.oneOf(flags.IOCTL_NAMES, call.values[index - 1] ?? 0);
    if (call.result < 0) return flags.pointer(at);
    switch (request) {
      case 'TIOCGWINSZ':
      case 'TIOCSWINSZ':
        return yield* structure(call, at, WINSIZE.SIZE, (view) => {
          const [rows, columns] = [view.getUint16(0, true), view.getUint16(WINSIZE.col, true)];
          const x = view.getUint16(WINSIZE.xpixel, true);
          const y = view.getUint16(WINSIZE.ypixel, true);
          return `{ws_row=${rows}, ws_col=${columns}, ws_xpixel=${x}, ws_ypixel=${y}}`;
        });
      case 'TIOCGPGRP':
      case 'TIOCSPGRP':
      case 'FIONREAD':
        return yield* structure(call, at, 4, (view) => `[${view.getInt32(0, true)}]`);
      case 'TCGETS':
      case 'TCSETS':
      case 'TCSETSW':
      case 'TCSETSF':
        return yield* structure(call, at, TERMIOS.SIZE, (view) => {
          const flag = (offset: number): string => flags.hex(view.getUint32(offset, true));
          return (
            `{c_iflag=${flag(TERMIOS.iflag)}, c_oflag=${flag(TERMIOS.oflag)}, ` +
            `c_cflag=${flag(TERMIOS.cflag)}, c_lflag=${flag(TERMIOS.lflag)}, ...}`
          );
        });
      default:
        return flags.pointer(at);
    }
  },
};

/** getdents64's entries: how many. */
export const directoryOut = output(function* (call, at) {
  const bytes = yield* call.read(at, call.result);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let count = 0;
  for (let offset = 0; offset + 18 < bytes.length; count++) {
    const length = view.getUint16(offset + 16, true);
    if (length === 0) break;
    offset += length;
  }
  return `${flags.hex(at)} /* ${count} entr${count === 1 ? 'y' : 'ies'} */`;
});

export const identitiesOut = output(function* (call, at) {
  if (call.values[0] === 0 || call.result === 0) return flags.pointer(at);
  const bytes = yield* call.read(at, call.result * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shown = Array.from({ length: Math.floor(bytes.length / 4) }, (_, n) =>
    String(view.getUint32(n * 4, true)),
  );
  return `[${shown.join(', ')}]`;
});

/** A timeval's microseconds, as getrusage(2) and timers have them. */
function timevalText(view: DataView, offset: number): string {
  return `{tv_sec=${get_u64(view, offset)}, tv_usec=${get_u64(view, offset + 8)}}`;
}
export const timevalOut = output((call, at) =>
  structure(call, at, 16, (view) => timevalText(view, 0)),
);

function timerText(view: DataView): string {
  return `{it_interval=${timevalText(view, 0)}, it_value=${timevalText(view, 16)}}`;
}
export const timer = input((call, at) => structure(call, at, 32, timerText));
export const timerOut = output((call, at) => structure(call, at, 32, timerText));

export const usageOut = output((call, at) =>
  structure(call, at, RUSAGE_FIELDS.SIZE, (view) => {
    const user = timevalText(view, RUSAGE_FIELDS.utime);
    return `{ru_utime=${user}, ru_stime=${timevalText(view, RUSAGE_FIELDS.stime)}, ...}`;
  }),
);

/** A limit in units of 1024 where it is a multiple of them. */
function limitText(view: DataView, offset: number): string {
  const isInfinite = view.getUint32(offset, true) === 0xffff_ffff;
  if (isInfinite && view.getUint32(offset + 4, true) === 0xffff_ffff) return 'RLIM64_INFINITY';
  const value = get_u64(view, offset);
  return value > 1024 && value % 1024 === 0 ? `${value / 1024}*1024` : String(value);
}
function limitsText(view: DataView): string {
  const hard = limitText(view, RLIMIT64.max);
  return `{rlim_cur=${limitText(view, RLIMIT64.cur)}, rlim_max=${hard}}`;
}
export const limits = input((call, at) => structure(call, at, RLIMIT64.SIZE, limitsText));
export const limitsOut = output((call, at) => structure(call, at, RLIMIT64.SIZE, limitsText));

/** struct sched_param, and other single numbers that are pointed to. */
function numberText(view: DataView): string {
  return `[${view.getInt32(0, true)}]`;
}
export const pointedNumber = input((call, at) => structure(call, at, 4, numberText));
export const pointedNumberOut = output((call, at) => structure(call, at, 4, numberText));

/** CPUs of a mask, by number. */
function cpusText(view: DataView): string {
  const mask = view.getUint8(0);
  return `[${[0, 1, 2, 3, 4, 5, 6, 7].filter((cpu) => (mask & (1 << cpu)) !== 0).join(' ')}]`;
}
export const cpuMask = input((call, at) => structure(call, at, 1, cpusText));
export const cpuMaskOut = output((call, at) => structure(call, at, 1, cpusText));
