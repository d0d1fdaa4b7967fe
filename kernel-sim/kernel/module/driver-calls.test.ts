// SPDX-License-Identifier: GPL-2.0-or-later
/** Calls into drivers: what comes back, and what is as it was before. */
import { describe, expect, it } from 'vitest';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { Oops } from '../oops.ts';
import { Scheduler } from '../sched/scheduler.ts';
import { Rig, USUAL } from '../sched/testing/rig.ts';
import type { Task } from '../sched/task.ts';
import { type Answer, DriverCalls } from './driver-calls.ts';
import { ERRNO_VALUES } from './errno-value.ts';
import { LoadedModule } from './loaded-module.ts';
import { DriverRuntime } from './runtime.ts';
import { entryPath, type EntryPath, nothrowPath } from './sites.ts';

const READ = entryPath('ksys_read', 'vfs_read');
const RELEASE = nothrowPath('__fput');

class Driver {
  readonly runtime = new DriverRuntime();
  readonly rig = new Rig(1, USUAL, Scheduler, this.runtime);
  readonly calls = new DriverCalls(this.rig.sim, this.rig.scheduler, this.runtime);
  readonly module = new LoadedModule({
    words: { name: 'm', license: 'GPL', description: '', author: '' },
    sizeBytes: 0,
    initBytes: 0,
    staticsAt: 0,
    siteBase: 0,
    address: 0,
    sections: [],
    symbols: [],
    functionAddresses: new Map(),
    exports: [],
    parameters: [],
    notes: new Map(),
  });
  readonly panics: unknown[] = [];
  /** Where the stack stood when there was a panic. */
  panicAt = 0;

  constructor() {
    this.runtime.attach({
      overrun: () => this.rig.scheduler.overrun(),
      watch: () => this.rig.scheduler.watch(),
      panic: (thrown) => {
        this.panics.push(thrown);
        this.panicAt = this.runtime.sp;
        this.runtime.dying = true;
        return new Oops('panic');
      },
      stackOverflow: () => new Oops('overflow'),
      step: () => false,
    });
  }

  /** Calls `body` in a task, both ways in turn; the answers, or what was thrown. */
  answers(body: () => unknown, path: EntryPath = READ): unknown[] {
    return [this.#inTask(this.#plainly(body, path)), this.#inTask(this.#switching(body, path))];
  }

  #inTask(call: Sleeping<Answer>): unknown {
    let outcome: unknown = 'no end';
    const task = this.rig.spawn('reader', function* () {
      try {
        outcome = yield* call;
      } catch (thrown) {
        outcome = thrown;
      }
    });
    this.rig.run(this.rig.scheduler.frontierNs + 1_000_000);
    this.after = { sp: task.sp, modules: task.modules.length, stint: task.stintStartNs };
    this.task = task;
    return outcome;
  }

  task: Task | undefined;
  after: unknown;

  *#plainly(body: () => unknown, path: EntryPath): Sleeping<Answer> {
    return this.calls.call(this.module, path, body);
  }

  *#switching(body: () => unknown, path: EntryPath): Sleeping<Answer> {
    return yield* this.calls.callSwitching(this.module, path, function* () {
      yield;
      return body();
    });
  }
}

const CLEAN = { sp: 0, modules: 0, stint: Infinity };

function fail(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

describe('a call', () => {
  it('answers with the value, and leaves everything as it was', () => {
    const driver = new Driver();
    expect(driver.answers(() => 42)).toEqual([
      { value: 42, errno: 0 },
      { value: 42, errno: 0 },
    ]);
    expect(driver.after).toEqual(CLEAN);
    expect(driver.panics).toEqual([]);
  });

  it.each([
    ['EIO', -ERRNO.EIO],
    ['ENODEV', -ERRNO.ENODEV],
    ['EINTR', -ERRNO.EINTR],
  ] as const)('answers %s with %i, and leaves everything as it was', (name, errno) => {
    const driver = new Driver();
    const answer = { value: undefined, errno };
    expect(driver.answers(fail(ERRNO_VALUES[name]))).toEqual([answer, answer]);
    expect(driver.after).toEqual(CLEAN);
    expect(driver.panics).toEqual([]);
  });

  it('has the kernel’s functions, the module and the watchdog below it', () => {
    const driver = new Driver();
    const seen: unknown[] = [];
    driver.answers(() => {
      const { current } = driver.rig.scheduler;
      const { runtime, module } = driver;
      seen.push([
        runtime.sp === 2 * READ.sites.length,
        runtime.stack[runtime.sp - 2] === READ.sites.at(-1),
        runtime.stack[runtime.sp - 1] === READ.usedBytes.at(-1),
        current.modules.length === 1 && current.modules[0] === module,
        current.stintStartNs <= driver.rig.sim.now(),
      ]);
    });
    const whole = [true, true, true, true, true];
    expect(seen).toEqual([whole, whole]);
  });

  it('within a call adds to its stack, and gives back only its own part', () => {
    const driver = new Driver();
    const seen: number[] = [];
    const [outer] = driver.answers(() => {
      const { runtime } = driver;
      runtime.enter(7, 100);
      const { sp } = runtime;
      driver.calls.call(driver.module, RELEASE, () => {
        seen.push(runtime.sp - sp, runtime.stack[runtime.sp - 1]!);
      });
      const { current } = driver.rig.scheduler;
      seen.push(runtime.sp - sp, current.modules.length);
      return current.stintStartNs < Infinity;
    });
    expect(outer).toMatchObject({ value: true });
    const usedBytes = READ.usedBytes.at(-1)! + 100 + RELEASE.usedBytes.at(-1)!;
    expect(seen.slice(0, 4)).toEqual([2 * RELEASE.sites.length, usedBytes, 0, 1]);
    expect(driver.after).toEqual(CLEAN);
  });
});

describe('a panic', () => {
  it.each<[string, unknown, EntryPath]>([
    ['an error', new Error('boom'), READ],
    ['an errno that nobody could be told', ERRNO_VALUES.EIO, RELEASE],
  ])('is %s: it goes on, and the stack stays for the report', (_what, thrown, path) => {
    const driver = new Driver();
    const [plain] = driver.answers(fail(thrown), path);
    expect(plain).toBeInstanceOf(Oops);
    expect(driver.panics[0]).toBe(thrown);
    expect(driver.task?.modules).toEqual([driver.module]);
    expect(driver.after).toMatchObject({ modules: 1 });
    expect(driver.panicAt).toBeGreaterThanOrEqual(2 * path.sites.length);
  });

  it('that has been told is not told again', () => {
    const driver = new Driver();
    const [outcome] = driver.answers(fail(new Oops('told')));
    expect(outcome).toMatchObject({ title: 'told' });
    expect(driver.panics).toEqual([]);
  });

  it('is not undone by an errno that is thrown while the task dies', () => {
    const driver = new Driver();
    const [outcome] = driver.answers(() => {
      driver.runtime.dying = true;
      return fail(ERRNO_VALUES.EIO)();
    });
    expect(outcome).toBe(ERRNO_VALUES.EIO);
    expect(driver.after).toMatchObject({ modules: 1 });
  });
});
