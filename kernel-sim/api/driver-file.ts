// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Joins a driver's class to the VFS: what `open`, `read`, `write` and dropping mean.
 *
 * Whether a method may switch was decided by the toolchain, which made it a generator then; such a
 * method is called by the blocking half of the operation, any other by the plain half.
 */
import type {
  FileOperations as KernelFileOperations,
  MmapRequest,
  OpenFile,
} from '../fs/open-file.ts';
import type { HappensBefore } from '../kernel/kcsan/happens.ts';
import type { Answer } from '../kernel/module/driver-calls.ts';
import { isSwitching } from '../kernel/module/runtime.ts';
import { entryPath, nothrowPath, type EntryPath } from '../kernel/module/sites.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { PAGE_SIZE, roundUp } from '../mm/page.ts';
import type { PageSource } from '../mm/vma.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, methodOf, type Method } from './driver-object.ts';
import { File } from './file.ts';
import { Guard, ReadGuard } from './guard.ts';
import { IoctlRequest } from './ioctl.ts';
import { VmArea } from './mm.ts';
import { UserSliceReader, UserSliceWriter } from './user-slice.ts';

const OPEN = entryPath('do_sys_openat2', 'do_filp_open', 'do_dentry_open', 'chrdev_open');
const READ = entryPath('ksys_read', 'vfs_read');
const WRITE = entryPath('ksys_write', 'vfs_write');
const IOCTL = entryPath('__x64_sys_ioctl');
const LLSEEK = entryPath('__x64_sys_lseek');
const MMAP = entryPath('ksys_mmap_pgoff', 'mmap_region');
const RELEASE = nothrowPath('syscall_exit_to_user_mode', 'task_work_run', '__fput');

/** Operations of the VFS for the class that a driver registered. */
export class DriverFile implements KernelFileOperations {
  readonly isStream = false;
  readonly owner: LoadedModule;
  readonly #context: ApiContext;
  readonly #open: Method;
  readonly #arguments: readonly unknown[];

  constructor(context: ApiContext, fileClass: object, data: readonly unknown[]) {
    this.#context = context;
    this.owner = context.module;
    const open = methodOf(fileClass, 'open');
    this.#open = (...args) => applyMethod(open ?? refuse, fileClass, args);
    this.#opensSlowly = isSwitching(open);
    this.#arguments = data;
    // Who opens it comes after what was there before it was registered.
    context.services.calls.initialised(this.owner);
  }

  readonly #opensSlowly: boolean;

  open(_inode: unknown, file: OpenFile): number {
    if (this.#opensSlowly) return WOULD_BLOCK;
    const args = [...this.#arguments, new File(file, 0)];
    const answer = this.#context.services.calls.call(this.owner, OPEN, () => this.#open(...args));
    return this.#opened(file, answer);
  }

  *openBlocking(_inode: unknown, file: OpenFile): Sleeping<number> {
    const { calls, runtime } = this.#context.services;
    const args = [...this.#arguments, new File(file, 0)];
    const answer = yield* calls.callSwitching(this.owner, OPEN, () =>
      runtime.maybe(this.#open(...args)),
    );
    return this.#opened(file, answer);
  }

  #opened(file: OpenFile, { value, errno }: Answer): number {
    file.private = value;
    if (value !== undefined) this.owner.instances.add(value);
    this.#happens.release(file);
    return errno || checkInstance(value);
  }

  release(file: OpenFile): number {
    const { calls, runtime } = this.#context.services;
    const instance = file.private as object;
    this.#happens.acquire(instance);
    const hasGlue = runtime.DROP in instance || Symbol.dispose in instance;
    if (hasGlue && !runtime.dying) {
      const glue = methodOf(instance, runtime.DROP) ?? methodOf(instance, Symbol.dispose);
      const isGuard = instance instanceof Guard || instance instanceof ReadGuard;
      if (isGuard || isSwitching(glue)) return WOULD_BLOCK;
      // A getter is the driver's code as well, so it runs inside of the call.
      calls.call(this.owner, RELEASE, () => runtime.drop(instance));
    }
    this.owner.instances.delete(instance);
    calls.closed(this.owner);
    return 0;
  }

  *releaseBlocking(file: OpenFile): Sleeping<void> {
    const { calls, runtime } = this.#context.services;
    this.#happens.acquire(file.private as object);
    yield* calls.callSwitching(this.owner, RELEASE, () => runtime.dropSwitching(file.private));
    this.owner.instances.delete(file.private);
    calls.closed(this.owner);
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const method = methodOf(file.private, 'read');
    if (method === undefined) return -ERRNO.EINVAL;
    if (isSwitching(method)) return WOULD_BLOCK;
    const out = new UserSliceWriter(this.#context.classes, memory, address, count);
    return this.#run(READ, method, file, pos, out) || out.written;
  }

  *readBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number> {
    const out = new UserSliceWriter(this.#context.classes, memory, address, count);
    const method = methodOf(file.private, 'read') ?? refuse;
    const errno = yield* this.#runSwitching(READ, method, file, pos, out);
    return errno || out.written;
  }

  write(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const method = methodOf(file.private, 'write');
    if (method === undefined) return -ERRNO.EINVAL;
    if (isSwitching(method)) return WOULD_BLOCK;
    const input = new UserSliceReader(this.#context.classes, memory, address, count);
    return this.#run(WRITE, method, file, pos, input) || input.consumed;
  }

  *writeBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number> {
    const input = new UserSliceReader(this.#context.classes, memory, address, count);
    const method = methodOf(file.private, 'write') ?? refuse;
    const errno = yield* this.#runSwitching(WRITE, method, file, pos, input);
    return errno || input.consumed;
  }

  ioctl(file: OpenFile, cmd: number, arg: number, memory: IoMemory): number {
    const method = methodOf(file.private, 'ioctl');
    if (method === undefined) return -ERRNO.ENOTTY;
    if (isSwitching(method)) return WOULD_BLOCK;
    const args = [
      new File(file, file.pos),
      new IoctlRequest(this.#context.classes, memory, cmd, arg),
    ];
    const { errno, value } = this.#call(IOCTL, method, file, args);
    return errno || resultOf(value);
  }

  *ioctlBlocking(file: OpenFile, cmd: number, arg: number, memory: IoMemory): Sleeping<number> {
    const method = methodOf(file.private, 'ioctl') ?? refuse;
    const args = [
      new File(file, file.pos),
      new IoctlRequest(this.#context.classes, memory, cmd, arg),
    ];
    const { errno, value } = yield* this.#callSwitching(IOCTL, method, file, args);
    return errno || resultOf(value);
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    const method = methodOf(file.private, 'llseek');
    if (method === undefined) return -ERRNO.ESPIPE;
    if (isSwitching(method)) return WOULD_BLOCK;
    const args = [new File(file, file.pos), offset, whence];
    return moveTo(file, this.#call(LLSEEK, method, file, args));
  }

  *llseekBlocking(file: OpenFile, offset: number, whence: number): Sleeping<number> {
    const method = methodOf(file.private, 'llseek') ?? refuse;
    const args = [new File(file, file.pos), offset, whence];
    return moveTo(file, yield* this.#callSwitching(LLSEEK, method, file, args));
  }

  mmap(file: OpenFile, { length, firstPage }: MmapRequest): PageSource | number {
    const method = methodOf(file.private, 'mmap');
    if (method === undefined) return -ERRNO.ENODEV;
    if (isSwitching(method)) return WOULD_BLOCK;
    const area = this.#areaFor(length, firstPage);
    const args = [new File(file, file.pos), area];
    return pagesOf(area, this.#call(MMAP, method, file, args).errno);
  }

  *mmapBlocking(file: OpenFile, { length, firstPage }: MmapRequest): Sleeping<PageSource | number> {
    const method = methodOf(file.private, 'mmap') ?? refuse;
    const area = this.#areaFor(length, firstPage);
    const args = [new File(file, file.pos), area];
    return pagesOf(area, (yield* this.#callSwitching(MMAP, method, file, args)).errno);
  }

  #areaFor(length: number, firstPage = 0): VmArea {
    return new VmArea(this.#context.services.slabs.pages, roundUp(length, PAGE_SIZE), firstPage);
  }

  #run(path: EntryPath, method: Method, file: OpenFile, pos: number, slice: unknown): number {
    return this.#call(path, method, file, [new File(file, pos), slice]).errno;
  }

  *#runSwitching(
    path: EntryPath,
    method: Method,
    file: OpenFile,
    pos: number,
    slice: unknown,
  ): Sleeping<number> {
    return (yield* this.#callSwitching(path, method, file, [new File(file, pos), slice])).errno;
  }

  /** After the file's open, and before its release. */
  #call(path: EntryPath, method: Method, file: OpenFile, args: readonly unknown[]): Answer {
    const happens = this.#happens;
    happens.acquire(file);
    const answer = this.#context.services.calls.call(this.owner, path, () =>
      applyMethod(method, file.private, args),
    );
    happens.release(file.private as object);
    return answer;
  }

  *#callSwitching(
    path: EntryPath,
    method: Method,
    file: OpenFile,
    args: readonly unknown[],
  ): Sleeping<Answer> {
    const { calls, runtime } = this.#context.services;
    const happens = this.#happens;
    happens.acquire(file);
    const answer = yield* calls.callSwitching(this.owner, path, () =>
      runtime.maybe(applyMethod(method, file.private, args)),
    );
    happens.release(file.private as object);
    return answer;
  }

  get #happens(): HappensBefore {
    return this.#context.services.scheduler.happens;
  }
}

function moveTo(file: OpenFile, { errno, value }: Answer): number {
  const pos = errno || resultOf(value);
  if (pos >= 0) file.pos = pos;
  return pos;
}

/** What the driver put into the area, which is given back if it failed after all. */
function pagesOf(area: VmArea, errno: number): PageSource | number {
  const source = VmArea.sourceOf(area);
  if (errno === 0) return source;
  source.onUnmapped?.();
  return errno;
}

/** What a driver may answer to a program: a count, a position; anything else is 0. */
function resultOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** `open` must hand over an object; anything else is a mistake that types would have caught. */
function checkInstance(value: unknown): number {
  return typeof value === 'object' && value !== null ? 0 : -ERRNO.EINVAL;
}

function refuse(): never {
  throw new Error('the driver has no such operation');
}
