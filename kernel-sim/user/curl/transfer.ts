// SPDX-License-Identifier: GPL-2.0-or-later
/** One URL of curl's: request, answer, redirections, and what it ends with. */
import { ERRNO } from '../../uapi/errno.ts';
import { O } from '../../uapi/fs.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { connectTo } from '../support/connect.ts';
import { HttpConnection, type HttpHead } from '../support/http-client.ts';
import { GaiError, resolve } from '../support/resolve.ts';
import {
  fileNameOf,
  formatUrl,
  hostHeader,
  parseUrl,
  resolveUrl,
  type Url,
} from '../support/url.ts';
import { Meter } from './meter.ts';
import type { CurlOptions } from './options.ts';

/** Exit statuses: curl(1). */
const STATUS = {
  UNSUPPORTED_PROTOCOL: 1,
  MALFORMED_URL: 3,
  NOT_RESOLVED: 6,
  NOT_CONNECTED: 7,
  PARTIAL: 18,
  HTTP_ERROR: 22,
  WRITE_ERROR: 23,
  TIMEOUT: 28,
  TOO_MANY_REDIRECTS: 47,
  EMPTY_REPLY: 52,
  SEND_ERROR: 55,
  RECEIVE_ERROR: 56,
} as const;
const NS_PER_S = 1_000_000_000;
const NS_PER_MS = 1_000_000;
const STDOUT = 1;

/** What a transfer ends with, if not well. */
interface Failure {
  readonly status: number;
  readonly message: string;
}

export class Transfer {
  readonly #c: Libc;
  readonly #options: CurlOptions;
  readonly #output: CurlOptions['outputs'][number] | undefined;
  #method: string;
  #data: string | undefined;
  #fd = STDOUT;
  #startNs = 0;
  #meter: Meter | undefined;
  #received = 0;
  #code = 0;
  #redirects = 0;
  #contentType = '';

  /** `index`: which of the URLs it is. */
  constructor(c: Libc, options: CurlOptions, index: number) {
    this.#c = c;
    this.#options = options;
    this.#output = options.outputs[index];
    this.#data = options.data;
    const usual = options.isHead ? 'HEAD' : options.data === undefined ? 'GET' : 'POST';
    this.#method = options.method ?? usual;
  }

  /** Exit status. */
  *run(text: string): Sleeping<number> {
    const c = this.#c;
    this.#startNs = yield* this.#nowNs();
    const failure = yield* this.#start(text);
    const seconds = (yield* this.#elapsedNs()) / NS_PER_S;
    if (this.#meter !== undefined) yield* c.err(this.#meter.end(seconds));
    if (this.#fd !== STDOUT) yield* c.close(this.#fd);
    if (failure !== undefined && this.#options.showsErrors) {
      yield* c.err(`curl: (${failure.status}) ${failure.message}\n`);
    }
    yield* this.#writeOut(text);
    return failure?.status ?? 0;
  }

  *#start(text: string): Sleeping<Failure | undefined> {
    let url = parseUrl(text);
    if (url === undefined) {
      const message = 'URL using bad/illegal format or missing URL';
      return { status: STATUS.MALFORMED_URL, message };
    }
    if (this.#output === 'remote' && fileNameOf(url) === '') {
      return { status: STATUS.WRITE_ERROR, message: 'Remote file name has no length!' };
    }
    for (;;) {
      if (url.scheme !== 'http') {
        const message = `Protocol "${url.scheme}" not supported or disabled in libcurl`;
        return { status: STATUS.UNSUPPORTED_PROTOCOL, message };
      }
      yield* this.#showMeter();
      const outcome: Failure | Url | undefined = yield* this.#exchange(url);
      if (outcome === undefined || 'status' in outcome) return outcome;
      if (++this.#redirects > this.#options.redirectsMax) {
        const message = `Maximum (${this.#options.redirectsMax}) redirects followed`;
        return { status: STATUS.TOO_MANY_REDIRECTS, message };
      }
      url = outcome;
    }
  }

  /** A terminal that shows the text itself does not show how far it is. */
  *#showMeter(): Sleeping<void> {
    if (!this.#options.showsMeter || this.#meter !== undefined) return;
    if (this.#output === undefined && (yield* this.#c.isatty(STDOUT))) return;
    this.#meter = new Meter(0);
    yield* this.#c.err(this.#meter.begin());
  }

  *#exchange(url: Url): Sleeping<Failure | Url | undefined> {
    const connection = yield* this.#connect(url);
    if (!(connection instanceof HttpConnection)) return connection;
    const outcome = yield* this.#converse(url, connection);
    yield* connection.close();
    yield* this.#tell('* Closing connection 0\n');
    return outcome;
  }

  // ---- The connection -------------------------------------------------------------------------

  *#connect(url: Url): Sleeping<HttpConnection | Failure> {
    const c = this.#c;
    const { family, connectMs } = this.#options;
    const found = yield* resolve(c, url.host, family);
    if (found instanceof GaiError) {
      return { status: STATUS.NOT_RESOLVED, message: `Could not resolve host: ${url.host}` };
    }
    let failure: number = -ERRNO.EHOSTUNREACH;
    for (const place of found) {
      const shown = place.address.includes(':') ? `[${place.address}]` : place.address;
      yield* this.#tell(`*   Trying ${shown}:${url.port}...\n`);
      const limitMs = Math.min(connectMs, yield* this.#leftMs());
      const fd = yield* connectTo(c, { ...place, port: url.port }, limitMs);
      if (fd >= 0) {
        yield* this.#tell(`* Connected to ${url.host} (${place.address}) port ${url.port} (#0)\n`);
        return new HttpConnection(c, fd);
      }
      failure = fd;
      const why = c.strerror(fd);
      yield* this.#tell(`* connect to ${place.address} port ${url.port} failed: ${why}\n`);
    }
    const ms = Math.round((yield* this.#elapsedNs()) / NS_PER_MS);
    const hasTimedOut =
      failure === -ERRNO.ETIMEDOUT && Math.min(connectMs, this.#options.maxMs) < Infinity;
    if (hasTimedOut) {
      return { status: STATUS.TIMEOUT, message: `Connection timed out after ${ms} milliseconds` };
    }
    const what = `Failed to connect to ${url.host} port ${url.port} after ${ms} ms`;
    const message = `${what}: Couldn't connect to server`;
    return { status: STATUS.NOT_CONNECTED, message };
  }

  #request(url: Url): string {
    const { headers, userAgent, range } = this.#options;
    const own = new Set(headers.map((line) => line.replace(/[:;].*$/s, '').toLowerCase()));
    const usual = [
      `Host: ${hostHeader(url)}`,
      ...(range === undefined ? [] : [`Range: bytes=${range}`]),
      `User-Agent: ${userAgent}`,
      'Accept: */*',
    ].filter((line) => !own.has(line.replace(/:.*$/s, '').toLowerCase()));
    // A header without a value takes the usual one away.
    const wanted = headers.filter((line) => !/^[^:]*:\s*$/.test(line));
    const lines = [`${this.#method} ${url.path} HTTP/1.1`, ...usual, ...wanted];
    if (this.#data !== undefined) {
      lines.push(`Content-Length: ${this.#data.length}`);
      if (!own.has('content-type')) lines.push('Content-Type: application/x-www-form-urlencoded');
    }
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  // ---- Question and answer --------------------------------------------------------------------

  *#converse(url: Url, connection: HttpConnection): Sleeping<Failure | Url | undefined> {
    const request = this.#request(url);
    yield* this.#tell(request.replace(/\r\n/g, '\n').replace(/^/gm, '> ').replace(/> $/, ''));
    const failure = yield* connection.send(request + (this.#data ?? ''));
    if (failure < 0) {
      const message = `Send failure: ${this.#c.strerror(failure)}`;
      return { status: STATUS.SEND_ERROR, message };
    }
    yield* this.#limit(connection);
    const head = yield* connection.readHead(this.#method);
    if (head === undefined) {
      return { status: STATUS.EMPTY_REPLY, message: 'Empty reply from server' };
    }
    if (typeof head === 'number') return yield* this.#receiveFailure(head, undefined);
    if (head.version === 'HTTP/0.9') {
      return { status: 1, message: 'Received HTTP/0.9 when not allowed' };
    }
    yield* this.#tell(`${head.lines.map((line) => `< ${line}\n`).join('')}< \n`);
    return yield* this.#answer(url, head, connection);
  }

  *#answer(
    url: Url,
    head: HttpHead,
    connection: HttpConnection,
  ): Sleeping<Failure | Url | undefined> {
    const { fails, follows, includesHead } = this.#options;
    this.#code = head.status;
    this.#contentType = head.headers.get('content-type') ?? '';
    if (fails && head.status >= 400) {
      const message = `The requested URL returned error: ${head.status}`;
      return { status: STATUS.HTTP_ERROR, message };
    }
    const opened = yield* this.#openOutput(url);
    if (opened !== undefined) return opened;
    if (includesHead && (yield* this.#write(`${head.lines.join('\r\n')}\r\n\r\n`)) < 0) {
      return { status: STATUS.WRITE_ERROR, message: 'Failure writing output to destination' };
    }
    const location = head.headers.get('location');
    const isRedirection = head.status >= 301 && head.status <= 308 && head.status !== 304;
    if (follows && isRedirection && location !== undefined) {
      return this.#redirect(url, location, head.status);
    }
    this.#meter?.expect(connection.length);
    return yield* this.#copy(connection);
  }

  #redirect(url: Url, location: string, status: number): Failure | Url {
    const target = resolveUrl(url, location);
    if (target === undefined) {
      const message = 'URL using bad/illegal format or missing URL';
      return { status: STATUS.MALFORMED_URL, message };
    }
    if (status < 307 && this.#method === 'POST' && this.#options.method === undefined) {
      this.#method = 'GET';
      this.#data = undefined;
    }
    return target;
  }

  *#copy(connection: HttpConnection): Sleeping<Failure | undefined> {
    for (;;) {
      yield* this.#limit(connection);
      const piece = yield* connection.readBody();
      if (typeof piece === 'number') return yield* this.#receiveFailure(piece, connection.length);
      if (piece === undefined) break;
      if ((yield* this.#write(piece)) < 0) {
        return { status: STATUS.WRITE_ERROR, message: 'Failure writing output to destination' };
      }
      this.#received += piece.length;
      const seconds = (yield* this.#elapsedNs()) / NS_PER_S;
      const text = this.#meter?.update(piece.length, seconds) ?? '';
      if (text !== '') yield* this.#c.err(text);
    }
    const { missing, length } = connection;
    if (missing === 0) return undefined;
    const left =
      length === undefined
        ? 'outstanding read data remaining'
        : `${missing} bytes remaining to read`;
    const message = `transfer closed with ${left}`;
    return { status: STATUS.PARTIAL, message };
  }

  *#receiveFailure(failure: number, length: number | undefined): Sleeping<Failure> {
    if (failure !== -ERRNO.EAGAIN) {
      const message = `Recv failure: ${this.#c.strerror(failure)}`;
      return { status: STATUS.RECEIVE_ERROR, message };
    }
    const ms = Math.round((yield* this.#elapsedNs()) / NS_PER_MS);
    const outOf = length === undefined ? '' : ` out of ${length}`;
    const received = `${this.#received}${outOf} bytes received`;
    const message = `Operation timed out after ${ms} milliseconds with ${received}`;
    return { status: STATUS.TIMEOUT, message };
  }

  // ---- Output ---------------------------------------------------------------------------------

  *#openOutput(url: Url): Sleeping<Failure | undefined> {
    const output = this.#output;
    if (output === undefined || this.#fd !== STDOUT) return undefined;
    const file = output === 'remote' ? fileNameOf(url) : output.file;
    if (file === '-') return undefined;
    const fd = yield* this.#c.open(file, O.WRONLY | O.CREAT | O.TRUNC, 0o666);
    if (fd < 0) {
      const message = 'Failure writing output to destination';
      if (this.#options.showsErrors) {
        yield* this.#c.err(`Warning: Failed to open the file ${file}: ${this.#c.strerror(fd)}\n`);
      }
      return { status: STATUS.WRITE_ERROR, message };
    }
    this.#fd = fd;
    return undefined;
  }

  *#write(data: string | Uint8Array): Sleeping<number> {
    yield* this.#c.flush();
    return yield* this.#c.write_all(this.#fd, data);
  }

  /** What `-v` shows. */
  *#tell(text: string): Sleeping<void> {
    if (this.#options.isVerbose) yield* this.#c.err(text);
  }

  *#writeOut(url: string): Sleeping<void> {
    const { writeOut } = this.#options;
    if (writeOut === undefined) return;
    const seconds = (yield* this.#elapsedNs()) / NS_PER_S;
    const values: Readonly<Record<string, string>> = {
      http_code: String(this.#code).padStart(3, '0'),
      response_code: String(this.#code).padStart(3, '0'),
      size_download: String(this.#received),
      speed_download: String(seconds > 0 ? Math.floor(this.#received / seconds) : 0),
      time_total: seconds.toFixed(6),
      num_redirects: String(this.#redirects),
      content_type: this.#contentType,
      url,
      url_effective: formatUrl(parseUrl(url) ?? { scheme: 'http', host: url, port: 80, path: '/' }),
      method: this.#method,
    };
    const text = writeOut
      .replace(/\\n/g, '\n')
      .replace(/\\t/g, '\t')
      .replace(/\\r/g, '\r')
      .replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
      .replaceAll('%%', '%');
    this.#c.out(text);
    yield* this.#c.flush();
  }

  // ---- Time -----------------------------------------------------------------------------------

  *#nowNs(): Sleeping<number> {
    const now = yield* this.#c.clock_gettime();
    return typeof now === 'number' ? 0 : now.seconds * NS_PER_S + now.nanoseconds;
  }

  *#elapsedNs(): Sleeping<number> {
    return (yield* this.#nowNs()) - this.#startNs;
  }

  /** Until `-m` ends it. */
  *#leftMs(): Sleeping<number> {
    if (this.#options.maxMs === Infinity) return Infinity;
    return Math.max(1, this.#options.maxMs - Math.floor((yield* this.#elapsedNs()) / NS_PER_MS));
  }

  *#limit(connection: HttpConnection): Sleeping<void> {
    const leftMs = yield* this.#leftMs();
    if (leftMs < Infinity) yield* connection.setTimeout(leftMs);
  }
}
