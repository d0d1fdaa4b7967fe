// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * TCP of one machine: takes segments from the network layers and finds out whose they are.
 *
 * Linux: tcp_v4_rcv and tcp_v4_err of net/ipv4/tcp_ipv4.c, tcp_init.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { mapIpv4 } from '../../lib/ip-address.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import { AF } from '../../uapi/socket.ts';
import { IN6ADDR_ANY, INADDR_ANY, IPPROTO } from '../../uapi/in.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import type { NetTimers } from '../core/net-timers.ts';
import type { SkBuff, SkBuffs } from '../core/sk-buff.ts';
import type { InetStack } from '../inet-stack.ts';
import type { NetworkLayer, TransportError } from '../network-layer.ts';
import { type PortOwner, Ports } from '../ports.ts';
import type { NetStatistics } from '../snmp.ts';
import type { CongestionControl, CongestionControlName } from './congestion.ts';
import { Reno } from './congestion.ts';
import type { Connection } from './connection.ts';
import type { TcpContext } from './context.ts';
import { Cubic } from './cubic.ts';
import { onNetworkError } from './errors.ts';
import { INPUT, receiveSegment } from './input.ts';
import { sendResetFor, sendTimeWaitAck } from './replies.ts';
import type { Request } from './request.ts';
import { TcpSecrets } from './secrets.ts';
import { Segment } from './segment.ts';
import { defaultTcpSettings } from './settings.ts';
import { ConnectionTable, type TableEntry } from './table.ts';
import { TcpSock } from './tcp-sock.ts';
import { TIME_WAIT, type TimeWait } from './time-wait.ts';
import { halfSipHash } from '../../lib/siphash.ts';

export interface TcpParts {
  readonly stack: InetStack;
  readonly timers: NetTimers;
  readonly printk: Pick<Printk, 'info'>;
  readonly portRange: () => readonly [number, number];
  /** 32 random bits. */
  readonly random: () => number;
}

export class Tcp implements TcpContext {
  readonly stack: InetStack;
  readonly settings = defaultTcpSettings();
  readonly statistics: NetStatistics;
  readonly skbs: SkBuffs;
  readonly timers: NetTimers;
  readonly table = new ConnectionTable();
  readonly ports: Ports;
  readonly printk: Pick<Printk, 'info'>;
  readonly listeners = new Map<number, TcpSock[]>();
  orphans = 0;
  established = 0;
  timeWaits = 0;
  readonly challenges = { sinceNs: 0, count: 0 };
  readonly #random: () => number;
  /** Filled again for each segment. */
  readonly #segment = new Segment();
  #secrets: TcpSecrets | undefined;

  constructor(parts: TcpParts) {
    const { stack, timers, printk, portRange, random } = parts;
    this.stack = stack;
    this.statistics = stack.statistics;
    this.skbs = stack.core.skbs;
    this.timers = timers;
    this.printk = printk;
    this.#random = random;
    this.ports = new Ports({ isStream: true, range: portRange, random });
  }

  /** Chosen when they are first needed: a machine that makes no connection asks for no entropy. */
  get secrets(): TcpSecrets {
    this.#secrets ??= new TcpSecrets(this.#random);
    return this.#secrets;
  }

  get rmemMax(): number {
    return this.stack.sockParts.settings.rmemMax;
  }

  now(): number {
    return this.timers.now();
  }

  random(): number {
    return this.#random();
  }

  /** Takes segments from a family's network layer from now on. */
  attach(layer: NetworkLayer): void {
    layer.addProtocol(IPPROTO.TCP, {
      receive: (skb) => this.#receive(skb, layer),
      error: (skb, error) => this.#error(skb, layer, error),
    });
  }

  /** A new socket. */
  create(family: number): TcpSock {
    return new TcpSock(this, family);
  }

  makeCongestion(name: CongestionControlName): CongestionControl {
    return name === 'reno' ? new Reno() : new Cubic();
  }

  forget(tp: Connection, heir?: PortOwner): void {
    this.table.remove(tp);
    const owner = tp.sock as TcpSock;
    if (heir === undefined) owner.releasePort();
    else this.ports.succeed(owner, heir);
  }

  // ---- Segments ------------------------------------------------------------------------------

  #receive(skb: SkBuff, layer: NetworkLayer): void {
    const { statistics, skbs } = this;
    const segment = this.#segment;
    if (skb.pktType !== PACKET.HOST) {
      skbs.free(skb, 'NOT_SPECIFIED');
      return;
    }
    statistics.tcp.InSegs++;
    const isWhole = segment.parse(skb, layer);
    if (!isWhole || !segment.isIntact()) {
      // What was not parsed is not in `segment`: that is still the one before.
      if (isWhole) statistics.tcp.InCsumErrors++;
      statistics.tcp.InErrs++;
      skbs.free(skb, 'TCP_CSUM');
      return;
    }
    const answer = this.#dispatch(segment);
    if (answer === INPUT.KEPT) return;
    if (answer === INPUT.RESET) sendResetFor(this, segment);
    skbs.consume(skb);
  }

  #dispatch(segment: Segment): number {
    const { source, sourcePort, destination, destinationPort, skb } = segment;
    const { ifIndexIn } = skb;
    const entry = this.table.find(destination, destinationPort, source, sourcePort, ifIndexIn);
    if (entry === undefined) return this.#toListener(segment, 0);
    switch (entry.kind) {
      case 'connection':
        return receiveSegment(entry as Connection, segment);
      case 'request':
        return (entry as Request).listener.receiveFor(entry as Request, segment);
      default:
        return this.#toTimeWait(entry as TimeWait, segment);
    }
  }

  #toListener(segment: Segment, isn: number): number {
    const sock = this.findListener(segment);
    return sock?.listener?.receive(segment, isn) ?? INPUT.RESET;
  }

  #toTimeWait(waiting: TimeWait, segment: Segment): number {
    switch (waiting.receive(segment)) {
      case TIME_WAIT.ACK:
        sendTimeWaitAck(this, waiting);
        return INPUT.DROPPED;
      case TIME_WAIT.RESET:
        return INPUT.RESET;
      case TIME_WAIT.NEW:
        if (this.findListener(segment) === undefined) return INPUT.DROPPED;
        waiting.end();
        return this.#toListener(segment, waiting.nextIsn);
      default:
        return INPUT.DROPPED;
    }
  }

  /** Who listens most closely to where a segment goes. Linux: __inet_lookup_listener. */
  findListener(segment: Segment): TcpSock | undefined {
    const { destination, destinationPort, skb } = segment;
    const candidates = this.listeners.get(destinationPort);
    if (candidates === undefined) return undefined;
    let best: TcpSock[] = [];
    let bestScore = 0;
    for (const sock of candidates) {
      const score = scoreOf(sock, destination, skb.ifIndexIn);
      if (score > bestScore) best = [sock];
      else if (score === bestScore && score > 0 && sock.reusesPort) best.push(sock);
      bestScore = Math.max(bestScore, score);
    }
    if (best.length < 2) return best[0];
    // SO_REUSEPORT: each connection goes to one of them, always the same.
    const hash = halfSipHash([1, 2], [segment.sourcePort, hashOf(segment.source)]);
    return best[hash % best.length];
  }

  /** An ICMP error that quotes a segment of ours. */
  #error(skb: SkBuff, layer: NetworkLayer, error: TransportError): void {
    if (skb.length < 8) return;
    const ports = skb.load32(0);
    const local = layer.sourceOf(skb);
    const remote = layer.destinationOf(skb);
    const entry = this.table.find(local, ports >>> 16, remote, ports & 0xffff, 0);
    onNetworkError(this, entry, skb.load32(4), error);
  }

  // ---- What there is -------------------------------------------------------------------------

  *entries(): IterableIterator<TcpSock | TableEntry> {
    for (const socks of this.listeners.values()) yield* socks;
    yield* this.table.entries();
  }
}

/** 0: it is not for this one. Linux: compute_score. */
function scoreOf(sock: TcpSock, destination: IpAddress, ifindex: number): number {
  const { localAddress, boundDevice, family } = sock;
  if (boundDevice !== 0 && boundDevice !== ifindex) return 0;
  const isV4 = typeof destination === 'number';
  if (isV4 && family === AF.INET6 && sock.isV6Only) return 0;
  if (!isV4 && family === AF.INET) return 0;
  const any = family === AF.INET ? INADDR_ANY : IN6ADDR_ANY;
  const wanted = isV4 && family === AF.INET6 ? mapIpv4(destination) : destination;
  if (localAddress !== any && localAddress !== wanted) return 0;
  const isOwnFamily = isV4 === (family === AF.INET);
  return 1 + (localAddress === any ? 0 : 4) + (boundDevice === 0 ? 0 : 4) + (isOwnFamily ? 1 : 0);
}

function hashOf(address: IpAddress): number {
  return typeof address === 'number' ? address : Number.parseInt(address.slice(-8), 16);
}
