// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who has which local port, of one transport protocol and of both families.
 *
 * Two sockets share a port when no packet could be meant for both, or when both agree to it. A
 * socket that connects may share one with others that did: then the whole four-tuple tells them
 * apart, which its protocol looks after.
 *
 * Linux: inet_csk_get_port and inet_csk_bind_conflict (TCP), udp_lib_get_port and
 * inet_rcv_saddr_equal (UDP), inet_hash_connect.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { unmapIpv4 } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IN6ADDR_ANY } from '../uapi/in.ts';

/** What of a socket decides whether another one may have its port, too. */
export interface PortOwner {
  /** A number of an AF_INET socket, a string of an AF_INET6 one; the unspecified one for any. */
  readonly localAddress: IpAddress;
  /** Index of the device that it is bound to; 0 for any. */
  readonly boundDevice: number;
  /** SO_REUSEADDR and SO_REUSEPORT, the latter among sockets of one user. */
  readonly reusesAddress: boolean;
  readonly reusesPort: boolean;
  readonly uid: number;
  /** IPV6_V6ONLY: packets of IPv4 are not for it. */
  readonly isV6Only: boolean;
  /** Takes whoever comes: never shares by SO_REUSEADDR where that holds for streams. */
  readonly isListening: boolean;
}

export interface PortsParts {
  /** Streams do not share a port with one that listens; datagrams share when all agree. */
  readonly isStream: boolean;
  /** The first and the last port that is given away. Linux: ip_local_port_range. */
  readonly range: () => readonly [low: number, high: number];
  /** 32 random bits. */
  readonly random: () => number;
}

export class Ports<Owner extends PortOwner = PortOwner> {
  readonly #parts: PortsParts;
  readonly #owners = new Map<number, Set<Owner>>();
  readonly #portOf = new Map<Owner, number>();
  /** Those whose port came by connecting: others that connect may have it, too. */
  readonly #connecting = new Set<Owner>();

  constructor(parts: PortsParts) {
    this.#parts = parts;
  }

  /** 0 when it has none. */
  portOf(owner: Owner): number {
    return this.#portOf.get(owner) ?? 0;
  }

  ownersOf(port: number): ReadonlySet<Owner> | undefined {
    return this.#owners.get(port);
  }

  /**
   * Gives a port to a socket that has none: the one it asks for, or for 0 one that nobody has.
   * Answers the port or -EADDRINUSE.
   */
  bind(owner: Owner, port: number): number {
    const chosen = port === 0 ? this.#pick((_port, owners) => owners === undefined) : port;
    if (chosen === 0 || this.conflicts(owner, chosen)) return -ERRNO.EADDRINUSE;
    this.add(owner, chosen);
    return chosen;
  }

  /**
   * Gives a port to a socket that connects: `isFree` is asked of those that others have, too, and
   * says whether the four-tuple would be unique. Answers the port or -EADDRNOTAVAIL.
   */
  connect(owner: Owner, isFree: (port: number) => boolean): number {
    const port = this.#pick((candidate, owners = new Set<Owner>()) => {
      for (const other of owners) if (!this.#connecting.has(other)) return false;
      return owners.size === 0 || isFree(candidate);
    });
    if (port === 0) return -ERRNO.EADDRNOTAVAIL;
    this.add(owner, port);
    this.#connecting.add(owner);
    return port;
  }

  /** Without asking: a connection that a listener accepted has the listener's port. */
  add(owner: Owner, port: number): void {
    this.release(owner);
    const owners = this.#owners.get(port);
    if (owners === undefined) this.#owners.set(port, new Set([owner]));
    else owners.add(owner);
    this.#portOf.set(owner, port);
  }

  release(owner: Owner): void {
    const port = this.#portOf.get(owner);
    if (port === undefined) return;
    this.#portOf.delete(owner);
    this.#connecting.delete(owner);
    const owners = this.#owners.get(port);
    owners?.delete(owner);
    if (owners?.size === 0) this.#owners.delete(port);
  }

  /** `heir` has from now on what `owner` had, and in the same way. */
  succeed(owner: Owner, heir: Owner): void {
    const port = this.#portOf.get(owner);
    if (port === undefined) return;
    const isConnecting = this.#connecting.has(owner);
    this.release(owner);
    this.add(heir, port);
    if (isConnecting) this.#connecting.add(heir);
  }

  /** Whether somebody else has the port who would not share it. Also asked by listen(2). */
  conflicts(owner: Owner, port: number): boolean {
    for (const other of this.#owners.get(port) ?? []) {
      if (other !== owner && this.#conflictsWith(owner, other)) return true;
    }
    return false;
  }

  #conflictsWith(one: PortOwner, other: PortOwner): boolean {
    const { boundDevice } = one;
    if (boundDevice !== 0 && other.boundDevice !== 0 && boundDevice !== other.boundDevice) {
      return false;
    }
    if (one.reusesPort && other.reusesPort && one.uid === other.uid) return false;
    const shares = one.reusesAddress && other.reusesAddress;
    const isTaken = this.#parts.isStream && (one.isListening || other.isListening);
    if (shares && !isTaken) return false;
    return overlaps(one, other);
  }

  /** From a random place in the range on; 0 when none fits. */
  #pick(fits: (port: number, owners: ReadonlySet<Owner> | undefined) => boolean): number {
    const [low, high] = this.#parts.range();
    const count = high - low + 1;
    const start = this.#parts.random() % count;
    for (let step = 0; step < count; step++) {
      const port = low + ((start + step) % count);
      if (fits(port, this.#owners.get(port))) return port;
    }
    return 0;
  }
}

/** Whether there is a packet that both would take. Linux: inet_rcv_saddr_equal. */
function overlaps(one: PortOwner, other: PortOwner): boolean {
  const [first, second] = [scopeOf(one), scopeOf(other)];
  const meetsInV4 = first.v4 !== undefined && second.v4 !== undefined;
  if (meetsInV4 && (first.v4 === 0 || second.v4 === 0 || first.v4 === second.v4)) return true;
  if (first.v6 === undefined || second.v6 === undefined) return false;
  const isAny = first.v6 === IN6ADDR_ANY || second.v6 === IN6ADDR_ANY;
  return isAny || first.v6 === second.v6;
}

/** The addresses of either family that a socket takes packets for; undefined: of that none. */
function scopeOf(owner: PortOwner): { v4: number | undefined; v6: string | undefined } {
  const { localAddress, isV6Only } = owner;
  if (typeof localAddress === 'number') return { v4: localAddress, v6: undefined };
  if (localAddress === IN6ADDR_ANY) return { v4: isV6Only ? undefined : 0, v6: localAddress };
  const v4 = unmapIpv4(localAddress);
  return v4 === undefined ? { v4, v6: localAddress } : { v4, v6: undefined };
}
