// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * NETLINK_SOCK_DIAG: which sockets there are, for ss(8).
 *
 * Linux: net/core/sock_diag.c, net/ipv4/inet_diag.c. Differs: no filter programs; who asks picks.
 */
import { ipv6ToBytes, type IpAddress } from '../../lib/ip-address.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NETLINK, NLM_F } from '../../uapi/netlink.ts';
import {
  INET_DIAG,
  INET_DIAG_MSG,
  INET_DIAG_REQ,
  INET_DIAG_SOCKID,
  SK_MEMINFO,
  SOCK_DIAG_BY_FAMILY,
  TCP_STATE,
} from '../../uapi/sock-diag.ts';
import { AF } from '../../uapi/socket.ts';
import type { Sock } from '../socket.ts';
import { MessageBuilder, viewOf } from './netlink-message.ts';
import type { Dump, NetlinkProtocol, NetlinkRequest } from './netlink-sock.ts';

const { EINVAL, ENOENT, EOPNOTSUPP } = ERRNO;

const U32_BYTES = 4;

/** What a protocol says of one socket. Linux: struct inet_diag_msg and what goes with it. */
export interface InetDiagEntry {
  readonly family: number;
  /** TCP_STATE, for UDP, too: ESTABLISHED with a peer, else CLOSE. */
  readonly state: number;
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly destinationPort: number;
  /** The interface that it is bound to, or 0. */
  readonly ifindex: number;
  /** 0 none, 1 retransmission, 2 keepalive, 3 TIME-WAIT, 4 zero window probe. */
  readonly timer: number;
  readonly retransmissions: number;
  /** Milliseconds until the timer. */
  readonly expiresMs: number;
  /** Bytes to read and unacknowledged bytes; of a listener, its queue and the queue's limit. */
  readonly receiveQueue: number;
  readonly sendQueue: number;
  /** Undefined for what has none any more, such as a connection in TIME-WAIT. */
  readonly sock: Sock | undefined;
  readonly uid: number;
  readonly inode: number;
  /** Stays the same for as long as the socket is there. */
  readonly cookie: number;
  readonly tos?: number;
  /** struct tcp_info. */
  readonly info?: Uint8Array;
  readonly congestionControl?: string;
  readonly isV6Only?: boolean;
}

/** All sockets of one protocol and family. */
export type InetDiagSource = () => Iterable<InetDiagEntry>;

/** Who answers for a family. */
export interface DiagFamily {
  dump(request: NetlinkRequest): Dump | number;
  get(request: NetlinkRequest): number;
}

export class SockDiag implements NetlinkProtocol {
  readonly number = NETLINK.SOCK_DIAG;
  readonly groups = 4;
  readonly #families = new Map<number, DiagFamily>();
  readonly #inet: InetDiag = new InetDiag();

  constructor() {
    this.register(AF.INET, this.#inet);
    this.register(AF.INET6, this.#inet);
  }

  /** Linux: sock_diag_register. */
  register(family: number, diag: DiagFamily): void {
    this.#families.set(family, diag);
  }

  /** `protocol` is an IPPROTO. Linux: inet_diag_register. */
  registerInet(family: number, protocol: number, source: InetDiagSource): void {
    this.#inet.register(family, protocol, source);
  }

  serve(request: NetlinkRequest): Dump | number {
    const { type, payload, flags } = request.message;
    if (type !== SOCK_DIAG_BY_FAMILY) return -EINVAL;
    if (payload.length < 2) return -EINVAL;
    const family = this.#families.get(payload[0] ?? 0);
    if (family === undefined) return -ENOENT;
    return (flags & NLM_F.DUMP) === 0 ? family.get(request) : family.dump(request);
  }
}

class InetDiag implements DiagFamily {
  readonly #sources = new Map<string, InetDiagSource>();

  register(family: number, protocol: number, source: InetDiagSource): void {
    this.#sources.set(`${family}/${protocol}`, source);
  }

  #source(payload: Uint8Array): InetDiagSource | number {
    if (payload.length < INET_DIAG_REQ.SIZE) return -EINVAL;
    return this.#sources.get(`${payload[0]}/${payload[INET_DIAG_REQ.protocol]}`) ?? -ENOENT;
  }

  dump({ message: { payload, seq }, sock }: NetlinkRequest): Dump | number {
    const source = this.#source(payload);
    if (typeof source === 'number') return source;
    const view = viewOf(payload);
    const wanted = {
      states: view.getUint32(INET_DIAG_REQ.states, true),
      sourcePort: view.getUint16(INET_DIAG_REQ.id + INET_DIAG_SOCKID.sport),
      destinationPort: view.getUint16(INET_DIAG_REQ.id + INET_DIAG_SOCKID.dport),
    };
    const extensions = view.getUint8(INET_DIAG_REQ.ext);
    const answer = { flags: NLM_F.MULTI, seq, port: sock.port };
    return { messages: matching(source(), wanted, (entry) => message(entry, extensions, answer)) };
  }

  /** The one socket whose addresses and ports are these. */
  get({ message: { payload, seq, flags }, sock }: NetlinkRequest): number {
    const source = this.#source(payload);
    if (typeof source === 'number') return source;
    if ((flags & NLM_F.REQUEST) === 0) return -EOPNOTSUPP;
    const wanted = payload.subarray(INET_DIAG_REQ.id, INET_DIAG_REQ.id + INET_DIAG_SOCKID.ifindex);
    const extensions = payload[INET_DIAG_REQ.ext] ?? 0;
    for (const entry of source()) {
      const found = message(entry, extensions, { flags: 0, seq, port: sock.port });
      const at = NLMSG_BYTES + INET_DIAG_MSG.id;
      if (!wanted.every((byte, n) => byte === found[at + n])) continue;
      sock.deliver(found, 0);
      return 0;
    }
    return -ENOENT;
  }
}

const NLMSG_BYTES = 16;

interface Wanted {
  /** Bits by state. */
  readonly states: number;
  /** 0: any. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

function* matching(
  entries: Iterable<InetDiagEntry>,
  { states, sourcePort, destinationPort }: Wanted,
  make: (entry: InetDiagEntry) => Uint8Array,
): Generator<Uint8Array> {
  for (const entry of entries) {
    if ((states & (1 << entry.state)) === 0) continue;
    if (sourcePort !== 0 && entry.sourcePort !== sourcePort) continue;
    if (destinationPort !== 0 && entry.destinationPort !== destinationPort) continue;
    yield make(entry);
  }
}

/** Linux: inet_sk_diag_fill, inet_diag_msg_attrs_fill. */
function message(
  entry: InetDiagEntry,
  extensions: number,
  { flags, seq, port }: { readonly flags: number; readonly seq: number; readonly port: number },
): Uint8Array {
  const wants = (attribute: number): boolean => (extensions & (1 << (attribute - 1))) !== 0;
  const builder = new MessageBuilder(SOCK_DIAG_BY_FAMILY, flags, seq, port);
  builder.reserve(INET_DIAG_MSG.SIZE, (view, at) => fillHeader(view, at, entry));
  builder.u8(INET_DIAG.SHUTDOWN, entry.sock?.shutdownMask ?? 0);
  if (entry.tos !== undefined && wants(INET_DIAG.TOS)) builder.u8(INET_DIAG.TOS, entry.tos);
  if (entry.isV6Only !== undefined && entry.family === AF.INET6 && isUnconnected(entry)) {
    builder.u8(INET_DIAG.SKV6ONLY, entry.isV6Only ? 1 : 0);
  }
  const mark = entry.sock?.options.mark ?? 0;
  if (mark !== 0) builder.u32(INET_DIAG.MARK, mark);
  const { sock } = entry;
  if (sock !== undefined && wants(INET_DIAG.MEMINFO)) {
    const memory = words(sock.rmemAlloc, entry.sendQueue, 0, sock.wmemAlloc);
    builder.attribute(INET_DIAG.MEMINFO, memory);
  }
  if (sock !== undefined && wants(INET_DIAG.SKMEMINFO)) {
    builder.attribute(INET_DIAG.SKMEMINFO, skMeminfo(sock, entry.sendQueue));
  }
  if (entry.info !== undefined && wants(INET_DIAG.INFO)) {
    builder.attribute(INET_DIAG.INFO, entry.info);
  }
  if (entry.congestionControl !== undefined && wants(INET_DIAG.CONG)) {
    builder.attribute(INET_DIAG.CONG, encodeUtf8(`${entry.congestionControl}\0`));
  }
  return builder.finish();
}

function isUnconnected({ state }: InetDiagEntry): boolean {
  return state === TCP_STATE.LISTEN || state === TCP_STATE.CLOSE;
}

function fillHeader(view: DataView, at: number, entry: InetDiagEntry): void {
  const id = at + INET_DIAG_MSG.id;
  view.setUint8(at + INET_DIAG_MSG.family, entry.family);
  view.setUint8(at + INET_DIAG_MSG.state, entry.state);
  view.setUint8(at + INET_DIAG_MSG.timer, entry.timer);
  view.setUint8(at + INET_DIAG_MSG.retrans, entry.retransmissions);
  view.setUint16(id + INET_DIAG_SOCKID.sport, entry.sourcePort);
  view.setUint16(id + INET_DIAG_SOCKID.dport, entry.destinationPort);
  putAddress(view, id + INET_DIAG_SOCKID.src, entry.source);
  putAddress(view, id + INET_DIAG_SOCKID.dst, entry.destination);
  view.setUint32(id + INET_DIAG_SOCKID.ifindex, entry.ifindex, true);
  view.setUint32(id + INET_DIAG_SOCKID.cookie, entry.cookie, true);
  view.setUint32(at + INET_DIAG_MSG.expires, entry.expiresMs, true);
  view.setUint32(at + INET_DIAG_MSG.rqueue, entry.receiveQueue, true);
  view.setUint32(at + INET_DIAG_MSG.wqueue, entry.sendQueue, true);
  view.setUint32(at + INET_DIAG_MSG.uid, entry.uid, true);
  view.setUint32(at + INET_DIAG_MSG.inode, entry.inode, true);
}

function putAddress(view: DataView, at: number, address: IpAddress): void {
  if (typeof address === 'number') view.setUint32(at, address);
  else for (const [n, byte] of ipv6ToBytes(address).entries()) view.setUint8(at + n, byte);
}

/** Linux: sk_get_meminfo. */
export function skMeminfo(sock: Sock, queued: number): Uint8Array {
  const { rcvbuf, sndbuf } = sock.options;
  const memory: number[] = [];
  memory[SK_MEMINFO.RMEM_ALLOC] = sock.rmemAlloc;
  memory[SK_MEMINFO.RCVBUF] = rcvbuf;
  memory[SK_MEMINFO.WMEM_ALLOC] = sock.wmemAlloc;
  memory[SK_MEMINFO.SNDBUF] = sndbuf;
  memory[SK_MEMINFO.FWD_ALLOC] = 0;
  memory[SK_MEMINFO.WMEM_QUEUED] = queued;
  memory[SK_MEMINFO.OPTMEM] = 0;
  memory[SK_MEMINFO.BACKLOG] = 0;
  memory[SK_MEMINFO.DROPS] = sock.drops;
  return words(...memory);
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(U32_BYTES * values.length);
  const view = viewOf(bytes);
  for (const [n, value] of values.entries()) view.setUint32(U32_BYTES * n, value, true);
  return bytes;
}
