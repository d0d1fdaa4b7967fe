// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sockets of AF_NETLINK: programs ask the kernel, and hear of what changes.
 *
 * A request is served inside the send. Its answers wait in the socket's queue as datagrams of one
 * or more messages; a dump goes on as it is read.
 *
 * Linux: net/netlink/af_netlink.c, netlink(7). Differs: programs cannot send to each other.
 */
import { isCoroutine } from '../../lib/coroutine.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { type MaySleep, type Sleeping, WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import { NETLINK_OPTION, NLM_F, NLMSG, NLMSGERR_ATTR, NLMSGHDR } from '../../uapi/netlink.ts';
import { AF, MSG, SOL } from '../../uapi/socket.ts';
import type { Message } from '../message.ts';
import type { SockAddress } from '../sock-address.ts';
import { Sock, type SockParts } from '../socket.ts';
import { MessageBuilder, type NetlinkMessage, parseMessages } from './netlink-message.ts';

const { EBUSY, ECONNREFUSED, EFAULT, EINVAL, EMSGSIZE, ENOBUFS, ENOPROTOOPT, EOPNOTSUPP } = ERRNO;

/** A datagram of a dump is as long as its reader has room, within these. */
const DUMP_BYTES_MIN = 8 * 1024;
const DUMP_BYTES_MAX = 32 * 1024;
/** What a datagram costs beside its bytes. Linux: struct sk_buff and skb_shared_info. */
const BUFFER_BYTES = 768;

/** What is wrong, in words, and at which byte of the request. Linux: struct netlink_ext_ack. */
export interface ExtAck {
  message: string;
  offset?: number;
}

/** Says why not. Linux: NL_SET_ERR_MSG. */
export function refuse(ack: ExtAck, message: string, errno: number = EINVAL): number {
  ack.message = message;
  return -errno;
}

/** A request, and who made it. */
export interface NetlinkRequest {
  readonly message: NetlinkMessage;
  readonly sock: NetlinkSock;
  readonly ack: ExtAck;
}

/** Messages that are made as they are read. */
export interface Dump {
  readonly messages: Iterator<Uint8Array>;
}

/** Who answers at one protocol of netlink. */
export interface NetlinkProtocol {
  readonly number: number;
  /** How many multicast groups there are. */
  readonly groups: number;
  /** Serves one request: 0, a negative errno, or a dump. */
  serve(request: NetlinkRequest): MaySleep<number | Dump>;
}

/** Ports and members of groups: netlink.ts. */
export interface NetlinkPorts {
  /** Gives a socket a port: 0, -EADDRINUSE. A port of 0 is any. */
  bind(sock: NetlinkSock, port: number): number;
  forget(sock: NetlinkSock): void;
}

interface Datagram {
  readonly bytes: Uint8Array;
  /** The group that it went to, 0 for one who asked. */
  readonly group: number;
}

export class NetlinkSock extends Sock {
  port = 0;
  readonly groups = new Set<number>();
  readonly netlink: NetlinkProtocol;
  readonly #ports: NetlinkPorts;
  readonly #queue: Datagram[] = [];
  readonly #flags = new Set<number>();
  #destination = { pid: 0, groups: 0 };
  #dump: (Dump & { readonly request: NetlinkMessage }) | undefined;
  /** A message of a dump that did not fit any more. */
  #held: Uint8Array | undefined;

  constructor(parts: SockParts, ports: NetlinkPorts, type: number, netlink: NetlinkProtocol) {
    super(parts, AF.NETLINK, type, netlink.number);
    this.#ports = ports;
    this.netlink = netlink;
  }

  // ---- Addresses -----------------------------------------------------------------------------

  override bind(address: SockAddress): number {
    if (address.family !== AF.NETLINK) return -EINVAL;
    if (this.port !== 0 && address.pid !== this.port) return -EINVAL;
    if (this.port === 0) {
      const error = this.#ports.bind(this, address.pid);
      if (error !== 0) return error;
    }
    for (let group = 1; group <= 32; group++) {
      const isMember = (address.groups & (1 << (group - 1))) !== 0;
      if (isMember && group <= this.netlink.groups) this.groups.add(group);
      else this.groups.delete(group);
    }
    return 0;
  }

  override connect(address: SockAddress): number {
    if (address.family === AF.UNSPEC) {
      this.#destination = { pid: 0, groups: 0 };
      return 0;
    }
    if (address.family !== AF.NETLINK) return -EINVAL;
    this.#destination = { pid: address.pid, groups: address.groups };
    return this.port === 0 ? this.#ports.bind(this, 0) : 0;
  }

  override name(isPeer: boolean): SockAddress {
    if (isPeer) return { family: AF.NETLINK, ...this.#destination };
    let groups = 0;
    for (const group of this.groups) if (group <= 32) groups |= 1 << (group - 1);
    return { family: AF.NETLINK, pid: this.port, groups: groups >>> 0 };
  }

  // ---- Requests ------------------------------------------------------------------------------

  override send(message: Message, flags: number): MaySleep<number> {
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    const to = message.name ?? { family: AF.NETLINK, ...this.#destination };
    if (to.family !== AF.NETLINK) return -EINVAL;
    if (to.pid !== 0 || to.groups !== 0) return this.isPrivileged ? -ECONNREFUSED : -ERRNO.EPERM;
    if (this.port === 0) {
      const error = this.#ports.bind(this, 0);
      if (error !== 0) return error;
    }
    if (message.remaining > this.options.sndbuf - 32) return -EMSGSIZE;
    const bytes = message.takeAll();
    if (bytes === undefined) return -EFAULT;
    return this.#serveFrom(parseMessages(bytes), 0, bytes.length);
  }

  #serveFrom(messages: readonly NetlinkMessage[], first: number, length: number): MaySleep<number> {
    for (let n = first; n < messages.length; n++) {
      const message = messages[n]!;
      // What is no request, or for netlink itself, is only acknowledged.
      const isAsked = (message.flags & NLM_F.REQUEST) !== 0 && message.type >= NLMSG.MIN_TYPE;
      const ack: ExtAck = { message: '' };
      const answer = isAsked ? this.netlink.serve({ message, sock: this, ack }) : 0;
      if (isCoroutine(answer)) return this.#serveRest(messages, n, length, answer, ack);
      this.#answer(message, answer, ack);
    }
    return length;
  }

  *#serveRest(
    messages: readonly NetlinkMessage[],
    n: number,
    length: number,
    rest: Sleeping<number | Dump>,
    ack: ExtAck,
  ): Sleeping<number> {
    this.#answer(messages[n]!, yield* rest, ack);
    const more = this.#serveFrom(messages, n + 1, length);
    return isCoroutine(more) ? yield* more : more;
  }

  /** A dump begins, or the request is over. */
  #answer(message: NetlinkMessage, answer: number | Dump, ack: ExtAck): void {
    if (typeof answer !== 'number' && this.#dump === undefined) {
      this.#dump = { ...answer, request: message };
      this.#continueDump(DUMP_BYTES_MIN);
      return;
    }
    const error = typeof answer === 'number' ? answer : -EBUSY;
    if (error !== 0 || (message.flags & NLM_F.ACK) !== 0) this.#acknowledge(message, error, ack);
  }

  /** Linux: netlink_ack. */
  #acknowledge(message: NetlinkMessage, error: number, ack: ExtAck): void {
    const isCapped = error === 0 || this.#flags.has(NETLINK_OPTION.CAP_ACK);
    const says = this.#flags.has(NETLINK_OPTION.EXT_ACK);
    const hasText = says && ack.message !== '';
    const hasOffset = says && error !== 0 && ack.offset !== undefined;
    const flags = (isCapped ? NLM_F.CAPPED : 0) | (hasText || hasOffset ? NLM_F.ACK_TLVS : 0);
    const builder = new MessageBuilder(NLMSG.ERROR, flags, message.seq, this.port);
    builder.reserve(4, (view, at) => view.setInt32(at, error, true));
    builder.raw(isCapped ? message.bytes.subarray(0, NLMSGHDR.SIZE) : message.bytes);
    if (hasText) builder.attribute(NLMSGERR_ATTR.MSG, encodeUtf8(`${ack.message}\0`));
    if (hasOffset) builder.u32(NLMSGERR_ATTR.OFFS, ack.offset ?? 0);
    this.deliver(builder.finish(), 0);
  }

  /** One datagram more of the dump. Linux: netlink_dump. */
  #continueDump(maxBytes: number): void {
    const dump = this.#dump;
    if (dump === undefined) return;
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const next = this.#held ?? nextOf(dump.messages);
      this.#held = undefined;
      if (next === undefined) {
        this.#dump = undefined;
        const { seq } = dump.request;
        const done = new MessageBuilder(NLMSG.DONE, NLM_F.MULTI, seq, this.port);
        pieces.push(done.reserve(4).finish());
        break;
      }
      if (length > 0 && length + next.length > maxBytes) {
        this.#held = next;
        break;
      }
      pieces.push(next);
      length += next.length;
    }
    this.deliver(joined(pieces), 0);
  }

  /** A datagram for this socket. One that nobody has read for too long misses some. */
  deliver(bytes: Uint8Array, group: number): void {
    const truesize = bytes.length + BUFFER_BYTES;
    if (group !== 0 && this.rmemAlloc + truesize > this.options.rcvbuf) {
      this.drops++;
      if (!this.#flags.has(NETLINK_OPTION.NO_ENOBUFS)) this.reportError(ENOBUFS);
      return;
    }
    this.rmemAlloc += truesize;
    this.#queue.push({ bytes, group });
    this.dataReady();
  }

  override receive(message: Message, flags: number): number {
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    const error = this.takeError();
    if (error !== 0) return error;
    const [datagram] = this.#queue;
    if (datagram === undefined) return WOULD_BLOCK;
    const { bytes, group } = datagram;
    const length = Math.min(message.remaining, bytes.length);
    const room = message.remaining;
    if (message.put(bytes, 0, length) < length) return -EFAULT;
    if (length < bytes.length) message.flags |= MSG.TRUNC;
    const groups = group === 0 || group > 32 ? 0 : (1 << (group - 1)) >>> 0;
    message.name = { family: AF.NETLINK, pid: 0, groups };
    if (this.#flags.has(NETLINK_OPTION.PKTINFO)) addGroup(message, group);
    if ((flags & MSG.PEEK) === 0) {
      this.#queue.shift();
      this.rmemAlloc -= bytes.length + BUFFER_BYTES;
      if (this.#queue.length === 0) {
        this.#continueDump(Math.max(DUMP_BYTES_MIN, Math.min(room, DUMP_BYTES_MAX)));
      }
    }
    return (flags & MSG.TRUNC) === 0 ? length : bytes.length;
  }

  override poll(): number {
    let events: number = POLL.OUT | POLL.WRNORM;
    if (this.#queue.length > 0) events |= POLL.IN | POLL.RDNORM;
    if (this.error !== 0) events |= POLL.ERR;
    return events;
  }

  override release(): number {
    this.#ports.forget(this);
    this.#queue.length = 0;
    this.#dump = undefined;
    this.stateChanged();
    return 0;
  }

  /** A dump is under way. */
  get isDumping(): boolean {
    return this.#dump !== undefined;
  }

  /** What stands in the header of a request to dump narrows it down. */
  get isStrict(): boolean {
    return this.#flags.has(NETLINK_OPTION.GET_STRICT_CHK);
  }

  // ---- Options -------------------------------------------------------------------------------

  override setOption(level: number, name: number, value: Uint8Array): number {
    if (level !== SOL.NETLINK) return -ENOPROTOOPT;
    if (value.length < 4) return -EINVAL;
    const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    switch (name) {
      case NETLINK_OPTION.ADD_MEMBERSHIP:
      case NETLINK_OPTION.DROP_MEMBERSHIP:
        if (number <= 0 || number > this.netlink.groups) return -EINVAL;
        if (name === NETLINK_OPTION.ADD_MEMBERSHIP) this.groups.add(number);
        else this.groups.delete(number);
        return 0;
      default:
        if (!FLAGS.has(name)) return -ENOPROTOOPT;
        if (number === 0) this.#flags.delete(name);
        else this.#flags.add(name);
        return 0;
    }
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    if (level !== SOL.NETLINK || !FLAGS.has(name)) return -ENOPROTOOPT;
    if (length < 4) return -EINVAL;
    return Uint8Array.of(this.#flags.has(name) ? 1 : 0, 0, 0, 0);
  }
}

/** Options that are on or off. */
const FLAGS: ReadonlySet<number> = new Set([
  NETLINK_OPTION.PKTINFO,
  NETLINK_OPTION.BROADCAST_ERROR,
  NETLINK_OPTION.NO_ENOBUFS,
  NETLINK_OPTION.LISTEN_ALL_NSID,
  NETLINK_OPTION.CAP_ACK,
  NETLINK_OPTION.EXT_ACK,
  NETLINK_OPTION.GET_STRICT_CHK,
]);

/** struct nl_pktinfo. */
function addGroup(message: Message, group: number): void {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, group, true);
  message.control.push({ level: SOL.NETLINK, type: NETLINK_OPTION.PKTINFO, data });
}

function nextOf(messages: Iterator<Uint8Array>): Uint8Array | undefined {
  const step = messages.next();
  return step.done === true ? undefined : step.value;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
