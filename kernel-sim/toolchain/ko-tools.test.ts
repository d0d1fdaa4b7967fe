// SPDX-License-Identifier: GPL-2.0-or-later
/** binutils and kmod read our modules without a word, and see in them what we do. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { decodeBase64 } from '../lib/base64.ts';
import { readElf } from '../lib/elf.ts';
import { TOOLCHAIN } from './testing/shared-toolchain.ts';

const EXAMPLE = join(import.meta.dirname, '../examples/symbols');
const RELEASE = '6.12.0-ringzero';
const MODULES = ['ticket_core', 'ticket_user'];

const folder = mkdtempSync(join(tmpdir(), 'ko-'));
const tree = join(folder, 'lib/modules', RELEASE);
mkdirSync(join(tree, 'extra'), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

/** Both streams: nobody may have complained. */
function run(...words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  return execFileSync('sh', ['-c', `LC_ALL=C ${quoted} 2>&1`], { encoding: 'utf8' });
}

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const sources = Object.fromEntries(
  MODULES.map((name) => [`${name}.ts`, readFileSync(join(EXAMPLE, `${name}.ts`), 'utf8')]),
);
function build(board: 'pc' | 'rpi3', module: string): string {
  const modules = MODULES.map((name) => ({ name, main: `${name}.ts` }));
  const request = { version: 1, module, board, main: `${module}.ts`, sources, modules } as const;
  const path = join(tree, 'extra', `${module}.ko`);
  writeFileSync(path, decodeBase64(TOOLCHAIN.build(request).ko ?? '') ?? '');
  return path;
}

describe.each(['pc', 'rpi3'] as const)('a module for the %s', (board) => {
  it.runIf(has('readelf') && has('nm'))('is read by binutils, with the symbols that we see', () => {
    for (const module of MODULES) {
      const path = build(board, module);
      expect(run('readelf', '-aW', path)).not.toMatch(/warning|error/i);
      const elf = readElf(readFileSync(path));
      const ours = elf.ok ? elf.file.symbols.map(({ name }) => name).toSorted() : [];
      const theirs = run('nm', '-a', path).trimEnd().split('\n');
      expect(theirs.map((line) => line.split(' ').at(-1) ?? '').toSorted()).toEqual(ours);
    }
  });

  it.runIf(has('modinfo') && has('depmod'))('is understood by kmod', () => {
    const [core, user] = MODULES.map((module) => build(board, module));
    expect(run('modinfo', '-F', 'depends', user ?? '')).toBe('ticket_core\n');
    expect(run('modinfo', '-p', user ?? '')).toBe(
      'first:where to begin (int)\ncount:how many tickets to take (int)\n',
    );
    expect(run('modinfo', '-F', 'license', core ?? '')).toBe('GPL\n');
    for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
      writeFileSync(join(tree, name), '');
    }
    expect(run('depmod', '-b', folder, RELEASE)).toBe('');
    expect(readFileSync(join(tree, 'modules.dep'), 'utf8').split('\n').toSorted()).toEqual([
      '',
      'extra/ticket_core.ko:',
      'extra/ticket_user.ko: extra/ticket_core.ko',
    ]);
  });
});
