// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What close(2) does to a connection: it goes on alone, to its end, unless data or SO_LINGER say
 * otherwise.
 *
 * Linux: __tcp_close; RFC 1122, 4.2.2.13.
 */
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { Connection } from './connection.ts';
import { finTimeoutNs } from './keepalive.ts';
import { sendReset } from './transmit.ts';
import { TIMEWAIT_NS } from './settings.ts';
import { abort, destroy, done, orphan } from './state.ts';
import { enterTimeWait } from './time-wait.ts';

/** `endStream` sends the FIN, and what comes before it. */
export function close(tp: Connection, endStream: () => void): void {
  const { tcp, sock } = tp;
  const { tcpExt } = tcp.statistics;
  const hasUnread = !tp.receive.isEmpty;
  tp.receive.clear();
  sock.rmemAlloc = 0;
  orphan(tp);
  if (tp.state === TCP_STATE.CLOSE) {
    destroy(tp);
    return;
  }
  if (tp.state === TCP_STATE.SYN_SENT) {
    done(tp);
    return;
  }
  if (hasUnread) {
    // The peer must know that its data were not read.
    tcpExt.TCPAbortOnClose++;
    sendReset(tp);
    done(tp);
    return;
  }
  if (sock.options.lingerSeconds === 0) {
    tcpExt.TCPAbortOnData++;
    abort(tp, 0);
    return;
  }
  endStream();
  if (tp.state === TCP_STATE.FIN_WAIT2) waitForFin(tp);
  else if (tcp.orphans > tcp.settings.maxOrphans && tp.state !== TCP_STATE.CLOSE) {
    tcpExt.TCPAbortOnMemory++;
    abort(tp, 0);
  }
}

/** The peer need not hurry, but not for ever. */
function waitForFin(tp: Connection): void {
  const timeoutNs = finTimeoutNs(tp);
  if (timeoutNs < 0) {
    tp.tcp.statistics.tcpExt.TCPAbortOnLinger++;
    sendReset(tp);
    done(tp);
  } else if (timeoutNs > TIMEWAIT_NS) {
    tp.keepaliveTimer.start(timeoutNs - TIMEWAIT_NS);
  } else {
    enterTimeWait(tp, TCP_STATE.FIN_WAIT2, timeoutNs);
  }
}
