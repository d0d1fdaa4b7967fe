// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc: files that are questions to the kernel, and a directory for each task.
 *
 * Others register what they know (`register('modules', …)`); tasks are asked through `ProcTasks`.
 *
 * Linux: fs/proc/root.c, proc(5).
 */
import { DT } from '../../uapi/fs.ts';
import { DIRECTORY_OPERATIONS } from '../directory.ts';
import { Dentry } from '../dentry.ts';
import type { Inode } from '../inode.ts';
import type { EmitName, FileOperations, OpenFile } from '../open-file.ts';
import { PseudoFs } from '../pseudo-fs.ts';
import { genericLlseek } from '../read-write.ts';
import type { WallClock } from '../timespec.ts';
import type { ProcTasks } from './proc-task.ts';
import { TaskDirs } from './task-dir.ts';

export interface ProcFsParts {
  readonly wallClock: WallClock;
  readonly device: number;
  readonly cpus: number;
  readonly tasks: ProcTasks;
  /** /proc/mounts: mountsText of system-files.ts. */
  readonly mounts: () => string;
}

/** Positions of tasks in the root directory begin after those of all other names. */
const TASK_POS = 0x10_0000;

export class ProcFs extends PseudoFs {
  override readonly root: Dentry;
  readonly #tasks: ProcTasks;

  constructor(parts: ProcFsParts) {
    super(parts.wallClock, { type: 'proc', device: parts.device, hasFixedNames: true });
    this.#tasks = parts.tasks;
    const dirs = new TaskDirs({ ...parts, fileSystem: this });
    this.root = new Dentry('', undefined, this.#rootInode(dirs));
    this.registerSymlink('self', () => String(parts.tasks.current.pid));
    this.registerSymlink('mounts', () => 'self/mounts');
  }

  #rootInode(dirs: TaskDirs): Inode {
    const fileOps: FileOperations = {
      llseek: genericLlseek,
      iterate: (file, emit) => this.#iterate(file, emit),
    };
    const lookup = (_directory: Inode, name: string): Inode | number => dirs.lookup(name);
    return this.makeDirectory({ hasFixedNames: true, lookup }, fileOps);
  }

  #iterate(file: OpenFile, emit: EmitName): number {
    let isFull = false;
    const emitOrStop: EmitName = (...entry) => {
      isFull ||= !emit(...entry);
      return !isFull;
    };
    if (file.pos < TASK_POS) DIRECTORY_OPERATIONS.iterate?.(file, emitOrStop);
    for (const pid of this.#tasks.pids()) {
      if (isFull) break;
      if (TASK_POS + pid < file.pos) continue;
      emitOrStop(String(pid), pid, DT.DIR, TASK_POS + pid + 1);
    }
    return 0;
  }
}
