// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The families AF_INET and AF_INET6: which sockets there are of them.
 *
 * TCP adds itself as what `SOCK_STREAM` is.
 *
 * Linux: inet_create and inetsw of net/ipv4/af_inet.c, net/ipv6/af_inet6.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { IPPROTO } from '../uapi/in.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { capable } from '../kernel/credentials.ts';
import type { InetStack } from './inet-stack.ts';
import { PingSockets } from './ping.ts';
import { RawSockets } from './raw.ts';
import type { Sock, SocketFamily } from './socket.ts';
import { Udp } from './udp.ts';

/** What makes the sockets of a protocol that carries streams. */
export type StreamMaker = (family: number) => Sock | number;

export class Inet {
  readonly stack: InetStack;
  readonly udp: Udp;
  readonly raw: RawSockets;
  readonly ping: PingSockets;
  /** TCP, once it is there. */
  stream: StreamMaker = () => -ERRNO.ESOCKTNOSUPPORT;

  constructor(stack: InetStack) {
    this.stack = stack;
    this.udp = new Udp(stack);
    this.raw = new RawSockets(stack);
    this.ping = new PingSockets(stack);
  }

  family(family: typeof AF.INET | typeof AF.INET6): SocketFamily {
    return { family, create: (type, protocol) => this.#create(family, type, protocol) };
  }

  #create(family: number, type: number, protocol: number): Sock | number {
    if (protocol < 0 || protocol > IPPROTO.RAW) return -ERRNO.EINVAL;
    const icmp = family === AF.INET ? IPPROTO.ICMP : IPPROTO.ICMPV6;
    switch (type) {
      case SOCK.STREAM:
        if (protocol !== 0 && protocol !== IPPROTO.TCP) return -ERRNO.EPROTONOSUPPORT;
        return this.stream(family);
      case SOCK.DGRAM:
        if (protocol === 0 || protocol === IPPROTO.UDP) return this.udp.create(family);
        if (protocol !== icmp) return -ERRNO.EPROTONOSUPPORT;
        return this.ping.mayCreate() ? this.ping.create(family) : -ERRNO.EACCES;
      case SOCK.RAW:
        if (!capable(this.stack.sockParts.credentials())) return -ERRNO.EPERM;
        if (protocol === 0) return -ERRNO.EPROTONOSUPPORT;
        return this.raw.create(family, protocol);
      default:
        return -ERRNO.ESOCKTNOSUPPORT;
    }
  }
}
