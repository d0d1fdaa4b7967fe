// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What sockets of AF_INET and AF_INET6 have in common that carry datagrams: the queue of what came,
 * where a message goes, and errors.
 *
 * Linux: net/ipv4/datagram.c, net/core/datagram.c.
 */
import { type IpAddress, mapIpv4 } from '../lib/ip-address.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { POLL } from '../uapi/fs.ts';
import { IP_PMTUDISC } from '../uapi/in.ts';
import { RTN } from '../uapi/rtnetlink.ts';
import { AF, MSG, SHUT, SOCKET_IOCTL } from '../uapi/socket.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { PacketQueue } from './core/packet-queue.ts';
import { MAX_HEADER, type SkBuff, type SkBuffOwner } from './core/sk-buff.ts';
import { receivedControl, readSendControl } from './inet-control.ts';
import { InetSock } from './inet-sock.ts';
import type { InetStack } from './inet-stack.ts';
import type { Message } from './message.ts';
import type { OutputOptions, Route, TransportError } from './network-layer.ts';
import type { SockAddress } from './sock-address.ts';
import { SHUTDOWN } from './socket.ts';

/** What is known of a packet that waits to be read, beside its bytes. */
export interface Received {
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  /** Bytes from its data on that the program does not see. */
  readonly skip: number;
}

/** Where one datagram goes, by a program's wish. */
export interface SendPlan {
  readonly destination: IpAddress;
  readonly port: number;
  readonly route: Route;
  readonly source: IpAddress;
  readonly ttl: number | undefined;
  readonly tos: number;
}

export abstract class DatagramSock extends InetSock {
  protected readonly received = new PacketQueue();
  readonly #sending: SkBuffOwner;
  readonly #receiving: SkBuffOwner;

  constructor(stack: InetStack, family: number, type: number, protocol: number) {
    super(stack, family, type, protocol);
    this.#sending = {
      released: (skb) => {
        this.wmemAlloc -= skb.truesize;
        this.writeSpace();
      },
    };
    this.#receiving = { released: (skb) => void (this.rmemAlloc -= skb.truesize) };
  }

  /** Remembers whom it talks to. Linux: __ip4_datagram_connect, ip6_datagram_connect. */
  override connect(address: SockAddress): number {
    if (address.family === AF.UNSPEC) {
      this.disconnect();
      return 0;
    }
    const to = this.decode(address);
    if (typeof to === 'number') return to;
    const bound = this.autobind();
    if (bound < 0) return bound;
    if (to.ifindex !== 0) this.options.boundDevice = to.ifindex;
    const route = this.findRoute(to.address, this.source, this.boundDevice);
    if (typeof route === 'number') return route;
    if (route.isBroadcast && !this.options.broadcast) return -ERRNO.EACCES;
    this.source ??= route.source;
    if (!this.isAddressBound) {
      const { source } = this;
      this.localAddress =
        typeof source === 'number' && this.family === AF.INET6 ? mapIpv4(source) : source;
    }
    this.peer = to.address === this.anyAddress ? route.destination : to.address;
    this.peerPort = to.port;
    this.lastRoute = route;
    return 0;
  }

  /** Linux: __udp_disconnect. */
  protected disconnect(): void {
    this.peer = undefined;
    this.peerPort = 0;
    this.lastRoute = undefined;
    if (!this.isAddressBound) {
      this.localAddress = this.anyAddress;
      this.source = undefined;
    }
    if (this.isPortBound) return;
    this.ports?.release(this);
    this.localPort = 0;
  }

  // ---- Sending -------------------------------------------------------------------------------

  /** Where a message goes, or a negative errno; -EDESTADDRREQ without an address. */
  protected plan(message: Message): SendPlan | number {
    const to = message.name === undefined ? undefined : this.decode(message.name);
    if (typeof to === 'number') return to;
    const destination = to?.address ?? this.peer;
    if (destination === undefined) return -ERRNO.EDESTADDRREQ;
    const control = readSendControl(message.control);
    if (typeof control === 'number') return control;
    const isGroup = this.stack.typeOf(destination) === RTN.MULTICAST;
    const linked = to?.ifindex ?? 0;
    const device =
      control.ifindex || linked || this.boundDevice || (isGroup ? this.inet.multicastIf : 0);
    const asked = control.source ?? this.source;
    const source = isGroup && asked === undefined ? this.inet.multicastSource : asked;
    const route = this.routeTo(destination, source, device);
    if (typeof route === 'number') return route;
    if (route.isBroadcast && !this.options.broadcast) return -ERRNO.EACCES;
    const usual = route.isMulticast ? this.inet.multicastTtl : this.inet.ttl;
    return {
      destination: route.destination,
      port: to?.port ?? this.peerPort,
      route,
      source: source ?? route.source,
      ttl: control.ttl ?? (usual < 0 ? undefined : usual),
      tos: control.tos ?? this.inet.tos,
    };
  }

  /** Whether there is room for another packet. Linux: sock_alloc_send_skb. */
  protected get hasRoom(): boolean {
    return this.wmemAlloc < this.options.sndbuf;
  }

  /** A packet of so many bytes that the socket is charged for. */
  protected allocate(bytes: number): SkBuff | undefined {
    const skb = this.stack.core.skbs.alloc(MAX_HEADER + Math.max(1, bytes));
    if (skb === undefined) return undefined;
    skb.reserve(MAX_HEADER);
    skb.put(bytes);
    skb.transportHeader = skb.data;
    skb.sock = this.#sending;
    skb.priority = this.options.priority;
    skb.mark = this.options.mark;
    this.wmemAlloc += skb.truesize;
    return skb;
  }

  /** Sends what has its transport header. Takes the skb. Linux: ip_push_pending_frames. */
  protected transmit(skb: SkBuff, plan: SendPlan): number {
    const layer = this.stack.layer(plan.destination);
    const { route, source, destination, tos } = plan;
    const { pmtudisc, isMulticastLoop, ipOptions } = this.inet;
    const mustNot = pmtudisc === IP_PMTUDISC.DO || pmtudisc === IP_PMTUDISC.PROBE;
    const limit = pmtudisc === IP_PMTUDISC.PROBE ? route.device.mtu : layer.mtu(route);
    const fits = skb.length + layer.headerBytes + ipOptions.length <= limit;
    if (mustNot && !fits) {
      this.stack.core.skbs.free(skb);
      if (this.inet.isRecverr) this.errors.addLocal(ERRNO.EMSGSIZE, limit, destination, plan.port);
      return -ERRNO.EMSGSIZE;
    }
    const how: OutputOptions = {
      protocol: this.protocol,
      source,
      destination,
      tos,
      dontFragment: mustNot || (fits && pmtudisc === IP_PMTUDISC.WANT),
      isLoop: isMulticastLoop,
      ...(plan.ttl !== undefined && { ttl: plan.ttl }),
      ...(ipOptions.length > 0 && { options: ipOptions }),
    };
    const answer = layer.output(skb, route, how);
    // A full queue loses packets as a wire does: a program that did not ask hears nothing of it.
    return answer === -ERRNO.ENOBUFS && !this.inet.isRecverr ? 0 : answer;
  }

  // ---- Receiving -----------------------------------------------------------------------------

  /** Puts a packet into the queue, or drops it. Takes the skb. Linux: __sock_queue_rcv_skb. */
  protected enqueue(skb: SkBuff, received: Received): boolean {
    if (this.rmemAlloc + skb.truesize > this.options.rcvbuf) {
      this.drops++;
      this.stack.core.skbs.free(skb, 'SOCKET_RCVBUFF');
      return false;
    }
    skb.orphan();
    skb.control = received;
    skb.sock = this.#receiving;
    this.rmemAlloc += skb.truesize;
    this.received.push(skb);
    this.dataReady();
    return true;
  }

  override receive(message: Message, flags: number): number {
    if ((flags & MSG.OOB) !== 0) return -ERRNO.EOPNOTSUPP;
    if ((flags & MSG.ERRQUEUE) !== 0) return this.errors.receive(message);
    const error = this.takeError();
    if (error !== 0) return error;
    const skb = this.received.peek();
    if (skb === undefined) {
      return (this.shutdownMask & SHUTDOWN.RECEIVE) === 0 ? WOULD_BLOCK : 0;
    }
    const isPeek = (flags & MSG.PEEK) !== 0;
    const answer = this.#copyOut(skb, message, flags);
    if (!isPeek) {
      this.received.shift();
      this.consumed(skb.control as Received);
      this.stack.core.skbs.consume(skb);
    }
    return answer;
  }

  /** A packet was read, as far as statistics go. */
  protected consumed(_received: Received): void {}

  #copyOut(skb: SkBuff, message: Message, flags: number): number {
    const received = skb.control as Received;
    const length = skb.length - received.skip;
    const count = Math.min(length, message.remaining);
    if (count > 0 && message.put(skb.copyOut(received.skip, count), 0, count) < count) {
      return -ERRNO.EFAULT;
    }
    if (count < length) message.flags |= MSG.TRUNC;
    message.name = this.encode(received.source, received.sourcePort);
    this.addTimestamp(message, this.stack.wallClockNs(skb.timestampNs));
    message.control.push(...receivedControl(this.inet, skb, received));
    return (flags & MSG.TRUNC) === 0 ? count : length;
  }

  /** An error about what it sent. `skip` bytes of the quote are not the program's. */
  protected reportTransportError(
    skb: SkBuff,
    error: TransportError,
    to: { readonly destination: IpAddress; readonly port: number; readonly skip: number },
    isHard: boolean,
  ): void {
    if (this.inet.isRecverr) this.errors.add(skb, error, to);
    else if (!isHard || this.peer === undefined) return;
    this.reportError(error.errno);
  }

  // ---- The rest --------------------------------------------------------------------------------

  override poll(): number {
    let events = 0;
    if (this.error !== 0 || this.errors.length > 0) events |= POLL.ERR;
    if (this.received.length > 0) events |= POLL.IN;
    if ((this.shutdownMask & SHUTDOWN.RECEIVE) !== 0) events |= POLL.IN;
    if (this.shutdownMask === SHUTDOWN.BOTH) events |= POLL.HUP;
    // Linux: sock_writeable.
    if (this.wmemAlloc < this.options.sndbuf >> 1) events |= POLL.OUT;
    return events;
  }

  override shutdown(how: number): number {
    if (this.peer === undefined) return -ERRNO.ENOTCONN;
    this.shutdownMask |= how === SHUT.RDWR ? SHUTDOWN.BOTH : how + 1;
    this.stateChanged();
    return 0;
  }

  override release(): number {
    this.ports?.release(this);
    this.localPort = 0;
    this.stack.leaveAll(this);
    const { skbs } = this.stack.core;
    for (let skb = this.received.shift(); skb !== undefined; skb = this.received.shift()) {
      skbs.consume(skb);
    }
    this.errors.clear();
    return 0;
  }

  override ioctl(command: number, argument: number, memory: IoMemory): number {
    const number =
      command === SOCKET_IOCTL.SIOCINQ
        ? this.#nextLength()
        : command === SOCKET_IOCTL.SIOCOUTQ
          ? this.wmemAlloc
          : undefined;
    if (number === undefined) return this.stack.ioctl(this, command, argument, memory);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, number, true);
    return memory.copyTo(argument, bytes, 0, 4) === 4 ? 0 : -ERRNO.EFAULT;
  }

  #nextLength(): number {
    const skb = this.received.peek();
    return skb === undefined ? 0 : skb.length - (skb.control as Received).skip;
  }
}
