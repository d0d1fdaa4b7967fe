// SPDX-License-Identifier: GPL-2.0-or-later
/** ptrace(2) and process_vm_readv(2), as strace uses them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { PTRACE, SYSCALL_INFO, SYSCALL_INFO_OP } from '../../uapi/ptrace.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import type { Libc } from '../libc/libc.ts';

export type SyscallStop =
  | { readonly kind: 'entry'; readonly number: number; readonly values: readonly number[] }
  | { readonly kind: 'exit'; readonly result: number };

const ARGUMENTS = 6;

/** 0 or a negative errno. */
export function ptrace(c: Libc, request: number, pid = 0, address = 0, data = 0): Sleeping<number> {
  return c.call(SYS.ptrace, request, pid, address, data);
}

/** The system call before or after which a tracee stands; undefined at any other stop. */
export function* syscallStop(c: Libc, pid: number): Sleeping<SyscallStop | undefined> {
  const mark = c.memory.mark();
  const buffer = yield* c.memory.scratch(SYSCALL_INFO.SIZE);
  const size = yield* ptrace(c, PTRACE.GET_SYSCALL_INFO, pid, SYSCALL_INFO.SIZE, buffer);
  const view = size > 0 ? c.memory.view(buffer, SYSCALL_INFO.SIZE) : undefined;
  c.memory.release(mark);
  const { op, entry, exit } = SYSCALL_INFO;
  const what = view?.getUint8(op);
  if (view === undefined || what === SYSCALL_INFO_OP.NONE) return undefined;
  if (what === SYSCALL_INFO_OP.EXIT) {
    return { kind: 'exit', result: Number(view.getBigInt64(exit.result, true)) };
  }
  const values = Array.from({ length: ARGUMENTS }, (_, n) =>
    Number(view.getBigInt64(entry.arguments + 8 * n, true)),
  );
  return { kind: 'entry', number: Number(view.getBigInt64(entry.number, true)), values };
}

const IOVEC_BYTES = 16;

/** As many of `length` bytes of another process's memory as there are; none where it has none. */
export function* readMemory(
  c: Libc,
  pid: number,
  address: number,
  length: number,
): Sleeping<Uint8Array> {
  if (length <= 0) return new Uint8Array(0);
  const mark = c.memory.mark();
  const buffer = yield* c.memory.scratch(length);
  const vectors = yield* c.memory.scratch(2 * IOVEC_BYTES);
  c.memory.store64(vectors, buffer);
  c.memory.store64(vectors + 8, length);
  c.memory.store64(vectors + IOVEC_BYTES, address);
  c.memory.store64(vectors + IOVEC_BYTES + 8, length);
  const moved = yield* c.call(SYS.process_vm_readv, pid, vectors, 1, vectors + IOVEC_BYTES, 1);
  const bytes = moved > 0 ? c.cpu.loadBytes(buffer, moved) : new Uint8Array(0);
  c.memory.release(mark);
  return bytes;
}
