// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fault injection of one machine: joined to its allocators, and switched in debugfs.
 *
 * Linux: fault_create_debugfs_attr of lib/fault-inject.c, and what its callers add.
 */
import type { DebugValue } from '../fs/debugfs/debugfs.ts';
import { type FaultAttr, FaultInjection } from '../kernel/fault-inject.ts';
import { InjectedFaults } from '../mm/failslab.ts';
import type { Kernel } from './kernel.ts';

/** Gives the allocators somebody who may let them fail, as the command line has it. */
export function injectFaults(kernel: Kernel): InjectedFaults {
  const { sim, scheduler, runtime: execution, printk, die, pages, slabs } = kernel;
  const dumpStack = (): void => die.dumpStack();
  const injection = new FaultInjection({ sim, scheduler, execution, printk, dumpStack });
  const { detectors } = kernel.options;
  const faults = new InjectedFaults(injection, detectors);
  injection.moduleNth = detectors.failModuleNth;
  injection.update();
  pages.faults = faults;
  slabs.faults = faults;
  return faults;
}

export function registerFaultFiles({ debugfs, faults }: Kernel): void {
  const { injection, slab, page } = faults;
  const attrFiles = (attr: FaultAttr): void => {
    const at = (name: string): string => `${attr.name}/${name}`;
    const { ratelimit } = attr;
    const probability = fieldOf(attr, 'probability');
    debugfs.createUlong(at('probability'), {
      ...probability,
      set(value) {
        probability.set(value);
        injection.update();
      },
    });
    debugfs.createUlong(at('interval'), fieldOf(attr, 'interval'));
    debugfs.createAtomic(at('times'), fieldOf(attr, 'times'));
    debugfs.createAtomic(at('space'), fieldOf(attr, 'space'));
    debugfs.createUlong(at('verbose'), fieldOf(attr, 'verbose'));
    debugfs.createU32(at('verbose_ratelimit_interval_ms'), fieldOf(ratelimit, 'intervalMs'));
    debugfs.createU32(at('verbose_ratelimit_burst'), fieldOf(ratelimit, 'burst'));
    debugfs.createBool(at('task-filter'), fieldOf(attr, 'taskFilter'));
  };
  attrFiles(slab.attr);
  debugfs.createBool('failslab/ignore-gfp-wait', fieldOf(slab, 'ignoresWaiting'));
  debugfs.createBool('failslab/cache-filter', fieldOf(slab, 'cacheFilter'));
  attrFiles(page.attr);
  debugfs.createBool('fail_page_alloc/ignore-gfp-wait', fieldOf(page, 'ignoresWaiting'));
  debugfs.createBool('fail_page_alloc/ignore-gfp-highmem', fieldOf(page, 'ignoresHighmem'));
  debugfs.createU32('fail_page_alloc/min-order', fieldOf(page, 'minOrder'));
  debugfs.createU32('fail_module_nth', {
    get: () => injection.moduleNth,
    set(value) {
      injection.moduleNth = value;
      injection.update();
    },
  });
}

function fieldOf<Owner, K extends keyof Owner>(owner: Owner, key: K): DebugValue<Owner[K]> {
  return {
    get: () => owner[key],
    set: (value) => {
      owner[key] = value;
    },
  };
}
