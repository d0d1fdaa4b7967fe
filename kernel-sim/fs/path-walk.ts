// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From the text of a path to a place in the tree.
 *
 * Walks name by name: search permission on every directory, `.` and `..`, mounts, symbolic links. A
 * trailing slash follows a last link and wants a directory.
 *
 * Linux: fs/namei.c (link_path_walk and its callers), path_resolution(7). Differs: no RCU walk, no
 * negative dentries; protected_symlinks is off, as in a kernel that nobody has told otherwise.
 */
import type { Clock } from '../sim/clock.ts';
import { utf8Length } from '../lib/utf8.ts';
import { COST } from '../uapi/costs.ts';
import { ERRNO } from '../uapi/errno.ts';
import { NAME_MAX, PATH_MAX } from '../uapi/fs.ts';
import type { Credentials } from '../kernel/credentials.ts';
import { Dentry } from './dentry.ts';
import type { MountTable, Path } from './mount.ts';
import { MAY, permission } from './permission.ts';

/** For whom paths are resolved: what a process has. */
export interface FsContext {
  readonly credentials: Credentials;
  readonly root: Path;
  readonly cwd: Path;
  readonly umask: number;
  /** RLIMIT_FSIZE in bytes, where there is one. */
  readonly sizeMax?: number;
}

/** A directory that is there, and a name in it that need not be. */
export interface Target {
  readonly directory: Path;
  /** The last component: may be `.`, `..`, or empty for the root. */
  readonly name: string;
  readonly hasTrailingSlash: boolean;
  /** Symbolic links followed so far. */
  readonly links: number;
}

/** Linux: MAXSYMLINKS. */
const SYMLINKS_MAX = 40;
/** UTF-8 takes at most three bytes for each unit of a string. */
const BYTES_PER_UNIT = 3;

export class PathWalker {
  readonly mounts: MountTable;
  readonly #clock: Clock;

  constructor(mounts: MountTable, clock: Clock) {
    this.mounts = mounts;
    this.#clock = clock;
  }

  /** What `text` names, or a negative errno. `follow` says what to do with a link at its end. */
  resolve(ctx: FsContext, text: string, follow = true): Path | number {
    const place = this.#walk(ctx, text, startOf(ctx, text), 0, follow, false);
    return typeof place === 'number' || 'dentry' in place ? place : -ERRNO.ENOENT;
  }

  /** The directory in which the last component of `text` stands or would stand. */
  resolveTarget(ctx: FsContext, text: string): Target | number {
    return this.#target(ctx, text, startOf(ctx, text), 0);
  }

  /** Goes on from `target`, whose name is a symbolic link that says `text`. */
  retarget(ctx: FsContext, target: Target, text: string): Target | number {
    if (target.links >= SYMLINKS_MAX) return -ERRNO.ELOOP;
    const start = text.startsWith('/') ? ctx.root : target.directory;
    const next = this.#target(ctx, text, start, target.links + 1);
    if (typeof next === 'number' || !target.hasTrailingSlash) return next;
    return { ...next, hasTrailingSlash: true };
  }

  /** The entry `name` of a directory, not crossing into mounts, or a negative errno. */
  lookup(directory: Path, name: string): Dentry | number {
    const parent = directory.dentry;
    const known = parent.children.get(name);
    if (known !== undefined) return known;
    if (isTooLong(name, NAME_MAX + 1)) return -ERRNO.ENAMETOOLONG;
    const { ops } = parent.inode;
    if (ops.lookup === undefined) return -ERRNO.ENOENT;
    const inode = ops.lookup(parent.inode, name);
    return typeof inode === 'number' ? inode : new Dentry(name, parent, inode);
  }

  #target(ctx: FsContext, text: string, start: Path, links: number): Target | number {
    const place = this.#walk(ctx, text, start, links, false, true);
    if (typeof place === 'number' || !('dentry' in place)) return place;
    // No component but the root itself, as in `/` or `///`.
    return { directory: place, name: '', hasTrailingSlash: true, links };
  }

  #walk(
    ctx: FsContext,
    text: string,
    start: Path,
    startLinks: number,
    follow: boolean,
    wantsTarget: boolean,
  ): Path | Target | number {
    if (text === '') return -ERRNO.ENOENT;
    if (isTooLong(text, PATH_MAX)) return -ERRNO.ENAMETOOLONG;
    const names = namesOf(text);
    let wantsDirectory = text.endsWith('/');
    let links = startLinks;
    let at = start;
    for (;;) {
      const name = names.pop();
      if (name === undefined) break;
      const denied = this.#enter(ctx, at);
      if (denied !== 0) return denied;
      const isLast = names.length === 0;
      if (isLast && wantsTarget) {
        return { directory: at, name, hasTrailingSlash: wantsDirectory, links };
      }
      if (name === '.') continue;
      if (name === '..') {
        at = this.mounts.parentOf(at, ctx.root);
        continue;
      }
      const dentry = this.lookup(at, name);
      if (typeof dentry === 'number') return dentry;
      if (!dentry.inode.isSymlink || (isLast && !follow && !wantsDirectory)) {
        at = this.mounts.cross({ mount: at.mount, dentry });
        continue;
      }
      if (++links > SYMLINKS_MAX) return -ERRNO.ELOOP;
      const place = dentry.inode.ops.followLink?.(dentry.inode);
      if (typeof place === 'number') return place;
      if (place !== undefined) {
        at = place;
        continue;
      }
      const link = dentry.inode.ops.readlink?.(dentry.inode) ?? '';
      if (link === '') return -ERRNO.ENOENT;
      if (link.startsWith('/')) at = ctx.root;
      if (isLast && link.endsWith('/')) wantsDirectory = true;
      names.push(...namesOf(link));
    }
    if (wantsDirectory && !at.dentry.inode.isDirectory) return -ERRNO.ENOTDIR;
    return at;
  }

  /** 0 if a name may be looked up in `at`. */
  #enter(ctx: FsContext, at: Path): number {
    this.#clock.charge(COST.PATH_COMPONENT);
    if (!at.dentry.inode.isDirectory) return -ERRNO.ENOTDIR;
    return permission(at.dentry.inode, ctx.credentials, MAY.EXEC);
  }
}

function startOf(ctx: FsContext, text: string): Path {
  return text.startsWith('/') ? ctx.root : ctx.cwd;
}

/** The components of a path, the first one last. */
function namesOf(text: string): string[] {
  return text
    .split('/')
    .filter((name) => name !== '')
    .toReversed();
}

/** True if `text` takes `limit` bytes or more. */
function isTooLong(text: string, limit: number): boolean {
  return text.length * BYTES_PER_UNIT >= limit && utf8Length(text) >= limit;
}
