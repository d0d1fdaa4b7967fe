// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver has called later without `unsafe`: timers, work, threads, interrupts. Each ends
 * with its owner, also when it is just running on the other CPU, and each beside a twin that does
 * wrong.
 */
import { expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const SOURCE = `import { Errno, module, param, println, type Params, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { chrdev, type FileOperations } from "kernel/fs";
import { irq, IRQ_HANDLED, Tick, type IrqHandler } from "kernel/irq";
import { AtomicU32, Completion, CondVar, Mutex, Spinlock } from "kernel/sync";
import { Thread, type CurrentThread, type ThreadBody } from "kernel/task";
import { ktime_get, msleep, Timer, type TimerCallback } from "kernel/time";
import {
  DelayedWork, Work, Workqueue, type DelayedWorkItem, type WorkItem,
} from "kernel/workqueue";
const params = { which: param.int(0, "the case") };
void [Errno, chrdev, ktime_get, Workqueue, Completion, CondVar, Mutex, Spinlock, irq];
void [Tick, IRQ_HANDLED, Thread, DelayedWork, Work, Timer, msleep];
type Unused = [FileOperations, IrqHandler, CurrentThread, ThreadBody, TimerCallback, WorkItem,
  DelayedWorkItem, Ref<Work>];
export type { Unused };

class Counts {
  readonly timer = AtomicU32.new(0);
  readonly work = AtomicU32.new(0);
  readonly thread = AtomicU32.new(0);
  readonly irq = AtomicU32.new(0);
  readonly delayed = AtomicU32.new(0);
  readonly first = Completion.new();
}
class Does implements WorkItem {
  constructor(readonly counts: Arc<Counts>) {}
  run(work: Ref<Work>): void {
    msleep(1);
    this.counts.value.work.add(1);
    if (this.counts.value.work.load() < 3) work.queue();
    else this.counts.value.first.complete_all();
  }
  [Symbol.dispose](): void { println("> item dropped"); }
}
class Ticks implements TimerCallback {
  constructor(readonly counts: Arc<Counts>, readonly work: Work) {}
  run(timer: Ref<Timer>): void {
    this.counts.value.timer.add(1);
    this.work.queue();
    timer.start(8);
  }
  [Symbol.dispose](): void { println("> callback dropped"); }
}
class Polls implements DelayedWorkItem {
  constructor(readonly counts: Arc<Counts>) {}
  run(work: Ref<DelayedWork>): void {
    this.counts.value.delayed.add(1);
    work.queue(4);
  }
}
class Loops implements ThreadBody {
  constructor(readonly counts: Arc<Counts>) {}
  run(thread: CurrentThread): void {
    while (!thread.should_stop()) {
      this.counts.value.thread.add(1);
      thread.sleep(1000);
    }
    println("> thread ends");
  }
  [Symbol.dispose](): void { println("> body dropped"); }
}
class Handles implements IrqHandler {
  constructor(readonly counts: Arc<Counts>) {}
  handle(line: number): number {
    if (line === 10) this.counts.value.irq.add(1);
    return IRQ_HANDLED;
  }
}
class All {
  readonly timer: Timer;
  readonly poll: DelayedWork;
  readonly thread: Thread;
  readonly line: irq.Registration;
  readonly tick: Tick;
  readonly counts: Arc<Counts>;
  constructor(counts: Arc<Counts>, timer: Timer, poll: DelayedWork, thread: Thread,
    line: irq.Registration, tick: Tick) {
    this.timer = timer; this.poll = poll; this.thread = thread; this.line = line;
    this.tick = tick; this.counts = counts;
  }
  static init({ which }: Params<typeof params>): All {
    void which;
    const counts = Arc.new(new Counts());
    const timer = Timer.new(new Ticks(counts.clone(), Work.new(new Does(counts.clone()))));
    const poll = DelayedWork.new(new Polls(counts.clone()));
    const thread = Thread.spawn("loops", new Loops(counts.clone()));
    const tick = Tick.open();
    const line = irq.register(tick.irq, "safe", new Handles(counts.clone()));
    timer.start(8);
    poll.queue(4);
    tick.every(1000);
    counts.value.first.wait_for_completion();
    println(\`> \${counts.value.work.load()} \${counts.value.timer.load() > 0}\`);
    msleep(20);
    return new All(counts, timer, poll, thread, line, tick);
  }
  [Symbol.dispose](): void {
    const { timer, delayed, thread, irq: hits } = this.counts.value;
    println(\`> \${timer.load() > 2} \${delayed.load() > 2}\`);
    println(\`> \${thread.load()} \${hits.load() > 10}\`);
  }
}
export default module(All, { license: "GPL", params });
`;

function run(source: string, cmdline: string, script: string): ScriptResult {
  const files = [userFile('safe/safe.ts', source), userFile('safe/Kbuild', 'obj-m := safe.o\n')];
  const make = 'cd safe && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }\n';
  return runScript(make + script, { files, cmdline });
}

function said({ log }: ScriptResult): string[] {
  const lines = log.map(({ text }) => text).filter((text) => text.startsWith('> '));
  return lines.map((text) => text.slice(2));
}

it(
  'all of them live, and end in the order of the fields',
  () => {
    const script = 'sudo insmod safe.ko && ps -e | grep loops; sudo rmmod safe && lsmod';
    const result = run(SOURCE, 'preempt=full', script);
    expect(result.logText).not.toMatch(/BUG|WARNING|Oops/);
    expect(result.stdout).toMatch(/loops/);
    expect(said(result)).toEqual([
      '3 true',
      'true true',
      '1 true',
      'callback dropped',
      'item dropped',
      'thread ends',
      'body dropped',
    ]);
  },
  PATIENCE_MS,
);

it(
  'what may not sleep, and does, is no module',
  () => {
    const source = `import { module } from "kernel";
import { IRQ_HANDLED, type IrqHandler } from "kernel/irq";
import { Mutex } from "kernel/sync";
import { msleep, type TimerCallback } from "kernel/time";
class Late implements TimerCallback {
  run(): void { msleep(5); }
}
class Waits implements IrqHandler {
  readonly count = Mutex.new(0);
  handle(): number {
    using count = this.count.lock();
    count.value += 1;
    return IRQ_HANDLED;
  }
}
class Bad {
  static init(): Bad {
    void [Late, Waits];
    return new Bad();
  }
}
export default module(Bad, { license: "GPL" });
`;
    const { stdout, status } = run(source, '', 'true');
    expect(status).toBe(99);
    for (const [method, call] of [
      ['run', 'msleep'],
      ['handle', 'Mutex.lock'],
    ]) {
      const what = `RZ1020: \`${method}\` of the kernel's API may not sleep; it calls ${call}`;
      expect(stdout).toContain(what);
    }
  },
  PATIENCE_MS,
);

it(
  'a timer that nobody would drop is not made',
  () => {
    const source = `import { module, println } from "kernel";
import { Timer, type TimerCallback } from "kernel/time";
class Says implements TimerCallback {
  run(): void { println("> called"); }
}
const FOREVER = Timer.new(new Says());
class Bad {
  static init(): Bad {
    FOREVER.start(0);
    return new Bad();
  }
}
export default module(Bad, { license: "GPL" });
`;
    const result = run(source, '', 'sudo insmod safe.ko; sleep 0.1');
    expect(result.logText).toContain('a Timer at the top level would outlive its module');
    expect(said(result)).toEqual([]);
  },
  PATIENCE_MS,
);
