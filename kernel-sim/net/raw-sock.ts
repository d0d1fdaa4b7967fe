// SPDX-License-Identifier: GPL-2.0-or-later
/** A raw socket of IPv4: its packets have their IP header. Linux: net/ipv4/raw.c, raw(7). */
import type { IpAddress } from '../lib/ip-address.ts';
import { unmapIpv4 } from '../lib/ip-address.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ICMP } from '../uapi/icmp.ts';
import { ICMP_FILTER, IN6ADDR_ANY, INADDR_ANY, IPPROTO, SOL_RAW } from '../uapi/in.ts';
import { AF, MSG, SOCK } from '../uapi/socket.ts';
import type { SkBuff } from './core/sk-buff.ts';
import { DatagramSock, type SendPlan } from './datagram-sock.ts';
import { IPHDR } from './ipv4/ip-header.ts';
import { setHeaderChecksum } from './ipv4/ip-options.ts';
import type { Ipv4Route } from './ipv4/route.ts';
import type { Message } from './message.ts';
import type { TransportError } from './network-layer.ts';
import type { RawSockets } from './raw.ts';

const LENGTH_MAX = 0xffff;

export class RawSock extends DatagramSock {
  readonly #raw: RawSockets;
  /** Types of ICMP that it does not want to see, one bit each. */
  #filter = 0;

  constructor(raw: RawSockets, family: number, protocol: number) {
    super(raw.stack, family, SOCK.RAW, protocol);
    this.#raw = raw;
    this.inet.isHeaderIncluded = protocol === IPPROTO.RAW;
  }

  get ports(): undefined {
    return undefined;
  }

  /** What another socket would call its port is the protocol. */
  protected override decode(
    ...[address]: Parameters<DatagramSock['decode']>
  ): ReturnType<DatagramSock['decode']> {
    const isOld = address.family === AF.UNSPEC && this.family === AF.INET;
    return isOld ? -ERRNO.EAFNOSUPPORT : super.decode(address);
  }

  wants(source: IpAddress, destination: IpAddress, ifindex: number): boolean {
    const { localAddress, peer, boundDevice } = this;
    const local =
      typeof localAddress === 'string' ? (unmapIpv4(localAddress) ?? localAddress) : localAddress;
    if (local !== INADDR_ANY && local !== IN6ADDR_ANY && local !== destination) return false;
    if (peer !== undefined && peer !== source) return false;
    return boundDevice === 0 || ifindex === 0 || boundDevice === ifindex;
  }

  /** Whether the program has said that it does not want to see it. */
  filters(skb: SkBuff): boolean {
    if (this.protocol !== IPPROTO.ICMP) return false;
    const type = skb.length > 0 ? skb.load8(0) : 32;
    return type < 32 && ((this.#filter >>> type) & 1) !== 0;
  }

  /** Takes a packet, which begins at its transport header: the program sees the IP header, too. */
  take(skb: SkBuff, source: IpAddress, destination: IpAddress): void {
    skb.push(skb.data - skb.networkHeader);
    this.enqueue(skb, { source, sourcePort: 0, destination, skip: 0 });
  }

  /** Linux: raw_err. */
  failed(skb: SkBuff, error: TransportError, destination: IpAddress): void {
    const isEcho = error.type === ICMP.SOURCE_QUENCH;
    if (isEcho) return;
    // The program knows packets by their IP header if it makes it.
    const header = skb.data - skb.networkHeader;
    const skip = this.inet.isHeaderIncluded ? -header : 0;
    this.reportTransportError(skb, error, { destination, port: 0, skip }, error.isHard);
  }

  /** Linux: raw_sendmsg. */
  send(message: Message, flags: number): number {
    const length = message.remaining;
    if (length > LENGTH_MAX) return -ERRNO.EMSGSIZE;
    if ((flags & MSG.OOB) !== 0) return -ERRNO.EOPNOTSUPP;
    if (this.error !== 0) return this.takeError();
    const plan = this.plan(message);
    if (typeof plan === 'number') return plan;
    if (!this.hasRoom) return WOULD_BLOCK;
    const data = message.takeAll();
    if (data === undefined) return -ERRNO.EFAULT;
    if (this.inet.isHeaderIncluded) return this.#sendWhole(data, plan);
    const skb = this.allocate(length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    if (length > 0) skb.copyIn(0, data);
    this.#countOut(data);
    const answer = this.transmit(skb, plan);
    return answer < 0 ? answer : length;
  }

  #countOut(data: Uint8Array): void {
    const [type] = data;
    if (this.protocol !== IPPROTO.ICMP || type === undefined) return;
    this.stack.ipv4.icmp.countOut(type);
  }

  /** The program has made the header; what it left empty is filled in. Linux: raw_send_hdrinc. */
  #sendWhole(data: Uint8Array, plan: SendPlan): number {
    const route = plan.route as Ipv4Route;
    if (data.length > route.device.mtu) return -ERRNO.EMSGSIZE;
    const header = ((data[0] ?? 0) & 0xf) * 4;
    if (data.length < IPHDR.SIZE || header < IPHDR.SIZE || header > data.length) {
      return -ERRNO.EINVAL;
    }
    const skb = this.allocate(data.length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    skb.copyIn(0, data);
    skb.networkHeader = skb.data;
    if (skb.load32(IPHDR.SOURCE) === 0) skb.store32(IPHDR.SOURCE, plan.source as number);
    if (skb.load16(IPHDR.ID) === 0) skb.store16(IPHDR.ID, this.stack.ipv4.ipOutput.takeId());
    skb.store16(IPHDR.TOTAL_LENGTH, data.length);
    setHeaderChecksum(skb);
    const answer = this.stack.ipv4.ipOutput.sendReady(skb, route);
    return answer < 0 ? answer : data.length;
  }

  override setOption(level: number, name: number, value: Uint8Array): number {
    if (level !== SOL_RAW) return super.setOption(level, name, value);
    if (name !== ICMP_FILTER) return -ERRNO.ENOPROTOOPT;
    if (this.protocol !== IPPROTO.ICMP) return -ERRNO.EOPNOTSUPP;
    const word = new Uint8Array(4);
    word.set(value.subarray(0, 4));
    this.#filter = new DataView(word.buffer).getUint32(0, true);
    return 0;
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    if (level !== SOL_RAW) return super.getOption(level, name, length);
    if (name !== ICMP_FILTER) return -ERRNO.ENOPROTOOPT;
    if (this.protocol !== IPPROTO.ICMP) return -ERRNO.EOPNOTSUPP;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.#filter, true);
    return bytes.subarray(0, length);
  }

  override release(): number {
    this.#raw.socks.delete(this);
    return super.release();
  }
}
