// SPDX-License-Identifier: GPL-2.0-or-later
/** Amounts as iperf3 reads and prints them. Counterpart: iperf 3.12, src/units.c. */

const PREFIXES = ['', 'K', 'M', 'G', 'T'] as const;
const FACTORS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

function scaled(value: number, step: number, power: number | undefined): [string, string] {
  let unit = power ?? 0;
  let shown = value / step ** unit;
  while (power === undefined && shown >= step && unit < PREFIXES.length - 1) {
    shown /= step;
    unit++;
  }
  const digits = shown < 9.995 ? 2 : shown < 99.95 ? 1 : 0;
  return [shown.toFixed(digits).padStart(4), PREFIXES[unit] ?? ''];
}

/** `1.25 MBytes`. */
export function bytesText(bytes: number): string {
  const [number, prefix] = scaled(bytes, 1024, undefined);
  return `${number} ${prefix}Bytes`;
}

/** `94.1 Mbits/sec`; with one of `kmgt` that unit of bits, with one of `KMGT` that of bytes. */
export function rateText(bytesPerSecond: number, format: string | undefined): string {
  const power = format === undefined ? undefined : FACTORS[format.toLowerCase()];
  if (format !== undefined && format !== format.toLowerCase()) {
    const [number, prefix] = scaled(bytesPerSecond, 1024, power);
    return `${number} ${prefix}Bytes/sec`;
  }
  const [number, prefix] = scaled(bytesPerSecond * 8, 1000, power);
  return `${number} ${prefix}bits/sec`;
}

/** `64K`, `1.5M`: with a step of 1024 for amounts and of 1000 for rates. What is no number is 0. */
export function parseAmount(text: string, step: 1000 | 1024): number {
  const [, digits = '0', suffix = ''] =
    /^\s*([-+]?(?:\d+\.?\d*|\.\d+))([kmgtKMGT]?)/.exec(text) ?? [];
  return Math.floor(Number(digits) * step ** (FACTORS[suffix.toLowerCase()] ?? 0));
}
