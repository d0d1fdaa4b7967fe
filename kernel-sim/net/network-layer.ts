// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a transport protocol needs of the network below it, the same for IPv4 and IPv6.
 *
 * Everything here is plain code: it runs to its end inside a system call or a softirq. What it puts
 * into a device's queue goes out at the next `NetCore.flush`.
 *
 * Linux: struct inet_connection_sock_af_ops, struct dst_entry, struct net_protocol.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import type { NetDevice } from './core/net-device.ts';
import type { SkBuff } from './core/sk-buff.ts';

/**
 * Where packets to an address go, as of `generation`: a socket keeps it, and asks again when
 * `NetworkLayer.isCurrent` denies it. Linux: struct rtable, struct rt6_info.
 */
export interface Route {
  /** Where packets leave; `lo` for what stays here. */
  readonly device: NetDevice;
  /** Where they come from unless their sender says. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** The router in between; undefined where the destination is on the link. */
  readonly gateway: IpAddress | undefined;
  /** Whose link-layer address is asked for: the gateway or the destination. */
  readonly nextHop: IpAddress;
  readonly isLocal: boolean;
  readonly isBroadcast: boolean;
  readonly isMulticast: boolean;
  readonly generation: number;
}

/** What a socket narrows a route down to. Linux: struct flowi. */
export interface RouteHints {
  readonly source?: IpAddress;
  readonly device?: NetDevice;
  readonly tos?: number;
}

/** What goes into the header. Addresses are as wide as the family's. */
export interface OutputOptions {
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** TTL or hop limit; the system's unless told. */
  readonly ttl?: number;
  /** Type of service or traffic class; 0 unless told. */
  readonly tos?: number;
  readonly dontFragment?: boolean;
  /** Whether members of a group on this machine get a copy; they do unless told. */
  readonly isLoop?: boolean;
  /** Options of an IPv4 header, padded to a multiple of 4 bytes. */
  readonly options?: Uint8Array;
}

/** What the network says of a packet that was sent, in words that both families share. */
export interface TransportError {
  readonly type: number;
  readonly code: number;
  /** The positive errno that it stands for. Linux: icmp_err_convert. */
  readonly errno: number;
  /** It will not get better: an unconnected request may fail with it at once. */
  readonly isHard: boolean;
  /** The largest packet that would have fitted; 0 for any other error. */
  readonly mtu: number;
  /** Who says so. */
  readonly from: IpAddress;
  /** Where the header of what says so lies: a pointer. */
  readonly outerAt: number;
}

/** Linux: struct net_protocol, struct inet6_protocol. */
export interface TransportProtocol {
  /**
   * Takes a packet for this machine. Data begins at the transport header, as does
   * `transportHeader`; `networkHeader` is set, and exactly the bytes of the packet are there.
   * Context: NET_RX, or a system call.
   */
  receive(skb: SkBuff): void;
  /**
   * Takes what an ICMP error quotes of a packet that was sent from here: `networkHeader` is at the
   * quoted IP header, data at the quoted transport header, at least 8 bytes of it. It stays its
   * caller's.
   */
  error?(skb: SkBuff, error: TransportError): void;
}

export interface NetworkLayer {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  /** Bytes of a header without options. */
  readonly headerBytes: number;
  /** The unspecified address of the family. */
  readonly anyAddress: IpAddress;

  /**
   * The way to an address, or a negative errno: ENETUNREACH where there is none, EACCES where it is
   * prohibited, EHOSTUNREACH, EINVAL, ENODEV. Linux: ip_route_output_key.
   */
  route(destination: IpAddress, hints?: RouteHints): Route | number;
  /** Whether a route that was found earlier still holds. Linux: dst_check. */
  isCurrent(route: Route): boolean;
  /** The largest packet, header included, that takes this way in one piece. Linux: dst_mtu. */
  mtu(route: Route): number;
  /**
   * Puts the header in front of a packet whose data begins at the transport header, cuts it into
   * fragments where it must, and sends it. Takes the skb whatever it answers: 0, or a negative
   * errno, of which only a sender of datagrams may hear. Linux: ip_queue_xmit.
   */
  output(skb: SkBuff, route: Route, options: OutputOptions): number;

  /** The sum that a transport checksum starts with, not folded. */
  pseudoHeaderSum(
    source: IpAddress,
    destination: IpAddress,
    protocol: number,
    lengthBytes: number,
  ): number;
  /** Of the header at `skb.networkHeader`. */
  sourceOf(skb: SkBuff): IpAddress;
  destinationOf(skb: SkBuff): IpAddress;
  /** TTL or hop limit. */
  hopLimitOf(skb: SkBuff): number;
  /** Type of service or traffic class: ECN in its two lowest bits. */
  tosOf(skb: SkBuff): number;

  /** Whether the address is one of this machine's own. */
  isLocal(address: IpAddress): boolean;
  /** Neither broadcast, multicast nor unspecified: something to answer to. */
  isUnicast(address: IpAddress, device: NetDevice): boolean;
  /** Tells the sender of a packet that nobody listens. It stays its caller's. */
  sendPortUnreachable(skb: SkBuff): void;
  addProtocol(number: number, protocol: TransportProtocol): void;
}
