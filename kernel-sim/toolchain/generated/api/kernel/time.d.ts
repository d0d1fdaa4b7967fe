// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

/**
 * Sleeps for at least `milliseconds`; signals do not wake it.
 *
 * Context: process. Linux: msleep.
 *
 * @sleeps
 * @symbol msleep
 */
export function msleep(milliseconds: number): void;

/**
 * Nanoseconds since boot. Context: any. Linux: ktime_get.
 *
 * @symbol ktime_get
 */
export function ktime_get(): number;

export {};
