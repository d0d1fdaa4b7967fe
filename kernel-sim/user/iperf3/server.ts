// SPDX-License-Identifier: GPL-2.0-or-later
/** The server of tests, one after the other. Counterpart: iperf 3.12, iperf_server_api.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { POLL } from '../../uapi/fs.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import type { IperfOptions, TestSettings } from './options.ts';
import {
  COOKIE_BYTES,
  decodeParameters,
  decodeResults,
  encodeResults,
  readExactly,
  readJson,
  readState,
  STATE,
  writeJson,
  writeState,
} from './protocol.ts';
import { Report } from './report.ts';
import { resultsOf } from './results.ts';
import { closeStreams, listenAt, makeStream, welcome } from './sockets.ts';
import type { Stream } from './stream.ts';
import { TestRun } from './test-run.ts';

const LINE = `${'-'.repeat(59)}\n`;
/** A client that says nothing for so long is given up. */
const PATIENCE_MS = 10_000;

export class IperfServer {
  readonly #c: Libc;
  readonly #options: IperfOptions;
  #listener = -1;
  #isStopped = false;

  constructor(c: Libc, options: IperfOptions) {
    this.#c = c;
    this.#options = options;
  }

  readonly #stop = (): Sleeping<void> => {
    this.#isStopped = true;
    return nothing();
  };

  *run(): Sleeping<number> {
    const c = this.#c;
    const { family, bindAddress, port, isOneOff } = this.#options;
    this.#listener = yield* listenAt(c, family, bindAddress, port, false);
    if (this.#listener < 0) {
      const why = `unable to start listener for connections: ${errorText(this.#listener)}`;
      yield* c.err(`iperf3: error - ${why}\niperf3: exiting\n`);
      return 1;
    }
    yield* c.signal(SIGNAL.INT, this.#stop);
    for (let number = 1; ; number++) {
      c.out(`${LINE}Server listening on ${port} (test #${number})\n${LINE}`);
      yield* c.flush();
      const failure = yield* this.#serve();
      yield* c.flush();
      if (this.#isStopped) {
        yield* c.err('iperf3: interrupt - the server has terminated\n');
        return 1;
      }
      if (failure !== undefined) yield* c.err(`iperf3: ${failure}\n`);
      if (isOneOff) return failure === undefined ? 0 : 1;
    }
  }

  /** Waits for a client and does its test; a text says what went wrong. */
  *#serve(): Sleeping<string | undefined> {
    const c = this.#c;
    const accepted = yield* c.accept(this.#listener);
    if (typeof accepted === 'number') {
      return this.#isStopped ? undefined : `error - unable to accept: ${errorText(accepted)}`;
    }
    const { fd, address } = accepted;
    const session = new Session(c, this.#options, { listener: this.#listener, control: fd });
    const cookie = yield* readExactly(c, fd, COOKIE_BYTES);
    let failure: string | undefined = 'error - unable to receive cookie from client';
    if (typeof cookie !== 'number') {
      if ('port' in address) {
        c.out(`Accepted connection from ${address.address}, port ${address.port}\n`);
      }
      failure = yield* session.run(decodeUtf8(cookie), () => this.#isStopped);
    }
    if (this.#isStopped) yield* writeState(c, fd, STATE.SERVER_TERMINATE);
    yield* closeStreams(c, session.streams);
    yield* c.close(fd);
    return failure;
  }
}

function* nothing(): Sleeping<void> {}

/** One test. */
class Session {
  readonly #c: Libc;
  readonly #options: IperfOptions;
  readonly #listener: number;
  readonly #control: number;
  readonly streams: Stream[] = [];

  constructor(
    c: Libc,
    options: IperfOptions,
    sockets: { readonly listener: number; readonly control: number },
  ) {
    this.#c = c;
    this.#options = options;
    this.#listener = sockets.listener;
    this.#control = sockets.control;
  }

  *run(cookie: string, isStopped: () => boolean): Sleeping<string | undefined> {
    const c = this.#c;
    const control = this.#control;
    yield* writeState(c, control, STATE.PARAM_EXCHANGE);
    const given = yield* readJson(c, control);
    const test = typeof given === 'number' ? undefined : decodeParameters(given);
    if (test === undefined) return 'error - unable to receive parameters from client';
    const isSender = test.isReverse;
    const report = new Report({
      isUdp: test.isUdp,
      isSender,
      isServer: true,
      format: this.#options.format,
    });
    const failure = yield* this.#acceptStreams(test, cookie, report);
    if (failure !== undefined) {
      yield* writeState(c, control, STATE.SERVER_ERROR);
      return failure;
    }
    yield* writeState(c, control, STATE.TEST_START);
    const run = new TestRun(c, {
      settings: test,
      streams: this.streams,
      isSender,
      intervalSeconds: this.#options.intervalSeconds,
      isStopped,
      onInterval: (interval) => {
        c.out(report.interval(interval));
        return c.flush();
      },
    });
    yield* run.begin();
    yield* writeState(c, control, STATE.TEST_RUNNING);
    const ended = yield* run.run(control, false);
    yield* run.end();
    if (ended === 'stopped') return undefined;
    const own = yield* resultsOf(c, run, this.streams);
    const state = yield* readState(c, control);
    if (state === STATE.CLIENT_TERMINATE || state < 0) {
      c.out(report.results(this.streams, own, undefined));
      return 'the client has terminated';
    }
    yield* writeState(c, control, STATE.EXCHANGE_RESULTS);
    const other = yield* readJson(c, control);
    if (typeof other === 'number') return 'error - unable to receive results';
    yield* writeJson(c, control, encodeResults(own));
    yield* writeState(c, control, STATE.DISPLAY_RESULTS);
    c.out(report.results(this.streams, own, decodeResults(other)));
    // The client's last word; without it, it is just gone.
    yield* readState(c, control);
    return undefined;
  }

  // ---- Streams ---------------------------------------------------------------------------------

  *#acceptStreams(
    test: TestSettings,
    cookie: string,
    report: Report,
  ): Sleeping<string | undefined> {
    const c = this.#c;
    let udp = test.isUdp ? yield* this.#listenUdp() : -1;
    if (test.isUdp && udp < 0) return `error - unable to create a new stream: ${errorText(udp)}`;
    yield* writeState(c, this.#control, STATE.CREATE_STREAMS);
    while (this.streams.length < test.streams) {
      const waiting = test.isUdp ? udp : this.#listener;
      const requests = [waiting, this.#control].map((fd) => ({ fd, events: POLL.IN }));
      const ready = yield* c.poll(requests, PATIENCE_MS);
      if (typeof ready === 'number' || ready[0] === 0) {
        if (test.isUdp) yield* c.close(udp);
        return 'error - unable to receive control message: the client is gone';
      }
      let fd = udp;
      if (test.isUdp) {
        const welcomed = yield* welcome(c, udp, test);
        if (welcomed < 0) return `error - unable to connect stream: ${errorText(welcomed)}`;
        if (this.streams.length + 1 < test.streams) udp = yield* this.#listenUdp();
      } else {
        fd = yield* this.#acceptTcp(cookie);
        if (fd < 0) continue;
      }
      const n = this.streams.length;
      const id = n === 0 ? 1 : n + 2;
      const stream = yield* makeStream(c, fd, { id, isSender: test.isReverse, test });
      if (stream === undefined) return 'error - unable to create a new stream: out of memory';
      this.streams.push(stream);
      c.out(report.connected(stream));
    }
    return undefined;
  }

  #listenUdp(): Sleeping<number> {
    const { family, bindAddress, port } = this.#options;
    return listenAt(this.#c, family, bindAddress, port, true);
  }

  /** A stream of this client; another client is sent away. */
  *#acceptTcp(cookie: string): Sleeping<number> {
    const c = this.#c;
    const accepted = yield* c.accept(this.#listener);
    if (typeof accepted === 'number') return accepted;
    const { fd } = accepted;
    const given = yield* readExactly(c, fd, COOKIE_BYTES);
    if (typeof given !== 'number' && decodeUtf8(given) === cookie) return fd;
    yield* writeState(c, fd, STATE.ACCESS_DENIED);
    yield* c.close(fd);
    return -1;
  }
}
