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

/** What runs elsewhere, and does nothing. */
const TOP = `
  function works(work: Ptr<work_struct>): void {
    void work;
  }
  function handles(irq: number, dev_id: VoidPtr): number {
    void irq;
    void dev_id;
    return IRQ_HANDLED;
  }`;

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
const PREEMPTION_OFF: Section = {
  before: [],
  enter: 'preempt_disable();',
  leave: 'preempt_enable();',
  says: ['in_atomic(): 1, irqs_disabled(): 0, *', 'preempt_count: 1, expected: 0'],
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
    top: TOP,
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
  sleeping('might_sleep_preemptoff', PREEMPTION_OFF, { call: 'might_sleep()' }),
  sleeping('spin_msleep', SPINLOCK, { call: 'msleep(1)', sleeps: true }),
  sleeping('spin_down_semaphore', SPINLOCK, {
    before: [
      'const other: Ptr<semaphore> = kzalloc(semaphore.size, GFP_KERNEL);',
      'sema_init(other, 1);',
    ],
    call: 'down(other)',
    after: ['up(other);', 'kfree(other);'],
  }),
  sleeping('spin_flush_work', SPINLOCK, {
    before: [
      'const work: Ptr<work_struct> = kzalloc(work_struct.size, GFP_KERNEL);',
      'INIT_WORK(work, works);',
      'schedule_work(work);',
      'msleep(1);',
    ],
    call: 'flush_work(work)',
    after: ['kfree(work);'],
  }),
  sleeping('spin_free_irq', SPINLOCK, {
    before: ['request_irq(tick_irq(), handles, 0, "driver", NULL);'],
    call: 'free_irq(tick_irq(), NULL)',
  }),
  sleeping('spin_request_firmware', SPINLOCK, {
    before: ['let directory: VoidPtr = NULL;'],
    call: 'directory = proc_mkdir("driver", NULL)',
    after: ['proc_remove(directory);'],
  }),
  sleeping('spin_synchronize_rcu', SPINLOCK, { call: 'synchronize_rcu()', sleeps: true }),
];

const RAISE = 'tick_once(0); udelay(50);';

/** A handler of an interrupt that does something, and what stands around that. */
function handling(name: string, does: readonly string[], rest: Partial<BugCase>): BugCase {
  return {
    id: `atomic-context/${name}`,
    functions: lines(
      '  function handle_it(irq: number, dev_id: VoidPtr): number {',
      '  "use unsafe";',
      '  void irq;',
      '  void dev_id;',
      does,
      '  println("handled");',
      '  return IRQ_HANDLED;',
      '  }',
    ),
    body: lines(
      '  request_irq(tick_irq(), handle_it, 0, "driver", NULL);',
      `  ${RAISE}`,
      '  free_irq(tick_irq(), NULL);',
    ),
    prints: ['handled'],
    setting,
    ...rest,
  };
}

const ELSEWHERE: readonly BugCase[] = [
  handling('might_sleep_hardirq', ['- might_sleep(); // BAD trap'], {
    says: [['in_atomic(): 1, irqs_disabled(): 1, *', 'preempt_count: 10000, expected: 0']],
  }),
  {
    id: 'atomic-context/might_sleep_softirq',
    functions: lines(
      '  function expires(timer: Ptr<timer_list>): void {',
      '  "use unsafe";',
      '  void timer;',
      '- might_sleep(); // BAD trap',
      '  println("expired");',
      '  }',
    ),
    body: lines(
      '  const timer: Ptr<timer_list> = kzalloc(timer_list.size, GFP_KERNEL);',
      '  timer_setup(timer, expires, 0);',
      '  mod_timer(timer, jiffies + 1);',
      '  msleep(20);',
      '  timer_delete_sync(timer);',
      '  kfree(timer);',
    ),
    says: [['in_atomic(): 1, irqs_disabled(): 0, *', 'preempt_count: 100, expected: 0']],
    prints: ['expired'],
    setting,
  },
];

/** Not a detector's: the kernel looks whenever such a function returns. */
const WITHOUT_LOCKDEP = { on: 'lockdep=off' };

const LEFT_CHANGED: readonly BugCase[] = [
  {
    id: 'atomic-context/workqueue_leak',
    functions: lines(
      '  function leaves(work: Ptr<work_struct>): void {',
      '  "use unsafe";',
      '  void work;',
      '  preempt_disable(); // BAD line',
      '+ preempt_enable();',
      '  println("worked");',
      '  }',
    ),
    body: lines(
      '  const work: Ptr<work_struct> = kzalloc(work_struct.size, GFP_KERNEL);',
      '  INIT_WORK(work, leaves);',
      '  schedule_work(work);',
      '  flush_work(work);',
      '  kfree(work);',
    ),
    says: [['BUG: workqueue leaked atomic, lock or RCU: kworker/*[*]', '*workfn=leaves [driver]']],
    prints: ['worked'],
    setting: WITHOUT_LOCKDEP,
  },
  {
    id: 'atomic-context/timer_preempt_leak',
    functions: lines(
      '  function leaks(timer: Ptr<timer_list>): void {',
      '  "use unsafe";',
      '  void timer;',
      '  preempt_disable(); // BAD line',
      '+ preempt_enable();',
      '  println("expired");',
      '  }',
    ),
    body: lines(
      '  const timer: Ptr<timer_list> = kzalloc(timer_list.size, GFP_KERNEL);',
      '  timer_setup(timer, leaks, 0);',
      '  mod_timer(timer, jiffies + 1);',
      '  msleep(20);',
      '  timer_delete_sync(timer);',
      '  kfree(timer);',
    ),
    says: [['timer: leaks [driver] preempt leak: 00000100 -> 00000101']],
    prints: ['expired'],
    setting: WITHOUT_LOCKDEP,
  },
  {
    id: 'atomic-context/softirq_leak',
    functions: lines(
      '  function leaks(tasklet: Ptr<tasklet_struct>): void {',
      '  "use unsafe";',
      '  void tasklet;',
      '  preempt_disable(); // BAD line',
      '+ preempt_enable();',
      '  println("served");',
      '  }',
    ),
    body: lines(
      '  const tasklet: Ptr<tasklet_struct> = kzalloc(tasklet_struct.size, GFP_KERNEL);',
      '  tasklet_setup(tasklet, leaks);',
      '  tasklet_schedule(tasklet);',
      '  msleep(1);',
      '  tasklet_kill(tasklet);',
      '  kfree(tasklet);',
    ),
    says: [
      [
        'softirq: huh, entered softirq 6 TASKLET tasklet_action with preempt_count 00000100, ' +
          'exited with 00000101?',
      ],
    ],
    prints: ['served'],
    setting: WITHOUT_LOCKDEP,
  },
  handling('irq_handler_enables_irqs', ['- local_irq_enable(); // BAD line'], {
    says: [['irq 10 handler handle_it [driver] enabled interrupts']],
    setting: WITHOUT_LOCKDEP,
  }),
  {
    id: 'atomic-context/double_irq_restore',
    body: lines(
      '  const flags = local_irq_save();',
      '  local_irq_restore(flags);',
      '- local_irq_restore(flags); // BAD trap',
      '  println("restored");',
    ),
    prints: ['restored'],
    setting: WITHOUT_LOCKDEP,
  },
  {
    id: 'atomic-context/spin_lock_not_irqsave_in_irq',
    top: '  const guard = DEFINE_SPINLOCK();',
    functions: lines(
      '  function handle_it(irq: number, dev_id: VoidPtr): number {',
      '  "use unsafe";',
      '  void irq;',
      '  void dev_id;',
      '  spin_lock(guard); // WAS {IN-HARDIRQ-W} state was registered at:',
      '  spin_unlock(guard);',
      '  println("handled");',
      '  return IRQ_HANDLED;',
      '  }',
    ),
    body: lines(
      '  request_irq(tick_irq(), handle_it, 0, "driver", NULL);',
      `  ${RAISE}`,
      '- spin_lock(guard); // BAD trap',
      '- spin_unlock(guard);',
      '+ const flags = spin_lock_irqsave(guard);',
      '+ spin_unlock_irqrestore(guard, flags);',
      '  free_irq(tick_irq(), NULL);',
    ),
    says: [['inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.']],
    prints: ['handled'],
    setting: SETTING.LOCKDEP,
  },
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

export const ATOMIC_CONTEXT_CASES: readonly BugCase[] = [
  ...SLEEPING,
  ...ELSEWHERE,
  ...LEFT_CHANGED,
  ...LEFT_LOCKED,
  ...SILENT,
];
