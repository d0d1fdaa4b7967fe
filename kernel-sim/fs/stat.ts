// SPDX-License-Identifier: GPL-2.0-or-later
/** What stat(2) tells of a file, and its bytes as programs see them (uapi/fs.ts, STAT). */
import { STAT } from '../uapi/fs.ts';
import type { Inode } from './inode.ts';
import type { Timespec } from './timespec.ts';

export interface Stat {
  readonly device: number;
  readonly inode: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly atime: Timespec;
  readonly mtime: Timespec;
  readonly ctime: Timespec;
}

const BLOCK_SIZE = 4096;

export function statOf(inode: Inode): Stat {
  return {
    device: inode.fileSystem.device,
    inode: inode.number,
    mode: inode.mode,
    nlink: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    rdev: inode.rdev,
    size: inode.size,
    blockSize: BLOCK_SIZE,
    blocks: inode.blocks,
    atime: inode.atime,
    mtime: inode.mtime,
    ctime: inode.ctime,
  };
}

/** struct stat of x86-64. */
export function encodeStat(stat: Stat): Uint8Array {
  const bytes = new Uint8Array(STAT.SIZE);
  const view = new DataView(bytes.buffer);
  put64(view, STAT.dev, stat.device);
  put64(view, STAT.ino, stat.inode);
  put64(view, STAT.nlink, stat.nlink);
  view.setUint32(STAT.mode, stat.mode, true);
  view.setUint32(STAT.uid, stat.uid, true);
  view.setUint32(STAT.gid, stat.gid, true);
  put64(view, STAT.rdev, stat.rdev);
  put64(view, STAT.size, stat.size);
  put64(view, STAT.blksize, stat.blockSize);
  put64(view, STAT.blocks, stat.blocks);
  putTime(view, STAT.atime, stat.atime);
  putTime(view, STAT.mtime, stat.mtime);
  putTime(view, STAT.ctime, stat.ctime);
  return bytes;
}

function put64(view: DataView, offset: number, value: number): void {
  view.setBigInt64(offset, BigInt(value), true);
}

function putTime(view: DataView, offset: number, time: Timespec): void {
  put64(view, offset, time.seconds);
  put64(view, offset + 8, time.nanoseconds);
}
