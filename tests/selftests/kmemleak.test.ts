// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory that drivers lose: what kmemleak says of it, when, and what it must not say. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;
const FILE = '/sys/kernel/debug/kmemleak';

/** A module whose init does `body`, and a script for root that begins where it lies. */
function run(body: string, script: string, cmdline = ''): ScriptResult {
  const source = `import { Errno, module, println } from "kernel";
import { GFP_KERNEL, kfree, kmalloc, kzalloc } from "kernel/raw";

class Leaky {
  static init(): Leaky {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
      ${body}
    }
    return new Leaky();
  }
}

export default module(Leaky, { license: "GPL" });
void Errno, println, GFP_KERNEL, kfree, kmalloc, kzalloc;
`;
  const files = [userFile('t/leaky.ts', source), userFile('t/Kbuild', 'obj-m := leaky.o\n')];
  const build = 'cd t && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }';
  return runScript(`${build}\nsudo bash -c '${script}'`, { files, cmdline });
}

const LEAK = 'for (let i = 0; i < 2; i++) kzalloc(1000, GFP_KERNEL);';
const NO_LEAK = 'for (let i = 0; i < 2; i++) kfree(kzalloc(1000, GFP_KERNEL));';
const LOOK = `sleep 6; echo scan > ${FILE}; echo scan > ${FILE}; cat ${FILE}`;
const SUMMARY = `kmemleak: 2 new suspected memory leaks (see ${FILE})`;

describe('a scan', { timeout: PATIENCE_MS }, () => {
  it('tells what nothing leads to, with who allocated it and where', () => {
    const { stdout, logText } = run(LEAK, `insmod leaky.ko; ${LOOK}`);
    expect(logText).toContain(SUMMARY);
    const zeros = `    ${'00 '.repeat(16)} ${'.'.repeat(16)}\n`;
    expect(stdout).toMatch(
      new RegExp(
        '^unreferenced object 0xffff[0-9a-f]{12} \\(size 1024\\):\n' +
          '  comm "insmod", pid \\d+, jiffies 42948\\d{5}\n' +
          `  hex dump \\(first 32 bytes\\):\n${zeros}${zeros}` +
          '  backtrace \\(crc [0-9a-f]+\\):\n' +
          '    Leaky\\.init\\+0x\\w+/0x\\w+ \\[leaky\\] leaky\\.ts:8\n' +
          '    do_one_initcall\\+0x5b/0x320\n' +
          '(?:    \\S+\n)+' +
          'unreferenced object ',
        'u',
      ),
    );
  });

  it('says nothing of what was freed', () => {
    const { stdout, logText } = run(NO_LEAK, `insmod leaky.ko; ${LOOK}; rmmod leaky`);
    expect(stdout).toBe('');
    expect(logText).not.toContain('suspected');
    expect(logText).not.toContain('unreferenced');
  });

  it.each([
    ['too young', `echo scan > ${FILE}; echo scan > ${FILE}; cat ${FILE}`, ''],
    ['cleared', `${LOOK} > /dev/null; echo clear > ${FILE}; echo scan > ${FILE}; cat ${FILE}`, ''],
    ['off', `echo off > ${FILE}; echo scan > ${FILE}; cat ${FILE}`, 'Operation not permitted'],
  ])('says nothing of what is %s', (_what, script, error) => {
    const { stdout, stderr } = run(LEAK, `insmod leaky.ko; ${script}`);
    expect(stdout).toBe('');
    expect(stderr).toContain(error);
  });

  it('is not made with kmemleak=off', () => {
    const { stdout, stderr, logText } = run(LEAK, `insmod leaky.ko; ${LOOK}`, 'kmemleak=off');
    expect(stdout).toBe('');
    expect(stderr).toContain('Operation not permitted');
    expect(logText).toContain('kmemleak: Kernel memory leak detector disabled');
  });

  it('happens by itself, a minute after boot', () => {
    const { stdout, logText } = run(LEAK, `insmod leaky.ko; sleep 61; cat ${FILE}; ps -e`);
    expect(stdout).toMatch(/^unreferenced/u);
    expect(stdout).toMatch(/ kmemleak$/mu);
    expect(logText).toContain(SUMMARY);
  });

  it('happens as often as scan= says, and not at all after scan=off', () => {
    const { stdout, logText } = run(
      LEAK,
      `echo scan=20 > ${FILE}; insmod leaky.ko; sleep 90; grep -c unref ${FILE}
       echo scan=off > ${FILE}; rmmod leaky; insmod leaky.ko; sleep 25; grep -c unref ${FILE}
       ps -e | grep kmemleak`,
    );
    expect(stdout).toBe('2\n2\n');
    expect(logText.match(/thread (?:started|ended)/gu)).toEqual([
      'thread started',
      'thread ended',
      'thread started',
      'thread ended',
    ]);
  });
});

describe('a command', { timeout: PATIENCE_MS }, () => {
  it('that is none is refused', () => {
    const { stderr } = run(
      LEAK,
      `echo sweep > ${FILE}; echo scan=-1 > ${FILE}; echo dump=x > ${FILE}; echo dump=0 > ${FILE}`,
    );
    expect(stderr.match(/Invalid argument/gu)).toHaveLength(4);
  });

  it('dumps an object by an address in it', () => {
    const { logText } = run(
      'println(`at ${kmalloc(100, GFP_KERNEL).address.toString(16)}`);',
      `insmod leaky.ko; at=$(dmesg | grep -o "at 88[0-9a-f]*")
       echo dump=0xffff\${at#at } > ${FILE}; echo dump=0xffff888000000000 > ${FILE}`,
    );
    expect(logText).toMatch(
      /kmemleak: Object 0xffff88\w+ \(size 128\):\nkmemleak: {3}comm "insmod", pid \d+, jiffies/u,
    );
    expect(logText).toContain('kmemleak:   min_count = 1\nkmemleak:   count = -1\n');
    expect(logText).toContain('kmemleak: Unknown object at 0xffff888000000000');
  });
});

describe('rmmod', { timeout: PATIENCE_MS }, () => {
  it('tells what the module leaves behind', () => {
    const { logText, stdout } = run(LEAK, `insmod leaky.ko; rmmod leaky; ${LOOK}`);
    expect(logText).toContain('kmemleak: leaky left 2 unreferenced objects behind (2048 bytes)\n');
    expect(logText).toMatch(/kmemleak: {5}Leaky\.init\+0x\w+\/0x\w+ \[leaky\] leaky\.ts:8\n/u);
    expect(logText).toContain(SUMMARY);
    expect(stdout).toMatch(/^unreferenced/u);
  });

  it('tells it of an init that fails as well', () => {
    const { logText } = run(`${LEAK} if (GFP_KERNEL) throw Errno.EIO;`, 'insmod leaky.ko');
    expect(logText).toContain('kmemleak: leaky left 2 unreferenced objects behind (2048 bytes)\n');
  });
});
