// SPDX-License-Identifier: GPL-2.0-or-later
/** The requests of ping, and what comes back. Linux: iputils' ping_common.c, main_loop. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import { ICMP, ICMPV6 } from '../../uapi/icmp.ts';
import { SO_EE_ORIGIN } from '../../uapi/in.ts';
import { CLOCK } from '../../uapi/process.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { MSG, SCM, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { Received } from '../libc/socket-calls.ts';
import { errorText } from '../support/command.ts';
import { hopLimit, receiveError, type QueuedError } from '../support/error-queue.ts';
import { nameOf } from '../support/resolve.ts';
import {
  describeIcmp,
  describeIcmpv6,
  echoRequest,
  quotedRequest,
  sentTime,
  withoutIpHeader,
} from './messages.ts';
import type { PingOptions } from './options.ts';
import { formatTripTime, PingStatistics } from './statistics.ts';
import type { PingSocket, PingTarget } from './target.ts';

/** How long a flood waits for an answer before it goes on. */
const FLOOD_GAP_US = 10_000;
const SEQUENCES = 0x1_0000;
const RECEIVE_ROOM = 4096;

export class PingSession {
  readonly statistics = new PingStatistics();
  readonly #c: Libc;
  readonly #options: PingOptions;
  readonly #target: PingTarget;
  readonly #socket: PingSocket;
  /** The numbers that have been answered, to know what comes twice. */
  readonly #answered = new Set<number>();
  readonly #names = new Map<string, string>();
  #isStopped = false;
  #wantsStatus = false;

  constructor(c: Libc, options: PingOptions, target: PingTarget, socket: PingSocket) {
    this.#c = c;
    this.#options = options;
    this.#target = target;
    this.#socket = socket;
  }

  readonly #stop = (): Sleeping<void> => {
    this.#isStopped = true;
    return nothing();
  };

  readonly #askForStatus = (): Sleeping<void> => {
    this.#wantsStatus = true;
    return nothing();
  };

  /** Asks until all is answered, the time is over, or a signal says that it is enough. */
  *run(): Sleeping<void> {
    const c = this.#c;
    yield* c.signal(SIGNAL.INT, this.#stop);
    yield* c.signal(SIGNAL.QUIT, this.#askForStatus);
    const startUs = yield* this.#clock(CLOCK.MONOTONIC);
    let nextUs = startUs;
    let preload = this.#options.preload;
    while (!this.#isDone()) {
      if (this.#wantsStatus) {
        this.#wantsStatus = false;
        yield* c.err(this.statistics.status());
      }
      const nowUs = yield* this.#clock(CLOCK.MONOTONIC);
      const endUs = Math.min(startUs + this.#options.deadlineMs * 1000, this.#lingerEnd());
      if (nowUs >= endUs) break;
      const maySend = this.statistics.transmitted < this.#options.count;
      if (maySend && (nowUs >= nextUs || preload > 0)) {
        yield* this.#sendRequest(nowUs);
        preload--;
        nextUs = nowUs + this.#gapUs();
        yield* this.#receive(0);
      } else {
        const untilUs = Math.min(endUs, maySend ? nextUs : Infinity);
        const answers = yield* this.#receive(Math.ceil((untilUs - nowUs) / 1000));
        // A pace of its own: the next request follows the answer.
        if (answers > 0 && this.#isPaced) nextUs = nowUs;
      }
      yield* c.flush();
    }
  }

  get #isPaced(): boolean {
    return this.#options.isFlood || this.#options.isAdaptive || this.#options.intervalMs === 0;
  }

  #gapUs(): number {
    return this.#isPaced ? FLOOD_GAP_US : this.#options.intervalMs * 1000;
  }

  #isDone(): boolean {
    const { received, errors } = this.statistics;
    return this.#isStopped || received + errors >= this.#options.count;
  }

  /** When the last answers are given up; Infinity while requests are still to be sent. */
  #lingerEnd(): number {
    const { transmitted, received, maxUs, lastSentUs } = this.statistics;
    if (transmitted < this.#options.count) return Infinity;
    const { lingerMs, intervalMs } = this.#options;
    const waitUs = received > 0 ? Math.max(2 * maxUs, intervalMs * 1000) : lingerMs * 1000;
    return lastSentUs + waitUs;
  }

  *#clock(clock: number): Sleeping<number> {
    const time = yield* this.#c.clock_gettime(clock);
    return typeof time === 'number' ? 0 : time.seconds * 1e6 + Math.floor(time.nanoseconds / 1000);
  }

  *#sendRequest(nowUs: number): Sleeping<void> {
    const { statistics } = this;
    const options = this.#options;
    const last = statistics.transmitted % SEQUENCES;
    if (options.tellsOutstanding && statistics.transmitted > 0 && !this.#answered.has(last)) {
      yield* this.#say(`no answer yet for icmp_seq=${last}\n`);
    }
    const sequence = (statistics.transmitted + 1) % SEQUENCES;
    this.#answered.delete(sequence);
    const bytes = echoRequest({
      isIpv6: this.#target.isIpv6,
      identifier: this.#socket.identifier,
      sequence,
      dataBytes: options.dataBytes,
      sentUs: yield* this.#clock(CLOCK.REALTIME),
      pattern: options.pattern,
    });
    const sent = yield* this.#c.sendto(this.#socket.fd, bytes, 0, this.#target.address);
    if (statistics.transmitted === 0) statistics.firstSentUs = nowUs;
    statistics.lastSentUs = nowUs;
    if (sent < 0) yield* this.#sendFailed(sent);
    statistics.transmitted++;
    if (options.isFlood && !options.isQuiet) this.#c.out('.');
  }

  /** What the kernel queued an error for is told from there. */
  *#sendFailed(failure: number): Sleeping<void> {
    if ((yield* this.#receiveErrors()) > 0) return;
    this.statistics.errors++;
    if (!this.#options.isQuiet) yield* this.#c.err(`ping: sendmsg: ${errorText(failure)}\n`);
  }

  /** Waits for at most so long, and reads all that has come: how many answers. */
  *#receive(timeoutMs: number): Sleeping<number> {
    const c = this.#c;
    const { fd } = this.#socket;
    const happened = yield* c.poll([{ fd, events: POLL.IN | POLL.ERR }], timeoutMs);
    if (typeof happened === 'number' || happened[0] === 0) return 0;
    let answers = 0;
    for (;;) {
      const room = this.#options.dataBytes + RECEIVE_ROOM;
      const received = yield* c.recvmsg(fd, room, MSG.DONTWAIT);
      if (typeof received !== 'number') {
        answers += yield* this.#take(received);
        continue;
      }
      const errors = yield* this.#receiveErrors();
      if (errors === 0 || received === -ERRNO.EAGAIN) return answers + errors;
    }
  }

  *#take(received: Received): Sleeping<number> {
    const nowUs = arrivalTime(received) ?? (yield* this.#clock(CLOCK.REALTIME));
    const { isIpv6, zone, device } = this.#target;
    const address = 'address' in received.address ? String(received.address.address) : '';
    const link = zone !== '' || device === '' ? zone : `%${device}`;
    const from = address.startsWith('fe80:') ? `${address}${link}` : address;
    const stripped = this.#socket.isRaw && !isIpv6 ? withoutIpHeader(received.bytes) : undefined;
    if (this.#socket.isRaw && !isIpv6 && stripped === undefined) return 0;
    const message = stripped?.message ?? received.bytes;
    const ttl = stripped?.ttl ?? hopLimit(received, isIpv6);
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    if (view.byteLength < 8) return 0;
    const type = view.getUint8(0);
    if (type === (isIpv6 ? ICMPV6.ECHO_REPLY : ICMP.ECHOREPLY)) {
      if (this.#socket.isRaw && view.getUint16(4) !== this.#socket.identifier) return 0;
      yield* this.#takeReply(message, view.getUint16(6), from, ttl, nowUs);
      return 1;
    }
    if (isIpv6 || !this.#socket.isRaw) return 0;
    return yield* this.#takeRawError(message, view, from);
  }

  *#takeReply(
    message: Uint8Array,
    sequence: number,
    from: string,
    ttl: number | undefined,
    nowUs: number,
  ): Sleeping<void> {
    const { statistics } = this;
    const sentUs = sentTime(message);
    const tookUs = sentUs === undefined ? undefined : Math.max(0, nowUs - sentUs);
    const isDuplicate = this.#answered.has(sequence);
    this.#answered.add(sequence);
    statistics.acknowledge(sequence);
    statistics.count(tookUs);
    if (isDuplicate) {
      statistics.duplicates++;
      statistics.received--;
    }
    const options = this.#options;
    if (options.isQuiet) return;
    if (options.isFlood) {
      this.#c.out('\b \b');
      return;
    }
    let text = `${message.length} bytes from ${yield* this.#nameOf(from)}: icmp_seq=${sequence}`;
    if (ttl !== undefined) text += ` ttl=${ttl}`;
    if (tookUs !== undefined) text += ` time=${formatTripTime(tookUs)} ms`;
    if (isDuplicate) text += ' (DUP!)';
    if (options.isAudible) text += '\u{7}';
    yield* this.#say(`${text}\n`);
  }

  /** An error that a raw socket of IPv4 received, if it speaks of a request of ours. */
  *#takeRawError(message: Uint8Array, view: DataView, from: string): Sleeping<number> {
    const request = quotedRequest(message);
    if (request === undefined || request[0] !== ICMP.ECHO) return 0;
    const quoted = new DataView(request.buffer, request.byteOffset, request.byteLength);
    if (quoted.getUint16(4) !== this.#socket.identifier) return 0;
    const text = describeIcmp(view.getUint8(0), view.getUint8(1), view.getUint32(4));
    const isError = view.getUint8(0) !== ICMP.REDIRECT && view.getUint8(0) !== ICMP.SOURCE_QUENCH;
    yield* this.#takeError(from, quoted.getUint16(6), text, isError);
    return isError ? 1 : 0;
  }

  *#takeError(from: string, sequence: number, text: string, isError: boolean): Sleeping<void> {
    if (isError) {
      this.statistics.errors++;
      this.statistics.acknowledge(sequence);
    }
    if (this.#options.isQuiet) return;
    if (this.#options.isFlood) {
      this.#c.out('\bE');
      return;
    }
    yield* this.#say(`From ${yield* this.#nameOf(from)} icmp_seq=${sequence} ${text}\n`);
  }

  /** Reads the error queue: how many errors there were. */
  *#receiveErrors(): Sleeping<number> {
    let count = 0;
    for (;;) {
      const { fd } = this.#socket;
      const error = yield* receiveError(this.#c, fd, this.#target.isIpv6, RECEIVE_ROOM);
      if (error === undefined) return count;
      count += yield* this.#takeQueued(error);
    }
  }

  *#takeQueued({ errno, origin, type, code, info, from, data }: QueuedError): Sleeping<number> {
    if (origin === SO_EE_ORIGIN.LOCAL) {
      this.statistics.errors++;
      if (this.#options.isQuiet) return 1;
      const text = errno === ERRNO.EMSGSIZE ? `message too long, mtu=${info}` : errorText(-errno);
      yield* this.#c.err(`ping: local error: ${text}\n`);
      return 1;
    }
    // A raw socket sees the message itself, too.
    if (this.#socket.isRaw && !this.#target.isIpv6) return 0;
    if (data.length < 8) return 0;
    const sequence = new DataView(data.buffer, data.byteOffset).getUint16(6);
    const text =
      origin === SO_EE_ORIGIN.ICMP6
        ? describeIcmpv6(type, code, info)
        : describeIcmp(type, code, info);
    yield* this.#takeError(from, sequence, text, true);
    return 1;
  }

  /** `gateway (10.0.2.2)`, or the address alone. */
  *#nameOf(address: string): Sleeping<string> {
    if (this.#target.isNumeric) return address;
    const known = this.#names.get(address);
    if (known !== undefined) return known;
    const name = yield* nameOf(this.#c, address);
    const text = name === undefined ? address : `${name} (${address})`;
    this.#names.set(address, text);
    return text;
  }

  *#say(text: string): Sleeping<void> {
    if (!this.#options.hasTimestamps) {
      this.#c.out(text);
      return;
    }
    const us = yield* this.#clock(CLOCK.REALTIME);
    const seconds = Math.floor(us / 1e6);
    this.#c.out(`[${seconds}.${String(us - seconds * 1e6).padStart(6, '0')}] ${text}`);
  }
}

/** What a handler does beside noting the signal. */
function* nothing(): Sleeping<void> {}

/** When the kernel took the packet in, in microseconds since 1970. */
function arrivalTime({ control }: Received): number | undefined {
  const stamp = control.find((it) => it.level === SOL.SOCKET && it.type === SCM.TIMESTAMP);
  if (stamp === undefined || stamp.data.length < 16) return undefined;
  const view = new DataView(stamp.data.buffer, stamp.data.byteOffset, stamp.data.byteLength);
  const seconds = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  return seconds * 1e6 + view.getUint32(8, true);
}
