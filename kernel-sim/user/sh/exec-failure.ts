// SPDX-License-Identifier: GPL-2.0-or-later
/** Why a file does not run, in bash's words. bash: shell_execve and check_binary_file. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ACCESS, O, S } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Shell } from './shell.ts';

/** How much of a file decides what it is. */
const SAMPLE_BYTES = 80;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** Reasons that have nothing to do with a `#!` line. */
const SAYS_ITSELF: ReadonlySet<number> = new Set([
  ERRNO.ENOENT,
  ERRNO.E2BIG,
  ERRNO.ENOMEM,
  ERRNO.ENOEXEC,
]);
const ELF_MAGIC = '\u007FELF';

/** True for what is no text: a NUL in its first line, or in its second after a `#!`. */
export function isBinary(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, SAMPLE_BYTES));
  if (text.startsWith(ELF_MAGIC)) return true;
  const lines = text.split('\n').slice(0, text.startsWith('#!') ? 2 : 1);
  return lines.some((line) => line.includes('\0'));
}

/** A file that the kernel takes for no program: whether this shell can run it as a script. */
export function* isScript(shell: Shell, path: string): Sleeping<boolean> {
  return !isBinary(yield* sampleOf(shell, path));
}

/** Says why a command could not run: 127 when it is not there, else 126. */
export function* explain(shell: Shell, name: string, errno: number): Sleeping<number> {
  const isMissing = errno === -ERRNO.ENOENT;
  if (isMissing && !name.includes('/')) {
    const hasPath = (shell.variables.get('PATH') ?? '') !== '';
    const reason = hasPath ? 'command not found' : shell.c.strerror(errno);
    return yield* shell.fail(`${name}: ${reason}`, NOT_FOUND);
  }
  const status = isMissing ? NOT_FOUND : NOT_EXECUTABLE;
  const script = yield* scriptFailure(shell, name, errno);
  if (script === undefined) {
    return yield* shell.fail(`${name}: ${yield* reasonOf(shell, name, errno)}`, status);
  }
  yield* shell.c.err(`${shell.name}: ${script}\n`);
  return NOT_EXECUTABLE;
}

export function* reasonOf(shell: Shell, name: string, errno: number): Sleeping<string> {
  const stat = yield* shell.c.stat(name);
  if (typeof stat === 'number') return shell.c.strerror(errno);
  if ((stat.mode & S.IFMT) === S.IFDIR) return 'Is a directory';
  const text = shell.c.strerror(errno);
  if (errno === -ERRNO.ENOEXEC) return `cannot execute binary file: ${text}`;
  return errno === -ERRNO.ENOENT ? 'cannot execute: required file not found' : text;
}

/** What bash says of a script whose `#!` line is to blame; undefined: something else is. */
function* scriptFailure(shell: Shell, path: string, errno: number): Sleeping<string | undefined> {
  if (SAYS_ITSELF.has(-errno)) return undefined;
  if ((yield* shell.c.access(path, ACCESS.X_OK)) !== 0) return undefined;
  const interpreter = /^#![ \t]*([^ \t\n]*)/.exec(decodeUtf8(yield* sampleOf(shell, path)))?.[1];
  if (interpreter === undefined) return undefined;
  return `${path}: ${interpreter}: bad interpreter: ${shell.c.strerror(errno)}`;
}

function* sampleOf(shell: Shell, path: string): Sleeping<Uint8Array> {
  const fd = yield* shell.c.open(path, O.RDONLY);
  if (fd < 0) return new Uint8Array(0);
  const bytes = yield* shell.c.read(fd, SAMPLE_BYTES);
  yield* shell.c.close(fd);
  return typeof bytes === 'number' ? new Uint8Array(0) : bytes;
}
