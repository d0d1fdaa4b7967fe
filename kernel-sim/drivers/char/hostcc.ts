// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/hostcc: asks the host to compile a driver (uapi/hostcc.ts).
 *
 * What is written to an open file gathers up as its request. The first read hands it to the host
 * and sleeps until the reply is there; then reads give the reply, and at its end 0. A write after
 * that begins another request.
 *
 * Linux has nothing like it: a paravirtual device, such as virtio-console would carry.
 */
import { assert } from '../../lib/assert.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';

/** Hands a request to the host, which answers through `Hostcc.deliver` with the same id. */
export type AskHost = (id: number, request: Uint8Array) => void;

const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

/** The conversation of one open file. */
interface Exchange {
  pieces: Uint8Array[];
  requestBytes: number;
  /** The request that the host works on, 0 when there is none. */
  id: number;
  reply: Uint8Array | undefined;
  /** How much of the reply has been read. */
  read: number;
}

export class Hostcc implements FileOperations {
  readonly isStream = true;
  readonly #askHost: AskHost;
  readonly #queue: WaitQueue;
  readonly #waiting = new Map<number, Exchange>();
  #nextId = 1;

  constructor(scheduler: Scheduler, askHost: AskHost) {
    this.#askHost = askHost;
    this.#queue = new WaitQueue(scheduler, 'hostcc');
  }

  /** The host's reply. One that nobody waits for any more is dropped. Context: interrupt. */
  deliver(id: number, reply: Uint8Array): void {
    const exchange = this.#waiting.get(id);
    if (exchange === undefined) return;
    this.#waiting.delete(id);
    exchange.id = 0;
    exchange.reply = reply;
    exchange.read = 0;
    this.#queue.wakeAll();
  }

  open(_inode: unknown, file: OpenFile): number {
    const exchange: Exchange = { pieces: [], requestBytes: 0, id: 0, reply: undefined, read: 0 };
    file.private = exchange;
    return 0;
  }

  release(file: OpenFile): number {
    this.#waiting.delete(exchangeOf(file).id);
    return 0;
  }

  write(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    const exchange = exchangeOf(file);
    if (exchange.id !== 0) return -ERRNO.EBUSY;
    if (exchange.requestBytes + count > REQUEST_BYTES_MAX) return -ERRNO.EFBIG;
    const piece = new Uint8Array(count);
    const moved = memory.copyFrom(address, piece, 0, count);
    if (moved === 0 && count > 0) return -ERRNO.EFAULT;
    exchange.reply = undefined;
    exchange.pieces.push(piece.subarray(0, moved));
    exchange.requestBytes += moved;
    return moved;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    const exchange = exchangeOf(file);
    const { reply } = exchange;
    if (reply === undefined) {
      if (exchange.id === 0 && exchange.requestBytes === 0) return -ERRNO.EINVAL;
      if (exchange.id === 0) this.#send(exchange);
      return WOULD_BLOCK;
    }
    const length = Math.min(count, reply.length - exchange.read);
    if (length === 0) return 0;
    const moved = memory.copyTo(address, reply, exchange.read, length);
    exchange.read += moved;
    return moved === 0 ? -ERRNO.EFAULT : moved;
  }

  poll(file: OpenFile): number {
    const exchange = exchangeOf(file);
    if (exchange.id !== 0) return 0;
    return POLL.OUT | (exchange.reply === undefined ? 0 : POLL.IN);
  }

  readQueue(): WaitQueue {
    return this.#queue;
  }

  #send(exchange: Exchange): void {
    const request = new Uint8Array(exchange.requestBytes);
    let at = 0;
    for (const piece of exchange.pieces) {
      request.set(piece, at);
      at += piece.length;
    }
    exchange.pieces = [];
    exchange.requestBytes = 0;
    exchange.id = this.#nextId++;
    this.#waiting.set(exchange.id, exchange);
    this.#askHost(exchange.id, request);
  }
}

function exchangeOf(file: OpenFile): Exchange {
  assert(file.private !== undefined, 'an open file of hostcc has its exchange');
  return file.private as Exchange;
}
