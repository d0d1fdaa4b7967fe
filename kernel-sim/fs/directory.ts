// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reading a directory whose names are its dentries.
 *
 * Cookies only grow, and a position is made of one, so a reader that removes what it has read, as
 * `rm -r` does, misses nothing.
 *
 * Linux: offset_iterate_dir in fs/libfs.c.
 */
import { DT } from '../uapi/fs.ts';
import { direntType } from './dirent.ts';
import type { EmitName, FileOperations, OpenFile } from './open-file.ts';
import { genericLlseek } from './read-write.ts';

/** The position behind `.` and `..`, below every cookie. */
const FROM_NEWEST = 2;

/** In order of making. A position is the least cookie that is still to come. */
export const DIRECTORY_OPERATIONS: FileOperations = {
  llseek: genericLlseek,
  iterate(file, emit) {
    if (!emitDots(file, emit)) return 0;
    for (const [name, child] of file.path.dentry.children) {
      if (child.cookie < file.pos) continue;
      if (!emit(name, child.inode.number, direntType(child.inode.mode), child.cookie + 1)) break;
    }
    return 0;
  },
};

/**
 * The newest first, as tmpfs has it. A position is the cookie of the name before, or `FROM_NEWEST`.
 */
export const NEWEST_FIRST_OPERATIONS: FileOperations = {
  llseek: genericLlseek,
  iterate(file, emit) {
    if (!emitDots(file, emit)) return 0;
    const limit = file.pos === FROM_NEWEST ? Infinity : file.pos;
    for (const [name, child] of [...file.path.dentry.children].toReversed()) {
      if (child.cookie >= limit) continue;
      if (!emit(name, child.inode.number, direntType(child.inode.mode), child.cookie)) break;
    }
    return 0;
  },
};

/** Emits `.` and `..`, unless they have been read. False when there is no more room. */
export function emitDots(file: OpenFile, emit: EmitName): boolean {
  const { dentry } = file.path;
  if (file.pos === 0 && !emit('.', dentry.inode.number, DT.DIR, 1)) return false;
  const parent = dentry.parent ?? dentry;
  return file.pos !== 1 || emit('..', parent.inode.number, DT.DIR, 2);
}
