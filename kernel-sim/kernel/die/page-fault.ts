// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What an oops says of an address that kernel code could not use: a table of kinds.
 *
 * Linux: show_fault_oops and die_addr of arch/x86, kasan_non_canonical_hook of mm/kasan/report.c.
 */
import { SIGNAL } from '../../uapi/signal.ts';
import type { DeathReport } from './death.ts';

/** Bits of a page fault's error code. Linux: X86_PF_PROT and its like. */
const PF = { PRESENT: 0x1, WRITE: 0x2, FETCH: 0x10 } as const;

/** An access to nothing, as its report needs it. */
export interface KernelFault {
  /** As reports print it. */
  readonly address: string;
  /**
   * Where it leads: into the first page, into what processes have, to a kernel address, or nowhere
   * that a processor could go.
   */
  readonly region: 'null' | 'user' | 'kernel' | 'wild';
  readonly kind: 'read' | 'write' | 'fetch';
  /** A page is there, without the right that is wanted. */
  readonly isPresent: boolean;
  /** The eight bytes around it that KASAN speaks of, if it watches. */
  readonly kasanRange?: readonly [first: string, last: string] | undefined;
  /** The page table's entries on the way to it, from the top. */
  readonly tables: readonly (readonly [level: string, entry: string])[];
}

const ACCESS = {
  read: 'read access',
  write: 'write access',
  fetch: 'instruction fetch',
} as const;

const KASAN_KIND = {
  null: 'null-ptr-deref',
  user: 'probably user-memory-access',
  wild: 'maybe wild-memory-access',
  kernel: undefined,
} as const;

/** All of a death but who died. */
type FaultReport = Omit<DeathReport, 'frames'>;

export function describeFault(fault: KernelFault, uid: number): FaultReport {
  const { address, region, kind } = fault;
  const after = kasanLine(fault);
  const rip = kind === 'fetch' ? { rip: `0x${address.replace(/^0+(?=.)/u, '')}` } : {};
  if (region !== 'wild') return { ...pageFault(fault, uid), after, cr2: address, ...rip };
  const what = 'Oops: general protection fault, probably for non-canonical address';
  return {
    title: undefined,
    cause: `${what} 0x${address}: 0000`,
    after,
    signal: SIGNAL.SEGV,
    ...rip,
  };
}

function pageFault(fault: KernelFault, uid: number): FaultReport {
  const { address, region, kind, isPresent, tables } = fault;
  const bits =
    (isPresent ? PF.PRESENT : 0) |
    (kind === 'write' ? PF.WRITE : 0) |
    (kind === 'fetch' ? PF.FETCH : 0);
  const code = bits.toString(16).padStart(4, '0');
  const what =
    region === 'null'
      ? 'BUG: kernel NULL pointer dereference, address:'
      : 'BUG: unable to handle page fault for address:';
  return {
    before: kind === 'fetch' && isPresent ? [executing(region, uid)] : [],
    title: `${what} ${address}`,
    details: [
      `#PF: supervisor ${ACCESS[kind]} in kernel mode`,
      `#PF: error_code(0x${code}) - ${isPresent ? 'permissions violation' : 'not-present page'}`,
      tables.map(([level, entry]) => `${level} ${entry} `).join(''),
    ],
    cause: `Oops: Oops: ${code}`,
    signal: SIGNAL.KILL,
  };
}

/** What KASAN makes of an address that it has no shadow for. */
function kasanLine({ region, kasanRange }: KernelFault): string[] {
  const kind = KASAN_KIND[region];
  if (kasanRange === undefined || kind === undefined) return [];
  return [`KASAN: ${kind} in range [0x${kasanRange[0]}-0x${kasanRange[1]}]`];
}

function executing(region: KernelFault['region'], uid: number): string {
  return region === 'user'
    ? `unable to execute userspace code (SMEP?) (uid: ${uid})`
    : `kernel tried to execute NX-protected page - exploit attempt? (uid: ${uid})`;
}
