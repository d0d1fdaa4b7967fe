// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How connections change their state, and how they end.
 *
 * Linux: tcp_set_state, tcp_done, tcp_reset, tcp_write_err; RFC 9293, figure 5.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { SHUTDOWN } from '../socket.ts';
import { stopRetransmit } from './arming.ts';
import { type Connection, states } from './connection.ts';
import { sendReset } from './transmit.ts';

const { CLOSE, CLOSE_WAIT, ESTABLISHED, SYN_RECV, SYN_SENT } = TCP_STATE;

/** What counts as a connection that is there. */
const COUNTED = states(ESTABLISHED, CLOSE_WAIT);
const OPENING = states(SYN_SENT, SYN_RECV);
/** A reset tells the peer: there is, or may be, somebody who believes in the connection. */
const NEEDS_RESET = states(
  ESTABLISHED,
  CLOSE_WAIT,
  TCP_STATE.FIN_WAIT1,
  TCP_STATE.FIN_WAIT2,
  SYN_RECV,
);

export function setState(tp: Connection, state: number): void {
  const { tcp } = tp;
  const was = tp.isIn(COUNTED);
  tp.state = state;
  const is = tp.isIn(COUNTED);
  if (was !== is) tcp.established += is ? 1 : -1;
  if (was && state === CLOSE) tcp.statistics.tcp.EstabResets++;
}

export function stopTimers(tp: Connection): void {
  stopRetransmit(tp);
  tp.delackTimer.cancel();
  tp.keepaliveTimer.cancel();
}

/** The connection is over. What was received can still be read. Linux: tcp_done. */
export function done(tp: Connection): void {
  const { tcp, sock } = tp;
  if (tp.isIn(OPENING)) tcp.statistics.tcp.AttemptFails++;
  stopTimers(tp);
  setState(tp, CLOSE);
  dropSendQueue(tp);
  tcp.forget(tp);
  sock.shutdownMask = SHUTDOWN.BOTH;
  if (tp.isOrphan) destroy(tp);
  // Who lingers in close(2) waits for that, too.
  sock.stateChanged();
}

/** Gives all memory back: nobody has, or will have, a descriptor. Linux: tcp_v4_destroy_sock. */
export function destroy(tp: Connection): void {
  if (tp.isOrphan && !tp.isDestroyed) tp.tcp.orphans--;
  tp.isDestroyed = true;
  dropSendQueue(tp);
  tp.receive.clear();
  tp.sock.rmemAlloc = 0;
}

function dropSendQueue(tp: Connection): void {
  const { skbs } = tp.tcp;
  tp.send.clear((skb) => skbs.consume(skb));
  tp.sock.wmemAlloc = 0;
}

/** Becomes nobody's. What is left to do is done without a program. Linux: sock_orphan. */
export function orphan(tp: Connection): void {
  if (tp.isOrphan) return;
  tp.isOrphan = true;
  tp.tcp.orphans++;
}

/** Ends with an error that the program is told of. Linux: tcp_write_err. */
export function fail(tp: Connection, errno: number): void {
  tp.sock.error = errno;
  done(tp);
}

/** The peer has reset it. Linux: tcp_reset. */
export function resetByPeer(tp: Connection): void {
  if (tp.state === CLOSE) return;
  fail(tp, errorOfReset(tp.state));
}

function errorOfReset(state: number): number {
  if (state === SYN_SENT) return ERRNO.ECONNREFUSED;
  return state === CLOSE_WAIT ? ERRNO.EPIPE : ERRNO.ECONNRESET;
}

/** Ends it here and now, and says so. Linux: tcp_disconnect. */
export function abort(tp: Connection, errno: number): void {
  const isWorthAReset = tp.isIn(NEEDS_RESET);
  if (isWorthAReset) sendReset(tp);
  tp.sock.error = errno;
  done(tp);
}
