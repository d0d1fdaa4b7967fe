// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a DHCP server answers: RFC 2131, section 4.3.
 *
 * It hands out what is free, to the same machine the same address as before. Nothing that a client
 * says is trusted: an address outside of the pool, or another machine's, is refused.
 */
import {
  BOOTREPLY,
  BOOTREQUEST,
  DHCP_BROADCAST_FLAG,
  DHCP_CLIENT_PORT,
  DHCP_MESSAGE,
  DHCP_OPTION,
  DHCP_SERVER_PORT,
  encodeDhcp,
  messageType,
  optionNumber,
  parseDhcp,
  words,
  type DhcpMessage,
} from '../../lib/dhcp-message.ts';
import { formatIpv4 } from '../../lib/ip-address.ts';
import { formatMac } from '../../lib/mac-address.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { AF, SO, SOCK, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { DhcpServerConfig } from './config.ts';

const MESSAGE_BYTES_MAX = 1500;
/** Of a struct sockaddr_in in an ifreq. */
const ADDRESS_AT = IFREQ.address + 4;

interface Lease {
  readonly mac: string;
  readonly address: number;
  /** Seconds since 1970; what is over may go to another. */
  endSeconds: number;
}

export class DhcpServer {
  readonly #c: Libc;
  readonly #config: DhcpServerConfig;
  readonly #fd: number;
  readonly #own: number;
  readonly #leases: Map<string, Lease>;

  private constructor(
    c: Libc,
    config: DhcpServerConfig,
    fd: number,
    own: number,
    leases = new Map<string, Lease>(),
  ) {
    this.#c = c;
    this.#config = config;
    this.#fd = fd;
    this.#own = own;
    this.#leases = leases;
  }

  /** A server that listens, or an exit status after a complaint. */
  static *open(c: Libc, config: DhcpServerConfig): Sleeping<DhcpServer | number> {
    const fd = yield* c.socket(AF.INET, SOCK.DGRAM);
    if (fd < 0) return yield* c.die('udhcpd', `socket: ${c.strerror(fd)}`);
    const request = new Uint8Array(IFREQ.SIZE);
    request.set(encodeUtf8(config.interface).subarray(0, IFREQ.NAME_SIZE - 1));
    const found = yield* c.ioctl_bytes(fd, SIOC.GIFADDR, request);
    if (typeof found === 'number') {
      const what = `${config.interface}: can't get its address: ${c.strerror(found)}`;
      return yield* c.die('udhcpd', what);
    }
    const own = new DataView(found.buffer, found.byteOffset).getUint32(ADDRESS_AT);
    yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
    yield* c.setsockopt(fd, SOL.SOCKET, SO.BROADCAST, 1);
    yield* c.setsockopt(fd, SOL.SOCKET, SO.BINDTODEVICE, encodeUtf8(`${config.interface}\0`));
    const at = { family: AF.INET, address: '0.0.0.0', port: DHCP_SERVER_PORT } as const;
    const failure = yield* c.bind(fd, at);
    if (failure < 0) return yield* c.die('udhcpd', `bind: ${c.strerror(failure)}`);
    return new DhcpServer(c, config, fd, own);
  }

  /** The same in a child. */
  in(child: Libc): DhcpServer {
    return new DhcpServer(child, this.#config, this.#fd, this.#own, this.#leases);
  }

  *serve(): Sleeping<number> {
    for (;;) {
      const bytes = yield* this.#c.recv(this.#fd, MESSAGE_BYTES_MAX);
      const request = typeof bytes === 'number' ? undefined : parseDhcp(bytes);
      if (request?.op !== BOOTREQUEST) continue;
      const now = yield* this.#c.clock_gettime();
      const seconds = typeof now === 'number' ? 0 : now.seconds;
      const reply = this.#replyTo(request, seconds);
      if (reply !== undefined) yield* this.#send(request, reply);
    }
  }

  #replyTo(request: DhcpMessage, seconds: number): DhcpMessage | undefined {
    const mac = formatMac(request.hardwareAddress);
    const server = optionNumber(request, DHCP_OPTION.SERVER_ID);
    const isForOther = server !== undefined && server !== this.#own;
    switch (messageType(request)) {
      case DHCP_MESSAGE.DISCOVER:
        return this.#offer(request, mac, seconds);
      case DHCP_MESSAGE.REQUEST:
        return isForOther ? undefined : this.#grant(request, mac, seconds);
      case DHCP_MESSAGE.DECLINE:
        // Somebody else has it: nobody gets it for a while.
        this.#give(`declined ${mac}`, this.#wanted(request), seconds + this.#config.leaseSeconds);
        this.#leases.delete(mac);
        return undefined;
      case DHCP_MESSAGE.RELEASE: {
        const lease = this.#leases.get(mac);
        if (lease?.address === request.clientAddress) lease.endSeconds = seconds;
        return undefined;
      }
      case DHCP_MESSAGE.INFORM:
        return this.#message(request, DHCP_MESSAGE.ACK, 0);
      default:
        return undefined;
    }
  }

  #offer(request: DhcpMessage, mac: string, seconds: number): DhcpMessage | undefined {
    const address = this.#choose(mac, this.#wanted(request), seconds);
    if (address === undefined) return undefined;
    const lease = this.#leases.get(mac);
    if (lease?.address !== address || lease.endSeconds <= seconds) {
      this.#give(mac, address, seconds + this.#config.offerSeconds);
    }
    return this.#message(request, DHCP_MESSAGE.OFFER, address);
  }

  #grant(request: DhcpMessage, mac: string, seconds: number): DhcpMessage | undefined {
    const isNew = optionNumber(request, DHCP_OPTION.SERVER_ID) !== undefined;
    const wanted = this.#wanted(request) || request.clientAddress;
    if (this.#choose(mac, wanted, seconds) === wanted) {
      this.#give(mac, wanted, seconds + this.#config.leaseSeconds);
      return this.#message(request, DHCP_MESSAGE.ACK, wanted);
    }
    // Who renews an address of another network's server is not ours to refuse.
    const isOurs = isNew || this.#leases.has(mac) || this.#isInPool(wanted);
    return isOurs ? this.#message(request, DHCP_MESSAGE.NAK, 0) : undefined;
  }

  #wanted(request: DhcpMessage): number {
    return optionNumber(request, DHCP_OPTION.REQUESTED_IP) ?? 0;
  }

  #isInPool(address: number): boolean {
    return address >= this.#config.start && address <= this.#config.end;
  }

  /** Its fixed address, the one that it has, the one that it wants, or the first that is free. */
  #choose(mac: string, wanted: number, seconds: number): number | undefined {
    const { start, end, fixed } = this.#config;
    const always = fixed.get(mac);
    if (always !== undefined) return always;
    const lease = this.#leases.get(mac);
    if (lease !== undefined && this.#isFree(lease.address, mac, seconds)) return lease.address;
    if (this.#isInPool(wanted) && this.#isFree(wanted, mac, seconds)) return wanted;
    for (let address = start; address <= end; address++) {
      if (this.#isFree(address, mac, seconds)) return address;
    }
    return undefined;
  }

  #isFree(address: number, mac: string, seconds: number): boolean {
    if (address === this.#own) return false;
    for (const [owner, fixed] of this.#config.fixed) {
      if (fixed === address && owner !== mac) return false;
    }
    for (const lease of this.#leases.values()) {
      const isOthers = lease.address === address && lease.mac !== mac;
      if (isOthers && lease.endSeconds > seconds) return false;
    }
    return true;
  }

  #give(mac: string, address: number, endSeconds: number): void {
    this.#leases.delete(mac);
    this.#leases.set(mac, { mac, address, endSeconds });
    if (this.#leases.size <= this.#config.maxLeases) return;
    const [oldest] = this.#leases.keys();
    this.#leases.delete(oldest!);
  }

  // ---- Messages --------------------------------------------------------------------------------

  #message(request: DhcpMessage, type: number, address: number): DhcpMessage {
    const options = new Map<number, Uint8Array>([
      [DHCP_OPTION.MESSAGE_TYPE, Uint8Array.of(type)],
      [DHCP_OPTION.SERVER_ID, words(this.#own)],
    ]);
    if (address !== 0) options.set(DHCP_OPTION.LEASE_TIME, words(this.#config.leaseSeconds));
    if (type !== DHCP_MESSAGE.NAK) {
      for (const [number, value] of this.#config.options) options.set(number, value);
    }
    return {
      op: BOOTREPLY,
      xid: request.xid,
      seconds: 0,
      flags: request.flags,
      clientAddress: type === DHCP_MESSAGE.ACK ? request.clientAddress : 0,
      yourAddress: address,
      serverAddress: 0,
      relayAddress: request.relayAddress,
      hardwareAddress: request.hardwareAddress,
      options,
    };
  }

  /** To where the client can hear it: all that have no address yet are spoken to at once. */
  *#send(request: DhcpMessage, reply: DhcpMessage): Sleeping<void> {
    const isNak = messageType(reply) === DHCP_MESSAGE.NAK;
    const wantsAll = (request.flags & DHCP_BROADCAST_FLAG) !== 0;
    const isReachable = request.clientAddress !== 0 && !isNak && !wantsAll;
    const address = isReachable ? formatIpv4(request.clientAddress) : '255.255.255.255';
    const to = { family: AF.INET, address, port: DHCP_CLIENT_PORT } as const;
    yield* this.#c.sendto(this.#fd, encodeDhcp(reply), 0, to);
  }
}
