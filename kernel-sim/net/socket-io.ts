// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Operations of sockets as a task makes them: they sleep where a protocol answers WOULD_BLOCK, and
 * run the transmit queues after whatever may have put packets there.
 *
 * Each operation is a plain function; after WOULD_BLOCK its caller enters `rest()` at once, which
 * is the rest of that very operation. Meanwhile the file is held: another thread that closes the
 * descriptor takes it from nobody who sleeps in it.
 *
 * Linux: net/socket.c, and the waiting loops of net/ipv4/tcp.c, net/core/datagram.c.
 */
import { assert } from '../lib/assert.ts';
import { isCoroutine } from '../lib/coroutine.ts';
import { type MaySleep, type Sleeping, type Switching, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { MSG, SOCK } from '../uapi/socket.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { OpenFile } from '../fs/open-file.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import { INTERRUPTED_FOR_GOOD } from '../kernel/signal.ts';
import type { Sim } from '../sim/sim.ts';
import type { Message } from './message.ts';
import type { SockAddress } from './sock-address.ts';
import { Sock } from './socket.ts';

const { EAGAIN, EALREADY, EINPROGRESS, EINTR, EPIPE } = ERRNO;

const NS_PER_S = 1_000_000_000;
/** What `#sleep` answers when the time is up. */
const TIMED_OUT = -EAGAIN;

/** The transmit queues of the machine's devices. */
export interface TransmitQueues {
  readonly hasWork: boolean;
  /** Runs them until nothing is left that can leave. Context: task, with nothing locked. */
  flush(): Switching<void>;
}

export interface SocketIoParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly queues: TransmitQueues;
  /** Sends a signal to the running task. */
  readonly signalCurrent: (signal: number) => void;
  /** The running task ends: it waits for no data to leave. */
  readonly isExiting: () => boolean;
  /** Gives up one reference to an open file. */
  readonly close: (file: OpenFile) => Sleeping<void>;
}

export class SocketIo {
  readonly #parts: SocketIoParts;
  #rest: Sleeping<number> | undefined = undefined;

  constructor(parts: SocketIoParts) {
    this.#parts = parts;
  }

  /** The rest of what has just answered WOULD_BLOCK. */
  rest(): Sleeping<number> {
    const rest = this.#rest;
    this.#rest = undefined;
    assert(rest !== undefined, 'an operation has just answered WOULD_BLOCK');
    return rest;
  }

  /** `flags` are MSG bits. A stream takes all of it, unless it must not wait. */
  send(file: OpenFile, message: Message, flags: number): number {
    const sock = sockOf(file);
    const answer = sock.send(message, flags);
    if (isCoroutine(answer)) return this.#later(this.#finish(file, answer));
    const mayWait = !file.isNonblocking && (flags & MSG.DONTWAIT) === 0;
    if (answer === WOULD_BLOCK) {
      if (!mayWait) return this.#flushed(file, -EAGAIN);
    } else if (!(answer > 0 && mayWait && sock.isStream && message.remaining > 0)) {
      return this.#flushed(file, this.#sent(sock, answer, flags));
    }
    return this.#later(this.#sendRest(file, message, flags, Math.max(answer, 0)));
  }

  /** Answers how many bytes came, or how many there were with MSG.TRUNC. */
  receive(file: OpenFile, message: Message, flags: number): number {
    const sock = sockOf(file);
    const total = message.remaining;
    const answer = sock.receive(message, flags);
    const mayWait = !file.isNonblocking && (flags & MSG.DONTWAIT) === 0;
    if (answer === WOULD_BLOCK) {
      if (!mayWait) return this.#flushed(file, -EAGAIN);
    } else if (!(answer > 0 && mayWait && answer < leastOf(sock, total, flags))) {
      return this.#flushed(file, answer);
    }
    return this.#later(this.#receiveRest(file, message, flags, total, Math.max(answer, 0)));
  }

  connect(file: OpenFile, address: SockAddress): number {
    const answer = sockOf(file).connect(address, false);
    const isUnderWay = answer === -EINPROGRESS || answer === -EALREADY || answer === WOULD_BLOCK;
    if (!isUnderWay || file.isNonblocking) {
      return this.#flushed(file, answer === WOULD_BLOCK ? -EAGAIN : answer);
    }
    return this.#later(this.#connectRest(file, address, answer));
  }

  /** Hands the new connection to `install`, which answers its descriptor or a negative errno. */
  accept(file: OpenFile, install: (sock: Sock) => MaySleep<number>): number {
    const sock = sockOf(file).accept();
    if (sock instanceof Sock) {
      const answer = install(sock);
      if (isCoroutine(answer)) return this.#later(answer);
      return this.#flushed(file, answer);
    }
    if (sock !== WOULD_BLOCK) return this.#flushed(file, sock);
    if (file.isNonblocking) return -EAGAIN;
    return this.#later(this.#acceptRest(file, install));
  }

  /** Any other operation of a socket is over, with `answer`: what it sent is on its way. */
  #flushed(file: OpenFile, answer: number): number {
    return this.#parts.queues.hasWork ? this.#later(this.#finish(file, answer)) : answer;
  }

  finish(file: OpenFile, answer: MaySleep<number>): number {
    if (isCoroutine(answer)) return this.#later(this.#finish(file, answer));
    return this.#flushed(file, answer);
  }

  /** The last descriptor is gone. */
  release(sock: Sock): number {
    const answer = sock.release();
    return answer === WOULD_BLOCK || this.#parts.queues.hasWork ? WOULD_BLOCK : 0;
  }

  *releaseRest(sock: Sock): Sleeping<void> {
    const { sim, isExiting } = this.#parts;
    yield* this.#flush();
    const endNs = sim.now() + Math.max(0, sock.options.lingerSeconds) * NS_PER_S;
    while (sock.isLingering && !isExiting()) {
      if ((yield* this.#sleep(sock.writeQueue, endNs)) < 0) break;
      yield* this.#flush();
    }
  }

  // ---- What sleeps ------------------------------------------------------------------------

  #later(rest: Sleeping<number>): number {
    this.#rest = rest;
    return WOULD_BLOCK;
  }

  *#flush(): Sleeping<void> {
    const { queues } = this.#parts;
    if (queues.hasWork) yield* queues.flush();
  }

  *#finish(file: OpenFile, answer: MaySleep<number>): Sleeping<number> {
    file.get();
    const result = isCoroutine(answer) ? yield* answer : answer;
    yield* this.#flush();
    yield* this.#parts.close(file);
    return result;
  }

  *#sendRest(file: OpenFile, message: Message, flags: number, sent: number): Sleeping<number> {
    const sock = sockOf(file);
    const endNs = this.#parts.sim.now() + sock.options.sndtimeoNs;
    let done = sent;
    let error = 0;
    file.get();
    for (;;) {
      // Running the queues may make room. What follows up to the sleep never yields, so that no
      // wake-up is missed.
      yield* this.#flush();
      if (done > 0 && (message.remaining === 0 || !sock.isStream)) break;
      const waiting = sock.error;
      const answer = yield* this.#await(sock.send(message, flags));
      if (answer === WOULD_BLOCK) {
        error = yield* this.#sleep(sock.writeQueue, endNs);
        if (error < 0) break;
        continue;
      }
      if (answer < 0 && done > 0) sock.error = waiting;
      if (answer < 0) error = answer;
      else done += answer;
      if (answer <= 0 || message.remaining === 0) break;
    }
    yield* this.#flush();
    yield* this.#parts.close(file);
    return this.#sent(sock, done > 0 ? done : error, flags);
  }

  *#await(answer: MaySleep<number>): Sleeping<number> {
    return isCoroutine(answer) ? yield* answer : answer;
  }

  *#receiveRest(
    file: OpenFile,
    message: Message,
    flags: number,
    total: number,
    received: number,
  ): Sleeping<number> {
    const sock = sockOf(file);
    const least = leastOf(sock, total, flags);
    const endNs = this.#parts.sim.now() + sock.options.rcvtimeoNs;
    let done = received;
    let error = 0;
    file.get();
    for (;;) {
      yield* this.#flush();
      const waiting = sock.error;
      const answer = sock.receive(message, flags);
      if (answer === WOULD_BLOCK) {
        error = yield* this.#sleep(sock.readQueue, endNs);
        if (error < 0) break;
        continue;
      }
      if (answer < 0 && done > 0) sock.error = waiting;
      if (answer < 0) error = answer;
      else done += answer;
      if (answer <= 0 || done >= least) break;
    }
    yield* this.#flush();
    yield* this.#parts.close(file);
    return done > 0 ? done : error;
  }

  *#connectRest(file: OpenFile, address: SockAddress, begun: number): Sleeping<number> {
    const sock = sockOf(file);
    const endNs = this.#parts.sim.now() + sock.options.sndtimeoNs;
    let answer: number;
    file.get();
    for (;;) {
      yield* this.#flush();
      answer = sock.connect(address, true);
      if (answer !== WOULD_BLOCK) break;
      answer = yield* this.#sleep(sock.writeQueue, endNs);
      if (answer === TIMED_OUT) answer = begun === WOULD_BLOCK ? -EAGAIN : begun;
      if (answer < 0) break;
    }
    yield* this.#flush();
    yield* this.#parts.close(file);
    return answer;
  }

  *#acceptRest(file: OpenFile, install: (sock: Sock) => MaySleep<number>): Sleeping<number> {
    const listener = sockOf(file);
    const endNs = this.#parts.sim.now() + listener.options.rcvtimeoNs;
    let answer: number;
    file.get();
    for (;;) {
      yield* this.#flush();
      const sock = listener.accept();
      if (sock === WOULD_BLOCK) {
        answer = yield* this.#sleep(listener.readQueue, endNs);
        if (answer < 0) break;
        continue;
      }
      answer = sock instanceof Sock ? yield* this.#await(install(sock)) : sock;
      break;
    }
    yield* this.#flush();
    yield* this.#parts.close(file);
    return answer;
  }

  /**
   * One sleep: 0 when woken, TIMED_OUT, or interrupted. Who has set a time is never begun again.
   * Linux: sock_intr_errno.
   */
  *#sleep(queue: WaitQueue, endNs: number): Sleeping<number> {
    if (endNs === Infinity) return yield* queue.sleepInterruptible();
    const { sim, scheduler } = this.#parts;
    if (sim.now() >= endNs) return TIMED_OUT;
    const task = scheduler.current;
    const timer = sim.events.schedule(endNs, () => scheduler.wake(task));
    const error = yield* queue.sleepInterruptible();
    sim.events.cancel(timer);
    return error === -EINTR ? INTERRUPTED_FOR_GOOD : error;
  }

  /** A stream without a reader says so with a signal, too. */
  #sent(sock: Sock, answer: number, flags: number): number {
    const isBroken = answer === -EPIPE && (flags & MSG.NOSIGNAL) === 0;
    if (isBroken && (sock.isStream || sock.type === SOCK.SEQPACKET)) {
      this.#parts.signalCurrent(SIGNAL.PIPE);
    }
    return answer;
  }
}

/** How many bytes end a receive that may wait. Linux: sock_rcvlowat. */
function leastOf(sock: Sock, total: number, flags: number): number {
  if (!sock.isStream || (flags & (MSG.PEEK | MSG.OOB | MSG.ERRQUEUE)) !== 0) return 0;
  return (flags & MSG.WAITALL) === 0 ? Math.min(sock.options.rcvlowat, total) : total;
}

export function sockOf(file: OpenFile): Sock {
  assert(file.private instanceof Sock, 'an open socket has its sock');
  return file.private;
}
