// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The options of SOL_SOCKET, which all sockets have, and getsockopt(2) and setsockopt(2) of them.
 *
 * Linux: net/core/sock.c (sk_setsockopt, sk_getsockopt), socket(7).
 */
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { LINGER, SO, TIMEVAL, UCRED } from '../uapi/socket.ts';
import type { Sock } from './socket.ts';

const { EACCES, EDOM, EINVAL, ENODEV, ENOPROTOOPT, EPERM } = ERRNO;

const INT_BYTES = 4;
const INT_MAX = 0x7fff_ffff;
const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1000;
/** A name of an interface with its NUL. */
const IFNAMSIZ = 16;
/** Linux: SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF. */
const SNDBUF_MIN = 4608;
const RCVBUF_MIN = 2304;
/** Priorities that anybody may set. Linux: TC_PRIO_INTERACTIVE. */
const PRIORITY_MAX = 6;

export class SockOptions {
  /** Bytes by truesize: twice what the program asked for, for what lies around the data. */
  rcvbuf: number;
  sndbuf: number;
  /** The program chose the size, so nobody tunes it. Linux: SOCK_RCVBUF_LOCK, SOCK_SNDBUF_LOCK. */
  isRcvbufFixed = false;
  isSndbufFixed = false;
  debug = false;
  reuseaddr = false;
  reuseport = false;
  dontroute = false;
  broadcast = false;
  keepalive = false;
  oobinline = false;
  passcred = false;
  timestamp = false;
  timestampns = false;
  rxqOverflow = false;
  priority = 0;
  mark = 0;
  rcvlowat = 1;
  /** Seconds that close(2) waits for data to leave; -1: it does not. */
  lingerSeconds = -1;
  /** How long a receive (or accept) and a send (or connect) wait. */
  rcvtimeoNs = Infinity;
  sndtimeoNs = Infinity;
  /** The interface that packets must come from and go to, 0 for any. */
  boundDevice = 0;

  constructor(rcvbuf: number, sndbuf: number) {
    this.rcvbuf = rcvbuf;
    this.sndbuf = sndbuf;
  }

  /** A connection begins with what the listening socket has. Linux: sk_clone_lock. */
  inheritFrom(listener: SockOptions): void {
    Object.assign(this, listener);
  }
}

/** Options that are a 0 or a 1. */
const FLAGS = new Map<number, Exclude<KeysOf<boolean>, 'isRcvbufFixed' | 'isSndbufFixed'>>([
  [SO.DEBUG, 'debug'],
  [SO.REUSEADDR, 'reuseaddr'],
  [SO.REUSEPORT, 'reuseport'],
  [SO.DONTROUTE, 'dontroute'],
  [SO.BROADCAST, 'broadcast'],
  [SO.KEEPALIVE, 'keepalive'],
  [SO.OOBINLINE, 'oobinline'],
  [SO.PASSCRED, 'passcred'],
  [SO.TIMESTAMP, 'timestamp'],
  [SO.TIMESTAMPNS, 'timestampns'],
  [SO.RXQ_OVFL, 'rxqOverflow'],
]);

type KeysOf<T> = {
  [K in keyof SockOptions]: SockOptions[K] extends T ? K : never;
}[keyof SockOptions];

/** setsockopt(2) at SOL_SOCKET: 0 or a negative errno. */
export function setSocketOption(sock: Sock, name: number, value: Uint8Array): number {
  const { options } = sock;
  if (name === SO.BINDTODEVICE) return bindToName(sock, value);
  if (value.length < INT_BYTES) return -EINVAL;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const number = view.getInt32(0, true);
  const flag = FLAGS.get(name);
  let error = 0;
  if (flag !== undefined) {
    if (name === SO.DEBUG && number !== 0 && !sock.isPrivileged) return -EACCES;
    options[flag] = number !== 0;
  } else if (name === SO.LINGER) {
    error = setLinger(options, view);
  } else if (name === SO.RCVTIMEO || name === SO.SNDTIMEO) {
    error = setTimeout(options, name, view);
  } else {
    error = setNumber(sock, name, number);
  }
  if (error === 0) sock.optionChanged(name);
  return error;
}

function setNumber(sock: Sock, name: number, number: number): number {
  const { options } = sock;
  const { rmemMax, wmemMax } = sock.settings;
  switch (name) {
    case SO.SNDBUFFORCE:
    case SO.RCVBUFFORCE:
      if (!sock.isPrivileged) return -EPERM;
      setBuffer(sock, name === SO.RCVBUFFORCE, Math.max(number, 0));
      return 0;
    case SO.SNDBUF:
      // Compared as unsigned numbers: a negative one is the largest.
      setBuffer(sock, false, Math.min(number >>> 0, wmemMax));
      return 0;
    case SO.RCVBUF:
      setBuffer(sock, true, Math.min(number >>> 0, rmemMax));
      return 0;
    case SO.PRIORITY:
      if ((number < 0 || number > PRIORITY_MAX) && !sock.isPrivileged) return -EPERM;
      options.priority = number;
      return 0;
    case SO.MARK:
      if (!sock.isPrivileged) return -EPERM;
      options.mark = number >>> 0;
      return 0;
    case SO.RCVLOWAT:
      options.rcvlowat = number < 0 ? INT_MAX : Math.max(1, number);
      return 0;
    case SO.BINDTOIFINDEX:
      return bindTo(sock, number);
    default:
      return -ENOPROTOOPT;
  }
}

function setBuffer(sock: Sock, isReceive: boolean, bytes: number): void {
  const { options } = sock;
  const doubled = Math.min(bytes, INT_MAX >> 1) * 2;
  if (isReceive) {
    options.rcvbuf = Math.max(doubled, RCVBUF_MIN);
    options.isRcvbufFixed = true;
    return;
  }
  options.sndbuf = Math.max(doubled, SNDBUF_MIN);
  options.isSndbufFixed = true;
  sock.writeSpace();
}

function setLinger(options: SockOptions, view: DataView): number {
  if (view.byteLength < LINGER.SIZE) return -EINVAL;
  const seconds = view.getInt32(LINGER.linger, true);
  const isOn = view.getInt32(LINGER.onoff, true) !== 0;
  options.lingerSeconds = isOn ? seconds >>> 0 : -1;
  return 0;
}

/** Linux: sock_set_timeout. */
function setTimeout(options: SockOptions, name: number, view: DataView): number {
  if (view.byteLength < TIMEVAL.SIZE) return -EINVAL;
  const seconds = Number(view.getBigInt64(TIMEVAL.seconds, true));
  const microseconds = Number(view.getBigInt64(TIMEVAL.microseconds, true));
  if (microseconds < 0 || microseconds >= 1_000_000) return -EDOM;
  const total = seconds * NS_PER_S + microseconds * NS_PER_US;
  const timeoutNs = seconds < 0 ? 0 : total === 0 ? Infinity : total;
  if (name === SO.RCVTIMEO) options.rcvtimeoNs = timeoutNs;
  else options.sndtimeoNs = timeoutNs;
  return 0;
}

function bindToName(sock: Sock, value: Uint8Array): number {
  const bytes = value.subarray(0, IFNAMSIZ - 1);
  const nul = bytes.indexOf(0);
  const name = decodeUtf8(bytes.subarray(0, nul < 0 ? bytes.length : nul));
  const index = name === '' ? 0 : sock.interfaces.indexOf(name);
  return name !== '' && index === 0 ? -ENODEV : bindTo(sock, index);
}

/** Anybody may choose an interface, but only root another one. Linux: sock_bindtoindex_locked. */
function bindTo(sock: Sock, index: number): number {
  if (sock.options.boundDevice !== 0 && !sock.isPrivileged) return -EPERM;
  if (index < 0) return -EINVAL;
  sock.options.boundDevice = index;
  return 0;
}

/** getsockopt(2) at SOL_SOCKET: the option's bytes, or a negative errno. */
export function getSocketOption(sock: Sock, name: number, length: number): Uint8Array | number {
  const { options } = sock;
  const flag = FLAGS.get(name);
  if (flag !== undefined) return int(options[flag] ? 1 : 0);
  switch (name) {
    case SO.LINGER:
      return int(options.lingerSeconds < 0 ? 0 : 1, Math.max(0, options.lingerSeconds));
    case SO.RCVTIMEO:
      return timeval(options.rcvtimeoNs);
    case SO.SNDTIMEO:
      return timeval(options.sndtimeoNs);
    case SO.BINDTODEVICE:
      return deviceName(sock, length);
    case SO.PEERCRED:
      return peerCredentials(sock);
    default:
      return getNumber(sock, name);
  }
}

function getNumber(sock: Sock, name: number): Uint8Array | number {
  const { options } = sock;
  switch (name) {
    case SO.TYPE:
      return int(sock.type);
    case SO.PROTOCOL:
      return int(sock.protocol);
    case SO.DOMAIN:
      return int(sock.family);
    case SO.ERROR:
      return int(takeAnyError(sock));
    case SO.ACCEPTCONN:
      return int(sock.isListening ? 1 : 0);
    case SO.SNDBUF:
      return int(options.sndbuf);
    case SO.RCVBUF:
      return int(options.rcvbuf);
    case SO.PRIORITY:
      return int(options.priority);
    case SO.MARK:
      return int(options.mark);
    case SO.RCVLOWAT:
      return int(options.rcvlowat);
    case SO.SNDLOWAT:
      return int(1);
    case SO.BINDTOIFINDEX:
      return int(options.boundDevice);
    case SO.INCOMING_CPU:
      return int(-1);
    default:
      return -ENOPROTOOPT;
  }
}

/** The error that waits, or else the soft one; either is reported once. */
function takeAnyError(sock: Sock): number {
  const error = -sock.takeError();
  if (error !== 0) return error;
  const { softError } = sock;
  sock.softError = 0;
  return softError;
}

function deviceName(sock: Sock, length: number): Uint8Array | number {
  const name = sock.interfaces.nameOf(sock.options.boundDevice);
  if (sock.options.boundDevice === 0) return new Uint8Array(0);
  if (length < IFNAMSIZ) return -EINVAL;
  return name === undefined ? -ENODEV : encodeUtf8(`${name}\0`);
}

function peerCredentials(sock: Sock): Uint8Array | number {
  const peer = sock.peerCredentials();
  const bytes = new Uint8Array(UCRED.SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(UCRED.pid, peer?.pid ?? 0, true);
  view.setInt32(UCRED.uid, peer?.uid ?? -1, true);
  view.setInt32(UCRED.gid, peer?.gid ?? -1, true);
  return bytes;
}

function timeval(nanoseconds: number): Uint8Array {
  const bytes = new Uint8Array(TIMEVAL.SIZE);
  if (nanoseconds === Infinity) return bytes;
  const view = new DataView(bytes.buffer);
  const seconds = Math.floor(nanoseconds / NS_PER_S);
  const microseconds = Math.floor((nanoseconds - seconds * NS_PER_S) / NS_PER_US);
  view.setBigInt64(TIMEVAL.seconds, BigInt(seconds), true);
  view.setBigInt64(TIMEVAL.microseconds, BigInt(microseconds), true);
  return bytes;
}

function int(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(INT_BYTES * values.length);
  const view = new DataView(bytes.buffer);
  for (const [n, value] of values.entries()) view.setInt32(INT_BYTES * n, value, true);
  return bytes;
}
