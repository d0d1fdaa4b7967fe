// SPDX-License-Identifier: GPL-2.0-or-later
/** The programs that are shipped do what their README says. */
import { describe, expect, it } from 'vitest';

import { runScript, type ScriptResult } from '../support/machine.ts';

const READ_YES = `
cd ~/yes_chardev && make >/dev/null && sudo insmod yes_chardev.ko
sudo mknod -m 666 /dev/yes c 243 0
cd ~/programs && cc -Wall -o read_yes read_yes.ts && ./read_yes
./read_yes /dev/no; echo $?
`;

describe('an example', { timeout: 60_000 }, () => {
  it('reads a driver, and is told of the bad pointer', () => {
    const { stdout, stderr } = runScript(READ_YES);
    expect(stdout).toBe('read 12 bytes: y y y y y y \n1\n');
    expect(stderr).toBe('read into nowhere: Bad address\n/dev/no: No such file or directory\n');
  });

  it('talks to its child through a pipe', () => {
    const { stdout, stderr } = runScript('cd programs; chmod +x pipeline.ts; ./pipeline.ts');
    expect(stderr).toBe('');
    expect(stdout).toBe('1 + … + 10 = 55, and the child ended with 0\n');
  });

  it('asks its child over UDP', () => {
    const script = 'sudo ip link set lo up; cd programs; cc -Wall datagrams.ts && ./a.out';
    const { stdout, stderr } = runScript(script);
    expect(stderr).toBe('');
    expect(stdout).toBe('one? ONE!\ntwo? TWO!\nthree? THREE!\n');
  });

  it('counts with a mutex, and loses some without', () => {
    const script = 'cd programs; cc -o counter counter.ts && ./counter; ./counter race; echo $?';
    const { stdout, stderr } = runScript(script);
    expect(stderr).toBe('');
    const [whole, race, status] = stdout.split('\n');
    expect(whole).toBe('40000 of 40000');
    expect(race).toMatch(/^\d+ of 40000$/);
    expect(race).not.toBe(whole);
    expect(status).toBe('1');
  });

  it('races the same way in each run', () => {
    const race = (): ScriptResult => runScript('cd programs; cc counter.ts; ./a.out race');
    const [first, second] = [race(), race()];
    expect(second.stdout).toBe(first.stdout);
    expect([second.traceHash, second.eventCount]).toEqual([first.traceHash, first.eventCount]);
  });
});
