// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * All that is known of one connection: the transmission control block of RFC 9293.
 *
 * It is data; what happens to it is in the files around: input.ts and receive-data.ts, ack.ts and
 * recovery.ts for what arrives, output.ts for what leaves, timers.ts for what does not come. All of
 * them run in softirqs or in system calls, never two at once, and need no lock.
 *
 * Linux: struct tcp_sock, struct inet_connection_sock.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { TCP_CA } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { NetTimer } from '../core/net-timers.ts';
import type { NetworkLayer, OutputOptions, Route } from '../network-layer.ts';
import type { InetSock } from '../inet-sock.ts';
import type { CongestionControl, CongestionWindow } from './congestion.ts';
import { SSTHRESH_INFINITE } from './congestion.ts';
import type { TcpContext } from './context.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { RttEstimator } from './rtt.ts';
import { SendQueue } from './send-queue.ts';
import { distance, plus } from './seq.ts';
import { INITIAL_CWND, MSS_DEFAULT } from './settings.ts';
import type { TableEntry } from './table.ts';

/** What the retransmission timer is armed for. Linux: ICSK_TIME_*. */
export const TIMER = { NONE: 0, RETRANSMIT: 1, PROBE: 3 } as const;

/** Where an urgent byte is. Linux: TCP_URG_*. */
export const URGENT = { NONE: 0, EXPECTED: 1, VALID: 2, READ: 3 } as const;

/** What a program set for its connection; an accepted one begins with what its listener has. */
export class ConnectionOptions {
  nodelay = false;
  cork = false;
  /** Most bytes per segment; 0: what the way allows. */
  maxseg = 0;
  /** Nanoseconds; 0: as the sysctl has it. */
  keepidleNs = 0;
  keepintvlNs = 0;
  keepcnt = 0;
  syncnt = 0;
  /** Nanoseconds in FIN-WAIT-2 after close(2); 0: the sysctl; -1: none. */
  linger2Ns = 0;
  windowClamp = 0;
  userTimeoutMs = 0;
}

/** What one acknowledgment tells. */
export class AckedNow {
  /** Segments that are no longer under way, acknowledged or SACKed. */
  delivered = 0;
  /** Segments that left the queue. */
  segments = 0;
  /** Microseconds, -1: none of them tells. */
  rttUs = -1;
  sackRttUs = -1;
  hasNewSack = false;
  hasData = false;
  tsecr = 0;

  begin(tsecr: number): void {
    this.delivered = 0;
    this.segments = 0;
    this.rttUs = -1;
    this.sackRttUs = -1;
    this.hasNewSack = false;
    this.hasData = false;
    this.tsecr = tsecr;
  }
}

export class Connection implements TableEntry, CongestionWindow {
  readonly kind = 'connection';
  readonly tcp: TcpContext;
  readonly sock: InetSock;
  /** TCP_STATE. */
  state: number = TCP_STATE.CLOSE;
  options = new ConnectionOptions();
  /** Nobody has a descriptor of it any more. Linux: SOCK_DEAD. */
  isOrphan = false;
  isDestroyed = false;
  /** Tells who waits to accept it that it is there. */
  onEstablished: (() => void) | undefined = undefined;

  // Who talks to whom. Addresses are of the layer's family.
  layer: NetworkLayer;
  localAddress: IpAddress;
  remoteAddress: IpAddress;
  localPort = 0;
  remotePort = 0;
  next: TableEntry | undefined = undefined;
  route: Route | undefined = undefined;
  outputOptions: OutputOptions | undefined = undefined;

  // Sending.
  readonly send = new SendQueue();
  /** The first byte that is not acknowledged, the next to be sent, the next to be written. */
  sndUna = 0;
  sndNxt = 0;
  writeSeq = 0;
  /** What the peer has room for, from sndUna on; and the segment that said so. */
  sndWnd = 0;
  sndWl1 = 0;
  maxWindow = 0;
  /** Up to where data was pushed, and where the last small segment ended. Minshall's Nagle. */
  pushedSeq = 0;
  sndSml = 0;
  /** The byte behind the urgent one, while there is one to be sent. */
  sndUp = 0;
  isSendUrgent = false;
  /** Data bytes per segment, options taken off; and the bound from the peer's MSS option. */
  mss = MSS_DEFAULT;
  mssClamp = MSS_DEFAULT;
  pathMtu = 0;

  // Receiving.
  readonly receive: ReceiveQueue;
  rcvNxt = 0;
  /** The next byte that a program reads. */
  copiedSeq = 0;
  /** What was last offered, and from where on. */
  rcvWnd = 0;
  rcvWup = 0;
  /** What may be offered at most: by the buffer, and by how far it has proven itself. */
  windowClamp = 0;
  rcvSsthresh = 0;
  advmss = MSS_DEFAULT;
  /** How long the peer's segments are. */
  rcvMss = MSS_DEFAULT;
  /** The peer's stream has ended, and all of it is in order here. */
  hasReceivedFin = false;
  lastSegmentBytes = 0;
  urgentState: number = URGENT.NONE;
  urgentSeq = 0;
  urgentByte = 0;

  // What was agreed in the handshake.
  hasTimestamps = false;
  hasSack = false;
  hasWscale = false;
  sndWscale = 0;
  rcvWscale = 0;
  /** Timestamps: the last one to be echoed, when it came, and what ours are ahead by. */
  tsRecent = 0;
  tsRecentNs = 0;
  tsOffset = 0;
  /** Without one, when the SYN left. */
  lastAckSent = 0;
  /** A duplicate that came, to be told by the next SACK option. RFC 2883. */
  dsackStart = 0;
  dsackEnd = 0;
  hasDsack = false;

  // Congestion and recovery. Counts are segments.
  congestion: CongestionControl;
  readonly rtt = new RttEstimator();
  /** TCP_CA. */
  caState: number = TCP_CA.OPEN;
  cwnd = INITIAL_CWND;
  cwndCount = 0;
  cwndClamp = 0xffff_ffff;
  ssthresh = SSTHRESH_INFINITE;
  /** Recovery ends when this is acknowledged. */
  highSeq = 0;
  priorCwnd = 0;
  prrDelivered = 0;
  prrOut = 0;
  /** What would show that nothing had been lost: where recovery began, and what it sent again. */
  undoMarker = 0;
  hasUndo = false;
  undoRetrans = 0;
  priorSsthresh = 0;
  /** When the first segment of recovery was sent again, in the timestamps' units. */
  retransStamp = 0;
  /** When the newest segment that has arrived was sent, and how long that took. RFC 8985. */
  rackSentNs = 0;
  rackRttNs = 0;
  reordering: number;
  delivered = 0;
  /** What the acknowledgment at hand has brought: ack.ts. */
  readonly acked = new AckedNow();
  /** The window, not the data, held sending up; and how much was under way then. */
  isCwndLimited = false;
  maxPacketsOut = 0;
  cwndUsageSeq = 0;

  // Timers.
  readonly retransmitTimer: NetTimer;
  readonly delackTimer: NetTimer;
  readonly keepaliveTimer: NetTimer;
  /** TIMER: what retransmitTimer is armed for. */
  timerKind: number = TIMER.NONE;
  /** Doublings of the timeout; expiries in a row; probes in a row that were not answered. */
  backoff = 0;
  retransmits = 0;
  probesOut = 0;
  /** When the first of these was, for the limit on them. */
  firstRetransmitNs = 0;
  firstProbeNs = 0;

  // Acknowledging.
  /** An acknowledgment is due. */
  isAckPending = false;
  isAckNow = false;
  quickAcks = 0;
  /** The program answers what it reads: acknowledgments travel with its data. */
  isInteractive = false;
  /** How long an acknowledgment waits for company, 0 before data came. */
  atoNs = 0;
  lastReceivedNs = 0;
  lastSentNs = 0;
  lastAckReceivedNs = 0;
  /** When an acknowledgment left last that nothing but nonsense had asked for. */
  lastInvalidNs = -Infinity;

  // How much the program reads per round trip: for the size of its buffer.
  readonly rcvRtt = { rttUs: 0, seq: 0, sinceNs: 0, lastTsecr: 0 };
  readonly rcvSpace = { bytes: 0, seq: 0, sinceNs: 0 };

  // What tcp_info counts.
  segsIn = 0;
  segsOut = 0;
  dataSegsIn = 0;
  dataSegsOut = 0;
  bytesAcked = 0;
  bytesReceived = 0;
  bytesSent = 0;
  bytesRetransmitted = 0;
  totalRetransmits = 0;
  dsackDups = 0;
  reordSeen = 0;
  receivedOutOfOrder = 0;

  constructor(tcp: TcpContext, sock: InetSock, layer: NetworkLayer, timers: ConnectionTimers) {
    this.tcp = tcp;
    this.sock = sock;
    this.layer = layer;
    this.localAddress = layer.anyAddress;
    this.remoteAddress = layer.anyAddress;
    this.congestion = tcp.makeCongestion(tcp.settings.congestionControl);
    this.reordering = tcp.settings.reordering;
    this.receive = new ReceiveQueue((skb) => tcp.skbs.consume(skb));
    this.retransmitTimer = tcp.timers.make(() => timers.retransmit(this));
    this.delackTimer = tcp.timers.make(() => timers.delack(this));
    this.keepaliveTimer = tcp.timers.make(() => timers.keepalive(this));
  }

  get boundDevice(): number {
    return this.sock.options.boundDevice;
  }

  /** Bytes that may still arrive. Linux: tcp_receive_window. */
  get receiveWindow(): number {
    return Math.max(0, distance(this.rcvNxt, plus(this.rcvWup, this.rcvWnd)));
  }

  get sendWindowEnd(): number {
    return plus(this.sndUna, this.sndWnd);
  }

  /** Linux: tcp_is_sack; and the peer has agreed to it. */
  get isReno(): boolean {
    return !this.hasSack;
  }

  isIn(mask: number): boolean {
    return ((1 << this.state) & mask) !== 0;
  }
}

/** What a connection's timers call: timers.ts, which knows what to send. */
export interface ConnectionTimers {
  retransmit(tp: Connection): void;
  delack(tp: Connection): void;
  keepalive(tp: Connection): void;
}

/** A set of states, for `isIn`. Linux: TCPF_*. */
export function states(...numbers: readonly number[]): number {
  return numbers.reduce((mask, state) => mask | (1 << state), 0);
}

const { CLOSE_WAIT, CLOSING, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, LAST_ACK } = TCP_STATE;

/** Programs may send; both ends know each other. */
export const CAN_SEND = states(ESTABLISHED, CLOSE_WAIT);
export const SYNCHRONIZED = states(
  ESTABLISHED,
  FIN_WAIT1,
  FIN_WAIT2,
  CLOSE_WAIT,
  CLOSING,
  LAST_ACK,
);
/** What is written, or the FIN behind it, may still be under way. */
export const SENDING = states(ESTABLISHED, CLOSE_WAIT, FIN_WAIT1, CLOSING, LAST_ACK);
