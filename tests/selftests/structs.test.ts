// SPDX-License-Identifier: GPL-2.0-or-later
/** Structs and bits of drivers, through whole machines. */
import { expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** Loads a module whose `init` is `body`. */
function load(body: string): ScriptResult {
  const source = `import { module, println } from "kernel";
import { bits, le32, struct, u8, u32, u64, usize } from "uapi";
class Control extends bits(le32, { own: 31, length: [15, 0] }) {}
class Descriptor extends struct({
  address: le32,
  control: Control,
  kind: u8,
  stamp: u64,
  n: usize,
}) {
  describe(): string {
    return \`\${this.kind}@\${this.address}\`;
  }
}
class Ring extends struct({ head: u32, current: Descriptor }) {}
class Test {
  static init(): Test {
    ${body}
    return new Test();
  }
}
export default module(Test, { license: "GPL" });
void println, Ring;
`;
  const files = [userFile('s/s.ts', source), userFile('s/Kbuild', 'obj-m := s.o\n')];
  const script = `cd s && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod s.ko`;
  return runScript(script, { files });
}

it('are values with sizes, fields and methods', { timeout: PATIENCE_MS }, () => {
  const { status, stdout, logText } = load(`
    const ring = new Ring({ head: 3, current: { address: 0x1000, control: { length: 60 } } });
    ring.current.kind = 7;
    ring.current.control.own = true;
    println(\`\${Ring.size} \${Ring.offsetof("current")} \${Descriptor.offsetof("stamp")}\`);
    const { own, length } = ring.current.control;
    println(\`\${ring.current.describe()} \${own} \${length}\`);`);
  expect(stdout).toBe('');
  expect(status).toBe(0);
  expect(logText).toContain('40 8 16');
  expect(logText).toContain('7@4096 true 60');
});
