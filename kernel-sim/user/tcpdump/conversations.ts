// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the numbers of TCP connections began, so that they can be told from there. Linux:
 * tcpdump's print-tcp.c, struct tcp_seq_hash.
 */
interface Beginning {
  readonly sequence: number;
  readonly acknowledged: number;
}

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly isSyn: boolean;
}

export class Conversations {
  readonly #beginnings = new Map<string, Beginning>();

  /** What to take from a segment's numbers; nothing in its conversation's first one. */
  baseOf({ from, to, sequence, acknowledged, isSyn }: Segment): Beginning | undefined {
    const forward = this.#beginnings.get(`${from} ${to}`);
    if (forward !== undefined && !isSyn) return forward;
    const before = (acknowledged - 1) >>> 0;
    this.#beginnings.set(`${from} ${to}`, { sequence, acknowledged: before });
    this.#beginnings.set(`${to} ${from}`, { sequence: before, acknowledged: sequence });
    return undefined;
  }
}
