// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a certain kind of PHY wants beyond what all have, and the one for those that want nothing.
 *
 * Linux: struct phy_driver, drivers/net/phy/phy_device.c (genphy).
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { BMCR, MII } from '../../../uapi/mii.ts';

/** Registers of one PHY. Values are negative errnos when the bus fails. Context: process. */
export interface PhyRegisters {
  read(register: number): Sleeping<number>;
  write(register: number, value: number): Sleeping<number>;
  /** Sleeps. */
  wait(ns: number): Sleeping<void>;
}

export interface PhyDriver {
  readonly name: string;
  /** Registers 2 and 3, and which bits of them count. */
  readonly id: number;
  readonly idMask: number;
  /** Linux: soft_reset. */
  reset(phy: PhyRegisters): Sleeping<number>;
  /** Whether it interrupts when its link changes. Nobody calls it for those which cannot. */
  setInterrupts?(phy: PhyRegisters, areOn: boolean): Sleeping<number>;
  /** Why it interrupts, which is taken away by looking: true when it was the link. */
  takeInterrupt?(phy: PhyRegisters): Sleeping<number>;
}

const NS_PER_MS = 1_000_000;
const RESET_POLL_NS = 50 * NS_PER_MS;
const RESET_POLLS = 12;

export const GENERIC_PHY: PhyDriver = {
  name: 'Generic PHY',
  id: 0xffff_ffff,
  idMask: 0xffff_ffff,
  *reset() {
    yield* [];
    return 0;
  },
};

/** Sets the bit of reset and waits until it is gone. Linux: genphy_soft_reset. */
export function* softReset(phy: PhyRegisters): Sleeping<number> {
  const control = yield* phy.read(MII.BMCR);
  if (control < 0) return control;
  const errno = yield* phy.write(MII.BMCR, control | BMCR.RESET | BMCR.ANRESTART);
  if (errno < 0) return errno;
  for (let poll = 0; poll < RESET_POLLS; poll++) {
    yield* phy.wait(RESET_POLL_NS);
    const value = yield* phy.read(MII.BMCR);
    if (value < 0) return value;
    if ((value & BMCR.RESET) === 0) return 0;
  }
  return -ERRNO.ETIMEDOUT;
}

/** Clears and sets bits, and writes only what has changed: 1 then. Linux: phy_modify_changed. */
export function* modifyChanged(
  phy: PhyRegisters,
  register: number,
  mask: number,
  bits: number,
): Sleeping<number> {
  const before = yield* phy.read(register);
  if (before < 0) return before;
  const after = (before & ~mask) | bits;
  if (after === before) return 0;
  const errno = yield* phy.write(register, after);
  return errno < 0 ? errno : 1;
}
