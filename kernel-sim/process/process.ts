// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A thread with memory, open files and a place in the file system; other threads of its group
 * share all three with it.
 *
 * Linux: the mm, files and fs of struct task_struct, and struct signal_struct's exit status.
 */
import type { FileTable } from '../fs/file-table.ts';
import type { Path } from '../fs/mount.ts';
import type { FsContext } from '../fs/path-walk.ts';
import type { Credentials } from '../kernel/credentials.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import type { Program } from '../uapi/user-cpu.ts';
import type { SyscallHandler } from './user-mode.ts';

export interface ProcessSpec {
  readonly task: Task;
  readonly space: AddressSpace;
  readonly files: FileTable;
  readonly fs: Place;
  readonly childExit: WaitQueue;
  readonly calls: readonly (SyscallHandler | undefined)[];
}

/** Where paths begin, and what new files are not. Linux: struct fs_struct. */
export interface Place {
  root: Path;
  cwd: Path;
  umask: number;
}

/** What runs next in user mode, set by whoever ends what runs now. */
export type Leaving =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'exec'; readonly program: Program };

export class Process implements FsContext {
  readonly task: Task;
  space: AddressSpace;
  readonly files: FileTable;
  readonly fs: Place;
  /** Woken when a child changes state, and for a leader that waits for its threads. */
  readonly childExit: WaitQueue;

  /** Path of the executable, and the arguments: /proc/PID/exe and cmdline. */
  executable = '';
  arguments: readonly string[] = [];
  /** It runs a file of its own, not its maker's: the maker may not move it to a group any more. */
  hasExeced = false;
  /** Where the stack of a new program starts. */
  initialStack = 0;
  /** At the thread's end this word is cleared and a futex waiter woken; 0 is none. */
  clearChildTid = 0;
  /** A load or store was wrong, and the program has not seen the signal yet. */
  hasFaulted = false;
  /** Its dispatch table: traced tasks and those that faulted have another than the rest. */
  calls: readonly (SyscallHandler | undefined)[];
  /** Set when user mode is to be left for good. */
  leaving: Leaving | undefined = undefined;
  /** The coroutine that finishes the system call which answered WOULD_BLOCK. */
  pending: Sleeping<number> | undefined = undefined;
  /** Begins the call that a signal cut short again, when its arguments alone do not say how. */
  restart: (() => number) | undefined = undefined;
  /** What sigsuspend(2) blocked before: comes back when its signal has been seen to. */
  savedMask: number | undefined = undefined;
  /** As wait4(2) reports it, once the task is a zombie. */
  exitStatus = 0;
  syscalls = 0;

  constructor(spec: ProcessSpec) {
    this.task = spec.task;
    this.space = spec.space;
    this.files = spec.files;
    this.fs = spec.fs;
    this.childExit = spec.childExit;
    this.calls = spec.calls;
    this.task.process = this;
  }

  get root(): Path {
    return this.fs.root;
  }
  set root(root: Path) {
    this.fs.root = root;
  }

  get cwd(): Path {
    return this.fs.cwd;
  }
  set cwd(cwd: Path) {
    this.fs.cwd = cwd;
  }

  get umask(): number {
    return this.fs.umask;
  }
  set umask(umask: number) {
    this.fs.umask = umask;
  }

  get sizeMax(): number {
    return this.files.sizeMax;
  }

  /** /proc/PID/oom_score_adj. */
  get oomScoreAdj(): number {
    return this.task.group.oomScoreAdj;
  }

  get credentials(): Credentials {
    return this.task.credentials;
  }

  /** For a system call that cannot finish at once: its answer, with the rest of it. */
  block(rest: Sleeping<number>): number {
    this.pending = rest;
    return WOULD_BLOCK;
  }
}

/** The process that a task is; kernel threads are none. */
export function processOf(task: Task): Process | undefined {
  return task.process instanceof Process ? task.process : undefined;
}
