// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which connection a segment belongs to: by both addresses and both ports.
 *
 * The key is the two ports as one number; who shares them is in one chain. Linux: struct
 * inet_hashinfo, __inet_lookup_established.
 */
import type { IpAddress } from '../../lib/ip-address.ts';

/** A connection, one that is being made (request.ts), or one that is over (time-wait.ts). */
export interface TableEntry {
  readonly kind: 'connection' | 'request' | 'time-wait';
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  readonly localPort: number;
  readonly remotePort: number;
  /** Index of the interface that it is bound to; 0 for any. */
  readonly boundDevice: number;
  next: TableEntry | undefined;
}

export class ConnectionTable {
  readonly #chains = new Map<number, TableEntry>();
  size = 0;

  find(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    ifindex: number,
  ): TableEntry | undefined {
    let entry = this.#chains.get(localPort * 0x1_0000 + remotePort);
    while (entry !== undefined) {
      const isBoundElsewhere = entry.boundDevice !== 0 && entry.boundDevice !== ifindex;
      const isIt = entry.localAddress === local && entry.remoteAddress === remote;
      if (isIt && (!isBoundElsewhere || ifindex === 0)) return entry;
      entry = entry.next;
    }
    return undefined;
  }

  add(entry: TableEntry): void {
    const key = keyOf(entry);
    entry.next = this.#chains.get(key);
    this.#chains.set(key, entry);
    this.size++;
  }

  /** Nothing happens to one that is not in it. */
  remove(entry: TableEntry): void {
    const key = keyOf(entry);
    const first = this.#chains.get(key);
    if (first === entry) {
      if (entry.next === undefined) this.#chains.delete(key);
      else this.#chains.set(key, entry.next);
    } else {
      let at = first;
      while (at !== undefined && at.next !== entry) at = at.next;
      if (at === undefined) return;
      at.next = entry.next;
    }
    entry.next = undefined;
    this.size--;
  }

  *entries(): IterableIterator<TableEntry> {
    for (const first of this.#chains.values()) {
      for (let at: TableEntry | undefined = first; at !== undefined; at = at.next) yield at;
    }
  }
}

function keyOf({ localPort, remotePort }: TableEntry): number {
  return localPort * 0x1_0000 + remotePort;
}
