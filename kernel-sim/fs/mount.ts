// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * File systems joined into one tree.
 *
 * A place in that tree is a `Path`: a dentry, and the mount through which it was reached.
 *
 * Linux: struct mount, struct path, fs/namespace.c. Differs: one namespace, no bind mounts.
 */
import { ERRNO } from '../uapi/errno.ts';
import type { Dentry } from './dentry.ts';
import type { FileSystem } from './inode.ts';

export interface Path {
  readonly mount: Mount;
  readonly dentry: Dentry;
}

export class Mount {
  readonly fileSystem: FileSystem;
  /** What /proc/mounts prints first: `proc`, `/dev/sda1`. */
  readonly source: string;
  /** Where it is mounted; undefined for the root. */
  readonly at: Path | undefined;
  readonly isReadOnly: boolean;
  /** How many open files and current directories keep it busy. */
  users = 0;
  /** Mounts on dentries of this one. */
  readonly children = new Map<Dentry, Mount>();

  constructor(fileSystem: FileSystem, source: string, at: Path | undefined, isReadOnly = false) {
    this.fileSystem = fileSystem;
    this.source = source;
    this.at = at;
    this.isReadOnly = isReadOnly;
  }
}

export class MountTable {
  /** In order of mounting, the root first. */
  readonly all: Mount[] = [];
  readonly root: Path;

  constructor(rootFileSystem: FileSystem, source: string) {
    const mount = new Mount(rootFileSystem, source, undefined);
    this.all.push(mount);
    this.root = { mount, dentry: rootFileSystem.root };
  }

  /** Mounts over the directory `at`. Returns 0 or a negative errno. */
  add(fileSystem: FileSystem, source: string, at: Path, isReadOnly = false): number {
    if (!at.dentry.inode.isDirectory) return -ERRNO.ENOTDIR;
    if (at.dentry.isRemoved) return -ERRNO.ENOENT;
    const top = this.cross(at);
    const mount = new Mount(fileSystem, source, top, isReadOnly);
    top.mount.children.set(top.dentry, mount);
    top.dentry.mountCount++;
    this.all.push(mount);
    return 0;
  }

  /** Unmounts what has its root at `path`. */
  remove(path: Path): number {
    const { mount } = path;
    if (mount.at === undefined || path.dentry !== mount.fileSystem.root) return -ERRNO.EINVAL;
    if (mount.users > 0 || mount.children.size > 0) return -ERRNO.EBUSY;
    mount.at.mount.children.delete(mount.at.dentry);
    mount.at.dentry.mountCount--;
    this.all.splice(this.all.indexOf(mount), 1);
    return 0;
  }

  /** Down into whatever is mounted on `path`. */
  cross(path: Path): Path {
    let at = path;
    while (at.dentry.mountCount > 0) {
      const mount = at.mount.children.get(at.dentry);
      if (mount === undefined) break;
      at = { mount, dentry: mount.fileSystem.root };
    }
    return at;
  }

  /** One step up, out of mounts, never above `root`. */
  parentOf(path: Path, root: Path): Path {
    let at = path;
    for (;;) {
      if (at.dentry === root.dentry && at.mount === root.mount) return at;
      if (at.dentry.parent !== undefined) {
        return this.cross({ mount: at.mount, dentry: at.dentry.parent });
      }
      if (at.mount.at === undefined) return at;
      at = at.mount.at;
    }
  }
}

/** The path from `root` as text. A name that is gone is marked, as in /proc/PID/fd. */
export function pathText(path: Path, root: Path): string {
  if (path.mount.fileSystem.isInternal === true) return path.dentry.name;
  const names: string[] = [];
  let { mount, dentry } = path;
  while (dentry !== root.dentry || mount !== root.mount) {
    if (dentry.parent === undefined) {
      if (mount.at === undefined) break;
      ({ mount, dentry } = mount.at);
      continue;
    }
    names.push(dentry.name);
    dentry = dentry.parent;
  }
  const text = `/${names.toReversed().join('/')}`;
  return path.dentry.isRemoved ? `${text} (deleted)` : text;
}
