// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { Rig } from '../sched/testing/rig.ts';
import type { Lockup } from './lockup.ts';

const MS = 1_000_000;

interface Keeping {
  readonly irqsOff?: boolean;
  /** Each half millisecond. */
  readonly touches?: Lockup;
  /** Another CPU's touches. */
  readonly othersTouch?: boolean;
  readonly seconds?: number;
  readonly isSoft?: boolean;
  readonly isHard?: boolean;
}

/** What is said of a driver that keeps its CPU for ten milliseconds, where two are too many. */
function keep(how: Keeping): string[] {
  const { irqsOff = false, touches, othersTouch = false, seconds = 0.001 } = how;
  const rig = new Rig(2);
  const { scheduler } = rig;
  const said: string[] = [];
  scheduler.watchdog.setThreshold(seconds, how.isSoft ?? true, how.isHard ?? true);
  scheduler.hooks = {
    ...scheduler.hooks,
    onLockup(task, stuckNs, kind) {
      said.push(`${kind} ${task.name} ${Math.floor(stuckNs / MS)}`);
      throw new Error('ended');
    },
  };
  const driver = rig.spawn('driver', function* () {
    driver.modules.push({ name: 'busy' });
    driver.stintStartNs = rig.sim.now();
    if (irqsOff) scheduler.preempt.disableInterrupts();
    else scheduler.preempt.disable();
    for (let n = 0; n < 20; n++) {
      rig.computeStuck(MS / 2);
      if (touches !== undefined) scheduler.touchWatchdog(touches);
    }
    if (irqsOff) scheduler.preempt.enableInterrupts();
    else scheduler.preempt.enable();
    said.push('done');
  });
  if (othersTouch) {
    rig.spawn('other', function* () {
      for (let n = 0; n < 20; n++) {
        rig.computeStuck(MS / 2);
        scheduler.touchWatchdog('hard');
      }
    });
  }
  rig.run();
  return said;
}

it('ends who keeps the CPU, or keeps interrupts off for half as long', () => {
  expect(keep({})).toEqual(['soft driver 2']);
  expect(keep({ irqsOff: true })).toEqual(['hard driver 1']);
});

it('leaves those alone that say so', () => {
  expect(keep({ touches: 'soft' })).toEqual(['done']);
  expect(keep({ touches: 'hard' })).toEqual(['done']);
  expect(keep({ irqsOff: true, touches: 'hard' })).toEqual(['done']);
});

it('takes no word for it that counts elsewhere', () => {
  expect(keep({ irqsOff: true, touches: 'soft' })).toEqual(['hard driver 1']);
  expect(keep({ othersTouch: true })).toEqual(['soft driver 2']);
  expect(keep({ irqsOff: true, othersTouch: true })).toEqual(['hard driver 1']);
});

it('can be told to look away', () => {
  expect(keep({ isSoft: false })).toEqual(['done']);
  expect(keep({ irqsOff: true, isSoft: false })).toEqual(['hard driver 1']);
  expect(keep({ irqsOff: true, isHard: false })).toEqual(['done']);
  expect(keep({ seconds: 0 })).toEqual(['done']);
  expect(keep({ irqsOff: true, seconds: 0 })).toEqual(['done']);
});
