// SPDX-License-Identifier: GPL-2.0-or-later
/** How the arguments of system calls about sockets are shown. */
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../../lib/ip-address.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { IP, IPPROTO, IPV6 } from '../../uapi/in.ts';
import { NETLINK, NETLINK_OPTION } from '../../uapi/netlink.ts';
import {
  AF,
  CMSGHDR,
  IOVEC,
  LINGER,
  MSG,
  MSGHDR,
  SHUT,
  SO,
  SOCK,
  SOCK_FLAG,
  SOCK_TYPE_MASK,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_LL,
  SOCKADDR_MAX_BYTES,
  SOCKADDR_NL,
  SOCKADDR_UN,
  SOL,
  TIMEVAL,
} from '../../uapi/socket.ts';
import { get_u64 } from '../libc/memory.ts';
import { type Argument, type CallView, input, plain } from './arguments.ts';
import * as flags from './flags.ts';
import { quote } from './quote.ts';

const { MAX: _none, ...FAMILIES } = AF;
const FAMILY_NAMES = flags.prefixed('AF_', FAMILIES);
const TYPE_NAMES = flags.prefixed('SOCK_', SOCK);
const TYPE_FLAG_NAMES = flags.prefixed('SOCK_', SOCK_FLAG);
const { HOPOPTS: _same, ...PROTOCOLS } = IPPROTO;
const PROTOCOL_NAMES = flags.prefixed('IPPROTO_', PROTOCOLS);
const MESSAGE_NAMES = flags.prefixed('MSG_', MSG);
const ETHER_NAMES = flags.prefixed('ETH_P_', ETH_P);

const UNTIL_ERROR = 0;
const IOV_SHOWN = 16;

export const family = plain((value) => flags.oneOf(FAMILY_NAMES, value));
export const shutdownHow = plain((value) => flags.oneOf(flags.prefixed('SHUT_', SHUT), value));
export const messageFlags = plain((value) =>
  value === 0 ? '0' : flags.flagsOf(MESSAGE_NAMES, value),
);

export const type = plain((value) => {
  const kind = flags.oneOf(TYPE_NAMES, value & SOCK_TYPE_MASK);
  const more = value & ~SOCK_TYPE_MASK;
  return more === 0 ? kind : `${kind}|${flags.flagsOf(TYPE_FLAG_NAMES, more)}`;
});
export const typeFlags = plain((value) =>
  value === 0 ? '0' : flags.flagsOf(TYPE_FLAG_NAMES, value),
);

/** Of socket(2), whose first argument says whose protocol it is. */
export const protocol = plain((value, call) => {
  const [of] = call.values;
  if (of === AF.INET || of === AF.INET6) return flags.oneOf(PROTOCOL_NAMES, value);
  if (of === AF.NETLINK) return flags.oneOf(flags.prefixed('NETLINK_', NETLINK), value);
  return of === AF.PACKET ? networkProtocol(value) : String(value);
});

/** A protocol of Ethernet, in network order. */
function networkProtocol(value: number): string {
  const host = ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
  return host === 0 ? '0' : `htons(${flags.oneOf(ETHER_NAMES, host)})`;
}

// ---- Addresses ---------------------------------------------------------------------------------

/** An address that the program gives; its length is the next argument. */
export const addressIn = input((call, at, index) =>
  showAddress(call, at, call.values[index + 1] ?? 0),
);

/** One that the kernel gives; where its length is, is the next argument. */
export const addressOut: Argument = {
  isOutput: true,
  *show(call, at, index) {
    if (at === 0) return 'NULL';
    if (call.result < UNTIL_ERROR) return flags.pointer(at);
    const length = yield* call.read(call.values[index + 1] ?? 0, 4);
    return length.length < 4 ? flags.pointer(at) : yield* showAddress(call, at, int(length));
  },
};

/** Where the length of an address is: what the program had room for, and what it became. */
export const lengthOut: Argument = {
  isOutput: true,
  isWord: true,
  *show(call, at) {
    if (at === 0) return 'NULL';
    const room = call.before.get(at);
    const bytes = yield* call.read(at, 4);
    if (bytes.length < 4 || room === undefined) return flags.pointer(at);
    const length = int(bytes);
    return call.result < UNTIL_ERROR || length === room ? `[${room}]` : `[${room} => ${length}]`;
  },
};

function* showAddress(call: CallView, at: number, length: number): Sleeping<string> {
  if (at === 0) return 'NULL';
  const size = Math.max(0, Math.min(length, SOCKADDR_MAX_BYTES));
  const bytes = yield* call.read(at, size);
  return bytes.length < size || size < 2 ? flags.pointer(at) : addressText(bytes);
}

/** struct sockaddr as strace shows it. */
export function addressText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const of = view.getUint16(0, true);
  const words = [`sa_family=${flags.oneOf(FAMILY_NAMES, of)}`];
  if (of === AF.INET && bytes.length >= SOCKADDR_IN.SIZE) {
    const address = formatIpv4(view.getUint32(SOCKADDR_IN.address));
    words.push(`sin_port=htons(${view.getUint16(SOCKADDR_IN.port)})`);
    words.push(`sin_addr=inet_addr("${address}")`);
  } else if (of === AF.INET6 && bytes.length >= SOCKADDR_IN6.SIZE) {
    const from = SOCKADDR_IN6.address;
    const address = formatIpv6(ipv6FromBytes(bytes.subarray(from, from + 16)));
    words.push(`sin6_port=htons(${view.getUint16(SOCKADDR_IN6.port)})`);
    words.push(`sin6_flowinfo=htonl(${view.getUint32(SOCKADDR_IN6.flowinfo)})`);
    words.push(`inet_pton(AF_INET6, "${address}", &sin6_addr)`);
    words.push(`sin6_scope_id=${view.getUint32(SOCKADDR_IN6.scopeId, true)}`);
  } else if (of === AF.UNIX) {
    if (bytes.length > SOCKADDR_UN.path) words.push(`sun_path=${unixName(bytes)}`);
  } else if (of === AF.NETLINK && bytes.length >= SOCKADDR_NL.SIZE) {
    const groups = view.getUint32(SOCKADDR_NL.groups, true);
    words.push(`nl_pid=${view.getUint32(SOCKADDR_NL.pid, true)}`);
    words.push(`nl_groups=${groups === 0 ? '00000000' : flags.hex(groups)}`);
  } else if (of === AF.PACKET && bytes.length >= SOCKADDR_LL.MIN_SIZE) {
    words.push(...packetWords(view));
  } else {
    words.push(`sa_data=${quote(bytes.subarray(2), bytes.length)}`);
  }
  return `{${words.join(', ')}}`;
}

function unixName(bytes: Uint8Array): string {
  const name = bytes.subarray(SOCKADDR_UN.path);
  if (name[0] === 0) return `@${quote(name.subarray(1), SOCKADDR_UN.SIZE)}`;
  const nul = name.indexOf(0);
  return quote(nul < 0 ? name : name.subarray(0, nul), SOCKADDR_UN.SIZE);
}

function packetWords(view: DataView): string[] {
  const protocolText = networkProtocol(view.getUint16(SOCKADDR_LL.protocol, true));
  return [
    `sll_protocol=${protocolText}`,
    `sll_ifindex=${view.getInt32(SOCKADDR_LL.ifindex, true)}`,
    `sll_hatype=${flags.hex(view.getUint16(SOCKADDR_LL.hatype, true))}`,
    `sll_pkttype=${view.getUint8(SOCKADDR_LL.pkttype)}`,
    `sll_halen=${view.getUint8(SOCKADDR_LL.halen)}`,
  ];
}

// ---- Options -----------------------------------------------------------------------------------

const LEVEL_NAMES: flags.Names = {
  SOL_IP: IPPROTO.IP,
  SOL_SOCKET: SOL.SOCKET,
  SOL_TCP: IPPROTO.TCP,
  SOL_UDP: IPPROTO.UDP,
  SOL_IPV6: IPPROTO.IPV6,
  SOL_RAW: IPPROTO.RAW,
  SOL_PACKET: SOL.PACKET,
  SOL_NETLINK: SOL.NETLINK,
};
export const level = plain((value) => flags.oneOf(LEVEL_NAMES, value));

const OPTION_NAMES: ReadonlyMap<number, flags.Names> = new Map([
  [SOL.SOCKET, flags.prefixed('SO_', SO)],
  [IPPROTO.IP, flags.prefixed('IP_', IP)],
  [IPPROTO.IPV6, flags.prefixed('IPV6_', IPV6)],
  [SOL.NETLINK, flags.prefixed('NETLINK_', NETLINK_OPTION)],
]);
/** Its level is the argument before it. */
export const option: Argument = {
  isOutput: false,
  *show(call, value, index) {
    return flags.oneOf(OPTION_NAMES.get(call.values[index - 1] ?? 0) ?? {}, value);
  },
};

/** Its length is the next argument. */
export const optionIn = input((call, at, index) =>
  showOption(call, at, call.values[index + 1] ?? 0),
);
export const optionOut: Argument = {
  isOutput: true,
  *show(call, at, index) {
    if (at === 0) return 'NULL';
    if (call.result < UNTIL_ERROR) return flags.pointer(at);
    const length = yield* call.read(call.values[index + 1] ?? 0, 4);
    return length.length < 4 ? flags.pointer(at) : yield* showOption(call, at, int(length));
  },
};

function* showOption(call: CallView, at: number, length: number): Sleeping<string> {
  if (at === 0) return 'NULL';
  const size = Math.max(0, Math.min(length, call.stringLimit));
  const bytes = yield* call.read(at, size);
  if (bytes.length < size) return flags.pointer(at);
  const [, of, name] = call.values;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (of === SOL.SOCKET && name === SO.LINGER && size >= LINGER.SIZE) {
    const [isOn, seconds] = [view.getInt32(0, true), view.getInt32(LINGER.linger, true)];
    return `{l_onoff=${isOn}, l_linger=${seconds}}`;
  }
  const isTimeout = name === SO.RCVTIMEO || name === SO.SNDTIMEO;
  if (of === SOL.SOCKET && isTimeout && size >= TIMEVAL.SIZE) {
    return `{tv_sec=${get_u64(view, 0)}, tv_usec=${get_u64(view, TIMEVAL.microseconds)}}`;
  }
  return size === 4 ? `[${view.getInt32(0, true)}]` : quote(bytes, call.stringLimit, length > size);
}

// ---- Messages ----------------------------------------------------------------------------------

export const messageIn = input((call, at) => showMessage(call, at, Infinity));
export const messageOut: Argument = {
  isOutput: true,
  *show(call, at) {
    if (call.result < UNTIL_ERROR) return flags.pointer(at);
    return yield* showMessage(call, at, call.result);
  },
};

/** `moved` is how many of its bytes there are. */
function* showMessage(call: CallView, at: number, moved: number): Sleeping<string> {
  if (at === 0) return 'NULL';
  const bytes = yield* call.read(at, MSGHDR.SIZE);
  if (bytes.length < MSGHDR.SIZE) return flags.pointer(at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getInt32(MSGHDR.namelen, true);
  const count = get_u64(view, MSGHDR.iovlen);
  const control = get_u64(view, MSGHDR.controllen);
  const words = [
    `msg_name=${yield* showAddress(call, get_u64(view, MSGHDR.name), length)}`,
    `msg_namelen=${length}`,
    `msg_iov=${yield* showPieces(call, get_u64(view, MSGHDR.iov), count, moved)}`,
    `msg_iovlen=${count}`,
  ];
  const controlAt = get_u64(view, MSGHDR.control);
  if (control >= CMSGHDR.SIZE && controlAt !== 0) {
    words.push(`msg_control=${yield* showControl(call, controlAt, control)}`);
  }
  words.push(`msg_controllen=${control}`);
  const bits = view.getInt32(MSGHDR.flags, true);
  words.push(`msg_flags=${bits === 0 ? '0' : flags.flagsOf(MESSAGE_NAMES, bits)}`);
  return `{${words.join(', ')}}`;
}

function* showPieces(call: CallView, at: number, count: number, moved: number): Sleeping<string> {
  const pieces: string[] = [];
  let left = moved;
  for (let n = 0; n < Math.min(count, IOV_SHOWN); n++) {
    const bytes = yield* call.read(at + n * IOVEC.SIZE, IOVEC.SIZE);
    if (bytes.length < IOVEC.SIZE) return flags.pointer(at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [base, length] = [get_u64(view, IOVEC.base), get_u64(view, IOVEC.len)];
    const shown = Math.max(0, Math.min(length, left, call.stringLimit));
    const data = yield* call.read(base, shown);
    const text = quote(data, call.stringLimit, Math.min(length, left) > shown);
    pieces.push(
      `{iov_base=${data.length < shown ? flags.pointer(base) : text}, iov_len=${length}}`,
    );
    left -= Math.min(length, left);
  }
  if (count > IOV_SHOWN) pieces.push('...');
  return `[${pieces.join(', ')}]`;
}

function* showControl(call: CallView, at: number, length: number): Sleeping<string> {
  const header = yield* call.read(at, CMSGHDR.SIZE);
  if (header.length < CMSGHDR.SIZE) return flags.pointer(at);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const of = view.getInt32(CMSGHDR.level, true);
  const names = OPTION_NAMES.get(of) ?? {};
  const kind = flags.oneOf(names, view.getInt32(CMSGHDR.type, true));
  const size = get_u64(view, CMSGHDR.len);
  const first = `{cmsg_len=${size}, cmsg_level=${flags.oneOf(LEVEL_NAMES, of)}, cmsg_type=${kind}}`;
  return size + CMSGHDR.SIZE <= length ? `[${first}, ...]` : `[${first}]`;
}

function int(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(0, true);
}
