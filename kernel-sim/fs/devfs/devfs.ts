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

  /** Makes the node of a character device, replacing what has its name; `name` may be a path. */
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

  /** Returns 0 or -ENOENT. Folders on the way stay. */
  removeNode(name: string): number {
    const parts = name.split('/');
    const last = parts.pop() ?? '';
    let folder: Dentry | undefined = this.root;
    for (const part of parts) folder = folder?.children.get(part);
    const dentry = folder?.children.get(last);
    if (folder === undefined || dentry === undefined) return -ERRNO.ENOENT;
    folder.detach(dentry);
    dentry.inode.nlink = 0;
    dentry.inode.evictIfUnused();
    return 0;
  }

  #put(name: string, mode: number, rdev: number, options: NodeOptions, target?: string): void {
    this.removeNode(name);
    const parts = name.split('/');
    const last = parts.pop() ?? '';
    const folder = this.#folder(parts);
    const inode = this.makeInode(this.root.inode, mode, rdev, target);
    if (typeof inode === 'number' || folder === undefined) return;
    inode.uid = options.uid ?? 0;
    inode.gid = options.gid ?? 0;
    folder.attach(new Dentry(last, folder, inode), last);
  }

  /** Made with those above it; undefined without memory. */
  #folder(parts: readonly string[]): Dentry | undefined {
    let at: Dentry = this.root;
    for (const name of parts) {
      let child = at.children.get(name);
      if (child === undefined) {
        const inode = this.makeInode(at.inode, S.IFDIR | 0o755, 0);
        if (typeof inode === 'number') return undefined;
        child = new Dentry(name, at, inode);
        at.attach(child, name);
        at.inode.nlink++;
      }
      at = child;
    }
    return at;
  }
}
