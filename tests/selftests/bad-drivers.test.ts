// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drivers that misbehave: each gets the message and status that Linux gives, and the machine goes
 * on.
 */
import { describe, expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** A module whose init is `init` and whose dispose is `dispose`. */
function moduleSource(init: string, dispose = ''): string {
  return `import { Errno, module, println } from "kernel";
class Bad {
  static init(): Bad {
    ${init}
    return new Bad();
  }
  [Symbol.dispose](): void {
    ${dispose}
  }
}
${HELPERS}
export default module(Bad, { license: "GPL" });
void Errno, println;
`;
}

const HELPERS = `
function deep(n: number): number { return deep(n + 1) + 1; }
function add(a: number, b: number): number { return a + b; }
void deep, add;
`;

/** A character device whose read is `read`. */
function deviceSource(read: string, extra = ''): string {
  return `import { Errno, module, println } from "kernel";
import { chrdev, type File, type FileOperations, type UserSliceWriter } from "kernel/fs";
class BadFile implements FileOperations {
  static open(): BadFile { return new BadFile(); }
  read(file: File, out: UserSliceWriter): void {
    ${read}
    void file, out;
  }
  ${extra}
}
class Bad {
  constructor(readonly device: chrdev.Registration) {}
  static init(): Bad { return new Bad(chrdev.register("bad", BadFile)); }
}
${HELPERS}
export default module(Bad, { license: "GPL" });
void Errno, println;
`;
}

/** Builds `source` as bad.ko and runs `script` after it; the last line must always be reached. */
function run(source: string, script: string): ScriptResult {
  const build = 'cd bad && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }';
  const text = `${build}\n${script}\necho alive`;
  const result = runScript(text, { files: [userFile('bad/bad.ts', source)] });
  expect(result.stdout).toMatch(/alive\n$/u);
  expect(result.status).toBe(0);
  return result;
}

/** Two seconds of virtual time in a loop take about as long; machines are shared and noisy. */
const LOOP_TIMEOUT_MS = 60_000;

const INSMOD = 'sudo insmod bad.ko; echo "status $?"';
const READ =
  'sudo insmod bad.ko; sudo mknod -m 666 /dev/bad c 243 0; cat /dev/bad; echo "status $?"; ' +
  'sudo rmmod bad; echo "rmmod $?"';

describe('in init', () => {
  it('an errno is what insmod says', () => {
    const result = run(moduleSource('throw Errno.ENODEV;'), `${INSMOD}; lsmod`);
    expect(result.stderr).toBe('insmod: ERROR: could not insert module bad.ko: No such device\n');
    expect(result.stdout).toContain('status 1\n');
    expect(result.stdout).not.toContain('bad ');
  });

  it.each([
    ['an error', 'throw new Error("boom");', 'Error: boom'],
    ['a string', 'throw "just text";', 'just text'],
    ['null', 'throw null;', 'null'],
    ['a function', 'throw add;', 'a function was thrown'],
    ['a symbol', 'throw Symbol.iterator;', 'Symbol(Symbol.iterator)'],
    [
      'an object with a getter',
      'throw { get message(): string { println("ran"); return "x"; } };',
      'an object was thrown',
    ],
    [
      'a use of null',
      'const o: { x: number } | null = NEVER ? { x: 1 } : null; println(String(o!.x));',
      'TypeError',
    ],
  ])('%s thrown is a panic with the line', (_what, code, said) => {
    const source = moduleSource(code).replace('NEVER', 'add(1, 1) === 3');
    const result = run(source, `${INSMOD}; lsmod; sudo rmmod bad`);
    expect(result.stdout).toContain('status 139\n');
    expect(result.stdout).toMatch(/^bad +\d+ {2}1$/mu);
    expect(result.stderr).toContain('rmmod: ERROR: Module bad is in use');
    expect(result.logText).toContain('typescript_kernel: panicked at bad.ts:4:');
    expect(result.logText).toContain(said);
    expect(result.logText).toContain('kernel BUG at bad.ts:4!');
    expect(result.logText).toMatch(/Oops: invalid opcode: 0000 \[#1\] SMP/u);
    expect(result.logText).toMatch(
      /CPU: \d UID: 0 PID: \d+ Comm: insmod Tainted: G {11}O {7}6\.12\.0-ringzero #1/u,
    );
    expect(result.logText).toMatch(/ do_one_initcall\+0x/u);
    expect(result.logText).toMatch(/init\+0x[0-9a-f]+\/0x[0-9a-f]+ \[bad\] bad\.ts:4/u);
    expect(result.logText).not.toContain('ran');
    expect(result.log.some(({ source: at }) => at?.file === 'bad.ts' && at.line === 4)).toBe(true);
  });

  it('nothing returned is refused', () => {
    const source = moduleSource('if (add(1, 1) === 2) return JSON_NULL as never;').replace(
      'JSON_NULL',
      '(null as unknown)',
    );
    const result = runScript(`cd bad && make; ${INSMOD}`, {
      files: [userFile('bad/bad.ts', source)],
    });
    // Either the checker refuses the cast, or the kernel refuses the module.
    expect(`${result.stdout}${result.stderr}`).toMatch(/RZ1070|Invalid parameters/u);
  });

  it.each([
    ['without calls', 'for (;;) {}'],
    ['with calls', 'let n = 0; for (;;) n = add(n, 1) & 0xffff;'],
    [
      'with a print now and then',
      'for (let n = 0; ; n++) if (n % 100000000 === 99999999) println("still");',
    ],
  ])(
    'an endless loop %s is a soft lockup',
    (_what, loop) => {
      const source = moduleSource(loop).replace('return new Bad();', '');
      const result = run(source, INSMOD);
      expect(result.logText).toMatch(
        /watchdog: BUG: soft lockup - CPU#\d stuck for 2s! \[insmod:\d+\]/u,
      );
      expect(result.stdout).toContain('status 137\n');
      expect(result.stderr).toContain('Killed');
    },
    LOOP_TIMEOUT_MS,
  );

  it('endless recursion overflows the kernel stack', () => {
    const result = run(moduleSource('println(String(deep(0)));'), INSMOD);
    expect(result.logText).toMatch(
      /BUG: TASK stack guard page was hit at \w+f8 \(stack is ffffc9\w+000\.\.ffffc9\w+000\)\n/u,
    );
    expect(result.logText).toContain('deep+0x');
    expect(result.stdout).toContain('status 139\n');
  });

  it('a flood of lines keeps the newest', () => {
    const result = run(
      moduleSource('for (let n = 0; n < 20000; n++) println(`line ${n}`);'),
      `${INSMOD}; dmesg | tail -n 1`,
    );
    expect(result.stdout).toContain('line 19999');
    expect(result.stdout).toContain('status 0\n');
  });

  it('a line is cut at 992 bytes', () => {
    const result = run(moduleSource('println("x".repeat(5000));'), INSMOD);
    expect(result.log.some(({ text }) => text === 'x'.repeat(992))).toBe(true);
  });
});

describe('in read', () => {
  it('a panic kills the reader and leaves the module in use', () => {
    const result = run(deviceSource('throw new Error("in read");'), READ);
    expect(result.stdout).toContain('status 139\nrmmod 1\n');
    expect(result.stderr).toContain('Segmentation fault');
    expect(result.stderr).toContain('rmmod: ERROR: Module bad is in use');
    expect(result.logText).toMatch(
      / vfs_read\+0x.*\n ksys_read\+0x.*\n do_syscall_64\+0x.*\n entry_SYSCALL_64_after_hwframe/u,
    );
  });

  it('an errno is the reader’s', () => {
    const result = run(deviceSource('throw Errno.EIO;'), READ);
    expect(result.stderr).toBe('cat: /dev/bad: Input/output error\n');
    expect(result.stdout).toContain('status 1\nrmmod 0\n');
  });

  it(
    'an endless loop is ended, and other tasks run meanwhile',
    () => {
      const script =
        'sudo insmod bad.ko; sudo mknod -m 666 /dev/bad c 243 0; ' +
        'cat /dev/bad & sleep 0.5; echo meanwhile; wait $!; echo "status $?"';
      const result = run(deviceSource('for (;;) {}'), script);
      expect(result.stdout).toMatch(/meanwhile\nstatus 137\n/u);
    },
    LOOP_TIMEOUT_MS,
  );

  it('no catch, finally or dispose runs after a panic', () => {
    const read =
      'try { try { deep(0); } finally { println("finally ran"); } } ' +
      'catch { println("catch ran"); }';
    const result = run(
      deviceSource(read, '[Symbol.dispose](): void { println("dispose ran"); }'),
      READ,
    );
    expect(result.logText).not.toMatch(/ran$/mu);
    expect(result.logText).toContain('stack guard page');
  });

  it('a file without the operation is EINVAL', () => {
    const source = deviceSource('')
      .replace(/ {2}read\([\s\S]*?\n {2}\}\n/u, '')
      .replace('type File, ', '')
      .replace(', type UserSliceWriter', '');
    expect(run(source, READ).stderr).toContain('cat: /dev/bad: Invalid argument');
  });
});

describe('after a panic in read', () => {
  it('the device can be opened again, and kills again', () => {
    const result = run(deviceSource('throw new Error("again");'), `${READ}; cat /dev/bad; echo $?`);
    expect(result.stdout).toMatch(/status 139\nrmmod 1\n139\n/u);
    expect(result.logText).toContain('invalid opcode: 0000 [#2] SMP');
  });
});

describe('a dispose that is a getter', () => {
  it('runs as the driver that it is', () => {
    const getter = 'get [Symbol.dispose](): () => void { throw new Error("from a getter"); }';
    const result = run(deviceSource('', getter), READ);
    expect(result.logText).toContain('Error: from a getter');
    expect(result.logText).toMatch(/ __fput\+0x/u);
    expect(result.stdout).toContain('rmmod 1\n');
  });
});

describe('in dispose', () => {
  it('a panic is rmmod’s death', () => {
    const result = run(
      moduleSource('', 'throw new Error("late");'),
      'sudo insmod bad.ko; sudo rmmod bad; echo "status $?"; lsmod',
    );
    expect(result.stdout).toContain('status 139\n');
    expect(result.logText).toContain('Error: late');
  });

  it('an errno has nowhere to go, so it is a panic too', () => {
    const result = run(
      moduleSource('', 'throw Errno.EIO;'),
      'sudo insmod bad.ko; sudo rmmod bad; echo "status $?"',
    );
    expect(result.stdout).toContain('status 139\n');
  });
});
