// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What ethtool(8) can ask of an interface whose link a PHY makes.
 *
 * Linux: phy_ethtool_ksettings_get, phy_ethtool_ksettings_set (drivers/net/phy/phy.c).
 */
import type { EthtoolOps, LinkChoice, LinkWish } from '../../../net/core/net-device.ts';
import type { MaySleep } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { LINK_MODE } from '../../../uapi/ethtool.ts';
import { ADVERTISE } from '../../../uapi/mii.ts';
import type { PhyDevice } from './phy-device.ts';

const MODES = [
  [ADVERTISE['10HALF'], LINK_MODE.BASE10_HALF],
  [ADVERTISE['10FULL'], LINK_MODE.BASE10_FULL],
  [ADVERTISE['100HALF'], LINK_MODE.BASE100_HALF],
  [ADVERTISE['100FULL'], LINK_MODE.BASE100_FULL],
  [ADVERTISE.PAUSE_CAP, LINK_MODE.PAUSE],
  [ADVERTISE.PAUSE_ASYM, LINK_MODE.ASYM_PAUSE],
] as const;
const AUTONEG = 1 << LINK_MODE.AUTONEG;
const PORTS = (1 << LINK_MODE.TP) | (1 << LINK_MODE.MII);

function modesOf(abilities: number): number {
  let modes = 0;
  for (const [ability, mode] of MODES) if ((abilities & ability) !== 0) modes |= 1 << mode;
  return modes;
}

function abilitiesOf(modes: number): number {
  let abilities = 0;
  for (const [ability, mode] of MODES) if ((modes & (1 << mode)) !== 0) abilities |= ability;
  return abilities;
}

const SUPPORTED = AUTONEG | PORTS | modesOf(~0);

function choiceOf({ advertised, partner, forced, link, address }: PhyDevice): LinkChoice {
  const isNegotiated = forced === undefined;
  return {
    supported: SUPPORTED,
    advertised: PORTS | modesOf(advertised) | (isNegotiated ? AUTONEG : 0),
    partner: isNegotiated && link.isUp ? AUTONEG | modesOf(partner) : 0,
    isNegotiated,
    address,
  };
}

function choose(phy: PhyDevice, wish: LinkWish): number {
  const { isNegotiated, speedMbps, isFullDuplex } = wish;
  const advertised = abilitiesOf(wish.advertised) & abilitiesOf(SUPPORTED);
  const isPossible = isNegotiated ? advertised !== 0 : speedMbps === 10 || speedMbps === 100;
  if (!isPossible) return -ERRNO.EINVAL;
  if (isNegotiated) phy.choose(undefined, advertised);
  else phy.choose({ speedMbps, isFullDuplex });
  return 0;
}

export function phyEthtool(find: () => PhyDevice | undefined): EthtoolOps {
  const ask = (what: (phy: PhyDevice) => MaySleep<number>): MaySleep<number> => {
    const phy = find();
    return phy === undefined ? -ERRNO.ENODEV : what(phy);
  };
  return {
    linkChoice() {
      const phy = find();
      return phy === undefined ? undefined : choiceOf(phy);
    },
    chooseLink: (_, wish) => ask((phy) => choose(phy, wish)),
    restartNegotiation: () => ask((phy) => phy.restart()),
  };
}
