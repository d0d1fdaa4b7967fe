// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The time in which data go over the streams of a test: as fast as they take them, or at a rate,
 * with a look at the counts at each interval's end.
 *
 * Counterpart: iperf 3.12, iperf_run_client, iperf_send, iperf_check_throttle.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { POLL } from '../../uapi/fs.ts';
import { CLOCK } from '../../uapi/process.ts';
import type { Libc } from '../libc/libc.ts';
import type { TestSettings } from './options.ts';
import type { CpuUse } from './protocol.ts';
import type { Counts, Stream } from './stream.ts';

const US_PER_S = 1_000_000;
/** How often a stream that has been too fast is looked at again. */
const PACING_US = 1000;
/** Blocks of a stream between two looks at everything else. */
const BLOCKS_AT_ONCE = 10;
/** A last interval that is shorter, as a part of a whole one, and empty is none. */
const INTERVAL_SHARE_MIN = 0.1;
const NOTHING: Counts = { bytes: 0, packets: 0, errors: 0, retransmits: 0 };

export interface StreamInterval extends Counts {
  readonly stream: Stream;
  readonly jitter: number;
  readonly outOfOrder: number;
  readonly cwndBytes: number;
}

/** Times are in seconds since the test began. */
export interface Interval {
  readonly start: number;
  readonly end: number;
  readonly streams: readonly StreamInterval[];
}

/** The monotonic clock in microseconds. */
export function* microseconds(c: Libc): Sleeping<number> {
  const time = yield* c.clock_gettime(CLOCK.MONOTONIC);
  return typeof time === 'number'
    ? 0
    : time.seconds * US_PER_S + Math.floor(time.nanoseconds / 1000);
}

export interface RunParts {
  readonly settings: TestSettings;
  readonly streams: readonly Stream[];
  readonly isSender: boolean;
  readonly intervalSeconds: number;
  readonly onInterval: (interval: Interval) => Sleeping<unknown>;
  /** Set by a signal. */
  readonly isStopped: () => boolean;
}

export class TestRun {
  readonly #c: Libc;
  readonly #parts: RunParts;
  readonly intervals: Interval[] = [];
  readonly #seen = new Map<Stream, Counts>();
  #startUs = 0;
  #lastUs = 0;
  #endUs = 0;
  #cpuUs = { user: 0, system: 0 };
  cpu: CpuUse = { total: 0, user: 0, system: 0 };

  constructor(c: Libc, parts: RunParts) {
    this.#c = c;
    this.#parts = parts;
  }

  /** Seconds from beginning to end. */
  get duration(): number {
    return (this.#endUs - this.#startUs) / US_PER_S;
  }

  *begin(): Sleeping<void> {
    this.#startUs = yield* microseconds(this.#c);
    this.#lastUs = this.#startUs;
    this.#cpuUs = yield* this.#usage();
  }

  /**
   * Until `control` has something to say, all is done (the client's decision: `decides`), or a
   * signal comes.
   */
  *run(control: number, decides: boolean): Sleeping<'control' | 'done' | 'stopped'> {
    for (;;) {
      const nowUs = yield* microseconds(this.#c);
      if (this.#parts.isStopped()) return 'stopped';
      if (decides && this.#isDone(nowUs)) return 'done';
      if (nowUs >= this.#nextReportUs) yield* this.#report(nowUs);
      if (yield* this.#turn(control, nowUs, decides)) return 'control';
    }
  }

  /** The last, perhaps shorter interval. */
  *end(): Sleeping<void> {
    const nowUs = yield* microseconds(this.#c);
    this.#endUs = nowUs;
    yield* this.#report(nowUs);
    const used = yield* this.#usage();
    const elapsedUs = Math.max(1, nowUs - this.#startUs);
    const percent = (us: number): number => (us * 100) / elapsedUs;
    const user = percent(used.user - this.#cpuUs.user);
    const system = percent(used.system - this.#cpuUs.system);
    this.cpu = { total: user + system, user, system };
  }

  *#usage(): Sleeping<{ user: number; system: number }> {
    const usage = yield* this.#c.getrusage(0);
    if (typeof usage === 'number') return { user: 0, system: 0 };
    return { user: usage.userUs, system: usage.systemUs };
  }

  // ---- When ------------------------------------------------------------------------------------

  get #nextReportUs(): number {
    const { intervalSeconds } = this.#parts;
    if (intervalSeconds === 0) return Infinity;
    const stepUs = intervalSeconds * US_PER_S;
    const whole = Math.floor((this.#lastUs - this.#startUs) / stepUs + INTERVAL_SHARE_MIN);
    return this.#startUs + (whole + 1) * stepUs;
  }

  #isDone(nowUs: number): boolean {
    const { settings, streams } = this.#parts;
    const { seconds, bytes, blocks } = settings;
    const sum = (of: (stream: Stream) => number): number =>
      streams.reduce((total, stream) => total + of(stream), 0);
    if (bytes > 0) return sum((stream) => stream.bytes) >= bytes;
    if (blocks > 0) return sum((stream) => stream.bytes) >= blocks * settings.blockBytes;
    return nowUs >= this.#startUs + seconds * US_PER_S;
  }

  /** Whether a stream has sent less than its rate allows. */
  #mayGo(stream: Stream, nowUs: number): boolean {
    const { rate } = this.#parts.settings;
    return rate === 0 || stream.bytes * 8 < ((nowUs - this.#startUs) * rate) / US_PER_S;
  }

  // ---- To and fro ------------------------------------------------------------------------------

  /** Waits for something to do and does it; true when the control connection has something. */
  *#turn(control: number, nowUs: number, decides: boolean): Sleeping<boolean> {
    const { streams, isSender, settings } = this.#parts;
    // All is sent, but the other end decides: it has not read everything yet.
    const isIdle = isSender && !decides && settings.seconds === 0 && this.#isDone(nowUs);
    const able = isIdle ? [] : streams.filter(({ isOver }) => !isOver);
    const ready = isSender ? able.filter((stream) => this.#mayGo(stream, nowUs)) : able;
    let untilUs = this.#nextReportUs;
    if (decides && settings.seconds > 0) {
      untilUs = Math.min(untilUs, this.#startUs + settings.seconds * US_PER_S);
    }
    if (ready.length < able.length) untilUs = Math.min(untilUs, nowUs + PACING_US);
    const events = isSender ? POLL.OUT : POLL.IN;
    const requests = ready.map(({ parts: { fd } }) => ({ fd, events }));
    const timeoutMs = untilUs === Infinity ? -1 : Math.max(0, Math.ceil((untilUs - nowUs) / 1000));
    const happened = yield* this.#c.poll(
      [{ fd: control, events: POLL.IN }, ...requests],
      timeoutMs,
    );
    if (typeof happened === 'number') return false;
    yield* this.#serve(ready.filter((_, index) => (happened[index + 1] ?? 0) !== 0));
    return happened[0] !== 0;
  }

  /** Some blocks of each stream, in turn. */
  *#serve(ready: readonly Stream[]): Sleeping<void> {
    const { isSender } = this.#parts;
    let able = ready;
    for (let n = 0; n < BLOCKS_AT_ONCE && able.length > 0; n++) {
      const next: Stream[] = [];
      for (const stream of able) {
        const nowUs = yield* microseconds(this.#c);
        if (isSender && (!this.#mayGo(stream, nowUs) || this.#isDone(nowUs))) continue;
        const moved = isSender ? yield* stream.send(nowUs) : yield* stream.receive(nowUs);
        // What else may be wrong, the control connection tells soon.
        if (moved > 0) next.push(stream);
      }
      able = next;
    }
  }

  // ---- Counts ----------------------------------------------------------------------------------

  *#report(nowUs: number): Sleeping<void> {
    const { streams, intervalSeconds, onInterval } = this.#parts;
    const start = (this.#lastUs - this.#startUs) / US_PER_S;
    const end = (nowUs - this.#startUs) / US_PER_S;
    const parts: StreamInterval[] = [];
    for (const stream of streams) {
      yield* stream.look();
      const { counts, jitter, outOfOrder } = stream;
      const before = this.#seen.get(stream) ?? NOTHING;
      parts.push({
        stream,
        bytes: counts.bytes - before.bytes,
        packets: counts.packets - before.packets,
        errors: counts.errors - before.errors,
        retransmits: counts.retransmits - before.retransmits,
        jitter,
        outOfOrder,
        cwndBytes: stream.tcp?.cwndBytes ?? 0,
      });
    }
    const isOfLength = end - start >= intervalSeconds * INTERVAL_SHARE_MIN;
    if (!isOfLength && parts.every(({ bytes }) => bytes === 0)) return;
    for (const stream of streams) this.#seen.set(stream, stream.counts);
    this.#lastUs = nowUs;
    const interval = { start, end, streams: parts };
    this.intervals.push(interval);
    yield* onInterval(interval);
  }
}
