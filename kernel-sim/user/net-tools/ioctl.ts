// SPDX-License-Identifier: GPL-2.0-or-later
/** The ioctls of interfaces for net-tools and ethtool: a struct ifreq there and back. */
import { formatIpv4, parseIpv4 } from '../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFCONF, IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { AF, SOCK, SOCKADDR_IN } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';

/** A request about an interface, with nothing else in it yet. */
export function ifreq(name: string): DataView {
  const bytes = new Uint8Array(IFREQ.SIZE);
  bytes.set(encodeUtf8(name).subarray(0, IFREQ.NAME_SIZE - 1), IFREQ.name);
  return new DataView(bytes.buffer);
}

/** Asks; the structure afterwards, or a negative errno. */
export function* ask(
  c: Libc,
  fd: number,
  request: number,
  structure: DataView,
): Sleeping<DataView | number> {
  const bytes = new Uint8Array(structure.buffer, structure.byteOffset, structure.byteLength);
  const after = yield* c.ioctl_bytes(fd, request, bytes);
  if (typeof after === 'number') return after;
  return new DataView(after.buffer, after.byteOffset, after.byteLength);
}

/** The socket that such requests go through. */
export function controlSocket(c: Libc): Sleeping<number> {
  return c.socket(AF.INET, SOCK.DGRAM);
}

/** Writes a struct sockaddr_in. */
export function storeIpv4(view: DataView, at: number, address: number): void {
  view.setUint16(at + SOCKADDR_IN.family, AF.INET, true);
  view.setUint32(at + SOCKADDR_IN.address, address);
}

function loadIpv4(view: DataView, at: number): string {
  return formatIpv4(view.getUint32(at + SOCKADDR_IN.address));
}

/** An address of an interface, by SIOC.GIFADDR and its like; undefined where it has none. */
export function* addressOf(
  c: Libc,
  fd: number,
  name: string,
  request: number,
): Sleeping<string | undefined> {
  const answer = yield* ask(c, fd, request, ifreq(name));
  if (typeof answer === 'number') return undefined;
  return loadIpv4(answer, IFREQ.address);
}

/** An int of an interface, or a negative errno. */
export function* intOf(c: Libc, fd: number, name: string, request: number): Sleeping<number> {
  const answer = yield* ask(c, fd, request, ifreq(name));
  return typeof answer === 'number' ? answer : answer.getInt32(IFREQ.value, true);
}

const CONF_ROOM = 40 * 64;

/** The names that have an address, labels (`eth0:1`) too. */
export function* configuredNames(c: Libc, fd: number): Sleeping<readonly string[]> {
  const mark = c.memory.mark();
  const buffer = yield* c.memory.scratch(CONF_ROOM);
  const conf = new DataView(new ArrayBuffer(IFCONF.SIZE));
  conf.setUint32(IFCONF.len, CONF_ROOM, true);
  conf.setUint32(IFCONF.buf, buffer % 2 ** 32, true);
  conf.setUint32(IFCONF.buf + 4, Math.floor(buffer / 2 ** 32), true);
  const answer = yield* ask(c, fd, SIOC.GIFCONF, conf);
  const names: string[] = [];
  if (typeof answer !== 'number') {
    const length = answer.getUint32(IFCONF.len, true);
    for (let at = 0; at + IFREQ.SIZE <= length; at += IFREQ.SIZE) {
      const bytes = c.cpu.loadBytes(buffer + at, IFREQ.NAME_SIZE);
      const nul = bytes.indexOf(0);
      names.push(decodeUtf8(nul < 0 ? bytes : bytes.subarray(0, nul)));
    }
  }
  c.memory.release(mark);
  return names;
}

/** An address as net-tools read it: also a name of /etc/hosts, `default`, parts missing. */
export function parseLooseIpv4(text: string): number | undefined {
  if (text === 'default') return 0;
  const strict = parseIpv4(text);
  if (strict !== undefined) return strict;
  // inet_aton(3): the last part fills what is left.
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  const last = numbers.pop() ?? 0;
  if (numbers.some((part) => part > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return numbers.reduce((sum, part, at) => sum + part * 256 ** (3 - at), 0) + last;
}
