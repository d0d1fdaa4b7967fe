// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Urgent data: one byte of the stream that is delivered beside it (MSG_OOB), or in it with
 * SO_OOBINLINE. The pointer is read as BSD did, as the byte behind, unless tcp_stdurg says.
 *
 * Linux: tcp_check_urg, tcp_urg, tcp_recv_urg; RFC 6093 says why nobody should use it.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { MSG } from '../../uapi/socket.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { Message } from '../message.ts';
import { type Connection, URGENT } from './connection.ts';
import type { Segment } from './segment.ts';
import { after, distance, plus } from './seq.ts';

/** The header is still in front of the data. Linux: tcp_urg. */
export function receiveUrgent(tp: Connection, segment: Segment): void {
  if (segment.isUrgent) notePointer(tp, segment);
  if (tp.urgentState !== URGENT.EXPECTED) return;
  const at = distance(segment.seq, tp.urgentSeq);
  if (at < 0 || at >= segment.dataBytes) return;
  tp.urgentByte = segment.skb.load8(segment.headerBytes + at);
  tp.urgentState = URGENT.VALID;
  tp.sock.dataReady();
}

function notePointer(tp: Connection, segment: Segment): void {
  const isStandard = tp.tcp.settings.stdurg !== 0;
  const pointer = segment.urgent - (segment.urgent > 0 && !isStandard ? 1 : 0);
  const seq = plus(segment.seq, pointer);
  if (after(tp.copiedSeq, seq) || !after(plus(seq, 1), tp.rcvNxt)) return;
  if (tp.urgentState !== URGENT.NONE && !after(seq, tp.urgentSeq)) return;
  // A second one before the first was read: the first stays in the stream.
  tp.urgentState = URGENT.EXPECTED;
  tp.urgentSeq = seq;
  tp.sock.dataReady();
}

/** recv(2) with MSG_OOB. Linux: tcp_recv_urg. */
export function receiveOutOfBand(tp: Connection, message: Message, flags: number): number {
  const { options } = tp.sock;
  if (options.oobinline || tp.urgentState === URGENT.NONE || tp.urgentState === URGENT.READ) {
    return -ERRNO.EINVAL;
  }
  if (tp.state === TCP_STATE.CLOSE) return -ERRNO.ENOTCONN;
  if (tp.urgentState !== URGENT.VALID) return tp.sock.isReceiveShut ? 0 : -ERRNO.EAGAIN;
  message.flags |= MSG.OOB;
  if (message.remaining === 0) {
    message.flags |= MSG.TRUNC;
    return 0;
  }
  if (message.put(Uint8Array.of(tp.urgentByte), 0, 1) < 1) return -ERRNO.EFAULT;
  if ((flags & MSG.PEEK) === 0) tp.urgentState = URGENT.READ;
  return 1;
}

/** Whether the next byte to be read is the urgent one: SIOCATMARK. */
export function isAtMark(tp: Connection): boolean {
  return tp.urgentState !== URGENT.NONE && tp.copiedSeq === tp.urgentSeq;
}
