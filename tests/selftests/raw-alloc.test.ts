// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory that drivers take and give back by the pointer, through whole machines. */
import { expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** Loads a module whose `init` is `body`. */
function load(body: string, cmdline = ''): ScriptResult {
  const source = `import { module, println } from "kernel";
import { GFP_ATOMIC, GFP_KERNEL, kfree, kmalloc, kzalloc, NULL } from "kernel/raw";
class Raw {
  static init(): Raw {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
      ${body}
    }
    return new Raw();
  }
}
export default module(Raw, { license: "GPL" });
void println, GFP_ATOMIC, GFP_KERNEL, kfree, kmalloc, kzalloc, NULL;
`;
  const files = [userFile('raw/raw.ts', source), userFile('raw/Kbuild', 'obj-m := raw.o\n')];
  const script = `cd raw && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod raw.ko`;
  return runScript(script, { files, cmdline });
}

it('hands memory out and takes it back', { timeout: PATIENCE_MS }, () => {
  const { status, stdout, logText } = load(`
    const p = kmalloc(40, GFP_KERNEL);
    const q = kzalloc(40, GFP_ATOMIC);
    println(\`taken \${p !== NULL && q !== NULL && p !== q}\`);
    kfree(p);
    kfree(q);
    kfree(kmalloc(0, GFP_KERNEL));`);
  expect(stdout).toBe('');
  expect(status).toBe(0);
  expect(logText).toContain('taken true');
  expect(logText).not.toContain('BUG:');
});

it('reports memory given back twice, with the line of the driver', { timeout: PATIENCE_MS }, () => {
  const { status, logText } = load(`
    const p = kmalloc(40, GFP_KERNEL);
    kfree(p);
    kfree(p);`);
  expect(status).toBe(0);
  expect(logText).toMatch(/BUG: KASAN: double-free in Raw\.init\+0x\S+ \[raw\] raw\.ts:\d+/u);
});

it('names the lines that took and freed what is freed again', { timeout: PATIENCE_MS }, () => {
  const { logText } = load(`
    const p = kmalloc(40, GFP_KERNEL);
    kfree(p);
    kfree(p);`);
  const lineBelow = (heading: RegExp): number => {
    const [, below = ''] = logText.split(heading);
    return Number(/^ Raw\.init\+0x\S+ \[raw\] raw\.ts:(\d+)\n/u.exec(below)?.[1]);
  };
  const taken = lineBelow(/Allocated by task \d+:\n/u);
  expect(lineBelow(/Freed by task \d+:\n/u)).toBe(taken + 1);
  expect(lineBelow(/Call Trace:\n <TASK>\n/u)).toBe(taken + 2);
});
