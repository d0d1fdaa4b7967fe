// SPDX-License-Identifier: GPL-2.0-or-later
/** Who may send which signal to whom, and what is noted until the receiver looks. */
import { describe, expect, it } from 'vitest';

import { errnoName } from '../uapi/errno.ts';
import { SIGNAL, type SignalName } from '../uapi/signal.ts';
import { type Credentials, ROOT } from './credentials.ts';
import { TaskTable } from './pid.ts';
import { Rig } from './sched/testing/rig.ts';
import { Task, type TaskState } from './sched/task.ts';
import { signalBit, Signals } from './signal.ts';

const USER: Credentials = { ...ROOT, uid: 1000, euid: 1000, suid: 1000 };
const OTHER: Credentials = { ...ROOT, uid: 2000, euid: 2000, suid: 2000 };

class World {
  readonly rig = new Rig(1);
  readonly tasks = new TaskTable();
  readonly signals = new Signals(this.rig.sim, this.rig.scheduler, this.tasks);
  readonly init = this.task({ name: 'init' });

  /** A task that sleeps for ever. */
  task(over: Partial<Task> & { readonly name?: string } = {}): Task {
    const { queue } = this.rig;
    const pid = this.tasks.allocatePid();
    const { name = 'task', credentials = ROOT, isKernelThread = false, ...rest } = over;
    const task: Task = new Task({
      pid,
      name,
      credentials,
      parent: undefined,
      isKernelThread,
      body: (function* () {
        for (;;) yield* queue.sleepInterruptible();
      })(),
    });
    Object.assign(task, { pgid: pid, sid: pid }, rest);
    this.tasks.add(task);
    return task;
  }

  kill(sender: Task, pid: number, signal: number): string {
    const answer = this.signals.kill(sender, pid, signal);
    return answer === 0 ? 'ok' : (errnoName(-answer) ?? '?');
  }
}

const names = (set: number): string[] =>
  Object.entries(SIGNAL).flatMap(([name, n]) => ((set & signalBit(n)) === 0 ? [] : [name]));

describe('a signal', () => {
  type Field = 'ignored' | 'blocked' | 'caught';
  it.each<[string, SignalName, Partial<Record<Field, SignalName>>, 'noted' | 'held' | 'gone']>([
    ['that nobody provided for', 'TERM', {}, 'noted'],
    ['that is ignored', 'TERM', { ignored: 'TERM' }, 'gone'],
    ['that is blocked', 'TERM', { blocked: 'TERM' }, 'held'],
    ['that is blocked and ignored', 'TERM', { blocked: 'TERM', ignored: 'TERM' }, 'held'],
    ['that is caught', 'TERM', { caught: 'TERM' }, 'noted'],
    ['that is ignored unless provided for', 'CHLD', {}, 'gone'],
    ['of that kind, but caught', 'CHLD', { caught: 'CHLD' }, 'noted'],
    ['of that kind, but blocked', 'WINCH', { blocked: 'WINCH' }, 'held'],
    ['KILL, ignored', 'KILL', { ignored: 'KILL' }, 'noted'],
  ])('%s (%s)', (_what, name, fields, outcome) => {
    const world = new World();
    const task = world.task();
    task.state = 'S';
    for (const [field, of] of Object.entries(fields)) task[field as Field] = signalBit(SIGNAL[of]);
    world.signals.send(task, SIGNAL[name]);
    expect(names(task.group.pending)).toEqual(outcome === 'gone' ? [] : [name]);
    expect(task.hasWork).toBe(outcome === 'noted');
    expect(task.state).toBe(outcome === 'noted' ? 'R' : 'S');
  });

  it.each<[string, TaskState, SignalName, TaskState]>([
    ['wakes an interruptible sleeper', 'S', 'TERM', 'R'],
    ['leaves an uninterruptible one asleep', 'D', 'KILL', 'D'],
    ['leaves a stopped task stopped', 'T', 'TERM', 'T'],
    ['KILL starts a stopped task', 'T', 'KILL', 'R'],
    ['CONT starts a stopped task', 'T', 'CONT', 'R'],
    ['CONT does not wake a sleeper', 'S', 'CONT', 'S'],
  ])('%s', (_what, from, name, to) => {
    const world = new World();
    const task = world.task();
    task.state = from;
    world.signals.send(task, SIGNAL[name]);
    expect(task.state).toBe(to);
  });

  it('CONT starts a stopped task even if it ignores and blocks it', () => {
    const world = new World();
    const bit = signalBit(SIGNAL.CONT);
    const task = world.task({ state: 'T', ignored: bit, blocked: bit });
    world.signals.send(task, SIGNAL.CONT);
    expect(task.state).toBe('R');
  });

  it.each<[SignalName, SignalName]>([
    ['TSTP', 'CONT'],
    ['STOP', 'CONT'],
    ['CONT', 'TSTP'],
    ['CONT', 'TTIN'],
  ])('%s that waits is undone by a later %s', (first, later) => {
    const world = new World();
    const task = world.task({ caught: signalBit(SIGNAL.CONT), state: 'D' });
    world.signals.send(task, SIGNAL[first]);
    expect(names(task.group.pending)).toEqual([first]);
    world.signals.send(task, SIGNAL[later]);
    expect(names(task.group.pending)).toEqual([later]);
  });

  it.each<[string, (world: World) => Task]>([
    ['a kernel thread', (world) => world.task({ isKernelThread: true })],
    ['a zombie', (world) => world.task({ state: 'Z' })],
    ['a dead task', (world) => world.task({ state: 'X' })],
    ['init, which does not catch it', (world) => world.init],
  ])('does nothing to %s', (_what, make) => {
    const world = new World();
    const task = make(world);
    for (const name of ['TERM', 'KILL', 'STOP'] as const) world.signals.send(task, SIGNAL[name]);
    expect(task.group.pending).toBe(0);
    expect(task.hasWork).toBe(false);
  });

  it('reaches init if it catches it', () => {
    const world = new World();
    world.init.caught = signalBit(SIGNAL.TERM);
    world.signals.send(world.init, SIGNAL.TERM);
    expect(names(world.init.group.pending)).toEqual(['TERM']);
  });

  it('makes a computing receiver look up at its next point', () => {
    const world = new World();
    const { rig } = world;
    const task = rig.spawn('busy', function* () {
      world.signals.send(task, SIGNAL.USR1);
      rig.log.push(String(rig.execution.budget < 0));
    });
    rig.run(1_000_000);
    expect(rig.log[0]).toBe('true');
  });
});

describe('kill', () => {
  it.each<[string, Credentials, Credentials, string]>([
    ['root to anybody', ROOT, USER, 'ok'],
    ['a user to their own', USER, USER, 'ok'],
    ['a user to another', USER, OTHER, 'EPERM'],
    ['a user to root', USER, ROOT, 'EPERM'],
    ['by the real id of a set-uid sender', { ...USER, euid: 2000 }, USER, 'ok'],
    ['to a set-uid receiver, by its real id', USER, { ...USER, euid: 0, suid: 0 }, 'ok'],
    ['to one that took on our effective id only', USER, { ...OTHER, euid: 1000 }, 'EPERM'],
    ['root that became a user', { ...ROOT, euid: 1000 }, OTHER, 'EPERM'],
  ])('from %s', (_what, from, to, answer) => {
    const world = new World();
    const sender = world.task({ credentials: from });
    const target = world.task({ credentials: to });
    expect(world.kill(sender, target.pid, SIGNAL.TERM)).toBe(answer);
    expect(world.kill(sender, target.pid, 0)).toBe(answer);
    expect(names(target.group.pending)).toEqual(answer === 'ok' ? ['TERM'] : []);
  });

  it.each<[SignalName, boolean, string]>([
    ['CONT', true, 'ok'],
    ['CONT', false, 'EPERM'],
    ['TERM', true, 'EPERM'],
  ])('%s to somebody else of the same session (%s): %s', (name, isSame, answer) => {
    const world = new World();
    const sender = world.task({ credentials: USER });
    const target = world.task({ credentials: ROOT, state: 'T' });
    if (isSame) target.sid = sender.sid;
    expect(world.kill(sender, target.pid, SIGNAL[name])).toBe(answer);
    expect(target.state).toBe(answer === 'ok' ? 'R' : 'T');
  });

  it.each([
    ['a signal below 0', -1, 'EINVAL'],
    ['a signal past the last', 32, 'EINVAL'],
    ['the last signal', 31, 'ok'],
  ])('with %s', (_what, signal, answer) => {
    const world = new World();
    const target = world.task();
    expect(world.kill(world.init, target.pid, signal)).toBe(answer);
    expect(target.group.pending !== 0).toBe(answer === 'ok');
  });

  it.each<[string, (world: World) => number, string]>([
    ['nobody', () => 999, 'ESRCH'],
    ['a task that is dead', (world) => world.task({ state: 'X' }).pid, 'ESRCH'],
    ['a zombie, in vain', (world) => world.task({ state: 'Z' }).pid, 'ok'],
    ['a group without members', () => -999, 'ESRCH'],
  ])('to %s', (_what, pidOf, answer) => {
    const world = new World();
    expect(world.kill(world.init, pidOf(world), SIGNAL.TERM)).toBe(answer);
  });

  describe('to several', () => {
    function family(): { world: World; sender: Task; group: Task[]; others: Task[] } {
      const world = new World();
      const sender = world.task({ credentials: USER, pgid: 50 });
      const group = [
        world.task({ credentials: USER, pgid: 50 }),
        world.task({ credentials: ROOT, pgid: 50 }),
      ];
      const others = [
        world.task({ credentials: USER, pgid: 60 }),
        world.task({ credentials: ROOT, pgid: 60, isKernelThread: true }),
      ];
      return { world, sender, group, others };
    }
    const got = (...tasks: Task[]): boolean[] => tasks.map((task) => task.group.pending !== 0);

    it('0 is the own group, with oneself, as far as allowed', () => {
      const { world, sender, group, others } = family();
      expect(world.kill(sender, 0, SIGNAL.TERM)).toBe('ok');
      expect(got(sender, ...group, ...others)).toEqual([true, true, false, false, false]);
    });

    it('-GROUP is that group', () => {
      const { world, sender, group, others } = family();
      expect(world.kill(sender, -60, SIGNAL.TERM)).toBe('ok');
      expect(got(sender, ...group, ...others)).toEqual([false, false, false, true, false]);
    });

    it('-GROUP in which nobody may be sent anything is EPERM', () => {
      const { world, sender } = family();
      const [only] = [world.task({ credentials: ROOT, pgid: 70 })];
      expect(world.kill(sender, -70, SIGNAL.TERM)).toBe('EPERM');
      expect(only.group.pending).toBe(0);
    });

    it('-1 is everybody but init and oneself', () => {
      const { world, sender, group, others } = family();
      sender.credentials = ROOT;
      world.init.caught = signalBit(SIGNAL.TERM);
      expect(world.kill(sender, -1, SIGNAL.TERM)).toBe('ok');
      const answers = got(world.init, sender, ...group, ...others);
      expect(answers).toEqual([false, false, true, true, true, false]);
    });
  });
});

describe('numbers of tasks', () => {
  it('go up, and round again past the largest, leaving out what is in use', () => {
    const tasks = new TaskTable();
    const first = tasks.allocatePid();
    while (tasks.allocatePid() < 32_767);
    expect(first).toBe(1);
    expect([tasks.allocatePid(), tasks.allocatePid()]).toEqual([300, 301]);
    expect(tasks.lastPid).toBe(301);
  });

  it('of a living task are not given again', () => {
    const world = new World();
    const task = world.task();
    const seen = new Set<number>();
    for (let n = 0; n < 40_000; n++) seen.add(world.tasks.allocatePid());
    expect(seen.has(task.pid)).toBe(false);
    expect(seen.has(0)).toBe(false);
  });
});
