// SPDX-License-Identifier: GPL-2.0-or-later
/** Errors about what a socket sent, which IP_RECVERR keeps: struct sock_extended_err of ip(7). */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IP, IPPROTO, IPV6, SOCK_EXTENDED_ERR } from '../../uapi/in.ts';
import { MSG } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import { parse_sockaddr } from '../libc/socket-address.ts';
import type { Received } from '../libc/socket-calls.ts';

export interface QueuedError {
  /** What was sent, as far as it was quoted. */
  readonly data: Uint8Array;
  readonly errno: number;
  /** SO_EE_ORIGIN. */
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  /** Who complains; '' when this machine does. */
  readonly from: string;
  /** The TTL or hop limit that the complaint came with, where IP_RECVTTL is on. */
  readonly ttl: number | undefined;
}

/** The oldest error; undefined when there is none, or it is not one of these. */
export function* receiveError(
  c: Libc,
  fd: number,
  isIpv6: boolean,
  max: number,
): Sleeping<QueuedError | undefined> {
  const received = yield* c.recvmsg(fd, max, MSG.ERRQUEUE | MSG.DONTWAIT);
  if (typeof received === 'number') return undefined;
  const [level, type] = isIpv6 ? [IPPROTO.IPV6, IPV6.RECVERR] : [IPPROTO.IP, IP.RECVERR];
  const control = received.control.find((it) => it.level === level && it.type === type);
  if (control === undefined || control.data.length < SOCK_EXTENDED_ERR.SIZE) return undefined;
  const { buffer, byteOffset, byteLength } = control.data;
  const view = new DataView(buffer, byteOffset, byteLength);
  const offender = parse_sockaddr(control.data.subarray(SOCK_EXTENDED_ERR.SIZE));
  return {
    data: received.bytes,
    errno: view.getUint32(SOCK_EXTENDED_ERR.errno, true),
    origin: view.getUint8(SOCK_EXTENDED_ERR.origin),
    type: view.getUint8(SOCK_EXTENDED_ERR.type),
    code: view.getUint8(SOCK_EXTENDED_ERR.code),
    info: view.getUint32(SOCK_EXTENDED_ERR.info, true),
    from: 'address' in offender ? String(offender.address) : '',
    ttl: hopLimit(received, isIpv6),
  };
}

/** The TTL or hop limit that a packet came with, where IP_RECVTTL or IPV6_RECVHOPLIMIT is on. */
export function hopLimit({ control }: Received, isIpv6: boolean): number | undefined {
  const [level, type] = isIpv6 ? [IPPROTO.IPV6, IPV6.HOPLIMIT] : [IPPROTO.IP, IP.TTL];
  return control.find((it) => it.level === level && it.type === type)?.data[0];
}
