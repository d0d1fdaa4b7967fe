// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What client and server say to each other on the control connection: a cookie, states of a byte
 * each, and JSON behind its length.
 *
 * Counterpart: iperf 3.12, src/iperf_api.c: send_parameters, send_results, JSON_write.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { MSG } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import { newSettings, type TestSettings } from './options.ts';

/** What a byte of the control connection means: the test's state from now on. */
// prettier-ignore
export const STATE = {
  TEST_START: 1, TEST_RUNNING: 2, TEST_END: 4, PARAM_EXCHANGE: 9, CREATE_STREAMS: 10,
  SERVER_TERMINATE: 11, CLIENT_TERMINATE: 12, EXCHANGE_RESULTS: 13, DISPLAY_RESULTS: 14,
  IPERF_START: 15, IPERF_DONE: 16, ACCESS_DENIED: 0xff, SERVER_ERROR: 0xfe,
} as const;

const COOKIE_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const COOKIE_CHARACTERS = 36;
/** With the NUL at its end. */
export const COOKIE_BYTES = COOKIE_CHARACTERS + 1;
/** Parameters and results are no longer. */
const JSON_BYTES_MAX = 64 * 1024;

export interface StreamResults {
  readonly id: number;
  readonly bytes: number;
  readonly retransmits: number;
  /** Seconds. */
  readonly jitter: number;
  readonly errors: number;
  readonly packets: number;
  readonly startTime: number;
  readonly endTime: number;
}

export interface CpuUse {
  /** Percent. */
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

export interface TestResults {
  readonly cpu: CpuUse;
  /** 1: it has counted its retransmissions; 0: it cannot; -1: it has sent nothing. */
  readonly hasRetransmits: number;
  readonly congestion: string;
  readonly streams: readonly StreamResults[];
}

export function* newCookie(c: Libc): Sleeping<string> {
  const random = yield* c.getrandom(COOKIE_CHARACTERS);
  const bytes = typeof random === 'number' ? new Uint8Array(COOKIE_CHARACTERS) : random;
  return Array.from(bytes, (byte) => COOKIE_ALPHABET.charAt(byte & 31)).join('');
}

export function cookieBytes(cookie: string): Uint8Array {
  return encodeUtf8(`${cookie}\0`);
}

/** Exactly so many bytes, or a negative errno; -ECONNRESET when the other end is gone. */
export function* readExactly(c: Libc, fd: number, count: number): Sleeping<Uint8Array | number> {
  const all = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const bytes = yield* c.recv(fd, count - at);
    if (typeof bytes === 'number') return bytes;
    if (bytes.length === 0) return -ERRNO.ECONNRESET;
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** 0 or a negative errno. */
export function* writeAll(c: Libc, fd: number, bytes: Uint8Array): Sleeping<number> {
  for (let at = 0; at < bytes.length;) {
    const sent = yield* c.send(fd, bytes.subarray(at), MSG.NOSIGNAL);
    if (sent < 0) return sent;
    at += sent;
  }
  return 0;
}

export function writeState(c: Libc, fd: number, state: number): Sleeping<number> {
  return writeAll(c, fd, Uint8Array.of(state));
}

/** A STATE, or a negative errno. */
export function* readState(c: Libc, fd: number): Sleeping<number> {
  const bytes = yield* readExactly(c, fd, 1);
  return typeof bytes === 'number' ? bytes : bytes[0]!;
}

export function* writeJson(c: Libc, fd: number, value: object): Sleeping<number> {
  const text = encodeUtf8(JSON.stringify(value));
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, 4);
  return yield* writeAll(c, fd, bytes);
}

/** The object's members; -EPROTO for what is none. */
export function* readJson(c: Libc, fd: number): Sleeping<Record<string, unknown> | number> {
  const head = yield* readExactly(c, fd, 4);
  if (typeof head === 'number') return head;
  const length = new DataView(head.buffer).getUint32(0);
  if (length > JSON_BYTES_MAX) return -ERRNO.EPROTO;
  const body = yield* readExactly(c, fd, length);
  if (typeof body === 'number') return body;
  try {
    const value = JSON.parse(decodeUtf8(body)) as unknown;
    return isRecord(value) ? value : -ERRNO.EPROTO;
  } catch {
    return -ERRNO.EPROTO;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOf(record: Record<string, unknown>, name: string): number {
  const value = record[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

// ---- What the test is -------------------------------------------------------------------------

export function encodeParameters(test: TestSettings): object {
  return {
    [test.isUdp ? 'udp' : 'tcp']: true,
    omit: 0,
    time: test.seconds,
    num: test.bytes,
    blockcount: test.blocks,
    ...(test.mss === 0 ? {} : { MSS: test.mss }),
    ...(test.isNoDelay ? { nodelay: true } : {}),
    parallel: test.streams,
    ...(test.isReverse ? { reverse: true } : {}),
    ...(test.windowBytes === 0 ? {} : { window: test.windowBytes }),
    len: test.blockBytes,
    bandwidth: test.rate,
    pacing_timer: 1000,
    ...(test.tos === 0 ? {} : { TOS: test.tos }),
    ...(test.congestion === '' ? {} : { congestion: test.congestion }),
    client_version: '3.12',
  };
}

const BLOCK_BYTES_MAX = 1024 * 1024;
const STREAMS_MAX = 128;

/** What a client wants; undefined: it makes no sense. */
export function decodeParameters(given: Record<string, unknown>): TestSettings | undefined {
  const test = newSettings();
  test.isUdp = given['udp'] === true;
  test.seconds = numberOf(given, 'time');
  test.bytes = numberOf(given, 'num');
  test.blocks = numberOf(given, 'blockcount');
  test.streams = numberOf(given, 'parallel');
  test.isReverse = given['reverse'] === true;
  test.blockBytes = numberOf(given, 'len');
  test.rate = numberOf(given, 'bandwidth');
  test.windowBytes = numberOf(given, 'window');
  test.mss = numberOf(given, 'MSS');
  test.isNoDelay = given['nodelay'] === true;
  test.tos = numberOf(given, 'TOS');
  const { congestion } = given;
  test.congestion = typeof congestion === 'string' ? congestion : '';
  const { blockBytes, streams } = test;
  const isSane =
    Number.isInteger(blockBytes) &&
    blockBytes > 0 &&
    blockBytes <= BLOCK_BYTES_MAX &&
    Number.isInteger(streams) &&
    streams > 0 &&
    streams <= STREAMS_MAX;
  return isSane ? test : undefined;
}

// ---- What came of it --------------------------------------------------------------------------

export function encodeResults({ cpu, hasRetransmits, congestion, streams }: TestResults): object {
  return {
    cpu_util_total: cpu.total,
    cpu_util_user: cpu.user,
    cpu_util_system: cpu.system,
    sender_has_retransmits: hasRetransmits,
    ...(congestion === '' ? {} : { congestion_used: congestion }),
    streams: streams.map((stream) => ({
      id: stream.id,
      bytes: stream.bytes,
      retransmits: stream.retransmits,
      jitter: stream.jitter,
      errors: stream.errors,
      packets: stream.packets,
      start_time: stream.startTime,
      end_time: stream.endTime,
    })),
  };
}

export function decodeResults(given: Record<string, unknown>): TestResults {
  const streams = Array.isArray(given['streams']) ? (given['streams'] as unknown[]) : [];
  const { congestion_used: congestion } = given;
  return {
    cpu: {
      total: numberOf(given, 'cpu_util_total'),
      user: numberOf(given, 'cpu_util_user'),
      system: numberOf(given, 'cpu_util_system'),
    },
    hasRetransmits: numberOf(given, 'sender_has_retransmits'),
    congestion: typeof congestion === 'string' ? congestion : '',
    streams: streams.filter(isRecord).map((stream) => ({
      id: numberOf(stream, 'id'),
      bytes: numberOf(stream, 'bytes'),
      retransmits: numberOf(stream, 'retransmits'),
      jitter: numberOf(stream, 'jitter'),
      errors: numberOf(stream, 'errors'),
      packets: numberOf(stream, 'packets'),
      startTime: numberOf(stream, 'start_time'),
      endTime: numberOf(stream, 'end_time'),
    })),
  };
}
