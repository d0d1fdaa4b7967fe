// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How a machine without an address speaks DHCP: through a packet socket, with IP and UDP headers of
 * its own making. What comes in is anybody's: what is no UDP packet to the client's port is left.
 *
 * Counterpart: busybox, networking/udhcp/packet.c.
 */
import {
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  encodeDhcp,
  parseDhcp,
  type DhcpMessage,
} from '../../lib/dhcp-message.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { AF, SOCK, SOCK_FLAG } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';

const IP_HEADER_BYTES = 20;
const UDP_HEADER_BYTES = 8;
const PACKET_BYTES_MAX = 1500;
const IPPROTO_UDP = 17;
const TTL = 64;
const BROADCAST_ADDRESS = 0xffff_ffff;
const BROADCAST_MAC = new Uint8Array(6).fill(0xff);

export class DhcpWire {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #ifindex: number;

  private constructor(c: Libc, fd: number, ifindex: number) {
    this.#c = c;
    this.#fd = fd;
    this.#ifindex = ifindex;
  }

  /** The wire of an interface, or a negative errno. */
  static *open(c: Libc, ifindex: number): Sleeping<DhcpWire | number> {
    const fd = yield* c.socket(AF.PACKET, SOCK.DGRAM | SOCK_FLAG.CLOEXEC, htons(ETH_P.IP));
    if (fd < 0) return fd;
    const address = {
      family: AF.PACKET,
      protocol: ETH_P.IP,
      ifindex,
      address: new Uint8Array(),
    } as const;
    const failure = yield* c.bind(fd, address);
    if (failure >= 0) return new DhcpWire(c, fd, ifindex);
    yield* c.close(fd);
    return failure;
  }

  get fd(): number {
    return this.#fd;
  }

  close(): Sleeping<number> {
    return this.#c.close(this.#fd);
  }

  /** Sends to everybody, or to one server. */
  send(message: DhcpMessage, from = 0, to = BROADCAST_ADDRESS): Sleeping<number> {
    const address = {
      family: AF.PACKET,
      protocol: ETH_P.IP,
      ifindex: this.#ifindex,
      address: BROADCAST_MAC,
    } as const;
    return this.#c.sendto(this.#fd, udpPacket(encodeDhcp(message), from, to), 0, address);
  }

  /** The next message, undefined for something else, or a negative errno. */
  *receive(): Sleeping<DhcpMessage | undefined | number> {
    const bytes = yield* this.#c.recv(this.#fd, PACKET_BYTES_MAX);
    if (typeof bytes === 'number') return bytes;
    const payload = udpPayload(bytes);
    return payload === undefined ? undefined : parseDhcp(payload);
  }
}

function htons(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

function udpPacket(payload: Uint8Array, from: number, to: number): Uint8Array {
  const udpBytes = UDP_HEADER_BYTES + payload.length;
  const bytes = new Uint8Array(IP_HEADER_BYTES + udpBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(payload, IP_HEADER_BYTES + UDP_HEADER_BYTES);
  view.setUint16(IP_HEADER_BYTES, DHCP_CLIENT_PORT);
  view.setUint16(IP_HEADER_BYTES + 2, DHCP_SERVER_PORT);
  view.setUint16(IP_HEADER_BYTES + 4, udpBytes);
  view.setUint8(9, IPPROTO_UDP);
  view.setUint32(12, from);
  view.setUint32(16, to);
  const pseudo = IPPROTO_UDP + udpBytes;
  const checksum = foldChecksum(view, 12, bytes.length - 12, pseudo);
  // A sum of zero means that there is none.
  view.setUint16(IP_HEADER_BYTES + 6, checksum === 0 ? 0xffff : checksum);
  view.setUint8(0, 0x45);
  view.setUint16(2, bytes.length);
  view.setUint8(8, TTL);
  view.setUint16(10, foldChecksum(view, 0, IP_HEADER_BYTES, 0));
  return bytes;
}

/** What a packet to the client's port carries; undefined for any other, and for damaged ones. */
function udpPayload(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < IP_HEADER_BYTES + UDP_HEADER_BYTES) return undefined;
  const headerBytes = (bytes[0]! & 0xf) * 4;
  const totalBytes = view.getUint16(2);
  const isWhole = (view.getUint16(6) & 0x3fff) === 0;
  if (bytes[0]! >>> 4 !== 4 || bytes[9] !== IPPROTO_UDP || !isWhole) return undefined;
  if (headerBytes < IP_HEADER_BYTES || totalBytes > bytes.length) return undefined;
  if (totalBytes < headerBytes + UDP_HEADER_BYTES) return undefined;
  if (foldChecksum(view, 0, headerBytes, 0) !== 0) return undefined;
  const udpBytes = view.getUint16(headerBytes + 4);
  if (view.getUint16(headerBytes + 2) !== DHCP_CLIENT_PORT) return undefined;
  if (udpBytes < UDP_HEADER_BYTES || headerBytes + udpBytes > totalBytes) return undefined;
  if (view.getUint16(headerBytes + 6) !== 0) {
    const addresses = view.getUint16(12) + view.getUint16(14) + view.getUint16(16);
    const pseudo = addresses + view.getUint16(18) + IPPROTO_UDP + udpBytes;
    if (foldChecksum(view, headerBytes, udpBytes, pseudo) !== 0) return undefined;
  }
  return bytes.subarray(headerBytes + UDP_HEADER_BYTES, headerBytes + udpBytes);
}

/** RFC 1071. */
function foldChecksum(view: DataView, at: number, length: number, initial: number): number {
  let sum = initial;
  for (let place = 0; place + 1 < length; place += 2) sum += view.getUint16(at + place);
  if (length % 2 === 1) sum += view.getUint8(at + length - 1) * 256;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
