// SPDX-License-Identifier: GPL-2.0-or-later
/** What the fields of a struct hold, as its bytes say. */
import type { ObjectField, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { hexByte } from './hex-rows.ts';

/** More of an array than this says nothing at a glance. */
const ELEMENTS = 8;

export interface FieldValue {
  readonly text: string;
  /** Where a pointer into a slab leads. */
  readonly address?: number;
}

type Holder = Pick<ObjectView, 'bytes' | 'requestedBytes'>;

/** A flexible array reaches as far as memory was asked for. */
export function fieldBytes({ requestedBytes }: Holder, field: ObjectField): number {
  const { offset, sizeBytes, kind } = field;
  return kind.endsWith('[]') ? Math.max(0, requestedBytes - offset) : sizeBytes;
}

/** The field that lies at an offset; undefined in padding and outside. */
export function fieldAt(object: ObjectView, offset: number): ObjectField | undefined {
  return object.type?.fields.find(
    (field) => offset >= field.offset && offset < field.offset + fieldBytes(object, field),
  );
}

/** Several structs may lie in one object: how many. */
export function structsIn({ requestedBytes, type }: ObjectView): number {
  if (type === undefined || type.sizeBytes === 0) return 0;
  if (type.fields.some(({ kind }) => kind.endsWith('[]'))) return 1;
  return requestedBytes % type.sizeBytes === 0 ? requestedBytes / type.sizeBytes : 1;
}

/** What does not lie in the object has no value. */
export function fieldValue(object: Holder, field: ObjectField): FieldValue {
  const { offset, kind, cache, symbol } = field;
  const end = offset + fieldBytes(object, field);
  if (end > object.bytes.length) return { text: 'outside of the object' };
  const bytes = object.bytes.subarray(offset, end);
  const [, element, length] = /^(.+)\[(\d*)\]$/.exec(kind) ?? [];
  if (element !== undefined && length !== undefined) return { text: elements(bytes, element) };
  if (kind !== 'pointer' && kind !== 'function') return { text: scalar(bytes, kind) };
  const value = unsigned(bytes);
  if (symbol !== undefined) return { text: symbol };
  if (value === 0n) return { text: 'NULL' };
  const text = value.toString(16).padStart(2 * bytes.length, '0');
  // Sign-extended on 64 bits, of which the simulator keeps 48.
  return cache === undefined ? { text } : { text, address: Number(BigInt.asUintN(48, value)) };
}

const BYTES = new Map(Object.entries({ u8: 1, s8: 1, bool: 1, u16: 2, s16: 2, le16: 2, be16: 2 }))
  .set('u32', 4)
  .set('s32', 4)
  .set('le32', 4)
  .set('be32', 4);

function elements(bytes: Uint8Array, element: string): string {
  const each = BYTES.get(element) ?? 1;
  const isNumber = each > 1;
  const shown = Math.min(Math.floor(bytes.length / each), ELEMENTS);
  const values = Array.from({ length: shown }, (_, index) => {
    const own = bytes.subarray(index * each, (index + 1) * each);
    return isNumber ? scalar(own, element) : hexByte(own[0] ?? 0);
  });
  const more = bytes.length > shown * each ? '…' : '';
  return [...values, ...(more === '' ? [] : [more])].join(isNumber ? ', ' : ' ');
}

/** Eight bytes are flags, keys or addresses more often than counts: they are written in hex. */
function scalar(bytes: Uint8Array, kind: string): string {
  const value = unsigned(kind.startsWith('be') ? bytes.toReversed() : bytes);
  if (kind === 'bool') return value === 0n ? 'false' : value === 1n ? 'true' : String(value);
  if (kind.startsWith('s')) return String(BigInt.asIntN(bytes.length * 8, value));
  return bytes.length === 8 && kind !== 'usize' ? `0x${value.toString(16)}` : String(value);
}

/** Little-endian, as both boards are. */
function unsigned(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}
