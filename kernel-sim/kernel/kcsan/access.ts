// SPDX-License-Identifier: GPL-2.0-or-later
/** An access to memory, as the detector of data races knows it. */

/** Linux: KCSAN_ACCESS_… */
export const ACCESS = {
  WRITE: 0x1,
  /** READ_ONCE, WRITE_ONCE, atomics: two of them never race. */
  MARKED: 0x2,
  /** A load and a store of the same place by one statement. */
  COMPOUND: 0x4,
  /** No access, but a claim that nobody else has one, or that nobody else writes. */
  ASSERT: 0x8,
  /** By code that asked not to be looked at: what it does is known, but not who did it. */
  UNKNOWN: 0x10,
} as const;

export interface Access {
  /** `ACCESS` bits. */
  readonly kind: number;
  readonly pointer: number;
  readonly sizeBytes: number;
  /** 0 on an idle CPU. */
  readonly pid: number;
  readonly cpu: number;
  readonly isInterrupt: boolean;
  /** Site ids, innermost first. */
  readonly sites: readonly number[];
}

/** What the bytes of a race were and became; undefined where that is not known. */
export interface ValueChange {
  readonly sizeBytes: number;
  readonly before: bigint;
  readonly after: bigint;
}

export interface Race {
  /** The one that found the other. */
  readonly access: Access;
  readonly earlier: Access;
  readonly change: ValueChange | undefined;
}

/** Linux: get_access_type of kernel/kcsan/report.c. */
export function describeKind(kind: number): string {
  if ((kind & ACCESS.ASSERT) !== 0) {
    return (kind & ACCESS.WRITE) === 0 ? 'assert no writes' : 'assert no accesses';
  }
  const isWrite = (kind & ACCESS.WRITE) !== 0;
  const isBoth = isWrite && (kind & ACCESS.COMPOUND) !== 0;
  const verb = isBoth ? 'read-write' : isWrite ? 'write' : 'read';
  return (kind & ACCESS.MARKED) === 0 ? verb : `${verb} (marked)`;
}
