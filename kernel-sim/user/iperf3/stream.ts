// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A connection that data go over, and what is counted of it.
 *
 * Counterpart: iperf 3.12, src/iperf_tcp.c, src/iperf_udp.c, struct iperf_stream.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { MSG } from '../../uapi/socket.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import { TCP, TCP_INFO } from '../../uapi/tcp.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';

const US_PER_S = 1_000_000;
/** In front of each datagram: seconds, microseconds, number. */
const UDP_HEADER_BYTES = 12;
/** RFC 1889: the weight of the newest value. */
const JITTER_GAIN = 1 / 16;

/** What tcp_info says while data are sent. */
export interface TcpState {
  readonly retransmits: number;
  readonly cwndBytes: number;
  readonly sndWnd: number;
  readonly rttUs: number;
  readonly rttvarUs: number;
  readonly pmtu: number;
}

/** What is counted up to an instant. */
export interface Counts {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly retransmits: number;
}

export interface StreamParts {
  readonly fd: number;
  readonly id: number;
  readonly local: InetSocketAddress;
  readonly remote: InetSocketAddress;
  readonly isUdp: boolean;
  readonly isSender: boolean;
  readonly blockBytes: number;
  /** A block of memory of that size. */
  readonly buffer: number;
}

export class Stream {
  readonly parts: StreamParts;
  readonly #c: Libc;
  /** The other end has closed it, or it is broken. */
  isOver = false;
  bytes = 0;
  packets = 0;
  errors = 0;
  outOfOrder = 0;
  /** Seconds. */
  jitter = 0;
  #lastTransit: number | undefined;
  tcp: TcpState | undefined;
  /** Of the smoothed time to the other end and back, as seen at each interval's end. */
  readonly rtts: number[] = [];
  maxCwndBytes = 0;
  maxSndWnd = 0;

  constructor(c: Libc, parts: StreamParts) {
    this.#c = c;
    this.parts = parts;
  }

  get counts(): Counts {
    const { bytes, packets, errors } = this;
    return { bytes, packets, errors, retransmits: this.tcp?.retransmits ?? 0 };
  }

  /** Sends a block as far as there is room: how many bytes, or a negative errno. */
  *send(nowUs: number): Sleeping<number> {
    const { fd, blockBytes, buffer, isUdp } = this.parts;
    if (isUdp) this.#stamp(nowUs);
    const flags = MSG.DONTWAIT | MSG.NOSIGNAL;
    const sent = yield* this.#c.call(SYS.sendto, fd, buffer, blockBytes, flags, 0, 0);
    if (sent < 0) {
      this.isOver = !isJustFull(sent);
      return sent;
    }
    this.bytes += sent;
    this.packets++;
    return sent;
  }

  #stamp(nowUs: number): void {
    const seconds = Math.floor(nowUs / US_PER_S);
    const header = new Uint8Array(UDP_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, seconds);
    view.setUint32(4, Math.floor(nowUs - seconds * US_PER_S));
    view.setUint32(8, this.packets + 1);
    this.#c.cpu.storeBytes(this.parts.buffer, header);
  }

  /** Takes what has come, at most a block: how many bytes, 0 at the end, or a negative errno. */
  *receive(nowUs: number): Sleeping<number> {
    const { fd, blockBytes, buffer, isUdp } = this.parts;
    const { DONTWAIT } = MSG;
    const count = yield* this.#c.call(SYS.recvfrom, fd, buffer, blockBytes, DONTWAIT, 0, 0);
    if (count <= 0) {
      this.isOver = count === 0 ? !isUdp : !isJustFull(count);
      return count;
    }
    this.bytes += count;
    if (isUdp && count >= UDP_HEADER_BYTES) this.#takeDatagram(nowUs);
    return count;
  }

  #takeDatagram(nowUs: number): void {
    const header = this.#c.cpu.loadBytes(this.parts.buffer, UDP_HEADER_BYTES);
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const sentUs = view.getUint32(0) * US_PER_S + view.getUint32(4);
    const number = view.getUint32(8);
    if (number > this.packets) {
      // Those between are missing, unless they still come.
      this.errors += number - this.packets - 1;
      this.packets = number;
    } else {
      this.outOfOrder++;
      if (this.errors > 0) this.errors--;
    }
    const transit = (nowUs - sentUs) / US_PER_S;
    const change = Math.abs(transit - (this.#lastTransit ?? transit));
    this.#lastTransit = transit;
    this.jitter += (change - this.jitter) * JITTER_GAIN;
  }

  /** Asks the connection how it is. */
  *look(): Sleeping<void> {
    if (this.parts.isUdp || !this.parts.isSender) return;
    const { fd } = this.parts;
    const info = yield* this.#c.getsockopt(fd, IPPROTO.TCP, TCP.INFO, TCP_INFO.SIZE);
    if (typeof info === 'number' || info.length < TCP_INFO.SIZE) return;
    const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
    const word = (at: number): number => view.getUint32(at, true);
    this.tcp = {
      retransmits: word(TCP_INFO.totalRetrans),
      cwndBytes: word(TCP_INFO.sndCwnd) * word(TCP_INFO.sndMss),
      sndWnd: word(TCP_INFO.sndWnd),
      rttUs: word(TCP_INFO.rtt),
      rttvarUs: word(TCP_INFO.rttvar),
      pmtu: word(TCP_INFO.pmtu),
    };
    this.rtts.push(this.tcp.rttUs);
    this.maxCwndBytes = Math.max(this.maxCwndBytes, this.tcp.cwndBytes);
    this.maxSndWnd = Math.max(this.maxSndWnd, this.tcp.sndWnd);
  }
}

/** Nothing is wrong: there is only nothing to do. */
function isJustFull(failure: number): boolean {
  return failure === -ERRNO.EAGAIN || failure === -ERRNO.ENOBUFS;
}
