// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers by the names that man pages give them, as strace prints them. */
import { O, S, SEEK, F, POLL } from '../../uapi/fs.ts';
import { SIGNAL_NAMES } from '../../uapi/signal.ts';
import { TTY_IOCTL } from '../../uapi/termios.ts';

export type Names = Readonly<Record<string, number>>;

/** The name of a number, else the number as `otherwise` shows it. */
export function oneOf(names: Names, value: number, otherwise = hex(value)): string {
  const found = Object.entries(names).find(([, number]) => number === value);
  return found === undefined ? otherwise : found[0];
}

/** `A|B|0x10`: what has a name by its name, the rest as a number. */
export function flagsOf(names: Names, value: number): string {
  const parts: string[] = [];
  let rest = value;
  for (const [name, bits] of Object.entries(names)) {
    if (bits === 0 || (rest & bits) !== bits) continue;
    parts.push(name);
    rest &= ~bits;
  }
  if (rest !== 0 || parts.length === 0) parts.push(rest === 0 ? '0' : hex(rest >>> 0));
  return parts.join('|');
}

/** `prefix` in front of each name. */
export function prefixed(prefix: string, names: Names): Names {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [prefix + name, value]));
}

export function hex(value: number): string {
  return value < 0 ? `0x${(2n ** 64n + BigInt(value)).toString(16)}` : `0x${value.toString(16)}`;
}

export function pointer(value: number): string {
  return value === 0 ? 'NULL' : hex(value);
}

/** As C's `%#03o`. */
export function octal(value: number): string {
  const digits = value.toString(8);
  return (value === 0 ? digits : `0${digits}`).padStart(3, '0');
}

export function signalName(signal: number): string {
  const name = signal > 0 ? SIGNAL_NAMES[signal] : undefined;
  if (name !== undefined) return `SIG${name}`;
  return signal >= 32 && signal <= 64 ? `SIGRT_${signal - 32}` : String(signal);
}

const ACCESS_MODES = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'] as const;
const { RDONLY: _r, WRONLY: _w, RDWR: _rw, ACCMODE: _a, ...OPEN_BITS } = O;
const OPEN_FLAGS = prefixed('O_', OPEN_BITS);

export function openFlags(value: number): string {
  const mode = ACCESS_MODES[value & O.ACCMODE] ?? 'O_ACCMODE';
  const rest = value & ~O.ACCMODE;
  return rest === 0 ? mode : `${mode}|${flagsOf(OPEN_FLAGS, rest)}`;
}

const TYPES: Names = prefixed('S_', {
  IFSOCK: S.IFSOCK,
  IFLNK: S.IFLNK,
  IFREG: S.IFREG,
  IFBLK: S.IFBLK,
  IFDIR: S.IFDIR,
  IFCHR: S.IFCHR,
  IFIFO: S.IFIFO,
});
const MODE_BITS: Names = { S_ISUID: S.ISUID, S_ISGID: S.ISGID, S_ISVTX: S.ISVTX };

/** `S_IFREG|0644`, with set-id and sticky bits by name. */
export function fileMode(value: number): string {
  const type = value & S.IFMT;
  const special = value & (S.ISUID | S.ISGID | S.ISVTX);
  return [
    ...(type === 0 ? [] : [oneOf(TYPES, type)]),
    ...(special === 0 ? [] : [flagsOf(MODE_BITS, special)]),
    octal(value & 0o777),
  ].join('|');
}

export const SEEK_NAMES = prefixed('SEEK_', SEEK);
export const FCNTL_NAMES = prefixed('F_', F);
export const POLL_NAMES = prefixed('POLL', POLL);
export const IOCTL_NAMES: Names = TTY_IOCTL;
export const WAIT_NAMES: Names = { WNOHANG: 1, WUNTRACED: 2, WCONTINUED: 8 };
export const CLOCK_NAMES: Names = {
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CLOCK_PROCESS_CPUTIME_ID: 2,
  CLOCK_THREAD_CPUTIME_ID: 3,
};
export const SIGMASK_NAMES: Names = { SIG_BLOCK: 0, SIG_UNBLOCK: 1, SIG_SETMASK: 2 };
export const ACCESS_NAMES: Names = { R_OK: 4, W_OK: 2, X_OK: 1 };
export const PROT_NAMES: Names = { PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4 };
export const MAP_NAMES: Names = {
  MAP_SHARED: 1,
  MAP_PRIVATE: 2,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_GROWSDOWN: 0x100,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE: 0x8000,
  MAP_STACK: 0x2_0000,
  MAP_FIXED_NOREPLACE: 0x10_0000,
};
export const SYSLOG_NAMES: Names = {
  SYSLOG_ACTION_READ_ALL: 3,
  SYSLOG_ACTION_READ_CLEAR: 4,
  SYSLOG_ACTION_CLEAR: 5,
  SYSLOG_ACTION_CONSOLE_LEVEL: 8,
  SYSLOG_ACTION_SIZE_BUFFER: 10,
};
