// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The standard handlers of /proc/sys: integers, vectors of them, booleans and strings.
 *
 * A vector is written as far as the text has numbers, and read with tabs between its elements. What
 * follows the last element of a write is not used up: the writer comes again with the rest, which
 * then does not begin at the file's start and is taken and ignored. A wrong element leaves those
 * before it changed.
 *
 * Linux: kernel/sysctl.c. Differs: sysctl_writes_strict cannot be changed from its usual 1, so
 * numbers are only ever taken from the start of a file.
 */
import { ERRNO } from '../../uapi/errno.ts';
import type { CtlHandler, CtlTable, CtlTransfer } from './ctl-table.ts';
import { CtlReader, type ParsedNumber } from './parse.ts';

const { EINVAL } = ERRNO;
/** A number may be written with so much around it. */
const TEXT_BYTES_MAX = 4095;
const INT_MAX = 0x7fff_ffff;
const INT_MIN = -0x8000_0000;
const UINT_MAX = 0xffff_ffff;
const U8_MAX = 0xff;
const NEWLINE = 0x0a;

/** How one element lies in memory and what it may be. */
interface Element {
  readonly sizeBytes: number;
  load(table: CtlTable, pointer: number): bigint;
  store(table: CtlTable, pointer: number, value: bigint): void;
  readonly min: number | bigint;
  readonly max: number | bigint;
}

const INT: Element = {
  sizeBytes: 4,
  load: ({ ram }, pointer) => BigInt(ram.load32(pointer) | 0),
  store: ({ ram }, pointer, value) => ram.store32(pointer, Number(BigInt.asUintN(32, value))),
  min: INT_MIN,
  max: INT_MAX,
};

const UINT: Element = { ...INT, load: loadUint, min: 0, max: UINT_MAX };

const ULONG: Element = {
  sizeBytes: 8,
  load: ({ ram }, pointer) => ram.load64(pointer),
  store: ({ ram }, pointer, value) => ram.store64(pointer, value),
  min: 0,
  max: 0xffff_ffff_ffff_ffffn,
};

const ULONG32: Element = { ...UINT };

const BYTE: Element = {
  sizeBytes: 1,
  load: ({ ram }, pointer) => BigInt(ram.load8(pointer)),
  store: ({ ram }, pointer, value) => ram.store8(pointer, Number(value)),
  min: 0,
  max: U8_MAX,
};

/** `true` is whatever is not zero. */
const BOOL: Element = {
  ...BYTE,
  load: ({ ram }, pointer) => (ram.load8(pointer) === 0 ? 0n : 1n),
  store: ({ ram }, pointer, value) => ram.store8(pointer, value === 0n ? 0 : 1),
  min: INT_MIN,
  max: INT_MAX,
};

/** Signed 32-bit integers. */
export const procDointvec: CtlHandler = (table, transfer) =>
  vector(withoutBounds(table), transfer, INT);

/** The same, each from `min` to `max`. */
export const procDointvecMinmax: CtlHandler = (table, transfer) => vector(table, transfer, INT);

/** One unsigned 32-bit integer. */
export const procDouintvec: CtlHandler = (table, transfer) =>
  single(withoutBounds(table), transfer, UINT);

export const procDouintvecMinmax: CtlHandler = (table, transfer) => single(table, transfer, UINT);

/** One byte, 0 to 255 unless bounded further. */
export const procDou8vecMinmax: CtlHandler = (table, transfer) => single(table, transfer, BYTE);

/** Unsigned integers of the machine's word size. */
export const procDoulongvecMinmax: CtlHandler = (table, transfer) =>
  vector(table, transfer, table.ram.board.pointerBytes === 4 ? ULONG32 : ULONG);

/** One byte that is 0 or 1; any integer may be written unless `min` and `max` say otherwise. */
export const procDobool: CtlHandler = (table, transfer) =>
  table.maxBytes === BOOL.sizeBytes ? vector(table, transfer, BOOL) : -EINVAL;

/** A NUL-terminated string of fewer than `maxBytes` bytes; what is too long is cut. */
export const procDostring: CtlHandler = (table, transfer) => {
  const { ram, data, maxBytes } = table;
  if (data === 0 || maxBytes === 0 || transfer.length === 0) return nothing(transfer);
  const used = stringBytes(table);
  const { buffer, pos } = transfer;
  if (transfer.isWrite) {
    let at = pos;
    if (at > Math.min(used, maxBytes - 1)) return 0;
    for (let from = 0; from < transfer.length && at < maxBytes - 1; from++) {
      const byte = buffer[from]!;
      if (byte === 0 || byte === NEWLINE) break;
      ram.store8(data + at++, byte);
    }
    ram.store8(data + at, 0);
    return 0;
  }
  if (pos > used) return nothing(transfer);
  let filled = 0;
  while (pos + filled < used && filled < transfer.length) {
    buffer[filled] = ram.load8(data + pos + filled);
    filled++;
  }
  if (filled < transfer.length) buffer[filled++] = NEWLINE;
  transfer.length = filled;
  return 0;
};

/** Bytes of the string before its NUL. Linux: strlen. */
function stringBytes({ ram, data, maxBytes }: CtlTable): number {
  let length = 0;
  while (length < maxBytes && ram.load8(data + length) !== 0) length++;
  return length;
}

/** Linux: __do_proc_dointvec, __do_proc_doulongvec_minmax. */
function vector(table: CtlTable, transfer: CtlTransfer, element: Element): number {
  if (isNothing(table, transfer)) return nothing(transfer);
  if (!transfer.isWrite) return showVector(table, transfer, element);
  if (isIgnored(transfer)) return 0;
  const text = new CtlReader(transfer.buffer, Math.min(transfer.length, TEXT_BYTES_MAX));
  const count = Math.floor(table.maxBytes / element.sizeBytes);
  for (let index = 0; index < count; index++) {
    text.skipSpaces();
    if (text.left === 0) {
      if (index === 0) return -EINVAL;
      break;
    }
    const value = boundedValue(text.number(), table, element);
    if (value === undefined) return -EINVAL;
    element.store(table, table.data + index * element.sizeBytes, value);
  }
  text.skipSpaces();
  transfer.length = Math.min(transfer.length, TEXT_BYTES_MAX) - text.left;
  return 0;
}

/** Linux: do_proc_douintvec. A second number is taken and ignored. */
function single(table: CtlTable, transfer: CtlTransfer, element: Element): number {
  if (isNothing(table, transfer)) return nothing(transfer);
  if (table.maxBytes !== element.sizeBytes) return -EINVAL;
  if (!transfer.isWrite) return showVector(table, transfer, element);
  if (isIgnored(transfer)) return 0;
  const text = new CtlReader(transfer.buffer, Math.min(transfer.length, TEXT_BYTES_MAX));
  text.skipSpaces();
  const value = boundedValue(text.number(), table, element);
  if (value === undefined) return -EINVAL;
  element.store(table, table.data, value);
  return 0;
}

function showVector(table: CtlTable, transfer: CtlTransfer, element: Element): number {
  const count = Math.floor(table.maxBytes / element.sizeBytes);
  const values = Array.from({ length: count }, (_, index) =>
    String(element.load(table, table.data + index * element.sizeBytes)),
  );
  return showText(transfer, `${values.join('\t')}\n`);
}

/** Fills what is read from its start with ASCII; whoever asks for less never gets the rest. */
export function showText(transfer: CtlTransfer, text: string): number {
  if (transfer.pos > 0) return nothing(transfer);
  transfer.length = Math.min(transfer.length, text.length);
  for (let at = 0; at < transfer.length; at++) transfer.buffer[at] = text.charCodeAt(at);
  return 0;
}

function boundedValue(
  parsed: ParsedNumber | undefined,
  table: CtlTable,
  element: Element,
): bigint | undefined {
  if (parsed === undefined) return undefined;
  // Unsigned ones refuse the sign itself, as in -0.
  if (parsed.isNegative && element.min === 0) return undefined;
  const value = parsed.isNegative ? -parsed.magnitude : parsed.magnitude;
  if (value < element.min || value > element.max) return undefined;
  const { min = element.min, max = element.max } = table;
  return value < min || value > max ? undefined : value;
}

function withoutBounds(table: CtlTable): CtlTable {
  if (table.min === undefined && table.max === undefined) return table;
  const { min: _min, max: _max, ...rest } = table;
  return rest;
}

/** True for what moves no bytes: nothing is wanted, or the reader has had it all. */
function isNothing(table: CtlTable, { isWrite, length, pos }: CtlTransfer): boolean {
  return table.data === 0 || table.maxBytes === 0 || length === 0 || (pos > 0 && !isWrite);
}

function nothing(transfer: CtlTransfer): number {
  transfer.length = 0;
  return 0;
}

/** Linux: proc_first_pos_non_zero_ignore. */
function isIgnored({ pos }: CtlTransfer): boolean {
  return pos > 0;
}

function loadUint({ ram }: CtlTable, pointer: number): bigint {
  return BigInt(ram.load32(pointer));
}
