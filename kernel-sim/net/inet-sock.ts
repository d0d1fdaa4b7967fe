// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What sockets of AF_INET and AF_INET6 have in common: addresses, ports, options and routes.
 *
 * A socket of AF_INET6 may talk IPv4, too, under mapped addresses. Inside, an address is what it
 * really is: a number goes by IPv4, a string by IPv6; only programs see the mapped form.
 *
 * Linux: struct inet_sock, net/ipv4/af_inet.c.
 */
import { type IpAddress, mapIpv4, unmapIpv4 } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IN6ADDR_ANY, INADDR_ANY } from '../uapi/in.ts';
import { RTN } from '../uapi/rtnetlink.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { ErrorQueue } from './error-queue.ts';
import {
  defaultInetOptions,
  getInetOption,
  type InetOptions,
  setInetOption,
} from './inet-options.ts';
import type { InetStack } from './inet-stack.ts';
import { needsLink } from './ipv6/address.ts';
import type { Route } from './network-layer.ts';
import type { PortOwner, Ports } from './ports.ts';
import type { SockAddress } from './sock-address.ts';
import { Sock } from './socket.ts';

/** What a program's address is inside. */
export interface DecodedAddress {
  readonly address: IpAddress;
  readonly port: number;
  /** The link that the address means something on; 0: any. */
  readonly ifindex: number;
}

export abstract class InetSock extends Sock implements PortOwner {
  readonly stack: InetStack;
  readonly inet: InetOptions;
  /** As Ports wants it: a string of an AF_INET6 socket, mapped where it is IPv4. */
  localAddress: IpAddress;
  /** What packets come from; unspecified: what the route says. */
  source: IpAddress | undefined = undefined;
  peer: IpAddress | undefined = undefined;
  peerPort = 0;
  localPort = 0;
  readonly errors: ErrorQueue;
  /** bind(2) chose it, so that it stays when the socket is disconnected. */
  protected isAddressBound = false;
  protected isPortBound = false;
  /** The one of the last packet. */
  protected lastRoute: Route | undefined;

  constructor(stack: InetStack, family: number, type: number, protocol: number) {
    super(stack.sockParts, family, type, protocol);
    this.stack = stack;
    this.inet = defaultInetOptions();
    this.inet.isV6Only = family === AF.INET6 && stack.ipv6.bindV6Only !== 0;
    this.localAddress = this.anyAddress;
    this.errors = new ErrorQueue(this);
  }

  /** Who has which port, of this protocol; undefined where there are no ports. */
  abstract get ports(): Pick<Ports<InetSock>, 'bind' | 'release'> | undefined;

  get anyAddress(): IpAddress {
    return this.family === AF.INET ? INADDR_ANY : IN6ADDR_ANY;
  }

  /** It sees, or makes, whole packets. */
  get isRaw(): boolean {
    return this.type === SOCK.RAW;
  }

  // ---- PortOwner -----------------------------------------------------------------------------

  get boundDevice(): number {
    return this.options.boundDevice;
  }

  get reusesAddress(): boolean {
    return this.options.reuseaddr;
  }

  get reusesPort(): boolean {
    return this.options.reuseport;
  }

  get isV6Only(): boolean {
    return this.inet.isV6Only;
  }

  // ---- Addresses -----------------------------------------------------------------------------

  /** What a program's address is inside, or why it is none. */
  protected decode(address: SockAddress): DecodedAddress | number {
    if (this.family === AF.INET) {
      if (address.family !== AF.INET) return -ERRNO.EAFNOSUPPORT;
      return { address: address.address, port: address.port, ifindex: 0 };
    }
    if (address.family !== AF.INET6) return -ERRNO.EAFNOSUPPORT;
    const mapped = unmapIpv4(address.address);
    if (mapped !== undefined && this.isV6Only) return -ERRNO.ENETUNREACH;
    const ifindex = needsLink(address.address) ? address.scopeId : 0;
    return { address: mapped ?? address.address, port: address.port, ifindex };
  }

  encode(address: IpAddress, port: number): SockAddress {
    if (this.family === AF.INET) return { family: AF.INET, address: address as number, port };
    const text = typeof address === 'number' ? mapIpv4(address) : address;
    return { family: AF.INET6, address: text, port, flowinfo: 0, scopeId: this.#scopeOf(text) };
  }

  /** Link-local addresses mean nothing without their link. */
  #scopeOf(address: string): number {
    return needsLink(address) ? this.boundDevice || (this.lastRoute?.device.ifindex ?? 0) : 0;
  }

  name(isPeer: boolean): SockAddress | number {
    if (isPeer) {
      return this.peer === undefined ? -ERRNO.ENOTCONN : this.encode(this.peer, this.peerPort);
    }
    const local = this.source ?? this.localAddress;
    return this.encode(
      typeof local === 'string' ? (unmapIpv4(local) ?? local) : local,
      this.localPort,
    );
  }

  /** Linux: inet_bind, inet6_bind. */
  override bind(address: SockAddress): number {
    const isUnspecified = address.family === AF.UNSPEC && this.family === AF.INET;
    const wanted = isUnspecified
      ? { address: INADDR_ANY, port: 0, ifindex: 0 }
      : this.decode(address);
    if (typeof wanted === 'number') return wanted;
    const isAny = wanted.address === this.anyAddress;
    const kind = isAny ? RTN.LOCAL : this.stack.typeOf(wanted.address);
    if (kind === RTN.UNICAST && !this.inet.isFreebind && !this.stack.allowsNonlocalBind) {
      return -ERRNO.EADDRNOTAVAIL;
    }
    const { port } = wanted;
    const isReserved = port !== 0 && port < this.stack.unprivilegedPortStart;
    if (isReserved && this.ports !== undefined && !this.isPrivileged) return -ERRNO.EACCES;
    if (this.localPort !== 0 || this.peer !== undefined) return -ERRNO.EINVAL;
    this.localAddress =
      typeof wanted.address === 'number' && this.family === AF.INET6
        ? mapIpv4(wanted.address)
        : wanted.address;
    this.source = kind === RTN.LOCAL && !isAny ? wanted.address : undefined;
    if (this.ports !== undefined) {
      const chosen = this.ports.bind(this, port);
      if (chosen < 0) {
        this.localAddress = this.anyAddress;
        this.source = undefined;
        return chosen;
      }
      this.localPort = chosen;
    }
    this.isAddressBound = !isAny;
    if (wanted.ifindex !== 0) this.options.boundDevice = wanted.ifindex;
    this.isPortBound = port !== 0;
    return 0;
  }

  /** A port for who has none. Linux: inet_autobind. */
  protected autobind(): number {
    if (this.localPort !== 0 || this.ports === undefined) return 0;
    const port = this.ports.bind(this, 0);
    if (port < 0) return -ERRNO.EAGAIN;
    this.localPort = port;
    return 0;
  }

  override setOption(level: number, name: number, value: Uint8Array): number {
    return setInetOption(this, level, name, value);
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    return getInetOption(this, level, name, length);
  }

  /** The MTU of the path to its peer, -ENOTCONN without one. */
  get pathMtu(): number {
    const route = this.peer === undefined ? undefined : this.routeTo(this.peer, this.source, 0);
    if (route === undefined) return -ERRNO.ENOTCONN;
    return typeof route === 'number' ? route : this.stack.layer(route.destination).mtu(route);
  }

  /** The one of the last packet, as long as it holds. */
  protected routeTo(
    destination: IpAddress,
    source: IpAddress | undefined,
    device: number,
  ): Route | number {
    const last = this.lastRoute;
    const isSame = last?.destination === destination && device === this.boundDevice;
    if (isSame && this.stack.layer(destination).isCurrent(last)) {
      if (source === undefined || source === last.source) return last;
    }
    const route = this.findRoute(destination, source, device);
    if (typeof route !== 'number' && device === this.boundDevice) this.lastRoute = route;
    return route;
  }

  protected findRoute(
    destination: IpAddress,
    source: IpAddress | undefined,
    ifindex: number,
  ): Route | number {
    const device = ifindex === 0 ? undefined : this.stack.core.byIndex(ifindex);
    if (ifindex !== 0 && device === undefined) return -ERRNO.ENODEV;
    return this.stack.layer(destination).route(destination, {
      ...(source !== undefined && { source }),
      ...(device !== undefined && { device }),
    });
  }
}
