// SPDX-License-Identifier: GPL-2.0-or-later
/** Objects of kmalloc and of caches: touched outside, after they are gone, and freed wrongly. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { access, badAccess, lines } from './accesses.ts';

const setting = SETTING.KASAN;

interface OutOfBounds {
  /** Lines that make p. */
  readonly allocation: readonly string[];
  readonly sizeBytes: number;
  readonly accesses: readonly string[];
}

/** An object that is touched outside, and in its repaired twin at its last byte. */
function outOfBounds(id: string, { allocation, sizeBytes, accesses }: OutOfBounds): BugCase {
  const inside = accesses.map((what) => `${what.slice(0, 2)}@+${sizeBytes - 1}`);
  const body = lines(
    allocation,
    accesses.map((what) => badAccess(what)),
    inside.map((what) => `+ ${access(what)}`),
    '  kfree(p);',
  );
  return { id, body, setting };
}

function allocated(call: string, sizeBytes: number): readonly string[] {
  return [`  const p: Ptr<u8> = ${call}; // ALLOC p ${sizeBytes}`];
}

const OUT_OF_BOUNDS: readonly BugCase[] = [
  outOfBounds('kasan/kmalloc_oob_right', {
    allocation: allocated('kmalloc(115, GFP_KERNEL)', 115),
    sizeBytes: 115,
    accesses: ['W1@+115', 'W1@+120', 'R1@+128'],
  }),
  outOfBounds('kasan/kmalloc_oob_left', {
    // What lies before the first object of a slab is nobody's.
    allocation: ['  kmalloc(15, GFP_KERNEL);', ...allocated('kmalloc(15, GFP_KERNEL)', 15)],
    sizeBytes: 15,
    accesses: ['R1@-1'],
  }),
  outOfBounds('kasan/kmalloc_node_oob_right', {
    allocation: allocated('kmalloc_node(4096, GFP_KERNEL, 0)', 4096),
    sizeBytes: 4096,
    accesses: ['R1@+4096'],
  }),
  outOfBounds('kasan/kmalloc_big_oob_right', {
    allocation: allocated('kmalloc(7936, GFP_KERNEL)', 7936),
    sizeBytes: 7936,
    accesses: ['W1@+7936'],
  }),
  outOfBounds('kasan/krealloc_more_oob', {
    allocation: [
      '  const small: Ptr<u8> = kmalloc(201, GFP_KERNEL);',
      '  const p: Ptr<u8> = krealloc(small, 235, GFP_KERNEL); // ALLOC p 235',
      '  p[234] = 1;',
    ],
    sizeBytes: 235,
    accesses: ['W1@+235', 'W1@+240'],
  }),
  outOfBounds('kasan/krealloc_less_oob', {
    allocation: [
      '  const large: Ptr<u8> = kmalloc(235, GFP_KERNEL);',
      '  const p: Ptr<u8> = krealloc(large, 201, GFP_KERNEL); // ALLOC p 201',
    ],
    sizeBytes: 201,
    accesses: ['W1@+201', 'W1@+208', 'W1@+218', 'W1@+234', 'W1@+235'],
  }),
  outOfBounds('kasan/krealloc_large_more_oob', {
    allocation: [
      '  const small: Ptr<u8> = kmalloc(8393, GFP_KERNEL);',
      '  const p: Ptr<u8> = krealloc(small, 8427, GFP_KERNEL); // PAGES p 8427',
      '  p[8426] = 1;',
    ],
    sizeBytes: 8427,
    accesses: ['W1@+8427', 'W1@+8432'],
  }),
  outOfBounds('kasan/krealloc_large_less_oob', {
    allocation: [
      '  const large: Ptr<u8> = kmalloc(8427, GFP_KERNEL);',
      '  const p: Ptr<u8> = krealloc(large, 8393, GFP_KERNEL); // PAGES p 8393',
    ],
    sizeBytes: 8393,
    accesses: ['W1@+8393', 'W1@+8400', 'W1@+8410', 'W1@+8426', 'W1@+8427'],
  }),
  {
    id: 'kasan/kmalloc_track_caller_oob_right',
    body: `
  const p: Ptr<u8> = kmalloc_track_caller(120, GFP_KERNEL); // ALLOC p 120
- p[120] = 1; // BAD W1@p+120
+ p[119] = 1;
  kfree(p);
  const q: Ptr<u8> = kmalloc_node_track_caller(120, GFP_KERNEL, 0); // ALLOC q 120
- q[120] = 1; // BAD W1@q+120
+ q[119] = 1;
  kfree(q);`,
    setting,
  },
];

const WIDE: readonly BugCase[] = [
  {
    id: 'kasan/kmalloc_oob_16',
    top: '  class Words extends struct({ low: u64, high: u64 }) {}',
    body: `
- const p: Ptr<Words> = kmalloc(13, GFP_KERNEL); // ALLOC p 13
+ const p: Ptr<Words> = kmalloc(Words.size, GFP_KERNEL); // ALLOC p 16
  const q: Ptr<Words> = kzalloc(Words.size, GFP_KERNEL);
- p.$ = q.$; // BAD W16@p
+ p.$ = q.$;
  kfree(p);
  kfree(q);`,
    setting,
  },
  {
    id: 'kasan/kmalloc_uaf_16',
    top: '  class Words extends struct({ low: u64, high: u64 }) {}',
    body: `
  const p: Ptr<Words> = kmalloc(Words.size, GFP_KERNEL);
  const q: Ptr<Words> = kmalloc(Words.size, GFP_KERNEL); // ALLOC q 16
- kfree(q); // FREE q
- p.$ = q.$; // BAD R16@q
+ p.$ = q.$;
+ kfree(q);
  kfree(p);`,
    setting,
  },
  {
    id: 'kasan-extra/partial-granule',
    body: `
  const p: Ptr<u8> = kmalloc(20, GFP_KERNEL); // ALLOC p 20
- const word: Ptr<u64> = p.add(16).cast<u64>();
- void word[0]; // BAD R8@p+16
+ const word: Ptr<u64> = p.add(12).cast<u64>();
+ void word[0];
  kfree(p);`,
    setting,
  },
];

/**
 * kmalloc(120) and a memset that ends behind it; the twin's ends with the object. The
 * size is hidden from FORTIFY, which would be the first to complain.
 */
function memset(id: string, offset: number, sizeBytes: number): BugCase {
  const place = offset === 0 ? 'p' : `p+${offset}`;
  const body = lines(
    '  const p: Ptr<u8> = kmalloc(120, GFP_KERNEL); // ALLOC p 120',
    '  OPTIMIZER_HIDE_VAR(p);',
    `- memset(p.add(${offset}), 0, ${sizeBytes}); // BAD W${sizeBytes}@${place}`,
    `+ memset(p.add(${offset}), 0, ${120 - offset});`,
    '  kfree(p);',
  );
  return { id, body, setting };
}

const MEMORY_FUNCTIONS: readonly BugCase[] = [
  memset('kasan/kmalloc_oob_in_memset', 0, 128),
  memset('kasan/kmalloc_oob_memset_2', 119, 2),
  memset('kasan/kmalloc_oob_memset_4', 117, 4),
  memset('kasan/kmalloc_oob_memset_8', 113, 8),
  memset('kasan/kmalloc_oob_memset_16', 105, 16),
  {
    id: 'kasan/kmalloc_memmove_invalid_size',
    body: `
  const p: Ptr<u8> = kzalloc(64, GFP_KERNEL); // ALLOC p 64
  OPTIMIZER_HIDE_VAR(p);
- memmove(p, p.add(4), 64); // BAD R64@p+4
+ memmove(p, p.add(4), 60);
  kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kasan_memchr',
    body: `
  const p: Ptr<u8> = kzalloc(24, GFP_KERNEL); // ALLOC p 24
  OPTIMIZER_HIDE_VAR(p);
- memchr(p, 49, 25); // BAD R1@p+24
+ memchr(p, 49, 24);
  kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kasan_memcmp',
    body: `
  const p: Ptr<u8> = kzalloc(24, GFP_KERNEL); // ALLOC p 24
  OPTIMIZER_HIDE_VAR(p);
  const q: Ptr<u8> = kzalloc(32, GFP_KERNEL);
- memcmp(p, q, 25); // BAD R1@p+24
+ memcmp(p, q, 24);
  kfree(q);
  kfree(p);`,
    setting,
  },
];

const USE_AFTER_FREE: readonly BugCase[] = [
  {
    id: 'kasan/kmalloc_uaf',
    body: `
  const p: Ptr<u8> = kmalloc(10, GFP_KERNEL); // ALLOC p 10
- kfree(p); // FREE p
- p[8] = 120; // BAD W1@p+8
+ p[8] = 120;
+ kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kmalloc_uaf_memset',
    body: `
  const p: Ptr<u8> = kmalloc(33, GFP_KERNEL); // ALLOC p 33
  OPTIMIZER_HIDE_VAR(p);
- kfree(p); // FREE p
- memset(p, 0, 33); // BAD W33@p
+ memset(p, 0, 33);
+ kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kmalloc_uaf2',
    body: `
  const p: Ptr<u8> = kmalloc(43, GFP_KERNEL); // ALLOC p 43
- kfree(p); // FREE p
  const q: Ptr<u8> = kmalloc(43, GFP_KERNEL); // ALLOC q 43
  println(p === q ? "the same again" : "another one");
- void p[40]; // BAD R1@p+40
+ void p[40];
+ kfree(p);
  kfree(q);`,
    prints: ['another one'],
    setting,
  },
  {
    id: 'kasan/kmalloc_uaf3',
    body: `
  const p: Ptr<u8> = kmalloc(100, GFP_KERNEL); // ALLOC p 100
- kfree(p); // FREE p
  const q: Ptr<u8> = kmalloc(100, GFP_KERNEL); // ALLOC q 100
  kfree(q); // FREE q
- void p[8]; // BAD R1@p+8
+ void p[8];
+ kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kmalloc_large_uaf',
    body: `
  const p: Ptr<u8> = kmalloc(8193, GFP_KERNEL); // PAGES p 8193
- kfree(p); // FREE p
- void p[0]; // BAD R1@p
+ void p[0];
+ kfree(p);`,
    setting,
  },
  {
    id: 'kasan/page_alloc_uaf',
    body: `
  const p: Ptr<u8> = page_address(alloc_pages(GFP_KERNEL, 4)!); // PAGES p 65536
- free_pages(p, 4); // FREE p
- void p[0]; // BAD R1@p
+ void p[0];
+ free_pages(p, 4);`,
    setting,
  },
  {
    id: 'kasan/krealloc_uaf',
    body: `
  const p: Ptr<u8> = kmalloc(201, GFP_KERNEL); // ALLOC p 201
- kfree(p); // FREE p
- const q = krealloc(p, 235, GFP_KERNEL); // BAD R1@p
- println(q === NULL ? "nothing" : "something");
- void p[0]; // BAD R1@p
+ const q: Ptr<u8> = krealloc(p, 235, GFP_KERNEL);
+ void q[0];
+ kfree(q);`,
    prints: ['nothing'],
    setting,
  },
];

const BAD_FREE: readonly BugCase[] = [
  {
    id: 'kasan/kmalloc_large_invalid_free',
    body: `
  const p: Ptr<u8> = kmalloc(8193, GFP_KERNEL); // PAGES p 8193
- kfree(p.add(1)); // BAD free@p+1
  kfree(p);`,
    setting,
  },
  {
    id: 'kasan/kmalloc_double_kzfree',
    body: `
  const p: Ptr<u8> = kmalloc(16, GFP_KERNEL); // ALLOC p 16
  kfree_sensitive(p); // FREE p
- kfree_sensitive(p); // BAD R1@p free@p`,
    setting,
  },
  {
    id: 'kasan/kmem_cache_double_free',
    body: `
  const cache = kmem_cache_create("things", 200, 0, 0, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 200
  kmem_cache_free(cache, p); // FREE p
- kmem_cache_free(cache, p); // BAD free@p
  kmem_cache_destroy(cache);`,
    setting,
  },
  {
    id: 'kasan/kmem_cache_invalid_free',
    body: `
  const cache = kmem_cache_create("things", 200, 0, SLAB_TYPESAFE_BY_RCU, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 200
- kmem_cache_free(cache, p.add(1)); // BAD free@p+1
  kmem_cache_free(cache, p);
  kmem_cache_destroy(cache);`,
    setting,
  },
];

const SILENT: readonly BugCase[] = [
  {
    id: 'kasan/kfree_via_page',
    body: `
  const p: Ptr<u8> = kmalloc(64, GFP_KERNEL); // ALLOC p 64
  const page = virt_to_page(p);
  const offset = offset_in_page(p);
  kfree(page_address(page).add(offset)); // FREE p`,
    setting,
  },
  {
    id: 'kasan/kfree_via_phys',
    body: `
  const p: Ptr<u8> = kmalloc(64, GFP_KERNEL); // ALLOC p 64
  const physical = virt_to_phys(p);
  kfree(phys_to_virt(physical)); // FREE p`,
    setting,
  },
];

export const KASAN_SLAB_CASES: readonly BugCase[] = [
  ...OUT_OF_BOUNDS,
  ...WIDE,
  ...MEMORY_FUNCTIONS,
  ...USE_AFTER_FREE,
  ...BAD_FREE,
  ...SILENT,
  {
    id: 'kasan-extra/multi-shot-off',
    body: `
  const p: Ptr<u8> = kmalloc(24, GFP_KERNEL); // ALLOC p 24
- p[24] = 1; // BAD W1@p+24
- p[25] = 1;
- println("did it again");
  kfree(p);`,
    prints: ['did it again'],
    setting: { on: '', off: 'kasan=off' },
  },
];
