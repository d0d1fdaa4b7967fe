// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because some names are lkdtm's.
/** Copies to and from programs: good ones, refused ones, and ones that leave an object. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.USERCOPY;

/** A page of the loading program's, as lkdtm takes it. */
const USER = `
  const [access, kind] = [PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE];
  const user: VoidPtr = vm_mmap(NULL, 0, 4096, access, kind, 0); // PLACE user`;
const KERNEL = '  const kernel: Ptr<u8> = kzalloc(8192, GFP_KERNEL); // ALLOC kernel 8192';
const KILLED = 139;

/** Functions that must not report: what they answer is printed, and stands in the trace. */
function silent(
  name: string,
  body: string,
  prints: readonly string[],
  copies: NonNullable<BugCase['copies']>,
): BugCase {
  return {
    id: `usercopy/${name}`,
    body: `${USER}\n${KERNEL}\n${body}\n  kfree(kernel); // FREE kernel`,
    prints,
    copies,
    setting,
  };
}

interface Width {
  readonly type: 'u8' | 'u16' | 'u32' | 'u64';
  readonly value: string;
  readonly zero: string;
  readonly bytes: number;
}

const WIDTHS: readonly Width[] = [
  { type: 'u8', value: '0x5a', zero: '0', bytes: 1 },
  { type: 'u16', value: '0x5a5b', zero: '0', bytes: 2 },
  { type: 'u32', value: '0x5a5b5c5d', zero: '0', bytes: 4 },
  { type: 'u64', value: '0x5a5b5c5d6a6b6c6dn', zero: '0n', bytes: 8 },
];

const SINGLE_VALUES: readonly BugCase[] = WIDTHS.flatMap(({ type, value, zero, bytes }) => [
  silent(
    `valid_put_get_user_${type}`,
    `
  const there: Ptr<${type}> = user;
  const here = kernel.cast<${type}>();
  println("put " + put_user_${type}(${value}, there));
  println("got " + get_user_${type}(here, there));
  println(here[0] === ${value} ? "the same" : "another");`,
    ['put 0', 'got 0', 'the same'],
    [
      ['user', bytes],
      ['user', bytes],
    ],
  ),
  silent(
    `invalid_get_user_kernel_${type}`,
    `
  const here = kernel.cast<${type}>();
  const there: Ptr<${type}> = kernel.add(16).cast<${type}>();
  here[0] = ${value};
  there[0] = ${value};
  println("got " + get_user_${type}(here, there));
  println(here[0] === ${zero} ? "zero" : "not zero");`,
    ['got -14', 'zero'],
    [['kernel+16', 0]],
  ),
  silent(
    `invalid_put_user_kernel_${type}`,
    `
  const there = kernel.cast<${type}>();
  there[0] = ${value};
  println("put " + put_user_${type}(${zero}, there));
  println(there[0] === ${value} ? "the same" : "another");`,
    ['put -14', 'the same'],
    [['kernel', 0]],
  ),
]);

const COPIES: readonly BugCase[] = [
  silent(
    'valid_copy_to_user_page',
    `
  memset(kernel, 58, 4096);
  println("left " + copy_to_user(user, kernel, 4096));
  memset(kernel, 0, 4096);
  println("left " + copy_from_user(kernel, user, 4096));
  println(memchr_inv(kernel, 58, 4096) === NULL ? "the same" : "another");`,
    ['left 0', 'left 0', 'the same'],
    [
      ['user', 4096],
      ['user', 4096],
    ],
  ),
  silent(
    'valid_copy_from_user_page',
    `
  memset(kernel, 58, 4096);
  println("left " + copy_from_user(kernel, user, 4096));
  println(memchr_inv(kernel, 0, 4096) === NULL ? "all zero" : "not zero");`,
    ['left 0', 'all zero'],
    [['user', 4096]],
  ),
  silent(
    'invalid_copy_from_user_kernel_src',
    `
  const from = kernel.add(4096);
  memset(kernel, 90, 4096);
  memset(from, 165, 4096);
  println("left " + copy_from_user(kernel, from, 4096));
  println(memchr_inv(kernel, 0, 4096) === NULL ? "all zero" : "not zero");`,
    ['left 4096', 'all zero'],
    [['kernel+4096', 0]],
  ),
  silent(
    'invalid_copy_to_user_all_kernel',
    `
  const to = kernel.add(4096);
  memset(kernel, 90, 4096);
  memset(to, 165, 4096);
  println("left " + copy_to_user(to, kernel, 4096));
  println(memchr_inv(to, 165, 4096) === NULL ? "as it was" : "changed");`,
    ['left 4096', 'as it was'],
    [['kernel+4096', 0]],
  ),
  silent(
    'invalid_copy_to_user_reversed',
    `
  memset(kernel, 90, 4096);
  println("left " + copy_to_user(kernel, user, 4096));
  println(memchr_inv(kernel, 90, 4096) === NULL ? "as it was" : "changed");`,
    ['left 4096', 'as it was'],
    [['kernel', 0]],
  ),
];

interface Spill {
  /** Lines that make the kernel's `p`, and that give it back. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly bad: string;
  readonly good: string;
  readonly says: string;
}

/** A copy that leaves the object that it begins in: BUG() before anything is copied. */
function spill(name: string, { before, after, bad, good, says }: Spill): BugCase {
  const body = [
    USER,
    ...before.map((line) => `  ${line}`),
    `- ${bad}; // BAD trap`,
    `+ println("left " + ${good});`,
    ...after.map((line) => `  ${line}`),
  ].join('\n');
  return { id: `lkdtm/USERCOPY_${name}`, body, says: [[says]], status: KILLED, setting };
}

const EXPOSED = 'usercopy: Kernel memory exposure attempt detected from';
const OVERWRITTEN = 'usercopy: Kernel memory overwrite attempt detected to';
const OBJECT = {
  before: ['const p: Ptr<u8> = kzalloc(1024, GFP_KERNEL); // ALLOC p 1024'],
  after: ['kfree(p);'],
};
/** Programs may see 64 bytes from the middle on. */
const WINDOW = {
  before: [
    'const cache = kmem_cache_create_usercopy("things", 1024, 0, 0, 256, 64, NULL);',
    'const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 1024',
  ],
  after: ['kmem_cache_free(cache, p);', 'kmem_cache_destroy(cache);'],
};

const SPILLS: readonly BugCase[] = [
  spill('SLAB_SIZE_TO', {
    ...OBJECT,
    bad: 'copy_to_user(user, p.add(16), 1024)',
    good: 'copy_to_user(user, p.add(16), 1008)',
    says: `${EXPOSED} SLUB object 'kmalloc-1k' (offset 16, size 1024)!`,
  }),
  spill('SLAB_SIZE_FROM', {
    ...OBJECT,
    bad: 'copy_from_user(p.add(16), user, 1024)',
    good: 'copy_from_user(p.add(16), user, 1008)',
    says: `${OVERWRITTEN} SLUB object 'kmalloc-1k' (offset 16, size 1024)!`,
  }),
  spill('SLAB_WHITELIST_TO', {
    ...WINDOW,
    bad: 'copy_to_user(user, p.add(255), 64)',
    good: 'copy_to_user(user, p.add(256), 64)',
    says: `${EXPOSED} SLUB object 'things' (offset 255, size 64)!`,
  }),
  spill('SLAB_WHITELIST_FROM', {
    ...WINDOW,
    bad: 'copy_from_user(p.add(255), user, 64)',
    good: 'copy_from_user(p.add(256), user, 64)',
    says: `${OVERWRITTEN} SLUB object 'things' (offset 255, size 64)!`,
  }),
  spill('VMALLOC', {
    before: ['const p: Ptr<u8> = vmalloc(4096); // PAGES p 4096'],
    after: ['vfree(p);'],
    bad: 'copy_to_user(user, p.add(16), 4096)',
    good: 'copy_to_user(user, p.add(16), 4080)',
    says: `${EXPOSED} vmalloc (offset 16, size 4096)!`,
  }),
  spill('FOLIO', {
    before: [
      'const p: Ptr<u8> = page_address(alloc_pages(GFP_KERNEL | __GFP_COMP, 1)!); // PAGES p 8192',
    ],
    after: ['free_pages(p, 1);'],
    bad: 'copy_to_user(user, p.add(4096 + 16), 4096)',
    good: 'copy_to_user(user, p.add(4096), 4096)',
    says: `${EXPOSED} page alloc (offset 4112, size 4096)!`,
  }),
  spill('KERNEL', {
    before: ['const p: Ptr<u8> = ptr_at<u8>(0xffff_8100_0000); // PLACE p'],
    after: [],
    bad: 'copy_to_user(user, p, 4096)',
    good: 'copy_to_user(user, p, 0)',
    says: `${EXPOSED} kernel text (offset 0, size 4096)!`,
  }),
];

export const USERCOPY_CASES: readonly BugCase[] = [...SINGLE_VALUES, ...COPIES, ...SPILLS];
