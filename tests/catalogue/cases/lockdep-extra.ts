// SPDX-License-Identifier: GPL-2.0-or-later
/** What lockdep and lock debugging say of single locks: lives, limits, owners. */
import { SETTING, type BugCase } from '../bug-case.ts';

const TOP = `
  class Box extends struct({ lock: mutex, other: mutex, sem: rw_semaphore, spin: spinlock_t }) {}
  function makeBox(): Ptr<Box> {
    "use unsafe";
    const box: Ptr<Box> = kzalloc(Box.size, GFP_KERNEL);
    mutex_init(addr_of(box.$.lock));
    mutex_init(addr_of(box.$.other));
    init_rwsem(addr_of(box.$.sem));
    spin_lock_init(addr_of(box.$.spin));
    return box;
  }`;

const SLOTS = `${TOP}
  class Slot extends struct({ lock: mutex }) {}
  const SLOTS = 48;`;

const MADE = '  const box = makeBox(); // PLACE box';
const DONE = '  println("done");';

const LOCKDEP_EXTRA: readonly Omit<BugCase, 'setting'>[] = [
  {
    id: 'lockdep-extra/lock_freed_kfree',
    body: `${MADE}
  mutex_lock(addr_of(box.$.lock)); // AT *(&box->lock)*, at:
+ mutex_unlock(addr_of(box.$.lock));
  kfree(box); // BAD trap
${DONE}`,
    says: [['* is freeing memory {box}-*, with a lock still held there!']],
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/lock_user_return',
    body: `${MADE}
- mutex_lock(addr_of(box.$.lock)); // BAD line // AT  #0: *(&box->lock)*, at:
${DONE}`,
    says: [['insmod/* is leaving the kernel with locks still held!', '1 lock held by insmod/*:']],
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/non_static_key',
    body: `  const box: Ptr<Box> = kzalloc(Box.size, GFP_KERNEL); // PLACE box
+ spin_lock_init(addr_of(box.$.spin));
  spin_lock(addr_of(box.$.spin)); // BAD trap
  spin_unlock(addr_of(box.$.spin));
  kfree(box);
${DONE}`,
    says: [['turning off the locking correctness validator.']],
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/bad_subclass',
    body: `${MADE}
- mutex_lock_nested(addr_of(box.$.lock), 8); // BAD trap
+ mutex_lock_nested(addr_of(box.$.lock), 7);
  mutex_unlock(addr_of(box.$.lock));
  kfree(box);
${DONE}`,
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/depth_limit',
    body: `  const slots: Ptr<Slot> = kzalloc(SLOTS * Slot.size, GFP_KERNEL); // PLACE slots
- const depth = SLOTS;
+ const depth = SLOTS - 1;
  for (let n = 0; n < depth; n++) {
    mutex_init(addr_of(slots[n].lock));
    lockdep_set_class_and_name(addr_of(slots[n].lock), addr_of(slots[n]), \`level \${n}\`);
    mutex_lock(addr_of(slots[n].lock)); // BAD trap // AT  #47: *(level 47)*, at:
  }
  for (let n = depth - 1; n >= 0; n--) mutex_unlock(addr_of(slots[n].lock));
  kfree(slots);
${DONE}`,
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/unlock_not_held',
    body: `${MADE}
  mutex_lock(addr_of(box.$.other)); // AT  #0: *(&box->other)*, at:
+ mutex_lock(addr_of(box.$.lock));
  mutex_unlock(addr_of(box.$.lock)); // BAD trap
  mutex_unlock(addr_of(box.$.other));
  kfree(box);
${DONE}`,
    says: [['insmod/* is trying to release lock (&box->lock) at:', '1 lock held by insmod/*:']],
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/assert_held_fail',
    body: `${MADE}
+ mutex_lock(addr_of(box.$.lock));
  lockdep_assert_held(addr_of(box.$.lock)); // BAD trap
+ mutex_unlock(addr_of(box.$.lock));
  kfree(box);
${DONE}`,
    taints: 'W',
    prints: ['done'],
  },
];

const LOCK_DEBUG: readonly Omit<BugCase, 'setting'>[] = [
  {
    id: 'lockdep-extra/mutex_magic',
    body: `  const box: Ptr<Box> = kzalloc(Box.size, GFP_KERNEL); // PLACE box
+ mutex_init(addr_of(box.$.lock));
  mutex_lock(addr_of(box.$.lock)); // BAD trap
  mutex_unlock(addr_of(box.$.lock));
  kfree(box);
${DONE}`,
    taints: 'W',
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/mutex_destroy_locked',
    body: `${MADE}
  mutex_lock(addr_of(box.$.lock));
+ mutex_unlock(addr_of(box.$.lock));
  mutex_destroy(addr_of(box.$.lock)); // BAD trap
  kfree(box);
${DONE}`,
    taints: 'W',
    prints: ['done'],
  },
  {
    id: 'lockdep-extra/rwsem_bad_release',
    body: `${MADE}
  const sem = addr_of(box.$.sem); // PLACE sem
+ down_write(sem);
  up_write(sem); // BAD trap
  kfree(box);
${DONE}`,
    says: [['DEBUG_RWSEMS_WARN_ON(*): count = 0x0, magic = 0x{sem}, owner = 0x0, *, list empty']],
    taints: 'W',
    prints: ['done'],
  },
];

/**
 * The compiler knows that a handler may not sleep. A cast hides it, as casts in C do; the type is
 * one of functions that spin.
 */
const MUTEX_IN_IRQ: BugCase = {
  id: 'lockdep-extra/mutex_in_irq',
  top: `${TOP}
  let isDone = false;
  type Taker = (box: Ptr<Box>) => void;
  function spin(box: Ptr<Box>): void {
    "use unsafe";
    spin_lock(addr_of(box.$.spin));
    spin_unlock(addr_of(box.$.spin));
  }
  function sleep(box: Ptr<Box>): void {
    "use unsafe";
    mutex_lock(addr_of(box.$.lock)); // BAD trap
    mutex_unlock(addr_of(box.$.lock));
  }
  let what: unknown = null;
  function trusted(): Taker {
    "use unsafe";
    return what === null ? spin : (what as Taker);
  }
  function handle(_irq: number, data: VoidPtr): number {
    "use unsafe";
    trusted()(data);
    isDone = true;
    return IRQ_HANDLED;
  }`,
  body: `${MADE}
- what = sleep;
+ sleep(box);
  request_irq(tick_irq(), handle, 0, "driver", box);
  tick_once(0);
  while (!isDone) cpu_relax();
  free_irq(tick_irq(), box);
  kfree(box);
${DONE}`,
  says: [['in_atomic(): 1, irqs_disabled(): 1, *', 'preempt_count: 10000, expected: 0']],
  taints: 'W',
  prints: ['done'],
  setting: { on: 'lockdep=off', off: 'lockdep=off atomic_sleep=off' },
};

/** Where two tasks are needed. */
const TWO_TASKS: readonly BugCase[] = [
  {
    id: 'lockdep-extra/lock_exit_held',
    top: `${TOP}
  function runner(data: VoidPtr): number {
    "use unsafe";
    const box: Ptr<Box> = data;
    mutex_lock(addr_of(box.$.lock)); // AT  #0: *(&box->lock)*, at:
+   mutex_unlock(addr_of(box.$.lock));
    return 0;
  }`,
    body: `${MADE}
  kthread_run(runner, box, "runner"); // BAD line
${DONE}`,
    script: 'insmod driver.ko; sleep 0.1',
    says: [['1 lock held by runner/*:']],
    prints: ['done'],
    setting: SETTING.LOCKDEP,
  },
  {
    id: 'lockdep-extra/mutex_wrong_owner',
    top: '  const lock = DEFINE_MUTEX();',
    body: `  mutex_lock(lock);
+ mutex_unlock(lock);
${DONE}`,
    exit: `+ mutex_lock(lock);
  mutex_unlock(lock); // BAD trap`,
    script: 'insmod driver.ko; rmmod driver',
    taints: 'W',
    prints: ['done'],
    setting: SETTING.LOCK_DEBUG,
  },
];

function bundled(bug: Omit<BugCase, 'setting'>, isLockdep: boolean): BugCase {
  return isLockdep
    ? { ...bug, top: SLOTS, bundle: 'lockdep-extra', setting: SETTING.LOCKDEP }
    : { ...bug, top: TOP, bundle: 'lock-debug', setting: SETTING.LOCK_DEBUG };
}

export const LOCKDEP_EXTRA_CASES: readonly BugCase[] = [
  ...LOCKDEP_EXTRA.map((bug) => bundled(bug, true)),
  ...LOCK_DEBUG.map((bug) => bundled(bug, false)),
  MUTEX_IN_IRQ,
  ...TWO_TASKS,
];
