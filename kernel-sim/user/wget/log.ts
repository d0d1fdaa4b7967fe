// SPDX-License-Identifier: GPL-2.0-or-later
/** What wget says, and where it says it. */
import { O } from '../../uapi/fs.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { errorText } from '../support/command.ts';
import { duration, humanSize, longRate } from './numbers.ts';
import type { WgetOptions } from './options.ts';
import { BarProgress, DotProgress, type Progress } from './progress.ts';

const NS_PER_S = 1_000_000_000;
const STDERR = 2;
const GENERIC_ERROR = 1;
const USUAL_COLUMNS = 80;

export class WgetLog {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #options: WgetOptions;
  /** Of the terminal that it goes to; undefined when it is none. */
  readonly #columns: number | undefined;

  private constructor(c: Libc, fd: number, options: WgetOptions, columns: number | undefined) {
    this.#c = c;
    this.#fd = fd;
    this.#options = options;
    this.#columns = columns;
  }

  /** The log, or the exit status when its file cannot be written. */
  static *open(c: Libc, options: WgetOptions): Sleeping<WgetLog | number> {
    const { logFile, appendsLog } = options;
    if (logFile === undefined || logFile === '-') {
      const size = (yield* c.isatty(STDERR)) ? yield* c.get_winsize(STDERR) : undefined;
      const columns = typeof size === 'object' ? size.columns || USUAL_COLUMNS : undefined;
      return new WgetLog(c, STDERR, options, columns);
    }
    const mode = appendsLog ? O.APPEND : O.TRUNC;
    const fd = yield* c.open(logFile, O.WRONLY | O.CREAT | mode, 0o666);
    if (fd >= 0) return new WgetLog(c, fd, options, undefined);
    yield* c.err(`${logFile}: ${errorText(fd)}\n`);
    return GENERIC_ERROR;
  }

  *close(): Sleeping<number> {
    return this.#fd === STDERR ? 0 : yield* this.#c.close(this.#fd);
  }

  /** Said unless `-nv` or `-q` is given. */
  *verbose(text: string): Sleeping<void> {
    if (this.#options.verbosity === 2) yield* this.#write(text);
  }

  /** Said unless `-q` is given. */
  *always(text: string): Sleeping<void> {
    if (this.#options.verbosity > 0) yield* this.#write(text);
  }

  /** Said with `-nv` alone. */
  *brief(text: string): Sleeping<void> {
    if (this.#options.verbosity === 1) yield* this.#write(text);
  }

  /** Shows how far a download is, if anybody wants to see it. */
  progressOf(name: string, total: number | undefined, skipped: number): Progress | undefined {
    const { verbosity, forcesProgress, progress } = this.#options;
    if (verbosity < 2 && !forcesProgress) return undefined;
    const kind = progress ?? (this.#columns === undefined ? 'dot' : 'bar');
    return kind === 'dot'
      ? new DotProgress(total, skipped)
      : new BarProgress(name, total, skipped, this.#columns ?? USUAL_COLUMNS);
  }

  *draw(text: string): Sleeping<void> {
    if (text !== '') yield* this.#write(text);
  }

  /** The wall clock in nanoseconds, for durations. */
  *nowNs(): Sleeping<number> {
    const now = yield* this.#c.clock_gettime();
    return typeof now === 'number' ? 0 : now.seconds * NS_PER_S + now.nanoseconds;
  }

  /** `2026-11-23 05:12:11`. */
  *timestamp(): Sleeping<string> {
    const now = yield* this.#c.clock_gettime();
    return strftime('%Y-%m-%d %H:%M:%S', civilTime(typeof now === 'number' ? 0 : now.seconds));
  }

  /** The last words after several downloads. */
  *total(startNs: number, files: number, bytes: number, seconds: number): Sleeping<void> {
    const wall = ((yield* this.nowNs()) - startNs) / NS_PER_S;
    const size = humanSize(bytes, 10, 1);
    yield* this.verbose(
      `FINISHED --${yield* this.timestamp()}--\nTotal wall clock time: ${duration(wall)}\n` +
        `Downloaded: ${files} files, ${size} in ${duration(seconds)} ` +
        `(${longRate(bytes, seconds)})\n`,
    );
  }

  *#write(text: string): Sleeping<void> {
    yield* this.#c.flush();
    yield* this.#c.write_all(this.#fd, text);
  }
}
