// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A TCP socket: what a program does with a connection, or with a listener.
 *
 * Linux: net/ipv4/af_inet.c (inet_stream_connect, inet_listen, inet_accept, inet_shutdown),
 * tcp_v4_connect, tcp_poll, tcp_close, tcp_ioctl.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { mapIpv4 } from '../../lib/ip-address.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import {
  INADDR_ANY,
  INADDR_LOOPBACK,
  IN6ADDR_ANY,
  IN6ADDR_LOOPBACK,
  IPPROTO,
} from '../../uapi/in.ts';
import { AF, SHUT, SO, SOCK, SOCKET_IOCTL } from '../../uapi/socket.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { InetSock } from '../inet-sock.ts';
import type { Message } from '../message.ts';
import type { Ports } from '../ports.ts';
import type { SockAddress } from '../sock-address.ts';
import { SHUTDOWN, type Sock } from '../socket.ts';
import { close } from './close.ts';
import { Connection, SENDING, states, SYNCHRONIZED, URGENT } from './connection.ts';
import { receiveSegment } from './input.ts';
import { startKeepalive } from './keepalive.ts';
import { Listener } from './listener.ts';
import { connectTo, makeConnection } from './open.ts';
import { sendFin, sendSyn } from './output.ts';
import { readStream, writeStream } from './stream.ts';
import { getTcpOption, setTcpOption } from './tcp-options.ts';
import { CONNECTION_TIMERS } from './timers.ts';
import { abort, done, setState } from './state.ts';
import type { Tcp } from './tcp.ts';
import { TimeWait } from './time-wait.ts';
import { isAtMark } from './urgent.ts';
import { distance } from './seq.ts';
import { isWritable } from './window.ts';

const { CLOSE, CLOSE_WAIT, ESTABLISHED, FIN_WAIT1, LAST_ACK, LISTEN, SYN_RECV, SYN_SENT } =
  TCP_STATE;
const { EADDRINUSE, EADDRNOTAVAIL, EALREADY, ECONNABORTED, EINPROGRESS, EINVAL } = ERRNO;
const { EISCONN, ENETUNREACH, ENOTCONN, EFAULT } = ERRNO;

const OPENING = states(SYN_SENT, SYN_RECV);
const LINGERING = states(FIN_WAIT1, TCP_STATE.CLOSING, LAST_ACK);
const INT_BYTES = 4;
/** A timestamp of a TIME-WAIT tells a new connection's segments apart after so long. */
const REUSE_NS = 1_000_000_000;

export class TcpSock extends InetSock {
  readonly tcp: Tcp;
  /** Another one after connect(2) to AF_UNSPEC. */
  tp: Connection;
  listener: Listener | undefined = undefined;
  /** How far connect(2) has come. Linux: socket->state. */
  phase: 'unconnected' | 'connecting' | 'connected' = 'unconnected';

  constructor(tcp: Tcp, family: number) {
    super(tcp.stack, family, SOCK.STREAM, IPPROTO.TCP);
    this.tcp = tcp;
    const { options } = this;
    options.rcvbuf = tcp.settings.rmem[1];
    options.sndbuf = tcp.settings.wmem[1];
    this.tp = this.#makeConnection();
  }

  #makeConnection(): Connection {
    const layer = this.tcp.stack.layer(this.anyAddress);
    return new Connection(this.tcp, this, layer, CONNECTION_TIMERS);
  }

  get ports(): Pick<Ports, 'bind' | 'release'> {
    return this.tcp.ports;
  }

  // ---- Connecting ----------------------------------------------------------------------------

  override connect(address: SockAddress, isRetry: boolean): number {
    if (isRetry) return this.#connectResult();
    if (address.family === AF.UNSPEC) return this.#disconnect();
    switch (this.phase) {
      case 'connected':
        return -EISCONN;
      case 'connecting': {
        const result = this.#connectResult();
        return result === WOULD_BLOCK ? -EALREADY : result;
      }
      default: {
        if (this.tp.state !== CLOSE) return -EISCONN;
        const answer = this.#beginConnect(address);
        return answer < 0 ? answer : -EINPROGRESS;
      }
    }
  }

  /** What has become of it: WOULD_BLOCK, 0, or why it failed. */
  #connectResult(): number {
    const { tp } = this;
    if (tp.isIn(OPENING) && this.error === 0) return WOULD_BLOCK;
    if (tp.state === CLOSE || this.error !== 0) {
      this.phase = 'unconnected';
      return this.takeError() || -ECONNABORTED;
    }
    this.phase = 'connected';
    return 0;
  }

  /** Linux: tcp_v4_connect, tcp_connect. */
  #beginConnect(address: SockAddress): number {
    const wanted = this.decode(address);
    if (typeof wanted === 'number') return wanted;
    const destination = orLoopback(wanted.address);
    const { tcp, tp } = this;
    if (this.source !== undefined && typeof this.source !== typeof destination) return -ENETUNREACH;
    const { ifindex } = wanted;
    if (ifindex !== 0 && ![0, ifindex].includes(this.boundDevice)) return -EINVAL;
    if (ifindex !== 0) this.options.boundDevice = ifindex;
    const route = this.findRoute(destination, this.source, this.boundDevice);
    if (typeof route === 'number') return route;
    if (route.isBroadcast || route.isMulticast) return -ENETUNREACH;
    const layer = tcp.stack.layer(destination);
    const local = this.source ?? route.source;
    const isFree = (port: number): boolean =>
      this.#isTupleFree(local, port, destination, wanted.port);
    const hadPort = this.localPort !== 0;
    if (!hadPort) {
      const port = tcp.ports.connect(this, isFree);
      if (port < 0) return port;
      this.localPort = port;
    } else if (!isFree(this.localPort)) {
      return -EADDRNOTAVAIL;
    }
    this.error = 0;
    this.softError = 0;
    this.shutdownMask = 0;
    this.peer = destination;
    this.peerPort = wanted.port;
    this.source = local;
    connectTo(tp, layer, route, {
      localAddress: local,
      remoteAddress: destination,
      localPort: this.localPort,
      remotePort: wanted.port,
    });
    this.#evictTimeWait();
    tcp.table.add(tp);
    this.phase = 'connecting';
    tcp.statistics.tcp.ActiveOpens++;
    sendSyn(tp);
    return 0;
  }

  /** Whether nobody has these ends; or only a connection long over. Linux: tcp_twsk_unique. */
  #isTupleFree(local: IpAddress, port: number, remote: IpAddress, remotePort: number): boolean {
    const { tcp } = this;
    const entry = tcp.table.find(local, port, remote, remotePort, this.boundDevice);
    if (entry === undefined) return true;
    if (!(entry instanceof TimeWait) || !entry.hasTimestamps) return false;
    const { twReuse } = tcp.settings;
    const isLoopback =
      typeof local === 'number' ? local >>> 24 === 127 : local === IN6ADDR_LOOPBACK;
    if (twReuse === 0 || (twReuse === 2 && !isLoopback)) return false;
    return tcp.now() - entry.tsRecentNs > REUSE_NS;
  }

  #evictTimeWait(): void {
    const { tcp, tp } = this;
    const { localAddress, localPort, remoteAddress, remotePort } = tp;
    const old = tcp.table.find(localAddress, localPort, remoteAddress, remotePort, 0);
    if (!(old instanceof TimeWait)) return;
    tp.writeSeq = old.nextIsn;
    tp.sndUna = tp.writeSeq;
    tp.sndNxt = tp.writeSeq;
    tp.sndUp = tp.writeSeq;
    old.end();
  }

  /** connect(2) to AF_UNSPEC: ends it, and the socket can be used again. */
  #disconnect(): number {
    const { tp } = this;
    if (tp.state === LISTEN) this.#stopListening();
    else if (tp.state !== CLOSE) abort(tp, 0);
    tp.receive.clear();
    this.tp = this.#makeConnection();
    this.tp.options = tp.options;
    this.tp.congestion = this.tcp.makeCongestion(tp.congestion.name);
    this.phase = 'unconnected';
    this.shutdownMask = 0;
    this.peer = undefined;
    this.peerPort = 0;
    if (!this.isAddressBound) {
      this.source = undefined;
      this.localAddress = this.anyAddress;
    }
    return 0;
  }

  /** Its connection is over, or it listens no more: others may have the port. */
  releasePort(): void {
    if (this.isPortBound && !this.tp.isOrphan) return;
    this.tcp.ports.release(this);
    this.localPort = 0;
  }

  // ---- Listening -----------------------------------------------------------------------------

  override get isListening(): boolean {
    return this.tp.state === LISTEN;
  }

  override listen(backlog: number): number {
    const { tp, tcp } = this;
    if (this.listener !== undefined && tp.state === LISTEN) {
      this.listener.backlog = backlog;
      return 0;
    }
    if (this.phase !== 'unconnected' || tp.state !== CLOSE) return -EINVAL;
    const answer = this.autobind();
    if (answer < 0) return answer;
    setState(tp, LISTEN);
    if (tcp.ports.conflicts(this, this.localPort)) {
      setState(tp, CLOSE);
      return -EADDRINUSE;
    }
    this.shutdownMask = 0;
    const parts = {
      tcp,
      sock: this,
      port: this.localPort,
      makeChild: (request: Parameters<typeof makeConnection>[1]) => this.#makeChild(request),
      receive: receiveSegment,
    };
    this.listener = new Listener(parts, backlog);
    const others = tcp.listeners.get(this.localPort);
    if (others === undefined) tcp.listeners.set(this.localPort, [this]);
    else others.push(this);
    return 0;
  }

  #makeChild(request: Parameters<typeof makeConnection>[1]): Connection {
    const { tcp } = this;
    const child = new TcpSock(tcp, this.family);
    child.uid = this.uid;
    child.options.inheritFrom(this.options);
    Object.assign(child.inet, this.inet);
    const { localAddress, remoteAddress, localPort, remotePort } = request;
    child.options.boundDevice = request.boundDevice;
    child.localAddress =
      typeof localAddress === 'number' && this.family === AF.INET6
        ? mapIpv4(localAddress)
        : localAddress;
    child.source = localAddress;
    child.peer = remoteAddress;
    child.localPort = localPort;
    child.peerPort = remotePort;
    child.phase = 'connected';
    makeConnection(child.tp, request, this.tp);
    tcp.ports.add(child, localPort);
    tcp.table.add(child.tp);
    return child.tp;
  }

  override accept(): Sock | number {
    const { listener } = this;
    if (listener === undefined) return -EINVAL;
    const tp = listener.acceptQueue.shift();
    if (tp === undefined) return this.error === 0 ? WOULD_BLOCK : this.takeError();
    tp.onEstablished = undefined;
    return tp.sock;
  }

  #stopListening(): void {
    const { listener, tcp, tp } = this;
    setState(tp, CLOSE);
    this.listener = undefined;
    const left = (tcp.listeners.get(this.localPort) ?? []).filter((sock) => sock !== this);
    if (left.length === 0) tcp.listeners.delete(this.localPort);
    else tcp.listeners.set(this.localPort, left);
    for (const child of listener?.stop() ?? []) {
      if (child.state !== CLOSE) abort(child, 0);
      (child.sock as TcpSock).release();
    }
    this.stateChanged();
  }

  // ---- Data ----------------------------------------------------------------------------------

  send(message: Message, flags: number): number {
    return writeStream(this.tp, message, flags);
  }

  receive(message: Message, flags: number): number {
    return readStream(this.tp, message, flags);
  }

  /** Linux: tcp_poll. */
  poll(): number {
    const { tp, shutdownMask } = this;
    if (this.listener !== undefined) return this.listener.acceptQueue.length > 0 ? POLL.IN : 0;
    let events = 0;
    if (shutdownMask === SHUTDOWN.BOTH || tp.state === CLOSE) events |= POLL.HUP;
    if ((shutdownMask & SHUTDOWN.RECEIVE) !== 0) events |= POLL.IN;
    if (!tp.isIn(OPENING)) {
      const readable = distance(tp.copiedSeq, tp.rcvNxt);
      if (!tp.receive.isEmpty && readable >= this.options.rcvlowat) events |= POLL.IN;
      if (this.isSendShut || isWritable(tp)) events |= POLL.OUT;
      if (tp.urgentState === URGENT.VALID) events |= POLL.PRI;
    }
    if (this.error !== 0 || this.errors.length > 0) events |= POLL.ERR;
    return events;
  }

  /** Linux: inet_shutdown, tcp_shutdown. */
  override shutdown(how: number): number {
    const { tp } = this;
    const mask = how === SHUT.RDWR ? SHUTDOWN.BOTH : how + 1;
    if (tp.state === CLOSE) return -ENOTCONN;
    if (tp.state === LISTEN) {
      if ((mask & SHUTDOWN.RECEIVE) !== 0) this.#stopListening();
      return 0;
    }
    if (tp.state === SYN_SENT) {
      this.phase = 'unconnected';
      done(tp);
      return 0;
    }
    this.shutdownMask |= mask;
    if ((mask & SHUTDOWN.SEND) !== 0) this.#endStream();
    this.stateChanged();
    return 0;
  }

  /** The FIN, unless it has gone already. Linux: tcp_close_state. */
  #endStream(): void {
    const { tp } = this;
    if (tp.state === ESTABLISHED || tp.state === SYN_RECV) setState(tp, FIN_WAIT1);
    else if (tp.state === CLOSE_WAIT) setState(tp, LAST_ACK);
    else return;
    sendFin(tp);
  }

  override name(isPeer: boolean): SockAddress | number {
    if (isPeer && (this.phase === 'unconnected' || this.tp.isIn(states(CLOSE, SYN_SENT)))) {
      return -ENOTCONN;
    }
    return super.name(isPeer);
  }

  // ---- The end -------------------------------------------------------------------------------

  /** Linux: inet_release, tcp_close. */
  release(): number {
    const { tp, options } = this;
    this.shutdownMask = SHUTDOWN.BOTH;
    this.errors.clear();
    if (tp.state === LISTEN) this.#stopListening();
    close(tp, () => this.#endStream());
    this.releasePort();
    return options.lingerSeconds > 0 && this.isLingering ? WOULD_BLOCK : 0;
  }

  override get isLingering(): boolean {
    return this.tp.isIn(LINGERING);
  }

  // ---- Options -------------------------------------------------------------------------------

  override setOption(level: number, name: number, value: Uint8Array): number {
    if (level === IPPROTO.TCP) return setTcpOption(this.tp, name, value);
    this.tp.outputOptions = undefined;
    return super.setOption(level, name, value);
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    if (level === IPPROTO.TCP) return getTcpOption(this.tp, name, length);
    return super.getOption(level, name, length);
  }

  override optionChanged(name: number): void {
    const { tp, options } = this;
    if (name === SO.KEEPALIVE && tp.isIn(SYNCHRONIZED)) {
      if (options.keepalive) startKeepalive(tp);
      else tp.keepaliveTimer.cancel();
    }
  }

  override ioctl(command: number, argument: number, memory: IoMemory): number {
    const { tp } = this;
    let number: number;
    switch (command) {
      case SOCKET_IOCTL.SIOCINQ:
        if (tp.state === LISTEN) return -EINVAL;
        number = this.#readableBytes();
        break;
      case SOCKET_IOCTL.SIOCOUTQ:
        if (tp.state === LISTEN) return -EINVAL;
        number = tp.isIn(SENDING) ? distance(tp.sndUna, tp.writeSeq) : 0;
        break;
      case SOCKET_IOCTL.SIOCATMARK:
        number = isAtMark(tp) ? 1 : 0;
        break;
      default:
        return this.stack.ioctl(this, command, argument, memory);
    }
    const bytes = new Uint8Array(INT_BYTES);
    new DataView(bytes.buffer).setInt32(0, number, true);
    return memory.copyTo(argument, bytes, 0, INT_BYTES) === INT_BYTES ? 0 : -EFAULT;
  }

  #readableBytes(): number {
    const { tp } = this;
    if (tp.isIn(OPENING) || tp.receive.isEmpty) return 0;
    const bytes = distance(tp.copiedSeq, tp.rcvNxt);
    return tp.hasReceivedFin ? bytes - 1 : bytes;
  }
}

function orLoopback(address: IpAddress): IpAddress {
  if (address === INADDR_ANY) return INADDR_LOOPBACK;
  return address === IN6ADDR_ANY ? IN6ADDR_LOOPBACK : address;
}
