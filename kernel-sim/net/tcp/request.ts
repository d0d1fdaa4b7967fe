// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A connection that somebody has begun with a listener: its SYN has come, its ACK not yet.
 *
 * It knows just enough to answer, and to make a connection of when the ACK comes. Linux: struct
 * tcp_request_sock, tcp_check_req, reqsk_timer_handler.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import type { NetTimer } from '../core/net-timers.ts';
import type { NetworkLayer } from '../network-layer.ts';
import type { TcpContext } from './context.ts';
import type { SynOptions } from './header.ts';
import { sendSynAck } from './replies.ts';
import type { Segment } from './segment.ts';
import { plus } from './seq.ts';
import { NS_PER_MS, RTO_INITIAL_US, RTO_MAX_US } from './settings.ts';
import type { TableEntry } from './table.ts';

const NS_PER_US = 1000;

/** What both sides have said in SYN and SYN-ACK. */
export interface RequestTerms {
  readonly clientIsn: number;
  readonly serverIsn: number;
  /** The peer's, bounded. */
  readonly mss: number;
  readonly advmss: number;
  readonly hasTimestamp: boolean;
  readonly tsRecent: number;
  readonly tsOffset: number;
  readonly hasSack: boolean;
  /** -1 without window scaling. */
  readonly sndWscale: number;
  readonly rcvWscale: number;
  readonly rcvWnd: number;
  readonly sndWnd: number;
}

/** What a request needs of its listener. */
export interface RequestOwner {
  /** It has got no answer, or is no longer wanted. */
  dropRequest(request: Request): void;
  /** A segment for it: one of INPUT. */
  receiveFor(request: Request, segment: Segment): number;
}

export class Request implements TableEntry {
  readonly kind = 'request';
  readonly listener: RequestOwner;
  readonly tcp: TcpContext;
  readonly family: number;
  readonly layer: NetworkLayer;
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  readonly localPort: number;
  readonly remotePort: number;
  readonly boundDevice: number;
  next: TableEntry | undefined = undefined;
  readonly terms: RequestTerms;
  tsRecent: number;
  /** How often the SYN-ACK was sent again. */
  retransmits = 0;
  readonly sentNs: number;
  readonly timer: NetTimer;
  lastInvalidNs = -Infinity;

  constructor(
    listener: RequestOwner,
    tcp: TcpContext,
    layer: NetworkLayer,
    ends: Pick<Request, 'localAddress' | 'remoteAddress' | 'localPort' | 'remotePort'>,
    place: { readonly family: number; readonly boundDevice: number },
    terms: RequestTerms,
  ) {
    this.listener = listener;
    this.tcp = tcp;
    this.layer = layer;
    this.localAddress = ends.localAddress;
    this.remoteAddress = ends.remoteAddress;
    this.localPort = ends.localPort;
    this.remotePort = ends.remotePort;
    this.family = place.family;
    this.boundDevice = place.boundDevice;
    this.terms = terms;
    this.tsRecent = terms.tsRecent;
    this.sentNs = tcp.now();
    this.timer = tcp.timers.make(() => this.#timeout());
  }

  get timestamp(): number {
    return (Math.floor(this.tcp.now() / NS_PER_MS) + this.terms.tsOffset) >>> 0;
  }

  sendSynAck(): void {
    const { terms, tcp, layer } = this;
    const options = synAckOptions(terms, this.timestamp, this.tsRecent);
    const ackSeq = plus(terms.clientIsn, 1);
    sendSynAck(tcp, layer, this, terms.serverIsn, ackSeq, terms.rcvWnd, options);
  }

  arm(): void {
    const timeoutUs = Math.min(RTO_INITIAL_US * 2 ** this.retransmits, RTO_MAX_US);
    this.timer.start(timeoutUs * NS_PER_US);
  }

  #timeout(): void {
    const { tcp, retransmits } = this;
    if (retransmits >= tcp.settings.synackRetries) {
      this.listener.dropRequest(this);
      return;
    }
    this.retransmits++;
    tcp.statistics.tcpExt.TCPTimeouts++;
    tcp.statistics.tcp.RetransSegs++;
    tcp.statistics.tcpExt.TCPSynRetrans++;
    this.sendSynAck();
    this.arm();
  }
}

export function synAckOptions(terms: RequestTerms, tsval: number, tsecr: number): SynOptions {
  return {
    mss: Math.min(terms.advmss, 0xffff),
    hasTimestamp: terms.hasTimestamp,
    tsval,
    tsecr,
    hasSack: terms.hasSack,
    wscale: terms.sndWscale < 0 ? -1 : terms.rcvWscale,
  };
}
