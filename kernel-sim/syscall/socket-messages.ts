// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sending and receiving through sockets. read(2) and write(2) are those of files.
 *
 * Linux: net/socket.c.
 *
 * @syscall 44 sendto full
 * @syscall 45 recvfrom full
 * @syscall 46 sendmsg full
 * @syscall 47 recvmsg full
 * @syscall 299 recvmmsg full
 * @syscall 307 sendmmsg full
 */
import type { OpenFile } from '../fs/open-file.ts';
import { Message } from '../net/message.ts';
import { encodeAddress } from '../net/sock-address.ts';
import { socketOf } from '../net/socket-file.ts';
import type { SocketIo } from '../net/socket-io.ts';
import type { Sockets } from '../net/sockets.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IOV_MAX, MMSGHDR, MSG } from '../uapi/socket.ts';
import { readTimespec, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import {
  type MessageHeader,
  readAddress,
  readMessage,
  readMessageHeader,
  writeAddress,
  writeMessage,
} from './socket-arguments.ts';

const { EBADF, EFAULT, ENOTSOCK } = ERRNO;

/** One call moves at most this. Linux: MAX_RW_COUNT. */
const COUNT_MAX = 0x7fff_f000;
const NO_NAME = new Uint8Array(0);

export function socketMessageCalls(parts: SyscallParts): SyscallTable {
  return { ...oneMessageCalls(parts), ...manyMessageCalls(parts) };
}

/** What is plain, or the rest of it, of a call for a socket. */
function run(
  process: Process,
  fd: number,
  body: (file: OpenFile) => number | Sleeping<number>,
): number {
  const file = process.files.get(fd);
  if (file === undefined) return -EBADF;
  if (typeof socketOf(file) === 'number') return -ENOTSOCK;
  const answer = body(file);
  return typeof answer === 'number' ? answer : process.block(answer);
}

function oneMessageCalls({ sockets }: SyscallParts): SyscallTable {
  const { io } = sockets;

  return {
    sendto(process, fd, address, count, flags, name, nameLength) {
      if (count < 0) return -EFAULT;
      return run(process, fd, (file) => {
        const message = Message.of(process.space, address, Math.min(count, COUNT_MAX));
        if (name !== 0) {
          const to = readAddress(process, name, nameLength);
          if (typeof to === 'number') return to;
          message.name = to;
        }
        return restOf(io, io.send(file, message, flags));
      });
    },

    recvfrom(process, fd, address, count, flags, name, length) {
      if (count < 0) return -EFAULT;
      return run(process, fd, (file) => {
        const message = Message.of(process.space, address, Math.min(count, COUNT_MAX));
        return then(io, io.receive(file, message, flags), (received) =>
          name === 0
            ? received
            : or(writeAddress(process, name, length, nameOf(message)), received),
        );
      });
    },

    sendmsg: (process, fd, address, flags) =>
      run(process, fd, (file) => sendMessage(sockets, process, file, address, flags)),

    recvmsg: (process, fd, address, flags) =>
      run(process, fd, (file) => receiveMessage(sockets, process, file, address, flags)),
  };
}

function manyMessageCalls({ sockets, sim }: SyscallParts): SyscallTable {
  return {
    sendmmsg: (process, fd, address, count, flags) =>
      run(process, fd, (file) =>
        each(Math.min(count, IOV_MAX), function* (n) {
          const header = address + n * MMSGHDR.SIZE;
          const sent = yield* end(sendMessage(sockets, process, file, header, flags));
          return sent < 0 ? sent : or(writeWords32(process, header + MMSGHDR.len, sent), 1);
        }),
      ),

    recvmmsg: (process, fd, address, count, flags, timeout) =>
      run(process, fd, (file) => {
        const waitNs = timeout === 0 ? Infinity : readTimespec(process, timeout);
        if (waitNs < 0) return waitNs;
        const endNs = sim.now() + waitNs;
        return each(Math.min(count, IOV_MAX), function* (n) {
          // The time is looked at between messages only: a known bug of the call, see its page.
          if (n > 0 && sim.now() >= endNs) return 0;
          const isLater = n > 0 && (flags & MSG.WAITFORONE) !== 0;
          const these = (flags & ~MSG.WAITFORONE) | (isLater ? MSG.DONTWAIT : 0);
          const header = address + n * MMSGHDR.SIZE;
          const received = yield* end(receiveMessage(sockets, process, file, header, these));
          return received < 0
            ? received
            : or(writeWords32(process, header + MMSGHDR.len, received), 1);
        });
      }),
  };
}

function sendMessage(
  { io, settings }: Sockets,
  process: Process,
  file: OpenFile,
  address: number,
  flags: number,
): number | Sleeping<number> {
  const header = readMessageHeader(process, address);
  if (typeof header === 'number') return header;
  const message = readMessage(process, header, settings.optmemMax);
  if (typeof message === 'number') return message;
  return restOf(io, io.send(file, message, flags));
}

function receiveMessage(
  { io }: Sockets,
  process: Process,
  file: OpenFile,
  address: number,
  flags: number,
): number | Sleeping<number> {
  const header: MessageHeader | number = readMessageHeader(process, address);
  if (typeof header === 'number') return header;
  const message = new Message(process.space, header.segments);
  return then(io, io.receive(file, message, flags), (received) =>
    or(writeMessage(process, header, message, nameOf(message)), received),
  );
}

/** Message after message, until one fails or answers 0. Answers how many went. */
function* each(count: number, one: (n: number) => Sleeping<number>): Sleeping<number> {
  for (let n = 0; n < count; n++) {
    const answer = yield* one(n);
    if (answer <= 0) return n > 0 ? n : answer;
  }
  return count;
}

function restOf(io: SocketIo, answer: number): number | Sleeping<number> {
  return answer === WOULD_BLOCK ? io.rest() : answer;
}

/** `more` of what was received, now or later. */
function then(
  io: SocketIo,
  answer: number,
  more: (received: number) => number,
): number | Sleeping<number> {
  if (answer === WOULD_BLOCK) return thenRest(io.rest(), more);
  return answer < 0 ? answer : more(answer);
}

function* thenRest(rest: Sleeping<number>, more: (received: number) => number): Sleeping<number> {
  const answer = yield* rest;
  return answer < 0 ? answer : more(answer);
}

function* end(answer: number | Sleeping<number>): Sleeping<number> {
  return typeof answer === 'number' ? answer : yield* answer;
}

function or(error: number, result: number): number {
  return error < 0 ? error : result;
}

function nameOf(message: Message): Uint8Array {
  return message.name === undefined ? NO_NAME : encodeAddress(message.name);
}
