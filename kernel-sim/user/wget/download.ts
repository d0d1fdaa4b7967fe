// SPDX-License-Identifier: GPL-2.0-or-later
/** One URL from its first try to its file, over redirections and broken connections. */
import { ERRNO } from '../../uapi/errno.ts';
import { O } from '../../uapi/fs.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import { connectTo } from '../support/connect.ts';
import { HttpConnection, type HttpHead } from '../support/http-client.ts';
import { quoted } from '../support/locale.ts';
import { GaiError, resolve } from '../support/resolve.ts';
import {
  fileNameOf,
  formatUrl,
  hostHeader,
  parseUrl,
  resolveUrl,
  type Url,
} from '../support/url.ts';
import type { WgetLog } from './log.ts';
import { humanSize, longRate } from './numbers.ts';
import type { WgetOptions } from './options.ts';

/** Exit statuses. */
const STATUS = { OK: 0, GENERIC: 1, FILE: 3, NETWORK: 4, SERVER: 8 } as const;
const NS_PER_S = 1_000_000_000;
/** It waits a second longer after each try, but never longer than this. */
const WAIT_SECONDS_MAX = 10;
const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What a try has come to: an exit status, another address, or that it should be tried again. */
type Outcome = number | Url | 'again';

export class Download {
  /** What has been saved. */
  files = 0;
  bytes = 0;
  seconds = 0;
  readonly #c: Libc;
  readonly #log: WgetLog;
  readonly #options: WgetOptions;
  /** What `-O` has opened for all downloads. */
  readonly #output: number | undefined;
  #fileName = '';
  /** Bytes that are in the file already. */
  #have = 0;
  /** How many of them were there before the first try. */
  #hadBefore = 0;
  #file = -1;
  #tries = 0;
  #redirects = 0;
  #method: 'GET' | 'POST' | 'HEAD';

  constructor(c: Libc, log: WgetLog, options: WgetOptions, output: number | undefined) {
    this.#c = c;
    this.#log = log;
    this.#options = options;
    this.#output = output;
    this.#method = options.isSpider ? 'HEAD' : options.postData === undefined ? 'GET' : 'POST';
  }

  /** Exit status of this one URL. */
  *run(text: string): Sleeping<number> {
    const first = parseUrl(text);
    if (first === undefined) {
      yield* this.#log.always(`${text}: Invalid host name.\n`);
      return STATUS.GENERIC;
    }
    if (first.scheme !== 'http') {
      const scheme = first.scheme === 'https' ? 'HTTPS support not compiled in' : undefined;
      const what = scheme ?? `Unsupported scheme ${quoted(this.#c, first.scheme)}`;
      yield* this.#log.always(`${text}: ${what}.\n`);
      return STATUS.GENERIC;
    }
    const prepared = yield* this.#prepareFile(first);
    if (prepared !== undefined) return prepared;
    if (this.#options.isSpider) {
      yield* this.#log.verbose('Spider mode enabled. Check if remote file exists.\n');
    }
    let url = first;
    for (;;) {
      const outcome = yield* this.#try(url);
      if (typeof outcome === 'number') {
        if (this.#file >= 0 && this.#file !== this.#output) yield* this.#c.close(this.#file);
        return outcome;
      }
      if (outcome !== 'again') url = outcome;
    }
  }

  /** Chooses a name. A status: nothing is to be done. */
  *#prepareFile(url: Url): Sleeping<number | undefined> {
    const { outputDocument, folder, continues, keepsFiles } = this.#options;
    if (outputDocument !== undefined) {
      this.#fileName = outputDocument;
      if (!continues || outputDocument === '-') return undefined;
    } else {
      const name = fileNameOf(url) || 'index.html';
      this.#fileName = folder === undefined ? name : `${folder.replace(/\/+$/, '')}/${name}`;
    }
    const stat = yield* this.#c.stat(this.#fileName);
    if (typeof stat === 'number') return undefined;
    if (keepsFiles) {
      const file = quoted(this.#c, this.#fileName);
      yield* this.#log.verbose(`File ${file} already there; not retrieving.\n\n`);
      return STATUS.OK;
    }
    if (continues) {
      this.#have = stat.size;
      this.#hadBefore = stat.size;
      return undefined;
    }
    for (let number = 1; ; number++) {
      const name = `${this.#fileName}.${number}`;
      if ((yield* this.#c.stat(name)) !== -ERRNO.ENOENT) continue;
      this.#fileName = name;
      return undefined;
    }
  }

  *#try(url: Url): Sleeping<Outcome> {
    const log = this.#log;
    this.#tries++;
    const again = this.#tries > 1 ? `  (try:${String(this.#tries).padStart(2)})` : '';
    yield* log.verbose(`--${yield* log.timestamp()}--${again}  ${formatUrl(url)}\n`);
    const fd = yield* this.#connect(url);
    if (typeof fd === 'object') return fd.outcome;
    const connection = new HttpConnection(this.#c, fd);
    const { timeoutMs } = this.#options;
    if (timeoutMs < Infinity) yield* connection.setTimeout(timeoutMs);
    const outcome = yield* this.#exchange(url, connection);
    yield* connection.close();
    return outcome;
  }

  // ---- The connection -------------------------------------------------------------------------

  *#connect(url: Url): Sleeping<number | { readonly outcome: Outcome }> {
    const log = this.#log;
    const { family, timeoutMs, retriesRefused } = this.#options;
    const isLiteral = /^[\d.]+$|:/.test(url.host);
    if (!isLiteral) yield* log.verbose(`Resolving ${url.host} (${url.host})... `);
    const found = yield* resolve(this.#c, url.host, family);
    if (found instanceof GaiError) {
      yield* log.verbose(`failed: ${found.message}.\n`);
      const host = quoted(this.#c, url.host);
      yield* log.always(`wget: unable to resolve host address ${host}\n`);
      return { outcome: STATUS.NETWORK };
    }
    const list = found.map(({ address }) => address);
    if (!isLiteral) yield* log.verbose(`${list.join(', ')}\n`);
    let failure: number = -ERRNO.EHOSTUNREACH;
    for (const place of found) {
      const host = place.address.includes(':') ? `[${place.address}]` : place.address;
      const name = isLiteral ? host : `${url.host} (${url.host})|${host}|`;
      yield* log.verbose(`Connecting to ${name}:${url.port}... `);
      const fd = yield* connectTo(this.#c, { ...place, port: url.port }, timeoutMs);
      if (fd >= 0) {
        yield* log.verbose('connected.\n');
        return fd;
      }
      failure = fd;
      yield* log.verbose(`failed: ${errorText(fd)}.\n`);
    }
    const isFinal = failure === -ERRNO.ECONNREFUSED && !retriesRefused;
    const isUnreachable = failure === -ERRNO.ENETUNREACH || failure === -ERRNO.EHOSTUNREACH;
    if (isFinal || isUnreachable) return { outcome: STATUS.NETWORK };
    return { outcome: yield* this.#retry() };
  }

  /** Waits before the next try, if there is to be one. */
  *#retry(): Sleeping<Outcome> {
    if (this.#tries >= this.#options.tries) {
      yield* this.#log.verbose('Giving up.\n\n');
      return STATUS.NETWORK;
    }
    yield* this.#log.verbose('Retrying.\n\n');
    yield* this.#c.nanosleep(Math.min(this.#tries, WAIT_SECONDS_MAX) * NS_PER_S);
    return 'again';
  }

  // ---- Request and answer ---------------------------------------------------------------------

  #request(url: Url): string {
    const { headers, userAgent, postData } = this.#options;
    const lines = [
      `${this.#method} ${url.path} HTTP/1.1`,
      `Host: ${hostHeader(url)}`,
      `User-Agent: ${userAgent}`,
      'Accept: */*',
      'Accept-Encoding: identity',
      'Connection: close',
      ...headers,
    ];
    if (this.#have > 0) lines.push(`Range: bytes=${this.#have}-`);
    if (this.#method === 'POST') {
      lines.push('Content-Type: application/x-www-form-urlencoded');
      lines.push(`Content-Length: ${(postData ?? '').length}`);
    }
    return `${lines.join('\r\n')}\r\n\r\n${this.#method === 'POST' ? postData : ''}`;
  }

  *#exchange(url: Url, connection: HttpConnection): Sleeping<Outcome> {
    const log = this.#log;
    const failure = yield* connection.send(this.#request(url));
    if (failure < 0) {
      yield* log.verbose(`Failed writing HTTP request: ${errorText(failure)}.\n`);
      return yield* this.#retry();
    }
    yield* log.verbose('HTTP request sent, awaiting response... ');
    const head = yield* connection.readHead(this.#method);
    if (head === undefined) {
      yield* log.verbose('No data received.\n');
      return yield* this.#retry();
    }
    if (typeof head === 'number') {
      const why = head === -ERRNO.EAGAIN ? 'Connection timed out' : errorText(head);
      yield* log.verbose(`Read error (${why}) in headers.\n`);
      return yield* this.#retry();
    }
    yield* this.#showHead(head);
    return yield* this.#answer(url, head, connection);
  }

  *#showHead(head: HttpHead): Sleeping<void> {
    if (this.#options.showsServer) {
      yield* this.#log.verbose(`\n${head.lines.map((line) => `  ${line}\n`).join('')}`);
    } else if (head.version === 'HTTP/0.9') {
      yield* this.#log.verbose('200 No headers, assuming HTTP/0.9\n');
    } else yield* this.#log.verbose(`${head.status} ${head.reason}\n`);
  }

  *#answer(url: Url, head: HttpHead, connection: HttpConnection): Sleeping<Outcome> {
    const { status, headers, reason } = head;
    const log = this.#log;
    const location = headers.get('location');
    if (REDIRECTIONS.has(status) && location !== undefined) {
      return yield* this.#redirect(url, location, status);
    }
    if (status === 416 && this.#have > 0) {
      yield* log.verbose('\n    The file is already fully retrieved; nothing to do.\n\n');
      return STATUS.OK;
    }
    if (head.version !== 'HTTP/0.9' && (status < 200 || status >= 300)) {
      const isMissing = this.#options.isSpider && status === 404;
      if (isMissing) yield* log.always('Remote file does not exist -- broken link!!!\n\n');
      else {
        yield* log.brief(`${formatUrl(url)}:\n`);
        const when = yield* log.timestamp();
        yield* log.always(`${when} ERROR ${status}: ${reason || '(no description)'}.\n`);
        yield* log.verbose('\n');
      }
      return STATUS.SERVER;
    }
    // Who does not know ranges begins anew.
    const isPartial = status === 206;
    if (!isPartial && this.#have > 0) {
      const length = connection.length;
      if (length !== undefined && length === this.#have && this.#tries === 1) {
        yield* log.verbose('\n    The file is already fully retrieved; nothing to do.\n\n');
        return STATUS.OK;
      }
      this.#have = 0;
      this.#hadBefore = 0;
    }
    yield* this.#showLength(connection.length, headers.get('content-type'));
    if (this.#options.isSpider) {
      yield* log.verbose('Remote file exists.\n\n');
      return STATUS.OK;
    }
    return yield* this.#save(url, connection);
  }

  *#redirect(url: Url, location: string, status: number): Sleeping<Outcome> {
    const target = resolveUrl(url, location);
    yield* this.#log.verbose(`Location: ${location} [following]\n`);
    if (++this.#redirects > this.#options.redirectsMax) {
      const what = `${this.#options.redirectsMax} redirections exceeded.\n`;
      yield* this.#log.always(what);
      return STATUS.SERVER;
    }
    if (target?.scheme !== 'http') {
      yield* this.#log.always(`${location}: Unsupported scheme or invalid address.\n`);
      return STATUS.GENERIC;
    }
    if (this.#method === 'POST' && status < 307) this.#method = 'GET';
    this.#tries = 0;
    return target;
  }

  *#showLength(length: number | undefined, type: string | undefined): Sleeping<void> {
    const kind = type === undefined ? '' : ` [${type.replace(/;.*$/s, '').trim()}]`;
    if (length === undefined) {
      yield* this.#log.verbose(`Length: unspecified${kind}\n`);
      return;
    }
    const total = length + this.#have;
    const human = total >= 1024 ? ` (${humanSize(total, 10, 1)})` : '';
    const rest = length >= 1024 ? ` (${humanSize(length, 10, 1)})` : '';
    const remaining = this.#have > 0 ? `, ${length}${rest} remaining` : '';
    yield* this.#log.verbose(`Length: ${total}${human}${remaining}${kind}\n`);
  }

  // ---- The file -------------------------------------------------------------------------------

  *#save(url: Url, connection: HttpConnection): Sleeping<Outcome> {
    const c = this.#c;
    const log = this.#log;
    const isStdout = this.#fileName === '-';
    const shown = quoted(c, isStdout ? 'STDOUT' : this.#fileName);
    const fd = yield* this.#openFile();
    if (fd < 0) {
      yield* log.always(`${this.#fileName}: ${errorText(fd)}\n`);
      if (this.#options.verbosity === 2) yield* log.always('\n');
      return STATUS.FILE;
    }
    yield* log.verbose(`Saving to: ${shown}\n\n`);
    const startNs = yield* log.nowNs();
    const result = yield* this.#copy(connection, fd, startNs);
    const seconds = ((yield* log.nowNs()) - startNs) / NS_PER_S;
    const received = result.bytes;
    this.#have += received;
    this.seconds += seconds;
    const when = `${yield* log.timestamp()} (${longRate(received, seconds)}) - `;
    if (result.failure !== undefined) {
      yield* log.always(`Cannot write to ${shown} (${errorText(result.failure)}).\n`);
      return STATUS.FILE;
    }
    const total = received + connection.missing;
    const size =
      connection.length === undefined
        ? String(this.#have)
        : `${this.#have}/${this.#have - received + total}`;
    if (result.readFailure !== undefined) {
      const why =
        result.readFailure === -ERRNO.EAGAIN
          ? 'Connection timed out'
          : errorText(result.readFailure);
      yield* log.verbose(`${when}Read error at byte ${size} (${why}). `);
      return yield* this.#retry();
    }
    if (connection.missing > 0) {
      yield* log.verbose(`${when}Connection closed at byte ${this.#have}. `);
      return yield* this.#retry();
    }
    this.files++;
    this.bytes += this.#have - this.#hadBefore;
    const verb = isStdout ? 'written to stdout' : `${shown} saved`;
    yield* log.verbose(`${when}${verb} [${size}]\n\n`);
    const file = isStdout ? '-' : this.#fileName;
    yield* log.brief(
      `${yield* log.timestamp()} URL:${formatUrl(url)} [${size}] -> "${file}" [${this.#tries}]\n`,
    );
    return STATUS.OK;
  }

  *#openFile(): Sleeping<number> {
    const c = this.#c;
    if (this.#output !== undefined) {
      this.#file = this.#output;
      return this.#output;
    }
    if (this.#file >= 0 && this.#have > 0) return this.#file;
    if (this.#file >= 0) yield* c.close(this.#file);
    const folder = this.#options.folder;
    if (folder !== undefined) yield* c.mkdir(folder, 0o777);
    const mode = this.#have > 0 ? O.APPEND : O.TRUNC;
    this.#file = yield* c.open(this.#fileName, O.WRONLY | O.CREAT | mode, 0o666);
    return this.#file;
  }

  *#copy(
    connection: HttpConnection,
    fd: number,
    startNs: number,
  ): Sleeping<{
    readonly bytes: number;
    readonly failure?: number;
    readonly readFailure?: number;
  }> {
    const log = this.#log;
    const { rateLimit } = this.#options;
    const length = connection.length;
    const total = length === undefined ? undefined : length + this.#have;
    const name = this.#fileName === '-' ? '-' : this.#fileName.replace(/^.*\//s, '');
    const progress = log.progressOf(name, total, this.#have);
    let bytes = 0;
    for (;;) {
      const piece = yield* connection.readBody();
      const elapsed = ((yield* log.nowNs()) - startNs) / NS_PER_S;
      if (!(piece instanceof Uint8Array)) {
        yield* log.draw(progress?.finish(elapsed) ?? '');
        return piece === undefined ? { bytes } : { bytes, readFailure: piece };
      }
      const written = yield* this.#c.write_all(fd, piece);
      if (written < 0) return { bytes, failure: written };
      bytes += piece.length;
      yield* log.draw(progress?.update(piece.length, elapsed) ?? '');
      const aheadSeconds = rateLimit === undefined ? 0 : bytes / rateLimit - elapsed;
      if (aheadSeconds > 0) yield* this.#c.nanosleep(Math.floor(aheadSeconds * NS_PER_S));
    }
  }
}
