// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How single arguments of system calls are shown. What the kernel fills in is read after the call,
 * the rest before it.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { major, minor } from '../../uapi/fs.ts';
import { get_u64 } from '../libc/memory.ts';
import * as flags from './flags.ts';
import { quote, quoteHex } from './quote.ts';

/** One call of a tracee, as decoders see it. */
export interface CallView {
  readonly values: readonly number[];
  /** Of a call that has ended: what it returned. */
  readonly result: number;
  /** Longest string shown. */
  readonly stringLimit: number;
  /** Shows arrays and structures in full. */
  readonly isVerbose: boolean;
  /** Words of arguments that are read and written, as they were when the call began. */
  readonly before: Map<number, number>;
  /** As many bytes of the tracee's memory as can be read, at most `length`. */
  readonly read: (address: number, length: number) => Sleeping<Uint8Array>;
}

export interface Argument {
  /** Filled in by the kernel: shown when the call is over. */
  readonly isOutput: boolean;
  /** The program says something there, too: a word that `CallView.before` keeps. */
  readonly isWord?: boolean;
  readonly show: (call: CallView, value: number, index: number) => Sleeping<string>;
}

export function plain(show: (value: number, call: CallView) => string): Argument {
  return {
    isOutput: false,
    *show(call, value) {
      return show(value, call);
    },
  };
}

export function input(show: Argument['show']): Argument {
  return { isOutput: false, show };
}

/** Shown as an address when the call failed, since the kernel has written nothing. */
export function output(show: Argument['show']): Argument {
  return {
    isOutput: true,
    *show(call, value, index) {
      if (value === 0) return 'NULL';
      if (call.result < 0) return flags.pointer(value);
      return yield* show(call, value, index);
    },
  };
}

/** A structure of `size` bytes, or its address where it cannot be read. */
export function* structure(
  call: CallView,
  address: number,
  size: number,
  show: (view: DataView) => string,
): Sleeping<string> {
  if (address === 0) return 'NULL';
  const bytes = yield* call.read(address, size);
  if (bytes.length < size) return flags.pointer(address);
  return show(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
}

const PAGE = 4096;
const PATH_MAX = 4096;

/** The bytes of the NUL-terminated string at `address`; undefined where there is no memory. */
function* stringBytes(
  call: CallView,
  address: number,
  limit: number,
): Sleeping<{ readonly bytes: Uint8Array; readonly hasMore: boolean } | undefined> {
  let gathered = new Uint8Array(0);
  while (gathered.length <= limit) {
    const at = address + gathered.length;
    const step = Math.min(PAGE - (at % PAGE), limit + 1 - gathered.length);
    const bytes = yield* call.read(at, step);
    if (bytes.length === 0) return undefined;
    const end = bytes.indexOf(0);
    const longer = new Uint8Array(gathered.length + (end < 0 ? bytes.length : end));
    longer.set(gathered);
    longer.set(bytes.subarray(0, longer.length - gathered.length), gathered.length);
    gathered = longer;
    if (end >= 0) return { bytes: gathered, hasMore: false };
  }
  return { bytes: gathered.subarray(0, limit), hasMore: true };
}

function* showString(call: CallView, address: number, limit: number): Sleeping<string> {
  if (address === 0) return 'NULL';
  const text = yield* stringBytes(call, address, limit);
  if (text === undefined) return flags.pointer(address);
  return quote(text.bytes, limit, text.hasMore);
}

function* showBuffer(call: CallView, address: number, length: number): Sleeping<string> {
  if (address === 0) return 'NULL';
  const shown = Math.max(0, Math.min(length, call.stringLimit));
  const bytes = yield* call.read(address, shown);
  if (bytes.length < shown) return flags.pointer(address);
  return quote(bytes, call.stringLimit, length > call.stringLimit);
}

// ---- Numbers ---------------------------------------------------------------------------------

export const int = plain(String);
/** A size_t, or an offset: never negative where the program meant it. */
export const size = plain((value) => (value < 0 ? flags.hex(value) : String(value)));
export const fd = plain((value) => (value === -100 ? 'AT_FDCWD' : String(value | 0)));
export const address = plain(flags.pointer);
export const mode = plain(flags.octal);
export const nodeMode = plain(flags.fileMode);
export const signal = plain((value) => (value === 0 ? '0' : flags.signalName(value)));
export const openFlags = plain(flags.openFlags);
export const futexOperation = plain(flags.futexOperation);
export const device = plain(
  (value) => `makedev(${flags.hex(major(value))}, ${flags.hex(minor(value))})`,
);
export const identity = plain((value) => String(value | 0));

export function named(names: flags.Names): Argument {
  return plain((value) => flags.oneOf(names, value));
}
export function bits(names: flags.Names, none = '0'): Argument {
  return plain((value) => (value === 0 ? none : flags.flagsOf(names, value)));
}

/** access(2)'s question. */
export const accessMode = bits(flags.ACCESS_NAMES, 'F_OK');

/** syslog(2)'s action, which strace explains. */
export const syslogAction = plain((value) => {
  const name = flags.oneOf(flags.SYSLOG_NAMES, value, '');
  return name === '' ? String(value) : `${value} /* ${name} */`;
});

// ---- Strings and buffers ---------------------------------------------------------------------

export const path = input((call, value) => showString(call, value, PATH_MAX));
export const text = input((call, value) => showString(call, value, call.stringLimit));
/** Bytes that the program gives; their count is the next argument. */
export const bytesIn = input((call, value, index) =>
  showBuffer(call, value, call.values[index + 1] ?? 0),
);
/** Bytes that the kernel gives; their count is the result. */
export const bytesOut = output((call, value) => showBuffer(call, value, call.result));
export const randomOut = output(function* (call, value) {
  return quoteHex(yield* call.read(value, call.result), call.stringLimit);
});
/** A string that the kernel gives, without its NUL. */
export const pathOut = output((call, value) => showString(call, value, PATH_MAX));

/** argv: strings in brackets. */
export const strings = input(function* (call, value) {
  const shown: string[] = [];
  for (const at of yield* pointers(call, value)) {
    if (shown.length === call.stringLimit && !call.isVerbose) {
      shown.push('...');
      break;
    }
    shown.push(yield* showString(call, at, call.stringLimit));
  }
  return value === 0 ? 'NULL' : `[${shown.join(', ')}]`;
});

/** envp: how many there are is enough. */
export const environment = input(function* (call, value) {
  if (value === 0) return 'NULL';
  const { length } = yield* pointers(call, value);
  return `${flags.hex(value)} /* ${length} var${length === 1 ? '' : 's'} */`;
});

const POINTERS_MAX = 4096;

function* pointers(call: CallView, at: number): Sleeping<number[]> {
  const found: number[] = [];
  while (at !== 0 && found.length < POINTERS_MAX) {
    const bytes = yield* call.read(at + 8 * found.length, 8);
    if (bytes.length < 8) break;
    const value = get_u64(new DataView(bytes.buffer, bytes.byteOffset, 8), 0);
    if (value === 0) break;
    found.push(value);
  }
  return found;
}
