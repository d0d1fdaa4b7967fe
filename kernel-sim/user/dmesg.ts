// SPDX-License-Identifier: GPL-2.0-or-later
/** dmesg: shows and clears the kernel log, as util-linux does it. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { CLOCK, SYSLOG_ACTION } from '../uapi/process.ts';
import { DmesgFormatter, LEVELS, parseKmsg, parseSyslog, type LogLine } from './dmesg/format.ts';
import { DMESG_HELP, DMESG_LONG, DMESG_SHORT } from './dmesg/help.ts';
import type { Libc } from './libc/libc.ts';
import {
  command,
  errorText,
  has,
  lastOf,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';

const KMSG_RECORD = 8192;

export const dmesg = command({
  short: DMESG_SHORT,
  long: DMESG_LONG,
  help: DMESG_HELP,
  *main(c, args) {
    const action = lastOf(args, ['C', 'D', 'E', 'n']);
    if (action !== undefined) return yield* control(c, args, action);
    const levels = valueOf(args, 'l')?.split(',');
    const unknown = levels?.find((level) => !LEVELS.includes(level.replaceAll('+', '')));
    if (unknown !== undefined) return yield* c.die(c.program, `unknown level '${unknown}'`);
    const formatter = new DmesgFormatter({
      time: has(args, 't') ? 'none' : has(args, 'T') ? 'ctime' : has(args, 'd') ? 'delta' : 'boot',
      isRaw: has(args, 'r'),
      decodes: has(args, 'x'),
      isColored: yield* isColored(c, args),
      levels: levels === undefined ? undefined : expandLevels(levels),
      bootTime: yield* bootTime(c),
    });
    const follows = has(args, 'w') || has(args, 'W');
    return follows ? yield* follow(c, args, formatter) : yield* show(c, args, formatter);
  },
});

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
  const action = has(args, 'c') ? SYSLOG_ACTION.READ_CLEAR : SYSLOG_ACTION.READ_ALL;
  const text = yield* c.syslog_read(action);
  if (typeof text === 'number') {
    return yield* c.die(c.program, `read kernel buffer failed: ${errorText(text)}`);
  }
  for (const line of parseSyslog(text)) {
    if (c.out(formatter.format(line))) yield* c.flush();
  }
  return 0;
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
