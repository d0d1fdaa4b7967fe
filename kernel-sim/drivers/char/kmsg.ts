// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/kmsg: the kernel log, one record per read, and a way to write into it.
 *
 * Each open file has a place in the log. A reader that was overtaken by the ring gets EPIPE once
 * and goes on with the oldest record.
 *
 * Linux: devkmsg_read and its neighbours in kernel/printk/printk.c,
 * Documentation/ABI/testing/dev-kmsg.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL, SEEK } from '../../uapi/fs.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';
import { getBytes } from '../../fs/user-int.ts';

/** The kernel log as this device needs it: printk's. */
export interface KernelLog {
  readonly firstSequence: number;
  readonly nextSequence: number;
  /** The record of a number that is still here, as `PRIORITY,SEQUENCE,MICROSECONDS,-;TEXT\n`. */
  formatted(sequence: number): string;
  /** Appends a record from user space. */
  print(level: number, text: string): void;
}

const WRITE_BYTES_MAX = 1024 - 32;
const LEVEL_DEFAULT = 4;
const LEVEL_MASK = 7;
/** LOG_USER: records from programs carry it above the level. */
const PRIORITY = /^<(\d{1,4})>/u;

export class Kmsg implements FileOperations {
  readonly #log: KernelLog;
  readonly #queue: WaitQueue;

  constructor(scheduler: Scheduler, log: KernelLog) {
    this.#log = log;
    this.#queue = new WaitQueue(scheduler, 'log_wait');
  }

  /** To be called after each new record. */
  recordAdded(): void {
    this.#queue.wakeAll();
  }

  open(_inode: unknown, file: OpenFile): number {
    file.private = this.#log.firstSequence;
    return 0;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    const log = this.#log;
    const sequence = file.private as number;
    if (sequence >= log.nextSequence) return WOULD_BLOCK;
    if (sequence < log.firstSequence) {
      file.private = log.firstSequence;
      return -ERRNO.EPIPE;
    }
    const bytes = encodeUtf8(log.formatted(sequence));
    if (bytes.length > count) return -ERRNO.EINVAL;
    if (memory.copyTo(address, bytes, 0, bytes.length) < bytes.length) return -ERRNO.EFAULT;
    file.private = sequence + 1;
    return bytes.length;
  }

  write(_file: OpenFile, memory: IoMemory, address: number, count: number): number {
    if (count > WRITE_BYTES_MAX) return -ERRNO.EINVAL;
    const bytes = getBytes(memory, address, count);
    if (bytes === undefined) return -ERRNO.EFAULT;
    const text = decodeUtf8(bytes).replace(/\n$/u, '');
    const priority = PRIORITY.exec(text);
    const level = priority === null ? LEVEL_DEFAULT : Number(priority[1]) & LEVEL_MASK;
    this.#log.print(level, text.slice(priority?.[0].length ?? 0));
    return count;
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    if (offset !== 0) return -ERRNO.ESPIPE;
    if (whence === SEEK.SET) file.private = this.#log.firstSequence;
    else if (whence === SEEK.END) file.private = this.#log.nextSequence;
    else return -ERRNO.EINVAL;
    return 0;
  }

  poll(file: OpenFile): number {
    const isReadable = (file.private as number) < this.#log.nextSequence;
    return POLL.OUT | (isReadable ? POLL.IN : 0);
  }

  readQueue(): WaitQueue {
    return this.#queue;
  }
}
