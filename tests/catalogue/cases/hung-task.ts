// SPDX-License-Identifier: GPL-2.0-or-later
/** Tasks that sleep for longer than anybody should wait. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.HUNG_TASK;
const patienceSeconds = 300;
/** 130 seconds of 250 ticks. */
const LONG = 32_500;

export const HUNG_TASK_CASES: readonly BugCase[] = [
  {
    id: 'lockup-hung/sleep_D',
    setting,
    patienceSeconds,
    body: `
- schedule_timeout_uninterruptible(${LONG}); // BAD trap
+ schedule_timeout_interruptible(${LONG});
  println("awake");`,
    says: [['task:insmod * state:D *']],
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/sleep_S',
    setting,
    patienceSeconds,
    body: `
  schedule_timeout_interruptible(${LONG});
  println("awake");`,
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/sleep_K',
    setting,
    patienceSeconds,
    body: `
  schedule_timeout_killable(${LONG});
  println("awake");`,
    prints: ['awake'],
  },
  {
    id: 'lockup-hung/hung_multi_wait',
    setting,
    patienceSeconds,
    body: `
  for (let n = 0; n < 3; n++) schedule_timeout_uninterruptible(20_000);
  println("awake");`,
    prints: ['awake'],
  },
];
