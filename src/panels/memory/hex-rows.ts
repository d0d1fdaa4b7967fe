// SPDX-License-Identifier: GPL-2.0-or-later
/** An object's bytes as rows of a dump: groups of eight, each with its byte of shadow. */
import type { BadAccessView, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { openBytes } from './object-states.ts';

const GROUP_BYTES = 8;

export interface HexRow {
  readonly offset: number;
  readonly groups: readonly HexGroup[];
  /** Printable characters, and dots. */
  readonly text: string;
}

export interface HexGroup {
  readonly offset: number;
  /** undefined without a sanitizer. */
  readonly shadow: number | undefined;
  readonly runs: readonly HexRun[];
}

/** Bytes side by side that look the same. */
export interface HexRun {
  readonly start: number;
  readonly bytes: readonly number[];
  /** Zeros, and bytes that nobody asked for. */
  readonly isQuiet: boolean;
  /** The access that is talked about touched them. */
  readonly isAccessed: boolean;
  /** Of the field that is pointed at. */
  readonly isPointed: boolean;
}

/** Bytes of an object: where they begin in it, and where they end. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** `groupsPerRow`: as many as there is room for, one or two. */
export function hexRows(
  object: ObjectView,
  access: BadAccessView | undefined,
  groupsPerRow: number,
  pointed?: ByteRange,
): readonly HexRow[] {
  const rowBytes = groupsPerRow * GROUP_BYTES;
  const rows: HexRow[] = [];
  for (let offset = 0; offset < object.bytes.length; offset += rowBytes) {
    const groups = Array.from({ length: groupsPerRow }, (_, group) => offset + group * GROUP_BYTES)
      .filter((at) => at < object.bytes.length)
      .map((at) => groupAt(object, access, at, pointed));
    const bytes = object.bytes.subarray(offset, offset + rowBytes);
    rows.push({ offset, groups, text: printable(bytes) });
  }
  return rows;
}

function groupAt(
  { address, bytes, shadow, requestedBytes }: ObjectView,
  access: BadAccessView | undefined,
  offset: number,
  pointed: ByteRange | undefined,
): HexGroup {
  const value = shadow[offset / GROUP_BYTES];
  const isFreed = value === 0xfa || value === 0xfb;
  // What was freed lies there as it was; what was never asked for says nothing.
  const open = offset + (value === undefined || isFreed ? GROUP_BYTES : openBytes(value));
  const end = Math.min(open, isFreed ? bytes.length : Math.max(requestedBytes, 0));
  const from = access === undefined ? 0 : access.address - address;
  const to = access === undefined ? 0 : from + access.sizeBytes;
  const runs: (Omit<HexRun, 'bytes'> & { bytes: number[] })[] = [];
  for (let at = offset; at < Math.min(offset + GROUP_BYTES, bytes.length); at++) {
    const byte = bytes[at] ?? 0;
    const isAccessed = at >= from && at < to;
    const isQuiet = !isAccessed && (byte === 0 || at >= end);
    const isPointed = pointed !== undefined && at >= pointed.start && at < pointed.end;
    const last = runs.at(-1);
    const isSame =
      last?.isQuiet === isQuiet && last.isAccessed === isAccessed && last.isPointed === isPointed;
    if (isSame) last.bytes.push(byte);
    else runs.push({ start: at, bytes: [byte], isQuiet, isAccessed, isPointed });
  }
  return { offset, shadow: value, runs };
}

function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  ).join('');
}

export function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** `+10`: how far into the object, with as many digits as the last byte needs. */
export function offsetText(offset: number, sizeBytes: number): string {
  return `+${offset.toString(16).padStart(Math.max(2, (sizeBytes - 1).toString(16).length), '0')}`;
}
