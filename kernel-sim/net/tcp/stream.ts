// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A program's bytes: into segments that wait to be sent, and out of those that have come.
 *
 * They are copied once, between the program's memory and the packet's. Linux: tcp_sendmsg_locked,
 * tcp_recvmsg_locked of net/ipv4/tcp.c.
 */
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { MSG } from '../../uapi/socket.ts';
import { TCP_FLAG } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type { Message } from '../message.ts';
import { CAN_SEND, type Connection, states, URGENT } from './connection.ts';
import { NAGLE, queueSegment, writePending } from './output.ts';
import { allocSegment, currentMss } from './transmit.ts';
import { afterReading } from './receive-data.ts';
import type { ReceivedSegment } from './receive-queue.ts';
import type { SentSegment } from './send-queue.ts';
import { distance, plus } from './seq.ts';
import { receiveOutOfBand } from './urgent.ts';
import { adjustReceiveSpace } from './window.ts';

const { CLOSE, LISTEN, SYN_RECV, SYN_SENT } = TCP_STATE;
const OPENING = states(SYN_SENT, SYN_RECV);
/** A segment that begins small has room for so much more, for what is written soon after. */
const SMALL_SEGMENT_BYTES = 2048;

// ---- Writing ---------------------------------------------------------------------------------

/** send(2): how many bytes, WOULD_BLOCK, or a negative errno. */
export function writeStream(tp: Connection, message: Message, flags: number): number {
  const { sock } = tp;
  if (tp.isIn(OPENING) && sock.error === 0 && !sock.isSendShut) return WOULD_BLOCK;
  if (sock.error !== 0 || sock.isSendShut || !tp.isIn(CAN_SEND)) {
    return sock.takeError() || -ERRNO.EPIPE;
  }
  if (message.remaining === 0) return 0;
  const copied = fillSegments(tp, message);
  if (copied > 0) {
    if ((flags & MSG.OOB) !== 0) {
      tp.isSendUrgent = true;
      tp.sndUp = tp.writeSeq;
    }
    push(tp, flags);
    return copied;
  }
  // Something may be waiting that only the windows hold back.
  push(tp, 0);
  return copied;
}

function fillSegments(tp: Connection, message: Message): number {
  const mss = currentMss(tp);
  const { send, sock } = tp;
  let copied = 0;
  while (message.remaining > 0) {
    const tail = send.unsent === undefined ? undefined : send.tail;
    const room = tail === undefined ? 0 : Math.min(mss - tail.skb.length, tail.skb.tailroom);
    let wanted: number;
    let moved: number;
    if (tail !== undefined && room > 0) {
      wanted = Math.min(room, message.remaining);
      moved = copyIn(tp, message, tail.skb, wanted);
      extend(tp, tail, moved);
    } else {
      if (send.queuedBytes >= sock.options.sndbuf) break;
      wanted = Math.min(mss, message.remaining);
      const size = Math.min(mss, Math.max(wanted, SMALL_SEGMENT_BYTES));
      const skb = allocSegment(tp, size);
      if (skb === undefined) return copied > 0 ? copied : -ERRNO.ENOBUFS;
      moved = copyIn(tp, message, skb, wanted);
      if (moved > 0) queueSegment(tp, skb, 0);
      else tp.tcp.skbs.consume(skb);
    }
    copied += moved;
    if (moved < wanted) return copied > 0 ? copied : -ERRNO.EFAULT;
  }
  return copied > 0 ? copied : WOULD_BLOCK;
}

/** Bytes at the end of a packet. How many there were. */
function copyIn(tp: Connection, message: Message, skb: SkBuff, bytes: number): number {
  const { ram } = tp.tcp.skbs;
  const at = skb.put(bytes);
  ram.checkRange(at, bytes, true);
  const moved = message.take(ram.bytes, ram.toPhysical(at), bytes);
  if (moved < bytes) skb.trim(skb.length - bytes + moved);
  return moved;
}

function extend(tp: Connection, segment: SentSegment, bytes: number): void {
  segment.endSeq = plus(segment.endSeq, bytes);
  tp.writeSeq = segment.endSeq;
}

function push(tp: Connection, flags: number): void {
  const { tail, unsent } = tp.send;
  const isMore = (flags & MSG.MORE) !== 0;
  if (unsent === undefined || tail === undefined) return;
  if (!isMore) tail.flags |= TCP_FLAG.PSH;
  writePending(tp, isMore ? NAGLE.CORK : NAGLE.ASK);
}

// ---- Reading ---------------------------------------------------------------------------------

/** recv(2): how many bytes, 0 at the end, WOULD_BLOCK, or a negative errno. */
export function readStream(tp: Connection, message: Message, flags: number): number {
  const { sock } = tp;
  if ((flags & MSG.ERRQUEUE) !== 0) return sock.errors.receive(message);
  if (tp.state === LISTEN) return -ERRNO.ENOTCONN;
  if ((flags & MSG.OOB) !== 0) return receiveOutOfBand(tp, message, flags);
  if (message.remaining === 0) return 0;
  const copied = copyStream(tp, message, flags);
  if (copied !== 0) return copied;
  if (tp.hasReceivedFin) return 0;
  if (sock.error !== 0) return sock.takeError();
  if (sock.isReceiveShut) return 0;
  if (tp.state === CLOSE) return -ERRNO.ENOTCONN;
  return WOULD_BLOCK;
}

function copyStream(tp: Connection, message: Message, flags: number): number {
  const isPeek = (flags & MSG.PEEK) !== 0;
  const isDiscard = (flags & MSG.TRUNC) !== 0;
  const { receive, sock } = tp;
  let seq = tp.copiedSeq;
  let segment = receive.head;
  let copied = 0;
  let room = message.remaining;
  while (segment !== undefined && room > 0) {
    const offset = distance(segment.seq, seq);
    let bytes = Math.min(segment.length - offset, room);
    const mark = bytesToMark(tp, seq);
    if (mark === 0) {
      if (copied > 0) break;
      if (!sock.options.oobinline) {
        // The urgent byte is not part of the stream.
        seq = plus(seq, 1);
        bytes = 0;
      }
    } else if (mark > 0) {
      bytes = Math.min(bytes, mark);
    }
    if (bytes > 0) {
      const moved = isDiscard ? bytes : copyOut(tp, message, segment, offset, bytes);
      if (moved === 0) return copied > 0 ? finish(tp, seq, copied, isPeek) : -ERRNO.EFAULT;
      seq = plus(seq, moved);
      copied += moved;
      room -= moved;
      if (moved < bytes) break;
    }
    if (distance(segment.seq, seq) >= segment.length) segment = segment.next;
  }
  return finish(tp, seq, copied, isPeek);
}

/** How far the urgent byte is away; -1 without one. */
function bytesToMark(tp: Connection, seq: number): number {
  if (tp.urgentState === URGENT.NONE) return -1;
  return Math.max(-1, distance(seq, tp.urgentSeq));
}

function copyOut(
  tp: Connection,
  message: Message,
  segment: ReceivedSegment,
  offset: number,
  bytes: number,
): number {
  const { ram } = tp.tcp.skbs;
  const at = segment.data + offset;
  ram.checkRange(at, bytes, false);
  return message.put(ram.bytes, ram.toPhysical(at), bytes);
}

/** Gives read packets back, and tells the sender of the room. */
function finish(tp: Connection, seq: number, copied: number, isPeek: boolean): number {
  if (isPeek || seq === tp.copiedSeq) return copied;
  const { receive, sock } = tp;
  tp.copiedSeq = seq;
  while (receive.head !== undefined && distance(receive.head.endSeq, seq) >= 0) receive.shift();
  if (tp.urgentState !== URGENT.NONE && distance(tp.urgentSeq, seq) > 0) {
    tp.urgentState = URGENT.NONE;
  }
  sock.rmemAlloc = receive.memoryBytes;
  adjustReceiveSpace(tp);
  afterReading(tp, copied);
  return copied;
}
