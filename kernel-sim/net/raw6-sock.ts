// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A raw socket of IPv6: it never sees the IP header, and the kernel sees to the sum of ICMPv6, or
 * to one where the program says.
 *
 * Linux: net/ipv6/raw.c, raw(7), ipv6(7). RFC 3542, section 3.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ICMPV6_FILTER, IPPROTO, IPV6, SOL_ICMPV6, SOL_RAW } from '../uapi/in.ts';
import { MSG } from '../uapi/socket.ts';
import { foldChecksum } from './core/checksum.ts';
import type { SkBuff } from './core/sk-buff.ts';
import type { DecodedAddress } from './inet-sock.ts';
import type { SendPlan } from './datagram-sock.ts';
import type { Ipv6Route } from './ipv6/context.ts';
import { IPV6HDR } from './ipv6/ipv6-header.ts';
import type { Message } from './message.ts';
import type { TransportError } from './network-layer.ts';
import { RawSock } from './raw-sock.ts';
import type { SockAddress } from './sock-address.ts';

const LENGTH_MAX = 0xffff;
const INT_BYTES = 4;
/** Where the sum of ICMPv6 is. */
const ICMPV6_SUM_AT = 2;
const FILTER_BYTES = 32;

export class RawSock6 extends RawSock {
  /** Where in a packet its sum is; -1: it has none that the kernel knows of. */
  #sumAt = this.protocol === IPPROTO.ICMPV6 ? ICMPV6_SUM_AT : -1;
  /** Types of ICMPv6 that it does not want to see, one bit each. Linux: struct icmp6_filter. */
  readonly #blocked = new Uint8Array(FILTER_BYTES);

  /** There is no port; a program may name the protocol in its place. */
  protected override decode(address: SockAddress): DecodedAddress | number {
    const wanted = super.decode(address);
    if (typeof wanted === 'number') return wanted;
    if (wanted.port !== 0 && wanted.port !== this.protocol) return -ERRNO.EINVAL;
    // Whole packets of IPv4 are not made here.
    return typeof wanted.address === 'number' ? -ERRNO.ENETUNREACH : { ...wanted, port: 0 };
  }

  override filters(skb: SkBuff): boolean {
    if (this.protocol !== IPPROTO.ICMPV6 || skb.length === 0) return false;
    const type = skb.load8(0);
    return ((this.#blocked[type >> 3] ?? 0) & (1 << (type & 7))) !== 0;
  }

  /** Takes a packet, which begins behind the IP header. Linux: rawv6_rcv. */
  override take(skb: SkBuff, source: IpAddress, destination: IpAddress): void {
    if (this.#sumAt >= 0 && foldChecksum(this.#sum(skb, source, destination)) !== 0) {
      this.drops++;
      this.stack.core.skbs.free(skb);
      return;
    }
    this.enqueue(skb, { source, sourcePort: 0, destination, skip: 0 });
  }

  #sum(skb: SkBuff, source: IpAddress, destination: IpAddress): number {
    const [from, to] = [source as string, destination as string];
    const pseudo = this.stack.ipv6.pseudoHeaderSum(from, to, this.protocol, skb.length);
    return skb.checksum(0, skb.length, pseudo);
  }

  /** Linux: rawv6_err. */
  override failed(skb: SkBuff, error: TransportError, destination: IpAddress): void {
    const header = skb.data - skb.networkHeader;
    const skip = this.inet.isHeaderIncluded ? -header : 0;
    this.reportTransportError(skb, error, { destination, port: 0, skip }, error.isHard);
  }

  /** Linux: rawv6_sendmsg. */
  override send(message: Message, flags: number): number {
    const length = message.remaining;
    if (length > LENGTH_MAX) return -ERRNO.EMSGSIZE;
    if ((flags & MSG.OOB) !== 0) return -ERRNO.EOPNOTSUPP;
    if (this.error !== 0) return this.takeError();
    const plan = this.plan(message);
    if (typeof plan === 'number') return plan;
    if (!this.hasRoom) return WOULD_BLOCK;
    const sumAt = this.inet.isHeaderIncluded ? -1 : this.#sumAt;
    if (sumAt >= 0 && sumAt + 2 > length) return -ERRNO.EINVAL;
    const data = message.takeAll();
    if (data === undefined) return -ERRNO.EFAULT;
    if (this.inet.isHeaderIncluded) return this.#sendWhole6(data, plan);
    const skb = this.allocate(length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    if (length > 0) skb.copyIn(0, data);
    if (sumAt >= 0) {
      skb.store16(sumAt, 0);
      const sum = foldChecksum(this.#sum(skb, plan.source, plan.destination));
      // UDP takes a sum of 0 for none.
      skb.store16(sumAt, sum === 0 && this.protocol === IPPROTO.UDP ? 0xffff : sum);
    }
    const answer = this.transmit(skb, plan);
    return answer < 0 ? answer : length;
  }

  /** The program has made the header, and it goes as it is. Linux: rawv6_send_hdrinc. */
  #sendWhole6(data: Uint8Array, plan: SendPlan): number {
    const route = plan.route as Ipv6Route;
    if (data.length > route.device.mtu) return -ERRNO.EMSGSIZE;
    if (data.length < IPV6HDR.SIZE) return -ERRNO.EINVAL;
    const skb = this.allocate(data.length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    skb.copyIn(0, data);
    const answer = this.stack.ipv6.ip6Output.sendReady(skb, route);
    return answer < 0 ? answer : data.length;
  }

  // ---- Options -------------------------------------------------------------------------------

  /** Linux: rawv6_setsockopt. */
  override setOption(level: number, name: number, value: Uint8Array): number {
    if (level === SOL_ICMPV6) return this.#setFilter(name, value);
    const isSum = name === IPV6.CHECKSUM;
    if (level !== SOL_RAW && !(level === IPPROTO.IPV6 && (isSum || name === IPV6.HDRINCL))) {
      return super.setOption(level, name, value);
    }
    if (value.length < INT_BYTES) return -ERRNO.EINVAL;
    const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    if (name === IPV6.HDRINCL) {
      this.inet.isHeaderIncluded = number !== 0;
      return 0;
    }
    if (!isSum) return -ERRNO.ENOPROTOOPT;
    // The sum of ICMPv6 is no choice of programs.
    const isFixed = this.protocol === IPPROTO.ICMPV6 && level === IPPROTO.IPV6;
    if (isFixed || (number > 0 && (number & 1) !== 0)) return -ERRNO.EINVAL;
    this.#sumAt = Math.max(number, -1);
    return 0;
  }

  #setFilter(name: number, value: Uint8Array): number {
    if (this.protocol !== IPPROTO.ICMPV6) return -ERRNO.EOPNOTSUPP;
    if (name !== ICMPV6_FILTER) return -ERRNO.ENOPROTOOPT;
    this.#blocked.set(value.subarray(0, FILTER_BYTES));
    return 0;
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    if (level === SOL_ICMPV6) {
      if (this.protocol !== IPPROTO.ICMPV6) return -ERRNO.EOPNOTSUPP;
      return name === ICMPV6_FILTER ? this.#blocked.slice(0, length) : -ERRNO.ENOPROTOOPT;
    }
    const isSum = name === IPV6.CHECKSUM;
    if (level !== SOL_RAW && !(level === IPPROTO.IPV6 && (isSum || name === IPV6.HDRINCL))) {
      return super.getOption(level, name, length);
    }
    if (!isSum && name !== IPV6.HDRINCL) return -ERRNO.ENOPROTOOPT;
    const bytes = new Uint8Array(INT_BYTES);
    const number = isSum ? this.#sumAt : Number(this.inet.isHeaderIncluded);
    new DataView(bytes.buffer).setInt32(0, number, true);
    return bytes.subarray(0, length);
  }
}
