// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Error numbers and their texts, as programs see them.
 *
 * Linux: include/uapi/asm-generic/errno-base.h and errno.h; the texts are glibc's strerror(3).
 */

// prettier-ignore
const TABLE = [
  ['EPERM', 1, 'Operation not permitted'],
  ['ENOENT', 2, 'No such file or directory'],
  ['ESRCH', 3, 'No such process'],
  ['EINTR', 4, 'Interrupted system call'],
  ['EIO', 5, 'Input/output error'],
  ['ENXIO', 6, 'No such device or address'],
  ['E2BIG', 7, 'Argument list too long'],
  ['ENOEXEC', 8, 'Exec format error'],
  ['EBADF', 9, 'Bad file descriptor'],
  ['ECHILD', 10, 'No child processes'],
  ['EAGAIN', 11, 'Resource temporarily unavailable'],
  ['ENOMEM', 12, 'Cannot allocate memory'],
  ['EACCES', 13, 'Permission denied'],
  ['EFAULT', 14, 'Bad address'],
  ['ENOTBLK', 15, 'Block device required'],
  ['EBUSY', 16, 'Device or resource busy'],
  ['EEXIST', 17, 'File exists'],
  ['EXDEV', 18, 'Invalid cross-device link'],
  ['ENODEV', 19, 'No such device'],
  ['ENOTDIR', 20, 'Not a directory'],
  ['EISDIR', 21, 'Is a directory'],
  ['EINVAL', 22, 'Invalid argument'],
  ['ENFILE', 23, 'Too many open files in system'],
  ['EMFILE', 24, 'Too many open files'],
  ['ENOTTY', 25, 'Inappropriate ioctl for device'],
  ['ETXTBSY', 26, 'Text file busy'],
  ['EFBIG', 27, 'File too large'],
  ['ENOSPC', 28, 'No space left on device'],
  ['ESPIPE', 29, 'Illegal seek'],
  ['EROFS', 30, 'Read-only file system'],
  ['EMLINK', 31, 'Too many links'],
  ['EPIPE', 32, 'Broken pipe'],
  ['EDOM', 33, 'Numerical argument out of domain'],
  ['ERANGE', 34, 'Numerical result out of range'],
  ['EDEADLK', 35, 'Resource deadlock avoided'],
  ['ENAMETOOLONG', 36, 'File name too long'],
  ['ENOLCK', 37, 'No locks available'],
  ['ENOSYS', 38, 'Function not implemented'],
  ['ENOTEMPTY', 39, 'Directory not empty'],
  ['ELOOP', 40, 'Too many levels of symbolic links'],
  ['ENODATA', 61, 'No data available'],
  ['ETIME', 62, 'Timer expired'],
  ['EPROTO', 71, 'Protocol error'],
  ['EBADMSG', 74, 'Bad message'],
  ['EOVERFLOW', 75, 'Value too large for defined data type'],
  ['EILSEQ', 84, 'Invalid or incomplete multibyte or wide character'],
  ['EOPNOTSUPP', 95, 'Operation not supported'],
  ['ETIMEDOUT', 110, 'Connection timed out'],
  ['EALREADY', 114, 'Operation already in progress'],
  ['EINPROGRESS', 115, 'Operation now in progress'],
  ['ECANCELED', 125, 'Operation canceled'],
] as const;

export type ErrnoName = (typeof TABLE)[number][0];

/** Error number by name: `ERRNO.ENOENT` is 2. The kernel returns them negated. */
export const ERRNO = Object.freeze(
  Object.fromEntries(TABLE.map(([name, number]) => [name, number])),
) as {
  readonly [Name in ErrnoName]: Extract<(typeof TABLE)[number], readonly [Name, ...unknown[]]>[1];
};

const TEXT_BY_NUMBER: ReadonlyMap<number, string> = new Map(
  TABLE.map(([, number, text]) => [number, text]),
);
const NAME_BY_NUMBER: ReadonlyMap<number, ErrnoName> = new Map(
  TABLE.map(([name, number]) => [number, name]),
);

/** What strerror(3) says of a positive error number. */
export function strerror(errno: number): string {
  return TEXT_BY_NUMBER.get(errno) ?? `Unknown error ${errno}`;
}

/** The symbolic name of a positive error number, if there is one. */
export function errnoName(errno: number): ErrnoName | undefined {
  return NAME_BY_NUMBER.get(errno);
}

/** Every error number the kernel may return lies in 1..MAX_ERRNO. Linux: include/linux/err.h. */
export const MAX_ERRNO = 4095;
