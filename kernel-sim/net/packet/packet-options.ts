// SPDX-License-Identifier: GPL-2.0-or-later
/** Options of packet sockets that are no memberships. Linux: net/packet/af_packet.c, packet(7). */
import { ERRNO } from '../../uapi/errno.ts';
import { PACKET_OPTION, TP_STATUS, TPACKET_AUXDATA, TPACKET_STATS } from '../../uapi/if-packet.ts';
import { CHECKSUM, type SkBuff } from '../core/sk-buff.ts';

const INT_BYTES = 4;

export class PacketOptions {
  wantsAuxiliaryData = false;
  ignoresOutgoing = false;
  /** Since they were last asked for: those that went into the queue, and those that did not. */
  packets = 0;
  drops = 0;

  set(name: number, value: Uint8Array): number {
    if (name !== PACKET_OPTION.AUXDATA && name !== PACKET_OPTION.IGNORE_OUTGOING) {
      return -ERRNO.ENOPROTOOPT;
    }
    if (value.length < INT_BYTES) return -ERRNO.EINVAL;
    const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    if (name === PACKET_OPTION.AUXDATA) {
      this.wantsAuxiliaryData = number !== 0;
      return 0;
    }
    if (number !== 0 && number !== 1) return -ERRNO.EINVAL;
    this.ignoresOutgoing = number === 1;
    return 0;
  }

  get(name: number, length: number): Uint8Array | number {
    switch (name) {
      case PACKET_OPTION.STATISTICS:
        return this.#takeStatistics().subarray(0, length);
      case PACKET_OPTION.AUXDATA:
        return int(this.wantsAuxiliaryData).subarray(0, length);
      case PACKET_OPTION.IGNORE_OUTGOING:
        return int(this.ignoresOutgoing).subarray(0, length);
      default:
        return -ERRNO.ENOPROTOOPT;
    }
  }

  /** Whoever asks sets them to zero. Those that were dropped have been packets, too. */
  #takeStatistics(): Uint8Array {
    const bytes = new Uint8Array(TPACKET_STATS.SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(TPACKET_STATS.packets, this.packets + this.drops, true);
    view.setUint32(TPACKET_STATS.drops, this.drops, true);
    this.packets = 0;
    this.drops = 0;
    return bytes;
  }
}

function int(value: boolean): Uint8Array {
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, value ? 1 : 0, true);
  return bytes;
}

/** What PACKET_AUXDATA tells of a packet. */
export function auxiliaryData(skb: SkBuff, originalLength: number): Uint8Array {
  const bytes = new Uint8Array(TPACKET_AUXDATA.SIZE);
  const view = new DataView(bytes.buffer);
  const isPartial = skb.ipSummed === CHECKSUM.PARTIAL;
  const isValid = skb.ipSummed === CHECKSUM.UNNECESSARY || skb.ipSummed === CHECKSUM.COMPLETE;
  const sum = isPartial ? TP_STATUS.CSUMNOTREADY : isValid ? TP_STATUS.CSUM_VALID : 0;
  view.setUint32(TPACKET_AUXDATA.status, TP_STATUS.USER | sum, true);
  view.setUint32(TPACKET_AUXDATA.len, originalLength, true);
  view.setUint32(TPACKET_AUXDATA.snaplen, skb.length, true);
  view.setUint16(TPACKET_AUXDATA.net, skb.networkHeader - skb.data, true);
  return bytes;
}
