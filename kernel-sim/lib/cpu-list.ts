// SPDX-License-Identifier: GPL-2.0-or-later
/** Sets of CPUs as text: `0-3,5`. Linux: lib/bitmap-str.c, bitmap_print_list_to_pagebuf. */

/** The bits of `mask` as ranges; empty for none. */
export function formatCpuList(mask: number): string {
  const ranges: string[] = [];
  for (let first = 0; mask >>> first !== 0 && first < 32; first++) {
    if (((mask >>> first) & 1) === 0) continue;
    let last = first;
    while (last < 31 && (mask >>> (last + 1)) & 1) last++;
    ranges.push(first === last ? String(first) : `${first}-${last}`);
    first = last;
  }
  return ranges.join(',');
}

/** Bits of a list of up to 32 CPUs, with strides (`0-6:2`); undefined for what is none. */
export function parseCpuList(text: string): number | undefined {
  let mask = 0;
  for (const part of text.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4})(?::(\d{1,4}))?)?$/u.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    const stride = Number(match[3] ?? 1);
    if (last < first || stride === 0) return undefined;
    for (let cpu = first; cpu <= last && cpu < 32; cpu += stride) mask |= 1 << cpu;
  }
  return mask;
}
