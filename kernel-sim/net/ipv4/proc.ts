// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/net/{arp,route,igmp,udp,raw,icmp,sockstat}: proc(5).
 *
 * Linux: arp.c, fib_trie.c, igmp.c, udp.c, raw.c, ping.c and proc.c of net/ipv4/.
 */
import { formatIpv4, ipv6ToBytes, type IpAddress } from '../../lib/ip-address.ts';
import { formatMac } from '../../lib/mac-address.ts';
import { ARPHRD } from '../../uapi/if-ether.ts';
import { NUD, RT_TABLE, RTF, RTN } from '../../uapi/rtnetlink.ts';
import { AF } from '../../uapi/socket.ts';
import type { Inet } from '../af-inet.ts';
import type { DatagramSock } from '../datagram-sock.ts';
import type { FibRoute } from './fib.ts';
import { maskOf } from './fib.ts';
import type { Ipv4 } from './ipv4.ts';

const ROW_WIDTH = 127;
const ATF = { COM: 2, PERM: 4 } as const;
const SOCKETS_HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout ' +
  'inode ref pointer drops';
/** Numbers that TCP's states have, for those that have only two. */
const STATE = { ESTABLISHED: 1, CLOSE: 7 } as const;

export function arpText({ neighbours }: Ipv4): string {
  let text = 'IP address       HW type     Flags       HW address            Mask     Device\n';
  for (const { address, state, device, hardwareAddress, isValid } of neighbours.all()) {
    if ((state & NUD.NOARP) !== 0) continue;
    const isPermanent = (state & NUD.PERMANENT) !== 0;
    const flags = isValid ? ATF.COM | (isPermanent ? ATF.PERM : 0) : 0;
    const ip = formatIpv4(address as number).padEnd(16);
    const type = ARPHRD.ETHER.toString(16).padEnd(10);
    const mac = formatMac(hardwareAddress).padEnd(17);
    text += `${ip} 0x${type}0x${flags.toString(16).padEnd(10)}${mac}     *        ${device.name}\n`;
  }
  return text;
}

/** Of the main table. */
export function routeText({ fib }: Ipv4): string {
  const head =
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  const routes = [...fib.routes(RT_TABLE.MAIN)].filter(
    ({ type }) => type !== RTN.BROADCAST && type !== RTN.MULTICAST,
  );
  return [head, ...routes.map((route) => routeRow(route))]
    .map((row) => `${row.padEnd(ROW_WIDTH)}\n`)
    .join('');
}

function routeRow(route: FibRoute): string {
  const { type, gateway, prefixLength, destination, device, priority, advmss } = route;
  const isRefused = type === RTN.UNREACHABLE || type === RTN.PROHIBIT;
  let flags: number = RTF.UP;
  if (isRefused) flags |= RTF.REJECT;
  if (gateway !== 0) flags |= RTF.GATEWAY;
  if (prefixLength === 32) flags |= RTF.HOST;
  return [
    device?.name ?? '*',
    wire(destination),
    wire(gateway),
    hex(flags, 4),
    0,
    0,
    priority,
    wire(maskOf(prefixLength)),
    advmss === 0 ? 0 : advmss + 40,
    0,
    0,
  ].join('\t');
}

export function igmpText({ devinet, memberships }: Ipv4): string {
  let text = 'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n';
  for (const device of devinet.devices) {
    const groups = memberships.of(device);
    const count = String(groups.size).padStart(5);
    text += `${device.ifindex}\t${device.name.padEnd(10)}: ${count}      V3\n`;
    for (const [group, users] of groups) {
      text += `\t\t\t\t${wire(group)} ${String(users).padStart(5)} 0:00000000\t\t0\n`;
    }
  }
  return text;
}

// ---- Sockets -------------------------------------------------------------------------------

export function udpText({ udp }: Inet, family: number = AF.INET): string {
  const socks = [...udp.socks].filter((sock) => sock.family === family && sock.localPort !== 0);
  const rows = socks.map((sock) => socketRow(sock, 5, sock.localPort & 0xff, sock.localPort));
  if (family === AF.INET6) return [wideHead(), ...rows].map((row) => `${row}\n`).join('');
  const head = ` ${SOCKETS_HEAD}`;
  return [head, ...rows].map((row) => `${row.padEnd(ROW_WIDTH)}\n`).join('');
}

export function rawText({ raw }: Inet, family: number = AF.INET): string {
  const rows = [...raw.socks]
    .filter((sock) => sock.family === family)
    .map((sock) => socketRow(sock, 4, sock.protocol, sock.protocol));
  return [family === AF.INET ? SOCKETS_HEAD : wideHead(), ...rows]
    .map((row) => `${row}\n`)
    .join('');
}

export function icmpText({ ping }: Inet): string {
  const rows = [...ping.socks]
    .filter((sock) => sock.family === AF.INET && sock.localPort !== 0)
    .map((sock) => socketRow(sock, 5, sock.localPort & 0xff, sock.localPort));
  return [SOCKETS_HEAD, ...rows].map((row) => `${row.padEnd(ROW_WIDTH)}\n`).join('');
}

/** Linux: IPV6_SEQ_DGRAM_HEADER. */
function wideHead(): string {
  return (
    '  sl  local_address                         remote_address                        st ' +
    'tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'
  );
}

/** Linux: udp4_format_sock, raw_sock_seq_show. */
function socketRow(sock: DatagramSock, width: number, slot: number, port: number): string {
  const { peer, peerPort, wmemAlloc, rmemAlloc, uid, inode, drops } = sock;
  const local = sock.family === AF.INET ? (sock.source ?? sock.localAddress) : sock.localAddress;
  const remote = peer ?? sock.anyAddress;
  const state = hex(peer === undefined ? STATE.CLOSE : STATE.ESTABLISHED, 2);
  return [
    `${String(slot).padStart(width)}:`,
    `${address(local)}:${hex(port, 4)}`,
    `${address(remote)}:${hex(peerPort, 4)}`,
    state,
    `${hex(wmemAlloc, 8)}:${hex(rmemAlloc, 8)}`,
    '00:00000000 00000000',
    String(uid).padStart(5),
    '0'.padStart(8),
    inode,
    2,
    '0'.padStart(16, '0'),
    drops,
  ].join(' ');
}

function address(of: IpAddress): string {
  if (typeof of === 'number') return wire(of);
  const view = new DataView(ipv6ToBytes(of).buffer);
  return [0, 4, 8, 12].map((at) => hex(view.getUint32(at, true), 8)).join('');
}

/** What others count of their sockets. */
export interface SocketCounts {
  readonly used: number;
  /** The row of TCP. */
  readonly tcp: string;
}

export function sockstatText(inet: Inet, { used, tcp }: SocketCounts): string {
  const { udp, raw, stack } = inet;
  const count = countOf(AF.INET);
  const { fragments } = stack.ipv4;
  return [
    `sockets: used ${used}`,
    tcp,
    `UDP: inuse ${count(udp.socks, true)} mem 0`,
    'UDPLITE: inuse 0',
    `RAW: inuse ${count(raw.socks, false)}`,
    `FRAG: inuse ${fragments.count} memory ${fragments.bytes}`,
    '',
  ].join('\n');
}

/** Linux: sockstat6_seq_show. */
export function sockstat6Text({ udp, raw, stack }: Inet, tcp: number): string {
  const count = countOf(AF.INET6);
  const { fragments } = stack.ipv6;
  return [
    `TCP6: inuse ${tcp}`,
    `UDP6: inuse ${count(udp.socks, true)}`,
    'UDPLITE6: inuse 0',
    `RAW6: inuse ${count(raw.socks, false)}`,
    `FRAG6: inuse ${fragments.count} memory ${fragments.bytes}`,
    '',
  ].join('\n');
}

/** How many sockets there are of a family. */
function countOf(family: number) {
  return (
    socks: Iterable<{ readonly family: number; readonly localPort: number }>,
    needsPort: boolean,
  ): number =>
    [...socks].filter((sock) => sock.family === family && (!needsPort || sock.localPort !== 0))
      .length;
}

/** As it lies on the wire, read as a number of a little-endian machine. */
function wire(of: number): string {
  const swapped = ((of & 0xff) << 24) | ((of & 0xff00) << 8) | ((of >>> 8) & 0xff00) | (of >>> 24);
  return hex(swapped >>> 0, 8);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
