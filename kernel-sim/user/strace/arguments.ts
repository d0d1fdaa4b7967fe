// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How single arguments of system calls are shown. What the kernel fills in is read after the call,
 * the rest before it.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { S, STAT, major, minor } from '../../uapi/fs.ts';
import { UTSNAME, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../uapi/process.ts';
import { TERMIOS, WINSIZE } from '../../uapi/termios.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { get_u64 } from '../libc/memory.ts';
import * as flags from './flags.ts';
import { quote, quoteHex } from './quote.ts';

/** One call of a tracee, as decoders see it. */
export interface CallView {
  readonly values: readonly number[];
  /** Of a call that has ended: what it returned. */
  readonly result: number;
  /** Longest string shown. */
  readonly stringLimit: number;
  /** Shows arrays and structures in full. */
  readonly isVerbose: boolean;
  /** As many bytes of the tracee's memory as can be read, at most `length`. */
  readonly read: (address: number, length: number) => Sleeping<Uint8Array>;
}

export interface Argument {
  /** Filled in by the kernel: shown when the call is over. */
  readonly isOutput: boolean;
  readonly show: (call: CallView, value: number, index: number) => Sleeping<string>;
}

function plain(show: (value: number, call: CallView) => string): Argument {
  return {
    isOutput: false,
    *show(call, value) {
      return show(value, call);
    },
  };
}

function input(show: Argument['show']): Argument {
  return { isOutput: false, show };
}

/** Shown as an address when the call failed, since the kernel has written nothing. */
function output(show: Argument['show']): Argument {
  return {
    isOutput: true,
    *show(call, value, index) {
      if (value === 0) return 'NULL';
      if (call.result < 0) return flags.pointer(value);
      return yield* show(call, value, index);
    },
  };
}

/** A structure of `size` bytes, or its address where it cannot be read. */
function* structure(
  call: CallView,
  address: number,
  size: number,
  show: (view: DataView) => string,
): Sleeping<string> {
  if (address === 0) return 'NULL';
  const bytes = yield* call.read(address, size);
  if (bytes.length < size) return flags.pointer(address);
  return show(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
}

const PAGE = 4096;
const PATH_MAX = 4096;

/** The bytes of the NUL-terminated string at `address`; undefined where there is no memory. */
function* stringBytes(
  call: CallView,
  address: number,
  limit: number,
): Sleeping<{ readonly bytes: Uint8Array; readonly hasMore: boolean } | undefined> {
  let gathered = new Uint8Array(0);
  while (gathered.length <= limit) {
    const at = address + gathered.length;
    const step = Math.min(PAGE - (at % PAGE), limit + 1 - gathered.length);
    const bytes = yield* call.read(at, step);
    if (bytes.length === 0) return undefined;
    const end = bytes.indexOf(0);
    const longer = new Uint8Array(gathered.length + (end < 0 ? bytes.length : end));
    longer.set(gathered);
    longer.set(bytes.subarray(0, longer.length - gathered.length), gathered.length);
    gathered = longer;
    if (end >= 0) return { bytes: gathered, hasMore: false };
  }
  return { bytes: gathered.subarray(0, limit), hasMore: true };
}

function* showString(call: CallView, address: number, limit: number): Sleeping<string> {
  if (address === 0) return 'NULL';
  const text = yield* stringBytes(call, address, limit);
  if (text === undefined) return flags.pointer(address);
  return quote(text.bytes, limit, text.hasMore);
}

function* showBuffer(call: CallView, address: number, length: number): Sleeping<string> {
  if (address === 0) return 'NULL';
  const shown = Math.max(0, Math.min(length, call.stringLimit));
  const bytes = yield* call.read(address, shown);
  if (bytes.length < shown) return flags.pointer(address);
  return quote(bytes, call.stringLimit, length > call.stringLimit);
}

// ---- Numbers ---------------------------------------------------------------------------------

export const int = plain(String);
/** A size_t, or an offset: never negative where the program meant it. */
export const size = plain((value) => (value < 0 ? flags.hex(value) : String(value)));
export const fd = plain((value) => (value === -100 ? 'AT_FDCWD' : String(value | 0)));
export const address = plain(flags.pointer);
export const mode = plain(flags.octal);
export const nodeMode = plain(flags.fileMode);
export const signal = plain((value) => (value === 0 ? '0' : flags.signalName(value)));
export const openFlags = plain(flags.openFlags);
export const device = plain(
  (value) => `makedev(${flags.hex(major(value))}, ${flags.hex(minor(value))})`,
);
export const identity = plain((value) => String(value | 0));

export function named(names: flags.Names): Argument {
  return plain((value) => flags.oneOf(names, value));
}
export function bits(names: flags.Names, none = '0'): Argument {
  return plain((value) => (value === 0 ? none : flags.flagsOf(names, value)));
}

/** access(2)'s question. */
export const accessMode = bits(flags.ACCESS_NAMES, 'F_OK');

/** syslog(2)'s action, which strace explains. */
export const syslogAction = plain((value) => {
  const name = flags.oneOf(flags.SYSLOG_NAMES, value, '');
  return name === '' ? String(value) : `${value} /* ${name} */`;
});

// ---- Strings and buffers ---------------------------------------------------------------------

export const path = input((call, value) => showString(call, value, PATH_MAX));
export const text = input((call, value) => showString(call, value, call.stringLimit));
/** Bytes that the program gives; their count is the next argument. */
export const bytesIn = input((call, value, index) =>
  showBuffer(call, value, call.values[index + 1] ?? 0),
);
/** Bytes that the kernel gives; their count is the result. */
export const bytesOut = output((call, value) => showBuffer(call, value, call.result));
export const randomOut = output(function* (call, value) {
  return quoteHex(yield* call.read(value, call.result), call.stringLimit);
});
/** A string that the kernel gives, without its NUL. */
export const pathOut = output((call, value) => showString(call, value, PATH_MAX));

/** argv: strings in brackets. */
export const strings = input(function* (call, value) {
  const shown: string[] = [];
  for (const at of yield* pointers(call, value)) {
    if (shown.length === call.stringLimit && !call.isVerbose) {
      shown.push('...');
      break;
    }
    shown.push(yield* showString(call, at, call.stringLimit));
  }
  return value === 0 ? 'NULL' : `[${shown.join(', ')}]`;
});

/** envp: how many there are is enough. */
export const environment = input(function* (call, value) {
  if (value === 0) return 'NULL';
  const { length } = yield* pointers(call, value);
  return `${flags.hex(value)} /* ${length} var${length === 1 ? '' : 's'} */`;
});

const POINTERS_MAX = 4096;

function* pointers(call: CallView, at: number): Sleeping<number[]> {
  const found: number[] = [];
  while (at !== 0 && found.length < POINTERS_MAX) {
    const bytes = yield* call.read(at + 8 * found.length, 8);
    if (bytes.length < 8) break;
    const value = get_u64(new DataView(bytes.buffer, bytes.byteOffset, 8), 0);
    if (value === 0) break;
    found.push(value);
  }
  return found;
}

// ---- Structures ------------------------------------------------------------------------------

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
