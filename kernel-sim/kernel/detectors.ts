// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which of the kernel's detectors watch, as the command line decided at boot. Parsed by
 * init/command-line.ts; each room that detects something is handed this and reads its own.
 *
 * Linux: mm/kasan/report.c, mm/slub.c, mm/kmemleak.c, mm/usercopy.c, lib/fault-inject.c.
 * Linux decides `fortify=`, `refcount=`, `list_debug=` and `lock_debug=` when it is built.
 */

/** Bits of `slub_debug=`, by the letters of Linux's documentation. */
export const SLUB_DEBUG = {
  /** F: every structure is looked at before it is used. */
  CONSISTENCY: 0x01,
  /** Z: red zones. */
  RED_ZONE: 0x02,
  /** P: poisoning. */
  POISON: 0x04,
  /** U: who took and freed it last. */
  STORE_USER: 0x08,
  /** T: every allocation and free goes to the log. */
  TRACE: 0x10,
  /** A: faults may be injected. */
  FAILSLAB: 0x20,
} as const;

/** One rule of `slub_debug=`: flags for all caches, or for those that a list of globs names. */
export interface SlubDebugRule {
  /** `SLUB_DEBUG`; 0 switches off. */
  readonly flags: number;
  /** Empty for all caches that no other rule names. */
  readonly caches: readonly string[];
}

/** `interval,probability,space,times` of `failslab=`. Linux: setup_fault_attr. */
export interface FaultAttributes {
  readonly interval: number;
  /** In percent. */
  readonly probability: number;
  /** Bytes that may still be allocated before the first failure. */
  readonly space: number;
  /** How many failures there may be; -1 is no limit. */
  readonly times: number;
}

export interface DetectorOptions {
  /** `kasan=off` stops the checking of loads and stores. */
  readonly kasan: boolean;
  /** `kasan_multi_shot`: the first report is not the last. */
  readonly kasanMultiShot: boolean;
  readonly kasanFault: 'report' | 'panic' | 'panic_on_write';
  /** In the order of the command line: the last one that names a cache counts. */
  readonly slubDebug: readonly SlubDebugRule[];
  /** `slab_nomerge`: caches of one size stay apart. */
  readonly slabNomerge: boolean;
  readonly kmemleak: boolean;
  readonly hardenedUsercopy: boolean;
  readonly fortify: boolean;
  readonly refcount: boolean;
  readonly listDebug: boolean;
  /**
   * Data races: `strict` leaves nothing out that Linux can be built to leave out. A raw driver that
   * does little but touch bytes takes some four times as long with it, a safe one hardly longer
   * (`npm run bench races`): hence off unless asked for.
   */
  readonly kcsan: 'off' | 'on' | 'strict';
  /** `kcsan_permissive`: races over a single bit of many are left out. */
  readonly kcsanPermissive: boolean;
  /** `lock_debug=off`: locks do not look whether they are used rightly. */
  readonly lockDebug: boolean;
  /** What /proc/sys/kernel/panic_on_warn begins with. */
  readonly panicOnWarn: boolean;
  /** `oops=panic`: what /proc/sys/kernel/panic_on_oops begins with. */
  readonly panicOnOops: boolean;
  /** `lockdep=off`: nobody looks at the order of locks. Linux: CONFIG_PROVE_LOCKING. */
  readonly lockdep: boolean;
  /** `lock_stat=on`: how long locks are waited for and held. */
  readonly lockStat: boolean;
  /** `rwlock_recursive`: as Linux's own tests of lockdep see readers. */
  readonly recursiveReaders: boolean;
  /** `nosoftlockup`, `nowatchdog`: nobody notices a driver that keeps its CPU. */
  readonly softlockup: boolean;
  /** `nmi_watchdog=0`, `nowatchdog`: nor one that does so with interrupts off. */
  readonly hardlockup: boolean;
  /** `hung_task=off`, ours: what /proc/sys/kernel/hung_task_timeout_secs begins with is 0. */
  readonly hungTask: boolean;
  /** `deadlock=off`, ours: circles of waiting tasks are not named. */
  readonly deadlock: boolean;
  /** `atomic_sleep=off`: Linux's CONFIG_DEBUG_ATOMIC_SLEEP. */
  readonly atomicSleep: boolean;
  /** `rcu_stall=off`: rcupdate.rcu_cpu_stall_suppress. */
  readonly rcuStall: boolean;
  /** Seconds: `rcupdate.rcu_cpu_stall_timeout=`. */
  readonly rcuStallSeconds: number;
  /** `debug_objects=off`: what is pending and freed, or queued twice, is not noticed. */
  readonly debugObjects: boolean;
  /** `dma_debug=off`: what drivers lend to devices, and how they take it back. */
  readonly dmaDebug: boolean;
  /** `iommu=off`, `intel_iommu=off`: devices reach all memory. */
  readonly iommu: boolean;
  readonly failslab: FaultAttributes | undefined;
  readonly failPageAlloc: FaultAttributes | undefined;
  /** `fail_module_nth=N`, ours: the n-th allocation that a module makes fails; 0: none. */
  readonly failModuleNth: number;
}

export const DEFAULT_DETECTORS: DetectorOptions = Object.freeze({
  kasan: true,
  kasanMultiShot: false,
  kasanFault: 'report',
  slubDebug: [],
  slabNomerge: false,
  kmemleak: true,
  hardenedUsercopy: true,
  fortify: true,
  refcount: true,
  listDebug: true,
  kcsan: 'off',
  kcsanPermissive: false,
  lockDebug: true,
  panicOnWarn: false,
  panicOnOops: false,
  lockdep: true,
  lockStat: false,
  recursiveReaders: false,
  softlockup: true,
  hardlockup: true,
  hungTask: true,
  deadlock: true,
  atomicSleep: true,
  rcuStall: true,
  rcuStallSeconds: 21,
  debugObjects: true,
  dmaDebug: true,
  iommu: true,
  failslab: undefined,
  failPageAlloc: undefined,
  failModuleNth: 0,
});
