// SPDX-License-Identifier: GPL-2.0-or-later
/** What may sleep, called where nothing may; and what may be called there. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';

const setting = SETTING.ATOMIC;

interface Sleeper {
  /** What may sleep. */
  readonly call: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** It does sleep, and says so a second time. */
  readonly sleeps?: boolean;
  /** Lockdep has something to say as well. */
  readonly invalidWait?: boolean;
}

const LOCK = [
  'const lock: Ptr<spinlock_t> = kzalloc(spinlock_t.size, GFP_KERNEL);',
  'spin_lock_init(lock);',
];

interface Section {
  readonly before: readonly string[];
  readonly enter: string;
  readonly leave: string;
  readonly says: readonly string[];
}

const SPINLOCK: Section = {
  before: LOCK,
  enter: 'spin_lock(lock); // AT #0: *lock){+.+.}-{3:3}, at:',
  leave: 'spin_unlock(lock);',
  says: [
    'in_atomic(): 1, irqs_disabled(): 0, *',
    'preempt_count: 1, expected: 0',
    '1 lock held by *',
  ],
};
const NO_INTERRUPTS: Section = {
  before: LOCK,
  enter: 'spin_lock_irq(lock); // AT #0: *lock){....}-{3:3}, at:',
  leave: 'spin_unlock_irq(lock);',
  says: ['in_atomic(): 1, irqs_disabled(): 1, *'],
};
const READER: Section = {
  before: [],
  enter: 'rcu_read_lock();',
  leave: 'rcu_read_unlock();',
  says: ['*non_block: 0, pid: *'],
};

/** A section that must not sleep, with something in it that may; the twin does that before. */
function sleeping(name: string, section: Section, sleeper: Sleeper): BugCase {
  const { call, before = [], after = [], sleeps = false, invalidWait = false } = sleeper;
  const body = lines(
    [...section.before, ...before].map((line) => `  ${line}`),
    `+ ${call};`,
    `- ${section.enter}`,
    `+ ${section.enter.replace(/ \/\/.*/u, '')}`,
    `- ${call}; // BAD trap`,
    `  ${section.leave}`,
    after.map((line) => `  ${line}`),
    '  println("done");',
  );
  return {
    id: `atomic-context/${name}`,
    bundle: 'atomic-context',
    body,
    says: [section.says],
    besides: [
      ...(sleeps ? ['BUG: scheduling while atomic: *'] : []),
      ...(invalidWait ? ['[ BUG: Invalid wait context ]'] : []),
    ],
    prints: ['done'],
    setting,
  };
}

const OBJECT: Sleeper = {
  before: ['let object: VoidPtr = NULL;'],
  call: 'object = kmalloc(64, GFP_KERNEL)',
  after: ['kfree(object);'],
};

const SLEEPING: readonly BugCase[] = [
  sleeping('might_sleep_spinlock', SPINLOCK, { call: 'cond_resched()' }),
  sleeping('might_sleep_irqsoff', NO_INTERRUPTS, OBJECT),
  sleeping('might_sleep_rcu', READER, OBJECT),
  sleeping('spin_kmalloc_gfp_kernel', SPINLOCK, OBJECT),
  sleeping('spin_vmalloc', SPINLOCK, {
    before: ['let area: VoidPtr = NULL;'],
    call: 'area = vmalloc(4096)',
    after: ['vfree(area);'],
  }),
  sleeping('spin_copy_from_user', SPINLOCK, {
    before: [
      'const kind = MAP_ANONYMOUS | MAP_PRIVATE;',
      'const user: VoidPtr = vm_mmap(NULL, 0, 4096, PROT_READ | PROT_WRITE, kind, 0);',
      'const here: Ptr<u8> = kzalloc(16, GFP_KERNEL);',
    ],
    call: 'copy_from_user(here, user, 16)',
    after: ['kfree(here);'],
  }),
  sleeping('spin_wait_event', SPINLOCK, {
    before: [
      'const queue: Ptr<wait_queue_head> = kzalloc(wait_queue_head.size, GFP_KERNEL);',
      'init_waitqueue_head(queue);',
    ],
    call: 'wait_event(queue, () => true)',
    after: ['kfree(queue);'],
  }),
  sleeping('spin_vfree', SPINLOCK, {
    before: ['let area: VoidPtr = vmalloc(4096);'],
    call: 'vfree(area)',
    after: ['area = NULL;'],
  }),
  sleeping('spin_mutex_lock', SPINLOCK, {
    before: ['const other: Ptr<mutex> = kzalloc(mutex.size, GFP_KERNEL);', 'mutex_init(other);'],
    call: 'mutex_lock(other)',
    after: ['mutex_unlock(other);', 'kfree(other);'],
    invalidWait: true,
  }),
  sleeping('spin_synchronize_rcu', SPINLOCK, { call: 'synchronize_rcu()', sleeps: true }),
];

const LEFT_LOCKED: readonly BugCase[] = [
  {
    id: 'atomic-context/initcall_imbalance',
    body: lines(
      LOCK.map((line) => `  ${line}`),
      '  spin_lock(lock); // BAD line',
      '+ spin_unlock(lock);',
      '  println("locked");',
    ),
    says: [['initcall * returned with preemption imbalance ']],
    prints: ['locked'],
    setting: { on: 'lockdep=off' },
  },
  {
    id: 'atomic-context/exit_atomic',
    body: lines(
      LOCK.map((line) => `  ${line}`),
      '  spin_lock(lock); // BAD line',
      '- BUG();',
      '+ spin_unlock(lock);',
    ),
    says: [['note: insmod[*] exited with preempt_count 1']],
    besides: ['kernel BUG at *'],
    status: 139,
    setting: SETTING.CPU,
  },
];

const SILENT: readonly BugCase[] = [
  {
    id: 'atomic-context/gfp_atomic_ok',
    body: lines(
      LOCK.map((line) => `  ${line}`),
      '  spin_lock(lock);',
      '  const p: VoidPtr = kmalloc(64, GFP_ATOMIC); // ALLOC p 64',
      '  kfree(p); // FREE p',
      '  spin_unlock(lock);',
      '  kfree(lock);',
    ),
    setting,
  },
  {
    id: 'atomic-context/trylock_ok',
    body: lines(
      LOCK.map((line) => `  ${line}`),
      '  const other: Ptr<mutex> = kzalloc(mutex.size, GFP_KERNEL);',
      '  mutex_init(other);',
      '  spin_lock(lock);',
      '  println("locked " + mutex_trylock(other));',
      '  mutex_unlock(other);',
      '  spin_unlock(lock);',
    ),
    prints: ['locked true'],
    setting,
  },
];

export const ATOMIC_CONTEXT_CASES: readonly BugCase[] = [...SLEEPING, ...LEFT_LOCKED, ...SILENT];
