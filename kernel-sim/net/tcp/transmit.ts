// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One segment of a connection leaves: the way it takes, how long it may be, its header.
 *
 * Linux: __tcp_transmit_skb, tcp_sync_mss, tcp_send_ack of net/ipv4/tcp_output.c.
 */
import { TCP_FLAG, TCPHDR } from '../../uapi/tcp.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { MAX_HEADER, type SkBuff } from '../core/sk-buff.ts';
import type { Route } from '../network-layer.ts';
import type { Connection } from './connection.ts';
import {
  finishHeader,
  pushHeader,
  SACK_BASE_BYTES,
  SACK_BLOCK_BYTES,
  setUrgent,
  synOptionBytes,
  type SynOptions,
  TIMESTAMP_BYTES,
  writeSack,
  writeSynOptions,
  writeTimestamp,
} from './header.ts';
import type { SentSegment } from './send-queue.ts';
import { before, distance, plus } from './seq.ts';
import { DELACK_MIN_NS, MSS_MIN, NS_PER_MS, SEGMENT_BYTES_MAX } from './settings.ts';
import { selectWindow } from './window.ts';

const { ACK, RST, SYN } = TCP_FLAG;

/** What the 40 bytes of options have room for. */
const SACK_BLOCKS_WITH_TIMESTAMP = 3;
const SACK_BLOCKS_MAX = 4;

/** The clock of our timestamps, in milliseconds. */
export function timestampOf(tp: Connection): number {
  return (Math.floor(tp.tcp.now() / NS_PER_MS) + tp.tsOffset) >>> 0;
}

// ---- The way ---------------------------------------------------------------------------------

/** The way to the peer, found again where it no longer holds; a negative errno without one. */
export function routeOf(tp: Connection): Route | number {
  const { route, layer, sock, boundDevice } = tp;
  if (route !== undefined && layer.isCurrent(route)) return route;
  const device = boundDevice === 0 ? undefined : sock.stack.core.byIndex(boundDevice);
  const found = layer.route(tp.remoteAddress, {
    ...(tp.localAddress !== layer.anyAddress && { source: tp.localAddress }),
    ...(device !== undefined && { device }),
  });
  if (typeof found === 'number') return found;
  tp.route = found;
  syncMss(tp);
  return found;
}

/** How long segments are: by the way, the peer and the program. Linux: tcp_sync_mss. */
export function syncMss(tp: Connection): void {
  const { route, layer, options } = tp;
  if (route === undefined) return;
  tp.pathMtu = layer.mtu(route);
  let mss = tp.pathMtu - layer.headerBytes - TCPHDR.SIZE;
  mss = Math.min(mss, tp.mssClamp, options.maxseg > 0 ? options.maxseg : mss);
  mss = Math.max(mss, MSS_MIN);
  if (tp.hasTimestamps) mss -= TIMESTAMP_BYTES;
  // A peer whose window is small gets at least two segments into it.
  const half = tp.maxWindow > 536 ? tp.maxWindow >>> 1 : tp.maxWindow;
  if (half > 0) mss = Math.min(mss, Math.max(half, MSS_MIN));
  tp.mss = Math.min(mss, SEGMENT_BYTES_MAX);
}

/** Data bytes of a segment that leaves now. Linux: tcp_current_mss. */
export function currentMss(tp: Connection): number {
  routeOf(tp);
  return tp.receive.hasGap || tp.hasDsack ? tp.mss - sackOptionBytes(tp) : tp.mss;
}

function sackBlockCount(tp: Connection): number {
  if (!tp.hasSack) return 0;
  const most = tp.hasTimestamps ? SACK_BLOCKS_WITH_TIMESTAMP : SACK_BLOCKS_MAX;
  return Math.min(most, tp.receive.sackBlocks.length / 2 + (tp.hasDsack ? 1 : 0));
}

function sackOptionBytes(tp: Connection): number {
  const count = sackBlockCount(tp);
  return count === 0 ? 0 : SACK_BASE_BYTES + SACK_BLOCK_BYTES * count;
}

/** An empty packet with room for all headers and so many bytes. */
export function allocSegment(tp: Connection, bytes: number): SkBuff | undefined {
  const skb = tp.tcp.skbs.alloc(MAX_HEADER + bytes);
  skb?.reserve(MAX_HEADER);
  return skb;
}

// ---- One segment -----------------------------------------------------------------------------

/** Sends a packet of this connection; takes it. 0 or a negative errno. Linux: tcp_transmit_skb. */
function transmit(tp: Connection, skb: SkBuff, seq: number, flags: number): number {
  const { tcp, layer } = tp;
  const route = routeOf(tp);
  if (typeof route === 'number') {
    tcp.skbs.free(skb, 'IP_OUTNOROUTES');
    return route;
  }
  const dataBytes = skb.length;
  const ports = tp.localPort * 0x1_0000 + tp.remotePort;
  const ackSeq = (flags & ACK) === 0 ? 0 : tp.rcvNxt;
  if ((flags & SYN) === 0) {
    const sackBlocks = (flags & RST) === 0 ? sackBlockCount(tp) : 0;
    const sackBytes = sackBlocks === 0 ? 0 : SACK_BASE_BYTES + SACK_BLOCK_BYTES * sackBlocks;
    const timestampBytes = tp.hasTimestamps ? TIMESTAMP_BYTES : 0;
    const window = (flags & RST) === 0 ? selectWindow(tp) : 0;
    pushHeader(skb, timestampBytes + sackBytes, ports, seq, ackSeq, flags, window);
    let at: number = TCPHDR.SIZE;
    if (tp.hasTimestamps) at = writeTimestamp(skb, at, timestampOf(tp), tp.tsRecent);
    if (sackBlocks > 0) writeConnectionSack(tp, skb, at, sackBlocks);
    if (tp.isSendUrgent) markUrgent(tp, skb, seq);
  } else {
    const options = synOptionsOf(tp);
    pushHeader(skb, synOptionBytes(options), ports, seq, ackSeq, flags, tp.rcvWnd);
    writeSynOptions(skb, options);
  }
  finishHeader(skb, layer, tp.localAddress, tp.remoteAddress, route);
  if ((flags & ACK) !== 0) acknowledged(tp);
  if (dataBytes > 0) dataLeft(tp, dataBytes);
  tp.segsOut++;
  tcp.statistics.tcp.OutSegs++;
  skb.priority = tp.sock.options.priority;
  skb.mark = tp.sock.options.mark;
  tp.outputOptions ??= makeOutputOptions(tp);
  return layer.output(skb, route, tp.outputOptions);
}

function makeOutputOptions(tp: Connection): NonNullable<Connection['outputOptions']> {
  const { ttl, tos } = tp.sock.inet;
  return {
    protocol: IPPROTO.TCP,
    source: tp.localAddress,
    destination: tp.remoteAddress,
    dontFragment: true,
    ...(ttl > 0 ? { ttl } : {}),
    ...(tos > 0 ? { tos } : {}),
  };
}

function synOptionsOf(tp: Connection): SynOptions {
  const { hasTimestamps, hasSack } = tp;
  return {
    mss: Math.min(tp.advmss, 0xffff),
    hasTimestamp: hasTimestamps,
    tsval: hasTimestamps ? timestampOf(tp) : 0,
    tsecr: tp.tsRecent,
    hasSack,
    wscale: tp.hasWscale ? tp.rcvWscale : -1,
  };
}

/** A duplicate is told of once, before all runs. RFC 2883. */
function writeConnectionSack(tp: Connection, skb: SkBuff, at: number, count: number): void {
  const { sackBlocks } = tp.receive;
  if (!tp.hasDsack) {
    writeSack(skb, at, sackBlocks, count);
    return;
  }
  writeSack(skb, at, [tp.dsackStart, tp.dsackEnd, ...sackBlocks], count);
  tp.hasDsack = false;
}

/** The pointer reaches 64 KiB far. Linux: between(snd_up, seq + 1, seq + 0xffff). */
function markUrgent(tp: Connection, skb: SkBuff, seq: number): void {
  const ahead = distance(seq, tp.sndUp);
  if (ahead > 0 && ahead <= 0xffff) setUrgent(skb, ahead);
  else if (ahead > 0xffff) setUrgent(skb, 0xffff);
}

/** An acknowledgment has left: none is due any more. Linux: tcp_event_ack_sent. */
function acknowledged(tp: Connection): void {
  tp.lastAckSent = tp.rcvNxt;
  if (tp.quickAcks > 0) tp.quickAcks--;
  if (!tp.isAckPending) return;
  tp.isAckPending = false;
  tp.isAckNow = false;
  tp.delackTimer.cancel();
}

/** Linux: tcp_event_data_sent, tcp_cwnd_restart. */
function dataLeft(tp: Connection, bytes: number): void {
  const nowNs = tp.tcp.now();
  tp.lastSentNs = nowNs;
  tp.dataSegsOut++;
  tp.bytesSent += bytes;
  // A reply soon after data came: acknowledgments may wait for the next one.
  if (nowNs - tp.lastReceivedNs < tp.atoNs) tp.isInteractive = true;
}

/** Sends a segment of the queue, for the first time or again. */
export function sendSegment(tp: Connection, segment: SentSegment): number {
  const { skbs } = tp.tcp;
  // Headers go in front of the data: not while an earlier transmission still has its own there.
  const { skb } = segment;
  const packet = skb.isCloned ? skbs.copy(skb, MAX_HEADER) : skbs.clone(skb);
  if (packet === undefined) return -ERRNO.ENOBUFS;
  segment.sentNs = tp.tcp.now();
  if (segment.firstSentNs === 0) segment.firstSentNs = segment.sentNs;
  const ack = (segment.flags & SYN) !== 0 && tp.state === TCP_STATE.SYN_SENT ? 0 : ACK;
  return transmit(tp, packet, segment.seq, segment.flags | ack);
}

/** One that carries nothing. */
export function sendControl(tp: Connection, seq: number, flags: number): number {
  const skb = allocSegment(tp, 0);
  return skb === undefined ? -ERRNO.ENOBUFS : transmit(tp, skb, seq, flags);
}

// ---- Acknowledgments and resets --------------------------------------------------------------

/** What a segment without data is numbered: never beyond the peer's window. */
export function acceptableSeq(tp: Connection): number {
  const end = tp.sendWindowEnd;
  return before(end, tp.sndNxt) && distance(end, tp.sndNxt) >= 2 ** tp.sndWscale ? end : tp.sndNxt;
}

export function sendAck(tp: Connection): void {
  if (tp.state === TCP_STATE.CLOSE) return;
  if (sendControl(tp, acceptableSeq(tp), ACK) !== -ERRNO.ENOBUFS) return;
  tp.isAckPending = true;
  tp.delackTimer.start(DELACK_MIN_NS);
}

/** The connection is given up. Linux: tcp_send_active_reset. */
export function sendReset(tp: Connection): void {
  tp.tcp.statistics.tcp.OutRsts++;
  sendControl(tp, acceptableSeq(tp), ACK | RST);
}

/** Asks for an answer with a segment that the peer has got already. Linux: tcp_xmit_probe_skb. */
export function sendKeepaliveProbe(tp: Connection): void {
  sendControl(tp, plus(tp.sndUna, -1), ACK);
}
