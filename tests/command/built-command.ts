// SPDX-License-Identifier: GPL-2.0-or-later
/** The `ringzero` command as it is shipped: what `npm run build` left in dist/cli, as a process. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'kernel-sim');
const COMMAND = join(ROOT, 'dist/cli/ringzero.mjs');

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** -1 when it was killed from here. */
  readonly status: number;
}

/** Fails the tests of a command that is older than what it is made of. */
export function expectFreshBuild(): void {
  const builtMs = existsSync(COMMAND) ? statSync(COMMAND).mtimeMs : 0;
  const newer = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .find((path) => statSync(join(SOURCES, path)).mtimeMs > builtMs);
  if (newer !== undefined) throw new Error(`npm run build first: kernel-sim/${newer} is newer`);
}

/** Runs `ringzero ARGS` in the repository's root and waits for its end. */
export async function runCommand(
  args: readonly string[],
  stdin: string | Uint8Array = '',
): Promise<CommandResult> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: ROOT });
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
