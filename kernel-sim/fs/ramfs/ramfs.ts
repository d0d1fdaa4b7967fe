// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A file system in memory: names are dentries, content is pages of RAM.
 *
 * Serves as the root, as /tmp, and under devfs.
 *
 * Linux: tmpfs (mm/shmem.c). Differs: no swap, no limit on inodes; half of the memory is the limit
 * on content, as there.
 */
import { assert } from '../../lib/assert.ts';
import { utf8Length } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { PAGE_SIZE } from '../../mm/page.ts';
import type { PageAllocator } from '../../mm/page-alloc.ts';
import type { PageSource } from '../../mm/vma.ts';
import { dropSetId } from '../attributes.ts';
import { Dentry } from '../dentry.ts';
import { NEWEST_FIRST_OPERATIONS } from '../directory.ts';
import { Inode, type FileSystem, type InodeOperations } from '../inode.ts';
import type { FileOperations, OpenFile } from '../open-file.ts';
import { genericLlseek } from '../read-write.ts';
import { isNotAfter, type WallClock } from '../timespec.ts';
import { PageStore, type PageQuota } from './page-store.ts';

export interface RamFsOptions {
  /** `tmpfs`, `devtmpfs`, `rootfs`. */
  readonly type: string;
  readonly device: number;
  /** For /proc/mounts: `,mode=755`. */
  readonly options?: string;
  /** Permission bits of its root; 0o755 unless told. */
  readonly mode?: number;
}

/** The size of an empty directory: two names of 20 bytes. */
const EMPTY_DIRECTORY_BYTES = 40;
const SECTORS_PER_PAGE = PAGE_SIZE / 512;
const DAY_SECONDS = 86_400;
/** A short link lies in its inode. Linux: SHORT_SYMLINK_LEN. */
const SHORT_LINK_BYTES = 128;

export class RamFs implements FileSystem, InodeOperations, FileOperations {
  readonly type: string;
  readonly device: number;
  readonly options: string;
  readonly root: Dentry;
  readonly #pages: PageAllocator;
  readonly #wallClock: WallClock;
  readonly #quota: PageQuota;
  #nextInode = 1;

  constructor(pages: PageAllocator, wallClock: WallClock, options: RamFsOptions) {
    this.type = options.type;
    this.device = options.device;
    this.options = options.options ?? '';
    this.#pages = pages;
    this.#wallClock = wallClock;
    this.#quota = { usedPages: 0, maxPages: Math.floor(pages.totalPages / 2) };
    this.root = new Dentry('', undefined, this.#inode(S.IFDIR | (options.mode ?? 0o755), 0));
  }

  // ---- Inodes -----------------------------------------------------------------------------

  makeInode(_directory: Inode, mode: number, rdev: number, target = ''): Inode | number {
    if ((mode & S.IFMT) === S.IFLNK) return this.#makeLink(mode, target);
    return this.#inode(mode, rdev);
  }

  readlink(inode: Inode): string {
    assert(typeof inode.data === 'string', 'a symbolic link has a text');
    return inode.data;
  }

  truncate(inode: Inode, size: number): number {
    if (size < inode.size) storeOf(inode).truncate(size);
    inode.size = size;
    return 0;
  }

  evict(inode: Inode): void {
    if (inode.data instanceof PageStore) inode.data.truncate(0);
  }

  // ---- Open regular files -----------------------------------------------------------------

  llseek(file: OpenFile, offset: number, whence: number): number {
    return genericLlseek(file, offset, whence);
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const { inode } = file;
    const length = Math.min(count, inode.size - pos);
    if (length <= 0) return 0;
    this.#touch(inode);
    const moved = storeOf(inode).read(memory, address, length, pos);
    return moved === 0 ? -ERRNO.EFAULT : moved;
  }

  write(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    if (count === 0) return 0;
    const { inode } = file;
    const store = storeOf(inode);
    if (!Number.isSafeInteger(pos + count)) return -ERRNO.EFBIG;
    if ((inode.mode & (S.ISUID | S.ISGID)) !== 0 && file.credentials.euid !== 0) dropSetId(inode);
    if (!store.hasRoom(pos)) return -ERRNO.ENOSPC;
    const moved = store.write(memory, address, count, pos);
    if (pos + moved > inode.size) inode.size = pos + moved;
    if (moved === 0) return -ERRNO.EFAULT;
    inode.mtime = inode.ctime = this.#wallClock.now();
    return moved;
  }

  mmap(file: OpenFile): PageSource {
    this.#touch(file.inode);
    return storeOf(file.inode);
  }

  // ---- Inside -----------------------------------------------------------------------------

  #makeLink(mode: number, target: string): Inode | number {
    const bytes = utf8Length(target);
    if (bytes >= PAGE_SIZE) return -ERRNO.ENAMETOOLONG;
    const inode = this.#inode(mode, 0);
    inode.data = target;
    inode.size = bytes;
    if (bytes >= SHORT_LINK_BYTES) inode.blocks = SECTORS_PER_PAGE;
    return inode;
  }

  #inode(mode: number, rdev: number): Inode {
    const type = mode & S.IFMT;
    const inode = new Inode({
      fileSystem: this,
      number: this.#nextInode++,
      mode,
      uid: 0,
      gid: 0,
      rdev,
      time: this.#wallClock.now(),
      ops: this,
      fileOps: type === S.IFDIR ? NEWEST_FIRST_OPERATIONS : this,
    });
    if (type === S.IFDIR) {
      inode.nlink = 2;
      inode.size = EMPTY_DIRECTORY_BYTES;
    } else if (type === S.IFREG) inode.data = new PageStore(this.#pages, this.#quota, inode);
    return inode;
  }

  /** Notes a reading, at most once a day unless the file has changed since: relatime. */
  #touch(inode: Inode): void {
    const now = this.#wallClock.now();
    const isDue =
      isNotAfter(inode.atime, inode.mtime) ||
      isNotAfter(inode.atime, inode.ctime) ||
      now.seconds - inode.atime.seconds >= DAY_SECONDS;
    if (isDue) inode.atime = now;
  }
}

function storeOf(inode: Inode): PageStore {
  assert(inode.data instanceof PageStore, 'a regular file has pages');
  return inode.data;
}
