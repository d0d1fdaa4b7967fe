// SPDX-License-Identifier: GPL-2.0-or-later
/** nice, renice, taskset, chrt and nproc, and the system calls behind them. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

/** What `script` prints, both streams, with PID for numbers of processes. */
function said(script: string, user: 'root' | 'user' = 'user'): string {
  const { stdout } = runScript('', { script: { text: `{ ${script}\n} 2>&1`, user, args: [] } });
  return stdout.replaceAll(/pid \d+'s/g, "pid PID's").replaceAll(/\d+ \(pro/g, 'PID (pro');
}

describe('tools that say how tasks are scheduled', () => {
  // What the originals printed (coreutils 9.7, util-linux 2.41).
  it.each([
    ['nice', '0\n'],
    ['nice nice', '10\n'],
    ['nice -n 5 nice', '5\n'],
    ['nice -5 nice', '5\n'],
    ['nice -n 5 -n 3 nice', '3\n'],
    ['nice -n 99 nice', '19\n'],
    ['nice nice -n 4 nice', '14\n'],
    ['nice -n x true; echo $?', 'nice: invalid adjustment ‘x’\n125\n'],
    ['nice nosuch; echo $?', 'nice: ‘nosuch’: No such file or directory\n127\n'],
    ['renice -n 3 -p $$', 'PID (process ID) old priority 0, new priority 3\n'],
    ['taskset -p $$', "pid PID's current affinity mask: 3\n"],
    ['taskset -pc $$', "pid PID's current affinity list: 0,1\n"],
    ['taskset -c 0 nproc', '1\n'],
    ['taskset 2 taskset -pc 0', "pid PID's current affinity list: 1\n"],
    ['taskset -p 1 $$', "pid PID's current affinity mask: 3\npid PID's new affinity mask: 1\n"],
    ['taskset -c x true; echo $?', 'taskset: failed to parse CPU list: x\n1\n'],
    ['taskset 0xzz true', 'taskset: failed to parse CPU mask: 0xzz\n'],
    ['taskset -c 20 true', "taskset: failed to set pid PID's affinity: Invalid argument\n"],
    [
      'taskset 1 nosuch; echo $?',
      'taskset: failed to execute nosuch: No such file or directory\n127\n',
    ],
    ['nproc; nproc --ignore=1; nproc --ignore=9; taskset 1 nproc --all', '2\n1\n1\n2\n'],
    ['nproc --ignore=x', 'nproc: invalid number: ‘x’\n'],
    [
      'chrt -p $$',
      "pid PID's current scheduling policy: SCHED_OTHER\n" +
        "pid PID's current scheduling priority: 0\n",
    ],
    [
      'chrt -i 0 chrt -p 0',
      "pid PID's current scheduling policy: SCHED_IDLE\n" +
        "pid PID's current scheduling priority: 0\n",
    ],
    ['chrt -f abc true', "chrt: invalid priority argument: 'abc'\n"],
    [
      'chrt -r 200 true',
      'chrt: unsupported priority value for the policy: 200: see --max for valid range\n',
    ],
    [
      'chrt -m',
      'SCHED_OTHER min/max priority\t: 0/0\nSCHED_FIFO min/max priority\t: 1/99\n' +
        'SCHED_RR min/max priority\t: 1/99\nSCHED_BATCH min/max priority\t: 0/0\n' +
        'SCHED_IDLE min/max priority\t: 0/0\n',
    ],
  ] as const)('%s', (script, expected) => {
    expect(said(script, 'root')).toBe(expected);
  });
});

describe('what a user may', () => {
  it.each([
    ['nice -n -5 nice', 'nice: cannot set niceness: Permission denied\n0\n'],
    [
      'renice -n -1 -p $$',
      'renice: failed to set priority for PID (process ID): Permission denied\n',
    ],
    [
      'renice 5 1',
      'renice: failed to set priority for PID (process ID): Operation not permitted\n',
    ],
    [
      'taskset -p 1 1 2>&1 | tail -1',
      "taskset: failed to set pid PID's affinity: Operation not permitted\n",
    ],
    ['chrt -o -p 0 1', "chrt: failed to set pid PID's policy: Operation not permitted\n"],
  ])('%s', (script, expected) => {
    expect(said(script)).toBe(expected);
  });
});

describe('accounting', () => {
  it('tells the shell’s own time from its children’s, user from system', () => {
    const { stdout } = runScript(
      'dd if=/dev/zero of=/dev/null bs=1 count=400000 2> /dev/null; ' +
        'set -- $(cat /proc/$$/stat); echo ${16} ${17}',
    );
    const [user, system] = stdout.split(' ').map(Number);
    expect(system).toBeGreaterThanOrEqual(7);
    expect(user).toBeLessThan(system!);
  });
});
