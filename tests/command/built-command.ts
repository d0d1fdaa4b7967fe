// SPDX-License-Identifier: GPL-2.0-or-later
/** The `ringzero` command as it is shipped: built once for a test file, then run as a process. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** -1 when it was killed from here. */
  readonly status: number;
}

export class BuiltCommand {
  readonly #folder: string;

  /** `name` tells the builds of test files that run side by side apart. */
  constructor(name: string) {
    // Inside the repository, since the build leaves TypeScript to be found in node_modules.
    this.#folder = join(ROOT, 'node_modules/.cache', `command-${name}-${process.pid}`);
  }

  async build(): Promise<void> {
    await build({
      root: ROOT,
      configFile: join(ROOT, 'vite.cli.config.ts'),
      logLevel: 'error',
      build: { outDir: this.#folder, sourcemap: false },
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs `ringzero ARGS` in `folder` (the repository's root unless told) and waits for its end. */
  async run(args: readonly string[], stdin: string | Uint8Array = ''): Promise<CommandResult> {
    const child = spawn(process.execPath, [join(this.#folder, 'ringzero.mjs'), ...args], {
      cwd: ROOT,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.stdin.on('error', () => undefined); // It need not read what it is given.
    child.stdin.end(stdin);
    const status = await new Promise<number>((done) => {
      child.on('close', (code) => done(code ?? -1));
    });
    return { ...output, status };
  }
}
