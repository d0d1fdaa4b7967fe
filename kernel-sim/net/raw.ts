// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Raw sockets: they see each packet of a protocol, and make packets of their own.
 *
 * Linux: net/ipv4/raw.c, net/ipv6/raw.c, raw(7).
 */
import { AF } from '../uapi/socket.ts';
import type { SkBuff } from './core/sk-buff.ts';
import type { InetStack } from './inet-stack.ts';
import { IPHDR } from './ipv4/ip-header.ts';
import type { NetworkLayer, TransportError } from './network-layer.ts';
import { RawSock } from './raw-sock.ts';
import { RawSock6 } from './raw6-sock.ts';

export class RawSockets {
  readonly stack: InetStack;
  readonly socks = new Set<RawSock>();

  constructor(stack: InetStack) {
    this.stack = stack;
    const { ipv4, ipv6 } = stack;
    const protocolOf = (skb: SkBuff): number =>
      skb.load8(skb.networkHeader - skb.data + IPHDR.PROTOCOL);
    ipv4.protocols.raw = (skb) => this.#receive(skb, ipv4, protocolOf(skb));
    ipv4.icmp.listeners.rawError = (skb, error) => this.#error(skb, error, protocolOf(skb));
    ipv6.raw = {
      receive: (skb, protocol) => this.#receive(skb, ipv6, protocol),
      error: (skb, error, protocol) => this.#error(skb, error, protocol),
    };
  }

  create(family: number, protocol: number): RawSock {
    const Kind = family === AF.INET ? RawSock : RawSock6;
    const sock = new Kind(this, family, protocol);
    this.socks.add(sock);
    return sock;
  }

  /** Each that wants it gets a copy; the packet stays its caller's. Linux: raw_v4_input. */
  #receive(skb: SkBuff, layer: NetworkLayer, protocol: number): boolean {
    if (this.socks.size === 0) return false;
    const source = layer.sourceOf(skb);
    const destination = layer.destinationOf(skb);
    let isTaken = false;
    for (const sock of this.socks) {
      if (sock.family !== layer.family || sock.protocol !== protocol) continue;
      if (!sock.wants(source, destination, skb.ifIndexIn)) continue;
      isTaken = true;
      if (sock.filters(skb)) continue;
      const copy = this.stack.core.skbs.clone(skb);
      if (copy !== undefined) sock.take(copy, source, destination);
    }
    return isTaken;
  }

  /** Linux: raw_icmp_error. */
  #error(skb: SkBuff, error: TransportError, protocol: number): void {
    const layer = this.stack.layer(error.from);
    const [source, destination] = [layer.sourceOf(skb), layer.destinationOf(skb)];
    for (const sock of this.socks) {
      if (sock.family !== layer.family || sock.protocol !== protocol) continue;
      if (sock.wants(destination, source, 0)) sock.failed(skb, error, destination);
    }
  }
}
