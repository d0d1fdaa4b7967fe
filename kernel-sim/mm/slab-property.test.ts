// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Allocators under random use: nobody's bytes change, and the shadow is what it should be.
 * SLAB_OPERATIONS=20000000 plays longer, SLAB_SEED=… another game.
 */
import { describe, expect, it } from 'vitest';

import { SLUB_DEBUG, type SlubDebugRule } from '../kernel/detectors.ts';
import { krealloc } from './krealloc.ts';
import { playAllocations } from './testing/slab-model.ts';
import { makeSlabRig, type SlabRig } from './testing/slab-rig.ts';

const OPERATIONS = Number(process.env['SLAB_OPERATIONS'] ?? 1_000_000);
const SEED = Number(process.env['SLAB_SEED'] ?? 1);
const RAM_BYTES = 64 << 20;
/** The thorough kernel walks its lists at each use: it plays less. */
const THOROUGH = 20;

const { CONSISTENCY, RED_ZONE, POISON, STORE_USER } = SLUB_DEBUG;
const ALL: readonly SlubDebugRule[] = [
  { flags: CONSISTENCY | RED_ZONE | POISON | STORE_USER, caches: [] },
];

const KERNELS: readonly [string, boolean, readonly SlubDebugRule[], number][] = [
  ['the sanitizer', true, [], OPERATIONS / 2],
  ['kasan=off', false, [], OPERATIONS / 2],
  ['the sanitizer and slub_debug=FZPU', true, ALL, OPERATIONS / THOROUGH],
  ['kasan=off slub_debug=FZPU', false, ALL, OPERATIONS / THOROUGH],
];

function rigOf(checks: boolean, slubDebug: readonly SlubDebugRule[] = []): SlabRig {
  return makeSlabRig(checks, { slubDebug }, RAM_BYTES);
}

it.each(KERNELS)('with %s', (_name, checks, rules, operations) => {
  expect(playAllocations(rigOf(checks, rules), SEED, operations)).toBe(undefined);
});

describe('the game notices', () => {
  const LONG_ENOUGH = 20_000;

  it.each<[string, (rig: SlabRig) => void]>([
    ['a free that frees nothing', ({ slabs }) => (slabs.kfree = () => undefined)],
    [
      'objects that overlap',
      ({ slabs }) => {
        const honest = slabs.kmalloc.bind(slabs);
        slabs.kmalloc = (sizeBytes) => honest(Math.max(1, sizeBytes - 40));
      },
    ],
    ['a size that changes nothing in the shadow', ({ slabs }) => (slabs.resize = () => undefined)],
    [
      'a stray write',
      ({ slabs, ram }) => {
        const honest = slabs.kmalloc.bind(slabs);
        slabs.kmalloc = (sizeBytes) => {
          const pointer = honest(sizeBytes);
          ram.bytes[ram.toPhysical(pointer) + slabs.usableBytes(pointer)]! ^= 0xff;
          return pointer;
        };
      },
    ],
  ])('%s', (_what, spoil) => {
    const rig = rigOf(true, ALL);
    spoil(rig);
    expect(playAllocations(rig, SEED, LONG_ENOUGH)).toBeDefined();
  });

  it('an allocation that moves without what was in it', () => {
    const forgetful: typeof krealloc = (slabs, pointer, sizeBytes, gfp) => {
      if (sizeBytes <= slabs.usableBytes(pointer)) return krealloc(slabs, pointer, sizeBytes, gfp);
      slabs.kfree(pointer);
      return slabs.kmalloc(sizeBytes, gfp);
    };
    const wrong = playAllocations(rigOf(true), SEED, LONG_ENOUGH, { krealloc: forgetful });
    expect(wrong).toMatch(/krealloc lost what was there/u);
  });
});
