// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Errors of what a socket sent, kept for who asked for them with IP_RECVERR: recvmsg(2) with
 * MSG_ERRQUEUE brings what was sent, to whom, and who complains.
 *
 * Linux: ip_icmp_error, ip_local_error and ip_recv_error of net/ipv4/ip_sockglue.c; ipv6's in
 * net/ipv6/datagram.c.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IP, IPPROTO, IPV6, SO_EE_ORIGIN, SOCK_EXTENDED_ERR } from '../uapi/in.ts';
import { AF, MSG } from '../uapi/socket.ts';
import type { SkBuff } from './core/sk-buff.ts';
import type { InetSock } from './inet-sock.ts';
import type { Message } from './message.ts';
import type { TransportError } from './network-layer.ts';
import { encodeAddress } from './sock-address.ts';

/** More are not kept. */
const ERRORS_MAX = 64;
/** TTL in an IPv4 header, hop limit in an IPv6 one. */
const TTL_AT = 8;
const HOP_LIMIT_AT = 7;

interface QueuedError {
  /** What was sent, as far as it was quoted. */
  readonly data: Uint8Array;
  readonly destination: IpAddress;
  readonly port: number;
  readonly errno: number;
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  /** Who complains; undefined: this machine. */
  readonly offender: IpAddress | undefined;
  /** How far the complaint has come. */
  readonly ttl: number;
}

export class ErrorQueue {
  readonly #sock: InetSock;
  readonly #errors: QueuedError[] = [];

  constructor(sock: InetSock) {
    this.#sock = sock;
  }

  get length(): number {
    return this.#errors.length;
  }

  clear(): void {
    this.#errors.length = 0;
  }

  /** `skb` quotes what was sent; its data begin at the transport header, and are not taken. */
  add(
    skb: SkBuff,
    error: TransportError,
    to: { readonly destination: IpAddress; readonly port: number; readonly skip: number },
  ): void {
    const { errno, type, code, mtu, from } = error;
    const isV4 = typeof from === 'number';
    const at = error.outerAt - skb.data + (isV4 ? TTL_AT : HOP_LIMIT_AT);
    this.#push({
      data: skb.copyOut(to.skip, Math.max(0, skb.length - to.skip)),
      destination: to.destination,
      port: to.port,
      errno,
      origin: isV4 ? SO_EE_ORIGIN.ICMP : SO_EE_ORIGIN.ICMP6,
      type,
      code,
      info: mtu,
      offender: from,
      ttl: skb.load8(at),
    });
  }

  /** It did not even leave. */
  addLocal(errno: number, info: number, destination: IpAddress, port: number): void {
    const nothing = { data: new Uint8Array(0), type: 0, code: 0, offender: undefined, ttl: 0 };
    this.#push({ ...nothing, destination, port, errno, info, origin: SO_EE_ORIGIN.LOCAL });
  }

  #push(error: QueuedError): void {
    if (this.#errors.length < ERRORS_MAX) this.#errors.push(error);
  }

  /** The oldest; the next one becomes the error that waits. -EAGAIN without any. */
  receive(message: Message): number {
    const error = this.#errors.shift();
    if (error === undefined) return -ERRNO.EAGAIN;
    const sock = this.#sock;
    const count = Math.min(error.data.length, message.remaining);
    if (message.put(error.data, 0, count) < count) return -ERRNO.EFAULT;
    if (count < error.data.length) message.flags |= MSG.TRUNC;
    message.flags |= MSG.ERRQUEUE;
    message.name = sock.encode(error.destination, error.port);
    const isV4 = sock.family === AF.INET;
    const level = isV4 ? IPPROTO.IP : IPPROTO.IPV6;
    if (sock.inet.isRecvttl && error.offender !== undefined) {
      const data = new Uint8Array(4);
      new DataView(data.buffer).setInt32(0, error.ttl, true);
      message.control.push({ level, type: isV4 ? IP.TTL : IPV6.HOPLIMIT, data });
    }
    const data = this.#extended(error);
    message.control.push({ level, type: isV4 ? IP.RECVERR : IPV6.RECVERR, data });
    sock.error = this.#errors[0]?.errno ?? 0;
    return count;
  }

  /** A struct sock_extended_err, and the address of who complains. */
  #extended(error: QueuedError): Uint8Array {
    const { offender } = error;
    const address =
      offender === undefined
        ? new Uint8Array(this.#sock.family === AF.INET ? 16 : 28)
        : encodeAddress(this.#sock.encode(offender, 0));
    const bytes = new Uint8Array(SOCK_EXTENDED_ERR.SIZE + address.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(SOCK_EXTENDED_ERR.errno, error.errno, true);
    bytes[SOCK_EXTENDED_ERR.origin] = error.origin;
    bytes[SOCK_EXTENDED_ERR.type] = error.type;
    bytes[SOCK_EXTENDED_ERR.code] = error.code;
    view.setUint32(SOCK_EXTENDED_ERR.info, error.info, true);
    bytes.set(address, SOCK_EXTENDED_ERR.SIZE);
    return bytes;
  }
}
