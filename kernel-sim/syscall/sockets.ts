// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sockets: making them, their addresses and options. What moves data is in socket-messages.ts.
 *
 * Linux: net/socket.c.
 *
 * @syscall 41 socket full
 * @syscall 42 connect full
 * @syscall 43 accept full
 * @syscall 48 shutdown full
 * @syscall 49 bind full
 * @syscall 50 listen full
 * @syscall 51 getsockname full
 * @syscall 52 getpeername full
 * @syscall 53 socketpair full
 * @syscall 54 setsockopt full
 * @syscall 55 getsockopt full
 * @syscall 288 accept4 full
 */
import type { OpenFile } from '../fs/open-file.ts';
import { encodeAddress } from '../net/sock-address.ts';
import { attachFilter, detachFilter } from '../net/sock-filter.ts';
import { getSocketOption, setSocketOption } from '../net/sock-options.ts';
import { socketOf } from '../net/socket-file.ts';
import type { Sock } from '../net/socket.ts';
import type { Process } from '../process/process.ts';
import { type MaySleep, type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SHUT, SO, SOCK_FLAG, SOCK_TYPE_MASK, SOL } from '../uapi/socket.ts';
import { writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { finishSocketCall, readAddress, writeAddress } from './socket-arguments.ts';

const { EBADF, ECONNABORTED, EFAULT, EINVAL, EMFILE, ENFILE, ENOTSOCK, EOPNOTSUPP } = ERRNO;

const FLAGS = SOCK_FLAG.CLOEXEC | SOCK_FLAG.NONBLOCK;
/** An option longer than this is none of ours; a program cannot make us copy more. */
const OPTION_BYTES_MAX = 64 * 1024;

export function socketCalls(parts: SyscallParts): SyscallTable {
  return {
    ...makingCalls(parts),
    ...connectingCalls(parts),
    ...nameCalls(parts),
    ...optionCalls(parts),
  };
}

/** Gives up a file that is in no table; the call's answer is `error` either way. */
function* abandon({ vfs }: SyscallParts, file: OpenFile, error: number): Sleeping<number> {
  if (vfs.close(file) === WOULD_BLOCK) yield* vfs.closeBlocking(file);
  return error;
}

function attach({ sockets }: SyscallParts, process: Process, sock: Sock, flags: number): OpenFile {
  const status = (flags & SOCK_FLAG.NONBLOCK) === 0 ? 0 : O.NONBLOCK;
  return sockets.files.attach(sock, process.credentials, status);
}

/** A descriptor for a new socket, or a negative errno; then the socket is gone again. */
function install(
  parts: SyscallParts,
  process: Process,
  sock: Sock,
  flags: number,
): MaySleep<number> {
  const file = attach(parts, process, sock, flags);
  const isFull = parts.vfs.hasTooManyFiles(process.credentials);
  const isOnExec = (flags & SOCK_FLAG.CLOEXEC) !== 0;
  const fd = isFull ? -ENFILE : process.files.install(file, isOnExec);
  return fd < 0 ? abandon(parts, file, fd) : fd;
}

function makingCalls(parts: SyscallParts): SyscallTable {
  const { families } = parts.sockets;

  return {
    socket(process, domain, typeAndFlags, protocol) {
      const flags = typeAndFlags & ~SOCK_TYPE_MASK;
      if ((flags & ~FLAGS) !== 0) return -EINVAL;
      const type = typeAndFlags & SOCK_TYPE_MASK;
      const family = families.find(domain, type);
      if (typeof family === 'number') return family;
      const sock = family.create(type, protocol);
      if (typeof sock === 'number') return sock;
      const fd = install(parts, process, sock, flags);
      return typeof fd === 'number' ? fd : process.block(fd);
    },

    socketpair(process, domain, typeAndFlags, protocol, address) {
      const flags = typeAndFlags & ~SOCK_TYPE_MASK;
      if ((flags & ~FLAGS) !== 0) return -EINVAL;
      const type = typeAndFlags & SOCK_TYPE_MASK;
      const family = families.find(domain, type);
      if (typeof family === 'number') return family;
      const pair = family.createPair?.(type, protocol) ?? -EOPNOTSUPP;
      if (typeof pair === 'number') return pair;
      const ends = pair.map((sock) => attach(parts, process, sock, flags));
      const isFull = parts.vfs.hasTooManyFiles(process.credentials);
      const isOnExec = (flags & SOCK_FLAG.CLOEXEC) !== 0;
      const fds = ends.map((file) => process.files.install(file, isOnExec));
      const [first = -EMFILE, second = -EMFILE] = fds;
      let error = isFull ? -ENFILE : Math.min(first, second, 0);
      if (error === 0) error = writeWords32(process, address, first, second);
      if (error === 0) return 0;
      for (const fd of fds) if (fd >= 0) process.files.remove(fd);
      return process.block(
        (function* (): Sleeping<number> {
          for (const file of ends) yield* abandon(parts, file, error);
          return error;
        })(),
      );
    },
  };
}

function connectingCalls(parts: SyscallParts): SyscallTable {
  const { io } = parts.sockets;

  const accept = (
    process: Process,
    fd: number,
    address: number,
    length: number,
    flags: number,
  ): number => {
    if ((flags & ~FLAGS) !== 0) return -EINVAL;
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (typeof socketOf(file) === 'number') return -ENOTSOCK;
    const answer = io.accept(file, (sock) => {
      const accepted = install(parts, process, sock, flags);
      if (typeof accepted !== 'number' || accepted < 0 || address === 0) return accepted;
      const peer = sock.name(true);
      const error =
        typeof peer === 'number'
          ? -ECONNABORTED
          : writeAddress(process, address, length, encodeAddress(peer));
      const given = error < 0 ? process.files.remove(accepted) : undefined;
      return given === undefined ? accepted : abandon(parts, given, error);
    });
    return answer === WOULD_BLOCK ? process.block(io.rest()) : answer;
  };

  return {
    accept: (process, fd, address, length) => accept(process, fd, address, length, 0),
    accept4: accept,

    connect(process, fd, address, length) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      if (typeof socketOf(file) === 'number') return -ENOTSOCK;
      const to = readAddress(process, address, length);
      if (typeof to === 'number') return to;
      const answer = io.connect(file, to);
      return answer === WOULD_BLOCK ? process.block(io.rest()) : answer;
    },
  };
}

function nameCalls({ sockets }: SyscallParts): SyscallTable {
  const { io, settings } = sockets;

  const name = (
    process: Process,
    fd: number,
    address: number,
    length: number,
    isPeer: boolean,
  ): number => {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    const sock = socketOf(file);
    if (typeof sock === 'number') return sock;
    const found = sock.name(isPeer);
    if (typeof found === 'number') return found;
    return writeAddress(process, address, length, encodeAddress(found));
  };

  return {
    bind(process, fd, address, length) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      const sock = socketOf(file);
      if (typeof sock === 'number') return sock;
      const to = readAddress(process, address, length);
      if (typeof to === 'number') return to;
      return finishSocketCall(process, io, file, sock.bind(to));
    },

    listen(process, fd, backlog) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      const sock = socketOf(file);
      if (typeof sock === 'number') return sock;
      // Compared as unsigned numbers: a negative backlog is the longest there is.
      return sock.listen(Math.min(backlog >>> 0, settings.somaxconn));
    },

    shutdown(process, fd, how) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      const sock = socketOf(file);
      if (typeof sock === 'number') return sock;
      if (how < SHUT.RD || how > SHUT.RDWR) return -EINVAL;
      return finishSocketCall(process, io, file, sock.shutdown(how));
    },

    getsockname: (process, fd, address, length) => name(process, fd, address, length, false),
    getpeername: (process, fd, address, length) => name(process, fd, address, length, true),
  };
}

function optionCalls({ sockets: { io } }: SyscallParts): SyscallTable {
  return {
    setsockopt(process, fd, level, option, address, length) {
      if (length < 0) return -EINVAL;
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      const sock = socketOf(file);
      if (typeof sock === 'number') return sock;
      const value = process.space.loadBytes(address, Math.min(length, OPTION_BYTES_MAX));
      if (value === undefined) return -EFAULT;
      const answer = setOption(process, sock, { level, option, value });
      return finishSocketCall(process, io, file, answer);
    },

    getsockopt(process, fd, level, option, address, length) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      const sock = socketOf(file);
      if (typeof sock === 'number') return sock;
      const word = process.space.loadBytes(length, 4);
      if (word === undefined) return -EFAULT;
      const room = new DataView(word.buffer, word.byteOffset).getInt32(0, true);
      if (room < 0) return -EINVAL;
      const value =
        level === SOL.SOCKET
          ? getSocketOption(sock, option, room)
          : sock.getOption(level, option, room);
      if (typeof value === 'number') return value;
      const size = Math.min(room, value.length);
      if (process.space.copyTo(address, value, 0, size) < size) return -EFAULT;
      return writeWords32(process, length, size);
    },
  };
}

function setOption(
  { space }: Process,
  sock: Sock,
  {
    level,
    option,
    value,
  }: { readonly level: number; readonly option: number; readonly value: Uint8Array },
): number {
  if (level !== SOL.SOCKET) return sock.setOption(level, option, value);
  if (option === SO.ATTACH_FILTER) return attachFilter(sock, value, space);
  return option === SO.DETACH_FILTER ? detachFilter(sock) : setSocketOption(sock, option, value);
}
