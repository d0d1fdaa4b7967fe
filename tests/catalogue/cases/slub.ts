// SPDX-License-Identifier: GPL-2.0-or-later
/** Objects of a cache whose checks are on (slub_debug=FZPU), and caches used wrongly. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';

const setting = SETTING.SLUB;

interface Overwritten {
  readonly sizeBytes?: number;
  /** The object is free when it is written to. */
  readonly isFreed: boolean;
  readonly offset: number;
  /** What is written there, and what the check wants to find. */
  readonly value: number;
  readonly wanted: number;
}

/** A byte that is overwritten in or behind an object, and found when the cache is checked. */
function overwritten(id: string, bytes: Overwritten): BugCase {
  const { sizeBytes = 64, isFreed, offset, value, wanted } = bytes;
  const hex = (byte: number): string => `0x${byte.toString(16)}`;
  const at = `0x{p+${offset}}`;
  const body = lines(
    `  const cache = kmem_cache_create("things", ${sizeBytes}, 0, 0, NULL);`,
    `  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p ${sizeBytes}`,
    isFreed ? '  kmem_cache_free(cache, p); // FREE p' : [],
    `- p[${offset}] = ${hex(value)};`,
    '- validate_slab_cache(cache); // BAD object@p',
    '+ validate_slab_cache(cache);',
    isFreed ? [] : '  kmem_cache_free(cache, p);',
    '  kmem_cache_destroy(cache);',
  );
  const says = `${at}-${at} @offset=*. First byte ${hex(value)} instead of ${hex(wanted)}`;
  return { id, body, says: [[says]], setting };
}

export const SLUB_CASES: readonly BugCase[] = [
  overwritten('slub/test_clobber_zone', {
    isFreed: false,
    offset: 64,
    value: 0x12,
    wanted: 0xcc,
  }),
  overwritten('slub/test_first_word', { isFreed: true, offset: 0, value: 0x78, wanted: 0x6b }),
  overwritten('slub/test_clobber_50th_byte', {
    isFreed: true,
    offset: 50,
    value: 0x9a,
    wanted: 0x6b,
  }),
  overwritten('slub/test_clobber_redzone_free', {
    isFreed: true,
    offset: 64,
    value: 0xab,
    wanted: 0xbb,
  }),
  overwritten('slub-extra/end_poison', { isFreed: true, offset: 63, value: 0x78, wanted: 0xa5 }),
  {
    id: 'slub/test_kmalloc_redzone_access',
    body: `
  const p: Ptr<u8> = kmalloc(18, GFP_KERNEL); // ALLOC p 18
- p[18] = 0xab;
- p[19] = 0xab;
+ p[17] = 0xab;
- kfree(p); // BAD object@p
+ kfree(p);`,
    says: [['0x{p+18}-0x{p+19} @offset=*. First byte 0xab instead of 0xcc']],
    setting,
  },
  {
    id: 'slub/test_krealloc_redzone_zeroing',
    body: `
  const a: Ptr<u8> = kzalloc(48, GFP_KERNEL); // ALLOC a 48
  const p: Ptr<u8> = krealloc(a, 40, GFP_KERNEL | __GFP_ZERO); // ALLOC p 40
  const q: Ptr<u8> = krealloc(p, 56, GFP_KERNEL | __GFP_ZERO); // ALLOC q 56
  let set = 0;
  for (let at = 0; at < 56; at++) if (q[at] !== 0) set++;
  println("bytes that are not zero: " + set);
  kfree(q); // FREE q`,
    prints: ['bytes that are not zero: 0'],
    setting,
  },
  {
    id: 'slub/test_next_pointer',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 64
  kmem_cache_free(cache, p); // FREE p
  const link: Ptr<u64> = p.add(64).cast<u64>();
  const whole = link[0]!;
- p[64] = ~p[64]! & 0xff;
- println("first " + validate_slab_cache(cache)); // BAD object@p
- link[0] = whole;
- println("then " + validate_slab_cache(cache));
- println("at last " + validate_slab_cache(cache));
+ link[0] = whole;
  kmem_cache_destroy(cache);`,
    // The rest of the list is lost with the link; when it is whole again, the count is wrong.
    besides: Array.from({ length: 2 }, () => 'BUG things (*): Wrong object count.*'),
    prints: ['first 3', 'then 2', 'at last 0'],
    // Red zones would notice as well that objects are neither free nor in use.
    setting: { on: 'kasan=off slub_debug=PU,things', off: 'kasan=off slub_debug=-' },
  },
  {
    id: 'slub-extra/freepointer',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 64
  kmem_cache_free(cache, p); // FREE p
- const link: Ptr<u64> = p.add(72).cast<u64>();
- link[0] = 0x123456789abcdefn;
- void kmem_cache_alloc(cache, GFP_KERNEL); // BAD object@p
+ kmem_cache_destroy(cache);`,
    setting,
  },
  {
    id: 'slub-extra/object_already_free',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 64
  kmem_cache_free(cache, p); // FREE p
- kmem_cache_free(cache, p); // BAD object@p
  kmem_cache_destroy(cache);`,
    setting,
  },
  {
    id: 'slub-extra/invalid_object_pointer',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 64
- kmem_cache_free(cache, p.add(1)); // BAD trap
  kmem_cache_free(cache, p);
  kmem_cache_destroy(cache);`,
    says: [['BUG things (*): Invalid object pointer 0x{p+1}']],
    setting,
  },
  {
    id: 'slub-extra/outside_slab',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = page_address(alloc_pages(GFP_KERNEL, 0)!); // PAGES p 4096
- kmem_cache_free(cache, p); // BAD trap
  free_pages(p, 0);
  kmem_cache_destroy(cache);`,
    says: [['BUG things (*): Attempt to free object(0x{p}) outside of slab']],
    setting,
  },
  {
    id: 'slub-extra/cache_destroy_busy',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 64
+ kmem_cache_free(cache, p);
- kmem_cache_destroy(cache); // BAD trap
+ kmem_cache_destroy(cache);`,
    besides: ['BUG things (*): Objects remaining on __kmem_cache_shutdown()'],
    setting: { on: 'kasan=off' },
  },
  {
    id: 'slub-extra/duplicate_cache_name',
    body: `
  const cache = kmem_cache_create("things", 64, 0, 0, NULL);
- const second = kmem_cache_create("things", 64, 0, 0, NULL); // BAD trap
+ const second = kmem_cache_create("others", 64, 0, 0, NULL);
  kmem_cache_destroy(second);
  kmem_cache_destroy(cache);`,
    setting: { on: 'kasan=off' },
  },
  {
    id: 'slub-extra/kfree_non_slab',
    top: '  const global_array: Ptr<u8> = global_buffer(64);',
    body: `
  const p = global_array; // PLACE p
- kfree(p); // BAD free@p
+ p[0] = 1;`,
    setting: SETTING.KASAN,
  },
];
