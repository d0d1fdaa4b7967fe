// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One file of /proc/sys: a name, where its value lies, and who turns it into text and back.
 *
 * The value is bytes of the machine's memory; a handler reads and writes them there. Files are made
 * of these by fs/procfs/proc-sysctl.ts.
 *
 * Linux: include/linux/sysctl.h.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';

/** What one read(2) or write(2) brings to a handler, and what the handler makes of it. */
export interface CtlTransfer {
  readonly isWrite: boolean;
  /** The bytes that were written, or room for as many as are wanted. */
  readonly buffer: Uint8Array;
  /** Position in the file at which the transfer begins. */
  readonly pos: number;
  /** Bytes of `buffer` to look at; the handler leaves what it used or filled here. */
  length: number;
}

/** Answers 0 or a negative errno. Linux: proc_handler. */
export type CtlHandler = (table: CtlTable, transfer: CtlTransfer) => number;

export interface CtlTable {
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly ram: Ram;
  /** Kernel pointer to the value, 0 for a handler that needs none. */
  readonly data: number;
  /** Size of the value. */
  readonly maxBytes: number;
  /** Answers WOULD_BLOCK, having changed nothing, when only `blocking` can do it. */
  readonly handler: CtlHandler;
  readonly blocking?: (table: CtlTable, transfer: CtlTransfer) => Sleeping<number>;
  /** Least and greatest value, for handlers that bound it. Linux: extra1 and extra2. */
  readonly min?: number;
  readonly max?: number;
}
