// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Addresses of sockets, decoded, and the bytes that programs know them by.
 *
 * An IPv4 address is a number in host order, an IPv6 address 32 hex digits; ports and protocols are
 * in host order.
 */
import { ipv6FromBytes, ipv6ToBytes } from '../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import {
  AF,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_LL,
  SOCKADDR_NL,
  SOCKADDR_UN,
} from '../uapi/socket.ts';

export interface InetAddress {
  readonly family: typeof AF.INET;
  readonly address: number;
  readonly port: number;
}

export interface Inet6Address {
  readonly family: typeof AF.INET6;
  readonly address: string;
  readonly port: number;
  readonly flowinfo: number;
  readonly scopeId: number;
}

export interface UnixAddress {
  readonly family: typeof AF.UNIX;
  /** '' is no name; one that begins with a NUL is abstract. */
  readonly path: string;
}

export interface PacketAddress {
  readonly family: typeof AF.PACKET;
  /** ETH_P_*. */
  readonly protocol: number;
  readonly ifindex: number;
  /** ARPHRD_*. */
  readonly hatype: number;
  /** PACKET_*. */
  readonly pkttype: number;
  readonly address: Uint8Array;
}

export interface NetlinkAddress {
  readonly family: typeof AF.NETLINK;
  readonly pid: number;
  readonly groups: number;
}

/** No address (UNSPEC), or one of a family that nobody here knows (MAX). */
export interface NoAddress {
  readonly family: typeof AF.UNSPEC | typeof AF.MAX;
}

export type SockAddress =
  | InetAddress
  | Inet6Address
  | UnixAddress
  | PacketAddress
  | NetlinkAddress
  | NoAddress;

const FAMILY_BYTES = 2;

/** What a program gave, or -EINVAL where it is too short for its family. */
export function decodeAddress(bytes: Uint8Array): SockAddress | number {
  if (bytes.length < FAMILY_BYTES) return -ERRNO.EINVAL;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  switch (family) {
    case AF.UNSPEC:
      return { family };
    case AF.UNIX:
      return decodeUnix(bytes);
    case AF.INET:
      if (bytes.length < SOCKADDR_IN.SIZE) return -ERRNO.EINVAL;
      return {
        family,
        address: view.getUint32(SOCKADDR_IN.address),
        port: view.getUint16(SOCKADDR_IN.port),
      };
    case AF.INET6:
      return decodeInet6(bytes, view);
    case AF.PACKET:
      return decodePacket(bytes, view);
    case AF.NETLINK:
      if (bytes.length < SOCKADDR_NL.SIZE) return -ERRNO.EINVAL;
      return {
        family,
        pid: view.getUint32(SOCKADDR_NL.pid, true),
        groups: view.getUint32(SOCKADDR_NL.groups, true),
      };
    default:
      return { family: AF.MAX };
  }
}

/** The structure of its family. */
export function encodeAddress(address: SockAddress): Uint8Array {
  switch (address.family) {
    case AF.INET: {
      const { bytes, view } = structure(address.family, SOCKADDR_IN.SIZE);
      view.setUint16(SOCKADDR_IN.port, address.port);
      view.setUint32(SOCKADDR_IN.address, address.address);
      return bytes;
    }
    case AF.INET6: {
      const { bytes, view } = structure(address.family, SOCKADDR_IN6.SIZE);
      view.setUint16(SOCKADDR_IN6.port, address.port);
      view.setUint32(SOCKADDR_IN6.flowinfo, address.flowinfo);
      bytes.set(ipv6ToBytes(address.address), SOCKADDR_IN6.address);
      view.setUint32(SOCKADDR_IN6.scopeId, address.scopeId, true);
      return bytes;
    }
    case AF.UNIX:
      return encodeUnix(address.path);
    case AF.PACKET:
      return encodePacket(address);
    case AF.NETLINK: {
      const { bytes, view } = structure(address.family, SOCKADDR_NL.SIZE);
      view.setUint32(SOCKADDR_NL.pid, address.pid, true);
      view.setUint32(SOCKADDR_NL.groups, address.groups, true);
      return bytes;
    }
    default:
      return structure(AF.UNSPEC, FAMILY_BYTES).bytes;
  }
}

function decodeInet6(bytes: Uint8Array, view: DataView): SockAddress | number {
  if (bytes.length < SOCKADDR_IN6.MIN_SIZE) return -ERRNO.EINVAL;
  const { address, scopeId } = SOCKADDR_IN6;
  return {
    family: AF.INET6,
    address: ipv6FromBytes(bytes.subarray(address, address + 16)),
    port: view.getUint16(SOCKADDR_IN6.port),
    flowinfo: view.getUint32(SOCKADDR_IN6.flowinfo),
    scopeId: bytes.length < SOCKADDR_IN6.SIZE ? 0 : view.getUint32(scopeId, true),
  };
}

function decodePacket(bytes: Uint8Array, view: DataView): SockAddress | number {
  if (bytes.length < SOCKADDR_LL.MIN_SIZE) return -ERRNO.EINVAL;
  const halen = view.getUint8(SOCKADDR_LL.halen);
  return {
    family: AF.PACKET,
    protocol: view.getUint16(SOCKADDR_LL.protocol),
    ifindex: view.getInt32(SOCKADDR_LL.ifindex, true),
    hatype: view.getUint16(SOCKADDR_LL.hatype, true),
    pkttype: view.getUint8(SOCKADDR_LL.pkttype),
    address: bytes.slice(SOCKADDR_LL.address, SOCKADDR_LL.address + halen),
  };
}

function encodePacket(address: PacketAddress): Uint8Array {
  const size = Math.max(SOCKADDR_LL.SIZE, SOCKADDR_LL.address + address.address.length);
  const { bytes, view } = structure(AF.PACKET, size);
  view.setUint16(SOCKADDR_LL.protocol, address.protocol);
  view.setInt32(SOCKADDR_LL.ifindex, address.ifindex, true);
  view.setUint16(SOCKADDR_LL.hatype, address.hatype, true);
  view.setUint8(SOCKADDR_LL.pkttype, address.pkttype);
  view.setUint8(SOCKADDR_LL.halen, address.address.length);
  bytes.set(address.address, SOCKADDR_LL.address);
  return bytes;
}

/** A path ends at its NUL; an abstract name is all of its bytes. Linux: unix_mkname. */
function decodeUnix(bytes: Uint8Array): SockAddress | number {
  if (bytes.length > SOCKADDR_UN.SIZE) return -ERRNO.EINVAL;
  const path = bytes.subarray(SOCKADDR_UN.path);
  const nul = path.indexOf(0);
  const end = nul > 0 ? nul : path.length;
  return { family: AF.UNIX, path: decodeUtf8(path.subarray(0, end)) };
}

function encodeUnix(path: string): Uint8Array {
  const name = encodeUtf8(path);
  const terminator = path === '' || path.startsWith('\0') ? 0 : 1;
  const { bytes } = structure(AF.UNIX, SOCKADDR_UN.path + name.length + terminator);
  bytes.set(name, SOCKADDR_UN.path);
  return bytes;
}

function structure(
  family: number,
  size: number,
): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  return { bytes, view };
}
