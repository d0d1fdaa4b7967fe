// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is inside of a card: its registers, its EEPROM, and whether it works.
 *
 * Linux: ethtool_get_regs, ethtool_get_any_eeprom, ethtool_self_test (net/ethtool/ioctl.c).
 */
import { putBytes } from '../../fs/user-int.ts';
import { finished } from '../../lib/coroutine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETH_TEST_FL, ETHTOOL_EEPROM, ETHTOOL_REGS, ETHTOOL_TEST } from '../../uapi/ethtool.ts';
import { type Call, load, store } from './ethtool-call.ts';

const { EFAULT, EINVAL, EOPNOTSUPP } = ERRNO;
const RESULT_BYTES = 8;

/** As many registers as there is room for. */
export function* registers(call: Call): Sleeping<number> {
  const { ethtool } = call.dev.ops;
  if (ethtool?.registers === undefined) return -EOPNOTSUPP;
  const view = load(call, ETHTOOL_REGS.data);
  if (view === undefined) return -EFAULT;
  const all = yield* finished(ethtool.registers(call.dev));
  if (typeof all === 'number') return all;
  const room = view.getUint32(ETHTOOL_REGS.len, true);
  view.setUint32(ETHTOOL_REGS.version, 0, true);
  view.setUint32(ETHTOOL_REGS.len, all.length, true);
  if (store(call, view) < 0) return -EFAULT;
  return putBytes(call.memory, call.pointer + ETHTOOL_REGS.data, all.subarray(0, room));
}

/** Where in the EEPROM, and how much of it, if that is in there. */
function placeOf(call: Call, view: DataView): { offset: number; bytes: number } | undefined {
  const offset = view.getUint32(ETHTOOL_EEPROM.offset, true);
  const bytes = view.getUint32(ETHTOOL_EEPROM.len, true);
  const size = call.dev.ops.ethtool?.eepromBytes?.(call.dev) ?? 0;
  return offset + bytes <= size ? { offset, bytes } : undefined;
}

export function* readEeprom(call: Call): Sleeping<number> {
  const { ethtool } = call.dev.ops;
  if (ethtool?.readEeprom === undefined) return -EOPNOTSUPP;
  const view = load(call, ETHTOOL_EEPROM.data);
  if (view === undefined) return -EFAULT;
  const place = placeOf(call, view);
  if (place === undefined) return -EINVAL;
  const bytes = yield* finished(ethtool.readEeprom(call.dev, place.offset, place.bytes));
  if (typeof bytes === 'number') return bytes;
  const asked = bytes.subarray(0, place.bytes);
  return putBytes(call.memory, call.pointer + ETHTOOL_EEPROM.data, asked);
}

export function* writeEeprom(call: Call): Sleeping<number> {
  const { ethtool } = call.dev.ops;
  if (ethtool?.writeEeprom === undefined) return -EOPNOTSUPP;
  const view = load(call, ETHTOOL_EEPROM.data);
  if (view === undefined) return -EFAULT;
  const place = placeOf(call, view);
  if (place === undefined) return -EINVAL;
  const given = load(call, ETHTOOL_EEPROM.data + place.bytes);
  if (given === undefined) return -EFAULT;
  const bytes = new Uint8Array(given.buffer, ETHTOOL_EEPROM.data);
  const magic = view.getUint32(ETHTOOL_EEPROM.magic, true);
  return yield* finished(ethtool.writeEeprom(call.dev, magic, place.offset, bytes));
}

export function* selfTest(call: Call): Sleeping<number> {
  const test = call.dev.ops.ethtool?.selfTest;
  if (test === undefined) return -EOPNOTSUPP;
  const view = load(call, ETHTOOL_TEST.data);
  if (view === undefined) return -EFAULT;
  const isOffline = view.getUint32(ETHTOOL_TEST.flags, true) === ETH_TEST_FL.OFFLINE;
  const answers = isOffline ? yield* test.run(call.dev) : test.names.map(() => 0);
  const hasFailed = !isOffline || answers.some((errno) => errno !== 0 && errno !== -EOPNOTSUPP);
  const results = new DataView(new ArrayBuffer(answers.length * RESULT_BYTES));
  for (const [n, errno] of answers.entries()) {
    results.setBigInt64(n * RESULT_BYTES, BigInt(errno), true);
  }
  if (hasFailed) {
    const flags = view.getUint32(ETHTOOL_TEST.flags, true);
    view.setUint32(ETHTOOL_TEST.flags, flags | ETH_TEST_FL.FAILED, true);
  }
  view.setUint32(ETHTOOL_TEST.len, answers.length, true);
  return store(call, view) < 0 ? -EFAULT : store(call, results, ETHTOOL_TEST.data);
}
