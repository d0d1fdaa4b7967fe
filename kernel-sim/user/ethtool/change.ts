// SPDX-License-Identifier: GPL-2.0-or-later
/** `ethtool -s`, `-r` and `-t`: what the link is to be, again, and whether the card works. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  AUTONEG_DISABLE,
  AUTONEG_ENABLE,
  DUPLEX,
  ETH_GSTRING_LEN,
  ETH_SS,
  ETH_TEST_FL,
  ETHTOOL,
  ETHTOOL_GSTRINGS,
  ETHTOOL_LINK_SETTINGS,
  ETHTOOL_SSET_INFO,
  ETHTOOL_TEST,
  ETHTOOL_VALUE,
  LINK_MODE,
} from '../../uapi/ethtool.ts';
import { type Card, textAt } from './card.ts';
import { parseNumber } from './parameters.ts';
import { readSettings } from './settings.ts';

const STATUS = { MISUSE: 1, TEST: 74, REFUSED: 75, NEGOTIATE: 255 } as const;
const RESULT_BYTES = 8;
const NAME_COLUMNS = ETH_GSTRING_LEN - 1;
/** Letters of what may wake a machine. */
const WAKE_ON = 'pumbagsfd';
const MODES = [
  { speed: 10, duplex: DUPLEX.HALF, bit: LINK_MODE.BASE10_HALF },
  { speed: 10, duplex: DUPLEX.FULL, bit: LINK_MODE.BASE10_FULL },
  { speed: 100, duplex: DUPLEX.HALF, bit: LINK_MODE.BASE100_HALF },
  { speed: 100, duplex: DUPLEX.FULL, bit: LINK_MODE.BASE100_FULL },
] as const;
const ALL_MODES = MODES.reduce((mask, { bit }) => mask | (1 << bit), 0);

/** What was given of each parameter; undefined for the rest. */
interface Wish {
  speed?: number;
  duplex?: number;
  autoneg?: number;
  advertise?: number;
  wol?: string;
}

/** How a value is taken; undefined when it is none. */
const PARAMETERS: Readonly<Record<string, (wish: Wish, value: string) => boolean>> = {
  speed(wish, value) {
    const speed = parseNumber(value);
    if (speed !== undefined) wish.speed = speed;
    return speed !== undefined;
  },
  duplex(wish, value) {
    if (value !== 'half' && value !== 'full') return false;
    wish.duplex = value === 'half' ? DUPLEX.HALF : DUPLEX.FULL;
    return true;
  },
  autoneg(wish, value) {
    if (value !== 'on' && value !== 'off') return false;
    wish.autoneg = value === 'on' ? AUTONEG_ENABLE : AUTONEG_DISABLE;
    return true;
  },
  advertise(wish, value) {
    if (!/^(?:0x)?[\da-f]+$/iu.test(value)) return false;
    wish.advertise = Number.parseInt(value, 16);
    return true;
  },
  wol(wish, value) {
    wish.wol = value;
    return true;
  },
};

/** What was wished for, or a message. */
function parseWish(words: readonly string[]): Wish | string {
  const wish: Wish = {};
  for (let at = 0; at < words.length; at += 2) {
    const [name, value] = [words[at]!, words[at + 1]];
    if (!Object.hasOwn(PARAMETERS, name)) return `unknown parameter '${name}'`;
    if (value === undefined) return `no value for parameter '${name}'`;
    const unknown = name === 'wol' ? [...value].find((each) => !WAKE_ON.includes(each)) : undefined;
    if (unknown !== undefined) {
      return `invalid char '${unknown}' in '${value}' for parameter '${name}'`;
    }
    if (!PARAMETERS[name]!(wish, value)) {
      return `invalid value '${value}' for parameter '${name}'`;
    }
  }
  return wish;
}

export function* change(card: Card, words: readonly string[]): Sleeping<number> {
  const { c } = card;
  const wish = parseWish(words);
  if (typeof wish === 'string') {
    return yield* c.die('ethtool (-s)', wish, STATUS.MISUSE);
  }
  const { wol, ...ofLink } = wish;
  const link = yield* card.ask(ETHTOOL.GLINK, ETHTOOL_VALUE.SIZE);
  if (link === -ERRNO.ENODEV) {
    yield* c.err('netlink error: no device matches name (offset 24)\n');
    return yield* refuse(card, -ERRNO.ENODEV);
  }
  // No card here can wake the machine.
  if (wol !== undefined) return yield* refuse(card, -ERRNO.EOPNOTSUPP);
  return Object.keys(ofLink).length === 0 ? 0 : yield* changeLink(card, ofLink);
}

function* refuse({ c }: Card, errno: number): Sleeping<number> {
  return yield* c.die('netlink error', c.strerror(errno), STATUS.REFUSED);
}

/** Linux: ethnl_auto_linkmodes: who asks for a speed advertises that one only. */
function advertisedFor({ advertise, speed, duplex }: Wish, before: number): number {
  if (advertise !== undefined) return advertise;
  if (speed === undefined && duplex === undefined) return before;
  const wanted = MODES.filter(
    (mode) =>
      (speed === undefined || mode.speed === speed) &&
      (duplex === undefined || mode.duplex === duplex),
  );
  return wanted.reduce((mask, { bit }) => mask | (1 << bit), before & ~ALL_MODES);
}

function* changeLink(card: Card, wish: Wish): Sleeping<number> {
  const settings = yield* readSettings(card);
  if (settings === undefined) return yield* refuse(card, -ERRNO.EOPNOTSUPP);
  const words = settings.getInt8(ETHTOOL_LINK_SETTINGS.words);
  const advertisedAt = ETHTOOL_LINK_SETTINGS.masks + 4 * words;
  const answer = yield* card.ask(ETHTOOL.SLINKSETTINGS, settings.byteLength, (view) => {
    for (let at = 4; at < settings.byteLength; at++) view.setUint8(at, settings.getUint8(at));
    const { speed, duplex, autoneg } = wish;
    if (autoneg !== undefined) view.setUint8(ETHTOOL_LINK_SETTINGS.autoneg, autoneg);
    if (view.getUint8(ETHTOOL_LINK_SETTINGS.autoneg) === AUTONEG_ENABLE) {
      const before = view.getUint32(advertisedAt, true);
      view.setUint32(advertisedAt, advertisedFor(wish, before), true);
    }
    if (speed !== undefined) view.setUint32(ETHTOOL_LINK_SETTINGS.speed, speed, true);
    if (duplex !== undefined) view.setUint8(ETHTOOL_LINK_SETTINGS.duplex, duplex);
  });
  if (typeof answer !== 'number') return 0;
  if (answer === -ERRNO.EINVAL) {
    yield* card.c.err('netlink error: link settings update failed\n');
  }
  return yield* refuse(card, answer);
}

export function* restart(card: Card): Sleeping<number> {
  const { c } = card;
  const answer = yield* card.ask(ETHTOOL.NWAY_RST, ETHTOOL_VALUE.SIZE);
  if (typeof answer !== 'number') return 0;
  return yield* c.die('Cannot restart autonegotiation', c.strerror(answer), STATUS.NEGOTIATE);
}

export function* selfTest(card: Card, how: string): Sleeping<number> {
  const { c } = card;
  const sets = yield* card.ask(ETHTOOL.GSSET_INFO, ETHTOOL_SSET_INFO.data + 4, (view) =>
    view.setBigUint64(ETHTOOL_SSET_INFO.mask, 1n << BigInt(ETH_SS.TEST), true),
  );
  if (typeof sets === 'number') {
    return yield* c.die('Cannot get strings', c.strerror(sets), STATUS.TEST);
  }
  const hasTests = sets.getBigUint64(ETHTOOL_SSET_INFO.mask, true) !== 0n;
  const count = hasTests ? sets.getUint32(ETHTOOL_SSET_INFO.data, true) : 0;
  const names = yield* card.ask(
    ETHTOOL.GSTRINGS,
    ETHTOOL_GSTRINGS.data + count * ETH_GSTRING_LEN,
    (view) => view.setUint32(ETHTOOL_GSTRINGS.stringSet, ETH_SS.TEST, true),
  );
  const results = yield* card.ask(
    ETHTOOL.TEST,
    ETHTOOL_TEST.data + count * RESULT_BYTES,
    (view) => {
      view.setUint32(ETHTOOL_TEST.flags, how === 'online' ? 0 : ETH_TEST_FL.OFFLINE, true);
      view.setUint32(ETHTOOL_TEST.len, count, true);
    },
  );
  if (typeof names === 'number' || typeof results === 'number') {
    const errno = typeof results === 'number' ? results : Number(names);
    return yield* c.die('Cannot test', c.strerror(errno), STATUS.TEST);
  }
  const hasFailed = (results.getUint32(ETHTOOL_TEST.flags, true) & ETH_TEST_FL.FAILED) !== 0;
  c.out(`The test result is ${hasFailed ? 'FAIL' : 'PASS'}\nThe test extra info:\n`);
  for (let n = 0; n < count; n++) {
    const name = textAt(names, ETHTOOL_GSTRINGS.data + n * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
    const result = results.getBigInt64(ETHTOOL_TEST.data + n * RESULT_BYTES, true);
    c.out(`${name.padEnd(NAME_COLUMNS)}\t ${result}\n`);
  }
  c.out('\n');
  return hasFailed ? 1 : 0;
}
