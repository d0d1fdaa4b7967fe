// SPDX-License-Identifier: GPL-2.0-or-later
/** Elements of memory pools. They stay allocated all the time; it is the pool that poisons them. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { badAccess, lines } from './accesses.ts';

const setting = SETTING.KASAN;

/** What a pool's elements are. */
interface Backing {
  readonly create: readonly string[];
  readonly sizeBytes: number;
  /** By the page: no report can name an allocation. */
  readonly isPages: boolean;
  readonly destroy?: string;
}

const KMALLOC: Backing = {
  create: ['  const pool = mempool_create_kmalloc_pool(4, 119);'],
  sizeBytes: 119,
  isPages: false,
};
const KMALLOC_LARGE: Backing = {
  create: ['  const pool = mempool_create_kmalloc_pool(4, 8193);'],
  sizeBytes: 8193,
  isPages: true,
};
const SLAB: Backing = {
  create: [
    '  const cache = kmem_cache_create("things", 123, 0, 0, NULL);',
    '  const pool = mempool_create_slab_pool(4, cache);',
  ],
  sizeBytes: 123,
  isPages: false,
  destroy: '  kmem_cache_destroy(cache);',
};
const PAGES: Backing = {
  create: ['  const pool = mempool_create_page_pool(4, 2);'],
  sizeBytes: 16384,
  isPages: true,
};

function make(backing: Backing): string[] {
  const { create, sizeBytes, isPages } = backing;
  const element =
    backing === PAGES
      ? 'page_address(mempool_alloc_preallocated(pool))'
      : 'mempool_alloc_preallocated(pool)';
  const mark = isPages ? 'PAGES' : 'ALLOC';
  return [...create, `  const p: Ptr<u8> = ${element}; // ${mark} p ${sizeBytes}`];
}

function destroy(backing: Backing): string[] {
  return ['  mempool_destroy(pool);', ...(backing.destroy === undefined ? [] : [backing.destroy])];
}

/** The pool of pages takes pages, not addresses. */
function free(backing: Backing, pointer = 'p'): string {
  return `mempool_free(${backing === PAGES ? `virt_to_page(${pointer})` : pointer}, pool);`;
}

function outOfBounds(id: string, backing: Backing): BugCase {
  const { sizeBytes } = backing;
  const body = lines(
    make(backing),
    badAccess(`R1@+${sizeBytes}`),
    `+ void p[${sizeBytes - 1}];`,
    `  ${free(backing)}`,
    destroy(backing),
  );
  return { id, body, setting };
}

function useAfterFree(id: string, backing: Backing): BugCase {
  const body = lines(
    make(backing),
    `- ${free(backing)} // FREE p`,
    '- void p[0]; // BAD R1@p',
    '+ void p[0];',
    `+ ${free(backing)}`,
    destroy(backing),
  );
  return { id, body, setting };
}

function doubleFree(id: string, backing: Backing): BugCase {
  const body = lines(
    make(backing),
    `  ${free(backing)} // FREE p`,
    `- ${free(backing)} // BAD free@p`,
    destroy(backing),
  );
  return { id, body, setting };
}

function invalidFree(id: string, backing: Backing): BugCase {
  const body = lines(
    make(backing),
    `- ${free(backing, 'p.add(1)')} // BAD free@p+1`,
    `  ${free(backing)}`,
    destroy(backing),
  );
  return { id, body, setting };
}

export const KASAN_MEMPOOL_CASES: readonly BugCase[] = [
  outOfBounds('kasan/mempool_kmalloc_oob_right', {
    ...KMALLOC,
    create: ['  const pool = mempool_create_kmalloc_pool(4, 115);'],
    sizeBytes: 115,
  }),
  outOfBounds('kasan/mempool_kmalloc_large_oob_right', KMALLOC_LARGE),
  outOfBounds('kasan/mempool_slab_oob_right', SLAB),
  useAfterFree('kasan/mempool_kmalloc_uaf', KMALLOC),
  useAfterFree('kasan/mempool_kmalloc_large_uaf', KMALLOC_LARGE),
  useAfterFree('kasan/mempool_slab_uaf', SLAB),
  useAfterFree('kasan/mempool_page_alloc_uaf', PAGES),
  doubleFree('kasan/mempool_kmalloc_double_free', KMALLOC),
  doubleFree('kasan/mempool_kmalloc_large_double_free', KMALLOC_LARGE),
  doubleFree('kasan/mempool_page_alloc_double_free', PAGES),
  invalidFree('kasan/mempool_kmalloc_invalid_free', KMALLOC),
  invalidFree('kasan/mempool_kmalloc_large_invalid_free', KMALLOC_LARGE),
];
