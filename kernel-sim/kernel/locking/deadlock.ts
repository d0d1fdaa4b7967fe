// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Names a circle of tasks that wait for each other, at the instant at which it closes.
 *
 * Lockdep warns of an order of locks that may end so; here it has. Linux has nothing of the kind:
 * the tasks just hang, until the hung-task detector finds each by itself two minutes later.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { DeadlockLink } from './blocker.ts';
import { formatFrame, type SiteRegistry } from '../module/sites.ts';
import type { Task } from '../sched/task.ts';

/** A circle as it was when it closed. */
export interface Deadlock {
  readonly atNs: number;
  readonly links: readonly DeadlockLink[];
}

export interface DeadlockNamerParts {
  readonly sim: Sim;
  readonly sites: SiteRegistry;
  readonly formatPointer: (pointer: number) => string;
  readonly say: (text: string) => void;
  /** Prints one task with its stack. */
  readonly showTask: (task: Task) => void;
}

export class DeadlockNamer {
  /** All that were named, oldest first. */
  readonly named: Deadlock[] = [];
  /** Told of each, after the log. */
  onNamed: (deadlock: Deadlock) => void = () => undefined;
  readonly #parts: DeadlockNamerParts;

  constructor(parts: DeadlockNamerParts) {
    this.#parts = parts;
  }

  /** Context: the task that closed the circle, before it waits. */
  name(links: readonly DeadlockLink[]): void {
    const { sim, say, showTask } = this.#parts;
    if (this.named.some((known) => isSame(known.links, links))) return;
    const deadlock: Deadlock = { atNs: sim.now(), links: [...links] };
    this.named.push(deadlock);
    for (const line of this.#describe(links)) say(line);
    for (const { task } of links) showTask(task);
    if (sim.trace.on) {
      const [first] = links;
      const names = links.map(({ blocker }) => blocker.name).join(' ');
      sim.trace.emit(EVENT.DEADLOCK, first!.task.pid, sim.trace.intern(names));
    }
    this.onNamed(deadlock);
  }

  #describe(links: readonly DeadlockLink[]): string[] {
    const [{ task, owner }] = links as [DeadlockLink];
    const who = `${task.name}:${task.pid}`;
    const title =
      task === owner
        ? `INFO: task ${who} waits for itself: deadlock.`
        : `INFO: task ${who} and ${links.length - 1} more wait for each other: deadlock.`;
    return [title, ...links.map((link) => this.#arrow(link))];
  }

  #arrow({ task, blocker, owner }: DeadlockLink): string {
    const { sites, formatPointer } = this.#parts;
    const { kind, name, pointer, site } = blocker;
    const at = site === 0 ? '' : `, at: ${formatFrame(sites.resolve(site))}`;
    const has = owner === task ? 'itself has' : `${owner.name}:${owner.pid} has`;
    const lock = `${KIND_NAMES[kind]} ${formatPointer(pointer)} (${name})`;
    return `  ${task.name}:${task.pid} waits for ${lock} that ${has}${at}`;
  }
}

const KIND_NAMES = {
  mutex: 'mutex',
  semaphore: 'semaphore',
  'rwsem-read': 'rw-semaphore (as reader)',
  'rwsem-write': 'rw-semaphore (as writer)',
  spinlock: 'spinlock',
  'rwlock-read': 'rwlock (as reader)',
  'rwlock-write': 'rwlock (as writer)',
  work: 'work item',
  thread: 'thread',
} as const;

/** The same waits, whoever is named first. */
function isSame(known: readonly DeadlockLink[], links: readonly DeadlockLink[]): boolean {
  const blockers = new Set(known.map(({ blocker }) => blocker));
  return known.length === links.length && links.every(({ blocker }) => blockers.has(blocker));
}
