// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The system calls about sockets, as methods: fifth storey of `Libc` (libc.ts), above
 * resource-calls.ts. Addresses are in text form, as socket-address.ts has them.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IOVEC, MSGHDR, SOCKADDR_MAX_BYTES, TIMEVAL } from '../../uapi/socket.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import { ResourceCalls } from './resource-calls.ts';
import { parse_sockaddr, pack_sockaddr, type SocketAddress } from './socket-address.ts';

/** A connection that accept(2) made, and who is at its other end. */
export interface Accepted {
  readonly fd: number;
  readonly address: SocketAddress;
}

/** What recvfrom(2) or recvmsg(2) received. */
export interface Received {
  readonly bytes: Uint8Array;
  /** Who sent it; a family of 0 when nobody says. */
  readonly address: SocketAddress;
  /** How long it was before it was cut to fit, with MSG.TRUNC among the call's flags. */
  readonly length: number;
  /** MSG bits of the answer, of recvmsg(2): TRUNC, CTRUNC, ERRQUEUE. */
  readonly flags: number;
  readonly control: readonly ControlData[];
}

/** A control message: cmsg(3). */
export interface ControlData {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

const INT_BYTES = 4;
const CONTROL_BYTES = 512;
const CMSG_HEADER = 16;

export class SocketCalls extends ResourceCalls {
  /** A new socket. `type` is a SOCK, perhaps with SOCK_FLAG bits. */
  socket(domain: number, type: number, protocol = 0): Sleeping<number> {
    return this.call(SYS.socket, domain, type, protocol);
  }

  /** Two sockets that are connected with each other. */
  *socketpair(
    domain: number,
    type: number,
    protocol = 0,
  ): Sleeping<readonly [number, number] | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(2 * INT_BYTES);
    const result = yield* this.call(SYS.socketpair, domain, type, protocol, buffer);
    const ends = [this.cpu.load32(buffer), this.cpu.load32(buffer + INT_BYTES)] as const;
    this.memory.release(mark);
    return result < 0 ? result : ends;
  }

  bind(fd: number, address: SocketAddress): Sleeping<number> {
    return this.address_call(SYS.bind, fd, address);
  }

  connect(fd: number, address: SocketAddress): Sleeping<number> {
    return this.address_call(SYS.connect, fd, address);
  }

  listen(fd: number, backlog: number): Sleeping<number> {
    return this.call(SYS.listen, fd, backlog);
  }

  shutdown(fd: number, how: number): Sleeping<number> {
    return this.call(SYS.shutdown, fd, how);
  }

  /** accept4(2); `flags` are SOCK_FLAG bits. */
  *accept(fd: number, flags = 0): Sleeping<Accepted | number> {
    const mark = this.memory.mark();
    const { address, length } = yield* this.address_room();
    const accepted = yield* this.call(SYS.accept4, fd, address, length, flags);
    const peer = accepted < 0 ? undefined : this.load_address(address, length);
    this.memory.release(mark);
    return peer === undefined ? accepted : { fd: accepted, address: peer };
  }

  getsockname(fd: number): Sleeping<SocketAddress | number> {
    return this.name_call(SYS.getsockname, fd);
  }

  getpeername(fd: number): Sleeping<SocketAddress | number> {
    return this.name_call(SYS.getpeername, fd);
  }

  /** Sends to whom the socket is connected with; answers how many bytes. */
  *send(fd: number, bytes: Uint8Array, flags = 0): Sleeping<number> {
    return yield* this.sendto(fd, bytes, flags);
  }

  *sendto(fd: number, bytes: Uint8Array, flags: number, address?: SocketAddress): Sleeping<number> {
    const packed = address === undefined ? undefined : pack_sockaddr(address);
    if (typeof packed === 'number') return packed;
    const mark = this.memory.mark();
    const data = yield* this.memory.scratch(bytes.length);
    if (data === 0) return this.out_of_memory(mark);
    if (bytes.length > 0) this.cpu.storeBytes(data, bytes);
    const name = packed === undefined ? 0 : yield* this.push_bytes(packed);
    const size = packed?.length ?? 0;
    const sent = yield* this.call(SYS.sendto, fd, data, bytes.length, flags, name, size);
    this.memory.release(mark);
    return sent;
  }

  /** Up to `max` bytes; none at the end of a stream. */
  *recv(fd: number, max: number, flags = 0): Sleeping<Uint8Array | number> {
    const received = yield* this.recvfrom(fd, max, flags);
    return typeof received === 'number' ? received : received.bytes;
  }

  /** Up to `max` bytes, and who sent them. */
  *recvfrom(fd: number, max: number, flags = 0): Sleeping<Received | number> {
    const mark = this.memory.mark();
    const data = yield* this.memory.scratch(Math.max(1, max));
    if (data === 0) return this.out_of_memory(mark);
    const { address, length } = yield* this.address_room();
    const count = yield* this.call(SYS.recvfrom, fd, data, max, flags, address, length);
    if (count < 0) {
      this.memory.release(mark);
      return count;
    }
    const bytes = this.cpu.loadBytes(data, Math.min(count, max));
    const received = {
      bytes,
      address: this.load_address(address, length),
      length: count,
      flags: 0,
      control: [],
    };
    this.memory.release(mark);
    return received;
  }

  /** recvmsg(2): up to `max` bytes, and what came with them. */
  *recvmsg(fd: number, max: number, flags = 0): Sleeping<Received | number> {
    const mark = this.memory.mark();
    const header = yield* this.message_room(Math.max(1, max));
    if (header === 0) return this.out_of_memory(mark);
    const count = yield* this.call(SYS.recvmsg, fd, header, flags);
    if (count < 0) {
      this.memory.release(mark);
      return count;
    }
    const { memory, cpu } = this;
    const name = memory.load64(header + MSGHDR.name);
    const iov = memory.load64(header + MSGHDR.iov);
    const control = memory.load64(header + MSGHDR.control);
    const controllen = memory.load64(header + MSGHDR.controllen);
    const received = {
      bytes: cpu.loadBytes(memory.load64(iov + IOVEC.base), Math.min(count, max)),
      address: parse_sockaddr(cpu.loadBytes(name, cpu.load32(header + MSGHDR.namelen))),
      length: count,
      flags: cpu.load32(header + MSGHDR.flags),
      control: parse_control(cpu.loadBytes(control, controllen)),
    };
    this.memory.release(mark);
    return received;
  }

  /** Sets an option; a number is an int. */
  *setsockopt(
    fd: number,
    level: number,
    name: number,
    value: number | Uint8Array,
  ): Sleeping<number> {
    const mark = this.memory.mark();
    const bytes = typeof value === 'number' ? int_bytes(value) : value;
    const address = yield* this.push_bytes(bytes);
    const result = yield* this.call(SYS.setsockopt, fd, level, name, address, bytes.length);
    this.memory.release(mark);
    return result;
  }

  /** SO.RCVTIMEO or SO.SNDTIMEO. 0 waits for ever. */
  set_timeout(fd: number, name: number, milliseconds: number): Sleeping<number> {
    const bytes = new Uint8Array(TIMEVAL.SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(TIMEVAL.seconds, Math.floor(milliseconds / 1000), true);
    view.setUint32(TIMEVAL.microseconds, Math.round((milliseconds % 1000) * 1000), true);
    return this.setsockopt(fd, SOL_SOCKET, name, bytes);
  }

  /** The option's bytes, at most `max`. */
  *getsockopt(
    fd: number,
    level: number,
    name: number,
    max: number = INT_BYTES,
  ): Sleeping<Uint8Array | number> {
    const mark = this.memory.mark();
    const value = yield* this.memory.scratch(max);
    const length = yield* this.memory.push_words([max]);
    const result = yield* this.call(SYS.getsockopt, fd, level, name, value, length);
    const bytes = result < 0 ? result : this.cpu.loadBytes(value, this.cpu.load32(length));
    this.memory.release(mark);
    return bytes;
  }

  /** An option that is an int: its value, which is not negative, or a negative errno. */
  *getsockopt_int(fd: number, level: number, name: number): Sleeping<number> {
    const bytes = yield* this.getsockopt(fd, level, name);
    if (typeof bytes === 'number') return bytes;
    if (bytes.length < INT_BYTES) return -ERRNO.EINVAL;
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  }

  /** An ioctl whose argument is a structure: what it looks like afterwards. */
  *ioctl_bytes(fd: number, request: number, bytes: Uint8Array): Sleeping<Uint8Array | number> {
    const mark = this.memory.mark();
    const address = yield* this.push_bytes(bytes);
    const result = yield* this.ioctl(fd, request, address);
    const after = result < 0 ? result : this.cpu.loadBytes(address, bytes.length);
    this.memory.release(mark);
    return after;
  }

  // ---- Inside -----------------------------------------------------------------------------

  private *address_call(number: number, fd: number, address: SocketAddress): Sleeping<number> {
    const packed = pack_sockaddr(address);
    if (typeof packed === 'number') return packed;
    const mark = this.memory.mark();
    const name = yield* this.push_bytes(packed);
    const result = yield* this.call(number, fd, name, packed.length);
    this.memory.release(mark);
    return result;
  }

  private *name_call(number: number, fd: number): Sleeping<SocketAddress | number> {
    const mark = this.memory.mark();
    const { address, length } = yield* this.address_room();
    const result = yield* this.call(number, fd, address, length);
    const name = result < 0 ? result : this.load_address(address, length);
    this.memory.release(mark);
    return name;
  }

  /** Room for any address, and the word that says how much there is. */
  private *address_room(): Sleeping<{ readonly address: number; readonly length: number }> {
    const address = yield* this.memory.scratch(SOCKADDR_MAX_BYTES);
    const length = yield* this.memory.push_words([SOCKADDR_MAX_BYTES]);
    return { address, length };
  }

  /** A struct msghdr with room for an address, `max` bytes and control messages, or 0. */
  private *message_room(max: number): Sleeping<number> {
    const { memory, cpu } = this;
    const data = yield* memory.scratch(max);
    const rest = MSGHDR.SIZE + IOVEC.SIZE + SOCKADDR_MAX_BYTES + CONTROL_BYTES;
    const header = data === 0 ? 0 : yield* memory.scratch(rest);
    if (header === 0) return 0;
    const iov = header + MSGHDR.SIZE;
    const name = iov + IOVEC.SIZE;
    memory.store64(iov + IOVEC.base, data);
    memory.store64(iov + IOVEC.len, max);
    memory.store64(header + MSGHDR.name, name);
    cpu.store32(header + MSGHDR.namelen, SOCKADDR_MAX_BYTES);
    memory.store64(header + MSGHDR.iov, iov);
    memory.store64(header + MSGHDR.iovlen, 1);
    memory.store64(header + MSGHDR.control, name + SOCKADDR_MAX_BYTES);
    memory.store64(header + MSGHDR.controllen, CONTROL_BYTES);
    cpu.store32(header + MSGHDR.flags, 0);
    return header;
  }

  private load_address(address: number, length: number): SocketAddress {
    const size = Math.min(this.cpu.load32(length), SOCKADDR_MAX_BYTES);
    return parse_sockaddr(this.cpu.loadBytes(address, size));
  }

  private *push_bytes(bytes: Uint8Array): Sleeping<number> {
    const address = yield* this.memory.scratch(Math.max(1, bytes.length));
    if (address !== 0 && bytes.length > 0) this.cpu.storeBytes(address, bytes);
    return address;
  }

  private out_of_memory(mark: number): number {
    this.memory.release(mark);
    return -ERRNO.ENOMEM;
  }
}

const SOL_SOCKET = 1;

function int_bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function parse_control(bytes: Uint8Array): ControlData[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: ControlData[] = [];
  for (let at = 0; at + CMSG_HEADER <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < CMSG_HEADER) break;
    found.push({
      level: view.getInt32(at + 8, true),
      type: view.getInt32(at + 12, true),
      data: bytes.slice(at + CMSG_HEADER, at + length),
    });
    at += (length + 7) & ~7;
  }
  return found;
}
