// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sockets for programs: socket(7), ip(7), unix(7).
 *
 * Addresses are structures, as in C: ports and IPv4 addresses in them are in network order
 * (`htons`, `inet_addr`).
 *
 * @subpath libc
 */
import {
  formatIpv4,
  formatIpv6,
  ipv6FromBytes,
  ipv6ToBytes,
  parseIpv4,
  parseIpv6,
} from '../../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../../lib/utf8.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import {
  AF,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_MAX_BYTES,
  SOCKADDR_UN,
} from '../../../uapi/socket.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { Answer, ProgramContext } from './context.ts';

/**
 * An IPv4 address and a port: ip(7).
 *
 * @public
 */
export interface SockaddrIn {
  /** AF_INET. */
  readonly sin_family: number;
  /** The port, in network order: `htons(80)`. */
  readonly sin_port: number;
  /** The address, in network order: `inet_addr("10.0.2.2")`. */
  readonly sin_addr: number;
}

/**
 * An IPv6 address and a port: ipv6(7).
 *
 * @public
 */
export interface SockaddrIn6 {
  /** AF_INET6. */
  readonly sin6_family: number;
  /** The port, in network order. */
  readonly sin6_port: number;
  /** Flow label, 0 for none. */
  readonly sin6_flowinfo: number;
  /** The 16 bytes of the address. */
  readonly sin6_addr: readonly number[];
  /** The interface that a link-local address is on. */
  readonly sin6_scope_id: number;
}

/**
 * A name of a socket of this machine: unix(7).
 *
 * @public
 */
export interface SockaddrUn {
  /** AF_UNIX. */
  readonly sun_family: number;
  /** A path; after a NUL, a name that is none. */
  readonly sun_path: string;
}

/**
 * Any of these; told apart by the field of its family.
 *
 * @public
 */
export type Sockaddr = SockaddrIn | SockaddrIn6 | SockaddrUn;

const INT_BYTES = 4;
const IPV6_BYTES = 16;

/** @exports */
export class SocketsApi {
  readonly #context: ProgramContext;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  /** Makes a socket: socket(2). Its descriptor, or -1. */
  socket(domain: number, type: number, protocol = 0): Answer<number> {
    return this.#context.call(SYS.socket, domain, type, protocol);
  }

  /**
   * Makes two sockets that are connected with each other: socketpair(2).
   *
   * @param fds where their descriptors are put
   * @returns 0, or -1
   */
  socketpair(domain: number, type: number, protocol: number, fds: number[]): Answer<number> {
    return this.#context.later(this.#pair(domain, type, protocol, fds));
  }

  *#pair(domain: number, type: number, protocol: number, fds: number[]): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const { out } = context;
    const result = yield* context.callLater(SYS.socketpair, domain, type, protocol, out);
    if (result < 0) return result;
    fds[0] = context.cpu.load32(out);
    fds[1] = context.cpu.load32(out + INT_BYTES);
    return 0;
  }

  /** Gives a socket its address: bind(2). 0, or -1. */
  bind(fd: number, address: Sockaddr): Answer<number> {
    return this.#context.later(this.#named(SYS.bind, fd, address));
  }

  /** Connects a socket: connect(2). 0, or -1. */
  connect(fd: number, address: Sockaddr): Answer<number> {
    return this.#context.later(this.#named(SYS.connect, fd, address));
  }

  *#named(number: number, fd: number, address: Sockaddr): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const length = this.#put(address);
    return length < 0 ? -1 : yield* context.callLater(number, fd, context.out, length);
  }

  /** Lets others connect: listen(2). At most `backlog` of them wait for accept(2). */
  listen(fd: number, backlog: number): Answer<number> {
    return this.#context.call(SYS.listen, fd, backlog);
  }

  /**
   * Takes the next connection, waiting for one: accept(2).
   *
   * @param peer where the address of the other side is put
   * @returns the connection's descriptor, or -1
   */
  accept(fd: number, peer: Sockaddr[] = []): Answer<number> {
    return this.#context.later(this.#accept(fd, peer));
  }

  *#accept(fd: number, peer: Sockaddr[]): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const length = this.#room();
    const accepted = yield* context.callLater(SYS.accept, fd, context.out, length);
    if (accepted >= 0) this.#take(length, peer);
    return accepted;
  }

  /** Ends what is sent, what is received, or both: shutdown(2), SHUT_WR and so on. */
  shutdown(fd: number, how: number): Answer<number> {
    return this.#context.call(SYS.shutdown, fd, how);
  }

  /** A socket's own address: getsockname(2). */
  getsockname(fd: number): Answer<Sockaddr | null> {
    return this.#context.later(this.#nameOf(SYS.getsockname, fd));
  }

  /** The address that it is connected with: getpeername(2). */
  getpeername(fd: number): Answer<Sockaddr | null> {
    return this.#context.later(this.#nameOf(SYS.getpeername, fd));
  }

  *#nameOf(number: number, fd: number): Sleeping<Sockaddr | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const length = this.#room();
    const found: Sockaddr[] = [];
    const result = yield* context.callLater(number, fd, context.out, length);
    if (result >= 0) this.#take(length, found);
    return found[0] ?? null;
  }

  /** Sends `count` bytes of memory to whom the socket is connected with: send(2). */
  send(fd: number, buffer: number, count: number, flags = 0): Answer<number> {
    return this.#context.call(SYS.sendto, fd, buffer, count, flags);
  }

  /** The same to an address: sendto(2). */
  sendto(
    fd: number,
    buffer: number,
    count: number,
    flags: number,
    address: Sockaddr,
  ): Answer<number> {
    return this.#context.later(this.#sendto(fd, buffer, count, flags, address));
  }

  *#sendto(
    fd: number,
    buffer: number,
    count: number,
    flags: number,
    address: Sockaddr,
  ): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const length = this.#put(address);
    if (length < 0) return -1;
    const call = context.call(SYS.sendto, fd, buffer, count, flags, context.out, length);
    return yield* context.finishCall(call);
  }

  /** Receives up to `count` bytes into memory: recv(2). 0 at the end of a stream, or -1. */
  recv(fd: number, buffer: number, count: number, flags = 0): Answer<number> {
    return this.#context.call(SYS.recvfrom, fd, buffer, count, flags);
  }

  /**
   * The same, and who sent it: recvfrom(2).
   *
   * @param from where the sender's address is put
   */
  recvfrom(
    fd: number,
    buffer: number,
    count: number,
    flags: number,
    from: Sockaddr[],
  ): Answer<number> {
    return this.#context.later(this.#recvfrom(fd, buffer, count, flags, from));
  }

  *#recvfrom(
    fd: number,
    buffer: number,
    count: number,
    flags: number,
    from: Sockaddr[],
  ): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const length = this.#room();
    const { out } = context;
    const call = context.call(SYS.recvfrom, fd, buffer, count, flags, out, length);
    const result = yield* context.finishCall(call);
    if (result >= 0) this.#take(length, from);
    return result;
  }

  /**
   * Sets an option: setsockopt(2).
   *
   * @param value a number; where `length` is given, the address of a structure so long
   */
  setsockopt(fd: number, level: number, name: number, value: number, length = 0): Answer<number> {
    return this.#context.later(this.#setOption(fd, level, name, value, length));
  }

  *#setOption(
    fd: number,
    level: number,
    name: number,
    value: number,
    length: number,
  ): Sleeping<number> {
    const context = this.#context;
    const { setsockopt } = SYS;
    if (length > 0) return yield* context.callLater(setsockopt, fd, level, name, value, length);
    if ((yield* context.scratch()) === 0) return -1;
    context.cpu.store32(context.out, value);
    return yield* context.callLater(setsockopt, fd, level, name, context.out, INT_BYTES);
  }

  /**
   * Asks for an option that is a number: getsockopt(2).
   *
   * @param value where it is put
   */
  getsockopt(fd: number, level: number, name: number, value: number[]): Answer<number> {
    return this.#context.later(this.#getOption(fd, level, name, value));
  }

  *#getOption(fd: number, level: number, name: number, value: number[]): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const { out } = context;
    const length = out + INT_BYTES;
    context.cpu.store32(length, INT_BYTES);
    const result = yield* context.callLater(SYS.getsockopt, fd, level, name, out, length);
    if (result >= 0) value[0] = context.cpu.load32(out);
    return result;
  }

  /** A 16-bit number in network order: htons(3). */
  htons(hostshort: number): number {
    return swap16(hostshort);
  }

  /** A 16-bit number of the network in the machine's order: ntohs(3). */
  ntohs(netshort: number): number {
    return swap16(netshort);
  }

  /** A 32-bit number in network order: htonl(3). */
  htonl(hostlong: number): number {
    return swap32(hostlong);
  }

  /** A 32-bit number of the network in the machine's order: ntohl(3). */
  ntohl(netlong: number): number {
    return swap32(netlong);
  }

  /** An IPv4 address from its text, in network order, or INADDR_NONE: inet_addr(3). */
  inet_addr(text: string): number {
    const address = parseIpv4(String(text));
    return address === undefined ? INADDR_NONE : swap32(address);
  }

  /**
   * An address from its text: inet_pton(3).
   *
   * @param address where it is put: of AF_INET the number for `sin_addr`, of AF_INET6 the bytes
   * @returns 1, 0 where the text is none, or -1
   */
  inet_pton(family: number, text: string, address: number[]): number {
    if (family === AF.INET) {
      const number = parseIpv4(String(text));
      if (number === undefined) return 0;
      address[0] = swap32(number);
      return 1;
    }
    if (family !== AF.INET6) return this.#context.fail(ERRNO.EAFNOSUPPORT);
    const digits = parseIpv6(String(text));
    if (digits === undefined) return 0;
    for (const [n, byte] of ipv6ToBytes(digits).entries()) address[n] = byte;
    return 1;
  }

  /** The text of an address as `inet_pton` puts it: inet_ntop(3). */
  inet_ntop(family: number, address: readonly number[]): string | null {
    if (family === AF.INET) return formatIpv4(swap32(Number(address[0] ?? 0)));
    if (family === AF.INET6) return formatIpv6(ipv6FromBytes(bytesOf(address)));
    this.#context.fail(ERRNO.EAFNOSUPPORT);
    return null;
  }

  // ---- Structures in memory ------------------------------------------------------------------

  /** Puts an address into scratch memory: its length, or -1. */
  #put(address: Sockaddr): number {
    const bytes = encode(address);
    if (bytes === undefined) return this.#context.fail(ERRNO.EINVAL);
    this.#context.cpu.storeBytes(this.#context.out, bytes);
    return bytes.length;
  }

  /** Makes room for an address in scratch memory; where its length will be. */
  #room(): number {
    const { out, cpu } = this.#context;
    cpu.store32(out + SOCKADDR_MAX_BYTES, SOCKADDR_MAX_BYTES);
    return out + SOCKADDR_MAX_BYTES;
  }

  #take(length: number, found: Sockaddr[]): void {
    const { out, cpu } = this.#context;
    const size = Math.min(cpu.load32(length), SOCKADDR_MAX_BYTES);
    const address = decode(cpu.loadBytes(out, Math.max(0, size)));
    if (address !== undefined) found[0] = address;
  }
}

const INADDR_NONE = 0xffff_ffff;

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

function swap32(value: number): number {
  return (swap16(value) * 0x1_0000 + swap16(value >>> 16)) >>> 0;
}

/** Sixteen bytes, whatever a program gave. */
function bytesOf(list: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: IPV6_BYTES }, (_, n) => Number(list[n] ?? 0));
}

function encode(address: Sockaddr): Uint8Array | undefined {
  const { sin_family, sin_port, sin_addr } = address as Partial<SockaddrIn>;
  if (sin_family !== undefined) {
    const view = new DataView(new ArrayBuffer(SOCKADDR_IN.SIZE));
    view.setUint16(SOCKADDR_IN.family, Number(sin_family), true);
    view.setUint16(SOCKADDR_IN.port, Number(sin_port), true);
    view.setUint32(SOCKADDR_IN.address, Number(sin_addr), true);
    return new Uint8Array(view.buffer);
  }
  const { sin6_family, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id } =
    address as Partial<SockaddrIn6>;
  if (sin6_family !== undefined) {
    const view = new DataView(new ArrayBuffer(SOCKADDR_IN6.SIZE));
    view.setUint16(SOCKADDR_IN6.family, Number(sin6_family), true);
    view.setUint16(SOCKADDR_IN6.port, Number(sin6_port), true);
    view.setUint32(SOCKADDR_IN6.flowinfo, Number(sin6_flowinfo ?? 0), true);
    view.setUint32(SOCKADDR_IN6.scopeId, Number(sin6_scope_id ?? 0), true);
    const bytes = new Uint8Array(view.buffer);
    bytes.set(bytesOf(sin6_addr ?? []), SOCKADDR_IN6.address);
    return bytes;
  }
  const { sun_family, sun_path } = address as Partial<SockaddrUn>;
  if (sun_family === undefined || sun_path === undefined) return undefined;
  const name = encodeUtf8(String(sun_path));
  if (name.length > SOCKADDR_UN.PATH_SIZE) return undefined;
  const bytes = new Uint8Array(SOCKADDR_UN.path + name.length);
  new DataView(bytes.buffer).setUint16(0, Number(sun_family), true);
  bytes.set(name, SOCKADDR_UN.path);
  return bytes;
}

/** Undefined where there is no address, as behind a pipe. */
function decode(bytes: Uint8Array): Sockaddr | undefined {
  if (bytes.length < SOCKADDR_UN.path) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = view.getUint16(0, true);
  if (family === AF.INET && bytes.length >= SOCKADDR_IN.SIZE) {
    return {
      sin_family: family,
      sin_port: view.getUint16(SOCKADDR_IN.port, true),
      sin_addr: view.getUint32(SOCKADDR_IN.address, true),
    };
  }
  if (family === AF.INET6 && bytes.length >= SOCKADDR_IN6.SIZE) {
    const { address } = SOCKADDR_IN6;
    return {
      sin6_family: family,
      sin6_port: view.getUint16(SOCKADDR_IN6.port, true),
      sin6_flowinfo: view.getUint32(SOCKADDR_IN6.flowinfo, true),
      sin6_addr: [...bytes.subarray(address, address + IPV6_BYTES)],
      sin6_scope_id: view.getUint32(SOCKADDR_IN6.scopeId, true),
    };
  }
  if (family !== AF.UNIX) return undefined;
  const name = bytes.subarray(SOCKADDR_UN.path);
  const nul = name.indexOf(0);
  const end = nul > 0 ? nul : name.length;
  return { sun_family: family, sun_path: decodeUtf8(name.subarray(0, end)) };
}
