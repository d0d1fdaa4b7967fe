// SPDX-License-Identifier: GPL-2.0-or-later
/** What top shows of two moments: the summary, and the tasks that were busiest between them. */
import { TICKS_PER_S, type ProcessInfo } from '../ps/process.ts';
import { byBytes } from '../support/files.ts';
import type { Meminfo } from '../support/meminfo.ts';

/** One moment. */
export interface TopSample {
  /** `10:15:00 up 5 min, …` */
  readonly uptime: string;
  readonly seconds: number;
  /** Ticks by kind as /proc/stat has them: all CPUs, then each. */
  readonly cpus: readonly (readonly number[])[];
  readonly memory: Meminfo;
  readonly tasks: readonly ProcessInfo[];
  readonly users: ReadonlyMap<number, string>;
}

/** What is shown, and in which order. */
export interface TopView {
  readonly columns: number;
  readonly pidWidth: number;
  readonly field: TopField;
  readonly isAscending: boolean;
  readonly hasThreads: boolean;
  readonly hasCommandLines: boolean;
  readonly hidesIdle: boolean;
  readonly hasEachCpu: boolean;
}

export interface TopTable {
  readonly summary: readonly string[];
  readonly heading: string;
  readonly rows: readonly string[];
}

interface Row {
  readonly task: ProcessInfo;
  readonly user: string;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly command: string;
}

export type TopField = keyof typeof FIELDS;

type Compare = (a: Row, b: Row) => number;

/** By heading; without a sign the largest comes first. */
const FIELDS = {
  PID: (a, b) => a.task.tid - b.task.tid,
  USER: (a, b) => byBytes(a.user, b.user),
  PR: (a, b) => a.task.priority - b.task.priority,
  NI: (a, b) => a.task.nice - b.task.nice,
  VIRT: (a, b) => a.task.virtualSize - b.task.virtualSize,
  RES: (a, b) => a.task.resident - b.task.resident,
  SHR: (a, b) => a.task.shared - b.task.shared,
  S: (a, b) => byBytes(a.task.state, b.task.state),
  '%CPU': (a, b) => a.cpuPercent - b.cpuPercent,
  '%MEM': (a, b) => a.task.resident - b.task.resident,
  'TIME+': (a, b) => a.task.ticks - b.task.ticks,
  COMMAND: (a, b) => byBytes(a.command, b.command),
} as const satisfies Readonly<Record<string, Compare>>;

export function isTopField(name: string): name is TopField {
  return Object.hasOwn(FIELDS, name);
}

export function topTable(before: TopSample, now: TopSample, view: TopView): TopTable {
  const label = 'PID'.padStart(view.pidWidth);
  const heading = `${label} USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND`;
  const order: Compare = FIELDS[view.field];
  const rows = rowsOf(before, now, view)
    .filter(({ task, cpuPercent }) => !view.hidesIdle || task.state === 'R' || cpuPercent > 0)
    .toSorted((a, b) => (view.isAscending ? order(a, b) : order(b, a)));
  return {
    summary: [
      `top - ${now.uptime}`,
      countLine(now.tasks, view.hasThreads),
      ...cpuLines(before, now, view.hasEachCpu),
      ...memoryLines(now.memory),
    ],
    heading,
    rows: rows.map((row) => format(row, view)),
  };
}

function rowsOf(before: TopSample, now: TopSample, { hasCommandLines }: TopView): Row[] {
  const known = new Map(before.tasks.map(({ tid, ticks }) => [tid, ticks]));
  const seconds = Math.max(now.seconds - before.seconds, 1 / TICKS_PER_S);
  return now.tasks.map((task) => {
    const ticks = task.ticks - (known.get(task.tid) ?? 0);
    const words = task.commandLine.join(' ').replaceAll('\n', '?');
    const ownName = hasCommandLines ? `[${task.name}]` : task.name;
    return {
      task,
      user: now.users.get(task.euid) ?? String(task.euid),
      cpuPercent: Math.max(0, (ticks / TICKS_PER_S / seconds) * 100),
      memoryPercent: now.memory.total > 0 ? (task.resident / now.memory.total) * 100 : 0,
      command: hasCommandLines && words !== '' ? words : ownName,
    };
  });
}

function countLine(tasks: readonly ProcessInfo[], hasThreads: boolean): string {
  const count = (states: string): string =>
    String(tasks.filter(({ state }) => states.includes(state)).length).padStart(3);
  const total = String(tasks.length).padStart(3);
  return (
    `${hasThreads ? 'Threads' : 'Tasks'}: ${total} total, ${count('R')} running, ` +
    `${count('SDI')} sleeping, ${count('Tt')} stopped, ${count('Z')} zombie`
  );
}

/** Kinds of /proc/stat in the order of the line: it has nice behind system. */
const CPU_KINDS = [
  [0, 'us'],
  [2, 'sy'],
  [1, 'ni'],
  [3, 'id'],
  [4, 'wa'],
  [5, 'hi'],
  [6, 'si'],
  [7, 'st'],
] as const;

function cpuLines(before: TopSample, now: TopSample, hasEachCpu: boolean): string[] {
  const shown = hasEachCpu ? now.cpus.slice(1) : now.cpus.slice(0, 1);
  return shown.map((ticks, index) => {
    const old = before.cpus[hasEachCpu ? index + 1 : 0] ?? [];
    const passed = ticks.map((value, kind) => Math.max(0, value - (old[kind] ?? 0)));
    const all = CPU_KINDS.reduce((sum, [kind]) => sum + (passed[kind] ?? 0), 0);
    const parts = CPU_KINDS.map(([kind, name]) => {
      const idle = name === 'id' ? 100 : 0;
      const percent = all === 0 ? idle : ((passed[kind] ?? 0) / all) * 100;
      return `${percent.toFixed(1).padStart(5)} ${name}`;
    });
    const label = hasEachCpu ? `%Cpu${String(index).padEnd(3)}` : '%Cpu(s)';
    return `${label}:${parts.join(',')} `;
  });
}

const KIB_PER_MIB = 1024;

function memoryLines(memory: Meminfo): string[] {
  const mebibytes = (kib: number): string => (kib / KIB_PER_MIB).toFixed(1).padStart(8);
  const { total, free, used, buffers, cached, swapTotal, swapFree, available } = memory;
  return [
    `MiB Mem : ${mebibytes(total)} total, ${mebibytes(free)} free, ` +
      `${mebibytes(used)} used, ${mebibytes(buffers + cached)} buff/cache     `,
    `MiB Swap: ${mebibytes(swapTotal)} total, ${mebibytes(swapFree)} free, ` +
      `${mebibytes(swapTotal - swapFree)} used. ${mebibytes(available)} avail Mem `,
  ];
}

const USER_COLUMNS = 8;
/** What the kernel says of the real-time priority 99. */
const HIGHEST_PRIORITY = -100;

function format({ task, user, cpuPercent, memoryPercent, command }: Row, view: TopView): string {
  const cells = [
    String(task.tid).padStart(view.pidWidth),
    cut(user, USER_COLUMNS).padEnd(USER_COLUMNS),
    (task.priority <= HIGHEST_PRIORITY ? 'rt' : String(task.priority)).padStart(3),
    String(task.nice).padStart(3),
    size(task.virtualSize, 7),
    size(task.resident, 6),
    size(task.shared, 6),
    task.state,
    cpuPercent.toFixed(1).padStart(5),
    memoryPercent.toFixed(1).padStart(5),
    runTime(task.ticks).padStart(9),
  ].join(' ');
  return `${cells} ${cut(command, Math.max(1, view.columns - cells.length - 2))}`;
}

/** What does not fit ends with a plus sign. */
function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}+`;
}

/** KiB, or more of them than digits fit: `33.5g`. */
function size(kib: number, columns: number): string {
  let text = String(kib);
  let value = kib;
  for (const unit of 'mgt') {
    if (text.length <= columns) break;
    value /= 1024;
    text = `${value.toFixed(1)}${unit}`;
  }
  return text.padStart(columns);
}

/** `M:SS.hh`. */
function runTime(ticks: number): string {
  const seconds = Math.floor(ticks / TICKS_PER_S);
  const rest = `${pad(seconds % 60)}.${pad(ticks % TICKS_PER_S)}`;
  return `${Math.floor(seconds / 60)}:${rest}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
