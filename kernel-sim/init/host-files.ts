// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files that the host brings and keeps: the editor's tabs, a course's inputs.
 *
 * What the host writes arrives as an interrupt and is done by a kernel thread, since it may have to
 * wait. What programs write under the user's home is told to the host when it is closed. A path
 * that ends in a slash is a folder's.
 */
import type { KernelFileOptions } from '../fs/vfs.ts';
import type { KernelThread } from '../kernel/kthread/kthread.ts';
import type { BootFile, Host } from '../machine-types.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO, strerror } from '../uapi/errno.ts';
import type { Kernel } from './kernel.ts';
import { USER_ID } from './rootfs.ts';

const KEPT = '/home/user/';

export class HostFiles {
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #thread: KernelThread;
  readonly #requests: (() => void)[] = [];
  /** The host knows what it wrote itself. */
  #isOwnWrite = false;

  constructor(kernel: Kernel, host: Host) {
    this.#kernel = kernel;
    this.#host = host;
    const tell = (path: string, bytes: Uint8Array | null): void => {
      if (path.startsWith(KEPT) && !this.#isOwnWrite) host.fileChanged(path, bytes);
    };
    const { hooks } = kernel.vfs;
    hooks.onClosedAfterWrite = (path) => this.#changed(path);
    hooks.onRemoved = (path) => tell(path, null);
    hooks.onDirectoryMade = (path) => tell(`${path}/`, new Uint8Array());
    hooks.onDirectoryRemoved = (path) => tell(`${path}/`, null);
    this.#thread = kernel.kthreads.run('khostfsd', (thread) => this.#run(thread));
  }

  /** The files of the boot image. */
  install(files: readonly BootFile[]): void {
    for (const file of files) {
      const owner = file.path.startsWith(KEPT) ? USER_ID : 0;
      const { bytes, uid = owner, gid = owner, mode = 0o644 } = file;
      const options = { uid, gid, mode, makeParents: true };
      this.#own(() => void this.#write(file.path, bytes, options));
    }
  }

  /** Context: interrupt. */
  write(path: string, bytes: Uint8Array): void {
    const owner = { uid: USER_ID, gid: USER_ID, makeParents: true };
    this.#enqueue(`write ${path}`, () => this.#write(path, bytes, owner));
  }

  /** Context: interrupt. */
  remove(path: string): void {
    this.#enqueue(`remove ${path}`, () => this.#remove(path));
  }

  /** Context: interrupt. */
  rename(from: string, to: string): void {
    const { vfs } = this.#kernel;
    this.#enqueue(`rename ${from}`, () => vfs.rename(vfs.kernelContext, from, to));
  }

  /** `work` answers 0 or a negative errno, which nobody but the log can be told. */
  #enqueue(what: string, work: () => number): void {
    this.#requests.push(() => {
      const error = work();
      if (error < 0) this.#kernel.printk.warn(`khostfsd: ${what}: ${strerror(-error)}`);
    });
    this.#thread.wake();
  }

  #write(path: string, bytes: Uint8Array, options: KernelFileOptions): number {
    const { vfs } = this.#kernel;
    if (!path.endsWith('/')) return vfs.kernelWriteFile(path, bytes, options);
    return vfs.kernelMakeDirectory(path, options);
  }

  #remove(path: string): number {
    const { vfs } = this.#kernel;
    if (!path.endsWith('/')) return vfs.unlink(vfs.kernelContext, path);
    const folder = vfs.lookup(vfs.kernelContext, path);
    if (typeof folder === 'number') return folder;
    for (const [name, { inode }] of folder.dentry.children) {
      const error = this.#remove(`${path}${name}${inode.isDirectory ? '/' : ''}`);
      if (error < 0) return error;
    }
    return vfs.rmdir(vfs.kernelContext, path);
  }

  *#run({ queue }: KernelThread): Sleeping<void> {
    for (;;) {
      for (let work = this.#requests.shift(); work !== undefined; work = this.#requests.shift()) {
        this.#own(work);
      }
      yield* queue.sleepInterruptible();
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
    else if (bytes === -ERRNO.EFBIG) {
      this.#kernel.printk.info(`hostfiles: ${path} is too large to be kept`);
    }
  }
}
