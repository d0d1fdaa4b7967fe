// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc: hands procfs what the other rooms know. Formats: proc(5). */
import { devicesText } from '../drivers/char/chrdev.ts';
import { mapsText } from '../fs/procfs/maps.ts';
import type { ProcTask, ProcTasks } from '../fs/procfs/proc-task.ts';
import { ProcEntries } from '../fs/procfs/proc-entries.ts';
import { ProcSysctl } from '../fs/procfs/proc-sysctl.ts';
import { registerMemoryFiles } from '../fs/procfs/memory-files.ts';
import { ProcFs } from '../fs/procfs/procfs.ts';
import { mountsText, registerSystemFiles } from '../fs/procfs/system-files.ts';
import { formatPointer } from '../hw/ram/board-memory.ts';
import { formatSyslog } from '../kernel/printk/printk.ts';
import { capable } from '../kernel/credentials.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { groupUsage } from '../kernel/sched/cputime.ts';
import type { Task } from '../kernel/sched/task.ts';
import { isIdle } from '../kernel/sched/task-state.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import { type Area, VM } from '../mm/vma.ts';
import { vmallocInfo } from '../mm/vmalloc.ts';
import { OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MIN } from '../process/oom-kill.ts';
import { type Process, processOf } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { DEVICE } from './devices.ts';
import { kallsymsText } from './kernel-symbols.ts';
import type { Kernel } from './kernel.ts';
import { registerInterruptFiles } from './interrupts.ts';
import { registerInetFiles } from './net-files.ts';
import { registerLockFiles } from './lock-files.ts';
import { registerNetDeviceFiles } from './net-device-files.ts';
import { schedDebugText } from './sched-debug.ts';
import { sysrqTrigger } from './sysrq.ts';

/** Mounts /proc, and answers what registers files in it. */
export function mountProc(kernel: Kernel): { sysctl: ProcSysctl; entries: ProcEntries } {
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
  registerMemoryFiles(procfs, kernel);
  procfs.register('devices', () => devicesText(charDevices));
  procfs.register('misc', () => consoles.misc.listing());
  procfs.register('modules', () => modulesText(kernel, [...loader.modules]));
  procfs.register('kmsg', { mode: 0o400, show: () => formatSyslog(printk.readable()) });
  procfs.register('sysrq-trigger', {
    mode: 0o200,
    store: (bytes) => sysrqTrigger(kernel, bytes),
  });
  const shown = (pointer: number): string => shownPointer(kernel, pointer);
  procfs.register('kallsyms', () => kallsymsText(kernel.board.memory, [...loader.modules], shown));
  procfs.register('vmallocinfo', {
    mode: 0o400,
    show: () => vmallocInfo(kernel.vmalloc.areas, shown),
  });
  procfs.register('cpuinfo', () => cpuinfoText(kernel));
  procfs.register('sched_debug', () => schedDebugText(kernel));
  registerLockFiles(procfs, kernel);
  registerInterruptFiles(procfs, kernel);
  registerInetFiles(procfs, kernel);
  registerNetDeviceFiles(kernel, procfs);
  procfs.register('net/unix', () => kernel.unixSockets.text());
  procfs.register('net/netlink', () => kernel.netlink.text());
  vfs.mount(procfs, 'proc', '/proc');
  return {
    sysctl: new ProcSysctl({ procfs, scheduler, printk }),
    entries: new ProcEntries(procfs, () => kernel.die),
  };
}

function systemFacts(kernel: Kernel): Parameters<typeof registerSystemFiles>[2] {
  const { sim, image, scheduler, tasks } = kernel;
  return {
    nowNs: () => sim.now(),
    version: kernel.banner,
    epochSeconds: image.epochSeconds,
    cmdline: image.cmdline,
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
  return modules
    .toReversed()
    .map((module) => {
      const { name, image, references, state, users } = module;
      const address = shownPointer(kernel, image.address);
      const flags = module.flags === '' ? '' : ` (${module.flags})`;
      const holders = [...users].toReversed().map((user) => `${user.name},`);
      const usedBy = holders.length === 0 ? '-' : holders.join('');
      const counts = `${image.sizeBytes} ${references} ${usedBy}`;
      return `${name} ${counts} ${state} 0x${address}${flags}\n`;
    })
    .join('');
}

/** Only root sees where things of the kernel lie, and with kptr_restrict nobody. Linux: %pK. */
function shownPointer({ board, scheduler, policy }: Kernel, pointer: number): string {
  const mayKnow = scheduler.current.credentials.euid === 0 && policy.kptrRestrict() < 2;
  return formatPointer(board.memory, mayKnow ? pointer : 0);
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
      const { tgid, credentials } = scheduler.current;
      return { pid: tgid, credentials };
    },
  };
}

function procTask(kernel: Kernel, task: Task): ProcTask {
  const usage = groupUsage(kernel.scheduler, task.group);
  const process = task.state === 'Z' ? undefined : processOf(task);
  const terminal = kernel.consoles.terminalOf(task.sid);
  return {
    pid: task.pid,
    name: task.name,
    state: stateOf(task),
    parentPid: task.parent?.pid ?? 0,
    pgid: task.pgid,
    sid: task.sid,
    credentials: task.credentials,
    isKernelThread: task.isKernelThread,
    cpu: task.cpu,
    sched: task.sched,
    ttyDev: terminal.rdev,
    ttyForeground: terminal.foreground,
    userNs: usage.userNs,
    systemNs: usage.systemNs,
    childUserNs: task.group.childUsage.userNs,
    childSystemNs: task.group.childUsage.systemNs,
    startNs: task.startNs,
    pending: task.pending,
    sharedPending: task.group.pending,
    tgid: task.tgid,
    threads: threadsOf(task),
    limits: task.group.rlimits,
    oomScoreAdj: task.group.oomScoreAdj,
    setOomScoreAdj: (value) => setOomScoreAdj(kernel, task, value),
    makeItFail: task.makeItFail,
    failNth: task.failNth,
    setMakeItFail(value) {
      if (!capable(kernel.scheduler.current.credentials)) return -ERRNO.EPERM;
      task.makeItFail = value;
      return 0;
    },
    setFailNth(value) {
      task.failNth = value;
      kernel.faults.injection.arm();
      return 0;
    },
    ...(process === undefined ? {} : { oomScore: kernel.oomKiller.score(process) }),
    blocked: task.blocked,
    ignored: task.ignored,
    caught: task.caught,
    commandLine: process?.arguments ?? [],
    waitChannel: task.waitChannel,
    exitStatus: processOf(task)?.exitStatus ?? 0,
    ...memoryOf(kernel, process),
    ...placeOf(kernel, process),
    files: () => process?.files.entries() ?? [],
  };
}

/** An ended leader looks like a zombie while its threads go on. */
function stateOf(task: Task): ProcTask['state'] {
  if (task.isKernelThread) return isIdle(task) ? 'I' : task.state;
  const { group, isLeader } = task;
  return isLeader && !group.threads.has(task) && group.alive > 1 ? 'Z' : task.state;
}

function threadsOf({ group }: Task): readonly number[] {
  const numbers = new Set([group.leader, ...group.threads].map(({ pid }) => pid));
  return [...numbers].toSorted((a, b) => a - b);
}

/** Linux: __set_oom_adj, which lets only the mighty ask for more safety than they were given. */
function setOomScoreAdj({ scheduler }: Kernel, { group }: Task, value: number): number {
  if (value < OOM_SCORE_ADJ_MIN || value > OOM_SCORE_ADJ_MAX) return -ERRNO.EINVAL;
  const isLess = value < group.oomScoreAdj;
  if (isLess && !capable(scheduler.current.credentials)) return -ERRNO.EACCES;
  group.oomScoreAdj = value;
  return 0;
}

function memoryOf(
  { vfs }: Kernel,
  process: Process | undefined,
): Pick<ProcTask, 'virtualBytes' | 'residentPages' | 'umask' | 'fdCapacity' | 'memory'> {
  if (process === undefined) {
    return { virtualBytes: 0, residentPages: 0, umask: 0, fdCapacity: 0 };
  }
  const { space, umask, files } = process;
  const { resident, table, minor } = space.faults;
  const pagesOf = (isWanted: (area: Area) => boolean): number =>
    space.areas.all.filter(isWanted).reduce((sum, { pageCount }) => sum + pageCount, 0);
  return {
    virtualBytes: space.areas.pageCount * PAGE_SIZE,
    residentPages: resident.all,
    umask,
    fdCapacity: files.capacity,
    memory: {
      total: space.areas.pageCount,
      totalPeak: space.peakPages,
      anonymous: resident.anonymous,
      file: resident.file,
      shmem: resident.shmem,
      residentPeak: resident.peak,
      data: pagesOf((area) => (area.flags & DATA_MASK) === VM.WRITE),
      stack: pagesOf((area) => (area.flags & VM.GROWSDOWN) !== 0),
      tables: table.tablePages,
      minorFaults: minor,
      maps: () => mapsText(space, vfs.mounts.root),
    },
  };
}

/** Private, writable, not the stack. Linux: is_data_mapping. */
const DATA_MASK = VM.WRITE | VM.SHARED | VM.GROWSDOWN;

function placeOf(
  { vfs }: Kernel,
  process: Process | undefined,
): Pick<ProcTask, 'cwd' | 'root' | 'executable'> {
  if (process === undefined) return {};
  const { cwd, root } = process;
  const executable = vfs.lookup(vfs.kernelContext, process.executable);
  return typeof executable === 'number' ? { cwd, root } : { cwd, root, executable };
}
