// SPDX-License-Identifier: GPL-2.0-or-later
/** What a part of the stack lets be read and set below /proc/sys/net: numbers under a path. */
export interface SysctlValue {
  /** `ipv4/ip_forward`. */
  readonly path: string;
  readonly read: () => readonly number[];
  readonly write: (values: readonly number[]) => void;
  readonly min?: number;
  readonly max?: number;
}

/** One number, which is a field of `owner`, in units of `unit`. */
export function fieldValue<Key extends string>(
  path: string,
  owner: Record<Key, number>,
  key: Key,
  range: { readonly min?: number; readonly max?: number; readonly unit?: number } = {},
): SysctlValue {
  const { unit = 1, ...bounds } = range;
  return {
    path,
    read: () => [Math.floor(owner[key] / unit)],
    write: ([value = 0]) => {
      owner[key] = value * unit;
    },
    ...bounds,
  };
}
