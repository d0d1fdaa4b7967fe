// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of `kernel/raw`: where they lie, what they say of misuse, and statics. */
import { describe, expect, it } from 'vitest';

import {
  lockLayout,
  LOCK_SHAPES,
  type LockTypeName,
} from '../../kernel-sim/kernel/locking/layouts.ts';
import { loadRaw, printedByRaw } from '../support/raw-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const PC = { board: 'pc', cmdline: '' } as const;
const UNWATCHED = { board: 'pc', cmdline: 'lockdep=off' } as const;
const UNCHECKED = { board: 'pc', cmdline: 'lockdep=off lock_debug=off' } as const;

const USED = `import { DEFINE_MUTEX, DEFINE_SPINLOCK, mutex, mutex_init, mutex_is_locked,
  mutex_lock, mutex_trylock, mutex_unlock, spin_is_locked, spin_lock, spin_lock_init,
  spin_lock_irqsave,
  spin_trylock, spin_unlock, spin_unlock_irqrestore, spinlock_t } from "kernel/raw";
class Bank extends struct({ lock: spinlock_t, change: mutex, balance: u32 }) {}
const bank_lock = DEFINE_SPINLOCK();
const bank_mutex = DEFINE_MUTEX();
function bank(): Ptr<Bank> {
  // SAFETY: fresh memory.
  unsafe: {
    const made: Ptr<Bank> = kzalloc(Bank.size, GFP_KERNEL);
    spin_lock_init(addr_of(made.$.lock));
    mutex_init(addr_of(made.$.change));
    return made;
  }
}
void mutex_lock, mutex_unlock, mutex_trylock, mutex_is_locked, spin_is_locked, spin_lock;
void spin_lock_irqsave, spin_trylock, spin_unlock, spin_unlock_irqrestore, bank;
void bank_lock, bank_mutex;
`;

/** Size and offsets of a lock's fields, as a driver sees them. */
function offsets(top: string, name: LockTypeName): number[] {
  const asked = LOCK_SHAPES[name].fields.map(([field]) => `\${${name}.offsetof("${field}")}`);
  const { log } = loadRaw(top, `println(\`> \${${name}.size} ${asked.join(' ')}\`);`, PC);
  const said = log.find(({ text }) => text.startsWith('> '));
  return (said?.text.slice(2) ?? '').split(' ').map(Number);
}

function offsetsInKernel(name: LockTypeName): number[] {
  const layout = lockLayout(name, { pointerBytes: 8 });
  return [layout.sizeBytes, ...LOCK_SHAPES[name].fields.map(([field]) => layout.at(field))];
}

describe('locks of raw code', { timeout: PATIENCE_MS }, () => {
  it('lie in structs and among variables, and are held until they are given back', () => {
    expect(
      printedByRaw(
        USED,
        `const b = bank();
      spin_lock(addr_of(b.$.lock));
      println(\`> \${spin_is_locked(addr_of(b.$.lock))} \${spin_trylock(addr_of(b.$.lock))}\`);
      spin_unlock(addr_of(b.$.lock));
      const flags = spin_lock_irqsave(bank_lock);
      println(\`> \${flags} \${bank_lock.$.magic} \${spin_is_locked(addr_of(b.$.lock))}\`);
      spin_unlock_irqrestore(bank_lock, flags);
      mutex_lock(addr_of(b.$.change));
      println(\`> \${mutex_trylock(addr_of(b.$.change))} \${mutex_trylock(bank_mutex)}\`);
      mutex_unlock(addr_of(b.$.change));
      mutex_unlock(bank_mutex);
      println(\`> \${mutex_is_locked(addr_of(b.$.change))} \${mutex_is_locked(bank_mutex)}\`);
      kfree(b);`,
      ),
    ).toEqual(['true false', '512 3735899821 false', 'false true', 'false false']);
  });

  it.each(['spinlock_t', 'mutex'] as const)('%s has the fields that the kernel uses', (name) =>
    expect(offsets(USED, name)).toEqual(offsetsInKernel(name)),
  );

  it('are made at the top level by what makes variables', () => {
    const { stdout, status } = loadRaw(USED, 'const local = DEFINE_SPINLOCK(); void local;', PC);
    expect(status).toBe(99);
    expect(stdout).toContain('RZ1000');
  });
});

const TWO_SIDED = `import { DECLARE_RWSEM, DEFINE_RWLOCK, DEFINE_SEMAPHORE, DEFINE_SEQLOCK,
  down_read,
  down_trylock, down_write, down_write_trylock, downgrade_write, read_lock, read_seqbegin,
  read_seqretry, read_trylock, read_unlock, rwlock_t, rw_semaphore, semaphore, seqlock_t, up,
  up_read, up_write, write_lock_irqsave, write_seqlock, write_sequnlock, write_trylock,
  write_unlock_irqrestore } from "kernel/raw";
const table = DEFINE_RWLOCK();
const names = DECLARE_RWSEM();
const slots = DEFINE_SEMAPHORE(1);
const clock = DEFINE_SEQLOCK();
void rwlock_t, rw_semaphore, semaphore, seqlock_t, down_read, down_trylock, down_write;
void down_write_trylock, downgrade_write, read_lock, read_seqbegin, read_seqretry, read_trylock;
void read_unlock, up, up_read, up_write, write_lock_irqsave, write_seqlock, write_sequnlock;
void write_trylock, write_unlock_irqrestore, table, names, slots, clock;
`;

describe('locks with two sides', { timeout: PATIENCE_MS }, () => {
  it('keep writers from readers, in all builds', () => {
    expect(
      printedByRaw(
        TWO_SIDED,
        `read_lock(table);
      println(\`> \${read_trylock(table)} \${write_trylock(table)}\`);
      read_unlock(table);
      read_unlock(table);
      const flags = write_lock_irqsave(table);
      println(\`> \${read_trylock(table)}\`);
      write_unlock_irqrestore(table, flags);
      down_write(names);
      downgrade_write(names);
      println(\`> \${down_write_trylock(names)}\`);
      up_read(names);
      down_read(names);
      up_read(names);
      down_write(names);
      up_write(names);
      println(\`> \${down_trylock(slots)} \${down_trylock(slots)}\`);
      up(slots);
      const start = read_seqbegin(clock);
      write_seqlock(clock);
      write_sequnlock(clock);
      println(\`> \${start} \${read_seqretry(clock, start)} \${clock.$.seqcount.sequence}\`);`,
      ),
    ).toEqual(['true false', 'false', 'false', '0 1', '0 true 2']);
  });

  it.each(['rwlock_t', 'rw_semaphore', 'semaphore', 'seqlock_t'] as const)(
    '%s has the fields that the kernel uses',
    (name) => expect(offsets(TWO_SIDED, name)).toEqual(offsetsInKernel(name)),
  );
});

const MISUSE: readonly (readonly [what: string, body: string, report: RegExp])[] = [
  [
    'a spinlock that was overwritten',
    'const b = bank(); b.$.lock.magic = 1; spin_lock(addr_of(b.$.lock));',
    /BUG: spinlock bad magic on CPU#\d, insmod\/\d+\n.* lock: \S+, \.magic: 00000001, \.owner: /,
  ],
  [
    'a spinlock given back twice',
    'spin_lock(bank_lock); spin_unlock(bank_lock); spin_unlock(bank_lock);',
    /BUG: spinlock already unlocked on CPU#\d, insmod\/\d+/,
  ],
  [
    'a mutex that nobody has',
    'mutex_unlock(bank_mutex);',
    /DEBUG_LOCKS_WARN_ON\(__owner_task\(owner\) != current\)/,
  ],
  [
    'a mutex without its init',
    'const b: Ptr<Bank> = kzalloc(Bank.size, GFP_KERNEL); mutex_lock(addr_of(b.$.change));',
    /DEBUG_LOCKS_WARN_ON\(lock->magic != lock\)/,
  ],
];

describe('a lock looks at itself', { timeout: PATIENCE_MS }, () => {
  it.each(MISUSE)('and tells of %s', (_what, body, report) => {
    expect(loadRaw(USED, body, UNWATCHED).logText).toMatch(report);
  });

  it.each(MISUSE)('and not of %s without checks', (_what, body) => {
    const { status, logText } = loadRaw(USED, body, UNCHECKED);
    expect(status).toBe(0);
    expect(logText).not.toMatch(/BUG:|DEBUG_LOCKS/);
  });
});
