// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A name in a directory, and the tree that names make.
 *
 * For ramfs and devfs the tree of dentries is the directory itself. File systems that generate
 * their names (procfs) get a dentry per lookup, which nobody keeps but who uses it.
 *
 * Linux: struct dentry. Differs: no negative dentries, no hash table, no memory pressure.
 */
import type { Inode } from './inode.ts';

export class Dentry {
  name: string;
  /** Undefined for the root of a file system. */
  parent: Dentry | undefined;
  readonly inode: Inode;
  /** Names below, in order of their making. Empty unless the inode is a directory. */
  readonly children = new Map<string, Dentry>();
  /** Place among the siblings, ever growing: where a reader of the directory goes on. */
  cookie = 0;
  /** How many mounts hide what is below. */
  mountCount = 0;
  /** The name has been removed: getcwd(2) fails, and nothing can be made below. */
  isRemoved = false;
  #nextCookie = FIRST_COOKIE;

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name;
    this.parent = parent;
    this.inode = inode;
  }

  /** Adds a name below this directory. Link counts are the caller's. */
  attach(child: Dentry, name: string): void {
    child.name = name;
    child.parent = this;
    child.isRemoved = false;
    child.cookie = this.#nextCookie++;
    this.children.set(name, child);
  }

  /** Takes a name out. It keeps its parent, for whoever still stands in it. */
  detach(child: Dentry): void {
    this.children.delete(child.name);
    child.isRemoved = true;
  }

  /** True if `other` is this dentry or lies below it, in one file system. */
  contains(other: Dentry): boolean {
    for (let at: Dentry | undefined = other; at !== undefined; at = at.parent) {
      if (at === this) return true;
    }
    return false;
  }
}

/** Positions of a directory: `.` and `..` are 0 and 1, and 2 is behind them. */
const FIRST_COOKIE = 3;
