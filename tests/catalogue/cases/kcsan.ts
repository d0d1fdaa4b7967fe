// SPDX-License-Identifier: GPL-2.0-or-later
/** Two threads at one place, as Linux's kcsan_test has them. */
import { SETTING, type BugCase } from '../bug-case.ts';

const FIELDS = 'x: u32, y: u32, flag: u32, lock: spinlock_t, count: atomic_t, done: completion';

const SEQLOCK = '\n  seqlock_init(addr_of(s.$.seq));';

interface Threads {
  readonly name: string;
  /** Functions and lines of code; as patches. */
  readonly top?: string;
  readonly first: string;
  readonly second: string;
  readonly silent?: boolean;
  readonly says?: readonly string[];
  readonly on?: string;
  /** One unless told. */
  readonly reports?: number;
  readonly fields?: string;
  readonly types?: string;
}

/** What thread `s` points to is the object that both touch. */
function threads(spec: Threads): BugCase {
  const {
    name,
    first,
    second,
    silent = false,
    says = [],
    reports = 1,
    on,
    fields = FIELDS,
    types = '',
  } = spec;
  return {
    id: `kcsan/${name}`,
    setting: on === undefined ? SETTING.KCSAN : { ...SETTING.KCSAN, on },
    cpus: 2,
    ...(says.length > 0 && { says: [says] }),
    top: `
  ${types}
  class Shared extends struct({ ${fields} }) {}
  ${spec.top ?? ''}
  function one_thread(data: VoidPtr): number {
    "use unsafe";
    const s: Ptr<Shared> = data;
${first}
    println("one is done");
    complete(addr_of(s.$.done));
    return 0;
  }
  function other_thread(data: VoidPtr): number {
    "use unsafe";
    const s: Ptr<Shared> = data;
${second}
    println("other is done");
    complete(addr_of(s.$.done));
    return 0;
  }`,
    body: `
  const s: Ptr<Shared> = kzalloc(Shared.size, GFP_KERNEL); // PLACE s
  init_completion(addr_of(s.$.done));
  spin_lock_init(addr_of(s.$.lock));${fields.includes('seqlock_t') ? SEQLOCK : ''}
  kthread_run(one_thread, s, "one");
  kthread_run(other_thread, s, "other");
  wait_for_completion(addr_of(s.$.done));
  wait_for_completion(addr_of(s.$.done));
  kfree(s);${silent ? '' : ` // BAD${' line'.repeat(reports)}`}`,
    prints: silent ? ['one is done', 'other is done'] : [],
  };
}

const READ = 'WAS read to 0x{s} of 4 bytes by task *';
const WRITE = 'WAS write to 0x{s} of 4 bytes by task *';
const CHANGED = 'value changed: 0x00000000 -> 0x00000001';
const TITLE = 'BUG: KCSAN: data-race in one_thread / other_thread';

export const KCSAN_CASES: readonly BugCase[] = [
  threads({
    name: 'test_basic',
    first: `
-   s.$.x = 1; // ${WRITE}
+   WRITE_ONCE(s.$.x, 1);`,
    second: `
-   const seen = s.$.x; // ${READ}
+   const seen = READ_ONCE(s.$.x);
    if (seen > 1) println("never");`,
    says: [TITLE, CHANGED],
  }),
  threads({
    name: 'test_concurrent_races',
    on: 'kcsan=strict preempt=full',
    reports: 2,
    first: `
+   spin_lock(addr_of(s.$.lock));
    s.$.x += 1; // WAS read-write to 0x{s} of 4 bytes by task *
    s.$.y = 1; // WAS write to 0x{s+4} of 4 bytes by task *
+   spin_unlock(addr_of(s.$.lock));`,
    second: `
+   spin_lock(addr_of(s.$.lock));
    s.$.x += 1; // WAS read to 0x{s} of 4 bytes by task *
    s.$.y = 2; // WAS write to 0x{s+4} of 4 bytes by task *
+   spin_unlock(addr_of(s.$.lock));`,
  }),
  threads({
    name: 'test_novalue_change',
    silent: true,
    first: '    s.$.x = 0;',
    second: '    if (s.$.x > 1) println("never");',
  }),
  threads({
    name: 'test_novalue_change_exception',
    top: `
  function write_as_rcu_does(s: Ptr<Shared>): void {
    "use unsafe";
-   s.$.x = 0; // ${WRITE}
+   WRITE_ONCE(s.$.x, 0);
  }`,
    first: '    write_as_rcu_does(s);',
    second: `
-   if (s.$.x > 1) println("never"); // ${READ}
+   if (READ_ONCE(s.$.x) > 1) println("never");`,
    says: ['BUG: KCSAN: data-race in other_thread / write_as_rcu_does'],
  }),
  threads({
    name: 'test_unknown_origin',
    first: `
    kcsan_disable_current();
-   s.$.x = 1;
+   s.$.y = 1;
    kcsan_enable_current();`,
    second: `
    if (s.$.x > 1) println("never"); // ${READ.replace('WAS', 'WAS race at unknown origin, with')}`,
    says: [CHANGED],
  }),
  threads({
    name: 'test_read_atomic_write_atomic',
    silent: true,
    first: '    WRITE_ONCE(s.$.x, 1);',
    second: '    if (READ_ONCE(s.$.x) > 1) println("never");',
  }),
  threads({
    name: 'test_read_plain_atomic_write',
    first: '    WRITE_ONCE(s.$.x, 1); // WAS write (marked) to 0x{s} of 4 bytes by task *',
    second: `
-   if (s.$.x > 1) println("never"); // ${READ}
+   if (READ_ONCE(s.$.x) > 1) println("never");`,
    says: [TITLE, CHANGED],
  }),
  threads({
    name: 'test_read_plain_atomic_rmw',
    fields: `count: atomic_t, ${FIELDS.replace(' count: atomic_t,', '')}`,
    first: `
    atomic_inc(addr_of(s.$.count)); // WAS read-write (marked) to 0x{s} of 4 bytes by task *`,
    second: `
-   if (s.$.count.counter > 1) println("never"); // ${READ}
+   if (atomic_read(addr_of(s.$.count)) > 1) println("never");`,
    says: [TITLE, CHANGED],
  }),
  threads({
    name: 'test_zero_size_access',
    types: 'class Many extends struct({ words: array(u64, 8) }) {}',
    fields: `many: Many, ${FIELDS}`,
    first: `
    const from: Ptr<Many> = kzalloc(Many.size, GFP_KERNEL);
    memset(from, 1, Many.size);
    memcpy(addr_of(s.$.many), from, Many.size); // WAS write to 0x{s} of 64 bytes by task *
    kfree(from);`,
    second: `
    const into: Ptr<Many> = kzalloc(Many.size, GFP_KERNEL);
    memcpy(into, addr_of(s.$.many), 0);
-   memcpy(into, addr_of(s.$.many), Many.size); // WAS read to 0x{s} of 64 bytes by task *
    kfree(into);`,
    says: [TITLE],
  }),
  threads({
    name: 'test_1bit_value_change',
    first: `
-   s.$.x ^= 4; // WAS read-write to 0x{s} of 4 bytes by task *
+   WRITE_ONCE(s.$.x, 4);`,
    second: `
-   if (s.$.x > 8) println("never"); // ${READ}
+   if (READ_ONCE(s.$.x) > 8) println("never");`,
    says: [TITLE, 'value changed: 0x00000000 -> 0x00000004'],
  }),
  threads({
    name: 'test_jiffies_noreport',
    silent: true,
    first: `
    const before = jiffies;
    while (jiffies === before) cond_resched();`,
    second: `
    const end = jiffies + 2;
    while (jiffies < end) cond_resched();`,
  }),
  threads({
    name: 'test_seqlock_noreport',
    silent: true,
    fields: FIELDS.replace('lock: spinlock_t', 'lock: spinlock_t, seq: seqlock_t'),
    first: `
    write_seqlock(addr_of(s.$.seq));
    s.$.x = 1;
    s.$.y = 2;
    write_sequnlock(addr_of(s.$.seq));`,
    second: `
    let sum = 0;
    let start = 0;
    while (sum !== 3) {
      do {
        start = read_seqbegin(addr_of(s.$.seq));
        sum = s.$.x + s.$.y;
      } while (read_seqretry(addr_of(s.$.seq), start));
      if (sum !== 0 && sum !== 3) println("half of it");
      cond_resched();
    }`,
  }),
  threads({
    name: 'test_correct_barrier',
    silent: true,
    first: `
    s.$.x = 1;
    smp_wmb();
    WRITE_ONCE(s.$.flag, 1);`,
    second: `
    while (READ_ONCE(s.$.flag) === 0) cond_resched();
    smp_rmb();
    println(\`x is \${s.$.x}\`);`,
  }),
  threads({
    name: 'test_missing_barrier',
    first: `
    s.$.x = 1; // ${WRITE}
+   smp_wmb();
    WRITE_ONCE(s.$.flag, 1);`,
    second: `
    while (READ_ONCE(s.$.flag) === 0) cond_resched();
    smp_rmb();
    println(\`x is \${s.$.x}\`); // ${READ}`,
    says: [TITLE, CHANGED],
  }),
  threads({
    name: 'test_barrier_nothreads',
    silent: true,
    first: `
    WRITE_ONCE(s.$.x, 1);
    smp_mb();
    smp_store_release(s.$.x, smp_load_acquire(s.$.x) + 1);
    atomic_inc(addr_of(s.$.count));
    spin_lock(addr_of(s.$.lock));
    s.$.y += 1;
    spin_unlock(addr_of(s.$.lock));`,
    second: '    if (READ_ONCE(s.$.x) > 2) println("never");',
  }),
];
