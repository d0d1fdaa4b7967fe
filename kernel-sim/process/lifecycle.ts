// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How processes begin and end: fork, spawn, exec, exit. What a parent learns is in children.ts.
 *
 * Linux: kernel/fork.c, fs/exec.c, kernel/exit.c. Differs: a child begins in a function (`fork`) or
 * a file (`spawn`), since a running coroutine cannot be cloned; threads in threads.ts.
 */
// tidy: long because a process's way from its beginning to its end is read as one
import { FileTable } from '../fs/file-table.ts';
import { OpenFile } from '../fs/open-file.ts';
import type { Vfs } from '../fs/vfs.ts';
import type { Credentials } from '../kernel/credentials.ts';
import { LoadedModule } from '../kernel/module/loaded-module.ts';
import { Oops } from '../kernel/oops.ts';
import { Task } from '../kernel/sched/task.ts';
import { WaitQueue } from '../kernel/sched/wait-queue.ts';
import { AddressSpace } from '../mm/address-space.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import { EVENT } from '../sim/trace.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { COST } from '../uapi/costs.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Program, ThreadOptions } from '../uapi/user-cpu.ts';
import { Children } from './children.ts';
import type { Executable, ExecutableLoader } from './executable.ts';
import { writeInitialStack } from './initial-stack.ts';
import { applyLimits, limitSpace, mayHaveTasks } from './limits.ts';
import { type Place, Process } from './process.ts';
import { share, Threads, type ThreadsParts } from './threads.ts';
import type { Tracing } from './tracing.ts';
import { runUserMode, type UserModeParts } from './user-mode.ts';

const INIT_PID = 1;
/** Who made the kernel's threads, and asks nobody how they ended. */
const KTHREADD_PID = 2;

export interface LifecycleParts extends UserModeParts, ThreadsParts {
  readonly vfs: Vfs;
  readonly pages: PageAllocator;
  readonly executables: ExecutableLoader;
  /** A session's leader is gone: its terminal hangs up. */
  readonly onSessionEnd: (sid: number) => void;
  /** init ended, which Linux answers with a panic. */
  readonly onInitExit: (status: number) => void;
}

/** What a new process takes from its maker, besides a program. */
interface Inherited {
  readonly name: string;
  readonly space: AddressSpace;
  readonly files: FileTable;
  readonly fs: Place;
  readonly credentials: Credentials;
  readonly parent: Task | undefined;
  readonly program: Program;
  /** For a thread: the process that it belongs to. */
  readonly of?: Process;
}

export class Lifecycle {
  readonly threads: Threads;
  readonly children: Children;
  readonly tracing: Tracing;
  #parts: LifecycleParts;

  constructor(parts: LifecycleParts) {
    const { scheduler, signals, tasks, tracing } = parts;
    this.#parts = parts;
    this.threads = new Threads(parts);
    this.tracing = tracing;
    this.children = new Children({
      scheduler,
      signals,
      tasks,
      tracing,
      forget: (task) => this.#forget(task),
    });
  }

  // ---- Beginning ----------------------------------------------------------------------------

  /** Process 1, from a file. The errno says why there is none. */
  startInit(path: string, argv: readonly string[], env: readonly string[]): Process | number {
    return this.#startAsRoot(path, argv, env, undefined);
  }

  /**
   * A program that the kernel runs, for whose end nobody waits. The errno says why there is none.
   * Linux: call_usermodehelper.
   */
  startHelper(path: string, argv: readonly string[], env: readonly string[]): Process | number {
    this.#parts.sim.clock.charge(COST.SPAWN);
    return this.#startAsRoot(path, argv, env, this.#parts.tasks.get(KTHREADD_PID));
  }

  #startAsRoot(
    path: string,
    argv: readonly string[],
    env: readonly string[],
    parent: Task | undefined,
  ): Process | number {
    const { vfs } = this.#parts;
    const ctx = vfs.kernelContext;
    const executable = this.#parts.executables.load(ctx, path, argv);
    if (typeof executable === 'number') return executable;
    const process = this.#create({
      name: baseName(path),
      space: this.#newSpace(),
      files: new FileTable(),
      fs: { root: ctx.root, cwd: ctx.cwd, umask: 0o22 },
      credentials: ctx.credentials,
      parent,
      program: executable.program,
    });
    if (typeof process === 'number') return process;
    if (parent === undefined) {
      process.task.pgid = process.task.pid;
      process.task.sid = process.task.pid;
    }
    const error = this.#furnish(process, executable, env);
    if (error !== 0) {
      this.#undo(process);
      return error;
    }
    this.#start(process);
    return process;
  }

  /** The child begins in `program` with a copy of everything. Its pid or a negative errno. */
  fork(parent: Process, program: Program): number {
    this.#parts.sim.clock.charge(COST.SPAWN);
    const space = parent.space.clone();
    if (space === undefined) {
      this.#closeShared(parent.space);
      return -ERRNO.ENOMEM;
    }
    const child = this.#createChild(parent, space, program, parent.task.name);
    if (typeof child === 'number') return child;
    child.executable = parent.executable;
    child.arguments = parent.arguments;
    child.initialStack = parent.initialStack;
    child.task.caught = parent.task.caught;
    child.task.group.actions = new Map(parent.task.group.actions);
    this.#start(child);
    return child.task.pid;
  }

  /**
   * Makes a child that will run a file. `prepare` is posix_spawn's work in the child before the
   * exec: descriptors, groups, signals; a negative answer ends it all.
   */
  spawn(
    parent: Process,
    path: string,
    argv: readonly string[],
    env: readonly string[],
    prepare: (child: Process) => number,
  ): number {
    this.#parts.sim.clock.charge(COST.SPAWN);
    const executable = this.#parts.executables.load(parent, path, argv);
    if (typeof executable === 'number') return executable;
    const name = baseName(path);
    const child = this.#createChild(parent, this.#newSpace(), executable.program, name);
    if (typeof child === 'number') return child;
    const error = prepare(child) || this.#furnish(child, executable, env);
    if (error < 0) {
      this.#undo(child);
      return error;
    }
    // The parent has these files, too, so none of them is released here.
    for (const file of child.files.removeCloseOnExec()) this.#parts.vfs.close(file);
    this.#start(child);
    return child.task.pid;
  }

  /** execve(2): on success the calling program never sees the answer. */
  exec(
    process: Process,
    target: string | OpenFile,
    argv: readonly string[],
    env: readonly string[],
  ): number {
    const { group } = process.task;
    const path = typeof target === 'string' ? target : target.path.dentry.name;
    // Another thread has begun to end this one.
    if (group.exitStatus !== undefined || group.execTask !== undefined) return -ERRNO.EAGAIN;
    const isTooMany = process.task.exceedsProcesses;
    if (isTooMany && !mayHaveTasks(this.#parts.tasks, process.task, 0)) return -ERRNO.EAGAIN;
    process.task.exceedsProcesses = false;
    const executable = this.#parts.executables.load(process, target, argv);
    if (typeof executable === 'number') return executable;
    const old = process.space;
    process.space = this.#newSpace();
    limitSpace(process.space, group.rlimits);
    process.space.faults.minor = old.faults.minor;
    const error = this.#furnish(process, executable, env);
    if (error < 0) {
      process.space.destroy();
      process.space = old;
      return error;
    }
    if (group.alive > 1) {
      return process.block(this.#execAlone(process, old, executable, path));
    }
    return this.#replace(process, old, executable, path);
  }

  *#execAlone(
    process: Process,
    old: AddressSpace,
    executable: Executable,
    path: string,
  ): Sleeping<number> {
    yield* this.threads.becomeSingle(process);
    const answer = this.#replace(process, old, executable, path);
    if (answer !== WOULD_BLOCK) return answer;
    const { pending } = process;
    process.pending = undefined;
    return pending === undefined ? answer : yield* pending;
  }

  /** The point of no return: the old program's memory and files go. */
  #replace(process: Process, old: AddressSpace, executable: Executable, path: string): number {
    this.threads.leaveSpace(process, old);
    process.task.name = baseName(path).slice(0, 15);
    const files = [...mappedFiles(old), ...process.files.removeCloseOnExec()];
    if (files.length === 0) return this.#leaveFor(process, executable.program);
    return process.block(this.#closeAndLeave(process, files, executable.program));
  }

  /** Releasing a driver's file may wait; the old program is not gone back to meanwhile. */
  *#closeAndLeave(
    process: Process,
    files: readonly OpenFile[],
    program: Program,
  ): Sleeping<number> {
    const oops = yield* this.#closeAll(process.task, files);
    if (oops !== undefined) throw oops;
    return this.#leaveFor(process, program);
  }

  #leaveFor(process: Process, program: Program): number {
    process.leaving = { kind: 'exec', program };
    process.task.hasWork = true;
    return 0;
  }

  #createChild(
    parent: Process,
    space: AddressSpace,
    program: Program,
    name: string,
  ): Process | number {
    const { task, credentials } = parent;
    const files = parent.files.copy();
    const child = this.#create({
      name,
      space,
      files,
      fs: { ...parent.fs },
      credentials,
      parent: task.group.leader,
      program,
    });
    if (typeof child === 'number') {
      space.destroy();
      this.#closeShared(space);
      for (const file of files.removeAll()) this.#parts.vfs.close(file);
      return child;
    }
    child.task.ignored = task.ignored;
    child.task.blocked = task.blocked;
    return child;
  }

  #create(from: Inherited): Process | number {
    const { tasks, memory, scheduler, syscalls } = this.#parts;
    const { name, credentials, parent, program, of } = from;
    const maker = of?.task ?? parent;
    if (maker !== undefined && !mayHaveTasks(tasks, maker, 1)) return -ERRNO.EAGAIN;
    const pid = tasks.allocatePid();
    if (pid === 0) return -ERRNO.EAGAIN;
    const body = this.#body(() => process, program);
    const group = of === undefined ? {} : { group: of.task.group };
    const spec = { pid, name, credentials, parent, body, isKernelThread: false, ...group };
    const task = new Task(spec);
    if (!memory.take(task)) {
      task.group.threads.delete(task);
      task.group.alive--;
      task.parent?.children.delete(task);
      return -ERRNO.ENOMEM;
    }
    const childExit = of?.childExit ?? new WaitQueue(scheduler, 'do_wait');
    const process = new Process({ ...from, task, childExit, calls: syscalls });
    tasks.add(task);
    applyLimits(process);
    return process;
  }

  *#body(process: () => Process, program: Program): Sleeping<void> {
    const status = yield* runUserMode(process(), this.#parts, program);
    yield* this.exit(process(), status);
  }

  /** What an exec does to a process that has its new, empty memory: stack, identity, signals. */
  #furnish(process: Process, executable: Executable, env: readonly string[]): number {
    const stack = writeInitialStack(process.space, executable.argv, env);
    if (stack < 0) return stack;
    process.initialStack = stack;
    process.executable = executable.path;
    process.hasExeced = true;
    process.arguments = executable.argv;
    const { task } = process;
    const { setUid, setGid } = executable;
    const euid = setUid ?? task.credentials.euid;
    const egid = setGid ?? task.credentials.egid;
    const ids = { euid, suid: euid, egid, sgid: egid };
    const error = this.#parts.memory.creds.commit(task, ids);
    if (error !== 0) return error;
    task.caught = 0;
    task.taken = 0;
    task.group.actions.clear();
    return 0;
  }

  #start(process: Process): void {
    const { sim, scheduler } = this.#parts;
    if (sim.trace.on) sim.trace.emit(EVENT.SPAWN, process.task.pid);
    scheduler.start(process.task);
  }

  /** A child that was never started. */
  #undo(child: Process): void {
    for (const file of child.files.removeAll()) this.#parts.vfs.close(file);
    child.space.destroy();
    this.#forget(child.task);
  }

  #newSpace(): AddressSpace {
    return new AddressSpace(this.#parts.pages, this.#parts.sim.clock);
  }

  /** Files that a child would have had mapped: its parent has them, so none is released here. */
  #closeShared(space: AddressSpace): void {
    for (const file of mappedFiles(space)) this.#parts.vfs.close(file);
  }

  /** A thread of `maker`'s process that begins in `start`: its number, or a negative errno. */
  createThread(maker: Process, start: Program, options: ThreadOptions): number {
    this.#parts.sim.clock.charge(COST.THREAD);
    const { task, space, files, fs, credentials } = maker;
    const thread = this.#create({
      name: task.name,
      space,
      files,
      fs,
      credentials,
      parent: undefined,
      program: start,
      of: maker,
    });
    if (typeof thread === 'number') return thread;
    share(maker, thread, options);
    this.#start(thread);
    return thread.task.pid;
  }

  // ---- Ending -------------------------------------------------------------------------------

  /** do_exit: gives everything back and leaves a zombie. Context: the task itself, at its end. */
  *exit(process: Process, status: number): Sleeping<never> {
    const { sim, scheduler, signals, onInitExit, onSessionEnd } = this.#parts;
    const { task, files } = process;
    const { group } = task;
    sim.clock.charge(COST.EXIT);
    group.threads.delete(task);
    task.cpuLimitNs = Infinity;
    signals.retarget(task);
    this.threads.leaveSpace(process, process.space);
    yield* this.#closeAll(task, mappedFiles(process.space));
    if (--files.users === 0) yield* this.#closeAll(task, files.removeAll());
    if (sim.trace.on) sim.trace.emit(EVENT.EXIT, status);
    this.#parts.lockdep.taskExit(task);
    while (task.isLeader && group.alive > 1 && group.execTask === undefined) {
      yield* process.childExit.sleep();
    }
    this.tracing.taskEnded(task, group.exitStatus ?? status);
    if (!task.isLeader || group.execTask !== undefined) return yield* this.threads.vanish(process);
    process.exitStatus = group.exitStatus ?? status;
    if (task.pid === INIT_PID) onInitExit(process.exitStatus);
    if (task.sid === task.pid) onSessionEnd(task.sid);
    if (group.realTimer !== undefined) sim.events.cancel(group.realTimer.event);
    this.children.reparent(task);
    this.children.leaveGroup(task);
    this.children.ended(task);
    return yield* scheduler.exit(task.state === 'X' ? 'X' : 'Z');
  }

  /** Closes what is in no table any more. Returns the first Oops that a driver's release made. */
  *#closeAll(task: Task, files: readonly OpenFile[]): Sleeping<Oops | undefined> {
    const { vfs } = this.#parts;
    let oops: Oops | undefined;
    for (const file of files) {
      if (isLost(task, file)) continue;
      try {
        if (vfs.close(file) === WOULD_BLOCK) yield* vfs.closeBlocking(file);
      } catch (thrown) {
        // The report is written; the rest is still to be closed.
        if (!(thrown instanceof Oops)) throw thrown;
        oops ??= thrown;
      }
    }
    return oops;
  }

  /** The last trace of a process goes. */
  #forget(task: Task): void {
    task.parent?.children.delete(task);
    this.#parts.tasks.remove(task);
    this.#parts.memory.give(task);
    this.#parts.memory.giveShared(task.group);
  }
}

/**
 * A file of a module that oopsed in this task stays open for ever, as the locks stay locked: its
 * release is the driver's code, which must not run here again.
 */
function isLost(task: Task, file: OpenFile): boolean {
  const { owner } = file.ops;
  return task.dying && owner instanceof LoadedModule && owner.hasOopsed;
}

/** Files that were mapped and are to be closed. */
function mappedFiles(space: AddressSpace): OpenFile[] {
  return space.areas.takeClosing().filter((file) => file instanceof OpenFile);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
