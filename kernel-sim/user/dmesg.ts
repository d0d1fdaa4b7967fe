// SPDX-License-Identifier: GPL-2.0-or-later
/** dmesg: shows and clears the kernel log, as util-linux does it. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { CLOCK, SYSLOG_ACTION } from '../uapi/process.ts';
import {
  DmesgFormatter,
  FACILITIES,
  LEVELS,
  parseKmsg,
  parseSyslog,
  type LogLine,
  type TimeFormat,
} from './dmesg/format.ts';
import { DMESG_HELP, DMESG_LONG, DMESG_SHORT } from './dmesg/help.ts';
import type { Libc } from './libc/libc.ts';
import {
  command,
  complain,
  errorText,
  has,
  lastOf,
  misuse,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';
import { startPager, waitForPager } from './support/pager.ts';

const KMSG_RECORD = 8192;

/** Options of which at most one may be given, as util-linux names them. */
const EXCLUSIVE: readonly (readonly (readonly [letter: string, name: string])[])[] = [
  [
    ['C', '--clear'],
    ['D', '--console-off'],
    ['E', '--console-on'],
    ['c', '--read-clear'],
    ['n', '--console-level'],
    ['r', '--raw'],
  ],
  [
    ['H', '--human'],
    ['r', '--raw'],
  ],
  [
    ['L', '--color'],
    ['r', '--raw'],
  ],
  [
    ['S', '--syslog'],
    ['w', '--follow'],
  ],
  [
    ['r', '--raw'],
    ['x', '--decode'],
  ],
];

const KERN = 0;

export const dmesg = command({
  short: DMESG_SHORT,
  long: DMESG_LONG,
  help: DMESG_HELP,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(DMESG_HELP);
      return 0;
    }
    if (args.operands.length > 0) return yield* misuse(c, 'bad usage');
    const clash = EXCLUSIVE.find((group) => group.filter(([it]) => has(args, it)).length > 1);
    if (clash !== undefined) {
      const names = clash.map(([, name]) => name).join(' ');
      return yield* c.die(c.program, `mutually exclusive arguments: ${names}`);
    }
    const action = lastOf(args, ['C', 'D', 'E', 'n']);
    if (action !== undefined) return yield* control(c, args, action);
    const levels = valueOf(args, 'l')?.split(',');
    const unknown = levels?.find((level) => !LEVELS.includes(level.replaceAll('+', '')));
    if (unknown !== undefined) return yield* c.die(c.program, `unknown level '${unknown}'`);
    const facilities = facilitiesOf(args);
    if (typeof facilities === 'string') {
      return yield* c.die(c.program, `unknown facility '${facilities}'`);
    }
    const time = timeFormat(args);
    if (time === undefined) {
      return yield* c.die(c.program, `unknown time format: ${valueOf(args, 'time-format') ?? ''}`);
    }
    const formatter = new DmesgFormatter({
      time,
      isRaw: has(args, 'r'),
      decodes: has(args, 'x'),
      isColored: !has(args, 'J') && (yield* isColored(c, args)),
      escapes: !has(args, 'noescape'),
      repeatsPrefix: has(args, 'p'),
      levels: levels === undefined ? undefined : expandLevels(levels),
      facilities,
      bootTime: yield* bootTime(c),
    });
    const follows = (has(args, 'w') || has(args, 'W')) && valueOf(args, 'F') === undefined;
    const pager = has(args, 'H') && !has(args, 'P') ? yield* startPager(c) : undefined;
    const status = yield* follows ? follow(c, args, formatter) : show(c, args, formatter);
    if (pager !== undefined) yield* waitForPager(c, pager);
    return status;
  },
});

/** The facilities to show, undefined for all; the name of one that does not exist. */
function facilitiesOf(args: ParsedCommandLine): ReadonlySet<number> | undefined | string {
  const list = valueOf(args, 'f')?.split(',');
  const unknown = list?.find((name) => !FACILITIES.includes(name));
  if (unknown !== undefined) return unknown;
  const wanted = new Set((list ?? []).map((name) => FACILITIES.indexOf(name)));
  if (has(args, 'k')) wanted.add(KERN);
  if (has(args, 'u')) {
    for (const facility of FACILITIES.keys()) if (facility !== KERN) wanted.add(facility);
  }
  return wanted.size === 0 ? undefined : wanted;
}

const TIME_FORMATS = ['delta', 'reltime', 'ctime', 'notime', 'iso'] as const;

/** How times are shown; undefined for a --time-format that does not exist. */
function timeFormat(args: ParsedCommandLine): TimeFormat | undefined {
  const named = valueOf(args, 'time-format');
  if (named !== undefined) return TIME_FORMATS.find((format) => format === named);
  const shows = lastOf(args, ['t', 'T', 'e']);
  if (shows === 't') return 'notime';
  if (shows === 'T') return 'ctime';
  if (!has(args, 'd')) return shows === 'e' || has(args, 'H') ? 'reltime' : 'boot';
  return shows === 'e' || has(args, 'H') ? 'lone-delta' : 'delta';
}

/** `err+` is err and everything worse, `+err` err and everything less bad. */
function expandLevels(levels: readonly string[]): ReadonlySet<number> {
  const wanted = new Set<number>();
  for (const text of levels) {
    const named = LEVELS.indexOf(text.replaceAll('+', ''));
    for (const level of LEVELS.keys()) {
      const isWorse = text.endsWith('+') && level < named;
      const isBetter = text.startsWith('+') && level > named;
      if (level === named || isWorse || isBetter) wanted.add(level);
    }
  }
  return wanted;
}

function* isColored(c: Libc, args: ParsedCommandLine): Sleeping<boolean> {
  const when = valueOf(args, 'L') ?? 'auto';
  return when === 'always' || (when === 'auto' && (yield* c.isatty(1)));
}

function* bootTime(c: Libc): Sleeping<number> {
  const now = yield* c.clock_gettime(CLOCK.REALTIME);
  const since = yield* c.clock_gettime(CLOCK.MONOTONIC);
  if (typeof now === 'number' || typeof since === 'number') return 0;
  return now.seconds - since.seconds + (now.nanoseconds - since.nanoseconds) / 1e9;
}

function* control(
  c: Libc,
  args: ParsedCommandLine,
  action: 'C' | 'D' | 'E' | 'n',
): Sleeping<number> {
  if (action === 'C') {
    const failure = yield* c.syslog(SYSLOG_ACTION.CLEAR);
    if (failure >= 0) return 0;
    return yield* c.die(c.program, `clear kernel buffer failed: ${errorText(failure)}`);
  }
  let level = action === 'D' ? 1 : 7;
  if (action === 'n') {
    const text = valueOf(args, 'n') ?? '';
    // A name stands for the level that is just high enough to let it through.
    level = /^\d+$/.test(text) ? Number(text) : LEVELS.indexOf(text) + 1;
    if (level < 1 || level > 8) return yield* c.die(c.program, `unknown level '${text}'`);
  }
  const failure = yield* c.syslog(SYSLOG_ACTION.CONSOLE_LEVEL, level);
  if (failure >= 0) return 0;
  return yield* c.die(c.program, `klogctl failed: ${errorText(failure)}`);
}

function* show(c: Libc, args: ParsedCommandLine, formatter: DmesgFormatter): Sleeping<number> {
  const text = yield* readLog(c, args);
  if (text === undefined) return 1;
  const lines = parseSyslog(text);
  if (has(args, 'J')) {
    const wanted = lines.filter((line) => formatter.isWanted(line));
    const elements = wanted.map((line) => formatter.json(line)).join(',');
    return (yield* c.print(`{\n   "dmesg": [\n      ${elements}\n   ]\n}\n`)) < 0 ? 1 : 0;
  }
  for (const line of lines) {
    if (c.out(formatter.format(line))) yield* c.flush();
  }
  return 0;
}

/** The whole log, or undefined when the reason why there is none has been said. */
function* readLog(c: Libc, args: ParsedCommandLine): Sleeping<string | undefined> {
  const path = valueOf(args, 'F');
  if (path === undefined) {
    const action = has(args, 'c') ? SYSLOG_ACTION.READ_CLEAR : SYSLOG_ACTION.READ_ALL;
    const text = yield* c.syslog_read(action);
    if (typeof text === 'string') return text;
    yield* complain(c, `read kernel buffer failed: ${errorText(text)}`);
    return undefined;
  }
  const bytes = yield* c.read_file(path);
  if (typeof bytes !== 'number') return decodeUtf8(bytes);
  yield* complain(c, `cannot open ${path}: ${errorText(bytes)}`);
  return undefined;
}

function* follow(c: Libc, args: ParsedCommandLine, formatter: DmesgFormatter): Sleeping<number> {
  const fd = yield* c.open('/dev/kmsg');
  if (fd < 0) return yield* c.die(c.program, `read kernel buffer failed: ${errorText(fd)}`);
  if (has(args, 'W')) yield* c.lseek(fd, 0, 2);
  for (;;) {
    const record = yield* c.read(fd, KMSG_RECORD);
    if (typeof record === 'number') {
      // EPIPE: records were overwritten before we came to them. The next read goes on behind.
      if (errorText(record) === 'Broken pipe') continue;
      return yield* c.die(c.program, `read failed: ${errorText(record)}`);
    }
    if (record.length === 0) return 0;
    const line: LogLine | undefined = parseKmsg(decodeUtf8(record));
    if (line !== undefined) c.out(formatter.format(line));
    if ((yield* c.flush()) < 0) return 1;
  }
}
