// SPDX-License-Identifier: GPL-2.0-or-later
/** `ringzero` as people and graders call it: options in, output and exit status out. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { expectFreshBuild, runCommand } from './built-command.ts';

// Each test starts processes, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringzero-'));
  expectFreshBuild();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const script = (text: string, ...options: string[]): ReturnType<typeof runCommand> =>
  runCommand(['run', ...options, '-c', text]);

describe('run', () => {
  it("copies the guest's output and exits with its status", async () => {
    const result = await script('echo out; echo err >&2; exit 7');
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', status: 7 });
  });

  it('starts in /home/user as user, or as root when asked', async () => {
    expect(await script('pwd; echo $USER')).toMatchObject({
      stdout: '/home/user\nuser\n',
    });
    expect((await script('touch /etc/x')).status).toBe(1);
    expect((await script('touch /etc/x', '--user', 'root')).status).toBe(0);
  });

  it('takes the script from a file, with arguments', async () => {
    const path = join(folder, 'script.sh');
    writeFileSync(path, 'echo "$#: $1 $2"\ncat\n');
    const result = await runCommand(['run', path, 'one', '--two'], 'input\n');
    expect(result.stdout).toBe('2: one --two\ninput\n');
  });

  it('takes the script from standard input, which is then empty for it', async () => {
    expect((await runCommand(['run', '-'], 'echo hello; cat; echo end')).stdout).toBe(
      'hello\nend\n',
    );
  });

  it('takes a script longer than a command line may be', async () => {
    const lines = 'echo line\n'.repeat(20_000);
    const { stdout, status } = await runCommand(['run', '-'], `${lines}exit 3`);
    expect(stdout).toHaveLength(100_000);
    expect(status).toBe(3);
  });

  it('passes standard input on, byte by byte and to its end', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index * 7);
    const { stdout } = await runCommand(['run', '-c', 'wc -c'], bytes);
    expect(stdout.trim()).toBe('300000');
  });

  it('puts files and folders in place, owned by user', async () => {
    mkdirSync(join(folder, 'tree/deep'), { recursive: true });
    writeFileSync(join(folder, 'tree/deep/a.txt'), 'deep\n');
    writeFileSync(join(folder, 'b.sh'), '#!/bin/bash\necho ran\n', { mode: 0o755 });
    const { stdout } = await script(
      'cat new/deep/a.txt; bin/b.sh; echo more >> new/deep/a.txt && tail -n 1 new/deep/a.txt',
      '--file',
      `${join(folder, 'tree')}:new`,
      '--file',
      `${join(folder, 'b.sh')}:bin/`,
    );
    expect(stdout).toBe('deep\nran\nmore\n');
  });

  it('has the machine that was asked for', async () => {
    const { stdout } = await script(
      'cat /proc/cmdline; grep -c ^processor /proc/cpuinfo',
      '--cpus',
      '3',
      '--cmdline',
      'kasan=off quiet',
    );
    expect(stdout).toBe('kasan=off quiet\n3\n');
  });

  it('repeats itself to the byte', async () => {
    const text = 'for i in 1 2 3; do (echo $i; sleep 0.0001) & done; wait; cat /proc/uptime; dmesg';
    const [first, second] = [await script(text), await script(text)];
    expect(second).toEqual(first);
    expect(first.stdout).toContain('Linux version');
  });

  it('lets idle time pass at once, unless --realtime', async () => {
    expect(await script('sleep 3600; echo slept')).toMatchObject({ stdout: 'slept\n' });
    const start = performance.now();
    await script('sleep 0.5', '--realtime');
    expect(performance.now() - start).toBeGreaterThan(500);
  });

  it('writes a trace that is JSON', async () => {
    const path = join(folder, 'trace.json');
    await script('echo hello', '--trace', path);
    const events = JSON.parse(readFileSync(path, 'utf8')) as { name: string; ph: string }[];
    expect(events.filter(({ name, ph }) => name === 'write' && ph === 'B').length).toBeGreaterThan(
      0,
    );
    expect(events.filter(({ ph }) => ph === 'X').length).toBeGreaterThan(0);
  });

  it('gives up when time runs out', async () => {
    const result = await script('while true; do :; done', '--timeout', '1');
    expect(result).toMatchObject({ status: 124, stderr: 'ringzero: timed out after 1 s\n' });
  });

  it('gives up on a driver that hangs the engine, and loses nothing said before', async () => {
    const source = join(folder, 'hang.ts');
    writeFileSync(
      source,
      `import { module } from "kernel";
      class Hang { static init(): Hang { for (;;) "x".repeat(1 << 25).indexOf("y"); } }
      export default module(Hang, { license: "GPL" });`,
    );
    // Built ahead, since how long that takes is the machine's business.
    const build = 'cd h && make > /dev/null && od -An -v -tx1 hang.ko';
    const built = await script(build, '--file', `${source}:h/hang.ts`);
    const driver = join(folder, 'hang.ko');
    writeFileSync(driver, Buffer.from(built.stdout.replaceAll(/\s/gu, ''), 'hex'));

    const text = 'echo before; echo bad >&2; sudo insmod hang.ko; echo no';
    const result = await script(text, '--file', `${driver}:hang.ko`, '--timeout', '6');
    const stderr = 'bad\nringzero: timed out after 6 s\n';
    expect(result).toEqual({ stdout: 'before\n', stderr, status: 124 });
  });

  it('says when nothing can ever happen again', async () => {
    const result = await runCommand([
      'run',
      '-c',
      'mkfifo /tmp/f 2>/dev/null; kill -STOP $$; echo no',
    ]);
    expect(result.status).toBe(125);
    expect(result.stderr).toContain('every task sleeps');
  });
});

describe('mistakes', () => {
  it.each([
    [['run', '-c'], 'needs a value'],
    [['serve'], "unknown command 'serve'"],
    [['run', '/no/such/script'], 'no such file'],
    [['run', '--file', '/no/such/file:x', '-c', 'true'], 'no such file'],
    [['check', '/no/such/driver.ts'], 'no such file'],
  ])('%j exits with 2 and says why', async (args, message) => {
    const result = await runCommand(args);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
  });
});

describe('check', () => {
  it('has nothing to say about the examples', async () => {
    const path = 'kernel-sim/examples/hello_world/hello_world.ts';
    expect(await runCommand(['check', path])).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(await runCommand(['check', '--json', path])).toMatchObject({
      stdout: '[]\n',
      status: 0,
    });
  });

  it('says where and what, and exits with 1', async () => {
    const path = join(folder, 'bad.ts');
    writeFileSync(path, 'import { println } from "kernel";\nprintln(4);\n');
    const text = await runCommand(['check', path]);
    expect(text.status).toBe(1);
    expect(text.stdout).toContain('bad.ts:2:9: error TS2345: ');
    expect(text.stdout).toContain('println(4);');
    const json = await runCommand(['check', path, '--json']);
    expect(json.status).toBe(1);
    const [found] = JSON.parse(json.stdout) as object[];
    expect(Object.keys(found!).join(' ')).toBe(
      'file line column endLine endColumn code message help',
    );
    expect(found).toMatchObject({ line: 2, column: 9, endLine: 2, endColumn: 10, code: 'TS2345' });
  });
});

describe('help', () => {
  it('is printed, and so is the version', async () => {
    expect((await runCommand(['--help'])).stdout).toContain('--timeout SECONDS');
    expect((await runCommand(['--version'])).stdout).toMatch(/^ringzero \d+\.\d+\.\d+\n$/);
  });
});
