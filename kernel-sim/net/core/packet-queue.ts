// SPDX-License-Identifier: GPL-2.0-or-later
/** Linux: struct sk_buff_head (include/linux/skbuff.h). */
import type { SkBuff } from './sk-buff.ts';

/** Packets in the order of their arrival. Linux: struct sk_buff_head. */
export class PacketQueue {
  length = 0;
  /** Of the packets' data. */
  bytes = 0;
  #first: SkBuff | undefined;
  #last: SkBuff | undefined;

  push(skb: SkBuff): void {
    skb.next = undefined;
    if (this.#last === undefined) this.#first = skb;
    else this.#last.next = skb;
    this.#last = skb;
    this.length++;
    this.bytes += skb.length;
  }

  shift(): SkBuff | undefined {
    const skb = this.#first;
    if (skb === undefined) return undefined;
    this.#first = skb.next;
    if (this.#first === undefined) this.#last = undefined;
    skb.next = undefined;
    this.length--;
    this.bytes -= skb.length;
    return skb;
  }

  peek(): SkBuff | undefined {
    return this.#first;
  }
}
