// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One bug, three kernels: each classic bug of the examples is caught where the sanitizers watch,
 * goes unnoticed and does harm where they do not, and is not there in the right and the safe twin.
 */
import { describe, expect, it } from 'vitest';

import { exampleFiles, runScript, type ScriptResult } from '../support/machine.ts';

/** Nothing watches: what a production kernel would do. */
const UNWATCHED = 'kasan=off slub_debug=- kmemleak=off';
const REPORT = /^(BUG:|WARNING:|kernel BUG|usercopy:|refcount_t:|list_)/m;
const SCAN = 'sleep 6; for n in 1 2; do echo scan > /sys/kernel/debug/kmemleak; done';

interface Bug {
  readonly name: string;
  /** What the log says of the wrong one. */
  readonly report: RegExp;
  /** The function of the driver that the report names, and where its memory came from. */
  readonly lines: readonly RegExp[];
  /** What the program prints where nobody watches. */
  readonly harm?: RegExp;
  /** What it prints with the right and with the safe driver. */
  readonly right: RegExp;
  readonly safe?: RegExp;
}

const BUGS: readonly Bug[] = [
  {
    name: 'callback',
    report: /^BUG: KASAN: slab-use-after-free in /m,
    lines: [/callback_wrong\.ts/],
    right: /^heard it 2$/m,
  },
  {
    name: 'double_free',
    report: /^BUG: KASAN: double-free in /m,
    lines: [/double_free_wrong\.ts/],
    right: /^closed$/m,
  },
  {
    name: 'off_by_one',
    report: /^BUG: KASAN: slab-out-of-bounds in /m,
    lines: [/Write of size 1 /],
    harm: /^second: $/m,
    right: /^first: {2}sixteen letters!\nsecond: fifteen letters$/m,
  },
  {
    name: 'length_check',
    report: /^BUG: KASAN: slab-out-of-bounds in /m,
    lines: [/Write of size 300 /],
    right: /^write: Message too long$/m,
    safe: /^300 bytes delivered$/m,
  },
  {
    name: 'neighbour',
    report: /^BUG: KASAN: slab-out-of-bounds in /m,
    lines: [/Read of size 100 /],
    harm: /my key is swordfish/,
    right: /^write: Invalid argument$/m,
    safe: /^20 bytes: is anybody out there$/m,
  },
  {
    name: 'size_overflow',
    report: /^BUG: KASAN: slab-out-of-bounds in /m,
    lines: [/Write of size 4 /],
    harm: /^marked row 2 of two$/m,
    right: /^resize: Cannot allocate memory$/m,
  },
  {
    name: 'stale_pointer',
    report: /^BUG: KASAN: slab-use-after-free in /m,
    lines: [/Write of size 5 /],
    harm: /^the other reads still$/m,
    right: /^the other reads still$/m,
  },
];

/** Builds one module and one program of `name`, if it has that, and runs `command`. */
function runIn(
  name: string,
  { twin, program }: { readonly twin: string; readonly program?: string },
  command: string,
  cmdline = '',
): ScriptResult {
  const compile = program === undefined ? 'true' : `cc -o ${name}_${program} ${name}_${program}.ts`;
  const script = `cd bug_${name}; echo 'obj-m := ${name}_${twin}.o' > Kbuild
{ make && ${compile}; } > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
${command}`;
  return runScript(script, { files: exampleFiles(), cmdline });
}

/** The same with the module loaded while the program runs. */
function run(name: string, twin: string, program: 'try' | 'root', cmdline = ''): ScriptResult {
  const ko = `${name}_${twin}`;
  const command = `sudo insmod ${ko}.ko\n./${name}_${program}\nsudo rmmod ${ko} 2> /dev/null\ntrue`;
  return runIn(name, { twin, program }, command, cmdline);
}

function outputOf({ stdout, stderr }: ScriptResult): string {
  return stdout + stderr;
}

describe.each(BUGS)('$name', ({ name, report, lines, harm = /^/, right, safe = right }) => {
  it('is caught where the sanitizers watch', () => {
    const { logText } = run(name, 'wrong', 'try');
    expect(logText).toMatch(report);
    for (const line of lines) expect(logText).toMatch(line);
  });

  it('goes unnoticed where they do not', () => {
    const result = run(name, 'wrong', 'try', UNWATCHED);
    expect(result.logText).not.toMatch(REPORT);
    expect(outputOf(result)).toMatch(harm);
  });

  it.each([
    ['right', right],
    ['safe', safe],
  ])('is not in the %s twin', (twin, wanted) => {
    const result = run(name, twin, 'try', 'kcsan=on');
    expect(outputOf(result)).toMatch(wanted);
    expect(result.logText).not.toMatch(REPORT);
  });
});

describe('failing_init', () => {
  const leaks = (twin: string): string =>
    outputOf(
      runIn(
        'failing_init',
        { twin },
        `sudo insmod failing_init_${twin}.ko slots=99
sudo sh -c '${SCAN}; cat /sys/kernel/debug/kmemleak'`,
      ),
    );

  it('is caught where kmemleak looks', () => {
    const text = leaks('wrong');
    expect(text).toMatch(/^unreferenced object 0xffff[0-9a-f]{12} \(size 16\):$/m);
    expect(text).toMatch(/failing_init_wrong/);
  });

  it.each(['right', 'safe'])('is not in the %s twin', (twin) => {
    expect(leaks(twin)).not.toMatch(/unreferenced/);
  });
});

describe.each(['length_check', 'stale_pointer'])('%s lets a program', (name) => {
  it('become root where nobody watches', () => {
    const { stdout, status } = run(name, 'wrong', 'root', 'kasan=off');
    expect(stdout).toMatch(/^uid=0\(root\) gid=0\(root\)/m);
    expect(status).toBe(0);
  });

  it('become nobody else under the sanitizers', () => {
    const { stdout, logText } = run(name, 'wrong', 'root');
    expect(stdout).not.toMatch(/uid=0/);
    expect(logText).toMatch(/^BUG: KASAN: /m);
  });

  it.each(['right', 'safe'])('become nobody else with the %s driver', (twin) => {
    const { stdout, logText } = run(name, twin, 'root', UNWATCHED);
    expect(stdout).not.toMatch(/uid=0/);
    expect(logText).not.toMatch(REPORT);
  });
});
