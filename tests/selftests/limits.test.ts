// SPDX-License-Identifier: GPL-2.0-or-later
/** Resource limits, as a shell and what it starts run into them. */
import { describe, expect, it } from 'vitest';

import { runScript, TestMachine } from '../support/machine.ts';

const asRoot = (text: string) => runScript(text, { script: { text, user: 'root', args: [] } });

describe('a limit', () => {
  it('may be lowered by anybody, and raised again up to the hard one', () => {
    const { stdout } = runScript(
      'ulimit -Sn 50; ulimit -Sn 60; ulimit -n; ulimit -Hn 70; ulimit -Hn',
    );
    expect(stdout).toBe('60\n70\n');
  });

  it('is raised past the hard one by root alone', () => {
    const script = 'ulimit -n 50; ulimit -n 60; echo $?; ulimit -n';
    expect(runScript(script)).toMatchObject({
      stdout: '1\n50\n',
      stderr: 'bash: line 1: ulimit: open files: cannot modify limit: Operation not permitted\n',
    });
    expect(asRoot(script).stdout).toBe('0\n60\n');
    expect(asRoot('ulimit -n unlimited').stderr).toContain('Operation not permitted');
  });

  it('may not be softer than hard', () => {
    const { stderr } = runScript('ulimit -Hn 50; ulimit -Sn 51; ulimit -Sn 40; ulimit -Hn 30');
    const line = 'bash: line 1: ulimit: open files: cannot modify limit: Invalid argument\n';
    expect(stderr).toBe(line.repeat(2));
  });

  it('is inherited, and shown', () => {
    const { stdout } = runScript(
      'ulimit -n 33; (bash -c "ulimit -n"); grep open /proc/self/limits',
    );
    const line = 'Max open files            33                   33                   files     ';
    expect(stdout).toBe(`33\n${line}\n`);
  });
});

describe('what goes past a limit', () => {
  it('of files gets EMFILE', () => {
    const { stdout, stderr } = runScript('ulimit -n 3; cat /etc/hostname; echo $?');
    expect({ stdout, stderr }).toEqual({
      stdout: '1\n',
      stderr: 'cat: /etc/hostname: Too many open files\n',
    });
  });

  it('of a file size is cut off and told by SIGXFSZ, and by EFBIG', () => {
    const { stdout, stderr } = runScript(
      '(ulimit -f 2; yes > big; echo $?; stat -c %s big; trap "" XFSZ; echo a >> big)',
    );
    expect(stdout).toBe('153\n2048\n');
    expect(stderr).toContain('File size limit exceeded');
    expect(stderr).toContain('write error: File too large');
  });

  it('of CPU time gets SIGXCPU, and SIGKILL at the hard one', () => {
    const burn = 'exec yes > /dev/null); echo $?';
    expect(runScript(`(ulimit -St 1; ${burn}`).stdout).toBe('152\n');
    expect(runScript(`(ulimit -St 1; ulimit -Ht 2; trap "" XCPU; ${burn}`).stdout).toBe('137\n');
  }, 30_000);

  it('of CPU time is not what slept', () => {
    expect(runScript('ulimit -t 1; sleep 30; echo alive').stdout).toBe('alive\n');
  });

  it('of memory gets ENOMEM', () => {
    expect(runScript('ulimit -v 4; /bin/true; echo $?').stdout).not.toBe('0\n');
    expect(runScript('ulimit -v 100000; /bin/true; echo $?').stdout).toBe('0\n');
  });

  it('of processes gets EAGAIN, unless it is root', () => {
    const script = 'ulimit -u 5; for i in 1 2 3 4 5 6 7; do sleep 100 & done; echo done';
    const { status, stdout, stderr } = runScript(script);
    const retry = 'bash: line 1: fork: retry: Resource temporarily unavailable\n'.repeat(4);
    expect(stderr).toBe(`${retry}bash: line 1: fork: Resource temporarily unavailable\n`);
    expect({ status, stdout }).toEqual({ status: 254, stdout: '' });
    expect(asRoot(script)).toMatchObject({ stdout: 'done\n', stderr: '' });
  });
});

describe('a fork bomb', () => {
  it.each([
    ['of a user stops at half of what the machine has', '', 256],
    ['stops at a limit of its own', 'ulimit -u 20; ', 20],
  ])(
    '%s, and the shell stays usable',
    (_, limit, most) => {
      const guest = TestMachine.boot();
      guest.waitFor('$ ');
      guest.type(`(${limit}:(){ :|:& };:)\r`);
      guest.waitFor('fork: retry: Resource temporarily unavailable');
      const { kernel } = guest.machine;
      const bombs = [...kernel.tasks.all()].filter(({ credentials }) => credentials.uid === 1000);
      expect(bombs.length).toBeLessThanOrEqual(most);
      expect(bombs.length).toBeGreaterThan(most / 2);
      guest.type('echo still-$((1+1))\r');
      guest.waitFor('still-2');
    },
    30_000,
  );
});
