// SPDX-License-Identifier: GPL-2.0-or-later
/** docs/drivers.md names every door of the safe API, and the classes behind it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'kernel-sim/toolchain/generated/api/kernel');
/** C's side has a page for nobody, and these are only met as arguments. */
const LEFT_OUT = new Set(['raw.d.ts']);
const ARGUMENTS = new Set(['CurrentThread', 'Registration', 'HandlerRegistration', 'Value']);

/** What the page does not name. */
function missingOn(page: string): string[] {
  const files = readdirSync(FOLDER).filter((file) => !LEFT_OUT.has(file));
  const doors = files.map((file) => `kernel/${file.slice(0, -'.d.ts'.length)}`);
  const classes = files.flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    return Array.from(text.matchAll(/export class (\w+)/gu), ([, name = '']) => name);
  });
  const names = [...doors, ...classes.filter((name) => !ARGUMENTS.has(name))];
  return names.filter((name) => !page.includes(`\`${name}\``));
}

it('names all that a driver can import', () => {
  expect(missingOn(readFileSync(join(ROOT, 'docs/drivers.md'), 'utf8'))).toEqual([]);
});

it('is missed where it does not', () => {
  expect(missingOn('`kernel/sync`, `Mutex`')).toContain('SeqLock');
});
