// SPDX-License-Identifier: GPL-2.0-or-later
/** What is a race and what is none, access by access: each order beside its broken twin. */
import { describe, expect, it } from 'vitest';

import { Ram } from '../../hw/ram/ram.ts';
import { Execution } from '../sched/execution.ts';
import { HARDIRQ_OFFSET } from '../sched/preempt.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { StackDepot } from '../stack-depot.ts';
import { ACCESS, type Race } from './access.ts';
import { Orders } from './orders.ts';
import { RaceDetector } from './race-detector.ts';

const { WRITE, MARKED, ASSERT } = ACCESS;
const LOCK = 1;
const RAM_BYTES = 4 << 20;

/** Tasks and a CPU's interrupts that touch memory, each at a site of its own. */
class Scene {
  readonly ram = new Ram(RAM_BYTES);
  readonly races: Race[] = [];
  readonly orders: Orders;
  readonly at = this.ram.toPointer(64);
  readonly #execution = new Execution();
  readonly #cpu = { id: 0 };
  readonly #detector: RaceDetector;
  #current = { pid: 1 } as Task;

  constructor(isStrict = true) {
    const scheduler = Object.defineProperties({} as Scheduler, {
      cpus: { value: [this.#cpu] },
      cpu: { value: this.#cpu },
      preempt: { value: { inTask: true } },
      current: { get: () => this.#current },
    });
    const execution = this.#execution;
    this.orders = new Orders(scheduler, execution);
    this.#detector = new RaceDetector({
      ram: this.ram,
      scheduler,
      execution,
      depot: new StackDepot(),
      orders: this.orders,
      isStrict,
      report: (race) => void this.races.push(race),
    });
  }

  /** In the context of a task, at a site; process -1 stands for an interrupt of the CPU. */
  by(task: Task, site = task.pid): this {
    this.#current = task;
    const isInterrupt = task.pid < 0;
    this.#execution.stack = stackOf(task);
    this.#execution.stack[0] = site;
    this.#execution.sp = 2;
    this.#execution.preemptCount = isInterrupt ? HARDIRQ_OFFSET : 0;
    return this;
  }

  /** Nothing of a driver runs, nor what it called. */
  noFrames(): this {
    this.#execution.sp = 0;
    return this;
  }

  touch(kind: number, offset = 0, sizeBytes = 4): this {
    this.#detector.access(this.at + offset, sizeBytes, kind);
    if (this.#detector.isPending) this.#detector.flush();
    return this;
  }

  range(kind: number, offset: number, sizeBytes: number): this {
    this.#detector.range(this.at + offset, sizeBytes, kind);
    if (this.#detector.isPending) this.#detector.flush();
    return this;
  }
}

const stacks = new WeakMap<Task, Int32Array>();
function stackOf(task: Task): Int32Array {
  let stack = stacks.get(task);
  if (stack === undefined) stacks.set(task, (stack = new Int32Array(16)));
  return stack;
}

function tasks(): [Task, Task, Task] {
  const make = (pid: number): Task => ({ pid, group: {} }) as Task;
  return [make(1), make(2), make(3)];
}

describe('two accesses without an order', () => {
  it.each([
    ['a write and a write', WRITE, WRITE, 1],
    ['a write and a read', WRITE, 0, 1],
    ['a read and a write', 0, WRITE, 1],
    ['two reads', 0, 0, 0],
    ['a marked write and a read', WRITE | MARKED, 0, 1],
    ['a write and a marked read', WRITE, MARKED, 1],
    ['two marked ones', WRITE | MARKED, WRITE | MARKED, 0],
    ['a claim that nobody writes, and a marked write', ASSERT, WRITE | MARKED, 1],
    ['a claim that nobody writes, and a read', ASSERT, 0, 0],
  ])('%s', (_name, first, second, races) => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).touch(first).by(b).touch(second);
    expect(scene.races).toHaveLength(races);
  });

  it('of other bytes are none, unless they overlap', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).touch(WRITE, 0, 4).by(b).touch(WRITE, 4, 4).touch(WRITE, 6, 1);
    expect(scene.races).toHaveLength(0);
    expect(scene.by(a).touch(WRITE, 6, 2).races).toHaveLength(1);
  });

  it('of one context are none', () => {
    const [a] = tasks();
    expect(new Scene().by(a).touch(WRITE).by(a, 9).touch(WRITE).races).toHaveLength(0);
  });

  it('count as atomic when they are plain writes of a word, unless strict', () => {
    const [a, b] = tasks();
    expect(new Scene(false).by(a).touch(WRITE).by(b).touch(WRITE).races).toHaveLength(0);
    // An update is no plain write.
    const update = new Scene(false).by(a).touch(WRITE).by(b).touch(0).touch(WRITE);
    expect(update.races.map(({ access }) => access.kind)).toEqual([0, WRITE | ACCESS.COMPOUND]);
  });
});

describe('what orders them', () => {
  it('is a lock that both take, and not one that one takes', () => {
    const [a, b, c] = tasks();
    const scene = new Scene().by(a).touch(WRITE);
    scene.orders.release(LOCK);
    scene.by(b).orders.acquire(LOCK);
    expect(scene.touch(WRITE).races).toHaveLength(0);
    expect(scene.by(c).touch(WRITE).races).toHaveLength(1);
  });

  it('is what came before it was told, and not what came after', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).touch(WRITE, 8);
    // Told twice with nothing in between: the second time must not tell of what is still to come.
    scene.orders.release(LOCK);
    scene.orders.release(LOCK);
    scene.touch(WRITE);
    scene.by(b).orders.acquire(LOCK);
    expect(scene.touch(WRITE, 8).races).toHaveLength(0);
    expect(scene.touch(WRITE).races).toHaveLength(1);
  });

  it('goes on from one to the next', () => {
    const [a, b, c] = tasks();
    const scene = new Scene().by(a).touch(WRITE);
    scene.orders.release(LOCK);
    scene.by(b).orders.acquire(LOCK);
    scene.orders.woke(c);
    expect(scene.by(c).touch(WRITE).races).toHaveLength(0);
  });

  it('is a barrier in front of a marked store, and no marked store alone', () => {
    for (const [hasBarrier, races] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const [a, b] = tasks();
      const scene = new Scene().by(a).touch(WRITE);
      if (hasBarrier) scene.orders.barrier('write');
      scene.orders.relaxedStore(LOCK);
      scene.by(b).orders.acquire(LOCK);
      expect(scene.touch(0).races).toHaveLength(races);
    }
  });

  it('is to hold interrupts off', () => {
    const [a] = tasks();
    const irq = { pid: -1 } as Task;
    const scene = new Scene().by(a);
    scene.touch(WRITE, 32).orders.holdOff('hardirq');
    scene.touch(WRITE).orders.letOn('hardirq');
    scene.by(irq).orders.begin('hardirq');
    expect(scene.touch(WRITE).races).toHaveLength(0);
    scene.orders.end('hardirq');
    expect(scene.by(a).touch(WRITE).races).toHaveLength(1);
  });

  it('is the end of a task, for who waits for it', () => {
    for (const [waits, races] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const [a, b] = tasks();
      const scene = new Scene().by(a).touch(WRITE);
      scene.orders.ended(a);
      scene.by(b);
      if (waits) scene.orders.acquire(a);
      expect(scene.touch(WRITE).races).toHaveLength(races);
    }
  });

  it('is no time-out that is over', () => {
    const [a, b] = tasks();
    const scene = new Scene().by({ pid: -1 } as Task).touch(WRITE);
    scene.orders.woke(b);
    expect(scene.by(b).touch(WRITE).races).toHaveLength(0);
    const clock = scene.by({ pid: -1 } as Task).touch(WRITE, 16);
    clock
      .by({ pid: -1 } as Task)
      .noFrames()
      .orders.woke(a);
    expect(scene.by(a).touch(WRITE, 16).races).toHaveLength(1);
  });
});

describe('a race', () => {
  it('names the byte of a loop that both touch', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a);
    for (let offset = 0; offset < 8; offset++) scene.touch(WRITE, offset, 1);
    scene.by(b).touch(0, 6, 1);
    const [race] = scene.races;
    expect([race!.earlier.pointer, race!.earlier.sizeBytes]).toEqual([scene.at + 6, 1]);
    expect(race!.earlier.sites).toEqual([1]);
  });

  it('names the whole of a range', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).range(WRITE, 0, 64).by(b).touch(0, 60);
    const { earlier, access } = scene.races[0]!;
    expect([earlier.pointer, earlier.sizeBytes]).toEqual([scene.at, 64]);
    expect([access.pointer, access.sizeBytes]).toEqual([scene.at + 60, 4]);
  });

  it('is none with what lay there before', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).touch(WRITE);
    scene.ram.unpoison(64, 16);
    expect(scene.by(b).touch(WRITE).races).toHaveLength(0);
  });

  it('is forgotten when too much else is touched since', () => {
    const [a, b] = tasks();
    const scene = new Scene().by(a).touch(WRITE).touch(WRITE, 4096);
    for (let block = 0; block < 4096; block++) scene.touch(0, 8192 + 256 * block);
    expect(scene.by(b).touch(WRITE).races).toHaveLength(0);
  });
});
