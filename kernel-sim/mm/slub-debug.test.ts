// SPDX-License-Identifier: GPL-2.0-or-later
/** SLUB's checks: what Linux's slub_kunit breaks, and what each finding says. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import { PC_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram } from '../hw/ram/ram.ts';
import { SLUB_DEBUG, type SlubDebugRule } from '../kernel/detectors.ts';
import { StackDepot } from '../kernel/stack-depot.ts';
import { Execution } from '../kernel/sched/execution.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Sim } from '../sim/sim.ts';
import { GFP } from '../uapi/gfp.ts';
import { SlabAllocator } from './kmalloc.ts';
import { PageAllocator } from './page-alloc.ts';
import { SLAB } from './slab-flags.ts';
import type { SlabCache } from './slab.ts';

const OBJECT_BYTES = 64;

function allocator(rules: readonly SlubDebugRule[] = []): SlabAllocator {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(8 << 20, PC_MEMORY, false));
  const trackSource = { sim, execution: new Execution(), depot: new StackDepot() };
  return new SlabAllocator(sim, pages, 2, { slubDebug: rules, trackSource });
}

interface Rig {
  readonly slabs: SlabAllocator;
  readonly cache: SlabCache;
  readonly pointer: number;
  /** Changes a byte behind everybody's back. */
  readonly spoil: (offset: number) => void;
  /** How many errors are found when everything is looked at. */
  readonly errorsFound: () => number;
}

function rig(flags: number, objectBytes = OBJECT_BYTES, requested = objectBytes): Rig {
  const slabs = allocator();
  const cache = slabs.kmemCacheCreate({ name: 'test', objectBytes, flags })!;
  const pointer = slabs.allocRequested(cache, requested, GFP.GFP_KERNEL);
  return {
    slabs,
    cache,
    pointer,
    spoil(offset) {
      slabs.ram.bytes[slabs.ram.toPhysical(pointer) + offset]! ^= 0xff;
    },
    errorsFound: () => slabs.validate(cache),
  };
}

describe('a cache that is looked at', () => {
  it('finds a byte behind a live object, and mends it', () => {
    const { spoil, errorsFound } = rig(SLAB.RED_ZONE);
    expect(errorsFound()).toBe(0);
    spoil(OBJECT_BYTES);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('finds a byte in front of a live object', () => {
    const { spoil, errorsFound } = rig(SLAB.RED_ZONE);
    spoil(-1);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('finds a byte behind a free object', () => {
    const { slabs, pointer, spoil, errorsFound } = rig(SLAB.RED_ZONE);
    slabs.kfree(pointer);
    spoil(OBJECT_BYTES);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it.each([0, 50, OBJECT_BYTES - 1])('finds byte %i of a free object', (offset) => {
    const { slabs, pointer, spoil, errorsFound } = rig(SLAB.POISON);
    slabs.kfree(pointer);
    expect(errorsFound()).toBe(0);
    spoil(offset);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('finds what is written behind the bytes that were asked for', () => {
    const { spoil, errorsFound } = rig(SLAB.KMALLOC | SLAB.STORE_USER | SLAB.RED_ZONE, 32, 18);
    spoil(18);
    spoil(19);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('finds a broken list, cuts it, and counts anew', () => {
    const { slabs, cache, pointer, spoil, errorsFound } = rig(SLAB.POISON);
    slabs.kfree(pointer);
    spoil(cache.layout.freeOffset);
    const physical = slabs.ram.toPhysical(pointer) + cache.layout.freeOffset;
    const broken = slabs.ram.rawLoadPointer(physical);
    expect(errorsFound()).toBe(3);
    // Whole again, it is longer than was counted.
    slabs.ram.rawStorePointer(physical, broken);
    spoil(cache.layout.freeOffset);
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('finds what is written at the end of its slab', () => {
    const { slabs, cache, errorsFound } = rig(SLAB.POISON, 200);
    const [slab] = slabs.slabsOf(cache);
    slabs.ram.bytes[slab!.physical + slab!.objects * cache.slotBytes] = 1;
    expect([errorsFound(), errorsFound()]).toEqual([2, 0]);
  });

  it('sees nothing without the flag', () => {
    for (const [flags, offset] of [
      [SLAB.POISON, OBJECT_BYTES - 1],
      [SLAB.RED_ZONE, 3],
      [0, OBJECT_BYTES],
    ] as const) {
      const { spoil, errorsFound } = rig(flags);
      spoil(offset);
      expect(errorsFound()).toBe(0);
    }
  });

  it('counts objects that its removal leaves', () => {
    const { slabs, cache } = rig(SLAB.NO_MERGE);
    expect(slabs.destroyCache(cache)).toBe(1);
    expect(cache.errors).toBe(2);
  });
});

describe('a cache that checks at each use', () => {
  const flags = SLAB.CONSISTENCY_CHECKS | SLAB.RED_ZONE | SLAB.POISON;

  it('keeps an object that was overrun', () => {
    const { slabs, cache, pointer, spoil } = rig(flags);
    spoil(OBJECT_BYTES);
    slabs.kfree(pointer);
    expect(cache.errors).toBe(3);
    expect(cache.info.activeObjects).toBe(1);
  });

  it('hands nothing out of a slab whose free object was written to', () => {
    const { slabs, cache, pointer, spoil } = rig(flags);
    slabs.kfree(pointer);
    spoil(7);
    const next = slabs.alloc(cache);
    expect(Math.floor(next / 4096)).not.toBe(Math.floor(pointer / 4096));
    expect(cache.errors).toBe(3);
  });

  it('fills what it hands out, so that nobody relies on zeros', () => {
    const { slabs, pointer } = rig(flags);
    const at = slabs.ram.toPhysical(pointer);
    const bytes = [...slabs.ram.bytes.subarray(at, at + OBJECT_BYTES)];
    expect(bytes).toEqual([...Array.from({ length: OBJECT_BYTES - 1 }, () => 0x6b), 0xa5]);
  });
});

describe('slub_debug=', () => {
  const { POISON, RED_ZONE } = SLUB_DEBUG;
  const flagsOf = (rules: readonly SlubDebugRule[], name: string, flags = 0): number =>
    allocator(rules).kmemCacheCreate({ name, objectBytes: 40, flags })!.flags;

  it('sets flags of all caches, or of those that it names', () => {
    const rules = [
      { flags: POISON, caches: ['a*', 'b'] },
      { flags: RED_ZONE, caches: [] },
    ];
    expect(flagsOf(rules, 'abc')).toBe(SLAB.POISON);
    expect(flagsOf(rules, 'b')).toBe(SLAB.POISON);
    expect(flagsOf(rules, 'bc')).toBe(SLAB.RED_ZONE);
    expect(flagsOf(rules, 'b', SLAB.NO_USER_FLAGS)).toBe(SLAB.NO_USER_FLAGS);
  });

  it('keeps apart what would be one cache', () => {
    const pair = (rules: readonly SlubDebugRule[]): boolean => {
      const slabs = allocator(rules);
      const [first, second] = ['a', 'b'].map((name) =>
        slabs.kmemCacheCreate({ name, objectBytes: 40 }),
      );
      return first === second;
    };
    expect(pair([])).toBe(true);
    expect(pair([{ flags: POISON, caches: [] }])).toBe(false);
  });
});

describe('what it says', () => {
  const OFF = 'kasan=off slub_debug=';

  /** The log of a machine in which a thread did that, without addresses. */
  function logOf(cmdline: string, body: (slabs: SlabAllocator) => void): string {
    const machine = new RawMachine({ cmdline });
    machine.inThread(function* () {
      body(machine.kernel.slabs);
    });
    const { logText } = machine.guest;
    return logText.slice(logText.indexOf('Run /sbin')).replaceAll(/[89a-f][0-9a-f]{15}/gu, 'P');
  }

  it('of a right red zone: the bytes, the object, who took it, and the repair', () => {
    const log = logOf(`${OFF}FZPU`, (slabs) => {
      const cache = slabs.kmemCacheCreate({ name: 'demo', objectBytes: 24 })!;
      const pointer = slabs.alloc(cache);
      slabs.ram.bytes[slabs.ram.toPhysical(pointer) + 24] = 0x41;
      slabs.kfree(pointer);
    });
    const lines = log.split('\n');
    expect(lines.slice(lines.indexOf('='.repeat(77)))).toEqual([
      '='.repeat(77),
      'BUG demo (Not tainted): Right Redzone overwritten',
      '-'.repeat(77),
      '',
      '0xP-0xP @offset=32. First byte 0x41 instead of 0xcc',
      expect.stringMatching(/^Allocated in 0x0 age=0 cpu=\d pid=\d$/u),
      expect.stringMatching(/^Slab 0xP objects=\d+ used=1 fp=0xP flags=0x10*\(node=0\|zone=1\)$/u),
      'Object 0xP @offset=8 fp=0xP',
      '',
      `Redzone  P: ${'cc '.repeat(7)}cc`.padEnd(61) + '........',
      `Object   P: ${'6b '.repeat(15)}6b  ${'k'.repeat(16)}`,
      `Object   P: ${'6b '.repeat(7)}a5`.padEnd(61) + 'kkkkkkk.',
      `Redzone  P: 41 ${'cc '.repeat(6)}cc`.padEnd(61) + 'A.......',
      expect.stringMatching(/^Padding  P: (5a ){7}5a +ZZZZZZZZ$/u),
      expect.stringMatching(/^CPU: \d UID: 0 PID: \d+ Comm: kthread Not tainted /u),
      expect.stringMatching(/^Hardware name: /u),
      'Call Trace:',
      ' <TASK>',
      ' </TASK>',
      'Disabling lock debugging due to kernel taint',
      'FIX demo: Restoring Right Redzone 0xP-0xP=0xcc',
      'FIX demo: Object at 0xP not freed',
    ]);
  });

  it.each<[string, string, (slabs: SlabAllocator) => void]>([
    ['F', 'BUG kmalloc-64 (Not tainted): Object already free', freeTwice],
    ['', 'BUG kmalloc-64 (Not tainted): Object already free', freeTwice],
    [
      '',
      'BUG kmalloc-64 (Not tainted): Invalid object pointer 0xP',
      (slabs) => slabs.kfree(slabs.kmalloc(64) + 8),
    ],
    [
      '',
      'virt_to_cache: Object is not a Slab page!',
      (slabs) => slabs.cacheFree(demo(slabs), slabs.ram.toPointer(slabs.pages.allocPage())),
    ],
    [
      'F',
      'BUG d (Not tainted): Attempt to free object(0xP) outside of slab',
      (slabs) => slabs.cacheFree(demo(slabs), slabs.ram.toPointer(slabs.pages.allocPage())),
    ],
    [
      'FP',
      'BUG d (Not tainted): End Poison overwritten',
      (slabs) => spoilFreed(slabs, demo(slabs), 39),
    ],
    ['', 'BUG d (Not tainted): Freepointer corrupt', (slabs) => spoilFreed(slabs, demo(slabs), 19)],
    [
      '',
      'object pointer: 0xP',
      (slabs) => slabs.kfree(slabs.ram.toPointer(slabs.pages.allocPage())),
    ],
    ['', "kmem_cache of name 'd' already exists", (slabs) => void [demo(slabs), demo(slabs)]],
    [
      '',
      'kmem_cache_destroy d: Slab cache still has objects when called from 0x0',
      (slabs) => {
        const cache = demo(slabs);
        slabs.alloc(cache);
        slabs.destroyCache(cache);
      },
    ],
    [
      '',
      'cache_from_obj: Wrong slab cache. d but object is from kmalloc-64',
      (slabs) => slabs.cacheFree(demo(slabs), slabs.kmalloc(64)),
    ],
  ])('slub_debug=%s: %s', (letters, text, body) => {
    const cmdline = letters === '' ? 'kasan=off' : OFF + letters;
    expect(logOf(cmdline, body)).toContain(`\n${text}\n`);
  });

  it('nothing with slub_debug=-: one object gets two owners', () => {
    const machine = new RawMachine({ cmdline: `${OFF}-` });
    const { slabs } = machine.kernel;
    const owners = machine.inThread(function* () {
      freeTwice(slabs);
      return [slabs.kmalloc(64), slabs.kmalloc(64)];
    });
    expect(owners?.[0]).toBe(owners?.[1]);
    expect(machine.guest.logText).not.toContain('BUG');
  });
});

function demo(slabs: SlabAllocator): SlabCache {
  return slabs.kmemCacheCreate({ name: 'd', objectBytes: 40 })!;
}

function freeTwice(slabs: SlabAllocator): void {
  const pointer = slabs.kmalloc(64);
  slabs.kfree(pointer);
  slabs.kfree(pointer);
}

/** Changes a byte of a free object, and takes the next. */
function spoilFreed(slabs: SlabAllocator, cache: SlabCache, offset: number): void {
  const pointer = slabs.alloc(cache);
  slabs.kfree(pointer);
  slabs.ram.bytes[slabs.ram.toPhysical(pointer) + offset]! ^= 0xff;
  slabs.alloc(cache);
}
