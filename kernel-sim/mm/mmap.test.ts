// SPDX-License-Identifier: GPL-2.0-or-later
/** Areas: where they go, how they are cut and joined, and what their pages do. */
import { describe, expect, it, test } from 'vitest';

import { PC_MEMORY, RPI3_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram } from '../hw/ram/ram.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';
import { Sim } from '../sim/sim.ts';
import { errnoName } from '../uapi/errno.ts';
import { MADV, MAP, MREMAP, PROT } from '../uapi/mman.ts';
import { AddressSpace, FAULT } from './address-space.ts';
import { FAULT_KIND, Faults } from './fault.ts';
import { brk, madvise, mmap, mprotect, mremap, munmap } from './mmap.ts';
import { PAGE_SIZE } from './page.ts';
import { PageAllocator } from './page-alloc.ts';
import { BEYOND_END, Mappings, type PageSource, VM } from './vma.ts';

const RW = PROT.READ | PROT.WRITE;
const PRIVATE = MAP.PRIVATE | MAP.ANONYMOUS;
const SHARED = MAP.SHARED | MAP.ANONYMOUS;
/** What Linux 6 gives the first mmap of a process that is laid out without randomness. */
const MMAP_BASE = 0x7fff_f7ff_f000;

function machine(pageCount = 1024): { pages: PageAllocator; space: AddressSpace } {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(pageCount * PAGE_SIZE));
  const space = new AddressSpace(pages, sim.clock);
  space.addStack();
  return { pages, space };
}

function map(space: AddressSpace, pages: number, address = 0, flags = PRIVATE, prot = RW): number {
  return mmap(space, { address, length: pages * PAGE_SIZE, prot, flags });
}

/** `rw-p 2, ---p 1`: rights and pages, in order, without the stack. */
function layout(space: AddressSpace): string {
  const right = (flags: number, bit: number, letter: string): string =>
    (flags & bit) === 0 ? '-' : letter;
  return space.areas.all
    .filter(({ flags }) => (flags & VM.GROWSDOWN) === 0)
    .map(({ flags, pageCount, isShared }) => {
      const rights = right(flags, VM.READ, 'r') + right(flags, VM.WRITE, 'w');
      return `${rights}${right(flags, VM.EXEC, 'x')}${isShared ? 's' : 'p'} ${pageCount}`;
    })
    .join(', ');
}

function nameOf(result: number): string | number {
  return result < 0 ? (errnoName(-result) ?? result) : result;
}

/** A file of some pages that a test can cut. */
class TestFile implements PageSource {
  readonly isShmem = false;
  readonly mappings = new Mappings();
  readonly pages: number[];
  readonly #allocator: PageAllocator;

  constructor(allocator: PageAllocator, count: number) {
    this.#allocator = allocator;
    this.pages = Array.from({ length: count }, (_, index) => {
      const page = allocator.allocZeroedPage();
      allocator.ram.bytes[page] = index + 1;
      return page;
    });
  }

  page(index: number): number {
    return this.pages[index] ?? BEYOND_END;
  }

  truncate(count: number): void {
    this.mappings.zap(count);
    for (const page of this.pages.splice(count)) this.#allocator.putPage(page);
  }
}

describe('mmap', () => {
  it('goes from the base down, and joins what is alike', () => {
    const { space } = machine();
    expect(map(space, 2)).toBe(MMAP_BASE - 2 * PAGE_SIZE);
    expect(map(space, 1)).toBe(MMAP_BASE - 3 * PAGE_SIZE);
    expect(layout(space)).toBe('rw-p 3');
    expect(map(space, 1, 0, PRIVATE, PROT.READ)).toBe(MMAP_BASE - 4 * PAGE_SIZE);
    expect(layout(space)).toBe('r--p 1, rw-p 3');
  });

  it('fills the highest hole that is large enough', () => {
    const { space } = machine();
    const base = map(space, 10);
    munmap(space, base + PAGE_SIZE, 2 * PAGE_SIZE);
    munmap(space, base + 7 * PAGE_SIZE, PAGE_SIZE);
    expect(map(space, 2)).toBe(base + PAGE_SIZE);
    expect(map(space, 1)).toBe(base + 7 * PAGE_SIZE);
    expect(layout(space)).toBe('rw-p 10');
  });

  it('grows down to the lowest address that anybody may have, and no further', () => {
    const { space } = machine();
    map(space, 1, 0x1_1000, PRIVATE | MAP.FIXED | MAP.GROWSDOWN);
    expect([0x1_0000, 0xffff, -1].map((at) => space.store8(at, 1))).toEqual([0, FAULT, FAULT]);
    space.destroy();
    expect(space.faults.table.tablePages).toBe(0);
  });

  it('lets nothing grow but private memory without a file', () => {
    const { pages, space } = machine();
    const grows = { address: 0, length: PAGE_SIZE, prot: RW };
    const source = new TestFile(pages, 1);
    expect(nameOf(mmap(space, { ...grows, flags: SHARED | MAP.GROWSDOWN }))).toBe('EINVAL');
    const flags = MAP.PRIVATE | MAP.GROWSDOWN;
    expect(nameOf(mmap(space, { ...grows, flags, source }))).toBe('EINVAL');
  });

  it('takes a hint if there is room, and any fixed address', () => {
    const { space } = machine();
    expect(map(space, 1, 0x10_0123)).toBe(0x10_1000);
    expect(map(space, 1, 0x10_1000)).toBe(MMAP_BASE - PAGE_SIZE);
    space.store8(0x10_1000, 7);
    expect(map(space, 2, 0x10_1000, PRIVATE | MAP.FIXED)).toBe(0x10_1000);
    expect(space.load8(0x10_1000)).toBe(0);
  });

  it.each<[string, number, number, number, string]>([
    ['nothing', 0, 0, PRIVATE, 'EINVAL'],
    ['more than there is', 0, 2 ** 36, PRIVATE, 'ENOMEM'],
    ['more than all memory', 0, 2000, PRIVATE, 'ENOMEM'],
    ['a crooked place', 0x10_0001, 1, PRIVATE | MAP.FIXED, 'EINVAL'],
    ['the first page', 0, 1, PRIVATE | MAP.FIXED, 'EPERM'],
    ['beyond the end', PC_MEMORY.userEnd, 1, PRIVATE | MAP.FIXED, 'ENOMEM'],
    ['what is taken', PC_MEMORY.stackEnd - 4096, 1, PRIVATE | MAP.FIXED_NOREPLACE, 'EEXIST'],
  ])('of %s is refused', (_what, address, pages, flags, error) => {
    const { space } = machine();
    expect(nameOf(map(space, pages, address, flags))).toBe(error);
  });

  it('of more than all memory is fine without a reservation', () => {
    const { space } = machine();
    expect(map(space, 2000, 0, PRIVATE | MAP.NORESERVE)).toBeGreaterThan(0);
    expect(map(space, 2000, 0, PRIVATE, PROT.READ)).toBeGreaterThan(0);
  });
});

describe('munmap', () => {
  it('cuts areas and gives back pages and tables', () => {
    const { pages, space } = machine();
    const free = pages.freePageCount;
    const base = map(space, 5);
    space.fill(base, 1, 5 * PAGE_SIZE);
    munmap(space, base + PAGE_SIZE, PAGE_SIZE + 1);
    expect(layout(space)).toBe('rw-p 1, rw-p 2');
    expect([space.load8(base), space.load8(base + PAGE_SIZE)]).toEqual([1, FAULT]);
    expect(space.residentPages).toBe(3);
    munmap(space, base, 5 * PAGE_SIZE);
    expect(pages.freePageCount).toBe(free);
  });

  it.each([
    [1, PAGE_SIZE],
    [0, 0],
    [PC_MEMORY.userEnd, PAGE_SIZE],
  ])('of %d, %d bytes is EINVAL', (address, length) => {
    expect(nameOf(munmap(machine().space, address, length))).toBe('EINVAL');
  });
});

describe('mprotect', () => {
  it('cuts, takes rights away, gives them back and joins', () => {
    const { space } = machine();
    const base = map(space, 3);
    space.fill(base, 7, 3 * PAGE_SIZE);
    const middle = base + PAGE_SIZE;
    expect(mprotect(space, middle, PAGE_SIZE, PROT.READ)).toBe(0);
    expect(layout(space)).toBe('rw-p 1, r--p 1, rw-p 1');
    expect([space.load8(middle), space.store8(middle, 1)]).toEqual([7, FAULT]);
    expect(space.faultKind).toBe(FAULT_KIND.PROTECTED);
    expect(space.copyTo(base, new Uint8Array(8192), 0, 8192)).toBe(4096);
    mprotect(space, middle, PAGE_SIZE, PROT.NONE);
    expect(space.load8(middle)).toBe(FAULT);
    mprotect(space, middle, PAGE_SIZE, RW);
    expect([space.load8(middle), space.store8(middle, 2)]).toEqual([7, 0]);
    expect(layout(space)).toBe('rw-p 3');
  });

  it('changes what lies before a hole, and says ENOMEM', () => {
    const { space } = machine();
    const base = map(space, 4);
    munmap(space, base + 2 * PAGE_SIZE, PAGE_SIZE);
    expect(nameOf(mprotect(space, base, 4 * PAGE_SIZE, PROT.READ))).toBe('ENOMEM');
    expect(layout(space)).toBe('r--p 2, rw-p 1');
    expect(nameOf(mprotect(space, 1, PAGE_SIZE, 0))).toBe('EINVAL');
    expect(nameOf(mprotect(space, base, PAGE_SIZE, 64))).toBe('EINVAL');
  });
});

describe('mremap', () => {
  it('shrinks and grows in place, or moves with its pages', () => {
    const { pages, space } = machine();
    const base = map(space, 4);
    space.fill(base, 5, 4 * PAGE_SIZE);
    const change = (oldPages: number, newPages: number, flags = 0, to = 0): number =>
      mremap(space, {
        address: base,
        oldLength: oldPages * PAGE_SIZE,
        newLength: newPages * PAGE_SIZE,
        flags,
        newAddress: to,
      });
    expect(nameOf(change(-(2 ** 30), 8, MREMAP.MAYMOVE))).toBe('EINVAL');
    expect(change(4, 2)).toBe(base);
    expect(change(2, 3)).toBe(base);
    expect(layout(space)).toBe('rw-p 3');
    map(space, 1, base + 3 * PAGE_SIZE, PRIVATE | MAP.FIXED, PROT.NONE);
    expect(nameOf(change(3, 8))).toBe('ENOMEM');
    const free = pages.freePageCount;
    const moved = change(3, 8, MREMAP.MAYMOVE);
    expect(moved).toBeLessThan(base);
    expect([space.load8(moved + PAGE_SIZE), space.load8(moved + 2 * PAGE_SIZE)]).toEqual([5, 0]);
    expect(space.load8(base)).toBe(FAULT);
    expect(pages.freePageCount).toBe(free);
    expect(nameOf(change(1, 2))).toBe('EFAULT');
    expect(nameOf(change(1, 2, MREMAP.FIXED, 0x20_0000))).toBe('EINVAL');
  });

  it('moves to a fixed place, over what is there', () => {
    const { space } = machine();
    const [from, to] = [map(space, 2), map(space, 2, 0x20_0000)];
    space.fill(from, 1, 2 * PAGE_SIZE);
    space.fill(to, 2, 2 * PAGE_SIZE);
    const flags = MREMAP.MAYMOVE | MREMAP.FIXED;
    const lengths = { oldLength: 2 * PAGE_SIZE, newLength: 2 * PAGE_SIZE };
    expect(mremap(space, { address: from, ...lengths, flags, newAddress: to })).toBe(to);
    expect(space.load8(to)).toBe(1);
    expect(layout(space)).toBe('rw-p 2');
  });
});

describe('madvise', () => {
  it('drops pages, keeps areas out of children, and knows its words', () => {
    const { space } = machine();
    const base = map(space, 2);
    space.fill(base, 1, 2 * PAGE_SIZE);
    expect(madvise(space, base, PAGE_SIZE, MADV.DONTNEED)).toBe(0);
    expect([space.load8(base), space.load8(base + PAGE_SIZE)]).toEqual([0, 1]);
    expect(madvise(space, base, PAGE_SIZE, MADV.DONTFORK)).toBe(0);
    expect(layout(space.clone()!)).toBe('rw-p 1');
    expect(nameOf(madvise(space, base, 3 * PAGE_SIZE, MADV.WILLNEED))).toBe('ENOMEM');
    expect(nameOf(madvise(space, base, PAGE_SIZE, 77))).toBe('EINVAL');
  });
});

describe('a page', () => {
  it('is taken at the first store; what is only read takes none', () => {
    const { pages, space } = machine();
    const base = map(space, 100);
    space.store8(base, 1);
    const free = pages.freePageCount;
    expect(space.loadBytes(base, 100 * PAGE_SIZE)?.[PAGE_SIZE]).toBe(0);
    expect(pages.freePageCount).toBe(free);
    expect(space.residentPages).toBe(1);
    space.store8(base + PAGE_SIZE, 2);
    expect([space.load8(base + PAGE_SIZE), space.load8(base + 2 * PAGE_SIZE)]).toEqual([2, 0]);
    expect(pages.freePageCount).toBe(free - 1);
  });

  it('is shared after a fork until somebody stores, and the last owner keeps it', () => {
    const { pages, space } = machine();
    const base = map(space, 8);
    space.fill(base, 3, 8 * PAGE_SIZE);
    const before = pages.freePageCount;
    const child = space.clone()!;
    const tables = before - pages.freePageCount;
    expect(tables).toBeLessThan(8);
    expect([child.residentPages, pages.usage.anonymous]).toEqual([8, 8]);
    child.store8(base, 4);
    expect(before - tables - pages.freePageCount).toBe(1);
    expect([space.load8(base), child.load8(base)]).toEqual([3, 4]);
    child.destroy();
    expect(pages.freePageCount).toBe(before);
    space.store8(base + PAGE_SIZE, 5);
    expect(pages.freePageCount).toBe(before);
  });

  it('of shared memory is one for parent and child, and goes with the last of them', () => {
    const { pages, space } = machine();
    const free = pages.freePageCount;
    const base = map(space, 2, 0, SHARED);
    const child = space.clone()!;
    child.store8(base, 9);
    expect(space.load8(base)).toBe(9);
    expect([pages.usage.shmem, space.faults.resident.shmem]).toEqual([1, 1]);
    space.destroy();
    expect(child.load8(base)).toBe(9);
    child.destroy();
    expect([pages.usage.shmem, pages.freePageCount]).toEqual([0, free]);
  });

  it('of a file is the file’s until a private map stores to it', () => {
    const { pages, space } = machine();
    const source = new TestFile(pages, 2);
    const request = { address: 0, length: 3 * PAGE_SIZE, prot: RW, source };
    const own = mmap(space, { ...request, flags: MAP.PRIVATE });
    const shared = mmap(space, { ...request, flags: MAP.SHARED });
    expect([space.load8(own), space.load8(own + PAGE_SIZE)]).toEqual([1, 2]);
    expect(pages.usage.mapped).toBe(2);
    space.store8(shared, 50);
    expect([space.load8(own), pages.ram.bytes[source.page(0)]]).toEqual([50, 50]);
    space.store8(own, 60);
    expect([space.load8(shared), space.load8(own)]).toEqual([50, 60]);
    expect(space.store8(shared + 2 * PAGE_SIZE, 1)).toBe(FAULT);
    expect(space.faultKind).toBe(FAULT_KIND.BEYOND_END);
    source.truncate(0);
    expect([space.load8(own), space.load8(shared)]).toEqual([FAULT, FAULT]);
    expect([space.residentPages, pages.usage.mapped]).toEqual([0, 0]);
  });
});

describe('the stack', () => {
  it('grows down to its limit, but not onto what lies below', () => {
    const { space } = machine();
    const { stackEnd } = space;
    expect(space.store8(stackEnd - 2 ** 20, 1)).toBe(0);
    expect(space.store8(stackEnd - space.limits.stackBytes - 1, 1)).toBe(FAULT);
    const below = stackEnd - 4 * 2 ** 20;
    map(space, 1, below, PRIVATE | MAP.FIXED);
    expect(space.store8(below + PAGE_SIZE + 2 ** 20 - 1, 1)).toBe(FAULT);
    expect(space.store8(below + PAGE_SIZE + 2 ** 20, 1)).toBe(0);
  });
});

test('a 32-bit board has two levels of tables, and a lower base', () => {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(1 << 20, RPI3_MEMORY));
  const free = pages.freePageCount;
  const space = new AddressSpace(pages, sim.clock);
  const address = map(space, 2);
  expect(address).toBeLessThan(RPI3_MEMORY.stackEnd - 2 ** 24);
  space.store8(address, 1);
  expect(space.faults.table.tablePages).toBe(2);
  space.destroy();
  expect(pages.freePageCount).toBe(free);
});

/** Random calls on a family of address spaces, against maps from page to value. */
function play(seed: number): string | undefined {
  const random = new Prng(seed);
  const { pages, space } = machine(512);
  space.destroy();
  const free = pages.freePageCount;
  const family = [
    {
      space: new AddressSpace(pages, new Sim(fromSeed(1)).clock),
      values: new Map<number, number>(),
    },
  ];
  const base = 0x10_0000;
  const PAGES = 24;
  for (let round = 0; round < 400; round++) {
    const { space: at, values } = family[random.below(family.length)]!;
    const first = random.below(PAGES);
    const count = 1 + random.below(6);
    const address = base + first * PAGE_SIZE;
    const inRange = Array.from({ length: count }, (_, index) => first + index);
    switch (random.below(6)) {
      case 0:
        map(at, count, address, PRIVATE | MAP.FIXED);
        for (const page of inRange) values.set(page, 0);
        break;
      case 1:
        munmap(at, address, count * PAGE_SIZE);
        for (const page of inRange) values.delete(page);
        break;
      case 2:
        if ((at.store8(address, round) === 0) !== values.has(first)) return 'store';
        if (values.has(first)) values.set(first, round & 0xff);
        break;
      case 3:
        if (at.load8(address) !== (values.get(first) ?? FAULT)) return 'load';
        break;
      case 4: {
        if (family.length > 3) break;
        const child = at.clone();
        if (child === undefined) return 'clone';
        family.push({ space: child, values: new Map(values) });
        break;
      }
      default:
        if (family.length === 1 || random.below(4) > 0) break;
        at.destroy();
        family.splice(
          family.findIndex((each) => each.space === at),
          1,
        );
    }
  }
  for (const each of family) each.space.destroy();
  const { anonymous, mapped, pageTables } = pages.usage;
  if (anonymous !== 0 || mapped !== 0 || pageTables !== 0) return 'usage';
  return pages.freePageCount === free ? undefined : 'a leak';
}

describe('random use by a family', () => {
  const SEEDS = Array.from({ length: 30 }, (_, index) => index);

  it('agrees with a model, and gives everything back', () => {
    for (const seed of SEEDS) expect([seed, play(seed)]).toEqual([seed, undefined]);
  });

  it.each<[string, keyof Faults, (this: Faults, ...args: never[]) => unknown]>([
    [
      'fork that leaves the parent’s pages writable',
      'share',
      function (_area, entry: number) {
        const value = this.table.load(entry);
        return value;
      },
    ],
    ['release that keeps the page', 'release', () => undefined],
  ])('notices a %s', (_what, method, broken) => {
    const honest = Faults.prototype[method] as unknown;
    Object.defineProperty(Faults.prototype, method, {
      value: broken,
      configurable: true,
      writable: true,
    });
    const found = SEEDS.some((seed) => {
      try {
        return play(seed) !== undefined;
      } catch {
        return true;
      }
    });
    Object.defineProperty(Faults.prototype, method, {
      value: honest,
      configurable: true,
      writable: true,
    });
    expect(found).toBe(true);
  });
});

test('brk does not run into what is mapped behind it', () => {
  const { space } = machine();
  const start = space.heapStart;
  map(space, 1, start + 4 * PAGE_SIZE, PRIVATE | MAP.FIXED);
  expect(brk(space, start + 4 * PAGE_SIZE)).toBe(start);
  expect(brk(space, start + 3 * PAGE_SIZE)).toBe(start + 3 * PAGE_SIZE);
});
