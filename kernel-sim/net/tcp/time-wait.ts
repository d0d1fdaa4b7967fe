// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Connections that are over but for the peer's last words: TIME-WAIT, and FIN-WAIT-2 after the
 * program has closed its socket.
 *
 * Only what is needed to answer is kept, for 60 seconds: so that old segments find no new
 * connection of the same ends, and a FIN whose acknowledgment was lost is answered again. A new SYN
 * that is clearly younger begins a new connection early.
 *
 * Linux: net/ipv4/tcp_minisocks.c (tcp_time_wait, tcp_timewait_state_process); RFC 9293, 3.10.7.4,
 * RFC 6191, RFC 1337.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { NetTimer } from '../core/net-timers.ts';
import type { NetworkLayer } from '../network-layer.ts';
import type { PortOwner } from '../ports.ts';
import { SHUTDOWN } from '../socket.ts';
import type { Connection } from './connection.ts';
import type { TcpContext } from './context.ts';
import type { Segment } from './segment.ts';
import { after, before, plus } from './seq.ts';
import {
  INVALID_RATELIMIT_NS,
  NS_PER_MS,
  PAWS_24DAYS_NS,
  PAWS_WINDOW,
  TIMEWAIT_NS,
} from './settings.ts';
import { destroy, setState, stopTimers } from './state.ts';
import type { TableEntry } from './table.ts';

/** A sequence number that the old connection cannot have reached. */
const BEYOND_OLD = 65_535 + 2;

/** What is to be done with a segment for a connection that is over. Linux: enum tcp_tw_status. */
export const TIME_WAIT = { DROP: 0, ACK: 1, RESET: 2, NEW: 3 } as const;

export class TimeWait implements TableEntry, PortOwner {
  readonly kind = 'time-wait';
  readonly tcp: TcpContext;
  readonly family: number;
  readonly layer: NetworkLayer;
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  readonly localPort: number;
  readonly remotePort: number;
  readonly boundDevice: number;
  readonly reusesAddress: boolean;
  readonly reusesPort: boolean;
  readonly uid: number;
  readonly isV6Only: boolean;
  readonly isListening = false;
  readonly tos: number;
  next: TableEntry | undefined = undefined;
  /** TCP_STATE: FIN_WAIT2 or TIME_WAIT. */
  state: number;
  rcvNxt: number;
  sndNxt: number;
  /** As it stands in the header. */
  readonly window: number;
  readonly receiveWindow: number;
  readonly hasTimestamps: boolean;
  readonly tsOffset: number;
  tsRecent: number;
  /** When that came. */
  tsRecentNs: number;
  readonly timer: NetTimer;
  #lastInvalidNs = -Infinity;

  constructor(tp: Connection, state: number) {
    const { options } = tp.sock;
    this.tcp = tp.tcp;
    this.family = tp.sock.family;
    this.layer = tp.layer;
    this.localAddress = tp.localAddress;
    this.remoteAddress = tp.remoteAddress;
    this.localPort = tp.localPort;
    this.remotePort = tp.remotePort;
    this.boundDevice = tp.boundDevice;
    this.reusesAddress = options.reuseaddr;
    this.reusesPort = options.reuseport;
    this.uid = tp.sock.uid;
    this.isV6Only = tp.sock.isV6Only;
    this.tos = tp.sock.inet.tos;
    this.state = state;
    this.rcvNxt = tp.rcvNxt;
    this.sndNxt = tp.sndNxt;
    this.window = Math.floor(tp.rcvWnd / 2 ** tp.rcvWscale);
    this.receiveWindow = tp.receiveWindow;
    this.hasTimestamps = tp.hasTimestamps;
    this.tsOffset = tp.tsOffset;
    this.tsRecent = tp.tsRecent;
    this.tsRecentNs = tp.tsRecentNs;
    this.timer = tp.tcp.timers.make(() => {
      this.tcp.statistics.tcpExt.TW++;
      this.end();
    });
  }

  get timestamp(): number {
    return (Math.floor(this.tcp.now() / NS_PER_MS) + this.tsOffset) >>> 0;
  }

  /** Forgets the connection: its ends may be used again. */
  end(): void {
    const { tcp } = this;
    this.timer.cancel();
    tcp.table.remove(this);
    tcp.ports.release(this);
    tcp.timeWaits--;
  }

  /** One of TIME_WAIT. Linux: tcp_timewait_state_process. */
  receive(segment: Segment): number {
    const isOld = this.#isOldTimestamp(segment);
    if (this.state === TCP_STATE.FIN_WAIT2) return this.#inFinWait2(segment, isOld);
    const { seq, endSeq, isRst, isSyn, isAck } = segment;
    const isEmptyOrReset = seq === endSeq || isRst;
    if (!isOld && seq === this.rcvNxt && isEmptyOrReset) {
      // RFC 1337: a reset would end TIME-WAIT early, and with it what it is for.
      if (isRst && this.tcp.settings.rfc1337 === 0) {
        this.end();
        return TIME_WAIT.DROP;
      }
      this.timer.start(TIMEWAIT_NS);
      this.#keepTimestamp(segment);
      return TIME_WAIT.DROP;
    }
    const isYounger =
      after(seq, this.rcvNxt) ||
      (this.hasTimestamps && segment.hasTimestamp && ((segment.tsval - this.tsRecent) | 0) > 0);
    if (isSyn && !isRst && !isAck && !isOld && isYounger) return TIME_WAIT.NEW;
    if (isOld) this.tcp.statistics.tcpExt.PAWSEstab++;
    if (isRst) return TIME_WAIT.DROP;
    if (isOld || isAck) this.timer.start(TIMEWAIT_NS);
    return this.#answer();
  }

  /** Where a new connection of the same ends begins. */
  get nextIsn(): number {
    const isn = plus(this.sndNxt, BEYOND_OLD);
    return isn === 0 ? 1 : isn;
  }

  /** The program has closed, the peer may still send: but nobody would read it. */
  #inFinWait2(segment: Segment, isOld: boolean): number {
    const { seq, endSeq, isRst, isSyn, isAck, isFin } = segment;
    const windowEnd = plus(this.rcvNxt, this.receiveWindow);
    if (isOld || after(seq, windowEnd) || before(endSeq, this.rcvNxt)) return this.#answer();
    if (isRst) {
      this.end();
      return TIME_WAIT.DROP;
    }
    if (isSyn && !before(seq, this.rcvNxt)) return TIME_WAIT.RESET;
    if (!isAck || !after(endSeq, this.rcvNxt) || endSeq === seq) return TIME_WAIT.DROP;
    if (!isFin || endSeq !== plus(this.rcvNxt, 1)) {
      this.end();
      return TIME_WAIT.RESET;
    }
    this.state = TCP_STATE.TIME_WAIT;
    this.rcvNxt = endSeq;
    this.#keepTimestamp(segment);
    this.timer.start(TIMEWAIT_NS);
    return TIME_WAIT.ACK;
  }

  #isOldTimestamp(segment: Segment): boolean {
    if (!this.hasTimestamps || !segment.hasTimestamp || segment.isRst) return false;
    if (((this.tsRecent - segment.tsval) | 0) <= PAWS_WINDOW) return false;
    return this.tcp.now() - this.tsRecentNs < PAWS_24DAYS_NS;
  }

  #keepTimestamp(segment: Segment): void {
    if (!segment.hasTimestamp) return;
    this.tsRecent = segment.tsval;
    this.tsRecentNs = this.tcp.now();
  }

  #answer(): number {
    const nowNs = this.tcp.now();
    if (nowNs - this.#lastInvalidNs < INVALID_RATELIMIT_NS) {
      this.tcp.statistics.tcpExt.TCPACKSkippedTimeWait++;
      return TIME_WAIT.DROP;
    }
    this.#lastInvalidNs = nowNs;
    return TIME_WAIT.ACK;
  }
}

/** The connection becomes one of these, and its socket is done. Linux: tcp_time_wait. */
export function enterTimeWait(tp: Connection, state: number, timeoutNs: number): void {
  const { tcp, sock } = tp;
  stopTimers(tp);
  if (tcp.timeWaits < tcp.settings.maxTwBuckets) {
    const waiting = new TimeWait(tp, state);
    tcp.timeWaits++;
    tcp.forget(tp, waiting);
    tcp.table.add(waiting);
    waiting.timer.start(Math.max(timeoutNs, 1));
  } else {
    tcp.statistics.tcpExt.TCPTimeWaitOverflow++;
    tcp.forget(tp);
  }
  setState(tp, TCP_STATE.CLOSE);
  sock.shutdownMask = SHUTDOWN.BOTH;
  if (tp.isOrphan) destroy(tp);
  sock.stateChanged();
}
