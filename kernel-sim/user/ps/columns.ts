// SPDX-License-Identifier: GPL-2.0-or-later
/** The columns that ps can print, with procps's widths and headings. */
import { SCHED } from '../../uapi/sched.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { TICKS_PER_S, type ProcessInfo } from './process.ts';

/** What a column may need beside the process. */
export interface PsContext {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
  readonly uptimeSeconds: number;
  /** Seconds since 1970. */
  readonly now: number;
  readonly memoryKib: number;
  readonly pidWidth: number;
}

export interface Column {
  readonly heading: string;
  /** In characters; PID_WIDTH stands for as many as the largest pid has. */
  readonly width: number;
  readonly isRight: boolean;
  /** What is too long is cut at the width: always, or unless the column is the last. */
  readonly cuts?: 'always' | 'inside';
  readonly value: (process: ProcessInfo, context: PsContext) => string;
}

export const PID_WIDTH = 0;

const DAY = 86_400;

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** `[D-]HH:MM:SS`. */
function clock(totalSeconds: number): string {
  const days = Math.floor(totalSeconds / DAY);
  const rest = totalSeconds % DAY;
  const hours = Math.floor(rest / 3600);
  const text = `${pad(hours)}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`;
  return days > 0 ? `${days}-${text}` : text;
}

/** `M:SS`, BSD's way. */
function bsdClock(totalSeconds: number): string {
  return `${Math.floor(totalSeconds / 60)}:${pad(totalSeconds % 60)}`;
}

function cpuSeconds(process: ProcessInfo): number {
  return Math.floor(process.ticks / TICKS_PER_S);
}

function age(process: ProcessInfo, { uptimeSeconds }: PsContext): number {
  return Math.max(0, uptimeSeconds - process.startTicks / TICKS_PER_S);
}

/** `SS`, `MM:SS` or more. */
function elapsed(process: ProcessInfo, context: PsContext): string {
  const seconds = Math.floor(age(process, context));
  return seconds < 3600 ? `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}` : clock(seconds);
}

function cpuPercent(process: ProcessInfo, context: PsContext): number {
  const lived = age(process, context);
  return lived > 0 ? (process.ticks / TICKS_PER_S / lived) * 100 : 0;
}

function started(process: ProcessInfo, context: PsContext, isWide: boolean): string {
  // Rounded to a tick, since both clocks were read with fractions.
  const when = Math.round((context.now - age(process, context)) * TICKS_PER_S) / TICKS_PER_S;
  const time = civilTime(Math.floor(when));
  if (isWide) return strftime('%a %b %e %H:%M:%S %Y', time);
  if (civilTime(context.now).year !== time.year) return strftime('%Y', time);
  return context.now - when < DAY ? strftime('%H:%M', time) : strftime('%b%d', time);
}

/** The state with BSD's additions: session leader, threads, foreground. */
function longState(process: ProcessInfo): string {
  let text = process.state;
  if (process.nice < 0) text += '<';
  if (process.nice > 0) text += 'N';
  if (process.session === process.pid) text += 's';
  if (process.threads > 1) text += 'l';
  if (process.foregroundGroup > 0 && process.foregroundGroup === process.pgid) text += '+';
  return text;
}

function ended(process: ProcessInfo): string {
  return process.state === 'Z' ? ' <defunct>' : '';
}

/** The words it was started with, or its name in brackets. */
function commandLine(process: ProcessInfo): string {
  if (process.commandLine.length === 0) return `[${process.name}]${ended(process)}`;
  return process.commandLine.map((word) => word.replaceAll('\n', '?')).join(' ');
}

function userName(uid: number, { users }: PsContext, width = 8): string {
  const name = users.get(uid) ?? String(uid);
  return name.length <= width ? name : `${name.slice(0, width - 1)}+`;
}

function right(heading: string, width: number, value: Column['value']): Column {
  return { heading, width, isRight: true, value };
}

function left(heading: string, width: number, value: Column['value']): Column {
  return { heading, width, isRight: false, value };
}

/** How ps calls policies, by number: TS is time sharing, FF first in first out. */
const CLASSES = ['TS', 'FF', 'RR', 'B', 'ISO', 'IDL', 'DLN'];

/** Only who shares time has a nice value. */
function niceness({ policy, nice }: ProcessInfo): string {
  return policy === SCHED.OTHER || policy === SCHED.BATCH ? String(nice) : '-';
}

const ppid = right('PPID', PID_WIDTH, (p) => String(p.ppid));
const user = left('USER', 8, (p, context) => userName(p.euid, context));
const name: Column = { ...left('COMMAND', 15, (p) => p.name + ended(p)), cuts: 'inside' };
const args: Column = { ...left('COMMAND', 27, commandLine), cuts: 'inside' };
const cpu = right('%CPU', 4, (p, context) => cpuPercent(p, context).toFixed(1));
const memory = right('%MEM', 4, (p, context) =>
  (context.memoryKib > 0 ? (p.resident / context.memoryKib) * 100 : 0).toFixed(1),
);
const terminal = left('TT', 8, (p) => p.terminal);
const time = right('TIME', 8, (p) => clock(cpuSeconds(p)));
const state = left('S', 1, (p) => p.state);
const nice = right('NI', 3, niceness);
const thread = right('TID', PID_WIDTH, (p) => String(p.tid));
const policy = right('CLS', 3, (p) => CLASSES[p.policy] ?? '?');
const threads = right('NLWP', 4, (p) => String(p.threads));
const virtual = right('VSZ', 6, (p) => String(p.virtualSize));
const resident = right('RSS', 5, (p) => String(p.resident));
const group = left('GROUP', 8, (p, { groups }) => groups.get(p.gid) ?? String(p.gid));
const session = right('SID', PID_WIDTH, (p) => String(p.session));
const pgid = right('PGID', PID_WIDTH, (p) => String(p.pgid));
const start = left('STIME', 5, (p, context) => started(p, context, false));

/** By the names that -o knows. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map([
  ['pid', right('PID', PID_WIDTH, (p) => String(p.pid))],
  ['tgid', right('TGID', PID_WIDTH, (p) => String(p.pid))],
  ['tid', thread],
  ['lwp', { ...thread, heading: 'LWP' }],
  ['spid', { ...thread, heading: 'SPID' }],
  ['ppid', ppid],
  ['pgid', pgid],
  ['pgrp', { ...pgid, heading: 'PGRP' }],
  ['sid', session],
  ['sess', { ...session, heading: 'SESS' }],
  ['user', user],
  ['euser', { ...user, heading: 'EUSER' }],
  ['ruser', left('RUSER', 8, (p, context) => userName(p.uid, context))],
  ['uid', right('UID', 5, (p) => String(p.euid))],
  ['euid', right('EUID', 5, (p) => String(p.euid))],
  ['gid', right('GID', 5, (p) => String(p.gid))],
  ['group', group],
  ['comm', name],
  ['ucmd', { ...name, heading: 'CMD' }],
  ['args', args],
  ['cmd', { ...args, heading: 'CMD' }],
  ['command', args],
  ['tty', terminal],
  ['tt', terminal],
  ['tname', { ...terminal, heading: 'TTY' }],
  ['time', time],
  ['cputime', time],
  ['bsdtime', right('TIME', 6, (p) => bsdClock(cpuSeconds(p)))],
  ['etime', right('ELAPSED', 11, elapsed)],
  ['etimes', right('ELAPSED', 7, (p, context) => String(Math.floor(age(p, context))))],
  ['stat', left('STAT', 4, longState)],
  ['s', state],
  ['state', state],
  ['ni', nice],
  ['nice', nice],
  ['pri', right('PRI', 3, (p) => String(39 - p.priority))],
  ['opri', right('PRI', 3, (p) => String(60 + p.priority))],
  ['vsz', virtual],
  ['rss', resident],
  ['sz', right('SZ', 5, (p) => String(Math.floor(p.virtualSize / 4)))],
  ['pcpu', cpu],
  ['%cpu', cpu],
  ['pmem', memory],
  ['%mem', memory],
  ['c', right('C', 2, (p, context) => String(Math.floor(Math.min(99, cpuPercent(p, context)))))],
  ['stime', start],
  ['start_time', { ...start, heading: 'START' }],
  ['lstart', right('STARTED', 24, (p, context) => started(p, context, true))],
  ['nlwp', threads],
  ['thcount', { ...threads, heading: 'THCNT', width: 5 }],
  ['psr', right('PSR', 3, (p) => String(p.cpu))],
  ['cpuid', right('CPUID', 5, (p) => String(p.cpu))],
  ['cls', policy],
  ['class', policy],
  ['policy', { ...policy, heading: 'POL' }],
  ['sched', right('SCH', 3, (p) => String(p.policy))],
  ['rtprio', right('RTPRIO', 6, (p) => (p.rtPriority > 0 ? String(p.rtPriority) : '-'))],
  ['wchan', { ...left('WCHAN', 6, (p) => p.waitsIn), cuts: 'always' }],
  ['f', left('F', 1, (p) => ((p.flags >> 6) & 7).toString(8))],
  ['addr', left('ADDR', 4, () => '-')],
]);

/** The formats with names: each a list of column and, where it differs, heading. */
export const FORMATS = {
  plain: 'pid,tname,time,ucmd',
  bsd: 'pid,tname,stat,bsdtime,command',
  full: 'user=UID,pid,ppid,c,stime,tname,time,cmd',
  extraFull: 'user=UID,pid,ppid,c,sz,rss,psr,stime,tname,time,cmd',
  long: 'f,s,uid,pid,ppid,c,opri,ni,addr:1,sz,wchan,tname,time,ucmd',
  user: 'user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime,command',
  jobs: 'pid,pgid,sid,tname,time,ucmd',
} as const;

/** The columns of a format when threads are listed under it: with -L as LWP, with -T as SPID. */
export function withThreadColumn(format: keyof typeof FORMATS, option: 'L' | 'T'): string {
  const names = FORMATS[format].split(',');
  const place = ['sid', 'ppid', 'pid'].find((name) => names.includes(name)) ?? '';
  names.splice(names.indexOf(place) + 1, 0, option === 'L' ? 'lwp' : 'spid');
  const isFull = format === 'full' || format === 'extraFull';
  if (isFull && option === 'L') names.splice(names.indexOf('c') + 1, 0, 'nlwp');
  return names.join(',');
}
