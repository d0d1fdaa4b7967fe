// SPDX-License-Identifier: GPL-2.0-or-later
/** watch: shows what a command prints, over and over, as procps does it. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { CLOCK, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../uapi/process.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Libc } from './libc/libc.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, errorText, has, misuse, valueOf } from './support/command.ts';
import { CODE, hasSignal, Terminal } from './support/terminal.ts';
import { drawPage, layOut, type WatchCell } from './watch/page.ts';

const HELP = `
Usage:
 watch [options] command

Options:
  -b, --beep             beep if command has a non-zero exit
  -c, --color            interpret ANSI color and style sequences
  -d, --differences[=<permanent>]
                         highlight changes between updates
  -e, --errexit          exit if command has a non-zero exit
  -g, --chgexit          exit when output from command changes
  -n, --interval <secs>  seconds to wait between updates
  -t, --no-title         turn off header
  -w, --no-wrap          turn off line wrapping
  -x, --exec             pass command to exec instead of "sh -c"

 -h, --help     display this help and exit

For more details see watch(1).
`;

const DEFAULT_INTERVAL_S = 2;
const MIN_INTERVAL_S = 0.1;
const MAX_INTERVAL_S = 60 * 60 * 24 * 31;
/** What -e leaves with, whatever the command's status was. */
const COMMAND_FAILED = 8;
const SIGNAL_STATUS = 128;
const EXIT_NOTE = 'command exit with a non-zero status, press a key to exit';

interface Settings {
  readonly words: readonly string[];
  readonly intervalS: number;
  readonly hasTitle: boolean;
  readonly wraps: boolean;
  readonly colors: boolean;
  readonly differences: 'no' | 'last' | 'ever';
  readonly beeps: boolean;
  readonly stopsOnError: boolean;
  readonly stopsOnChange: boolean;
}

export const watch = command({
  short: 'bcd::eghn:twx',
  long: {
    beep: 'b',
    color: 'c',
    differences: 'd::',
    errexit: 'e',
    chgexit: 'g',
    interval: 'n:',
    'no-title': 't',
    'no-wrap': 'w',
    exec: 'x',
  },
  posixly: true,
  help: HELP,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    const typed = valueOf(args, 'n');
    const interval = typed === undefined ? DEFAULT_INTERVAL_S : Number(typed.replace(',', '.'));
    if (typed?.trim() === '' || Number.isNaN(interval)) {
      return yield* misuseOfInterval(c, typed ?? '');
    }
    if (args.operands.length === 0) {
      yield* c.err(HELP);
      return 1;
    }
    const line = args.operands.join(' ');
    return yield* new Watch(c, line, {
      words: has(args, 'x') ? args.operands : ['sh', '-c', line],
      intervalS: Math.min(MAX_INTERVAL_S, Math.max(MIN_INTERVAL_S, interval)),
      hasTitle: !has(args, 't'),
      wraps: !has(args, 'w'),
      colors: has(args, 'c'),
      differences: !has(args, 'd') ? 'no' : valueOf(args, 'd') === undefined ? 'last' : 'ever',
      beeps: has(args, 'b'),
      stopsOnError: has(args, 'e'),
      stopsOnChange: has(args, 'g'),
    }).run();
  },
});

function misuseOfInterval(c: Libc, typed: string): Sleeping<number> {
  return c.die(c.program, `failed to parse argument: '${typed}': Invalid argument`);
}

class Watch {
  readonly #c: Libc;
  readonly #line: string;
  readonly #settings: Settings;
  #previous: readonly (readonly WatchCell[])[] | undefined;
  readonly #everChanged = new Set<number>();

  constructor(c: Libc, line: string, settings: Settings) {
    this.#c = c;
    this.#line = line;
    this.#settings = settings;
  }

  *run(): Sleeping<number> {
    const c = this.#c;
    const terminal = yield* Terminal.open(c, 0);
    if (typeof terminal === 'number') return yield* misuse(c, errorText(terminal));
    yield* terminal.enter();
    yield* terminal.write(CODE.smcup);
    const status = yield* this.#loop(terminal);
    yield* terminal.write(CODE.rmcup);
    yield* terminal.leave();
    return status;
  }

  /** The status to leave with: 0 after ^C. */
  *#loop(terminal: Terminal): Sleeping<number> {
    const c = this.#c;
    const { beeps, stopsOnError, stopsOnChange, intervalS } = this.#settings;
    for (;;) {
      const ended = yield* this.#runCommand();
      if (ended.error !== undefined) return yield* c.die(c.program, ended.error);
      if (hasSignal(c.take_signals(), SIGNAL.INT)) return 0;
      yield* terminal.measure();
      const hasChanged = yield* this.#show(terminal, ended.output);
      if (ended.status !== 0 && beeps) yield* terminal.write(CODE.bell);
      if (ended.status !== 0 && stopsOnError) {
        const at = `\u001b[${terminal.rows};1H`;
        yield* terminal.write(at + EXIT_NOTE);
        yield* terminal.key();
        return COMMAND_FAILED;
      }
      if (hasChanged && stopsOnChange) return 0;
      if (!(yield* this.#pause(intervalS))) return 0;
    }
  }

  /** False: ^C. A new window size ends the pause. */
  *#pause(seconds: number): Sleeping<boolean> {
    yield* this.#c.nanosleep(seconds * 1e9);
    return !hasSignal(this.#c.take_signals(), SIGNAL.INT);
  }

  *#runCommand(): Sleeping<{ output: string; status: number; error?: string }> {
    const c = this.#c;
    const { words } = this.#settings;
    const pipe = yield* c.pipe2();
    if (typeof pipe === 'number') return { output: '', status: 1, error: errorText(pipe) };
    const [reader, writer] = pipe;
    const path = yield* c.find_program(words[0] ?? '');
    const pid =
      typeof path === 'number'
        ? path
        : yield* c.posix_spawn({
            path,
            argv: words,
            env: c.environ(),
            actions: [
              { dup2: writer, to: 1 },
              { dup2: writer, to: 2 },
              { close: reader },
              { close: writer },
            ],
          });
    yield* c.close(writer);
    const bytes = pid < 0 ? new Uint8Array(0) : yield* c.read_to_end(reader);
    yield* c.close(reader);
    if (pid < 0) {
      const name = words[0] ?? '';
      return { output: '', status: 1, error: `unable to execute '${name}': ${errorText(pid)}` };
    }
    const waited = yield* c.wait4(pid);
    const raw = typeof waited === 'number' ? 0 : waited.status;
    const status = WIFEXITED(raw) ? WEXITSTATUS(raw) : SIGNAL_STATUS + WTERMSIG(raw);
    return { output: typeof bytes === 'number' ? '' : decodeUtf8(bytes), status };
  }

  /** Draws the output; whether it differs from the last. */
  *#show(terminal: Terminal, output: string): Sleeping<boolean> {
    const { hasTitle, wraps, colors, differences } = this.#settings;
    const { rows, columns } = terminal;
    const header = hasTitle ? `${CODE.el}${yield* this.#title(columns)}\n${CODE.el}\n` : '';
    const page = layOut(output, { rows: rows - (hasTitle ? 2 : 0), columns, wraps, colors });
    const changed = new Set<number>();
    const before = this.#previous;
    if (before !== undefined) {
      for (const [row, cells] of page.entries()) {
        for (let column = 0; column < columns; column++) {
          const was = before[row]?.[column]?.text ?? ' ';
          if (was !== (cells[column]?.text ?? ' ')) changed.add(row * columns + column);
        }
      }
    }
    for (const place of changed) this.#everChanged.add(place);
    this.#previous = page;
    const marks = { no: new Set<number>(), last: changed, ever: this.#everChanged }[differences];
    const body = drawPage(page, marks, columns);
    // What is left below, unless the page is full: the cursor then stands on the last cell.
    const below = page.length < rows - (hasTitle ? 2 : 0) ? `\n${CODE.ed}` : '';
    yield* terminal.write(CODE.home + header + body + below);
    return changed.size > 0;
  }

  /** What is run and how often on the left, where and when on the right. */
  *#title(columns: number): Sleeping<string> {
    const c = this.#c;
    const names = yield* c.uname();
    const now = yield* c.clock_gettime(CLOCK.REALTIME);
    const seconds = typeof now === 'number' ? 0 : now.seconds;
    const host = typeof names === 'number' ? '' : names.nodename;
    const right = `${host}: ${strftime('%a %b %e %H:%M:%S %Y', civilTime(seconds))}`;
    const left = `Every ${this.#settings.intervalS.toFixed(1)}s: `;
    if (right.length > columns) return '';
    const room = columns - right.length - left.length - 1;
    if (room < 0) return right.padStart(columns);
    const isCut = this.#line.length > room;
    const line = isCut ? `${this.#line.slice(0, Math.max(0, room - 4))}... ` : this.#line;
    return (left + line).padEnd(columns - right.length) + right;
  }
}
