// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's descriptors: small numbers that stand for open files.
 *
 * The table counts references, but closing a file may have to wait, so what gives a file up returns
 * it, and the caller closes it (`Vfs.close`).
 *
 * Linux: struct files_struct, fs/file.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import type { OpenFile } from './open-file.ts';

/** Linux makes tables in powers of two from 64 on: FDSize in /proc/PID/status. */
const FDSIZE_MIN = 64;

export class FileTable {
  /** Threads that share it. Who was the last closes what is in it. */
  users = 1;
  /** RLIMIT_NOFILE: no new descriptor has this number or a greater one. */
  openMax = 1024;
  /** RLIMIT_FSIZE: nothing is written to a regular file from here on. */
  sizeMax = Infinity;
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #closeOnExec = new Set<number>();

  /** The open file of a descriptor, or undefined: EBADF. */
  get(fd: number): OpenFile | undefined {
    return this.#files[fd];
  }

  /** Gives a file, whose reference the table takes over, the lowest free descriptor. */
  install(file: OpenFile, closeOnExec = false, lowest = 0): number {
    if (lowest < 0 || lowest >= this.openMax) return -ERRNO.EINVAL;
    let fd = lowest;
    while (this.#files[fd] !== undefined) fd++;
    if (fd >= this.openMax) return -ERRNO.EMFILE;
    this.#set(fd, file, closeOnExec);
    return fd;
  }

  /** dup(2) and fcntl(F_DUPFD): another descriptor for the same open file. */
  duplicate(fd: number, closeOnExec = false, lowest = 0): number {
    const file = this.#files[fd];
    if (file === undefined) return -ERRNO.EBADF;
    const copy = this.install(file, closeOnExec, lowest);
    if (copy >= 0) file.get();
    return copy;
  }

  /**
   * dup2(2) with two different descriptors: `to` becomes a copy of `from`. Returns what `to` stood
   * for, for the caller to close, or a negative errno; undefined when it stood for nothing.
   */
  replace(from: number, to: number, closeOnExec = false): OpenFile | undefined | number {
    const file = this.#files[from];
    if (file === undefined || to < 0 || to >= this.openMax) return -ERRNO.EBADF;
    const old = this.#files[to];
    this.#set(to, file.get(), closeOnExec);
    return old;
  }

  /** Takes a descriptor away and returns its file for the caller to close; undefined: EBADF. */
  remove(fd: number): OpenFile | undefined {
    const file = this.#files[fd];
    if (file !== undefined) this.#files[fd] = undefined;
    this.#closeOnExec.delete(fd);
    return file;
  }

  isCloseOnExec(fd: number): boolean {
    return this.#closeOnExec.has(fd);
  }

  setCloseOnExec(fd: number, isSet: boolean): void {
    if (isSet) this.#closeOnExec.add(fd);
    else this.#closeOnExec.delete(fd);
  }

  /** What a forked child has: the same open files under the same numbers. */
  copy(): FileTable {
    const table = new FileTable();
    table.openMax = this.openMax;
    table.sizeMax = this.sizeMax;
    for (const [fd, file] of this.entries()) table.#set(fd, file.get(), this.#closeOnExec.has(fd));
    return table;
  }

  /** Takes away what must not survive execve(2), for the caller to close. */
  removeCloseOnExec(): OpenFile[] {
    const fds = [...this.#closeOnExec].toSorted((a, b) => a - b);
    return fds.flatMap((fd) => this.remove(fd) ?? []);
  }

  /** Takes everything away, in order, for the caller to close. */
  removeAll(): OpenFile[] {
    const fds = [...this.entries()].map(([fd]) => fd);
    return fds.flatMap((fd) => this.remove(fd) ?? []);
  }

  /** Descriptors in use, in order. */
  *entries(): Generator<[number, OpenFile]> {
    for (let fd = 0; fd < this.#files.length; fd++) {
      const file = this.#files[fd];
      if (file !== undefined) yield [fd, file];
    }
  }

  /** How many descriptors the table has room for, as /proc/PID/status says it. */
  get capacity(): number {
    let capacity = FDSIZE_MIN;
    while (capacity < this.#files.length) capacity *= 2;
    return capacity;
  }

  #set(fd: number, file: OpenFile, closeOnExec: boolean): void {
    // The array stays dense, so that engines keep it a plain one.
    while (this.#files.length < fd) this.#files.push(undefined);
    this.#files[fd] = file;
    this.setCloseOnExec(fd, closeOnExec);
  }
}
