// SPDX-License-Identifier: GPL-2.0-or-later
/** The files of the repository, as the architecture tests see them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Every file that git tracks or would track, its path counted from the root. */
export function listFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
