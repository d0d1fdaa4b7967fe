// SPDX-License-Identifier: GPL-2.0-or-later
/** What counts as a leak: each rule, and beside it what the rule must not catch. */
import { beforeEach, describe, expect, it } from 'vitest';

import { Ram } from '../hw/ram/ram.ts';
import { MODULE_SITE_BASE } from '../kernel/module/sites.ts';
import { Execution } from '../kernel/sched/execution.ts';
import { Scheduler } from '../kernel/sched/scheduler.ts';
import { StackDepot } from '../kernel/stack-depot.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';
import { Sim } from '../sim/sim.ts';
import { LeakScanner } from './kmemleak-scan.ts';
import { Kmemleak, LEAK_FLAG } from './kmemleak.ts';
import { SlabAllocator } from './kmalloc.ts';
import { PageAllocator } from './page-alloc.ts';

const NS_PER_S = 1_000_000_000;

class Rig {
  readonly execution = new Execution();
  readonly sim = new Sim(fromSeed(1), this.execution);
  readonly ram = new Ram(4 << 20);
  readonly slabs = new SlabAllocator(this.sim, new PageAllocator(this.sim, this.ram), 1);
  readonly kmemleak: Kmemleak;
  readonly scanner: LeakScanner;
  /** What variables hold. */
  values: number[] = [];
  owned: number[] = [];

  constructor() {
    const { sim, execution, ram, slabs } = this;
    const scheduler = new Scheduler(sim, execution, 1);
    this.kmemleak = new Kmemleak({ sim, scheduler, execution, depot: new StackDepot() });
    slabs.leaks = this.kmemleak;
    this.scanner = new LeakScanner({
      sim,
      ram,
      kmemleak: this.kmemleak,
      cpus: 1,
      addressOnCpu: (place) => place,
      roots: { blocks: () => [], values: () => this.values, owned: () => this.owned },
      bytesOf: (pointer, count) => {
        const at = ram.toPhysical(pointer);
        return [ram.bytes.subarray(at, at + count)];
      },
    });
    execution.stack[0] = MODULE_SITE_BASE;
    execution.sp = 2;
  }

  alloc(sizeBytes = 64): number {
    return this.slabs.kzalloc(sizeBytes);
  }

  /** Lets time pass, looks twice, and answers what is suspected then. */
  suspects(seconds = 10): number[] {
    this.execution.sp = 0;
    this.pass(seconds);
    this.scanner.scan();
    this.scanner.scan();
    return this.suspected();
  }

  suspected(): number[] {
    return [...this.kmemleak.objects]
      .filter((object) => this.scanner.isUnreferenced(object))
      .map(({ pointer }) => pointer);
  }

  pass(seconds: number): void {
    this.sim.clock.charge(seconds * NS_PER_S);
  }
}

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

describe('an object', () => {
  it('is a leak when nothing leads to it', () => {
    const lost = rig.alloc();
    expect(rig.suspects()).toEqual([lost]);
  });

  it('is none when a variable holds it, or something inside of it', () => {
    const [whole, inside, last, behind] = [rig.alloc(), rig.alloc(), rig.alloc(), rig.alloc()];
    rig.values = [whole, inside + 24, last + 63, behind + 64];
    expect(rig.suspects()).toEqual([behind]);
  });

  it('is none when another holds it that is held, however far', () => {
    const chain = [rig.alloc(), rig.alloc(), rig.alloc()];
    rig.ram.storePointer(chain[0]!, chain[1]!);
    rig.ram.storePointer(chain[1]! + 56, chain[2]!);
    rig.values = [chain[0]!];
    expect(rig.suspects()).toEqual([]);
    rig.values = [chain[1]!];
    expect(rig.suspects()).toEqual([chain[0]]);
    rig.values = [];
    expect(rig.suspects()).toEqual(chain);
  });

  it('is a leak in a ring that nothing else leads to', () => {
    const ring = [rig.alloc(), rig.alloc()];
    rig.ram.storePointer(ring[0]!, ring[1]!);
    rig.ram.storePointer(ring[1]!, ring[0]!);
    expect(rig.suspects()).toEqual(ring);
  });

  it('is not found at an address that is not aligned', () => {
    const [holder, lost] = [rig.alloc(), rig.alloc()];
    rig.values = [holder];
    rig.ram.storePointer(holder + 4, lost);
    expect(rig.suspects()).toEqual([lost]);
  });

  it('is one no more when it is freed', () => {
    rig.slabs.kfree(rig.alloc());
    rig.slabs.kfree(rig.alloc(10_000));
    expect(rig.kmemleak.objectCount).toBe(0);
  });

  it('is what modules allocate, and nobody else', () => {
    rig.execution.sp = 0;
    rig.alloc();
    expect(rig.kmemleak.objectCount).toBe(0);
    rig.execution.sp = 2;
    const large = rig.alloc(10_000);
    expect(rig.suspects()).toEqual([large]);
  });
});

describe('a suspicion', () => {
  it('waits for five seconds', () => {
    rig.alloc();
    expect(rig.suspects(4)).toEqual([]);
    expect(rig.suspects(2)).toHaveLength(1);
  });

  it('waits until the content has come to rest', () => {
    const busy = rig.alloc();
    rig.pass(10);
    for (let round = 1; round < 4; round++) {
      rig.ram.store32(busy, round);
      rig.scanner.scan();
      expect(rig.suspected()).toEqual([]);
    }
    rig.scanner.scan();
    expect(rig.suspected()).toEqual([busy]);
  });

  it('is counted once', () => {
    rig.ram.store32(rig.alloc(), 1);
    rig.pass(10);
    const counts = [rig.scanner.scan(), rig.scanner.scan(), rig.scanner.scan()];
    expect(counts).toEqual([0, 1, 0]);
  });
});

describe('what the kernel says of an object', () => {
  it('keeps it from being suspected, with or without what is in it', () => {
    const [grey, inGrey, black, inBlack] = [rig.alloc(), rig.alloc(), rig.alloc(), rig.alloc()];
    rig.ram.storePointer(grey, inGrey);
    rig.ram.storePointer(black, inBlack);
    rig.kmemleak.notLeak(grey);
    rig.kmemleak.ignore(black);
    expect(rig.suspects()).toEqual([inBlack]);
  });

  it('can keep a scan out of it', () => {
    const [holder, inside] = [rig.alloc(), rig.alloc()];
    rig.values = [holder];
    rig.ram.storePointer(holder, inside);
    rig.kmemleak.noScan(holder);
    expect(rig.suspects()).toEqual([inside]);
  });

  it('clears what was reported, and only that', () => {
    rig.alloc();
    rig.suspects();
    rig.execution.sp = 2;
    const later = rig.alloc();
    rig.kmemleak.clear((object) => rig.scanner.isUnreferenced(object));
    expect(rig.suspects()).toEqual([later]);
  });
});

it('an area of vmalloc needs more than the reference of its record', () => {
  const [lost, held] = [rig.alloc(64), rig.alloc(64)];
  for (const pointer of [lost, held]) {
    rig.slabs.leaks.free(pointer);
    rig.slabs.leaks.alloc(pointer, 64, 'vmalloc');
  }
  rig.values = [held];
  expect(rig.suspects()).toEqual([lost]);
});

it('what is left of a module is found at once, held by its variables or not', () => {
  const [own, foreign, grey] = [rig.alloc(), rig.alloc(), rig.alloc()];
  const [held, owned] = [rig.alloc(), rig.alloc()];
  rig.kmemleak.notLeak(grey);
  rig.owned = [owned];
  rig.values = [held];
  const left = rig.scanner.unreachable(({ pointer }) => pointer !== foreign);
  expect(left.map(({ pointer }) => pointer)).toEqual([own, grey, owned]);
  expect([...rig.kmemleak.objects].every(({ flags }) => flags === LEAK_FLAG.ALLOCATED)).toBe(true);
  expect(rig.suspects()).toEqual([own, foreign]);
});

/** What can be reached from `values`, the simple way. */
function reachable(values: readonly number[], edges: ReadonlyMap<number, number[]>): Set<number> {
  const seen = new Set<number>();
  const todo = [...values];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (seen.has(next) || !edges.has(next)) continue;
    seen.add(next);
    todo.push(...edges.get(next)!);
  }
  return seen;
}

it.each([1, 2, 3, 4, 5])('agrees with reachability in random graphs (seed %i)', (seed) => {
  const random = new Prng(seed);
  const nodes = Array.from({ length: 60 }, () => rig.alloc(64));
  const edges = new Map(nodes.map((node) => [node, [] as number[]]));
  for (let n = 0; n < 70; n++) {
    const [from, to] = [nodes[random.below(60)]!, nodes[random.below(60)]!];
    const slot = edges.get(from)!.length;
    if (slot === 8) continue;
    edges.get(from)!.push(to);
    rig.ram.storePointer(from + 8 * slot, to + random.below(64));
  }
  rig.values = nodes.slice(0, 5);
  const alive = reachable(rig.values, edges);
  expect(rig.suspects()).toEqual(nodes.filter((node) => !alive.has(node)));
  expect(alive.size).toBeGreaterThan(5);
});
