// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Addresses of sockets in the form that programs of ours use, and the structures that the kernel
 * knows: struct sockaddr_in and its kin.
 */
import {
  formatIpv4,
  formatIpv6,
  ipv6FromBytes,
  ipv6ToBytes,
  parseIpv4,
  parseIpv6,
} from '../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  AF,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_LL,
  SOCKADDR_NL,
  SOCKADDR_UN,
} from '../../uapi/socket.ts';

export interface InetSocketAddress {
  readonly family: typeof AF.INET | typeof AF.INET6;
  /** Text: `10.0.2.2`, `fe80::1`. */
  readonly address: string;
  readonly port: number;
  /** Of AF.INET6: the interface that a link-local address is on. */
  readonly scope_id?: number;
}

export interface UnixSocketAddress {
  readonly family: typeof AF.UNIX;
  /** '' is no name; one that begins with a NUL is abstract. */
  readonly path: string;
}

export interface PacketSocketAddress {
  readonly family: typeof AF.PACKET;
  readonly protocol: number;
  readonly ifindex: number;
  readonly hatype?: number;
  readonly pkttype?: number;
  readonly address: Uint8Array;
}

export interface NetlinkSocketAddress {
  readonly family: typeof AF.NETLINK;
  readonly pid: number;
  readonly groups: number;
}

/** AF.UNSPEC, which undoes a connect, or what nobody knows. */
export interface NoSocketAddress {
  readonly family: typeof AF.UNSPEC;
}

export type SocketAddress =
  | InetSocketAddress
  | UnixSocketAddress
  | PacketSocketAddress
  | NetlinkSocketAddress
  | NoSocketAddress;

const FAMILY_BYTES = 2;

/** The structure, or -EINVAL for a text that is no address. */
export function pack_sockaddr(address: SocketAddress): Uint8Array | number {
  switch (address.family) {
    case AF.INET: {
      const number = parseIpv4(address.address);
      if (number === undefined) return -ERRNO.EINVAL;
      const view = structure(address.family, SOCKADDR_IN.SIZE);
      view.setUint16(SOCKADDR_IN.port, address.port);
      view.setUint32(SOCKADDR_IN.address, number);
      return bytes_of(view);
    }
    case AF.INET6: {
      const digits = parseIpv6(address.address);
      if (digits === undefined) return -ERRNO.EINVAL;
      const view = structure(address.family, SOCKADDR_IN6.SIZE);
      view.setUint16(SOCKADDR_IN6.port, address.port);
      view.setUint32(SOCKADDR_IN6.scopeId, address.scope_id ?? 0, true);
      const bytes = bytes_of(view);
      bytes.set(ipv6ToBytes(digits), SOCKADDR_IN6.address);
      return bytes;
    }
    case AF.UNIX:
      return pack_unix(address.path);
    case AF.PACKET:
      return pack_packet(address);
    case AF.NETLINK: {
      const view = structure(address.family, SOCKADDR_NL.SIZE);
      view.setUint32(SOCKADDR_NL.pid, address.pid, true);
      view.setUint32(SOCKADDR_NL.groups, address.groups, true);
      return bytes_of(view);
    }
    case AF.UNSPEC:
      return bytes_of(structure(AF.UNSPEC, SOCKADDR_IN.SIZE));
  }
}

/** What the kernel gave; AF.UNSPEC where that is nothing, or nothing that is known here. */
export function parse_sockaddr(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = bytes.length < FAMILY_BYTES ? AF.UNSPEC : view.getUint16(0, true);
  if (family === AF.INET && bytes.length >= SOCKADDR_IN.SIZE) {
    const address = formatIpv4(view.getUint32(SOCKADDR_IN.address));
    return { family, address, port: view.getUint16(SOCKADDR_IN.port) };
  }
  if (family === AF.INET6 && bytes.length >= SOCKADDR_IN6.SIZE) {
    const { address } = SOCKADDR_IN6;
    return {
      family,
      address: formatIpv6(ipv6FromBytes(bytes.subarray(address, address + 16))),
      port: view.getUint16(SOCKADDR_IN6.port),
      scope_id: view.getUint32(SOCKADDR_IN6.scopeId, true),
    };
  }
  if (family === AF.UNIX) return parse_unix(bytes);
  if (family === AF.PACKET && bytes.length >= SOCKADDR_LL.MIN_SIZE) return parse_packet(view);
  if (family === AF.NETLINK && bytes.length >= SOCKADDR_NL.SIZE) {
    const pid = view.getUint32(SOCKADDR_NL.pid, true);
    return { family, pid, groups: view.getUint32(SOCKADDR_NL.groups, true) };
  }
  return { family: AF.UNSPEC };
}

function pack_unix(path: string): Uint8Array | number {
  const name = encodeUtf8(path);
  if (name.length > SOCKADDR_UN.PATH_SIZE) return -ERRNO.EINVAL;
  const terminator = path === '' || path.startsWith('\0') ? 0 : 1;
  const size = Math.min(SOCKADDR_UN.path + name.length + terminator, SOCKADDR_UN.SIZE);
  const bytes = bytes_of(structure(AF.UNIX, size));
  bytes.set(name, SOCKADDR_UN.path);
  return bytes;
}

function parse_unix(bytes: Uint8Array): UnixSocketAddress {
  const name = bytes.subarray(SOCKADDR_UN.path);
  const nul = name.indexOf(0);
  const end = nul > 0 ? nul : name.length;
  return { family: AF.UNIX, path: decodeUtf8(name.subarray(0, end)) };
}

function pack_packet(address: PacketSocketAddress): Uint8Array {
  const size = Math.max(SOCKADDR_LL.SIZE, SOCKADDR_LL.address + address.address.length);
  const view = structure(AF.PACKET, size);
  view.setUint16(SOCKADDR_LL.protocol, address.protocol);
  view.setInt32(SOCKADDR_LL.ifindex, address.ifindex, true);
  view.setUint8(SOCKADDR_LL.halen, address.address.length);
  const bytes = bytes_of(view);
  bytes.set(address.address, SOCKADDR_LL.address);
  return bytes;
}

function parse_packet(view: DataView): PacketSocketAddress {
  const from = SOCKADDR_LL.address;
  const length = Math.min(view.getUint8(SOCKADDR_LL.halen), view.byteLength - from);
  return {
    family: AF.PACKET,
    protocol: view.getUint16(SOCKADDR_LL.protocol),
    ifindex: view.getInt32(SOCKADDR_LL.ifindex, true),
    hatype: view.getUint16(SOCKADDR_LL.hatype, true),
    pkttype: view.getUint8(SOCKADDR_LL.pkttype),
    address: bytes_of(view).slice(from, from + length),
  };
}

function structure(family: number, size: number): DataView {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint16(0, family, true);
  return view;
}

function bytes_of(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
