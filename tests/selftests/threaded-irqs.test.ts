// SPDX-License-Identifier: GPL-2.0-or-later
/** Handlers with threads, each use beside a twin that does it wrong; and where lines lead. */
import { beforeAll, describe, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `free_irq in_hardirq in_task IRQF_ONESHOT IRQ_HANDLED IRQ_WAKE_THREAD mdelay NULL
    request_irq request_threaded_irq smp_processor_id synchronize_irq tick_every tick_irq tick_once
    tick_stop usleep_range VoidPtr`,
  'kernel/time': 'msleep',
};

const TOP = `
let hits = 0;
let rounds = 0;
let most = 0;
let inside = 0;
let where = 0;

function wakes(irq: number, data: VoidPtr): number {
  void irq; void data;
  hits++;
  where = smp_processor_id();
  return IRQ_WAKE_THREAD;
}

function tells(irq: number, data: VoidPtr): number {
  void wakes(irq, data);
  return IRQ_HANDLED;
}

function works(irq: number, data: VoidPtr): number {
  "use unsafe";
  void data;
  inside++;
  if (inside > most) most = inside;
  if (rounds === 0) println(\`> irq \${irq} \${in_task()} \${in_hardirq()}\`);
  msleep(2);
  rounds++;
  inside--;
  return IRQ_HANDLED;
}

function oopses(irq: number, data: VoidPtr): number {
  void irq; void data;
  (null as unknown as { boom: number }).boom = 1;
  return IRQ_HANDLED;
}
`;

const FREE = 'free_irq(tick_irq(), NULL);';

const CASES = {
  'in-its-thread': {
    init: `println(\`> \${request_threaded_irq(tick_irq(), wakes, works, 0, "pulse", NULL)}\`);
      tick_once(0); msleep(10); println(\`> \${hits} \${rounds}\`);`,
    script: `for d in /proc/[0-9]*; do
        grep irq/ $d/comm && chrt -p \${d#/proc/} | cut -d: -f2
      done`,
    exit: FREE,
  },
  'one-round-for-many': {
    init: `request_threaded_irq(tick_irq(), wakes, works, 0, "pulse", NULL);
      tick_every(100); msleep(20); tick_stop(); synchronize_irq(tick_irq());
      println(\`> \${hits > 100} \${rounds < 20} \${most}\`); ${FREE}`,
  },
  'silent-until-done': {
    init: `request_threaded_irq(tick_irq(), null, works, IRQF_ONESHOT, "pulse", NULL);
      tick_every(100); msleep(20); tick_stop(); msleep(5);
      println(\`> \${rounds > 5} \${rounds < 12}\`); ${FREE}`,
  },
  'freed-while-it-works': {
    init: `request_threaded_irq(tick_irq(), wakes, works, 0, "pulse", NULL);
      tick_once(0); usleep_range(500, 500); ${FREE} println(\`> \${rounds} \${inside}\`);`,
  },
  'no-handler-no-oneshot': {
    init: `println(\`> \${request_threaded_irq(tick_irq(), null, works, 0, "pulse", NULL)}\`);`,
  },
  'nothing-to-wake': {
    init: `request_irq(tick_irq(), wakes, 0, "pulse", NULL); tick_once(0); mdelay(1); ${FREE}`,
  },
  'led-elsewhere': {
    init: `request_irq(tick_irq(), tells, 0, "pulse", NULL);
      tick_every(200);`,
    script: `cd /proc/irq/10; cat smp_affinity smp_affinity_list effective_affinity
      echo 2 | sudo tee smp_affinity; sleep 0.01; cat effective_affinity_list
      echo 0 | sudo tee smp_affinity 2>&1; echo 9 | sudo tee smp_affinity_list; cat smp_affinity
      grep pulse /proc/interrupts; grep LOC /proc/interrupts; cd - > /dev/null`,
    exit: `tick_stop(); println(\`> \${where}\`); ${FREE}`,
  },
  // The last one: its thread is gone, and so nobody may wait for it.
  dies: {
    init: `request_threaded_irq(tick_irq(), wakes, oopses, 0, "pulse", NULL);
      tick_once(0); msleep(10); println(\`> \${hits}\`); ${FREE}`,
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  results = runCases({ imports: IMPORTS, top: TOP, cases: CASES, cpus: 2 });
}, PATIENCE_MS);

describe('what works', () => {
  it.each([
    ['in-its-thread', ['0', 'irq 10 true false', '1 1']],
    ['one-round-for-many', ['irq 10 true false', 'true true 1']],
    ['silent-until-done', ['irq 10 true false', 'true true']],
    ['freed-while-it-works', ['irq 10 true false', '1 0']],
  ] as const)('%s', (name, printed) => {
    expect(results[name].printed).toEqual(printed);
    expect(results[name].log).not.toMatch(/BUG|WARNING|Oops/u);
  });

  it('the thread is a real-time task of its name', () => {
    expect(results['in-its-thread'].output).toMatch(/^irq\/10-pulse\n SCHED_FIFO\n 50$/mu);
  });

  it('a line leads to the CPUs that /proc says', () => {
    const { output, printed } = results['led-elsewhere'];
    expect(output).toMatch(/^\n3\n0-1\n1\n2\n1\n/u);
    expect(output).toMatch(/tee: smp_affinity: Invalid argument\n/u);
    expect(output).toMatch(/^9\n2\n 10: +\d+ +[1-9]\d* +IO-APIC/mu);
    expect(output).toMatch(/^LOC: +[1-9]\d* +[1-9]\d* +Local timer interrupts$/mu);
    expect(printed).toEqual(['1']);
  });
});

describe('what does not', () => {
  it('a thread alone must have the line silent', () => {
    const { printed, log } = results['no-handler-no-oneshot'];
    expect(printed).toEqual(['-22']);
    expect(log).toContain(
      'genirq: Threaded irq requested with handler=NULL and !ONESHOT for pulse (irq 10)',
    );
  });

  it('a handler without a thread has none to wake', () => {
    expect(results['nothing-to-wake'].log).toContain(
      'IRQ 10 device pulse returned IRQ_WAKE_THREAD but no thread function available.',
    );
  });

  it('a thread that dies is gone, and the line goes on without it', () => {
    const { log, printed } = results.dies;
    expect(log).toMatch(/genirq: exiting task "irq\/10-pulse" \(\d+\) is an active IRQ thread/u);
    expect(printed).toEqual(['1']);
  });
});
