// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How fast a link is, who has agreed upon it, and what is to be agreed upon.
 *
 * Linux: ethtool_get_link_ksettings, ethtool_set_link_ksettings (net/ethtool/ioctl.c).
 */
import { finished } from '../../lib/coroutine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  AUTONEG_DISABLE,
  AUTONEG_ENABLE,
  DUPLEX,
  ETHTOOL,
  ETHTOOL_CMD,
  ETHTOOL_LINK_SETTINGS,
  LINK_MODE,
  LINK_MODE_WORDS,
  PORT,
  SPEED_UNKNOWN,
} from '../../uapi/ethtool.ts';
import { blank, type Call, load, store } from './ethtool-call.ts';
import type { LinkChoice, NetDevice } from './net-device.ts';

const { EFAULT, EINVAL, EOPNOTSUPP } = ERRNO;
const MASK_BYTES = LINK_MODE_WORDS * 4;
const USUAL_MODES =
  (1 << LINK_MODE.BASE10_FULL) |
  (1 << LINK_MODE.BASE100_FULL) |
  (1 << LINK_MODE.BASE1000_FULL) |
  (1 << LINK_MODE.AUTONEG) |
  (1 << LINK_MODE.TP);
/** Of a card that agrees upon all by itself. */
const NO_CHOICE: LinkChoice = {
  supported: USUAL_MODES,
  advertised: USUAL_MODES,
  partner: 0,
  isNegotiated: true,
  address: 0,
};

function autonegOf({ isNegotiated }: LinkChoice): number {
  return isNegotiated ? AUTONEG_ENABLE : AUTONEG_DISABLE;
}

/** What a link of some speed is: the modes it could have, and what it has. */
function linkOf(
  dev: NetDevice,
): { readonly speed: number; readonly duplex: number; readonly choice: LinkChoice } | undefined {
  const settings = dev.ops.ethtool?.linkSettings?.(dev);
  if (settings === undefined) return undefined;
  const choice = dev.ops.ethtool?.linkChoice?.(dev) ?? NO_CHOICE;
  if (!dev.isRunning) return { speed: SPEED_UNKNOWN, duplex: DUPLEX.UNKNOWN, choice };
  const duplex = settings.isFullDuplex ? DUPLEX.FULL : DUPLEX.HALF;
  return { speed: settings.speedMbps, duplex, choice };
}

export function oldSettings(call: Call): number {
  const settings = linkOf(call.dev);
  if (settings === undefined) return -EOPNOTSUPP;
  const view = blank(ETHTOOL.GSET, ETHTOOL_CMD.SIZE);
  view.setUint32(ETHTOOL_CMD.supported, settings.choice.supported, true);
  view.setUint32(ETHTOOL_CMD.advertising, settings.choice.advertised, true);
  view.setUint16(ETHTOOL_CMD.speed, settings.speed & 0xffff, true);
  view.setUint16(ETHTOOL_CMD.speedHigh, settings.speed >>> 16, true);
  view.setUint8(ETHTOOL_CMD.duplex, settings.duplex);
  view.setUint8(ETHTOOL_CMD.port, PORT.TP);
  view.setUint8(ETHTOOL_CMD.phyAddress, settings.choice.address);
  view.setUint8(ETHTOOL_CMD.autoneg, autonegOf(settings.choice));
  return store(call, view);
}

/** Who does not know how long masks are is told, as a negative number, and asks again. */
export function linkSettings(call: Call): number {
  const settings = linkOf(call.dev);
  if (settings === undefined) return -EOPNOTSUPP;
  const given = load(call, ETHTOOL_LINK_SETTINGS.masks);
  if (given === undefined) return -EFAULT;
  if (given.getInt8(ETHTOOL_LINK_SETTINGS.words) !== LINK_MODE_WORDS) {
    const answer = blank(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks);
    answer.setInt8(ETHTOOL_LINK_SETTINGS.words, -LINK_MODE_WORDS);
    return store(call, answer);
  }
  const { choice } = settings;
  const masks = [choice.supported, choice.advertised, choice.partner];
  const view = blank(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks + 3 * MASK_BYTES);
  view.setUint32(ETHTOOL_LINK_SETTINGS.speed, settings.speed, true);
  view.setUint8(ETHTOOL_LINK_SETTINGS.duplex, settings.duplex);
  view.setUint8(ETHTOOL_LINK_SETTINGS.port, PORT.TP);
  view.setUint8(ETHTOOL_LINK_SETTINGS.phyAddress, choice.address);
  view.setUint8(ETHTOOL_LINK_SETTINGS.autoneg, autonegOf(choice));
  view.setInt8(ETHTOOL_LINK_SETTINGS.words, LINK_MODE_WORDS);
  for (const [n, mask] of masks.entries()) {
    view.setUint32(ETHTOOL_LINK_SETTINGS.masks + n * MASK_BYTES, mask, true);
  }
  return store(call, view);
}

export function* chooseLink(call: Call): Sleeping<number> {
  const { ethtool } = call.dev.ops;
  if (ethtool?.chooseLink === undefined) return -EOPNOTSUPP;
  const view = load(call, ETHTOOL_LINK_SETTINGS.masks + 3 * MASK_BYTES);
  if (view === undefined) return -EFAULT;
  if (view.getInt8(ETHTOOL_LINK_SETTINGS.words) !== LINK_MODE_WORDS) return -EINVAL;
  const autoneg = view.getUint8(ETHTOOL_LINK_SETTINGS.autoneg);
  const duplex = view.getUint8(ETHTOOL_LINK_SETTINGS.duplex);
  const isNegotiated = autoneg === AUTONEG_ENABLE;
  if (!isNegotiated && autoneg !== AUTONEG_DISABLE) return -EINVAL;
  if (!isNegotiated && duplex !== DUPLEX.HALF && duplex !== DUPLEX.FULL) return -EINVAL;
  return yield* finished(
    ethtool.chooseLink(call.dev, {
      isNegotiated,
      advertised: view.getUint32(ETHTOOL_LINK_SETTINGS.masks + MASK_BYTES, true),
      speedMbps: view.getUint32(ETHTOOL_LINK_SETTINGS.speed, true),
      isFullDuplex: duplex === DUPLEX.FULL,
    }),
  );
}

export function* restartNegotiation({ dev }: Call): Sleeping<number> {
  const { ethtool } = dev.ops;
  if (ethtool?.restartNegotiation === undefined) return -EOPNOTSUPP;
  return Math.min(0, yield* finished(ethtool.restartNegotiation(dev)));
}
