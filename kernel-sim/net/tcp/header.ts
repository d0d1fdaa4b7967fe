// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Headers of segments that leave: fields, options, checksum.
 *
 * Options are laid out as Linux does, which is what the fast way of segment.ts looks for.
 * Linux: tcp_options_write, tcp_v4_send_check.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { TCP_FLAG, TCPHDR, TCPOPT } from '../../uapi/tcp.ts';
import { foldChecksum, foldSum } from '../core/checksum.ts';
import { CHECKSUM, type SkBuff } from '../core/sk-buff.ts';
import type { NetworkLayer, Route } from '../network-layer.ts';

const { NOP, MSS, SACK, SACK_PERM, TIMESTAMP, WINDOW } = TCPOPT;

const WORD_BYTES = 4;
export const TIMESTAMP_BYTES = 12;
export const SACK_BASE_BYTES = 4;
export const SACK_BLOCK_BYTES = 8;

/** Puts the header without its options in front; `optionBytes` is a multiple of 4. */
export function pushHeader(
  skb: SkBuff,
  optionBytes: number,
  ports: number,
  seq: number,
  ackSeq: number,
  flags: number,
  window: number,
): void {
  skb.push(TCPHDR.SIZE + optionBytes);
  skb.transportHeader = skb.data;
  skb.store32(TCPHDR.source, ports);
  skb.store32(TCPHDR.seq, seq);
  skb.store32(TCPHDR.ackSeq, ackSeq);
  const words = (TCPHDR.SIZE + optionBytes) / WORD_BYTES;
  skb.store32(TCPHDR.doff, ((words << 28) | (flags << 16) | Math.min(window, 0xffff)) >>> 0);
  // The checksum and the urgent pointer.
  skb.store32(TCPHDR.check, 0);
}

/** Marks the header as one with urgent data, which end `offset` bytes behind its first. */
export function setUrgent(skb: SkBuff, offset: number): void {
  skb.store8(TCPHDR.flags, skb.load8(TCPHDR.flags) | TCP_FLAG.URG);
  skb.store16(TCPHDR.urgPtr, offset);
}

/** Answers where the next option goes. */
export function writeTimestamp(skb: SkBuff, at: number, tsval: number, tsecr: number): number {
  skb.store32(at, (NOP << 24) | (NOP << 16) | (TIMESTAMP << 8) | 10);
  skb.store32(at + 4, tsval);
  skb.store32(at + 8, tsecr);
  return at + TIMESTAMP_BYTES;
}

/** `blocks` has starts and ends; `count` of these pairs are written from `from` on. */
export function writeSack(skb: SkBuff, at: number, blocks: readonly number[], count: number): void {
  const length = 2 + count * SACK_BLOCK_BYTES;
  skb.store32(at, (NOP << 24) | (NOP << 16) | (SACK << 8) | length);
  for (let n = 0; n < 2 * count; n++) {
    skb.store32(at + SACK_BASE_BYTES + WORD_BYTES * n, blocks[n]!);
  }
}

/** What a SYN says of its sender. */
export interface SynOptions {
  readonly mss: number;
  readonly hasTimestamp: boolean;
  readonly tsval: number;
  readonly tsecr: number;
  readonly hasSack: boolean;
  /** -1: none. */
  readonly wscale: number;
}

export function synOptionBytes({ hasTimestamp, hasSack, wscale }: SynOptions): number {
  const timestamp = hasTimestamp ? TIMESTAMP_BYTES : 0;
  const sack = hasSack && !hasTimestamp ? WORD_BYTES : 0;
  return WORD_BYTES + timestamp + sack + (wscale >= 0 ? WORD_BYTES : 0);
}

export function writeSynOptions(skb: SkBuff, options: SynOptions): void {
  const { mss, hasTimestamp, tsval, tsecr, hasSack, wscale } = options;
  let at: number = TCPHDR.SIZE;
  skb.store32(at, (MSS << 24) | (4 << 16) | mss);
  at += WORD_BYTES;
  if (hasTimestamp) {
    writeTimestamp(skb, at, tsval, tsecr);
    if (hasSack) skb.store16(at, (SACK_PERM << 8) | 2);
    at += TIMESTAMP_BYTES;
  } else if (hasSack) {
    skb.store32(at, (NOP << 24) | (NOP << 16) | (SACK_PERM << 8) | 2);
    at += WORD_BYTES;
  }
  if (wscale >= 0) skb.store32(at, (NOP << 24) | (WINDOW << 16) | (3 << 8) | wscale);
}

/**
 * The last thing before it leaves. Its checksum stays undone where the device makes it, and where
 * nobody could change the segment on the way, since it never leaves the machine.
 */
export function finishHeader(
  skb: SkBuff,
  layer: NetworkLayer,
  source: IpAddress,
  destination: IpAddress,
  { isLocal, device }: Route,
): void {
  const { length } = skb;
  const pseudo = layer.pseudoHeaderSum(source, destination, IPPROTO.TCP, length);
  if (isLocal || device.sumsTransmitted) {
    skb.ipSummed = CHECKSUM.PARTIAL;
    skb.csumStart = skb.data - skb.head;
    skb.csumOffset = TCPHDR.check;
    skb.store16(TCPHDR.check, foldSum(pseudo));
    return;
  }
  skb.ipSummed = CHECKSUM.NONE;
  skb.store16(TCPHDR.check, foldChecksum(skb.checksum(0, length, pseudo)));
}
