// SPDX-License-Identifier: GPL-2.0-or-later
/** What sock_diag(7) says of sockets of AF_UNIX. Linux: net/unix/diag.c. */
import { encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NLM_F } from '../../uapi/netlink.ts';
import {
  SOCK_DIAG_BY_FAMILY,
  TCP_STATE,
  UDIAG_SHOW,
  UNIX_DIAG,
  UNIX_DIAG_MSG,
  UNIX_DIAG_REQ,
} from '../../uapi/sock-diag.ts';
import { AF } from '../../uapi/socket.ts';
import { MessageBuilder, viewOf } from '../netlink/netlink-message.ts';
import type { Dump, NetlinkRequest } from '../netlink/netlink-sock.ts';
import { type DiagFamily, skMeminfo } from '../netlink/sock-diag.ts';
import type { UnixSock } from './unix-sock.ts';
import type { UnixSockets } from './unix.ts';

const STATES = {
  listening: TCP_STATE.LISTEN,
  connected: TCP_STATE.ESTABLISHED,
  unconnected: TCP_STATE.CLOSE,
} as const;

export class UnixDiag implements DiagFamily {
  readonly #unix: UnixSockets;

  constructor(unix: UnixSockets) {
    this.#unix = unix;
  }

  dump({ message: { payload, seq }, sock }: NetlinkRequest): Dump | number {
    if (payload.length < UNIX_DIAG_REQ.SIZE) return -ERRNO.EINVAL;
    const states = viewOf(payload).getUint32(UNIX_DIAG_REQ.states, true);
    const show = viewOf(payload).getUint32(UNIX_DIAG_REQ.show, true);
    const answer = { flags: NLM_F.MULTI, seq, port: sock.port };
    return { messages: messagesOf(this.#unix.sockets, states, show, answer) };
  }

  get({ message: { payload, seq }, sock }: NetlinkRequest): number {
    if (payload.length < UNIX_DIAG_REQ.SIZE) return -ERRNO.EINVAL;
    const inode = viewOf(payload).getUint32(UNIX_DIAG_REQ.ino, true);
    const show = viewOf(payload).getUint32(UNIX_DIAG_REQ.show, true);
    if (inode === 0) return -ERRNO.EINVAL;
    const found = this.#unix.sockets.find((one) => one.inode === inode);
    if (found === undefined) return -ERRNO.ENOENT;
    sock.deliver(message(found, show, { flags: 0, seq, port: sock.port }), 0);
    return 0;
  }
}

interface Answer {
  readonly flags: number;
  readonly seq: number;
  readonly port: number;
}

function* messagesOf(
  sockets: readonly UnixSock[],
  states: number,
  show: number,
  answer: Answer,
): Generator<Uint8Array> {
  for (const sock of sockets) {
    if ((states & (1 << STATES[sock.state])) !== 0) yield message(sock, show, answer);
  }
}

/** Linux: sk_diag_fill. */
function message(sock: UnixSock, show: number, { flags, seq, port }: Answer): Uint8Array {
  const builder = new MessageBuilder(SOCK_DIAG_BY_FAMILY, flags, seq, port);
  builder.reserve(UNIX_DIAG_MSG.SIZE, (view, at) => {
    view.setUint8(at + UNIX_DIAG_MSG.family, AF.UNIX);
    view.setUint8(at + UNIX_DIAG_MSG.type, sock.type);
    view.setUint8(at + UNIX_DIAG_MSG.state, STATES[sock.state]);
    view.setUint32(at + UNIX_DIAG_MSG.ino, sock.inode, true);
    view.setUint32(at + UNIX_DIAG_MSG.cookie, sock.inode, true);
  });
  const { path, peer } = sock;
  if ((show & UDIAG_SHOW.NAME) !== 0 && path !== '') {
    builder.attribute(UNIX_DIAG.NAME, encodeUtf8(path));
  }
  if ((show & UDIAG_SHOW.PEER) !== 0 && peer !== undefined) {
    builder.u32(UNIX_DIAG.PEER, peer.inode);
  }
  if ((show & UDIAG_SHOW.RQLEN) !== 0) {
    const isListening = sock.state === 'listening';
    const waiting = isListening ? sock.backlogLength : sock.queuedBytes;
    const room = isListening ? sock.backlogMax : sock.wmemAlloc;
    const lengths = new Uint8Array(8);
    viewOf(lengths).setUint32(0, waiting, true);
    viewOf(lengths).setUint32(4, room, true);
    builder.attribute(UNIX_DIAG.RQLEN, lengths);
  }
  if ((show & UDIAG_SHOW.MEMINFO) !== 0) {
    builder.attribute(UNIX_DIAG.MEMINFO, skMeminfo(sock, 0));
  }
  builder.u8(UNIX_DIAG.SHUTDOWN, sock.shutdownMask);
  if ((show & UDIAG_SHOW.UID) !== 0) builder.u32(UNIX_DIAG.UID, sock.uid);
  return builder.finish();
}
