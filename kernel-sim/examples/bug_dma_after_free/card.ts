// SPDX-License-Identifier: GPL-2.0-or-later
/** What of ringnic sends one frame. */
import type { Ref } from "kernel";
import type { IoMem } from "kernel/io";
import { bits, le32, struct } from "uapi";

const CTRL = 0x08;
const TX_BASE = 0x20;
const TX_LENGTH = 0x24;
const TX_TAIL = 0x2c;
const RESET = 1 << 0;
const TX_ENABLE = 1 << 1;

export const RING_LENGTH = 2;
export const FRAME_BYTES = 60;

export class Control extends bits(le32, { own: 31, length: [15, 0] }) {}
export class Status extends bits(le32, { done: 31 }) {}
export class Descriptor extends struct({
  address: le32,
  address_high: le32,
  control: Control,
  status: Status,
}) {}

/** Tells the card that the first descriptor of a ring is its own. */
export function ring_doorbell(regs: Ref<IoMem>, ring_address: number): void {
  regs.writel(ring_address, TX_BASE);
  regs.writel(RING_LENGTH, TX_LENGTH);
  regs.writel(TX_ENABLE, CTRL);
  regs.writel(1, TX_TAIL);
}

export function stop(regs: Ref<IoMem>): void {
  regs.writel(RESET, CTRL);
}
