// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Capture files of the newer form, with interfaces, directions, nanoseconds and comments:
 * draft-ietf-opsawg-pcapng. Linux: none; Wireshark writes and reads it.
 */
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';
import { LINKTYPE_ETHERNET, SNAPLEN_MAX, type CapturedFrame } from './pcap.ts';

const BLOCK = { SECTION: 0x0a0d_0d0a, INTERFACE: 1, PACKET: 6 } as const;
const BYTE_ORDER = 0x1a2b_3c4d;
const OPTION = { END: 0, COMMENT: 1, OS: 3, APPLICATION: 4 } as const;
const IF_OPTION = { NAME: 2, TSRESOL: 9 } as const;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;
/** Times are in units of ten to the minus nine seconds. */
const NANOSECONDS = 9;
const NS_PER_SECOND = 1_000_000_000;
const TWO_TO_32 = 2 ** 32;
/** A block's type, and its length at both ends. */
const FRAMING_BYTES = 12;

export interface PcapngFrame extends CapturedFrame {
  /** Its name: `eth0`. */
  readonly device: string;
  /** What its bytes begin with, the same for all of a device: Ethernet unless told. */
  readonly linkType?: number;
  readonly direction?: 'rx' | 'tx';
  readonly comment?: string;
}

/** A whole file. Interfaces are described in the order in which frames name them. */
export function writePcapng(
  frames: readonly PcapngFrame[],
  about: { readonly application?: string; readonly os?: string } = {},
): Uint8Array<ArrayBuffer> {
  const linkTypes = new Map(frames.map(({ device, linkType }) => [device, linkType]));
  const devices = [...linkTypes.keys()];
  const numbers = new Map(devices.map((device, number) => [device, number]));
  return joined([
    sectionBlock(about.os ?? '', about.application ?? ''),
    ...devices.map((device) => interfaceBlock(device, linkTypes.get(device))),
    ...frames.map((frame) => packetBlock(frame, numbers.get(frame.device) ?? 0)),
  ]);
}

function sectionBlock(os: string, application: string): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER, true);
  view.setUint16(4, 1, true);
  // How long the section is: not said.
  view.setUint32(8, 0xffff_ffff, true);
  view.setUint32(12, 0xffff_ffff, true);
  const texts: Option[] = [];
  if (os !== '') texts.push([OPTION.OS, encodeUtf8(os)]);
  if (application !== '') texts.push([OPTION.APPLICATION, encodeUtf8(application)]);
  return block(BLOCK.SECTION, body, texts);
}

function interfaceBlock(name: string, linkType = LINKTYPE_ETHERNET): Uint8Array {
  const body = new Uint8Array(8);
  const view = new DataView(body.buffer);
  view.setUint16(0, linkType, true);
  view.setUint32(4, SNAPLEN_MAX, true);
  return block(BLOCK.INTERFACE, body, [
    [IF_OPTION.NAME, encodeUtf8(name)],
    [IF_OPTION.TSRESOL, Uint8Array.of(NANOSECONDS)],
  ]);
}

function packetBlock(frame: PcapngFrame, number: number): Uint8Array {
  const { seconds, nanoseconds, bytes, lengthBytes, direction, comment } = frame;
  const body = new Uint8Array(20 + padded(bytes.length));
  const view = new DataView(body.buffer);
  const [high, low] = splitTime(seconds, nanoseconds);
  view.setUint32(0, number, true);
  view.setUint32(4, high, true);
  view.setUint32(8, low, true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, lengthBytes, true);
  body.set(bytes, 20);
  const options: Option[] = [];
  if (comment !== undefined) options.push([OPTION.COMMENT, encodeUtf8(comment)]);
  if (direction !== undefined) {
    options.push([EPB_FLAGS, Uint8Array.of(direction === 'rx' ? INBOUND : OUTBOUND, 0, 0, 0)]);
  }
  return block(BLOCK.PACKET, body, options);
}

/** Nanoseconds since 1970 as two words: the product is beyond what a number holds exactly. */
function splitTime(seconds: number, nanoseconds: number): [high: number, low: number] {
  const low = seconds % 65_536;
  const high = (seconds - low) / 65_536;
  // seconds * 10^9 in two steps, each exact.
  const lowProduct = low * NS_PER_SECOND + nanoseconds;
  const highProduct = high * NS_PER_SECOND;
  const lowWord = (highProduct % 65_536) * 65_536 + (lowProduct % TWO_TO_32);
  const carry = Math.floor(lowWord / TWO_TO_32);
  const highWord = Math.floor(highProduct / 65_536) + Math.floor(lowProduct / TWO_TO_32) + carry;
  return [highWord, lowWord % TWO_TO_32];
}

type Option = readonly [code: number, value: Uint8Array];

function block(type: number, body: Uint8Array, options: readonly Option[]): Uint8Array {
  const optionBytes = options.reduce((sum, [, value]) => sum + 4 + padded(value.length), 0);
  const endBytes = options.length === 0 ? 0 : 4;
  const length = FRAMING_BYTES + body.length + optionBytes + endBytes;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}

function padded(lengthBytes: number): number {
  return Math.ceil(lengthBytes / 4) * 4;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Its frames, as far as the file can be followed; undefined for what is no such file. */
export function readPcapng(bytes: Uint8Array): readonly PcapngFrame[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FRAMING_BYTES || view.getUint32(0, true) !== BLOCK.SECTION) return undefined;
  const isLittle = view.getUint32(8, true) === BYTE_ORDER;
  if (!isLittle && view.getUint32(8, false) !== BYTE_ORDER) return undefined;
  const frames: PcapngFrame[] = [];
  const devices: Interface[] = [];
  let at = 0;
  while (at + FRAMING_BYTES <= bytes.length) {
    const length = view.getUint32(at + 4, isLittle);
    // Sections of another byte order: nobody here writes them, so the first one is the file.
    if (length < FRAMING_BYTES || length % 4 !== 0 || at + length > bytes.length) break;
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - FRAMING_BYTES);
    const type = view.getUint32(at, isLittle);
    if (type === BLOCK.INTERFACE) devices.push(interfaceOf(body, isLittle));
    const frame = type === BLOCK.PACKET ? frameOf(body, isLittle, devices) : undefined;
    if (frame !== undefined) frames.push(frame);
    at += length;
  }
  return frames;
}

interface Interface {
  readonly name: string;
  readonly linkType: number;
  /** Units of time in a second. */
  readonly ticks: number;
}

function interfaceOf(body: DataView, isLittle: boolean): Interface {
  const linkType = body.byteLength < 2 ? LINKTYPE_ETHERNET : body.getUint16(0, isLittle);
  const options = optionsOf(body, 8, isLittle);
  const [resolution = 6] = options.get(IF_OPTION.TSRESOL) ?? [];
  const ticks = (resolution & 0x80) === 0 ? 10 ** resolution : 2 ** (resolution & 0x7f);
  return { name: decodeUtf8(options.get(IF_OPTION.NAME) ?? new Uint8Array()), linkType, ticks };
}

function frameOf(
  body: DataView,
  isLittle: boolean,
  devices: readonly Interface[],
): PcapngFrame | undefined {
  if (body.byteLength < 20) return undefined;
  const captured = body.getUint32(12, isLittle);
  const device = devices[body.getUint32(0, isLittle)];
  if (device === undefined || 20 + captured > body.byteLength) return undefined;
  const { seconds, rest } = joinTime(
    body.getUint32(4, isLittle),
    body.getUint32(8, isLittle),
    device.ticks,
  );
  const options = optionsOf(body, 20 + padded(captured), isLittle);
  const direction = (options.get(EPB_FLAGS)?.[isLittle ? 0 : 3] ?? 0) & 3;
  const comment = options.get(OPTION.COMMENT);
  return {
    device: device.name,
    ...(device.linkType === LINKTYPE_ETHERNET ? {} : { linkType: device.linkType }),
    seconds,
    nanoseconds: Math.floor((rest * NS_PER_SECOND) / device.ticks),
    lengthBytes: body.getUint32(16, isLittle),
    bytes: new Uint8Array(body.buffer, body.byteOffset + 20, captured).slice(),
    ...(direction === 0 ? {} : { direction: direction === INBOUND ? 'rx' : 'tx' }),
    ...(comment === undefined ? {} : { comment: decodeUtf8(comment) }),
  };
}

/** Long division by half words, so that no step is beyond 2^53. */
function joinTime(high: number, low: number, ticks: number): { seconds: number; rest: number } {
  let seconds = 0;
  let rest = 0;
  for (const half of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    const sum = rest * 65_536 + half;
    seconds = seconds * 65_536 + Math.floor(sum / ticks);
    rest = sum % ticks;
  }
  return { seconds, rest };
}

function optionsOf(body: DataView, start: number, isLittle: boolean): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  let at = start;
  while (at + 4 <= body.byteLength) {
    const code = body.getUint16(at, isLittle);
    const length = body.getUint16(at + 2, isLittle);
    if (code === OPTION.END || at + 4 + length > body.byteLength) break;
    options.set(code, new Uint8Array(body.buffer, body.byteOffset + at + 4, length));
    at += 4 + padded(length);
  }
  return options;
}
