// SPDX-License-Identifier: GPL-2.0-or-later
/** ps: columns of procps 4.0.2, threads, and what the scheduler says of tasks. */
import { Buffer } from 'node:buffer';

import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { TOOLCHAIN } from '../../toolchain/testing/shared-toolchain.ts';

/** Two threads that sleep beside the first. */
const THREADS = `
import { pthread_create, pthread_join, sleep } from 'libc';
export function main(): number {
  const naps: number[] = [];
  for (let at = 0; at < 2; at++) {
    const nap: number[] = [];
    pthread_create(nap, () => sleep(1));
    naps.push(nap[0]);
  }
  for (const nap of naps) pthread_join(nap);
  return 0;
}`;

function threadsProgram(): Uint8Array {
  const { executable = '', diagnostics } = TOOLCHAIN.build({
    version: 1,
    target: 'program',
    module: 'naps',
    board: 'pc',
    main: 'naps.ts',
    sources: { 'naps.ts': THREADS },
    modules: [],
  });
  expect(diagnostics).toEqual([]);
  return Buffer.from(executable, 'base64');
}

function lines(script: string): string[] {
  return runScript(script).stdout.trimEnd().split('\n');
}

describe('ps', () => {
  it('lists the threads of processes', () => {
    const files = [{ path: '/root/naps', bytes: threadsProgram(), mode: 0o755 }];
    const { stdout } = runScript('', {
      files,
      script: {
        text: `/root/naps & sleep 0.1
          ps -Lo tid,nlwp,stat,comm= -p $! | sed "s/^ *$!/first/"; ps -L -p $! | wc -l
          ps -f -L -p $! | head -1; ps -T -p $! | head -1; ps -p $! | wc -l; ps H $! | wc -l`,
        user: 'root',
        args: [],
      },
    });
    const [heading, first, second, third, ...rest] = stdout.trimEnd().split('\n');
    expect(heading).toBe('  TID NLWP STAT ');
    expect(first).toMatch(/^first {4}3 Sl {3}naps$/u);
    for (const line of [second, third]) expect(line).toMatch(/^ +\d+ {4}3 Sl {3}naps$/u);
    expect(rest).toEqual([
      '4',
      'UID        PID  PPID   LWP  C NLWP STIME TTY          TIME CMD',
      '  PID  SPID TTY          TIME CMD',
      '2',
      '4',
    ]);
  });

  it('puts the column of a thread where each format has it', () => {
    expect(lines('ps -Lj | head -1; ps -Ll | head -1; ps -F | head -1; ps -LF | head -1')).toEqual([
      '  PID  PGID   SID   LWP TTY          TIME CMD',
      'F S   UID   PID  PPID   LWP  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD',
      'UID        PID  PPID  C    SZ   RSS PSR STIME TTY          TIME CMD',
      'UID        PID  PPID   LWP  C NLWP    SZ   RSS PSR STIME TTY          TIME CMD',
    ]);
  });

  it('says on which CPU a task is, and how it is scheduled', () => {
    const columns = 'psr,ni,pri,opri,cls,policy,sched,rtprio,comm';
    const script = `sudo taskset 2 chrt -f 50 ps -o ${columns} -C ps
      nice -n 3 ps --no-headers -o ${columns} -C ps
      chrt -i 0 ps --no-headers -o ${columns} -C ps
      chrt -b 0 ps -o psr= -o cls= -C ps | wc -w`;
    const [heading, fifo, fair, idle, words] = lines(script);
    expect(heading).toBe('PSR  NI PRI PRI CLS POL SCH RTPRIO COMMAND');
    expect(fifo).toBe('  1   -  90   9  FF  FF   1     50 ps');
    expect(fair).toMatch(/^ {2}[01] {3}3 {2}16 {2}83 {2}TS {2}TS {3}0 {6}- ps$/u);
    expect(idle).toMatch(/^ {2}[01] {3}- {2}19 {2}80 IDL IDL {3}5 {6}- ps$/u);
    expect(words).toBe('2');
  });

  it('cuts columns at the width that is asked for', () => {
    const sleeper = 'sleep 5 & sleep 0.1; ps';
    expect(lines(`${sleeper} -o comm:3,args:6=A,stat -p $!`)).toEqual([
      'COMMAND A  STAT',
      'sle sleep  S',
    ]);
    expect(lines(`${sleeper} -o wchan,wchan:20,comm -p $!`)[1]).toMatch(/^\w{6} \w{7,20} +sleep$/u);
  });
});
