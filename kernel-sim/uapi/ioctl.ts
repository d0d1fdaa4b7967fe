// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the number of an ioctl says of what it does.
 *
 * Linux: include/uapi/asm-generic/ioctl.h.
 */
export const IOC = { WRITE: 1, READ: 2 } as const;

const SIZE_SHIFT = 16;
const SIZE_MASK = 0x3fff;
const DIRECTION_SHIFT = 30;

/** How many bytes an ioctl of this number moves. */
export function iocSize(command: number): number {
  return (command >>> SIZE_SHIFT) & SIZE_MASK;
}

/** Whether the program writes to the driver, reads from it, or both: bits of IOC. */
export function iocDirection(command: number): number {
  return command >>> DIRECTION_SHIFT;
}
