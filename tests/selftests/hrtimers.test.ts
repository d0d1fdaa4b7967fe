// SPDX-License-Identifier: GPL-2.0-or-later
/** High-resolution timers of drivers, each use beside a twin that does it wrong. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `addr_of CLOCK_MONOTONIC container_of GFP_KERNEL hrtimer
    hrtimer_active hrtimer_cancel hrtimer_forward_now hrtimer_get_remaining hrtimer_is_queued
    HRTIMER_MODE_ABS HRTIMER_MODE_REL HRTIMER_MODE_REL_SOFT HRTIMER_NORESTART HRTIMER_RESTART
    hrtimer_setup hrtimer_start hrtimer_try_to_cancel in_hardirq in_serving_softirq irqs_disabled
    kfree kzalloc mdelay might_sleep ms_to_ktime NULL Ptr usleep_range`,
  'kernel/time': 'ktime_get msleep',
  uapi: 'struct u32 s64',
};

const TOP = `
class Pulse extends struct({ timer: hrtimer, beats: u32, missed: u32, at: s64 }) {}
let pulse: Ptr<Pulse> = NULL;

function once(timer: Ptr<hrtimer>): number {
  "use unsafe";
  const self = container_of(timer, Pulse, "timer");
  self.$.beats++;
  self.$.at = BigInt(ktime_get());
  println(\`> \${in_hardirq()} \${in_serving_softirq()} \${irqs_disabled()}\`);
  return HRTIMER_NORESTART;
}

function beats(timer: Ptr<hrtimer>): number {
  "use unsafe";
  const self = container_of(timer, Pulse, "timer");
  self.$.beats++;
  self.$.missed += hrtimer_forward_now(timer, ms_to_ktime(1)) - 1;
  return HRTIMER_RESTART;
}

function isLate(timer: Ptr<hrtimer>): number {
  "use unsafe";
  mdelay(3);
  return beats(timer);
}

function cancelsItself(timer: Ptr<hrtimer>): number {
  "use unsafe";
  println(\`> \${hrtimer_try_to_cancel(timer)} \${hrtimer_active(timer)}\`);
  return HRTIMER_NORESTART;
}

function sleeps(timer: Ptr<hrtimer>): number {
  "use unsafe";
  void timer;
  might_sleep();
  return HRTIMER_NORESTART;
}

function setUp(callback: (timer: Ptr<hrtimer>) => number, mode: number): Ptr<hrtimer> {
  "use unsafe";
  pulse = kzalloc(Pulse.size, GFP_KERNEL);
  hrtimer_setup(addr_of(pulse.$.timer), callback, CLOCK_MONOTONIC, mode);
  return addr_of(pulse.$.timer);
}
`;

const REL = 'HRTIMER_MODE_REL';
const SOFT = 'HRTIMER_MODE_REL_SOFT';

const CASES = {
  'at-an-instant': {
    init: `const timer = setUp(once, HRTIMER_MODE_ABS); const due = ktime_get() + 123456;
      hrtimer_start(timer, due, HRTIMER_MODE_ABS);
      println(\`> \${hrtimer_is_queued(timer)} \${hrtimer_get_remaining(timer) <= 123456}\`);
      msleep(1);
      const late = Number(pulse.$.at) - due;
      println(\`> \${late >= 0 && late < 10000} \${hrtimer_active(timer)}\`);`,
  },
  'in-a-softirq': {
    init: `hrtimer_start(setUp(once, ${SOFT}), 50000, ${SOFT}); msleep(1);
      println(\`> \${pulse.$.beats}\`);`,
  },
  'again-and-again': {
    init: `const timer = setUp(beats, ${REL}); hrtimer_start(timer, ms_to_ktime(1), ${REL});
      usleep_range(20500, 20500); println(\`> \${hrtimer_cancel(timer)}\`);
      const beaten = pulse.$.beats; msleep(5);
      println(\`> \${beaten} \${pulse.$.missed} \${pulse.$.beats - beaten}\`);`,
  },
  overrun: {
    init: `const timer = setUp(isLate, ${REL}); hrtimer_start(timer, ms_to_ktime(1), ${REL});
      usleep_range(20500, 20500); hrtimer_cancel(timer);
      println(\`> \${pulse.$.missed >= 2 * pulse.$.beats}\`);`,
  },
  cancelled: {
    init: `const timer = setUp(once, ${REL}); hrtimer_start(timer, 50000, ${REL});
      println(\`> \${hrtimer_try_to_cancel(timer)} \${hrtimer_try_to_cancel(timer)}\`);
      msleep(1); println(\`> \${pulse.$.beats}\`);`,
  },
  'cancelled-by-itself': {
    init: `hrtimer_start(setUp(cancelsItself, ${REL}), 50000, ${REL}); msleep(1);`,
  },
  sleeps: {
    init: `hrtimer_start(setUp(sleeps, ${REL}), 50000, ${REL}); msleep(1);`,
  },
  'freed-while-armed': {
    init: `hrtimer_start(setUp(once, ${REL}), 50000, ${REL}); kfree(pulse);
      pulse = NULL; msleep(1);`,
  },
  // The last one: nothing comes after it.
  late: {
    init: `hrtimer_start(setUp(once, ${REL}), ms_to_ktime(100), ${REL});`,
    exit: 'pulse = NULL;',
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  results = runCases({ imports: IMPORTS, top: TOP, cases: CASES, end: 'kfree(pulse);' });
}, PATIENCE_MS);

describe('what works', () => {
  it.each([
    ['at-an-instant', ['true true', 'true false true', 'true false']],
    ['in-a-softirq', ['false true false', '1']],
    ['again-and-again', ['true', '20 0 0']],
    ['overrun', ['true']],
    ['cancelled', ['1 0', '0']],
    ['cancelled-by-itself', ['-1 true']],
  ] as const)('%s', (name, printed) => {
    expect(results[name].printed).toEqual(printed);
    expect(results[name].log).not.toMatch(/BUG|WARNING|Oops/u);
  });
});

describe('what does not', () => {
  it('a callback may not sleep', () => {
    expect(results.sleeps.log).toContain('BUG: sleeping function called from invalid context');
    expect(results.sleeps.log).toMatch(/ __hrtimer_run_queues\S+\n hrtimer_interrupt\S+\n/u);
  });

  it('a timer that is freed while it is armed is found at once', () => {
    const { log } = results['freed-while-armed'];
    expect(log).toContain('object type: hrtimer hint: once [cases]');
    expect(log).not.toContain('KASAN');
  });

  it('a timer that outlives its module ends the machine', () => {
    const { log } = results.late;
    expect(log).toMatch(/BUG: unable to handle page fault for address: ffffffffc0\w+\n/u);
    expect(log).toContain('Kernel panic - not syncing: Fatal exception in interrupt');
  });
});
