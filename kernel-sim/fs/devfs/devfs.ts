// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev: a ramfs in which drivers make nodes for their devices.
 *
 * Linux: drivers/base/devtmpfs.c. Differs: drivers call it directly instead of through the device
 * model.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import type { PageAllocator } from '../../mm/page-alloc.ts';
import { Dentry } from '../dentry.ts';
import { RamFs } from '../ramfs/ramfs.ts';
import type { WallClock } from '../timespec.ts';

export interface NodeOptions {
  /** Permission bits; 0o600 unless told. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export class DevFs extends RamFs {
  constructor(pages: PageAllocator, wallClock: WallClock, device: number) {
    super(pages, wallClock, { type: 'devtmpfs', device, options: ',mode=755' });
  }

  /** Makes the node of a character device, replacing what has its name. */
  addNode(name: string, rdev: number, options: NodeOptions = {}): void {
    this.#put(name, S.IFCHR | (options.mode ?? 0o600), rdev, options);
  }

  addSymlink(name: string, target: string): void {
    this.#put(name, S.IFLNK | 0o777, 0, {}, target);
  }

  addDirectory(name: string, mode = 0o755): void {
    this.#put(name, S.IFDIR | mode, 0, {});
    this.root.inode.nlink++;
  }

  /** Returns 0 or -ENOENT. */
  removeNode(name: string): number {
    const dentry = this.root.children.get(name);
    if (dentry === undefined) return -ERRNO.ENOENT;
    this.root.detach(dentry);
    dentry.inode.nlink = 0;
    dentry.inode.evictIfUnused();
    return 0;
  }

  #put(name: string, mode: number, rdev: number, options: NodeOptions, target?: string): void {
    this.removeNode(name);
    const inode = this.makeInode(this.root.inode, mode, rdev, target);
    if (typeof inode === 'number') return;
    inode.uid = options.uid ?? 0;
    inode.gid = options.gid ?? 0;
    this.root.attach(new Dentry(name, this.root, inode), name);
  }
}
