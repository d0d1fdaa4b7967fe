// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Buffered output and line-wise input on descriptors.
 *
 * Linux counterpart: glibc's stdio. Difference: putting text into an `OutputStream` never writes by
 * itself, since a plain function cannot sleep; it says when the buffer is full.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8, encodeUtf8, utf8Length } from '../../lib/utf8.ts';
import type { FileCalls } from './file-calls.ts';

const OUTPUT_SIZE = 32 * 1024;
const INPUT_SIZE = 4096;
const NEWLINE = 10;

export class OutputStream {
  private readonly calls: FileCalls;
  private readonly fd: number;
  private pieces: (string | Uint8Array)[] = [];
  private size = 0;
  /** The negative errno of the first write that failed; nothing is written after it. */
  error = 0;

  constructor(calls: FileCalls, fd: number) {
    this.calls = calls;
    this.fd = fd;
  }

  /** Adds text or bytes (kept, not copied). True: the buffer is full, `yield* flush()`. */
  put(data: string | Uint8Array): boolean {
    this.pieces.push(data);
    // A string's length is a lower bound of its bytes: near enough for "full".
    this.size += data.length;
    return this.size >= OUTPUT_SIZE;
  }

  /** Forgets what is not written yet. */
  discard(): void {
    this.pieces = [];
    this.size = 0;
  }

  /** Writes what is buffered: 0, or the negative errno of this or an earlier write. */
  *flush(): Sleeping<number> {
    if (this.size === 0 || this.error < 0) {
      this.discard();
      return this.error;
    }
    const bytes = join_pieces(this.pieces);
    this.discard();
    this.error = yield* this.calls.write_all(this.fd, bytes);
    return this.error;
  }
}

function join_pieces(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  if (pieces.every((piece) => typeof piece === 'string')) return encodeUtf8(pieces.join(''));
  const total = pieces.reduce((sum, piece) => {
    return sum + (typeof piece === 'string' ? utf8Length(piece) : piece.length);
  }, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    const part = typeof piece === 'string' ? encodeUtf8(piece) : piece;
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export class LineReader {
  private readonly calls: FileCalls;
  private readonly fd: number;
  private chunk = new Uint8Array(0);
  private at = 0;
  /** Whether the last line ended in a newline, which the end of a file may lack. */
  terminated = true;

  constructor(calls: FileCalls, fd: number) {
    this.calls = calls;
    this.fd = fd;
  }

  /** The next line without its newline, undefined at the end, or the negative errno. */
  *next(): Sleeping<string | undefined | number> {
    const line = yield* this.next_bytes();
    return line === undefined || typeof line === 'number' ? line : decodeUtf8(line);
  }

  /** The same in bytes, for what must come through untouched. */
  *next_bytes(separator = NEWLINE): Sleeping<Uint8Array | undefined | number> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const end = this.chunk.indexOf(separator, this.at);
      if (end >= 0) {
        parts.push(this.chunk.subarray(this.at, end));
        this.at = end + 1;
        this.terminated = true;
        return join_bytes(parts);
      }
      if (this.at < this.chunk.length) parts.push(this.chunk.subarray(this.at));
      const chunk = yield* this.calls.read(this.fd, INPUT_SIZE);
      if (typeof chunk === 'number') return chunk;
      this.chunk = new Uint8Array(chunk);
      this.at = 0;
      if (chunk.length > 0) continue;
      this.terminated = false;
      return parts.length > 0 ? join_bytes(parts) : undefined;
    }
  }
}

function join_bytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return join_pieces(parts);
}
