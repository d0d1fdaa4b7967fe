// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One connection with a web server, as wget and curl need it: RFC 9112. What the server sends may
 * be cut, endless or nonsense; a head has a limit, and a body is handed on as it comes.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { MSG, SO } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';

export interface HttpHead {
  /** `HTTP/1.1`; `HTTP/0.9` for a server that sends its document without one. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** The lines as they came. */
  readonly lines: readonly string[];
  /** By their names in small letters; what comes more often is joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

const RECEIVE_BYTES = 64 * 1024;
const HEAD_BYTES_MAX = 64 * 1024;
const LINE_FEED = 10;

export class HttpConnection {
  readonly #c: Libc;
  readonly #fd: number;
  #buffer = new Uint8Array();
  #isAtEnd = false;
  #body: Body = { kind: 'none' };

  constructor(c: Libc, fd: number) {
    this.#c = c;
    this.#fd = fd;
  }

  /** 0, or a negative errno. */
  *send(request: string | Uint8Array): Sleeping<number> {
    const bytes = typeof request === 'string' ? encodeUtf8(request) : request;
    for (let at = 0; at < bytes.length;) {
      const sent = yield* this.#c.send(this.#fd, bytes.subarray(at), MSG.NOSIGNAL);
      if (sent < 0) return sent;
      at += sent;
    }
    return 0;
  }

  /**
   * The head of the answer to a request, past those of 1xx. Undefined: the server has closed
   * without a word. A negative errno is -EAGAIN when it was silent for too long.
   */
  *readHead(method: string): Sleeping<HttpHead | undefined | number> {
    for (;;) {
      const head = yield* this.#readOneHead();
      if (head === undefined || typeof head === 'number') return head;
      if (head.status >= 200 || head.status === 0) {
        this.#body = bodyOf(head, method);
        return head;
      }
    }
  }

  /** How many bytes the body has, if the head says so. */
  get length(): number | undefined {
    return this.#body.kind === 'counted' ? this.#body.length : undefined;
  }

  /** Bytes that should have come before the end, after `readBody` has met it. */
  get missing(): number {
    const body = this.#body;
    return body.kind === 'counted' ? body.left : body.kind === 'chunked' && !body.isDone ? 1 : 0;
  }

  /** The next bytes of the body, undefined at its end, or a negative errno. */
  *readBody(): Sleeping<Uint8Array | undefined | number> {
    const body = this.#body;
    if (body.kind === 'none') return undefined;
    if (body.kind === 'chunked') return yield* this.#readChunk(body);
    if (body.kind === 'endless') return yield* this.#take(Infinity);
    if (body.left === 0) return undefined;
    const bytes = yield* this.#take(body.left);
    if (bytes instanceof Uint8Array) body.left -= bytes.length;
    return bytes;
  }

  /** What is silent for longer than this answers -EAGAIN. */
  setTimeout(milliseconds: number): Sleeping<number> {
    return this.#c.set_timeout(this.#fd, SO.RCVTIMEO, milliseconds);
  }

  close(): Sleeping<number> {
    return this.#c.close(this.#fd);
  }

  *#readOneHead(): Sleeping<HttpHead | undefined | number> {
    const lines: string[] = [];
    for (let size = 0; size < HEAD_BYTES_MAX;) {
      const line = yield* this.#readLine();
      if (typeof line === 'number') return line;
      if (line === undefined) return lines.length === 0 ? undefined : parseHead(lines);
      size += line.length + 1;
      if (lines.length === 0 && !line.startsWith('HTTP/')) {
        this.#unread(encodeUtf8(`${line}\n`));
        return parseHead([]);
      }
      const text = line.replace(/\r$/, '');
      if (text === '') return parseHead(lines);
      lines.push(text);
    }
    return parseHead(lines);
  }

  *#readChunk(body: ChunkedBody): Sleeping<Uint8Array | undefined | number> {
    if (body.isDone) return undefined;
    if (body.left === 0) {
      const line = yield* this.#readLine();
      if (line === undefined || typeof line === 'number') return line;
      const size = /^[0-9a-fA-F]{1,12}/.exec(line.trim())?.[0];
      if (size === undefined) return undefined;
      body.left = Number.parseInt(size, 16);
      if (body.left === 0) return yield* this.#readTrailers(body);
    }
    const bytes = yield* this.#take(body.left);
    if (!(bytes instanceof Uint8Array)) return bytes;
    body.left -= bytes.length;
    if (body.left > 0) return bytes;
    const end = yield* this.#readLine();
    return typeof end === 'number' ? end : bytes;
  }

  *#readTrailers(body: ChunkedBody): Sleeping<undefined | number> {
    for (;;) {
      const line = yield* this.#readLine();
      if (typeof line === 'number') return line;
      if (line === undefined || line.trim() === '') break;
    }
    body.isDone = true;
    return undefined;
  }

  /** Undefined at the end of the stream, when nothing stood before it. */
  *#readLine(): Sleeping<string | undefined | number> {
    for (;;) {
      const end = this.#buffer.indexOf(LINE_FEED);
      if (end >= 0 || this.#isAtEnd || this.#buffer.length >= HEAD_BYTES_MAX) {
        if (this.#buffer.length === 0) return undefined;
        const at = end < 0 ? this.#buffer.length : end;
        const line = decodeUtf8(this.#buffer, 0, at);
        this.#buffer = this.#buffer.subarray(at + 1);
        return line;
      }
      const failure = yield* this.#fill();
      if (failure < 0) return failure;
    }
  }

  *#take(max: number): Sleeping<Uint8Array | undefined | number> {
    if (this.#buffer.length === 0) {
      const failure = this.#isAtEnd ? 0 : yield* this.#fill();
      if (failure < 0) return failure;
    }
    if (this.#buffer.length === 0) return undefined;
    const bytes = this.#buffer.subarray(0, Math.min(max, this.#buffer.length));
    this.#buffer = this.#buffer.subarray(bytes.length);
    return bytes;
  }

  *#fill(): Sleeping<number> {
    const bytes = yield* this.#c.recv(this.#fd, RECEIVE_BYTES);
    if (typeof bytes === 'number') return bytes;
    if (bytes.length === 0) this.#isAtEnd = true;
    else if (this.#buffer.length === 0) this.#buffer = bytes.slice();
    else this.#buffer = joined(this.#buffer, bytes);
    return 0;
  }

  #unread(bytes: Uint8Array): void {
    this.#buffer = joined(bytes, this.#buffer);
  }
}

interface ChunkedBody {
  readonly kind: 'chunked';
  left: number;
  isDone: boolean;
}

type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'counted'; readonly length: number; left: number }
  | ChunkedBody;

function bodyOf({ status, headers }: HttpHead, method: string): Body {
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
  if (/(?:^|,)\s*chunked\s*$/i.test(headers.get('transfer-encoding') ?? '')) {
    return { kind: 'chunked', left: 0, isDone: false };
  }
  const length = headers.get('content-length') ?? '';
  if (!/^\d{1,15}$/.test(length)) return { kind: 'endless' };
  return { kind: 'counted', length: Number(length), left: Number(length) };
}

/** Without lines, that of a server which knows only HTTP/0.9. */
function parseHead(lines: readonly string[]): HttpHead {
  const match = /^(?<version>HTTP\/\d\.\d)\s+(?<status>\d{3})(?:\s+(?<reason>.*))?$/.exec(
    lines[0] ?? '',
  );
  const { version = 'HTTP/0.9', status = '0', reason = '' } = match?.groups ?? {};
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined || name === 'location' ? value : `${before}, ${value}`);
  }
  return { version, status: Number(status), reason, lines, headers };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
