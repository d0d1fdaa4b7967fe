// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Capture files of the classic form, as tcpdump's -w writes them and -r reads them.
 *
 * Linux: none; libpcap's pcap-savefile(5). Written little-endian with nanoseconds or microseconds;
 * read in either order and either resolution.
 */

const MAGIC_US = 0xa1b2_c3d4;
const MAGIC_NS = 0xa1b2_3c4d;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
export const LINKTYPE_ETHERNET = 1;
export const SNAPLEN_MAX = 262_144;
const NS_PER_SECOND = 1_000_000_000;
const NS_PER_US = 1000;

/** One frame of a capture. Times are split: nanoseconds since 1970 are no exact number. */
export interface CapturedFrame {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** What the frame had on the wire; more than `bytes` when it was cut off. */
  readonly lengthBytes: number;
  readonly bytes: Uint8Array;
}

/** What stands before the first frame. `isNano`: times are kept to the nanosecond. */
export function pcapHeader(
  options: { readonly snaplen?: number; readonly isNano?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, options.isNano === true ? MAGIC_NS : MAGIC_US, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, options.snaplen ?? SNAPLEN_MAX, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return bytes;
}

/** One frame as it stands in the file. */
export function pcapRecord(frame: CapturedFrame, isNano = false): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD_BYTES + frame.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame.seconds, true);
  const fraction = isNano ? frame.nanoseconds : Math.floor(frame.nanoseconds / NS_PER_US);
  view.setUint32(4, fraction, true);
  view.setUint32(8, frame.bytes.length, true);
  view.setUint32(12, frame.lengthBytes, true);
  bytes.set(frame.bytes, RECORD_BYTES);
  return bytes;
}

export interface PcapFile {
  readonly linkType: number;
  readonly snaplen: number;
  readonly frames: readonly CapturedFrame[];
  /** The file ends in the middle of a frame, which is not among them. */
  readonly isCutOff: boolean;
}

/** Undefined for what is no capture of this form. */
export function readPcap(bytes: Uint8Array): PcapFile | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const form = formOf(view);
  if (form === undefined) return undefined;
  const { isLittle, isNano } = form;
  const frames: CapturedFrame[] = [];
  let at = HEADER_BYTES;
  while (at + RECORD_BYTES <= bytes.length) {
    const lengthBytes = view.getUint32(at + 8, isLittle);
    if (at + RECORD_BYTES + lengthBytes > bytes.length) break;
    const fraction = view.getUint32(at + 4, isLittle) * (isNano ? 1 : NS_PER_US);
    frames.push({
      seconds: view.getUint32(at, isLittle) + Math.floor(fraction / NS_PER_SECOND),
      nanoseconds: fraction % NS_PER_SECOND,
      lengthBytes: view.getUint32(at + 12, isLittle),
      bytes: bytes.slice(at + RECORD_BYTES, at + RECORD_BYTES + lengthBytes),
    });
    at += RECORD_BYTES + lengthBytes;
  }
  return {
    linkType: view.getUint32(20, isLittle) & 0xffff,
    snaplen: view.getUint32(16, isLittle),
    frames,
    isCutOff: at !== bytes.length,
  };
}

function formOf(view: DataView): { isLittle: boolean; isNano: boolean } | undefined {
  for (const isLittle of [true, false]) {
    const magic = view.getUint32(0, isLittle);
    if (magic === MAGIC_US || magic === MAGIC_NS) return { isLittle, isNano: magic === MAGIC_NS };
  }
  return undefined;
}
