// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's command line: what is understood, and what goes on to init. */
import { describe, expect, it } from 'vitest';

import { type KernelOptions, parseCommandLine } from './command-line.ts';

const DEFAULTS: KernelOptions = {
  kasan: true,
  preempt: 'voluntary',
  watchdogSeconds: 1,
  unknown: [],
};

describe('a command line', () => {
  it.each<[string, Partial<KernelOptions>]>([
    ['', {}],
    ['     ', {}],
    ['kasan=off', { kasan: false }],
    ['kasan=on', {}],
    ['kasan', {}],
    ['kasan=off kasan=on', {}],
    ['preempt=full', { preempt: 'full' }],
    ['preempt=voluntary', {}],
    ['preempt=none', {}],
    ['preempt', {}],
    ['watchdog_thresh=10', { watchdogSeconds: 10 }],
    ['watchdog_thresh=60', { watchdogSeconds: 60 }],
    ['watchdog_thresh=61', { watchdogSeconds: 60 }],
    ['watchdog_thresh=99999999999999999999', { watchdogSeconds: 60 }],
    ['watchdog_thresh=0', { unknown: ['watchdog_thresh=0'] }],
    ['watchdog_thresh=-1', { unknown: ['watchdog_thresh=-1'] }],
    ['watchdog_thresh=0.5', { unknown: ['watchdog_thresh=0.5'] }],
    ['watchdog_thresh=soon', { unknown: ['watchdog_thresh=soon'] }],
    ['watchdog_thresh=', { unknown: ['watchdog_thresh='] }],
    ['watchdog_thresh', { unknown: ['watchdog_thresh'] }],
    ['root=/dev/vda ro quiet rw console=ttyS0 seed=7', {}],
    ['single a=b=c =x', { unknown: ['single', 'a=b=c', '=x'] }],
    ['KASAN=off', { unknown: ['KASAN=off'] }],
    ['  preempt=full   kasan=off  ', { preempt: 'full', kasan: false }],
  ])('%j', (text, options) => {
    expect(parseCommandLine(text)).toEqual({ ...DEFAULTS, ...options });
  });
});
