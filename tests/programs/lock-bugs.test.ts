// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The examples about locks: the wrong driver is reported where the kernel watches, and the right
 * one has nothing to report.
 */
import { describe, expect, it } from 'vitest';

import { exampleFiles, runScript, type ScriptResult } from '../support/machine.ts';

const BUGS = [
  {
    name: 'abba_deadlock',
    report: /^WARNING: possible circular locking dependency detected$/m,
    place: /abba_deadlock_wrong\.ts/,
    done: 'moved there and back\n',
  },
  {
    name: 'sleep_in_spinlock',
    report: /^BUG: scheduling while atomic: /m,
    place: /sleep_in_spinlock_wrong\.ts/,
    done: 'two tickets, please\n',
  },
] as const;
const REPORT = /^(BUG:|WARNING:|INFO:)/m;

/** Builds one twin and the program, and runs the program with the module loaded. */
function run(name: string, twin: string, cmdline = '', seed = 0): ScriptResult {
  const script = `cd bug_${name}; echo 'obj-m := ${name}_${twin}.o' > Kbuild
{ make && cc -o ${name}_try ${name}_try.ts; } > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod ${name}_${twin}.ko && ./${name}_try && sudo rmmod ${name}_${twin}`;
  return runScript(script, { files: exampleFiles(), cmdline, seed });
}

describe.each(BUGS)('$name', ({ name, report, place, done }) => {
  it('is caught where the kernel watches', () => {
    const { logText, stdout, status } = run(name, 'wrong');
    expect(logText).toMatch(report);
    expect(logText).toMatch(place);
    expect([status, stdout]).toEqual([0, done]);
  });

  it('is not in the right twin', () => {
    const { logText, stdout, status } = run(name, 'right', 'kcsan=on');
    expect(logText).not.toMatch(REPORT);
    expect([status, stdout]).toEqual([0, done]);
  });
});

describe('abba_deadlock', () => {
  it('goes unnoticed where nobody looks at the order of locks', () => {
    const { logText, stdout } = run('abba_deadlock', 'wrong', 'lockdep=off');
    expect(logText).not.toMatch(REPORT);
    expect(stdout).toBe('moved there and back\n');
  });
});

describe('lost_update', () => {
  it('loses visits where any statement may be the last before another task', () => {
    const { stdout } = run('lost_update', 'wrong', 'preempt=full', 1);
    expect(Number(/seen (\d+)/.exec(stdout)?.[1])).toBeLessThan(2000);
    expect(run('lost_update', 'right', 'preempt=full', 1).stdout).toContain('seen 2000');
  });

  it('is a race', () => {
    const { logText } = run('lost_update', 'wrong', 'preempt=full kcsan=on', 1);
    expect(logText).toMatch(/^BUG: KCSAN: data-race in /m);
    expect(logText).toContain('lost_update_wrong.ts');
  });
});

describe('late_timer', () => {
  const SCRIPT = `cd bug_late_timer; make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod late_timer_wrong.ko; sudo rmmod late_timer_wrong; sleep 3; echo still there`;

  it('is found when its memory is given back', () => {
    const { logText, stdout } = runScript(SCRIPT, { files: exampleFiles() });
    expect(stdout).toBe('still there\n');
    expect(logText).toMatch(/^ODEBUG: free active .* hint: tick \[late_timer_wrong\]$/m);
    expect(logText).not.toMatch(/KASAN: |Oops/);
  });

  it('ends the machine after its module where nobody looks', () => {
    const options = { files: exampleFiles(), cmdline: 'debug_objects=off' };
    const { logText, stdout } = runScript(SCRIPT, options);
    expect(stdout).toBe('');
    expect(logText).toMatch(/^BUG: KASAN: slab-use-after-free in /m);
    expect(logText).toMatch(/^BUG: unable to handle page fault for address: /m);
    expect(logText).toContain('Fatal exception in interrupt');
  });
});

describe('the right twins', () => {
  it('have nothing to report', () => {
    const names = ['irq_spinlock', 'missing_unlock', 'lost_wakeup'];
    const steps = names.map(
      (name) => `cd ~/bug_${name}; echo 'obj-m := ${name}_right.o' > Kbuild
{ make && cc -o try ${name}_try.ts; } > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod ${name}_right.ko && ./try && sudo rmmod ${name}_right || exit 1`,
    );
    const { logText, stdout, status } = runScript(steps.join('\n'), {
      files: exampleFiles(),
      cmdline: 'kcsan=on',
    });
    expect(logText).not.toMatch(REPORT);
    expect([status, stdout]).toEqual([0, 'counted the ticks\nrefused\nthe letter was read\n']);
  });
});
