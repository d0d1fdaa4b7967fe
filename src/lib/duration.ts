// SPDX-License-Identifier: GPL-2.0-or-later
/** `11.673 ms`: to the microsecond, as the log has it. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds < 1000) return `${Math.round(nanoseconds)} ns`;
  const micros = Math.round(nanoseconds / 1000);
  if (micros < 1000) return `${micros} µs`;
  if (micros < 1e6) return `${Math.floor(micros / 1000)}.${pad(micros % 1000, 3)} ms`;
  return `${Math.floor(micros / 1e6)}.${pad(micros % 1e6, 6)} s`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
