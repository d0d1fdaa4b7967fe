// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sockets as files: the file system `sockfs`, and what read(2), write(2), poll(2), ioctl(2) and
 * close(2) do with one.
 *
 * Linux: net/socket.c (sock_alloc_file, socket_file_ops).
 */
import { type MaySleep, type Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O, S } from '../uapi/fs.ts';
import { SOCKET_IOCTL } from '../uapi/socket.ts';
import { Dentry } from '../fs/dentry.ts';
import { Inode, type FileSystem } from '../fs/inode.ts';
import { Mount } from '../fs/mount.ts';
import type { FileOperations, OpenFile } from '../fs/open-file.ts';
import { hold } from '../fs/open.ts';
import type { WallClock } from '../fs/timespec.ts';
import { getInt32 } from '../fs/user-int.ts';
import type { Credentials } from '../kernel/credentials.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { Message } from './message.ts';
import { type SocketIo, sockOf } from './socket-io.ts';
import { Sock } from './socket.ts';

export interface SocketFilesParts {
  readonly io: SocketIo;
  readonly wallClock: WallClock;
  /** st_dev of sockets. */
  readonly device: number;
  /** What no protocol knows: the ioctls of interfaces. */
  readonly deviceIoctl: (command: number, argument: number, memory: IoMemory) => MaySleep<number>;
}

/** Open sockets of one machine. */
export class SocketFiles implements FileSystem, FileOperations {
  readonly type = 'sockfs';
  readonly device: number;
  readonly options = '';
  readonly root: Dentry;
  readonly isInternal = true;
  readonly isStream = true;
  readonly #io: SocketIo;
  readonly #parts: SocketFilesParts;
  readonly #mount: Mount;
  #nextInode = 1;

  constructor(parts: SocketFilesParts) {
    this.device = parts.device;
    this.#parts = parts;
    this.#io = parts.io;
    this.root = new Dentry('socket:', undefined, this.#inode(S.IFDIR | 0o755, 0, 0));
    this.#mount = new Mount(this, 'none', undefined);
  }

  /** Open sockets: `sockets: used` of /proc/net/sockstat. */
  get openFiles(): number {
    return this.#mount.users;
  }

  /** An open file for a new socket. `flags` may have O.NONBLOCK. */
  attach(sock: Sock, credentials: Credentials, flags: number): OpenFile {
    const inode = this.#inode(S.IFSOCK | 0o777, credentials.euid, credentials.egid);
    sock.inode = inode.number;
    sock.uid = credentials.euid;
    const dentry = new Dentry(`socket:[${inode.number}]`, undefined, inode);
    const file = hold({ mount: this.#mount, dentry }, this, O.RDWR | flags, credentials);
    file.private = sock;
    return file;
  }

  // ---- File operations --------------------------------------------------------------------

  release(file: OpenFile): number {
    return this.#io.release(sockOf(file));
  }

  releaseBlocking(file: OpenFile): Sleeping<void> {
    return this.#io.releaseRest(sockOf(file));
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    return count === 0 ? 0 : this.#io.receive(file, Message.of(memory, address, count), 0);
  }

  readBlocking(): Sleeping<number> {
    return this.#io.rest();
  }

  write(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    return this.#io.send(file, Message.of(memory, address, count), 0);
  }

  writeBlocking(): Sleeping<number> {
    return this.#io.rest();
  }

  ioctl(file: OpenFile, command: number, argument: number, memory: IoMemory): number {
    if (command === SOCKET_IOCTL.FIONBIO) return setNonblocking(file, memory, argument);
    const answer = sockOf(file).ioctl(command, argument, memory);
    if (answer !== -ERRNO.ENOTTY) return this.#io.finish(file, answer);
    return this.#io.finish(file, this.#parts.deviceIoctl(command, argument, memory));
  }

  ioctlBlocking(): Sleeping<number> {
    return this.#io.rest();
  }

  poll(file: OpenFile): number {
    return sockOf(file).poll();
  }

  readQueue(file: OpenFile): WaitQueue {
    return sockOf(file).readQueue;
  }

  writeQueue(file: OpenFile): WaitQueue {
    return sockOf(file).writeQueue;
  }

  #inode(mode: number, uid: number, gid: number): Inode {
    return new Inode({
      fileSystem: this,
      number: this.#nextInode++,
      mode,
      uid,
      gid,
      time: this.#parts.wallClock.now(),
      ops: {},
      fileOps: this,
    });
  }
}

/** The socket behind an open file, or -ENOTSOCK. */
export function socketOf(file: OpenFile): Sock | number {
  return file.private instanceof Sock ? file.private : -ERRNO.ENOTSOCK;
}

function setNonblocking(file: OpenFile, memory: IoMemory, argument: number): number {
  const isOn = getInt32(memory, argument);
  if (isOn === undefined) return -ERRNO.EFAULT;
  file.flags = isOn === 0 ? file.flags & ~O.NONBLOCK : file.flags | O.NONBLOCK;
  return 0;
}
