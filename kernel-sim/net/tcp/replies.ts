// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Segments that belong to no connection, or to one that is not made or no longer there: resets, and
 * what answers a SYN or an old FIN.
 *
 * Linux: tcp_v4_send_reset, tcp_v4_send_ack, tcp_make_synack; RFC 9293, 3.5.2 and 3.10.7.1.
 */
import { IPPROTO } from '../../uapi/in.ts';
import { TCP_FLAG, TCPHDR } from '../../uapi/tcp.ts';
import { MAX_HEADER } from '../core/sk-buff.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NetworkLayer } from '../network-layer.ts';
import type { FourTuple, TcpContext } from './context.ts';
import {
  finishHeader,
  pushHeader,
  type SynOptions,
  synOptionBytes,
  TIMESTAMP_BYTES,
  writeSynOptions,
  writeTimestamp,
} from './header.ts';
import type { Segment } from './segment.ts';
import type { TimeWait } from './time-wait.ts';

const { ACK, RST, SYN } = TCP_FLAG;

interface Reply {
  readonly seq: number;
  readonly ackSeq: number;
  readonly flags: number;
  readonly window: number;
  readonly tos?: number;
  readonly timestamp?: readonly [tsval: number, tsecr: number];
  readonly syn?: SynOptions;
  readonly device?: NetDevice | undefined;
}

function send(tcp: TcpContext, layer: NetworkLayer, ends: FourTuple, reply: Reply): number {
  const { localAddress, remoteAddress, localPort, remotePort } = ends;
  const { device, tos, syn, timestamp } = reply;
  const route = layer.route(remoteAddress, {
    source: localAddress,
    ...(device !== undefined && { device }),
  });
  if (typeof route === 'number') return route;
  const skb = tcp.skbs.alloc(MAX_HEADER);
  if (skb === undefined) return 0;
  skb.reserve(MAX_HEADER);
  const optionBytes =
    syn !== undefined ? synOptionBytes(syn) : timestamp !== undefined ? TIMESTAMP_BYTES : 0;
  const ports = localPort * 0x1_0000 + remotePort;
  pushHeader(skb, optionBytes, ports, reply.seq, reply.ackSeq, reply.flags, reply.window);
  if (syn !== undefined) writeSynOptions(skb, syn);
  else if (timestamp !== undefined) writeTimestamp(skb, TCPHDR.SIZE, ...timestamp);
  finishHeader(skb, layer, localAddress, remoteAddress, route);
  tcp.statistics.tcp.OutSegs++;
  return layer.output(skb, route, {
    protocol: IPPROTO.TCP,
    source: localAddress,
    destination: remoteAddress,
    dontFragment: true,
    ...(tos !== undefined && tos > 0 && { tos }),
  });
}

/** The ends of a segment, as this machine sees them. */
export function endsOf(segment: Segment): FourTuple {
  return {
    localAddress: segment.destination,
    remoteAddress: segment.source,
    localPort: segment.destinationPort,
    remotePort: segment.sourcePort,
  };
}

/** Nobody is there for this segment. A reset is never answered, nor is what was for many. */
export function sendResetFor(tcp: TcpContext, segment: Segment): void {
  const { layer, isRst, isAck, ackSeq, endSeq } = segment;
  if (isRst || !layer.isLocal(segment.destination)) return;
  tcp.statistics.tcp.OutRsts++;
  send(tcp, layer, endsOf(segment), {
    seq: isAck ? ackSeq : 0,
    ackSeq: isAck ? 0 : endSeq,
    flags: isAck ? RST : RST | ACK,
    window: 0,
  });
}

export function sendTimeWaitAck(tcp: TcpContext, waiting: TimeWait): void {
  const { layer, sndNxt, rcvNxt, window, tos, hasTimestamps, timestamp, tsRecent } = waiting;
  send(tcp, layer, waiting, {
    seq: sndNxt,
    ackSeq: rcvNxt,
    flags: ACK,
    window,
    tos,
    ...(hasTimestamps && { timestamp: [timestamp, tsRecent] as const }),
  });
}

/** The answer to a SYN. Its window is not scaled. */
export function sendSynAck(
  tcp: TcpContext,
  layer: NetworkLayer,
  ends: FourTuple,
  isn: number,
  ackSeq: number,
  window: number,
  syn: SynOptions,
): number {
  return send(tcp, layer, ends, { seq: isn, ackSeq, flags: SYN | ACK, window, syn });
}

/** For a segment that does not belong to the handshake: where that is. */
export function sendRequestAck(
  tcp: TcpContext,
  layer: NetworkLayer,
  ends: FourTuple,
  seq: number,
  ackSeq: number,
  window: number,
  timestamp: readonly [number, number] | undefined,
): void {
  send(tcp, layer, ends, {
    seq,
    ackSeq,
    flags: ACK,
    window,
    ...(timestamp !== undefined && { timestamp }),
  });
}
