// SPDX-License-Identifier: GPL-2.0-or-later
/** How drivers wait: queues, completions, threads; each beside a twin that does it wrong. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `addr_of complete complete_all completion finish_wait GFP_KERNEL init_completion
    init_wait init_waitqueue_head kfree kthread_create kthread_park kthread_parkme kthread_run
    kthread_should_park kthread_should_stop kthread_stop kthread_unpark kzalloc NULL
    prepare_to_wait Ptr schedule schedule_timeout_interruptible set_current_state stack_buffer
    TASK_INTERRUPTIBLE task_struct try_wait_for_completion VoidPtr wait_event
    wait_event_interruptible wait_event_interruptible_exclusive wait_event_killable
    wait_event_timeout wait_for_completion wait_for_completion_timeout wait_queue_entry
    wait_queue_head wake_up wake_up_all wake_up_process waitqueue_active`,
  'kernel/time': 'msleep',
  uapi: 'struct u32',
};

const TOP = `
class Shared extends struct({ queue: wait_queue_head, done: completion, ready: u32, count: u32 }) {}
let shared: Ptr<Shared> = NULL;
let thread: Ptr<task_struct> = NULL;

function setUp(): void {
  "use unsafe";
  shared = kzalloc(Shared.size, GFP_KERNEL);
  init_waitqueue_head(addr_of(shared.$.queue));
  init_completion(addr_of(shared.$.done));
}

function giveBack(): void {
  "use unsafe";
  kfree(shared);
  shared = NULL;
}

function waitForReady(data: VoidPtr): number {
  "use unsafe";
  wait_event(addr_of(shared.$.queue), () => shared.$.ready !== 0);
  println("> woken");
  void data;
  return 7;
}

function takeOne(data: VoidPtr): number {
  "use unsafe";
  wait_event_interruptible_exclusive(addr_of(shared.$.queue), () => shared.$.ready !== 0);
  shared.$.count++;
  void data;
  return 0;
}

function takeAny(data: VoidPtr): number {
  "use unsafe";
  wait_event_interruptible(addr_of(shared.$.queue), () => shared.$.ready !== 0);
  shared.$.count++;
  void data;
  return 0;
}

function waitForDone(data: VoidPtr): number {
  "use unsafe";
  wait_for_completion(addr_of(shared.$.done));
  shared.$.count++;
  void data;
  return 0;
}

function untilStopped(data: VoidPtr): number {
  "use unsafe";
  void data;
  while (!kthread_should_stop()) {
    if (kthread_should_park()) {
      println("> parks");
      kthread_parkme();
      println("> goes on");
    }
    schedule_timeout_interruptible(10);
  }
  return 42;
}

function byHand(data: VoidPtr): number {
  "use unsafe";
  const entry: Ptr<wait_queue_entry> = stack_buffer(wait_queue_entry.size);
  init_wait(entry);
  for (;;) {
    prepare_to_wait(addr_of(shared.$.queue), entry, TASK_INTERRUPTIBLE);
    if (shared.$.ready !== 0) break;
    schedule();
  }
  finish_wait(addr_of(shared.$.queue), entry);
  println("> by hand");
  void data;
  return 0;
}

/** Looks first and says then that it will sleep: what comes between the two is lost. */
function looksTooEarly(data: VoidPtr): number {
  "use unsafe";
  void data;
  if (shared.$.ready === 0) {
    msleep(20);
    set_current_state(TASK_INTERRUPTIBLE);
    schedule();
  }
  println("> saw it");
  return 0;
}

/** Says so first: a wake-up in between keeps it awake. */
function looksInTime(data: VoidPtr): number {
  "use unsafe";
  void data;
  set_current_state(TASK_INTERRUPTIBLE);
  if (shared.$.ready === 0) {
    wake_up_process(thread);
    schedule();
  }
  println("> saw it");
  return 0;
}
`;

const WAKE = `
      msleep(10);
      println(\`> waits \${waitqueue_active(addr_of(shared.$.queue))}\`);
      shared.$.ready = 1;`;
const STOP = 'println(`> returned ${kthread_stop(thread)}`);';

const CASES = {
  'wait-event': {
    init: `setUp(); thread = kthread_run(waitForReady, NULL, "waiter");${WAKE}
      wake_up(addr_of(shared.$.queue)); msleep(10);`,
  },
  'nobody-wakes': {
    init: `setUp(); thread = kthread_run(waitForReady, NULL, "waiter");${WAKE}`,
    script: 'ps -eo stat,wchan,comm | grep waiter',
    exit: 'wake_up(addr_of(shared.$.queue)); msleep(10);',
  },
  'by-hand': {
    init: `setUp(); thread = kthread_run(byHand, NULL, "waiter");${WAKE}
      wake_up(addr_of(shared.$.queue)); msleep(10);`,
  },
  'lost-wake-up': {
    init: `setUp(); thread = kthread_run(looksTooEarly, NULL, "early"); msleep(5);
      shared.$.ready = 1; wake_up_process(thread); msleep(100); println("> later");`,
    exit: 'wake_up_process(thread); msleep(10);',
  },
  'wake-up-in-between': {
    init: `setUp(); thread = kthread_create(looksInTime, NULL, "intime");
      wake_up_process(thread); msleep(100); println("> later");`,
  },
  exclusive: {
    init: `setUp();
      for (let n = 0; n < 3; n++) kthread_run(takeOne, NULL, "one");${WAKE}
      wake_up(addr_of(shared.$.queue)); msleep(10);
      println(\`> woke \${shared.$.count}\`);
      wake_up_all(addr_of(shared.$.queue)); msleep(10);
      println(\`> woke \${shared.$.count}\`);`,
  },
  herd: {
    init: `setUp();
      for (let n = 0; n < 3; n++) kthread_run(takeAny, NULL, "any");${WAKE}
      wake_up(addr_of(shared.$.queue)); msleep(10);
      println(\`> woke \${shared.$.count}\`);`,
  },
  'complete-for-one': {
    init: `setUp();
      for (let n = 0; n < 2; n++) kthread_run(waitForDone, NULL, "done");
      msleep(10); complete(addr_of(shared.$.done)); msleep(10);
      println(\`> woke \${shared.$.count}\`);
      complete_all(addr_of(shared.$.done)); msleep(10);
      println(\`> woke \${shared.$.count}\`);`,
  },
  timeout: {
    init: `setUp();
      const left = wait_event_timeout(addr_of(shared.$.queue), () => false, 5);
      const holds = wait_event_timeout(addr_of(shared.$.queue), () => true, 5);
      println(\`> \${left} \${holds} \${waitqueue_active(addr_of(shared.$.queue))}\`);`,
  },
  signal: {
    init: `setUp();
      println(\`> \${wait_event_interruptible(addr_of(shared.$.queue), () => false)}\`);
      giveBack();
      throw Errno.EINTR;`,
    by: 'timeout -s INT 0.1',
  },
  'freed-queue': {
    init: 'setUp(); kfree(shared); wake_up(addr_of(shared.$.queue)); shared = NULL;',
  },
  'zeroed-queue': {
    init: `shared = kzalloc(Shared.size, GFP_KERNEL);
      wait_event_timeout(addr_of(shared.$.queue), () => false, 1);`,
  },
  completion: {
    init: `setUp();
      for (let n = 0; n < 3; n++) kthread_run(waitForDone, NULL, "waiter");
      msleep(10); println(\`> \${shared.$.count}\`);
      complete(addr_of(shared.$.done)); msleep(10); println(\`> \${shared.$.count}\`);
      complete_all(addr_of(shared.$.done)); msleep(10); println(\`> \${shared.$.count}\`);
      println(\`> \${try_wait_for_completion(addr_of(shared.$.done))}\`);`,
  },
  'completed-before': {
    init: `setUp();
      complete(addr_of(shared.$.done));
      wait_for_completion(addr_of(shared.$.done));
      println(\`> \${try_wait_for_completion(addr_of(shared.$.done))}\`);
      println(\`> \${wait_for_completion_timeout(addr_of(shared.$.done), 3)}\`);`,
  },
  'completion-gone': {
    init: `setUp(); thread = kthread_run(waitForDone, NULL, "waiter"); msleep(10);
      kfree(shared); complete(addr_of(shared.$.done)); msleep(10); shared = NULL;`,
  },
  'kthread-stop': {
    init: 'thread = kthread_run(untilStopped, NULL, "looper"); msleep(20);',
    script: 'ps -eo stat,comm | grep looper',
    exit: STOP,
  },
  'kthread-never-begun': {
    init: `thread = kthread_create(untilStopped, NULL, "looper"); msleep(20); ${STOP}`,
  },
  'kthread-park': {
    init: `thread = kthread_run(untilStopped, NULL, "looper"); msleep(20);
      println(\`> park \${kthread_park(thread)} \${kthread_park(thread)}\`);
      msleep(20); kthread_unpark(thread); msleep(20);`,
    exit: STOP,
  },
  'kthread-stopped-twice': {
    init: `thread = kthread_run(untilStopped, NULL, "looper"); msleep(20); ${STOP} ${STOP}`,
  },
  'kthread-left-behind': {
    init: 'thread = kthread_run(untilStopped, NULL, "looper"); msleep(20);',
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  results = runCases({
    imports: IMPORTS,
    top: TOP,
    cases: CASES,
    end: 'giveBack();',
    cmdline: 'kasan_multi_shot',
  });
}, PATIENCE_MS);

const REPORT = /BUG|WARNING|Oops/u;

describe('what works', () => {
  it.each([
    ['wait-event', ['waits true', 'woken']],
    ['by-hand', ['waits true', 'by hand']],
    ['exclusive', ['waits true', 'woke 1', 'woke 3']],
    ['wake-up-in-between', ['saw it', 'later']],
    ['timeout', ['0 5 false']],
    ['completion', ['0', '1', '3', 'true']],
    ['completed-before', ['false', '0']],
    ['kthread-stop', ['returned 42']],
    ['kthread-never-begun', ['returned -4']],
    ['kthread-park', ['parks', 'park 0 -16', 'goes on', 'returned 42']],
  ] as const)('%s', (name, printed) => {
    expect(results[name].printed).toEqual(printed);
    expect(results[name].log).not.toMatch(REPORT);
  });
});

describe('what does not', () => {
  it('a condition that nobody wakes for is not looked at', () => {
    expect(results['nobody-wakes'].printed).toEqual(['waits true', 'woken']);
    expect(results['nobody-wakes'].output).toMatch(/^D +wait_e\w* +waiter$/mu);
  });

  it('who does not say that one is enough is woken with all others', () => {
    expect(results.herd.printed).toEqual(['waits true', 'woke 3']);
  });

  it('to complete for one leaves the other where it is', () => {
    expect(results['complete-for-one'].printed).toEqual(['woke 1', 'woke 2']);
  });

  it('a wake-up between the look and the sleep is lost', () => {
    expect(results['lost-wake-up'].printed).toEqual(['later', 'saw it']);
  });

  it('a signal ends an interruptible wait', () => {
    expect(results.signal.printed).toEqual(['-512']);
  });

  it.each([
    [
      'freed-queue',
      /slab-use-after-free in Cases\.init\S* \[cases\] cases\.ts:\d+\nRead of size 8/u,
    ],
    ['completion-gone', /slab-use-after-free in Cases\.init\S* \[cases\]/u],
    ['kthread-stopped-twice', /slab-use-after-free in Cases\.init\S* \[cases\]/u],
    ['zeroed-queue', /list_add corruption\. next is NULL\./u],
  ] as const)('%s is reported', (name, report) => {
    expect(results[name].log).toMatch(report);
  });

  it('a thread whose code is gone faults where it would go on', () => {
    const { log } = results['kthread-left-behind'];
    expect(log).toMatch(/BUG: unable to handle page fault for address: ffffffffc0\w+\n/u);
    expect(log).toMatch(/#PF: supervisor instruction fetch in kernel mode\n/u);
    expect(log).toMatch(/ <TASK>\n untilStopped\S+ \[cases\] cases\.ts:\d+\n kthread/u);
  });
});
