// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/PID/stat and /proc/PID/status, field by field.
 *
 * What we do not have is printed as Linux prints it when there is none of it.
 *
 * Linux: fs/proc/array.c, proc_pid_stat(5), proc_pid_status(5).
 */
import { PAGE_SIZE } from '../../mm/page.ts';
import { formatCpuList } from '../../lib/cpu-list.ts';
import { RLIM_INFINITY } from '../../uapi/resource.ts';
import type { ProcTask } from './proc-task.ts';

/** USER_HZ: times are counted in hundredths of a second. */
const TICK_NS = 10_000_000;
const PF_KTHREAD = 0x0020_0000;
const PF_RANDOMIZE = 0x0040_0000;
const SIGCHLD = 17;
const NO_LIMIT = '18446744073709551615';
const ALL_CAPABILITIES = '000001ffffffffff';
const NONE_64 = '0000000000000000';

const STATE_TEXT: Readonly<Record<ProcTask['state'], string>> = {
  R: 'R (running)',
  S: 'S (sleeping)',
  D: 'D (disk sleep)',
  T: 'T (stopped)',
  Z: 'Z (zombie)',
  X: 'X (dead)',
  I: 'I (idle)',
};

/** The line of /proc/PID/stat. */
export function formatStat(task: ProcTask): string {
  const fields: (number | string)[] = [
    task.pid,
    `(${task.name})`,
    task.state,
    task.parentPid,
    task.pgid,
    task.sid,
    task.ttyDev,
    task.ttyForeground,
    task.isKernelThread ? PF_KTHREAD : PF_RANDOMIZE,
    task.memory?.minorFaults ?? 0,
    ...zeros(3), // cminflt majflt cmajflt
    ticks(task.userNs),
    ticks(task.systemNs),
    ticks(task.childUserNs),
    ticks(task.childSystemNs),
    task.sched.shownPriority,
    task.sched.nice,
    threadsOf(task).length,
    0, // itrealvalue
    ticks(task.startNs),
    task.virtualBytes,
    task.residentPages,
    NO_LIMIT, // rsslim
    ...zeros(5), // startcode endcode startstack kstkesp kstkeip
    task.pending >>> 0,
    task.blocked >>> 0,
    task.ignored >>> 0,
    task.caught >>> 0,
    task.waitChannel === '' ? 0 : 1,
    ...zeros(2), // nswap cnswap
    SIGCHLD,
    task.cpu,
    task.sched.rtPriority,
    task.sched.policy,
    ...zeros(3), // blkio guest cguest
    ...zeros(7), // start_data end_data start_brk arg_start arg_end env_start env_end
    task.exitStatus,
  ];
  return `${fields.join(' ')}\n`;
}

/** /proc/PID/status. */
export function formatStatus(task: ProcTask, cpus: number): string {
  const { credentials: ids } = task;
  const lines: (readonly [string, string | number])[] = [
    ['Name', task.name],
    ['Umask', task.umask.toString(8).padStart(4, '0')],
    ['State', STATE_TEXT[task.state]],
    ['Tgid', task.tgid ?? task.pid],
    ['Ngid', 0],
    ['Pid', task.pid],
    ['PPid', task.parentPid],
    ['TracerPid', 0],
    ['Uid', [ids.uid, ids.euid, ids.suid, ids.euid].join('\t')],
    ['Gid', [ids.gid, ids.egid, ids.sgid, ids.egid].join('\t')],
    ['FDSize', task.fdCapacity],
    ['Groups', `${ids.groups.join(' ')} `],
    ['NStgid', task.tgid ?? task.pid],
    ['NSpid', task.pid],
    ['NSpgid', task.pgid],
    ['NSsid', task.sid],
    ['Kthread', task.isKernelThread ? 1 : 0],
    ...(task.isKernelThread || task.state === 'Z' ? [] : memoryLines(task)),
    ['Threads', threadsOf(task).length],
    ['SigQ', '0/512'],
    ['SigPnd', set64(task.pending)],
    ['ShdPnd', set64(task.sharedPending ?? 0)],
    ['SigBlk', set64(task.blocked)],
    ['SigIgn', set64(task.ignored)],
    ['SigCgt', set64(task.caught)],
    ...capabilityLines(ids.euid === 0),
    ['NoNewPrivs', 0],
    ['Seccomp', 0],
    ...scheduleLines(task, cpus),
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

function scheduleLines({ sched }: ProcTask, cpus: number): (readonly [string, string | number])[] {
  const allowed = sched.affinity & ((1 << cpus) - 1);
  return [
    ['Cpus_allowed', allowed.toString(16)],
    ['Cpus_allowed_list', formatCpuList(allowed)],
    ['voluntary_ctxt_switches', sched.voluntarySwitches],
    ['nonvoluntary_ctxt_switches', sched.involuntarySwitches],
  ];
}

/** /proc/PID/statm: in pages. */
export function formatStatm({ memory }: ProcTask): string {
  if (memory === undefined) return '0 0 0 0 0 0 0\n';
  const shared = memory.file + memory.shmem;
  const resident = shared + memory.anonymous;
  return `${memory.total} ${resident} ${shared} 0 0 ${memory.data + memory.stack} 0\n`;
}

function memoryLines(task: ProcTask): (readonly [string, string])[] {
  const { memory } = task;
  const pages = (count: number): string => kilobytes(count * PAGE_SIZE);
  if (memory === undefined) {
    return [
      ['VmSize', kilobytes(task.virtualBytes)],
      ['VmRSS', pages(task.residentPages)],
    ];
  }
  return [
    ['VmPeak', pages(memory.totalPeak)],
    ['VmSize', pages(memory.total)],
    ['VmLck', pages(0)],
    ['VmPin', pages(0)],
    ['VmHWM', pages(memory.residentPeak)],
    ['VmRSS', pages(task.residentPages)],
    ['RssAnon', pages(memory.anonymous)],
    ['RssFile', pages(memory.file)],
    ['RssShmem', pages(memory.shmem)],
    ['VmData', pages(memory.data)],
    ['VmStk', pages(memory.stack)],
    ['VmExe', pages(0)],
    ['VmLib', pages(0)],
    ['VmPTE', pages(memory.tables)],
    ['VmSwap', pages(0)],
  ];
}

function threadsOf(task: ProcTask): readonly number[] {
  return task.threads ?? [task.pid];
}

function capabilityLines(isRoot: boolean): (readonly [string, string])[] {
  const effective = isRoot ? ALL_CAPABILITIES : NONE_64;
  return [
    ['CapInh', NONE_64],
    ['CapPrm', effective],
    ['CapEff', effective],
    ['CapBnd', ALL_CAPABILITIES],
    ['CapAmb', NONE_64],
  ];
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

function ticks(nanoseconds: number): number {
  return Math.floor(nanoseconds / TICK_NS);
}

function kilobytes(bytes: number): string {
  return `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
}

function set64(signals: number): string {
  return (signals >>> 0).toString(16).padStart(16, '0');
}

/** /proc/PID/limits. Linux: lnames and proc_pid_limits of fs/proc/base.c. */
export function formatLimits({ limits }: ProcTask): string {
  if (limits === undefined) return '';
  const show = (limit: number): string =>
    (limit === RLIM_INFINITY ? 'unlimited' : String(limit)).padEnd(20);
  const lines = LIMITS.map(([name, unit], resource) => {
    const { soft, hard } = limits.get(resource);
    return `${name.padEnd(25)} ${show(soft)} ${show(hard)} ${unit.padEnd(10)}\n`;
  });
  const head = ['Limit'.padEnd(25), 'Soft Limit'.padEnd(20), 'Hard Limit'.padEnd(20)];
  return `${head.join(' ')} ${'Units'.padEnd(10)}\n${lines.join('')}`;
}

/** By number. */
const LIMITS: readonly (readonly [name: string, unit: string])[] = [
  ['Max cpu time', 'seconds'],
  ['Max file size', 'bytes'],
  ['Max data size', 'bytes'],
  ['Max stack size', 'bytes'],
  ['Max core file size', 'bytes'],
  ['Max resident set', 'bytes'],
  ['Max processes', 'processes'],
  ['Max open files', 'files'],
  ['Max locked memory', 'bytes'],
  ['Max address space', 'bytes'],
  ['Max file locks', 'locks'],
  ['Max pending signals', 'signals'],
  ['Max msgqueue size', 'bytes'],
  ['Max nice priority', ''],
  ['Max realtime priority', ''],
  ['Max realtime timeout', 'us'],
];
