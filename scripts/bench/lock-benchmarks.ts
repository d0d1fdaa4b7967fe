// SPDX-License-Identifier: GPL-2.0-or-later
/** What locks and wake-ups cost, and what it costs that they are watched. */
import { loadToolchain, ROUNDS } from './guest.ts';
import { hostProgram } from './host-program.ts';
import { byTurns, ratio, type Row } from './measure.ts';
import { OPERATIONS, writer } from './writer.ts';

const NS_PER_S = 1e9;
/** Locks as a kernel has them that was built for speed. */
const UNWATCHED = { cmdline: 'lockdep=off lock_debug=off' };
/** The host's locks are so quick that a round of ours would be too short to be measured there. */
const HOST_FACTOR = 10;

function each(taken: number, operations: number): string {
  return `${((taken / operations) * NS_PER_S).toFixed(0)} ns`;
}

/** A lock that nobody else wants, taken and given back. */
async function uncontended(): Promise<readonly Row[]> {
  await loadToolchain();
  const program = hostProgram('locks');
  const kinds = [
    { what: 'raw spinlock', device: 'spin', theirs: 'spin', name: 'pthread_spin_lock' },
    { what: 'raw mutex', device: 'mutex', theirs: 'mutex', name: 'pthread_mutex_lock' },
    {
      what: '`Spinlock` and its guard',
      device: 'guard',
      theirs: 'spin',
      name: 'pthread_spin_lock',
    },
  ];
  const rows = kinds.flatMap(({ what, device, theirs, name }) => {
    const hostRound = (): number => program.run(theirs, OPERATIONS * HOST_FACTOR) / HOST_FACTOR;
    const watched = writer('locks', device);
    const free = writer('locks', device, UNWATCHED);
    const costs = byTurns(ROUNDS, watched, free);
    const times = byTurns(ROUNDS, writer('locks', device, UNWATCHED), hostRound);
    return [
      {
        what: `${what}, locked and unlocked, \`${UNWATCHED.cmdline}\``,
        here: each(times.ours, OPERATIONS),
        against: Number.isNaN(times.theirs)
          ? program.why
          : `${each(times.theirs, OPERATIONS)}, ${name}`,
        ratio: Number.isNaN(times.theirs) ? '' : ratio(times.theirs / times.ours),
        goal: '',
      },
      {
        what: `${what}, locked and unlocked, watched`,
        here: each(costs.ours, OPERATIONS),
        against: `${each(costs.theirs, OPERATIONS)}, \`${UNWATCHED.cmdline}\``,
        ratio: ratio(costs.ours / costs.theirs),
        goal: '',
      },
    ];
  });
  program.remove();
  return rows;
}

async function wakeUp(): Promise<Row> {
  await loadToolchain();
  const program = hostProgram('locks');
  const rounds = OPERATIONS / HOST_FACTOR;
  const times = byTurns(
    ROUNDS,
    writer('wake', 'wake', { cpus: 1 }),
    () => program.run('wake', rounds) * HOST_FACTOR,
  );
  program.remove();
  return {
    what: 'wake-up: a thread of a driver, asked and answering, one CPU',
    here: each(times.ours, 2 * OPERATIONS),
    against: Number.isNaN(times.theirs)
      ? program.why
      : `${each(times.theirs, 2 * OPERATIONS)}, semaphores of two threads in C`,
    ratio: Number.isNaN(times.theirs) ? '' : ratio(times.theirs / times.ours),
    goal: '',
  };
}

async function lockdep(): Promise<Row> {
  await loadToolchain();
  const times = byTurns(
    ROUNDS,
    writer('requests', 'requests'),
    writer('requests', 'requests', { cmdline: 'lockdep=off' }),
  );
  const rate = (taken: number): string => `${(OPERATIONS / taken / 1e6).toFixed(2)} M/s`;
  return {
    what: 'requests through a driver that takes four locks for each, lockdep on',
    here: rate(times.ours),
    against: `${rate(times.theirs)}, \`lockdep=off\``,
    ratio: ratio(times.ours / times.theirs),
    goal: '1.5x',
  };
}

export const LOCK_BENCHMARKS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  locks: uncontended,
  wake: async () => [await wakeUp()],
  lockdep: async () => [await lockdep()],
};
