// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames as the MAC sees them: what is filled up, what is wrong with one, and pause frames. */
import { crc32 } from '../../lib/crc32.ts';
import { LENGTH_MAX, onesSum, sumStart, typeAt } from './checksum.ts';
import { isBroadcast, isGroup } from './filter.ts';
import type { RegisterFile } from './register-file.ts';
import { COE_CR, HW_CFG, MAC_CR } from './registers.ts';

/** Without checksum. */
export const FRAME_BYTES_MIN = 60;
export const FCS_BYTES = 4;
const HEADER_BYTES = 14;
/** With checksum: a plain one, and one whose type is in VLAN1 or VLAN2. */
const LONGEST = { PLAIN: 1518, VLAN1: 1522, VLAN2: 1538 } as const;
/** What is longer is cut off. */
const WATCHDOG_BYTES = 2048;
const WORD_BYTES = 4;
const SUM_BYTES = 2;
const OFFSET_SHIFT = 9;

/** The word before each received frame; the length is in [29:16]. */
export const RX_STATUS = {
  FILTER_FAIL: 0x4000_0000,
  LENGTH_SHIFT: 16,
  ERROR: 0x8000,
  BROADCAST: 0x2000,
  LENGTH_ERROR: 0x1000,
  RUNT: 0x0800,
  MULTICAST: 0x0400,
  TOO_LONG: 0x0080,
  TYPE: 0x0020,
  WATCHDOG: 0x0010,
  CRC_ERROR: 0x0002,
} as const;

const PAUSE_ADDRESS = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x01] as const;
const CONTROL_TYPE = 0x8808;
const PAUSE_OPCODE = 1;

/** The frame, with zeros up to the shortest that a wire takes. */
export function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= FRAME_BYTES_MIN) return frame;
  const longer = new Uint8Array(FRAME_BYTES_MIN);
  longer.set(frame);
  return longer;
}

/** Its last four bytes are the checksum of those before. */
export function endsWithFcs(bytes: Uint8Array): boolean {
  const at = bytes.length - FCS_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FCS_BYTES);
  return view.getUint32(0, true) === crc32(bytes.subarray(0, at));
}

/** The status word but for length and filter. */
export function rxStatus(registers: RegisterFile, frame: Uint8Array, isIntact: boolean): number {
  const type = typeAt(frame);
  let status = 0;
  if (isBroadcast(frame)) status |= RX_STATUS.BROADCAST;
  else if (isGroup(frame)) status |= RX_STATUS.MULTICAST;
  if (type > LENGTH_MAX) status |= RX_STATUS.TYPE;
  else if (!isLength(type, frame.length - HEADER_BYTES)) status |= RX_STATUS.LENGTH_ERROR;
  if (frame.length < FRAME_BYTES_MIN) status |= RX_STATUS.RUNT | RX_STATUS.ERROR;
  if (frame.length + FCS_BYTES > longest(registers, type)) {
    status |= RX_STATUS.TOO_LONG | RX_STATUS.ERROR;
  }
  if (frame.length + FCS_BYTES > WATCHDOG_BYTES) status |= RX_STATUS.WATCHDOG;
  if (!isIntact) status |= RX_STATUS.CRC_ERROR | RX_STATUS.ERROR;
  return status;
}

const isLength = (length: number, dataBytes: number): boolean =>
  dataBytes === length || (length < dataBytes && dataBytes <= FRAME_BYTES_MIN - HEADER_BYTES);

function longest(registers: RegisterFile, type: number): number {
  if (type === registers.get('VLAN2')) return LONGEST.VLAN2;
  return type === registers.get('VLAN1') ? LONGEST.VLAN1 : LONGEST.PLAIN;
}

/** What goes into the RX FIFO: status word, offset, frame, its FCS, the sum of the engine. */
export function rxEntry(
  registers: RegisterFile,
  frame: Uint8Array,
  status: number,
  isIntact: boolean,
): Uint8Array {
  const offset = (registers.get('HW_CFG') & HW_CFG.RXDOFF) >>> OFFSET_SHIFT;
  const body = withFcs(registers, frame, isIntact);
  const isSummed = registers.has('COE_CR', COE_CR.RX_COE_EN);
  const length = body.length + (isSummed ? SUM_BYTES : 0);
  const entry = new Uint8Array(WORD_BYTES + offset + length);
  const view = new DataView(entry.buffer);
  view.setUint32(0, status | (length << RX_STATUS.LENGTH_SHIFT), true);
  entry.set(body, WORD_BYTES + offset);
  if (isSummed) {
    const isMode1 = registers.has('COE_CR', COE_CR.RX_COE_MODE);
    const from = sumStart(frame, isMode1, registers.get('VLAN1'));
    const to = Math.min(frame.length, WATCHDOG_BYTES - FCS_BYTES);
    view.setUint16(entry.length - SUM_BYTES, onesSum(frame, from, to));
  }
  return entry;
}

function withFcs(registers: RegisterFile, frame: Uint8Array, isIntact: boolean): Uint8Array {
  const length = typeAt(frame);
  const isStripped =
    registers.has('MAC_CR', MAC_CR.PADSTR) && HEADER_BYTES + length < FRAME_BYTES_MIN;
  if (isStripped) return frame.subarray(0, HEADER_BYTES + length);
  const kept = frame.subarray(0, WATCHDOG_BYTES - FCS_BYTES);
  const body = new Uint8Array(kept.length + FCS_BYTES);
  body.set(kept);
  const fcs = isIntact ? crc32(frame) : ~crc32(frame);
  new DataView(body.buffer).setUint32(kept.length, fcs, true);
  return body;
}

/** The time that a pause frame asks for, in 512 bits; undefined when it is none. */
export function pauseOf(frame: Uint8Array, isForUs: boolean): number | undefined {
  if (typeAt(frame) !== CONTROL_TYPE || typeAt(frame, HEADER_BYTES) !== PAUSE_OPCODE) {
    return undefined;
  }
  const isForAll = PAUSE_ADDRESS.every((byte, at) => frame[at] === byte);
  return isForAll || isForUs ? typeAt(frame, HEADER_BYTES + 2) : undefined;
}

export function pauseFrame(source: Uint8Array, time: number): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES_MIN);
  frame.set(PAUSE_ADDRESS);
  frame.set(source, PAUSE_ADDRESS.length);
  const view = new DataView(frame.buffer);
  view.setUint16(2 * PAUSE_ADDRESS.length, CONTROL_TYPE);
  view.setUint16(HEADER_BYTES, PAUSE_OPCODE);
  view.setUint16(HEADER_BYTES + 2, time);
  return frame;
}
