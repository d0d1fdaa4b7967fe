// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What callbacks of the safe API do comes before what their owner does once they are dropped or
 * waited for: the race detector is silent then, and speaks when nobody waits.
 */
import { expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const SOURCE = `import { drop, module, param, println, type Params } from "kernel";
import { Arc } from "kernel/alloc";
import { irq, IRQ_HANDLED, Tick, type IrqHandler } from "kernel/irq";
import { Completion } from "kernel/sync";
import { Thread, type ThreadBody } from "kernel/task";
import {
  HrTimer, HRTIMER_NORESTART, msleep, Timer, type HrTimerCallback, type TimerCallback,
} from "kernel/time";
import { DelayedWork, Work, type DelayedWorkItem, type WorkItem } from "kernel/workqueue";
const params = { waits: param.bool(true, "for the callbacks") };
class Plain {
  hits = 0;
  readonly done = Completion.new();
}
class Calls implements TimerCallback, WorkItem, DelayedWorkItem, ThreadBody {
  constructor(readonly plain: Arc<Plain>) {}
  run(): void { this.plain.value.hits += 1; }
}
class Completes implements WorkItem {
  constructor(readonly plain: Arc<Plain>) {}
  run(): void {
    this.plain.value.hits += 1;
    this.plain.value.done.complete();
  }
}
class Precise implements HrTimerCallback {
  constructor(readonly plain: Arc<Plain>) {}
  run(): number {
    this.plain.value.hits += 1;
    return HRTIMER_NORESTART;
  }
}
class Handles implements IrqHandler {
  constructor(readonly plain: Arc<Plain>) {}
  handle(): number {
    this.plain.value.hits += 1;
    return IRQ_HANDLED;
  }
}
class Races {
  static init({ waits }: Params<typeof params>): Races {
    const plain = Arc.new(new Plain());
    if (!waits) {
      using work = Work.new(new Calls(plain.clone()));
      work.queue();
      msleep(1);
      println(\`> \${plain.value.hits}\`);
      return new Races();
    }
    const timer = Timer.new(new Calls(plain.clone()));
    timer.start(0);
    msleep(10);
    drop(timer);
    plain.value.hits += 1;
    const work = Work.new(new Calls(plain.clone()));
    work.queue();
    msleep(1);
    drop(work);
    plain.value.hits += 1;
    const again = Work.new(new Calls(plain.clone()));
    again.queue();
    again.flush();
    plain.value.hits += 1;
    drop(again);
    const late = DelayedWork.new(new Calls(plain.clone()));
    late.queue(1);
    msleep(10);
    drop(late);
    plain.value.hits += 1;
    const precise = HrTimer.new(new Precise(plain.clone()));
    precise.start(1000);
    msleep(1);
    drop(precise);
    plain.value.hits += 1;
    const thread = Thread.spawn("calls", new Calls(plain.clone()));
    msleep(1);
    drop(thread);
    plain.value.hits += 1;
    const tick = Tick.open();
    const line = irq.register(tick.irq, "races", new Handles(plain.clone()));
    tick.once(100);
    msleep(1);
    drop(line);
    plain.value.hits += 1;
    drop(tick);
    const completes = Work.new(new Completes(plain.clone()));
    completes.queue();
    plain.value.done.wait_for_completion();
    plain.value.hits += 1;
    drop(completes);
    println(\`> \${plain.value.hits}\`);
    return new Races();
  }
}
export default module(Races, { license: "GPL", params });
`;

it.each([
  [true, '> 16', false],
  [false, '> 1', true],
])(
  'waits: %s',
  (waits, printed, isRace) => {
    const files = [userFile('races/races.ts', SOURCE)];
    const script = `cd races && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod races.ko waits=${Number(waits)} && sudo rmmod races`;
    const { stdout, logText } = runScript(script, { files, cmdline: 'kcsan=strict' });
    expect(stdout).toBe('');
    expect(logText).toContain(printed);
    expect(logText.includes('BUG: KCSAN: data-race in Calls.run')).toBe(isRace);
    expect(logText.includes('BUG:')).toBe(isRace);
  },
  PATIENCE_MS,
);
