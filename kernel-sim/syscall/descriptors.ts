// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Opening, closing and duplicating descriptors; pipes and poll.
 *
 * @syscall 2 open full
 * @syscall 3 close full
 * @syscall 7 poll full
 * @syscall 22 pipe full
 * @syscall 32 dup full
 * @syscall 33 dup2 full
 * @syscall 72 fcntl partial "F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC"
 * @syscall 292 dup3 full
 * @syscall 293 pipe2 full
 */
import type { OpenFile } from '../fs/open-file.ts';
import { vfsPoll } from '../fs/read-write.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { F, FD_CLOEXEC, O, POLL } from '../uapi/fs.ts';
import { readPath, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EINVAL } = ERRNO;

/** Flags that fcntl(F_SETFL) may change. */
const SETTABLE = O.APPEND | O.NONBLOCK;
const NS_PER_MS = 1_000_000;
const POLLFD_BYTES = 8;
const POLL_MAX = 1024;
/** How often a poll that nothing wakes looks again. */
const POLL_INTERVAL_NS = 1_000_000;

export function descriptorCalls({ vfs, pipes, scheduler, sim }: SyscallParts): SyscallTable {
  const install = (process: Process, file: OpenFile | number, flags: number): number => {
    if (typeof file === 'number') return file;
    const fd = process.files.install(file, (flags & O.CLOEXEC) !== 0);
    return fd < 0 ? close(process, file, fd) : fd;
  };

  /** Gives up a file that left the table; the call's answer is `result` either way. */
  const close = (process: Process, file: OpenFile, result: number): number => {
    if (vfs.close(file) !== WOULD_BLOCK) return result;
    return process.block(
      (function* (): Sleeping<number> {
        yield* vfs.closeBlocking(file);
        return result;
      })(),
    );
  };

  function* openRest(
    process: Process,
    rest: Sleeping<OpenFile | number>,
    flags: number,
  ): Sleeping<number> {
    return install(process, yield* rest, flags);
  }

  const duplicateTo = (process: Process, from: number, to: number, flags: number): number => {
    const old = process.files.replace(from, to, (flags & O.CLOEXEC) !== 0);
    if (typeof old === 'number') return old;
    return old === undefined ? to : close(process, old, to);
  };

  const pipe = (process: Process, address: number, flags: number): number => {
    if ((flags & ~(O.CLOEXEC | O.NONBLOCK)) !== 0) return -EINVAL;
    const { reader, writer } = pipes.create(process.credentials, flags & O.NONBLOCK);
    const closeOnExec = (flags & O.CLOEXEC) !== 0;
    const from = process.files.install(reader, closeOnExec);
    const to = from < 0 ? from : process.files.install(writer, closeOnExec);
    const error = to < 0 ? to : writeWords32(process, address, from, to);
    if (error === 0) return 0;
    if (from >= 0) process.files.remove(from);
    if (to >= 0) process.files.remove(to);
    vfs.close(reader);
    vfs.close(writer);
    return error;
  };

  function* pollBlocking(process: Process, poll: Poll, timeoutMs: number): Sleeping<number> {
    const endNs = timeoutMs < 0 ? Infinity : sim.now() + timeoutMs * NS_PER_MS;
    for (;;) {
      const ready = poll.look();
      if (ready !== 0 || sim.now() >= endNs) return ready;
      if (process.task.deliverable !== 0) return -ERRNO.EINTR;
      yield* scheduler.sleepFor(Math.min(POLL_INTERVAL_NS, endNs - sim.now()), true);
    }
  }

  return {
    open(process, address, flags, mode) {
      const path = readPath(process, address);
      if (typeof path === 'number') return path;
      const permissions = mode & 0o7777 & ~process.umask;
      const file = vfs.open(process, path, flags, permissions);
      if (file === WOULD_BLOCK) return process.block(openRest(process, vfs.openRest(), flags));
      return install(process, file, flags);
    },

    close(process, fd) {
      const file = process.files.remove(fd);
      return file === undefined ? -EBADF : close(process, file, 0);
    },

    dup: (process, fd) => process.files.duplicate(fd),

    dup2(process, from, to) {
      if (from === to) return process.files.get(from) === undefined ? -EBADF : to;
      return duplicateTo(process, from, to, 0);
    },

    dup3(process, from, to, flags) {
      if (from === to || (flags & ~O.CLOEXEC) !== 0) return -EINVAL;
      return duplicateTo(process, from, to, flags);
    },

    pipe: (process, address) => pipe(process, address, 0),
    pipe2: pipe,

    fcntl(process, fd, command, argument) {
      const { files } = process;
      const file = files.get(fd);
      if (file === undefined) return -EBADF;
      switch (command) {
        case F.DUPFD:
        case F.DUPFD_CLOEXEC:
          return files.duplicate(fd, command === F.DUPFD_CLOEXEC, argument);
        case F.GETFD:
          return files.isCloseOnExec(fd) ? FD_CLOEXEC : 0;
        case F.SETFD:
          files.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
          return 0;
        case F.GETFL:
          return file.flags;
        case F.SETFL:
          file.flags = (file.flags & ~SETTABLE) | (argument & SETTABLE);
          return 0;
        default:
          return -EINVAL;
      }
    },

    poll(process, address, count, timeoutMs) {
      if (count < 0 || count > POLL_MAX) return -EINVAL;
      const poll = Poll.read(process, address, count);
      if (poll === undefined) return -EFAULT;
      const ready = poll.look();
      if (ready !== 0 || timeoutMs === 0) return ready;
      return process.block(pollBlocking(process, poll, timeoutMs));
    },
  };
}

/** The pollfd array of one call. */
class Poll {
  readonly #process: Process;
  readonly #address: number;
  readonly #view: DataView;

  private constructor(process: Process, address: number, bytes: Uint8Array) {
    this.#process = process;
    this.#address = address;
    this.#view = new DataView(bytes.buffer);
  }

  static read(process: Process, address: number, count: number): Poll | undefined {
    const bytes = process.space.loadBytes(address, count * POLLFD_BYTES);
    return bytes === undefined ? undefined : new Poll(process, address, bytes);
  }

  /** How many descriptors are ready; their events are written back. */
  look(): number {
    const view = this.#view;
    let ready = 0;
    for (let at = 0; at < view.byteLength; at += POLLFD_BYTES) {
      const fd = view.getInt32(at, true);
      const wanted = view.getUint16(at + 4, true) | POLL.ERR | POLL.HUP;
      const file = fd < 0 ? undefined : this.#process.files.get(fd);
      const missing = fd < 0 ? 0 : POLL.NVAL;
      const events = file === undefined ? missing : vfsPoll(file) & wanted;
      view.setUint16(at + 6, events, true);
      if (events !== 0) ready++;
    }
    const bytes = new Uint8Array(view.buffer);
    const moved = this.#process.space.copyTo(this.#address, bytes, 0, bytes.length);
    return moved === bytes.length ? ready : -EFAULT;
  }
}
