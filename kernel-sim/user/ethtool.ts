// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ethtool: what a network card's driver says of it.
 *
 * Counterpart: ethtool 6.1. Differs: it knows the options of its help only.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import {
  ETH_GSTRING_LEN,
  ETH_SS,
  ETHTOOL,
  ETHTOOL_DRVINFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_RINGPARAM,
  ETHTOOL_STATS,
} from '../uapi/ethtool.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { Card, textAt } from './ethtool/card.ts';
import { change, restart, selfTest } from './ethtool/change.ts';
import { changeEeprom, showEeprom, showRegisters } from './ethtool/dump.ts';
import { type Parameters, parseParameters } from './ethtool/parameters.ts';
import { showSettings } from './ethtool/settings.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram } from './libc/libc.ts';

const OPTIONS: OptionSpec = {
  short: 'hiSgdeEsrt',
  long: {
    help: 'h',
    driver: 'i',
    statistics: 'S',
    'show-ring': 'g',
    'register-dump': 'd',
    'eeprom-dump': 'e',
    'change-eeprom': 'E',
    change: 's',
    negotiate: 'r',
    test: 't',
    version: 'version',
  },
};

const HELP = `ethtool version 6.1
Usage:
        ethtool DEVNAME\tDisplay standard information about device
        ethtool -s|--change DEVNAME\tChange generic options
\t\t[ speed %d ]
\t\t[ duplex half|full ]
\t\t[ autoneg on|off ]
\t\t[ advertise %x ]
        ethtool -g|--show-ring DEVNAME\tQuery RX/TX ring parameters
        ethtool -i|--driver DEVNAME\tShow driver information
        ethtool -d|--register-dump DEVNAME\tDo a register dump
\t\t[ raw on|off ]
        ethtool -e|--eeprom-dump DEVNAME\tDo a EEPROM dump
\t\t[ raw on|off ]
\t\t[ offset N ]
\t\t[ length N ]
        ethtool -E|--change-eeprom DEVNAME\tChange bytes in device EEPROM
\t\t[ magic N ]
\t\t[ offset N ]
\t\t[ length N ]
\t\t[ value N ]
        ethtool -r|--negotiate DEVNAME\tRestart N-WAY negotiation
        ethtool -t|--test DEVNAME\tExecute adapter self test
               [ online | offline ]
        ethtool -S|--statistics DEVNAME\tShow adapter statistics
        ethtool -h|--help\t\tShow this help
        ethtool --version\t\tShow version number
`;
/** Exit statuses, each of the question that could not be answered. */
const STATUS = { MISUSE: 1, DRIVER: 71, NO_STATISTICS: 94 } as const;

/** What is done with a card; undefined for words that make no sense behind its name. */
function actionFor(
  option: string | undefined,
  words: readonly string[],
): ((card: Card) => Sleeping<number>) | undefined {
  const withParameters = (
    names: readonly string[],
    act: (card: Card, parameters: Parameters) => Sleeping<number>,
  ): ((card: Card) => Sleeping<number>) | undefined => {
    const parameters = parseParameters(words, names);
    return parameters === undefined ? undefined : (card) => act(card, parameters);
  };
  switch (option) {
    case 's':
      return (card) => change(card, words);
    case 'd':
      return withParameters(['raw', 'hex'], showRegisters);
    case 'e':
      return withParameters(['raw', 'offset', 'length'], showEeprom);
    case 'E':
      return withParameters(['magic', 'offset', 'length', 'value'], changeEeprom);
    case 't': {
      const [how = 'offline', ...rest] = words;
      if (rest.length > 0 || (how !== 'online' && how !== 'offline')) return undefined;
      return (card) => selfTest(card, how);
    }
    default:
      return words.length > 0 ? undefined : SIMPLE.get(option);
  }
}

const SIMPLE = new Map<string | undefined, (card: Card) => Sleeping<number>>([
  [undefined, showSettings],
  ['i', showDriver],
  ['S', showStatistics],
  ['g', showRings],
  ['r', restart],
]);

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
  const [name, ...words] = 'error' in args ? [] : args.operands;
  const act = actionFor(option, words);
  if ('error' in args || name === undefined || act === undefined) {
    yield* c.err('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n');
    return STATUS.MISUSE;
  }
  const fd = yield* c.socket(AF.INET, SOCK.DGRAM);
  if (fd < 0) return yield* c.die('Cannot get control socket', c.strerror(fd), 70);
  return yield* act(new Card(c, fd, name));
}, OPTIONS);

function* showDriver(card: Card): Sleeping<number> {
  const { c } = card;
  const info = yield* card.driverInfo();
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

function* showStatistics(card: Card): Sleeping<number> {
  const { c } = card;
  const info = yield* card.driverInfo();
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

function* showRings(card: Card): Sleeping<number> {
  const { c } = card;
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
