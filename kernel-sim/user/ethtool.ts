// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ethtool: what a network card's driver says of it.
 *
 * Counterpart: ethtool 6.1. Differs: it only shows.
 */
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import {
  AUTONEG_ENABLE,
  DUPLEX,
  ETH_GSTRING_LEN,
  ETH_SS,
  ETHTOOL,
  ETHTOOL_DRVINFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_LINK_SETTINGS,
  ETHTOOL_RINGPARAM,
  ETHTOOL_STATS,
  ETHTOOL_VALUE,
  LINK_MODE,
  LINK_MODE_WORDS,
  PORT,
  SPEED_UNKNOWN,
} from '../uapi/ethtool.ts';
import { IFREQ, SIOC } from '../uapi/if-ioctl.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';

const OPTIONS: OptionSpec = {
  short: 'hiSg',
  long: { help: 'h', driver: 'i', statistics: 'S', 'show-ring': 'g', version: 'version' },
};

const HELP = `ethtool version 6.1
Usage:
        ethtool DEVNAME\tDisplay standard information about device
        ethtool -i|--driver DEVNAME\tShow driver information
        ethtool -S|--statistics DEVNAME\tShow adapter statistics
        ethtool -g|--show-ring DEVNAME\tQuery RX/TX ring parameters
        ethtool -h|--help\t\tShow this help
        ethtool --version\t\tShow version number
`;
/** Exit statuses, each of the question that could not be answered. */
const STATUS = { MISUSE: 1, DRIVER: 71, NO_DATA: 75, NO_STATISTICS: 94 } as const;

export const ethtool = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  const option = 'error' in args ? undefined : args.options.at(-1)?.name;
  if (option === 'h') {
    c.out(HELP);
    return 0;
  }
  if (option === 'version') {
    c.out('ethtool version 6.1\n');
    return 0;
  }
  const name = 'error' in args ? undefined : args.operands[0];
  if ('error' in args || name === undefined || args.operands.length > 1) {
    yield* c.err('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n');
    return STATUS.MISUSE;
  }
  const fd = yield* c.socket(AF.INET, SOCK.DGRAM);
  if (fd < 0) return yield* c.die('Cannot get control socket', c.strerror(fd), 70);
  const card = new Card(c, fd, name);
  if (option === 'i') return yield* showDriver(c, card);
  if (option === 'S') return yield* showStatistics(c, card);
  if (option === 'g') return yield* showRings(c, card);
  return yield* showSettings(c, card, name);
}, OPTIONS);

/** An interface, asked by SIOCETHTOOL. */
class Card {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #name: string;

  constructor(c: Libc, fd: number, name: string) {
    this.#c = c;
    this.#fd = fd;
    this.#name = name;
  }

  /** What becomes of a structure whose first word is `command`, or a negative errno. */
  *ask(
    command: number,
    sizeBytes: number,
    fill: (view: DataView) => void = () => undefined,
  ): Sleeping<DataView | number> {
    const c = this.#c;
    const bytes = new Uint8Array(sizeBytes);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, command, true);
    fill(view);
    const mark = c.memory.mark();
    const place = yield* c.memory.scratch(sizeBytes);
    if (place === 0) return -ERRNO.ENOMEM;
    c.cpu.storeBytes(place, bytes);
    const request = new Uint8Array(IFREQ.SIZE);
    request.set(encodeUtf8(this.#name).subarray(0, IFREQ.NAME_SIZE - 1));
    new DataView(request.buffer).setBigUint64(IFREQ.data, BigInt(place), true);
    const result = yield* c.ioctl_bytes(this.#fd, SIOC.ETHTOOL, request);
    const answer = typeof result === 'number' ? result : c.cpu.loadBytes(place, sizeBytes);
    c.memory.release(mark);
    if (typeof answer === 'number') return answer;
    return new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  }
}

function textAt(view: DataView, at: number, sizeBytes: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, sizeBytes);
  const end = bytes.indexOf(0);
  return decodeUtf8(bytes, 0, end < 0 ? sizeBytes : end);
}

function* showDriver(c: Libc, card: Card): Sleeping<number> {
  const info = yield* card.ask(ETHTOOL.GDRVINFO, ETHTOOL_DRVINFO.SIZE);
  if (typeof info === 'number') {
    return yield* c.die('Cannot get driver information', c.strerror(info), STATUS.DRIVER);
  }
  const text = (at: number): string => textAt(info, at, ETHTOOL_DRVINFO.TEXT_SIZE);
  const has = (at: number): string => (info.getUint32(at, true) > 0 ? 'yes' : 'no');
  c.out(
    `driver: ${text(ETHTOOL_DRVINFO.driver)}\n` +
      `version: ${text(ETHTOOL_DRVINFO.version)}\n` +
      `firmware-version: ${text(ETHTOOL_DRVINFO.fwVersion)}\n` +
      `expansion-rom-version: ${text(ETHTOOL_DRVINFO.eromVersion)}\n` +
      `bus-info: ${text(ETHTOOL_DRVINFO.busInfo)}\n` +
      `supports-statistics: ${has(ETHTOOL_DRVINFO.nStats)}\n` +
      `supports-test: ${has(ETHTOOL_DRVINFO.testinfoLen)}\n` +
      `supports-eeprom-access: ${has(ETHTOOL_DRVINFO.eedumpLen)}\n` +
      `supports-register-dump: ${has(ETHTOOL_DRVINFO.regdumpLen)}\n` +
      `supports-priv-flags: ${has(ETHTOOL_DRVINFO.nPrivFlags)}\n`,
  );
  return 0;
}

function* showStatistics(c: Libc, card: Card): Sleeping<number> {
  const info = yield* card.ask(ETHTOOL.GDRVINFO, ETHTOOL_DRVINFO.SIZE);
  const count = typeof info === 'number' ? 0 : info.getUint32(ETHTOOL_DRVINFO.nStats, true);
  if (count === 0) {
    yield* c.err('no stats available\n');
    return STATUS.NO_STATISTICS;
  }
  const namesSize = ETHTOOL_GSTRINGS.data + count * ETH_GSTRING_LEN;
  const names = yield* card.ask(ETHTOOL.GSTRINGS, namesSize, (view) => {
    view.setUint32(ETHTOOL_GSTRINGS.stringSet, ETH_SS.STATS, true);
    view.setUint32(ETHTOOL_GSTRINGS.len, count, true);
  });
  const values = yield* card.ask(ETHTOOL.GSTATS, ETHTOOL_STATS.data + 8 * count, (view) => {
    view.setUint32(ETHTOOL_STATS.nStats, count, true);
  });
  if (typeof names === 'number' || typeof values === 'number') {
    const failure = typeof names === 'number' ? names : Number(values);
    return yield* c.die('Cannot get stats information', c.strerror(failure), 97);
  }
  c.out('NIC statistics:\n');
  for (let n = 0; n < count; n++) {
    const name = textAt(names, ETHTOOL_GSTRINGS.data + n * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
    c.out(`     ${name}: ${values.getBigUint64(ETHTOOL_STATS.data + 8 * n, true)}\n`);
  }
  return 0;
}

function* showRings(c: Libc, card: Card): Sleeping<number> {
  const rings = yield* card.ask(ETHTOOL.GRINGPARAM, ETHTOOL_RINGPARAM.SIZE);
  if (typeof rings === 'number') {
    yield* c.err(`netlink error: ${c.strerror(rings)}\n`);
    return STATUS.MISUSE;
  }
  const block = (rx: number, tx: number): string =>
    `RX:\t\t${rings.getUint32(rx, true)}\nRX Mini:\tn/a\nRX Jumbo:\tn/a\n` +
    `TX:\t\t${rings.getUint32(tx, true)}\n`;
  c.out(
    `Ring parameters:\nPre-set maximums:\n` +
      block(ETHTOOL_RINGPARAM.rxMax, ETHTOOL_RINGPARAM.txMax) +
      `Current hardware settings:\n${block(ETHTOOL_RINGPARAM.rx, ETHTOOL_RINGPARAM.tx)}`,
  );
  return 0;
}

// ---- Without an option ------------------------------------------------------------------------

const MODES = [
  [LINK_MODE.BASE10_FULL, '10baseT/Full'],
  [LINK_MODE.BASE100_FULL, '100baseT/Full'],
  [LINK_MODE.BASE1000_FULL, '1000baseT/Full'],
] as const;
/** In front of the second mode of a list. */
const MODE_INDENT = '\t                        ';

function* showSettings(c: Libc, card: Card, name: string): Sleeping<number> {
  const link = yield* card.ask(ETHTOOL.GLINK, ETHTOOL_VALUE.SIZE);
  if (link === -ERRNO.ENODEV) {
    yield* c.err('netlink error: No such device\n');
    c.out('No data available\n');
    return STATUS.NO_DATA;
  }
  c.out(`Settings for ${name}:\n`);
  const settings = yield* readSettings(card);
  if (settings !== undefined) c.out(settingsText(settings));
  const hasLink = typeof link !== 'number' && link.getUint32(ETHTOOL_VALUE.data, true) !== 0;
  c.out(`\tLink detected: ${hasLink ? 'yes' : 'no'}\n`);
  return 0;
}

/** The first question says how many words a mask has, the second is answered. */
function* readSettings(card: Card): Sleeping<DataView | undefined> {
  const first = yield* card.ask(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks);
  if (typeof first === 'number') return undefined;
  const words = -first.getInt8(ETHTOOL_LINK_SETTINGS.words);
  if (words <= 0 || words > LINK_MODE_WORDS) return undefined;
  const size = ETHTOOL_LINK_SETTINGS.masks + 3 * 4 * words;
  const answer = yield* card.ask(ETHTOOL.GLINKSETTINGS, size, (view) =>
    view.setInt8(ETHTOOL_LINK_SETTINGS.words, words),
  );
  return typeof answer === 'number' ? undefined : answer;
}

function settingsText(view: DataView): string {
  const words = view.getInt8(ETHTOOL_LINK_SETTINGS.words);
  const isIn = (mask: number, bit: number): boolean => {
    const word = ETHTOOL_LINK_SETTINGS.masks + 4 * (mask * words + (bit >>> 5));
    return (view.getUint32(word, true) & (1 << (bit & 31))) !== 0;
  };
  const yes = (isSo: boolean): string => (isSo ? 'Yes' : 'No');
  const modes = (mask: number): string => {
    const names = MODES.filter(([bit]) => isIn(mask, bit)).map(([, mode]) => mode);
    return names.length === 0 ? 'Not reported' : names.join(`\n${MODE_INDENT}`);
  };
  const speed = view.getUint32(ETHTOOL_LINK_SETTINGS.speed, true);
  const duplex = view.getUint8(ETHTOOL_LINK_SETTINGS.duplex);
  const isAuto = view.getUint8(ETHTOOL_LINK_SETTINGS.autoneg) === AUTONEG_ENABLE;
  const duplexes = { [DUPLEX.HALF]: 'Half', [DUPLEX.FULL]: 'Full' } as Record<number, string>;
  const isTwisted = view.getUint8(ETHTOOL_LINK_SETTINGS.port) === PORT.TP;
  return (
    `\tSupported ports: [ ${isIn(0, LINK_MODE.TP) ? 'TP ' : ' '}]\n` +
    `\tSupported link modes:   ${modes(0)}\n` +
    `\tSupported pause frame use: No\n` +
    `\tSupports auto-negotiation: ${yes(isIn(0, LINK_MODE.AUTONEG))}\n` +
    `\tSupported FEC modes: Not reported\n` +
    `\tAdvertised link modes:  ${modes(1)}\n` +
    `\tAdvertised pause frame use: No\n` +
    `\tAdvertised auto-negotiation: ${yes(isIn(1, LINK_MODE.AUTONEG))}\n` +
    `\tAdvertised FEC modes: Not reported\n` +
    `\tSpeed: ${speed === SPEED_UNKNOWN ? 'Unknown!' : `${speed}Mb/s`}\n` +
    `\tDuplex: ${duplexes[duplex] ?? 'Unknown! (255)'}\n` +
    `\tAuto-negotiation: ${isAuto ? 'on' : 'off'}\n` +
    `\tPort: ${isTwisted ? 'Twisted Pair' : 'Other'}\n` +
    `\tPHYAD: ${view.getUint8(ETHTOOL_LINK_SETTINGS.phyAddress)}\n` +
    `\tTransceiver: internal\n` +
    (isTwisted ? '\tMDI-X: Unknown\n' : '')
  );
}
