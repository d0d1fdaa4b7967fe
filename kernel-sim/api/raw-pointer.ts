// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Raw pointers: numbers at run time, which may be anything.
 *
 * @subpath kernel/raw
 */

/**
 * A pointer to nobody knows what. It converts from and to every other pointer, as in C.
 *
 * @public
 */
export type VoidPtr = number;
