// SPDX-License-Identifier: GPL-2.0-or-later
/** Seconds since boot, as dmesg prints them. */
export function logTime(timeNs: number): string {
  const micros = Math.floor(timeNs / 1000);
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
}
