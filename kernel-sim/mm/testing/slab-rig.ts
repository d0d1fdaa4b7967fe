// SPDX-License-Identifier: GPL-2.0-or-later
/** An allocator without a machine around it, whose reports are collected. */
import { PC_MEMORY } from '../../hw/ram/board-memory.ts';
import { Ram, type BadAccess } from '../../hw/ram/ram.ts';
import { StackDepot } from '../../kernel/stack-depot.ts';
import { Execution } from '../../kernel/sched/execution.ts';
import { fromSeed } from '../../sim/oracle.ts';
import { Sim } from '../../sim/sim.ts';
import type { BadFree } from '../bad-free.ts';
import { SlabAllocator } from '../kmalloc.ts';
import { PageAllocator } from '../page-alloc.ts';
import type { SlabOptions } from '../slab-common.ts';

export interface SlabRig {
  readonly slabs: SlabAllocator;
  readonly ram: Ram;
  readonly badFrees: BadFree[];
  readonly badAccesses: BadAccess[];
}

export function makeSlabRig(
  checks: boolean,
  options: SlabOptions = {},
  sizeBytes = 16 << 20,
): SlabRig {
  const sim = new Sim(fromSeed(1));
  const ram = new Ram(sizeBytes, PC_MEMORY, checks);
  const trackSource = { sim, execution: new Execution(), depot: new StackDepot() };
  const pages = new PageAllocator(sim, ram);
  const slabs = new SlabAllocator(sim, pages, 2, { trackSource, ...options });
  const rig: SlabRig = { slabs, ram, badFrees: [], badAccesses: [] };
  slabs.onBadFree = (bad) => rig.badFrees.push(bad);
  const { fault } = ram.reporter;
  ram.reporter = { fault, badAccess: (access) => rig.badAccesses.push(access) };
  return rig;
}

/** True if the shadow allows exactly `sizeBytes` bytes from `pointer`. */
export function isOpenFor(ram: Ram, pointer: number, sizeBytes: number): boolean {
  const isOpen = ram.firstBad(pointer, sizeBytes) === 0;
  return isOpen && (sizeBytes % 4096 === 0 || ram.firstBad(pointer + sizeBytes, 1) !== 0);
}
