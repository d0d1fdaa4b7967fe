// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/sys: registered tables (kernel/sysctl/ctl-table.ts) as files.
 *
 * Directories come with the first table in them and go with the last. A table that goes waits for
 * who is inside one of its handlers; a file that is still open afterwards answers ENOENT. Modes
 * bind root as well.
 *
 * Linux: fs/proc/proc_sysctl.c. Differs: one entry to a table.
 */
import { capable, inGroup, type Credentials } from '../../kernel/credentials.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { CtlTable, CtlTransfer } from '../../kernel/sysctl/ctl-table.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import type { Dentry } from '../dentry.ts';
import { direntType } from '../dirent.ts';
import { emitDots } from '../directory.ts';
import type { Inode, InodeOperations } from '../inode.ts';
import type { FileOperations, OpenFile } from '../open-file.ts';
import { MAY } from '../permission.ts';
import { fixedSizeLlseek, genericLlseek } from '../read-write.ts';
import { getBytes } from '../user-int.ts';
import type { ProcFs } from './procfs.ts';

const { EACCES, EEXIST, EFAULT, EINVAL, ENOENT, ENOMEM, ENOTDIR, EPERM } = ERRNO;
const ROOT = 'sys';
/** Linux: KMALLOC_MAX_SIZE. */
const TRANSFER_BYTES_MAX = 4 * 1024 * 1024;
const READ_WRITE_BITS = 0o666;
const GROUP_ROOT = 0;
const DOTS = 2;

export interface ProcSysctlParts {
  readonly procfs: ProcFs;
  readonly scheduler: Scheduler;
  readonly printk: Printk;
}

/** A registered table. Linux: struct ctl_table_header. */
export class CtlHeader {
  /** `rust/example`. */
  readonly directory: string;
  readonly table: CtlTable;
  /** Somebody waits for the last one to leave, and nobody may enter. */
  isLeaving = false;
  /** Who is inside a handler. */
  users = 0;

  /** `directory` has no slash at either end. */
  constructor(directory: string, table: CtlTable) {
    this.directory = directory;
    this.table = table;
  }

  get path(): string {
    return `${ROOT}/${this.directory}/${this.table.name}`;
  }
}

export class ProcSysctl {
  readonly #parts: ProcSysctlParts;
  /** Who waits for a table's last user. */
  readonly #leavers: WaitQueue;
  /** Told of each new file by its path below /proc/sys, for the event feed. */
  onRegistered: ((path: string) => void) | undefined;

  constructor(parts: ProcSysctlParts) {
    this.#parts = parts;
    this.#leavers = new WaitQueue(parts.scheduler, 'unregister_sysctl_table');
    parts.procfs.registerDirectory(ROOT, SORTED);
  }

  /**
   * Makes `/proc/sys/PATH/NAME`, with the directories that it needs. Answers a negative errno
   * (EEXIST, EINVAL, ENOTDIR) when that cannot be, and logs why. `isOwn`: the kernel's own, which
   * is no news. Linux: register_sysctl.
   *
   * Context: process.
   */
  register(path: string, table: CtlTable, isOwn = false): CtlHeader | number {
    const { procfs, printk } = this.#parts;
    const directory = partsOf(path).join('/');
    const wrong = check(table);
    if (wrong !== undefined) {
      printk.err(`sysctl table check failed: ${path}/${table.name} ${wrong}`);
      return -EINVAL;
    }
    const parent = this.#makeDirectory(directory);
    if (typeof parent === 'number') return parent;
    if (parent.children.has(table.name)) {
      printk.err(`sysctl duplicate entry: /${directory}//${table.name}`);
      return -EEXIST;
    }
    const header = new CtlHeader(directory, table);
    const inodeOps: InodeOperations = { permission };
    procfs.register(header.path, { mode: table.mode, ops: new CtlFile(this, header), inodeOps });
    if (!isOwn) this.onRegistered?.(header.path.slice(ROOT.length + 1));
    return header;
  }

  /**
   * Takes a table's file away, and directories that nothing is left in. Sleeps until the last
   * handler of it has come back. Context: process. Linux: unregister_sysctl_table.
   */
  *unregister(header: CtlHeader): Sleeping<void> {
    const { procfs } = this.#parts;
    header.isLeaving = true;
    while (header.users > 0) yield* this.#leavers.sleep();
    procfs.remove(header.path);
    for (let parts = partsOf(header.directory); parts.length > 0; parts = parts.slice(0, -1)) {
      const path = `${ROOT}/${parts.join('/')}`;
      if (procfs.registerDirectory(path).children.size > 0) break;
      procfs.remove(path);
    }
  }

  /** 0 when the caller may go into a handler of the table. Every 0 wants a `leave`. */
  enter(header: CtlHeader, mask: number): number {
    if (header.isLeaving) return -ENOENT;
    const { credentials } = this.#parts.scheduler.current;
    if (isForbidden(header.table.mode, credentials, mask)) return -EPERM;
    header.users++;
    return 0;
  }

  leave(header: CtlHeader): void {
    if (--header.users === 0 && header.isLeaving) this.#leavers.wakeAll();
  }

  #makeDirectory(path: string): Dentry | number {
    const { procfs, printk } = this.#parts;
    let at = procfs.registerDirectory(ROOT, SORTED);
    let walked = '/';
    for (const name of partsOf(path)) {
      const child = at.children.get(name);
      if (child !== undefined && !child.inode.isDirectory) {
        printk.err(`sysctl could not get directory: ${walked}/${name} ${-ENOTDIR}`);
        return -ENOTDIR;
      }
      if (child === undefined) return procfs.registerDirectory(`${ROOT}/${path}`, SORTED);
      at = child;
      walked += `${name}/`;
    }
    return at;
  }
}

/** One file. What its handler answers is what read(2) and write(2) answer. */
class CtlFile implements FileOperations {
  readonly #sysctl: ProcSysctl;
  readonly #header: CtlHeader;

  constructor(sysctl: ProcSysctl, header: CtlHeader) {
    this.#sysctl = sysctl;
    this.#header = header;
  }

  read(_file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const transfer = this.#begin(memory, address, count, pos, false);
    if (typeof transfer === 'number') return transfer;
    const { table } = this.#header;
    const errno = table.handler(table, transfer);
    this.#sysctl.leave(this.#header);
    return errno || copyOut(memory, address, transfer);
  }

  *readBlocking(
    _file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number> {
    const transfer = this.#begin(memory, address, count, pos, false);
    if (typeof transfer === 'number') return transfer;
    const errno = yield* this.#wait(transfer);
    return errno || copyOut(memory, address, transfer);
  }

  write(_file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const transfer = this.#begin(memory, address, count, pos, true);
    if (typeof transfer === 'number') return transfer;
    const { table } = this.#header;
    const errno = table.handler(table, transfer);
    this.#sysctl.leave(this.#header);
    return errno || transfer.length;
  }

  *writeBlocking(
    _file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number> {
    const transfer = this.#begin(memory, address, count, pos, true);
    if (typeof transfer === 'number') return transfer;
    const errno = yield* this.#wait(transfer);
    return errno || transfer.length;
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    return fixedSizeLlseek(file, offset, whence, 0);
  }

  /** Enters the table; a number is the caller's answer. */
  #begin(
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
    isWrite: boolean,
  ): CtlTransfer | number {
    const denied = this.#sysctl.enter(this.#header, isWrite ? MAY.WRITE : MAY.READ);
    if (denied !== 0) return denied;
    const buffer = bufferFor(memory, address, count, isWrite);
    if (typeof buffer !== 'number') return { isWrite, buffer, pos, length: count };
    this.#sysctl.leave(this.#header);
    return buffer;
  }

  *#wait(transfer: CtlTransfer): Sleeping<number> {
    const { table } = this.#header;
    const errno = table.blocking === undefined ? -EINVAL : yield* table.blocking(table, transfer);
    this.#sysctl.leave(this.#header);
    return errno;
  }
}

function bufferFor(
  memory: IoMemory,
  address: number,
  count: number,
  isWrite: boolean,
): Uint8Array | number {
  if (count >= TRANSFER_BYTES_MAX) return -ENOMEM;
  return isWrite ? (getBytes(memory, address, count) ?? -EFAULT) : new Uint8Array(count);
}

function copyOut(memory: IoMemory, address: number, { buffer, length }: CtlTransfer): number {
  return memory.copyTo(address, buffer, 0, length) < length ? -EFAULT : length;
}

/** What stands in the way of a table, in the words of the log. Linux: sysctl_check_table. */
function check({ name, mode }: CtlTable): string | undefined {
  if (name === '' || name.includes('/')) return 'No procname';
  if ((mode & READ_WRITE_BITS) !== mode) return `bogus .mode 0${mode.toString(8)}`;
  return undefined;
}

/** Modes bind root, too: nobody writes what says 0444. Linux: proc_sys_permission. */
function permission(inode: Inode, credentials: Credentials, mask: number): number {
  const isForExecution = (mask & MAY.EXEC) !== 0 && inode.type === S.IFREG;
  return isForExecution || isForbidden(inode.mode, credentials, mask) ? -EACCES : 0;
}

/** Linux: test_perm. */
function isForbidden(mode: number, credentials: Credentials, mask: number): boolean {
  const shift = capable(credentials) ? 6 : inGroup(credentials, GROUP_ROOT) ? 3 : 0;
  return (mask & ~(mode >> shift)) !== 0;
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

/** Names come in order, whichever came first. */
const SORTED: FileOperations = {
  llseek: genericLlseek,
  iterate(file, emit) {
    if (!emitDots(file, emit)) return 0;
    const children = [...file.path.dentry.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (let index = Math.max(0, file.pos - DOTS); index < children.length; index++) {
      const [name, { inode }] = children[index]!;
      if (!emit(name, inode.number, direntType(inode.mode), index + DOTS + 1)) break;
    }
    return 0;
  },
};
