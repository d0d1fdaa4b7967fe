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
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { MaySleep, Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  AUTONEG_ENABLE,
  DUPLEX,
  ETH_GSTRING_LEN,
  ETH_SS,
  ETHTOOL,
  ETHTOOL_CMD,
  ETHTOOL_DRVINFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_LINK_SETTINGS,
  ETHTOOL_PERM_ADDR,
  ETHTOOL_REGS,
  ETHTOOL_RINGPARAM,
  ETHTOOL_SSET_INFO,
  ETHTOOL_STATS,
  ETHTOOL_VALUE,
  LINK_MODE,
  LINK_MODE_WORDS,
  PORT,
  SPEED_UNKNOWN,
} from '../../uapi/ethtool.ts';
import type { NetDevice } from './net-device.ts';

const { EFAULT, EINVAL, EOPNOTSUPP, EPERM } = ERRNO;
const CMD_BYTES = 4;
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

/** What a command has to work with: its interface, and the program's structure. */
interface Call {
  readonly dev: NetDevice;
  readonly pointer: number;
  readonly memory: IoMemory;
}

type Command = (call: Call) => MaySleep<number>;

/** Runs one command. Context: process. Linux: dev_ethtool. */
export function runEthtool(call: Call, isPrivileged: boolean): MaySleep<number> {
  const bytes = getBytes(call.memory, call.pointer, CMD_BYTES);
  if (bytes === undefined) return -EFAULT;
  const number = new DataView(bytes.buffer).getUint32(0, true);
  if (!FOR_ALL.has(number) && !isPrivileged) return -EPERM;
  const command = COMMANDS.get(number);
  return command === undefined ? -EOPNOTSUPP : command(call);
}

/** The program's structure, as it is now; undefined where the address faults. */
function load({ memory, pointer }: Call, size: number): DataView<ArrayBuffer> | undefined {
  const bytes = getBytes(memory, pointer, size);
  return bytes === undefined ? undefined : new DataView(bytes.buffer);
}

/** Writes a structure back. */
function store({ memory, pointer }: Call, view: DataView<ArrayBuffer>, at = 0): number {
  return putBytes(memory, pointer + at, new Uint8Array(view.buffer));
}

/** A structure whose first word is the command, and the rest zero. */
function blank(command: number, size: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, command, true);
  return view;
}

function putText(view: DataView, at: number, text: string, size: number): void {
  const bytes = encodeUtf8(text).subarray(0, size - 1);
  for (const [n, byte] of bytes.entries()) view.setUint8(at + n, byte);
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
  const registers = yield* registersOf(dev);
  view.setUint32(ETHTOOL_DRVINFO.nStats, statistics?.length ?? 0, true);
  view.setUint32(ETHTOOL_DRVINFO.regdumpLen, registers?.length ?? 0, true);
  return store(call, view);
}

function* statisticsOf(
  dev: NetDevice,
): Sleeping<readonly (readonly [name: string, value: number])[] | undefined> {
  const { ethtool } = dev.ops;
  if (ethtool?.statistics === undefined) return undefined;
  return yield* finished(ethtool.statistics(dev));
}

function* registersOf(dev: NetDevice): Sleeping<Uint8Array | undefined> {
  const { ethtool } = dev.ops;
  if (ethtool?.registers === undefined) return undefined;
  return yield* finished(ethtool.registers(dev));
}

/** As many registers as there is room for. */
function* registers(call: Call): Sleeping<number> {
  const view = load(call, ETHTOOL_REGS.data);
  if (view === undefined) return -EFAULT;
  const all = yield* registersOf(call.dev);
  if (all === undefined) return -EOPNOTSUPP;
  const room = view.getUint32(ETHTOOL_REGS.len, true);
  view.setUint32(ETHTOOL_REGS.version, 0, true);
  view.setUint32(ETHTOOL_REGS.len, all.length, true);
  if (store(call, view) < 0) return -EFAULT;
  return putBytes(call.memory, call.pointer + ETHTOOL_REGS.data, all.subarray(0, room));
}

function link(call: Call): number {
  const view = blank(ETHTOOL.GLINK, ETHTOOL_VALUE.SIZE);
  view.setUint32(ETHTOOL_VALUE.data, call.dev.isRunning ? 1 : 0, true);
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
  const statistics = yield* statisticsOf(call.dev);
  const hasStatistics = statistics !== undefined && (asked & (1 << ETH_SS.STATS)) !== 0;
  view.setBigUint64(ETHTOOL_SSET_INFO.mask, hasStatistics ? 1n << BigInt(ETH_SS.STATS) : 0n, true);
  if (store(call, view) < 0) return -EFAULT;
  if (!hasStatistics) return 0;
  return store(call, blank(statistics.length, CMD_BYTES), ETHTOOL_SSET_INFO.data);
}

function* strings(call: Call): Sleeping<number> {
  const head = load(call, ETHTOOL_GSTRINGS.data);
  if (head === undefined) return -EFAULT;
  if (head.getUint32(ETHTOOL_GSTRINGS.stringSet, true) !== ETH_SS.STATS) return -EOPNOTSUPP;
  const statistics = yield* statisticsOf(call.dev);
  if (statistics === undefined) return -EOPNOTSUPP;
  head.setUint32(ETHTOOL_GSTRINGS.len, statistics.length, true);
  if (store(call, head) < 0) return -EFAULT;
  const names = new DataView(new ArrayBuffer(statistics.length * ETH_GSTRING_LEN));
  for (const [n, [name]] of statistics.entries()) {
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

/** What a link of some speed is: the modes it could have, and what it has. */
function linkOf(
  dev: NetDevice,
): { readonly speed: number; readonly duplex: number; readonly modes: number } | undefined {
  const settings = dev.ops.ethtool?.linkSettings?.(dev);
  if (settings === undefined) return undefined;
  const modes =
    (1 << LINK_MODE.BASE10_FULL) |
    (1 << LINK_MODE.BASE100_FULL) |
    (1 << LINK_MODE.BASE1000_FULL) |
    (1 << LINK_MODE.AUTONEG) |
    (1 << LINK_MODE.TP);
  if (!dev.isRunning) return { speed: SPEED_UNKNOWN, duplex: DUPLEX.UNKNOWN, modes };
  const duplex = settings.isFullDuplex ? DUPLEX.FULL : DUPLEX.HALF;
  return { speed: settings.speedMbps, duplex, modes };
}

function oldSettings(call: Call): number {
  const settings = linkOf(call.dev);
  if (settings === undefined) return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GSET, ETHTOOL_CMD.SIZE);
  view.setUint32(ETHTOOL_CMD.supported, settings.modes, true);
  view.setUint32(ETHTOOL_CMD.advertising, settings.modes, true);
  view.setUint16(ETHTOOL_CMD.speed, settings.speed & 0xffff, true);
  view.setUint16(ETHTOOL_CMD.speedHigh, settings.speed >>> 16, true);
  view.setUint8(ETHTOOL_CMD.duplex, settings.duplex);
  view.setUint8(ETHTOOL_CMD.port, PORT.TP);
  view.setUint8(ETHTOOL_CMD.autoneg, AUTONEG_ENABLE);
  return store(call, view);
}

/** Who does not know how long masks are is told, as a negative number, and asks again. */
function linkSettings(call: Call): number {
  const settings = linkOf(call.dev);
  if (settings === undefined) return -EOPNOTSUPP;
  const given = load(call, ETHTOOL_LINK_SETTINGS.masks);
  if (given === undefined) return -EFAULT;
  if (given.getInt8(ETHTOOL_LINK_SETTINGS.words) !== LINK_MODE_WORDS) {
    const answer = blank(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks);
    answer.setInt8(ETHTOOL_LINK_SETTINGS.words, -LINK_MODE_WORDS);
    return store(call, answer);
  }
  const maskBytes = LINK_MODE_WORDS * 4;
  const view = blank(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks + 3 * maskBytes);
  view.setUint32(ETHTOOL_LINK_SETTINGS.speed, settings.speed, true);
  view.setUint8(ETHTOOL_LINK_SETTINGS.duplex, settings.duplex);
  view.setUint8(ETHTOOL_LINK_SETTINGS.port, PORT.TP);
  view.setUint8(ETHTOOL_LINK_SETTINGS.autoneg, AUTONEG_ENABLE);
  view.setInt8(ETHTOOL_LINK_SETTINGS.words, LINK_MODE_WORDS);
  view.setUint32(ETHTOOL_LINK_SETTINGS.masks, settings.modes, true);
  view.setUint32(ETHTOOL_LINK_SETTINGS.masks + maskBytes, settings.modes, true);
  return store(call, view);
}

const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [ETHTOOL.GSET, oldSettings],
  [ETHTOOL.GDRVINFO, driverInfo],
  [ETHTOOL.GREGS, registers],
  [ETHTOOL.GLINK, link],
  [ETHTOOL.GRINGPARAM, rings],
  [ETHTOOL.GSTRINGS, strings],
  [ETHTOOL.GSTATS, statistics],
  [ETHTOOL.GPERMADDR, permanentAddress],
  [ETHTOOL.GSSET_INFO, setInfo],
  [ETHTOOL.GLINKSETTINGS, linkSettings],
]);
