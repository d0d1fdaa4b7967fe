// SPDX-License-Identifier: GPL-2.0-or-later
/** What FORTIFY knows of a driver's objects, and what it leaves to KASAN. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;
const OVERFLOW = 'memset: detected buffer overflow: 24 byte write of buffer size 16';

/** The log of a machine that loads a driver whose `init` is `body`. */
function load(body: string, cmdline = ''): string {
  const source = `import { module } from "kernel";
import * as raw from "kernel/raw";
import { GFP_KERNEL, global_buffer, kfree, kmalloc, memset, stack_buffer } from "kernel/raw";
import { OPTIMIZER_HIDE_VAR, type Ptr } from "kernel/raw";
import type { u8 } from "uapi";
const GLOBAL = global_buffer(16);
function make(): Ptr<u8> {
  "use unsafe";
  return kmalloc(16, GFP_KERNEL);
}
function fill(p: Ptr<u8>): void {
  "use unsafe";
  memset(p, 1, 24);
}
class Fortified {
  static init(): Fortified {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
      ${body}
    }
    return new Fortified();
  }
}
export default module(Fortified, { license: "GPL" });
void raw, GLOBAL, kfree, stack_buffer, OPTIMIZER_HIDE_VAR, make, fill;
`;
  const files = [userFile('f/f.ts', source), userFile('f/Kbuild', 'obj-m := f.o\n')];
  const script = `cd f && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod f.ko`;
  const { stdout, logText } = runScript(script, { files, cmdline });
  expect(stdout).toBe('');
  return logText;
}

describe('an object that its own function fills', () => {
  it.each([
    ['an allocation', 'const p = kmalloc(16, GFP_KERNEL); memset(p, 1, 24);'],
    ['an array on the stack', 'const p = stack_buffer(16); memset(p, 1, 24);'],
    ['a global', 'memset(GLOBAL, 1, 24);'],
  ])('%s', { timeout: PATIENCE_MS }, (_name, body) => {
    const log = load(body);
    expect(log).toContain(OVERFLOW);
    expect(log).toContain('kernel BUG at lib/string_helpers.c:1048!');
    expect(log).not.toContain('KASAN:');
    const unchecked = load(body, 'fortify=off');
    expect(unchecked).not.toContain(OVERFLOW);
    expect(unchecked).toContain('out-of-bounds in Fortified.init');
    expect(load(body.replace('24', '16'))).not.toContain('BUG');
  });
});

describe('an object of whose size a compiler knows nothing is left to KASAN', () => {
  it.each([
    ['passed to another function', 'const p: Ptr<u8> = kmalloc(16, GFP_KERNEL); fill(p);'],
    ['made by another function', 'const p = make(); memset(p, 1, 24);'],
    ['hidden', 'const p = kmalloc(16, GFP_KERNEL); OPTIMIZER_HIDE_VAR(p); memset(p, 1, 24);'],
  ])('%s', { timeout: PATIENCE_MS }, (_name, body) => {
    const log = load(body);
    expect(log).not.toContain('buffer overflow');
    expect(log).toContain('BUG: KASAN: slab-out-of-bounds in ');
  });
});
