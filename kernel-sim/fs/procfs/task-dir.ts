// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/PID and what is in it. Nothing is kept: each lookup asks the tasks anew.
 *
 * Linux: fs/proc/base.c, fs/proc/fd.c.
 */
import { parseInteger } from '../../lib/kstrto.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { DT, S } from '../../uapi/fs.ts';
import { capable } from '../../kernel/credentials.ts';
import { emitDots } from '../directory.ts';
import { Inode, type FileSystem, type InodeOperations } from '../inode.ts';
import type { Path } from '../mount.ts';
import type { EmitName, FileOperations, OpenFile } from '../open-file.ts';
import { genericLlseek } from '../read-write.ts';
import { SeqFile } from '../seq-file.ts';
import type { WallClock } from '../timespec.ts';
import type { ProcTask, ProcTasks } from './proc-task.ts';
import { formatLimits, formatStat, formatStatm, formatStatus } from './task-format.ts';

export interface TaskDirParts {
  readonly fileSystem: FileSystem;
  readonly wallClock: WallClock;
  readonly tasks: ProcTasks;
  readonly cpus: number;
  /** /proc/PID/mounts. */
  readonly mounts: () => string;
}

/** Inode numbers of a task's files follow from its pid. */
const INODES_PER_TASK = 0x1_0000;
const FD_INODES = 0x100;

type Show = (task: ProcTask) => string;
/** Answers 0 or a negative errno. */
type Store = (task: ProcTask, text: string) => number;
interface TaskFile {
  readonly mode: number;
  readonly show: Show;
  readonly store?: Store;
}
type Place = (task: ProcTask) => Path | undefined;

export class TaskDirs {
  readonly #parts: TaskDirParts;
  readonly #files: ReadonlyMap<string, TaskFile>;
  readonly #links: ReadonlyMap<string, Place>;
  readonly #names: readonly string[];

  constructor(parts: TaskDirParts) {
    this.#parts = parts;
    this.#files = new Map<string, TaskFile>([
      ['cmdline', { mode: 0o444, show: commandLine }],
      ['comm', { mode: 0o644, show: (task) => `${task.name}\n` }],
      ['fail-nth', { mode: 0o644, show: (task) => `${task.failNth ?? 0}\n`, store: storeFailNth }],
      ['limits', { mode: 0o444, show: formatLimits }],
      [
        'make-it-fail',
        {
          mode: 0o644,
          show: (task) => `${Number(task.makeItFail ?? false)}\n`,
          store: storeMakeItFail,
        },
      ],
      ['maps', { mode: 0o444, show: (task) => task.memory?.maps() ?? '' }],
      ['mounts', { mode: 0o444, show: () => parts.mounts() }],
      ['oom_score', { mode: 0o444, show: (task) => `${task.oomScore ?? 0}\n` }],
      [
        'oom_score_adj',
        {
          mode: 0o644,
          show: (task) => `${task.oomScoreAdj ?? 0}\n`,
          store: storeOomScoreAdj,
        },
      ],
      ['stat', { mode: 0o444, show: formatStat }],
      ['statm', { mode: 0o444, show: formatStatm }],
      ['status', { mode: 0o444, show: (task) => formatStatus(task, parts.cpus) }],
      ['wchan', { mode: 0o444, show: (task) => task.waitChannel || '0' }],
    ]);
    this.#links = new Map<string, Place>([
      ['cwd', (task) => task.cwd],
      ['exe', (task) => task.executable],
      ['root', (task) => task.root],
    ]);
    this.#names = [...this.#files.keys(), ...this.#links.keys(), 'fd', 'task'].toSorted();
  }

  /** The directory of a task, or -ENOENT. One in `task` has no such directory of its own. */
  lookup(name: string, isInTask = false): Inode | number {
    if (!/^[1-9]\d{0,8}$/u.test(name)) return -ERRNO.ENOENT;
    const pid = Number(name);
    const task = this.#parts.tasks.get(pid);
    if (task === undefined) return -ERRNO.ENOENT;
    return this.#inode(
      task,
      0,
      S.IFDIR | 0o555,
      this.#iterating((file, emit) => this.#emitNames(file, emit, pid, isInTask)),
      {
        hasFixedNames: true,
        lookup: (_directory, entry) =>
          isInTask && entry === 'task' ? -ERRNO.ENOENT : this.#entry(pid, entry),
      },
    );
  }

  #entry(pid: number, name: string): Inode | number {
    const task = this.#parts.tasks.get(pid);
    if (task === undefined) return -ERRNO.ENOENT;
    const index = this.#names.indexOf(name) + 1;
    const file = this.#files.get(name);
    if (file !== undefined) {
      const { show, store } = file;
      const content = {
        show: () => this.#show(pid, show),
        ...(store === undefined ? {} : { store: this.#storing(pid, store) }),
      };
      // `>` of a shell truncates what it writes to: there is nothing to do.
      const ops = { truncate: () => 0 };
      return this.#inode(task, index, S.IFREG | file.mode, new SeqFile(content), ops);
    }
    const place = this.#links.get(name);
    if (place !== undefined) return this.#link(task, index, 0o777, place);
    if (name === 'task') return this.#threads(task, index);
    if (name !== 'fd') return -ERRNO.ENOENT;
    return this.#inode(
      task,
      index,
      S.IFDIR | 0o500,
      this.#iterating((open, emit) => this.#emitFds(open, emit, pid)),
      { hasFixedNames: true, lookup: (_directory, entry) => this.#fd(pid, entry) },
    );
  }

  /** task: a directory for each thread, with what the process's own has. */
  #threads(task: ProcTask, index: number): Inode {
    const numbers = (): readonly number[] => this.#parts.tasks.get(task.pid)?.threads ?? [task.pid];
    return this.#inode(
      task,
      index,
      S.IFDIR | 0o555,
      this.#iterating((open, emit) => {
        for (const [at, tid] of numbers().entries()) {
          if (at + 2 < open.pos) continue;
          if (!emit(String(tid), tid * INODES_PER_TASK, DT.DIR, at + 3)) return;
        }
      }),
      {
        hasFixedNames: true,
        lookup: (_directory, name) =>
          numbers().includes(Number(name)) ? this.lookup(name, true) : -ERRNO.ENOENT,
      },
    );
  }

  #storing(pid: number, store: Store): (bytes: Uint8Array) => number {
    return (bytes) => {
      const task = this.#parts.tasks.get(pid);
      if (task === undefined) return -ERRNO.ESRCH;
      return store(task, decodeUtf8(bytes).trim()) || bytes.length;
    };
  }

  #fd(pid: number, name: string): Inode | number {
    const task = this.#parts.tasks.get(pid);
    for (const [fd, file] of task?.files() ?? []) {
      if (task === undefined || String(fd) !== name) continue;
      const mode = 0o100 | (file.canRead ? 0o400 : 0) | (file.canWrite ? 0o200 : 0);
      return this.#link(task, FD_INODES + fd, mode, () => file.path);
    }
    return -ERRNO.ENOENT;
  }

  /** A link to a place, which only the task's owner and root may see. */
  #link(task: ProcTask, index: number, mode: number, place: Place): Inode {
    return this.#inode(
      task,
      index,
      S.IFLNK | mode,
      {},
      {
        followLink: () => {
          const { credentials } = this.#parts.tasks.current;
          const isOwn = credentials.euid === task.credentials.uid;
          if (!isOwn && !capable(credentials)) return -ERRNO.EACCES;
          return place(task) ?? -ERRNO.ENOENT;
        },
      },
    );
  }

  /** A task that has gone since its file was opened has nothing more to say. */
  #show(pid: number, show: Show): string {
    const task = this.#parts.tasks.get(pid);
    return task === undefined ? '' : show(task);
  }

  #emitNames(file: OpenFile, emit: EmitName, pid: number, isInTask: boolean): void {
    for (let index = Math.max(0, file.pos - 2); index < this.#names.length; index++) {
      const name = this.#names[index] ?? '';
      if (isInTask && name === 'task') continue;
      const type = this.#files.has(name)
        ? DT.REG
        : name === 'fd' || name === 'task'
          ? DT.DIR
          : DT.LNK;
      if (!emit(name, pid * INODES_PER_TASK + index + 1, type, index + 3)) return;
    }
  }

  #emitFds(file: OpenFile, emit: EmitName, pid: number): void {
    for (const [fd] of this.#parts.tasks.get(pid)?.files() ?? []) {
      if (fd + 2 < file.pos) continue;
      const inode = pid * INODES_PER_TASK + FD_INODES + fd;
      if (!emit(String(fd), inode, DT.LNK, fd + 3)) return;
    }
  }

  #iterating(emitAll: (file: OpenFile, emit: EmitName) => void): FileOperations {
    return {
      llseek: genericLlseek,
      iterate: (file, emit) => {
        if (emitDots(file, emit)) emitAll(file, emit);
        return 0;
      },
    };
  }

  #inode(
    task: ProcTask,
    index: number,
    mode: number,
    fileOps: FileOperations,
    ops: InodeOperations,
  ): Inode {
    const inode = new Inode({
      fileSystem: this.#parts.fileSystem,
      number: task.pid * INODES_PER_TASK + index,
      mode,
      uid: task.credentials.euid,
      gid: task.credentials.egid,
      time: this.#parts.wallClock.now(),
      ops,
      fileOps,
    });
    if (inode.isDirectory) inode.nlink = 2;
    else if (inode.isSymlink) inode.size = 64;
    return inode;
  }
}

function commandLine(task: ProcTask): string {
  return task.commandLine.map((argument) => `${argument}\0`).join('');
}

function storeOomScoreAdj(task: ProcTask, text: string): number {
  if (!/^-?\d{1,4}$/u.test(text)) return -ERRNO.EINVAL;
  return task.setOomScoreAdj?.(Number(text)) ?? -ERRNO.EINVAL;
}

/** Linux: proc_fault_inject_write. */
function storeMakeItFail(task: ProcTask, text: string): number {
  const value = parseInteger(text);
  if (value !== 0n && value !== 1n) return -ERRNO.EINVAL;
  return task.setMakeItFail?.(value === 1n) ?? -ERRNO.EINVAL;
}

/** Linux: proc_fail_nth_write. */
function storeFailNth(task: ProcTask, text: string): number {
  const value = parseInteger(text);
  if (value === undefined || value < 0n) return -ERRNO.EINVAL;
  if (value > UINT_MAX) return -ERRNO.ERANGE;
  return task.setFailNth?.(Number(value)) ?? -ERRNO.EINVAL;
}

const UINT_MAX = 0xffff_ffffn;
