// SPDX-License-Identifier: GPL-2.0-or-later
/** From a path to a program: formats, scripts of scripts, set-id bits, and what is refused. */
import { describe, expect, it } from 'vitest';

import { nameOf, TestKernel, user } from '../fs/testing/test-kernel.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { Program } from '../uapi/user-cpu.ts';
import { builtinExecutable, type Executable, ExecutableLoader } from './executable.ts';

const ECHO: Program = function* () {
  return 0;
};

class Rig {
  readonly kernel = new TestKernel();
  readonly loader = new ExecutableLoader(this.kernel.vfs, {
    builtin: new Map([['/echo', ECHO]]),
    compiled: () => undefined,
    interpreters: new Map(),
  });

  constructor() {
    this.write('/echo', builtinExecutable('/echo'));
  }

  write(path: string, content: Uint8Array | string, mode = 0o755, uid = 0): void {
    const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
    this.kernel.vfs.kernelWriteFile(path, bytes, { mode: mode & 0o777, uid, gid: uid });
    if (mode > 0o777) this.kernel.vfs.chmod(this.kernel.vfs.kernelContext, path, mode);
  }

  load(path: string, argv = [path, 'a', 'b'], as = user(1000)): unknown {
    const loaded = this.loader.load(this.kernel.as(as), path, argv);
    return typeof loaded === 'number' ? nameOf(loaded) : loaded;
  }

  argv(path: string): unknown {
    const loaded = this.load(path);
    return typeof loaded === 'object' ? (loaded as Executable).argv : loaded;
  }
}

describe('an executable', () => {
  it('is the program that it names', () => {
    const executable = { program: ECHO, path: '/echo', argv: ['/echo', 'a', 'b'] };
    expect(new Rig().load('/echo')).toEqual({
      ...executable,
      setUid: undefined,
      setGid: undefined,
    });
  });

  it.each([
    [0o4755, 7, undefined],
    [0o2755, undefined, 7],
    [0o6755, 7, 7],
    [0o755, undefined, undefined],
  ])('of mode %o runs as %s and %s', (mode, setUid, setGid) => {
    const rig = new Rig();
    rig.write('/x', builtinExecutable('/echo'), mode, 7);
    expect(rig.load('/x')).toMatchObject({ path: '/x', setUid, setGid });
  });

  it('that has holes larger than memory is none', () => {
    const rig = new Rig();
    rig.write('/x', elf);
    const { vfs } = rig.kernel;
    vfs.truncate(vfs.kernelContext, '/x', 2 ** 50);
    expect(rig.load('/x')).toBe('ENOEXEC');
    expect(nameOf(vfs.kernelReadFile('/x') as number)).toBe('EFBIG');
  });

  const elf = builtinExecutable('/echo');
  it.each<[string, Uint8Array | string, number, string]>([
    ['is empty', '', 0o755, 'ENOEXEC'],
    ['is a text', 'echo hello\n', 0o755, 'ENOEXEC'],
    ['names no program of ours', builtinExecutable('/nope'), 0o755, 'ENOEXEC'],
    ['is cut off', elf.subarray(0, elf.length - 1), 0o755, 'ENOEXEC'],
    ['may not be run', elf, 0o644, 'EACCES'],
    ['may be run by others only', elf, 0o001, 'EACCES'],
  ])('that %s is refused', (_what, content, mode, error) => {
    const rig = new Rig();
    rig.write('/x', content, mode, mode === 0o001 ? 1000 : 0);
    expect(rig.load('/x')).toBe(error);
  });

  it('may be run without being read', () => {
    const rig = new Rig();
    rig.write('/x', elf, 0o711);
    expect(rig.load('/x')).toMatchObject({ program: ECHO });
  });

  it.each([
    ['/nope', 'ENOENT'],
    ['/', 'EACCES'],
    ['/echo/x', 'ENOTDIR'],
  ])('at %s is %s', (path, error) => {
    expect(new Rig().load(path)).toBe(error);
  });

  it('cut off or changed anywhere is refused or runs, and nothing else', () => {
    const rig = new Rig();
    const answers = new Set<unknown>();
    for (let at = 0; at < elf.length; at++) {
      const changed = Uint8Array.from(elf);
      changed[at]! ^= 0xff;
      for (const bytes of [elf.subarray(0, at), changed]) {
        rig.write('/x', bytes);
        const loaded = rig.load('/x');
        answers.add(typeof loaded === 'object' ? 'runs' : loaded);
      }
    }
    expect(answers).toEqual(new Set(['ENOEXEC', 'runs']));
  });
});

describe('a script', () => {
  it.each<[string, string, readonly string[]]>([
    ['an interpreter', '#!/echo\nrest', ['/echo', '/s', 'a', 'b']],
    ['an interpreter after a space', '#! /echo\n', ['/echo', '/s', 'a', 'b']],
    ['an interpreter and no line feed', '#!/echo', ['/echo', '/s', 'a', 'b']],
    ['an argument', '#!/echo -x\n', ['/echo', '-x', '/s', 'a', 'b']],
    ['one argument of several words', '#!/echo -x  y \n', ['/echo', '-x  y', '/s', 'a', 'b']],
    ['an argument after a tab', '#!/echo\t-x\n', ['/echo', '-x', '/s', 'a', 'b']],
  ])('with %s', (_what, text, argv) => {
    const rig = new Rig();
    rig.write('/s', text);
    expect(rig.load('/s')).toMatchObject({ program: ECHO, path: '/echo', argv });
  });

  it.each([
    ['no interpreter', '#!\n', 'ENOEXEC'],
    ['blanks for one', '#!   \n', 'ENOEXEC'],
    ['one that is not there', '#!/nope\n', 'ENOENT'],
    ['one that is no program', '#!/text\n', 'ENOEXEC'],
    ['one that may not be run', '#!/secret\n', 'EACCES'],
    ['itself', '#!/s\n', 'ELOOP'],
    ['a line that never ends', `#!/${'x'.repeat(5000)}`, 'ENOENT'],
  ])('with %s is refused', (_what, text, error) => {
    const rig = new Rig();
    rig.write('/text', 'text');
    rig.write('/secret', builtinExecutable('/echo'), 0o600);
    rig.write('/s', text);
    expect(rig.load('/s')).toBe(error);
  });

  it('gives nobody the rights of its owner', () => {
    const rig = new Rig();
    rig.write('/s', '#!/echo\n', 0o6755, 7);
    expect(rig.load('/s')).toMatchObject({ setUid: undefined, setGid: undefined });
  });

  it('without arguments has its path all the same', () => {
    const rig = new Rig();
    rig.write('/s', '#!/echo\n');
    expect(rig.load('/s', [])).toMatchObject({ argv: ['/echo', '/s'] });
  });

  // As a real Linux 6.18 answered.
  it.each([
    [1, ['/echo', '/s1', 'a', 'b']],
    [2, ['/echo', '/s1', '/s2', 'a', 'b']],
    [5, ['/echo', '/s1', '/s2', '/s3', '/s4', '/s5', 'a', 'b']],
    [6, 'ELOOP'],
    [7, 'ELOOP'],
  ])('for which another is needed, %i deep', (depth, answer) => {
    const rig = new Rig();
    for (let n = 1; n <= depth; n++) rig.write(`/s${n}`, n === 1 ? '#!/echo\n' : `#!/s${n - 1}\n`);
    expect(rig.argv(`/s${depth}`)).toEqual(answer);
  });
});
