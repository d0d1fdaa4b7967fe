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

const RAW = `import { module, println } from "kernel";
import { KBox, KVec } from "kernel/alloc";
import { GFP_KERNEL, kfree, kzalloc, type Ptr } from "kernel/raw";
import { array, func, le32, struct, u16, u8 } from "uapi";
class Frame extends struct({ mac: array(u8, 6), sizes: array(u16, 2), check: le32 }) {
  text(): string {
    let text = "";
    for (let i = 0; i < this.mac.length; i++) text += \`\${this.mac[i]} \`;
    return \`\${text}\${this.sizes[1]} \${this.check}\`;
  }
}
class Operations extends struct({ frame: Frame, twice: func<(n: number) => number>() }) {}
function twice(n: number): number {
  return 2 * n;
}
class Test {
  static init(): Test {
    const box = KBox.new(new Frame({ mac: [1, 2, 3] }));
    box.value.mac[5] = 9;
    box.value.sizes[1] += 7;
    const v = KVec.new(Frame);
    v.push(box.value);
    v.at(0).mac[0] = 8;
    println(\`box \${box.value.text()}, vec \${v.at(0).text()}\`);
    const kept = new Operations({ frame: { check: 5 }, twice });
    println(\`kept \${kept.twice(21)}\`);
    // SAFETY: the second look at it is one too many, on purpose.
    unsafe: {
      const p: Ptr<Operations> = kzalloc(Operations.size, GFP_KERNEL);
      p.$ = kept;
      const view = p.$;
      view.frame.mac[4] = 4;
      p.$.frame.sizes[1] = 3;
      println(\`raw \${view.frame.text()} \${view.twice(4)} \${p.$.twice(5)}\`);
      kfree(p);
      println(\`late \${view.frame.check}\`);
    }
    return new Test();
  }
}
export default module(Test, { license: "GPL" });
`;

it.each(['pc', 'rpi3'] as const)(
  'are the same to safe and to raw code, on %s',
  { timeout: PATIENCE_MS },
  (board) => {
    const files = [userFile('r/r.ts', RAW), userFile('r/Kbuild', 'obj-m := r.o\n')];
    const script = `cd r && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod r.ko`;
    const { stdout, logText } = runScript(script, { files, board });
    expect(stdout).toBe('');
    expect(logText).toContain('box 1 2 3 0 0 9 7 0, vec 8 2 3 0 0 9 7 0');
    expect(logText).toContain('kept 42');
    expect(logText).toContain('raw 0 0 0 0 4 0 3 5 8 10');
    const late = RAW.split('\n').findIndex((line) => line.includes('late')) + 1;
    expect(logText).toMatch(/BUG: KASAN: slab-use-after-free in Test\.init.*\nRead of size 4 at/u);
    expect(logText).toContain(`[r] r.ts:${late}\nRead of size 4`);
  },
);

const PAIRS = `import { module, println } from "kernel";
import { chrdev, type File, type FileOperations } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { be32, struct, u8 } from "uapi";
class Pair extends struct({ kind: u8, value: be32 }) {}
class Pairs implements FileOperations {
  static open(): Pairs { return new Pairs(); }
  write(_file: File, input: UserSliceReader): void {
    while (input.remaining > 0) {
      const pair = input.read_struct(Pair);
      println(\`\${pair.kind} \${pair.value}\`);
    }
  }
  read(file: File, out: UserSliceWriter): void {
    if (file.pos === 0) out.write_struct(new Pair({ kind: 7, value: 0x01020304 }));
  }
}
class Test {
  constructor(readonly device: chrdev.Registration) {}
  static init(): Test { return new Test(chrdev.register("pairs", Pairs)); }
}
export default module(Test, { license: "GPL" });
`;

it('go to programs and come from them whole', { timeout: PATIENCE_MS }, () => {
  const files = [userFile('p/p.ts', PAIRS), userFile('p/Kbuild', 'obj-m := p.o\n')];
  const script = `cd p && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod p.ko && sudo mknod -m 666 /dev/p c 243 0
printf '\\001xyz\\000\\000\\001\\000\\002abc\\000\\000\\000\\005' > /dev/p
printf abc > /dev/p
dd if=/dev/p bs=7 count=1 2>&1 | head -n 1
od -A n -t x1 /dev/p`;
  const { stdout, stderr, logText } = runScript(script, { files });
  expect(logText).toMatch(/1 256\n.*2 5/u);
  expect(stdout).toContain(' 07 00 00 00 01 02 03 04');
  expect(`${stdout}${stderr}`.match(/Bad address/g)).toHaveLength(2);
});
