// SPDX-License-Identifier: GPL-2.0-or-later
/** The sockets of a test. Counterpart: iperf 3.12, src/net.c, iperf_tcp.c, iperf_udp.c. */
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import { IP, IPPROTO, IPV6 } from '../../uapi/in.ts';
import { AF, SO, SOCK, SOL } from '../../uapi/socket.ts';
import { TCP } from '../../uapi/tcp.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import type { TestSettings } from './options.ts';
import { cookieBytes, writeAll } from './protocol.ts';
import { Stream } from './stream.ts';

/** The first datagram of a stream, and the answer to it: numbers of a little-endian machine. */
const UDP_HELLO = encodeUtf8('9876');
const UDP_WELCOME = encodeUtf8('6789');
const UDP_PATIENCE_MS = 30_000;
const BACKLOG = 128;
const UDP_BLOCK_BYTES = 1460;
const UDP_BLOCK_BYTES_MAX = 65_507;

function wildcard(family: number): string {
  return family === AF.INET6 ? '::' : '0.0.0.0';
}

/** Sets what the test asks of a stream's socket: 0 or a negative errno. */
function* prepare(c: Libc, fd: number, family: number, test: TestSettings): Sleeping<number> {
  const set: (readonly [number, number, number | Uint8Array])[] = [];
  if (test.windowBytes > 0) {
    set.push([SOL.SOCKET, SO.RCVBUF, test.windowBytes], [SOL.SOCKET, SO.SNDBUF, test.windowBytes]);
  }
  if (test.tos > 0) {
    const isIpv6 = family === AF.INET6;
    set.push(isIpv6 ? [IPPROTO.IPV6, IPV6.TCLASS, test.tos] : [IPPROTO.IP, IP.TOS, test.tos]);
  }
  if (!test.isUdp) {
    if (test.isNoDelay) set.push([IPPROTO.TCP, TCP.NODELAY, 1]);
    if (test.mss > 0) set.push([IPPROTO.TCP, TCP.MAXSEG, test.mss]);
    if (test.congestion !== '') {
      set.push([IPPROTO.TCP, TCP.CONGESTION, encodeUtf8(test.congestion)]);
    }
  }
  for (const [level, name, value] of set) {
    const failure = yield* c.setsockopt(fd, level, name, value);
    if (failure < 0) return failure;
  }
  return 0;
}

export interface Place {
  readonly remote: InetSocketAddress;
  readonly bindAddress: string | undefined;
  /** 0: any. */
  readonly localPort: number;
}

function* openFrom(c: Libc, type: number, place: Place): Sleeping<number> {
  const { family } = place.remote;
  const fd = yield* c.socket(family, type);
  if (fd < 0 || (place.bindAddress === undefined && place.localPort === 0)) return fd;
  yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
  const address = place.bindAddress ?? wildcard(family);
  const failure = yield* c.bind(fd, { family, address, port: place.localPort });
  if (failure >= 0) return fd;
  yield* c.close(fd);
  return failure;
}

/** A stream's socket at the client's end, or a negative errno. */
export function* connectStream(
  c: Libc,
  place: Place,
  test: TestSettings,
  cookie: string,
): Sleeping<number> {
  const fd = yield* openFrom(c, test.isUdp ? SOCK.DGRAM : SOCK.STREAM, place);
  if (fd < 0) return fd;
  let failure = yield* prepare(c, fd, place.remote.family, test);
  if (failure >= 0) failure = yield* c.connect(fd, place.remote);
  if (failure >= 0) {
    failure = test.isUdp ? yield* greet(c, fd) : yield* writeAll(c, fd, cookieBytes(cookie));
  }
  if (failure >= 0) return fd;
  yield* c.close(fd);
  return failure;
}

function* greet(c: Libc, fd: number): Sleeping<number> {
  const sent = yield* c.send(fd, UDP_HELLO);
  if (sent < 0) return sent;
  const ready = yield* c.poll([{ fd, events: POLL.IN }], UDP_PATIENCE_MS);
  if (typeof ready === 'number') return ready;
  if (ready[0] === 0) return -ERRNO.ETIMEDOUT;
  const answer = yield* c.recv(fd, UDP_WELCOME.length);
  return typeof answer === 'number' ? answer : 0;
}

/** A socket that waits for clients at a port; with AF.UNSPEC it takes both families. */
export function* listenAt(
  c: Libc,
  family: number,
  bindAddress: string | undefined,
  port: number,
  isUdp: boolean,
): Sleeping<number> {
  const own = family === AF.INET6 ? AF.INET6 : AF.INET;
  const fd = yield* c.socket(own, isUdp ? SOCK.DGRAM : SOCK.STREAM);
  if (fd < 0) return fd;
  yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
  let failure = yield* c.bind(fd, { family: own, address: bindAddress ?? wildcard(own), port });
  if (failure >= 0 && !isUdp) failure = yield* c.listen(fd, BACKLOG);
  if (failure >= 0) return fd;
  yield* c.close(fd);
  return failure;
}

/** Makes a waiting UDP socket the stream of whoever has sent the first datagram to it. */
export function* welcome(c: Libc, fd: number, test: TestSettings): Sleeping<number> {
  const hello = yield* c.recvfrom(fd, UDP_HELLO.length);
  if (typeof hello === 'number') return hello;
  const failure = yield* c.connect(fd, hello.address);
  if (failure < 0) return failure;
  const set = yield* prepare(c, fd, hello.address.family, test);
  return set < 0 ? set : yield* c.send(fd, UDP_WELCOME);
}

/** What a datagram carries unless somebody says otherwise: a segment of the control connection. */
export function* udpBlockBytes(c: Libc, control: number): Sleeping<number> {
  const mss = yield* c.getsockopt_int(control, IPPROTO.TCP, TCP.MAXSEG);
  return mss > 0 && mss <= UDP_BLOCK_BYTES_MAX ? mss : UDP_BLOCK_BYTES;
}

/** The stream on a connected socket; undefined when there is no memory for its block. */
export function* makeStream(
  c: Libc,
  fd: number,
  settings: { readonly id: number; readonly isSender: boolean; readonly test: TestSettings },
): Sleeping<Stream | undefined> {
  const { id, isSender, test } = settings;
  const buffer = yield* c.memory.malloc(test.blockBytes);
  if (buffer === 0) return undefined;
  if (isSender) {
    const random = yield* c.getrandom(Math.min(256, test.blockBytes));
    const pattern = typeof random === 'number' ? new Uint8Array(1) : random;
    const block = new Uint8Array(test.blockBytes);
    for (let at = 0; at < block.length; at += pattern.length) {
      block.set(pattern.subarray(0, Math.min(pattern.length, block.length - at)), at);
    }
    c.cpu.storeBytes(buffer, block);
  }
  const local = yield* c.getsockname(fd);
  const remote = yield* c.getpeername(fd);
  const { isUdp, blockBytes } = test;
  const ends = { local: inetOf(local), remote: inetOf(remote) };
  return new Stream(c, { fd, id, isUdp, isSender, blockBytes, buffer, ...ends });
}

function inetOf(name: object | number): InetSocketAddress {
  const isInet = typeof name === 'object' && 'port' in name;
  return isInet ? (name as InetSocketAddress) : { family: AF.INET, address: '', port: 0 };
}

export function* closeStreams(c: Libc, streams: readonly Stream[]): Sleeping<void> {
  for (const { parts } of streams) {
    yield* c.close(parts.fd);
    c.memory.free(parts.buffer);
  }
}
