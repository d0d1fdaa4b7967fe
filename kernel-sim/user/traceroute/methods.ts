// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How probes are sent and their answers told apart: by UDP, ICMP echo requests, or TCP SYN.
 *
 * Counterpart: traceroute 2.1, mod-udp.c, mod-icmp.c, mod-tcp.c.
 */
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ICMP, ICMPV6 } from '../../uapi/icmp.ts';
import { IP, IP_PMTUDISC, IPPROTO, IPV6 } from '../../uapi/in.ts';
import { AF, MSG, SO, SOCK, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import type { Received } from '../libc/socket-calls.ts';
import { internetChecksum, withoutIpHeader } from '../ping/messages.ts';
import { hopLimit, receiveError } from '../support/error-queue.ts';
import type { TraceOptions } from './options.ts';
import { type Answer, type Probe, readError } from './probe.ts';
import { synSegment, TCP_FLAGS_AT, TCP_SYN_BYTES } from './syn.ts';

export interface TraceTarget {
  readonly address: InetSocketAddress;
  readonly source: string;
  /** What packets carry behind the IP header. */
  readonly payloadBytes: number;
}

/** A system call that failed, by the name that the complaint has for it. */
export class CallFailure {
  readonly what: string;
  readonly errno: number;

  constructor(what: string, failure: number) {
    this.what = what;
    this.errno = -failure;
  }
}

const RECEIVE_ROOM = 2048;
const UDP_HEADER_BYTES = 8;
const ECHO_HEADER_BYTES = 8;
const UDP_FIRST_PORT = 33_434;
const UDP_PORT = 53;
const TCP_PORT = 80;

/** Bytes that count up from `@`, as traceroute fills its packets. */
function fill(bytes: Uint8Array, from: number): Uint8Array {
  for (let at = from; at < bytes.length; at++) bytes[at] = 0x40 + (at & 0x3f);
  return bytes;
}

export abstract class Method {
  protected readonly c: Libc;
  protected readonly options: TraceOptions;
  protected readonly target: TraceTarget;

  constructor(c: Libc, options: TraceOptions, target: TraceTarget) {
    this.c = c;
    this.options = options;
    this.target = target;
  }

  /** Whether a packet without any payload is so long, behind its IP header. */
  abstract readonly headerBytes: number;

  /** Before the first probe. */
  abstract open(): Sleeping<CallFailure | undefined>;
  /** Sends a probe and gives it its key. */
  abstract send(probe: Probe, ttl: number): Sleeping<CallFailure | undefined>;
  /** Descriptors whose readiness means an answer. */
  abstract descriptors(waiting: readonly Probe[]): readonly number[];
  /** One thing that a descriptor has to say; undefined: nothing more. */
  abstract receive(
    fd: number,
    waiting: readonly Probe[],
  ): Sleeping<{ readonly probe: Probe | undefined; readonly answer: Answer } | undefined>;
  /** A probe is over. */
  *forget(_probe: Probe): Sleeping<void> {}

  get isIpv6(): boolean {
    return this.target.address.family === AF.INET6;
  }

  /** A socket that hears of errors, as all methods need it. */
  protected *newSocket(type: number, protocol: number): Sleeping<number | CallFailure> {
    const { c, options, target, isIpv6 } = this;
    const { family } = target.address;
    const fd = yield* c.socket(family, type, protocol);
    if (fd < 0) return new CallFailure('socket', fd);
    const ip = isIpv6 ? IPPROTO.IPV6 : IPPROTO.IP;
    const discovery = options.dontFragment ? IP_PMTUDISC.PROBE : IP_PMTUDISC.DONT;
    if (options.device !== undefined) {
      const name = encodeUtf8(`${options.device}\0`);
      const bound = yield* c.setsockopt(fd, SOL.SOCKET, SO.BINDTODEVICE, name);
      if (bound < 0) return new CallFailure('setsockopt SO_BINDTODEVICE', bound);
    }
    const any = isIpv6 ? '::' : '0.0.0.0';
    const port = type === SOCK.RAW ? 0 : options.sourcePort;
    const bound = yield* c.bind(fd, { family, address: options.source ?? any, port });
    if (bound < 0) return new CallFailure('bind', bound);
    yield* c.setsockopt(fd, ip, isIpv6 ? IPV6.MTU_DISCOVER : IP.MTU_DISCOVER, discovery);
    yield* c.setsockopt(fd, ip, isIpv6 ? IPV6.RECVHOPLIMIT : IP.RECVTTL, 1);
    if (options.dontRoute) yield* c.setsockopt(fd, SOL.SOCKET, SO.DONTROUTE, 1);
    if (options.isDebug) yield* c.setsockopt(fd, SOL.SOCKET, SO.DEBUG, 1);
    if (options.tos !== undefined) {
      yield* c.setsockopt(fd, ip, isIpv6 ? IPV6.TCLASS : IP.TOS, options.tos & 0xff);
    }
    return fd;
  }

  protected *connect(fd: number, port: number): Sleeping<CallFailure | undefined> {
    const { c, isIpv6 } = this;
    const connected = yield* c.connect(fd, { ...this.target.address, port });
    if (connected < 0) return new CallFailure('connect', connected);
    const ip = isIpv6 ? IPPROTO.IPV6 : IPPROTO.IP;
    yield* c.setsockopt(fd, ip, isIpv6 ? IPV6.RECVERR : IP.RECVERR, 1);
    return undefined;
  }

  protected setTtl(fd: number, ttl: number): Sleeping<number> {
    const { isIpv6 } = this;
    const [level, name] = isIpv6 ? [IPPROTO.IPV6, IPV6.UNICAST_HOPS] : [IPPROTO.IP, IP.TTL];
    return this.c.setsockopt(fd, level, name, ttl);
  }

  protected *transmit(fd: number, bytes: Uint8Array): Sleeping<CallFailure | undefined> {
    const sent = yield* this.c.send(fd, bytes, MSG.DONTWAIT);
    // What is too long for the way is told by the error queue.
    if (sent >= 0 || sent === -ERRNO.EMSGSIZE) return undefined;
    return new CallFailure('send', sent);
  }

  /** The oldest queued error, and what it quotes. */
  protected *receiveQueued(
    fd: number,
  ): Sleeping<{ readonly data: Uint8Array; readonly answer: Answer | undefined } | undefined> {
    const error = yield* receiveError(this.c, fd, this.isIpv6, RECEIVE_ROOM);
    if (error === undefined) return undefined;
    return { data: error.data, answer: readError(error, this.target.source) };
  }

  /** The next packet; the destination itself answers, so that this is the end. */
  protected *receivePacket(fd: number): Sleeping<{ packet: Received; answer: Answer } | undefined> {
    const packet = yield* this.c.recvmsg(fd, RECEIVE_ROOM, MSG.DONTWAIT);
    if (typeof packet === 'number') return undefined;
    const from = 'address' in packet.address ? String(packet.address.address) : '';
    const ttl = hopLimit(packet, this.isIpv6);
    return { packet, answer: { from, ttl, isFinal: true, remark: '' } };
  }
}

/** A socket for each probe: its number is the key. */
export class UdpMethod extends Method {
  readonly headerBytes = UDP_HEADER_BYTES;
  #port = 0;

  *open(): Sleeping<undefined> {
    const { method, port } = this.options;
    this.#port = port ?? (method === 'udp' ? UDP_PORT : UDP_FIRST_PORT);
    return undefined;
  }

  *send(probe: Probe, ttl: number): Sleeping<CallFailure | undefined> {
    const fd = yield* this.newSocket(SOCK.DGRAM, IPPROTO.UDP);
    if (typeof fd !== 'number') return fd;
    yield* this.setTtl(fd, ttl);
    const port = this.#port & 0xffff;
    if (this.options.method === 'default') this.#port++;
    const failure = yield* this.connect(fd, port);
    if (failure !== undefined) return failure;
    probe.key = fd;
    const bytes = new Uint8Array(Math.max(0, this.target.payloadBytes - UDP_HEADER_BYTES));
    return yield* this.transmit(fd, fill(bytes, 0));
  }

  descriptors(waiting: readonly Probe[]): readonly number[] {
    return waiting.map(({ key }) => key);
  }

  *receive(
    fd: number,
    waiting: readonly Probe[],
  ): Sleeping<{ readonly probe: Probe | undefined; readonly answer: Answer } | undefined> {
    const probe = waiting.find(({ key }) => key === fd);
    const queued = yield* this.receiveQueued(fd);
    if (queued?.answer !== undefined) return { probe, answer: queued.answer };
    const received = yield* this.receivePacket(fd);
    return received === undefined ? undefined : { probe, answer: received.answer };
  }

  override *forget(probe: Probe): Sleeping<void> {
    if (probe.key >= 0) yield* this.c.close(probe.key);
    probe.key = -1;
  }
}

/** One socket for all: sequence numbers are the keys. A ping socket, who may not have a raw one. */
export class IcmpMethod extends Method {
  readonly headerBytes = ECHO_HEADER_BYTES;
  #fd = -1;
  #isRaw = true;
  #identifier = 0;
  #sequence = 0;

  *open(): Sleeping<CallFailure | undefined> {
    const protocol = this.isIpv6 ? IPPROTO.ICMPV6 : IPPROTO.ICMP;
    let fd = yield* this.newSocket(SOCK.RAW, protocol);
    if (fd instanceof CallFailure && fd.errno === ERRNO.EPERM) {
      this.#isRaw = false;
      const raw = fd;
      fd = yield* this.newSocket(SOCK.DGRAM, protocol);
      if (fd instanceof CallFailure && fd.what === 'socket') return raw;
    }
    if (fd instanceof CallFailure) return fd;
    this.#fd = fd;
    this.#identifier = (yield* this.c.getpid()) & 0xffff;
    this.#sequence = this.options.port ?? 1;
    return yield* this.connect(fd, 0);
  }

  *send(probe: Probe, ttl: number): Sleeping<CallFailure | undefined> {
    yield* this.setTtl(this.#fd, ttl);
    probe.key = this.#sequence++ & 0xffff;
    const bytes = fill(new Uint8Array(this.target.payloadBytes), ECHO_HEADER_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, this.isIpv6 ? ICMPV6.ECHO_REQUEST : ICMP.ECHO);
    view.setUint16(4, this.#identifier);
    view.setUint16(6, probe.key);
    view.setUint16(2, internetChecksum(bytes));
    return yield* this.transmit(this.#fd, bytes);
  }

  descriptors(): readonly number[] {
    return [this.#fd];
  }

  *receive(
    fd: number,
    waiting: readonly Probe[],
  ): Sleeping<{ readonly probe: Probe | undefined; readonly answer: Answer } | undefined> {
    const queued = yield* this.receiveQueued(fd);
    if (queued?.answer !== undefined) {
      const request = this.isIpv6 ? ICMPV6.ECHO_REQUEST : ICMP.ECHO;
      return { probe: this.#find(queued.data, request, waiting), answer: queued.answer };
    }
    const received = yield* this.receivePacket(fd);
    if (received === undefined) return undefined;
    const { packet, answer } = received;
    const isWhole = this.#isRaw && !this.isIpv6;
    const message = isWhole ? withoutIpHeader(packet.bytes)?.message : packet.bytes;
    const reply = this.isIpv6 ? ICMPV6.ECHO_REPLY : ICMP.ECHOREPLY;
    return { probe: this.#find(message ?? new Uint8Array(0), reply, waiting), answer };
  }

  #find(message: Uint8Array, type: number, waiting: readonly Probe[]): Probe | undefined {
    if (message.length < ECHO_HEADER_BYTES || message[0] !== type) return undefined;
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    // A ping socket has an identifier of the kernel's choice, and hears of nobody else.
    if (this.#isRaw && view.getUint16(4) !== this.#identifier) return undefined;
    const sequence = view.getUint16(6);
    return waiting.find(({ key }) => key === sequence);
  }
}

/** One raw socket for all; ports of our own, each held by a socket, are the keys. */
export class TcpMethod extends Method {
  readonly headerBytes = TCP_SYN_BYTES;
  #fd = -1;
  readonly #holders = new Map<Probe, number>();

  *open(): Sleeping<CallFailure | undefined> {
    const fd = yield* this.newSocket(SOCK.RAW, IPPROTO.TCP);
    if (typeof fd !== 'number') return fd;
    this.#fd = fd;
    return yield* this.connect(fd, 0);
  }

  get #port(): number {
    return this.options.port ?? TCP_PORT;
  }

  *send(probe: Probe, ttl: number): Sleeping<CallFailure | undefined> {
    const { c, target, options } = this;
    const { family } = target.address;
    const holder = yield* c.socket(family, SOCK.STREAM);
    if (holder < 0) return new CallFailure('socket', holder);
    this.#holders.set(probe, holder);
    const any = this.isIpv6 ? '::' : '0.0.0.0';
    const bound = yield* c.bind(holder, { family, address: any, port: options.sourcePort });
    if (bound < 0) return new CallFailure('bind', bound);
    const name = yield* c.getsockname(holder);
    probe.key = typeof name === 'object' && 'port' in name ? name.port : 0;
    yield* this.setTtl(this.#fd, ttl);
    const ports = { from: probe.key, to: this.#port };
    const { source, address } = target;
    return yield* this.transmit(this.#fd, synSegment(source, address.address, ports));
  }

  descriptors(): readonly number[] {
    return [this.#fd];
  }

  *receive(
    fd: number,
    waiting: readonly Probe[],
  ): Sleeping<{ readonly probe: Probe | undefined; readonly answer: Answer } | undefined> {
    const queued = yield* this.receiveQueued(fd);
    if (queued?.answer !== undefined) {
      return { probe: this.#find(queued.data, 0, 2, waiting), answer: queued.answer };
    }
    const received = yield* this.receivePacket(fd);
    if (received === undefined) return undefined;
    const { packet, answer } = received;
    const segment = this.isIpv6 ? packet.bytes : withoutIpHeader(packet.bytes)?.message;
    const isAnswer = segment !== undefined && segment.length > TCP_FLAGS_AT;
    const probe = isAnswer ? this.#find(segment, 2, 0, waiting) : undefined;
    return { probe, answer };
  }

  /** Where a segment has our port, and where the other's. */
  #find(segment: Uint8Array, own: number, other: number, waiting: readonly Probe[]) {
    if (segment.length < 4) return undefined;
    const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
    if (view.getUint16(other) !== this.#port) return undefined;
    const port = view.getUint16(own);
    return waiting.find(({ key }) => key === port);
  }

  override *forget(probe: Probe): Sleeping<void> {
    const holder = this.#holders.get(probe);
    this.#holders.delete(probe);
    if (holder !== undefined) yield* this.c.close(holder);
  }
}
