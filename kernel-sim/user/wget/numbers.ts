// SPDX-License-Identifier: GPL-2.0-or-later
/** Sizes, rates and times as wget writes them. */

const UNITS = ['', 'K', 'M', 'G', 'T'] as const;

/** `293K`, `1.5M`: with decimals only below `accuracy`. */
export function humanSize(bytes: number, accuracy: number, decimals: number): string {
  const [value, unit] = scaled(bytes, UNITS.length - 1);
  if (unit === '') return String(bytes);
  return `${value.toFixed(value < accuracy ? decimals : 0)}${unit}`;
}

/** ` 105M`, `2.00M`: four columns and the unit. */
export function shortRate(bytes: number, seconds: number): string {
  const [value, unit] = scaled(seconds > 0 ? bytes / seconds : 0, 3);
  return `${threeDigits(value).padStart(4)}${unit === '' ? 'B' : unit}`;
}

/** `231 MB/s`. */
export function longRate(bytes: number, seconds: number): string {
  const [value, unit] = scaled(seconds > 0 ? bytes / seconds : 0, 3);
  return `${threeDigits(value)} ${unit}B/s`;
}

/** `5s`, `2m3s`, `1h2m`. */
export function shortTime(seconds: number): string {
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 100 * 60) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
  return `${Math.floor(minutes / (24 * 60))}d${Math.floor(minutes / 60) % 24}h`;
}

/** How long a download took: `0.001s`, `2.8s`, `12s`. */
export function duration(seconds: number): string {
  if (seconds >= 10) return shortTime(Math.round(seconds));
  if (seconds >= 9.95) return `${seconds.toFixed(0)}s`;
  if (seconds >= 0.95) return `${seconds.toFixed(1)}s`;
  if (seconds >= 0.001) return `${Number(seconds.toPrecision(1))}s`;
  return seconds >= 0.0005 ? '0.001s' : '0s';
}

function threeDigits(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

function scaled(value: number, unitMax: number): readonly [number, string] {
  let unit = 0;
  let rest = value;
  for (; rest >= 1024 && unit < unitMax; unit++) rest /= 1024;
  return [rest, UNITS[unit] ?? ''];
}
