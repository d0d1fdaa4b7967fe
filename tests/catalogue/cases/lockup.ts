// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * CPUs that are kept for longer than anybody should: lib/test_lockup.c. Limits are those that the
 * kernel boots with here, two seconds and one; `watchdog_thresh=10` makes them Linux's.
 */
import { SETTING, type BugCase, type Setting } from '../bug-case.ts';

const setting = SETTING.WATCHDOG;

/** The shell's word for a program that SIGKILL ended. */
const KILLED = 137;

function stuck(what: string): string {
  return `watchdog: BUG: soft lockup - CPU#${what} stuck for 2s! [insmod:*]`;
}

interface Busy {
  readonly name: string;
  readonly off: string;
  readonly on: string;
  readonly says: readonly string[];
  readonly note: string;
  readonly milliseconds: number;
  readonly taints?: string;
}

/** What keeps the CPU goes on for too long; the twin takes a breath in time. */
function busy({ name, off, on, says, note, milliseconds, taints = 'L' }: Busy): BugCase {
  return {
    id: `lockup-hung/${name}`,
    setting,
    bundle: 'lockup',
    body: `
  ${off};
- mdelay(${milliseconds}); // BAD trap
+ mdelay(500);
  ${on};
  println("done");`,
    says: [[...says, 'CPU: 0 UID: 0 PID: * Comm: insmod *', 'RIP: 0010:run_*']],
    besides: [`note: insmod[*] exited with ${note}`],
    taints,
    status: KILLED,
  };
}

const BUSY: readonly BugCase[] = [
  busy({
    name: 'busy_preempt_off',
    off: 'preempt_disable()',
    on: 'preempt_enable()',
    says: [stuck('0')],
    note: 'preempt_count 1',
    milliseconds: 2500,
  }),
  busy({
    name: 'busy_softirq_off',
    off: 'local_bh_disable()',
    on: 'local_bh_enable()',
    says: [stuck('0')],
    note: 'preempt_count 512',
    milliseconds: 2500,
  }),
  busy({
    name: 'busy_irq_off',
    off: 'local_irq_disable()',
    on: 'local_irq_enable()',
    says: ['watchdog: Watchdog detected hard LOCKUP on cpu 0'],
    note: 'irqs disabled',
    milliseconds: 1500,
    // Linux taints for soft ones only.
    taints: '',
  }),
];

/** Much longer than the limits, in pieces; each ends with `between`. */
function touching(name: string, off: string, between: string, on: string): BugCase {
  return {
    id: `lockup-hung/${name}`,
    setting,
    bundle: 'lockup',
    body: `
  ${off}
  const begin = jiffies;
  for (let n = 0; n < 10; n++) {
    mdelay(400);
    ${between};
  }
  const isLong = jiffies - begin >= 4 * HZ;
  ${on}
  println("long: " + isLong);`,
    prints: ['long: true'],
  };
}

const TOUCHED: readonly BugCase[] = [
  touching(
    'busy_touch_softlockup',
    'preempt_disable();',
    'touch_softlockup_watchdog()',
    'preempt_enable();',
  ),
  touching(
    'busy_touch_hardlockup',
    'local_irq_disable();',
    'touch_nmi_watchdog()',
    'local_irq_enable();',
  ),
  touching('busy_cond_resched', '', 'cond_resched()', ''),
];

/** One CPU keeps what the other waits for: both are stuck. */
function held(name: string, kind: string, take: string, spin: string): BugCase {
  const [lock, unlock] = [`${take}_lock`, `${take}_unlock`];
  return {
    id: `lockup-hung/${name}`,
    setting,
    cpus: 2,
    top: `
  const lock = ${kind}();
  let isHeld = false;

  function holder(_data: VoidPtr): number {
    "use unsafe";
    ${lock}(lock);
    isHeld = true;
-   mdelay(2500); // BAD trap
+   mdelay(500);
    ${unlock}(lock);
    return 0;
  }`,
    body: `
  kthread_run(holder, NULL, "holder");
  while (!isHeld) msleep_interruptible(1);
- ${spin}_lock(lock); // BAD trap
+ ${spin}_lock(lock);
  ${spin}_unlock(lock);
  println("done");`,
    says: [
      ['watchdog: BUG: soft lockup - CPU#* stuck for 2s! [holder:*]', 'RIP: 0010:holder+0x*'],
      ['watchdog: BUG: soft lockup - CPU#* stuck for 2s! [insmod:*]'],
    ],
    besides: ['holder', 'insmod'].map((name) => `note: ${name}[*] exited with preempt_count 1`),
    taints: 'L',
    status: KILLED,
  };
}

const HELD: readonly BugCase[] = [
  held('lock_spin_busy', 'DEFINE_SPINLOCK', 'spin', 'spin'),
  held('lock_rwlock_busy', 'DEFINE_RWLOCK', 'write', 'read'),
];

/** Three seconds in place of 21, so that nobody simulates those. */
export const SHORT_STALL: Setting = {
  on: 'rcupdate.rcu_cpu_stall_timeout=3',
  off: 'rcupdate.rcu_cpu_stall_timeout=3 rcu_stall=off',
};

/** A reader that goes on while a grace period waits. */
export function stalling(id: string): BugCase {
  return {
    id,
    setting: SHORT_STALL,
    bundle: 'rcu-stall',
    top: RCU_TOP,
    cpus: 2,
    body: `
  const thing: Ptr<Thing> = kzalloc(Thing.size, GFP_KERNEL);
  rcu_read_lock();
  call_rcu(addr_of(thing.$.rcu), free_thing);
  for (let n = 0; n < 8; n++) {
    mdelay(500); // BAD trap
    touch_softlockup_watchdog();
+   rcu_read_unlock();
+   rcu_read_lock();
  }
  rcu_read_unlock();
  rcu_barrier();
  println("freed " + freed);`,
    says: [
      [
        'rcu: *0-....: (75* ticks this GP) idle=*/*/0x* softirq=*/* fqs=*',
        'rcu: *(t=75* jiffies g=* q=* ncpus=2)',
        'CPU: 0 UID: 0 PID: * Comm: insmod *',
      ],
    ],
    prints: ['freed 1'],
  };
}

export const RCU_TOP = `
  class Thing extends struct({ rcu: rcu_head, n: u32 }) {}
  let freed = 0;

  function free_thing(head: Ptr<rcu_head>): void {
    "use unsafe";
    freed++;
    kfree(head);
  }
`;

const PAGES: BugCase = {
  id: 'lockup-hung/alloc_pages_locked',
  setting,
  top: '  const lock = DEFINE_SPINLOCK();',
  body: `
  let allocated = 0;
  for (let round = 0; round < 3; round++) {
    const pages: Ptr<page>[] = [];
    spin_lock(lock);
    for (let n = 0; n < 64; n++) pages.push(alloc_page(GFP_ATOMIC));
    mdelay(1);
    spin_unlock(lock);
    for (const each of pages) {
      if (each !== NULL) allocated++;
      free_page(page_address(each));
    }
    cond_resched();
  }
  println("allocated " + allocated);`,
  prints: ['allocated 192'],
  takes: ['task lock', 'task lock', 'task lock'],
};

export const LOCKUP_CASES: readonly BugCase[] = [
  ...BUSY,
  ...TOUCHED,
  ...HELD,
  stalling('lockup-hung/busy_rcu'),
  PAGES,
];
