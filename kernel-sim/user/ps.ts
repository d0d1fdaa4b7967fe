// SPDX-License-Identifier: GPL-2.0-or-later
/** ps: a snapshot of the processes. What it knows comes from /proc. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { CLOCK } from '../uapi/process.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { read_group, read_passwd } from './libc/passwd.ts';
import {
  COLUMNS,
  FORMATS,
  PID_WIDTH,
  withThreadColumn,
  type Column,
  type PsContext,
} from './ps/columns.ts';
import { parsePsWords, PS_HELP, type PsRequest } from './ps/options.ts';
import { allProcesses, largestPidWidth, type ProcessInfo } from './ps/process.ts';

const WIDE = 132;

export const ps = defineProgram(function* (c) {
  const request = parsePsWords(c.argv.slice(1));
  if ('error' in request) {
    yield* c.err(`error: ${request.error}\n${PS_HELP}`);
    return 1;
  }
  if (request.wantsHelp) {
    c.out(PS_HELP);
    return 0;
  }
  const processes = yield* allProcesses(c, request.hasThreads);
  if (typeof processes === 'number') {
    yield* c.err('Error, do this: mount -t proc proc /proc\n');
    return 47;
  }
  const context = yield* makeContext(c);
  const selected = yield* select(c, request, processes, context);
  const { format, threadColumn } = request;
  const usual =
    threadColumn === undefined ? FORMATS[format] : withThreadColumn(format, threadColumn);
  const columns = parseColumns(request.columns ?? usual, context.pidWidth);
  if ('error' in columns) {
    yield* c.err(`error: ${columns.error}\n${PS_HELP}`);
    return 1;
  }
  const width = yield* lineWidth(c, request);
  const rows = sorted(selected, request.sort, context);
  c.out(table(columns.columns, rows, context, width, request.hasHeadings));
  return selected.length > 0 ? 0 : 1;
});

function* makeContext(c: Libc): Sleeping<PsContext> {
  const users = new Map((yield* read_passwd(c)).map(({ uid, name }) => [uid, name]));
  const groups = new Map((yield* read_group(c)).map(({ gid, name }) => [gid, name]));
  const now = yield* c.clock_gettime(CLOCK.REALTIME);
  const uptime = yield* c.clock_gettime(CLOCK.MONOTONIC);
  const info = yield* c.sysinfo();
  return {
    users,
    groups,
    now: typeof now === 'number' ? 0 : now.seconds + now.nanoseconds / 1e9,
    uptimeSeconds: typeof uptime === 'number' ? 0 : uptime.seconds + uptime.nanoseconds / 1e9,
    memoryKib: typeof info === 'number' ? 0 : info.totalram / 1024,
    pidWidth: yield* largestPidWidth(c),
  };
}

/** A terminal's lines are cut at its width; elsewhere they go on for ever. */
function* lineWidth(c: Libc, request: PsRequest): Sleeping<number> {
  if (request.wideness > 1) return Infinity;
  const size = yield* c.get_winsize(1);
  if (typeof size === 'number') return Infinity;
  return Math.max(size.columns || 80, request.wideness > 0 ? WIDE : 0);
}

function* select(
  c: Libc,
  request: PsRequest,
  processes: readonly ProcessInfo[],
  context: PsContext,
): Sleeping<readonly ProcessInfo[]> {
  const { everyone, pids, parents, users, names, terminals } = request;
  if (everyone) return processes;
  const userIds = users?.map((text) => {
    const known = [...context.users].find(([, name]) => name === text);
    return known?.[0] ?? Number(text);
  });
  if (
    pids !== undefined ||
    users !== undefined ||
    names !== undefined ||
    parents !== undefined ||
    terminals !== undefined
  ) {
    return processes.filter(
      (process) =>
        pids?.includes(process.pid) === true ||
        parents?.includes(process.ppid) === true ||
        userIds?.includes(process.euid) === true ||
        names?.includes(process.name) === true ||
        terminals?.includes(process.terminal) === true,
    );
  }
  const own = yield* c.getpid();
  const self = processes.find(({ pid }) => pid === own);
  const euid = yield* c.geteuid();
  return processes.filter(
    (process) =>
      (request.anyUser || process.euid === euid) &&
      (request.anyTerminal || process.terminal === self?.terminal),
  );
}

function parseColumns(text: string, pidWidth: number): { columns: Column[] } | { error: string } {
  const columns: Column[] = [];
  for (const word of text.split(/[, ]+/)) {
    const [, name = '', wanted, heading] = /^([^:=]*)(?::(\d+))?(?:=(.*))?$/.exec(word) ?? [];
    const column = COLUMNS.get(name.toLowerCase());
    if (column === undefined) {
      return { error: `unknown user-defined format specifier "${name}"` };
    }
    const usual = column.width === PID_WIDTH ? pidWidth : column.width;
    const width = wanted === undefined ? usual : Number(wanted);
    columns.push({ ...column, width, ...(heading !== undefined && { heading }) });
  }
  return { columns };
}

function sorted(
  processes: readonly ProcessInfo[],
  sort: string | undefined,
  context: PsContext,
): readonly ProcessInfo[] {
  if (sort === undefined) return processes;
  const [, sign = '', name = ''] = /^([-+]?)(.*)$/.exec(sort.split(',')[0] ?? '') ?? [];
  const column = COLUMNS.get(name);
  if (column === undefined) return processes;
  const key = (process: ProcessInfo): string | number => {
    const text = column.value(process, context);
    return Number.isNaN(Number(text)) ? text : Number(text);
  };
  const ascending = processes.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left < right ? -1 : left > right ? 1 : a.tid - b.tid;
  });
  return sign === '-' ? ascending.toReversed() : ascending;
}

function table(
  columns: readonly Column[],
  processes: readonly ProcessInfo[],
  context: PsContext,
  lineLength: number,
  hasHeadings: boolean,
): string {
  const line = (cells: readonly string[]): string => {
    let text = '';
    for (const [index, cell] of cells.entries()) {
      const column = columns[index];
      if (column === undefined) break;
      // A cell that is too wide takes from the padding of the next.
      const intended = columns.slice(0, index).reduce((sum, it) => sum + it.width + 1, 0);
      if (index > 0) text += ' ';
      const width = Math.max(0, column.width - Math.max(0, text.length - intended));
      if (column.isRight) text += cell.padStart(width);
      else text += index === cells.length - 1 ? cell : cell.padEnd(width);
    }
    return `${text.slice(0, lineLength)}\n`;
  };
  const headings = columns.map(({ heading }) => heading);
  const hasTitle = hasHeadings && headings.some((heading) => heading !== '');
  const rows = processes.map((process) =>
    line(
      columns.map((column, index) => {
        const text = column.value(process, context);
        const isLast = index === columns.length - 1;
        const isCut = column.cuts === 'always' || (column.cuts === 'inside' && !isLast);
        return isCut ? text.slice(0, column.width) : text;
      }),
    ),
  );
  return (hasTitle ? line(headings) : '') + rows.join('');
}
