// SPDX-License-Identifier: GPL-2.0-or-later
/** Our archives, read by the real tar. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { tarOf } from './tar.ts';

const LONG = `${'folder/'.repeat(20)}file.ts`;
const BYTES = Uint8Array.from({ length: 1300 }, (_, index) => index % 256);

it('is what tar unpacks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringzero-tar-'));
  try {
    const archive = tarOf(
      [
        { path: 'p/', bytes: new Uint8Array() },
        { path: 'p/hello.ts', bytes: new TextEncoder().encode('hello\n') },
        { path: 'p/ünïcode.bin', bytes: BYTES },
        { path: LONG, bytes: new Uint8Array() },
      ],
      1_767_225_600,
    );
    writeFileSync(join(folder, 'a.tar'), archive);
    execFileSync('tar', ['xf', 'a.tar'], { cwd: folder });
    expect(readFileSync(join(folder, 'p/hello.ts'), 'utf8')).toBe('hello\n');
    expect(Uint8Array.from(readFileSync(join(folder, 'p/ünïcode.bin')))).toEqual(BYTES);
    expect(readFileSync(join(folder, LONG), 'utf8')).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says when a name is too long for it', () => {
  expect(() => tarOf([{ path: 'x'.repeat(101), bytes: BYTES }], 0)).toThrow('too long');
});
