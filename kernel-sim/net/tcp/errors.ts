// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the network says of segments that were sent: ICMP errors.
 *
 * Only those that quote what is under way count: others may be forged (RFC 5927). A hard error ends
 * a connection that is being made; one that is there goes on trying, and remembers it. Linux:
 * tcp_v4_err, tcp_v4_mtu_reduced, tcp_simple_retransmit.
 */
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { TransportError } from '../network-layer.ts';
import type { Connection } from './connection.ts';
import type { TcpContext } from './context.ts';
import { NAGLE, writePending } from './output.ts';
import { routeOf } from './transmit.ts';
import { retransmitLost } from './recovery.ts';
import type { Request } from './request.ts';
import { MARK } from './send-queue.ts';
import { within } from './seq.ts';
import { fail } from './state.ts';
import type { TableEntry } from './table.ts';

export function onNetworkError(
  tcp: TcpContext,
  entry: TableEntry | undefined,
  seq: number,
  error: TransportError,
): void {
  if (entry === undefined || entry.kind === 'time-wait') return;
  if (entry.kind === 'request') {
    const request = entry as Request;
    if (seq !== request.terms.serverIsn) tcp.statistics.tcpExt.OutOfWindowIcmps++;
    else if (error.isHard) request.listener.dropRequest(request);
    return;
  }
  const tp = entry as Connection;
  if (tp.state === TCP_STATE.CLOSE) return;
  if (!within(seq, tp.sndUna, tp.sndNxt)) {
    tcp.statistics.tcpExt.OutOfWindowIcmps++;
    return;
  }
  if (error.mtu > 0) {
    onSmallerMtu(tp);
    return;
  }
  const isOpening = tp.state === TCP_STATE.SYN_SENT || tp.state === TCP_STATE.SYN_RECV;
  if (isOpening && error.isHard) {
    fail(tp, error.errno);
    return;
  }
  if (tp.sock.inet.isRecverr && !tp.isOrphan) tp.sock.reportError(error.errno);
  else tp.sock.softError = error.errno;
}

/** Path MTU discovery: what was too long is cut and sent again, and no window shrinks for it. */
function onSmallerMtu(tp: Connection): void {
  const before = tp.mss;
  tp.route = undefined;
  if (typeof routeOf(tp) === 'number' || tp.mss >= before) return;
  const { send } = tp;
  send.forEachSent((segment) => {
    const isTooLong = segment.skb.length > tp.mss;
    if (isTooLong && (segment.marks & MARK.SACKED) === 0) send.markLost(segment);
  });
  retransmitLost(tp);
  writePending(tp, NAGLE.ASK);
}
