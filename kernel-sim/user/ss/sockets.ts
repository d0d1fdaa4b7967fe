// SPDX-License-Identifier: GPL-2.0-or-later
/** What NETLINK_SOCK_DIAG tells of sockets: sock_diag(7). */
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { NETLINK } from '../../uapi/netlink.ts';
import {
  INET_DIAG,
  INET_DIAG_MSG,
  INET_DIAG_REQ,
  INET_DIAG_SOCKID,
  SOCK_DIAG_BY_FAMILY,
  TCP_STATE,
  UDIAG_SHOW,
  UNIX_DIAG,
  UNIX_DIAG_MSG,
  UNIX_DIAG_REQ,
} from '../../uapi/sock-diag.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import { type DetailOptions, detailsText, extensionsFor } from './details.ts';
import {
  Attributes,
  MessageBuilder,
  NetlinkClient,
  type NetlinkMessage,
} from '../support/netlink.ts';

/** By the letter of the option that asks for them. */
export type Kind = 't' | 'u' | 'w' | 'x';

export interface Listed {
  /** `tcp`, `udp`, `raw`, `u_str`, … */
  readonly netid: string;
  /** TCP_STATE. */
  readonly state: number;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly local: Place;
  readonly peer: Place;
  readonly inode: number;
  /** What the options ask for besides. */
  readonly details: string;
}

/** An address and a port; of AF_UNIX a path and an inode. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface Wanted {
  readonly families: 'both' | 'v4' | 'v6';
  /** Or bits 1 << TCP_STATE. */
  readonly which: 'all' | 'listening' | 'connected' | number;
  readonly details: DetailOptions;
}

const ALL_STATES = 0xfff;
const LISTENING = (1 << TCP_STATE.LISTEN) | (1 << TCP_STATE.CLOSE);
const CONNECTED =
  ALL_STATES & ~(LISTENING | (1 << TCP_STATE.TIME_WAIT) | (1 << TCP_STATE.SYN_RECV));
const PROTOCOLS = { t: IPPROTO.TCP, u: IPPROTO.UDP, w: 255 } as const;
const NETIDS = { t: 'tcp', u: 'udp', w: 'raw' } as const;
const UNIX_NETIDS: Readonly<Record<number, string>> = {
  [SOCK.STREAM]: 'u_str',
  [SOCK.DGRAM]: 'u_dgr',
  [SOCK.SEQPACKET]: 'u_seq',
};

/** Sockets of one kind, or a negative errno. */
export function* listSockets(
  c: Libc,
  kind: Kind,
  { families, which, details }: Wanted,
): Sleeping<readonly Listed[] | number> {
  const netlink = yield* NetlinkClient.open(c, NETLINK.SOCK_DIAG);
  if (typeof netlink === 'number') return netlink;
  const states = statesOf(which);
  if (kind === 'x') return yield* listUnix(netlink, states);
  const listed: Listed[] = [];
  for (const family of [AF.INET, AF.INET6]) {
    if (families === (family === AF.INET ? 'v6' : 'v4')) continue;
    const request = new MessageBuilder(INET_DIAG_REQ.SIZE);
    request.view.setUint8(INET_DIAG_REQ.family, family);
    request.view.setUint8(INET_DIAG_REQ.protocol, PROTOCOLS[kind]);
    request.view.setUint8(INET_DIAG_REQ.ext, extensionsFor(details));
    request.view.setUint32(INET_DIAG_REQ.states, states, true);
    const answer = yield* netlink.dump(SOCK_DIAG_BY_FAMILY, request.bytes());
    // A kernel without the family or the protocol has no such sockets.
    if ('messages' in answer) {
      listed.push(...answer.messages.map((message) => inetSocket(message, NETIDS[kind], details)));
    } else if (answer.error !== -ERRNO.ENOENT && answer.error !== -ERRNO.EINVAL) {
      return answer.error;
    }
  }
  return listed;
}

function statesOf(which: Wanted['which']): number {
  if (typeof which === 'number') return which;
  return which === 'all' ? ALL_STATES : which === 'listening' ? LISTENING : CONNECTED;
}

function inetSocket({ body }: NetlinkMessage, netid: string, details: DetailOptions): Listed {
  const attributes = new Attributes(body, INET_DIAG_MSG.SIZE);
  const id = INET_DIAG_MSG.id;
  const family = body.getUint8(INET_DIAG_MSG.family);
  const isV6Only = attributes.u8(INET_DIAG.SKV6ONLY) === 1;
  const place = (address: number, port: number): Place => ({
    address: addressAt(body, id + address, family, isV6Only),
    port: body.getUint16(id + port),
  });
  return {
    netid,
    state: body.getUint8(INET_DIAG_MSG.state),
    receiveQueue: body.getUint32(INET_DIAG_MSG.rqueue, true),
    sendQueue: body.getUint32(INET_DIAG_MSG.wqueue, true),
    local: place(INET_DIAG_SOCKID.src, INET_DIAG_SOCKID.sport),
    peer: place(INET_DIAG_SOCKID.dst, INET_DIAG_SOCKID.dport),
    inode: body.getUint32(INET_DIAG_MSG.inode, true),
    details: detailsText({ body, attributes, isUdp: netid === 'udp' }, details),
  };
}

/** Any address of both families is `*`. */
function addressAt(body: DataView, at: number, family: number, isV6Only: boolean): string {
  if (family === AF.INET) return formatIpv4(body.getUint32(at));
  const bytes = new Uint8Array(body.buffer, body.byteOffset + at, 16);
  if (!isV6Only && bytes.every((byte) => byte === 0)) return '*';
  return `[${formatIpv6(ipv6FromBytes(bytes))}]`;
}

function* listUnix(netlink: NetlinkClient, states: number): Sleeping<readonly Listed[] | number> {
  const request = new MessageBuilder(UNIX_DIAG_REQ.SIZE);
  const show = UDIAG_SHOW.NAME | UDIAG_SHOW.PEER | UDIAG_SHOW.RQLEN;
  request.view.setUint8(UNIX_DIAG_REQ.family, AF.UNIX);
  request.view.setUint32(UNIX_DIAG_REQ.states, states, true);
  request.view.setUint32(UNIX_DIAG_REQ.show, show, true);
  const answer = yield* netlink.dump(SOCK_DIAG_BY_FAMILY, request.bytes());
  if (!('messages' in answer)) return answer.error === -ERRNO.ENOENT ? [] : answer.error;
  return answer.messages.map(({ body }) => {
    const attributes = new Attributes(body, UNIX_DIAG_MSG.SIZE);
    const name = attributes.bytes(UNIX_DIAG.NAME);
    const queues = attributes.view(UNIX_DIAG.RQLEN);
    const inode = body.getUint32(UNIX_DIAG_MSG.ino, true);
    return {
      netid: UNIX_NETIDS[body.getUint8(UNIX_DIAG_MSG.type)] ?? 'u_str',
      state: body.getUint8(UNIX_DIAG_MSG.state),
      receiveQueue: queues?.getUint32(0, true) ?? 0,
      sendQueue: queues?.getUint32(4, true) ?? 0,
      local: { address: name === undefined ? '*' : unixName(name), port: inode },
      peer: { address: '*', port: attributes.u32(UNIX_DIAG.PEER) ?? 0 },
      inode,
      details: '',
    };
  });
}

/** An abstract name begins with an at sign in place of its NUL. */
function unixName(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  return text.startsWith('\0') ? `@${text.slice(1)}` : text.replace(/\0.*$/s, '');
}
