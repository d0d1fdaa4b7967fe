// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One driver for everything that puts one context's accesses before another's: each row touches
 * `x` in two contexts, with something in between that orders them, and without it.
 *
 * `side(s)` is one access, `init` the code of insmod; `ok` is false in the broken twin.
 */
// tidy: long because it is one table, a row per edge
import { readFileSync } from 'node:fs';

interface Edge {
  readonly name: string;
  /** Functions that run elsewhere. */
  readonly top?: string;
  readonly init: string;
  /** What holds of one CPU only. */
  readonly isOfOneCpu?: boolean;
}

/** A thread that touches `x` and then does `then`. */
const thread = (name: string, before: string, after: string): string => `
function ${name}(data: VoidPtr): number {
  "use unsafe";
  const s: Ptr<Shared> = data;
  ${before}
  s.$.x += 1;
  ${after}
  return 0;
}`;

const rest = 'while (!kthread_should_stop()) msleep(1);';
const run = (name: string, handle = 't'): string =>
  `const ${handle} = kthread_run(${name}, s, "${name}");`;

const callback = (name: string, type: string, field: string): string => `
function ${name}(at: Ptr<${type}>): void {
  "use unsafe";
  const s: Ptr<Shared> = container_of(at, Shared, "${field}");
  s.$.x += 1;
}`;

/** Two threads, each with `before` and `after` around its access when it is right. */
const pair = (name: string, before: string, after: string): Omit<Edge, 'name'> => ({
  top: ['a', 'b']
    .map((which) =>
      thread(`${name}_${which}`, `if (s.$.ok) { ${before} }`, `if (s.$.ok) { ${after} } ${rest}`),
    )
    .join('\n'),
  init: `${run(`${name}_a`)} ${run(`${name}_b`, 'u')} msleep(5); kthread_stop(t); kthread_stop(u);`,
});

export const EDGES: readonly Edge[] = [
  {
    name: 'a thread begins',
    top: thread('begin', '', rest),
    init: `const t = kthread_create(begin, s, "begin");
      if (ok) s.$.x = 2;
      wake_up_process(t); msleep(2);
      if (!ok) s.$.x = 2;
      kthread_stop(t);`,
  },
  {
    name: 'a thread ends',
    top: thread('end', '', rest),
    init: `${run('end')} msleep(2);
      if (!ok) s.$.x = 2;
      kthread_stop(t);
      if (ok) s.$.x = 2;`,
  },
  {
    name: 'a thread is parked',
    top: thread('parks', '', 'while (!kthread_should_park()) msleep(1); kthread_parkme();' + rest),
    init: `${run('parks')} msleep(2);
      if (ok) kthread_park(t);
      s.$.x = 2;
      if (ok) kthread_unpark(t); else kthread_park(t);
      kthread_stop(t);`,
  },
  {
    name: 'what is complete already',
    top: thread('completes', '', 'complete(addr_of(s.$.done));' + rest),
    init: `${run('completes')} msleep(5);
      if (ok) wait_for_completion(addr_of(s.$.done));
      s.$.x = 2; kthread_stop(t);`,
  },
  {
    name: 'a wake-up',
    top: thread(
      'wakes',
      'msleep(5);',
      `WRITE_ONCE(s.$.flag, 1); wake_up(addr_of(s.$.wait)); ${rest}`,
    ),
    init: `${run('wakes')}
      if (ok) wait_event(addr_of(s.$.wait), () => {
        "use unsafe";
        return READ_ONCE(s.$.flag) === 1;
      });
      else while (READ_ONCE(s.$.flag) === 0) msleep(1);
      s.$.x = 2; kthread_stop(t);`,
  },
  {
    name: 'work is queued',
    top: callback('queued', 'work_struct', 'work'),
    init: `INIT_WORK(addr_of(s.$.work), queued);
      if (ok) s.$.x = 2;
      schedule_work(addr_of(s.$.work)); msleep(5);
      if (!ok) s.$.x = 2;
      flush_work(addr_of(s.$.work));`,
  },
  ...['flush_work', 'cancel_work_sync'].map((how) => ({
    name: how,
    top: callback(`then_${how}`, 'work_struct', 'work'),
    init: `INIT_WORK(addr_of(s.$.work), then_${how});
      schedule_work(addr_of(s.$.work)); msleep(5);
      if (ok) ${how}(addr_of(s.$.work));
      s.$.x = 2;
      flush_work(addr_of(s.$.work));`,
  })),
  {
    name: 'cancel_delayed_work_sync',
    top: `function delayed(at: Ptr<work_struct>): void {
      "use unsafe";
      const late: Ptr<delayed_work> = container_of(at, delayed_work, "work");
      const s: Ptr<Shared> = container_of(late, Shared, "late");
      s.$.x += 1;
    }`,
    init: `INIT_DELAYED_WORK(addr_of(s.$.late), delayed);
      schedule_delayed_work(addr_of(s.$.late), 1); msleep(20);
      if (ok) cancel_delayed_work_sync(addr_of(s.$.late));
      s.$.x = 2;
      cancel_delayed_work_sync(addr_of(s.$.late));`,
  },
  {
    name: 'a queue of one work at a time',
    top:
      callback('one_by_one', 'work_struct', 'work').replace('+= 1;', '+= 1; msleep(2);') +
      callback('and_next', 'work_struct', 'next'),
    init: `const queue = ok
        ? alloc_ordered_workqueue("one", 0)
        : alloc_workqueue("many", WQ_UNBOUND, 0);
      INIT_WORK(addr_of(s.$.work), one_by_one); INIT_WORK(addr_of(s.$.next), and_next);
      queue_work(queue, addr_of(s.$.work)); queue_work(queue, addr_of(s.$.next));
      destroy_workqueue(queue);`,
  },
  {
    name: 'flush_workqueue',
    top: callback('flushed', 'work_struct', 'work'),
    init: `const queue = alloc_workqueue("flushed", 0, 0);
      INIT_WORK(addr_of(s.$.work), flushed); queue_work(queue, addr_of(s.$.work)); msleep(5);
      if (ok) flush_workqueue(queue);
      s.$.x = 2;
      destroy_workqueue(queue);`,
  },
  {
    name: 'a timer is armed',
    top: callback('armed', 'timer_list', 'timer'),
    init: `timer_setup(addr_of(s.$.timer), armed, 0);
      if (ok) s.$.x = 2;
      mod_timer(addr_of(s.$.timer), jiffies + 1); msleep(20);
      if (!ok) s.$.x = 2;
      timer_delete_sync(addr_of(s.$.timer));`,
  },
  {
    name: 'timer_delete_sync',
    top: callback('fired', 'timer_list', 'timer'),
    init: `timer_setup(addr_of(s.$.timer), fired, 0);
      mod_timer(addr_of(s.$.timer), jiffies + 1); msleep(20);
      if (ok) timer_delete_sync(addr_of(s.$.timer)); else timer_delete(addr_of(s.$.timer));
      s.$.x = 2;`,
  },
  {
    name: 'hrtimer_cancel',
    top: callback('rings', 'hrtimer', 'alarm')
      .replace('): void', '): number')
      .replace(/\}$/u, '  return HRTIMER_NORESTART;\n}'),
    init: `hrtimer_setup(addr_of(s.$.alarm), rings, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
      hrtimer_start(addr_of(s.$.alarm), 1000, HRTIMER_MODE_REL); msleep(2);
      if (ok) hrtimer_cancel(addr_of(s.$.alarm));
      s.$.x = 2;
      hrtimer_cancel(addr_of(s.$.alarm));`,
  },
  {
    name: 'a tasklet is scheduled',
    top: callback('scheduled', 'tasklet_struct', 'tasklet'),
    init: `tasklet_setup(addr_of(s.$.tasklet), scheduled);
      if (ok) s.$.x = 2;
      tasklet_schedule(addr_of(s.$.tasklet)); msleep(2);
      if (!ok) s.$.x = 2;
      tasklet_kill(addr_of(s.$.tasklet));`,
  },
  {
    name: 'tasklet_kill',
    top: callback('killed', 'tasklet_struct', 'tasklet'),
    init: `tasklet_setup(addr_of(s.$.tasklet), killed);
      tasklet_schedule(addr_of(s.$.tasklet)); msleep(2);
      if (ok) tasklet_kill(addr_of(s.$.tasklet));
      s.$.x = 2;
      tasklet_kill(addr_of(s.$.tasklet));`,
  },
  {
    name: 'request_irq',
    init: `if (ok) s.$.x = 2;
      request_irq(tick_irq(), handle, 0, "edge", s); tick_once(1); msleep(2);
      if (!ok) s.$.x = 2;
      free_irq(tick_irq(), s);`,
  },
  ...['free_irq(tick_irq(), s)', 'synchronize_irq(tick_irq())', 'disable_irq(tick_irq())'].map(
    (how) => ({
      name: how,
      init: `request_irq(tick_irq(), handle, 0, "edge", s); tick_once(1); msleep(2);
        if (ok) ${how};
        s.$.x = 2;
        ${how.startsWith('free') ? `if (!ok) ${how};` : 'free_irq(tick_irq(), s);'}
        ${how.startsWith('disable') ? 'if (ok) enable_irq(tick_irq());' : ''}`,
    }),
  ),
  ...(
    [
      ['local_irq_save', 'const flags = local_irq_save();', 'local_irq_restore(flags);'],
      [
        'spin_lock_irqsave',
        'const flags = spin_lock_irqsave(addr_of(s.$.lock));',
        'spin_unlock_irqrestore(addr_of(s.$.lock), flags);',
      ],
      ['spin_lock_irq', 'spin_lock_irq(addr_of(s.$.lock));', 'spin_unlock_irq(addr_of(s.$.lock));'],
    ] as const
  ).map(([name, before, after]) => ({
    name: `${name} and a handler`,
    isOfOneCpu: true,
    init: `request_irq(tick_irq(), handle, 0, "edge", s); tick_once(1); msleep(2);
      if (ok) { ${before} s.$.x = 2; ${after} } else s.$.x = 2;
      tick_once(1); msleep(2);
      free_irq(tick_irq(), s);`,
  })),
  ...(
    [
      ['local_bh_disable', 'local_bh_disable();', 'local_bh_enable();'],
      ['spin_lock_bh', 'spin_lock_bh(addr_of(s.$.lock));', 'spin_unlock_bh(addr_of(s.$.lock));'],
    ] as const
  ).map(([name, before, after]) => ({
    name: `${name} and a tasklet`,
    isOfOneCpu: true,
    top: callback(`after_${name}`, 'tasklet_struct', 'tasklet'),
    init: `tasklet_setup(addr_of(s.$.tasklet), after_${name});
      tasklet_schedule(addr_of(s.$.tasklet)); msleep(2);
      if (ok) { ${before} s.$.x = 2; ${after} } else s.$.x = 2;
      tasklet_kill(addr_of(s.$.tasklet));`,
  })),
  {
    name: 'preempt_disable',
    isOfOneCpu: true,
    ...pair('preempt', 'preempt_disable();', 'preempt_enable();'),
  },
  {
    name: 'a spinlock',
    ...pair('spin', 'spin_lock(addr_of(s.$.lock));', 'spin_unlock(addr_of(s.$.lock));'),
  },
  {
    name: 'a raw spinlock',
    ...pair('raw', 'raw_spin_lock(addr_of(s.$.raw));', 'raw_spin_unlock(addr_of(s.$.raw));'),
  },
  {
    name: 'a mutex that is tried for',
    ...pair(
      'tries',
      'while (!mutex_trylock(addr_of(s.$.mutex))) msleep(1);',
      'mutex_unlock(addr_of(s.$.mutex));',
    ),
  },
  {
    name: 'a mutex until a signal',
    ...pair(
      'killable',
      'if (mutex_lock_killable(addr_of(s.$.mutex)) < 0) return 0;',
      'mutex_unlock(addr_of(s.$.mutex));',
    ),
  },
  {
    name: 'a semaphore that is tried for',
    ...pair(
      'downs',
      'while (down_trylock(addr_of(s.$.sem)) !== 0) msleep(1);',
      'up(addr_of(s.$.sem));',
    ),
  },
  {
    name: 'data of each CPU',
    top: `class Count extends struct({ n: u32 }) {}
    let counts: Ptr<Count> = NULL;
    function counted(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      preempt_disable();
      const mine = s.$.ok ? this_cpu_ptr(counts) : per_cpu_ptr(counts, 0);
      mine.$.n += 1;
      preempt_enable();
      ${rest}
      return 0;
    }`,
    init: `counts = alloc_percpu(Count);
      const t = kthread_create(counted, s, "count/0");
      const u = kthread_create(counted, s, "count/1");
      kthread_bind(t, 0); kthread_bind(u, 1);
      wake_up_process(t); wake_up_process(u); msleep(5);
      kthread_stop(t); kthread_stop(u); free_percpu(counts); counts = NULL;`,
  },
  {
    name: "a handler's thread",
    top: `function after_irq(irq: number, data: VoidPtr): number {
      "use unsafe";
      return handle(irq, data);
    }`,
    init: `request_threaded_irq(tick_irq(), null, after_irq, IRQF_ONESHOT, "edge", s);
      tick_once(1); msleep(2);
      if (ok) synchronize_irq(tick_irq());
      s.$.x = 2;
      free_irq(tick_irq(), s);`,
  },
  {
    name: 'a mutex',
    ...pair('mutex', 'mutex_lock(addr_of(s.$.mutex));', 'mutex_unlock(addr_of(s.$.mutex));'),
  },
  { name: 'a semaphore', ...pair('sema', 'down(addr_of(s.$.sem));', 'up(addr_of(s.$.sem));') },
  {
    name: 'a rwlock',
    ...pair('rw', 'write_lock(addr_of(s.$.rw));', 'write_unlock(addr_of(s.$.rw));'),
  },
  {
    name: 'a rwsem',
    ...pair('rwsem', 'down_write(addr_of(s.$.rwsem));', 'up_write(addr_of(s.$.rwsem));'),
  },
  {
    name: 'a bit lock',
    ...pair(
      'bit',
      'while (test_and_set_bit(0, addr_of(s.$.bits))) msleep(1);',
      'clear_bit(0, addr_of(s.$.bits));',
    ),
  },
  {
    name: 'a reader of a rwlock',
    top: `function reads(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      read_lock(addr_of(s.$.rw));
      if (s.$.x > 7) println("never");
      read_unlock(addr_of(s.$.rw));
      ${rest}
      return 0;
    }`,
    init: `${run('reads')} msleep(2);
      if (ok) write_lock(addr_of(s.$.rw));
      s.$.x = 2;
      if (ok) write_unlock(addr_of(s.$.rw));
      kthread_stop(t);`,
  },
  {
    name: 'a reader of a seqlock',
    top: `function retries(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      let start = 0;
      let seen = 0;
      do {
        start = s.$.ok ? read_seqbegin(addr_of(s.$.seq)) : 0;
        seen = s.$.x;
      } while (s.$.ok && read_seqretry(addr_of(s.$.seq), start));
      if (seen > 7) println("never");
      ${rest}
      return 0;
    }`,
    init: `${run('retries')} msleep(2);
      write_seqlock(addr_of(s.$.seq));
      s.$.x = 2;
      write_sequnlock(addr_of(s.$.seq));
      kthread_stop(t);`,
  },
  {
    name: 'synchronize_rcu',
    top: `function looks(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      rcu_read_lock();
      if (s.$.x > 7) println("never");
      rcu_read_unlock();
      ${rest}
      return 0;
    }`,
    init: `${run('looks')} msleep(2);
      if (ok) synchronize_rcu();
      s.$.x = 2; kthread_stop(t);`,
  },
  {
    name: 'call_rcu',
    top: `function peeks(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      rcu_read_lock();
      if (s.$.x > 7) println("never");
      rcu_read_unlock();
      ${rest}
      return 0;
    }
    ${callback('afterwards', 'rcu_head', 'rcu')}`,
    init: `${run('peeks')} msleep(2);
      if (ok) {
        call_rcu(addr_of(s.$.rcu), afterwards);
        rcu_barrier();
      } else s.$.x = 2;
      s.$.x = 3;
      kthread_stop(t);`,
  },
  {
    name: 'rcu_assign_pointer',
    top: `function publishes(data: VoidPtr): number {
      "use unsafe";
      const s: Ptr<Shared> = data;
      s.$.x = 2;
      if (s.$.ok) rcu_assign_pointer(addr_of(s.$.self), s);
      else RCU_INIT_POINTER(addr_of(s.$.self), s);
      ${rest}
      return 0;
    }`,
    init: `${run('publishes')} msleep(2);
      rcu_read_lock();
      const found = rcu_dereference(addr_of(s.$.self));
      if (found.$.x > 7) println("never");
      rcu_read_unlock();
      kthread_stop(t);`,
  },
];

const RAW = new URL('../../kernel-sim/toolchain/generated/api/kernel/raw.d.ts', import.meta.url);

/** What `body` uses of `kernel/raw`. */
function namesOfRaw(body: string): string[] {
  const words = new Set(body.match(/\w+/gu));
  const exports = readFileSync(RAW, 'utf8').matchAll(
    /^export (?:function|const|let|class) (\w+)/gmu,
  );
  return [...new Set(Array.from(exports, ([, name]) => name!))].filter((name) => words.has(name));
}

/** The driver: `edge=3 ok=0`. */
export function edgeDriver(): string {
  const body = `
class Shared extends struct({
  x: u32, ok: u32, flag: u32, bits: usize, done: completion, wait: wait_queue_head,
  work: work_struct, next: work_struct, late: delayed_work, timer: timer_list,
  alarm: hrtimer, tasklet: tasklet_struct,
  lock: spinlock_t, raw: raw_spinlock_t, mutex: mutex, sem: semaphore, rw: rwlock_t,
  rwsem: rw_semaphore, seq: seqlock_t, rcu: rcu_head, self: ptr<Shared>(),
}) {}
function handle(irq: number, data: VoidPtr): number {
  "use unsafe";
  const s: Ptr<Shared> = data;
  s.$.x += 1;
  return irq > 0 ? IRQ_HANDLED : IRQ_NONE;
}
${EDGES.map(({ top }) => top ?? '').join('\n')}
${EDGES.map(
  ({ init }, index) => `function edge_${index}(s: Ptr<Shared>, ok: boolean): void {
  "use unsafe";
  ${init}
}`,
).join('\n')}
const params = { edge: param.int(0, "which"), ok: param.bool(true, "with it") };
class Edges {
  static init({ edge, ok }: Params<typeof params>): Edges {
    println(\`edge \${edge} \${ok}\`);
    // SAFETY: every row waits for what it began.
    unsafe: {
      const s: Ptr<Shared> = kzalloc(Shared.size, GFP_KERNEL);
      s.$.ok = ok ? 1 : 0;
      init_completion(addr_of(s.$.done));
      init_waitqueue_head(addr_of(s.$.wait));
      spin_lock_init(addr_of(s.$.lock));
      raw_spin_lock_init(addr_of(s.$.raw));
      mutex_init(addr_of(s.$.mutex));
      sema_init(addr_of(s.$.sem), 1);
      rwlock_init(addr_of(s.$.rw));
      init_rwsem(addr_of(s.$.rwsem));
      seqlock_init(addr_of(s.$.seq));
      ${EDGES.map((_, index) => `if (edge === ${index}) edge_${index}(s, ok);`).join('\n      ')}
      kfree(s);
    }
    return new Edges();
  }
}
export default module(Edges, { license: "GPL", params });
`;
  return `// SPDX-License-Identifier: GPL-2.0-or-later
import { module, param, type Params, println } from "kernel";
import { msleep } from "kernel/time";
import { ptr, struct, u32, usize } from "uapi";
import { type Ptr, type VoidPtr, ${namesOfRaw(body).join(', ')} } from "kernel/raw";
${body}`;
}
