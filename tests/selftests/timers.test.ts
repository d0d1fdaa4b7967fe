// SPDX-License-Identifier: GPL-2.0-or-later
/** Timers and delayed work of drivers, each use beside a twin that does it wrong. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `add_timer addr_of cancel_delayed_work_sync container_of delayed_work
    flush_delayed_work jiffies GFP_KERNEL HZ INIT_DELAYED_WORK kfree kzalloc mdelay
    mod_delayed_work
    mod_timer msecs_to_jiffies NULL Ptr preempt_disable schedule_delayed_work system_wq
    timer_delete timer_delete_sync timer_list timer_pending timer_setup timer_shutdown_sync
    udelay usleep_range work_struct`,
  'kernel/time': 'ktime_get msleep',
  uapi: 'struct u32',
};

const TOP = `
class Clock extends struct({ timer: timer_list, poll: delayed_work, ticks: u32 }) {}
let clock: Ptr<Clock> = NULL;

function fires(timer: Ptr<timer_list>): void {
  "use unsafe";
  container_of(timer, Clock, "timer").$.ticks++;
}

function firesAgain(timer: Ptr<timer_list>): void {
  "use unsafe";
  container_of(timer, Clock, "timer").$.ticks++;
  mod_timer(timer, jiffies + 1);
}

function takesLong(timer: Ptr<timer_list>): void {
  "use unsafe";
  mdelay(5);
  container_of(timer, Clock, "timer").$.ticks++;
}

function leaks(timer: Ptr<timer_list>): void {
  "use unsafe";
  void timer;
  preempt_disable();
}

function polls(work: Ptr<work_struct>): void {
  "use unsafe";
  container_of(work.cast<delayed_work>(), Clock, "poll").$.ticks++;
}

function setUp(callback: (timer: Ptr<timer_list>) => void): void {
  "use unsafe";
  clock = kzalloc(Clock.size, GFP_KERNEL);
  timer_setup(addr_of(clock.$.timer), callback, 0);
  INIT_DELAYED_WORK(addr_of(clock.$.poll), polls);
}
`;

const ARM = 'mod_timer(addr_of(clock.$.timer), jiffies + 5)';

const CASES = {
  'fires-once': {
    init: `setUp(fires);
      println(\`> \${${ARM}} \${${ARM}} \${timer_pending(addr_of(clock.$.timer))}\`);
      msleep(10); println(\`> \${clock.$.ticks}\`);
      msleep(50); println(\`> \${clock.$.ticks} \${timer_pending(addr_of(clock.$.timer))}\`);`,
  },
  'expires-field': {
    init: `setUp(fires); clock.$.timer.expires = jiffies + msecs_to_jiffies(20);
      add_timer(addr_of(clock.$.timer)); msleep(40); println(\`> \${clock.$.ticks}\`);`,
  },
  deleted: {
    init: `setUp(fires); ${ARM};
      const timer = addr_of(clock.$.timer);
      println(\`> \${timer_delete(timer)} \${timer_delete(timer)}\`);
      msleep(50); println(\`> \${clock.$.ticks}\`);`,
  },
  'delete-sync-waits': {
    init: `setUp(takesLong); mod_timer(addr_of(clock.$.timer), jiffies + 1);
      usleep_range(9000, 9000);
      timer_delete_sync(addr_of(clock.$.timer)); println(\`> \${clock.$.ticks}\`);`,
  },
  'shut-down': {
    init: `setUp(firesAgain); ${ARM}; msleep(50);
      println(\`> \${clock.$.ticks > 3} \${timer_shutdown_sync(addr_of(clock.$.timer))}\`);
      ${ARM}; const before = clock.$.ticks; msleep(50);
      println(\`> \${clock.$.ticks - before}\`);`,
  },
  delays: {
    init: `const start = ktime_get(); udelay(50);
      const middle = ktime_get(); usleep_range(300, 400);
      println(\`> \${middle - start >= 50000} \${ktime_get() - middle >= 300000} \${HZ}\`);`,
  },
  'delayed-work': {
    init: `setUp(fires);
      const poll = addr_of(clock.$.poll);
      println(\`> \${schedule_delayed_work(poll, 5)} \${schedule_delayed_work(poll, 5)}\`);
      msleep(10); println(\`> \${clock.$.ticks}\`);
      msleep(30); println(\`> \${clock.$.ticks}\`);
      schedule_delayed_work(poll, 500);
      println(\`> \${flush_delayed_work(poll)} \${clock.$.ticks}\`);
      mod_delayed_work(system_wq, poll, 500);
      println(\`> \${cancel_delayed_work_sync(poll)} \${cancel_delayed_work_sync(poll)}\`);`,
  },
  leaks: {
    init: `setUp(leaks); ${ARM}; msleep(50);`,
  },
  'freed-while-armed': {
    init: `setUp(fires); ${ARM}; kfree(clock); msleep(50); clock = NULL;`,
  },
  // The last one: nothing comes after it.
  late: {
    init: 'setUp(fires); mod_timer(addr_of(clock.$.timer), jiffies + 25);',
    exit: 'clock = NULL;',
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  results = runCases({ imports: IMPORTS, top: TOP, cases: CASES, end: 'kfree(clock);' });
}, PATIENCE_MS);

describe('what works', () => {
  it.each([
    ['fires-once', ['false true true', '0', '1 false']],
    ['expires-field', ['1']],
    ['deleted', ['true false', '0']],
    ['delete-sync-waits', ['1']],
    ['shut-down', ['true true', '0']],
    ['delays', ['true true 250']],
    ['delayed-work', ['true false', '0', '1', 'true 2', 'true false']],
  ] as const)('%s', (name, printed) => {
    expect(results[name].printed).toEqual(printed);
    expect(results[name].log).not.toMatch(/BUG|WARNING|Oops/u);
  });
});

describe('what does not', () => {
  it('a callback that leaves preemption off is reported', () => {
    expect(results.leaks.log).toContain('timer: leaks [cases] preempt leak: 00000100 -> 00000101');
  });

  it('a timer that is freed while it is armed is found at once', () => {
    const { log } = results['freed-while-armed'];
    expect(log).toMatch(
      /ODEBUG: free active \(active state 0\) object: \S+ object type: timer_list/u,
    );
    expect(log).toContain('hint: fires [cases]');
    expect(log).not.toContain('KASAN');
  });

  it('a timer that outlives its module ends the machine', () => {
    const { log } = results.late;
    expect(log).toMatch(/BUG: unable to handle page fault for address: ffffffffc0\w+\n/u);
    expect(log).toMatch(/ call_timer_fn\S+\n __run_timers/u);
    expect(log).toContain('Kernel panic - not syncing: Fatal exception in interrupt');
  });
});
