// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

/**
 * Fresh random bytes.
 *
 * Context: any. Linux: get_random_bytes.
 *
 * @throws EINVAL `count` is negative or huge
 * @symbol get_random_bytes
 */
export function get_random_bytes(count: number): Uint8Array;

/**
 * Stirs bytes into what comes next. Context: any. Linux: add_device_randomness.
 *
 * @symbol add_device_randomness
 */
export function add_device_randomness(bytes: Uint8Array): void;

export {};
