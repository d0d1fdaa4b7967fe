// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Primitives of drivers without `unsafe`, each case an `init` of its own: what works, also while a
 * callback runs on the other CPU, and what is told of those who use them wrongly.
 */
import { beforeAll, describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** What each prints that does nothing wrong. */
const WORKS = {
  waited: ['true'],
  unlinked: ['true', 'true'],
  queues: [
    'true false',
    'work done',
    'true false',
    'work done',
    'true true true',
    'true true false',
    'false true',
    'true true',
    'false false',
  ],
  precise: ['5 false 0', 'true true false'],
  pipe: ['20 0 false'],
  seqlock: ['true 0'],
  polite: ['nobody complains'],
  counters: [
    '18446744073709551615 1',
    '1 7',
    'false true true',
    'false 8',
    '11',
    'false false',
    'true true',
    'false',
  ],
};

/** Small drivers, of which the module's parameter chooses one: each `CASE` is the body of init. */
const TOP = `
class Began { readonly began = AtomicU32.new(0); readonly ended = AtomicU32.new(0); }
class SlowTimer implements TimerCallback {
  constructor(readonly seen: Arc<Began>) {}
  run(): void {
    this.seen.value.began.add(1);
    mdelay(3);
    this.seen.value.ended.add(1);
  }
}
class SlowWork implements WorkItem {
  constructor(readonly seen: Arc<Began>) {}
  run(work: Ref<Work>): void {
    this.seen.value.began.add(1);
    mdelay(3);
    work.queue();
    this.seen.value.ended.add(1);
  }
}
class SlowHandler implements IrqHandler {
  constructor(readonly seen: Arc<Began>) {}
  handle(): number {
    this.seen.value.began.add(1);
    udelay(300);
    this.seen.value.ended.add(1);
    return IRQ_HANDLED;
  }
}
class StartsTimer implements IrqHandler {
  constructor(readonly timer: Arc<Timer>) {}
  handle(): number {
    this.timer.value.start(0);
    return IRQ_HANDLED;
  }
}
class Precise implements HrTimerCallback {
  constructor(readonly seen: Arc<Began>) {}
  run(timer: Ref<HrTimer>): number {
    if (this.seen.value.ended.load() === 5) return HRTIMER_NORESTART;
    this.seen.value.ended.add(timer.forward_now(50000));
    return HRTIMER_RESTART;
  }
}
class SlowPrecise implements HrTimerCallback {
  constructor(readonly seen: Arc<Began>) {}
  run(timer: Ref<HrTimer>): number {
    this.seen.value.began.add(1);
    udelay(300);
    this.seen.value.ended.add(1);
    timer.forward_now(400000);
    return HRTIMER_RESTART;
  }
}
class Spins implements ThreadBody {
  constructor(readonly seen: Arc<Began>) {}
  run(thread: CurrentThread): void {
    this.seen.value.began.add(1);
    while (!thread.should_stop()) udelay(100);
    this.seen.value.ended.add(1);
  }
}
class FlushesItself implements WorkItem {
  run(work: Ref<Work>): void { work.flush(); }
}
class Takes implements WorkItem {
  constructor(readonly bank: Arc<Mutex<number>>) {}
  run(): void {
    using money = this.bank.value.lock();
    money.value += 1;
  }
}
class Account {
  readonly bank = Arc.new(Mutex.new(0));
  readonly work = Work.new(new Takes(this.bank.clone()));
}
class TimerTakes implements TimerCallback {
  constructor(readonly bank: Arc<Spinlock<number>>) {}
  run(): void {
    using money = this.bank.value.lock();
    money.value += 1;
  }
}
class Throws implements ThreadBody {
  run(): void { throw Errno.EIO; }
}
class Says implements WorkItem {
  run(): void { println("> work done"); }
}
class Reads implements ThreadBody {
  constructor(readonly pair: Arc<SeqLock<Pair>>, readonly torn: Arc<Began>) {}
  run(thread: CurrentThread): void {
    while (!thread.should_stop()) {
      const sum = this.pair.value.read((it) => {
        const left = it.left;
        const right = it.right;
        return left + right;
      });
      this.torn.value.began.add(1);
      if (sum !== 100) this.torn.value.ended.add(1);
      if (this.torn.value.began.load() % 50 === 0) thread.sleep(4);
    }
  }
}
class Pair { left = 50; right = 50; }
class Ring { used = 0; total = 0; }
class Pipe {
  readonly ring = Mutex.new(new Ring());
  readonly readable = CondVar.new();
  readonly writable = CondVar.new();
}
class Fills implements ThreadBody {
  constructor(readonly pipe: Arc<Pipe>) {}
  run(thread: CurrentThread): void {
    const pipe = this.pipe.value;
    for (let left = 20; left > 0 && !thread.should_stop(); left -= 1) {
      using ring = pipe.ring.lock();
      while (ring.value.used === 2) pipe.writable.wait(ring);
      ring.value.used += 1;
      pipe.readable.notify_one();
    }
  }
}
`;

const CASES = {
  waited: `
    let waits = 0;
    for (let round = 0; round < 3; round += 1) {
      const seen = Arc.new(new Began());
      {
        const work = Work.new(new SlowWork(seen.clone()));
        work.queue();
        while (seen.value.began.load() === 0) usleep_range(50 + 10 * round, 100);
        const start = ktime_get();
        drop(work);
        if (ktime_get() - start > 500000) waits += 1;
      }
      if (seen.value.began.load() !== seen.value.ended.load()) println("> work outlived");
      {
        const tick = Tick.open();
        const line = irq.register(tick.irq, "slow", new SlowHandler(seen.clone()));
        tick.every(700);
        while (seen.value.ended.load() < 3) usleep_range(50 + 10 * round, 100);
        tick.stop();
        drop(line);
        drop(tick);
      }
      if (seen.value.began.load() !== seen.value.ended.load()) println("> handler outlived");
      {
        const timer = Arc.new(Timer.new(new SlowTimer(seen.clone())));
        const tick = Tick.open();
        const line = irq.register(tick.irq, "starts", new StartsTimer(timer.clone()));
        const before = seen.value.began.load();
        tick.once(10);
        while (seen.value.began.load() === before) usleep_range(50 + 10 * round, 100);
        drop(line);
        drop(timer);
        drop(tick);
      }
      if (seen.value.began.load() !== seen.value.ended.load()) println("> timer outlived");
      {
        const timer = HrTimer.new(new SlowPrecise(seen.clone()));
        const before = seen.value.began.load();
        timer.start(1000);
        while (seen.value.began.load() < before + 2) usleep_range(50 + 10 * round, 100);
        drop(timer);
      }
      if (seen.value.began.load() !== seen.value.ended.load()) println("> hrtimer outlived");
      {
        const thread = Thread.spawn("spins", new Spins(seen.clone()));
        msleep(1);
        drop(thread);
      }
      if (seen.value.began.load() !== seen.value.ended.load()) println("> thread outlived");
    }
    println(\`> \${waits > 0}\`);`,
  unlinked: `
    const line = irq.register(10, "first", new SlowHandler(Arc.new(new Began())));
    try {
      const second = irq.register(10, "second", new SlowHandler(Arc.new(new Began())));
      println(\`> \${second.irq}\`);
      drop(second);
    } catch (error) { println(\`> \${error === Errno.EBUSY}\`); }
    const tick = Tick.open();
    try {
      const other = Tick.open();
      drop(other);
    } catch (error) { println(\`> \${error === Errno.EBUSY}\`); }
    drop(tick);
    drop(line);`,
  queues: `
    const seen = Arc.new(new Began());
    using queue = Workqueue.ordered("safeq");
    using work = Work.new(new Says());
    using late = DelayedWork.new(new Says());
    println(\`> \${work.queue_on(queue)} \${work.queue_on(queue)}\`);
    println(\`> \${work.flush()} \${work.flush()}\`);
    println(\`> \${late.queue_on(queue, 500)} \${late.is_pending()} \${late.flush()}\`);
    println(\`> \${late.queue(500)} \${late.cancel_sync()} \${late.cancel()}\`);
    queue.flush();
    const timer = Timer.new(new SlowTimer(seen.clone()));
    println(\`> \${timer.start(100)} \${timer.start(200)}\`);
    println(\`> \${timer.is_pending()} \${timer.cancel()}\`);
    println(\`> \${timer.cancel_sync()} \${timer.is_pending()}\`);
    drop(timer);`,
  precise: `
    const seen = Arc.new(new Began());
    const timer = HrTimer.new(new Precise(seen.clone()));
    timer.start(50000);
    msleep(2);
    println(\`> \${seen.value.ended.load()} \${timer.is_active()} \${timer.try_to_cancel()}\`);
    timer.start_at(ktime_get() + 1000000000);
    println(\`> \${timer.is_active()} \${timer.cancel()} \${timer.cancel()}\`);
    drop(timer);`,
  pipe: `
    const pipe = Arc.new(new Pipe());
    using filler = Thread.spawn("filler", new Fills(pipe.clone()));
    void filler;
    let took = 0;
    while (took < 20) {
      using ring = pipe.value.ring.lock();
      while (ring.value.used === 0) pipe.value.readable.wait(ring);
      ring.value.used -= 1;
      took += 1;
      pipe.value.writable.notify_all();
    }
    using ring = pipe.value.ring.lock();
    println(\`> \${took} \${ring.value.used} \${pipe.value.readable.wait_timeout(ring, 8)}\`);`,
  seqlock: `
    const pair = Arc.new(SeqLock.new(new Pair()));
    const torn = Arc.new(new Began());
    using reader = Thread.spawn("reader", new Reads(pair.clone(), torn.clone()));
    void reader;
    for (let round = 0; round < 100; round += 1) {
      {
        using data = pair.value.write();
        data.value.left += 1;
        udelay(20);
        data.value.right -= 1;
      }
      if (round % 10 === 0) msleep(1);
    }
    println(\`> \${torn.value.began.load() > 0} \${torn.value.ended.load()}\`);`,
  polite: `
    for (let round = 0; round < 3; round += 1) {
      mdelay(900);
      cond_resched();
    }
    println("> nobody complains");`,
  counters: `
    const big = AtomicU64.new(0n);
    big.sub(1n);
    println(\`> \${big.fetch_add(2n)} \${big.load()}\`);
    println(\`> \${big.swap(7n)} \${big.compare_exchange(7n, 8n)}\`);
    const flag = AtomicBool.new(false);
    println(\`> \${flag.swap(true)} \${flag.swap(true)} \${flag.compare_exchange(true, false)}\`);
    println(\`> \${flag.load()} \${big.load()}\`);
    const hits = PerCpu.new((cpu) => cpu * 10);
    {
      using mine = hits.get();
      mine.value += 1;
    }
    let sum = 0;
    hits.for_each((value) => { sum += value; });
    println(\`> \${sum}\`);
    const done = Completion.new();
    println(\`> \${done.try_wait_for_completion()} \${done.wait_for_completion_timeout(8)}\`);
    done.complete();
    println(\`> \${done.completion_done()} \${done.wait_for_completion_timeout(8)}\`);
    done.complete_all();
    done.wait_for_completion();
    done.reinit();
    println(\`> \${done.completion_done()}\`);
    drop(big); drop(flag); drop(hits); drop(done);`,
  impolite: `
    for (let round = 0; round < 3; round += 1) mdelay(900);`,
  'sleeps-with-cpu': `
    using hits = PerCpu.new(() => 0);
    using mine = hits.get();
    msleep(1);
    mine.value += 1;`,
  'flushes-itself': `
    using work = Work.new(new FlushesItself());
    work.queue();
    msleep(20);
`,
  'cancel-under-lock': `
    const account = new Account();
    account.work.queue();
    account.work.flush();
    {
      using money = account.bank.value.lock();
      account.work.cancel_sync();
      money.value += 1;
    }`,
  'timer-takes': `
    const bank = Arc.new(Spinlock.new(0));
    using timer = Timer.new(new TimerTakes(bank.clone()));
    timer.start(0);
    msleep(20);
    using money = bank.value.lock();
    money.value += 1;`,
  throws: `
    using thread = Thread.spawn("throws", new Throws());
    void thread;
    msleep(5);`,
} as const;

const SOURCE = `import { drop, Errno, module, param, println, type Params, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { irq, IRQ_HANDLED, Tick, type IrqHandler } from "kernel/irq";
import {
  AtomicBool, AtomicU32, AtomicU64, Completion, CondVar, Mutex, PerCpu, SeqLock, Spinlock,
} from "kernel/sync";
import { cond_resched, Thread, type CurrentThread, type ThreadBody } from "kernel/task";
import {
  HrTimer, HRTIMER_NORESTART, HRTIMER_RESTART, ktime_get, mdelay, msleep, Timer, udelay,
  usleep_range, type HrTimerCallback, type TimerCallback,
} from "kernel/time";
import { DelayedWork, Work, Workqueue, type WorkItem } from "kernel/workqueue";
const params = { which: param.int(0, "the case") };
${TOP}
class Cases {
  static init({ which }: Params<typeof params>): Cases {
${Object.keys(CASES)
  .map((_, at) => `    if (which === ${at}) Cases.case${at}();`)
  .join('\n')}
    return new Cases();
  }
${Object.values(CASES)
  .map((body, at) => `  static case${at}(): void {${body}\n  }`)
  .join('\n')}
}
export default module(Cases, { license: "GPL", params });
`;

type Name = keyof typeof CASES;
const NAMES = Object.keys(CASES) as Name[];

/** What the kernel said in a machine of its own that runs these cases. */
function logOf(names: readonly Name[], cmdline: string, end = 'sudo rmmod safe'): string {
  const files = [userFile('safe/safe.ts', SOURCE), userFile('safe/Kbuild', 'obj-m := safe.o\n')];
  const lines = names.map((name) => {
    const load = `sudo insmod safe.ko which=${NAMES.indexOf(name)}`;
    return `echo "=== ${name} ===" | sudo tee /dev/kmsg > /tmp/tee\n${load} ${end}`;
  });
  const make = 'cd safe && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }\n';
  const result = runScript(make + lines.join('\n'), { files, cmdline });
  expect(result.stdout).toBe('');
  return result.logText;
}

describe.each(['voluntary', 'full'])('what works, preempt=%s', (preempt) => {
  let log = '';
  beforeAll(() => {
    log = logOf(Object.keys(WORKS) as Name[], `preempt=${preempt}`, '&& sudo rmmod safe');
  }, PATIENCE_MS);

  it.each(Object.entries(WORKS))('%s', (name, lines) => {
    const [, part = ''] = log.split(`=== ${name} ===\n`);
    const [own = ''] = part.split(/^.*=== /mu);
    expect(own).not.toMatch(/BUG|WARNING|Oops/u);
    expect(Array.from(own.matchAll(/^.*> (.*)$/gmu), ([, text]) => text)).toEqual(lines);
  });
});

it.each([
  ['impolite', 'BUG: soft lockup - CPU#'],
  ['sleeps-with-cpu', 'BUG: scheduling while atomic: insmod/'],
  ['cancel-under-lock', 'lock((work_completion)(Account.work));'],
  ['timer-takes', 'WARNING: inconsistent lock state'],
  ['throws', 'Oops'],
  ['flushes-itself', 'WARNING: possible recursive locking detected'],
] as const)('what does not: %s', (name, text) => {
  expect(logOf([name], '', '& sleep 3')).toContain(text);
});
