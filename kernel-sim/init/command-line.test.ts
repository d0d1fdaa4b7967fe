// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's command line: what is understood, and what goes on to init. */
import { describe, expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { DEFAULT_DETECTORS, type DetectorOptions, SLUB_DEBUG } from '../kernel/detectors.ts';
import { type KernelOptions, parseCommandLine } from './command-line.ts';

const DEFAULTS: KernelOptions = {
  preempt: 'voluntary',
  watchdogSeconds: 1,
  moduleSignatures: 'off',
  detectors: DEFAULT_DETECTORS,
  complaints: [],
  unknown: [],
};
const { CONSISTENCY, RED_ZONE, POISON, STORE_USER, TRACE } = SLUB_DEBUG;
const FZPU = CONSISTENCY | RED_ZONE | POISON | STORE_USER;

describe('a command line', () => {
  it.each<[string, Partial<KernelOptions>]>([
    ['', {}],
    ['     ', {}],
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
    ['module_sig=on', { moduleSignatures: 'check' }],
    ['module.sig_enforce module_sig=off', { moduleSignatures: 'enforce' }],
    ['root=/dev/vda ro quiet rw console=ttyS0 seed=7', {}],
    ['single a=b=c =x', { unknown: ['single', 'a=b=c', '=x'] }],
    ['KASAN=off', { unknown: ['KASAN=off'] }],
  ])('%j', (text, options) => {
    expect(parseCommandLine(text)).toEqual({ ...DEFAULTS, ...options });
  });

  it.each<[string, Partial<DetectorOptions>]>([
    ['kasan=off', { kasan: false }],
    ['kasan=on', {}],
    ['kasan=off kasan=on', {}],
    ['  preempt=voluntary   kasan=off  ', { kasan: false }],
    ['kasan_multi_shot', { kasanMultiShot: true }],
    ['kasan.fault=panic', { kasanFault: 'panic' }],
    ['kasan.fault=panic_on_write', { kasanFault: 'panic_on_write' }],
    ['kmemleak=off', { kmemleak: false }],
    ['hardened_usercopy=off', { hardenedUsercopy: false }],
    ['hardened_usercopy=0', { hardenedUsercopy: false }],
    [
      'fortify=off refcount=off list_debug=off lock_debug=off',
      { fortify: false, refcount: false, listDebug: false, lockDebug: false },
    ],
    ['panic_on_warn', { panicOnWarn: true }],
    ['panic_on_warn=1', { panicOnWarn: true }],
    ['panic_on_warn=0', {}],
    ['oops=panic', { panicOnOops: true }],
    ['oops=panic oops=mild', { panicOnOops: true }],
    ['slab_nomerge', { slabNomerge: true }],
    ['slub_debug', { slubDebug: [{ flags: FZPU, caches: [] }] }],
    ['slub_debug=-', { slubDebug: [{ flags: 0, caches: [] }] }],
    ['slub_debug=FZ', { slubDebug: [{ flags: CONSISTENCY | RED_ZONE, caches: [] }] }],
    ['slab_debug=,kmalloc-*', { slubDebug: [{ flags: FZPU, caches: ['kmalloc-*'] }] }],
    [
      'slub_debug=P,dentry,filp;t,kmalloc-64',
      {
        slubDebug: [
          { flags: POISON, caches: ['dentry', 'filp'] },
          { flags: TRACE, caches: ['kmalloc-64'] },
        ],
      },
    ],
    ['failslab=1,100,0,-1', { failslab: { interval: 1, probability: 100, space: 0, times: -1 } }],
    [
      'fail_page_alloc=2,5,64,3',
      { failPageAlloc: { interval: 2, probability: 5, space: 64, times: 3 } },
    ],
    ['fail_module_nth=3', { failModuleNth: 3 }],
  ])('%j switches detectors', (text, detectors) => {
    const options = { ...DEFAULTS, detectors: { ...DEFAULT_DETECTORS, ...detectors } };
    expect(parseCommandLine(text)).toEqual(options);
  });

  it.each([
    ['kasan', "Malformed early option 'kasan'"],
    ['kasan=maybe', "Malformed early option 'kasan'"],
    ['kasan.fault=ignore', "Malformed early option 'kasan.fault'"],
    ['kmemleak=x', "Malformed early option 'kmemleak'"],
    ['list_debug=', "Malformed early option 'list_debug'"],
    ['hardened_usercopy=maybe', "Invalid option string for hardened_usercopy: 'maybe'"],
    ['slub_debug=Q', "slab_debug option 'q' unknown. skipped"],
    ['panic_on_warn=soon', "Booting kernel: `soon' invalid for parameter `panic_on_warn'"],
    ['failslab=1,100', 'FAULT_INJECTION: failed to parse arguments'],
    ['failslab=1,100,0,x', 'FAULT_INJECTION: failed to parse arguments'],
    ['fail_module_nth=-1', 'FAULT_INJECTION: failed to parse arguments'],
  ])('%j is answered in words', (text, complaint) => {
    const { complaints, detectors } = parseCommandLine(text);
    expect(complaints).toEqual([complaint]);
    expect({ ...detectors, slubDebug: [] }).toEqual(DEFAULT_DETECTORS);
  });

  it('says at boot what it did not understand', () => {
    const { logText } = TestMachine.boot({ cmdline: 'kmemleak=x single a=b' });
    expect(logText).toContain("Malformed early option 'kmemleak'\n");
    expect(logText).toContain(
      'Unknown kernel command line parameters "single a=b", will be passed to user space.\n',
    );
  });
});
