// SPDX-License-Identifier: GPL-2.0-or-later
/** Tests of lib/locking-selftest.c that are no part of a matrix. */
import { SETTING, type BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';
import { handler, INTERRUPT, INTERRUPT_FIELDS } from './lockdep-handlers.ts';

const HANDLERS = lines(
  handler('hard', 'handleTick', [
    '    spin_lock(addr_of(locks.$.a)); // WAS ... which became HARDIRQ-irq-safe at:',
    '    spin_unlock(addr_of(locks.$.a));',
  ]),
  handler('soft', 'handleTasklet', [
    '    spin_lock_irq(addr_of(locks.$.d));',
    '    spin_unlock_irq(addr_of(locks.$.d));',
  ]),
);

const TOP = `
  class Locks extends struct({
    mutex: mutex,
    a: spinlock_t,
    b: spinlock_t,
    c: spinlock_t,
    d: spinlock_t,
    ${INTERRUPT_FIELDS},
  }) {}
  function makeLocks(): Ptr<Locks> {
    "use unsafe";
    const locks: Ptr<Locks> = kzalloc(Locks.size, GFP_KERNEL);
    mutex_init(addr_of(locks.$.mutex));
    spin_lock_init(addr_of(locks.$.a));
    spin_lock_init(addr_of(locks.$.b));
    spin_lock_init(addr_of(locks.$.c));
    spin_lock_init(addr_of(locks.$.d));
    return locks;
  }
  ${INTERRUPT.hard}
  ${INTERRUPT.soft}
  ${HANDLERS}
  function pair(outer: Ptr<spinlock_t>, inner: Ptr<spinlock_t>): void {
    "use unsafe";
    local_irq_disable();
    spin_lock(outer);
    spin_lock(inner); // BAD trap // AT *(&locks->d)*, at:
    spin_unlock(inner);
    spin_unlock(outer);
    local_irq_enable();
  }`;

/**
 * A path from a mutex to `d` joins what softirqs may not wait for to what they take, which is fine:
 * nobody waits for a mutex in one. The path from `a` to `d` is the mistake.
 */
const MIXED: BugCase = {
  id: 'lockdep/hardirq_deadlock_softirq_not_deadlock',
  top: TOP,
  body: `
  const locks = makeLocks(); // PLACE locks
  mutex_lock(addr_of(locks.$.mutex));
  spin_lock_irq(addr_of(locks.$.c));
  spin_unlock_irq(addr_of(locks.$.c));
  mutex_unlock(addr_of(locks.$.mutex));
  interrupt(handleTick, 0, locks);
  pair(addr_of(locks.$.a), addr_of(locks.$.b));
  pair(addr_of(locks.$.b), addr_of(locks.$.c));
  locks.$.isDone = 0;
  interruptSoftly(handleTasklet, locks);
  local_bh_disable();
- spin_lock(addr_of(locks.$.d)); // WAS ...
- spin_unlock(addr_of(locks.$.d));
+ spin_lock_irq(addr_of(locks.$.d));
+ spin_unlock_irq(addr_of(locks.$.d));
  local_bh_enable();
  pair(addr_of(locks.$.c), addr_of(locks.$.d));
  kfree(locks);
  println("done");`,
  says: [[' (&locks->c){....}-{3:3} -> (&locks->d){+.-.}-{3:3}']],
  takes: [
    'task &locks->mutex',
    'task &locks->c',
    'hardirq &locks->a',
    ...['a', 'b', 'b', 'c'].map((name) => `task &locks->${name}`),
    'softirq &locks->d',
    ...['d', 'c', 'd'].map((name) => `task &locks->${name}`),
  ],
  prints: ['done'],
  setting: SETTING.LOCKDEP,
};

/** A level is the same class's, by name: one lock may be taken under another of it. */
const SUBCLASS: BugCase = {
  id: 'lockdep/lockdep_set_subclass_name_test',
  top: '  class Nodes extends struct({ parent: rw_semaphore, child: rw_semaphore }) {}',
  body: `
  const nodes: Ptr<Nodes> = kzalloc(Nodes.size, GFP_KERNEL); // PLACE nodes
  for (const node of [addr_of(nodes.$.parent), addr_of(nodes.$.child)]) init_rwsem(node);
  lockdep_set_subclass(addr_of(nodes.$.child), 1);
  down_write(addr_of(nodes.$.parent));
  down_write(addr_of(nodes.$.child));
  up_write(addr_of(nodes.$.child));
  up_write(addr_of(nodes.$.parent));
  kfree(nodes);
  println("done");`,
  takes: ['task node', 'task node/1'],
  prints: ['done'],
  setting: SETTING.LOCKDEP,
};

export const SINGLE_CASES: readonly BugCase[] = [MIXED, SUBCLASS];
