// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Ping sockets: echo requests and their replies for programs that are not root. What the program
 * sends is a whole ICMP message, whose identifier is the socket's port.
 *
 * Linux: net/ipv4/ping.c, icmp(7).
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ICMP, ICMPV6 } from '../uapi/icmp.ts';
import { AF, MSG, SOCK } from '../uapi/socket.ts';
import { IPPROTO } from '../uapi/in.ts';
import { foldChecksum } from './core/checksum.ts';
import type { SkBuff } from './core/sk-buff.ts';
import { DatagramSock } from './datagram-sock.ts';
import type { InetSock } from './inet-sock.ts';
import type { InetStack } from './inet-stack.ts';
import { ICMPHDR } from './ipv4/icmp.ts';
import type { Message } from './message.ts';
import type { NetworkLayer, TransportError } from './network-layer.ts';
import { Ports } from './ports.ts';

const LENGTH_MAX = 0xffff;

export class PingSockets {
  readonly stack: InetStack;
  readonly ports: Ports<InetSock>;
  readonly socks = new Set<PingSock>();

  constructor(stack: InetStack) {
    this.stack = stack;
    const { ipv4 } = stack;
    const range = [1, 0xffff] as const;
    this.ports = new Ports({ isStream: false, range: () => range, random: ipv4.random });
    const { ipv6 } = stack;
    ipv4.icmp.listeners.echoReply = (skb) => this.#reply(skb, ipv4);
    ipv4.icmp.listeners.pingError = (skb, error) => this.#error(skb, error, ipv4);
    ipv6.icmp.echoReply = (skb) => void this.#reply(skb, ipv6);
    ipv6.icmp.pingError = (skb, error) => this.#error(skb, error, ipv6);
  }

  /** Whether the running task may have one. Linux: ping_init_sock. */
  mayCreate(): boolean {
    const { egid, groups } = this.stack.sockParts.credentials();
    const [low, high] = this.stack.ipv4.settings.pingGroupRange;
    return [egid, ...groups].some((gid) => gid >= low && gid <= high);
  }

  create(family: number): PingSock {
    const sock = new PingSock(this, family);
    this.socks.add(sock);
    return sock;
  }

  #find(identifier: number, local: IpAddress, ifindex: number): PingSock | undefined {
    for (const owner of this.ports.ownersOf(identifier) ?? []) {
      const isFamily = (owner.family === AF.INET) === (typeof local === 'number');
      if (isFamily && owner instanceof PingSock && owner.wants(local, ifindex)) return owner;
    }
    return undefined;
  }

  /** The packet stays its caller's. Linux: ping_rcv. */
  #reply(skb: SkBuff, layer: NetworkLayer): boolean {
    const [source, destination] = [layer.sourceOf(skb), layer.destinationOf(skb)];
    const sock = this.#find(skb.load16(ICMPHDR.INFO), destination, skb.ifIndexIn);
    const clone = sock === undefined ? undefined : this.stack.core.skbs.clone(skb);
    if (sock === undefined || clone === undefined) return false;
    sock.take(clone, source, destination);
    return true;
  }

  /** Linux: ping_err. */
  #error(skb: SkBuff, error: TransportError, layer: NetworkLayer): void {
    if (skb.load8(ICMPHDR.TYPE) !== echoType(layer.family)) return;
    const sock = this.#find(skb.load16(ICMPHDR.INFO), layer.sourceOf(skb), 0);
    sock?.failed(skb, error, layer.destinationOf(skb));
  }
}

/** What it sends, and nothing else. */
function echoType(family: number): number {
  return family === AF.INET ? ICMP.ECHO : ICMPV6.ECHO_REQUEST;
}

export class PingSock extends DatagramSock {
  readonly #ping: PingSockets;

  constructor(ping: PingSockets, family: number) {
    super(ping.stack, family, SOCK.DGRAM, family === AF.INET ? IPPROTO.ICMP : IPPROTO.ICMPV6);
    this.#ping = ping;
  }

  get ports(): Ports<InetSock> {
    return this.#ping.ports;
  }

  wants(local: IpAddress, ifindex: number): boolean {
    const { localAddress, boundDevice } = this;
    if (localAddress !== this.anyAddress && localAddress !== local) return false;
    return boundDevice === 0 || ifindex === 0 || boundDevice === ifindex;
  }

  /** Takes a reply. */
  take(skb: SkBuff, source: IpAddress, destination: IpAddress): void {
    this.enqueue(skb, { source, sourcePort: 0, destination, skip: 0 });
  }

  failed(skb: SkBuff, error: TransportError, destination: IpAddress): void {
    if (typeof destination === 'number' && error.type === ICMP.SOURCE_QUENCH) return;
    this.reportTransportError(skb, error, { destination, port: 0, skip: 0 }, error.isHard);
  }

  /** Linux: ping_v4_sendmsg. */
  send(message: Message, flags: number): number {
    const length = message.remaining;
    if (length > LENGTH_MAX) return -ERRNO.EMSGSIZE;
    if (length < ICMPHDR.SIZE) return -ERRNO.EINVAL;
    if ((flags & MSG.OOB) !== 0) return -ERRNO.EOPNOTSUPP;
    if (this.error !== 0) return this.takeError();
    const plan = this.plan(message);
    if (typeof plan === 'number') return plan;
    const bound = this.autobind();
    if (bound < 0) return bound;
    if (!this.hasRoom) return WOULD_BLOCK;
    const data = message.takeAll();
    if (data === undefined) return -ERRNO.EFAULT;
    const isRequest = data[ICMPHDR.TYPE] === echoType(this.family);
    if (!isRequest || data[ICMPHDR.CODE] !== 0) return -ERRNO.EINVAL;
    const skb = this.allocate(length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    skb.copyIn(0, data);
    skb.store16(ICMPHDR.CHECKSUM, 0);
    skb.store16(ICMPHDR.INFO, this.localPort);
    if (this.family === AF.INET) {
      skb.store16(ICMPHDR.CHECKSUM, foldChecksum(skb.checksum(0, skb.length)));
      this.stack.ipv4.icmp.countOut(ICMP.ECHO);
    } else {
      this.stack.ipv6.icmp.seal(skb, plan.source as string, plan.destination as string);
      this.stack.statistics.icmp6.OutMsgs++;
    }
    const answer = this.transmit(skb, plan);
    return answer < 0 ? answer : length;
  }

  override release(): number {
    this.#ping.socks.delete(this);
    return super.release();
  }
}
