// SPDX-License-Identifier: GPL-2.0-or-later
/** Connecting with somebody who may not answer. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { F, O, POLL } from '../../uapi/fs.ts';
import { SO, SOCK, SOCK_FLAG, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { SocketAddress } from '../libc/socket-address.ts';

/**
 * A TCP connection as a descriptor, or a negative errno: -ETIMEDOUT when nobody has answered within
 * `timeoutMs`.
 */
export function* connectTo(
  c: Libc,
  address: SocketAddress,
  timeoutMs = Infinity,
): Sleeping<number> {
  const isPatient = timeoutMs === Infinity;
  const flags = SOCK.STREAM | SOCK_FLAG.CLOEXEC | (isPatient ? 0 : SOCK_FLAG.NONBLOCK);
  const fd = yield* c.socket(address.family, flags);
  if (fd < 0) return fd;
  let failure = yield* c.connect(fd, address);
  if (failure === -ERRNO.EINPROGRESS) failure = yield* finishConnect(c, fd, timeoutMs);
  if (failure < 0) {
    yield* c.close(fd);
    return failure;
  }
  if (!isPatient) yield* c.fcntl(fd, F.SETFL, O.RDWR);
  return fd;
}

function* finishConnect(c: Libc, fd: number, timeoutMs: number): Sleeping<number> {
  const ready = yield* c.poll([{ fd, events: POLL.OUT }], timeoutMs);
  if (typeof ready === 'number') return ready;
  if ((ready[0] ?? 0) === 0) return -ERRNO.ETIMEDOUT;
  const error = yield* c.getsockopt_int(fd, SOL.SOCKET, SO.ERROR);
  return error > 0 ? -error : error;
}
