// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files that the host brings and keeps: the editor's tabs, a course's inputs.
 *
 * What the host writes arrives as an interrupt and is done by a kernel thread, since it may have to
 * wait. What programs write under the user's home is told to the host when it is closed.
 */
import { Task } from '../kernel/sched/task.ts';
import { WaitQueue } from '../kernel/sched/wait-queue.ts';
import { ROOT } from '../kernel/credentials.ts';
import type { BootFile, Host } from '../machine-types.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Kernel } from './kernel.ts';
import { USER_ID } from './rootfs.ts';

const KEPT = '/home/user/';

export class HostFiles {
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #work: WaitQueue;
  readonly #requests: (() => void)[] = [];
  /** The host knows what it wrote itself. */
  #isOwnWrite = false;

  constructor(kernel: Kernel, host: Host) {
    this.#kernel = kernel;
    this.#host = host;
    this.#work = new WaitQueue(kernel.scheduler, 'khostfsd');
    kernel.vfs.hooks.onClosedAfterWrite = (path) => this.#changed(path);
    kernel.vfs.hooks.onRemoved = (path) => {
      if (path.startsWith(KEPT) && !this.#isOwnWrite) host.fileChanged(path, null);
    };
    this.#startThread();
  }

  /** The files of the boot image. */
  install(files: readonly BootFile[]): void {
    for (const file of files) {
      const owner = file.path.startsWith(KEPT) ? USER_ID : 0;
      const { bytes, uid = owner, gid = owner, mode = 0o644 } = file;
      this.#own(() =>
        this.#kernel.vfs.kernelWriteFile(file.path, bytes, { uid, gid, mode, makeParents: true }),
      );
    }
  }

  /** Context: interrupt. */
  write(path: string, bytes: Uint8Array): void {
    const owner = { uid: USER_ID, gid: USER_ID, makeParents: true };
    this.#enqueue(() => this.#kernel.vfs.kernelWriteFile(path, bytes, owner));
  }

  /** Context: interrupt. */
  remove(path: string): void {
    this.#enqueue(() => this.#kernel.vfs.unlink(this.#kernel.vfs.kernelContext, path));
  }

  #enqueue(work: () => void): void {
    this.#requests.push(work);
    this.#work.wakeAll();
  }

  #startThread(): void {
    const { tasks, scheduler } = this.#kernel;
    const task = new Task({
      // Process 1 is init's; Linux gives 2 to kthreadd, from which its kernel threads stem.
      pid: KTHREAD_PID,
      name: 'khostfsd',
      credentials: ROOT,
      parent: undefined,
      body: this.#run(),
      isKernelThread: true,
    });
    tasks.add(task);
    scheduler.start(task);
  }

  *#run(): Sleeping<void> {
    for (;;) {
      for (let work = this.#requests.shift(); work !== undefined; work = this.#requests.shift()) {
        this.#own(work);
      }
      yield* this.#work.sleepInterruptible();
    }
  }

  #own(work: () => void): void {
    this.#isOwnWrite = true;
    work();
    this.#isOwnWrite = false;
  }

  #changed(path: string): void {
    if (this.#isOwnWrite || !path.startsWith(KEPT)) return;
    const bytes = this.#kernel.vfs.kernelReadFile(path);
    if (typeof bytes !== 'number') this.#host.fileChanged(path, bytes);
  }
}

const KTHREAD_PID = 2;
