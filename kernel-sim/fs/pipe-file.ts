// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of pipes: the two ends that pipe(2) makes, and FIFOs that are opened by name.
 *
 * The pipe hangs on its inode while an end is open. Opening a FIFO waits for the other end to be
 * opened too, unless it is opened for both, or with O_NONBLOCK.
 *
 * Linux: fs/pipe.c (pipe_read, pipe_write, fifo_open), fifo(7), pipe(7).
 */
import { assert } from '../lib/assert.ts';
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O, PIPE_BUF, POLL, S } from '../uapi/fs.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { TTY_IOCTL } from '../uapi/termios.ts';
import type { Credentials } from '../kernel/credentials.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import { Dentry } from './dentry.ts';
import { Inode, type FileSystem } from './inode.ts';
import { Mount } from './mount.ts';
import type { FileOperations, OpenFile } from './open-file.ts';
import { hold } from './open.ts';
import { Pipe } from './pipe.ts';
import type { WallClock } from './timespec.ts';
import { putInt32 } from './user-int.ts';

export interface PipeParts {
  readonly scheduler: Scheduler;
  readonly pages: PageAllocator;
  readonly wallClock: WallClock;
  /** st_dev of pipes. */
  readonly device: number;
  /** Sends a signal to the running task. */
  readonly signalCurrent: (signal: number) => void;
}

/** Open pipes and FIFOs of one machine: their operations, and their file system `pipefs`. */
export class Pipes implements FileSystem, FileOperations {
  readonly type = 'pipefs';
  readonly device: number;
  readonly options = '';
  readonly root: Dentry;
  readonly isInternal = true;
  readonly isStream = true;
  readonly #scheduler: Scheduler;
  readonly #pages: PageAllocator;
  readonly #wallClock: WallClock;
  readonly #signalCurrent: (signal: number) => void;
  readonly #mount: Mount;
  #nextInode = 1;

  constructor(parts: PipeParts) {
    this.device = parts.device;
    this.#scheduler = parts.scheduler;
    this.#pages = parts.pages;
    this.#wallClock = parts.wallClock;
    this.#signalCurrent = parts.signalCurrent;
    this.root = new Dentry('pipe:', undefined, this.#inode(S.IFDIR | 0o755, 0, 0));
    this.#mount = new Mount(this, 'none', undefined);
  }

  /** Open ends of pipes that have no name. */
  get openFiles(): number {
    return this.#mount.users;
  }

  /** pipe2(2): both ends, or a negative errno. `flags` may have O.NONBLOCK. */
  create(
    credentials: Credentials,
    flags: number,
  ): { readonly reader: OpenFile; readonly writer: OpenFile } {
    const inode = this.#inode(S.IFIFO | 0o600, credentials.euid, credentials.egid);
    const pipe = new Pipe(this.#scheduler, this.#pages);
    inode.fifo = pipe;
    const path = {
      mount: this.#mount,
      dentry: new Dentry(`pipe:[${inode.number}]`, undefined, inode),
    };
    const reader = hold(path, this, O.RDONLY | flags, credentials);
    const writer = hold(path, this, O.WRONLY | flags, credentials);
    join(pipe, reader);
    join(pipe, writer);
    return { reader, writer };
  }

  // ---- Opening a FIFO ---------------------------------------------------------------------

  open(inode: Inode, file: OpenFile): number {
    const pipe = inode.fifo instanceof Pipe ? inode.fifo : undefined;
    // A pipe without a name, opened through /proc/PID/fd, has had both its ends.
    const isNameless = inode.fileSystem === this;
    const isAlone = !isNameless && !(file.canRead && file.canWrite);
    if (isAlone) {
      const hasPartner = file.canRead ? (pipe?.writers ?? 0) > 0 : (pipe?.readers ?? 0) > 0;
      if (!hasPartner && !file.isNonblocking) return WOULD_BLOCK;
      if (!hasPartner && file.canWrite) return -ERRNO.ENXIO;
    }
    join(this.#pipeFor(inode), file);
    return 0;
  }

  *openBlocking(inode: Inode, file: OpenFile): Sleeping<number> {
    const pipe = this.#pipeFor(inode);
    const seen = file.canRead ? pipe.writersEver : pipe.readersEver;
    join(pipe, file);
    while (!hasMet(pipe, file, seen)) {
      const error = yield* pipe.openQueue.sleepInterruptible();
      if (error < 0 && !hasMet(pipe, file, seen)) {
        this.release(file);
        return error;
      }
    }
    return 0;
  }

  release(file: OpenFile): number {
    const pipe = pipeOf(file);
    if (file.canRead) pipe.readers--;
    if (file.canWrite) pipe.writers--;
    if (pipe.readers === 0 && pipe.writers === 0) {
      pipe.free();
      file.inode.fifo = undefined;
      return 0;
    }
    pipe.readQueue.wakeAll();
    pipe.writeQueue.wakeAll();
    return 0;
  }

  // ---- Reading and writing ----------------------------------------------------------------

  read(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    if (count === 0) return 0;
    const pipe = pipeOf(file);
    if (pipe.used === 0) return pipe.writers === 0 ? 0 : WOULD_BLOCK;
    const moved = pipe.take(memory, address, count);
    if (moved > 0) pipe.writeQueue.wakeAll();
    return moved;
  }

  write(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    if (count === 0) return 0;
    const pipe = pipeOf(file);
    if (pipe.readers === 0) return this.#broken();
    // What does not fit whole is written piece by piece, by whoever may wait.
    if (count > pipe.room && !file.isNonblocking) return WOULD_BLOCK;
    const moved = pipe.put(memory, address, count, count <= PIPE_BUF);
    if (moved > 0) pipe.readQueue.wakeAll();
    return moved === 0 ? -ERRNO.EAGAIN : moved;
  }

  *writeBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
  ): Sleeping<number> {
    const pipe = pipeOf(file);
    let done = 0;
    for (;;) {
      if (pipe.readers === 0) {
        const error = this.#broken();
        return done > 0 ? done : error;
      }
      const moved = pipe.put(memory, address + done, count - done, count <= PIPE_BUF);
      if (moved < 0) return done > 0 ? done : moved;
      done += moved;
      if (moved > 0) pipe.readQueue.wakeAll();
      if (done === count) return done;
      const error = yield* pipe.writeQueue.sleepInterruptible();
      if (error < 0) return done > 0 ? done : error;
    }
  }

  ioctl(file: OpenFile, cmd: number, arg: number, memory: IoMemory): number {
    if (cmd !== TTY_IOCTL.FIONREAD) return -ERRNO.ENOTTY;
    return putInt32(memory, arg, pipeOf(file).used);
  }

  poll(file: OpenFile): number {
    const pipe = pipeOf(file);
    let events = 0;
    if (file.canRead) {
      if (pipe.used > 0) events |= POLL.IN;
      if (pipe.writers === 0 && pipe.writersEver > 0) events |= POLL.HUP;
    }
    if (file.canWrite) {
      if (pipe.room > 0) events |= POLL.OUT;
      if (pipe.readers === 0) events |= POLL.ERR;
    }
    return events;
  }

  readQueue(file: OpenFile): WaitQueue {
    return pipeOf(file).readQueue;
  }

  writeQueue(file: OpenFile): WaitQueue {
    return pipeOf(file).writeQueue;
  }

  // ---- Inside -----------------------------------------------------------------------------

  #broken(): number {
    this.#signalCurrent(SIGNAL.PIPE);
    return -ERRNO.EPIPE;
  }

  #pipeFor(inode: Inode): Pipe {
    if (inode.fifo instanceof Pipe) return inode.fifo;
    const pipe = new Pipe(this.#scheduler, this.#pages);
    inode.fifo = pipe;
    return pipe;
  }

  #inode(mode: number, uid: number, gid: number): Inode {
    return new Inode({
      fileSystem: this,
      number: this.#nextInode++,
      mode,
      uid,
      gid,
      time: this.#wallClock.now(),
      ops: {},
      fileOps: this,
    });
  }
}

/** Counts an end in, and tells who waits for it. */
function join(pipe: Pipe, file: OpenFile): void {
  file.private = pipe;
  if (file.canRead) {
    pipe.readers++;
    pipe.readersEver++;
  }
  if (file.canWrite) {
    pipe.writers++;
    pipe.writersEver++;
  }
  pipe.openQueue.wakeAll();
}

/** True once the other end is open, or was since `seen` were counted. */
function hasMet(pipe: Pipe, file: OpenFile, seen: number): boolean {
  return file.canRead
    ? pipe.writers > 0 || pipe.writersEver !== seen
    : pipe.readers > 0 || pipe.readersEver !== seen;
}

function pipeOf(file: OpenFile): Pipe {
  assert(file.private instanceof Pipe, 'an open end has its pipe');
  return file.private;
}
