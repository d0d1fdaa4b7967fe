// SPDX-License-Identifier: GPL-2.0-or-later
/** AF_PACKET: who may have such a socket, and /proc/net/packet. Linux: net/packet/af_packet.c. */
import { capable } from '../../kernel/credentials.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { NetCore } from '../core/net-core.ts';
import type { Sock, SocketFamily, SockParts } from '../socket.ts';
import { PacketSock } from './packet-sock.ts';

export class PacketFamily implements SocketFamily {
  readonly family = AF.PACKET;
  readonly #parts: SockParts;
  readonly #core: NetCore;
  readonly #socks = new Set<PacketSock>();

  constructor(parts: SockParts, core: NetCore) {
    this.#parts = parts;
    this.#core = core;
    core.onEvent((event, dev) => {
      for (const sock of this.#socks) sock.deviceChanged(event, dev);
    });
  }

  /** `protocol` is as the program gave it: ETH_P in network order. Linux: packet_create. */
  create(type: number, protocol: number): Sock | number {
    if (!capable(this.#parts.credentials())) return -ERRNO.EPERM;
    if (type !== SOCK.RAW && type !== SOCK.DGRAM) return -ERRNO.ESOCKTNOSUPPORT;
    const host = ((protocol & 0xff) << 8) | ((protocol >>> 8) & 0xff);
    const call = { type, protocol: host };
    const sock = new PacketSock(this.#parts, this.#core, call, (gone) => this.#socks.delete(gone));
    this.#socks.add(sock);
    return sock;
  }

  /** /proc/net/packet. */
  get listing(): string {
    const rows = [...this.#socks].map((sock) => {
      const { type, tapped, ifindex, isHooked, rmemAlloc, uid, inode } = sock;
      const numbers = `${'3'.padEnd(6)} ${String(type).padEnd(4)} ${hex(tapped)}`;
      const rest = [rmemAlloc, uid, inode].map((number) => String(number).padEnd(6)).join(' ');
      const hook = `${String(ifindex).padEnd(5)} ${isHooked ? 1 : 0}`;
      return `${'0'.repeat(16)} ${numbers}   ${hook} ${rest}\n`;
    });
    return `sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n${rows.join('')}`;
  }
}

function hex(protocol: number): string {
  return protocol.toString(16).padStart(4, '0');
}
