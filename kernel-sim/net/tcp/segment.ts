// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A segment that arrived: what its header and its options say.
 *
 * One object is filled again for each segment, so that none is allocated; who keeps a value copies
 * it. Options that are malformed are skipped, with all behind them, as in Linux.
 *
 * Linux: tcp_v4_fill_cb, tcp_parse_options; RFC 9293 section 3.1 and 3.2, RFC 7323, RFC 2018.
 */
import type { IpAddress } from '../../lib/ip-address.ts';
import { TCP_FLAG, TCPHDR, TCPOPT } from '../../uapi/tcp.ts';
import { CHECKSUM, type SkBuff } from '../core/sk-buff.ts';
import type { NetworkLayer } from '../network-layer.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { plus } from './seq.ts';
import { WSCALE_MAX } from './settings.ts';

const { ACK, FIN, PSH, RST, SYN, URG } = TCP_FLAG;

/** Lengths of options. Linux: TCPOLEN_*. */
const LENGTH = { MSS: 4, WINDOW: 3, SACK_PERM: 2, TIMESTAMP: 10, SACK_BASE: 2, SACK_BLOCK: 8 };
const SACK_BLOCKS_MAX = 4;
/** NOP NOP TIMESTAMP 10: how the option of most segments begins. */
const ALIGNED_TIMESTAMP = 0x0101_080a;
const ALIGNED_TIMESTAMP_BYTES = 12;

export class Segment {
  skb!: SkBuff;
  layer!: NetworkLayer;
  source: IpAddress = 0;
  destination: IpAddress = 0;
  sourcePort = 0;
  destinationPort = 0;
  seq = 0;
  /** Behind its last byte; SYN and FIN count as one each. */
  endSeq = 0;
  ackSeq = 0;
  /** TCP_FLAG bits. */
  flags = 0;
  /** As it stands there, not scaled. */
  window = 0;
  urgent = 0;
  headerBytes = 0;
  dataBytes = 0;

  // Options.
  /** 0 without one. */
  mss = 0;
  /** -1 without one. */
  wscale = -1;
  isSackPermitted = false;
  hasTimestamp = false;
  tsval = 0;
  tsecr = 0;
  /** Starts and ends of what the peer has got, one after the other. */
  readonly sackBlocks: number[] = Array.from({ length: 2 * SACK_BLOCKS_MAX }, () => 0);
  sackCount = 0;

  get isSyn(): boolean {
    return (this.flags & SYN) !== 0;
  }

  get isAck(): boolean {
    return (this.flags & ACK) !== 0;
  }

  get isRst(): boolean {
    return (this.flags & RST) !== 0;
  }

  get isFin(): boolean {
    return (this.flags & FIN) !== 0;
  }

  get isUrgent(): boolean {
    return (this.flags & URG) !== 0;
  }

  /** The flags that decide what is done with it. */
  get isPlain(): boolean {
    return (this.flags & ~PSH) === ACK;
  }

  /** Reads the header. False when the packet is none of TCP's. */
  parse(skb: SkBuff, layer: NetworkLayer): boolean {
    if (skb.length < TCPHDR.SIZE) return false;
    const headerBytes = (skb.load8(TCPHDR.doff) >>> 4) * 4;
    if (headerBytes < TCPHDR.SIZE || headerBytes > skb.length) return false;
    this.skb = skb;
    this.layer = layer;
    this.source = layer.sourceOf(skb);
    this.destination = layer.destinationOf(skb);
    const ports = skb.load32(TCPHDR.source);
    this.sourcePort = ports >>> 16;
    this.destinationPort = ports & 0xffff;
    this.seq = skb.load32(TCPHDR.seq);
    this.ackSeq = skb.load32(TCPHDR.ackSeq);
    this.flags = skb.load8(TCPHDR.flags);
    this.window = skb.load16(TCPHDR.window);
    this.urgent = this.isUrgent ? skb.load16(TCPHDR.urgPtr) : 0;
    this.headerBytes = headerBytes;
    this.dataBytes = skb.length - headerBytes;
    const spaceBytes = this.dataBytes + (this.isSyn ? 1 : 0) + (this.isFin ? 1 : 0);
    this.endSeq = plus(this.seq, spaceBytes);
    this.#parseOptions();
    return true;
  }

  /** Whether nothing was changed on the way. Linux: tcp_v4_checksum_init, tcp_checksum_complete. */
  isIntact(): boolean {
    const { skb, layer, source, destination } = this;
    if (skb.ipSummed === CHECKSUM.UNNECESSARY || skb.ipSummed === CHECKSUM.PARTIAL) return true;
    const { length } = skb;
    const pseudo = layer.pseudoHeaderSum(source, destination, IPPROTO.TCP, length);
    return skb.addsUp(pseudo);
  }

  #parseOptions(): void {
    this.mss = 0;
    this.wscale = -1;
    this.isSackPermitted = false;
    this.hasTimestamp = false;
    this.tsval = 0;
    this.tsecr = 0;
    this.sackCount = 0;
    const { skb, headerBytes } = this;
    if (headerBytes === TCPHDR.SIZE) return;
    const isTimestampOnly = headerBytes === TCPHDR.SIZE + ALIGNED_TIMESTAMP_BYTES;
    if (isTimestampOnly && skb.load32(TCPHDR.SIZE) === ALIGNED_TIMESTAMP) {
      this.#setTimestamp(TCPHDR.SIZE + 2);
      return;
    }
    let at = TCPHDR.SIZE;
    while (at < headerBytes) {
      const kind = skb.load8(at);
      if (kind === TCPOPT.EOL) return;
      if (kind === TCPOPT.NOP) {
        at++;
        continue;
      }
      if (at + 1 >= headerBytes) return;
      const length = skb.load8(at + 1);
      if (length < 2 || at + length > headerBytes) return;
      this.#parseOption(kind, at, length);
      at += length;
    }
  }

  #parseOption(kind: number, at: number, length: number): void {
    const { skb, isSyn } = this;
    switch (kind) {
      case TCPOPT.MSS:
        if (length === LENGTH.MSS && isSyn) this.mss = skb.load16(at + 2);
        break;
      case TCPOPT.WINDOW:
        if (length === LENGTH.WINDOW && isSyn) {
          this.wscale = Math.min(skb.load8(at + 2), WSCALE_MAX);
        }
        break;
      case TCPOPT.SACK_PERM:
        if (length === LENGTH.SACK_PERM && isSyn) this.isSackPermitted = true;
        break;
      case TCPOPT.TIMESTAMP:
        if (length === LENGTH.TIMESTAMP) this.#setTimestamp(at);
        break;
      case TCPOPT.SACK:
        this.#parseSack(at, length);
        break;
      default:
    }
  }

  #setTimestamp(at: number): void {
    this.hasTimestamp = true;
    this.tsval = this.skb.load32(at + 2);
    this.tsecr = this.skb.load32(at + 6);
  }

  #parseSack(at: number, length: number): void {
    const bytes = length - LENGTH.SACK_BASE;
    if (bytes < LENGTH.SACK_BLOCK || bytes % LENGTH.SACK_BLOCK !== 0) return;
    this.sackCount = Math.min(bytes / LENGTH.SACK_BLOCK, SACK_BLOCKS_MAX);
    for (let n = 0; n < 2 * this.sackCount; n++) {
      this.sackBlocks[n] = this.skb.load32(at + LENGTH.SACK_BASE + 4 * n);
    }
  }
}
