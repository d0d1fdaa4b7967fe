// SPDX-License-Identifier: GPL-2.0-or-later
/** Tasks that sleep for longer than anybody should wait. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.HUNG_TASK;
const patienceSeconds = 300;
/** 130 seconds of 250 ticks. */
const LONG = 32_500;

const SLEEPS: readonly BugCase[] = [
  {
    id: 'lockup-hung/sleep_D',
    setting,
    patienceSeconds,
    body: `
- schedule_timeout_uninterruptible(${LONG}); // BAD trap
+ schedule_timeout_interruptible(${LONG});
  println("awake");`,
    says: [['task:insmod * state:D *']],
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/sleep_S',
    setting,
    patienceSeconds,
    body: `
  schedule_timeout_interruptible(${LONG});
  println("awake");`,
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/sleep_K',
    setting,
    patienceSeconds,
    body: `
  schedule_timeout_killable(${LONG});
  println("awake");`,
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/hung_multi_wait',
    setting,
    patienceSeconds,
    body: `
  for (let n = 0; n < 3; n++) schedule_timeout_uninterruptible(20_000);
  println("awake");`,
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/hung_budget',
    setting,
    patienceSeconds,
    top: `
  function sleeper(_data: VoidPtr): number {
    "use unsafe";
    schedule_timeout_uninterruptible(${LONG});
    println("awake");
    return 0;
  }`,
    body: '  for (let n = 0; n < 4; n++) kthread_run(sleeper, NULL, "sleeper");',
    script: `sysctl -qw kernel.hung_task_warnings=2; insmod driver.ko; sleep 140;
      echo "left: $(sysctl -n kernel.hung_task_warnings)"
      echo "found: $(sysctl -n kernel.hung_task_detect_count)"`,
    besides: Array.from({ length: 2 }, () => 'INFO: task sleeper:* blocked for more than *'),
    prints: [
      'Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings',
      'awake',
      'awake',
      'awake',
      'awake',
      'left: 0',
      'found: 4',
    ],
  },
];

const BOX = `
  class Box extends struct({ lock: mutex, sem: semaphore, rwsem: rw_semaphore }) {}`;

interface Waiting {
  readonly name: string;
  readonly take: string;
  readonly giveBack: string;
  /** How the owner takes and gives back; as the waiter does unless told. */
  readonly owner?: readonly [take: string, giveBack: string];
  readonly says: string;
  readonly locks: string;
}

/** Loading takes the lock and sleeps; a thread wants it meanwhile. */
function waiting({ name, take, giveBack, owner, says, locks }: Waiting): BugCase {
  const [ownerTakes, ownerGivesBack] = owner ?? [take, giveBack];
  const waiter = `wait_in_${name}`;
  return {
    id: `lockup-hung/${name}`,
    setting,
    patienceSeconds,
    top: BOX,
    bundle: 'hung-task',
    functions: `
  function ${waiter}(data: VoidPtr): number {
    "use unsafe";
    const box: Ptr<Box> = data;
    ${take}; // BAD trap
    println("waiter got it");
    ${giveBack};
    return 0;
  }`,
    body: `
  const box: Ptr<Box> = kzalloc(Box.size, GFP_KERNEL);
  mutex_init(addr_of(box.$.lock));
  sema_init(addr_of(box.$.sem), 1);
  init_rwsem(addr_of(box.$.rwsem));
  ${ownerTakes};
  kthread_run(${waiter}, box, "waiter");
- schedule_timeout_interruptible(${LONG});
+ schedule_timeout_interruptible(1000);
  ${ownerGivesBack};
  println("owner is done");
  msleep_interruptible(10);
  kfree(box);`,
    says: [['task:waiter * state:D *', says, 'Showing all locks held in the system:', locks]],
    prints: ['owner is done', 'waiter got it'],
  };
}

const MUTEX = {
  take: 'mutex_lock(addr_of(box.$.lock))',
  giveBack: 'mutex_unlock(addr_of(box.$.lock))',
};
const READ = ['down_read(addr_of(box.$.rwsem))', 'up_read(addr_of(box.$.rwsem))'] as const;
const WRITE = ['down_write(addr_of(box.$.rwsem))', 'up_write(addr_of(box.$.rwsem))'] as const;
const LIKELY = 'likely owned by task insmod:*';
const BY_MUTEX = `INFO: task waiter:* is blocked on a mutex ${LIKELY}.`;
const OF_RWSEM = `blocked on an rw-semaphore ${LIKELY}`;
const WRITER_WAITS = `INFO: task waiter:* <writer> ${OF_RWSEM} <reader>`;
const READER_WAITS = `INFO: task waiter:* <reader> ${OF_RWSEM} <writer>`;

const LOCKS: readonly BugCase[] = [
  waiting({
    name: 'lock_mutex_others_hang',
    ...MUTEX,
    says: BY_MUTEX,
    locks: ' #0: * (&box->lock){+.+.}-{4:4}, at: *',
  }),
  waiting({
    name: 'lock_rwsem_read',
    take: WRITE[0],
    giveBack: WRITE[1],
    owner: READ,
    says: WRITER_WAITS,
    locks: ' #0: * (&box->rwsem){++++}-{4:4}, at: *',
  }),
  waiting({
    name: 'hung_rwsem_write',
    take: WRITE[0],
    giveBack: WRITE[1],
    owner: READ,
    says: WRITER_WAITS,
    locks: '1 lock held by insmod/*:',
  }),
  waiting({
    name: 'hung_rwsem_read',
    take: READ[0],
    giveBack: READ[1],
    owner: WRITE,
    says: READER_WAITS,
    locks: '1 lock held by waiter/*:',
  }),
  waiting({
    name: 'hung_semaphore',
    take: 'down(addr_of(box.$.sem))',
    giveBack: 'up(addr_of(box.$.sem))',
    says: 'INFO: task waiter:* is blocked on a semaphore likely last held by task insmod:*.',
    // Lockdep knows no semaphores: anybody may give them back.
    locks: '=============================================',
  }),
];

/** As in samples/hung_task, two do the same: who comes first sleeps with the mutex. */
const BOTH: BugCase = {
  id: 'lockup-hung/hung_mutex',
  setting,
  patienceSeconds,
  top: BOX,
  bundle: 'hung-task',
  functions: `
  function dump(data: VoidPtr): number {
    "use unsafe";
    const box: Ptr<Box> = data;
    mutex_lock(addr_of(box.$.lock)); // BAD trap
-   msleep_interruptible(125_000);
+   msleep_interruptible(100_000);
    mutex_unlock(addr_of(box.$.lock));
    println("dumped");
    return 0;
  }`,
  body: `
  const box: Ptr<Box> = kzalloc(Box.size, GFP_KERNEL);
  mutex_init(addr_of(box.$.lock));
  kthread_run(dump, box, "first");
  kthread_run(dump, box, "second");
  msleep_interruptible(260_000);
  kfree(box);`,
  says: [
    [
      'task:second * state:D *',
      'INFO: task second:* is blocked on a mutex likely owned by task first:*.',
      '1 lock held by first/*:',
    ],
  ],
  prints: ['dumped', 'dumped'],
};

export const HUNG_TASK_CASES: readonly BugCase[] = [...SLEEPS, ...LOCKS, BOTH];
