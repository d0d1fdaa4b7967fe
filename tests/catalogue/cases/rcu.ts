// SPDX-License-Identifier: GPL-2.0-or-later
/** Who reads without being a reader, and callbacks that come twice. */
import type { BugCase, Setting } from '../bug-case.ts';

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
];
