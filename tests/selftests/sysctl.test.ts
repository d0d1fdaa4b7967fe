// SPDX-License-Identifier: GPL-2.0-or-later
/** Values of drivers below /proc/sys, and sysctl(8), through whole machines. */
import { describe, expect, it, vi } from 'vitest';

import { runScript, TestMachine, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
vi.setConfig({ testTimeout: 60_000 });

const LOAD = 'cd simple_sysctl && make > /dev/null && sudo insmod simple_sysctl.ko || exit 99\n';
const TEST = '/proc/sys/rust/example/test';

describe('simple_sysctl', () => {
  it('starts at 1, and takes what the original’s commands write', () => {
    const { stdout, stderr } = runScript(`${LOAD}
      cat ${TEST}
      sudo sh -c "echo 2 > ${TEST}"
      cat ${TEST}
      sysctl rust.example.test
      sudo sysctl -w rust.example.test=1`);
    expect(stdout).toBe('1\n2\nrust.example.test = 2\nrust.example.test = 1\n');
    expect(stderr).toBe('');
  });

  it.each(['3', '-1', '', 'abc', '1x', '2147483648', '0x3'])('refuses %j', (text) => {
    const { stdout, stderr } = runScript(`${LOAD}
      sudo sh -c "echo '${text}' > ${TEST}"; echo "$?"
      cat ${TEST}`);
    expect(stdout).toBe('1\n1\n');
    expect(stderr).toBe('sh: line 1: echo: write error: Invalid argument\n');
  });

  it('is root’s to write', () => {
    const { stdout, stderr } = runScript(`${LOAD}
      echo 0 > ${TEST}
      sysctl -w rust.example.test=0
      cat ${TEST}
      ls -l ${TEST} | cut -c1-10`);
    expect(stdout).toBe('1\n-rw-r--r--\n');
    expect(stderr).toBe(
      `bash: line 3: ${TEST}: Permission denied\n` +
        'sysctl: permission denied on key "rust.example.test"\n',
    );
  });

  it('goes with its module, and so does a file that is still open', () => {
    const { stdout, stderr, logText } = runScript(`${LOAD}
      exec 3< ${TEST}
      sudo rmmod simple_sysctl
      cat <&3
      ls /proc/sys/rust
      sysctl rust.example.test
      echo "$?"
      sudo insmod simple_sysctl.ko
      cat <&3
      cat ${TEST}`);
    expect(stdout).toBe('1\n1\n');
    expect(stderr).toBe(
      'cat: -: No such file or directory\n' +
        "ls: cannot access '/proc/sys/rust': No such file or directory\n" +
        'sysctl: cannot stat /proc/sys/rust/example/test: No such file or directory\n' +
        'cat: -: No such file or directory\n',
    );
    expect(logText).toContain('Goodbye Sysctl from TypeScript! The value is 1.');
  });
});

/** Random bytes, a switch that is read at the end, and one that registers a path twice. */
const MODULES = [
  userFile(
    'switches/switches.ts',
    `import { module, println } from "kernel";
import { sysctl } from "kernel/sysctl";
class Counter implements sysctl.Handler {
  read(out: import("kernel/fs").UserSliceWriter, pos: number): void {
    if (pos === 0) out.write_text("served\\n");
  }
  [Symbol.dispose](): void { println("handler dropped"); }
}
class Switches {
  constructor(
    readonly flag: sysctl.Registration<boolean>,
    readonly name: sysctl.Registration<string>,
    readonly wide: sysctl.Registration<number>,
    readonly handler: sysctl.HandlerRegistration,
  ) {}
  static init(): Switches {
    return new Switches(
      sysctl.register("rust/switches", "flag", sysctl.bool(false), 0o644),
      sysctl.register("rust/switches", "name", sysctl.string("first", 8), 0o644),
      sysctl.register("rust/switches", "wide", sysctl.ulong(1, { max: 5000000000 }), 0o444),
      sysctl.register_handler("rust/switches", "served", new Counter(), 0o444),
    );
  }
  [Symbol.dispose](): void {
    println(\`flag \${this.flag.get()} name \${this.name.get()} wide \${this.wide.get()}\`);
  }
}
export default module(Switches, { license: "GPL" });
`
      .replaceAll('\\`', '`')
      .replaceAll('\\$', '$'),
  ),
  userFile(
    'random/random.ts',
    `import { module } from "kernel";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { add_device_randomness, get_random_bytes } from "kernel/random";
import { sysctl } from "kernel/sysctl";
class Entropy implements sysctl.Handler {
  read(out: UserSliceWriter): void { out.write(get_random_bytes(out.remaining)); }
  write(input: UserSliceReader): void { add_device_randomness(input.read_all()); }
}
class RandomModule {
  constructor(readonly entropy: sysctl.HandlerRegistration) {}
  static init(): RandomModule {
    const path = "rust/random-tests";
    return new RandomModule(sysctl.register_handler(path, "entropy", new Entropy(), 0o666));
  }
}
export default module(RandomModule, { license: "GPL" });
`,
  ),
  userFile(
    'slow/slow.ts',
    `import { module, println } from "kernel";
import type { UserSliceWriter } from "kernel/fs";
import { sysctl } from "kernel/sysctl";
import { msleep } from "kernel/time";
class Nap implements sysctl.Handler {
  read(out: UserSliceWriter, pos: number): void {
    if (pos > 0) return;
    msleep(300);
    out.write_text("slept\\n");
    println("awake");
  }
  [Symbol.dispose](): void { println("dropped"); }
}
class Slow {
  constructor(readonly nap: sysctl.HandlerRegistration) {}
  static init(): Slow {
    return new Slow(sysctl.register_handler("rust/slow", "nap", new Nap(), 0o444));
  }
}
export default module(Slow, { license: "GPL" });
`,
  ),
  userFile(
    'twice/twice.ts',
    `import { module } from "kernel";
import { sysctl } from "kernel/sysctl";
class Twice {
  constructor(readonly test: sysctl.Registration<number>) {}
  static init(): Twice {
    return new Twice(sysctl.register("rust/example", "test", sysctl.int(0), 0o644));
  }
}
export default module(Twice, { license: "GPL" });
`,
  ),
];

function load(name: string): string {
  return `(cd ~/${name} && make > /tmp/make 2>&1 || cat /tmp/make; sudo insmod ${name}.ko)\n`;
}

describe('a driver’s values', () => {
  it('of each kind are read and set, and read by the driver at its end', () => {
    const { stdout, stderr, logText } = runScript(
      `${load('switches')} cd /proc/sys/rust/switches; ls; cat *
      for value in '  1\t' 2 x '1 1' 0 1; do
        sudo sh -c "printf '$value' > flag" 2> /dev/null; echo "$? $(cat flag)"
      done
      echo 'a long name' | sudo tee name > /dev/null; cat name
      sudo sh -c 'echo 7 > wide'; cd; sudo rmmod switches`,
      { files: MODULES },
    );
    expect(stdout).toBe(
      'flag\nname\nserved\nwide\n0\nfirst\nserved\n1\n' +
        '0 1\n1 1\n1 1\n1 1\n0 0\n0 1\na long n\n',
    );
    expect(stderr).toBe('sh: line 1: wide: Permission denied\n');
    expect(logText).toContain('flag true name a long n wide 1\nhandler dropped');
  });

  it('may be random bytes, which never come twice, and which take some', () => {
    const { stdout, stderr } = runScript(
      `${load('random')} cd /proc/sys/rust/random-tests
      dd if=entropy bs=16 count=1024 2> /dev/null | od -An -v -tx1 | sort -u | wc -l
      echo noise | sudo tee entropy`,
      { files: MODULES },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('1024\nnoise\n');
  });

  it('stay until the last one is out of the driver, and then nobody comes in', () => {
    const { stdout, stderr } = runScript(
      `${load('slow')} head -n 1 /proc/sys/rust/slow/nap & sleep 0.05
      exec 3< /proc/sys/rust/slow/nap; (sleep 0.05; cat <&3) & sudo rmmod slow; echo gone; wait
      dmesg | tail -n 2 | cut -c16-`,
      { files: MODULES },
    );
    expect(stdout).toBe('slept\ngone\nawake\ndropped\n');
    expect(stderr).toBe('cat: -: No such file or directory\n');
  });

  it('have a path of their own, or none', () => {
    const { stderr, logText } = runScript(`${load('simple_sysctl')}${load('twice')}`, {
      files: MODULES,
    });
    expect(logText).toContain('sysctl duplicate entry: /rust/example//test');
    expect(stderr).toBe('insmod: ERROR: could not insert module twice.ko: File exists\n');
  });
});

describe('/proc/sys/kernel', () => {
  it('names the machine, and uname says the same', () => {
    const { stdout } = runScript(`cd /proc/sys/kernel
      cat ostype hostname domainname
      sudo sh -c 'echo box > hostname; echo 1 > ostype'; uname -n; cat ostype`);
    expect(stdout).toBe('Linux\npc\n(none)\nbox\nLinux\n');
  });

  it('lets nobody take a taint back', () => {
    const { stdout } = runScript(`${load('simple_sysctl')} cd /proc/sys/kernel
      cat tainted; sudo sh -c 'echo 512 > tainted'; cat tainted; sudo sh -c 'echo 0 > tainted'
      cat tainted`);
    expect(stdout).toBe('4096\n4608\n4608\n');
  });

  it('closes the log, the gate for modules, and the door to numbers', () => {
    const { stdout, stderr } = runScript(`
      sudo sysctl -q -w kernel.dmesg_restrict=1; dmesg > /dev/null; sudo dmesg | head -n 1 | wc -l
      sudo sysctl -w kernel.modules_disabled=0; sudo sysctl -q -w kernel.modules_disabled=1
      sudo rmmod simple_sysctl; cd simple_sysctl; make > /dev/null; sudo insmod simple_sysctl.ko
      sudo sysctl -w kernel.pid_max=300; sudo sysctl -q -w kernel.pid_max=301
      for n in 1 2 3 4; do true & done; wait; cat /proc/sys/kernel/pid_max`);
    expect(stdout).toBe('1\n301\n');
    expect(stderr).toContain('dmesg: read kernel buffer failed: Operation not permitted\n');
    expect(stderr).toContain('setting key "kernel.modules_disabled": Invalid argument\n');
    expect(stderr).toContain('could not insert module simple_sysctl.ko: Operation not permitted');
    expect(stderr).toContain('setting key "kernel.pid_max": Invalid argument\n');
  });

  it('makes an oops the end, with panic_on_oops', () => {
    const text = `import { module } from "kernel";
class Bad { static init(): Bad { throw new Error("boom"); } }
export default module(Bad, { license: "GPL" });
`;
    const { stdout, logText, status } = runScript(
      `sudo sysctl -q -w kernel.panic_on_oops=1; ${load('bad')} echo alive`,
      { files: [userFile('bad/bad.ts', text)] },
    );
    expect(logText).toMatch(
      /Kernel panic - not syncing: Fatal exception\nKernel Offset: disabled\n/u,
    );
    expect(logText).toMatch(/---\[ end Kernel panic - not syncing: Fatal exception \]---$/u);
    expect(stdout).not.toContain('alive');
    expect(status).toBe(1);
  });

  it('has ids that stay and ids that are new', () => {
    const { stdout } = runScript(
      'cd /proc/sys/kernel/random; cat boot_id boot_id uuid uuid | sort -u | wc -l; cat uuid',
    );
    expect(stdout).toMatch(
      /^3\n[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\n$/u,
    );
  });

  it('decides what reaches the console, as dmesg -n does', () => {
    const guest = TestMachine.boot();
    guest.waitFor('$ ');
    const said = (): boolean => guest.terminal.includes('] hello from user space');
    guest.command('sudo sh -c "echo hello from user space > /dev/kmsg"');
    expect(said()).toBe(false);
    expect(guest.command('sudo dmesg -n 6; cat /proc/sys/kernel/printk')).toContain('6\t4\t1\t7');
    guest.command('sudo sh -c "echo hello from user space > /dev/kmsg"');
    expect(said()).toBe(true);
  });
});

describe('/proc/sysrq-trigger', () => {
  it.each([
    ['h', 'sysrq: HELP : loglevel(0-9) reboot(b) crash(c)', 0],
    ['5', 'sysrq: Loglevel set to 5', 0],
    ['c', 'Kernel panic - not syncing: sysrq triggered crash', 1],
    ['w', 'sysrq: Show Blocked State', 0],
    ['t', 'task:bash', 0],
    ['b', 'sysrq: Resetting', 1],
  ])('obeys %s', (letter, text, status) => {
    const result = runScript(`sudo sh -c "echo ${letter} > /proc/sysrq-trigger"`);
    expect(result.logText).toContain(text);
    expect(result.status).toBe(status);
  });

  it('is root’s', () => {
    const { stderr } = runScript('echo c > /proc/sysrq-trigger');
    expect(stderr).toContain('Permission denied');
  });
});
