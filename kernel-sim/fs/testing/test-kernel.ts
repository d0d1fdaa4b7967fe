// SPDX-License-Identifier: GPL-2.0-or-later
/** A kernel without processes, for unit tests of files and drivers: tasks are plain coroutines. */
import { Ram } from '../../hw/ram/ram.ts';
import { ROOT, type Credentials } from '../../kernel/credentials.ts';
import { Execution } from '../../kernel/sched/execution.ts';
import { Scheduler } from '../../kernel/sched/scheduler.ts';
import { Task } from '../../kernel/sched/task.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { PageAllocator } from '../../mm/page-alloc.ts';
import { fromSeed } from '../../sim/oracle.ts';
import { Sim } from '../../sim/sim.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { errnoName } from '../../uapi/errno.ts';
import { signalBit } from '../../kernel/signal.ts';
import { DevFs } from '../devfs/devfs.ts';
import type { FileOperations, OpenFile } from '../open-file.ts';
import type { FsContext } from '../path-walk.ts';
import { Pipes } from '../pipe-file.ts';
import { RamFs } from '../ramfs/ramfs.ts';
import { vfsRead, vfsReadBlocking, vfsWrite, vfsWriteBlocking } from '../read-write.ts';
import { CoarseClock } from '../timespec.ts';
import { Vfs } from '../vfs.ts';

export const EPOCH_SECONDS = 1_700_000_000;
const RAM_BYTES = 4 * 1024 * 1024;
const FOREVER_NS = 3_600_000_000_000;

/** Somebody who is not root. */
export function user(uid: number, ...groups: number[]): Credentials {
  return { uid, euid: uid, suid: uid, gid: uid, egid: uid, sgid: uid, groups };
}

export class TestKernel {
  readonly execution = new Execution();
  readonly sim = new Sim(fromSeed(1), this.execution);
  readonly scheduler = new Scheduler(this.sim, this.execution, 1);
  readonly ram = new Ram(RAM_BYTES);
  readonly pages = new PageAllocator(this.sim, this.ram);
  readonly wallClock = new CoarseClock(this.sim.clock, EPOCH_SECONDS);
  readonly root = new RamFs(this.pages, this.wallClock, { type: 'tmpfs', device: 1 });
  readonly devfs = new DevFs(this.pages, this.wallClock, 2);
  readonly devices = new Map<number, FileOperations>();
  readonly vfs: Vfs;
  readonly pipes: Pipes;
  /** What threw, or was signalled, by task name. */
  readonly events: string[] = [];
  #nextPid = 100;

  constructor(charDevice?: (rdev: number) => FileOperations | undefined) {
    this.pipes = new Pipes({
      scheduler: this.scheduler,
      pages: this.pages,
      wallClock: this.wallClock,
      device: 3,
      signalCurrent: (signal) => {
        this.events.push(`signal ${signal}`);
      },
    });
    this.vfs = new Vfs({
      clock: this.sim.clock,
      wallClock: this.wallClock,
      rootFileSystem: this.root,
      rootSource: 'rootfs',
      special: {
        charDevice: charDevice ?? ((rdev) => this.devices.get(rdev)),
        fifo: this.pipes,
      },
    });
    this.scheduler.hooks = {
      ...this.scheduler.hooks,
      onEnd: (task, thrown) => {
        if (thrown instanceof Error) this.events.push(`${task.name}: ${thrown.message}`);
      },
      onLockup: (task) => {
        throw new Error(`${task.name} hangs`);
      },
    };
  }

  as(credentials: Credentials, overrides: Partial<FsContext> = {}): FsContext {
    return { ...this.vfs.kernelContext, umask: 0o022, credentials, ...overrides };
  }

  /** Starts a task; `sid` and `pgid` are its pid unless told. */
  spawn(
    name: string,
    body: () => Sleeping<void>,
    ids: { readonly sid?: number; readonly pgid?: number; readonly pid?: number } = {},
  ): Task {
    const pid = ids.pid ?? this.#nextPid++;
    const task = new Task({
      pid,
      name,
      credentials: ROOT,
      parent: undefined,
      body: body(),
      isKernelThread: false,
    });
    task.sid = ids.sid ?? pid;
    task.pgid = ids.pgid ?? pid;
    this.scheduler.start(task);
    return task;
  }

  /** Makes a signal wait for a task, as Signals.send does. */
  signal(task: Task, signal: number): void {
    task.pending |= signalBit(signal);
    if (task.state === 'S') this.scheduler.wake(task);
  }

  /** Runs until nobody can go on, or for `nanoseconds`. */
  run(nanoseconds = FOREVER_NS): void {
    this.scheduler.run(this.scheduler.frontierNs + nanoseconds);
  }

  /** Runs `body` in a task of its own and returns what it returned. */
  inTask<T>(body: () => T): T {
    const results: T[] = [];
    this.spawn('test', function* () {
      results.push(body());
    });
    this.run(1_000_000);
    const [result] = results;
    if (results.length === 0) throw new Error(`the task did not end: ${this.events.join()}`);
    return result as T;
  }
}

/** A result as a person reads it: `ENOENT`, or the number. */
export function nameOf(result: unknown): unknown {
  if (result === WOULD_BLOCK) return 'WOULD_BLOCK';
  return typeof result === 'number' && result < 0 ? errnoName(-result) : result;
}

/** An open file that must have come. */
export function opened(result: OpenFile | number): OpenFile {
  if (typeof result === 'number') throw new Error(`open failed: ${String(nameOf(result))}`);
  return result;
}

/** One read of up to `count` bytes as text, or the errno's name. */
export function readText(file: OpenFile, count = 4096): unknown {
  const buffer = new KernelBuffer(new Uint8Array(count));
  const moved = vfsRead(file, buffer, 0, count);
  return moved < 0 ? nameOf(moved) : decodeUtf8(buffer.bytes, 0, moved);
}

export function writeText(file: OpenFile, text: string): unknown {
  const bytes = encodeUtf8(text);
  return nameOf(vfsWrite(file, new KernelBuffer(bytes), 0, bytes.length));
}

/** read(2) as a system call does it: waits if it must. */
export function* read(file: OpenFile, count = 4096): Sleeping<unknown> {
  const buffer = new KernelBuffer(new Uint8Array(count));
  let moved = vfsRead(file, buffer, 0, count);
  if (moved === WOULD_BLOCK) moved = yield* vfsReadBlocking(file, buffer, 0, count);
  return moved < 0 ? nameOf(moved) : decodeUtf8(buffer.bytes, 0, moved);
}

export function* write(file: OpenFile, data: string | Uint8Array): Sleeping<unknown> {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  const buffer = new KernelBuffer(bytes);
  let moved = vfsWrite(file, buffer, 0, bytes.length);
  if (moved === WOULD_BLOCK) moved = yield* vfsWriteBlocking(file, buffer, 0, bytes.length);
  return nameOf(moved);
}
