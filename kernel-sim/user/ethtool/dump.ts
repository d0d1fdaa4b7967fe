// SPDX-License-Identifier: GPL-2.0-or-later
/** `ethtool -d`, `-e` and `-E`: registers, and what an EEPROM holds. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETHTOOL, ETHTOOL_DRVINFO, ETHTOOL_EEPROM, ETHTOOL_REGS } from '../../uapi/ethtool.ts';
import type { Card } from './card.ts';
import { type Parameters, switchOf, numberOf } from './parameters.ts';

/** Exit statuses, each of the question that could not be answered. */
const STATUS = { REGISTERS: 72, DUMP: 74, MISUSE: 1 } as const;
const BYTES_OF_LINE = 16;

/** Of how many bytes: a field of struct ethtool_drvinfo. A negative errno. */
function* lengthOf(card: Card, field: number): Sleeping<number> {
  const info = yield* card.driverInfo();
  if (typeof info === 'number') return info;
  return info.getUint32(field, true);
}

export function* showRegisters(card: Card, parameters: Parameters): Sleeping<number> {
  const { c } = card;
  const count = yield* lengthOf(card, ETHTOOL_DRVINFO.regdumpLen);
  if (count < 0) {
    return yield* c.die('Cannot get driver information', c.strerror(count), STATUS.REGISTERS);
  }
  const dump = yield* card.ask(ETHTOOL.GREGS, ETHTOOL_REGS.data + count, (view) =>
    view.setUint32(ETHTOOL_REGS.len, count, true),
  );
  if (typeof dump === 'number') {
    return yield* c.die('Cannot get register dump', c.strerror(dump), STATUS.DUMP);
  }
  showBytes(card, bytesAt(dump, ETHTOOL_REGS.data), 0, switchOf(parameters, 'raw'));
  return 0;
}

export function* showEeprom(card: Card, parameters: Parameters): Sleeping<number> {
  const { c } = card;
  const size = yield* lengthOf(card, ETHTOOL_DRVINFO.eedumpLen);
  if (size < 0) return yield* c.die('Cannot get driver information', c.strerror(size), STATUS.DUMP);
  const offset = numberOf(parameters, 'offset') ?? 0;
  const length = Math.min(numberOf(parameters, 'length') ?? size, Math.max(0, size - offset));
  const dump = yield* card.ask(ETHTOOL.GEEPROM, ETHTOOL_EEPROM.data + length, (view) => {
    view.setUint32(ETHTOOL_EEPROM.offset, offset, true);
    view.setUint32(ETHTOOL_EEPROM.len, length, true);
  });
  if (typeof dump === 'number') {
    return yield* c.die('Cannot get EEPROM data', c.strerror(dump), STATUS.DUMP);
  }
  showBytes(card, bytesAt(dump, ETHTOOL_EEPROM.data), offset, switchOf(parameters, 'raw'));
  return 0;
}

/** One byte, or as many of standard input as `length` says. */
export function* changeEeprom(card: Card, parameters: Parameters): Sleeping<number> {
  const { c } = card;
  const size = yield* lengthOf(card, ETHTOOL_DRVINFO.eedumpLen);
  if (size < 0) return yield* c.die('Cannot get driver information', c.strerror(size), STATUS.DUMP);
  const value = numberOf(parameters, 'value');
  const wanted = numberOf(parameters, 'length') ?? (value === undefined ? size : 1);
  if (value !== undefined && wanted !== 1) {
    yield* c.err('value requires length 1\n');
    return STATUS.MISUSE;
  }
  const offset = numberOf(parameters, 'offset') ?? 0;
  const length = Math.min(wanted, Math.max(0, size - offset));
  const bytes = new Uint8Array(length);
  if (value !== undefined) bytes.fill(value);
  else {
    const given = yield* c.read_to_end(0);
    if (typeof given === 'number' || given.length < length) {
      return yield* c.die('Cannot set EEPROM data', c.strerror(-ERRNO.EINVAL), STATUS.DUMP);
    }
    bytes.set(given.subarray(0, length));
  }
  const answer = yield* card.ask(ETHTOOL.SEEPROM, ETHTOOL_EEPROM.data + length, (view) => {
    view.setUint32(ETHTOOL_EEPROM.magic, numberOf(parameters, 'magic') ?? 0, true);
    view.setUint32(ETHTOOL_EEPROM.offset, offset, true);
    view.setUint32(ETHTOOL_EEPROM.len, length, true);
    for (const [n, byte] of bytes.entries()) view.setUint8(ETHTOOL_EEPROM.data + n, byte);
  });
  if (typeof answer !== 'number') return 0;
  return yield* c.die('Cannot set EEPROM data', c.strerror(answer), STATUS.DUMP);
}

function bytesAt(view: DataView, at: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, view.byteLength - at);
}

function showBytes({ c }: Card, bytes: Uint8Array, offset: number, isRaw: boolean): void {
  if (isRaw) {
    c.out(bytes);
    return;
  }
  c.out('Offset\t\tValues\n------\t\t------');
  for (const [n, byte] of bytes.entries()) {
    const at = (offset + n).toString(16).padStart(4, '0');
    if (n % BYTES_OF_LINE === 0) c.out(`\n0x${at}:\t\t`);
    c.out(`${byte.toString(16).padStart(2, '0')} `);
  }
  c.out('\n');
}
