// SPDX-License-Identifier: GPL-2.0-or-later
/** top: the busiest tasks, again and again, on a terminal or with -b as lines. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { has, valueOf, type ParsedCommandLine } from './support/command.ts';
import { getpwnam } from './libc/passwd.ts';
import { CODE, hasSignal, Terminal } from './support/terminal.ts';
import { largestPidWidth } from './ps/process.ts';
import { takeTopSample, type TopFilter } from './top/sample.ts';
import { isTopField, topTable, type TopField, type TopTable, type TopView } from './top/table.ts';

const HELP = `
Usage:
 top [options]

Options:
 -b, --batch-mode                print lines; read no keys
 -c, --cmdline-toggle            command lines in place of names
 -d, --delay =SECS [.TENTHS]     time between two looks
 -H, --threads-show              each thread by itself
 -i, --idle-toggle               leave out tasks that did nothing
 -n, --iterations =NUMBER        end after so many looks
 -o, --sort-override =FIELD      sort by this heading
 -p, --pid =PIDLIST              only these tasks
 -u, --filter-only-euser =USER   only tasks of this user
 -w, --width =COLUMNS            length of lines
 -1, --single-cpu-toggle         a line for each CPU

 -h, --help                      display this help text, then exit
 -V, --version                   output version information, then exit

For more details see top(1).
`;

const OPTIONS: OptionSpec = {
  short: 'bcd:Hin:o:p:u:w:1hV',
  long: {
    'batch-mode': 'b',
    'cmdline-toggle': 'c',
    delay: 'd:',
    'threads-show': 'H',
    'idle-toggle': 'i',
    iterations: 'n:',
    'sort-override': 'o:',
    pid: 'p:',
    'filter-only-euser': 'u:',
    width: 'w:',
    'single-cpu-toggle': '1',
    help: 'h',
    version: 'V',
  },
};

const DEFAULT_DELAY_S = 3;
const DEFAULT_COLUMNS = 80;
/** The first look is compared with one shortly before it. */
const FIRST_WAIT_MS = 100;

export const top = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n`);
    return 0; // Not a status that anybody would choose, but procps's.
  }
  if (has(args, 'V')) {
    c.out('top from procps-ng 4.0.2\n');
    return 0;
  }
  if (has(args, 'h')) {
    c.out(HELP);
    return 0;
  }
  const request = yield* parseRequest(c, args);
  if (typeof request === 'string') return yield* c.die(c.program, request);
  return yield* has(args, 'b') ? printLooks(c, request) : showLooks(c, request);
}, OPTIONS);

interface Request {
  readonly delayMs: number;
  readonly looks: number;
  readonly filter: TopFilter;
  readonly view: TopView;
}

/** The complaint when it makes no sense. */
function* parseRequest(c: Libc, args: ParsedCommandLine): Sleeping<Request | string> {
  const [operand] = args.operands;
  if (operand !== undefined) return `unknown option '${operand}'`;
  const delay = valueOf(args, 'd') ?? String(DEFAULT_DELAY_S);
  if (/^-\d/.test(delay)) return '-d requires positive argument';
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(delay)) return `bad delay interval '${delay}'`;
  const looks = valueOf(args, 'n');
  if (looks !== undefined && !/^0*[1-9]\d*$/.test(looks)) {
    return `bad iterations argument '${looks}'`;
  }
  const pids = valueOf(args, 'p')?.split(',');
  const badPid = pids?.find((pid) => !/^\d+$/.test(pid));
  if (badPid !== undefined) return `bad pid '${badPid}'`;
  if (pids !== undefined && has(args, 'u')) return 'conflicting process selections (U/p/u)';
  const width = valueOf(args, 'w') ?? String(DEFAULT_COLUMNS);
  if (!/^\d+$/.test(width)) return `bad width arg '${width}'`;
  const [, sign = '', field = ''] = /^([-+]?)(.*)$/.exec(valueOf(args, 'o') ?? '%CPU') ?? [];
  if (!isTopField(field)) return `unrecognized field name '${field}'`;
  const user = valueOf(args, 'u');
  const uid = user === undefined ? undefined : yield* userNumber(c, user);
  if (user !== undefined && uid === undefined) return 'Invalid user';
  return {
    delayMs: Math.round(Number(delay) * 1000),
    looks: looks === undefined ? Infinity : Number(looks),
    filter: { pids: pids?.map(Number), uid },
    view: {
      columns: Number(width),
      pidWidth: yield* largestPidWidth(c),
      field,
      isAscending: sign === '-',
      hasThreads: has(args, 'H'),
      hasCommandLines: has(args, 'c'),
      hidesIdle: has(args, 'i'),
      hasEachCpu: has(args, '1'),
    },
  };
}

function* userNumber(c: Libc, user: string): Sleeping<number | undefined> {
  if (/^\d+$/.test(user)) return Number(user);
  return (yield* getpwnam(c, user))?.uid;
}

function* noFiles(c: Libc): Sleeping<number> {
  return yield* c.die(c.program, 'failed /proc/stat open: No such file or directory');
}

function* printLooks(c: Libc, { delayMs, looks, filter, view }: Request): Sleeping<number> {
  let before = yield* takeTopSample(c, filter, view.hasThreads);
  for (let look = 0; look < looks; look++) {
    yield* c.nanosleep((look === 0 ? FIRST_WAIT_MS : delayMs) * 1e6);
    const now = yield* takeTopSample(c, filter, view.hasThreads);
    if (before === undefined || now === undefined) return yield* noFiles(c);
    const { summary, heading, rows } = topTable(before, now, view);
    const lines = [...summary, '', heading, ...rows].map((line) => line.slice(0, view.columns));
    yield* c.write_all(1, `${look === 0 ? '' : '\n'}${lines.join('\n')}\n`);
    before = now;
  }
  return 0;
}

/** What a key sorts by. */
const SORT_KEYS: ReadonlyMap<string, TopField> = new Map([
  ['P', '%CPU'],
  ['M', '%MEM'],
  ['N', 'PID'],
  ['T', 'TIME+'],
]);

function* showLooks(c: Libc, request: Request): Sleeping<number> {
  const { filter, looks, delayMs } = request;
  const terminal = yield* Terminal.open(c, 0);
  if (typeof terminal === 'number') return yield* c.die(c.program, 'failed tty get');
  let { view } = request;
  let before = yield* takeTopSample(c, filter, view.hasThreads);
  if (before === undefined) return yield* noFiles(c);
  yield* terminal.enter();
  yield* terminal.write(CODE.smcup);
  let waitMs = FIRST_WAIT_MS;
  for (let look = 0; look < looks; waitMs = delayMs) {
    const key = yield* terminal.key(waitMs);
    if (key === 'end' || hasSignal(c.take_signals(), SIGNAL.INT)) break;
    const letter = typeof key !== 'string' && key.kind === 'text' ? key.text : '';
    if (letter === 'q') break;
    view = afterKey(view, letter);
    const now = yield* takeTopSample(c, filter, view.hasThreads);
    if (now === undefined) break;
    yield* terminal.measure();
    yield* draw(terminal, topTable(before, now, { ...view, columns: terminal.columns }));
    before = now;
    look++;
  }
  yield* terminal.write(CODE.rmcup);
  yield* terminal.leave();
  return 0;
}

function afterKey(view: TopView, letter: string): TopView {
  const field = SORT_KEYS.get(letter);
  if (field !== undefined) return { ...view, field };
  switch (letter) {
    case 'R':
      return { ...view, isAscending: !view.isAscending };
    case 'H':
      return { ...view, hasThreads: !view.hasThreads };
    case 'c':
      return { ...view, hasCommandLines: !view.hasCommandLines };
    case 'i':
      return { ...view, hidesIdle: !view.hidesIdle };
    case '1':
      return { ...view, hasEachCpu: !view.hasEachCpu };
    default:
      return view;
  }
}

function* draw(terminal: Terminal, { summary, heading, rows }: TopTable): Sleeping<void> {
  const fit = (line: string): string => `${CODE.el}${line.slice(0, terminal.columns)}`;
  const head = heading.slice(0, terminal.columns).padEnd(terminal.columns);
  const lines = [
    ...summary.map(fit),
    fit(''),
    `${CODE.el}${CODE.inverse}${head}${CODE.plain}`,
    ...rows.map(fit),
  ].slice(0, terminal.rows - 1);
  yield* terminal.write(`${CODE.home}${lines.join('\n')}\n${CODE.ed}`);
}
