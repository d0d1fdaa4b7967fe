// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Options of the level IPPROTO_TCP: tcp(7).
 *
 * Linux: do_tcp_setsockopt, do_tcp_getsockopt, tcp_get_info of net/ipv4/tcp.c.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { TCP } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { CONGESTION_CONTROLS } from './congestion.ts';
import { type Connection, states, SYNCHRONIZED } from './connection.ts';
import { keepaliveIntervalNs, keepaliveProbes, keepaliveTimeNs, silentNs } from './keepalive.ts';
import { NAGLE, writePending } from './output.ts';
import { sendAck } from './transmit.ts';
import { NS_PER_S } from './settings.ts';
import { tcpInfo } from './tcp-info.ts';

const { EINVAL, ENOENT, ENOPROTOOPT } = ERRNO;

const INT_BYTES = 4;
const KEEPIDLE_MAX = 32_767;
const KEEPCNT_MAX = 127;
const SYNCNT_MAX = 127;
const MSS_LEAST = 88;
const MSS_MOST = 32_767;
const LINGER2_MAX_S = 120;
const WINDOW_CLAMP_LEAST = 2304 / 2;
/** Where nothing is to be acknowledged at once. */
const QUICKACK_STATES = states(TCP_STATE.ESTABLISHED, TCP_STATE.CLOSE_WAIT);

/** 0 or a negative errno. */
export function setTcpOption(tp: Connection, name: number, value: Uint8Array): number {
  if (name === TCP.CONGESTION) return setCongestion(tp, value);
  if (value.length < INT_BYTES) return -EINVAL;
  const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
  const { options } = tp;
  switch (name) {
    case TCP.NODELAY:
      options.nodelay = number !== 0;
      if (options.nodelay) writePending(tp, NAGLE.PUSH);
      return 0;
    case TCP.CORK:
      options.cork = number !== 0;
      if (!options.cork) writePending(tp, NAGLE.PUSH);
      return 0;
    case TCP.MAXSEG:
      if (number !== 0 && (number < MSS_LEAST || number > MSS_MOST)) return -EINVAL;
      options.maxseg = number;
      return 0;
    case TCP.QUICKACK:
      setQuickAck(tp, number !== 0);
      return 0;
    case TCP.WINDOW_CLAMP:
      return setWindowClamp(tp, number);
    case TCP.LINGER2:
      if (number < 0) options.linger2Ns = -1;
      else options.linger2Ns = number > LINGER2_MAX_S ? 0 : number * NS_PER_S;
      return 0;
    case TCP.USER_TIMEOUT:
      if (number < 0) return -EINVAL;
      options.userTimeoutMs = number;
      return 0;
    default:
      return setKeepalive(tp, name, number);
  }
}

function setKeepalive(tp: Connection, name: number, number: number): number {
  const { options } = tp;
  switch (name) {
    case TCP.KEEPIDLE:
      if (number < 1 || number > KEEPIDLE_MAX) return -EINVAL;
      options.keepidleNs = number * NS_PER_S;
      if (tp.sock.options.keepalive && tp.isIn(SYNCHRONIZED)) {
        tp.keepaliveTimer.start(Math.max(0, options.keepidleNs - silentNs(tp)));
      }
      return 0;
    case TCP.KEEPINTVL:
      if (number < 1 || number > KEEPIDLE_MAX) return -EINVAL;
      options.keepintvlNs = number * NS_PER_S;
      return 0;
    case TCP.KEEPCNT:
      if (number < 1 || number > KEEPCNT_MAX) return -EINVAL;
      options.keepcnt = number;
      return 0;
    case TCP.SYNCNT:
      if (number < 1 || number > SYNCNT_MAX) return -EINVAL;
      options.syncnt = number;
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

function setCongestion(tp: Connection, value: Uint8Array): number {
  const nul = value.indexOf(0);
  const text = decodeUtf8(value.subarray(0, nul < 0 ? value.length : nul));
  const name = CONGESTION_CONTROLS.find((known) => known === text);
  if (text === '') return -EINVAL;
  if (name === undefined) return -ENOENT;
  tp.congestion = tp.tcp.makeCongestion(name);
  return 0;
}

function setQuickAck(tp: Connection, isOn: boolean): void {
  tp.isInteractive = !isOn;
  if (isOn && tp.isIn(QUICKACK_STATES) && tp.isAckPending) sendAck(tp);
}

function setWindowClamp(tp: Connection, number: number): number {
  if (number === 0 && tp.state !== TCP_STATE.CLOSE) return -EINVAL;
  tp.options.windowClamp = number === 0 ? 0 : Math.max(number, WINDOW_CLAMP_LEAST);
  if (number !== 0 && tp.state !== TCP_STATE.CLOSE) {
    tp.windowClamp = tp.options.windowClamp;
    tp.rcvSsthresh = Math.min(tp.rcvSsthresh, tp.windowClamp);
  }
  return 0;
}

/** The option in at most `length` bytes, or a negative errno. */
export function getTcpOption(tp: Connection, name: number, length: number): Uint8Array | number {
  if (name === TCP.INFO) return tcpInfo(tp).subarray(0, length);
  if (name === TCP.CONGESTION) return encodeUtf8(`${tp.congestion.name}\0`).subarray(0, length);
  const number = numberOf(tp, name);
  if (number === undefined) return -ENOPROTOOPT;
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, number, true);
  return bytes.subarray(0, length);
}

function numberOf(tp: Connection, name: number): number | undefined {
  const { options, tcp } = tp;
  switch (name) {
    case TCP.NODELAY:
      return options.nodelay ? 1 : 0;
    case TCP.CORK:
      return options.cork ? 1 : 0;
    case TCP.MAXSEG:
      return options.maxseg > 0 && tp.state === TCP_STATE.CLOSE ? options.maxseg : tp.mss;
    case TCP.KEEPIDLE:
      return keepaliveTimeNs(tp) / NS_PER_S;
    case TCP.KEEPINTVL:
      return keepaliveIntervalNs(tp) / NS_PER_S;
    case TCP.KEEPCNT:
      return keepaliveProbes(tp);
    case TCP.SYNCNT:
      return options.syncnt || tcp.settings.synRetries;
    case TCP.LINGER2:
      if (options.linger2Ns < 0) return -1;
      return options.linger2Ns / NS_PER_S || tcp.settings.finTimeout;
    case TCP.WINDOW_CLAMP:
      return tp.windowClamp;
    case TCP.QUICKACK:
      return tp.isInteractive ? 0 : 1;
    case TCP.USER_TIMEOUT:
      return options.userTimeoutMs;
    default:
      return undefined;
  }
}
