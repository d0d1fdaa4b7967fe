// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What every socket is, whatever its protocol, and which families there are.
 *
 * A protocol extends `Sock`. Its operations are plain functions that run to their end, in the task
 * that made the call; they answer a number from 0 on, a negative errno, or WOULD_BLOCK having
 * changed nothing. Sleeping is the business of socket-file.ts: it sleeps on `readQueue` or
 * `writeQueue` and asks again. What arrives (receive handlers, timers) runs in softirqs, and calls
 * `dataReady`, `writeSpace`, `stateChanged` or `reportError`.
 *
 * Linux: struct socket, struct sock and struct proto_ops in one, include/net/sock.h, net/socket.c.
 */
import type { MaySleep } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { AF, SO, SOCK, SOL } from '../uapi/socket.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { capable, type Credentials } from '../kernel/credentials.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { Sim } from '../sim/sim.ts';
import type { BpfFilter } from './core/bpf-filter.ts';
import type { ControlMessage, Message } from './message.ts';
import type { SockAddress } from './sock-address.ts';
import { SockOptions } from './sock-options.ts';

const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1000;
const BIGINT64_BYTES = 8;

/** Bits of `Sock.shutdownMask`. Linux: RCV_SHUTDOWN, SEND_SHUTDOWN. */
export const SHUTDOWN = { RECEIVE: 1, SEND: 2, BOTH: 3 } as const;

/** What sysctls of net.core say of new sockets. */
export interface SockSettings {
  rmemDefault: number;
  rmemMax: number;
  wmemDefault: number;
  wmemMax: number;
  /** The longest queue of connections that listen(2) may ask for. */
  somaxconn: number;
  /** How much a socket may keep beside its data. */
  optmemMax: number;
}

/** What a socket needs of the kernel. */
export interface SockParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly settings: SockSettings;
  /** Who the running task acts as. Context: task. */
  readonly credentials: () => Credentials;
  /** The number of an interface, 0 if nobody has that name; and the name of a number. */
  readonly interfaces: InterfaceNames;
}

export interface InterfaceNames {
  indexOf(name: string): number;
  nameOf(index: number): string | undefined;
}

export abstract class Sock {
  /** AF. */
  readonly family: number;
  /** SOCK. */
  readonly type: number;
  readonly protocol: number;
  /** Where those wait who want data, or a connection to accept. */
  readonly readQueue: WaitQueue;
  /** Where those wait who want room to send, or to be connected. */
  readonly writeQueue: WaitQueue;
  readonly options: SockOptions;
  /** A positive errno that the next call reports and clears. Linux: sk_err. */
  error = 0;
  /** One that only SO_ERROR and a timeout report. Linux: sk_err_soft. */
  softError = 0;
  /** Says what of a packet it wants. Linux: sk_filter. */
  filter: BpfFilter | undefined = undefined;
  /** SHUTDOWN bits. */
  shutdownMask = 0;
  /** Bytes of buffers that wait to be read, or to leave, by truesize. Linux: sk_rmem_alloc. */
  rmemAlloc = 0;
  wmemAlloc = 0;
  /** What came and found no room. */
  drops = 0;
  /** Number of its inode, 0 while it has none; and who made it. */
  inode = 0;
  uid = 0;
  protected readonly parts: SockParts;

  constructor(parts: SockParts, family: number, type: number, protocol: number) {
    this.parts = parts;
    this.family = family;
    this.type = type;
    this.protocol = protocol;
    this.readQueue = new WaitQueue(parts.scheduler, 'wait_woken');
    this.writeQueue = new WaitQueue(parts.scheduler, 'wait_woken');
    const { rmemDefault, wmemDefault } = parts.settings;
    this.options = new SockOptions(rmemDefault, wmemDefault);
  }

  // ---- What a protocol does ----------------------------------------------------------------

  bind(_address: SockAddress): number {
    return -ERRNO.EOPNOTSUPP;
  }

  /**
   * Begins to connect: 0 when that was all, -EINPROGRESS when it has begun, -EALREADY while one
   * that was begun earlier is under way (0, once, when it has succeeded since), -EISCONN. With
   * `isRetry` it is asked again by who waits for what was begun: WOULD_BLOCK, 0 or why it failed. A
   * socket without connections keeps the address as its peer; AF_UNSPEC takes it away.
   */
  connect(_address: SockAddress, _isRetry: boolean): number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** `backlog` has been cut to somaxconn. */
  listen(_backlog: number): number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** A new connection, or WOULD_BLOCK. */
  accept(): Sock | number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** `how` is one of SHUT. */
  shutdown(_how: number): number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** Its own address, or its peer's (-ENOTCONN without one). */
  abstract name(isPeer: boolean): SockAddress | number;

  /** Who is at the other end, for SO_PEERCRED; undefined where that is nobody here. */
  peerCredentials():
    | { readonly pid: number; readonly uid: number; readonly gid: number }
    | undefined {
    return undefined;
  }

  /**
   * Takes what there is room for: a stream some of it, the others all or nothing. Answers how many
   * bytes. `flags` are MSG bits; that nothing may wait is the caller's to know.
   */
  abstract send(message: Message, flags: number): MaySleep<number>;

  /** Answers how many bytes, 0 at a stream's end; MSG.PEEK leaves them there. */
  abstract receive(message: Message, flags: number): number;

  /** POLL bits that hold now. */
  abstract poll(): number;

  /** True for a socket that waits for connections. */
  get isListening(): boolean {
    return false;
  }

  /**
   * The last descriptor is gone. WOULD_BLOCK when SO_LINGER wants the caller to wait until the data
   * have gone: it sleeps on `writeQueue` until `isLingering` is false, or the time is up, and
   * calls `release` no second time. What is to go on by itself goes on.
   */
  abstract release(): number;

  get isLingering(): boolean {
    return false;
  }

  /** Options of levels other than SOL.SOCKET (those: sock-options.ts). */
  setOption(_level: number, _name: number, _value: Uint8Array): number {
    return -ERRNO.ENOPROTOOPT;
  }

  /** The option, in at most `length` bytes, or a negative errno. */
  getOption(_level: number, _name: number, _length: number): Uint8Array | number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** An option of SOL.SOCKET has a new value: SO. */
  optionChanged(_name: number): void {}

  /** What is no ioctl of all sockets: FIONREAD, SIOCGIFADDR, …; -ENOTTY for what is unknown. */
  ioctl(_command: number, _argument: number, _memory: IoMemory): number {
    return -ERRNO.ENOTTY;
  }

  // ---- What all protocols use --------------------------------------------------------------

  /** The error that waits to be reported, negative, is cleared; 0 for none. Linux: sock_error. */
  takeError(): number {
    const { error } = this;
    this.error = 0;
    return error === 0 ? 0 : -error;
  }

  /** Something can be read. Linux: sk_data_ready. Context: any. */
  dataReady(): void {
    this.readQueue.wakeAll();
  }

  /** There is room to send. Linux: sk_write_space. Context: any. */
  writeSpace(): void {
    this.writeQueue.wakeAll();
  }

  /** Connected, or ended: everybody looks again. Linux: sk_state_change. Context: any. */
  stateChanged(): void {
    this.readQueue.wakeAll();
    this.writeQueue.wakeAll();
  }

  /** The next call reports `errno`, which is positive. Linux: sk_error_report. Context: any. */
  reportError(errno: number): void {
    this.error = errno;
    this.stateChanged();
  }

  /** Tells a receiver who wants to know when the packet came. Linux: sock_recv_timestamp. */
  addTimestamp(message: Message, timestampNs: number): void {
    const { timestamp, timestampns } = this.options;
    if (timestamp) message.control.push(timestampControl(SO.TIMESTAMP, timestampNs, NS_PER_US));
    else if (timestampns) message.control.push(timestampControl(SO.TIMESTAMPNS, timestampNs, 1));
  }

  /** Whether the running task may what CAP_NET_ADMIN and CAP_NET_RAW allow. Context: task. */
  get isPrivileged(): boolean {
    return capable(this.parts.credentials());
  }

  get settings(): SockSettings {
    return this.parts.settings;
  }

  get interfaces(): InterfaceNames {
    return this.parts.interfaces;
  }

  /** shutdown(2) has ended what it sends, or what it receives. */
  get isSendShut(): boolean {
    return (this.shutdownMask & SHUTDOWN.SEND) !== 0;
  }

  get isReceiveShut(): boolean {
    return (this.shutdownMask & SHUTDOWN.RECEIVE) !== 0;
  }

  get isStream(): boolean {
    return this.type === SOCK.STREAM;
  }
}

/** What socket(2) asks for a new socket. */
export interface SocketFamily {
  /** AF. */
  readonly family: number;
  /** A socket, or -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM, -ENOMEM. */
  create(type: number, protocol: number): Sock | number;
  /** Two that are connected with each other: socketpair(2). */
  createPair?(type: number, protocol: number): readonly [Sock, Sock] | number;
}

/** Linux: sock_register, net_families. */
export class SocketFamilies {
  readonly #byNumber = new Map<number, SocketFamily>();

  register(family: SocketFamily): void {
    this.#byNumber.set(family.family, family);
  }

  /** The family, or why there cannot be a socket of this type in it. */
  find(family: number, type: number): SocketFamily | number {
    if (family < 0 || family >= AF.MAX) return -ERRNO.EAFNOSUPPORT;
    if (type > SOCK.PACKET) return -ERRNO.EINVAL;
    return this.#byNumber.get(family) ?? -ERRNO.EAFNOSUPPORT;
  }
}

/** A struct timeval or a struct timespec, by the unit that it counts below the second. */
function timestampControl(type: number, timestampNs: number, unitNs: number): ControlMessage {
  const data = new Uint8Array(2 * BIGINT64_BYTES);
  const view = new DataView(data.buffer);
  const seconds = Math.floor(timestampNs / NS_PER_S);
  const rest = Math.floor((timestampNs - seconds * NS_PER_S) / unitNs);
  view.setBigInt64(0, BigInt(seconds), true);
  view.setBigInt64(BIGINT64_BYTES, BigInt(rest), true);
  return { level: SOL.SOCKET, type, data };
}
