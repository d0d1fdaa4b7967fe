// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files below /proc/sys that a driver serves itself.
 *
 * @subpath kernel/sysctl
 */
import type { CtlTable, CtlTransfer } from '../kernel/sysctl/ctl-table.ts';
import { isSwitching } from '../kernel/module/runtime.ts';
import { entryPath, type EntryPath } from '../kernel/module/sites.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, methodOf, type Method } from './driver-object.ts';
import type { Ref } from './ownership.ts';
import type { StructClasses } from './struct-class.ts';
import { UserSliceReader, UserSliceWriter } from './user-slice.ts';

/**
 * What a driver does itself with reads and writes of a file. An operation that is left out is
 * EINVAL for its caller. Linux: a proc_handler of one's own.
 *
 * @public
 * @in sysctl
 */
export interface Handler {
  /**
   * Fills the caller's buffer. What was written is what read(2) returns; nothing written is the
   * end, so a text is written at `pos` 0 only.
   *
   * @context process
   */
  read?(this: Ref<this>, out: UserSliceWriter, pos: number): void;

  /**
   * Takes the caller's bytes. What was read is what write(2) returns.
   *
   * @context process
   */
  write?(this: Ref<this>, input: UserSliceReader, pos: number): void;
}

const READ = entryPath('ksys_read', 'vfs_read', 'proc_sys_call_handler');
const WRITE = entryPath('ksys_write', 'vfs_write', 'proc_sys_call_handler');

/** How /proc/sys calls the driver's object. */
export function driverOps(
  context: ApiContext,
  handler: Handler,
): Required<Pick<CtlTable, 'handler' | 'blocking'>> {
  const owner = context.module;
  const { calls, runtime, scheduler } = context.services;
  calls.initialised(owner);
  return {
    handler(_table, transfer) {
      const method = methodOf(handler, transfer.isWrite ? 'write' : 'read');
      if (method === undefined) return -ERRNO.EINVAL;
      if (isSwitching(method)) return WOULD_BLOCK;
      const call = prepare(context.classes, handler, method, transfer);
      const { errno } = calls.call(owner, call.path, call.run);
      scheduler.happens.release(handler);
      return call.finish(errno);
    },
    *blocking(_table, transfer): Sleeping<number> {
      const method = methodOf(handler, transfer.isWrite ? 'write' : 'read');
      if (method === undefined) return -ERRNO.EINVAL;
      const call = prepare(context.classes, handler, method, transfer);
      const run = (): Sleeping<unknown> => runtime.maybe(call.run());
      const { errno } = yield* calls.callSwitching(owner, call.path, run);
      scheduler.happens.release(handler);
      return call.finish(errno);
    },
  };
}

interface PreparedCall {
  readonly path: EntryPath;
  readonly run: () => unknown;
  /** Notes what was moved, and passes the errno on. */
  readonly finish: (errno: number) => number;
}

function prepare(
  classes: StructClasses,
  handler: Handler,
  method: Method,
  transfer: CtlTransfer,
): PreparedCall {
  const { isWrite, buffer, pos, length } = transfer;
  const memory = new KernelBuffer(buffer);
  const input = new UserSliceReader(classes, memory, 0, length);
  const out = new UserSliceWriter(classes, memory, 0, length);
  return {
    path: isWrite ? WRITE : READ,
    run: () => applyMethod(method, handler, [isWrite ? input : out, pos]),
    finish(errno) {
      transfer.length = isWrite ? input.consumed : out.written;
      return errno;
    },
  };
}
