// SPDX-License-Identifier: GPL-2.0-or-later
/** Files of lockdep in /proc, with the detector on. Linux: kernel/locking/lockdep_proc.c. */
import type { ProcFs } from '../fs/procfs/procfs.ts';
import { LockStatistics } from '../kernel/locking/lockdep/lock-stat.ts';
import { lockStatText } from '../kernel/locking/lockdep/lock-stat-text.ts';
import { chainsText, classesText, statsText } from '../kernel/locking/lockdep/proc-text.ts';
import type { Kernel } from './kernel.ts';

export function registerLockFiles(procfs: ProcFs, kernel: Kernel): void {
  const { sites, locks, options } = kernel;
  const { lockdep: isChecking, lockStat } = options.detectors;
  const { lockdep } = locks;
  if (isChecking) {
    procfs.register('lockdep', { mode: 0o400, show: () => classesText(lockdep) });
    procfs.register('lockdep_chains', { mode: 0o400, show: () => chainsText(lockdep) });
    procfs.register('lockdep_stats', { mode: 0o400, show: () => statsText(lockdep) });
  }
  if (!lockStat) return;
  procfs.register('lock_stat', {
    mode: 0o600,
    show: () => lockStatText(lockdep, sites),
    // "0" begins anew; all else is taken and means nothing, as on Linux.
    store: (bytes) => {
      if (bytes[0] !== ZERO) return bytes.length;
      for (const each of lockdep.classes) each.statistics = new LockStatistics();
      return bytes.length;
    },
  });
}

const ZERO = 0x30;
