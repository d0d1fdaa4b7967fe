// SPDX-License-Identifier: GPL-2.0-or-later
/** Allocations that fail on purpose: which do, which must not, and that a run of them repeats. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;
const FAILSLAB = '/sys/kernel/debug/failslab';
/** Lets allocations from one cache fail when others must not. */
const MARK = 'echo 1 > /sys/kernel/slab/kmalloc-64/failslab';

/** A module that says of eight allocations of each kind whether they came about. */
const SOURCE = `import { module, println } from "kernel";
import { GFP_ATOMIC, GFP_KERNEL, __GFP_NOFAIL, kfree, kmalloc } from "kernel/raw";

class Tries {
  static init(): Tries {
    println(\`kernel \${tries(GFP_KERNEL)}\`);
    println(\`atomic \${tries(GFP_ATOMIC)}\`);
    println(\`nofail \${tries(GFP_ATOMIC | __GFP_NOFAIL)}\`);
    return new Tries();
  }
}

function tries(gfp: number): string {
  let text = "";
  for (let i = 0; i < 8; i++) {
    // SAFETY: what was taken is given back at once.
    unsafe: {
      const p = kmalloc(64, gfp);
      text += p ? "." : "F";
      kfree(p);
    }
  }
  return text;
}

export default module(Tries, { license: "GPL" });
`;

function load(script: string, cmdline = ''): ScriptResult {
  const files = [userFile('t/tries.ts', SOURCE), userFile('t/Kbuild', 'obj-m := tries.o\n')];
  const build = 'cd t && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }';
  return runScript(`${build}\n${script}`, { files, cmdline });
}

/** What the module said of a kind. */
function said({ logText }: ScriptResult, kind: string): string | undefined {
  return new RegExp(`${kind} ([.F]+)`, 'u').exec(logText)?.[1];
}

const NONE = '........';
const ALL = 'FFFFFFFF';

describe('failslab', { timeout: PATIENCE_MS }, () => {
  it('lets nothing fail unless asked', () => {
    const result = load('sudo insmod tries.ko');
    expect(['kernel', 'atomic', 'nofail'].map((kind) => said(result, kind))).toEqual([
      NONE,
      NONE,
      NONE,
    ]);
    expect(result.logText).not.toContain('FAULT_INJECTION');
  });

  it('takes its settings from the command line, and spares who may wait', () => {
    const result = load('sudo insmod tries.ko', 'failslab=1,100,0,-1');
    expect(said(result, 'kernel')).toBe(NONE);
    expect(said(result, 'atomic')).toBe(ALL);
    expect(said(result, 'nofail')).toBe(NONE);
  });

  it('says what it does, and from where', () => {
    const { logText } = load('sudo insmod tries.ko', 'failslab=1,100,0,1');
    expect(logText).toMatch(
      new RegExp(
        'FAULT_INJECTION: forcing a failure\\.\n' +
          'name failslab, interval 1, probability 100, space 0, times 1\n' +
          'CPU: \\d UID: 0 PID: \\d+ Comm: insmod .*\n' +
          '(?:Tainted: .*\n)?' +
          'Hardware name: .*\nCall Trace:\n <TASK>\n' +
          ' tries\\+0x\\w+/0x\\w+ \\[tries\\] tries\\.ts:18\n' +
          ' Tries\\.init\\+',
        'u',
      ),
    );
  });

  it.each([
    ['interval', 'echo 3 > interval', '..F..F..'],
    ['times', 'echo 2 > times', 'FF......'],
    ['space', 'echo 200 > space', '...FFFFF'],
    ['probability', 'echo 0 > probability', NONE],
    ['task-filter', 'echo 1 > task-filter', NONE],
    ['cache-filter', 'echo Y > cache-filter', NONE],
    ['the caches it is to let fail', `echo Y > cache-filter; ${MARK}`, ALL],
  ])('heeds %s', (_what, setting, expected) => {
    const result = load(`sudo bash -c '
      cd ${FAILSLAB}; echo 100 > probability; echo -1 > times
      ${setting}; insmod ~user/t/tries.ko'`);
    expect(said(result, 'atomic')).toBe(expected);
    expect(said(result, 'kernel')).toBe(NONE);
  });

  it('fails who has make-it-fail, and their children', () => {
    const result = load(`sudo bash -c '
      cd ${FAILSLAB}; echo 100 > probability; echo -1 > times; echo 1 > task-filter
      echo 1 > /proc/self/make-it-fail; insmod ~user/t/tries.ko; cat /proc/self/make-it-fail'
      echo 1 > /proc/self/make-it-fail`);
    expect(said(result, 'atomic')).toBe(ALL);
    expect(result.stdout).toBe('1\n');
    expect(result.stderr).toContain('Operation not permitted');
  });

  it('asks the oracle, so that a run repeats', () => {
    const run = (seed: string): [string | undefined, number] => {
      const result = load('sudo insmod tries.ko', `failslab=1,50,0,-1 seed=${seed}`);
      return [said(result, 'atomic'), result.traceHash];
    };
    const first = run('1');
    expect(first[0]).toMatch(/F/u);
    expect(first[0]).toMatch(/\./u);
    expect(run('1')).toEqual(first);
  });
});

describe('fail-nth', { timeout: PATIENCE_MS }, () => {
  it('fails the n-th allocation of a task, whoever makes it', () => {
    const { logText } = load(`sudo bash -c '
      echo N > ${FAILSLAB}/ignore-gfp-wait
      for n in $(seq 30); do
        (echo $n > /proc/self/fail-nth; exec insmod tries.ko) 2> /dev/null
        rmmod tries 2> /dev/null
      done'`);
    const kernel = logText.split('\n').flatMap((line) => /kernel ([.F]+)/u.exec(line)?.[1] ?? []);
    const fails = kernel.map((text) => text.indexOf('F')).filter((at) => at >= 0);
    expect(fails).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each([
    [1, 'F.......', NONE],
    [3, '..F.....', NONE],
    [9, NONE, 'F.......'],
    [99, NONE, NONE],
  ])('of modules fails the allocation %i that a module makes', (n, kernel, atomic) => {
    const file = '/sys/kernel/debug/fail_module_nth';
    const result = load(`sudo insmod tries.ko; sudo cat ${file}`, `fail_module_nth=${n}`);
    expect([said(result, 'kernel'), said(result, 'atomic')]).toEqual([kernel, atomic]);
    expect(said(result, 'nofail')).toBe(NONE);
    // What is left: 16 allocations counted.
    expect(result.stdout).toBe(`${Math.max(0, n - 16)}\n`);
  });
});
