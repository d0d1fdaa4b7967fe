// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The PHY inside of the LAN9500 family, which calls itself a LAN8700.
 *
 * Linux: drivers/net/phy/smsc.c.
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { type PhyDriver, type PhyRegisters, softReset } from './phy-driver.ts';

const SPECIAL_MODES = 18;
const MODE_MASK = 0x00e0;
const MODE_POWER_DOWN = 0x00c0;
const MODE_ALL = 0x00e0;

const INT_SOURCE = 29;
const INT_MASK = 30;
const INT_LINK_DOWN = 1 << 4;
const INT_ANEG_COMPLETE = 1 << 6;
const INT_ENERGY_ON = 1 << 7;
const INT_ALL = INT_LINK_DOWN | INT_ANEG_COMPLETE | INT_ENERGY_ON;

function* reset(phy: PhyRegisters): Sleeping<number> {
  const modes = yield* phy.read(SPECIAL_MODES);
  if (modes < 0) return modes;
  // Straps may have put it to sleep: a reset takes the mode from here.
  if ((modes & MODE_MASK) === MODE_POWER_DOWN) {
    const errno = yield* phy.write(SPECIAL_MODES, modes | MODE_ALL);
    if (errno < 0) return errno;
  }
  return yield* softReset(phy);
}

function* setInterrupts(phy: PhyRegisters, areOn: boolean): Sleeping<number> {
  if (areOn) {
    const pending = yield* phy.read(INT_SOURCE);
    return pending < 0 ? pending : yield* phy.write(INT_MASK, INT_ALL);
  }
  const errno = yield* phy.write(INT_MASK, 0);
  return errno < 0 ? errno : Math.min(0, yield* phy.read(INT_SOURCE));
}

function* takeInterrupt(phy: PhyRegisters): Sleeping<number> {
  const source = yield* phy.read(INT_SOURCE);
  return source < 0 ? source : source & INT_ALL;
}

export const SMSC_LAN8700: PhyDriver = {
  name: 'SMSC LAN8700',
  id: 0x0007_c0c0,
  idMask: 0xffff_fff0,
  reset,
  setInterrupts,
  takeInterrupt,
};
