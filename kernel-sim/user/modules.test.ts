// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because real tools' messages stand as they are printed
/**
 * make, insmod, lsmod, rmmod, modinfo, sudo and dd in a booted machine, with kmod 30's messages.
 */
import { expect, test } from 'vitest';

import { TestMachine, userFile } from '../../tests/support/machine.ts';

function run(text: string): readonly string[] {
  const files = [userFile('bad.ko', 'no module')];
  const guest = TestMachine.boot({ script: { text: `${text}\n`, user: 'user', args: [] }, files });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  return [guest.output.get('hvc0') ?? '', guest.output.get('hvc1') ?? ''];
}

test('a module is built once, loaded once, listed and unloaded', () => {
  const [out, err] = run(`cd hello_world; make; make; make helloworld.ko
modinfo -F license helloworld.ko
insmod helloworld.ko; sudo insmod helloworld.ko; sudo insmod helloworld.ko; lsmod
rmmod helloworld; sudo rmmod helloworld; sudo rmmod helloworld; make clean; ls *.ko`);

  expect(out).toBe(`  TSC     hello_world.ts
  CHECK   hello_world.ts: types
  LD [M]  helloworld.ko
make: Nothing to be done for 'all'.
make: 'helloworld.ko' is up to date.
GPL
Module                  Size  Used by
helloworld             12288  0
  CLEAN   helloworld.ko
`);
  expect(err).toBe(`insmod: ERROR: could not insert module helloworld.ko: Operation not permitted
insmod: ERROR: could not insert module helloworld.ko: File exists
rmmod: ERROR: ../libkmod/libkmod-module.c:856 kmod_module_remove_module() could not remove 'helloworld': Operation not permitted
rmmod: ERROR: could not remove module helloworld: Operation not permitted
rmmod: ERROR: Module helloworld is not currently loaded
ls: cannot access '*.ko': No such file or directory
`);
});

test('what cannot be loaded, and a module that is in use', () => {
  const [out, err] = run(`sudo insmod nope.ko; sudo insmod bad.ko; insmod; rmmod
cd yes_chardev; make TARGET=armv7l-linux-kernel-module KDIR=/x CROSS=arm-; sudo insmod yes_chardev.ko
make -s; sudo insmod yes_chardev.ko; sudo mknod /dev/yes c 243 0; sudo head -n 2 /dev/yes
sudo sh -c 'exec 5</dev/yes; lsmod; rmmod yes_chardev'; sudo rmmod ./yes_chardev.ko; echo $?`);

  expect(out).toBe(`  TSC     yes_chardev.ts
  CHECK   yes_chardev.ts: types
  LD [M]  yes_chardev.ko
y
y
Module                  Size  Used by
yes_chardev            12288  1
0
`);
  expect(err).toBe(`insmod: ERROR: could not load module nope.ko: No such file or directory
insmod: ERROR: could not insert module bad.ko: Invalid module format
insmod: ERROR: missing filename.
rmmod: ERROR: missing module name.
insmod: ERROR: could not insert module yes_chardev.ko: Invalid module format
rmmod: ERROR: Module yes_chardev is in use
`);
});

test('an error names its place and stops make with status 2', () => {
  const [out, err] = run(`cd hello_world; echo 'export const x: number = "a";' >> hello_world.ts
make; echo $?; make foo; echo $?; mkdir empty; cd empty; make; echo $?`);

  expect(out).toBe(`  TSC     hello_world.ts
  CHECK   hello_world.ts: types
2
2
2
`);
  expect(err).toContain("error TS2322: Type 'string' is not assignable to type 'number'.\n");
  expect(err).toContain('| export const x: number = "a";\n      |              ^\n');
  expect(err).toContain('make: *** [Kbuild:2: helloworld.ko] Error 1\n');
  expect(err).toContain("make: *** No rule to make target 'foo'.  Stop.\n");
  expect(err).toContain('make: *** No targets specified and no makefile found.  Stop.\n');
});

test('make goes on past a source that is not there only when told to', () => {
  const [out, err] = run(`cd hello_world
printf '%s\\n' 'ccflags-y := -O2' 'obj-$(CONFIG_X) += y.o' 'obj-m += gone.o helloworld.o' \\
  'helloworld-objs := hello_world.o' > Kbuild
make -j4 V=1; echo $?; make -k modules; echo $?; make -n -B; ls *.ko`);

  expect(err).toBe(`make: *** No rule to make target 'gone.o', needed by 'gone.ko'.  Stop.
make: *** No rule to make target 'gone.o', needed by 'gone.ko'.
make: *** No rule to make target 'gone.o', needed by 'gone.ko'.  Stop.
`);
  expect(out).toBe(`2
  TSC     hello_world.ts
  CHECK   hello_world.ts: types
  LD [M]  helloworld.ko
2
helloworld.ko
`);
});

test('sudo changes the user, cleans the environment and forwards the status', () => {
  const [out, err] = run(`sudo id -un; sudo -u nobody id -un; sudo A=b env | grep -c '^A=b$'
X=y sudo env | grep -c '^X='; X=y sudo -E env | grep -c '^X='; sudo printenv SUDO_USER PATH
sudo sh -c 'exit 7'; echo $?; sudo nope; echo $?; sudo -u nope id; echo $?
sudo sh -c 'kill -9 $$'; echo $?`);

  expect(out).toBe(`root\nnobody\n1\n0\n1\nuser
/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
7\n1\n1\n137\n`);
  expect(err).toContain('sudo: nope: command not found\nsudo: unknown user nope\n');
});

test('dd makes one read and one write for each block', () => {
  const [, err] = run('dd if=/dev/zero of=/dev/null bs=1 count=2000');

  // 2 calls of 100 ns and 2 copies of 4 ns for each block; the rest is opening and asking the time.
  const nanoseconds = Number(/copied, ([\d.e-]+) s/.exec(err ?? '')?.[1]) * 1e9;
  expect(err).toMatch(/^2000\+0 records in\n2000\+0 records out\n2000 bytes \(2\.0 kB, 2\.0 KiB\)/);
  expect(nanoseconds / 2000).toBeLessThan(2 * (100 + 4) + 5);
});
