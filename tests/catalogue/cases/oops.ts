// SPDX-License-Identifier: GPL-2.0-or-later
/** What the CPU itself does not let pass: no detector can be switched off here. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.CPU;
/** Who dies of a page fault is killed, who dies of a trap gets SIGSEGV. */
const KILLED = 137;
const SEGMENTATION_FAULT = 139;

interface Fault {
  readonly top?: string;
  /** Lines of the broken driver. */
  readonly lines: readonly string[];
  readonly says: readonly string[];
  readonly status?: number;
}

/** A driver that dies at its last line; its twin does the same with memory of its own. */
function fault(id: string, { top = '', lines, says, status = KILLED }: Fault): BugCase {
  const body = [
    '  const thing: Ptr<Thing> = kzalloc(Thing.size, GFP_KERNEL); // ALLOC thing 16',
    ...lines.slice(0, -1).map((line) => `- ${line}`),
    `- ${lines.at(-1)} // BAD trap`,
    '+ thing.$.second = thing.$.first;',
    '  kfree(thing);',
  ].join('\n');
  return { id, top: `${THING}\n${top}`, body, says: [says], status, setting };
}

const THING = '  class Thing extends struct({ first: u64, second: u64 }) {}';
const READ = '#PF: supervisor read access in kernel mode';
const WRITE = '#PF: supervisor write access in kernel mode';

export const OOPS_CASES: readonly BugCase[] = [
  fault('mm-oops/null_deref_read', {
    lines: ['const p: Ptr<Thing> = NULL;', 'void p.$.second;'],
    says: ['BUG: kernel NULL pointer dereference, address: 0000000000000008', READ],
  }),
  fault('mm-oops/null_deref_write', {
    lines: ['const p: Ptr<Thing> = NULL;', 'p.$.second = 1n;'],
    says: ['BUG: kernel NULL pointer dereference, address: 0000000000000008', WRITE],
  }),
  fault('mm-oops/unmapped_kernel', {
    lines: ['const p: Ptr<Thing> = ptr_at<Thing>(0xc900_7fff_0000);', 'void p.$.second;'],
    says: ['BUG: unable to handle page fault for address: ffffc9007fff0008', READ],
  }),
  fault('mm-oops/write_protected', {
    lines: ['const p: Ptr<Thing> = ptr_at<Thing>(0xffff_8100_0000);', 'p.$.second = 1n;'],
    says: [
      'BUG: unable to handle page fault for address: ffffffff81000008',
      WRITE,
      '#PF: error_code(0x0003) - permissions violation',
    ],
  }),
  fault('mm-oops/noncanonical', {
    top: '- class Handle extends struct({ thing: ptr<Thing>() }) {}',
    lines: [
      'thing.$.first = 0x6b6b6b6b6b6b6b6bn;',
      'const p: Ptr<Thing> = addr_of(thing.$.first).cast<Handle>().$.thing;',
      'void p.$.first;',
    ],
    says: [
      'Oops: general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b: *',
    ],
    status: SEGMENTATION_FAULT,
  }),
  fault('mm-oops/poison_deref', {
    lines: [
      'const list: Ptr<list_head> = addr_of(thing.$.first).cast<list_head>();',
      'INIT_LIST_HEAD(list);',
      'list_del(list);',
      'void list.$.next.$.prev;',
    ],
    says: [
      'Oops: general protection fault, probably for non-canonical address 0xdead000000000108: *',
    ],
    status: SEGMENTATION_FAULT,
  }),
  fault('mm-oops/err_ptr_deref', {
    lines: ['const p: Ptr<Thing> = ERR_PTR(-12);', 'void p.$.first;'],
    says: ['BUG: unable to handle page fault for address: fffffffffffffff4', READ],
  }),
  fault('mm-oops/divide', {
    lines: ['thing.$.second = 7n / thing.$.first;'],
    says: ['Oops: divide error: 0000 [#1] SMP*'],
    status: SEGMENTATION_FAULT,
  }),
  {
    id: 'mm-oops/warn_once',
    body: `
  let n = 0;
- for (; n < 3; n++) WARN_ON_ONCE(n >= 0); // BAD trap
+ for (; n < 3; n++) WARN_ON_ONCE(n < 0);
  println("got to " + n);`,
    prints: ['got to 3'],
    setting,
  },
  {
    ...fault('mm-oops/oops_task_killed', {
      lines: ['const p: Ptr<Thing> = NULL;', 'void p.$.first;'],
      says: ['BUG: kernel NULL pointer dereference, address: 0000000000000000'],
    }),
    // 128 is the bit of D: an oops happened.
    script:
      'insmod driver.ko; status=$?; echo "alive after $status"; ' +
      'echo $(($(cat /proc/sys/kernel/tainted) & 128)); exit $status',
    prints: ['alive after 137', '128'],
  },
];
