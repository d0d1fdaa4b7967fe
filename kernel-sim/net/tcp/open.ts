// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How connections begin: with a SYN of ours, or with a request that its peer has confirmed.
 *
 * Linux: tcp_connect_init, tcp_create_openreq_child.
 */
import { TCPHDR } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { NetworkLayer, Route } from '../network-layer.ts';
import { ConnectionOptions, type Connection } from './connection.ts';
import type { FourTuple } from './context.ts';
import { TIMESTAMP_BYTES } from './header.ts';
import { syncMss } from './transmit.ts';
import type { Request } from './request.ts';
import { plus } from './seq.ts';
import { RTO_FALLBACK_US } from './settings.ts';
import { setState } from './state.ts';
import { fullSpace, initialWindow, windowScaleFor } from './window.ts';

const UNSCALED_MAX = 65_535;

function setEnds(tp: Connection, layer: NetworkLayer, ends: FourTuple): void {
  tp.layer = layer;
  tp.localAddress = ends.localAddress;
  tp.remoteAddress = ends.remoteAddress;
  tp.localPort = ends.localPort;
  tp.remotePort = ends.remotePort;
  tp.outputOptions = undefined;
}

function setSendSequence(tp: Connection, isn: number): void {
  tp.writeSeq = isn;
  tp.sndUna = isn;
  tp.sndNxt = isn;
  tp.sndUp = isn;
  tp.sndSml = isn;
  tp.cwndUsageSeq = isn;
}

/** All that a SYN needs; the SYN itself is sent by the caller. */
export function connectTo(
  tp: Connection,
  layer: NetworkLayer,
  route: Route,
  ends: FourTuple,
): void {
  const { tcp } = tp;
  const { settings, secrets } = tcp;
  setEnds(tp, layer, ends);
  tp.route = route;
  const most = layer.mtu(route) - layer.headerBytes - TCPHDR.SIZE;
  tp.advmss = tp.options.maxseg > 0 ? Math.min(most, tp.options.maxseg) : most;
  tp.mssClamp = UNSCALED_MAX;
  tp.hasTimestamps = settings.timestamps !== 0;
  tp.hasSack = settings.sack !== 0;
  tp.hasWscale = settings.windowScaling !== 0;
  syncMss(tp);
  const space = fullSpace(tp);
  tp.rcvWscale = windowScaleFor(settings, space, tcp.rmemMax);
  tp.rcvWnd = initialWindow(space, tp.advmss);
  tp.rcvSsthresh = tp.rcvWnd;
  tp.windowClamp = UNSCALED_MAX * 2 ** tp.rcvWscale;
  tp.tsOffset = secrets.timestampOffset(ends);
  setSendSequence(tp, secrets.initialSequence(ends, tcp.now()));
  tp.rcvNxt = 0;
  tp.rcvWup = 0;
  tp.copiedSeq = 0;
  setState(tp, TCP_STATE.SYN_SENT);
}

/** The peer has answered the SYN-ACK of `request`: `tp` begins in SYN-RECV. */
export function makeConnection(tp: Connection, request: Request, listener: Connection): void {
  const { terms, layer } = request;
  const { tcp } = tp;
  setEnds(tp, layer, request);
  tp.options = Object.assign(new ConnectionOptions(), listener.options);
  tp.congestion = tcp.makeCongestion(listener.congestion.name);
  tp.hasTimestamps = terms.hasTimestamp;
  tp.hasSack = terms.hasSack;
  tp.hasWscale = terms.sndWscale >= 0;
  tp.sndWscale = Math.max(0, terms.sndWscale);
  tp.rcvWscale = terms.rcvWscale;
  tp.tsOffset = terms.tsOffset;
  tp.tsRecent = request.tsRecent;
  tp.tsRecentNs = tcp.now();
  tp.mssClamp = terms.mss;
  tp.advmss = terms.advmss - (terms.hasTimestamp ? TIMESTAMP_BYTES : 0);
  tp.rcvNxt = plus(terms.clientIsn, 1);
  tp.rcvWup = tp.rcvNxt;
  tp.copiedSeq = tp.rcvNxt;
  tp.rcvWnd = terms.rcvWnd;
  tp.rcvSsthresh = terms.rcvWnd;
  tp.windowClamp = UNSCALED_MAX * 2 ** terms.rcvWscale;
  tp.sndWnd = terms.sndWnd;
  tp.maxWindow = terms.sndWnd;
  setSendSequence(tp, terms.serverIsn);
  // The SYN-ACK has been sent, and is what the peer acknowledges now.
  tp.writeSeq = plus(terms.serverIsn, 1);
  tp.sndNxt = tp.writeSeq;
  tp.sndUp = tp.writeSeq;
  tp.sndSml = tp.writeSeq;
  tp.lastAckSent = tp.rcvNxt;
  measureHandshake(tp, request);
  setState(tp, TCP_STATE.SYN_RECV);
  const route = layer.route(tp.remoteAddress, { source: tp.localAddress });
  if (typeof route === 'number') return;
  tp.route = route;
  syncMss(tp);
}

/** Karn's rule holds for the SYN-ACK, too. RFC 6298, 5.7. */
function measureHandshake(tp: Connection, request: Request): void {
  const nowNs = tp.tcp.now();
  if (request.retransmits > 0) {
    if (!tp.hasTimestamps) tp.rtt.rtoUs = RTO_FALLBACK_US;
    return;
  }
  const sampleUs = Math.floor((nowNs - request.sentNs) / 1000);
  if (sampleUs > 0) tp.rtt.add(sampleUs, Math.floor(nowNs / 1000), tp.sndUna, tp.sndNxt);
}
