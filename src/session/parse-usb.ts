// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of the USB has the shape of a `UsbView`. */
import type { UsbView } from '../../kernel-sim/machine-types.ts';
import {
  hasShape,
  isBytes,
  isCount,
  isFields,
  isFlag,
  isListOf,
  isText,
  listOf,
  optional,
  type Shape,
} from './guards.ts';

const ACCESSES = ['rw', 'ro', 'w1c', 'sc', 'wo'];
const KINDS = ['control', 'isochronous', 'bulk', 'interrupt'];
const BITS = 32;

const oneOf =
  (words: readonly string[]) =>
  (value: unknown): value is string =>
    typeof value === 'string' && words.includes(value);
const isErrno = (value: unknown): value is number => Number.isInteger(value) && Number(value) <= 0;
const isBit = (value: unknown): value is number => isCount(value) && value <= BITS;
const isMaybeText = (value: unknown): value is string | undefined =>
  value === undefined || isText(value);
const isMaybeCount = (value: unknown): value is number | undefined =>
  value === undefined || isCount(value);
const isMaybeBytes = (value: unknown): value is Uint8Array | undefined =>
  value === undefined || isBytes(value);

const areFields = listOf({
  name: isText,
  at: isBit,
  width: isBit,
  access: oneOf(ACCESSES),
  meaning: isText,
});
const areRegisters = listOf({
  name: isText,
  offset: isCount,
  meaning: isText,
  value: isCount,
  fields: areFields,
});
const ADAPTER: Shape = {
  isHighSpeed: isFlag,
  isLinkLit: isFlag,
  isActivityLit: isFlag,
  isSpeedLit: isFlag,
  isFullDuplexLit: isFlag,
  isCablePlugged: isFlag,
  interface: isMaybeText,
  address: isMaybeText,
  registers: areRegisters,
};
const areUrbs = listOf({
  number: isCount,
  submittedNs: isCount,
  endedNs: isCount,
  device: isText,
  address: isCount,
  kind: oneOf(KINDS),
  isIn: isFlag,
  endpoint: isCount,
  setup: isMaybeBytes,
  meaning: isText,
  wanted: isCount,
  actual: isCount,
  status: isErrno,
  error: isText,
  data: isBytes,
  site: isCount,
});
const areAccesses = listOf({
  offset: isCount,
  atNs: isCount,
  isWrite: isFlag,
  value: isCount,
  before: isMaybeCount,
  site: isCount,
});
const SOURCE: Shape = { module: isText, file: isText, line: isCount };
const arePlaces = listOf({ site: isCount, where: isText, source: optional(SOURCE) });

export function isUsbView(value: unknown): value is UsbView {
  if (!isFields(value)) return false;
  const { nowNs, ports, isSoldered, adapter, first, next, urbs, accesses, places } = value;
  return (
    isCount(nowNs) &&
    isListOf(ports, isText) &&
    isFlag(isSoldered) &&
    (adapter === undefined || hasShape(adapter, ADAPTER)) &&
    isCount(first) &&
    isCount(next) &&
    areUrbs(urbs) &&
    areAccesses(accesses) &&
    arePlaces(places)
  );
}
