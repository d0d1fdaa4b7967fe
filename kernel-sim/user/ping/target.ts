// SPDX-License-Identifier: GPL-2.0-or-later
/** Before the first request: whom ping asks, from where, through which socket. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ICMP_FILTER, IP, IPPROTO, IPV6, SOL_RAW } from '../../uapi/in.ts';
import { ICMP } from '../../uapi/icmp.ts';
import { AF, SO, SOCK, SOL } from '../../uapi/socket.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import type { Libc } from '../libc/libc.ts';
import type { InetSocketAddress } from '../libc/socket-address.ts';
import { errorText } from '../support/command.ts';
import { GaiError, resolve } from '../support/resolve.ts';
import type { PingFailure, PingOptions } from './options.ts';

export interface PingTarget {
  readonly address: InetSocketAddress;
  readonly isIpv6: boolean;
  /** Our own, towards it. */
  readonly source: string;
  /** `%eth0`, where the target was told with its interface. */
  readonly zone: string;
  /** The device of -I. */
  readonly device: string;
  readonly isNumeric: boolean;
}

export interface PingSocket {
  readonly fd: number;
  /** Whole packets come out of it, those of others, too. */
  readonly isRaw: boolean;
  readonly identifier: number;
}

/** The port that is connected to in order to learn our own address: nobody is asked. */
const PROBE_PORT = 1025;

function fail(message: string, status = 2): PingFailure {
  return { error: `ping: ${message}\n`, status };
}

export function isLiteral(text: string): boolean {
  return parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;
}

/** Finds the address and the way to it. */
export function* findTarget(c: Libc, options: PingOptions): Sleeping<PingTarget | PingFailure> {
  const found = yield* resolve(c, options.target, options.family);
  if (found instanceof GaiError) return fail(`${options.target}: ${found.message}`);
  const [first] = found;
  if (first === undefined) return fail(`${options.target}: Name or service not known`);
  const { from } = options;
  const device = from === undefined || isLiteral(from) ? '' : from;
  const fixed = from === undefined || device !== '' ? '' : from;
  const probe = yield* c.socket(first.family, SOCK.DGRAM);
  if (probe < 0) return fail(`socket: ${errorText(probe)}`);
  const failure = yield* useSource(c, probe, device, fixed, first.family);
  if (failure !== undefined) return failure;
  let peer: InetSocketAddress = { ...first, port: PROBE_PORT };
  let connected = yield* c.connect(probe, peer);
  if (connected === -ERRNO.EACCES) {
    if (!options.mayBroadcast) {
      return fail(
        'Do you want to ping broadcast? Then -b. If not, check your local firewall rules',
      );
    }
    yield* c.err('WARNING: pinging broadcast address\n');
    yield* c.setsockopt(probe, SOL.SOCKET, SO.BROADCAST, 1);
    connected = yield* c.connect(probe, peer);
  }
  if (connected < 0) return fail(`connect: ${errorText(connected)}`);
  const name = yield* c.getsockname(probe);
  yield* c.close(probe);
  const source =
    typeof name === 'object' && (name.family === AF.INET || name.family === AF.INET6)
      ? name.address
      : '';
  // Nobody has the address 0.0.0.0: it means this machine.
  if (parseIpv4(peer.address) === 0) peer = { ...peer, address: source };
  const percent = options.target.indexOf('%');
  const zone = percent < 0 ? '' : options.target.slice(percent);
  return {
    address: { ...peer, port: 0 },
    isIpv6: peer.family === AF.INET6,
    source,
    device,
    zone,
    isNumeric: options.isNumeric || isLiteral(options.target) || zone !== '',
  };
}

function* useSource(
  c: Libc,
  fd: number,
  device: string,
  address: string,
  family: InetSocketAddress['family'],
): Sleeping<PingFailure | undefined> {
  if (device !== '') {
    const bound = yield* c.setsockopt(fd, SOL.SOCKET, SO.BINDTODEVICE, encodeUtf8(`${device}\0`));
    if (bound < 0) return fail(`SO_BINDTODEVICE ${device}: ${errorText(bound)}`);
  }
  if (address !== '') {
    const bound = yield* c.bind(fd, { family, address, port: 0 });
    if (bound < 0) return fail(`bind: ${errorText(bound)}`);
  }
  return undefined;
}

/** A ping socket where the kernel lets us have one, or else a raw one. */
export function* openSocket(
  c: Libc,
  target: PingTarget,
  options: PingOptions,
): Sleeping<PingSocket | PingFailure> {
  const { family } = target.address;
  const protocol = target.isIpv6 ? IPPROTO.ICMPV6 : IPPROTO.ICMP;
  let fd = yield* c.socket(family, SOCK.DGRAM, protocol);
  const isRaw = fd === -ERRNO.EACCES || fd === -ERRNO.EPROTONOSUPPORT;
  if (isRaw) fd = yield* c.socket(family, SOCK.RAW, protocol);
  if (fd < 0) return fail(`socktype: ${isRaw ? 'SOCK_RAW' : 'SOCK_DGRAM'}: ${errorText(fd)}`);
  const isSticky = options.isSticky || (options.from !== undefined && target.device === '');
  const failure = yield* useSource(c, fd, target.device, isSticky ? target.source : '', family);
  if (failure !== undefined) return failure;
  const level = target.isIpv6 ? IPPROTO.IPV6 : IPPROTO.IP;
  const [recverr, recvttl] = target.isIpv6
    ? [IPV6.RECVERR, IPV6.RECVHOPLIMIT]
    : [IP.RECVERR, IP.RECVTTL];
  yield* c.setsockopt(fd, level, recverr, 1);
  yield* c.setsockopt(fd, level, recvttl, 1);
  yield* c.setsockopt(fd, SOL.SOCKET, SO.TIMESTAMP, 1);
  if (options.mayBroadcast) yield* c.setsockopt(fd, SOL.SOCKET, SO.BROADCAST, 1);
  if (isRaw && !target.isIpv6) yield* filterOthers(c, fd);
  const refused = yield* applyOptions(c, fd, target, options, level);
  if (refused !== undefined) return refused;
  return { fd, isRaw, identifier: (yield* c.getpid()) & 0xffff };
}

/** A raw socket need not see requests, and what else does not concern us. */
function filterOthers(c: Libc, fd: number): Sleeping<number> {
  const wanted = [
    ICMP.ECHOREPLY,
    ICMP.DEST_UNREACH,
    ICMP.SOURCE_QUENCH,
    ICMP.REDIRECT,
    ICMP.TIME_EXCEEDED,
    ICMP.PARAMETERPROB,
  ];
  const mask = wanted.reduce((bits, type) => bits & ~(1 << type), -1);
  return c.setsockopt(fd, SOL_RAW, ICMP_FILTER, mask);
}

function* applyOptions(
  c: Libc,
  fd: number,
  { isIpv6 }: PingTarget,
  options: PingOptions,
  level: number,
): Sleeping<PingFailure | undefined> {
  const { discovery, ttl, trafficClass } = options;
  if (discovery !== undefined) {
    const name = isIpv6 ? IPV6.MTU_DISCOVER : IP.MTU_DISCOVER;
    const result = yield* c.setsockopt(fd, level, name, discovery);
    if (result < 0) return fail(`IP_MTU_DISCOVER: ${errorText(result)}`);
  }
  if (trafficClass !== undefined) {
    const result = yield* c.setsockopt(fd, level, isIpv6 ? IPV6.TCLASS : IP.TOS, trafficClass);
    if (result < 0) return fail(`error setting QOS sockopts: ${errorText(result)}`);
  }
  if (ttl !== undefined) {
    const names = isIpv6 ? [IPV6.UNICAST_HOPS, IPV6.MULTICAST_HOPS] : [IP.TTL, IP.MULTICAST_TTL];
    for (const [index, name] of names.entries()) {
      const result = yield* c.setsockopt(fd, level, name, ttl);
      if (result < 0 && index === 0) {
        const what = isIpv6 ? 'hop limit' : 'time-to-live';
        return fail(`cannot set unicast ${what}: ${errorText(result)}`);
      }
    }
  }
  return undefined;
}
