// SPDX-License-Identifier: GPL-2.0-or-later
/** Who reads without being a reader, and callbacks that come twice. */
import { SETTING, type BugCase, type Setting } from '../bug-case.ts';
import { RCU_TOP, SHORT_STALL, stalling } from './lockup.ts';

const USAGE: Setting = { on: '', off: 'lockdep=off' };
const OBJECTS: Setting = { on: 'kasan=off', off: 'kasan=off debug_objects=off' };

const CLASS = `
  class Thing extends struct({ next: ptr<Thing>(), list: list_head, rcu: rcu_head, n: u32 }) {}`;
const CALLBACK = `${CLASS}
  let freed = 0;

  function free_thing(_head: Ptr<rcu_head>): void {
    freed++;
  }
`;

const THING = '  const thing: Ptr<Thing> = kzalloc(Thing.size, GFP_KERNEL); // ALLOC thing 64';

/** A pointer that is followed outside of a read section; the twin is in one. */
function dereference(name: string, call: string, right: string): BugCase {
  return {
    id: `rcu/${name}`,
    top: CLASS,
    bundle: 'rcu',
    setting: USAGE,
    body: `${THING}
- ${call} // BAD trap
+ ${right}
  kfree(thing);
  println("done");`,
    says: [['rcu_scheduler_active = 2, debug_locks = 1', 'no locks held by *']],
    prints: ['done'],
  };
}

const PLACE = 'addr_of(thing.$.next)';

export const RCU_CASES: readonly BugCase[] = [
  dereference(
    'deref_check',
    `rcu_dereference_check(${PLACE}, false);`,
    `rcu_read_lock(); rcu_dereference_check(${PLACE}, false); rcu_read_unlock();`,
  ),
  dereference(
    'deref_protected',
    `rcu_dereference_protected(${PLACE}, false);`,
    `rcu_dereference_protected(${PLACE}, true);`,
  ),
  {
    id: 'rcu/deref_in_reader',
    top: CLASS,
    bundle: 'rcu',
    setting: USAGE,
    body: `${THING}
  rcu_assign_pointer(${PLACE}, thing);
  rcu_read_lock();
  println("itself: " + (rcu_dereference(${PLACE}) === thing));
  rcu_read_unlock();
  kfree(thing); // FREE thing`,
    prints: ['itself: true'],
  },
  {
    id: 'rcu/list_reader',
    top: CLASS,
    bundle: 'rcu',
    setting: USAGE,
    body: `${THING}
  INIT_LIST_HEAD(addr_of(thing.$.list));
+ rcu_read_lock();
  list_for_each_entry_rcu(addr_of(thing.$.list), Thing, "list", () => true); // BAD trap
+ rcu_read_unlock();
  kfree(thing);
  println("done");`,
    says: [['rcu_scheduler_active = 2, debug_locks = 1', 'no locks held by *']],
    prints: ['done'],
  },
  {
    id: 'rcu/double_call_rcu',
    top: CALLBACK,
    bundle: 'rcu-objects',
    setting: OBJECTS,
    body: `${THING}
  call_rcu(addr_of(thing.$.rcu), free_thing);
- call_rcu(addr_of(thing.$.rcu), free_thing); // BAD trap
  rcu_barrier();
  println("freed " + freed);`,
    besides: ['rcu: call_rcu(): Double-freed CB *'],
    prints: ['freed 0'],
  },
  stalling('rcu/stall_self'),
  {
    id: 'rcu/stall_others',
    setting: SHORT_STALL,
    bundle: 'rcu-stall',
    top: RCU_TOP,
    cpus: 2,
    // With interrupts off its own CPU cannot notice.
    body: `
  const thing: Ptr<Thing> = kzalloc(Thing.size, GFP_KERNEL);
  local_irq_disable();
  rcu_read_lock();
  call_rcu(addr_of(thing.$.rcu), free_thing);
  for (let n = 0; n < 8; n++) {
    mdelay(500); // BAD trap
    touch_nmi_watchdog();
+   rcu_read_unlock();
+   local_irq_enable();
+   udelay(10);
+   local_irq_disable();
+   rcu_read_lock();
  }
  rcu_read_unlock();
  local_irq_enable();
  rcu_barrier();
  println("freed " + freed);`,
    says: [
      [
        'rcu: *0-...0: (0 ticks this GP) idle=*/*/0x* softirq=*/* fqs=*',
        'rcu: *(detected by 1, t=75* jiffies, g=*, q=* ncpus=2)',
        'Sending NMI from CPU 1 to CPUs 0:',
        'NMI backtrace for cpu 0',
        'CPU: 0 UID: 0 PID: * Comm: insmod *',
      ],
    ],
    prints: ['freed 1'],
  },
  {
    id: 'rcu/uaf_after_grace',
    setting: SETTING.KASAN,
    cpus: 2,
    top: `
  class Thing extends struct({ n: u32 }) {}
  class Holder extends struct({ thing: ptr<Thing>(), reading: completion, done: completion }) {}

  function retire(thing: Ptr<Thing>): void {
    "use unsafe";
+   synchronize_rcu();
    kfree(thing); // FREE thing
  }

  function reader(data: VoidPtr): number {
    "use unsafe";
    const holder: Ptr<Holder> = data;
    rcu_read_lock();
    const thing = rcu_dereference(addr_of(holder.$.thing));
    complete(addr_of(holder.$.reading));
    mdelay(20);
    println("reads on");
    void thing.$.n; // BAD R4@thing
    rcu_read_unlock();
    complete(addr_of(holder.$.done));
    return 0;
  }`,
    body: `
  const holder: Ptr<Holder> = kzalloc(Holder.size, GFP_KERNEL);
  init_completion(addr_of(holder.$.reading));
  init_completion(addr_of(holder.$.done));
  const thing: Ptr<Thing> = kzalloc(64, GFP_KERNEL); // ALLOC thing 64
  rcu_assign_pointer(addr_of(holder.$.thing), thing);
  kthread_run(reader, holder, "reader");
  wait_for_completion(addr_of(holder.$.reading));
  rcu_assign_pointer(addr_of(holder.$.thing), NULL);
  retire(thing);
  wait_for_completion(addr_of(holder.$.done));
  kfree(holder);`,
    prints: ['reads on'],
  },
  {
    id: 'rcu/module_exit_pending_cb',
    setting: SETTING.CPU,
    top: `${RCU_TOP}
  function queue(): void {
    "use unsafe";
    const thing: Ptr<Thing> = kzalloc(Thing.size, GFP_KERNEL);
    call_rcu(addr_of(thing.$.rcu), free_thing);
    println("queued"); // BAD line
  }`,
    body: '  println("loaded");',
    exit: `
  queue();
+ rcu_barrier();`,
    script: 'insmod driver.ko; rmmod driver; sleep 0.1; echo "modules: $(lsmod | grep -c driver)"',
    says: [
      [
        '#PF: supervisor instruction fetch in kernel mode',
        'Oops: Oops: 0010 [#1] *',
        '*Comm: rcuc/0 *',
        ' rcu_do_batch+0x*',
      ],
    ],
    besides: ['note: rcuc/0[*] exited with preempt_count *'],
    prints: ['loaded', 'queued', 'modules: 0'],
    taints: 'D',
  },
];
