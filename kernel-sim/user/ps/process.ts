// SPDX-License-Identifier: GPL-2.0-or-later
/** Processes as /proc shows them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { major, minor } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';

/** A process, or one of its threads. */
export interface ProcessInfo {
  readonly pid: number;
  /** The thread's own number: the process's for its first thread. */
  readonly tid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly session: number;
  readonly name: string;
  readonly state: string;
  readonly terminal: string;
  readonly foregroundGroup: number;
  /** User and system time, and when it started after boot: in ticks. */
  readonly ticks: number;
  readonly startTicks: number;
  readonly priority: number;
  readonly nice: number;
  readonly threads: number;
  /** The CPU that it runs on, or ran on last. */
  readonly cpu: number;
  /** 0 when its policy is not a real-time one. */
  readonly rtPriority: number;
  readonly policy: number;
  /** In KiB. */
  readonly virtualSize: number;
  readonly resident: number;
  readonly shared: number;
  readonly flags: number;
  readonly waitsIn: string;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  /** Empty for a kernel thread. */
  readonly commandLine: readonly string[];
}

export const TICKS_PER_S = 100;
const PAGE_KIB = 4;
const DEFAULT_PID_MAX = 32_768;

/**
 * All processes by pid, or all their threads. One that ends while they are read is left out.
 */
export function* allProcesses(c: Libc, withThreads = false): Sleeping<ProcessInfo[] | number> {
  const entries = yield* c.read_directory('/proc');
  if (typeof entries === 'number') return entries;
  const pids = entries.filter(({ name }) => /^\d+$/.test(name)).map(({ name }) => Number(name));
  const processes: ProcessInfo[] = [];
  for (const pid of pids.toSorted((a, b) => a - b)) {
    const process = yield* readProcess(c, `/proc/${pid}`, pid);
    if (process === undefined) continue;
    if (!withThreads || process.threads === 1) {
      processes.push(process);
      continue;
    }
    const threads = yield* c.read_directory(`/proc/${pid}/task`);
    if (typeof threads === 'number') continue;
    for (const { name } of threads.filter((thread) => /^\d+$/.test(thread.name))) {
      const thread = yield* readProcess(c, `/proc/${pid}/task/${name}`, pid);
      if (thread !== undefined) processes.push(thread);
    }
  }
  return processes;
}

/** In characters: of the largest number that a process can have. */
export function* largestPidWidth(c: Libc): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/sys/kernel/pid_max');
  const limit = typeof bytes === 'number' ? NaN : Number.parseInt(decodeUtf8(bytes), 10);
  return String((limit || DEFAULT_PID_MAX) - 1).length;
}

function* readText(c: Libc, path: string): Sleeping<string> {
  const bytes = yield* c.read_file(path);
  return typeof bytes === 'number' ? '' : decodeUtf8(bytes);
}

function* readProcess(c: Libc, path: string, pid: number): Sleeping<ProcessInfo | undefined> {
  const stat = yield* readText(c, `${path}/stat`);
  if (stat === '') return undefined;
  const status = yield* readText(c, `${path}/status`);
  const commandLine = yield* readText(c, `${path}/cmdline`);
  const waitsIn = yield* readText(c, `${path}/wchan`);
  return parseProcess(pid, stat, status, commandLine, waitsIn);
}

function parseProcess(
  pid: number,
  stat: string,
  status: string,
  commandLine: string,
  waitsIn: string,
): ProcessInfo | undefined {
  // The name may hold blanks and parentheses; nothing after it does.
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = stat
    .slice(close + 2)
    .trim()
    .split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0) || 0;
  const [uid = 0, euid = 0] = statusNumbers(status, 'Uid');
  const [gid = 0] = statusNumbers(status, 'Gid');
  const words = commandLine.split('\0');
  if (words.at(-1) === '') words.pop();
  return {
    pid,
    tid: Number.parseInt(stat, 10),
    name: stat.slice(open + 1, close),
    state: fields[0] ?? '?',
    ppid: field(4),
    pgid: field(5),
    session: field(6),
    terminal: terminalName(field(7)),
    foregroundGroup: field(8),
    flags: field(9),
    ticks: field(14) + field(15),
    priority: field(18),
    nice: field(19),
    threads: field(20),
    startTicks: field(22),
    cpu: field(39),
    rtPriority: field(40),
    policy: field(41),
    virtualSize: Math.floor(field(23) / 1024),
    resident: field(24) * PAGE_KIB,
    shared: kibibytes(status, 'RssFile') + kibibytes(status, 'RssShmem'),
    waitsIn: waitsIn === '' || waitsIn === '0' ? '-' : waitsIn,
    uid,
    euid,
    gid,
    commandLine: words,
  };
}

function statusNumbers(status: string, name: string): number[] {
  const line = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status);
  return (line?.[1] ?? '').split(/\s+/).map((word) => Number.parseInt(word, 10) || 0);
}

function kibibytes(status: string, name: string): number {
  return statusNumbers(status, name)[0] ?? 0;
}

const TTY_MAJOR = 4;
const CONSOLE_MAJOR = 5;
const PTS_MAJOR = 136;
const FIRST_SERIAL = 64;

/** The name of a terminal by its device number, as in `tty1`, `pts/0`. */
function terminalName(device: number): string {
  if (device === 0) return '?';
  const number = minor(device);
  switch (major(device)) {
    case TTY_MAJOR:
      return number < FIRST_SERIAL ? `tty${number}` : `ttyS${number - FIRST_SERIAL}`;
    case CONSOLE_MAJOR:
      return number === 1 ? 'console' : 'tty';
    case PTS_MAJOR:
      return `pts/${number}`;
    default:
      return '?';
  }
}
