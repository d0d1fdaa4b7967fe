// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Many probes at once, each with its time to wait, printed in their order.
 *
 * Counterpart: traceroute 2.1, traceroute/traceroute.c: do_it, get_timeout, print_probe.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { POLL } from '../../uapi/fs.ts';
import { CLOCK } from '../../uapi/process.ts';
import type { Libc } from '../libc/libc.ts';
import { nameOf } from '../support/resolve.ts';
import type { CallFailure, Method } from './methods.ts';
import type { TraceOptions } from './options.ts';
import { answer, newProbe, type Probe } from './probe.ts';

const MS_PER_S = 1000;
/** What a time from elsewhere is made longer by, before it is multiplied. */
const PRECISION_MS = 1;

export class Trace {
  readonly #c: Libc;
  readonly #options: TraceOptions;
  readonly #method: Method;
  readonly #probes: readonly Probe[];
  readonly #names = new Map<string, string>();
  /** The next one to print, and one past the last that is of use. */
  #start: number;
  #end: number;
  #lastSentMs = -Infinity;

  constructor(c: Libc, options: TraceOptions, method: Method) {
    this.#c = c;
    this.#options = options;
    this.#method = method;
    const count = options.maxHops * options.probesPerHop;
    this.#probes = Array.from({ length: count }, newProbe);
    this.#start = (options.firstHop - 1) * options.probesPerHop;
    this.#end = count;
  }

  /** Undefined at the end of the way, or what went wrong on the first step. */
  *run(): Sleeping<CallFailure | undefined> {
    while (this.#start < this.#end) {
      const nowMs = yield* this.#nowMs();
      yield* this.#expire(nowMs);
      yield* this.#printDone();
      if (this.#start >= this.#end) break;
      const failure = yield* this.#sendDue();
      if (failure !== undefined) return failure;
      yield* this.#c.flush();
      yield* this.#receive();
    }
    this.#c.out('\n');
    return undefined;
  }

  get #waiting(): readonly Probe[] {
    return this.#probes.filter(({ sentMs, isDone }) => sentMs !== undefined && !isDone);
  }

  *#nowMs(): Sleeping<number> {
    const time = yield* this.#c.clock_gettime(CLOCK.MONOTONIC);
    return typeof time === 'number' ? 0 : time.seconds * MS_PER_S + time.nanoseconds / 1e6;
  }

  // ---- Waiting ---------------------------------------------------------------------------------

  /** When a probe is given up. */
  #expiryOf(probe: Probe): number {
    return (probe.sentMs ?? 0) + this.#timeoutOf(probe);
  }

  #timeoutOf(probe: Probe): number {
    const { hereFactor, nearFactor, waitSeconds, probesPerHop } = this.#options;
    const mostMs = waitSeconds * MS_PER_S;
    const index = this.#probes.indexOf(probe);
    const hop = index - (index % probesPerHop);
    const here = hereFactor > 0 ? firstTime(this.#probes.slice(hop, hop + probesPerHop)) : 0;
    if (here > 0) return Math.min(mostMs, (here + PRECISION_MS) * hereFactor);
    const near = nearFactor > 0 ? firstTime(this.#probes.slice(index + 1, this.#end)) : 0;
    if (near > 0) return Math.min(mostMs, (near + PRECISION_MS) * nearFactor);
    return mostMs;
  }

  *#expire(nowMs: number): Sleeping<void> {
    for (const probe of this.#waiting) {
      if (this.#expiryOf(probe) > nowMs) continue;
      probe.isDone = true;
      yield* this.#method.forget(probe);
    }
  }

  // ---- To and fro ------------------------------------------------------------------------------

  *#sendDue(): Sleeping<CallFailure | undefined> {
    const { atOnce, probesPerHop, gapSeconds } = this.#options;
    let underWay = 0;
    for (let n = this.#start; n < this.#end && underWay < atOnce; n++) {
      const probe = this.#probes[n]!;
      if (probe.isDone) continue;
      underWay++;
      if (probe.sentMs !== undefined) continue;
      const nowMs = yield* this.#nowMs();
      if (nowMs < this.#lastSentMs + gapSeconds * MS_PER_S) return undefined;
      const failure = yield* this.#method.send(probe, Math.floor(n / probesPerHop) + 1);
      if (failure !== undefined) return failure;
      probe.sentMs = nowMs;
      this.#lastSentMs = nowMs;
    }
    return undefined;
  }

  /** When something is due though nobody answers. */
  #deadlineMs(waiting: readonly Probe[]): number {
    const { atOnce, gapSeconds } = this.#options;
    const expiryMs = waiting.reduce((least, it) => Math.min(least, this.#expiryOf(it)), Infinity);
    const isMore = this.#probes.slice(this.#start, this.#end).some((it) => it.sentMs === undefined);
    if (gapSeconds === 0 || !isMore || waiting.length >= atOnce) return expiryMs;
    return Math.min(expiryMs, this.#lastSentMs + gapSeconds * MS_PER_S);
  }

  *#receive(): Sleeping<void> {
    const c = this.#c;
    const waiting = this.#waiting;
    const fds = this.#method.descriptors(waiting);
    const untilMs = this.#deadlineMs(waiting) - (yield* this.#nowMs());
    const requests = fds.map((fd) => ({ fd, events: POLL.IN | POLL.ERR }));
    const happened = yield* c.poll(requests, Math.max(0, Math.ceil(untilMs)));
    if (typeof happened === 'number') return;
    const nowMs = yield* this.#nowMs();
    for (const [index, fd] of fds.entries()) {
      if ((happened[index] ?? 0) === 0) continue;
      for (;;) {
        const found = yield* this.#method.receive(fd, this.#waiting);
        if (found === undefined) break;
        if (found.probe === undefined) continue;
        yield* this.#take(found.probe, found.answer, nowMs);
        if (found.probe.key < 0) break;
      }
    }
  }

  *#take(probe: Probe, given: Parameters<typeof answer>[2], nowMs: number): Sleeping<void> {
    answer(probe, nowMs, given);
    yield* this.#method.forget(probe);
    if (!probe.isFinal) return;
    const { probesPerHop } = this.#options;
    const hop = Math.floor(this.#probes.indexOf(probe) / probesPerHop);
    this.#end = Math.min(this.#end, (hop + 1) * probesPerHop);
  }

  // ---- What is printed -------------------------------------------------------------------------

  *#printDone(): Sleeping<void> {
    while (this.#start < this.#end && this.#probes[this.#start]!.isDone) {
      this.#c.out(yield* this.#describe(this.#start));
      this.#start++;
    }
  }

  *#describe(index: number): Sleeping<string> {
    const { probesPerHop, showsWayBack } = this.#options;
    const probe = this.#probes[index]!;
    const hop = Math.floor(index / probesPerHop) + 1;
    let text = index % probesPerHop === 0 ? `\n${String(hop).padStart(2)} ` : '';
    if (probe.from === '') return `${text} *`;
    const before = this.#probes.slice((hop - 1) * probesPerHop, index);
    if (before.findLast(({ from }) => from !== '')?.from !== probe.from) {
      text += ` ${yield* this.#nameOf(probe.from)}`;
    }
    if (showsWayBack && probe.ttl !== undefined) {
      const back = hopsOf(probe.ttl);
      if (back !== hop) text += ` '-${back}'`;
    }
    text += `  ${((probe.receivedMs ?? 0) - (probe.sentMs ?? 0)).toFixed(3)} ms`;
    return probe.remark === '' ? text : `${text} ${probe.remark}`;
  }

  *#nameOf(address: string): Sleeping<string> {
    if (this.#options.isNumeric) return address;
    const known = this.#names.get(address);
    if (known !== undefined) return known;
    const name = yield* nameOf(this.#c, address);
    const shown = `${name ?? address} (${address})`;
    this.#names.set(address, shown);
    return shown;
  }
}

/** The time of the first that has been answered; 0 without any. */
function firstTime(probes: readonly Probe[]): number {
  for (const { receivedMs, sentMs } of probes) {
    if (receivedMs !== undefined && sentMs !== undefined) return receivedMs - sentMs;
  }
  return 0;
}

/** How far an answer has come, if it began with one of the usual values. */
function hopsOf(ttl: number): number {
  const began = [64, 128].find((value) => ttl <= value) ?? 255;
  return began + 1 - ttl;
}
