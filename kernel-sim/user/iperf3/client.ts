// SPDX-License-Identifier: GPL-2.0-or-later
/** The client of a test: it says what is tested. Counterpart: iperf 3.12, iperf_client_api.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { CLOCK } from '../../uapi/process.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { errorText } from '../support/command.ts';
import { connectTo } from '../support/connect.ts';
import { GaiError, resolve } from '../support/resolve.ts';
import { IPERF3_VERSION } from './help.ts';
import { failureJson, printJson, testJson } from './json.ts';
import type { IperfOptions } from './options.ts';
import {
  cookieBytes,
  decodeResults,
  encodeParameters,
  encodeResults,
  newCookie,
  readJson,
  readState,
  STATE,
  type TestResults,
  writeAll,
  writeJson,
  writeState,
} from './protocol.ts';
import { Report } from './report.ts';
import { resultsOf } from './results.ts';
import { closeStreams, connectStream, makeStream, udpBlockBytes } from './sockets.ts';
import type { Stream } from './stream.ts';
import { TestRun } from './test-run.ts';

export class IperfClient {
  readonly #c: Libc;
  readonly #options: IperfOptions;
  readonly #host: string;
  readonly #report: Report;
  readonly #streams: Stream[] = [];
  readonly #isSender: boolean;
  #cookie = '';
  #control = -1;
  #remote: InetSocketAddress | undefined;
  #run: TestRun | undefined;
  #isStopped = false;

  constructor(c: Libc, options: IperfOptions) {
    this.#c = c;
    this.#options = options;
    this.#host = options.host ?? '';
    this.#isSender = !options.test.isReverse;
    this.#report = new Report({
      isUdp: options.test.isUdp,
      isSender: this.#isSender,
      isServer: false,
      format: options.format,
    });
  }

  readonly #stop = (): Sleeping<void> => {
    this.#isStopped = true;
    return nothing();
  };

  *run(): Sleeping<number> {
    const c = this.#c;
    const failure = yield* this.#connect();
    if (failure !== undefined) return yield* this.#fail(failure);
    yield* c.signal(SIGNAL.INT, this.#stop);
    for (;;) {
      const state = yield* readState(c, this.#control);
      const outcome = state < 0 ? LOST : yield* this.#enter(state);
      if (typeof outcome === 'string') return yield* this.#fail(outcome);
      if (typeof outcome === 'number') return outcome;
    }
  }

  // ---- Before the test -------------------------------------------------------------------------

  *#connect(): Sleeping<string | undefined> {
    const c = this.#c;
    const { family, port, connectTimeoutMs, test } = this.#options;
    const found = yield* resolve(c, this.#host, family);
    if (found instanceof GaiError) return `unable to connect to server: ${found.message}`;
    const [place] = found;
    if (place === undefined) return 'unable to connect to server: No address';
    this.#remote = { ...place, port };
    const fd = yield* connectTo(c, this.#remote, connectTimeoutMs);
    if (fd < 0) return `unable to connect to server: ${errorText(fd)}`;
    this.#control = fd;
    this.#cookie = yield* newCookie(c);
    if (test.blockBytes === 0) test.blockBytes = yield* udpBlockBytes(c, fd);
    const sent = yield* writeAll(c, fd, cookieBytes(this.#cookie));
    if (sent < 0) return `unable to send cookie to server: ${errorText(sent)}`;
    this.#say(`Connecting to host ${this.#host}, port ${port}\n`);
    if (test.isReverse) this.#say(`Reverse mode, remote host ${this.#host} is sending\n`);
    return undefined;
  }

  #say(text: string): void {
    if (!this.#options.isJson) this.#c.out(text);
  }

  // ---- States ----------------------------------------------------------------------------------

  /** Undefined: it goes on; a number ends the program; a text is what went wrong. */
  *#enter(state: number): Sleeping<number | string | undefined> {
    const c = this.#c;
    switch (state) {
      case STATE.PARAM_EXCHANGE: {
        const sent = yield* writeJson(c, this.#control, encodeParameters(this.#options.test));
        return sent < 0 ? `unable to send parameters to server: ${errorText(sent)}` : undefined;
      }
      case STATE.CREATE_STREAMS:
        return yield* this.#createStreams();
      case STATE.TEST_START:
        return undefined;
      case STATE.TEST_RUNNING:
        return yield* this.#test();
      case STATE.EXCHANGE_RESULTS:
        return yield* this.#exchange();
      case STATE.SERVER_TERMINATE:
        return 'the server has terminated';
      case STATE.ACCESS_DENIED:
        return 'the server is busy running a test. try again later';
      case STATE.SERVER_ERROR:
        return 'the server has had an error';
      default:
        return `received an unknown control message (ensure other side is iperf3 and not iperf)`;
    }
  }

  *#createStreams(): Sleeping<string | undefined> {
    const c = this.#c;
    const { test, bindAddress, clientPort } = this.#options;
    const remote = this.#remote!;
    for (let n = 0; n < test.streams; n++) {
      const localPort = clientPort === 0 ? 0 : clientPort + n;
      const fd = yield* connectStream(c, { remote, bindAddress, localPort }, test, this.#cookie);
      if (fd < 0) return `unable to connect stream: ${errorText(fd)}`;
      // Ids are 1, 3, 4, 5, as iperf3 numbers them.
      const id = n === 0 ? 1 : n + 2;
      const stream = yield* makeStream(c, fd, { id, isSender: this.#isSender, test });
      if (stream === undefined) return 'unable to create a new stream: Cannot allocate memory';
      this.#streams.push(stream);
      this.#say(this.#report.connected(stream));
    }
    return undefined;
  }

  *#test(): Sleeping<number | string | undefined> {
    const c = this.#c;
    const { test, intervalSeconds } = this.#options;
    this.#run = new TestRun(c, {
      settings: test,
      streams: this.#streams,
      isSender: this.#isSender,
      intervalSeconds,
      isStopped: () => this.#isStopped,
      onInterval: (interval) => {
        this.#say(this.#report.interval(interval));
        return c.flush();
      },
    });
    yield* this.#run.begin();
    const ended = yield* this.#run.run(this.#control, true);
    yield* this.#run.end();
    if (ended === 'control') return undefined;
    if (ended === 'stopped') return yield* this.#interrupt();
    const sent = yield* writeState(c, this.#control, STATE.TEST_END);
    return sent < 0 ? `unable to send control message: ${errorText(sent)}` : undefined;
  }

  *#interrupt(): Sleeping<number> {
    const own = yield* resultsOf(this.#c, this.#run!, this.#streams);
    this.#say(this.#report.results(this.#streams, own, undefined));
    yield* writeState(this.#c, this.#control, STATE.CLIENT_TERMINATE);
    yield* this.#c.err('iperf3: interrupt - the client has terminated\n');
    return 1;
  }

  *#exchange(): Sleeping<number | string | undefined> {
    const c = this.#c;
    if (this.#run === undefined) return LOST;
    const own = yield* resultsOf(c, this.#run, this.#streams);
    const sent = yield* writeJson(c, this.#control, encodeResults(own));
    if (sent < 0) return `unable to send results: ${errorText(sent)}`;
    const answer = yield* readJson(c, this.#control);
    if (typeof answer === 'number') return `unable to receive results: ${errorText(answer)}`;
    const state = yield* readState(c, this.#control);
    if (state !== STATE.DISPLAY_RESULTS) return LOST;
    yield* this.#display(own, decodeResults(answer));
    yield* closeStreams(c, this.#streams);
    yield* writeState(c, this.#control, STATE.IPERF_DONE);
    return 0;
  }

  // ---- The end ---------------------------------------------------------------------------------

  *#display(own: TestResults, other: TestResults): Sleeping<void> {
    const { isJson, port, test, isVerbose } = this.#options;
    if (!isJson) {
      this.#say(this.#report.results(this.#streams, own, other));
      if (isVerbose) this.#say(cpuText(own, other, this.#isSender));
      this.#say('\niperf Done.\n');
      return;
    }
    const time = yield* this.#c.clock_gettime(CLOCK.REALTIME);
    const seconds = typeof time === 'number' ? 0 : time.seconds;
    const text = strftime('%a, %d %b %Y %H:%M:%S GMT', civilTime(seconds));
    const json = testJson({
      version: IPERF3_VERSION,
      systemInfo: yield* systemInfo(this.#c),
      time: { text, seconds },
      peer: { name: 'connecting_to', host: this.#host, port },
      cookie: this.#cookie,
      settings: test,
      isSender: this.#isSender,
      streams: this.#streams,
      intervals: this.#run?.intervals ?? [],
      own,
      other,
    });
    this.#c.out(`${printJson(json)}\n`);
  }

  *#fail(why: string): Sleeping<number> {
    if (!this.#options.isJson) return yield* this.#c.die('iperf3', `error - ${why}`);
    const parts = { version: IPERF3_VERSION, systemInfo: yield* systemInfo(this.#c) };
    this.#c.out(`${printJson(failureJson(parts, why))}\n`);
    return 0;
  }
}

function* nothing(): Sleeping<void> {}

const LOST = 'control socket has closed unexpectedly';

/** `Linux pc 6.1.0 #1 SMP x86_64`. */
export function* systemInfo(c: Libc): Sleeping<string> {
  const uname = yield* c.uname();
  if (typeof uname === 'number') return '';
  return [uname.sysname, uname.nodename, uname.release, uname.version, uname.machine].join(' ');
}

function cpuText(own: TestResults, other: TestResults, isSender: boolean): string {
  const use = ({ cpu }: TestResults): string => {
    const [total, user, system] = [cpu.total, cpu.user, cpu.system].map((it) => it.toFixed(1));
    return `${total}% (${user}%u/${system}%s)`;
  };
  const [local, remote] = isSender ? ['sender', 'receiver'] : ['receiver', 'sender'];
  return `CPU Utilization: local/${local} ${use(own)}, remote/${remote} ${use(other)}\n`;
}
