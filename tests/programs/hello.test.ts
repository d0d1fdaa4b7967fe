// SPDX-License-Identifier: GPL-2.0-or-later
/** Programs against libc: built by cc, run from the shell, and what happens when they fail. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

const HELLO = `import { printf, open, read, close, malloc, O_RDONLY, perror } from "libc";

export function main(argv: readonly string[]): number {
  const fd = open("/dev/zero", O_RDONLY);
  if (fd < 0) {
    perror("open");
    return 1;
  }
  const buffer = malloc(16);
  printf("%d bytes, %d arguments: %s\\n", read(fd, buffer, 16), argv.length, argv.join(" "));
  close(fd);
  return 3;
}
`;

/** Runs `script` beside a file of the user's. */
function run(source: string, script: string): ScriptResult {
  return runScript(script, { files: [userFile('hello.ts', source)] });
}

describe('a program', { timeout: 30_000 }, () => {
  it('is built by cc and runs with its arguments and its status', () => {
    const { stdout, stderr } = run(HELLO, 'cc -o hello hello.ts && ./hello a b; echo $?');
    expect(stderr).toBe('');
    expect(stdout).toBe('16 bytes, 3 arguments: ./hello a b\n3\n');
  });

  it('is an executable that everybody may run', () => {
    const { stdout } = run(HELLO, 'cc hello.ts; ls -l a.out; hexdump -C a.out | head -2');
    expect(stdout).toMatch(/^-rwxr-xr-x /);
    expect(stdout).toContain('7f 45 4c 46 02 01 01 00');
    expect(stdout).toContain('02 00 3e 00 01 00 00 00');
  });

  it('runs from its source', () => {
    const { stdout, stderr } = run(
      HELLO,
      'chmod +x hello.ts; ./hello.ts x; PATH=.:$PATH hello.ts; ls /tmp',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('16 bytes, 2 arguments: ./hello.ts x\n16 bytes, 1 arguments: ./hello.ts\n');
  });
});
