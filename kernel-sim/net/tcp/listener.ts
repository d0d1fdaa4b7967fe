// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A socket that waits for connections: its queue of those that are being made, and of those that
 * are there and wait to be accepted.
 *
 *     SYN ──> request (SYN queue) ──ACK──> connection (accept queue) ──accept(2)──> program
 *
 * Both queues are bounded by the backlog of listen(2). When the first one overflows, SYN cookies
 * take its place (syn-cookies.ts). Linux: tcp_conn_request, tcp_v4_syn_recv_sock,
 * inet_csk_reqsk_queue, inet_csk_complete_hashdance.
 */
import { formatIpv4, formatIpv6 } from '../../lib/ip-address.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { TCPHDR } from '../../uapi/tcp.ts';
import type { InetSock } from '../inet-sock.ts';
import { needsLink } from '../ipv6/address.ts';
import type { Connection } from './connection.ts';
import type { FourTuple, TcpContext } from './context.ts';
import { TIMESTAMP_BYTES } from './header.ts';
import { INPUT } from './input.ts';
import { endsOf, sendRequestAck, sendSynAck } from './replies.ts';
import { Request, type RequestTerms, synAckOptions } from './request.ts';
import type { Segment } from './segment.ts';
import { after, before, plus } from './seq.ts';
import {
  INVALID_RATELIMIT_NS,
  MSS_DEFAULT,
  MSS_MIN,
  NS_PER_S,
  PAWS_WINDOW,
  windowFromSpace,
} from './settings.ts';
import { checkCookie, cookieTimestamp, makeCookie, optionsOfTimestamp } from './syn-cookies.ts';
import { initialWindow, windowScaleFor } from './window.ts';

/** How long after an overflow cookies may come back. Linux: TCP_SYNCOOKIE_VALID. */
const COOKIES_VALID_NS = 120 * NS_PER_S;
/** What flooding is told once per. */
const ALWAYS = 2;

/** What makes the connection of a request. */
export interface ListenerParts {
  readonly tcp: TcpContext;
  readonly sock: InetSock;
  readonly port: number;
  /** A socket with a connection in SYN-RECV; undefined without memory. */
  readonly makeChild: (request: Request) => Connection;
  /** A segment for the new connection: one of INPUT. */
  readonly receive: (tp: Connection, segment: Segment) => number;
}

export class Listener {
  /** Connections at most that wait to be accepted. */
  backlog: number;
  readonly acceptQueue: Connection[] = [];
  readonly #requests = new Set<Request>();
  readonly #parts: ListenerParts;
  #hasWarned = false;
  #overflowNs = -Infinity;

  constructor(parts: ListenerParts, backlog: number) {
    this.#parts = parts;
    this.backlog = backlog;
  }

  get requestCount(): number {
    return this.#requests.size;
  }

  get isAcceptFull(): boolean {
    return this.acceptQueue.length > this.backlog;
  }

  /** A segment that no connection and no request is for. One of INPUT. */
  receive(segment: Segment, isn = 0): number {
    const { isRst, isAck, isSyn, isFin } = segment;
    if (isRst) return INPUT.DROPPED;
    if (isAck && !isSyn) return this.#receiveCookie(segment);
    if (isAck) return INPUT.RESET;
    if (isSyn && !isFin) this.#receiveSyn(segment, isn);
    return INPUT.DROPPED;
  }

  /** Stops: requests are forgotten, connections that nobody accepted are the caller's. */
  stop(): readonly Connection[] {
    for (const request of this.#requests) this.dropRequest(request);
    return this.acceptQueue.splice(0);
  }

  dropRequest(request: Request): void {
    request.timer.cancel();
    request.tcp.table.remove(request);
    this.#requests.delete(request);
  }

  // ---- SYN -----------------------------------------------------------------------------------

  #receiveSyn(segment: Segment, isn: number): void {
    const { tcp } = this.#parts;
    const { tcpExt } = tcp.statistics;
    const { layer, skb } = segment;
    const isForUs = skb.pktType === PACKET.HOST && layer.isLocal(segment.destination);
    if (!isForUs) return;
    const isFull = this.#requests.size >= this.backlog;
    let usesCookie = false;
    if ((tcp.settings.syncookies === ALWAYS || isFull) && isn === 0) {
      usesCookie = this.#onFlood();
      if (!usesCookie) {
        tcpExt.ListenDrops++;
        return;
      }
    }
    if (this.isAcceptFull) {
      tcpExt.ListenOverflows++;
      tcpExt.ListenDrops++;
      return;
    }
    const { maxSynBacklog, syncookies } = tcp.settings;
    const isCrowded = maxSynBacklog - this.#requests.size < maxSynBacklog >>> 2;
    if (!usesCookie && syncookies === 0 && isCrowded && isn === 0) {
      tcpExt.ListenDrops++;
      return;
    }
    const ends = endsOf(segment);
    if (usesCookie) {
      this.#answerWithCookie(segment, ends);
      return;
    }
    const serverIsn = isn === 0 ? tcp.secrets.initialSequence(ends, tcp.now()) : isn;
    const terms = this.#termsOf(segment, ends, serverIsn);
    const request = new Request(this, tcp, layer, ends, this.#placeOf(segment), terms);
    this.#requests.add(request);
    tcp.table.add(request);
    request.sendSynAck();
    request.arm();
  }

  /** A peer whose address means something on its link only is at that link's device. */
  #placeOf({ source, skb }: Segment): { readonly family: number; readonly boundDevice: number } {
    const { family, boundDevice } = this.#parts.sock;
    const isLinked = typeof source === 'string' && needsLink(source);
    return { family, boundDevice: isLinked ? skb.ifIndexIn : boundDevice };
  }

  /** What the peer's SYN allows, and what this side says to it. */
  #termsOf(segment: Segment, ends: FourTuple, serverIsn: number): RequestTerms {
    const { tcp, sock } = this.#parts;
    const { settings } = tcp;
    const { layer } = segment;
    const route = layer.route(segment.source, { source: segment.destination });
    const mtu = typeof route === 'number' ? MSS_DEFAULT + 40 : layer.mtu(route);
    const advmss = mtu - layer.headerBytes - TCPHDR.SIZE;
    const hasTimestamp = segment.hasTimestamp && settings.timestamps !== 0;
    const hasWscale = segment.wscale >= 0 && settings.windowScaling !== 0;
    const space = windowFromSpace(settings, sock.options.rcvbuf);
    return {
      clientIsn: segment.seq,
      serverIsn,
      mss: Math.max(segment.mss === 0 ? MSS_DEFAULT : segment.mss, MSS_MIN),
      advmss,
      hasTimestamp,
      tsRecent: segment.tsval,
      tsOffset: hasTimestamp ? tcp.secrets.timestampOffset(ends) : 0,
      hasSack: segment.isSackPermitted && settings.sack !== 0,
      sndWscale: hasWscale ? segment.wscale : -1,
      rcvWscale: hasWscale ? windowScaleFor(settings, space, tcp.rmemMax) : 0,
      rcvWnd: initialWindow(space, advmss - (hasTimestamp ? TIMESTAMP_BYTES : 0)),
      sndWnd: segment.window,
    };
  }

  // ---- SYN cookies ---------------------------------------------------------------------------

  /** Whether cookies take over; tells the log once. Linux: tcp_syn_flood_action. */
  #onFlood(): boolean {
    const { tcp, sock, port } = this.#parts;
    const sends = tcp.settings.syncookies !== 0;
    if (sends) tcp.statistics.tcpExt.TCPReqQFullDoCookies++;
    else tcp.statistics.tcpExt.TCPReqQFullDrop++;
    this.#overflowNs = tcp.now();
    if (this.#hasWarned || tcp.settings.syncookies === ALWAYS) return sends;
    this.#hasWarned = true;
    const { localAddress } = sock;
    const where =
      typeof localAddress === 'number'
        ? `${formatIpv4(localAddress)}:${port}`
        : `[${formatIpv6(localAddress)}]:${port}`;
    const what = sends ? 'Sending cookies' : 'Dropping request';
    tcp.printk.info(`TCP: request_sock_TCP: Possible SYN flooding on port ${where}. ${what}.`);
    return sends;
  }

  #answerWithCookie(segment: Segment, ends: FourTuple): void {
    const { tcp } = this.#parts;
    const draft = this.#termsOf(segment, ends, 0);
    // Without timestamps there is no place for the other options.
    const terms: RequestTerms = draft.hasTimestamp
      ? draft
      : { ...draft, hasSack: false, sndWscale: -1, rcvWscale: 0 };
    const cookie = makeCookie(tcp, ends, segment.seq, terms.mss);
    const { sndWscale: wscale, hasSack, mss } = terms;
    const stamp = (cookieTimestamp(tcp, { wscale, hasSack, mss }) + terms.tsOffset) >>> 0;
    tcp.statistics.tcpExt.SyncookiesSent++;
    const options = synAckOptions(terms, stamp, segment.tsval);
    sendSynAck(tcp, segment.layer, ends, cookie, plus(segment.seq, 1), terms.rcvWnd, options);
  }

  /** An ACK out of nowhere: the answer to a cookie, perhaps. Linux: cookie_v4_check. */
  #receiveCookie(segment: Segment): number {
    const { tcp, sock } = this.#parts;
    const { tcpExt } = tcp.statistics;
    const { settings } = tcp;
    if (settings.syncookies === 0) return INPUT.RESET;
    const isRecent = tcp.now() - this.#overflowNs < COOKIES_VALID_NS;
    if (!isRecent && settings.syncookies !== ALWAYS) return INPUT.RESET;
    const ends = endsOf(segment);
    const clientIsn = plus(segment.seq, -1);
    const serverIsn = plus(segment.ackSeq, -1);
    const mss = checkCookie(tcp, ends, clientIsn, serverIsn);
    if (mss === 0) {
      tcpExt.SyncookiesFailed++;
      return INPUT.RESET;
    }
    tcpExt.SyncookiesRecv++;
    const draft = this.#termsOf(segment, ends, serverIsn);
    const tsecr = segment.hasTimestamp ? (segment.tsecr - draft.tsOffset) >>> 0 : 0;
    const { wscale, hasSack } = segment.hasTimestamp
      ? optionsOfTimestamp(tsecr)
      : { wscale: -1, hasSack: false };
    const space = windowFromSpace(settings, sock.options.rcvbuf);
    const rcvWscale = wscale < 0 ? 0 : windowScaleFor(settings, space, tcp.rmemMax);
    const terms = { ...draft, clientIsn, mss, hasSack, sndWscale: wscale, rcvWscale };
    const place = this.#placeOf(segment);
    const request = new Request(this, tcp, segment.layer, ends, place, terms);
    return this.#establish(request, segment);
  }

  // ---- The end of the handshake --------------------------------------------------------------

  /** A segment for a connection that is being made: one of INPUT. Linux: tcp_check_req. */
  receiveFor(request: Request, segment: Segment): number {
    const { tcp } = this.#parts;
    const { terms } = request;
    const rcvNxt = plus(terms.clientIsn, 1);
    const isOld =
      terms.hasTimestamp &&
      segment.hasTimestamp &&
      ((request.tsRecent - segment.tsval) | 0) > PAWS_WINDOW;
    if (segment.seq === terms.clientIsn && segment.isSyn && !segment.isAck && !isOld) {
      // The SYN-ACK was lost.
      if (!this.#isRateLimited(request)) {
        request.sendSynAck();
        request.arm();
      }
      return INPUT.DROPPED;
    }
    const isAcceptableAck = segment.ackSeq === plus(terms.serverIsn, 1);
    if (segment.isAck && !isAcceptableAck) return INPUT.RESET;
    const windowEnd = plus(rcvNxt, terms.rcvWnd);
    if (isOld || before(segment.endSeq, rcvNxt) || after(segment.seq, windowEnd)) {
      if (!segment.isRst && !this.#isRateLimited(request)) this.#sendAck(request);
      if (isOld) tcp.statistics.tcpExt.PAWSEstab++;
      return INPUT.DROPPED;
    }
    if (segment.isRst || segment.isSyn) {
      tcp.statistics.tcpExt.EmbryonicRsts++;
      tcp.statistics.tcp.AttemptFails++;
      this.dropRequest(request);
      return segment.isRst ? INPUT.DROPPED : INPUT.RESET;
    }
    if (!segment.isAck) return INPUT.DROPPED;
    if (segment.hasTimestamp && terms.hasTimestamp) request.tsRecent = segment.tsval;
    return this.#establish(request, segment);
  }

  #establish(request: Request, segment: Segment): number {
    const { tcp, sock, makeChild, receive } = this.#parts;
    const { tcpExt } = tcp.statistics;
    if (this.isAcceptFull) {
      tcpExt.ListenOverflows++;
      tcpExt.ListenDrops++;
      if (tcp.settings.abortOnOverflow === 0) return INPUT.DROPPED;
      this.dropRequest(request);
      return INPUT.RESET;
    }
    this.dropRequest(request);
    const tp = makeChild(request);
    tcp.statistics.tcp.PassiveOpens++;
    this.acceptQueue.push(tp);
    tp.onEstablished = () => sock.dataReady();
    return receive(tp, segment);
  }

  #sendAck(request: Request): void {
    const { tcp } = this.#parts;
    const { terms, layer, timestamp, tsRecent } = request;
    const unit = 2 ** terms.rcvWscale;
    sendRequestAck(
      tcp,
      layer,
      request,
      plus(terms.serverIsn, 1),
      plus(terms.clientIsn, 1),
      Math.floor(terms.rcvWnd / unit),
      terms.hasTimestamp ? [timestamp, tsRecent] : undefined,
    );
  }

  #isRateLimited(request: Request): boolean {
    const nowNs = request.tcp.now();
    if (nowNs - request.lastInvalidNs < INVALID_RATELIMIT_NS) return true;
    request.lastInvalidNs = nowNs;
    return false;
  }
}
