// SPDX-License-Identifier: GPL-2.0-or-later
/** Work queues of drivers, each use beside a twin that does it wrong. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `addr_of alloc_ordered_workqueue alloc_workqueue cancel_work cancel_work_sync
    container_of create_workqueue destroy_workqueue flush_work flush_workqueue GFP_KERNEL INIT_WORK
    kfree kzalloc NULL Ptr queue_work rcu_read_lock schedule_work system_unbound_wq work_pending
    work_struct workqueue_struct WQ_UNBOUND`,
  'kernel/time': 'msleep',
  uapi: 'struct u32',
};

const TOP = `
class Job extends struct({ work: work_struct, number: u32, again: u32 }) {}
let queue: Ptr<workqueue_struct> = NULL;
let first: Ptr<Job> = NULL;
let second: Ptr<Job> = NULL;

function make(func: (work: Ptr<work_struct>) => void, number: u32): Ptr<Job> {
  "use unsafe";
  const job: Ptr<Job> = kzalloc(Job.size, GFP_KERNEL);
  INIT_WORK(addr_of(job.$.work), func);
  job.$.number = number;
  return job;
}

function nap(work: Ptr<work_struct>): void {
  "use unsafe";
  const job = container_of(work, Job, "work");
  println(\`> begins \${job.$.number}\`);
  msleep(5);
  println(\`> ends \${job.$.number}\`);
}

function once(work: Ptr<work_struct>): void {
  "use unsafe";
  println(\`> did \${container_of(work, Job, "work").$.number}\`);
}

function again(work: Ptr<work_struct>): void {
  "use unsafe";
  const job = container_of(work, Job, "work");
  job.$.again++;
  msleep(1);
  schedule_work(work);
}

function freesItself(work: Ptr<work_struct>): void {
  "use unsafe";
  kfree(container_of(work, Job, "work"));
  first = NULL;
}

function leaksReader(work: Ptr<work_struct>): void {
  "use unsafe";
  void work;
  rcu_read_lock();
}

function flushesItself(work: Ptr<work_struct>): void {
  "use unsafe";
  flush_work(work);
}
`;

const TWO = 'first = make(nap, 1); second = make(nap, 2);';
const QUEUE_TWO = `queue_work(queue, addr_of(first.$.work));
      queue_work(queue, addr_of(second.$.work));`;

const CASES = {
  shared: {
    init: `first = make(once, 1);
      const work = addr_of(first.$.work);
      println(\`> \${schedule_work(work)} \${schedule_work(work)}\`);
      println(\`> pending \${work_pending(addr_of(first.$.work))}\`);
      println(\`> \${flush_work(addr_of(first.$.work))} \${flush_work(addr_of(first.$.work))}\`);
      println(\`> pending \${work_pending(addr_of(first.$.work))}\`);`,
    script: 'ps -eo stat,comm | grep kworker',
  },
  ordered: {
    init: `${TWO} queue = alloc_ordered_workqueue("ordered", 0); ${QUEUE_TWO}
      flush_workqueue(queue); println("> flushed");`,
    exit: 'destroy_workqueue(queue);',
  },
  unbound: {
    init: `${TWO} queue = alloc_workqueue("unbound", WQ_UNBOUND, 0); ${QUEUE_TWO}
      flush_workqueue(queue); println("> flushed");`,
    exit: 'destroy_workqueue(queue);',
  },
  'one-a-cpu': {
    init: `${TWO} queue = create_workqueue("single"); ${QUEUE_TWO}
      destroy_workqueue(queue); println("> gone");`,
  },
  'cancel-pending': {
    init: `${TWO} queue = alloc_ordered_workqueue("ordered", 0); ${QUEUE_TWO}
      msleep(1);
      println(\`> \${cancel_work(addr_of(first.$.work))} \${cancel_work(addr_of(second.$.work))}\`);
      println(\`> \${cancel_work_sync(addr_of(first.$.work))}\`);`,
    exit: 'destroy_workqueue(queue);',
  },
  'cancel-one-that-comes-again': {
    init: `first = make(again, 1); schedule_work(addr_of(first.$.work)); msleep(20);
      cancel_work_sync(addr_of(first.$.work));
      const before = first.$.again; msleep(20);
      println(\`> \${before > 3} \${first.$.again === before}\`);`,
  },
  'frees-itself': {
    init: 'first = make(freesItself, 1); schedule_work(addr_of(first.$.work)); msleep(10);',
  },
  'leaks-reader': {
    init: `first = make(leaksReader, 1); schedule_work(addr_of(first.$.work)); msleep(10);
      INIT_WORK(addr_of(first.$.work), once); schedule_work(addr_of(first.$.work)); msleep(10);`,
  },
  'flushes-itself': {
    init: 'first = make(flushesItself, 1); schedule_work(addr_of(first.$.work)); msleep(10);',
    exit: 'first = NULL;',
  },
  'freed-while-queued': {
    init: `${TWO} queue = alloc_ordered_workqueue("ordered", 0); ${QUEUE_TWO}
      kfree(second); second = NULL; flush_workqueue(queue);`,
    exit: 'destroy_workqueue(queue);',
  },
  'left-running': {
    init: `first = make(nap, 1); schedule_work(addr_of(first.$.work)); msleep(1);`,
    exit: 'first = NULL;',
  },
  'left-queued': {
    init: `${TWO} queue = alloc_ordered_workqueue("ordered", 0); ${QUEUE_TWO} msleep(1);`,
    exit: 'first = NULL; second = NULL;',
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  const end = 'kfree(first); kfree(second);';
  results = runCases({ imports: IMPORTS, top: TOP, cases: CASES, end });
}, PATIENCE_MS);

describe('what works', () => {
  it.each([
    ['shared', ['true false', 'pending true', 'did 1', 'true false', 'pending false']],
    ['ordered', ['begins 1', 'ends 1', 'begins 2', 'ends 2', 'flushed']],
    ['unbound', ['begins 1', 'begins 2', 'ends 1', 'ends 2', 'flushed']],
    ['one-a-cpu', ['begins 1', 'ends 1', 'begins 2', 'ends 2', 'gone']],
    ['cancel-pending', ['begins 1', 'false true', 'ends 1', 'false']],
    ['cancel-one-that-comes-again', ['true true']],
    ['frees-itself', []],
  ] as const)('%s', (name, printed) => {
    expect(results[name].printed).toEqual(printed);
    expect(results[name].log).not.toMatch(/BUG|WARNING|Oops/u);
  });

  it('workers have the names of their CPUs', () => {
    expect(results.shared.output).toMatch(/^I +kworker\/[01]:0$/mu);
  });
});

describe('what does not', () => {
  it('a work that leaves a read section open is reported, and the next one is not', () => {
    const { log, printed } = results['leaks-reader'];
    expect(log).toMatch(
      /workqueue leaked atomic, lock or RCU: kworker\/[01]:0\[\d+\]\n {5}preempt=0x0000000\d /u,
    );
    expect(log).toMatch(/lock=\d->\d RCU=0->1 workfn=leaksReader \[cases\]\n/u);
    expect(printed).toEqual(['did 1']);
    expect(log.match(/BUG/gu)).toHaveLength(1);
  });

  it('an item that is freed while it waits is found at once, and never has its turn', () => {
    const { log } = results['freed-while-queued'];
    expect(log).toMatch(
      /ODEBUG: free active \(active state 0\) .* work_struct hint: nap \[cases\]/u,
    );
    expect(log).not.toContain('KASAN');
  });

  it('a work that waits for itself', () => {
    expect(results['flushes-itself'].log).toMatch(/WARNING: possible recursive locking detected/u);
  });

  it.each(['left-running', 'left-queued'] as const)('%s: its code is gone', (name) => {
    const { log } = results[name];
    expect(log).toMatch(/BUG: unable to handle page fault for address: ffffffffc0\w+\n/u);
    expect(log).toMatch(/ nap\S+ \[cases\] cases\.ts:\d+\n process_one_work/u);
  });
});
