// SPDX-License-Identifier: GPL-2.0-or-later
/** Events in words: what happened, and to whom. */
import { SPAN } from './lanes.ts';
import { HAPPENED, taskName, type TimelineData } from './timeline-data.ts';

const SOFTIRQS = [
  'HI',
  'TIMER',
  'NET_TX',
  'NET_RX',
  'BLOCK',
  'IRQ_POLL',
  'TASKLET',
  'SCHED',
  'HRTIMER',
  'RCU',
];
const MODULE_FATES = ['is loaded', 'is unloaded', 'has oopsed'];

export function eventWords(data: TimelineData, event: number): string {
  const a = data.a[event] ?? 0;
  const b = data.b[event] ?? 0;
  const textA = (): string => data.texts.get(a) ?? '?';
  const textB = (): string => data.texts.get(b) ?? '?';
  switch (data.kinds[event] ?? 0) {
    case HAPPENED.SWITCH:
      return a === 0 ? 'becomes idle' : `runs ${taskName(data, a)}`;
    case HAPPENED.WAKE:
      return `wakes ${taskName(data, a)}`;
    case HAPPENED.WAIT:
      return `waits in ${textA()}`;
    case HAPPENED.MODULE:
      return `module ${textA()} ${MODULE_FATES[b] ?? ''}`;
    case HAPPENED.SPAWN:
      return `starts ${taskName(data, a)}`;
    case HAPPENED.EXIT:
      return 'ends';
    case HAPPENED.SIGNAL:
      return `sends signal ${b} to ${taskName(data, a)}`;
    case HAPPENED.OOPS:
      return `oops: ${textA()}`;
    case HAPPENED.LOCK:
      return `takes ${textB()}`;
    case HAPPENED.UNLOCK:
      return `gives ${textB()} back`;
    case HAPPENED.LOCK_CONTENDED:
      return `waits for ${textB()}`;
    case HAPPENED.ACCESS_REPORT:
      return `bad access: ${textB()}`;
    case HAPPENED.IRQ_ENTER:
      return `interrupt ${a} ${textB()}`;
    case HAPPENED.IRQ_EXIT:
      return `end of interrupt ${a}`;
    case HAPPENED.SOFTIRQ_ENTER:
      return `softirq ${SOFTIRQS[a] ?? a}`;
    case HAPPENED.SOFTIRQ_EXIT:
      return `end of softirq ${SOFTIRQS[a] ?? a}`;
    case HAPPENED.WORK_BEGIN:
      return `work ${textA()}`;
    case HAPPENED.WORK_END:
      return `end of work ${textA()}`;
    case HAPPENED.TIMER_FIRE:
      return `timer ${textA()}`;
    case HAPPENED.LOCKDEP_EDGE:
      return `takes ${textB()} after ${textA()} for the first time`;
    case HAPPENED.DEADLOCK:
      return `deadlock: ${textB()}`;
    case HAPPENED.FRAME:
      return `${a === 0 ? 'sends' : 'receives'} a frame of ${b} bytes`;
    case HAPPENED.RCU:
      return 'RCU';
    default:
      return 'something';
  }
}

/** `audit/232 on CPU 1`. */
export function eventActor(data: TimelineData, event: number): string {
  return `${taskName(data, data.pids[event] ?? 0)} on CPU ${data.cpuIds[event] ?? 0}`;
}

/** By `SPAN`, as the legend has them. */
export const STATE_WORDS = [
  'running',
  'runnable',
  'sleeping',
  'blocked',
  'spinning',
  'irq',
  'softirq',
  'lock held',
  'cycle',
] as const;

/** What stands in a span of a lane. */
export function spanWords(data: TimelineData, state: number, event: number): string {
  switch (state) {
    case SPAN.RUNNING:
      return data.kinds[event] === HAPPENED.SWITCH ? taskName(data, data.a[event] ?? 0) : 'running';
    case SPAN.RUNNABLE:
      return 'runnable';
    case SPAN.HELD:
      return data.texts.get(data.b[event] ?? 0) ?? 'lock';
    default:
      return eventWords(data, event);
  }
}
