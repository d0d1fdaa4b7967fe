// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory that nobody knows any more, and memory that somebody still does. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';

const setting = SETTING.KMEMLEAK;

const FILE = '/sys/kernel/debug/kmemleak';
/** An object must be old enough, and two scans must find it alike. */
const SCAN = `sleep 6; echo scan > ${FILE}; echo scan > ${FILE}`;
const COUNT = `cat ${FILE} | grep -c unreferenced || true`;
const LOAD_AND_SCAN = `insmod driver.ko && { ${SCAN}; cat ${FILE}; }`;

/** Objects whose pointers are dropped; in the twin each is freed. */
function dropped(id: string, call: string, sizeBytes: number, objects: number): BugCase {
  const names = Array.from({ length: objects }, (_, index) => `p${index}`);
  const free = call.startsWith('v') ? 'vfree' : 'kfree';
  const body = lines(
    names.map((name) => `- const ${name}: VoidPtr = ${call}; // LEAK ${name} ${sizeBytes}`),
    names.map((name) => `+ const ${name}: VoidPtr = ${call};`),
    names.map((name) => `+ ${free}(${name});`),
  );
  return { id, body, script: LOAD_AND_SCAN, besides: [summary(objects)], setting };
}

/** What a scan says in the log. */
function summary(leaks: number): string {
  return `kmemleak: ${leaks} new suspected memory leaks (see ${FILE})`;
}

const LEAKS: readonly BugCase[] = [
  dropped('kmemleak/kmalloc_32', 'kmalloc(32, GFP_KERNEL)', 32, 2),
  dropped('kmemleak/kmalloc_1024', 'kmalloc(1024, GFP_KERNEL)', 1024, 2),
  dropped('kmemleak/kmalloc_2048', 'kmalloc(2048, GFP_KERNEL)', 2048, 2),
  dropped('kmemleak/kmalloc_4096', 'kmalloc(4096, GFP_KERNEL)', 4096, 2),
  dropped('kmemleak/vmalloc_64', 'vmalloc(64)', 4096, 5),
  {
    id: 'kmemleak/alloc_percpu',
    top: '  class Counters extends struct({ all: array(u64, 8) }) {}',
    body: `
- const p: VoidPtr = alloc_percpu(Counters); // LEAK p 64
+ const p: VoidPtr = alloc_percpu(Counters);
+ free_percpu(p);`,
    script: LOAD_AND_SCAN,
    besides: [summary(1)],
    setting,
  },
];

const POLICY: readonly BugCase[] = [
  {
    id: 'kmemleak-extra/interior_pointer',
    top: '  let inside: Ptr<u8> = NULL;',
    body: `
  const p: Ptr<u8> = kmalloc(128, GFP_KERNEL); // ALLOC p 128
  inside = p.add(60);
  const lost: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC lost 64`,
    exit: '  kfree(inside.sub(60));',
    // The other object shows that there was a scan.
    script: `insmod driver.ko && { ${SCAN}; grep '^unref' ${FILE}; } | sed s/unref/Unref/`,
    prints: ['Unreferenced object 0x{lost} (size 64):'],
    besides: [summary(1)],
    setting,
  },
  {
    id: 'kmemleak-extra/cycle',
    top: '  class Node extends struct({ next: ptr<Node>(), rest: array(u8, 56) }) {}',
    body: `
- const p: Ptr<Node> = kzalloc(Node.size, GFP_KERNEL); // LEAK p 64
- const q: Ptr<Node> = kzalloc(Node.size, GFP_KERNEL); // LEAK q 64
+ const p: Ptr<Node> = kzalloc(Node.size, GFP_KERNEL);
+ const q: Ptr<Node> = kzalloc(Node.size, GFP_KERNEL);
  p.$.next = q;
  q.$.next = p;
+ kfree(q);
+ kfree(p);`,
    script: LOAD_AND_SCAN,
    besides: [summary(2)],
    setting,
  },
  {
    id: 'kmemleak-extra/min_age',
    body: '  const p: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC p 64',
    // Later, the same scan finds it.
    script:
      `insmod driver.ko && { echo scan > ${FILE}; echo scan > ${FILE}; ${COUNT}; ` +
      `${SCAN}; ${COUNT}; }`,
    prints: ['0', '1'],
    besides: [summary(1)],
    setting,
  },
  {
    id: 'kmemleak-extra/vmalloc_one_ref',
    body: `
- const p: VoidPtr = vmalloc(64); // LEAK p 4096
+ const p: VoidPtr = vmalloc(64);
+ vfree(p);`,
    script: LOAD_AND_SCAN,
    besides: [summary(1)],
    setting,
  },
  {
    id: 'kmemleak-extra/clear_command',
    body: '  const p: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC p 64',
    script:
      `insmod driver.ko && { ${SCAN}; ${COUNT}; echo clear > ${FILE}; ${COUNT}; ` +
      `${SCAN}; ${COUNT}; }`,
    prints: ['1', '0', '0'],
    besides: [summary(1)],
    setting,
  },
  {
    id: 'kmemleak-extra/free_unknown',
    body: `
  const p: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC p 64
  kmemleak_free(p);
  kfree(p); // FREE p`,
    script: LOAD_AND_SCAN,
    setting,
  },
  {
    id: 'kmemleak-extra/summary_line',
    body: `
  const p: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC p 64
- // BAD line
+ kfree(p);`,
    script: `insmod driver.ko && { ${SCAN}; }`,
    says: [[summary(1)]],
    setting,
  },
];

export const KMEMLEAK_CASES: readonly BugCase[] = [...LEAKS, ...POLICY];
