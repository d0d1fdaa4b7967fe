// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A mistake as a driver that makes it.
 *
 * `body` is the driver's code as a patch that repairs it: lines that begin with `-` are in the
 * broken driver only, those with `+` in its repaired twin only, all others in both.
 *
 *       const p: Ptr<u8> = kmalloc(115, GFP_KERNEL); // ALLOC p 115
 *     - p[115] = 1; // BAD W1@p+115
 *     + p[114] = 1;
 *       kfree(p);
 *
 * Remarks say what a line is, so that expectations stand where the mistake is and name no number:
 *
 *     ALLOC p 115     p is an object of so many bytes, whose allocation reports can name
 *     PAGES p 8393    p is memory by the page or a vmalloc area: reports name no allocation
 *     PLACE p         p is some other address
 *     FREE p          p is given back
 *     WORK p          what reports call the last potentially related work creation
 *     BAD …           here something must be reported, once for each of what follows:
 *       W1@p+115        a write (R: a read) of so many bytes at that address
 *       free@p+1        a free of that address
 *       object@p        what is wrong with the bytes of that object, without an access
 *       line            a line of the log that has no stack
 *       trap            a report without an access: an oops, a warning, a list that is wrong
 *     LEAK p 32       p is an object that nobody will know any more
 *     WAS text        a report has a stack below a line that is `text`, with this line on top
 *     AT text         a report has a line that is `text` and ends with this line's place
 *
 * A line may have several: `lock(a); // AT *(&a->lock)*, at: // WAS -> #1 (&a->lock)*:`.
 * In texts `*` stands for anything and `{p}` for an address, as in `says`. A mistake that needs two
 * contexts (a race, a cycle of locks) marks one line `BAD` and all of its stacks with WAS; when the
 * stack of a report is not the driver's at all, `BAD line` says that only its texts count.
 *
 * After a line that names an address the driver prints it; the trace must know the allocation.
 */
export interface BugCase {
  readonly id: string;
  readonly body: string;
  /** Classes, functions and constants of the driver's top level, also as a patch. */
  readonly top?: string;
  /** Functions of this case alone, also as a patch: in a bundle no other has their names. */
  readonly functions?: string;
  /** What the module does when it is unloaded. */
  readonly exit?: string;
  /** What `module()` is told, also as a patch; the licence GPL unless told. */
  readonly info?: string;
  /** Another module, `./provider`, that the driver imports from, and that nobody loads. */
  readonly provider?: string;
  /** No driver does it right: there is no twin. */
  readonly hasTwin?: false;
  readonly setting: Setting;
  /**
   * Cases of one bundle become one driver, whose module parameter says which function runs. Their
   * `top` and `setting` are the same objects; scripts say `insmod driver.ko` as others do.
   */
  readonly bundle?: string;
  /** A program of the broken and of the repaired driver's: `./try`, built from this source. */
  readonly program?: string;
  /** One unless told. */
  readonly cpus?: number;
  /** What the shell does; loads the driver unless told. */
  readonly script?: string;
  /**
   * The driver's death is part of the case, so that its script ends with this status; `hangs` when
   * it never ends.
   */
  readonly status?: number | 'hangs';
  /** How much virtual time there is, 60 seconds unless told. */
  readonly patienceSeconds?: number;
  /** Letters that /proc/sys/kernel/tainted must have, and may have where all is silent. */
  readonly taints?: string;
  /**
   * Texts of which each report must have a line: `{p}` stands for the address that the driver
   * printed, `{p+8}` for one behind it, `*` for anything. One list stands for all reports.
   */
  readonly says?: readonly (readonly string[])[];
  /**
   * Headlines that the broken driver's run must have besides: those of its set-up, and those that
   * follow from the mistake. `*` stands for anything.
   */
  readonly besides?: readonly string[];
  /** What the trace must know of copies to and from programs: where, and how many bytes. */
  readonly copies?: readonly (readonly [place: string, sizeBytes: number])[];
  /**
   * Which locks the trace must know as taken, in order, each with who took it: `task &box->lock`,
   * `hardirq &box->lock`, `softirq &box->lock`. Those of other names do not count.
   */
  readonly takes?: readonly string[];
  /** What the driver, or the script, must print, in order: proof that it got there. */
  readonly prints?: readonly string[];
}

/** The kernels on which a case runs. */
export interface Setting {
  /** Command line with the detector. */
  readonly on: string;
  /** Command line without it; absent when what reports is no detector but the CPU. */
  readonly off?: string;
  /** What the shell does first where the detector is off, if no command line stops it. */
  readonly offScript?: string;
}

export const SETTING = {
  KASAN: { on: 'kasan_multi_shot', off: 'kasan=off' },
  SLUB: { on: 'kasan=off slub_debug=FZPU', off: 'kasan=off slub_debug=-' },
  USERCOPY: { on: '', off: 'hardened_usercopy=off kasan=off' },
  FORTIFY: { on: 'kasan=off', off: 'fortify=off kasan=off' },
  LIST: { on: '', off: 'list_debug=off kasan=off' },
  REFCOUNT: { on: '', off: 'refcount=off' },
  KMEMLEAK: { on: '', off: 'kmemleak=off' },
  CPU: { on: 'kasan=off' },
  LOCKDEP: { on: '', off: 'lockdep=off' },
  LOCK_DEBUG: { on: 'lockdep=off', off: 'lockdep=off lock_debug=off' },
  KCSAN: { on: 'kcsan=on preempt=full', off: 'kcsan=off preempt=full' },
  ATOMIC: { on: '', off: 'atomic_sleep=off' },
  RCU_STALL: { on: '', off: 'rcu_stall=off nowatchdog' },
  WATCHDOG: { on: '', off: 'nowatchdog' },
  HUNG_TASK: { on: '', off: '', offScript: 'sysctl -qw kernel.hung_task_timeout_secs=0' },
} as const satisfies Readonly<Record<string, Setting>>;
