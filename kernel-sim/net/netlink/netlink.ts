// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The family AF_NETLINK: its protocols, who has which port, and telling groups of what changes.
 *
 * Linux: net/netlink/af_netlink.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { Sock, SocketFamily, SockParts } from '../socket.ts';
import { type NetlinkPorts, type NetlinkProtocol, NetlinkSock } from './netlink-sock.ts';

/** Protocols are numbered below this. Linux: MAX_LINKS. */
const PROTOCOLS_MAX = 32;
/** The first port of a process's second socket, counted down from there. */
const ROVER_FIRST = 0xffff_efff;

export class Netlink implements SocketFamily, NetlinkPorts {
  readonly family = AF.NETLINK;
  readonly #sockParts: SockParts;
  readonly #currentPid: () => number;
  readonly #protocols = new Map<number, NetlinkProtocol>();
  readonly #sockets = new Set<NetlinkSock>();
  #rover = ROVER_FIRST;

  constructor(sockParts: SockParts, currentPid: () => number) {
    this.#sockParts = sockParts;
    this.#currentPid = currentPid;
  }

  /** Linux: netlink_kernel_create. */
  add(protocol: NetlinkProtocol): void {
    this.#protocols.set(protocol.number, protocol);
  }

  create(type: number, number: number): Sock | number {
    if (type !== SOCK.RAW && type !== SOCK.DGRAM) return -ERRNO.ESOCKTNOSUPPORT;
    if (number < 0 || number >= PROTOCOLS_MAX) return -ERRNO.EPROTONOSUPPORT;
    const protocol = this.#protocols.get(number);
    if (protocol === undefined) return -ERRNO.EPROTONOSUPPORT;
    const sock = new NetlinkSock(this.#sockParts, this, type, protocol);
    this.#sockets.add(sock);
    return sock;
  }

  bind(sock: NetlinkSock, port: number): number {
    if (port !== 0) {
      if (this.#isTaken(sock, port)) return -ERRNO.EADDRINUSE;
      sock.port = port;
      return 0;
    }
    let free = this.#currentPid();
    while (this.#isTaken(sock, free)) {
      free = this.#rover;
      this.#rover = this.#rover > 0x8000_0000 ? this.#rover - 1 : ROVER_FIRST;
    }
    sock.port = free;
    return 0;
  }

  #isTaken(sock: NetlinkSock, port: number): boolean {
    for (const other of this.#sockets) {
      if (other.protocol === sock.protocol && other.port === port) return true;
    }
    return false;
  }

  forget(sock: NetlinkSock): void {
    this.#sockets.delete(sock);
  }

  /** Whether anybody would hear what goes to a group. Linux: netlink_has_listeners. */
  hasListeners(protocol: number, group: number): boolean {
    for (const sock of this.#sockets) {
      if (sock.protocol === protocol && sock.groups.has(group)) return true;
    }
    return false;
  }

  /** Tells all members of a group. Linux: nlmsg_multicast. Context: any. */
  multicast(protocol: number, group: number, bytes: Uint8Array): void {
    for (const sock of this.#sockets) {
      if (sock.protocol === protocol && sock.groups.has(group)) sock.deliver(bytes, group);
    }
  }

  /** All sockets, in the order of their making: /proc/net/netlink. */
  get sockets(): readonly NetlinkSock[] {
    return [...this.#sockets];
  }

  /** /proc/net/netlink. Groups beyond the 32nd are not shown. */
  text(): string {
    const lines = this.sockets.map((sock) => {
      let groups = 0;
      for (const group of sock.groups) if (group <= 32) groups |= 1 << (group - 1);
      const fields = [
        '0'.repeat(16),
        String(sock.protocol).padEnd(3),
        String(sock.port).padEnd(10),
        (groups >>> 0).toString(16).padStart(8, '0'),
        String(sock.rmemAlloc).padEnd(8),
        String(sock.wmemAlloc).padEnd(8),
        (sock.isDumping ? '1' : '0').padEnd(5),
        '2'.padEnd(8),
        String(sock.drops).padEnd(8),
        String(sock.inode).padEnd(8),
      ];
      return `${fields.join(' ')}\n`;
    });
    return `${HEADING}\n${lines.join('')}`;
  }
}

const HEADING =
  'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode';
