// SPDX-License-Identifier: GPL-2.0-or-later
/** What is due comes out in order: checked against a list that is sorted anew each time. */
import { describe, expect, it } from 'vitest';

import { EventQueue, type TimedEvent } from './event-queue.ts';
import { Prng } from './prng.ts';

interface Entry {
  readonly id: number;
  readonly atNs: number;
  readonly external: boolean;
  readonly event: TimedEvent;
}

/** The queue as it should be, slow and plain. */
class Model {
  entries: Entry[] = [];

  get first(): Entry | undefined {
    return this.entries.toSorted(
      (a, b) => a.atNs - b.atNs || Number(a.external) - Number(b.external) || a.id - b.id,
    )[0];
  }

  remove(entry: Entry): void {
    this.entries = this.entries.filter((each) => each !== entry);
  }
}

/** Runs queue and model side by side; says where they part. */
function firstDifference(queue: EventQueue, seed: number): string | undefined {
  const prng = new Prng(seed);
  const model = new Model();
  const fired: number[] = [];
  for (let id = 0; id < 3000; id++) {
    const kind = prng.below(5);
    if (kind < 3) {
      const atNs = prng.below(40);
      const external = prng.below(2) === 1;
      const fire = (): void => void fired.push(id);
      const event = external ? queue.scheduleExternal(atNs, fire) : queue.schedule(atNs, fire);
      model.entries.push({ id, atNs, external, event });
    } else if (kind === 3 && model.entries.length > 0) {
      const entry = model.entries[prng.below(model.entries.length)]!;
      queue.cancel(entry.event);
      model.remove(entry);
    } else {
      const nowNs = prng.below(40);
      const wanted = model.first;
      const isDue = wanted !== undefined && wanted.atNs <= nowNs;
      queue.takeDue(nowNs)?.fire();
      if (isDue) model.remove(wanted);
      if (fired.pop() !== (isDue ? wanted.id : undefined)) return `step ${id}: another one fired`;
    }
    if (queue.nextNs !== (model.first?.atNs ?? Infinity)) return `step ${id}: another is next`;
  }
  return undefined;
}

class MixesInputsIn extends EventQueue {
  override scheduleExternal(atNs: number, fire: () => void): TimedEvent {
    return super.schedule(atNs, fire);
  }
}

class CannotCancel extends EventQueue {
  override cancel(): void {}
}

class TakesTooEarly extends EventQueue {
  override takeDue(nowNs: number): TimedEvent | undefined {
    return super.takeDue(nowNs + 1);
  }
}

describe('the queue of events', () => {
  it.each([1, 2, 3, 4])('agrees with a sorted list (seed %i)', (seed) => {
    expect(firstDifference(new EventQueue(), seed)).toBeUndefined();
  });

  it.each([
    ['inputs among what the machine scheduled', MixesInputsIn],
    ['events that cannot be cancelled', CannotCancel],
    ['events before their time', TakesTooEarly],
  ])('would be caught with %s', (_what, Broken) => {
    expect(firstDifference(new Broken(), 1)).toBeDefined();
  });

  it('fires what came from outside after what the machine scheduled, even later', () => {
    const order: string[] = [];
    const queue = new EventQueue();
    queue.scheduleExternal(5, () => order.push('key'));
    queue.schedule(5, () => order.push('first timer'));
    queue.schedule(5, () => order.push('second timer'));
    queue.scheduleExternal(5, () => order.push('second key'));
    for (let n = 0; n < 4; n++) queue.takeDue(5)?.fire();
    expect(order).toEqual(['first timer', 'second timer', 'key', 'second key']);
    expect(queue.nextNs).toBe(Infinity);
  });

  it('tells of each new event, and of no other change', () => {
    const told: number[] = [];
    const queue = new EventQueue();
    queue.onScheduled = (atNs) => told.push(atNs);
    const event = queue.schedule(9, () => undefined);
    queue.scheduleExternal(3, () => undefined);
    queue.cancel(event);
    queue.takeDue(3);
    expect(told).toEqual([9, 3]);
  });

  it('does not mind a cancel after the event has fired', () => {
    const queue = new EventQueue();
    const event = queue.schedule(1, () => undefined);
    queue.schedule(2, () => undefined);
    queue.takeDue(1);
    queue.cancel(event);
    expect(queue.nextNs).toBe(2);
  });
});
