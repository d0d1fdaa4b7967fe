// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers by the names that man pages give them, as strace prints them. */
import { ACCESS, F, O, POLL, S, SEEK } from '../../uapi/fs.ts';
import { FUTEX } from '../../uapi/futex.ts';
import { MADV, MAP, MREMAP, MS, PROT } from '../../uapi/mman.ts';
import {
  CLOCK,
  P,
  PR,
  SYSLOG_ACTION,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WUNTRACED,
} from '../../uapi/process.ts';
import { RLIMIT } from '../../uapi/resource.ts';
import { PRIO, RUSAGE, SCHED } from '../../uapi/sched.ts';
import { SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SIGNAL_NAMES } from '../../uapi/signal.ts';
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
export const WAIT_NAMES: Names = { WNOHANG, WUNTRACED, WCONTINUED, WEXITED, WNOWAIT };
export const CLOCK_NAMES: Names = prefixed('CLOCK_', CLOCK);
export const SIGMASK_NAMES: Names = { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };
export const ACCESS_NAMES: Names = {
  R_OK: ACCESS.R_OK,
  W_OK: ACCESS.W_OK,
  X_OK: ACCESS.X_OK,
};
export const PROT_NAMES = prefixed('PROT_', PROT);
// Names for masks and for two bits at once would hide the bits themselves.
const { TYPE: _type, SHARED_VALIDATE: _validate, ...MAP_BITS } = MAP;
export const MAP_NAMES = prefixed('MAP_', MAP_BITS);
export const MREMAP_NAMES = prefixed('MREMAP_', MREMAP);
export const MADVICE_NAMES = prefixed('MADV_', MADV);
export const MSYNC_NAMES = prefixed('MS_', MS);
export const SYSLOG_NAMES = prefixed('SYSLOG_ACTION_', SYSLOG_ACTION);
export const LIMIT_NAMES = prefixed('RLIMIT_', RLIMIT);
export const PRIORITY_NAMES = prefixed('PRIO_', PRIO);
export const USAGE_NAMES = prefixed('RUSAGE_', RUSAGE);
export const POLICY_NAMES = prefixed('SCHED_', SCHED);
export const PRCTL_NAMES = prefixed('PR_', PR);
export const ID_TYPE_NAMES = prefixed('P_', P);

const { PRIVATE_FLAG, CLOCK_REALTIME, ...FUTEX_OPERATIONS } = FUTEX;
const FUTEX_NAMES = prefixed('FUTEX_', FUTEX_OPERATIONS);

/** `FUTEX_WAIT_PRIVATE`, with the clock behind it. */
export function futexOperation(value: number): string {
  const operation = oneOf(FUTEX_NAMES, value & ~(PRIVATE_FLAG | CLOCK_REALTIME));
  const isPrivate = (value & PRIVATE_FLAG) !== 0;
  const clock = (value & CLOCK_REALTIME) === 0 ? '' : '|FUTEX_CLOCK_REALTIME';
  return `${operation}${isPrivate ? '_PRIVATE' : ''}${clock}`;
}
