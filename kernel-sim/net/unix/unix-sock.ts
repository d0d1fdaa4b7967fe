// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A socket of AF_UNIX: stream, datagram and seqpacket. What one sends lies in its peer's queue
 * until that reads it, and counts as memory of the sender.
 *
 * Linux: net/unix/af_unix.c, unix(7). Differs: no open files are passed (SCM_RIGHTS).
 */
// tidy: long because the three kinds share their queue, and differ in a line here and there
import { ERRNO } from '../../uapi/errno.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { POLL } from '../../uapi/fs.ts';
import { AF, MSG, SCM, SOCK, SOCKET_IOCTL, SOL, UCRED } from '../../uapi/socket.ts';
import { putInt32 } from '../../fs/user-int.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { Message } from '../message.ts';
import type { SockAddress } from '../sock-address.ts';
import { SHUTDOWN, Sock, type SockParts } from '../socket.ts';

const {
  EADDRINUSE,
  ECONNREFUSED,
  ECONNRESET,
  EFAULT,
  EINVAL,
  EISCONN,
  EMSGSIZE,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
} = ERRNO;

/** What a buffer costs beside its data. Linux: struct sk_buff and skb_shared_info. */
const BUFFER_BYTES = 768;
/** The longest piece of a stream. */
const PIECE_MAX = 32 * 1024;

export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Names of sockets, and who the running task is: unix.ts. */
export interface UnixNames {
  bind(sock: UnixSock, path: string): string | number;
  find(path: string, type: number): UnixSock | number;
  /** A socket that a connection made. */
  adopt(sock: UnixSock): void;
  /** The socket is gone, and so is its name. */
  forget(sock: UnixSock): void;
  current(): Peer;
  /** net.unix.max_dgram_qlen: how many datagrams may wait. */
  readonly queueMax: number;
}

/** What was sent at once. */
interface Piece {
  bytes: Uint8Array;
  readonly sender: UnixSock;
  readonly name: string;
  readonly credentials: Peer;
  readonly truesize: number;
}

type State = 'unconnected' | 'listening' | 'connected';

export class UnixSock extends Sock {
  /** '' while it has none. */
  path = '';
  peer: UnixSock | undefined = undefined;
  state: State = 'unconnected';
  readonly #names: UnixNames;
  readonly #queue: Piece[] = [];
  /** Connections that nobody has accepted. */
  readonly #backlog: UnixSock[] = [];
  #backlogMax = 0;
  /** Those who wait for room in the queues here. */
  readonly #waiters = new Set<UnixSock>();
  #isDead = false;
  #peerCredentials: Peer | undefined = undefined;

  constructor(parts: SockParts, names: UnixNames, type: number) {
    super(parts, AF.UNIX, type, 0);
    this.#names = names;
  }

  get #isConnectionless(): boolean {
    return this.type === SOCK.DGRAM;
  }

  override get isListening(): boolean {
    return this.state === 'listening';
  }

  /** Bytes that wait to be read. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get backlogLength(): number {
    return this.#backlog.length;
  }

  get backlogMax(): number {
    return this.#backlogMax;
  }

  // ---- Names and connections ----------------------------------------------------------------

  override bind(address: SockAddress): number {
    if (address.family !== AF.UNIX || this.path !== '') return -EINVAL;
    const path = this.#names.bind(this, address.path);
    if (typeof path === 'number') return path === -ERRNO.EEXIST ? -EADDRINUSE : path;
    this.path = path;
    return 0;
  }

  override listen(backlog: number): number {
    if (this.#isConnectionless) return -EOPNOTSUPP;
    if (this.path === '' || this.state === 'connected') return -EINVAL;
    this.state = 'listening';
    this.#backlogMax = backlog;
    this.#peerCredentials = this.#names.current();
    this.#wakeWaiters();
    return 0;
  }

  override connect(address: SockAddress): number {
    if (this.#isConnectionless) return this.#setPeer(address);
    if (address.family !== AF.UNIX || address.path === '') return -EINVAL;
    if (this.state === 'connected') return -EISCONN;
    if (this.state === 'listening') return -EINVAL;
    const listener = this.#names.find(address.path, this.type);
    if (typeof listener === 'number') return listener;
    if (!listener.isListening || listener.isReceiveShut) return -ECONNREFUSED;
    if (listener.#backlog.length > listener.#backlogMax) {
      listener.#waiters.add(this);
      return WOULD_BLOCK;
    }
    const accepted = new UnixSock(this.parts, this.#names, this.type);
    this.#names.adopt(accepted);
    accepted.path = listener.path;
    accepted.uid = listener.uid;
    accepted.#join(this, this.#names.current());
    this.#join(accepted, listener.#peerCredentials);
    listener.#backlog.push(accepted);
    listener.dataReady();
    return 0;
  }

  /** Connects two that have just been made: socketpair(2). */
  join(other: UnixSock): void {
    this.#join(other, this.#names.current());
    other.#join(this, this.#names.current());
  }

  #join(peer: UnixSock, credentials: Peer | undefined): void {
    this.peer = peer;
    this.state = 'connected';
    this.#peerCredentials = credentials;
  }

  /** Where datagrams go from now on. */
  #setPeer(address: SockAddress): number {
    if (address.family === AF.UNSPEC) {
      this.peer = undefined;
      this.state = 'unconnected';
      return 0;
    }
    if (address.family !== AF.UNIX) return -EINVAL;
    const peer = this.#names.find(address.path, this.type);
    if (typeof peer === 'number') return peer;
    if (!peer.mayHear(this)) return -ERRNO.EPERM;
    this.peer = peer;
    this.state = 'connected';
    return 0;
  }

  /** Whoever is connected hears its peer only. Linux: unix_may_send. */
  mayHear(sender: UnixSock): boolean {
    return !this.#isConnectionless || this.peer === undefined || this.peer === sender;
  }

  override accept(): Sock | number {
    if (this.#isConnectionless) return -EOPNOTSUPP;
    if (!this.isListening) return -EINVAL;
    const accepted = this.#backlog.shift();
    if (accepted === undefined) return this.isReceiveShut ? -EINVAL : WOULD_BLOCK;
    this.#wakeWaiters();
    return accepted;
  }

  override shutdown(how: number): number {
    const mask = how + 1;
    const { peer } = this;
    this.shutdownMask |= mask;
    this.stateChanged();
    if (peer === undefined || this.#isConnectionless) return 0;
    if ((mask & SHUTDOWN.RECEIVE) !== 0) peer.shutdownMask |= SHUTDOWN.SEND;
    if ((mask & SHUTDOWN.SEND) !== 0) peer.shutdownMask |= SHUTDOWN.RECEIVE;
    peer.stateChanged();
    return 0;
  }

  override name(isPeer: boolean): SockAddress | number {
    if (!isPeer) return { family: AF.UNIX, path: this.path };
    return this.peer === undefined ? -ENOTCONN : { family: AF.UNIX, path: this.peer.path };
  }

  override peerCredentials(): Peer | undefined {
    return this.#peerCredentials;
  }

  // ---- Data --------------------------------------------------------------------------------

  override send(message: Message, flags: number): number {
    const error = this.takeError();
    if (error !== 0) return error;
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    return this.#isConnectionless ? this.#sendDatagram(message) : this.#sendOn(message);
  }

  #sendOn(message: Message): number {
    const { peer } = this;
    if (this.isStream && message.name !== undefined) {
      return this.state === 'connected' ? -EISCONN : -EOPNOTSUPP;
    }
    if (peer === undefined) return -ENOTCONN;
    if (this.isSendShut || peer.#isDead || peer.isReceiveShut) return -EPIPE;
    if (!this.isStream) return this.#sendWhole(message, peer);
    let sent = 0;
    while (message.remaining > 0 && this.wmemAlloc < this.options.sndbuf) {
      const bytes = new Uint8Array(Math.min(message.remaining, PIECE_MAX));
      const moved = message.take(bytes, 0, bytes.length);
      if (moved > 0) peer.#put(this, bytes.subarray(0, moved));
      sent += moved;
      if (moved < bytes.length) return sent > 0 ? sent : -EFAULT;
    }
    return sent === 0 && message.remaining > 0 ? WOULD_BLOCK : sent;
  }

  #sendDatagram(message: Message): number {
    const { name } = message;
    if (name === undefined && this.peer === undefined) return -ENOTCONN;
    if (this.isSendShut) return -EPIPE;
    if (name === undefined && this.peer !== undefined && this.peer.#isDead) {
      this.peer = undefined;
      this.state = 'unconnected';
      return -ECONNREFUSED;
    }
    if (name !== undefined && name.family !== AF.UNIX) return -EINVAL;
    const to = name === undefined ? this.peer! : this.#names.find(name.path, this.type);
    if (typeof to === 'number') return to;
    if (!to.mayHear(this)) return -ERRNO.EPERM;
    if (to.isReceiveShut) return -EPIPE;
    return this.#sendWhole(message, to);
  }

  #sendWhole(message: Message, to: UnixSock): number {
    const length = message.remaining;
    if (length > this.options.sndbuf - 32) return -EMSGSIZE;
    const isFull = to.#queue.length > this.#names.queueMax && to !== this;
    if (isFull || this.wmemAlloc >= this.options.sndbuf) {
      if (isFull) to.#waiters.add(this);
      return WOULD_BLOCK;
    }
    const bytes = message.takeAll();
    if (bytes === undefined) return -EFAULT;
    to.#put(this, bytes);
    return length;
  }

  /** Something arrives. */
  #put(sender: UnixSock, bytes: Uint8Array): void {
    const credentials = this.#names.current();
    const truesize = bytes.length + BUFFER_BYTES;
    sender.wmemAlloc += truesize;
    this.#queue.push({ bytes, sender, name: sender.path, credentials, truesize });
    this.dataReady();
  }

  override receive(message: Message, flags: number): number {
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    if (this.isStream) {
      return this.state === 'connected' ? this.#receiveStream(message, flags) : -EINVAL;
    }
    if (this.type === SOCK.SEQPACKET && this.state !== 'connected') return -ENOTCONN;
    const [piece] = this.#queue;
    if (piece === undefined) return this.#whyEmpty();
    const length = Math.min(message.remaining, piece.bytes.length);
    const isCut = length < piece.bytes.length;
    const full = (flags & MSG.TRUNC) === 0 ? length : piece.bytes.length;
    if (message.put(piece.bytes, 0, length) < length) return -EFAULT;
    if (isCut) message.flags |= MSG.TRUNC;
    if (piece.name !== '') message.name = { family: AF.UNIX, path: piece.name };
    this.#addCredentials(message, piece.credentials);
    if ((flags & MSG.PEEK) === 0) this.#drop(piece);
    return full;
  }

  /** Pieces run together, but not those of different senders that this one wants to know. */
  #receiveStream(message: Message, flags: number): number {
    let received = 0;
    let first: Piece | undefined;
    for (let n = 0; message.remaining > 0;) {
      const piece = this.#queue[n];
      if (piece === undefined) break;
      if (first !== undefined && this.options.passcred && !isSame(first, piece)) break;
      first ??= piece;
      const length = Math.min(message.remaining, piece.bytes.length);
      const moved = message.put(piece.bytes, 0, length);
      received += moved;
      if ((flags & MSG.PEEK) !== 0) n++;
      else if (moved === piece.bytes.length) this.#drop(piece);
      else piece.bytes = piece.bytes.subarray(moved);
      if (moved < length) return received > 0 ? received : -EFAULT;
    }
    const asksForNothing = message.remaining === 0 && this.#queue.length > 0;
    if (first === undefined) return asksForNothing ? 0 : this.#whyEmpty();
    this.#addCredentials(message, first.credentials);
    return received;
  }

  #whyEmpty(): number {
    const error = this.takeError();
    if (error !== 0) return error;
    return this.isReceiveShut ? 0 : WOULD_BLOCK;
  }

  #drop(piece: Piece): void {
    const at = this.#queue.indexOf(piece);
    if (at >= 0) this.#queue.splice(at, 1);
    piece.sender.wmemAlloc -= piece.truesize;
    if (piece.sender.#isWritable) piece.sender.writeSpace();
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    for (const waiter of this.#waiters) waiter.writeSpace();
    this.#waiters.clear();
  }

  #addCredentials(message: Message, { pid, uid, gid }: Peer): void {
    if (!this.options.passcred) return;
    const data = new Uint8Array(UCRED.SIZE);
    const view = new DataView(data.buffer);
    view.setInt32(UCRED.pid, pid, true);
    view.setUint32(UCRED.uid, uid, true);
    view.setUint32(UCRED.gid, gid, true);
    message.control.push({ level: SOL.SOCKET, type: SCM.CREDENTIALS, data });
  }

  // ---- The rest ----------------------------------------------------------------------------

  /** Linux: unix_writable. */
  get #isWritable(): boolean {
    return this.state !== 'listening' && this.wmemAlloc * 4 <= this.options.sndbuf;
  }

  override poll(): number {
    let events = 0;
    if (this.error !== 0) events |= POLL.ERR;
    if (this.shutdownMask === SHUTDOWN.BOTH) events |= POLL.HUP;
    if (this.isReceiveShut) events |= POLL.IN | POLL.RDNORM | POLL.RDHUP;
    if (this.#queue.length > 0 || this.#backlog.length > 0) events |= POLL.IN | POLL.RDNORM;
    if (!this.#isConnectionless && this.state === 'unconnected') events |= POLL.HUP;
    if (this.#isWritable && !this.#isPeerFull()) events |= POLL.OUT | POLL.WRNORM;
    return events;
  }

  /** A poller that waits for room in its peer's queue hears of it. */
  #isPeerFull(): boolean {
    const { peer } = this;
    if (this.isStream || peer === undefined) return false;
    if (peer.#queue.length <= this.#names.queueMax) return false;
    peer.#waiters.add(this);
    return true;
  }

  override ioctl(command: number, argument: number, memory: IoMemory): number {
    if (command === SOCKET_IOCTL.SIOCOUTQ) return putInt32(memory, argument, this.wmemAlloc);
    if (command !== SOCKET_IOCTL.SIOCINQ) return -ERRNO.ENOTTY;
    if (this.isListening) return -EINVAL;
    const [next] = this.#queue;
    const bytes = this.#isConnectionless ? (next?.bytes.length ?? 0) : this.queuedBytes;
    return putInt32(memory, argument, bytes);
  }

  override release(): number {
    const { peer } = this;
    const wasUnread = this.#queue.length > 0;
    this.#isDead = true;
    this.shutdownMask = SHUTDOWN.BOTH;
    this.#names.forget(this);
    for (const waiting of this.#backlog) waiting.#abandon();
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) this.#drop(next);
    this.#wakeWaiters();
    if (peer !== undefined) peer.#waiters.delete(this);
    if (peer !== undefined && !this.#isConnectionless) {
      peer.shutdownMask = SHUTDOWN.BOTH;
      if (wasUnread) peer.error = ECONNRESET;
    }
    peer?.stateChanged();
    return 0;
  }

  /** A connection that nobody accepted, and nobody will. */
  #abandon(): void {
    const { peer } = this;
    this.release();
    peer?.reportError(ECONNRESET);
  }
}

function isSame(one: Piece, other: Piece): boolean {
  const { pid, uid, gid } = one.credentials;
  const theirs = other.credentials;
  return pid === theirs.pid && uid === theirs.uid && gid === theirs.gid;
}
