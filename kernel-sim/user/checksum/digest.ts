// SPDX-License-Identifier: GPL-2.0-or-later
/** Computing digests, and the lines that tell them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { complain, errorText } from '../support/command.ts';
import { closeInput, openInput } from '../support/files.ts';
import { quoteName } from '../support/quote.ts';

/** What computes a digest piece by piece. */
interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

export interface Algorithm {
  /** As a tagged line begins: `SHA256`. */
  readonly name: string;
  readonly hash: { create(): Hasher; readonly outputLen: number };
  readonly standard: string;
}

export interface LineStyle {
  readonly isTagged: boolean;
  readonly isBinary: boolean;
  readonly isZero: boolean;
}

const BLOCK_BYTES = 128 * 1024;
/** What a byte costs, roughly, in nanoseconds. */
const NS_PER_BYTE = 4;

/** The digest in hexadecimal, or undefined after a complaint. */
export function* digestFile(
  c: Libc,
  algorithm: Algorithm,
  name: string,
): Sleeping<string | undefined> {
  const fd = yield* openInput(c, name);
  if (fd === undefined) return undefined;
  const hasher = algorithm.hash.create();
  for (;;) {
    const bytes = yield* c.read(fd, BLOCK_BYTES);
    if (typeof bytes === 'number') {
      yield* complain(c, `${quoteName(name)}: ${errorText(bytes)}`);
      yield* closeInput(c, fd);
      return undefined;
    }
    if (bytes.length === 0) break;
    hasher.update(bytes);
    yield* c.charge(bytes.length * NS_PER_BYTE);
  }
  yield* closeInput(c, fd);
  return Array.from(hasher.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One line of output, with its end. */
export function formatDigest(
  { name: kind }: Algorithm,
  digest: string,
  file: string,
  { isTagged, isBinary, isZero }: LineStyle,
): string {
  const escaped = isZero ? file : escapeName(file);
  const mark = escaped === file ? '' : '\\';
  const end = isZero ? '\0' : '\n';
  if (isTagged) return `${mark}${kind} (${escaped}) = ${digest}${end}`;
  return `${mark}${digest} ${isBinary ? '*' : ' '}${escaped}${end}`;
}

/** A file and what its digest should be. */
export interface Expectation {
  readonly file: string;
  readonly digest: string;
}

/** Reads what `formatDigest` makes, tagged or not; undefined when the line is something else. */
export function parseDigest(
  { name: kind, hash }: Algorithm,
  line: string,
): Expectation | undefined {
  const isEscaped = line.startsWith('\\');
  const text = isEscaped ? line.slice(1) : line.trimStart();
  const digits = `[0-9a-fA-F]{${2 * hash.outputLen}}`;
  const match =
    new RegExp(`^${kind} ?\\((?<file>.*)\\) ?= ?(?<digest>${digits})$`, 's').exec(text) ??
    new RegExp(`^(?<digest>${digits}) [ *](?<file>.+)$`, 's').exec(text);
  const { file, digest } = match?.groups ?? {};
  if (file === undefined || digest === undefined) return undefined;
  const name = isEscaped ? unescapeName(file) : file;
  return name === undefined ? undefined : { file: name, digest: digest.toLowerCase() };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/** A name on one line. */
export function escapeName(name: string): string {
  return name.replace(/[\\\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Undefined for an escape that nobody writes. */
function unescapeName(name: string): string | undefined {
  if (/\\(?![\\nr])/.test(name.replaceAll('\\\\', ''))) return undefined;
  return name.replace(/\\([\\nr])/g, (_, letter: string) => {
    return letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\';
  });
}
