// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The server's side of one connection: RFC 9110, RFC 9112. Knows GET and HEAD, ranges of one piece,
 * and when a client wants no more.
 */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { S, SEEK } from '../../uapi/fs.ts';
import { MSG, SO } from '../../uapi/socket.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import { civilTime, strftime } from '../support/civil-time.ts';

const HEAD_BYTES_MAX = 8 * 1024;
const RECEIVE_BYTES = 4096;
const COPY_BYTES = 64 * 1024;
/** A client that says nothing for so long is left. */
const SILENCE_MS = 60_000;
const SERVER = 'httpd/1.35';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  206: 'Partial Content',
  301: 'Moved Permanently',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  416: 'Range Not Satisfiable',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  txt: 'text/plain',
  sha256: 'text/plain',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
};

interface Request {
  readonly method: string;
  /** Decoded, beginning with a slash, without dots that lead out. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly keepsAlive: boolean;
}

interface Head {
  readonly status: number;
  readonly length: number;
  readonly headers?: readonly string[];
}

export class HttpServer {
  readonly #c: Libc;
  readonly #fd: number;
  /** Who it is, if it is to be told. */
  readonly #peer: string | undefined;
  #buffer = '';
  #memory = 0;

  constructor(c: Libc, fd: number, peer: string | undefined) {
    this.#c = c;
    this.#fd = fd;
    this.#peer = peer;
  }

  *run(): Sleeping<void> {
    const c = this.#c;
    yield* c.set_timeout(this.#fd, SO.RCVTIMEO, SILENCE_MS);
    this.#memory = yield* c.memory.malloc(COPY_BYTES);
    for (let goesOn = this.#memory !== 0; goesOn;) {
      const text = yield* this.#readHead();
      if (text === undefined) break;
      const request = typeof text === 'number' ? text : parseRequest(text);
      if (typeof request === 'number') {
        yield* this.#sendError(request, 'GET', false);
        break;
      }
      goesOn = (yield* this.#answer(request)) && request.keepsAlive;
    }
    yield* c.close(this.#fd);
  }

  /** The lines of a request, a status for one that is too long, undefined when there is none. */
  *#readHead(): Sleeping<string | number | undefined> {
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#buffer);
      if (end !== null) {
        const text = this.#buffer.slice(0, end.index);
        this.#buffer = this.#buffer.slice(end.index + end[0].length);
        return text;
      }
      if (this.#buffer.length > HEAD_BYTES_MAX) return 431;
      const bytes = yield* this.#c.recv(this.#fd, RECEIVE_BYTES);
      if (typeof bytes === 'number' || bytes.length === 0) return undefined;
      this.#buffer += decodeUtf8(bytes);
    }
  }

  /** False when the connection has broken. */
  *#answer(request: Request): Sleeping<boolean> {
    const c = this.#c;
    const { method, path, keepsAlive } = request;
    if (this.#peer !== undefined) yield* c.err(`${this.#peer}: url:${path}\n`);
    if (method !== 'GET' && method !== 'HEAD') {
      return yield* this.#sendError(501, method, keepsAlive);
    }
    let file = `.${path}`;
    let stat = yield* c.stat(file);
    if (typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR) {
      if (!path.endsWith('/')) {
        const headers = [`Location: ${encodeURI(path)}/`];
        return yield* this.#sendError(301, method, keepsAlive, headers);
      }
      file += 'index.html';
      stat = yield* c.stat(file);
    }
    if (typeof stat === 'number') return yield* this.#sendError(404, method, keepsAlive);
    const fd = yield* c.open(file, O_RDONLY);
    if (fd < 0) return yield* this.#sendError(403, method, keepsAlive);
    const range = rangeOf(request.headers.get('range'), stat.size);
    const isFine =
      range === 'wrong'
        ? yield* this.#sendError(416, method, keepsAlive, [`Content-Range: bytes */${stat.size}`])
        : yield* this.#sendFile(request, fd, file, stat, range);
    yield* c.close(fd);
    return isFine;
  }

  *#sendFile(
    { method, keepsAlive }: Request,
    fd: number,
    file: string,
    { size, mtime }: { readonly size: number; readonly mtime: number },
    range: Range | undefined,
  ): Sleeping<boolean> {
    const { first, last } = range ?? { first: 0, last: size - 1 };
    const length = last - first + 1;
    const ending = file.slice(file.lastIndexOf('.') + 1);
    const headers = [
      `Content-Type: ${TYPES[ending] ?? 'application/octet-stream'}`,
      `Last-Modified: ${httpDate(mtime)}`,
      'Accept-Ranges: bytes',
    ];
    if (range !== undefined) headers.push(`Content-Range: bytes ${first}-${last}/${size}`);
    const status = range === undefined ? 200 : 206;
    if (!(yield* this.#sendHead({ status, length, headers }, keepsAlive))) return false;
    if (method === 'HEAD') return true;
    if (first > 0) yield* this.#c.lseek(fd, first, SEEK.SET);
    return yield* this.#copy(fd, length);
  }

  /** From the file to the socket, without a stop in between. */
  *#copy(fd: number, length: number): Sleeping<boolean> {
    const c = this.#c;
    for (let left = length; left > 0;) {
      let count = c.read_into(fd, this.#memory, Math.min(left, COPY_BYTES));
      if (count === WOULD_BLOCK) count = yield* c.wait();
      if (count <= 0) return false;
      for (let done = 0; done < count;) {
        let sent = c.write_from(this.#fd, this.#memory + done, count - done);
        if (sent === WOULD_BLOCK) sent = yield* c.wait();
        if (sent < 0) return false;
        done += sent;
      }
      left -= count;
    }
    return true;
  }

  *#sendError(
    status: number,
    method: string,
    keepsAlive: boolean,
    more: readonly string[] = [],
  ): Sleeping<boolean> {
    const reason = `${status} ${REASONS[status] ?? ''}`;
    const body = encodeUtf8(
      `<HTML><HEAD><TITLE>${reason}</TITLE></HEAD>\n<BODY><H1>${reason}</H1>\n</BODY></HTML>\n`,
    );
    const headers = ['Content-Type: text/html', ...more];
    const head = { status, length: body.length, headers };
    if (!(yield* this.#sendHead(head, keepsAlive))) return false;
    return method === 'HEAD' || (yield* this.#send(body));
  }

  *#sendHead({ status, length, headers = [] }: Head, keepsAlive: boolean): Sleeping<boolean> {
    const now = yield* this.#c.clock_gettime();
    const lines = [
      `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`,
      `Date: ${httpDate(typeof now === 'number' ? 0 : now.seconds)}`,
      `Server: ${SERVER}`,
      `Connection: ${keepsAlive ? 'keep-alive' : 'close'}`,
      `Content-Length: ${length}`,
      ...headers,
    ];
    return yield* this.#send(encodeUtf8(`${lines.join('\r\n')}\r\n\r\n`));
  }

  *#send(bytes: Uint8Array): Sleeping<boolean> {
    for (let at = 0; at < bytes.length;) {
      const sent = yield* this.#c.send(this.#fd, bytes.subarray(at), MSG.NOSIGNAL);
      if (sent < 0) return false;
      at += sent;
    }
    return true;
  }
}

const O_RDONLY = 0;

interface Range {
  readonly first: number;
  readonly last: number;
}

/** What of a file is wanted; undefined for all of it. */
function rangeOf(text: string | undefined, size: number): Range | 'wrong' | undefined {
  const match = /^bytes=(?<from>\d{0,15})-(?<to>\d{0,15})$/.exec(text?.trim() ?? '')?.groups;
  const { from = '', to = '' } = match ?? {};
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  return first > last || first >= size ? 'wrong' : { first, last };
}

/** A request, or the status that says why it is none. */
function parseRequest(text: string): Request | number {
  const [start = '', ...lines] = text.split(/\r?\n/);
  const match = /^(?<method>[A-Z]+) (?<target>\S+)(?: HTTP\/(?<version>\d\.\d))?$/.exec(start);
  const { method, target = '', version = '0.9' } = match?.groups ?? {};
  if (method === undefined) return 400;
  if (!version.startsWith('1.') && version !== '0.9') return 505;
  const path = pathOf(target);
  if (path === undefined) return 400;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return 400;
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const connection = headers.get('connection')?.toLowerCase();
  const keepsAlive = version === '1.1' ? connection !== 'close' : connection === 'keep-alive';
  return { method, path, headers, keepsAlive };
}

/** Undefined for what would lead out of the folder. */
function pathOf(target: string): string | undefined {
  const raw = target.replace(/^http:\/\/[^/]*/, '').replace(/[?#].*$/s, '') || '/';
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || path.includes('\0')) return undefined;
  return path.split('/').includes('..') ? undefined : path;
}

/** `Mon, 23 Nov 2026 05:12:10 GMT`. */
function httpDate(seconds: number): string {
  return strftime('%a, %d %b %Y %H:%M:%S GMT', civilTime(seconds));
}
