// SPDX-License-Identifier: GPL-2.0-or-later
/** A command of SIOCETHTOOL: a structure that a program filled in part, and gets back. */
import { getBytes, putBytes } from '../../fs/user-int.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { MaySleep } from '../../uapi/coroutine.ts';
import type { NetDevice } from './net-device.ts';

/** Bytes of a command's number, with which each structure begins. */
export const CMD_BYTES = 4;

/** What a command has to work with: its interface, and the program's structure. */
export interface Call {
  readonly dev: NetDevice;
  readonly pointer: number;
  readonly memory: IoMemory;
}

export type Command = (call: Call) => MaySleep<number>;

/** The program's structure, as it is now; undefined where the address faults. */
export function load({ memory, pointer }: Call, size: number): DataView<ArrayBuffer> | undefined {
  const bytes = getBytes(memory, pointer, size);
  return bytes === undefined ? undefined : new DataView(bytes.buffer);
}

/** Writes a structure back. */
export function store({ memory, pointer }: Call, view: DataView<ArrayBuffer>, at = 0): number {
  return putBytes(memory, pointer + at, new Uint8Array(view.buffer));
}

/** A structure whose first word is the command, and the rest zero. */
export function blank(command: number, size: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, command, true);
  return view;
}

export function putText(view: DataView, at: number, text: string, size: number): void {
  const bytes = encodeUtf8(text).subarray(0, size - 1);
  for (const [n, byte] of bytes.entries()) view.setUint8(at + n, byte);
}
