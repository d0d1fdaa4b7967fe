// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc: hands procfs what the other rooms know. Formats: proc(5). */
import { devicesText } from '../drivers/char/chrdev.ts';
import type { ProcTask, ProcTasks } from '../fs/procfs/proc-task.ts';
import { ProcSysctl } from '../fs/procfs/proc-sysctl.ts';
import { ProcFs } from '../fs/procfs/procfs.ts';
import { mountsText, registerSystemFiles } from '../fs/procfs/system-files.ts';
import { formatPointer } from '../hw/ram/board-memory.ts';
import { formatSyslog } from '../kernel/printk/printk.ts';
import { ROOT } from '../kernel/credentials.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { Task } from '../kernel/sched/task.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import { type Process, processOf } from '../process/process.ts';
import { DEVICE } from './devices.ts';
import type { Kernel } from './kernel.ts';

/** Mounts /proc, and answers what registers files below /proc/sys. */
export function mountProc(kernel: Kernel): ProcSysctl {
  const { vfs, wallClock, image, charDevices, loader, printk, consoles, scheduler } = kernel;
  vfs.fileSystemTypes.set('proc', { needsDevice: false });
  vfs.fileSystemTypes.set('tmpfs', { needsDevice: false });
  vfs.fileSystemTypes.set('devtmpfs', { needsDevice: false });
  const procfs = new ProcFs({
    wallClock,
    device: DEVICE.PROC,
    cpus: image.cpus,
    tasks: procTasks(kernel),
    mounts: () => mountsText(vfs.mounts),
  });
  registerSystemFiles(procfs, vfs, systemFacts(kernel));
  procfs.register('devices', () => devicesText(charDevices));
  procfs.register('misc', () => consoles.misc.listing());
  procfs.register('modules', () => modulesText(kernel, [...loader.modules]));
  procfs.register('kmsg', { mode: 0o400, show: () => formatSyslog(printk.readable()) });
  procfs.register('cpuinfo', () => cpuinfoText(kernel));
  vfs.mount(procfs, 'proc', '/proc');
  return new ProcSysctl({ procfs, scheduler, printk });
}

function systemFacts(kernel: Kernel): Parameters<typeof registerSystemFiles>[2] {
  const { sim, image, pages, slabs, scheduler, tasks } = kernel;
  return {
    nowNs: () => sim.now(),
    version: kernel.banner,
    epochSeconds: image.epochSeconds,
    cmdline: image.cmdline,
    pages,
    slabPages: () =>
      slabs.caches.reduce((sum, { info }) => sum + info.slabs * info.pagesPerSlab, 0),
    cpuTimes: () => scheduler.cpus.map((cpu) => scheduler.timesOf(cpu)),
    loadAverages: () => scheduler.load.hundredths(sim.now()),
    contextSwitches: () => scheduler.cpus.reduce((sum, { switches }) => sum + switches, 0),
    taskCounts: () => ({
      created: tasks.created,
      running: [...tasks.all()].filter(({ state }) => state === 'R').length,
      blocked: [...tasks.all()].filter(({ state }) => state === 'D').length,
      all: tasks.size,
      lastPid: tasks.lastPid,
    }),
  };
}

/** The newest module first, as on Linux. */
function modulesText(kernel: Kernel, modules: readonly LoadedModule[]): string {
  const isPrivileged = kernel.scheduler.current.credentials.euid === 0;
  return modules
    .toReversed()
    .map((module) => {
      const { name, image, references, state, users } = module;
      // kptr_restrict: only root sees where kernel code lies.
      const address = formatPointer(kernel.board.memory, isPrivileged ? image.address : 0);
      const flags = module.flags === '' ? '' : ` (${module.flags})`;
      const holders = [...users].toReversed().map((user) => `${user.name},`);
      const usedBy = holders.length === 0 ? '-' : holders.join('');
      const counts = `${image.sizeBytes} ${references} ${usedBy}`;
      return `${name} ${counts} ${state} 0x${address}${flags}\n`;
    })
    .join('');
}

function cpuinfoText({ image, board }: Kernel): string {
  const describe = (_: unknown, id: number): string =>
    `processor\t: ${id}\nmodel name\t: ${board.cpuModel}\ncpu MHz\t\t: 1000.000\n\n`;
  return Array.from({ length: image.cpus }, describe).join('');
}

function procTasks(kernel: Kernel): ProcTasks {
  const { tasks, scheduler } = kernel;
  return {
    pids: () =>
      [...tasks.all()]
        .filter(({ isLeader }) => isLeader)
        .map(({ pid }) => pid)
        .toSorted((a, b) => a - b),
    get(pid) {
      const task = tasks.get(pid);
      return task === undefined ? undefined : procTask(kernel, task);
    },
    get current() {
      const task = scheduler.currentOrNone;
      return { pid: task?.tgid ?? 0, credentials: task?.credentials ?? ROOT };
    },
  };
}

function procTask(kernel: Kernel, task: Task): ProcTask {
  const process = task.state === 'Z' ? undefined : processOf(task);
  const terminal = kernel.consoles.terminalOf(task.sid);
  return {
    pid: task.pid,
    name: task.name,
    state: task.isKernelThread && task.state === 'S' ? 'I' : task.state,
    parentPid: task.parent?.pid ?? 0,
    pgid: task.pgid,
    sid: task.sid,
    credentials: task.credentials,
    isKernelThread: task.isKernelThread,
    cpu: task.cpu,
    sched: task.sched,
    ttyDev: terminal.rdev,
    ttyForeground: terminal.foreground,
    userNs: task.sched.userNs,
    systemNs: Math.max(0, kernel.scheduler.runtimeNs(task) - task.sched.userNs),
    startNs: task.startNs,
    pending: task.pending,
    blocked: task.blocked,
    ignored: task.ignored,
    caught: task.caught,
    commandLine: process?.arguments ?? [],
    waitChannel: task.waitChannel,
    exitStatus: processOf(task)?.exitStatus ?? 0,
    ...memoryOf(process),
    ...placeOf(kernel, process),
    files: () => process?.files.entries() ?? [],
  };
}

function memoryOf(
  process: Process | undefined,
): Pick<ProcTask, 'virtualBytes' | 'residentPages' | 'umask' | 'fdCapacity'> {
  if (process === undefined) {
    return { virtualBytes: 0, residentPages: 0, umask: 0, fdCapacity: 0 };
  }
  const { space, umask, files } = process;
  const residentPages = space.residentPages;
  return {
    virtualBytes: space.areas.pageCount * PAGE_SIZE,
    residentPages,
    umask,
    fdCapacity: files.capacity,
  };
}

function placeOf(
  { vfs }: Kernel,
  process: Process | undefined,
): Pick<ProcTask, 'cwd' | 'root' | 'executable'> {
  if (process === undefined) return {};
  const { cwd, root } = process;
  const executable = vfs.lookup(vfs.kernelContext, process.executable);
  return typeof executable === 'number' ? { cwd, root } : { cwd, root, executable };
}
