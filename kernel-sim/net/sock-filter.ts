// SPDX-License-Identifier: GPL-2.0-or-later
/** SO_ATTACH_FILTER and SO_DETACH_FILTER: who wants only some packets. Linux: net/core/filter.c. */
import { getBytes } from '../fs/user-int.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { ERRNO } from '../uapi/errno.ts';
import { BPF_MAXINSNS, SOCK_FILTER, SOCK_FPROG } from '../uapi/filter.ts';
import { BpfFilter } from './core/bpf-filter.ts';
import type { Sock } from './socket.ts';

/** `value` is a struct sock_fprog, whose instructions lie in `memory`. 0 or a negative errno. */
export function attachFilter(sock: Sock, value: Uint8Array, memory: IoMemory): number {
  if (value.length !== SOCK_FPROG.SIZE) return -ERRNO.EINVAL;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const count = view.getUint16(SOCK_FPROG.len, true);
  const pointer = Number(view.getBigUint64(SOCK_FPROG.filter, true));
  if (count === 0 || count > BPF_MAXINSNS) return -ERRNO.EINVAL;
  const bytes = getBytes(memory, pointer, count * SOCK_FILTER.SIZE);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const filter = BpfFilter.make(bytes);
  if (typeof filter === 'number') return filter;
  sock.filter = filter;
  return 0;
}

/** -ENOENT where there is none. */
export function detachFilter(sock: Sock): number {
  if (sock.filter === undefined) return -ERRNO.ENOENT;
  sock.filter = undefined;
  return 0;
}
