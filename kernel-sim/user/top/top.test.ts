// SPDX-License-Identifier: GPL-2.0-or-later
/** top: lines as procps 4.0.2 prints them with -b, and on a terminal. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { ScreenGuest } from '../../../tests/support/screen.ts';

const BUSY = 'taskset 2 sh -c "while :; do :; done" &';
const HEADING = '  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND';

describe('top -b', () => {
  it('shows what went by between two looks', () => {
    const { stdout } = runScript(`${BUSY} top -b -n 2 -d 1 -p $!,2; kill $!`);
    const looks = stdout.trimEnd().split('\n\ntop - ');
    expect(looks).toHaveLength(2);
    const [uptime, tasks, cpus, memory, swap, blank, heading, busy, idle] = looks[1]!.split('\n');
    expect(uptime).toMatch(/^00:00:01 up 0 min, {2}1 user, {2}load average: 0\.\d\d, /u);
    expect(tasks).toBe('Tasks:   2 total,   1 running,   1 sleeping,   0 stopped,   0 zombie');
    expect(cpus).toBe(
      '%Cpu(s): 50.0 us,  0.0 sy,  0.0 ni, 50.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st ',
    );
    expect(memory).toMatch(
      /^MiB Mem : [ \d.]{8} total, [ \d.]{8} free, [ \d.]{8} used, [ \d.]{8} buff\/cache {5}$/u,
    );
    expect(swap).toMatch(/^MiB Swap: {6}0\.0 total, {6}0\.0 free, {6}0\.0 used\. .* avail Mem $/u);
    expect([blank, heading]).toEqual(['', HEADING]);
    expect(busy).toMatch(/^ +\d+ user {6}20 {3}0 +\d+ +\d+ +0 R 100\.0 +0\.0 {3}0:01\.\d\d s/u);
    expect(idle).toMatch(/^ {4}2 root {6}20 {3}0 +0 +0 +0 I +0\.0 +0\.0 {3}0:00\.00 kthreadd$/u);
  });

  it('shows each CPU, threads, command lines and real-time priorities', () => {
    const { stdout } = runScript(
      `${BUSY} top -b -n 1 -1 -H -c -p $!,2 -o -PID -w 85; kill $!
       sudo chrt -f 99 top -b -n 1 -i -u root | tail -n +8; sudo chrt -r 7 top -b -n1 | grep top$`,
    );
    const lines = stdout.trimEnd().split('\n');
    expect(lines[1]).toMatch(/^Threads: {3}2 total,/u);
    expect(lines[2]).toMatch(/^%Cpu0 {2}: {2}0\.0 us,/u);
    expect(lines[3]).toMatch(/^%Cpu1 {2}:100\.0 us,/u);
    expect(lines[8]).toMatch(/ \[kthreadd\]$/u);
    expect(lines[9]).toMatch(/ sh -c while .*\+$/u);
    expect(lines[9]).toHaveLength(84);
    expect(lines.slice(10)).toEqual([
      expect.stringMatching(/^ +\d+ root {6}rt {3}0 .* R +0\.0 +0\.0 {3}0:00\.00 top$/u),
      expect.stringMatching(/^ +\d+ root {6}-8 {3}0 .* R +0\.0 +0\.0 {3}0:00\.00 top$/u),
    ]);
  });

  it('complains as the original does', () => {
    const wrong = ['-d x', '-d -1', '-n 0', '-p x', '-u nosuch', '-o FOO', 'foo', '-p 1 -u 0'];
    const words = [...wrong, '-q', '-n'];
    const { stdout, stderr } = runScript(
      words.map((word) => `top -b ${word}; echo -n "$? "`).join('; '),
    );
    expect(stderr.trimEnd().split('\n')).toEqual([
      "top: bad delay interval 'x'",
      'top: -d requires positive argument',
      "top: bad iterations argument '0'",
      "top: bad pid 'x'",
      'top: Invalid user',
      "top: unrecognized field name 'FOO'",
      "top: unknown option 'foo'",
      'top: conflicting process selections (U/p/u)',
      "top: invalid option -- 'q'",
      "top: option requires an argument -- 'n'",
    ]);
    expect(stdout).toBe('1 1 1 1 1 1 1 1 0 0 ');
    expect(runScript('top').stderr).toBe('top: failed tty get\n');
  });
});

describe('top on a terminal', () => {
  it('sorts as keys ask for, until q', () => {
    const guest = new ScreenGuest(`${BUSY} top -d 1; echo "status $?"`, { rows: 12, columns: 82 });
    const isBusy = (lines: readonly string[]): boolean => /100\.0 .* sh$/u.test(lines[7] ?? '');
    const rows = guest.untilShown(isBusy, 'the busiest first');
    expect(rows[6]).toMatch(/^\[\[ {2}PID USER .* COMMAND +\]\]$/u);
    guest.machine.type('N');
    guest.untilShown((lines) => lines[7]?.endsWith(' top') === true, 'the youngest first');
    guest.machine.type('R');
    guest.untilShown((lines) => /^ {4}1 root /u.test(lines[7] ?? ''), 'the oldest first');
    guest.machine.type('1');
    guest.untilShown((lines) => /^%Cpu1 {2}:/u.test(lines[3] ?? ''), 'each CPU');
    guest.machine.type('q');
    guest.machine.waitFor('status 0');
  });
});
