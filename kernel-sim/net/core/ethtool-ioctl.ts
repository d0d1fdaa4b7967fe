// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * SIOCETHTOOL: what ethtool(8) wants to know of a driver.
 *
 * Each command is a structure that a program filled in part; the answer is written over it.
 *
 * Linux: net/ethtool/ioctl.c.
 */
import { getBytes, putBytes } from '../../fs/user-int.ts';
import { finished } from '../../lib/coroutine.ts';
import type { MaySleep, Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  ETH_GSTRING_LEN,
  ETH_SS,
  ETHTOOL,
  ETHTOOL_DRVINFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_PERM_ADDR,
  ETHTOOL_RINGPARAM,
  ETHTOOL_SSET_INFO,
  ETHTOOL_STATS,
  ETHTOOL_VALUE,
} from '../../uapi/ethtool.ts';
import { blank, type Call, CMD_BYTES, type Command, load, putText, store } from './ethtool-call.ts';
import { chooseLink, linkSettings, oldSettings, restartNegotiation } from './ethtool-link.ts';
import { readEeprom, registers, selfTest, writeEeprom } from './ethtool-device.ts';
import type { NetDevice } from './net-device.ts';

const { EFAULT, EINVAL, EOPNOTSUPP, EPERM } = ERRNO;
/** What anybody may ask. */
const FOR_ALL: ReadonlySet<number> = new Set([
  ETHTOOL.GSET,
  ETHTOOL.GDRVINFO,
  ETHTOOL.GLINK,
  ETHTOOL.GMSGLVL,
  ETHTOOL.GRINGPARAM,
  ETHTOOL.GSTRINGS,
  ETHTOOL.GSTATS,
  ETHTOOL.GSSET_INFO,
  ETHTOOL.GPERMADDR,
  ETHTOOL.GLINKSETTINGS,
]);

/** Runs one command. Context: process. Linux: dev_ethtool. */
export function runEthtool(call: Call, isPrivileged: boolean): MaySleep<number> {
  const bytes = getBytes(call.memory, call.pointer, CMD_BYTES);
  if (bytes === undefined) return -EFAULT;
  const number = new DataView(bytes.buffer).getUint32(0, true);
  if (!FOR_ALL.has(number) && !isPrivileged) return -EPERM;
  const command = COMMANDS.get(number);
  return command === undefined ? -EOPNOTSUPP : command(call);
}

function* driverInfo(call: Call): Sleeping<number> {
  const { dev } = call;
  const info = dev.ops.ethtool?.driverInfo?.(dev);
  // A device on a bus has a driver by that alone.
  if (info === undefined && dev.parentName === '') return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GDRVINFO, ETHTOOL_DRVINFO.SIZE);
  const text = (at: number, value: string): void =>
    putText(view, at, value, ETHTOOL_DRVINFO.TEXT_SIZE);
  text(ETHTOOL_DRVINFO.driver, info?.driver ?? '');
  text(ETHTOOL_DRVINFO.version, info?.version ?? '');
  text(ETHTOOL_DRVINFO.fwVersion, info?.firmware ?? '');
  text(ETHTOOL_DRVINFO.busInfo, info?.bus ?? dev.parentName);
  const statistics = yield* statisticsOf(dev);
  const { ethtool } = dev.ops;
  view.setUint32(ETHTOOL_DRVINFO.nStats, statistics?.length ?? 0, true);
  view.setUint32(ETHTOOL_DRVINFO.testinfoLen, ethtool?.selfTest?.names.length ?? 0, true);
  view.setUint32(ETHTOOL_DRVINFO.eedumpLen, ethtool?.eepromBytes?.(dev) ?? 0, true);
  view.setUint32(ETHTOOL_DRVINFO.regdumpLen, ethtool?.registersBytes?.(dev) ?? 0, true);
  return store(call, view);
}

function* statisticsOf(
  dev: NetDevice,
): Sleeping<readonly (readonly [name: string, value: number])[] | undefined> {
  const { ethtool } = dev.ops;
  if (ethtool?.statistics === undefined) return undefined;
  return yield* finished(ethtool.statistics(dev));
}

function link(call: Call): number {
  const view = blank(ETHTOOL.GLINK, ETHTOOL_VALUE.SIZE);
  view.setUint32(ETHTOOL_VALUE.data, call.dev.isRunning ? 1 : 0, true);
  return store(call, view);
}

function messageLevel(call: Call): number {
  const level = call.dev.ops.ethtool?.messageLevel?.(call.dev);
  if (level === undefined) return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GMSGLVL, ETHTOOL_VALUE.SIZE);
  view.setUint32(ETHTOOL_VALUE.data, level, true);
  return store(call, view);
}

function rings(call: Call): number {
  const { dev } = call;
  const shape = dev.ops.ethtool?.rings?.(dev);
  if (shape === undefined) return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GRINGPARAM, ETHTOOL_RINGPARAM.SIZE);
  view.setUint32(ETHTOOL_RINGPARAM.rxMax, shape.rxMax, true);
  view.setUint32(ETHTOOL_RINGPARAM.txMax, shape.txMax, true);
  view.setUint32(ETHTOOL_RINGPARAM.rx, shape.rx, true);
  view.setUint32(ETHTOOL_RINGPARAM.tx, shape.tx, true);
  return store(call, view);
}

/** How many names there are in each set that was asked for and exists. */
function* setInfo(call: Call): Sleeping<number> {
  const view = load(call, ETHTOOL_SSET_INFO.data);
  if (view === undefined) return -EFAULT;
  const asked = view.getUint32(ETHTOOL_SSET_INFO.mask, true);
  const lengths: number[] = [];
  let found = 0n;
  for (const set of [ETH_SS.TEST, ETH_SS.STATS]) {
    const names = (asked & (1 << set)) === 0 ? undefined : yield* namesOf(call.dev, set);
    if (names === undefined) continue;
    found |= 1n << BigInt(set);
    lengths.push(names.length);
  }
  view.setBigUint64(ETHTOOL_SSET_INFO.mask, found, true);
  if (store(call, view) < 0) return -EFAULT;
  const words = new DataView(Uint32Array.from(lengths).buffer);
  return lengths.length === 0 ? 0 : store(call, words, ETHTOOL_SSET_INFO.data);
}

/** The names of a set; undefined when there is no such set. */
function* namesOf(dev: NetDevice, set: number): Sleeping<readonly string[] | undefined> {
  if (set === ETH_SS.TEST) return dev.ops.ethtool?.selfTest?.names;
  if (set !== ETH_SS.STATS) return undefined;
  return (yield* statisticsOf(dev))?.map(([name]) => name);
}

function* strings(call: Call): Sleeping<number> {
  const head = load(call, ETHTOOL_GSTRINGS.data);
  if (head === undefined) return -EFAULT;
  const all = yield* namesOf(call.dev, head.getUint32(ETHTOOL_GSTRINGS.stringSet, true));
  if (all === undefined) return -EOPNOTSUPP;
  head.setUint32(ETHTOOL_GSTRINGS.len, all.length, true);
  if (store(call, head) < 0) return -EFAULT;
  const names = new DataView(new ArrayBuffer(all.length * ETH_GSTRING_LEN));
  for (const [n, name] of all.entries()) {
    putText(names, n * ETH_GSTRING_LEN, name, ETH_GSTRING_LEN);
  }
  return store(call, names, ETHTOOL_GSTRINGS.data);
}

function* statistics(call: Call): Sleeping<number> {
  const all = yield* statisticsOf(call.dev);
  if (all === undefined) return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GSTATS, ETHTOOL_STATS.data + 8 * all.length);
  view.setUint32(ETHTOOL_STATS.nStats, all.length, true);
  for (const [n, [, value]] of all.entries()) {
    view.setBigUint64(ETHTOOL_STATS.data + 8 * n, BigInt(value), true);
  }
  return store(call, view);
}

function permanentAddress(call: Call): number {
  const view = load(call, ETHTOOL_PERM_ADDR.data);
  if (view === undefined) return -EFAULT;
  const { permanentAddress: address } = call.dev;
  if (view.getUint32(ETHTOOL_PERM_ADDR.size, true) < address.length) return -EINVAL;
  view.setUint32(ETHTOOL_PERM_ADDR.size, address.length, true);
  if (store(call, view) < 0) return -EFAULT;
  return putBytes(call.memory, call.pointer + ETHTOOL_PERM_ADDR.data, address);
}

const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [ETHTOOL.GSET, oldSettings],
  [ETHTOOL.GDRVINFO, driverInfo],
  [ETHTOOL.GREGS, registers],
  [ETHTOOL.GMSGLVL, messageLevel],
  [ETHTOOL.GLINK, link],
  [ETHTOOL.GRINGPARAM, rings],
  [ETHTOOL.GSTRINGS, strings],
  [ETHTOOL.GSTATS, statistics],
  [ETHTOOL.GPERMADDR, permanentAddress],
  [ETHTOOL.GSSET_INFO, setInfo],
  [ETHTOOL.GLINKSETTINGS, linkSettings],
  [ETHTOOL.SLINKSETTINGS, chooseLink],
  [ETHTOOL.NWAY_RST, restartNegotiation],
  [ETHTOOL.GEEPROM, readEeprom],
  [ETHTOOL.SEEPROM, writeEeprom],
  [ETHTOOL.TEST, selfTest],
]);
